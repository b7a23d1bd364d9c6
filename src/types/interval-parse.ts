/**
 * Reads interval literals: "1 year 2 days 03:04:05", "@ 1 day ago", SQL's "1-2 3 4:05:06", ISO 8601's "P1Y2M3DT4H5M6S" and
 * "P0001-02-03T04:05:06". Fields are read from right to left, so that a unit is known before its number. Fractions flow down:
 * of years into months, of months and weeks into days, of days into the time.
 */
import { canonicalInt64, Interval } from './datum.ts';
import { badFormat, DateTimeFailure, fieldOverflow } from './datetime-errors.ts';
import { splitFields } from './datetime-lexer.ts';
import type { Field } from './datetime-lexer.ts';
import { roundHalfEven, fractionMicros } from './datetime-numbers.ts';
import { isDateTimeWord } from './datetime-words.ts';
import { int64Max, int64Min } from './integer.ts';
import { intervalField, intervalFullRange } from './time-typmod.ts';
import type { IoContext } from './type-handler.ts';

type Unit =
  | 'microsecond'
  | 'millisecond'
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'week'
  | 'month'
  | 'year'
  | 'decade'
  | 'century'
  | 'millennium'
  /** Known words that no interval may contain. */
  | 'unusable';

const literalCharactersMax = 255;
const wordMax = 10;
const int32Max = 0x7fff_ffff;
const daysPerMonth = 30;

const microsPer: Readonly<Partial<Record<Unit, number>>> = {
  microsecond: 1,
  millisecond: 1_000,
  second: 1_000_000,
  minute: 60_000_000,
  hour: 3_600_000_000,
};
const microsPerDay = 86_400_000_000;
const yearsPer: Readonly<Partial<Record<Unit, number>>> = { year: 1, decade: 10, century: 100, millennium: 1000 };

/** Spellings, cut to ten characters. */
const unitWords = new Map<string, Unit>();
function addWords(unit: Unit, words: string): void {
  for (const word of words.split(' ')) unitWords.set(word.slice(0, wordMax), unit);
}
addWords('microsecond', 'us usec usecs useconds microsecond');
addWords('millisecond', 'ms msec msecs mseconds millisecond');
addWords('second', 's sec secs second seconds');
addWords('minute', 'm min mins minute minutes');
addWords('hour', 'h hr hrs hour hours');
addWords('day', 'd day days');
addWords('week', 'w week weeks');
addWords('month', 'mon mons month months');
addWords('year', 'y yr yrs year years');
addWords('decade', 'dec decs decade decades');
addWords('century', 'c cent century centuries');
addWords('millennium', 'mil mils millennia millennium');
addWords('unusable', 'qtr quarter timezone timezone_h timezone_m');

/** The sum so far. Every addition checks the limits of the stored fields. */
class IntervalSum {
  years = 0;
  months = 0;
  days = 0;
  micros = 0n;

  addMicros(count: bigint, unit: number, fraction: number): void {
    this.#setMicros(this.micros + count * BigInt(unit));
    this.addFractionOfMicros(fraction * unit);
  }

  #setMicros(micros: bigint): void {
    if (micros > int64Max || micros < int64Min) throw fieldOverflow();
    this.micros = micros;
  }

  /** A fractional number of microseconds; exact halves are dropped. */
  addFractionOfMicros(fraction: number): void {
    const whole = Math.trunc(fraction);
    const rest = fraction - whole;
    this.#setMicros(this.micros + BigInt(whole + (rest > 0.5 ? 1 : rest < -0.5 ? -1 : 0)));
  }

  addDays(count: bigint, unit: number, fraction: number): void {
    this.days = checkInt32(this.days + checkInt32(checkInt32(Number(count)) * unit));
    const days = fraction * unit;
    const whole = unit === 1 ? 0 : Math.trunc(days);
    this.days = checkInt32(this.days + whole);
    this.addFractionOfMicros((days - whole) * microsPerDay);
  }

  addMonths(count: bigint, fraction: number): void {
    this.months = checkInt32(this.months + checkInt32(Number(count)));
    this.addDays(0n, daysPerMonth, fraction);
  }

  addYears(count: bigint, unit: number, fraction: number): void {
    this.years = checkInt32(this.years + checkInt32(checkInt32(Number(count)) * unit));
    this.months = checkInt32(this.months + roundHalfEven(fraction * unit * 12));
  }

  add(unit: Unit, count: bigint, fraction: number): void {
    const micros = microsPer[unit];
    const years = yearsPer[unit];
    if (micros !== undefined) this.addMicros(count, micros, fraction);
    else if (years !== undefined) this.addYears(count, years, fraction);
    else if (unit === 'day') this.addDays(count, 1, fraction);
    else if (unit === 'week') this.addDays(count, 7, fraction);
    else if (unit === 'month') this.addMonths(count, fraction);
    else throw badFormat();
  }

  negate(): void {
    if (this.micros === int64Min || [this.years, this.months, this.days].includes(-0x8000_0000)) throw fieldOverflow();
    this.years = -this.years;
    this.months = -this.months;
    this.days = -this.days;
    this.micros = -this.micros;
  }
}

