/**
 * Rows as bytes in a temporary file: blocks of up to 1024 rows, column after column. Little-endian, read back only by the process
 * that wrote it.
 *
 *   SIZE       DESCRIPTION
 *   4          rows
 *   per column:
 *   1          flags: 1 NULLs follow, 2 the values are wide
 *   rows       with flag 1: one byte per row, 1 = NULL
 *   then       bool     1 × rows
 *              int32    4 × rows
 *              float64  8 × rows
 *              int64    8 × rows, doubles or (wide) signed integers
 *              numeric  2 scale, 8 × rows; wide: per row 4 length and the stored form
 *              bytes    4 × rows lengths, then the bytes
 */
import { InvariantError } from '../../common/assert.ts';
import { ByteWriter } from '../../common/byte-writer.ts';
import type { Numeric } from '../../types/datum.ts';
import { decodeStoredNumeric, encodeStoredNumeric } from '../../types/numeric-bytes.ts';
import type { BytesVector, Int64Vector, NumericVector, Vector } from '../../types/vector.ts';
import { resetVector, vectorCapacity } from '../../types/vector.ts';
import { growVector } from '../../types/vector-io.ts';

const nullsFlag = 1;
const wideFlag = 2;

function rawBytes(array: Uint8Array | Int32Array | Float64Array | BigInt64Array, elements: number): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, elements * array.BYTES_PER_ELEMENT);
}

/** Appends rows 0 … count - 1 of the columns as one block. */
export function encodeBlock(columns: readonly Vector[], count: number, out: ByteWriter): void {
  out.uint32LE(count);
  for (const vector of columns) encodeColumn(vector, count, out);
}

function isWide(vector: Vector): boolean {
  return (vector.kind === 'int64' || vector.kind === 'numeric') && vector.wide !== undefined;
}

function encodeColumn(vector: Vector, count: number, out: ByteWriter): void {
  out.uint8((vector.nulls === undefined ? 0 : nullsFlag) | (isWide(vector) ? wideFlag : 0));
  if (vector.nulls !== undefined) out.copy(vector.nulls, 0, count);
  switch (vector.kind) {
    case 'bytes':
      encodeBytes(vector, count, out);
      return;
    case 'int64':
      out.copy(rawBytes(vector.wide ?? vector.values, count));
      return;
    case 'numeric':
      encodeNumeric(vector, count, out);
      return;
    default:
      out.copy(rawBytes(vector.values, count));
  }
}

function encodeBytes(vector: BytesVector, count: number, out: ByteWriter): void {
  out.copy(rawBytes(vector.lengths, count));
  for (let row = 0; row < count; row++) {
    const start = vector.offsets[row] as number;
    out.copy(vector.data, start, start + (vector.lengths[row] as number));
  }
}

function encodeNumeric(vector: NumericVector, count: number, out: ByteWriter): void {
  if (vector.wide === undefined) {
    out.uint16LE(vector.scale);
    out.copy(rawBytes(vector.values, count));
    return;
  }
  for (let row = 0; row < count; row++) {
    const at = out.length;
    out.uint32LE(0);
    encodeStoredNumeric(vector.wide[row] as Numeric, out);
    out.view.setUint32(at, out.length - at - 4, true);
  }
}

/** Reads a block into the vectors; byte ranges point into `body`. Returns the rows. */
export function decodeBlock(body: Uint8Array, vectors: readonly Vector[]): number {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  const count = view.getUint32(0, true);
  let at = 4;
  for (const vector of vectors) {
    if (vectorCapacity(vector) < count) growVector(vector, count);
    resetVector(vector);
    at = decodeColumn(vector, body, view, at, count);
  }
  if (at !== body.length) throw new InvariantError('a block of a temporary file has another length than written');
  return count;
}

function decodeColumn(vector: Vector, body: Uint8Array, view: DataView, start: number, count: number): number {
  const flags = body[start] as number;
  let at = start + 1;
  if ((flags & nullsFlag) !== 0) {
    const nulls = new Uint8Array(vectorCapacity(vector));
    nulls.set(body.subarray(at, at + count));
    vector.nulls = nulls;
    at += count;
  }
  switch (vector.kind) {
    case 'bytes':
      return decodeBytes(vector, body, at, count);
    case 'int64':
      return decodeInt64(vector, body, at, count, (flags & wideFlag) !== 0);
    case 'numeric':
      return decodeNumeric(vector, body, view, at, count, (flags & wideFlag) !== 0);
    default:
      return fill(vector.values, body, at, count);
  }
}

function fill(
  values: Uint8Array | Int32Array | Float64Array | BigInt64Array,
  body: Uint8Array,
  at: number,
  count: number,
): number {
  const size = count * values.BYTES_PER_ELEMENT;
  rawBytes(values, count).set(body.subarray(at, at + size));
  return at + size;
}

function decodeBytes(vector: BytesVector, body: Uint8Array, at: number, count: number): number {
  let offset = fill(vector.lengths, body, at, count);
  vector.data = body;
  for (let row = 0; row < count; row++) {
    vector.offsets[row] = offset;
    offset += vector.lengths[row] as number;
  }
  return offset;
}

function decodeInt64(vector: Int64Vector, body: Uint8Array, at: number, count: number, wide: boolean): number {
  if (!wide) return fill(vector.values, body, at, count);
  vector.wide = new BigInt64Array(vectorCapacity(vector));
  return fill(vector.wide, body, at, count);
}

function decodeNumeric(
  vector: NumericVector,
  body: Uint8Array,
  view: DataView,
  at: number,
  count: number,
  wide: boolean,
): number {
  if (!wide) {
    vector.scale = view.getUint16(at, true);
    return fill(vector.values, body, at + 2, count);
  }
  const values: Numeric[] = [];
  for (let row = 0; row < count; row++) {
    const length = view.getUint32(at, true);
    values.push(decodeStoredNumeric(body, at + 4, length) as Numeric);
    at += 4 + length;
  }
  vector.wide = values;
  return at;
}
