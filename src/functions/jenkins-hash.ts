/**
 * Bob Jenkins' lookup3 hash (public domain, 2006) with PostgreSQL's starting value: the numbers hashtext() and its kin have always
 * given, which applications feed to advisory locks and partition by. The engine's own hash tables use types/hash.ts.
 */

const initial = 0x9e3779b9;
const extra = 3923095;

const state = new Int32Array(3);

function rotate(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function mix(): void {
  let [a, b, c] = state as unknown as [number, number, number];
  a = (a - c) ^ rotate(c, 4);
  c = (c + b) | 0;
  b = (b - a) ^ rotate(a, 6);
  a = (a + c) | 0;
  c = (c - b) ^ rotate(b, 8);
  b = (b + a) | 0;
  a = (a - c) ^ rotate(c, 16);
  c = (c + b) | 0;
  b = (b - a) ^ rotate(a, 19);
  a = (a + c) | 0;
  c = (c - b) ^ rotate(b, 4);
  b = (b + a) | 0;
  state[0] = a;
  state[1] = b;
  state[2] = c;
}

function finalMix(): number {
  let [a, b, c] = state as unknown as [number, number, number];
  c = ((c ^ b) - rotate(b, 14)) | 0;
  a = ((a ^ c) - rotate(c, 11)) | 0;
  b = ((b ^ a) - rotate(a, 25)) | 0;
  c = ((c ^ b) - rotate(b, 16)) | 0;
  a = ((a ^ c) - rotate(c, 4)) | 0;
  b = ((b ^ a) - rotate(a, 14)) | 0;
  return ((c ^ b) - rotate(b, 24)) | 0;
}

/** Little-endian bytes from `at` on, as many as there are up to four. */
function wordAt(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let i = 0; i < 4 && at + i < bytes.length; i++) word |= (bytes[at + i] as number) << (8 * i);
  return word;
}

/** int4. */
export function jenkinsHash(bytes: Uint8Array): number {
  state.fill(initial + bytes.length + extra);
  let at = 0;
  for (; bytes.length - at >= 12; at += 12) {
    for (let i = 0; i < 3; i++) state[i] = (state[i] as number) + wordAt(bytes, at + 4 * i);
    mix();
  }
  // The lowest byte of the last word is kept for the length.
  state[0] = (state[0] as number) + wordAt(bytes, at);
  state[1] = (state[1] as number) + wordAt(bytes, at + 4);
  state[2] = (state[2] as number) + lastWord(bytes, at + 8);
  return finalMix();
}

function lastWord(bytes: Uint8Array, at: number): number {
  let word = 0;
  for (let i = 0; i < 3 && at + i < bytes.length; i++) word |= (bytes[at + i] as number) << (8 * (i + 1));
  return word;
}

/** The hash of one 32-bit number. */
export function jenkinsHashInt32(value: number): number {
  state.fill(initial + 4 + extra);
  state[0] = (state[0] as number) + value;
  return finalMix();
}
