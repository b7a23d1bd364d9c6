/**
 * Square root, exponential, logarithms and powers of Numeric. Results are rounded to a scale chosen as PostgreSQL does: at least
 * 16 significant digits, and no fewer digits after the point than the arguments have. The series run in fixed point:
 * a bigint that counts units of 2^-bits.
 */
import { SqlError } from '../common/sql-error.ts';
import { Numeric } from './datum.ts';
import {
  absolute,
  bigPowerOfTen,
  clampDisplayScale,
  compareNumerics,
  decimalLength,
  displayScaleMax,
  divideAtScale,
  divideRounded,
  divisionByZero,
  isZero,
  leadingDigit,
  makeNumeric,
  multiply,
  negate,
  numericInfinity,
  numericNaN,
  numericOne,
  numericZero,
  overflowError,
  rescale,
  significantDigitsMin,
  signOf,
  subtract,
} from './numeric-math.ts';
import { numericToFloat8 } from './numeric-text.ts';

const log10OfE = 0.434294481903252;
const ln10 = 2.302585092994046;
/** Arguments of exp beyond ±6000 overflow or vanish. */
const exponentMax = 6000;
const guardBits = 64;

export function squareRoot(value: Numeric): Numeric {
  if (value.kind === 'nan' || value.kind === 'infinity') return value;
  if (signOf(value) < 0) throw invalidArgument('2201F', 'cannot take square root of a negative number');
  const { weight } = leadingDigit(value);
  const scale = clampDisplayScale(significantDigitsMin - (Math.trunc(((weight + 1) * 4) / 2) - 1), value.scale);
  if (value.digits === 0) return new Numeric(0, scale);
  const shift = 2 * scale - value.scale;
  const scaled =
    shift >= 0 ? BigInt(value.digits) * bigPowerOfTen(shift) : BigInt(value.digits) / bigPowerOfTen(-shift);
  const root = integerRoot(scaled);
  const rest = scaled - root * root;
  return makeNumeric(rest > root ? root + 1n : root, scale);
}

function invalidArgument(code: '2201F' | '2201E', message: string): SqlError {
  return new SqlError(code, message);
}

