/**
 * The loops that read one column of many rows, one for each vector kind and width, so that each stays monomorphic; and reading
 * single values. `starts` says where the rows' images begin in the arena; bytes under a null are zero, or none.
 */
import { InvariantError } from '../common/assert.ts';
import { decodeStoredNumeric, storedNumericDigits, storedNumericScale } from '../types/numeric-bytes.ts';
import type {
  BoolVector,
  BytesVector,
  Float64Vector,
  Int32Vector,
  Int64Vector,
  NumericVector,
  Vector,
} from '../types/vector.ts';
import { adoptScale, widenInt64, writeNull, writeNumeric } from '../types/vector-access.ts';
import { pointerBytes } from './row-encode.ts';
import type { RowLayout } from './row-format.ts';
import { ColumnPlace, externalBit } from './row-format.ts';

/** One value in stored form into row `row`; bytes are copied into the vector's own arena. */
export function decodeValue(vector: Vector, row: number, bytes: Uint8Array, offset: number, length: number): void {
  if (vector.nulls !== undefined) vector.nulls[row] = 0;
  switch (vector.kind) {
    case 'int32':
      vector.values[row] = length === 4 ? readInt32(bytes, offset) : (readUint16(bytes, offset) << 16) >> 16;
      return;
    case 'int64':
      decodeInt64Value(vector, row, bytes, offset, length);
      return;
    case 'bytes': {
      const arena = vector.arenaForWrite();
      const start = arena.length;
      arena.copy(bytes, offset, offset + length);
      vector.endValue(row, start);
      return;
    }
    case 'bool':
      vector.values[row] = bytes[offset] as number;
      return;
    case 'float64':
      for (let i = 0; i < length; i++) scratchBytes[i] = bytes[offset + i] as number;
      vector.values[row] = length === 8 ? scratchView.getFloat64(0, true) : scratchView.getFloat32(0, true);
      return;
    case 'numeric':
      decodeNumericInto(vector, row, bytes, offset, length);
      return;
  }
}

const scratchBytes = new Uint8Array(8);
const scratchView = new DataView(scratchBytes.buffer);
const two32 = 0x1_0000_0000;

function readUint16(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] as number) | ((bytes[offset + 1] as number) << 8);
}

function readInt32(bytes: Uint8Array, offset: number): number {
  return readUint16(bytes, offset) | (readUint16(bytes, offset + 2) << 16);
}

/** Whether an int8 with this high half is surely a safe integer. */
function isNarrowHigh(high: number): boolean {
  return high > -0x20_0000 && high < 0x20_0000;
}

function decodeInt64Value(vector: Int64Vector, row: number, bytes: Uint8Array, offset: number, length: number): void {
  const low = readInt32(bytes, offset) >>> 0;
  const high = length === 8 ? readInt32(bytes, offset + 4) : 0;
  if (vector.wide === undefined && isNarrowHigh(high)) {
    vector.values[row] = high * two32 + low;
    return;
  }
  const wide = vector.wide ?? widenInt64(vector, row);
  wide[row] = BigInt(high) * 0x1_0000_0000n + BigInt(low);
}

function decodeNumericInto(
  vector: NumericVector,
  row: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
): void {
  const digits = storedNumericDigits(bytes, offset);
  const narrow = vector.wide === undefined && !Number.isNaN(digits);
  if (narrow && adoptScale(vector, row, storedNumericScale(bytes, offset))) vector.values[row] = digits;
  else writeNumeric(vector, row, decodeStoredNumeric(bytes, offset, length));
}

/** Column of fixed width: rows [first, end) of `starts` into vector rows from `target` on. */
export function decodeFixed(
  vector: Vector,
  target: number,
  view: DataView,
  starts: Int32Array,
  first: number,
  end: number,
  place: number,
  width: number,
): void {
  switch (vector.kind) {
    case 'int32':
      if (width === 4) decodeInt32(vector, target, view, starts, first, end, place);
      else decodeInt16(vector, target, view, starts, first, end, place);
      return;
    case 'int64':
      if (width === 8) decodeInt64(vector, target, view, starts, first, end, place);
      else decodeUint32(vector, target, view, starts, first, end, place);
      return;
    case 'float64':
      if (width === 8) decodeFloat64(vector, target, view, starts, first, end, place);
      else decodeFloat32(vector, target, view, starts, first, end, place);
      return;
    case 'bool':
      decodeBool(vector, target, view, starts, first, end, place);
      return;
    case 'bytes':
      decodeFixedBytes(vector, target, starts, first, end, place, width);
      return;
    case 'numeric':
      throw new InvariantError('ROW-1: numeric has no fixed width');
  }
}

function decodeInt32(
  vector: Int32Vector,
  target: number,
  view: DataView,
  starts: Int32Array,
  first: number,
  end: number,
  place: number,
): void {
  const values = vector.values;
  for (let i = first, row = target; i < end; i++, row++)
    values[row] = view.getInt32((starts[i] as number) + place, true);
}

function decodeInt16(
  vector: Int32Vector,
  target: number,
  view: DataView,
  starts: Int32Array,
  first: number,
  end: number,
  place: number,
): void {
  const values = vector.values;
  for (let i = first, row = target; i < end; i++, row++)
    values[row] = view.getInt16((starts[i] as number) + place, true);
}

