/**
 * Makes row images (row-format.ts) from the columns of a batch. Values longer than about a quarter of a page become external
 * as they are met; if the row is still too long, its longest values follow, longest first; if that is not enough, it
 * becomes wide. External values are stored through `ExternalValues`, which overflow.ts implements.
 */
import { ByteWriter } from '../common/byte-writer.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { entryBytesMax } from '../storage/btree/node.ts';
import { InvariantError } from '../common/assert.ts';
import { Numeric } from '../types/datum.ts';
import { encodeSmall, encodeStoredNumeric } from '../types/numeric-bytes.ts';
import type { NumericVector, Vector } from '../types/vector.ts';
import { isNull } from '../types/vector.ts';
import type { RowSource, StoredColumn } from './access-method.ts';
import type { RowLayout } from './row-format.ts';
import { ColumnPlace, externalBit, rowFlag, rowHeaderBytes } from './row-format.ts';

/** Bytes of an overflow pointer in a row. */
export const pointerBytes = 16;
/** Values longer than this always go to overflow: about a quarter of a page. */
export const inlineBytesMax = 2000;
/** Longest image left in a page: with a clustering key of keyBytesMax it is an entry of the longest kind (TREE-9). */
export const rowBytesMax = 2400;
export const clusterKeyBytesMax = entryBytesMax - rowBytesMax;
/** End offsets have 15 bits. */
const imageBytesMax = 0x7fff;

/** Where long values go. Both append to `out`: `store` a pointer, `load` the value. */
export interface ExternalValues {
  store(data: Uint8Array, offset: number, length: number, out: ByteWriter): void;
  load(data: Uint8Array, pointerOffset: number, out: ByteWriter): void;
  /** Bytes of the value behind a pointer. */
  lengthOf(data: Uint8Array, pointerOffset: number): number;
  /** Whether the external value equals data[offset, offset + length). */
  equals(pointer: Uint8Array, pointerOffset: number, data: Uint8Array, offset: number, length: number): boolean;
}

/** A stored row an update starts from: the image at bytes[at …] of `layout`, already opened if it was wide. */
export interface OldRow {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly at: number;
  readonly layout: RowLayout;
}

export class RowEncoder {
  readonly layout: RowLayout;
  readonly #columns: readonly StoredColumn[];
  readonly #externals: ExternalValues;
  readonly #place = new ColumnPlace();
  /** Per variable column of the row being made: end in the image, and whether a pointer stands there. */
  readonly #ends: Int32Array;
  readonly #external: Uint8Array;
  #flags = 0;
  #copiesExternals = false;

  constructor(layout: RowLayout, columns: readonly StoredColumn[], externals: ExternalValues) {
    this.layout = layout;
    this.#columns = columns;
    this.#externals = externals;
    this.#ends = new Int32Array(layout.variableCount);
    this.#external = new Uint8Array(layout.variableCount);
  }

  /**
   * Appends the image of row `row` to `out`, with xid and lsn 0. With `old`, columns that `assigned` does not list are
   * taken from there, and unchanged external values keep their place in overflow, unless `copiesExternals`.
   */
  encode(
    source: RowSource,
    row: number,
    out: ByteWriter,
    old: OldRow | undefined,
    assigned: Uint8Array | undefined,
    copiesExternals: boolean = false,
  ): void {
    this.#copiesExternals = copiesExternals;
    const { layout } = this;
    const start = out.reserve(layout.dataStart);
    clear(out.bytes, start, start + layout.dataStart);
    out.length = start + layout.dataStart;
    this.#flags = 0;
    this.#external.fill(0);
    for (const column of layout.columns) {
      const vector = source.columns[column];
      if (old !== undefined && (assigned === undefined ? false : assigned[column] !== 1)) {
        this.#copyOld(old, column, start, out);
      } else if (vector === undefined || isNull(vector, row)) {
        this.#setNull(column, start, out);
      } else {
        this.#encodeValue(vector, row, column, start, out, old);
      }
    }
    if (out.length - start > rowBytesMax) this.#shrink(start, out);
    this.#finish(start, out);
    if (out.length - start > rowBytesMax) this.#makeWide(start, out);
  }

