/**
 * float4 and float8. NaN equals itself and sorts above everything; -0 equals 0. Keys: the IEEE bits big-endian, all bits
 * inverted for negative numbers, else the sign bit set; they do not tell -0 from 0, so they are not exact.
 */
import type { ByteWriter } from '../common/byte-writer.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { Datum } from './datum.ts';
import { defineType } from './define-type.ts';
import { writeInteger } from './digits.ts';
import { formatFloat4, formatFloat8 } from './float-format.ts';
import { hashFloat } from './hash.ts';
import { checkBinaryLength, invalidText } from './io-errors.ts';
import { typeOid } from './oids.ts';
import type { Float64Vector } from './vector.ts';
import { trimSpace } from './whitespace.ts';

const decimalPattern = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const prefixPattern = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?/;
const hexPattern = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)(?:[pP]([+-]?[0-9]+))?$/;
const specials: Readonly<Record<string, number>> = {
  nan: NaN,
  '+nan': NaN,
  '-nan': NaN,
  infinity: Infinity,
  '+infinity': Infinity,
  '-infinity': -Infinity,
  inf: Infinity,
  '+inf': Infinity,
  '-inf': -Infinity,
};

/** float8 input: also hexadecimal, infinity and nan, as C's strtod reads them. */
export function parseFloat8(text: string): number {
  return parseDouble(
    text,
    'double precision',
    (value) => value,
    (word) => floatOutOfRange(word, 'double precision'),
  );
}

/** A number that is out of range once rounded is reported as such even if garbage follows. `rangeError` gets the number alone. */
function parseDouble(
  text: string,
  sqlName: string,
  round: (value: number) => number,
  rangeError: (word: string) => SqlError,
): number {
  const word = trimSpace(text);
  const value = decimalPattern.test(word) ? Number(word) : parseUnusual(word);
  if (value === undefined) {
    const prefix = prefixPattern.exec(word)?.[0];
    if (prefix !== undefined && lostInRounding(round(Number(prefix)), prefix)) throw rangeError(prefix);
    throw invalidText(sqlName, text);
  }
  if (lostInRounding(value, word)) throw rangeError(word);
  return value;
}

/** Overflow or underflow: the literal is a number, but not infinite or zero as its value has become. */
function lostInRounding(value: number, word: string): boolean {
  if (value === 0) return /[1-9a-fA-F]/.test(mantissaOf(word));
  return (value === Infinity || value === -Infinity) && !/inf/i.test(word);
}

function mantissaOf(word: string): string {
  const isHex = /^[+-]?0x/i.test(word);
  return (isHex ? word.slice(2).split(/p/i, 1)[0] : word.split(/e/i, 1)[0]) ?? '';
}

