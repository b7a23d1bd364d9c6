/**
 * The parts of a date and time as they are found in a literal. Which part a bare number is follows from the parts known already
 * and from DateOrder. What needs the whole date (two-digit years, BC, the day of the year, AM and PM) is settled at the end.
 */
import { CivilDate, civilFromDays, daysFromCivil, daysInMonth, julianEpoch, microsPerDay } from './calendar.ts';
import { badFormat, DateTimeFailure, fieldOverflow } from './datetime-errors.ts';
import { fractionMicros, integerAt, roundHalfEven } from './datetime-numbers.ts';
import { findWord } from './datetime-words.ts';
import { isDigit } from './integer.ts';
import type { IoContext } from './type-handler.ts';

/** Parts of a literal, a bit each: which have been seen. */
export const part = {
  year: 1 << 0,
  month: 1 << 1,
  day: 1 << 2,
  dayOfYear: 1 << 3,
  hour: 1 << 4,
  minute: 1 << 5,
  second: 1 << 6,
  fraction: 1 << 7,
  zone: 1 << 8,
  daylightZone: 1 << 9,
  daylight: 1 << 10,
  weekday: 1 << 11,
  half: 1 << 12,
  era: 1 << 13,
  special: 1 << 14,
} as const;
export const date = part.year | part.month | part.day;
export const seconds = part.second | part.fraction;
export const time = part.hour | part.minute | seconds;

/** What a literal says. `special` is set for words that stand for a whole value. */
export class DateTimeParts {
  special: 'epoch' | 'infinity' | '-infinity' | undefined = undefined;
  year = 0;
  month = 0;
  day = 0;
  hour = 0;
  minute = 0;
  second = 0;
  /** Microseconds, 0 to 1000000. */
  micros = 0;
  /** Seconds east of Greenwich. */
  offset = 0;

  microsOfDay(): number {
    return ((this.hour * 60 + this.minute) * 60 + this.second) * 1_000_000 + this.micros;
  }
}

/** C's atoi for text that starts with digits. */
function leadingNumber(text: string): number {
  return Number.parseInt(text, 10) || 0;
}

const civil = new CivilDate();

/** Methods that read a field return the bits of the parts found in it; `seen` has those of earlier fields. */
export class PartsBuilder {
  readonly parts = new DateTimeParts();
  bc = false;
  /** PM; undefined without AM or PM. */
  afternoon: boolean | undefined = undefined;
  readonly #dateOrder: IoContext['dateOrder'];
  #isJulian = false;
  #shortYear = false;
  #dayOfYear = 0;

  constructor(dateOrder: IoContext['dateOrder']) {
    this.#dateOrder = dateOrder;
  }

  setJulian(day: number): void {
    if (day < 0) throw fieldOverflow();
    this.setDays(day - julianEpoch);
    this.#isJulian = true;
  }

  setDays(days: number): void {
    civilFromDays(days, civil);
    this.parts.year = civil.year;
    this.parts.month = civil.month;
    this.parts.day = civil.day;
  }

  /** "12:34", "12:34:56.789"; "12:34.5" is minutes and seconds. */
  clockTime(text: string): void {
    const parts = this.parts;
    const hour = integerAt(text, 0);
    const minute = integerAt(text, hour.next + 1);
    parts.hour = hour.value;
    parts.minute = minute.value;
    parts.second = 0;
    parts.micros = 0;
    const delimiter = text.charAt(minute.next);
    if (delimiter === '.') {
      parts.micros = fractionMicros(text.slice(minute.next));
      parts.second = parts.minute;
      parts.minute = parts.hour;
      parts.hour = 0;
    } else if (delimiter === ':') {
      const second = integerAt(text, minute.next + 1);
      parts.second = second.value;
      if (second.next < text.length) parts.micros = fractionMicros(text.slice(second.next));
    } else if (delimiter !== '') {
      throw badFormat();
    }
    if (parts.minute > 59 || parts.second > 60) throw fieldOverflow();
  }

  /** 24:00:00 and a second of 60 are allowed, but nothing beyond midnight. */
  timeOverflows(): boolean {
    const { hour, minute, second } = this.parts;
    return hour > 24 || minute > 59 || second > 60 || this.parts.microsOfDay() > microsPerDay;
  }

  setTimeOfDay(micros: number): void {
    const parts = this.parts;
    parts.micros = micros % 1_000_000;
    const whole = Math.floor(micros / 1_000_000);
    parts.second = whole % 60;
    parts.minute = Math.floor(whole / 60) % 60;
    parts.hour = Math.floor(whole / 3600);
  }

  /** "1999-01-08", "8-jan-1999", "01/08/99": words first, they can only be months; then the numbers. */
  writtenDate(text: string, seen: number): number {
    const pieces = splitDate(text);
    let found = 0;
    let hasTextMonth = false;
    const add = (bit: number): void => {
      if (((seen | found) & bit) !== 0) throw badFormat();
      found |= bit;
    };
    for (const piece of pieces) {
      if (isDigit(piece.charCodeAt(0))) continue;
      const word = findDateWord(piece);
      if (word === 'ignored') continue;
      this.parts.month = word;
      hasTextMonth = true;
      add(part.month);
    }
    for (const piece of pieces) {
      if (isDigit(piece.charCodeAt(0))) add(this.number(piece, hasTextMonth, seen | found));
    }
    if (((seen | found) & ~(part.dayOfYear | part.zone)) !== date) throw badFormat();
    return found;
  }

