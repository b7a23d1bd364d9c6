/**
 * Text of floating point numbers. With extra_float_digits > 0 (the default is 1) the shortest decimal that reads back as
 * the same number; JavaScript's own conversion finds it for doubles, with one difference: PostgreSQL does not use decimals that lie
 * exactly halfway between two doubles (1e23 prints as 9.999999999999999e+22). Otherwise %.{15,6}g plus that many digits.
 */

/** Decimal form 0.d₁d₂… is kept as digits "d₁d₂…" with the exponent of d₁: value = d₁.d₂… × 10^exponent. */
interface Decimal {
  readonly digits: string;
  readonly exponent: number;
}

const double = { digits: 15, shortestPlainBelow: 15 };
const single = { digits: 6, shortestPlainBelow: 6 };

export function formatFloat8(value: number, extraFloatDigits: number): string {
  if (extraFloatDigits > 0 && isPlainDouble(Math.abs(value))) return String(value);
  if (!Number.isFinite(value)) return formatSpecial(value);
  if (extraFloatDigits > 0) return formatShortest(value, shortestDouble(Math.abs(value)), double.shortestPlainBelow);
  return formatGeneral(value, Math.max(1, double.digits + extraFloatDigits));
}

/** Where JavaScript writes the shortest digits as PostgreSQL does: without an exponent. */
function isPlainDouble(magnitude: number): boolean {
  return magnitude >= 1e-4 && magnitude < 1e15;
}

/** `value` must be a float32 value. */
export function formatFloat4(value: number, extraFloatDigits: number): string {
  if (!Number.isFinite(value)) return formatSpecial(value);
  if (extraFloatDigits > 0) return formatShortest(value, shortestSingle(Math.abs(value)), single.shortestPlainBelow);
  return formatGeneral(value, Math.max(1, single.digits + extraFloatDigits));
}

function formatSpecial(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  return value > 0 ? 'Infinity' : '-Infinity';
}

function isNegative(value: number): boolean {
  return value < 0 || Object.is(value, -0);
}

function formatShortest(value: number, decimal: Decimal, plainBelow: number): string {
  const sign = isNegative(value) ? '-' : '';
  if (value === 0) return `${sign}0`;
  const scientific = decimal.exponent < -4 || decimal.exponent >= plainBelow;
  return sign + (scientific ? scientificText(decimal) : plainText(decimal));
}

function plainText({ digits, exponent }: Decimal): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return digits.padEnd(exponent + 1, '0');
  return `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

function scientificText({ digits, exponent }: Decimal): string {
  const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
  const magnitude = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits.charAt(0)}${fraction}e${exponent < 0 ? '-' : '+'}${magnitude}`;
}

/** C's %.{precision}g. */
function formatGeneral(value: number, precision: number): string {
  const sign = isNegative(value) ? '-' : '';
  if (value === 0) return `${sign}0`;
  const rounded = roundHalfEven(Math.abs(value), precision);
  const decimal = { digits: rounded.digits.replace(/0+$/, '') || '0', exponent: rounded.exponent };
  const scientific = decimal.exponent < -4 || decimal.exponent >= precision;
  return sign + (scientific ? scientificText(decimal) : plainText(decimal));
}

/** To `count` significant digits, exact halves to even as C does; JavaScript rounds them up. */
function roundHalfEven(value: number, count: number): Decimal {
  const decimal = parseExponential(value.toExponential(count - 1));
  const isOdd = decimal.digits.charCodeAt(count - 1) % 2 === 1;
  if (!isOdd || !isTie(value, count)) return decimal;
  return { digits: String(BigInt(decimal.digits) - 1n), exponent: decimal.exponent };
}

/** Reads JavaScript's "1.234e-7". */
function parseExponential(text: string): Decimal {
  const [mantissa = '', exponent = '0'] = text.split('e');
  return { digits: mantissa.replace('.', ''), exponent: Number(exponent) };
}

