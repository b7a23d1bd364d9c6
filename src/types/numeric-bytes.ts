/**
 * Numeric as bytes, three times: stored, as a key, and as PostgreSQL's binary format.
 *
 * Stored form: the smallest values take 2 + a few bytes and can be read into a narrow vector without an object.
 *
 *   OFFSET  SIZE  DESCRIPTION
 *   0       1     tag: bits 0-2 count n of magnitude bytes (small form), bit 3 sign (1 = negative), bits 4-5 form
 *   small form (0): |digits| < 2^53 and scale < 256
 *   1       1     scale
 *   2       n     magnitude of the digits, little-endian, 0 to 7 bytes
 *   big form (1)
 *   1       2     scale, little-endian
 *   3       …     magnitude of the digits, little-endian, to the end of the value
 *   special form (2): bits 0-1 of the tag: 0 NaN, 1 Infinity, 2 -Infinity
 *
 * Key form: a class byte, then for finite values other than zero the exponent and the digits in base 100, so that 1.0 and
 * 1.00 share a key and byte order is numeric order. Negative values have all bytes after the class inverted.
 *
 *   class     0x10 -Infinity  0x20 negative  0x30 zero  0x40 positive  0x50 Infinity  0x60 NaN
 *   exponent  e of 0.p₁p₂… × 100^e: one byte e + 0x80 for |e| < 0x60, else 0x08 or 0xf8 and three bytes e + 0x800000
 *   digits    p + 1 for each pair p (0 to 99) without trailing zero pairs, then 0x00
 */
import type { ByteWriter } from '../common/byte-writer.ts';
import { canonicalInt64, Numeric } from './datum.ts';
import { hashInt64, mix32 } from './hash.ts';
import { insufficientData, invalidBinary } from './io-errors.ts';
import {
  cutScale,
  leadingDigit,
  makeNumeric,
  numericInfinity,
  numericNaN,
  numericNegativeInfinity,
} from './numeric-math.ts';

const form = { small: 0x00, big: 0x10, special: 0x20 } as const;
const formMask = 0x30;
const negativeBit = 0x08;
const specials: readonly Numeric[] = [numericNaN, numericInfinity, numericNegativeInfinity];

