/**
 * int2, int4, int8. Keys are big-endian with the sign bit flipped, so that unsigned byte order is numeric order.
 * int8 Datums are numbers while they are safe integers and bigints beyond (datum.ts).
 */
import type { ByteWriter } from '../common/byte-writer.ts';
import { canonicalInt64 } from './datum.ts';
import type { Datum } from './datum.ts';
import { defineType } from './define-type.ts';
import { writeInteger } from './digits.ts';
import { hashInt64, hashInteger } from './hash.ts';
import { checkBinaryLength, invalidText, valueOutOfRange } from './io-errors.ts';
import { typeOid } from './oids.ts';
import type { Int32Vector, Int64Vector } from './vector.ts';
import { skipSpace } from './whitespace.ts';

const digitZero = 0x30;

export const int64Max = 9223372036854775807n;
export const int64Min = -9223372036854775808n;

/** Where the sign and the digits of an integer literal lie, white space around allowed; undefined if it is none. */
interface IntegerSpan {
  readonly negative: boolean;
  readonly start: number;
  readonly end: number;
  /** Whether only white space follows the digits. */
  readonly complete: boolean;
}

function scanInteger(text: string): IntegerSpan | undefined {
  let at = skipSpace(text, 0);
  const sign = text.charAt(at);
  if (sign === '-' || sign === '+') at++;
  const start = at;
  while (isDigit(text.charCodeAt(at))) at++;
  if (at === start) return undefined;
  return { negative: sign === '-', start, end: at, complete: skipSpace(text, at) === text.length };
}

export function isDigit(code: number): boolean {
  return code >= digitZero && code <= digitZero + 9;
}

/** int2 and int4 input. Too large a number is "out of range" even if garbage follows, as in PostgreSQL, unless it is just max + 1. */
export function parseInt32(text: string, min: number, max: number, sqlName: string): number {
  const span = scanInteger(text);
  if (span === undefined) throw invalidText(sqlName, text);
  let magnitude = 0;
  for (let i = span.start; i < span.end; i++) {
    magnitude = magnitude * 10 + (text.charCodeAt(i) - digitZero);
    if (-magnitude < min) throw valueOutOfRange(sqlName, text);
  }
  if (!span.complete) throw invalidText(sqlName, text);
  if (magnitude > max && !span.negative) throw valueOutOfRange(sqlName, text);
  return span.negative && magnitude !== 0 ? -magnitude : magnitude;
}

export function parseInt64(text: string, sqlName: string = 'bigint'): number | bigint {
  const span = scanInteger(text);
  if (span === undefined) throw invalidText(sqlName, text);
  if (span.end - span.start > 15) return parseLongInt64(text, span, sqlName);
  if (!span.complete) throw invalidText(sqlName, text);
  const magnitude = Number(text.slice(span.start, span.end));
  return span.negative && magnitude !== 0 ? -magnitude : magnitude;
}

function parseLongInt64(text: string, span: IntegerSpan, sqlName: string): number | bigint {
  const digits = text.slice(span.start, span.end).replace(/^0+/, '');
  if (digits.length > 19) throw valueOutOfRange(sqlName, text);
  const magnitude = BigInt(digits);
  if (-magnitude < int64Min) throw valueOutOfRange(sqlName, text);
  if (!span.complete) throw invalidText(sqlName, text);
  if (magnitude > int64Max && !span.negative) throw valueOutOfRange(sqlName, text);
  return canonicalInt64(span.negative ? -magnitude : magnitude);
}

export function compareNumbers(a: Datum, b: Datum): number {
  return (a as number) - (b as number);
}

/** Orders numbers and bigints alike. */
export function compareInt64(a: Datum, b: Datum): number {
  const left = a as number | bigint;
  const right = b as number | bigint;
  return left < right ? -1 : left > right ? 1 : 0;
}

const littleView = new DataView(new ArrayBuffer(8));

export function readInt16LE(data: Uint8Array, offset: number): number {
  return (((data[offset] as number) | ((data[offset + 1] as number) << 8)) << 16) >> 16;
}

export function readInt32LE(data: Uint8Array, offset: number): number {
  return (
    (data[offset] as number) |
    ((data[offset + 1] as number) << 8) |
    ((data[offset + 2] as number) << 16) |
    ((data[offset + 3] as number) << 24)
  );
}

export function readInt32BE(data: Uint8Array, offset: number): number {
  return (
    ((data[offset] as number) << 24) |
    ((data[offset + 1] as number) << 16) |
    ((data[offset + 2] as number) << 8) |
    (data[offset + 3] as number)
  );
}

/** Joins two halves; a bigint only where the value needs one. */
export function joinInt64(high: number, low: number): number | bigint {
  if (high >= -0x20_0000 && high < 0x20_0000 && !(high === -0x20_0000 && low === 0)) {
    return high * 0x1_0000_0000 + (low >>> 0);
  }
  littleView.setInt32(4, high, true);
  littleView.setInt32(0, low, true);
  return littleView.getBigInt64(0, true);
}

export function readInt64LE(data: Uint8Array, offset: number): number | bigint {
  return joinInt64(readInt32LE(data, offset + 4), readInt32LE(data, offset));
}

