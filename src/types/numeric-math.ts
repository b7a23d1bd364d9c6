/**
 * Exact decimal arithmetic on Numeric: value = digits × 10^-scale. Every operation first tries plain numbers and falls back to
 * bigint when a step leaves the safe integers; both ways give the same result. Result scales are PostgreSQL's, so that
 * the number of digits printed is the same. Functions with inexact results are in numeric-functions.ts.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { canonicalInt64, Numeric } from './datum.ts';
import { powersOfTen } from './digits.ts';
import { typeOutOfRange } from './io-errors.ts';

/** Quotients and roots get at least this many significant digits, and at most `displayScaleMax` after the point. */
export const significantDigitsMin = 16;
export const displayScaleMax = 1000;
/** Digits a Numeric may have after and before the point. */
export const scaleMax = 16383;
export const wholeDigitsMax = 131072;
const roundScaleMax = 2000;

export const numericNaN = new Numeric(0, 0, 'nan');
export const numericInfinity = new Numeric(0, 0, 'infinity');
export const numericNegativeInfinity = new Numeric(0, 0, '-infinity');
export const numericZero = new Numeric(0, 0);
export const numericOne = new Numeric(1, 0);

const bigPowers: bigint[] = [];

/** 10^exponent as bigint. */
export function bigPowerOfTen(exponent: number): bigint {
  if (exponent > 400) return 10n ** BigInt(exponent);
  return (bigPowers[exponent] ??= 10n ** BigInt(exponent));
}

export function overflowError(): SqlError {
  return new SqlError(sqlState.numericValueOutOfRange, 'value overflows numeric format');
}

export function divisionByZero(): SqlError {
  return new SqlError(sqlState.divisionByZero, 'division by zero');
}

/** A finite Numeric from unscaled digits; checks the limits of the format (22003). */
export function makeNumeric(digits: bigint, scale: number): Numeric {
  const canonical = canonicalInt64(digits);
  if (scale > scaleMax || (typeof canonical === 'bigint' && exceedsWholeDigits(canonical, scale)))
    throw overflowError();
  return new Numeric(canonical, scale);
}

function exceedsWholeDigits(digits: bigint, scale: number): boolean {
  const bitsBelowLimit = (wholeDigitsMax + scale) * 3.3219;
  return digits.toString(16).length * 4 > bitsBelowLimit && decimalLength(digits) - scale > wholeDigitsMax;
}

/** Decimal digits of |value|; 0 has one. */
export function decimalLength(value: number | bigint): number {
  if (typeof value === 'bigint') return (value < 0n ? -value : value).toString().length;
  const magnitude = Math.abs(value);
  let count = 1;
  while (count < 16 && magnitude >= (powersOfTen[count] as number)) count++;
  return count;
}

export function isFinite(value: Numeric): boolean {
  return value.kind === 'finite';
}

/** -1, 0, 1; NaN counts as positive. */
export function signOf(value: Numeric): number {
  if (value.kind !== 'finite') return value.kind === '-infinity' ? -1 : 1;
  return value.digits > 0 ? 1 : value.digits < 0 ? -1 : 0;
}

export function isZero(value: Numeric): boolean {
  return value.kind === 'finite' && value.digits === 0;
}

/** Unscaled digits at a scale that is not below the value's own. */
export function digitsAtScale(value: Numeric, scale: number): bigint {
  const digits = BigInt(value.digits);
  return scale === value.scale ? digits : digits * bigPowerOfTen(scale - value.scale);
}

/** Like digitsAtScale for small values; NaN when the result is not a safe integer. */
function safeDigitsAtScale(value: Numeric, scale: number): number {
  const { digits } = value;
  if (typeof digits === 'bigint') return NaN;
  if (scale === value.scale) return digits;
  const by = scale - value.scale;
  if (by > 15) return digits === 0 ? 0 : NaN;
  const result = digits * (powersOfTen[by] as number);
  return Number.isSafeInteger(result) ? result : NaN;
}

/** NaN above everything and equal to itself, as PostgreSQL orders it. */
function specialRank(value: Numeric): number {
  switch (value.kind) {
    case '-infinity':
      return -1;
    case 'finite':
      return 0;
    case 'infinity':
      return 1;
    case 'nan':
      return 2;
  }
}

export function compareNumerics(a: Numeric, b: Numeric): number {
  if (a.kind !== 'finite' || b.kind !== 'finite') return specialRank(a) - specialRank(b);
  if (a.scale === b.scale) return a.digits < b.digits ? -1 : a.digits > b.digits ? 1 : 0;
  const scale = a.scale > b.scale ? a.scale : b.scale;
  const left = safeDigitsAtScale(a, scale);
  const right = safeDigitsAtScale(b, scale);
  const difference = left - right;
  if (difference === difference) return difference;
  const wideLeft = digitsAtScale(a, scale);
  const wideRight = digitsAtScale(b, scale);
  return wideLeft < wideRight ? -1 : wideLeft > wideRight ? 1 : 0;
}

