/** date_trunc: everything below a unit set to its lowest value. */
import { daysFromCivil, timestampFrom } from '../../types/calendar.ts';
import type { Interval } from '../../types/datum.ts';
import { localToUtc, utcToLocal } from '../../types/timestamp.ts';
import { isInfinite } from './conversion.ts';
import type { Timestamp } from './conversion.ts';
import { isoDayOfWeek } from './iso-week.ts';
import { truncateInterval } from './interval-math.ts';
import { fieldsOf } from './timestamp-math.ts';
import type { DateTimeUnit } from './units.ts';
import { findUnit, unitNotRecognized, unitNotSupported } from './units.ts';

/** Units inside a day, in microseconds: they do not touch the date. */
const dayParts: Readonly<Partial<Record<DateTimeUnit, number>>> = {
  microseconds: 1,
  milliseconds: 1000,
  second: 1_000_000,
  minute: 60_000_000,
  hour: 3_600_000_000,
};

/** First year of the years' group of that size that counts from 1, as centuries do. */
function groupStart(year: number, size: number): number {
  return Math.floor((year - 1) / size) * size + 1;
}

/** First day of the unit, as a day number. */
function startOfUnit(unit: DateTimeUnit, days: number, year: number, month: number): number | undefined {
  switch (unit) {
    case 'day':
      return days;
    case 'week':
      return days - (isoDayOfWeek(days) - 1);
    case 'month':
      return daysFromCivil(year, month, 1);
    case 'quarter':
      return daysFromCivil(year, Math.floor((month - 1) / 3) * 3 + 1, 1);
    case 'year':
      return daysFromCivil(year, 1, 1);
    case 'decade':
      return daysFromCivil(Math.floor(year / 10) * 10, 1, 1);
    case 'century':
      return daysFromCivil(groupStart(year, 100), 1, 1);
    case 'millennium':
      return daysFromCivil(groupStart(year, 1000), 1, 1);
    default:
      return undefined;
  }
}

function truncateLocal(unit: DateTimeUnit, local: Timestamp): Timestamp | undefined {
  const { year, month, days, micros } = fieldsOf(local);
  const part = dayParts[unit];
  if (part !== undefined) return timestampFrom(days, micros - (micros % part));
  const start = startOfUnit(unit, days, year, month);
  return start === undefined ? undefined : timestampFrom(start, 0);
}

export function truncateTimestamp(name: string, timestamp: Timestamp): Timestamp {
  const sqlName = 'timestamp without time zone';
  if (isInfinite(timestamp)) return timestamp;
  const unit = findUnit(name);
  if (unit === undefined) throw unitNotRecognized(name, sqlName);
  const result = truncateLocal(unit, timestamp);
  if (result === undefined) throw unitNotSupported(name, sqlName);
  return result;
}

/** On the wall clock of the zone. Hours and less keep the offset they have, so that a repeated hour stays apart. */
export function truncateTimestamptz(name: string, timestamp: Timestamp, zone: string): Timestamp {
  const sqlName = 'timestamp with time zone';
  if (isInfinite(timestamp)) return timestamp;
  const unit = findUnit(name);
  if (unit === undefined) throw unitNotRecognized(name, sqlName);
  const local = utcToLocal(timestamp, zone);
  const result = truncateLocal(unit, local);
  if (result === undefined) throw unitNotSupported(name, sqlName);
  if (dayParts[unit] === undefined) return localToUtc(result, zone);
  const removed = BigInt(local) - BigInt(result);
  return typeof timestamp === 'number' ? timestamp - Number(removed) : timestamp - removed;
}

export function truncateIntervalBy(name: string, interval: Interval): Interval {
  const unit = findUnit(name);
  if (unit === undefined) throw unitNotRecognized(name, 'interval');
  const result = truncateInterval(interval, unit);
  if (result !== undefined) return result;
  throw unitNotSupported(name, 'interval', unit === 'week' ? 'Months usually have fractional weeks.' : undefined);
}
