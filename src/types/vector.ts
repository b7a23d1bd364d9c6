/**
 * Columns of a batch. A vector holds up to `capacity` values of one SQL type in the densest JS form.
 * Six physical kinds carry all types:
 *
 *   kind     values                              types
 *   bool     Uint8Array 0/1                      bool
 *   int32    Int32Array                          int2 int4 date
 *   float64  Float64Array                        float4 float8
 *   int64    narrow: Float64Array of exact       int8 timestamp timestamptz time, and the unsigned
 *            integers; wide: BigInt64Array       32-bit ones (oid, reg*, xid, cid: always narrow)
 *   numeric  narrow: Float64Array of unscaled    numeric
 *            integers with one scale per vector;
 *            wide: Numeric objects
 *   bytes    data[offset, offset+length)         everything else, in the stored form of its type
 *                                                (text: UTF-8; others: TypeHandler.encode)
 *
 * Narrow or wide is decided per vector and is always exact. A vector is *wide* iff `wide !== undefined`; then `values` is
 * meaningless. Nulls are one byte per row (1 = null) and `nulls` is undefined when there are none; the value under a null
 * is unspecified but must be readable (0, or length 0).
 *
 * `Vector` is a union of classes with one shape each: compiled code is made for a kind, so every access site stays monomorphic.
 */
import { ByteWriter } from '../common/byte-writer.ts';
import type { Numeric } from './datum.ts';

export const batchRowsMax = 1024;

export type VectorKind = 'bool' | 'int32' | 'float64' | 'int64' | 'numeric' | 'bytes';

export class BoolVector {
  readonly kind = 'bool';
  values: Uint8Array;
  nulls: Uint8Array | undefined = undefined;
  constructor(capacity: number = batchRowsMax) {
    this.values = new Uint8Array(capacity);
  }
}

export class Int32Vector {
  readonly kind = 'int32';
  values: Int32Array;
  nulls: Uint8Array | undefined = undefined;
  constructor(capacity: number = batchRowsMax) {
    this.values = new Int32Array(capacity);
  }
}

export class Float64Vector {
  readonly kind = 'float64';
  values: Float64Array;
  nulls: Uint8Array | undefined = undefined;
  constructor(capacity: number = batchRowsMax) {
    this.values = new Float64Array(capacity);
  }
}

export class Int64Vector {
  readonly kind = 'int64';
  values: Float64Array;
  wide: BigInt64Array | undefined = undefined;
  nulls: Uint8Array | undefined = undefined;
  constructor(capacity: number = batchRowsMax) {
    this.values = new Float64Array(capacity);
  }
}

export class NumericVector {
  readonly kind = 'numeric';
  values: Float64Array;
  /** Scale of all values while narrow. */
  scale = 0;
  wide: Numeric[] | undefined = undefined;
  nulls: Uint8Array | undefined = undefined;
  constructor(capacity: number = batchRowsMax) {
    this.values = new Float64Array(capacity);
  }
}

export class BytesVector {
  readonly kind = 'bytes';
  /** The arena all values lie in. Not owned: it may be a copy of a leaf page. Valid until the producer's next batch. */
  data: Uint8Array = noBytes;
  offsets: Int32Array;
  lengths: Int32Array;
  nulls: Uint8Array | undefined = undefined;
  /** Own arena, made at the first `arenaForWrite`. */
  #arena: ByteWriter | undefined = undefined;
  constructor(capacity: number = batchRowsMax) {
    this.offsets = new Int32Array(capacity);
    this.lengths = new Int32Array(capacity);
  }

  /** The vector's own arena, to encode a value into; follow with `endValue(row, start)`, start being its length before. */
  arenaForWrite(): ByteWriter {
    return (this.#arena ??= new ByteWriter(4096));
  }

  /** The value of `row` is what was appended to the arena since `start`. */
  endValue(row: number, start: number): void {
    const arena = this.arenaForWrite();
    this.offsets[row] = start;
    this.lengths[row] = arena.length - start;
    this.data = arena.bytes;
  }

  resetArena(): void {
    this.#arena?.reset();
  }
}

export type Vector = BoolVector | Int32Vector | Float64Vector | Int64Vector | NumericVector | BytesVector;

const noBytes = new Uint8Array(0);

export function createVector(kind: VectorKind, capacity: number = batchRowsMax): Vector {
  switch (kind) {
    case 'bool':
      return new BoolVector(capacity);
    case 'int32':
      return new Int32Vector(capacity);
    case 'float64':
      return new Float64Vector(capacity);
    case 'int64':
      return new Int64Vector(capacity);
    case 'numeric':
      return new NumericVector(capacity);
    case 'bytes':
      return new BytesVector(capacity);
  }
}

/** Makes a vector ready to be filled from row 0: narrow, no nulls, empty arena. */
export function resetVector(vector: Vector): void {
  vector.nulls = undefined;
  if (vector.kind === 'int64' || vector.kind === 'numeric') vector.wide = undefined;
  else if (vector.kind === 'bytes') vector.resetArena();
}

export function vectorCapacity(vector: Vector): number {
  return vector.kind === 'bytes' ? vector.offsets.length : vector.values.length;
}

export function setNull(vector: Vector, row: number): void {
  const nulls = (vector.nulls ??= new Uint8Array(vectorCapacity(vector)));
  nulls[row] = 1;
  if (vector.kind === 'bytes') {
    vector.offsets[row] = 0;
    vector.lengths[row] = 0;
  } else {
    vector.values[row] = 0;
  }
}

export function isNull(vector: Vector, row: number): boolean {
  return vector.nulls !== undefined && vector.nulls[row] === 1;
}