export function encodeStoredNumeric(value: Numeric, out: ByteWriter): void {
  const { digits, scale } = value;
  if (value.kind !== 'finite') {
    out.uint8(form.special | specials.findIndex((special) => special.kind === value.kind));
  } else if (typeof digits === 'number' && scale < 256) {
    encodeSmall(digits, scale, out);
  } else {
    out.uint8(form.big | (digits < 0 ? negativeBit : 0));
    out.uint16LE(scale);
    const magnitude = BigInt(digits < 0 ? -digits : digits);
    const hex = magnitude.toString(16);
    out.copy(Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').reverse());
  }
}

/** Stored small form of a safe integer `digits` at a scale below 256: for encoders that work on narrow vectors. */
export function encodeSmall(digits: number, scale: number, out: ByteWriter): void {
  const start = out.reserve(9);
  const bytes = out.bytes;
  let at = start + 2;
  let rest = digits < 0 ? -digits : digits;
  if (rest > 0xffff_ffff) {
    const high = Math.floor(rest / 0x1_0000_0000);
    out.view.setUint32(at, rest >>> 0, true);
    at += 4;
    rest = high;
  }
  for (; rest !== 0; rest >>>= 8) bytes[at++] = rest & 0xff;
  bytes[start] = form.small | (digits < 0 ? negativeBit : 0) | (at - start - 2);
  bytes[start + 1] = scale;
  out.length = at;
}

/** Unscaled digits of a stored value in small form; NaN for the other forms. */
export function storedNumericDigits(data: Uint8Array, offset: number): number {
  const tag = data[offset] as number;
  if ((tag & formMask) !== form.small) return NaN;
  let digits = 0;
  for (let i = offset + 1 + (tag & 7); i > offset + 1; i--) digits = digits * 256 + (data[i] as number);
  return (tag & negativeBit) === 0 ? digits : -digits;
}

/** Scale of a stored value in small form. */
export function storedNumericScale(data: Uint8Array, offset: number): number {
  return data[offset + 1] as number;
}

export function decodeStoredNumeric(data: Uint8Array, offset: number, length: number): Numeric {
  const tag = data[offset] as number;
  if ((tag & formMask) === form.small)
    return new Numeric(storedNumericDigits(data, offset), storedNumericScale(data, offset));
  if ((tag & formMask) === form.special) return specials[tag & 3] as Numeric;
  const scale = (data[offset + 1] as number) | ((data[offset + 2] as number) << 8);
  const hex = Buffer.from(data.subarray(offset + 3, offset + length))
    .reverse()
    .toString('hex');
  const magnitude = BigInt(`0x${hex}`);
  return new Numeric(canonicalInt64((tag & negativeBit) === 0 ? magnitude : -magnitude), scale);
}

/** Equal values of whatever scale hash alike: digits without trailing zeros, and the power of ten. */
export function hashNumeric(value: Numeric): number {
  if (value.kind !== 'finite') return mix32(value.kind.length);
  return typeof value.digits === 'number'
    ? hashDecimal(value.digits, value.scale)
    : hashWide(value.digits, value.scale);
}

/** Hash of digits × 10^-scale for a safe integer. */
export function hashDecimal(digits: number, scale: number): number {
  if (digits === 0) return hashInt64(0);
  while (digits % 10 === 0) {
    digits /= 10;
    scale--;
  }
  return hashInt64(digits) ^ Math.imul(scale, 0x9e3779b1);
}

function hashWide(digits: bigint, scale: number): number {
  const text = digits.toString();
  let end = text.length;
  while (text.charCodeAt(end - 1) === 0x30) end--;
  const stripped = canonicalInt64(BigInt(text.slice(0, end)));
  return hashInt64(stripped) ^ Math.imul(scale - (text.length - end), 0x9e3779b1);
}

const keyClass = {
  negativeInfinity: 0x10,
  negative: 0x20,
  zero: 0x30,
  positive: 0x40,
  infinity: 0x50,
  nan: 0x60,
} as const;
const shortExponentMax = 0x60;

export function encodeNumericKey(value: Numeric, out: ByteWriter): void {
  switch (value.kind) {
    case 'nan':
      out.uint8(keyClass.nan);
      return;
    case 'infinity':
      out.uint8(keyClass.infinity);
      return;
    case '-infinity':
      out.uint8(keyClass.negativeInfinity);
      return;
    case 'finite':
      encodeFiniteKey(value.digits, value.scale, out);
  }
}

/** Key of digits × 10^-scale. */
export function encodeFiniteKey(digits: number | bigint, scale: number, out: ByteWriter): void {
  if (digits === 0) {
    out.uint8(keyClass.zero);
    return;
  }
  const negative = digits < 0;
  out.uint8(negative ? keyClass.negative : keyClass.positive);
  const start = out.length;
  encodeMagnitude(String(negative ? -digits : digits), scale, out);
  if (!negative) return;
  for (let i = start; i < out.length; i++) out.bytes[i] = ~(out.bytes[i] as number);
}

function encodeMagnitude(text: string, scale: number, out: ByteWriter): void {
  let end = text.length;
  while (text.charCodeAt(end - 1) === 0x30) end--;
  const wholeDigits = text.length - scale;
  const exponent = Math.ceil(wholeDigits / 2);
  encodeExponent(exponent, out);
  // An odd number of digits before the point: the first pair is "0d".
  let at = 2 * exponent - wholeDigits === 1 ? -1 : 0;
  for (; at < end; at += 2) {
    const tens = at < 0 ? 0 : text.charCodeAt(at) - 0x30;
    const units = at + 1 < end ? text.charCodeAt(at + 1) - 0x30 : 0;
    out.uint8(tens * 10 + units + 1);
  }
  out.uint8(0);
}

function encodeExponent(exponent: number, out: ByteWriter): void {
  if (Math.abs(exponent) < shortExponentMax) {
    out.uint8(exponent + 0x80);
    return;
  }
  out.uint8(exponent < 0 ? 0x08 : 0xf8);
  const biased = exponent + 0x80_0000;
  out.uint8(biased >> 16);
  out.uint16BE(biased & 0xffff);
}

const wireSign = {
  positive: 0x0000,
  negative: 0x4000,
  nan: 0xc000,
  infinity: 0xd000,
  negativeInfinity: 0xf000,
} as const;

/** numeric_send: digit count, weight, sign, display scale, then base-10000 digits without zeros at either end. */
export function writeNumericBinary(value: Numeric, out: ByteWriter): void {
  if (value.kind !== 'finite') {
    out.uint32BE(0);
    out.uint16BE(
      value.kind === 'nan' ? wireSign.nan : value.kind === 'infinity' ? wireSign.infinity : wireSign.negativeInfinity,
    );
    // PostgreSQL sends the scale that the special value's header bits happen to spell.
    out.uint16BE(value.kind === 'nan' ? 0 : 0x20);
    return;
  }
  const groups = base10000Digits(value);
  out.uint16BE(groups.length);
  out.uint16BE((groups.length === 0 ? 0 : leadingDigit(value).weight) & 0xffff);
  out.uint16BE(value.digits < 0 ? wireSign.negative : wireSign.positive);
  out.uint16BE(value.scale);
  for (const group of groups) out.uint16BE(group);
}

function base10000Digits(value: Numeric): number[] {
  if (value.digits === 0) return [];
  const text = String(value.digits < 0 ? -value.digits : value.digits);
  const wholeDigits = text.length - value.scale;
  const lead = ((-wholeDigits % 4) + 4) % 4;
  const padded = '0'.repeat(lead) + text;
  const groups: number[] = [];
  for (let at = 0; at < padded.length; at += 4) groups.push(Number(padded.slice(at, at + 4).padEnd(4, '0')));
  while (groups.at(-1) === 0) groups.pop();
  return groups;
}

/** numeric_recv of data[start, end). Throws 22P03. */
export function parseNumericBinary(data: Uint8Array, start: number, end: number): Numeric {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  if (end - start < 8) throw insufficientData();
  const count = view.getUint16(start);
  const weight = view.getInt16(start + 2);
  const sign = view.getUint16(start + 4);
  const scale = view.getUint16(start + 6);
  if (sign === wireSign.nan) return numericNaN;
  if (sign === wireSign.infinity) return numericInfinity;
  if (sign === wireSign.negativeInfinity) return numericNegativeInfinity;
  if (sign !== wireSign.positive && sign !== wireSign.negative)
    throw invalidBinary('invalid sign in external "numeric" value');
  if (scale > 0x3fff) throw invalidBinary('invalid scale in external "numeric" value');
  if (end - start < 8 + 2 * count) throw insufficientData();
  if (end - start > 8 + 2 * count) throw invalidBinary('incorrect binary data format');
  return fromGroups(readGroups(view, start + 8, count), weight, sign === wireSign.negative, scale);
}

function readGroups(view: DataView, at: number, count: number): string {
  let text = '';
  for (let i = 0; i < count; i++) {
    const group = view.getUint16(at + 2 * i);
    if (group > 9999) throw invalidBinary('invalid digit in external "numeric" value');
    text += String(group).padStart(4, '0');
  }
  return text;
}

/** Digits beyond the display scale are cut, missing ones are zeros. */
function fromGroups(text: string, weight: number, negative: boolean, scale: number): Numeric {
  if (text === '') return new Numeric(0, scale);
  const exactScale = text.length - 4 * (weight + 1);
  const magnitude = BigInt(text + '0'.repeat(Math.max(0, -exactScale)));
  const exact = new Numeric(canonicalInt64(negative ? -magnitude : magnitude), Math.max(0, exactScale));
  if (exact.scale > scale) return cutScale(exact, scale);
  return makeNumeric(BigInt(exact.digits) * 10n ** BigInt(scale - exact.scale), scale);
}