export function negate(value: Numeric): Numeric {
  switch (value.kind) {
    case 'nan':
      return value;
    case 'infinity':
      return numericNegativeInfinity;
    case '-infinity':
      return numericInfinity;
    case 'finite':
      return value.digits === 0 ? value : new Numeric(-value.digits, value.scale);
  }
}

export function absolute(value: Numeric): Numeric {
  return signOf(value) < 0 ? negate(value) : value;
}

export function add(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== 'finite' || b.kind !== 'finite') return addSpecial(a, b);
  const scale = a.scale > b.scale ? a.scale : b.scale;
  const sum = safeDigitsAtScale(a, scale) + safeDigitsAtScale(b, scale);
  if (Number.isSafeInteger(sum)) return new Numeric(sum, scale);
  return makeNumeric(digitsAtScale(a, scale) + digitsAtScale(b, scale), scale);
}

function addSpecial(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'nan' || b.kind === 'nan') return numericNaN;
  if (a.kind === 'finite') return b;
  if (b.kind === 'finite' || a.kind === b.kind) return a;
  return numericNaN;
}

export function subtract(a: Numeric, b: Numeric): Numeric {
  return add(a, negate(b));
}

export function multiply(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== 'finite' || b.kind !== 'finite') return multiplySpecial(a, b);
  const scale = a.scale + b.scale;
  if (typeof a.digits === 'number' && typeof b.digits === 'number' && scale <= scaleMax) {
    const product = a.digits * b.digits;
    if (Number.isSafeInteger(product)) return new Numeric(product === 0 ? 0 : product, scale);
  }
  const product = BigInt(a.digits) * BigInt(b.digits);
  if (scale <= scaleMax) return makeNumeric(product, scale);
  return makeNumeric(dropDigits(product, scale - scaleMax), scaleMax);
}

function multiplySpecial(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'nan' || b.kind === 'nan') return numericNaN;
  const sign = signOf(a) * signOf(b);
  if (sign === 0) return numericNaN;
  return sign > 0 ? numericInfinity : numericNegativeInfinity;
}

/** value / 10^count, rounded half away from zero. */
export function dropDigits(value: bigint, count: number): bigint {
  return divideRounded(value, bigPowerOfTen(count));
}

/** Quotient rounded half away from zero. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const rest = dividend - quotient * divisor;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient;
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n;
}

/** PostgreSQL stores numerics in base 10000; result scales depend on the weight and value of the first such digit. */
export interface LeadingDigit {
  /** The digit stands for digit × 10000^weight. */
  readonly weight: number;
  readonly digit: number;
}

export function leadingDigit(value: Numeric): LeadingDigit {
  if (value.digits === 0) return { weight: 0, digit: 0 };
  const text = String(value.digits).replace('-', '');
  const position = text.length - 1 - value.scale;
  const weight = Math.floor(position / 4);
  const width = position - 4 * weight + 1;
  return { weight, digit: Number(text.slice(0, width).padEnd(width, '0')) };
}

export function clampDisplayScale(scale: number, ...floors: number[]): number {
  return Math.min(displayScaleMax, Math.max(scale, 0, ...floors));
}

/** Scale of a / b: at least 16 significant digits and neither input's scale. */
export function divisionScale(a: Numeric, b: Numeric): number {
  const left = leadingDigit(a);
  const right = leadingDigit(b);
  let weight = left.weight - right.weight;
  if (left.digit <= right.digit) weight--;
  return clampDisplayScale(significantDigitsMin - weight * 4, a.scale, b.scale);
}

export function divide(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== 'finite' || b.kind !== 'finite') return divideSpecial(a, b);
  if (b.digits === 0) throw divisionByZero();
  return divideAtScale(a, b, divisionScale(a, b));
}

/** a / b for finite values, rounded to `scale` digits after the point. */
export function divideAtScale(a: Numeric, b: Numeric, scale: number): Numeric {
  const shift = scale + b.scale - a.scale;
  const dividend = BigInt(a.digits);
  const divisor = BigInt(b.digits);
  if (shift >= 0) return makeNumeric(divideRounded(dividend * bigPowerOfTen(shift), divisor), scale);
  return makeNumeric(divideRounded(dividend, divisor * bigPowerOfTen(-shift)), scale);
}

function divideSpecial(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'nan' || b.kind === 'nan') return numericNaN;
  if (a.kind === 'finite') return numericZero;
  if (b.kind !== 'finite') return numericNaN;
  const sign = signOf(b);
  if (sign === 0) throw divisionByZero();
  return signOf(a) * sign > 0 ? numericInfinity : numericNegativeInfinity;
}

/** SQL's div(): the quotient cut to an integer. */
export function divideTruncated(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== 'finite' || b.kind !== 'finite') return divideSpecial(a, b);
  if (b.digits === 0) throw divisionByZero();
  const scale = Math.max(a.scale, b.scale);
  return makeNumeric(digitsAtScale(a, scale) / digitsAtScale(b, scale), 0);
}

/** Remainder with the sign of the dividend. */
export function modulo(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== 'finite' || b.kind !== 'finite') return moduloSpecial(a, b);
  if (b.digits === 0) throw divisionByZero();
  const scale = Math.max(a.scale, b.scale);
  const rest = safeDigitsAtScale(a, scale) % safeDigitsAtScale(b, scale);
  if (rest === rest) return new Numeric(rest === 0 ? 0 : rest, scale);
  return makeNumeric(digitsAtScale(a, scale) % digitsAtScale(b, scale), scale);
}

