/**
 * int8 arithmetic on datums: numbers while they are safe integers, bigint beyond, always exact and checked against 64 bits.
 * The number path comes first; a result that is a safe integer is exact because both operands were.
 */
import { canonicalInt64 } from '../types/datum.ts';
import { divisionByZero, int8OutOfRange } from './inline-runtime.ts';

export type Int8 = number | bigint;

const min = -(2n ** 63n);
const max = 2n ** 63n - 1n;

/** Canonical form of a result; throws 22003 outside 64 bits. */
export function checkInt8(value: bigint): Int8 {
  if (value < min || value > max) throw int8OutOfRange();
  return canonicalInt64(value);
}

export function addInt8(left: Int8, right: Int8): Int8 {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return checkInt8(BigInt(left) + BigInt(right));
}

export function subtractInt8(left: Int8, right: Int8): Int8 {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    if (Number.isSafeInteger(difference)) return difference;
  }
  return checkInt8(BigInt(left) - BigInt(right));
}

export function multiplyInt8(left: Int8, right: Int8): Int8 {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    if (Number.isSafeInteger(product)) return product + 0;
  }
  return checkInt8(BigInt(left) * BigInt(right));
}

export function divideInt8(left: Int8, right: Int8): Int8 {
  if (right === 0) throw divisionByZero();
  if (typeof left === 'number' && typeof right === 'number') return (left - (left % right)) / right + 0;
  return checkInt8(BigInt(left) / BigInt(right));
}

export function modInt8(left: Int8, right: Int8): Int8 {
  if (right === 0) throw divisionByZero();
  if (typeof left === 'number' && typeof right === 'number') return (left % right) + 0;
  return checkInt8(BigInt(left) % BigInt(right));
}

export function negateInt8(value: Int8): Int8 {
  return typeof value === 'number' ? 0 - value : checkInt8(-value);
}

export function absInt8(value: Int8): Int8 {
  return value < 0 ? negateInt8(value) : value;
}

/** Applies a bitwise operator in 64-bit two's complement. */
export function bitwiseInt8(value: bigint): Int8 {
  return canonicalInt64(BigInt.asIntN(64, value));
}

export function gcdInt8(left: Int8, right: Int8): Int8 {
  let a = BigInt(left);
  let b = BigInt(right);
  while (b !== 0n) [a, b] = [b, a % b];
  return checkInt8(a < 0n ? -a : a);
}

export function lcmInt8(left: Int8, right: Int8): Int8 {
  if (left === 0 || right === 0) return 0;
  const product = (BigInt(left) / BigInt(gcdInt8(left, right))) * BigInt(right);
  return checkInt8(product < 0n ? -product : product);
}
