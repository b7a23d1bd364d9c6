/**
 * What compiled expressions may call, as `r.name(…)`: exact integer arithmetic, float arithmetic with PostgreSQL's range
 * errors, and float comparison with PostgreSQL's order (NaN equals itself and is above everything).
 *
 * int8 values are narrow here: exact integers in a JS number. A result that leaves ±(2^53 - 1) throws `notNarrow`, one
 * preallocated object, and the caller repeats the batch with the kernels, which know bigint. Results never are -0, which would
 * print as "-0" once it is read back as an integer.
 */
import { SqlError } from '../common/sql-error.ts';

/** Thrown by inline code when an int64 result is not a safe integer: redo the batch wide. Carries no stack. */
export class NotNarrow {
  readonly name = 'NotNarrow';
}

export const notNarrow = new NotNarrow();

export function int2OutOfRange(): SqlError {
  return new SqlError('22003', 'smallint out of range');
}
export function int4OutOfRange(): SqlError {
  return new SqlError('22003', 'integer out of range');
}
export function int8OutOfRange(): SqlError {
  return new SqlError('22003', 'bigint out of range');
}
export function divisionByZero(): SqlError {
  return new SqlError('22012', 'division by zero');
}
export function floatOverflow(): SqlError {
  return new SqlError('22003', 'value out of range: overflow');
}
export function floatUnderflow(): SqlError {
  return new SqlError('22003', 'value out of range: underflow');
}

/** An int2 result: checked, never -0. */
function int2(value: number): number {
  if (value < -32768 || value > 32767) throw int2OutOfRange();
  return value | 0;
}

/** An int4 result: checked, never -0. Also right for products, which a double holds only rounded when they are far outside. */
function int4(value: number): number {
  if (value < -2147483648 || value > 2147483647) throw int4OutOfRange();
  return value | 0;
}

/** A narrow int8 result, never -0. */
function safe(value: number): number {
  if (value > 9007199254740991 || value < -9007199254740991) throw notNarrow;
  return value + 0;
}

function divideInt2(left: number, right: number): number {
  if (right === 0) throw divisionByZero();
  return int2(Math.trunc(left / right));
}

function divideInt4(left: number, right: number): number {
  if (right === 0) throw divisionByZero();
  return int4(Math.trunc(left / right));
}

/** Remainder with the sign of the dividend; never -0. */
function modInt32(left: number, right: number): number {
  if (right === 0) throw divisionByZero();
  return (left % right) + 0;
}

/** Exact truncated quotient of safe integers: x - x % y is divisible by y, so its division does not round. */
function divideSafe(left: number, right: number): number {
  if (right === 0) throw divisionByZero();
  return (left - (left % right)) / right + 0;
}

function modSafe(left: number, right: number): number {
  if (right === 0) throw divisionByZero();
  return (left % right) + 0;
}

function addFloat8(left: number, right: number): number {
  const sum = left + right;
  if ((sum === Infinity || sum === -Infinity) && isFinite(left) && isFinite(right)) throw floatOverflow();
  return sum;
}

function subtractFloat8(left: number, right: number): number {
  const difference = left - right;
  if ((difference === Infinity || difference === -Infinity) && isFinite(left) && isFinite(right)) throw floatOverflow();
  return difference;
}

function multiplyFloat8(left: number, right: number): number {
  const product = left * right;
  if ((product === Infinity || product === -Infinity) && isFinite(left) && isFinite(right)) throw floatOverflow();
  if (product === 0 && left !== 0 && right !== 0) throw floatUnderflow();
  return product;
}

function divideFloat8(left: number, right: number): number {
  if (right === 0 && left === left) throw divisionByZero();
  const quotient = left / right;
  if ((quotient === Infinity || quotient === -Infinity) && isFinite(left)) throw floatOverflow();
  if (quotient === 0 && left !== 0 && isFinite(right)) throw floatUnderflow();
  return quotient;
}

function addFloat4(left: number, right: number): number {
  return roundedSum(Math.fround(left + right), left, right);
}

function subtractFloat4(left: number, right: number): number {
  return roundedSum(Math.fround(left - right), left, right);
}

function roundedSum(result: number, left: number, right: number): number {
  if ((result === Infinity || result === -Infinity) && isFinite(left) && isFinite(right)) throw floatOverflow();
  return result;
}

function multiplyFloat4(left: number, right: number): number {
  const product = Math.fround(left * right);
  if ((product === Infinity || product === -Infinity) && isFinite(left) && isFinite(right)) throw floatOverflow();
  if (product === 0 && left !== 0 && right !== 0) throw floatUnderflow();
  return product;
}

function divideFloat4(left: number, right: number): number {
  if (right === 0 && left === left) throw divisionByZero();
  const quotient = Math.fround(left / right);
  if ((quotient === Infinity || quotient === -Infinity) && isFinite(left)) throw floatOverflow();
  if (quotient === 0 && left !== 0 && isFinite(right)) throw floatUnderflow();
  return quotient;
}

function eqFloat(left: number, right: number): number {
  return left === right || (left !== left && right !== right) ? 1 : 0;
}
function neFloat(left: number, right: number): number {
  return left === right || (left !== left && right !== right) ? 0 : 1;
}
function ltFloat(left: number, right: number): number {
  return left < right || (right !== right && left === left) ? 1 : 0;
}
function leFloat(left: number, right: number): number {
  return left <= right || right !== right ? 1 : 0;
}
function gtFloat(left: number, right: number): number {
  return left > right || (left !== left && right === right) ? 1 : 0;
}
function geFloat(left: number, right: number): number {
  return left >= right || left !== left ? 1 : 0;
}

/** Three-way comparison in PostgreSQL's order: NaN equals NaN and is greater than everything else. */
export function compareFloat(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right) return 0;
  return (left !== left ? 1 : 0) - (right !== right ? 1 : 0);
}

/** Rounds to the nearest integer, halves to even, keeping the sign of zero: C's rint. */
export function roundHalfEven(value: number): number {
  if (!(Math.abs(value) < 4503599627370496)) return value;
  const rounded = value < 0 ? value - 4503599627370496 + 4503599627370496 : value + 4503599627370496 - 4503599627370496;
  return rounded === 0 && (value < 0 || Object.is(value, -0)) ? -0 : rounded;
}

function float8ToInt2(value: number): number {
  const rounded = roundHalfEven(value);
  if (!(rounded >= -32768 && rounded <= 32767)) throw int2OutOfRange();
  return rounded | 0;
}

function float8ToInt4(value: number): number {
  const rounded = roundHalfEven(value);
  if (!(rounded >= -2147483648 && rounded <= 2147483647)) throw int4OutOfRange();
  return rounded | 0;
}

/** One object for all compiled code: its shape never changes, so `r.name` is a constant load. */
export const inlineRuntime = Object.freeze({
  int2,
  int4,
  safe,
  divideInt2,
  divideInt4,
  modInt32,
  divideSafe,
  modSafe,
  addFloat8,
  subtractFloat8,
  multiplyFloat8,
  divideFloat8,
  addFloat4,
  subtractFloat4,
  multiplyFloat4,
  divideFloat4,
  eqFloat,
  neFloat,
  ltFloat,
  leFloat,
  gtFloat,
  geFloat,
  compareFloat,
  float8ToInt2,
  float8ToInt4,
});

export type InlineRuntime = typeof inlineRuntime;
