/** extract, date_part, date_trunc, make_…, AT TIME ZONE, and the clock as text. */
import type { Interval, Numeric, TimeTz } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import { numericToFloat8 } from '../../types/numeric-text.ts';
import { monthNames, weekdayNames } from '../../types/datetime-format.ts';
import { dayOfWeek, secondsOf } from '../../types/calendar.ts';
import { utcToLocal } from '../../types/timestamp.ts';
import { getTimeZone } from '../../types/zone-names.ts';
import type { EvalContext } from '../eval-context.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import { timestampToTimestamptz } from '../datetime/conversion.ts';
import type { Timestamp } from '../datetime/conversion.ts';
import {
  datePartOfDate,
  extractFromDate,
  extractFromInterval,
  extractFromTime,
  extractFromTimestamp,
  extractFromTimestamptz,
  extractFromTimetz,
} from '../datetime/extract.ts';
import { makeDate, makeIntervalOf, makeTime, makeTimestamp, timestampFromUnix } from '../datetime/make.ts';
import type { DateTimeNumbers } from '../datetime/make.ts';
import { fieldsOf } from '../datetime/timestamp-math.ts';
import { truncateIntervalBy, truncateTimestamp, truncateTimestamptz } from '../datetime/truncate.ts';
import {
  checkZoneName,
  isoOrNamedZone,
  localInZone,
  momentInZone,
  timetzInZone,
  zoneByInterval,
  zoneByName,
} from '../datetime/zones.ts';

type Extract = (args: readonly Datum[], context: EvalContext) => Numeric | null;

/** extract gives a numeric, date_part the same as a float8. */
function fieldFunctions(
  type: string,
  extractOid: number,
  partOid: number,
  attributes: string,
  value: Extract,
): FunctionEntry[] {
  return [
    scalar(extractOid, `extract(text, ${type}) numeric${attributes}`, value),
    scalar(partOid, `date_part(text, ${type}) float8${attributes}`, asFloat(value)),
  ];
}

function asFloat(value: Extract): Kernel {
  return (args, context) => {
    const exact = value(args, context);
    return exact === null ? null : numericToFloat8(exact);
  };
}

const fields: readonly FunctionEntry[] = [
  ...fieldFunctions('timestamp', 6202, 2021, '', (args) =>
    extractFromTimestamp(args[0] as string, args[1] as Timestamp),
  ),
  ...fieldFunctions('timestamptz', 6203, 1171, ' stable', (args, context) =>
    extractFromTimestamptz(args[0] as string, args[1] as Timestamp, context.io.timeZone),
  ),
  ...fieldFunctions('time', 6200, 1385, '', (args) => extractFromTime(args[0] as string, args[1] as number)),
  ...fieldFunctions('timetz', 6201, 1273, '', (args) => extractFromTimetz(args[0] as string, args[1] as TimeTz)),
  ...fieldFunctions('interval', 6204, 1172, '', (args) => extractFromInterval(args[0] as string, args[1] as Interval)),
  scalar(6199, 'extract(text, date) numeric', (args) => extractFromDate(args[0] as string, args[1] as number)),
  scalar(
    1384,
    'date_part(text, date) float8',
    asFloat((args) => datePartOfDate(args[0] as string, args[1] as number)),
  ),
];

const truncation: readonly FunctionEntry[] = [
  scalar(2020, 'date_trunc(text, timestamp) timestamp', (args) =>
    truncateTimestamp(args[0] as string, args[1] as Timestamp),
  ),
  scalar(1217, 'date_trunc(text, timestamptz) timestamptz stable', (args, context) =>
    truncateTimestamptz(args[0] as string, args[1] as Timestamp, context.io.timeZone),
  ),
  scalar(1284, 'date_trunc(text, timestamptz, text) timestamptz stable', (args) =>
    truncateTimestamptz(args[0] as string, args[1] as Timestamp, checkZoneName(args[2] as string)),
  ),
  scalar(1218, 'date_trunc(text, interval) interval', (args) =>
    truncateIntervalBy(args[0] as string, args[1] as Interval),
  ),
];

