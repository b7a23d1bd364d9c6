/** + and - of dates, times, timestamps and intervals; age, justify, date_bin, overlaps. */
import type { Interval } from '../../types/datum.ts';
import { TimeTz } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import { isDateInRange } from '../../types/calendar.ts';
import { dateOutOfRange } from '../../types/date.ts';
import { SqlError } from '../../common/sql-error.ts';
import { utcToLocal } from '../../types/timestamp.ts';
import { dateToTimestamp, isInfinite, isInfiniteDate, timestampToDate, wrapTime } from '../datetime/conversion.ts';
import type { Timestamp } from '../datetime/conversion.ts';
import {
  addIntervals,
  divideInterval,
  justifyDays,
  justifyHours,
  justifyInterval,
  multiplyInterval,
  negateInterval,
  subtractIntervals,
} from '../datetime/interval-math.ts';
import {
  addToTimestamp,
  addToTimestamptz,
  age,
  binTimestamp,
  subtractFromTimestamp,
  subtractFromTimestamptz,
  timestampDifference,
} from '../datetime/timestamp-math.ts';
import type { EvalContext } from '../eval-context.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';

function addDays(date: number, days: number): number {
  if (isInfiniteDate(date)) return date;
  const result = date + days;
  if (!isDateInRange(result)) throw dateOutOfRange();
  return result;
}

function daysBetween(left: number, right: number): number {
  if (isInfiniteDate(left) || isInfiniteDate(right)) throw new SqlError('22008', 'cannot subtract infinite dates');
  return left - right;
}

/** A time of day moved by an interval's time part: days and months do not count. */
function moveTime(time: number, interval: Interval, direction: 1n | -1n): number {
  return wrapTime(BigInt(time) + direction * BigInt(interval.micros));
}

function moveTimetz(value: TimeTz, interval: Interval, direction: 1n | -1n): TimeTz {
  return new TimeTz(moveTime(value.micros, interval, direction), value.zone);
}

const differenceKernel: Kernel = (args) => timestampDifference(args[0] as Timestamp, args[1] as Timestamp);

const dates: readonly FunctionEntry[] = [
  scalar(1140, 'date_mi(date, date) int4', (args) => daysBetween(args[0] as number, args[1] as number)),
  scalar(1141, 'date_pli(date, int4) date', (args) => addDays(args[0] as number, args[1] as number)),
  scalar(1142, 'date_mii(date, int4) date', (args) => addDays(args[0] as number, -(args[1] as number))),
  scalar(2550, 'integer_pl_date(int4, date) date', (args) => addDays(args[1] as number, args[0] as number)),
  scalar(2071, 'date_pl_interval(date, interval) timestamp', (args) =>
    addToTimestamp(dateToTimestamp(args[0] as number), args[1] as Interval),
  ),
  scalar(2072, 'date_mi_interval(date, interval) timestamp', (args) =>
    subtractFromTimestamp(dateToTimestamp(args[0] as number), args[1] as Interval),
  ),
  scalar(2546, 'interval_pl_date(interval, date) timestamp', (args) =>
    addToTimestamp(dateToTimestamp(args[1] as number), args[0] as Interval),
  ),
];

const times: readonly FunctionEntry[] = [
  scalar(1747, 'time_pl_interval(time, interval) time', (args) => moveTime(args[0] as number, args[1] as Interval, 1n)),
  scalar(1748, 'time_mi_interval(time, interval) time', (args) =>
    moveTime(args[0] as number, args[1] as Interval, -1n),
  ),
  scalar(1848, 'interval_pl_time(interval, time) time', (args) => moveTime(args[1] as number, args[0] as Interval, 1n)),
  scalar(1690, 'time_mi_time(time, time) interval', (args) =>
    subtractIntervals(intervalOfTime(args[0] as number), intervalOfTime(args[1] as number)),
  ),
  scalar(1749, 'timetz_pl_interval(timetz, interval) timetz', (args) =>
    moveTimetz(args[0] as TimeTz, args[1] as Interval, 1n),
  ),
  scalar(1750, 'timetz_mi_interval(timetz, interval) timetz', (args) =>
    moveTimetz(args[0] as TimeTz, args[1] as Interval, -1n),
  ),
  scalar(2547, 'interval_pl_timetz(interval, timetz) timetz', (args) =>
    moveTimetz(args[1] as TimeTz, args[0] as Interval, 1n),
  ),
];

