/**
 * A copy of bytes[start, end) with memory of its own. Not `bytes.slice`: on a Buffer, which a Uint8Array parameter may well be,
 * that is only a view.
 */
export function copyOf(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, end);
}