function decodeInt64(
  vector: Int64Vector,
  target: number,
  view: DataView,
  starts: Int32Array,
  first: number,
  end: number,
  place: number,
): void {
  let i = first;
  let row = target;
  if (vector.wide === undefined) {
    const values = vector.values;
    for (; i < end; i++, row++) {
      const at = (starts[i] as number) + place;
      const high = view.getInt32(at + 4, true);
      if (!isNarrowHigh(high)) break;
      values[row] = high * two32 + view.getUint32(at, true);
    }
    if (i === end) return;
  }
  const wide = vector.wide ?? widenInt64(vector, row);
  for (; i < end; i++, row++) wide[row] = view.getBigInt64((starts[i] as number) + place, true);
}

function decodeUint32(
  vector: Int64Vector,
  target: number,
  view: DataView,
  starts: Int32Array,
  first: number,
  end: number,
  place: number,
): void {
  const values = vector.values;
  for (let i = first, row = target; i < end; i++, row++)
    values[row] = view.getUint32((starts[i] as number) + place, true);
}

function decodeFloat64(
  vector: Float64Vector,
  target: number,
  view: DataView,
  starts: Int32Array,
  first: number,
  end: number,
  place: number,
): void {
  const values = vector.values;
  for (let i = first, row = target; i < end; i++, row++)
    values[row] = view.getFloat64((starts[i] as number) + place, true);
}

function decodeFloat32(
  vector: Float64Vector,
  target: number,
  view: DataView,
  starts: Int32Array,
  first: number,
  end: number,
  place: number,
): void {
  const values = vector.values;
  for (let i = first, row = target; i < end; i++, row++)
    values[row] = view.getFloat32((starts[i] as number) + place, true);
}

function decodeBool(
  vector: BoolVector,
  target: number,
  view: DataView,
  starts: Int32Array,
  first: number,
  end: number,
  place: number,
): void {
  const values = vector.values;
  for (let i = first, row = target; i < end; i++, row++) values[row] = view.getUint8((starts[i] as number) + place);
}

function decodeFixedBytes(
  vector: BytesVector,
  target: number,
  starts: Int32Array,
  first: number,
  end: number,
  place: number,
  width: number,
): void {
  const { offsets, lengths } = vector;
  for (let i = first, row = target; i < end; i++, row++) {
    offsets[row] = (starts[i] as number) + place;
    lengths[row] = width;
  }
}

/** True if the column must be gathered because some value is external. */
export function decodeVariable(
  vector: Vector,
  target: number,
  bytes: Uint8Array,
  view: DataView,
  starts: Int32Array,
  first: number,
  end: number,
  layout: RowLayout,
  column: number,
): boolean {
  const variable = -1 - (layout.place[column] as number);
  const endPlace = layout.endsStart + 2 * variable;
  if (vector.kind === 'bytes')
    return decodeRanges(vector, target, view, starts, first, end, endPlace, variable === 0 ? layout.dataStart : 0);
  if (vector.kind === 'numeric') {
    return decodeNumerics(
      vector,
      target,
      bytes,
      view,
      starts,
      first,
      end,
      endPlace,
      variable === 0 ? layout.dataStart : 0,
    );
  }
  // A fixed-width column that is stored as a variable one: rare and wide tables only.
  const place = new ColumnPlace();
  for (let i = first, row = target; i < end; i++, row++) {
    place.locate(layout, view, starts[i] as number, column);
    if (place.state === 'null') writeNull(vector, row);
    else decodeValue(vector, row, bytes, place.offset, place.length);
  }
  return false;
}

/** `dataStart`: where the values of variable column 0 begin; 0 for the others, which begin where the one before ends. */
function decodeRanges(
  vector: BytesVector,
  target: number,
  view: DataView,
  starts: Int32Array,
  first: number,
  end: number,
  endPlace: number,
  dataStart: number,
): boolean {
  const { offsets, lengths } = vector;
  let seen = 0;
  for (let i = first, row = target; i < end; i++, row++) {
    const at = starts[i] as number;
    const stop = view.getUint16(at + endPlace, true);
    const begin = dataStart !== 0 ? dataStart : view.getUint16(at + endPlace - 2, true) & ~externalBit;
    offsets[row] = at + begin;
    lengths[row] = (stop & ~externalBit) - begin;
    seen |= stop;
  }
  return (seen & externalBit) !== 0;
}

function decodeNumerics(
  vector: NumericVector,
  target: number,
  bytes: Uint8Array,
  view: DataView,
  starts: Int32Array,
  first: number,
  end: number,
  endPlace: number,
  dataStart: number,
): boolean {
  let external = false;
  for (let i = first, row = target; i < end; i++, row++) {
    const at = starts[i] as number;
    const stop = view.getUint16(at + endPlace, true);
    const begin = dataStart !== 0 ? dataStart : view.getUint16(at + endPlace - 2, true) & ~externalBit;
    const length = (stop & ~externalBit) - begin;
    if (stop >= externalBit && length === pointerBytes) external = true;
    else if (length === 0) writeNull(vector, row);
    else decodeNumericInto(vector, row, bytes, at + begin, length);
  }
  return external;
}
