/**
 * Reads date, time and timestamp literals in all the forms that PostgreSQL takes. The lexer has cut the literal into fields; here each
 * field is given its meaning from left to right, by its kind, by what has been seen before (`seen`, a bit per part), by a label
 * before it ("j", "t") and by DateOrder. A part that comes twice is an error. What needs the whole date (two-digit years, BC, AM and
 * PM, zones with daylight saving) is settled at the end.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import {
  addMicros,
  CivilDate,
  civilFromDays,
  DayAndTime,
  daysFromCivil,
  daysInMonth,
  julianEpoch,
  microsPerDay,
  secondsOf,
  secondsPerDay,
} from './calendar.ts';
import { badFormat, DateTimeFailure, fieldOverflow } from './datetime-errors.ts';
import { splitFields } from './datetime-lexer.ts';
import type { Field } from './datetime-lexer.ts';
import { findWord, isDateTimeWord } from './datetime-words.ts';
import type { Unit, Word } from './datetime-words.ts';
import { isDigit } from './integer.ts';
import type { TimeZone } from './time-zone.ts';
import type { IoContext } from './type-handler.ts';
import { findTimeZone, getTimeZone } from './zone-names.ts';

const part = {
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
const date = part.year | part.month | part.day;
const seconds = part.second | part.fraction;
const time = part.hour | part.minute | seconds;

const literalCharactersMax = 152;
const int32Max = 0x7fff_ffff;
const displacementHoursMax = 15;

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

export type LiteralKind = 'timestamp' | 'time';

/** Reads a literal as a date with or without a time ('timestamp'), or as a time ('time'). Throws DateTimeFailure. */
export function parseDateTime(text: string, kind: LiteralKind, io: IoContext): DateTimeParts {
  const fields = splitFields(text, literalCharactersMax, isDateTimeWord);
  const decoder = new DateTimeDecoder(fields, kind, io);
  return decoder.decode();
}

/** Value of the integer at `at`, as C's strtol reads it: 0 where there is none. */
function integerAt(text: string, at: number): { value: number; next: number } {
  let next = at;
  if (text.charAt(next) === '-' || text.charAt(next) === '+') next++;
  const start = next;
  while (isDigit(text.charCodeAt(next))) next++;
  if (next === start) return { value: 0, next: at };
  const value = Number(text.slice(at, next));
  if (Math.abs(value) > int32Max) throw fieldOverflow();
  return { value, next };
}

/** Microseconds of ".789", rounded half to even. */
export function fractionMicros(text: string): number {
  if (!/^\.[0-9]*$/.test(text)) throw badFormat();
  return text === '.' ? 0 : roundHalfEven(Number(text) * 1_000_000);
}

export function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}

/** Reads "+05:30", "-8", "+0530" as seconds east. */
export function parseDisplacement(text: string): number {
  const sign = text.charAt(0);
  if (sign !== '+' && sign !== '-') throw badFormat();
  const parsed = displacementNumbers(text);
  const { hours, minutes, rest } = parsed;
  if (hours < 0 || hours > displacementHoursMax || minutes < 0 || minutes > 59 || rest < 0 || rest > 59)
    throw displacementOverflow();
  if (parsed.next !== text.length) throw badFormat();
  const offset = (hours * 60 + minutes) * 60 + rest;
  return sign === '-' && offset !== 0 ? -offset : offset;
}

function displacementOverflow(): DateTimeFailure {
  return new DateTimeFailure('zone displacement overflow');
}

function displacementNumbers(text: string): { hours: number; minutes: number; rest: number; next: number } {
  try {
    const hours = integerAt(text, 1);
    if (text.charAt(hours.next) === ':') {
      const minutes = integerAt(text, hours.next + 1);
      if (text.charAt(minutes.next) !== ':')
        return { hours: hours.value, minutes: minutes.value, rest: 0, next: minutes.next };
      const rest = integerAt(text, minutes.next + 1);
      return { hours: hours.value, minutes: minutes.value, rest: rest.value, next: rest.next };
    }
    if (hours.next !== text.length || text.length <= 3)
      return { hours: hours.value, minutes: 0, rest: 0, next: hours.next };
    return { hours: Math.trunc(hours.value / 100), minutes: hours.value % 100, rest: 0, next: hours.next };
  } catch (error) {
    if (error instanceof DateTimeFailure) throw displacementOverflow();
    throw error;
  }
}

