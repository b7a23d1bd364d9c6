/**
 * Time zones with their whole history, from the tz database inside JavaScript's Intl. Asking Intl costs about a microsecond, so
 * its answers are kept: a zone is cut into years, the changes of offset inside a year are found once by sampling and halving,
 * and the stretch of constant offset that was used last is remembered, which answers nearly every call.
 *
 * Seconds count from 2000-01-01 UTC. Offsets are seconds east of Greenwich.
 */
import { InvariantError } from '../common/assert.ts';
import { secondsPerDay, unixEpochSeconds } from './calendar.ts';

const yearSeconds = 31_556_952;
/** The calendar and its weekdays repeat every 400 years. */
const eraSeconds = 400 * yearSeconds;
const sampleSeconds = 7 * secondsPerDay;
/** Before this there is local mean time only; after that the rules of the last years go on. */
const firstYear = -200;
const lastYear = 500;

/** The stretch [from, to) of constant offset. */
interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly offset: number;
}

export class TimeZone {
  readonly name: string;
  /** Set if the offset never changes. */
  readonly fixedOffset: number | undefined;
  readonly #letters: readonly string[];
  readonly #years = new Map<number, readonly Stretch[]>();
  #format: Intl.DateTimeFormat | undefined;
  #from = Infinity;
  #to = -Infinity;
  #offset = 0;

  constructor(name: string, fixedOffset: number | undefined, letters: readonly string[]) {
    this.name = name;
    this.fixedOffset = fixedOffset;
    this.#letters = letters;
  }

  /** Offset at a moment. */
  offsetAt(seconds: number): number {
    if (seconds >= this.#from && seconds < this.#to) return this.#offset;
    if (this.fixedOffset !== undefined) return this.fixedOffset;
    return this.#lookUp(seconds);
  }

  #lookUp(seconds: number): number {
    const folded = fold(seconds);
    const stretches = this.#stretchesOf(Math.floor(folded / yearSeconds));
    const stretch = stretches.find(({ to }) => folded < to);
    if (stretch === undefined) throw new InvariantError(`TYPE-5: no offset of ${this.name} at ${seconds}`);
    this.#from = stretch.from + (seconds - folded);
    this.#to = stretch.to + (seconds - folded);
    this.#offset = stretch.offset;
    return stretch.offset;
  }

  #stretchesOf(year: number): readonly Stretch[] {
    const known = this.#years.get(year);
    if (known !== undefined) return known;
    const found = this.#sample(year * yearSeconds, (year + 1) * yearSeconds);
    this.#years.set(year, found);
    return found;
  }

  #sample(start: number, end: number): Stretch[] {
    const stretches: Stretch[] = [];
    let from = start;
    let offset = this.#ask(start);
    for (let at = start; at < end; at += sampleSeconds) {
      const next = Math.min(at + sampleSeconds, end);
      const nextOffset = this.#ask(next - 1);
      if (nextOffset === offset) continue;
      const change = this.#findChange(at, next - 1, offset);
      stretches.push({ from, to: change, offset });
      from = change;
      offset = nextOffset;
    }
    stretches.push({ from, to: end, offset });
    return stretches;
  }

  /** First second in (before, after] whose offset is no longer `offset`. */
  #findChange(before: number, after: number, offset: number): number {
    let low = before;
    let high = after;
    while (high - low > 1) {
      const middle = low + Math.floor((high - low) / 2);
      if (this.#ask(middle) === offset) low = middle;
      else high = middle;
    }
    return high;
  }

  #ask(seconds: number): number {
    this.#format ??= new Intl.DateTimeFormat('en-US', {
      timeZone: this.name,
      year: 'numeric',
      timeZoneName: 'longOffset',
    });
    return parseGmtOffset(this.#format.format((seconds - unixEpochSeconds) * 1000));
  }

  /**
   * Offset for a local time, given as if it were UTC. A time that a spring change skips is read with the offset before it, one that
   * comes twice in autumn with the offset after it: that is how PostgreSQL decides.
   */
  offsetForLocal(local: number): number {
    if (local - secondsPerDay >= this.#from && local + secondsPerDay < this.#to) return this.#offset;
    const before = this.offsetAt(local - secondsPerDay);
    const change = this.#nextChange(local - secondsPerDay, local + secondsPerDay);
    if (change === undefined) return before;
    const after = this.offsetAt(change);
    if (local - before < change && local - after < change) return before;
    if (local - before > change && local - after >= change) return after;
    return before < after ? before : after;
  }

  /** The first change of offset in (after, until]. */
  #nextChange(after: number, until: number): number | undefined {
    if (this.fixedOffset !== undefined) return undefined;
    const offset = this.offsetAt(after);
    for (let at = this.#to; at <= until; at = this.#to) {
      if (this.offsetAt(at) !== offset) return at;
    }
    return undefined;
  }

  /** The letters in use at a moment (CET, EDT, LMT), or the offset as +03 where the zone has none. */
  abbreviationAt(seconds: number): string {
    const offset = this.offsetAt(seconds);
    if (offset % 60 !== 0) return 'LMT';
    const [standard, daylight] = this.#letters;
    if (standard === undefined) return numericLetters(offset);
    if (this.fixedOffset !== undefined || offset === this.#standardOffset()) return standard;
    return daylight ?? numericLetters(offset);
  }

  /** The smaller of the offsets in January and July of 2024. */
  #standardOffset(): number {
    return Math.min(this.#stretchOffset(24.05), this.#stretchOffset(24.55));
  }

  #stretchOffset(years: number): number {
    const seconds = years * yearSeconds;
    return this.#stretchesOf(Math.floor(years)).find(({ to }) => seconds < to)?.offset ?? 0;
  }
}

/** "+03", "-0330". */
function numericLetters(offset: number): string {
  const minutes = Math.abs(offset) / 60;
  const hours = String(Math.floor(minutes / 60)).padStart(2, '0');
  const rest = minutes % 60 === 0 ? '' : String(minutes % 60).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${hours}${rest}`;
}

/** Moves moments far away to years with the same rules. */
function fold(seconds: number): number {
  const year = Math.floor(seconds / yearSeconds);
  if (year < firstYear) return firstYear * yearSeconds;
  if (year < lastYear) return seconds;
  return seconds - Math.ceil((year - lastYear + 1) / 400) * eraSeconds;
}

/** Reads the end of "2024 GMT-04:56:02". */
function parseGmtOffset(text: string): number {
  const match = /GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(text);
  if (match === null) throw new InvariantError(`TYPE-5: unexpected offset in ${text}`);
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -offset : offset;
}
