/** make_date and its kin: values from numbers, checked. */
import { SqlError } from '../../common/sql-error.ts';
import {
  addMicros,
  daysFromCivil,
  daysInMonth,
  isDateInRange,
  isTimestampInRange,
  timestampFrom,
  timestampInfinity,
  timestampNegativeInfinity,
  unixEpochDays,
} from '../../types/calendar.ts';
import { canonicalInt64 } from '../../types/datum.ts';
import type { Interval } from '../../types/datum.ts';
import { formatFloat8 } from '../../types/float-format.ts';
import { intervalOutOfRange } from '../../types/interval.ts';
import { timestampOutOfRange } from '../../types/timestamp.ts';
import { roundHalfEven } from '../inline-runtime.ts';
import type { Timestamp } from './conversion.ts';
import { makeInterval } from './interval-math.ts';

function outOfRange(message: string): SqlError {
  return new SqlError('22008', message);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

function dateText(year: number, month: number, day: number): string {
  return `${year}-${twoDigits(month)}-${twoDigits(day)}`;
}

/** Seconds as C's %02g prints them. */
function timeText(hour: number, minute: number, second: number): string {
  return `${hour}:${twoDigits(minute)}:${formatFloat8(Number(second.toPrecision(6)), 0).padStart(2, '0')}`;
}

/** Day number; a negative year is BC. */
export function makeDate(year: number, month: number, day: number): number {
  const astronomical = year < 0 ? year + 1 : year;
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(astronomical, month)) {
    throw outOfRange(`date field value out of range: ${dateText(year, month, day)}`);
  }
  const days = daysFromCivil(astronomical, month, day);
  if (!isDateInRange(days)) throw outOfRange(`date out of range: ${dateText(year, month, day)}`);
  return days;
}

/** Microseconds of the day; 24:00:00 is allowed, and 60 seconds. */
export function makeTime(hour: number, minute: number, second: number): number {
  const micros = roundHalfEven(second * 1e6);
  const total = hour * 3_600_000_000 + minute * 60_000_000 + micros;
  const valid = hour >= 0 && hour <= 24 && minute >= 0 && minute <= 59 && second >= 0 && micros <= 60_000_000;
  if (!valid || total > 86_400_000_000) {
    throw outOfRange(`time field value out of range: ${timeText(hour, minute, second)}`);
  }
  return total;
}

export type DateTimeNumbers = readonly [
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
];

export function makeTimestamp([year, month, day, hour, minute, second]: DateTimeNumbers): Timestamp {
  const timestamp = timestampFrom(makeDate(year, month, day), makeTime(hour, minute, second));
  if (isTimestampInRange(timestamp)) return timestamp;
  throw outOfRange(`timestamp out of range: ${dateText(year, month, day)} ${timeText(hour, minute, second)}`);
}

/** years, months, weeks, days, hours, minutes, seconds. */
export function makeIntervalOf(parts: readonly number[]): Interval {
  const [years, months, weeks, days, hours, minutes, seconds] = parts as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (!isFinite(seconds)) throw intervalOutOfRange();
  const micros = BigInt(hours) * 3_600_000_000n + BigInt(minutes) * 60_000_000n + BigInt(roundHalfEven(seconds * 1e6));
  return makeInterval(years * 12 + months, weeks * 7 + days, micros);
}

/** Unix seconds, fractions included. */
export function timestampFromUnix(seconds: number): Timestamp {
  if (seconds !== seconds) throw outOfRange('timestamp cannot be NaN');
  if (seconds === Infinity) return timestampInfinity;
  if (seconds === -Infinity) return timestampNegativeInfinity;
  const micros = roundHalfEven(seconds * 1e6);
  if (Math.abs(micros) > 1e19) throw timestampOutOfRange(Number(seconds.toPrecision(6)).toExponential());
  const epoch = timestampFrom(unixEpochDays, 0);
  const timestamp = Number.isSafeInteger(micros)
    ? addMicros(epoch, micros)
    : canonicalInt64(BigInt(epoch) + BigInt(micros));
  if (!isTimestampInRange(timestamp)) throw timestampOutOfRange(String(Number(seconds.toPrecision(6))));
  return timestamp;
}