  /** A number of its own: which part it is follows from the parts known already and DateOrder. */
  number(text: string, hasTextMonth: boolean, seen: number): number {
    const { value, next } = integerAt(text, 0);
    if (next === 0) throw badFormat();
    if (text.charAt(next) === '.') {
      if (next > 2) return this.runTogether(text, seen | date);
      this.parts.micros = fractionMicros(text.slice(next));
    } else if (next !== text.length) {
      throw badFormat();
    }
    const width = text.length;
    if (width === 3 && (seen & date) === part.year && value >= 1 && value <= 366) {
      this.#dayOfYear = value;
      return part.dayOfYear | part.month | part.day;
    }
    return this.#assign(value, text, hasTextMonth, seen);
  }

  #assign(value: number, text: string, hasTextMonth: boolean, seen: number): number {
    const long = text.length >= 3;
    switch (seen & date) {
      case 0:
        return this.#firstNumber(value, text.length);
      case part.year:
        return this.#set(part.month, value);
      case part.month:
        if (!hasTextMonth) return this.#set(part.day, value);
        return long || this.#dateOrder === 'YMD' ? this.#setYear(value, text.length) : this.#set(part.day, value);
      case part.year | part.month:
        if (!hasTextMonth || !long || !this.#shortYear) return this.#set(part.day, value);
        // "08-jan-1999" under YMD: what was taken for the year is the day.
        this.parts.day = this.parts.year;
        this.parts.year = value;
        this.#shortYear = false;
        return part.day;
      case part.day:
        return this.#set(part.month, value);
      case part.month | part.day:
        return this.#setYear(value, text.length);
      case date:
        return this.runTogether(text, seen);
      default:
        throw badFormat();
    }
  }

  #firstNumber(value: number, width: number): number {
    if (width >= 3 || this.#dateOrder === 'YMD') return this.#setYear(value, width);
    return this.#set(this.#dateOrder === 'DMY' ? part.day : part.month, value);
  }

  #setYear(value: number, width: number): number {
    this.parts.year = value;
    this.#shortYear = width <= 2;
    return part.year;
  }

  #set(which: number, value: number): number {
    if (which === part.month) this.parts.month = value;
    else this.parts.day = value;
    return which;
  }

  /** "19990108", "990108", "040506.789", "0405". */
  runTogether(text: string, seen: number): number {
    const parts = this.parts;
    const point = text.indexOf('.');
    let digits = text;
    if (point >= 0) {
      parts.micros = roundHalfEven((Number.parseFloat(`0${text.slice(point)}`) || 0) * 1_000_000);
      digits = text.slice(0, point);
    } else if ((seen & date) !== date && digits.length >= 6) {
      const yearDigits = digits.length - 4;
      parts.day = leadingNumber(digits.slice(-2));
      parts.month = leadingNumber(digits.slice(yearDigits, -2));
      parts.year = leadingNumber(digits.slice(0, yearDigits)) | 0;
      if (yearDigits === 2) this.#shortYear = true;
      return date;
    }
    if ((seen & time) === time || (digits.length !== 6 && digits.length !== 4)) throw badFormat();
    parts.hour = leadingNumber(digits.slice(0, 2));
    parts.minute = leadingNumber(digits.slice(2, 4));
    parts.second = digits.length === 6 ? leadingNumber(digits.slice(4)) : 0;
    return time;
  }

  settleDate(seen: number): void {
    const parts = this.parts;
    if ((seen & part.year) !== 0 && !this.#isJulian) this.#settleYear();
    if ((seen & part.dayOfYear) !== 0) this.setDays(daysFromCivil(parts.year, 1, 1) + this.#dayOfYear - 1);
    if ((seen & part.month) !== 0 && (parts.month < 1 || parts.month > 12))
      throw new DateTimeFailure('month or day overflow');
    if ((seen & part.day) !== 0 && (parts.day < 1 || parts.day > 31))
      throw new DateTimeFailure('month or day overflow');
    if ((seen & date) === date && parts.day > daysInMonth(parts.year, parts.month)) throw fieldOverflow();
  }

  #settleYear(): void {
    const parts = this.parts;
    if (this.bc) {
      if (parts.year <= 0) throw fieldOverflow();
      parts.year = 1 - parts.year;
    } else if (this.#shortYear) {
      if (parts.year < 70) parts.year += 2000;
      else if (parts.year < 100) parts.year += 1900;
    } else if (parts.year <= 0) {
      throw fieldOverflow();
    }
  }

  settleHalf(): void {
    if (this.afternoon === undefined) return;
    const parts = this.parts;
    if (parts.hour > 12) throw fieldOverflow();
    if (!this.afternoon && parts.hour === 12) parts.hour = 0;
    else if (this.afternoon && parts.hour !== 12) parts.hour += 12;
  }
}

/** Cuts "8-jan-1999" at everything that is neither a letter nor a digit; one character after each piece is dropped. */
function splitDate(text: string): string[] {
  const pieces: string[] = [];
  for (let at = 0; at < text.length;) {
    const match = /[0-9a-z]/g;
    match.lastIndex = at;
    const start = match.exec(text)?.index;
    if (start === undefined) throw badFormat();
    const piece = /^(?:[0-9]+|[a-z]+)/.exec(text.slice(start))?.[0] ?? '';
    pieces.push(piece);
    at = start + piece.length + 1;
  }
  return pieces;
}

/** The month that a word in a date stands for. */
function findDateWord(word: string): number | 'ignored' {
  const found = findWord(word);
  if (found?.kind === 'ignored') return 'ignored';
  if (found?.kind !== 'month') throw badFormat();
  return found.month;
}