function intervalOfTime(micros: number): Interval {
  return { months: 0, days: 0, micros };
}

const timestamps: readonly FunctionEntry[] = [
  scalar(2032, 'timestamp_pl_interval(timestamp, interval) timestamp', (args) =>
    addToTimestamp(args[0] as Timestamp, args[1] as Interval),
  ),
  scalar(2033, 'timestamp_mi_interval(timestamp, interval) timestamp', (args) =>
    subtractFromTimestamp(args[0] as Timestamp, args[1] as Interval),
  ),
  scalar(2548, 'interval_pl_timestamp(interval, timestamp) timestamp', (args) =>
    addToTimestamp(args[1] as Timestamp, args[0] as Interval),
  ),
  scalar(1189, 'timestamptz_pl_interval(timestamptz, interval) timestamptz stable', (args, context) =>
    addToTimestamptz(args[0] as Timestamp, args[1] as Interval, context.io.timeZone),
  ),
  scalar(1190, 'timestamptz_mi_interval(timestamptz, interval) timestamptz stable', (args, context) =>
    subtractFromTimestamptz(args[0] as Timestamp, args[1] as Interval, context.io.timeZone),
  ),
  scalar(2549, 'interval_pl_timestamptz(interval, timestamptz) timestamptz stable', (args, context) =>
    addToTimestamptz(args[1] as Timestamp, args[0] as Interval, context.io.timeZone),
  ),
  scalar(2031, 'timestamp_mi(timestamp, timestamp) interval', differenceKernel),
  scalar(1188, 'timestamptz_mi(timestamptz, timestamptz) interval', differenceKernel),
];

const intervals: readonly FunctionEntry[] = [
  scalar(1168, 'interval_um(interval) interval', (args) => negateInterval(args[0] as Interval)),
  scalar(1169, 'interval_pl(interval, interval) interval', (args) =>
    addIntervals(args[0] as Interval, args[1] as Interval),
  ),
  scalar(1170, 'interval_mi(interval, interval) interval', (args) =>
    subtractIntervals(args[0] as Interval, args[1] as Interval),
  ),
  scalar(1618, 'interval_mul(interval, float8) interval', (args) =>
    multiplyInterval(args[0] as Interval, args[1] as number),
  ),
  scalar(1624, 'mul_d_interval(float8, interval) interval', (args) =>
    multiplyInterval(args[1] as Interval, args[0] as number),
  ),
  scalar(1326, 'interval_div(interval, float8) interval', (args) =>
    divideInterval(args[0] as Interval, args[1] as number),
  ),
  scalar(1175, 'justify_hours(interval) interval', (args) => justifyHours(args[0] as Interval)),
  scalar(1295, 'justify_days(interval) interval', (args) => justifyDays(args[0] as Interval)),
  scalar(2711, 'justify_interval(interval) interval', (args) => justifyInterval(args[0] as Interval)),
];

/** Local midnight of the transaction's day: what age() counts from with one argument. */
function today(context: EvalContext): Timestamp {
  return dateToTimestamp(timestampToDate(utcToLocal(context.transactionTimestamp(), context.io.timeZone)));
}

const ages: readonly FunctionEntry[] = [
  scalar(2058, 'age(timestamp, timestamp) interval', (args) => age(args[0] as Timestamp, args[1] as Timestamp)),
  scalar(2059, 'age(timestamp) interval stable', (args, context) => age(today(context), args[0] as Timestamp)),
  scalar(1199, 'age(timestamptz, timestamptz) interval', (args, context) =>
    age(utcToLocal(args[0] as Timestamp, context.io.timeZone), utcToLocal(args[1] as Timestamp, context.io.timeZone)),
  ),
  scalar(1386, 'age(timestamptz) interval stable', (args, context) =>
    age(today(context), utcToLocal(args[0] as Timestamp, context.io.timeZone)),
  ),
  scalar(6177, 'date_bin(interval, timestamp, timestamp) timestamp', (args) =>
    binTimestamp(args[0] as Interval, args[1] as Timestamp, args[2] as Timestamp),
  ),
  scalar(6178, 'date_bin(interval, timestamptz, timestamptz) timestamptz', (args) =>
    binTimestamp(args[0] as Interval, args[1] as Timestamp, args[2] as Timestamp),
  ),
];

type Compare = (left: Datum, right: Datum) => number;

const compareMoments: Compare = (left, right) =>
  (left as number) < (right as number) ? -1 : (left as number) > (right as number) ? 1 : 0;

