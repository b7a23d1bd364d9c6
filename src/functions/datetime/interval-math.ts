/** Arithmetic of intervals. Months, days and microseconds are kept apart; fractions cascade down, a month as 30 days. */
import { microsPerDay, monthsPerYear } from '../../types/calendar.ts';
import { Interval, canonicalInt64 } from '../../types/datum.ts';
import { intervalOutOfRange } from '../../types/interval.ts';
import { divisionByZero, roundHalfEven } from '../inline-runtime.ts';

type Micros = number | bigint;

const daysPerMonth = 30;
const secondsPerDay = 86_400;
const int32Max = 2147483647;
const int64End = 9223372036854775808;

function checkInt32(value: number): number {
  if (!(value >= -int32Max - 1 && value <= int32Max)) throw intervalOutOfRange();
  return value;
}

function checkMicros(value: bigint): Micros {
  if (BigInt.asIntN(64, value) !== value) throw intervalOutOfRange();
  return canonicalInt64(value);
}

/** An interval of checked parts. */
export function makeInterval(months: number, days: number, micros: Micros): Interval {
  return new Interval(checkInt32(months) + 0, checkInt32(days) + 0, checkMicros(BigInt(micros)));
}

export function addIntervals(left: Interval, right: Interval): Interval {
  return makeInterval(left.months + right.months, left.days + right.days, sum(left.micros, right.micros));
}

export function subtractIntervals(left: Interval, right: Interval): Interval {
  return makeInterval(left.months - right.months, left.days - right.days, sum(left.micros, -BigInt(right.micros)));
}

export function negateInterval(value: Interval): Interval {
  return makeInterval(-value.months, -value.days, -BigInt(value.micros));
}

function sum(left: Micros, right: Micros): bigint {
  return BigInt(left) + BigInt(right);
}

/** Rounds seconds to microseconds. */
function toMicroPrecision(value: number): number {
  return roundHalfEven(value * 1e6) / 1e6;
}

/** value × factor, given how one number is scaled: by multiplying or dividing. */
function scale(value: Interval, by: (part: number) => number): Interval {
  const exactMonths = by(value.months);
  const exactDays = by(value.days);
  const months = checkInt32(Math.trunc(exactMonths));
  let days = checkInt32(Math.trunc(exactDays));
  const daysOfMonths = toMicroPrecision((exactMonths - months) * daysPerMonth);
  const wholeDays = Math.trunc(daysOfMonths);
  let seconds = toMicroPrecision((exactDays - days + daysOfMonths - wholeDays) * secondsPerDay);
  if (Math.abs(seconds) >= secondsPerDay) {
    const carried = Math.trunc(seconds / secondsPerDay);
    days += carried;
    seconds -= carried * secondsPerDay;
  }
  const micros = roundHalfEven(by(Number(value.micros)) + seconds * 1e6);
  if (!(micros >= -int64End && micros < int64End)) throw intervalOutOfRange();
  return makeInterval(months, days + wholeDays, BigInt(micros));
}

export function multiplyInterval(value: Interval, factor: number): Interval {
  return scale(value, (part) => part * factor);
}

export function divideInterval(value: Interval, divisor: number): Interval {
  if (divisor === 0) throw divisionByZero();
  return scale(value, (part) => part / divisor);
}

/** Interval while it is being justified. */
interface Parts {
  months: number;
  days: number;
  micros: bigint;
}

const dayMicros = BigInt(microsPerDay);

function partsOf(value: Interval): Parts {
  return { months: value.months, days: value.days, micros: BigInt(value.micros) };
}

function carryHours(parts: Parts): void {
  const wholeDays = parts.micros / dayMicros;
  parts.micros -= wholeDays * dayMicros;
  parts.days += Number(wholeDays);
}

function carryDays(parts: Parts): void {
  const wholeMonths = Math.trunc(parts.days / daysPerMonth);
  parts.days -= wholeMonths * daysPerMonth;
  parts.months += wholeMonths;
}

function alignHours(parts: Parts): void {
  if (parts.days > 0 && parts.micros < 0n) {
    parts.micros += dayMicros;
    parts.days--;
  } else if (parts.days < 0 && parts.micros > 0n) {
    parts.micros -= dayMicros;
    parts.days++;
  }
}

function alignDays(parts: Parts, micros: bigint): void {
  if (parts.months > 0 && (parts.days < 0 || (parts.days === 0 && micros < 0n))) {
    parts.days += daysPerMonth;
    parts.months--;
  } else if (parts.months < 0 && (parts.days > 0 || (parts.days === 0 && micros > 0n))) {
    parts.days -= daysPerMonth;
    parts.months++;
  }
}

function fromParts(parts: Parts): Interval {
  return makeInterval(parts.months, parts.days, parts.micros);
}

/** 24 hours become a day. */
export function justifyHours(value: Interval): Interval {
  const parts = partsOf(value);
  carryHours(parts);
  alignHours(parts);
  return fromParts(parts);
}

/** 30 days become a month. */
export function justifyDays(value: Interval): Interval {
  const parts = partsOf(value);
  carryDays(parts);
  alignDays(parts, 0n);
  return fromParts(parts);
}

/** Both, and all parts get the same sign. */
export function justifyInterval(value: Interval): Interval {
  const parts = partsOf(value);
  carryHours(parts);
  carryDays(parts);
  alignDays(parts, parts.micros);
  alignHours(parts);
  return fromParts(parts);
}

/** Units that divide months, in months. */
const monthUnits: Readonly<Record<string, number>> = {
  millennium: 1000 * monthsPerYear,
  century: 100 * monthsPerYear,
  decade: 10 * monthsPerYear,
  year: monthsPerYear,
  quarter: 3,
  month: 1,
};

/** Units that divide microseconds. */
const microUnits: Readonly<Record<string, number>> = {
  hour: 3_600_000_000,
  minute: 60_000_000,
  second: 1_000_000,
  milliseconds: 1000,
  microseconds: 1,
};

/** date_trunc of an interval; undefined if the unit cannot be used. */
export function truncateInterval(value: Interval, unit: string): Interval | undefined {
  const months = monthUnits[unit];
  if (months !== undefined) return new Interval(value.months - (value.months % months), 0, 0);
  if (unit === 'day') return new Interval(value.months, value.days, 0);
  const micros = microUnits[unit];
  if (micros === undefined) return undefined;
  const exact = BigInt(value.micros);
  return new Interval(value.months, value.days, canonicalInt64(exact - (exact % BigInt(micros))));
}
