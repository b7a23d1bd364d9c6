/**
 * Reads columns of many rows into vectors: one tight loop per column over the rows of a run, a run being neighbours of the
 * same layout. Bytes under a null are zero or empty, so that values are read without asking, and nulls in a loop of their own.
 *
 * The rows lie in one arena (copies of leaf pages); values of variable width stay there as byte ranges. Only a column with an
 * external or missing value is gathered into the vector's own arena.
 */
import { ByteWriter } from '../common/byte-writer.ts';
import type { Vector } from '../types/vector.ts';
import { resetVector, vectorCapacity } from '../types/vector.ts';
import { writeNull } from '../types/vector-access.ts';
import { decodeFixed, decodeValue, decodeVariable } from './column-decode.ts';
import type { ExternalValues } from './row-encode.ts';
import type { LayoutColumn, LayoutSet, RowLayout } from './row-format.ts';
import { absent, ColumnPlace, rowFlag, rowHeaderBytes, rowLayoutNumber } from './row-format.ts';

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
