/**
 * Hashes of key columns, a column at a time. The numbers agree with TypeHandler.hash and do not depend on how a vector holds a
 * value (narrow or wide), so that both sides of a join and all batches of an input meet.
 */
import { combineHash, hashBytes, hashFloat, hashInteger, mix32 } from '../types/hash.ts';
import { hashDecimal } from '../types/numeric-bytes.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import type { Vector } from '../types/vector.ts';
import { hashVectorRow } from '../types/vector-io.ts';

/** Hash of a NULL. */
const nullHash = 0;

/** Hashes the selected rows of all columns into out[0 … count). */
export function hashColumns(
  columns: readonly Vector[],
  handlers: readonly TypeHandler[],
  selection: Int32Array | undefined,
  count: number,
  out: Int32Array,
): void {
  if (columns.length === 0) out.fill(0, 0, count);
  for (let i = 0; i < columns.length; i++) {
    const vector = columns[i] as Vector;
    if (i === 0) {
      hashColumn(vector, handlers[i] as TypeHandler, selection, count, out);
    } else {
      hashColumn(vector, handlers[i] as TypeHandler, selection, count, scratch);
      for (let k = 0; k < count; k++) out[k] = combineHash(out[k] as number, scratch[k] as number);
    }
  }
}

let scratch = new Int32Array(1024);

function hashColumn(
  vector: Vector,
  handler: TypeHandler,
  selection: Int32Array | undefined,
  count: number,
  out: Int32Array,
): void {
  if (count > scratch.length) scratch = new Int32Array(count);
  switch (vector.kind) {
    case 'int32':
      hashInt32(vector.values, selection, count, out);
      break;
    case 'float64':
      for (let k = 0; k < count; k++) out[k] = hashFloat(vector.values[rowAt(selection, k)] as number);
      break;
    case 'bool':
      for (let k = 0; k < count; k++) out[k] = mix32(vector.values[rowAt(selection, k)] as number);
      break;
    case 'int64':
      if (vector.wide !== undefined) return hashRows(vector, handler, selection, count, out);
      for (let k = 0; k < count; k++) out[k] = hashInteger(vector.values[rowAt(selection, k)] as number);
      break;
    case 'numeric':
      if (vector.wide !== undefined) return hashRows(vector, handler, selection, count, out);
      for (let k = 0; k < count; k++) out[k] = hashDecimal(vector.values[rowAt(selection, k)] as number, vector.scale);
      break;
    case 'bytes':
      if (!handler.bytewise) return hashRows(vector, handler, selection, count, out);
      for (let k = 0; k < count; k++) {
        const row = rowAt(selection, k);
        const start = vector.offsets[row] as number;
        out[k] = hashBytes(vector.data, start, start + (vector.lengths[row] as number));
      }
      break;
  }
  if (vector.nulls !== undefined) hashNulls(vector.nulls, selection, count, out);
}

function rowAt(selection: Int32Array | undefined, k: number): number {
  return selection === undefined ? k : (selection[k] as number);
}

function hashInt32(values: Int32Array, selection: Int32Array | undefined, count: number, out: Int32Array): void {
  for (let k = 0; k < count; k++) out[k] = mix32(values[rowAt(selection, k)] as number);
}

function hashNulls(nulls: Uint8Array, selection: Int32Array | undefined, count: number, out: Int32Array): void {
  for (let k = 0; k < count; k++) if (nulls[rowAt(selection, k)] === 1) out[k] = nullHash;
}

function hashRows(
  vector: Vector,
  handler: TypeHandler,
  selection: Int32Array | undefined,
  count: number,
  out: Int32Array,
): void {
  for (let k = 0; k < count; k++) out[k] = hashVectorRow(handler, vector, rowAt(selection, k));
}