function checkInt32(value: number): number {
  if (value > int32Max || value < -int32Max - 1) throw fieldOverflow();
  return value;
}

/** Months out of range are reported by the caller: undefined then. */
function finish(sum: IntervalSum): Interval | undefined {
  const months = sum.years * 12 + sum.months;
  if (months > int32Max || months < -int32Max - 1) return undefined;
  return new Interval(months + 0, sum.days + 0, canonicalInt64(sum.micros));
}

/** Reads a literal; `range` is the typmod's field mask. Throws DateTimeFailure; undefined when the months do not fit. */
export function parseInterval(text: string, range: number, io: IoContext): Interval | undefined {
  try {
    const fields = splitFields(text, literalCharactersMax, isDateTimeWord);
    return finish(new IntervalDecoder(fields, range, io).decode());
  } catch (error) {
    if (!(error instanceof DateTimeFailure) || error.problem !== 'format') throw error;
    return finish(parseIso8601(text));
  }
}

type Part = Unit | 'time';

class IntervalDecoder {
  readonly #fields: readonly Field[];
  readonly #range: number;
  readonly #sum = new IntervalSum();
  readonly #seen = new Set<Part>();
  /** SQL's leading minus applies to all fields. */
  readonly #forceNegative: boolean;
  #unit: Unit | undefined = undefined;
  #ago = false;

  constructor(fields: readonly Field[], range: number, io: IoContext) {
    this.#fields = fields;
    this.#range = range;
    const signed = fields.slice(1).some(({ text }) => text.startsWith('-') || text.startsWith('+'));
    this.#forceNegative = io.intervalStyle === 'sql_standard' && (fields[0]?.text.startsWith('-') ?? false) && !signed;
  }

