/** What generated code calls as `h.name(…)`: byte comparison, NULL and value writers, Datum conversion. */
import { ByteWriter } from '../../common/byte-writer.ts';
import { Numeric } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import type { BytesVector, Vector } from '../../types/vector.ts';
import { setNull } from '../../types/vector.ts';
import { readInt64, readNumeric, writeNull } from '../../types/vector-access.ts';
import { notNarrow } from '../../functions/inline-runtime.ts';
import { isNullTest, relabel } from '../../algebra/interpret.ts';
import { buildArray, compareWithArray, mapArray, subscriptArray } from '../../algebra/array-values.ts';
import type { RecordValue } from '../../types/datum.ts';

/** Whether `length` bytes are the same. */
function equalBytes(a: Uint8Array, offsetA: number, b: Uint8Array, offsetB: number, length: number): number {
  for (let i = 0; i < length; i++) if (a[offsetA + i] !== b[offsetB + i]) return 0;
  return 1;
}

/** Order as unsigned bytes: negative, 0, positive. */
function compareBytes(
  a: Uint8Array,
  offsetA: number,
  lengthA: number,
  b: Uint8Array,
  offsetB: number,
  lengthB: number,
): number {
  const common = lengthA < lengthB ? lengthA : lengthB;
  for (let i = 0; i < common; i++) {
    const difference = (a[offsetA + i] as number) - (b[offsetB + i] as number);
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}

/** Length without trailing blanks: how char(n) compares. */
function trimmedLength(data: Uint8Array, offset: number, length: number): number {
  let end = offset + length;
  while (end > offset && data[end - 1] === 0x20) end--;
  return end - offset;
}

/** Exact powers of ten in a double end at 10^22. */
function powerOfTen(exponent: number): number {
  if (exponent > 22) throw notNarrow;
  return 10 ** exponent;
}

function writeBytes(vector: BytesVector, row: number, data: Uint8Array, offset: number, length: number): void {
  const arena = vector.arenaForWrite();
  const start = arena.length;
  arena.copy(data, offset, offset + length);
  vector.endValue(row, start);
  if (vector.nulls !== undefined) vector.nulls[row] = 0;
}

/** Where a Datum that must become bytes for a comparison is encoded. */
class Scratch {
  readonly writer = new ByteWriter(64);

  /** Encodes and returns the length; the bytes are at `writer.bytes[0 …)`. */
  encode(handler: TypeHandler, value: Datum): number {
    this.writer.reset();
    handler.encode(value, this.writer);
    return this.writer.length;
  }
}

/** State of one output that is written Datum by Datum. */
export class DatumOutput {
  readonly handler: TypeHandler;
  /** Whether a value that is not NULL was written since the vector was reset. */
  started = false;

  constructor(handler: TypeHandler) {
    this.handler = handler;
  }

  /** Rows come in ascending order, with gaps; the first numeric decides the scale. */
  write(vector: Vector, row: number, value: Datum): void {
    if (value === null) {
      writeNull(vector, row);
      return;
    }
    if (!this.started) {
      this.started = true;
      if (vector.kind === 'numeric' && vector.wide === undefined) vector.scale = (value as Numeric).scale;
    }
    this.handler.writeDatum(vector, row, value);
  }
}

function field(record: Datum, index: number): Datum {
  return record === null ? null : ((record as RecordValue).fields[index] ?? null);
}

/** Narrow code holds int64 results as numbers. */
function narrowInt64(value: Datum): number {
  if (typeof value === 'bigint') throw notNarrow;
  return value as number;
}

export const compileRuntime = Object.freeze({
  Numeric,
  Scratch,
  equalBytes,
  compareBytes,
  trimmedLength,
  powerOfTen,
  writeBytes,
  setNull,
  field,
  narrowInt64,
  readInt64,
  readNumeric,
  isNullTest,
  relabel,
  buildArray,
  compareWithArray,
  mapArray,
  subscriptArray,
  noBytes: new Uint8Array(0),
});

export type CompileRuntime = typeof compileRuntime;