const compareTimetzs: Compare = (left, right) => {
  const [a, b] = [left as TimeTz, right as TimeTz];
  return a.micros + a.zone * 1_000_000 - (b.micros + b.zone * 1_000_000) || a.zone - b.zone;
};

/** A period's ends in order; only one may be unknown, and then it is the end. */
function period(from: Datum, to: Datum, compare: Compare): { start: Datum; end: Datum } | undefined {
  if (from === null && to === null) return undefined;
  if (from === null || to === null) return { start: from ?? to, end: null };
  return compare(from, to) > 0 ? { start: to, end: from } : { start: from, end: to };
}

/** SQL's OVERLAPS of half-open periods, with its own rules for NULL ends. */
function overlaps(from1: Datum, to1: Datum, from2: Datum, to2: Datum, compare: Compare): boolean | null {
  const first = period(from1, to1, compare);
  const second = period(from2, to2, compare);
  if (first === undefined || second === undefined) return null;
  const order = compare(first.start, second.start);
  if (order === 0) return first.end === null || second.end === null ? null : true;
  const [earlier, later] = order < 0 ? [first, second] : [second, first];
  if (earlier.end === null) return null;
  if (compare(later.start, earlier.end) < 0) return true;
  return later.end === null ? null : false;
}

type Shift = (start: Datum, interval: Datum, context: EvalContext) => Datum;

function shiftOrNull(move: (start: Datum, interval: Interval, context: EvalContext) => Datum): Shift {
  return (start, interval, context) =>
    start === null || interval === null ? null : move(start, interval as Interval, context);
}

/** The four forms for a type: each period has its end given, or its length. `oids` end-end, length-length, end-length, length-end. */
function overlapsForms(
  type: string,
  oids: readonly [number, number, number, number],
  compare: Compare,
  shift: Shift,
  attributes: string,
): FunctionEntry[] {
  const given: Shift = (_start, end) => end;
  const form = (oid: number, second: string, fourth: string, a: Shift, b: Shift): FunctionEntry =>
    scalar(
      oid,
      `overlaps(${type}, ${second}, ${type}, ${fourth}) bool${a === b && a === given ? '' : attributes} nullable`,
      (args, context) => {
        const [from1, to1, from2, to2] = args as readonly [Datum, Datum, Datum, Datum];
        return overlaps(from1, a(from1, to1, context), from2, b(from2, to2, context), compare);
      },
    );
  return [
    form(oids[0], type, type, given, given),
    form(oids[1], 'interval', 'interval', shift, shift),
    form(oids[2], type, 'interval', given, shift),
    form(oids[3], 'interval', type, shift, given),
  ];
}

const overlapsFunctions: readonly FunctionEntry[] = [
  ...overlapsForms(
    'timestamp',
    [2041, 2042, 2043, 2044],
    compareMoments,
    shiftOrNull((start, interval) => addToTimestamp(start as Timestamp, interval)),
    '',
  ),
  ...overlapsForms(
    'timestamptz',
    [1304, 1305, 1306, 1307],
    compareMoments,
    shiftOrNull((start, interval, context) => addToTimestamptz(start as Timestamp, interval, context.io.timeZone)),
    ' stable',
  ),
  ...overlapsForms(
    'time',
    [1308, 1309, 1310, 1311],
    compareMoments,
    shiftOrNull((start, interval) => moveTime(start as number, interval, 1n)),
    '',
  ),
  scalar(1271, 'overlaps(timetz, timetz, timetz, timetz) bool nullable', (args) => {
    const [from1, to1, from2, to2] = args as readonly [Datum, Datum, Datum, Datum];
    return overlaps(from1, to1, from2, to2, compareTimetzs);
  }),
];

const finiteMoment: Kernel = (args) => !isInfinite(args[0] as Timestamp);

const finiteness: readonly FunctionEntry[] = [
  scalar(1373, 'isfinite(date) bool', (args) => !isInfiniteDate(args[0] as number)),
  scalar(2048, 'isfinite(timestamp) bool', finiteMoment),
  scalar(1389, 'isfinite(timestamptz) bool', finiteMoment),
  scalar(1390, 'isfinite(interval) bool', () => true),
];

export const datetimeArithmeticFunctions: readonly FunctionEntry[] = [
  ...dates,
  ...times,
  ...timestamps,
  ...intervals,
  ...ages,
  ...overlapsFunctions,
  ...finiteness,
];
