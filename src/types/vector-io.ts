/**
 * Whole rows and vectors at a time: copying, gathering, comparing, hashing. One loop per vector kind, no Datum where the kind
 * allows. Targets are filled in ascending row order, like everywhere (vector-access.ts).
 */
import { InvariantError } from '../common/assert.ts';
import { combineHash, hashBytes, hashFloat, hashInt64, hashInteger, mix32 } from './hash.ts';
import { hashDecimal, hashNumeric } from './numeric-bytes.ts';
import { compareNumerics } from './numeric-math.ts';
import type { Datum } from './datum.ts';
import { compareFloats } from './float.ts';
import type { TypeHandler } from './type-handler.ts';
import { compareBytes } from './utf8.ts';
import { readInt64, readNumeric, writeInt64, writeNull, writeNumeric } from './vector-access.ts';
import type { BytesVector, Int64Vector, NumericVector, Vector } from './vector.ts';
import { isNull, vectorCapacity } from './vector.ts';

function kindMismatch(from: Vector, to: Vector): InvariantError {
  return new InvariantError(`TYPE-1: copying a ${from.kind} vector into a ${to.kind} vector`);
}

/** Copies one row, NULL too. Bytes go into the target's own arena. */
export function copyVectorRow(from: Vector, fromRow: number, to: Vector, toRow: number): void {
  if (isNull(from, fromRow)) {
    writeNull(to, toRow);
    return;
  }
  if (to.nulls !== undefined) to.nulls[toRow] = 0;
  copyValue(from, fromRow, to, toRow);
}

function copyValue(from: Vector, fromRow: number, to: Vector, toRow: number): void {
  switch (from.kind) {
    case 'bytes':
      if (to.kind !== 'bytes') throw kindMismatch(from, to);
      copyBytesRow(from, fromRow, to, toRow);
      return;
    case 'int64':
      if (to.kind !== 'int64') throw kindMismatch(from, to);
      writeInt64(to, toRow, readInt64(from, fromRow));
      return;
    case 'numeric':
      if (to.kind !== 'numeric') throw kindMismatch(from, to);
      writeNumeric(to, toRow, readNumeric(from, fromRow));
      return;
    default:
      if (to.kind !== from.kind) throw kindMismatch(from, to);
      to.values[toRow] = from.values[fromRow] as number;
  }
}

function copyBytesRow(from: BytesVector, fromRow: number, to: BytesVector, toRow: number): void {
  const arena = to.arenaForWrite();
  const start = arena.length;
  const offset = from.offsets[fromRow] as number;
  arena.copy(from.data, offset, offset + (from.lengths[fromRow] as number));
  to.endValue(toRow, start);
}

/**
 * Copies the rows selection[0 … count) of `source`, or rows 0 … count - 1 without a selection, to rows targetStart … of `target`.
 */
export function gatherVector(
  source: Vector,
  selection: Int32Array | undefined,
  count: number,
  target: Vector,
  targetStart: number = 0,
): void {
  if (source.nulls === undefined && gatherDense(source, selection, count, target, targetStart)) {
    target.nulls?.fill(0, targetStart, targetStart + count);
    return;
  }
  for (let i = 0; i < count; i++) {
    copyVectorRow(source, selection === undefined ? i : (selection[i] as number), target, targetStart + i);
  }
}

/** The fast loops, for sources without NULLs whose values can be copied as they are; false if this is not one. */
function gatherDense(
  source: Vector,
  selection: Int32Array | undefined,
  count: number,
  target: Vector,
  start: number,
): boolean {
  if (source.kind === 'bytes') return false;
  if (source.kind === 'int64' && (source.wide !== undefined || (target as Int64Vector).wide !== undefined))
    return false;
  if (source.kind === 'numeric' && !sameNarrowScale(source, target as NumericVector, start)) return false;
  if (target.kind !== source.kind) throw kindMismatch(source, target);
  if (selection === undefined) {
    target.values.set(source.values.subarray(0, count), start);
  } else {
    for (let i = 0; i < count; i++) target.values[start + i] = source.values[selection[i] as number] as number;
  }
  return true;
}