function moduloSpecial(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'nan' || b.kind === 'nan') return numericNaN;
  if (isZero(b)) throw divisionByZero();
  return a.kind === 'finite' ? a : numericNaN;
}

/** Rounds half away from zero to `places` digits after the point, or before it when negative. The scale becomes `places`. */
export function round(value: Numeric, places: number): Numeric {
  return changeScale(value, clampRoundScale(places), dropDigits);
}

/** Cuts towards zero. */
export function truncate(value: Numeric, places: number): Numeric {
  return changeScale(value, clampRoundScale(places), cutDigits);
}

/** truncate() without the limit that SQL's function has. */
export function cutScale(value: Numeric, places: number): Numeric {
  return changeScale(value, places, cutDigits);
}

function cutDigits(digits: bigint, count: number): bigint {
  return digits / bigPowerOfTen(count);
}

function clampRoundScale(places: number): number {
  return Math.max(-roundScaleMax, Math.min(roundScaleMax, places));
}

/** round() without the limit that SQL's function has. */
export function rescale(value: Numeric, places: number): Numeric {
  return changeScale(value, places, dropDigits);
}

function changeScale(value: Numeric, places: number, drop: (digits: bigint, count: number) => bigint): Numeric {
  if (value.kind !== 'finite' || places === value.scale) return value;
  if (places > value.scale) {
    const safe = safeDigitsAtScale(value, places);
    return safe === safe ? new Numeric(safe, places) : makeNumeric(digitsAtScale(value, places), places);
  }
  const dropped = value.scale - places;
  if (dropped > decimalLength(value.digits) + 1) return new Numeric(0, Math.max(places, 0));
  const digits = drop(BigInt(value.digits), dropped);
  return places >= 0 ? makeNumeric(digits, places) : makeNumeric(digits * bigPowerOfTen(-places), 0);
}

export function ceiling(value: Numeric): Numeric {
  const whole = truncate(value, 0);
  return compareNumerics(whole, value) < 0 ? add(whole, numericOne) : whole;
}

export function floor(value: Numeric): Numeric {
  const whole = truncate(value, 0);
  return compareNumerics(whole, value) > 0 ? subtract(whole, numericOne) : whole;
}

/** The smallest scale that holds the value. */
export function minimalScale(value: Numeric): number {
  return normalize(value).scale;
}

/** trim_scale(): without trailing zeros after the point. */
export function trimScale(value: Numeric): Numeric {
  return value.kind === 'finite' ? rescale(value, minimalScale(value)) : value;
}

/** Without trailing zeros after the point; a scale is never negative. */
function normalize(value: Numeric): Numeric {
  let { digits, scale } = value;
  while (scale > 0 && isMultipleOfTen(digits)) {
    digits = typeof digits === 'number' ? digits / 10 : canonicalInt64(digits / 10n);
    scale--;
  }
  return new Numeric(digits, scale);
}

function isMultipleOfTen(digits: number | bigint): boolean {
  return typeof digits === 'number' ? digits % 10 === 0 : digits % 10n === 0n;
}

export function greatestCommonDivisor(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== 'finite' || b.kind !== 'finite') return numericNaN;
  const scale = Math.max(a.scale, b.scale);
  let left = digitsAtScale(absolute(a), scale);
  let right = digitsAtScale(absolute(b), scale);
  while (right !== 0n) [left, right] = [right, left % right];
  return makeNumeric(left, scale);
}

export function leastCommonMultiple(a: Numeric, b: Numeric): Numeric {
  if (a.kind !== 'finite' || b.kind !== 'finite') return numericNaN;
  const scale = Math.max(a.scale, b.scale);
  if (isZero(a) || isZero(b)) return new Numeric(0, scale);
  const quotient = divideTruncated(a, greatestCommonDivisor(a, b));
  return rescale(absolute(multiply(quotient, b)), scale);
}

export function numericFromInteger(value: number | bigint): Numeric {
  return new Numeric(value, 0);
}

/** Rounds to an integer in [min, max]; out of range is 22003 naming the type. */
function toInteger(value: Numeric, min: bigint, max: bigint, sqlName: string): number | bigint {
  if (value.kind !== 'finite') {
    const what = value.kind === 'nan' ? 'NaN' : 'infinity';
    throw new SqlError(sqlState.featureNotSupported, `cannot convert ${what} to ${sqlName}`);
  }
  const { digits } = rescale(value, 0);
  if (digits < min || digits > max) throw typeOutOfRange(sqlName);
  return digits;
}

export function numericToInt64(value: Numeric): number | bigint {
  return toInteger(value, -9223372036854775808n, 9223372036854775807n, 'bigint');
}

export function numericToInt32(value: Numeric): number {
  return Number(toInteger(value, -2147483648n, 2147483647n, 'integer'));
}

export function numericToInt16(value: Numeric): number {
  return Number(toInteger(value, -32768n, 32767n, 'smallint'));
}
