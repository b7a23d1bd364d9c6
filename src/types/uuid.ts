/** uuid: 16 bytes, which are its stored form, its binary form and its key. */
import type { ByteWriter } from '../common/byte-writer.ts';
import { defineType } from './define-type.ts';
import { hashBytes } from './hash.ts';
import { checkBinaryLength, invalidText } from './io-errors.ts';
import { typeOid } from './oids.ts';
import { asBuffer, compareBytes } from './utf8.ts';
import type { BytesVector } from './vector.ts';

/** Hyphens may stand after any group of four digits; braces around it all. */
const uuidPattern = /^(?:[0-9a-f]{4}-?){7}[0-9a-f]{4}$/i;
const hexDigits = Buffer.from('0123456789abcdef', 'latin1');
const groupEnds: readonly number[] = [3, 5, 7, 9];

export function parseUuid(text: string): Uint8Array {
  const value = text.length === 36 ? readStandardForm(text) : undefined;
  if (value !== undefined) return value;
  const braced = text.startsWith('{') && text.endsWith('}');
  const inner = braced ? text.slice(1, -1) : text;
  if (!uuidPattern.test(inner)) throw invalidText('uuid', text);
  return Buffer.from(inner.replaceAll('-', ''), 'hex');
}

/** 8-4-4-4-12, without a string per part; undefined for anything else. */
function readStandardForm(text: string): Uint8Array | undefined {
  const bytes = Buffer.allocUnsafe(16);
  let at = 0;
  for (let i = 0; i < 16; i++) {
    const byte = hexValue(text.charCodeAt(at)) * 16 + hexValue(text.charCodeAt(at + 1));
    if (!(byte >= 0)) return undefined;
    bytes[i] = byte;
    at += 2;
    if (!groupEnds.includes(i)) continue;
    if (text.charCodeAt(at) !== 0x2d) return undefined;
    at++;
  }
  return bytes;
}

/** NaN for characters that are no hexadecimal digit. */
function hexValue(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : NaN;
}

export function formatUuid(value: Uint8Array): string {
  const hex = asBuffer(value).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function writeUuidText(data: Uint8Array, start: number, out: ByteWriter): void {
  let at = out.reserve(36);
  for (let i = 0; i < 16; i++) {
    const byte = data[start + i] as number;
    out.bytes[at++] = hexDigits[byte >> 4] as number;
    out.bytes[at++] = hexDigits[byte & 15] as number;
    if (groupEnds.includes(i)) out.bytes[at++] = 0x2d;
  }
  out.length = at;
}

function decodeUuid(data: Uint8Array, offset: number): Uint8Array {
  return Buffer.from(data.subarray(offset, offset + 16));
}

export const uuidType = defineType({
  oid: typeOid.uuid,
  name: 'uuid',
  sqlName: 'uuid',
  arrayOid: 2951,
  category: 'U',
  length: 16,
  vectorKind: 'bytes',
  storedBytes: 16,
  bytewise: true,
  parseText: parseUuid,
  formatText: (value) => formatUuid(value as Uint8Array),
  parseBinary(data, start, end) {
    checkBinaryLength(start, end, 16);
    return decodeUuid(data, start);
  },
  writeBinary: (value, out) => out.copy(value as Uint8Array),
  compare: (a, b) => compareBytes(a as Uint8Array, 0, 16, b as Uint8Array, 0, 16),
  hash: (value) => hashBytes(value as Uint8Array, 0, 16),
  encode: (value, out) => out.copy(value as Uint8Array),
  decode: decodeUuid,
  encodeKey: (value, out) => out.copy(value as Uint8Array),
  decodeKey: (data, offset) => ({ value: decodeUuid(data, offset), next: offset + 16 }),
  writeText(vector, row, out) {
    const { data, offsets } = vector as BytesVector;
    writeUuidText(data, offsets[row] as number, out);
  },
});
