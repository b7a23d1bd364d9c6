/**
 * The proleptic Gregorian calendar as arithmetic. Days count from 2000-01-01, microseconds from its midnight. Years are
 * astronomical inside: 0 is 1 BC. Conversions after Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms" (public
 * domain): years begin in March, so that leap days come last.
 */
import { canonicalInt64 } from './datum.ts';

export const secondsPerDay = 86_400;
export const microsPerSecond = 1_000_000;
export const microsPerDay = 86_400_000_000;
export const monthsPerYear = 12;
/** Julian day number of 2000-01-01. */
export const julianEpoch = 2_451_545;
/** 1970-01-01 as a day and in seconds. */
export const unixEpochDays = -10_957;
export const unixEpochSeconds = unixEpochDays * secondsPerDay;

const daysPerEra = 146_097;
/** Days from 0000-03-01 to 2000-01-01. */
const marchEpoch = 730_425;

/** A date in parts; reused by the caller, so that a loop over dates makes no object per value. */
export class CivilDate {
  year = 0;
  month = 0;
  day = 0;
}

export function daysFromCivil(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysPerEra + dayOfEra - marchEpoch;
}

export function civilFromDays(days: number, into: CivilDate): void {
  const shifted = days + marchEpoch;
  const era = Math.floor(shifted / daysPerEra);
  const dayOfEra = (shifted - era * daysPerEra) | 0;
  const yearOfEra =
    ((dayOfEra - ((dayOfEra / 1460) | 0) + ((dayOfEra / 36524) | 0) - ((dayOfEra / 146096) | 0)) / 365) | 0;
  const dayOfYear = dayOfEra - (365 * yearOfEra + ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0));
  const shiftedMonth = ((5 * dayOfYear + 2) / 153) | 0;
  into.day = dayOfYear - (((153 * shiftedMonth + 2) / 5) | 0) + 1;
  into.month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  into.year = yearOfEra + era * 400 + (into.month <= 2 ? 1 : 0);
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

const monthDays: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

export function daysInMonth(year: number, month: number): number {
  return month === 2 && isLeapYear(year) ? 29 : (monthDays[month - 1] as number);
}

/** 0 is Sunday. */
export function dayOfWeek(days: number): number {
  const weekday = (days + 6) % 7;
  return weekday < 0 ? weekday + 7 : weekday;
}

/** A timestamp's day and the microseconds since that day's midnight. */
export class DayAndTime {
  days = 0;
  micros = 0;

  set(timestamp: number | bigint): void {
    if (typeof timestamp === 'number') {
      this.days = Math.floor(timestamp / microsPerDay);
      this.micros = timestamp - this.days * microsPerDay;
      return;
    }
    let days = timestamp / 86_400_000_000n;
    let micros = timestamp - days * 86_400_000_000n;
    if (micros < 0n) {
      days -= 1n;
      micros += 86_400_000_000n;
    }
    this.days = Number(days);
    this.micros = Number(micros);
  }
}

/** Days and microseconds of a day as a canonical timestamp; micros may lie outside the day. */
export function timestampFrom(days: number, micros: number): number | bigint {
  const timestamp = days * microsPerDay + micros;
  if (Number.isSafeInteger(timestamp) && Math.abs(days) < 104_000) return timestamp;
  return canonicalInt64(BigInt(days) * 86_400_000_000n + BigInt(micros));
}

/** timestamp + micros, canonical. */
export function addMicros(timestamp: number | bigint, micros: number): number | bigint {
  if (typeof timestamp === 'number') {
    const sum = timestamp + micros;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return canonicalInt64(BigInt(timestamp) + BigInt(micros));
}

/** Whole seconds of a timestamp, rounded down. */
export function secondsOf(timestamp: number | bigint): number {
  if (typeof timestamp === 'number') return Math.floor(timestamp / microsPerSecond);
  const seconds = timestamp / 1_000_000n;
  return Number(timestamp < 0n && seconds * 1_000_000n !== timestamp ? seconds - 1n : seconds);
}

/** Infinities: the ends of the integer types. */
export const dateInfinity = 0x7fff_ffff;
export const dateNegativeInfinity = -0x8000_0000;
export const timestampInfinity = 9_223_372_036_854_775_807n;
export const timestampNegativeInfinity = -9_223_372_036_854_775_808n;

/** 4713-01-01 BC Julian … 5874897-12-31 for dates, … 294276-12-31 for timestamps; the upper ends are exclusive. */
export const dateMin = -julianEpoch;
export const dateEnd = 2_147_483_494 - julianEpoch;
export const timestampMin = -211_813_488_000_000_000n;
export const timestampEnd = 9_223_371_331_200_000_000n;

export function isTimestampInRange(timestamp: number | bigint): boolean {
  return typeof timestamp === 'number' || (timestamp >= timestampMin && timestamp < timestampEnd);
}

export function isDateInRange(days: number): boolean {
  return days >= dateMin && days < dateEnd;
}