export function readInt64BE(data: Uint8Array, offset: number): number | bigint {
  return joinInt64(readInt32BE(data, offset), readInt32BE(data, offset + 4));
}

export function writeInt64LE(out: ByteWriter, value: number | bigint): void {
  if (typeof value === 'bigint') {
    out.int64LE(value);
    return;
  }
  out.uint32LE(value >>> 0);
  out.int32LE(Math.floor(value / 0x1_0000_0000));
}

export function writeInt64BE(out: ByteWriter, value: number | bigint): void {
  if (typeof value === 'bigint') {
    out.int64BE(value);
    return;
  }
  out.int32BE(Math.floor(value / 0x1_0000_0000));
  out.uint32BE(value >>> 0);
}

/** Memcomparable: big-endian, sign bit flipped. */
export function encodeInt64Key(value: number | bigint, out: ByteWriter): void {
  const at = out.length;
  writeInt64BE(out, value);
  out.bytes[at] = (out.bytes[at] as number) ^ 0x80;
}

export function decodeInt64Key(data: Uint8Array, offset: number): number | bigint {
  return joinInt64(readInt32BE(data, offset) ^ 0x8000_0000, readInt32BE(data, offset + 4));
}

export function encodeInt32Key(value: number, out: ByteWriter): void {
  out.int32BE(value ^ 0x8000_0000);
}

export function decodeInt32Key(data: Uint8Array, offset: number): number {
  return readInt32BE(data, offset) ^ 0x8000_0000;
}

export const int2Type = defineType({
  oid: typeOid.int2,
  name: 'int2',
  sqlName: 'smallint',
  arrayOid: 1005,
  category: 'N',
  length: 2,
  vectorKind: 'int32',
  storedBytes: 2,
  parseText: (text) => parseInt32(text, -0x8000, 0x7fff, 'smallint'),
  formatText: (value) => String(value),
  parseBinary(data, start, end) {
    checkBinaryLength(start, end, 2);
    return (((data[start] as number) << 24) >> 16) | (data[start + 1] as number);
  },
  writeBinary: (value, out) => out.uint16BE((value as number) & 0xffff),
  compare: compareNumbers,
  hash: (value) => hashInteger(value as number),
  encode: (value, out) => out.uint16LE((value as number) & 0xffff),
  decode: readInt16LE,
  encodeKey: (value, out) => out.uint16BE(((value as number) & 0xffff) ^ 0x8000),
  decodeKey: (data, offset) => ({
    value: ((((data[offset] as number) ^ 0x80) << 24) >> 16) | (data[offset + 1] as number),
    next: offset + 2,
  }),
  writeText: (vector, row, out) => writeInteger(out, (vector as Int32Vector).values[row] as number),
});

export const int4Type = defineType({
  oid: typeOid.int4,
  name: 'int4',
  sqlName: 'integer',
  arrayOid: 1007,
  category: 'N',
  length: 4,
  vectorKind: 'int32',
  storedBytes: 4,
  parseText: (text) => parseInt32(text, -0x8000_0000, 0x7fff_ffff, 'integer'),
  formatText: (value) => String(value),
  parseBinary(data, start, end) {
    checkBinaryLength(start, end, 4);
    return readInt32BE(data, start);
  },
  writeBinary: (value, out) => out.int32BE(value as number),
  compare: compareNumbers,
  hash: (value) => hashInteger(value as number),
  encode: (value, out) => out.int32LE(value as number),
  decode: readInt32LE,
  encodeKey: (value, out) => encodeInt32Key(value as number, out),
  decodeKey: (data, offset) => ({ value: decodeInt32Key(data, offset), next: offset + 4 }),
  writeText: (vector, row, out) => writeInteger(out, (vector as Int32Vector).values[row] as number),
});

/** Text of an int64 vector's value without a string while narrow. */
export function writeInt64Text(vector: Int64Vector, row: number, out: ByteWriter): void {
  if (vector.wide === undefined) writeInteger(out, vector.values[row] as number);
  else out.latin1(String(vector.wide[row]));
}

export const int8Type = defineType({
  oid: typeOid.int8,
  name: 'int8',
  sqlName: 'bigint',
  arrayOid: 1016,
  category: 'N',
  length: 8,
  vectorKind: 'int64',
  storedBytes: 8,
  parseText: (text) => parseInt64(text),
  formatText: (value) => String(value),
  parseBinary(data, start, end) {
    checkBinaryLength(start, end, 8);
    return readInt64BE(data, start);
  },
  writeBinary: (value, out) => writeInt64BE(out, value as number | bigint),
  compare: compareInt64,
  hash: (value) => hashInt64(value as number | bigint),
  encode: (value, out) => writeInt64LE(out, value as number | bigint),
  decode: readInt64LE,
  encodeKey: (value, out) => encodeInt64Key(value as number | bigint, out),
  decodeKey: (data, offset) => ({ value: decodeInt64Key(data, offset), next: offset + 8 }),
  writeText: (vector, row, out) => writeInt64Text(vector as Int64Vector, row, out),
});
