/**
 * The first sort key of each row as one double, so that most comparisons are of two numbers: prefix(a) < prefix(b) implies that a
 * comes before b. Equal prefixes decide nothing unless the key is an integer column sorted by alone.
 *
 *   bool int32 int64   the value (wide int8: rounded)
 *   float64            the value; NaN as Infinity
 *   numeric            the value rounded to a double, which keeps the order
 *   bytes              the first 6 bytes as an integer; 0 for types whose order is not that of their bytes
 *   NULL               -Infinity or Infinity
 *
 * Descending keys are negated.
 */
import type { Numeric } from '../types/datum.ts';
import { typeOid } from '../types/oids.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import type { BytesVector, NumericVector, Vector } from '../types/vector.ts';

export interface SortColumn {
  /** Index among the columns of the rows. */
  readonly index: number;
  readonly handler: TypeHandler;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/**
 * Writes the prefixes of the selected rows to out[start …). `skip`: leave out so many leading bytes, which all the rows share.
 */
export function writePrefixes(
  vector: Vector,
  key: SortColumn,
  selection: Int32Array | undefined,
  count: number,
  out: Float64Array,
  start: number,
  skip: number = 0,
): void {
  writeValues(vector, key.handler, selection, count, out, start, skip);
  if (key.descending) for (let k = start; k < start + count; k++) out[k] = 0 - (out[k] as number);
  const { nulls } = vector;
  if (nulls === undefined) return;
  const nullPrefix = key.nullsFirst ? -Infinity : Infinity;
  for (let k = 0; k < count; k++) {
    if (nulls[selection === undefined ? k : (selection[k] as number)] === 1) out[start + k] = nullPrefix;
  }
}

function writeValues(
  vector: Vector,
  handler: TypeHandler,
  selection: Int32Array | undefined,
  count: number,
  out: Float64Array,
  start: number,
  skip: number,
): void {
  switch (vector.kind) {
    case 'float64':
      for (let k = 0; k < count; k++) {
        const value = vector.values[selection === undefined ? k : (selection[k] as number)] as number;
        out[start + k] = value === value ? value + 0 : Infinity;
      }
      return;
    case 'numeric':
      writeNumerics(vector, selection, count, out, start);
      return;
    case 'bytes':
      if (handler.bytewise) writeBytes(vector, selection, count, out, start, skip);
      else if (handler.oid === typeOid.bpchar) writeBlankPadded(vector, selection, count, out, start);
      else out.fill(0, start, start + count);
      return;
    case 'int64':
      if (vector.wide !== undefined) {
        for (let k = 0; k < count; k++) {
          out[start + k] = Number(vector.wide[selection === undefined ? k : (selection[k] as number)]);
        }
        return;
      }
      break;
    default:
  }
  for (let k = 0; k < count; k++) {
    out[start + k] = vector.values[selection === undefined ? k : (selection[k] as number)] as number;
  }
}

function writeNumerics(
  vector: NumericVector,
  selection: Int32Array | undefined,
  count: number,
  out: Float64Array,
  start: number,
): void {
  const { wide, values, scale } = vector;
  for (let k = 0; k < count; k++) {
    const row = selection === undefined ? k : (selection[k] as number);
    if (wide === undefined && scale <= 22) out[start + k] = (values[row] as number) / 10 ** scale;
    else out[start + k] = numericAsDouble(wide === undefined ? (values[row] as number) : (wide[row] as Numeric), scale);
  }
}

function numericAsDouble(value: number | Numeric, scale: number): number {
  if (typeof value === 'number') return Number(`${value}e-${scale}`);
  if (value.kind === 'finite') return Number(`${value.digits}e-${value.scale}`);
  return value.kind === '-infinity' ? -Infinity : Infinity;
}

function writeBytes(
  vector: BytesVector,
  selection: Int32Array | undefined,
  count: number,
  out: Float64Array,
  start: number,
  skip: number,
): void {
  const { data, offsets, lengths } = vector;
  for (let k = 0; k < count; k++) {
    const row = selection === undefined ? k : (selection[k] as number);
    out[start + k] = leadingBytes(data, (offsets[row] as number) + skip, (lengths[row] as number) - skip);
  }
}

function writeBlankPadded(
  vector: BytesVector,
  selection: Int32Array | undefined,
  count: number,
  out: Float64Array,
  start: number,
): void {
  const { data, offsets, lengths } = vector;
  for (let k = 0; k < count; k++) {
    const row = selection === undefined ? k : (selection[k] as number);
    const offset = offsets[row] as number;
    let length = lengths[row] as number;
    while (length > 0 && data[offset + length - 1] === 0x20) length--;
    out[start + k] = leadingBytes(data, offset, length);
  }
}

function leadingBytes(data: Uint8Array, offset: number, length: number): number {
  if (length >= 6) {
    const high = ((data[offset] as number) << 16) | ((data[offset + 1] as number) << 8) | (data[offset + 2] as number);
    const low =
      ((data[offset + 3] as number) << 16) | ((data[offset + 4] as number) << 8) | (data[offset + 5] as number);
    return high * 0x100_0000 + low;
  }
  let value = 0;
  for (let i = 0; i < 6; i++) value = value * 256 + (i < length ? (data[offset + i] as number) : 0);
  return value;
}

/** Whether equal prefixes mean equal keys, as long as the column is not wide. */
export function isPrefixExact(vector: Vector): boolean {
  return vector.kind === 'bool' || vector.kind === 'int32' || (vector.kind === 'int64' && vector.wide === undefined);
}

/** Whether the prefix may begin behind bytes that all rows share. */
export function isRefinable(vector: Vector, key: SortColumn): vector is BytesVector {
  return vector.kind === 'bytes' && key.handler.bytewise && vector.nulls === undefined;
}

/**
 * How many leading bytes rows 0 … count - 1 (or those that `rows` names) share, knowing that it is at least `known`.
 */
export function commonLength(vector: BytesVector, count: number, rows?: Int32Array, known: number = 0): number {
  const { data, offsets, lengths } = vector;
  const first = rows === undefined ? 0 : (rows[0] as number);
  const start = offsets[first] as number;
  let common = lengths[first] as number;
  for (let k = 1; k < count && common > known; k++) {
    const row = rows === undefined ? k : (rows[k] as number);
    const offset = offsets[row] as number;
    if ((lengths[row] as number) < common) common = lengths[row] as number;
    let same = known;
    while (same < common && data[start + same] === data[offset + same]) same++;
    common = same;
  }
  return common;
}

/** Whether prefixes taken from byte `skip` on hold the whole rest of each value. Texts have no byte 0, which pads them. */
export function isWholeValue(vector: BytesVector, key: SortColumn, count: number, skip: number): boolean {
  if (key.handler.category !== 'S') return false;
  for (let row = 0; row < count; row++) if ((vector.lengths[row] as number) - skip > 6) return false;
  return true;
}
