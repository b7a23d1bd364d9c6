/** Precision of seconds and the fields of intervals: the modifiers of the date and time types (see typmod.ts). */
import { sqlState } from '../common/sql-error.ts';
import { canonicalInt64, Interval } from './datum.ts';
import { int64Max, int64Min } from './integer.ts';
import { typeOutOfRange } from './io-errors.ts';

/** Bits of an interval's fields. */
export const intervalField = {
  month: 1 << 1,
  year: 1 << 2,
  day: 1 << 3,
  hour: 1 << 10,
  minute: 1 << 11,
  second: 1 << 12,
} as const;
export const intervalFullRange = 0x7fff;
export const intervalFullPrecision = 0xffff;
export const secondsPrecisionMax = 6;

export interface IntervalTypmod {
  readonly range: number;
  /** Digits of the second's fraction; undefined: all. */
  readonly precision: number | undefined;
}

export function decodeIntervalTypmod(typmod: number): IntervalTypmod {
  if (typmod < 0) return { range: intervalFullRange, precision: undefined };
  const precision = typmod & 0xffff;
  return { range: (typmod >> 16) & 0x7fff, precision: precision === intervalFullPrecision ? undefined : precision };
}

/** Rounds microseconds to `precision` digits of a second, half away from zero. Precision -1: none given. */
export function roundSeconds(micros: number | bigint, precision: number): number | bigint {
  if (precision < 0 || precision >= secondsPrecisionMax) return micros;
  const unit = 10 ** (secondsPrecisionMax - precision);
  if (typeof micros === 'number') {
    const magnitude = Math.abs(micros);
    const rest = magnitude % unit;
    const rounded = magnitude - rest + (rest >= unit / 2 ? unit : 0);
    return micros < 0 && rounded !== 0 ? -rounded : rounded;
  }
  const half = BigInt(unit / 2);
  const shifted = micros < 0n ? micros - half : micros + half;
  return canonicalInt64(shifted - (shifted % BigInt(unit)));
}

/** Cuts off what lies below the last field of the range, e.g. hours for "day", and rounds the seconds. */
export function coerceInterval(value: Interval, typmod: number): Interval {
  if (typmod < 0) return value;
  const { range, precision } = decodeIntervalTypmod(typmod);
  const { month, year, day, hour, minute, second } = intervalField;
  if (range === year) return new Interval(value.months - (value.months % 12), 0, 0);
  if ((range & ~(year | month)) === 0) return new Interval(value.months, 0, 0);
  if (range === day) return new Interval(value.months, value.days, 0);
  const unit =
    (range & second) !== 0 ? 1 : (range & minute) !== 0 ? 60_000_000 : (range & hour) !== 0 ? 3_600_000_000 : 1;
  const micros = roundSeconds(truncateTo(value.micros, unit), precision ?? -1);
  if (micros > int64Max || micros < int64Min) throw typeOutOfRange('interval', sqlState.datetimeFieldOverflow);
  return new Interval(value.months, value.days, micros);
}

function truncateTo(micros: number | bigint, unit: number): number | bigint {
  if (unit === 1) return micros;
  if (typeof micros === 'number') return micros - (micros % unit);
  return canonicalInt64(micros - (micros % BigInt(unit)));
}