function sameNarrowScale(source: NumericVector, target: NumericVector, start: number): boolean {
  if (source.wide !== undefined || target.wide !== undefined) return false;
  if (start === 0) target.scale = source.scale;
  return source.scale === target.scale;
}

/** Copies rows [from, from + count) of `source` to rows targetStart … of `target`. */
export function appendVector(source: Vector, from: number, count: number, target: Vector, targetStart: number): void {
  for (let i = 0; i < count; i++) copyVectorRow(source, from + i, target, targetStart + i);
}

/** Makes room for `capacity` rows, keeping what is there. */
export function growVector(vector: Vector, capacity: number): void {
  if (vectorCapacity(vector) >= capacity) return;
  if (vector.nulls !== undefined) vector.nulls = grown(vector.nulls, new Uint8Array(capacity));
  switch (vector.kind) {
    case 'bool':
      vector.values = grown(vector.values, new Uint8Array(capacity));
      return;
    case 'int32':
      vector.values = grown(vector.values, new Int32Array(capacity));
      return;
    case 'float64':
    case 'numeric':
      vector.values = grown(vector.values, new Float64Array(capacity));
      return;
    case 'int64':
      vector.values = grown(vector.values, new Float64Array(capacity));
      if (vector.wide !== undefined) vector.wide = grown(vector.wide, new BigInt64Array(capacity));
      return;
    case 'bytes':
      vector.offsets = grown(vector.offsets, new Int32Array(capacity));
      vector.lengths = grown(vector.lengths, new Int32Array(capacity));
  }
}

function grown<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}

/** Orders row a of one vector against row b of another of the same type, neither NULL. */
export type RowComparator = (a: Vector, rowA: number, b: Vector, rowB: number) => number;

