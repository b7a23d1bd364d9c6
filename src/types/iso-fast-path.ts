/**
 * The spellings that programs write, read without the general decoder: YYYY-MM-DD and YYYY-MM-DD HH:MM:SS[.ffffff], also with a
 * T between, and an offset (Z, +HH, +HH:MM) behind. Anything else, or anything not plainly valid, is left to datetime-parse.ts, which also knows the errors.
 */
import { daysFromCivil, daysInMonth, microsPerDay, timestampFrom } from './calendar.ts';

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 0x30;
  return value >= 0 && value <= 9 ? value : NaN;
}

function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

/** Days of the date at the start of the text; NaN unless it is plainly valid. */
function isoDays(text: string): number {
  if (text.charCodeAt(4) !== 0x2d || text.charCodeAt(7) !== 0x2d) return NaN;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  if (!(year >= 1 && month >= 1 && month <= 12 && day >= 1)) return NaN;
  return day <= daysInMonth(year, month) ? daysFromCivil(year, month, day) : NaN;
}

export function readIsoDate(text: string): number | undefined {
  if (text.length !== 10) return undefined;
  const days = isoDays(text);
  return days === days ? days : undefined;
}

/** Microseconds of HH:MM:SS[.ffffff] from `at` to the end; NaN unless plainly valid. */
function isoMicros(text: string, at: number): number {
  if (text.charCodeAt(at + 2) !== 0x3a || text.charCodeAt(at + 5) !== 0x3a) return NaN;
  const hour = twoDigits(text, at);
  const minute = twoDigits(text, at + 3);
  const second = twoDigits(text, at + 6);
  if (!(hour < 24 && minute < 60 && second < 60)) return NaN;
  const whole = (hour * 60 + minute) * 60 + second;
  return whole * 1_000_000 + fraction(text, at + 8);
}

function fraction(text: string, at: number): number {
  if (at === text.length) return 0;
  if (text.charCodeAt(at) !== 0x2e || text.length === at + 1 || text.length > at + 7) return NaN;
  let micros = 0;
  for (let i = at + 1; i < at + 7; i++) micros = micros * 10 + (i < text.length ? digit(text, i) : 0);
  return micros;
}

/** A timestamp without zone. */
export function readIsoTimestamp(text: string): number | bigint | undefined {
  const delimiter = text.charCodeAt(10);
  if (text.length < 19 || (delimiter !== 0x20 && delimiter !== 0x54)) return undefined;
  const micros = isoMicros(text, 11);
  const days = isoDays(text);
  return days + micros === days + micros ? timestampFrom(days, micros) : undefined;
}

/** A time without zone. */
export function readIsoTime(text: string): number | undefined {
  const micros = text.length >= 8 ? isoMicros(text, 0) : NaN;
  return micros < microsPerDay ? micros : undefined;
}

/** Where the offset of a timestamp literal begins, if it has one in the usual place; else the length. */
export function isoOffsetStart(text: string): number {
  for (let at = 19; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x2b || code === 0x2d || code === 0x5a) return at;
  }
  return text.length;
}

/** Seconds east of "Z", "+HH" or "+HH:MM" from `at` to the end. */
export function readIsoOffset(text: string, at: number): number | undefined {
  const length = text.length - at;
  if (text.charCodeAt(at) === 0x5a) return length === 1 ? 0 : undefined;
  const hours = twoDigits(text, at + 1);
  const minutes = length === 3 ? 0 : length === 6 && text.charCodeAt(at + 3) === 0x3a ? twoDigits(text, at + 4) : NaN;
  if (!(hours <= 15 && minutes < 60)) return undefined;
  const offset = (hours * 60 + minutes) * 60;
  return text.charCodeAt(at) === 0x2d && offset !== 0 ? -offset : offset;
}