  decode(): IntervalSum {
    for (let i = this.#fields.length - 1; i >= 0; i--) this.#field(this.#fields[i] as Field);
    if (this.#seen.size === 0) throw badFormat();
    if (this.#ago) this.#sum.negate();
    return this.#sum;
  }

  #field({ kind, text }: Field): void {
    switch (kind) {
      case 'time':
        this.#setTime(clockMicros(text, this.#range));
        return;
      case 'zone':
        if (text.indexOf(':', 1) < 0 || !this.#signedTime(text)) this.#number(text);
        return;
      case 'date':
      case 'number':
        this.#number(text);
        return;
      default:
        this.#word(text);
    }
  }

  #mark(...parts: readonly Part[]): void {
    for (const seen of parts) {
      if (this.#seen.has(seen)) throw badFormat();
      this.#seen.add(seen);
    }
  }

  #word(text: string): void {
    const word = text.slice(0, wordMax);
    const unit = unitWords.get(word);
    if (unit !== undefined) {
      this.#unit = unit;
    } else if (word === 'ago') {
      this.#ago = true;
      this.#unit = 'unusable';
    } else {
      throw badFormat();
    }
  }

  /** "-04:05"; false if it is no time at all. */
  #signedTime(text: string): boolean {
    let micros: bigint;
    try {
      micros = clockMicros(text.slice(1), this.#range);
    } catch (error) {
      if (error instanceof DateTimeFailure) return false;
      throw error;
    }
    this.#setTime(text.startsWith('-') ? -micros : micros);
    return true;
  }

  #setTime(micros: bigint): void {
    this.#mark('time', 'hour', 'minute', 'second', 'millisecond', 'microsecond');
    this.#sum.micros = this.#forceNegative && micros > 0n ? -micros : micros;
    this.#unit = 'day';
  }

  #number(text: string): void {
    const unit = this.#unit ?? rightmostUnit(this.#range);
    const match = /^([+-]?[0-9]*)(.*)$/.exec(text);
    const [, whole = '', rest = ''] = match ?? [];
    const negative = text.startsWith('-');
    let count = integer64(whole);
    if (rest.startsWith('-')) {
      this.#yearsAndMonths(count, rest.slice(1), negative);
      return;
    }
    let fraction = fractionOf(rest);
    if (negative) fraction = -fraction;
    if (this.#forceNegative && count > 0n) count = -count;
    if (this.#forceNegative && fraction > 0) fraction = -fraction;
    this.#sum.add(unit, count, fraction);
    if (unit === 'second' && fraction !== 0) this.#mark('second', 'millisecond', 'microsecond');
    else this.#mark(unit);
    this.#unit = unit === 'hour' ? 'day' : unit;
  }

  /** SQL's "years-months". */
  #yearsAndMonths(years: bigint, monthsText: string, negative: boolean): void {
    const digits = /^(?:[+-]?[0-9]+)?/.exec(monthsText)?.[0] ?? '';
    const months = Number(digits);
    if (months >= 12 || months < 0) throw fieldOverflow();
    if (digits.length !== monthsText.length) throw badFormat();
    let total = years * 12n + BigInt(negative ? -months : months);
    if (total > int64Max || total < int64Min) throw fieldOverflow();
    if (this.#forceNegative && total > 0n) total = -total;
    this.#sum.add('month', total, 0);
    this.#mark('month');
    this.#unit = 'month';
  }
}

function integer64(text: string): bigint {
  const value = /[0-9]/.test(text) ? BigInt(text.startsWith('+') ? text.slice(1) : text) : 0n;
  if (value > int64Max || value < int64Min) throw fieldOverflow();
  return value;
}

function fractionOf(text: string): number {
  if (text === '' || text === '.') return 0;
  if (!/^\.[0-9]+$/.test(text)) throw badFormat();
  return Number(text);
}

/** "04:05", "04:05:06.7"; hours may be as many as fit. Two fields are minutes and seconds for MINUTE TO SECOND. */
function clockMicros(text: string, range: number): bigint {
  const match = /^([0-9]*):([0-9]*)(:[0-9]*)?(\..*)?$/.exec(text);
  if (match === null) throw badFormat();
  const [, first = '', second = '', third, fractionText] = match;
  let hours = integer64(first);
  let minutes = Number(second);
  let seconds = third === undefined ? 0 : Number(third.slice(1));
  const micros = fractionText === undefined ? 0 : fractionMicros(fractionText);
  const minutesFirst =
    third === undefined && (fractionText !== undefined || range === (intervalField.minute | intervalField.second));
  if (minutesFirst) {
    seconds = minutes;
    minutes = Number(hours);
    hours = 0n;
  }
  if (minutes > 59 || seconds > 60) throw fieldOverflow();
  const total = ((hours * 60n + BigInt(minutes)) * 60n + BigInt(seconds)) * 1_000_000n + BigInt(micros);
  if (total > int64Max) throw fieldOverflow();
  return total;
}

/** What a number without a unit is: the last field of the declared range, seconds by default. */
function rightmostUnit(range: number): Unit {
  if (range === intervalFullRange || (range & intervalField.second) !== 0) return 'second';
  if ((range & intervalField.minute) !== 0) return 'minute';
  if ((range & intervalField.hour) !== 0) return 'hour';
  if ((range & intervalField.day) !== 0) return 'day';
  return (range & intervalField.month) !== 0 ? 'month' : 'year';
}

const isoNumber = /[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/y;
const isoNumberMax = 1e15;

/** ISO 8601's formats: with designators, and the alternative one that looks like a timestamp. */
function parseIso8601(text: string): IntervalSum {
  if (text.length < 2 || !text.startsWith('P')) throw badFormat();
  return new IsoDecoder(text).decode();
}

interface IsoNumber {
  readonly count: bigint;
  readonly fraction: number;
  /** Digits before any point: tells YYYYMMDD and HHMMSS. */
  readonly width: number;
}

class IsoDecoder {
  readonly #text: string;
  readonly #sum = new IntervalSum();
  #at = 1;

  constructor(text: string) {
    this.#text = text;
  }

  decode(): IntervalSum {
    let inDate = true;
    let first = true;
    while (this.#at < this.#text.length) {
      if (this.#text.charAt(this.#at) === 'T') {
        this.#at++;
        inDate = false;
        first = true;
        continue;
      }
      const number = this.#number();
      const designator = this.#text.charAt(this.#at);
      const unit = (inDate ? isoDateUnits : isoTimeUnits)[designator];
      if (unit !== undefined) {
        this.#at++;
        this.#sum.add(unit, number.count, number.fraction);
        first = false;
      } else if (
        first &&
        (designator === '' || designator === (inDate ? 'T' : '') || designator === (inDate ? '-' : ':'))
      ) {
        if (inDate) this.#alternativeDate(number, designator);
        else this.#alternativeTime(number, designator);
        if (this.#at >= this.#text.length) break;
      } else {
        throw badFormat();
      }
    }
    return this.#sum;
  }

  #number(): IsoNumber {
    if (!/[0-9.-]/.test(this.#text.charAt(this.#at))) throw badFormat();
    isoNumber.lastIndex = this.#at;
    const match = isoNumber.exec(this.#text)?.[0];
    if (match === undefined) throw badFormat();
    this.#at += match.length;
    const value = Number(match);
    if (!Number.isFinite(value)) throw badFormat();
    if (Math.abs(value) > isoNumberMax) throw fieldOverflow();
    const whole = Math.trunc(value);
    const width = /^-?([0-9]*)/.exec(match)?.[1]?.length ?? 0;
    return { count: BigInt(whole), fraction: value - whole, width };
  }

  /** "0001-02-03" or "00010203". */
  #alternativeDate(year: IsoNumber, designator: string): void {
    if (year.width === 8 && designator !== '-') {
      this.#sum.addYears(year.count / 10_000n, 1, 0);
      this.#sum.addMonths((year.count / 100n) % 100n, 0);
      this.#sum.addDays(year.count % 100n, 1, year.fraction);
      return;
    }
    this.#sum.add('year', year.count, year.fraction);
    for (const unit of ['month', 'day'] as const) {
      if (this.#text.charAt(this.#at) !== '-') break;
      this.#at++;
      const next = this.#number();
      this.#sum.add(unit, next.count, next.fraction);
    }
    const rest = this.#text.charAt(this.#at);
    if (rest !== '' && rest !== 'T') throw badFormat();
  }

  /** "04:05:06" or "040506". */
  #alternativeTime(hour: IsoNumber, designator: string): void {
    if (hour.width === 6 && designator === '') {
      this.#sum.add('hour', hour.count / 10_000n, 0);
      this.#sum.add('minute', (hour.count / 100n) % 100n, 0);
      this.#sum.add('second', hour.count % 100n, 0);
      this.#sum.addFractionOfMicros(hour.fraction);
      return;
    }
    this.#sum.add('hour', hour.count, hour.fraction);
    for (const unit of ['minute', 'second'] as const) {
      if (this.#text.charAt(this.#at) !== ':') break;
      this.#at++;
      const next = this.#number();
      this.#sum.add(unit, next.count, next.fraction);
    }
    if (this.#at < this.#text.length) throw badFormat();
  }
}

const isoDateUnits: Readonly<Record<string, Unit | undefined>> = { Y: 'year', M: 'month', W: 'week', D: 'day' };
const isoTimeUnits: Readonly<Record<string, Unit | undefined>> = { H: 'hour', M: 'minute', S: 'second' };
