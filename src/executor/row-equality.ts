/**
 * Compares pairs of rows, (ids[k] of `left`, rows[k] of `right`), a column at a time, and marks the pairs that differ. NULLs equal
 * each other: callers for which they do not (joins) leave rows with NULL keys out beforehand. Columns may be of two types of one
 * operator family (int4 and int8).
 */
import type { TypeHandler } from '../types/type-handler.ts';
import type { BytesVector, NumericVector, Vector } from '../types/vector.ts';
import { isNull } from '../types/vector.ts';
import { readInt64 } from '../types/vector-access.ts';
import { rowComparator } from '../types/vector-io.ts';

type Numbers = Uint8Array | Int32Array | Float64Array;

/** Sets differ[k] = 1 for pairs that are not equal; returns whether there is any. `rows` undefined: 0, 1, 2, …. */
export function markDifferent(
  left: Vector,
  ids: Int32Array,
  right: Vector,
  rows: Int32Array | undefined,
  count: number,
  handler: TypeHandler,
  differ: Uint8Array,
): boolean {
  if (left.nulls === undefined && right.nulls === undefined) {
    return compareValues(left, ids, right, rows, count, handler, differ);
  }
  if (count > scratch.length) scratch = new Uint8Array(count);
  scratch.fill(0, 0, count);
  compareValues(left, ids, right, rows, count, handler, scratch);
  return mergeNulls(left.nulls, ids, right.nulls, rows, count, differ);
}

/** Differences of the values of one column, before NULLs are considered. */
let scratch = new Uint8Array(1024);

function compareValues(
  left: Vector,
  ids: Int32Array,
  right: Vector,
  rows: Int32Array | undefined,
  count: number,
  handler: TypeHandler,
  differ: Uint8Array,
): boolean {
  if (left.kind === 'bytes' && right.kind === 'bytes' && handler.bytewise) {
    return differentBytes(left, ids, right, rows, count, differ);
  }
  if (isPlain(left) && isPlain(right)) return differentNumbers(left.values, ids, right.values, rows, count, differ);
  if (left.kind === 'numeric' && right.kind === 'numeric' && sameScale(left, right)) {
    return differentNumbers(left.values, ids, right.values, rows, count, differ);
  }
  return differentRows(left, ids, right, rows, count, handler, differ);
}

/** Numbers that compare as they are: not wide, not decimal. */
function isPlain(vector: Vector): vector is Exclude<Vector, BytesVector | NumericVector> {
  if (vector.kind === 'int64') return vector.wide === undefined;
  return vector.kind !== 'bytes' && vector.kind !== 'numeric';
}

function sameScale(left: NumericVector, right: NumericVector): boolean {
  return left.wide === undefined && right.wide === undefined && left.scale === right.scale;
}

function differentNumbers(
  left: Numbers,
  ids: Int32Array,
  right: Numbers,
  rows: Int32Array | undefined,
  count: number,
  differ: Uint8Array,
): boolean {
  let any = 0;
  for (let k = 0; k < count; k++) {
    const a = left[ids[k] as number] as number;
    const b = right[rows === undefined ? k : (rows[k] as number)] as number;
    if (a !== b && (a === a || b === b)) {
      differ[k] = 1;
      any = 1;
    }
  }
  return any === 1;
}

function differentBytes(
  left: BytesVector,
  ids: Int32Array,
  right: BytesVector,
  rows: Int32Array | undefined,
  count: number,
  differ: Uint8Array,
): boolean {
  const a = left.data;
  const b = right.data;
  let any = 0;
  for (let k = 0; k < count; k++) {
    const id = ids[k] as number;
    const row = rows === undefined ? k : (rows[k] as number);
    const length = left.lengths[id] as number;
    let same = length === right.lengths[row];
    const fromA = left.offsets[id] as number;
    const fromB = right.offsets[row] as number;
    for (let i = 0; same && i < length; i++) same = a[fromA + i] === b[fromB + i];
    if (!same) {
      differ[k] = 1;
      any = 1;
    }
  }
  return any === 1;
}

function differentRows(
  left: Vector,
  ids: Int32Array,
  right: Vector,
  rows: Int32Array | undefined,
  count: number,
  handler: TypeHandler,
  differ: Uint8Array,
): boolean {
  const compare = left.kind === right.kind ? rowComparator(handler) : compareIntegers;
  let any = false;
  for (let k = 0; k < count; k++) {
    const id = ids[k] as number;
    const row = rows === undefined ? k : (rows[k] as number);
    if (isNull(left, id) || isNull(right, row) || compare(left, id, right, row) === 0) continue;
    differ[k] = 1;
    any = true;
  }
  return any;
}

/** An int8 column that went wide against a narrower integer. */
function compareIntegers(a: Vector, rowA: number, b: Vector, rowB: number): number {
  return readInteger(a, rowA) === readInteger(b, rowB) ? 0 : 1;
}

function readInteger(vector: Vector, row: number): number | bigint {
  return vector.kind === 'int64' ? readInt64(vector, row) : ((vector as { values: Numbers }).values[row] as number);
}

/** Adds to `differ` what `scratch` says of values, and pairs of which one is NULL. */
function mergeNulls(
  left: Uint8Array | undefined,
  ids: Int32Array,
  right: Uint8Array | undefined,
  rows: Int32Array | undefined,
  count: number,
  differ: Uint8Array,
): boolean {
  let any = false;
  for (let k = 0; k < count; k++) {
    const leftNull = left === undefined ? 0 : (left[ids[k] as number] as number);
    const rightNull = right === undefined ? 0 : (right[rows === undefined ? k : (rows[k] as number)] as number);
    const isDifferent = leftNull === 1 || rightNull === 1 ? leftNull !== rightNull : scratch[k] === 1;
    if (!isDifferent) continue;
    differ[k] = 1;
    any = true;
  }
  return any;
}