function shortestDouble(value: number): Decimal {
  let decimal = parseExponential(value.toExponential());
  if (value < 2 ** 54) return decimal;
  for (let count = decimal.digits.length; liesHalfway(value, decimal); count++) {
    decimal = parseExponential(value.toExponential(count));
  }
  return trimZeros(decimal);
}

/** Whether a decimal that reads as `value` is exactly the midpoint between it and a neighbour; only possible above 2^53. */
function liesHalfway(value: number, { digits, exponent }: Decimal): boolean {
  const trailing = exponent + 1 - digits.length;
  if (trailing <= 0 || trailing > 25) return false;
  const distance = BigInt(digits) * 10n ** BigInt(trailing) - BigInt(value);
  if (distance === 0n) return false;
  return (distance < 0n ? -distance : distance) * 2n === gapBeside(value, distance > 0n);
}

/** Distance between a double above 2^53 and its neighbour. */
function gapBeside(value: number, above: boolean): bigint {
  const gap = 2 ** (Math.floor(Math.log2(value)) - 52);
  const exactGap = value + gap === value ? gap * 2 : gap;
  if (above) return BigInt(exactGap);
  return value - exactGap / 2 !== value && Number.isInteger(Math.log2(value)) ? BigInt(exactGap / 2) : BigInt(exactGap);
}

const singleNormalMin = 2 ** -126;
const singleBits = new Uint32Array(1);
const singleValue = new Float32Array(singleBits.buffer);

/**
 * The shortest decimal strictly inside the interval of reals that round to this float32. The midpoints to its neighbours are
 * exact as doubles.
 */
function shortestSingle(value: number): Decimal {
  singleValue[0] = value;
  const bits = singleBits[0] as number;
  const lower = (value + floatFromBits(bits - 1)) / 2;
  const next = floatFromBits(bits + 1);
  const upper = Number.isFinite(next) ? (value + next) / 2 : value + (value - lower);
  // With 24 bits of precision at most one decimal of six digits fits, so shorter ones need no search. Subnormals have fewer bits.
  for (let count = value < singleNormalMin ? 1 : 6; count < 9; count++) {
    const found = decimalBetween(value, lower, upper, count);
    if (found !== undefined) return trimZeros(found);
  }
  return trimZeros(parseExponential(value.toExponential(8)));
}

/** The decimal with `count` digits nearest to `value` inside the interval, if any. */
function decimalBetween(value: number, lower: number, upper: number, count: number): Decimal | undefined {
  const text = value.toExponential(count - 1);
  const nearest = Number(text);
  const isInside = nearest > lower && nearest < upper;
  const decimal = parseExponential(text);
  const isOdd = decimal.digits.charCodeAt(count - 1) % 2 === 1;
  if (isInside && !(isOdd && isTie(value, count))) return decimal;
  const other = neighbourDecimal(value, nearest, count);
  if (other > lower && other < upper) return parseExponential(other.toExponential(count - 1));
  return isInside ? decimal : undefined;
}

/** As many as JavaScript gives. */
const expansionDigits = 100;

/** Whether the exact decimal expansion of `value` has a 5 and nothing more after `count` digits. */
function isTie(value: number, count: number): boolean {
  return /^50*$/.test(parseExponential(value.toExponential(expansionDigits)).digits.slice(count));
}

/** The `count`-digit decimal on the other side of `value`. */
function neighbourDecimal(value: number, candidate: number, count: number): number {
  const { exponent } = parseExponential(candidate.toExponential(count - 1));
  const step = Number(`1e${exponent - count + 1}`);
  return Number((candidate > value ? candidate - step : candidate + step).toExponential(count - 1));
}

function trimZeros(decimal: Decimal): Decimal {
  return { digits: decimal.digits.replace(/0+$/, '') || '0', exponent: decimal.exponent };
}

function floatFromBits(bits: number): number {
  singleBits[0] = bits;
  return singleValue[0] as number;
}
