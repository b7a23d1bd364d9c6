/**
 * Text is UTF-8 without NUL, everywhere: checked once where bytes come in, trusted afterwards. Its order is the order of
 * the bytes, which is code point order (collation "C"). JavaScript compares UTF-16 units, which differs above U+FFFF.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';

export { checkUtf8 as validateUtf8 } from '../common/utf8.ts';

/** From this length on the call into native code pays. */
const nativeCompareMin = 64;

/** A Buffer over the same memory, for Buffer's fast methods. */
export function asBuffer(data: Uint8Array): Buffer {
  return data instanceof Buffer ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** Throws 22021 if a string that came from elsewhere than validated bytes has a NUL. */
export function rejectNul(text: string): void {
  if (text.includes('\0'))
    throw new SqlError(sqlState.characterNotInRepertoire, 'invalid byte sequence for encoding "UTF8": 0x00');
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
  if (common > nativeCompareMin) return asBuffer(a).compare(b, startB, endB, startA, endA);
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
