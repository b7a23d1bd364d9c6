/**
 * 32-bit hashes of values, for hash joins, hash aggregates and hash partitioning. One function per kind of bits, used by
 * the scalar entry (`TypeHandler.hash`) and the vector loop (`hashVector`) alike: both must give the same number.
 * Integers of all widths share one function, floats another, so that `int4 = int8` can be hashed without a cast.
 * The mixer is the finaliser of MurmurHash3 (Austin Appleby, public domain).
 */
const scratch = new DataView(new ArrayBuffer(8));

export function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Folds the hash of one more column into that of the columns before it. */
export function combineHash(seed: number, hash: number): number {
  return mix32((Math.imul(seed, 31) + hash) | 0);
}

/** A safe integer. */
export function hashInteger(value: number): number {
  const low = value | 0;
  if (low === value) return mix32(low);
  const high = Math.floor(value / 0x1_0000_0000);
  return mix32((low ^ Math.imul(high, 0x9e3779b1)) | 0);
}

/** An int8-like Datum: number or bigint, canonical. */
export function hashInt64(value: number | bigint): number {
  if (typeof value === 'number') return hashInteger(value);
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(value >> 32n);
  return mix32((low ^ Math.imul(high, 0x9e3779b1)) | 0);
}

/** float4 and float8: zeros of both signs are equal, and so are all NaNs. */
export function hashFloat(value: number): number {
  if (value === 0) return mix32(0);
  scratch.setFloat64(0, Number.isNaN(value) ? NaN : value, true);
  return mix32(scratch.getInt32(0, true) ^ Math.imul(scratch.getInt32(4, true), 0x9e3779b1));
}

/** bytes[start, end). */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let h = 0x9747b28c;
  let i = start;
  for (const last = end - 4; i <= last; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    h = Math.imul(h ^ word, 0x5bd1e995);
    h ^= h >>> 15;
  }
  for (; i < end; i++) h = Math.imul(h ^ (bytes[i] as number), 0x5bd1e995);
  return mix32(h ^ (end - start));
}
