/**
 * Copying rows between vectors a column at a time: into stores that keep growing, and out of them by row number. The loops of
 * types/vector-io.ts for one kind each, with NULLs and byte ranges handled in loops of their own.
 */
import { InvariantError } from '../common/assert.ts';
import type { BytesVector, Int64Vector, NumericVector, Vector } from '../types/vector.ts';
import { setNull, vectorCapacity } from '../types/vector.ts';
import { adoptScale, readInt64, readNumeric, widenInt64, widenNumeric } from '../types/vector-access.ts';
import { copyVectorRow } from '../types/vector-io.ts';

type Numbers = Uint8Array | Int32Array | Float64Array;

function mismatch(source: Vector, target: Vector): InvariantError {
  return new InvariantError(`TYPE-1: copying a ${source.kind} vector into a ${target.kind} vector`);
}

/** Appends the selected rows of `source` to `target` from row `start` on; `target` has room for them. */
export function appendRows(
  source: Vector,
  selection: Int32Array | undefined,
  count: number,
  target: Vector,
  start: number,
): void {
  if (source.kind !== target.kind) throw mismatch(source, target);
  if (source.nulls !== undefined) copyNulls(source.nulls, selection, count, target, start);
  else target.nulls?.fill(0, start, start + count);
  switch (source.kind) {
    case 'bytes':
      appendBytes(source, selection, count, target as BytesVector, start);
      return;
    case 'int64':
      appendInt64(source, selection, count, target as Int64Vector, start);
      return;
    case 'numeric':
      appendNumeric(source, selection, count, target as NumericVector, start);
      return;
    default:
      copyNumbers(source.values, selection, count, (target as { values: Numbers }).values, start);
  }
}

function copyNumbers(
  source: Numbers,
  selection: Int32Array | undefined,
  count: number,
  target: Numbers,
  start: number,
): void {
  if (selection === undefined) {
    if (count > 64) target.set(source.subarray(0, count), start);
    else for (let k = 0; k < count; k++) target[start + k] = source[k] as number;
    return;
  }
  for (let k = 0; k < count; k++) target[start + k] = source[selection[k] as number] as number;
}

function copyNulls(
  nulls: Uint8Array,
  selection: Int32Array | undefined,
  count: number,
  target: Vector,
  start: number,
): void {
  let targetNulls = target.nulls;
  for (let k = 0; k < count; k++) {
    const isNull = nulls[selection === undefined ? k : (selection[k] as number)] as number;
    if (isNull === 0 && targetNulls === undefined) continue;
    targetNulls ??= target.nulls = new Uint8Array(vectorCapacity(target));
    targetNulls[start + k] = isNull;
  }
}

function appendBytes(
  source: BytesVector,
  selection: Int32Array | undefined,
  count: number,
  target: BytesVector,
  start: number,
): void {
  const { data, offsets, lengths } = source;
  const arena = target.arenaForWrite();
  for (let k = 0; k < count; k++) {
    const row = selection === undefined ? k : (selection[k] as number);
    const length = lengths[row] as number;
    const at = arena.reserve(length);
    const bytes = arena.bytes;
    const from = offsets[row] as number;
    if (length < 48) for (let i = 0; i < length; i++) bytes[at + i] = data[from + i] as number;
    else bytes.set(data.subarray(from, from + length), at);
    arena.length = at + length;
    target.offsets[start + k] = at;
    target.lengths[start + k] = length;
  }
  target.data = arena.bytes;
}

function appendInt64(
  source: Int64Vector,
  selection: Int32Array | undefined,
  count: number,
  target: Int64Vector,
  start: number,
): void {
  if (source.wide === undefined && target.wide === undefined) {
    copyNumbers(source.values, selection, count, target.values, start);
    return;
  }
  const wide = target.wide ?? widenInt64(target, start);
  for (let k = 0; k < count; k++) {
    const row = selection === undefined ? k : (selection[k] as number);
    wide[start + k] = BigInt(readInt64(source, row));
  }
}

function appendNumeric(
  source: NumericVector,
  selection: Int32Array | undefined,
  count: number,
  target: NumericVector,
  start: number,
): void {
  const narrow = source.wide === undefined && target.wide === undefined;
  if (narrow && (source.scale === target.scale || adoptScale(target, start, source.scale))) {
    copyNumbers(source.values, selection, count, target.values, start);
    return;
  }
  const wide = target.wide ?? widenNumeric(target, start);
  for (let k = 0; k < count; k++) {
    wide[start + k] = readNumeric(source, selection === undefined ? k : (selection[k] as number));
  }
}

/**
 * Makes rows 0 … count - 1 of `target` the rows ids[k] of `source`; a negative id is a row of NULLs. Byte ranges are shared, not
 * copied: `target` is valid as long as `source` does not change.
 */