  #setNull(column: number, start: number, out: ByteWriter): void {
    const bit = this.layout.nullBit[column] as number;
    const at = start + rowHeaderBytes + (bit >> 3);
    out.bytes[at] = (out.bytes[at] as number) | (1 << (bit & 7));
    this.#flags |= rowFlag.hasNulls;
    const place = this.layout.place[column] as number;
    if (place < 0) this.#ends[-1 - place] = out.length - start;
  }

  #encodeValue(
    vector: Vector,
    row: number,
    column: number,
    start: number,
    out: ByteWriter,
    old: OldRow | undefined,
  ): void {
    const place = this.layout.place[column] as number;
    const width = this.layout.width[column] as number;
    if (place >= 0) {
      writeFixed(vector, row, width, out.bytes, out.view, start + place);
      return;
    }
    const variable = -1 - place;
    if (width > 0) {
      const at = out.reserve(width);
      out.length = at + width;
      writeFixed(vector, row, width, out.bytes, out.view, at);
    } else if (vector.kind === 'bytes') {
      const offset = vector.offsets[row] as number;
      const length = vector.lengths[row] as number;
      if (old !== undefined && this.#keepExternal(old, column, vector.data, offset, length, out)) {
        this.#external[variable] = 1;
      } else if (length > inlineBytesMax) {
        this.#store(variable, vector.data, offset, length, out);
      } else {
        out.copy(vector.data, offset, offset + length);
      }
    } else if (vector.kind === 'numeric') {
      const before = out.length;
      writeNumericValue(vector, row, out);
      if (out.length - before > inlineBytesMax) {
        const value = Buffer.from(out.bytes.subarray(before, out.length));
        out.length = before;
        this.#store(variable, value, 0, value.length, out);
      }
    } else {
      throw new InvariantError(`ROW-1: column ${column} of variable width in a vector of kind ${vector.kind}`);
    }
    this.#ends[variable] = out.length - start;
  }

  #store(variable: number, data: Uint8Array, offset: number, length: number, out: ByteWriter): void {
    this.#externals.store(data, offset, length, out);
    this.#external[variable] = 1;
    this.#flags |= rowFlag.hasExternal;
  }

  /** If the old row has the very same long value, its pointer is copied instead of storing the value once more. */
  #keepExternal(
    old: OldRow,
    column: number,
    data: Uint8Array,
    offset: number,
    length: number,
    out: ByteWriter,
  ): boolean {
    if (this.#copiesExternals) return false;
    const place = this.#place;
    place.locate(old.layout, old.view, old.at, column);
    if (place.state !== 'external' || !this.#externals.equals(old.bytes, place.offset, data, offset, length))
      return false;
    out.copy(old.bytes, place.offset, place.offset + pointerBytes);
    this.#flags |= rowFlag.hasExternal;
    return true;
  }

  #copyOld(old: OldRow, column: number, start: number, out: ByteWriter): void {
    const place = this.#place;
    place.locate(old.layout, old.view, old.at, column);
    let bytes = old.bytes;
    let offset = place.offset;
    let length = place.length;
    if (place.state === 'absent') {
      const missing = this.#columns[column]?.missingValue ?? null;
      if (missing === null) {
        this.#setNull(column, start, out);
        return;
      }
      bytes = missing;
      offset = 0;
      length = missing.length;
    } else if (place.state === 'null') {
      this.#setNull(column, start, out);
      return;
    }
    const target = this.layout.place[column] as number;
    if (target >= 0) {
      for (let i = 0; i < length; i++) out.bytes[start + target + i] = bytes[offset + i] as number;
      return;
    }
    const variable = -1 - target;
    if (place.state === 'external' && this.#copiesExternals) {
      const value = new ByteWriter(this.#externals.lengthOf(bytes, offset));
      this.#externals.load(bytes, offset, value);
      this.#store(variable, value.bytes, 0, value.length, out);
    } else if (place.state === 'external') {
      this.#external[variable] = 1;
      this.#flags |= rowFlag.hasExternal;
      out.copy(bytes, offset, offset + length);
    } else if (length > inlineBytesMax) {
      this.#store(variable, bytes, offset, length, out);
    } else {
      out.copy(bytes, offset, offset + length);
    }
    this.#ends[variable] = out.length - start;
  }

  /** Moves the longest inline values to overflow until the row fits or only short ones are left. */
  #shrink(start: number, out: ByteWriter): void {
    for (;;) {
      let longest = -1;
      let longestBytes = 2 * pointerBytes;
      for (let variable = 0; variable < this.#ends.length; variable++) {
        const length = this.#lengthOf(variable);
        if (this.#external[variable] === 0 && length > longestBytes) {
          longest = variable;
          longestBytes = length;
        }
      }
      if (longest < 0 || out.length - start <= rowBytesMax) return;
      this.#moveOut(longest, longestBytes, start, out);
    }
  }

  #lengthOf(variable: number): number {
    const from = variable === 0 ? this.layout.dataStart : (this.#ends[variable - 1] as number);
    return (this.#ends[variable] as number) - from;
  }

  #moveOut(variable: number, length: number, start: number, out: ByteWriter): void {
    const end = this.#ends[variable] as number;
    const value = Buffer.from(out.bytes.subarray(start + end - length, start + end));
    const tail = Buffer.from(out.bytes.subarray(start + end, out.length));
    out.length = start + end - length;
    this.#store(variable, value, 0, length, out);
    out.copy(tail);
    const saved = length - pointerBytes;
    for (let later = variable; later < this.#ends.length; later++)
      this.#ends[later] = (this.#ends[later] as number) - saved;
  }

  #finish(start: number, out: ByteWriter): void {
    const { layout } = this;
    if (out.length - start > imageBytesMax) throw rowTooBig(out.length - start);
    for (let variable = 0; variable < this.#ends.length; variable++) {
      const end = this.#ends[variable] as number;
      const bit = this.#external[variable] === 1 ? externalBit : 0;
      out.view.setUint16(start + layout.endsStart + 2 * variable, end | bit, true);
    }
    out.view.setUint8(start + 13, this.#flags);
    out.view.setUint16(start + 14, layout.number, true);
  }

  #makeWide(start: number, out: ByteWriter): void {
    const body = Buffer.from(out.bytes.subarray(start + rowHeaderBytes, out.length));
    out.length = start + rowHeaderBytes;
    this.#externals.store(body, 0, body.length, out);
    out.view.setUint8(start + 13, this.#flags | rowFlag.wide);
  }
}

/** For short stretches a loop beats the call into `fill`. */
function clear(bytes: Uint8Array, start: number, end: number): void {
  if (end - start > 128) bytes.fill(0, start, end);
  else for (let i = start; i < end; i++) bytes[i] = 0;
}

function rowTooBig(bytes: number): SqlError {
  return new SqlError(sqlState.programLimitExceeded, `row is too big: size ${bytes}, maximum size ${imageBytesMax}`);
}

function writeNumericValue(vector: NumericVector, row: number, out: ByteWriter): void {
  if (vector.wide !== undefined) encodeStoredNumeric(vector.wide[row] as Numeric, out);
  else if (vector.scale < 256) encodeSmall(vector.values[row] as number, vector.scale, out);
  else encodeStoredNumeric(new Numeric(vector.values[row] as number, vector.scale), out);
}

/** Writes the stored form of a fixed-width value. */
function writeFixed(vector: Vector, row: number, width: number, bytes: Uint8Array, view: DataView, at: number): void {
  switch (vector.kind) {
    case 'int32':
      if (width === 4) view.setInt32(at, vector.values[row] as number, true);
      else view.setInt16(at, vector.values[row] as number, true);
      return;
    case 'int64':
      if (vector.wide !== undefined) view.setBigInt64(at, vector.wide[row] as bigint, true);
      else writeNarrowInteger(view, at, width, vector.values[row] as number);
      return;
    case 'float64':
      if (width === 8) view.setFloat64(at, vector.values[row] as number, true);
      else view.setFloat32(at, vector.values[row] as number, true);
      return;
    case 'bool':
      bytes[at] = vector.values[row] as number;
      return;
    case 'bytes': {
      const offset = vector.offsets[row] as number;
      for (let i = 0; i < width; i++) bytes[at + i] = vector.data[offset + i] as number;
      return;
    }
    case 'numeric':
      throw new InvariantError('ROW-1: numeric has no fixed width');
  }
}

/** Two's complement of a safe integer; 4 bytes for the unsigned types. */
function writeNarrowInteger(view: DataView, at: number, width: number, value: number): void {
  view.setUint32(at, value, true);
  if (width === 8) view.setInt32(at + 4, Math.floor(value / 0x1_0000_0000), true);
}
