/**
 * Reads date, time and timestamp literals in all the forms that PostgreSQL takes. The lexer has cut the literal into fields; here
 * each field is given its meaning from left to right, by its kind, by what has been seen before, and by a label before it ("j",
 * "t"). A part that comes twice is an error. Zones are settled last, because their offset depends on the date.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { addMicros, DayAndTime, daysFromCivil, microsPerDay, secondsOf, secondsPerDay } from './calendar.ts';
import { badFormat, fieldOverflow } from './datetime-errors.ts';
import { splitFields } from './datetime-lexer.ts';
import type { Field } from './datetime-lexer.ts';
import { fractionMicros, integerAt, parseDisplacement } from './datetime-numbers.ts';
import { date, part, PartsBuilder, seconds, time } from './datetime-parts.ts';
import type { DateTimeParts } from './datetime-parts.ts';
import { findWord, isDateTimeWord } from './datetime-words.ts';
import type { Unit, Word } from './datetime-words.ts';
import { isDigit } from './integer.ts';
import type { TimeZone } from './time-zone.ts';
import type { IoContext } from './type-handler.ts';
import { findTimeZone, getTimeZone } from './zone-names.ts';

const literalCharactersMax = 152;

export type LiteralKind = 'timestamp' | 'time';

/** Reads a literal as a date with or without a time ('timestamp'), or as a time ('time'). Throws DateTimeFailure. */
export function parseDateTime(text: string, kind: LiteralKind, io: IoContext): DateTimeParts {
  const fields = splitFields(text, literalCharactersMax, isDateTimeWord);
  const decoder = new DateTimeDecoder(fields, kind, io);
  return decoder.decode();
}

const split = new DayAndTime();

class DateTimeDecoder {
  readonly #fields: readonly Field[];
  readonly #kind: LiteralKind;
  readonly #io: IoContext;
  readonly #builder: PartsBuilder;
  readonly #parts: DateTimeParts;
  /** Parts seen in earlier fields. */
  #seen = 0;
  #label: Unit | undefined = undefined;
  #textMonth = false;
  #namedZone: TimeZone | undefined = undefined;
  #abbreviationZone: TimeZone | undefined = undefined;

  constructor(fields: readonly Field[], kind: LiteralKind, io: IoContext) {
    this.#fields = fields;
    this.#kind = kind;
    this.#io = io;
    this.#builder = new PartsBuilder(io.dateOrder);
    this.#parts = this.#builder.parts;
  }

  decode(): DateTimeParts {
    this.#fields.forEach((field, index) => {
      const found = this.#decodeField(field, index);
      if ((found & this.#seen) !== 0) throw badFormat();
      this.#seen |= found;
    });
    this.#builder.settleDate(this.#seen);
    this.#builder.settleHalf();
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

  #dateField(text: string): number {
    if (this.#label === 'julian') return this.#julianWithZone(text);
    const afterMonthAndDay = this.#has(part.month | part.day);
    if (this.#label === undefined && !afterMonthAndDay) return this.#builder.writtenDate(text, this.#seen);
    if (this.#label === undefined && !isDigit(text.charCodeAt(0))) return this.#nameZone(text);
    if (this.#label !== undefined && this.#label !== 'time') throw badFormat();
    this.#label = undefined;
    return this.#timeWithZone(text, this.#seen);
  }

  /** In a time literal a date is only accepted first, before something that is a time. */
  #dateInTime(text: string, index: number): number {
    const kinds = this.#fields;
    if (index === 0 && kinds.length >= 2 && (kinds.at(-1)?.kind === 'date' || kinds[1]?.kind === 'time'))
      return this.#builder.writtenDate(text, this.#seen);
    return isDigit(text.charCodeAt(0)) ? this.#timeWithZone(text, this.#seen | date) : this.#nameZone(text);
  }

  /** "2451187-08": a Julian day and a zone. */
  #julianWithZone(text: string): number {
    const { value, next } = integerAt(text, 0);
    this.#builder.setJulian(value);
    this.#parts.offset = parseDisplacement(text.slice(next));
    this.#label = undefined;
    return date | time | part.zone;
  }

  /** "040506-08": a time run together, and a zone. */
  #timeWithZone(text: string, seen: number): number {
    if (this.#has(time)) throw badFormat();
    const at = text.indexOf('-');
    if (at < 0) throw badFormat();
    this.#parts.offset = parseDisplacement(text.slice(at));
    return this.#builder.runTogether(text.slice(0, at), seen) | part.zone;
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
    this.#builder.clockTime(text);
    if (this.#kind === 'timestamp' && this.#builder.timeOverflows()) throw fieldOverflow();
    return time;
  }

  #plainNumber(text: string): number {
    const point = text.indexOf('.');
    if (point >= 0 && (this.#seen & date) === 0) return this.#builder.writtenDate(text, this.#seen);
    if (point > 2) return this.#builder.runTogether(text, this.#seen);
    if (text.length >= 6 && ((this.#seen & date) === 0 || (this.#seen & time) === 0))
      return this.#builder.runTogether(text, this.#seen);
    return this.#builder.number(text, this.#textMonth, this.#seen);
  }

  #numberInTime(text: string, index: number): number {
    const point = text.indexOf('.');
    if (point >= 0) {
      if (index === 0 && this.#fields.length >= 2 && this.#fields.at(-1)?.kind === 'date')
        return this.#builder.writtenDate(text, this.#seen);
      if (point <= 2) throw badFormat();
      return this.#builder.runTogether(text, this.#seen | date);
    }
    if (text.length > 4) return this.#builder.runTogether(text, this.#seen | date);
    return this.#builder.number(text, false, this.#seen | date);
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
        const found = this.#builder.runTogether(text, this.#seen | date);
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
    this.#builder.setJulian(day);
    if (fraction === '') return date;
    const micros = Number(fraction === '.' ? NaN : fraction) * microsPerDay;
    if (Number.isNaN(micros)) throw badFormat();
    this.#builder.setTimeOfDay(Math.trunc(micros));
    return date | time;
  }

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
        this.#builder.afternoon = word.afternoon;
        return part.half;
      case 'era':
        this.#builder.bc = word.bc;
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
        this.#builder.setTimeOfDay(0);
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
    this.#builder.setTimeOfDay(split.micros);
    if (this.#kind === 'time') {
      this.#parts.offset = offsetBefore;
      return time;
    }
    this.#builder.setDays(split.days);
    return date | time | part.zone;
  }

  #relativeDay(distance: number): number {
    const offsetBefore = this.#parts.offset;
    this.#splitNow();
    this.#parts.offset = offsetBefore;
    this.#builder.setDays(split.days + distance);
    return date;
  }

  #settleTime(): void {
    if (this.#builder.timeOverflows()) throw fieldOverflow();
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
    const isNamed = this.#namedZone !== undefined;
    if (isNamed ? zone.fixedOffset === undefined : (this.#seen & date) !== 0) throw badFormat();
    if (zone.fixedOffset !== undefined) {
      this.#parts.offset = zone.fixedOffset;
      return;
    }
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
