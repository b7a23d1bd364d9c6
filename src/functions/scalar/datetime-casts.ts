/** Casts among the date and time types. */
import type { Interval, TimeTz } from '../../types/datum.ts';
import { TimeTz as TimeTzValue } from '../../types/datum.ts';
import { addMicros } from '../../types/calendar.ts';
import { coerceInterval, roundSeconds } from '../../types/time-typmod.ts';
import { roundTimestamp } from '../../types/timestamp.ts';
import {
  dateToTimestamp,
  dateToTimestamptz,
  intervalToTime,
  isInfinite,
  timeToInterval,
  timestampToDate,
  timestampToTime,
  timestampToTimestamptz,
  timestamptzToTimestamp,
  timestamptzToTimetz,
} from '../datetime/conversion.ts';
import type { Timestamp } from '../datetime/conversion.ts';
import { sessionOffset } from '../datetime/zones.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';

function dateAndTime(date: number, time: number): Timestamp {
  const midnight = dateToTimestamp(date);
  return isInfinite(midnight) ? midnight : addMicros(midnight, time);
}

function dateAndTimetz(date: number, time: TimeTz): Timestamp {
  const midnight = dateToTimestamp(date);
  return isInfinite(midnight) ? midnight : addMicros(midnight, time.micros + time.zone * 1_000_000);
}

const roundMoment: Kernel = (args) => roundTimestamp(args[0] as Timestamp, args[1] as number);

export const datetimeCastFunctions: readonly FunctionEntry[] = [
  scalar(2024, 'timestamp(date) timestamp', (args) => dateToTimestamp(args[0] as number)),
  scalar(1174, 'timestamptz(date) timestamptz stable', (args, context) =>
    dateToTimestamptz(args[0] as number, context.io.timeZone),
  ),
  scalar(2028, 'timestamptz(timestamp) timestamptz stable', (args, context) =>
    timestampToTimestamptz(args[0] as Timestamp, context.io.timeZone),
  ),
  scalar(2027, 'timestamp(timestamptz) timestamp stable', (args, context) =>
    timestamptzToTimestamp(args[0] as Timestamp, context.io.timeZone),
  ),
  scalar(2029, 'date(timestamp) date', (args) => timestampToDate(args[0] as Timestamp)),
  scalar(1178, 'date(timestamptz) date stable', (args, context) =>
    timestampToDate(timestamptzToTimestamp(args[0] as Timestamp, context.io.timeZone)),
  ),
  scalar(1316, 'time(timestamp) time', (args) => timestampToTime(args[0] as Timestamp)),
  scalar(2019, 'time(timestamptz) time stable', (args, context) =>
    timestampToTime(timestamptzToTimestamp(args[0] as Timestamp, context.io.timeZone)),
  ),
  scalar(1388, 'timetz(timestamptz) timetz stable', (args, context) =>
    timestamptzToTimetz(args[0] as Timestamp, context.io.timeZone),
  ),
  scalar(2046, 'time(timetz) time', (args) => (args[0] as TimeTz).micros),
  scalar(2047, 'timetz(time) timetz stable', (args, context) => {
    const offset = sessionOffset(context.io, context.transactionTimestamp());
    return new TimeTzValue(args[0] as number, 0 - offset);
  }),
  scalar(1419, 'time(interval) time', (args) => intervalToTime(args[0] as Interval)),
  scalar(1370, 'interval(time) interval', (args) => timeToInterval(args[0] as number)),
  scalar(2025, 'timestamp(date, time) timestamp', (args) => dateAndTime(args[0] as number, args[1] as number)),
  scalar(1272, 'datetime_pl(date, time) timestamp', (args) => dateAndTime(args[0] as number, args[1] as number)),
  scalar(1296, 'timedate_pl(time, date) timestamp', (args) => dateAndTime(args[1] as number, args[0] as number)),
  scalar(1176, 'timestamptz(date, time) timestamptz stable', (args, context) =>
    timestampToTimestamptz(dateAndTime(args[0] as number, args[1] as number), context.io.timeZone),
  ),
  scalar(1359, 'timestamptz(date, timetz) timestamptz', (args) => dateAndTimetz(args[0] as number, args[1] as TimeTz)),
  scalar(1297, 'datetimetz_pl(date, timetz) timestamptz', (args) =>
    dateAndTimetz(args[0] as number, args[1] as TimeTz),
  ),
  scalar(1298, 'timetzdate_pl(timetz, date) timestamptz', (args) =>
    dateAndTimetz(args[1] as number, args[0] as TimeTz),
  ),
  scalar(1961, 'timestamp(timestamp, int4) timestamp', roundMoment),
  scalar(1967, 'timestamptz(timestamptz, int4) timestamptz', roundMoment),
  scalar(1968, 'time(time, int4) time', (args) => roundSeconds(args[0] as number, args[1] as number)),
  scalar(1969, 'timetz(timetz, int4) timetz', (args) => {
    const { micros, zone } = args[0] as TimeTz;
    return new TimeTzValue(roundSeconds(micros, args[1] as number) as number, zone);
  }),
  scalar(1200, 'interval(interval, int4) interval', (args) => coerceInterval(args[0] as Interval, args[1] as number)),
];
