/** bytea: comparison, cutting, single bytes and bits; and uuid, which is compared like 16 bytes. */
import { randomFillSync } from 'node:crypto';
import { SqlError } from '../../common/sql-error.ts';
import { asBuffer, compareBytes } from '../../types/utf8.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import { comparisonBy, comparisons } from './comparison.ts';

type Bytes = Uint8Array;

export function compareByteStrings(left: Bytes, right: Bytes): number {
  return compareBytes(left, 0, left.length, right, 0, right.length);
}

const comparison = comparisonBy(compareByteStrings);

const comparisonFunctions: readonly FunctionEntry[] = [
  ...comparisons(
    comparison,
    'bytea',
    'bytea',
    'byteaeq 1948, byteane 1953, bytealt 1949, byteale 1950, byteagt 1951, byteage 1952, byteacmp 1954',
  ),
  ...comparisons(
    comparison,
    'uuid',
    'uuid',
    'uuid_eq 2956, uuid_ne 2959, uuid_lt 2954, uuid_le 2955, uuid_gt 2958, uuid_ge 2957, uuid_cmp 2960',
  ),
];

function concatenate(left: Bytes, right: Bytes): Bytes {
  const result = new Uint8Array(left.length + right.length);
  result.set(left);
  result.set(right, left.length);
  return result;
}

/** Bytes [from, to), zero-based; both may lie outside. */
function slice(bytes: Bytes, from: number, to: number): Bytes {
  return to <= from ? new Uint8Array(0) : bytes.slice(Math.max(from, 0), Math.max(to, 0));
}

function substring(bytes: Bytes, start: number, length: number): Bytes {
  if (length < 0) throw new SqlError('22011', 'negative substring length not allowed');
  return slice(bytes, start - 1, start - 1 + length);
}

function overlay(bytes: Bytes, replacement: Bytes, start: number, length: number): Bytes {
  if (start <= 0) throw new SqlError('22011', 'negative substring length not allowed');
  const head = slice(bytes, 0, start - 1);
  return concatenate(concatenate(head, replacement), slice(bytes, start - 1 + length, bytes.length));
}

function trim(bytes: Bytes, set: Bytes, atStart: boolean, atEnd: boolean): Bytes {
  let start = 0;
  let end = bytes.length;
  if (atStart) while (start < end && set.includes(bytes[start] as number)) start++;
  if (atEnd) while (end > start && set.includes(bytes[end - 1] as number)) end--;
  return bytes.slice(start, end);
}

function checkIndex(index: number | bigint, count: number): number {
  if (index < 0 || index >= count) {
    throw new SqlError('2202E', `index ${index} out of valid range, 0..${count - 1}`);
  }
  return Number(index);
}

function getByte(bytes: Bytes, index: number): number {
  return bytes[checkIndex(index, bytes.length)] as number;
}

function setByte(bytes: Bytes, index: number, value: number): Bytes {
  const at = checkIndex(index, bytes.length);
  const result = bytes.slice();
  result[at] = value;
  return result;
}

/** Bits are numbered from the least significant one of each byte. */
function getBit(bytes: Bytes, index: number | bigint): number {
  const at = checkIndex(index, bytes.length * 8);
  return ((bytes[at >> 3] as number) >> (at & 7)) & 1;
}

function setBit(bytes: Bytes, index: number | bigint, bit: number): Bytes {
  const at = checkIndex(index, bytes.length * 8);
  if (bit !== 0 && bit !== 1) throw new SqlError('22023', 'new bit must be 0 or 1');
  const result = bytes.slice();
  const mask = 1 << (at & 7);
  const byte = result[at >> 3] as number;
  result[at >> 3] = bit === 1 ? byte | mask : byte & ~mask;
  return result;
}

function countBits(bytes: Bytes): number {
  let count = 0;
  for (let byte of bytes) for (; byte !== 0; byte &= byte - 1) count++;
  return count;
}

/** A random (version 4) UUID. */
function randomUuid(): Bytes {
  const bytes = randomFillSync(new Uint8Array(16));
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes;
}

const byteLength: Kernel = (args) => (args[0] as Bytes).length;
const substringKernel: Kernel = (args) => substring(args[0] as Bytes, args[1] as number, args[2] as number);
const substringToEnd: Kernel = (args) => slice(args[0] as Bytes, (args[1] as number) - 1, Infinity);

const otherFunctions: readonly FunctionEntry[] = [
  scalar(2011, 'byteacat(bytea, bytea) bytea', (args) => concatenate(args[0] as Bytes, args[1] as Bytes)),
  scalar(2010, 'length(bytea) int4', byteLength),
  scalar(720, 'octet_length(bytea) int4', byteLength),
  scalar(1810, 'bit_length(bytea) int4', (args) => (args[0] as Bytes).length * 8),
  scalar(2012, 'substring(bytea, int4, int4) bytea', substringKernel),
  scalar(2085, 'substr(bytea, int4, int4) bytea', substringKernel),
  scalar(2013, 'substring(bytea, int4) bytea', substringToEnd),
  scalar(2086, 'substr(bytea, int4) bytea', substringToEnd),
  scalar(749, 'overlay(bytea, bytea, int4, int4) bytea', (args) =>
    overlay(args[0] as Bytes, args[1] as Bytes, args[2] as number, args[3] as number),
  ),
  scalar(752, 'overlay(bytea, bytea, int4) bytea', (args) =>
    overlay(args[0] as Bytes, args[1] as Bytes, args[2] as number, (args[1] as Bytes).length),
  ),
  scalar(2014, 'position(bytea, bytea) int4', (args) => asBuffer(args[0] as Bytes).indexOf(args[1] as Bytes) + 1),
  scalar(2015, 'btrim(bytea, bytea) bytea', (args) => trim(args[0] as Bytes, args[1] as Bytes, true, true)),
  scalar(6195, 'ltrim(bytea, bytea) bytea', (args) => trim(args[0] as Bytes, args[1] as Bytes, true, false)),
  scalar(6196, 'rtrim(bytea, bytea) bytea', (args) => trim(args[0] as Bytes, args[1] as Bytes, false, true)),
  scalar(721, 'get_byte(bytea, int4) int4', (args) => getByte(args[0] as Bytes, args[1] as number)),
  scalar(722, 'set_byte(bytea, int4, int4) bytea', (args) =>
    setByte(args[0] as Bytes, args[1] as number, args[2] as number),
  ),
  scalar(723, 'get_bit(bytea, int8) int4', (args) => getBit(args[0] as Bytes, args[1] as number | bigint)),
  scalar(724, 'set_bit(bytea, int8, int4) bytea', (args) =>
    setBit(args[0] as Bytes, args[1] as number | bigint, args[2] as number),
  ),
  scalar(6163, 'bit_count(bytea) int8', (args) => countBits(args[0] as Bytes)),
  scalar(3432, 'gen_random_uuid() uuid volatile', randomUuid),
];

export const byteaFunctions: readonly FunctionEntry[] = [...comparisonFunctions, ...otherFunctions];