export function gatherRows(source: Vector, ids: Int32Array, count: number, target: Vector): void {
  if (source.kind !== target.kind) throw mismatch(source, target);
  target.nulls = undefined;
  switch (source.kind) {
    case 'bytes':
      gatherBytes(source, ids, count, target as BytesVector);
      break;
    case 'int64':
      gatherInt64(source, ids, count, target as Int64Vector);
      break;
    case 'numeric':
      gatherNumeric(source, ids, count, target as NumericVector);
      break;
    default:
      gatherNumbers(source.values, ids, count, (target as { values: Numbers }).values);
  }
  gatherNulls(source.nulls, ids, count, target);
}

function gatherNumbers(source: Numbers, ids: Int32Array, count: number, target: Numbers): void {
  for (let k = 0; k < count; k++) {
    const id = ids[k] as number;
    target[k] = id < 0 ? 0 : (source[id] as number);
  }
}

function gatherBytes(source: BytesVector, ids: Int32Array, count: number, target: BytesVector): void {
  const { offsets, lengths } = source;
  target.data = source.data;
  for (let k = 0; k < count; k++) {
    const id = ids[k] as number;
    target.offsets[k] = id < 0 ? 0 : (offsets[id] as number);
    target.lengths[k] = id < 0 ? 0 : (lengths[id] as number);
  }
}

function gatherInt64(source: Int64Vector, ids: Int32Array, count: number, target: Int64Vector): void {
  target.wide = undefined;
  if (source.wide === undefined) {
    gatherNumbers(source.values, ids, count, target.values);
    return;
  }
  const wide = (target.wide = new BigInt64Array(vectorCapacity(target)));
  for (let k = 0; k < count; k++) if ((ids[k] as number) >= 0) wide[k] = source.wide[ids[k] as number] as bigint;
}

function gatherNumeric(source: NumericVector, ids: Int32Array, count: number, target: NumericVector): void {
  target.wide = undefined;
  target.scale = source.scale;
  if (source.wide === undefined) {
    gatherNumbers(source.values, ids, count, target.values);
    return;
  }
  const wide = widenNumeric(target, 0);
  for (let k = 0; k < count; k++) if ((ids[k] as number) >= 0) wide[k] = readNumeric(source, ids[k] as number);
}

function gatherNulls(nulls: Uint8Array | undefined, ids: Int32Array, count: number, target: Vector): void {
  for (let k = 0; k < count; k++) {
    const id = ids[k] as number;
    if (id < 0 || (nulls !== undefined && nulls[id] === 1)) setNull(target, k);
  }
}

/** Where a row lies: one of several sets of columns. */
export interface RowPlace {
  readonly vectors: readonly Vector[];
}

/** Appends row rows[k] of column `column` of places[k], for k < count, to `target` from row `start` on. */
export function collectRows(
  places: readonly RowPlace[],
  column: number,
  rows: Int32Array,
  count: number,
  target: Vector,
  start: number,
): void {
  if (!collectPlain(places, column, rows, count, target, start)) {
    for (let k = 0; k < count; k++) {
      copyVectorRow((places[k] as RowPlace).vectors[column] as Vector, rows[k] as number, target, start + k);
    }
    return;
  }
  for (let k = 0; k < count; k++) {
    const { nulls } = (places[k] as RowPlace).vectors[column] as Vector;
    if (nulls !== undefined && nulls[rows[k] as number] === 1) setNull(target, start + k);
    else if (target.nulls !== undefined) target.nulls[start + k] = 0;
  }
}

/** Copies values that fit the target as they are; false when there are others (wide, another scale). */
function collectPlain(
  places: readonly RowPlace[],
  column: number,
  rows: Int32Array,
  count: number,
  target: Vector,
  start: number,
): boolean {
  if (target.kind === 'bytes') {
    for (let k = 0; k < count; k++) {
      const source = (places[k] as RowPlace).vectors[column] as BytesVector;
      appendValue(source, rows[k] as number, target, start + k);
    }
    return true;
  }
  const { kind, values } = target;
  if ((kind === 'int64' || kind === 'numeric') && target.wide !== undefined) return false;
  const decimal = kind === 'numeric' ? target : undefined;
  for (let k = 0; k < count; k++) {
    const source = (places[k] as RowPlace).vectors[column] as Exclude<Vector, BytesVector>;
    if ((source.kind === 'int64' || source.kind === 'numeric') && source.wide !== undefined) return false;
    if (decimal !== undefined) {
      const { scale } = source as NumericVector;
      if (start === 0 && k === 0) decimal.scale = scale;
      else if (scale !== decimal.scale) return false;
    }
    values[start + k] = source.values[rows[k] as number] as number;
  }
  return true;
}

function appendValue(source: BytesVector, row: number, target: BytesVector, targetRow: number): void {
  const arena = target.arenaForWrite();
  const start = arena.length;
  const from = source.offsets[row] as number;
  arena.copy(source.data, from, from + (source.lengths[row] as number));
  target.endValue(targetRow, start);
}
