/**
 * Reads columns of many rows into vectors: one tight loop per column over the rows of a run, a run being neighbours of the
 * same layout. Bytes under a null are zero or empty, so that values are read without asking, and nulls in a loop of their own.
 *
 * The rows lie in one arena (copies of leaf pages); values of variable width stay there as byte ranges. Only a column with an
 * external or missing value is gathered into the vector's own arena.
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
import { resetVector, vectorCapacity } from '../types/vector.ts';
import { adoptScale, widenInt64, writeNull, writeNumeric } from '../types/vector-access.ts';
import type { ExternalValues } from './row-encode.ts';
import { pointerBytes } from './row-encode.ts';
import type { LayoutColumn, LayoutSet, RowLayout } from './row-format.ts';
import { absent, ColumnPlace, externalBit, rowFlag, rowHeaderBytes, rowLayoutNumber } from './row-format.ts';
import { ByteWriter } from '../common/byte-writer.ts';

/** External bytes that one batch may bring into memory beyond its first row. */
const externalBytesMax = 16 * 1024 * 1024;

export class RowDecoder {
  readonly #columns: readonly LayoutColumn[];
  readonly #layouts: LayoutSet;
  readonly #requested: readonly number[];
  readonly #vectors: readonly Vector[];
  readonly #externals: ExternalValues;
  readonly #place = new ColumnPlace();
  readonly #spareNulls: Uint8Array[] = [];
  /** Columns of the batch being decoded that do not lie in the arena as a whole. */
  readonly #gathered: Uint8Array;

  /** `vectors[i]` receives column `requested[i]`; there may be more vectors, which are left alone. */
  constructor(
    columns: readonly LayoutColumn[],
    layouts: LayoutSet,
    requested: readonly number[],
    vectors: readonly Vector[],
    externals: ExternalValues,
  ) {
    this.#columns = columns;
    this.#layouts = layouts;
    this.#requested = requested;
    this.#vectors = vectors;
    this.#externals = externals;
    this.#gathered = new Uint8Array(requested.length);
  }

  /**
   * Decodes rows starts[first … first + count) into vector rows 0 …; returns how many, fewer than `count` only if their
   * external values are very large.
   */
  decode(bytes: Uint8Array, view: DataView, starts: Int32Array, first: number, count: number): number {
    this.#reset(bytes);
    if (count === 0) return 0;
    let flags = 0;
    for (let i = first; i < first + count; i++) flags |= view.getUint8((starts[i] as number) + 13);
    const rows = (flags & rowFlag.hasExternal) === 0 ? count : this.#rowsWithin(view, bytes, starts, first, count);
    const end = first + rows;
    const hasNulls = (flags & rowFlag.hasNulls) !== 0;
    for (let runStart = first; runStart < end;) {
      const number = rowLayoutNumber(view, starts[runStart] as number);
      let runEnd = runStart + 1;
      while (runEnd < end && rowLayoutNumber(view, starts[runEnd] as number) === number) runEnd++;
      this.#decodeRun(this.#layouts.get(number), bytes, view, starts, runStart, runEnd, runStart - first, hasNulls);
      runStart = runEnd;
    }
    this.#gatherColumns(bytes, view, starts, first, end);
    return rows;
  }