/** C's atoi for text that starts with digits. */
function leadingNumber(text: string): number {
  return Number.parseInt(text, 10) || 0;
}

const civil = new CivilDate();
const split = new DayAndTime();

class DateTimeDecoder {
  readonly #fields: readonly Field[];
  readonly #kind: LiteralKind;
  readonly #io: IoContext;
  readonly #parts = new DateTimeParts();
  /** Parts seen in earlier fields. */
  #seen = 0;
  #label: Unit | undefined = undefined;
  #afternoon: boolean | undefined = undefined;
  #textMonth = false;
  #isJulian = false;
  #shortYear = false;
  #bc = false;
  #dayOfYear = 0;
  #namedZone: TimeZone | undefined = undefined;
  #abbreviationZone: TimeZone | undefined = undefined;

  constructor(fields: readonly Field[], kind: LiteralKind, io: IoContext) {
    this.#fields = fields;
    this.#kind = kind;
    this.#io = io;
  }

  decode(): DateTimeParts {
    this.#fields.forEach((field, index) => {
      const found = this.#decodeField(field, index);
      if ((found & this.#seen) !== 0) throw badFormat();
      this.#seen |= found;
    });
    this.#settleDate();
    this.#settleHalf();
    if (this.#parts.special !== undefined) return this.#parts;
    if (this.#kind === 'time') this.#settleTime();
    else if (!this.#has(date)) throw badFormat();
    this.#settleZone();
    return this.#parts;
  }

  #has(wanted: number): boolean {
    return (this.#seen & wanted) === wanted;
  }

  #decodeField(field: Field, index: number): number {
    switch (field.kind) {
      case 'date':
        return this.#kind === 'time' ? this.#dateInTime(field.text, index) : this.#dateField(field.text);
      case 'time':
        return this.#timeField(field.text);
      case 'zone':
        this.#parts.offset = parseDisplacement(field.text);
        return part.zone;
      case 'number':
        if (this.#label !== undefined) return this.#labelledNumber(field.text);
        return this.#kind === 'time' ? this.#numberInTime(field.text, index) : this.#plainNumber(field.text);
      case 'string':
      case 'special':
        return this.#wordField(field.text, index);
    }
  }

  // Fields with digits and punctuation

  #dateField(text: string): number {
    if (this.#label === 'julian') return this.#julianWithZone(text);
    const afterMonthAndDay = this.#has(part.month | part.day);
    if (this.#label === undefined && !afterMonthAndDay) return this.#writtenDate(text);
    if (this.#label === undefined && !isDigit(text.charCodeAt(0))) return this.#nameZone(text);
    if (this.#label !== undefined && this.#label !== 'time') throw badFormat();
    this.#label = undefined;
    return this.#timeWithZone(text, this.#seen);
  }

  /** In a time literal a date is only accepted first, before something that is a time. */
  #dateInTime(text: string, index: number): number {
    const kinds = this.#fields;
    if (index === 0 && kinds.length >= 2 && (kinds.at(-1)?.kind === 'date' || kinds[1]?.kind === 'time'))
      return this.#writtenDate(text);
    return isDigit(text.charCodeAt(0)) ? this.#timeWithZone(text, this.#seen | date) : this.#nameZone(text);
  }

  /** "2451187-08": a Julian day and a zone. */
  #julianWithZone(text: string): number {
    const { value, next } = integerAt(text, 0);
    this.#setJulian(value);
    this.#parts.offset = parseDisplacement(text.slice(next));
    this.#label = undefined;
    return date | time | part.zone;
  }

  #setJulian(day: number): void {
    if (day < 0) throw fieldOverflow();
    this.#setDays(day - julianEpoch);
    this.#isJulian = true;
  }

  #setDays(days: number): void {
    civilFromDays(days, civil);
    this.#parts.year = civil.year;
    this.#parts.month = civil.month;
    this.#parts.day = civil.day;
  }

  /** "040506-08": a time run together, and a zone. */
  #timeWithZone(text: string, seen: number): number {
    if (this.#has(time)) throw badFormat();
    const at = text.indexOf('-');
    if (at < 0) throw badFormat();
    this.#parts.offset = parseDisplacement(text.slice(at));
    return this.#runTogether(text.slice(0, at), seen) | part.zone;
  }

  #nameZone(text: string): number {
    this.#namedZone = findTimeZone(text);
    if (this.#namedZone === undefined)
      throw new SqlError(sqlState.invalidParameterValue, `time zone "${text}" not recognized`);
    return part.zone;
  }

  #timeField(text: string): number {
    if (this.#label !== undefined && this.#kind === 'timestamp') {
      if (this.#label !== 'time') throw badFormat();
      this.#label = undefined;
    }
    this.#clockTime(text);
    if (this.#kind === 'timestamp' && this.#timeOverflows()) throw fieldOverflow();
    return time;
  }

  /** "12:34", "12:34:56.789"; "12:34.5" is minutes and seconds. */
  #clockTime(text: string): void {
    const parts = this.#parts;
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
  #timeOverflows(): boolean {
    const { hour, minute, second } = this.#parts;
    return hour > 24 || minute > 59 || second > 60 || this.#parts.microsOfDay() > microsPerDay;
  }

  // Numbers

  #plainNumber(text: string): number {
    const point = text.indexOf('.');
    if (point >= 0 && (this.#seen & date) === 0) return this.#writtenDate(text);
    if (point > 2) return this.#runTogether(text, this.#seen);
    if (text.length >= 6 && !(this.#has(date) && this.#has(time))) return this.#runTogether(text, this.#seen);
    return this.#number(text, this.#textMonth, this.#seen);
  }

  #numberInTime(text: string, index: number): number {
    const point = text.indexOf('.');
    if (point >= 0) {
      if (index === 0 && this.#fields.length >= 2 && this.#fields.at(-1)?.kind === 'date')
        return this.#writtenDate(text);
      if (point <= 2) throw badFormat();
      return this.#runTogether(text, this.#seen | date);
    }
    if (text.length > 4) return this.#runTogether(text, this.#seen | date);
    return this.#number(text, false, this.#seen | date);
  }

  /** A number after a label: "j 2451187", "t 040506", "y 1999". */
  #labelledNumber(text: string): number {
    const label = this.#label;
    this.#label = undefined;
    const { value, next } = integerAt(text, 0);
    const rest = text.slice(next);
    if (rest !== '' && label !== 'julian' && label !== 'time' && label !== 'second') throw badFormat();
    switch (label) {
      case 'year':
        this.#parts.year = value;
        return part.year;
      case 'month':
        return this.#labelledMonth(value);
      case 'day':
        this.#parts.day = value;
        return part.day;
      case 'hour':
        this.#parts.hour = value;
        return part.hour;
      case 'minute':
        this.#parts.minute = value;
        return part.minute;
      case 'second':
        this.#parts.second = value;
        if (rest === '') return part.second;
        this.#parts.micros = fractionMicros(rest);
        return seconds;
      case 'julian':
        return this.#labelledJulian(value, rest);
      case 'time': {
        const found = this.#runTogether(text, this.#seen | date);
        if (found !== time) throw badFormat();
        return found;
      }
      default:
        throw badFormat();
    }
  }

  /** "m" after a month and an hour means minutes. */
  #labelledMonth(value: number): number {
    if ((this.#seen & part.month) !== 0 && (this.#seen & part.hour) !== 0) {
      this.#parts.minute = value;
      return part.minute;
    }
    this.#parts.month = value;
    return part.month;
  }

  #labelledJulian(day: number, fraction: string): number {
    this.#setJulian(day);
    if (fraction === '') return date;
    const micros = Number(fraction === '.' ? NaN : fraction) * microsPerDay;
    if (Number.isNaN(micros)) throw badFormat();
    this.#setTimeOfDay(Math.trunc(micros));
    return date | time;
  }

  #setTimeOfDay(micros: number): void {
    const parts = this.#parts;
    parts.micros = micros % 1_000_000;
    const whole = Math.floor(micros / 1_000_000);
    parts.second = whole % 60;
    parts.minute = Math.floor(whole / 60) % 60;
    parts.hour = Math.floor(whole / 3600);
  }

  /** "1999-01-08", "8-jan-1999", "01/08/99": words first, they can only be months; then the numbers. */
  #writtenDate(text: string): number {
    const pieces = splitDate(text);
    let found = 0;
    let hasTextMonth = false;
    const add = (bit: number): void => {
      if (((this.#seen | found) & bit) !== 0) throw badFormat();
      found |= bit;
    };
    for (const piece of pieces) {
      if (isDigit(piece.charCodeAt(0))) continue;
      const word = findDateWord(piece);
      if (word === 'ignored') continue;
      this.#parts.month = word;
      hasTextMonth = true;
      add(part.month);
    }
    for (const piece of pieces) {
      if (isDigit(piece.charCodeAt(0))) add(this.#number(piece, hasTextMonth, this.#seen | found));
    }
    if (((this.#seen | found) & ~(part.dayOfYear | part.zone)) !== date) throw badFormat();
    return found;
  }

  /** A number of its own: which part it is follows from the parts known already and DateOrder. */
  #number(text: string, hasTextMonth: boolean, seen: number): number {
    const { value, next } = integerAt(text, 0);
    if (next === 0) throw badFormat();
    if (text.charAt(next) === '.') {
      if (next > 2) return this.#runTogether(text, seen | date);
      this.#parts.micros = fractionMicros(text.slice(next));
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
        return long || this.#io.dateOrder === 'YMD' ? this.#setYear(value, text.length) : this.#set(part.day, value);
      case part.year | part.month:
        if (!hasTextMonth || !long || !this.#shortYear) return this.#set(part.day, value);
        // "08-jan-1999" under YMD: what was taken for the year is the day.
        this.#parts.day = this.#parts.year;
        this.#parts.year = value;
        this.#shortYear = false;
        return part.day;
      case part.day:
        return this.#set(part.month, value);
      case part.month | part.day:
        return this.#setYear(value, text.length);
      case date:
        return this.#runTogether(text, seen);
      default:
        throw badFormat();
    }
  }

  #firstNumber(value: number, width: number): number {
    if (width >= 3 || this.#io.dateOrder === 'YMD') return this.#setYear(value, width);
    return this.#set(this.#io.dateOrder === 'DMY' ? part.day : part.month, value);
  }

  #setYear(value: number, width: number): number {
    this.#parts.year = value;
    this.#shortYear = width <= 2;
    return part.year;
  }

  #set(which: number, value: number): number {
    if (which === part.month) this.#parts.month = value;
    else this.#parts.day = value;
    return which;
  }

  /** "19990108", "990108", "040506.789", "0405". */
  #runTogether(text: string, seen: number): number {
    const parts = this.#parts;
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

  // Words

  #wordField(text: string, index: number): number {
    const word = findWord(text);
    if (word === undefined) return this.#unknownWord(text);
    switch (word.kind) {
      case 'ignored':
        return 0;
      case 'special':
        return this.#specialWord(word.value);
      case 'month':
        return this.#kind === 'time' ? this.#refuse() : this.#monthWord(word.month);
      case 'weekday':
        return this.#kind === 'time' ? this.#refuse() : part.weekday;
      case 'half':
        this.#afternoon = word.afternoon;
        return part.half;
      case 'era':
        this.#bc = word.bc;
        return part.era;
      case 'unit':
        this.#label = word.unit;
        return 0;
      case 'time follows':
        return this.#timeFollows(index);
      default:
        return this.#zoneWord(word);
    }
  }

  #refuse(): never {
    throw badFormat();
  }

  #unknownWord(text: string): number {
    this.#namedZone = findTimeZone(text);
    if (this.#namedZone === undefined) throw badFormat();
    return part.zone;
  }

  #zoneWord(word: Extract<Word, { kind: 'daylight' | 'fixed zone' | 'zone' }>): number {
    switch (word.kind) {
      case 'daylight':
        this.#parts.offset += 3600;
        return part.daylight | part.daylightZone;
      case 'fixed zone':
        this.#parts.offset = word.offset;
        return word.daylight ? part.zone | part.daylightZone : part.zone;
      case 'zone':
        this.#abbreviationZone = getTimeZone(word.zone);
        return part.zone;
    }
  }

  /** "jan": if a number was taken for the month already, that was the day. */
  #monthWord(month: number): number {
    const parts = this.#parts;
    const misread = (this.#seen & part.month) !== 0 && !this.#textMonth && (this.#seen & part.day) === 0;
    const found = misread && parts.month >= 1 && parts.month <= 31 ? part.day : part.month;
    if (found === part.day) parts.day = parts.month;
    this.#textMonth = true;
    parts.month = month;
    return found;
  }

  #timeFollows(index: number): number {
    if (this.#kind === 'timestamp' && !this.#has(date)) throw badFormat();
    const next = this.#fields[index + 1]?.kind;
    if (next !== 'number' && next !== 'time' && next !== 'date') throw badFormat();
    this.#label = 'time';
    return 0;
  }

  #specialWord(value: Extract<Word, { kind: 'special' }>['value']): number {
    switch (value) {
      case 'now':
        return this.#now();
      case 'allballs':
        this.#setTimeOfDay(0);
        this.#parts.offset = 0;
        return time | part.zone;
      default:
        if (this.#kind === 'time') throw badFormat();
    }
    switch (value) {
      case 'today':
        return this.#relativeDay(0);
      case 'tomorrow':
        return this.#relativeDay(1);
      case 'yesterday':
        return this.#relativeDay(-1);
      default:
        this.#parts.special = value;
        return part.special;
    }
  }

  /** The transaction's start as local time of the session. */
  #splitNow(): void {
    const start = this.#io.transactionStart;
    const offset = getTimeZone(this.#io.timeZone).offsetAt(secondsOf(start));
    this.#parts.offset = offset;
    split.set(addMicros(start, offset * 1_000_000));
  }

  #now(): number {
    const offsetBefore = this.#parts.offset;
    this.#splitNow();
    this.#setTimeOfDay(split.micros);
    if (this.#kind === 'time') {
      this.#parts.offset = offsetBefore;
      return time;
    }
    this.#setDays(split.days);
    return date | time | part.zone;
  }

  #relativeDay(distance: number): number {
    const offsetBefore = this.#parts.offset;
    this.#splitNow();
    this.#parts.offset = offsetBefore;
    this.#setDays(split.days + distance);
    return date;
  }

  // What is settled at the end

  #settleDate(): void {
    const parts = this.#parts;
    if ((this.#seen & part.year) !== 0 && !this.#isJulian) this.#settleYear();
    if ((this.#seen & part.dayOfYear) !== 0) this.#setDays(daysFromCivil(parts.year, 1, 1) + this.#dayOfYear - 1);
    if ((this.#seen & part.month) !== 0 && (parts.month < 1 || parts.month > 12))
      throw new DateTimeFailure('month or day overflow');
    if ((this.#seen & part.day) !== 0 && (parts.day < 1 || parts.day > 31))
      throw new DateTimeFailure('month or day overflow');
    if (this.#has(date) && parts.day > daysInMonth(parts.year, parts.month)) throw fieldOverflow();
  }

  #settleYear(): void {
    const parts = this.#parts;
    if (this.#bc) {
      if (parts.year <= 0) throw fieldOverflow();
      parts.year = 1 - parts.year;
    } else if (this.#shortYear) {
      if (parts.year < 70) parts.year += 2000;
      else if (parts.year < 100) parts.year += 1900;
    } else if (parts.year <= 0) {
      throw fieldOverflow();
    }
  }

  #settleHalf(): void {
    if (this.#afternoon === undefined) return;
    const parts = this.#parts;
    if (parts.hour > 12) throw fieldOverflow();
    if (!this.#afternoon && parts.hour === 12) parts.hour = 0;
    else if (this.#afternoon && parts.hour !== 12) parts.hour += 12;
  }

  #settleTime(): void {
    if (this.#timeOverflows()) throw fieldOverflow();
    if (!this.#has(time)) throw badFormat();
  }

  #settleZone(): void {
    const zone =
      this.#namedZone ?? this.#abbreviationZone ?? (this.#has(part.zone) ? undefined : getTimeZone(this.#io.timeZone));
    if (zone === undefined) return;
    if (this.#has(part.daylight)) throw badFormat();
    if (this.#kind === 'time' && !this.#has(date)) this.#settleZoneWithoutDate(zone);
    else this.#parts.offset = zone.offsetForLocal(this.#localSeconds());
  }

  /** A time alone: a zone named in it must not depend on the date, the session's zone is taken as of today. */
  #settleZoneWithoutDate(zone: TimeZone): void {
    if (zone.fixedOffset !== undefined) {
      this.#parts.offset = zone.fixedOffset;
      return;
    }
    if (zone === this.#namedZone || (this.#seen & date) !== 0) throw badFormat();
    this.#splitNow();
    this.#parts.offset = zone.offsetForLocal(
      split.days * secondsPerDay + Math.floor(this.#parts.microsOfDay() / 1_000_000),
    );
  }

  #localSeconds(): number {
    const { year, month, day } = this.#parts;
    return daysFromCivil(year, month, day) * secondsPerDay + Math.floor(this.#parts.microsOfDay() / 1_000_000);
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
