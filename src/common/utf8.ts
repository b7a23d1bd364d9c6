/** Checking text that comes from outside: PostgreSQL's server encoding UTF8 has no NUL and no ill-formed sequence. */
import { isUtf8 } from 'node:buffer';
import { SqlError, sqlState } from './sql-error.ts';

/** Throws 22021, in PostgreSQL's words, unless bytes[start, end) is well-formed UTF-8 without NUL. */
export function checkUtf8(bytes: Uint8Array, start: number = 0, end: number = bytes.length): void {
  const part = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
  const nul = part.indexOf(0);
  if (nul < 0 && isUtf8(part)) return;
  const valid = validPrefixLength(part);
  throw invalidByteSequence(part, nul < 0 ? valid : Math.min(nul, valid));
}

function invalidByteSequence(bytes: Uint8Array, at: number): SqlError {
  const shown = Math.min(sequenceLength(bytes[at] as number), bytes.length - at);
  const hex = Array.from(bytes.subarray(at, at + shown), (byte) => `0x${byte.toString(16).padStart(2, '0')}`);
  return new SqlError(sqlState.characterNotInRepertoire, `invalid byte sequence for encoding "UTF8": ${hex.join(' ')}`);
}

/** The length a lead byte announces; 1 for a byte that cannot lead. */
function sequenceLength(lead: number): number {
  if (lead < 0xc0) return 1;
  if (lead < 0xe0) return 2;
  if (lead < 0xf0) return 3;
  return lead < 0xf8 ? 4 : 1;
}

/** How many bytes at the start are well-formed. */
function validPrefixLength(bytes: Uint8Array): number {
  let at = 0;
  while (at < bytes.length) {
    const lead = bytes[at] as number;
    const length = sequenceLength(lead);
    if (lead >= 0x80 && !isUtf8(bytes.subarray(at, at + length))) break;
    at += length;
  }
  return at;
}
