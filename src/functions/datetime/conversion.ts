/** Conversions among date, time, timestamp, timestamptz and interval, as casts and mixed comparisons need them. */
import {
  DayAndTime,
  dateInfinity,
  dateNegativeInfinity,
  isTimestampInRange,
  microsPerDay,
  timestampEnd,
  timestampFrom,
  timestampInfinity,
  timestampNegativeInfinity,
} from '../../types/calendar.ts';
import { SqlError } from '../../common/sql-error.ts';
import { Interval, TimeTz } from '../../types/datum.ts';
import { localToUtc, timestampOutOfRange, utcToLocal } from '../../types/timestamp.ts';

export type Timestamp = number | bigint;

const split = new DayAndTime();

export function isInfinite(timestamp: Timestamp): boolean {
  return timestamp === timestampInfinity || timestamp === timestampNegativeInfinity;
}

export function isInfiniteDate(date: number): boolean {
  return date === dateInfinity || date === dateNegativeInfinity;
}

/** Midnight of the date; dates reach further than timestamps: 22008. */
export function dateToTimestamp(date: number): Timestamp {
  if (date === dateInfinity) return timestampInfinity;
  if (date === dateNegativeInfinity) return timestampNegativeInfinity;
  const timestamp = timestampFrom(date, 0);
  if (!isTimestampInRange(timestamp)) throw new SqlError('22008', 'date out of range for timestamp');
  return timestamp;
}

/** For comparing: a date beyond all timestamps is after them, but before infinity. */
export function dateForComparison(date: number): Timestamp {
  if (date === dateInfinity) return timestampInfinity;
  if (date === dateNegativeInfinity) return timestampNegativeInfinity;
  const timestamp = timestampFrom(date, 0);
  return timestamp < timestampEnd ? timestamp : timestampEnd;
}

export function dateToTimestamptz(date: number, zone: string): Timestamp {
  return timestampToTimestamptz(dateToTimestamp(date), zone);
}

export function timestampToTimestamptz(timestamp: Timestamp, zone: string): Timestamp {
  const utc = localToUtc(timestamp, zone);
  if (!isInfinite(utc) && !isTimestampInRange(utc)) throw timestampOutOfRange();
  return utc;
}

export function timestamptzToTimestamp(timestamp: Timestamp, zone: string): Timestamp {
  const local = utcToLocal(timestamp, zone);
  if (!isInfinite(local) && !isTimestampInRange(local)) throw timestampOutOfRange();
  return local;
}

export function timestampToDate(timestamp: Timestamp): number {
  if (timestamp === timestampInfinity) return dateInfinity;
  if (timestamp === timestampNegativeInfinity) return dateNegativeInfinity;
  split.set(timestamp);
  return split.days;
}

/** Time of day; NULL for the infinities. */
export function timestampToTime(timestamp: Timestamp): number | null {
  if (isInfinite(timestamp)) return null;
  split.set(timestamp);
  return split.micros;
}

export function timestamptzToTimetz(timestamp: Timestamp, zone: string): TimeTz | null {
  if (isInfinite(timestamp)) return null;
  const local = utcToLocal(timestamp, zone);
  split.set(local);
  return new TimeTz(split.micros, Number(BigInt(timestamp) - BigInt(local)) / 1_000_000);
}

/** The time of day an interval reaches, days and months left out. */
export function intervalToTime(interval: Interval): number {
  split.set(interval.micros);
  return split.micros;
}

export function timeToInterval(time: number): Interval {
  return new Interval(0, 0, time);
}

/** Moves a time of day by microseconds, around the clock. */
export function wrapTime(micros: number | bigint): number {
  split.set(micros);
  return split.micros;
}

export const endOfDay = microsPerDay;