function parseUnusual(word: string): number | undefined {
  const special = specials[word.toLowerCase()];
  if (special !== undefined) return special;
  const hex = hexPattern.exec(word);
  if (hex === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = hex;
  if (whole === '' && fraction === '') return undefined;
  const magnitude = Number(BigInt(`0x0${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
  return sign === '-' ? -magnitude : magnitude;
}

export function floatOutOfRange(text: string, sqlName: string): SqlError {
  return new SqlError(sqlState.numericValueOutOfRange, `"${text}" is out of range for type ${sqlName}`);
}

/** float4 input: rounded once, from the decimal, not by way of a double. */
export function parseFloat4(text: string): number {
  const rangeError = (): SqlError => floatOutOfRange(text, 'real');
  const exact = parseDouble(text, 'real', Math.fround, rangeError);
  const word = trimSpace(text);
  const single = roundToSingle(exact, word);
  if (lostInRounding(single, word)) throw rangeError();
  return single;
}

/** A double exactly between two float32 values may have come from a decimal on either side: ask the decimal. */
function roundToSingle(value: number, word: string): number {
  const single = Math.fround(value);
  scratch.setFloat64(0, value);
  const tie = (scratch.getUint32(4) & 0x1fff_ffff) === 0x1000_0000;
  if (!tie || !decimalPattern.test(word)) return single;
  const side = compareDecimalToDouble(word, value);
  if (side === 0) return single;
  const above = nextAfter(value, side > 0);
  return Math.fround(above);
}

const scratch = new DataView(new ArrayBuffer(8));

function nextAfter(value: number, up: boolean): number {
  scratch.setFloat64(0, value);
  const bits = scratch.getBigInt64(0);
  scratch.setBigInt64(0, up === value > 0 ? bits + 1n : bits - 1n);
  return scratch.getFloat64(0);
}

/** Sign of (decimal literal - double), exactly. */
function compareDecimalToDouble(word: string, value: number): number {
  const [digits, exponent] = decimalParts(word);
  const [mantissa, power] = binaryParts(value);
  let left = digits;
  let right = mantissa;
  if (exponent >= 0) left *= 10n ** BigInt(exponent);
  else right *= 10n ** BigInt(-exponent);
  if (power >= 0) right *= 2n ** BigInt(power);
  else left *= 2n ** BigInt(-power);
  return left < right ? -1 : left > right ? 1 : 0;
}

function decimalParts(word: string): [digits: bigint, exponent: number] {
  const [mantissa = '', exponent = '0'] = word.toLowerCase().split('e');
  const [whole = '', fraction = ''] = mantissa.replace(/^[+-]/, '').split('.');
  const magnitude = BigInt(whole + fraction);
  return [word.startsWith('-') ? -magnitude : magnitude, Number(exponent) - fraction.length];
}

function binaryParts(value: number): [mantissa: bigint, power: number] {
  scratch.setFloat64(0, value);
  const bits = scratch.getBigUint64(0);
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xf_ffff_ffff_ffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10_0000_0000_0000n;
  return [value < 0 ? -mantissa : mantissa, (biased === 0 ? 1 : biased) - 1075];
}

/** NaN is equal to itself and greater than all others. */
export function compareFloats(a: Datum, b: Datum): number {
  const left = a as number;
  const right = b as number;
  if (left < right) return -1;
  if (left > right) return 1;
  if (left === right) return 0;
  return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
}

/** Appends 8 bytes: memcomparable. */
export function encodeFloat8Key(value: number, out: ByteWriter): void {
  const at = out.reserve(8);
  out.view.setFloat64(at, value === 0 ? 0 : Number.isNaN(value) ? NaN : value, false);
  flipFloatBits(out, at, 8);
  out.length = at + 8;
}

/** Appends 4 bytes: memcomparable. */
export function encodeFloat4Key(value: number, out: ByteWriter): void {
  const at = out.reserve(4);
  out.view.setFloat32(at, value === 0 ? 0 : Number.isNaN(value) ? NaN : value, false);
  flipFloatBits(out, at, 4);
  out.length = at + 4;
}

function flipFloatBits(out: ByteWriter, at: number, count: number): void {
  const first = out.bytes[at] as number;
  if (first < 0x80) {
    out.bytes[at] = first | 0x80;
    return;
  }
  for (let i = at; i < at + count; i++) out.bytes[i] = ~(out.bytes[i] as number);
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.byteLength);
}

/** Text of one value; integers of moderate size need no string. */
function writeFloatText(
  value: number,
  out: ByteWriter,
  extraFloatDigits: number,
  plainMax: number,
  format: typeof formatFloat8,
): void {
  if (extraFloatDigits >= 0 && Number.isInteger(value) && value < plainMax && value > -plainMax && value !== 0)
    writeInteger(out, value);
  else out.latin1(format(value, extraFloatDigits));
}

export const float4Type = defineType({
  oid: typeOid.float4,
  name: 'float4',
  sqlName: 'real',
  arrayOid: 1021,
  category: 'N',
  length: 4,
  vectorKind: 'float64',
  storedBytes: 4,
  parseText: (text) => parseFloat4(text),
  formatText: (value, io) => formatFloat4(value as number, io.extraFloatDigits),
  parseBinary(data, start, end) {
    checkBinaryLength(start, end, 4);
    return viewOf(data).getFloat32(start, false);
  },
  writeBinary: (value, out) => out.float32BE(value as number),
  compare: compareFloats,
  hash: (value) => hashFloat(value as number),
  encode(value, out) {
    const at = out.reserve(4);
    out.view.setFloat32(at, value as number, true);
    out.length = at + 4;
  },
  decode: (data, offset) => viewOf(data).getFloat32(offset, true),
  encodeKey: (value, out) => encodeFloat4Key(value as number, out),
  writeText: (vector, row, out, io) =>
    writeFloatText((vector as Float64Vector).values[row] as number, out, io.extraFloatDigits, 100_000, formatFloat4),
});

export const float8Type = defineType({
  oid: typeOid.float8,
  name: 'float8',
  sqlName: 'double precision',
  arrayOid: 1022,
  category: 'N',
  preferred: true,
  length: 8,
  vectorKind: 'float64',
  storedBytes: 8,
  parseText: (text) => parseFloat8(text),
  formatText: (value, io) => formatFloat8(value as number, io.extraFloatDigits),
  parseBinary(data, start, end) {
    checkBinaryLength(start, end, 8);
    return viewOf(data).getFloat64(start, false);
  },
  writeBinary: (value, out) => out.float64BE(value as number),
  compare: compareFloats,
  hash: (value) => hashFloat(value as number),
  encode: (value, out) => out.float64LE(value as number),
  decode: (data, offset) => viewOf(data).getFloat64(offset, true),
  encodeKey: (value, out) => encodeFloat8Key(value as number, out),
  writeText: (vector, row, out, io) =>
    writeFloatText(
      (vector as Float64Vector).values[row] as number,
      out,
      io.extraFloatDigits,
      1_000_000_000_000,
      formatFloat8,
    ),
});
