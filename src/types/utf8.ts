/**
 * Text is UTF-8 without NUL, everywhere: checked once where bytes come in, trusted afterwards. Its order is the order of
 * the bytes, which is code point order (collation "C"). JavaScript compares UTF-16 units, which differs above U+FFFF.
 */
import { isUtf8 } from 'node:buffer';
import { SqlError, sqlState } from '../common/sql-error.ts';

/** A Buffer over the same memory, for Buffer's fast methods. */
export function asBuffer(data: Uint8Array): Buffer {
  return data instanceof Buffer ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Throws 22021 unless data[start, end) is valid UTF-8 without NUL. */
export function validateUtf8(data: Uint8Array, start: number, end: number): void {
  let ascii = true;
  for (let i = start; i < end; i++) {
    const byte = data[i] as number;
    if (byte === 0) throw invalidSequence(data, i, end);
    if (byte >= 0x80) {
      ascii = false;
      break;
    }
  }
  if (ascii) return;
  const part = data.subarray(start, end);
  if (part.indexOf(0) < 0 && isUtf8(part)) return;
  throw invalidSequence(data, firstInvalid(data, start, end), end);
}

/** Throws 22021 if a string that came from elsewhere than validated bytes has a NUL. */
export function rejectNul(text: string): void {
  if (text.includes('\0'))
    throw new SqlError(sqlState.characterNotInRepertoire, 'invalid byte sequence for encoding "UTF8": 0x00');
}

/** Bytes that the lead byte announces; 1 for bytes that cannot lead. */
export function sequenceLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf8 ? 4 : 1;
}

function firstInvalid(data: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end) {
    const length = sequenceLength(data[at] as number);
    if (data[at] === 0 || at + length > end || !isUtf8(data.subarray(at, at + length))) return at;
    at += length;
  }
  return at;
}

function invalidSequence(data: Uint8Array, at: number, end: number): SqlError {
  const shown = data.subarray(at, Math.min(at + sequenceLength(data[at] as number), end));
  const hex = Array.from(shown, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(' ');
  return new SqlError(sqlState.characterNotInRepertoire, `invalid byte sequence for encoding "UTF8": ${hex}`);
}

/** Decodes validated UTF-8. */
export function decodeUtf8(data: Uint8Array, start: number, end: number): string {
  return asBuffer(data).utf8Slice(start, end);
}

/** Order of the UTF-8 forms of two strings. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const common = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < common; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA !== unitB) return codePointRank(unitA) - codePointRank(unitB);
  }
  return a.length - b.length;
}

/** Moves surrogates, which stand for code points above U+FFFF, behind U+E000 … U+FFFF. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

/** Order of a[startA, endA) and b[startB, endB) as unsigned bytes. */
export function compareBytes(
  a: Uint8Array,
  startA: number,
  endA: number,
  b: Uint8Array,
  startB: number,
  endB: number,
): number {
  const lengthA = endA - startA;
  const lengthB = endB - startB;
  const common = lengthA < lengthB ? lengthA : lengthB;
  for (let i = 0; i < common; i++) {
    const difference = (a[startA + i] as number) - (b[startB + i] as number);
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}

/** Characters in a string, counted as SQL does: code points. */
export function characterCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800) count--;
  }
  return count;
}

/** The UTF-16 index after the first `count` characters. */
export function characterOffset(text: string, count: number): number {
  let at = 0;
  for (let left = count; left > 0 && at < text.length; left--) {
    at += (text.charCodeAt(at) & 0xfc00) === 0xd800 ? 2 : 1;
  }
  return at < text.length ? at : text.length;
}