function numbers(args: readonly Datum[]): DateTimeNumbers {
  return args as unknown as DateTimeNumbers;
}

const partsOfTimestamp = 'year int4, month int4, mday int4, hour int4, min int4, sec float8';

const making: readonly FunctionEntry[] = [
  scalar(3846, 'make_date(year int4, month int4, day int4) date', (args) =>
    makeDate(args[0] as number, args[1] as number, args[2] as number),
  ),
  scalar(3847, 'make_time(hour int4, min int4, sec float8) time', (args) =>
    makeTime(args[0] as number, args[1] as number, args[2] as number),
  ),
  scalar(3461, `make_timestamp(${partsOfTimestamp}) timestamp`, (args) => makeTimestamp(numbers(args))),
  scalar(3462, `make_timestamptz(${partsOfTimestamp}) timestamptz stable`, (args, context) =>
    timestampToTimestamptz(makeTimestamp(numbers(args)), context.io.timeZone),
  ),
  scalar(3463, `make_timestamptz(${partsOfTimestamp}, timezone text) timestamptz stable`, (args) =>
    localInZone(makeTimestamp(numbers(args)), isoOrNamedZone(args[6] as string)),
  ),
  scalar(
    3464,
    'make_interval(years int4, months int4, weeks int4, days int4, hours int4, mins int4, secs float8) interval',
    (args) => makeIntervalOf(args as readonly number[]),
    { defaults: [0, 0, 0, 0, 0, 0, 0] },
  ),
  scalar(1158, 'to_timestamp(float8) timestamptz', (args) => timestampFromUnix(args[0] as number)),
];

const zones: readonly FunctionEntry[] = [
  scalar(2069, 'timezone(text, timestamp) timestamptz', (args) =>
    localInZone(args[1] as Timestamp, zoneByName(args[0] as string)),
  ),
  scalar(1159, 'timezone(text, timestamptz) timestamp', (args) =>
    momentInZone(args[1] as Timestamp, zoneByName(args[0] as string)),
  ),
  scalar(2070, 'timezone(interval, timestamp) timestamptz', (args, context) =>
    localInZone(args[1] as Timestamp, zoneByInterval(args[0] as Interval, context.io)),
  ),
  scalar(1026, 'timezone(interval, timestamptz) timestamp', (args, context) =>
    momentInZone(args[1] as Timestamp, zoneByInterval(args[0] as Interval, context.io)),
  ),
  scalar(2037, 'timezone(text, timetz) timetz stable', (args, context) =>
    timetzInZone(args[1] as TimeTz, zoneByName(args[0] as string), context.transactionTimestamp()),
  ),
  scalar(2038, 'timezone(interval, timetz) timetz', (args, context) =>
    timetzInZone(args[1] as TimeTz, zoneByInterval(args[0] as Interval, context.io), 0),
  ),
];

/** Tue Nov 24 00:24:34.269605 2026 UTC */
function timeOfDay(context: EvalContext): string {
  const now = context.clockTimestamp();
  const { year, month, day, days, micros } = fieldsOf(utcToLocal(now, context.io.timeZone));
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const clock = `${two(micros / 3_600_000_000)}:${two((micros / 60_000_000) % 60)}:${two((micros / 1_000_000) % 60)}`;
  const fraction = String(micros % 1_000_000).padStart(6, '0');
  const letters = getTimeZone(context.io.timeZone).abbreviationAt(secondsOf(now));
  return `${weekdayNames[dayOfWeek(days)]} ${monthNames[month - 1]} ${two(day)} ${clock}.${fraction} ${year} ${letters}`;
}

export const datetimeFieldFunctions: readonly FunctionEntry[] = [
  ...fields,
  ...truncation,
  ...making,
  ...zones,
  scalar(274, 'timeofday() text volatile', (_args, context) => timeOfDay(context)),
];