  #reset(bytes: Uint8Array): void {
    for (let i = 0; i < this.#requested.length; i++) {
      const vector = this.#vectors[i] as Vector;
      if (vector.nulls !== undefined) this.#spareNulls[i] = vector.nulls;
      resetVector(vector);
      if (vector.kind === 'bytes') vector.data = bytes;
      this.#gathered[i] = 0;
    }
  }

  /** How many rows to take so that the external values of the requested columns do not fill the memory. */
  #rowsWithin(view: DataView, bytes: Uint8Array, starts: Int32Array, first: number, count: number): number {
    const place = this.#place;
    let total = 0;
    for (let i = first; i < first + count; i++) {
      const at = starts[i] as number;
      if ((view.getUint8(at + 13) & rowFlag.hasExternal) === 0) continue;
      const layout = this.#layouts.get(rowLayoutNumber(view, at));
      for (const column of this.#requested) {
        place.locate(layout, view, at, column);
        if (place.state === 'external') total += this.#externals.lengthOf(bytes, place.offset);
      }
      if (total > externalBytesMax) return Math.max(1, i - first);
    }
    return count;
  }

  #decodeRun(
    layout: RowLayout,
    bytes: Uint8Array,
    view: DataView,
    starts: Int32Array,
    first: number,
    end: number,
    target: number,
    hasNulls: boolean,
  ): void {
    for (let i = 0; i < this.#requested.length; i++) {
      const column = this.#requested[i] as number;
      const vector = this.#vectors[i] as Vector;
      const place = layout.place[column] ?? absent;
      if (place === absent) {
        this.#decodeMissing(i, column, vector, target, end - first);
        continue;
      }
      if (place >= 0) {
        decodeFixed(vector, target, view, starts, first, end, place, layout.width[column] as number);
      } else if (decodeVariable(vector, target, bytes, view, starts, first, end, layout, column)) {
        this.#gathered[i] = 1;
      }
      if (hasNulls) this.#decodeNulls(i, vector, target, bytes, starts, first, end, layout.nullBit[column] as number);
    }
  }

  #decodeNulls(
    index: number,
    vector: Vector,
    target: number,
    bytes: Uint8Array,
    starts: Int32Array,
    first: number,
    end: number,
    bit: number,
  ): void {
    const offset = rowHeaderBytes + (bit >> 3);
    const mask = 1 << (bit & 7);
    let nulls = vector.nulls;
    for (let i = first, row = target; i < end; i++, row++) {
      if (((bytes[(starts[i] as number) + offset] as number) & mask) === 0) continue;
      nulls ??= this.#makeNulls(index, vector);
      nulls[row] = 1;
    }
  }

  #makeNulls(index: number, vector: Vector): Uint8Array {
    const capacity = vectorCapacity(vector);
    const spare = this.#spareNulls[index];
    const nulls = spare !== undefined && spare.length === capacity ? spare.fill(0) : new Uint8Array(capacity);
    vector.nulls = nulls;
    return nulls;
  }

  /** Rows older than the column. */
  #decodeMissing(index: number, column: number, vector: Vector, target: number, count: number): void {
    const missing = this.#columns[column]?.missingValue ?? null;
    for (let row = target; row < target + count; row++) {
      if (missing === null) writeNull(vector, row);
      else if (vector.kind !== 'bytes') decodeValue(vector, row, missing, 0, missing.length);
    }
    if (missing !== null && vector.kind === 'bytes') this.#gathered[index] = 1;
  }

  #gatherColumns(bytes: Uint8Array, view: DataView, starts: Int32Array, first: number, end: number): void {
    for (let i = 0; i < this.#requested.length; i++) {
      if (this.#gathered[i] === 0) continue;
      const vector = this.#vectors[i] as Vector;
      for (let source = first; source < end; source++) {
        const at = starts[source] as number;
        const layout = this.#layouts.get(rowLayoutNumber(view, at));
        this.#place.locate(layout, view, at, this.#requested[i] as number);
        const missing = this.#columns[this.#requested[i] as number]?.missingValue ?? null;
        readPlace(this.#place, bytes, missing, vector, source - first, this.#externals);
      }
    }
  }
}

/** Decodes one row into row `row` of the vectors, which keep nothing of `bytes`. The point path. */
export function decodeRow(
  columns: readonly LayoutColumn[],
  layout: RowLayout,
  bytes: Uint8Array,
  view: DataView,
  at: number,
  requested: readonly number[],
  vectors: readonly Vector[],
  row: number,
  externals: ExternalValues,
  place: ColumnPlace,
): void {
  for (let i = 0; i < requested.length; i++) {
    const column = requested[i] as number;
    place.locate(layout, view, at, column);
    readPlace(place, bytes, columns[column]?.missingValue ?? null, vectors[i] as Vector, row, externals);
  }
}

const externalScratch = new ByteWriter(256);

function readPlace(
  place: ColumnPlace,
  bytes: Uint8Array,
  missing: Uint8Array | null,
  vector: Vector,
  row: number,
  externals: ExternalValues,
): void {
  switch (place.state) {
    case 'value':
      decodeValue(vector, row, bytes, place.offset, place.length);
      break;
    case 'absent':
      if (missing === null) writeNull(vector, row);
      else decodeValue(vector, row, missing, 0, missing.length);
      break;
    case 'null':
      writeNull(vector, row);
      break;
    case 'external':
      if (vector.kind === 'bytes') {
        const arena = vector.arenaForWrite();
        const start = arena.length;
        externals.load(bytes, place.offset, arena);
        vector.endValue(row, start);
        if (vector.nulls !== undefined) vector.nulls[row] = 0;
      } else {
        externalScratch.reset();
        externals.load(bytes, place.offset, externalScratch);
        decodeValue(vector, row, externalScratch.bytes, 0, externalScratch.length);
      }
      break;
  }
}

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

function decodeFixed(
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
function decodeVariable(
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