/** Floor of the square root, by Newton's method from above. */
function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((bitLength(value) + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

function bitLength(value: bigint): number {
  const hex = (value < 0n ? -value : value).toString(16);
  return (hex.length - 1) * 4 + (32 - Math.clz32(Number.parseInt(hex.charAt(0), 16)));
}

// Fixed point

const ln2Cache = { bits: 0, value: 0n };

/** ln 2 = 2 atanh(1/3). */
function ln2(bits: number): bigint {
  if (ln2Cache.bits < bits) {
    ln2Cache.bits = bits + 64;
    ln2Cache.value = 2n * atanhOfInverse(3n, ln2Cache.bits);
  }
  return ln2Cache.value >> BigInt(ln2Cache.bits - bits);
}

/** atanh(1/n) = 1/n + 1/3n³ + 1/5n⁵ + … */
function atanhOfInverse(n: bigint, bits: number): bigint {
  let power = (1n << BigInt(bits)) / n;
  let sum = power;
  for (let k = 3n; power !== 0n; k += 2n) {
    power /= n * n;
    sum += power / k;
  }
  return sum;
}

/** Digits × 10^-scale in units of 2^-bits. */
function toFixed(digits: bigint, scale: number, bits: number): bigint {
  return (digits << BigInt(bits)) / bigPowerOfTen(scale);
}

/** Units of 2^-bits rounded to 10^-scale; the scale may be negative. */
function fromFixed(fixed: bigint, bits: number, scale: number): bigint {
  if (scale >= 0) return divideRounded(fixed * bigPowerOfTen(scale), 1n << BigInt(bits));
  return divideRounded(fixed, bigPowerOfTen(-scale) << BigInt(bits));
}

/**
 * e^x as mantissa × 2^exponent, mantissa in units of 2^-bits. x is cut to r + k ln 2, r halved until tiny, and the result of the
 * Taylor series squared as often.
 */
function exponential(x: bigint, bits: number): { mantissa: bigint; exponent: number } {
  const halvings = Math.max(4, Math.floor(Math.sqrt(bits)));
  const work = bits + halvings + guardBits;
  const wide = x << BigInt(work - bits);
  const ln2Fixed = ln2(work);
  const k = wide / ln2Fixed;
  const r = (wide - k * ln2Fixed) >> BigInt(halvings);
  let term = 1n << BigInt(work);
  let sum = term;
  for (let i = 1n; term !== 0n && term !== -1n; i++) {
    term = ((term * r) >> BigInt(work)) / i;
    sum += term;
  }
  for (let i = 0; i < halvings; i++) sum = (sum * sum) >> BigInt(work);
  return { mantissa: sum >> BigInt(work - bits), exponent: Number(k) };
}

/**
 * ln of digits × 10^-scale (positive) in units of 2^-bits: written as m × 2^k with m near 1, whose roots are taken until the series
 * of atanh((m-1)/(m+1)) converges fast.
 */
function naturalLog(digits: bigint, scale: number, bits: number): bigint {
  const roots = Math.max(2, Math.floor(Math.sqrt(bits) / 2));
  const work = bits + roots + guardBits + 2 * Math.max(0, scale + decimalLength(digits)).toString(2).length;
  const divisor = bigPowerOfTen(scale);
  const k = bitLength(digits) - bitLength(divisor);
  const shift = work - k;
  let m = shift >= 0 ? (digits << BigInt(shift)) / divisor : digits / (divisor << BigInt(-shift));
  for (let i = 0; i < roots; i++) m = integerRoot(m << BigInt(work));
  const one = 1n << BigInt(work);
  const z = ((m - one) << BigInt(work)) / (m + one);
  const square = (z * z) >> BigInt(work);
  let power = z;
  let sum = z;
  for (let i = 3n; power !== 0n && power !== -1n; i += 2n) {
    power = (power * square) >> BigInt(work);
    sum += power / i;
  }
  return ((sum << BigInt(roots + 1)) + BigInt(k) * ln2(work)) >> BigInt(work - bits);
}

/** Bits for `digits` decimal digits. */
function bitsFor(digits: number): number {
  return Math.ceil(Math.max(0, digits) * 3.3219281) + guardBits;
}

// Exponential

export function exp(value: Numeric): Numeric {
  if (value.kind !== 'finite') return value.kind === '-infinity' ? numericZero : value;
  const weight = Math.max(-2000, Math.min(2000, approximate(value) * log10OfE));
  return expAtScale(value, clampDisplayScale(significantDigitsMin - Math.trunc(weight), value.scale));
}

/** Value as a double without range errors. */
function approximate(value: Numeric): number {
  return Number(`${value.digits}e-${value.scale}`);
}

function expAtScale(value: Numeric, scale: number): Numeric {
  const size = approximate(value);
  if (Math.abs(size) >= exponentMax) {
    if (size > 0) throw overflowError();
    return new Numeric(0, scale);
  }
  const bits = bitsFor(scale + Math.max(0, size * log10OfE)) + 32;
  const { mantissa, exponent } = exponential(toFixed(BigInt(value.digits), value.scale, bits), bits);
  const fixed = exponent >= 0 ? mantissa << BigInt(exponent) : mantissa;
  return makeNumeric(fromFixed(fixed, exponent >= 0 ? bits : bits - exponent, scale), scale);
}

// Logarithms

/** Decimal weight of ln(value): the power of ten of its first digit. */
function lnWeight(value: Numeric): number {
  if (signOf(value) <= 0) return 0;
  const nearOne = compareNumerics(value, new Numeric(9, 1)) >= 0 && compareNumerics(value, new Numeric(11, 1)) <= 0;
  if (nearOne) {
    const distance = subtract(value, numericOne);
    if (isZero(distance)) return 0;
    const { weight, digit } = leadingDigit(absolute(distance));
    return weight * 4 + Math.trunc(Math.log10(digit));
  }
  const { digits, power } = firstDigits(value, 2);
  return Math.trunc(Math.log10(Math.abs(Math.log(digits) + power * ln10)));
}

/** The first `count` digits in base 10000 as one number, and the power of ten of its last. */
function firstDigits(value: Numeric, count: number): { digits: number; power: number } {
  const { weight } = leadingDigit(value);
  const text = String(value.digits).replace('-', '');
  const length = decimalLength(value.digits);
  const width = length - value.scale - 4 * weight;
  const significant = text.replace(/0+$/, '').length;
  const groups = Math.max(1, Math.min(count, 1 + Math.ceil((significant - width) / 4)));
  const take = width + 4 * (groups - 1);
  return { digits: Number(text.slice(0, take).padEnd(take, '0')), power: 4 * (weight - groups + 1) };
}

function checkLogArgument(value: Numeric): void {
  if (signOf(value) === 0) throw invalidArgument('2201E', 'cannot take logarithm of zero');
  if (signOf(value) < 0) throw negativeLogArgument();
}

function negativeLogArgument(): SqlError {
  return invalidArgument('2201E', 'cannot take logarithm of a negative number');
}

export function naturalLogarithm(value: Numeric): Numeric {
  if (value.kind === 'nan') return value;
  checkLogArgument(value);
  if (value.kind === 'infinity') return value;
  return lnAtScale(value, clampDisplayScale(significantDigitsMin - lnWeight(value), value.scale));
}

function lnAtScale(value: Numeric, scale: number): Numeric {
  const bits = bitsFor(scale) + 16;
  return makeNumeric(fromFixed(naturalLog(BigInt(value.digits), value.scale, bits), bits, scale), scale);
}

/** log(base, value). */
export function logarithm(base: Numeric, value: Numeric): Numeric {
  if (base.kind === 'nan' || value.kind === 'nan') return numericNaN;
  const isFinite = base.kind === 'finite' && value.kind === 'finite';
  if (!isFinite && (signOf(base) < 0 || signOf(value) < 0)) throw negativeLogArgument();
  checkLogArgument(base);
  checkLogArgument(value);
  if (base.kind === 'infinity') return value.kind === 'infinity' ? numericNaN : numericZero;
  if (value.kind === 'infinity') return numericInfinity;
  const baseWeight = lnWeight(base);
  const valueWeight = lnWeight(value);
  const weight = valueWeight - baseWeight;
  const scale = clampDisplayScale(significantDigitsMin - weight, base.scale, value.scale);
  const lnBase = lnAtScale(base, Math.max(0, scale + weight - baseWeight + 8));
  const lnValue = lnAtScale(value, Math.max(0, scale + weight - valueWeight + 8));
  if (isZero(lnBase)) throw divisionByZero();
  return divideAtScale(lnValue, lnBase, scale);
}

const ten = new Numeric(10, 0);

export function decimalLogarithm(value: Numeric): Numeric {
  return logarithm(ten, value);
}

// Powers

export function power(base: Numeric, exponent: Numeric): Numeric {
  if (base.kind !== 'finite' || exponent.kind !== 'finite') return powerSpecial(base, exponent);
  const whole = rescale(exponent, 0);
  const isInteger = compareNumerics(whole, exponent) === 0;
  if (isZero(base) && signOf(exponent) < 0)
    throw invalidArgument('2201F', 'zero raised to a negative power is undefined');
  if (isInteger && whole.digits >= -0x8000_0000 && whole.digits <= 0x7fff_ffff) {
    return powerOfInteger(base, Number(whole.digits));
  }
  if (signOf(base) < 0 && !isInteger) throw complexResult();
  if (isZero(base)) return new Numeric(0, significantDigitsMin);
  const result = powerByLogarithm(absolute(base), exponent);
  const isOdd = isInteger && BigInt(whole.digits) % 2n !== 0n;
  return signOf(base) < 0 && isOdd ? negate(result) : result;
}

function complexResult(): SqlError {
  return invalidArgument('2201F', 'a negative number raised to a non-integer power yields a complex result');
}

/** 1^x and x^0 are 1 even for NaN; the rest follows IEEE's pow. */
function powerSpecial(base: Numeric, exponent: Numeric): Numeric {
  if (base.kind === 'nan') return isZero(exponent) ? numericOne : numericNaN;
  if (exponent.kind === 'nan')
    return base.kind === 'finite' && compareNumerics(base, numericOne) === 0 ? numericOne : numericNaN;
  if (isZero(base) && signOf(exponent) < 0)
    throw invalidArgument('2201F', 'zero raised to a negative power is undefined');
  if (base.kind === 'finite') return powerOfInfinity(base, signOf(exponent) > 0);
  if (isZero(exponent)) return numericOne;
  if (base.kind === 'infinity') return signOf(exponent) > 0 ? numericInfinity : numericZero;
  return powerOfNegativeInfinity(exponent);
}

/** base^±Infinity. */
function powerOfInfinity(base: Numeric, grows: boolean): Numeric {
  const side = compareNumerics(absolute(base), numericOne);
  if (side === 0) return numericOne;
  return side > 0 === grows ? numericInfinity : numericZero;
}

function powerOfNegativeInfinity(exponent: Numeric): Numeric {
  if (exponent.kind !== 'finite') return signOf(exponent) > 0 ? numericInfinity : numericZero;
  const whole = rescale(exponent, 0);
  if (compareNumerics(whole, exponent) !== 0) throw complexResult();
  if (signOf(exponent) < 0) return numericZero;
  return BigInt(whole.digits) % 2n === 0n ? numericInfinity : negate(numericInfinity);
}

function powerOfInteger(base: Numeric, exponent: number): Numeric {
  const scale = clampDisplayScale(significantDigitsMin, base.scale);
  const weight = estimatedWeight(base, exponent);
  if (weight > 3 * 0x7fff * 4) throw overflowError();
  if (weight + 1 < -scale) return new Numeric(0, scale);
  switch (exponent) {
    case 0:
      return rescale(numericOne, scale);
    case 1:
      return rescale(base, scale);
    case -1:
      return divideAtScale(numericOne, base, scale);
    case 2:
      return rescale(multiply(base, base), scale);
    default:
      return isZero(base) ? new Numeric(0, scale) : powerBySquaring(base, exponent, scale);
  }
}

/** log10 of |base^exponent|. */
function estimatedWeight(base: Numeric, exponent: number): number {
  if (isZero(base)) return 0;
  const { digits, power: last } = firstDigits(absolute(base), 4);
  return exponent * (Math.log10(digits) + last);
}

/** A decimal floating point number: digits × 10^exponent, cut to a working precision after each step. */
interface Floating {
  readonly digits: bigint;
  readonly exponent: number;
}

function powerBySquaring(base: Numeric, exponent: number, scale: number): Numeric {
  const count = Math.abs(exponent);
  const weight = Math.abs(estimatedWeight(base, count));
  const precision = Math.ceil(Math.max(scale, 0) + weight + Math.log10(count)) + 24;
  let square: Floating = { digits: BigInt(base.digits), exponent: -base.scale };
  let result: Floating = { digits: 1n, exponent: 0 };
  for (let rest = count; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = multiplyFloating(result, square, precision);
    if (rest > 1) square = multiplyFloating(square, square, precision);
  }
  return exponent < 0 ? invertFloating(result, scale) : roundFloating(result, scale);
}

function multiplyFloating(a: Floating, b: Floating, precision: number): Floating {
  const digits = a.digits * b.digits;
  const exponent = a.exponent + b.exponent;
  const extra = Math.floor(bitLength(digits) * 0.30103) - precision;
  return extra <= 0 ? { digits, exponent } : { digits: digits / bigPowerOfTen(extra), exponent: exponent + extra };
}

function roundFloating({ digits, exponent }: Floating, scale: number): Numeric {
  const shift = exponent + scale;
  if (shift >= 0) return makeNumeric(digits * bigPowerOfTen(shift), scale);
  return makeNumeric(divideRounded(digits, bigPowerOfTen(-shift)), scale);
}

function invertFloating({ digits, exponent }: Floating, scale: number): Numeric {
  const shift = scale - exponent;
  if (shift >= 0) return makeNumeric(divideRounded(bigPowerOfTen(shift), digits), scale);
  return makeNumeric(divideRounded(1n, digits * bigPowerOfTen(-shift)), scale);
}

function powerByLogarithm(base: Numeric, exponent: Numeric): Numeric {
  const baseWeight = lnWeight(base);
  const roughScale = Math.max(0, 8 - baseWeight);
  const size = numericToFloat8(rescale(multiply(lnAtScale(base, roughScale), exponent), roughScale));
  if (Math.abs(size) > exponentMax * 1.003_333) {
    if (size > 0) throw overflowError();
    return new Numeric(0, displayScaleMax);
  }
  const weight = size * log10OfE;
  const scale = clampDisplayScale(significantDigitsMin - Math.trunc(weight), base.scale, exponent.scale);
  const working = Math.max(0, scale + Math.trunc(weight) - baseWeight + 8 + decimalLength(exponent.digits));
  const product = multiply(lnAtScale(base, working), exponent);
  return expAtScale(product, scale);
}