function compareValues(a: Vector, rowA: number, b: Vector, rowB: number): number {
  const left = (a as { values: Float64Array | Int32Array | Uint8Array }).values[rowA] as number;
  const right = (b as { values: Float64Array | Int32Array | Uint8Array }).values[rowB] as number;
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareFloatRows(a: Vector, rowA: number, b: Vector, rowB: number): number {
  return compareFloats(
    (a as { values: Float64Array }).values[rowA] as number,
    (b as { values: Float64Array }).values[rowB] as number,
  );
}

function compareInt64Rows(a: Vector, rowA: number, b: Vector, rowB: number): number {
  const left = readInt64(a as Int64Vector, rowA);
  const right = readInt64(b as Int64Vector, rowB);
  return left < right ? -1 : left > right ? 1 : 0;
}

function compareNumericRows(a: Vector, rowA: number, b: Vector, rowB: number): number {
  const left = a as NumericVector;
  const right = b as NumericVector;
  if (left.wide === undefined && right.wide === undefined && left.scale === right.scale)
    return compareValues(a, rowA, b, rowB);
  return compareNumerics(readNumeric(left, rowA), readNumeric(right, rowB));
}

function compareBytesRows(a: Vector, rowA: number, b: Vector, rowB: number): number {
  const left = a as BytesVector;
  const right = b as BytesVector;
  const startA = left.offsets[rowA] as number;
  const startB = right.offsets[rowB] as number;
  return compareBytes(
    left.data,
    startA,
    startA + (left.lengths[rowA] as number),
    right.data,
    startB,
    startB + (right.lengths[rowB] as number),
  );
}

/** The comparison loop's inner function for a type: choose it once, call it per pair. */
export function rowComparator(type: TypeHandler): RowComparator {
  switch (type.vectorKind) {
    case 'bool':
    case 'int32':
      return compareValues;
    case 'float64':
      return compareFloatRows;
    case 'int64':
      return compareInt64Rows;
    case 'numeric':
      return compareNumericRows;
    case 'bytes':
      return type.bytewise ? compareBytesRows : datumComparator(type);
  }
}

function datumComparator(type: TypeHandler): RowComparator {
  const { compare } = type;
  if (compare === undefined) throw new InvariantError(`TYPE-2: type ${type.name} has no order`);
  return (a, rowA, b, rowB) => compare(type.readDatum(a, rowA), type.readDatum(b, rowB));
}

/** Convenience over rowComparator for single comparisons. */
export function compareVectorRows(type: TypeHandler, a: Vector, rowA: number, b: Vector, rowB: number): number {
  return rowComparator(type)(a, rowA, b, rowB);
}

/** Hash of one row, as TypeHandler.hash gives it; 0 for NULL. */
export function hashVectorRow(type: TypeHandler, vector: Vector, row: number): number {
  return isNull(vector, row) ? 0 : hashValue(type, vector, row);
}

function hashValue(type: TypeHandler, vector: Vector, row: number): number {
  switch (vector.kind) {
    case 'bool':
      return mix32(vector.values[row] as number);
    case 'int32':
      return hashInteger(vector.values[row] as number);
    case 'float64':
      return hashFloat(vector.values[row] as number);
    case 'int64':
      return vector.wide === undefined ? hashInteger(vector.values[row] as number) : hashInt64(readInt64(vector, row));
    case 'numeric':
      return vector.wide === undefined
        ? hashDecimal(vector.values[row] as number, vector.scale)
        : hashNumeric(readNumeric(vector, row));
    case 'bytes': {
      const start = vector.offsets[row] as number;
      if (type.bytewise) return hashBytes(vector.data, start, start + (vector.lengths[row] as number));
      return hashDatum(type, type.decode(vector.data, start, vector.lengths[row] as number));
    }
  }
}

function hashDatum(type: TypeHandler, value: Datum): number {
  if (type.hash === undefined) throw new InvariantError(`TYPE-2: type ${type.name} has no hash`);
  return type.hash(value);
}

/** Which rows a loop visits: selection[0 … count), or 0 … count - 1 without a selection. */
export interface RowSelection {
  readonly selection: Int32Array | undefined;
  readonly count: number;
}

/**
 * Hashes rows into out[0 … count), the i-th visited row at i. With `combine` the hashes are folded into those already there,
 * for keys of several columns.
 */
export function hashVector(
  type: TypeHandler,
  vector: Vector,
  rows: RowSelection,
  out: Int32Array,
  combine: boolean = false,
): void {
  if (combine) {
    hashInto(type, vector, rows, scratchHashes(rows.count));
    for (let i = 0; i < rows.count; i++) out[i] = combineHash(out[i] as number, columnHashes[i] as number);
  } else {
    hashInto(type, vector, rows, out);
  }
}

let columnHashes = new Int32Array(1024);

function scratchHashes(count: number): Int32Array {
  if (columnHashes.length < count) columnHashes = new Int32Array(count);
  return columnHashes;
}

function hashInto(type: TypeHandler, vector: Vector, rows: RowSelection, out: Int32Array): void {
  if (vector.nulls === undefined && hashDense(type, vector, rows, out)) return;
  const { selection, count } = rows;
  for (let i = 0; i < count; i++)
    out[i] = hashVectorRow(type, vector, selection === undefined ? i : (selection[i] as number));
}

/** The fast loops, for the commonest kinds without NULLs; false if this is not one. */
function hashDense(type: TypeHandler, vector: Vector, { selection, count }: RowSelection, out: Int32Array): boolean {
  if (vector.kind === 'int32' || (vector.kind === 'int64' && vector.wide === undefined)) {
    const { values } = vector;
    for (let i = 0; i < count; i++)
      out[i] = hashInteger(values[selection === undefined ? i : (selection[i] as number)] as number);
    return true;
  }
  if (vector.kind !== 'bytes' || !type.bytewise) return false;
  const { data, offsets, lengths } = vector;
  for (let i = 0; i < count; i++) {
    const row = selection === undefined ? i : (selection[i] as number);
    const start = offsets[row] as number;
    out[i] = hashBytes(data, start, start + (lengths[row] as number));
  }
  return true;
}
