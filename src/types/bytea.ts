/**
 * bytea. Text form hex (\x6869) or the older escape form. Keys escape 0x00 as 0x00 0xFF and end with 0x00 0x00, so that a
 * prefix sorts first and bytes of any value keep their order.
 */
import type { ByteWriter } from '../common/byte-writer.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { defineType } from './define-type.ts';
import { hashBytes } from './hash.ts';
import { typeOid } from './oids.ts';
import { asBuffer, compareBytes } from './utf8.ts';
import type { BytesVector } from './vector.ts';
import { isSpace } from './whitespace.ts';

const hexDigits = Buffer.from('0123456789abcdef', 'latin1');
const backslash = 0x5c;

function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x61 + 10 : -1;
}

/** Hex form after the "\x"; white space may stand between the pairs. */
function parseHex(text: string): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow((text.length - 2) >> 1);
  let count = 0;
  for (let i = 2; i < text.length;) {
    const code = text.charCodeAt(i);
    if (isSpace(code)) {
      i++;
      continue;
    }
    const high = hexValueOrThrow(text, i);
    if (i + 1 >= text.length) throw hexError('invalid hexadecimal data: odd number of digits');
    bytes[count++] = high * 16 + hexValueOrThrow(text, i + 1);
    i += 2;
  }
  return bytes.subarray(0, count);
}

function hexValueOrThrow(text: string, at: number): number {
  const value = hexValue(text.charCodeAt(at));
  if (value >= 0) return value;
  throw hexError(`invalid hexadecimal digit: "${String.fromCodePoint(text.codePointAt(at) as number)}"`);
}

function hexError(message: string): SqlError {
  return new SqlError(sqlState.invalidParameterValue, message);
}

/** Escape form: \\ is a backslash, \ooo a byte in octal, everything else stands for its UTF-8 bytes. */
function parseEscape(text: string): Uint8Array {
  const source = Buffer.from(text, 'utf8');
  const bytes = Buffer.allocUnsafeSlow(source.length);
  let count = 0;
  for (let i = 0; i < source.length;) {
    const byte = source[i] as number;
    if (byte !== backslash) {
      bytes[count++] = byte;
      i++;
    } else if (source[i + 1] === backslash) {
      bytes[count++] = backslash;
      i += 2;
    } else {
      bytes[count++] = octalByte(source, i + 1);
      i += 4;
    }
  }
  return bytes.subarray(0, count);
}

function octalByte(source: Uint8Array, at: number): number {
  const first = (source[at] ?? 0) - 0x30;
  const second = (source[at + 1] ?? 0) - 0x30;
  const third = (source[at + 2] ?? 0) - 0x30;
  if (first >= 0 && first <= 3 && second >= 0 && second <= 7 && third >= 0 && third <= 7)
    return first * 64 + second * 8 + third;
  throw new SqlError(sqlState.invalidTextRepresentation, 'invalid input syntax for type bytea');
}

export function parseBytea(text: string): Uint8Array {
  return text.startsWith('\\x') ? parseHex(text) : parseEscape(text);
}

function writeHex(data: Uint8Array, start: number, length: number, out: ByteWriter): void {
  let at = out.reserve(2 + 2 * length);
  const bytes = out.bytes;
  bytes[at++] = backslash;
  bytes[at++] = 0x78;
  for (let i = start; i < start + length; i++) {
    const byte = data[i] as number;
    bytes[at++] = hexDigits[byte >> 4] as number;
    bytes[at++] = hexDigits[byte & 15] as number;
  }
  out.length = at;
}

function writeEscape(data: Uint8Array, start: number, length: number, out: ByteWriter): void {
  for (let i = start; i < start + length; i++) {
    const byte = data[i] as number;
    if (byte === backslash) {
      out.uint8(backslash);
      out.uint8(backslash);
    } else if (byte < 0x20 || byte > 0x7e) {
      out.latin1(`\\${byte.toString(8).padStart(3, '0')}`);
    } else {
      out.uint8(byte);
    }
  }
}

function formatEscape(value: Uint8Array): string {
  return Array.from(value, (byte) => {
    if (byte === backslash) return '\\\\';
    return byte < 0x20 || byte > 0x7e ? `\\${byte.toString(8).padStart(3, '0')}` : String.fromCharCode(byte);
  }).join('');
}

/** A copy that outlives the vector it came from. */
function decodeBytes(data: Uint8Array, offset: number, length: number): Uint8Array {
  return Buffer.from(data.subarray(offset, offset + length));
}

function encodeByteaKey(value: Uint8Array, out: ByteWriter): void {
  for (let i = 0; i < value.length; i++) {
    const byte = value[i] as number;
    out.uint8(byte);
    if (byte === 0) out.uint8(0xff);
  }
  out.uint16BE(0);
}

function decodeByteaKey(data: Uint8Array, offset: number): { value: Uint8Array; next: number } {
  const bytes: number[] = [];
  let at = offset;
  for (;;) {
    const byte = data[at++] as number;
    if (byte === 0 && data[at++] === 0) return { value: Buffer.from(bytes), next: at };
    bytes.push(byte);
  }
}

export const byteaType = defineType({
  oid: typeOid.bytea,
  name: 'bytea',
  sqlName: 'bytea',
  arrayOid: 1001,
  category: 'U',
  length: -1,
  vectorKind: 'bytes',
  bytewise: true,
  parseText: parseBytea,
  formatText(value, io) {
    const bytes = value as Uint8Array;
    return io.byteaOutput === 'hex' ? `\\x${asBuffer(bytes).toString('hex')}` : formatEscape(bytes);
  },
  parseBinary: (data, start, end) => decodeBytes(data, start, end - start),
  writeBinary: (value, out) => out.copy(value as Uint8Array),
  compare(a, b) {
    const left = a as Uint8Array;
    const right = b as Uint8Array;
    return compareBytes(left, 0, left.length, right, 0, right.length);
  },
  hash: (value) => hashBytes(value as Uint8Array, 0, (value as Uint8Array).length),
  encode: (value, out) => out.copy(value as Uint8Array),
  decode: decodeBytes,
  encodeKey: (value, out) => encodeByteaKey(value as Uint8Array, out),
  decodeKey: decodeByteaKey,
  writeText(vector, row, out, io) {
    const { data, offsets, lengths } = vector as BytesVector;
    const write = io.byteaOutput === 'hex' ? writeHex : writeEscape;
    write(data, offsets[row] as number, lengths[row] as number, out);
  },
});
