/**
 * Arithmetic of timestamps: plus and minus an interval, differences, age, binning. Months move the date and keep it inside its
 * month; days and months of a timestamptz are counted on the wall clock of a zone.
 */
import {
  CivilDate,
  DayAndTime,
  addMicros,
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  isTimestampInRange,
  timestampFrom,
} from '../../types/calendar.ts';
import { SqlError } from '../../common/sql-error.ts';
import { Interval, canonicalInt64 } from '../../types/datum.ts';
import { localToUtc, timestampOutOfRange, utcToLocal } from '../../types/timestamp.ts';
import { isInfinite } from './conversion.ts';
import type { Timestamp } from './conversion.ts';
import { justifyHours } from './interval-math.ts';

const split = new DayAndTime();
const civil = new CivilDate();

function check(timestamp: Timestamp): Timestamp {
  if (!isTimestampInRange(timestamp)) throw timestampOutOfRange();
  return timestamp;
}

/** Moves the date part by months and days. */
function moveDate(local: Timestamp, months: number, days: number): Timestamp {
  if (months === 0 && days === 0) return local;
  split.set(local);
  let day = split.days;
  if (months !== 0) {
    civilFromDays(day, civil);
    const month = civil.year * 12 + (civil.month - 1) + months;
    const [toYear, toMonth] = [Math.floor(month / 12), (((month % 12) + 12) % 12) + 1];
    day = daysFromCivil(toYear, toMonth, Math.min(civil.day, daysInMonth(toYear, toMonth)));
  }
  return check(timestampFrom(day + days, split.micros));
}

function addTime(timestamp: Timestamp, micros: number | bigint): Timestamp {
  if (typeof micros === 'number') return check(addMicros(timestamp, micros));
  return check(canonicalInt64(BigInt(timestamp) + micros));
}

export function addToTimestamp(timestamp: Timestamp, interval: Interval): Timestamp {
  if (isInfinite(timestamp)) return timestamp;
  return addTime(moveDate(timestamp, interval.months, interval.days), interval.micros);
}

export function subtractFromTimestamp(timestamp: Timestamp, interval: Interval): Timestamp {
  return addToTimestamp(timestamp, inverse(interval));
}

export function addToTimestamptz(timestamp: Timestamp, interval: Interval, zone: string): Timestamp {
  if (isInfinite(timestamp)) return timestamp;
  const { months, days, micros } = interval;
  if (months === 0 && days === 0) return addTime(timestamp, micros);
  return addTime(localToUtc(moveDate(utcToLocal(timestamp, zone), months, days), zone), micros);
}

export function subtractFromTimestamptz(timestamp: Timestamp, interval: Interval, zone: string): Timestamp {
  return addToTimestamptz(timestamp, inverse(interval), zone);
}

/** Without a range check: only to be added. */
function inverse({ months, days, micros }: Interval): Interval {
  return new Interval(0 - months, 0 - days, canonicalInt64(-BigInt(micros)));
}

/** left - right in days and time. */
export function timestampDifference(left: Timestamp, right: Timestamp): Interval {
  if (isInfinite(left) || isInfinite(right)) throw new SqlError('22008', 'cannot subtract infinite timestamps');
  return justifyHours(new Interval(0, 0, canonicalInt64(BigInt(left) - BigInt(right))));
}

/** left - right in years, months and days as people count, both given as local times. */
export function age(left: Timestamp, right: Timestamp): Interval {
  if (left < right) {
    const { months, days, micros } = ageOfLater(right, left, left);
    return new Interval(0 - months, 0 - days, 0 - Number(micros));
  }
  return ageOfLater(left, right, right);
}

/** Days are borrowed from the month of `borrowFrom`. */
function ageOfLater(later: Timestamp, earlier: Timestamp, borrowFrom: Timestamp): Interval {
  const from = fieldsOf(earlier);
  const to = fieldsOf(later);
  let months = (to.year - from.year) * 12 + (to.month - from.month);
  let days = to.day - from.day;
  let micros = to.micros - from.micros;
  if (micros < 0) {
    micros += 86_400_000_000;
    days--;
  }
  const { year, month } = fieldsOf(borrowFrom);
  while (days < 0) {
    days += daysInMonth(year, month);
    months--;
  }
  return new Interval(months + 0, days, micros);
}

export interface TimestampFields {
  /** Astronomical: 0 is 1 BC. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Day number since 2000-01-01. */
  readonly days: number;
  /** Of the day. */
  readonly micros: number;
}

export function fieldsOf(local: Timestamp): TimestampFields {
  split.set(local);
  const { days, micros } = split;
  civilFromDays(days, civil);
  return { year: civil.year, month: civil.month, day: civil.day, days, micros };
}

/** The start of the bin of width `stride`, counted from `origin`, that the timestamp lies in. */
export function binTimestamp(stride: Interval, timestamp: Timestamp, origin: Timestamp): Timestamp {
  if (isInfinite(timestamp)) return timestamp;
  if (isInfinite(origin)) throw new SqlError('22008', 'origin out of range');
  if (stride.months !== 0) {
    throw new SqlError('0A000', 'timestamps cannot be binned into intervals containing months or years');
  }
  const width = BigInt(stride.days) * 86_400_000_000n + BigInt(stride.micros);
  if (width <= 0n) throw new SqlError('22008', 'stride must be greater than zero');
  const distance = BigInt(timestamp) - BigInt(origin);
  const rest = distance % width;
  return check(canonicalInt64(BigInt(timestamp) - (rest < 0n ? rest + width : rest)));
}
