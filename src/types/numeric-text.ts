/** Numeric to and from decimal text and floats. */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { Numeric } from './datum.ts';
import { formatFloat4, formatFloat8 } from './float-format.ts';
import { invalidText } from './io-errors.ts';
import {
  makeNumeric,
  numericInfinity,
  numericNaN,
  numericNegativeInfinity,
  overflowError,
  rescale,
  scaleMax,
  wholeDigitsMax,
} from './numeric-math.ts';
import { trimSpace } from './whitespace.ts';

const plainPattern = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]+))?$/;
const exponentMax = 2 ** 30 - 1;
const exponentPattern = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE]([+-]?[0-9]+)/;

/** numeric input without typmod. */
export function parseNumeric(text: string): Numeric {
  const word = trimSpace(text);
  const match = plainPattern.exec(word);
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match ?? [];
  if (match === null || (whole === '' && fraction === '')) return parseSpecial(word, text);
  const exponent = Number(exponentText);
  if (Math.abs(exponent) >= exponentMax) throw overflowError();
  return fromParts(sign === '-', whole + fraction, fraction.length - exponent);
}

/** digits × 10^-scale where scale may be negative. */
function fromParts(negative: boolean, digits: string, scale: number): Numeric {
  if (scale > scaleMax) throw overflowError();
  if (digits.length < 16 && scale >= 0) {
    const value = Number(digits);
    return new Numeric(negative && value !== 0 ? -value : value, scale);
  }
  const significant = digits.replace(/^0+/, '');
  if (significant === '') return new Numeric(0, Math.max(scale, 0));
  if (significant.length - scale > wholeDigitsMax) throw overflowError();
  const value = BigInt(scale < 0 ? significant + '0'.repeat(-scale) : significant);
  return makeNumeric(negative ? -value : value, Math.max(scale, 0));
}

function parseSpecial(word: string, text: string): Numeric {
  switch (word.toLowerCase()) {
    case 'nan':
      return numericNaN;
    case 'infinity':
    case '+infinity':
    case 'inf':
    case '+inf':
      return numericInfinity;
    case '-infinity':
    case '-inf':
      return numericNegativeInfinity;
    default:
      // An exponent out of all bounds is noticed before what follows it.
      if (Math.abs(Number(exponentPattern.exec(word)?.[1] ?? 0)) >= exponentMax) throw overflowError();
      throw invalidText('numeric', text);
  }
}

export function formatNumeric(value: Numeric): string {
  switch (value.kind) {
    case 'nan':
      return 'NaN';
    case 'infinity':
      return 'Infinity';
    case '-infinity':
      return '-Infinity';
    case 'finite':
      return formatFinite(value.digits, value.scale);
  }
}

function formatFinite(digits: number | bigint, scale: number): string {
  const text = String(digits);
  if (scale === 0) return text;
  const negative = text.startsWith('-');
  const magnitude = (negative ? text.slice(1) : text).padStart(scale + 1, '0');
  const point = magnitude.length - scale;
  return `${negative ? '-' : ''}${magnitude.slice(0, point)}.${magnitude.slice(point)}`;
}

/** Nearest double; Numeric's range is wider, what overflows is 22003. */
export function numericToFloat8(value: Numeric): number {
  switch (value.kind) {
    case 'nan':
      return NaN;
    case 'infinity':
      return Infinity;
    case '-infinity':
      return -Infinity;
    case 'finite':
      return finiteToFloat8(value);
  }
}

function finiteToFloat8(value: Numeric): number {
  const { digits, scale } = value;
  if (typeof digits === 'number' && scale === 0) return digits;
  const result = typeof digits === 'number' && scale <= 22 ? digits / 10 ** scale : Number(`${digits}e-${scale}`);
  if (Number.isFinite(result) && (result !== 0 || digits === 0)) return result;
  throw new SqlError(
    sqlState.numericValueOutOfRange,
    `"${formatNumeric(value)}" is out of range for type double precision`,
  );
}

/** A double as SQL's cast sees it: rounded to 15 significant digits. */
export function numericFromFloat8(value: number): Numeric {
  return parseNumeric(formatFloat8(value, 0));
}

/** A float32 value, rounded to 6 significant digits. */
export function numericFromFloat4(value: number): Numeric {
  return parseNumeric(formatFloat4(value, 0));
}

/** Typmod -1 or ((precision << 16) | scale in 11 bits) + 4. */
export interface NumericTypmod {
  readonly precision: number;
  readonly scale: number;
}

export function decodeNumericTypmod(typmod: number): NumericTypmod {
  const bits = typmod - 4;
  return { precision: (bits >> 16) & 0xffff, scale: ((bits & 0x7ff) << 21) >> 21 };
}

/** Rounds to the declared scale and checks the declared precision (22003 with PostgreSQL's detail). */
export function coerceNumeric(value: Numeric, typmod: number): Numeric {
  if (typmod < 4 || value.kind === 'nan') return value;
  const { precision, scale } = decodeNumericTypmod(typmod);
  if (value.kind !== 'finite')
    throw fieldOverflow(`A field with precision ${precision}, scale ${scale} cannot hold an infinite value.`);
  const rounded = rescale(value, scale);
  const limit = precision - scale;
  if (fitsWholeDigits(rounded, limit)) return rounded;
  const bound = limit === 0 ? '1' : `10^${limit}`;
  throw fieldOverflow(
    `A field with precision ${precision}, scale ${scale} must round to an absolute value less than ${bound}.`,
  );
}

function fitsWholeDigits({ digits, scale }: Numeric, limit: number): boolean {
  if (digits === 0) return true;
  const length = String(digits).length - (digits < 0 ? 1 : 0);
  return length - scale <= limit;
}

function fieldOverflow(detail: string): SqlError {
  return new SqlError(sqlState.numericValueOutOfRange, 'numeric field overflow', { detail });
}
