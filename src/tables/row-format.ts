/**
 * The stored form of a row: where each column lies, and reading and writing of the header.
 *
 *   OFFSET  SIZE  DESCRIPTION
 *   0       6     xid of the last writer                                   (MVCC-1)
 *   6       7     lsn of the log record of that change
 *   13      1     flags, see rowFlag
 *   14      2     layout number: which columns the row has
 *   16      n     null bitmap, one bit per column of the layout, 1 = null
 *           f     fixed-width columns at constant offsets; zero bytes under a null
 *           2v    end offset of each variable column, counted from byte 0 of the image; bit 15: the value is external
 *                 (an overflow pointer, overflow.ts, stands in its place)
 *                 the bytes of the variable columns
 *
 * Any column is found in O(1). All integers are little-endian. A *layout* is the set of columns rows had at one time:
 * ADD COLUMN and DROP COLUMN only make a new layout, old rows stay as they are and answer for columns they do not have with
 * the column's missing value. A layout number is never given to another set of columns (LOG-5).
 *
 * Fixed-width columns beyond the first `fixedBytesMax` bytes are stored as variable ones, so that a table of 1,600 int8
 * columns does not pay 12.8 KB for a row of NULLs. A row that is too long for a page even after its long values moved to
 * overflow is *wide*: everything after the header is itself one overflow value.
 */
import type { Lsn, Xid } from '../common/ids.ts';
import type { StoredColumn } from './access-method.ts';

export const rowHeaderBytes = 16;

export const rowFlag = {
  /** The row is deleted as of its xid; it stays until no snapshot needs it (MVCC-1). */
  deleted: 1,
  /** Its last writer changed a key column or deleted it: conflicts with KEY SHARE; sticky per xid (IDX-7). */
  keyChanged: 2,
  /** At least one bit of the null bitmap is set. */
  hasNulls: 4,
  /** At least one variable column is external. */
  hasExternal: 8,
  /** After the header follows one overflow pointer, to the rest of the image. */
  wide: 16,
} as const;

/** A layout number no row has: a column that was not dropped was "dropped in" this one. */
export const noLayout = 0xffff;

const fixedBytesMax = 1024;
export const externalBit = 0x8000;

/** A column with the layouts that have it: added ≤ layout < dropped. */
export interface LayoutColumn extends StoredColumn {
  readonly addedIn: number;
  readonly droppedIn: number;
}

const two32 = 0x1_0000_0000;

export function rowXid(view: DataView, at: number): Xid {
  return (view.getUint32(at, true) + view.getUint16(at + 4, true) * two32) as Xid;
}

export function rowLsn(view: DataView, at: number): Lsn {
  return (view.getUint32(at + 6, true) + (view.getUint32(at + 10, true) & 0xffffff) * two32) as Lsn;
}

export function rowFlags(view: DataView, at: number): number {
  return view.getUint8(at + 13);
}

export function rowLayoutNumber(view: DataView, at: number): number {
  return view.getUint16(at + 14, true);
}

/** Flags in bits 0–7, layout in bits 8–23: one read tells whether a row needs any special care. */
export function rowFlagsAndLayout(view: DataView, at: number): number {
  return view.getUint32(at + 12, true) >>> 8;
}

export function writeRowVersion(view: DataView, at: number, xid: Xid, lsn: Lsn): void {
  view.setUint32(at, xid % two32, true);
  view.setUint16(at + 4, Math.floor(xid / two32), true);
  const high = Math.floor(lsn / two32);
  view.setUint32(at + 6, lsn % two32, true);
  view.setUint16(at + 10, high & 0xffff, true);
  view.setUint8(at + 12, high >>> 16);
}

export function writeRowFlags(view: DataView, at: number, flags: number): void {
  view.setUint8(at + 13, flags);
}

/** Where `RowLayout.place` says a column is not part of the layout. */
export const absent = -0x8000;

/** The geometry of all rows with one layout number. Columns are addressed by storage number. */
export class RowLayout {
  readonly number: number;
  /** Storage numbers of the columns present, ascending. */
  readonly columns: readonly number[];
  /**
   * Per storage number: ≥ 0 the offset of a fixed column in the image; < 0 variable column number -1 - place;
   * `absent` when rows of this layout do not have it.
   */
  readonly place: Int32Array;
  /** Per storage number: stored bytes; 0 for types of variable width. */
  readonly width: Int32Array;
  /** Per storage number: number of its bit in the null bitmap. */
  readonly nullBit: Int32Array;
  readonly fixedStart: number;
  /** Offset of the end offsets of the variable columns. */
  readonly endsStart: number;
  readonly variableCount: number;
  /** Offset of the first variable byte, which is the size of a row whose variable columns are empty. */
  readonly dataStart: number;

  constructor(number: number, columns: readonly LayoutColumn[]) {
    this.number = number;
    this.place = new Int32Array(columns.length).fill(absent);
    this.width = new Int32Array(columns.length);
    this.nullBit = new Int32Array(columns.length);
    const present: number[] = [];
    columns.forEach((column, storageNumber) => {
      if (column.addedIn <= number && number < column.droppedIn) present.push(storageNumber);
    });
    this.columns = present;
    this.fixedStart = rowHeaderBytes + Math.ceil(present.length / 8);
    let fixedBytes = 0;
    let variable = 0;
    present.forEach((storageNumber, bit) => {
      const width = (columns[storageNumber] as LayoutColumn).storedBytes;
      this.nullBit[storageNumber] = bit;
      this.width[storageNumber] = width;
      if (width > 0 && fixedBytes + width <= fixedBytesMax) {
        this.place[storageNumber] = this.fixedStart + fixedBytes;
        fixedBytes += width;
      } else {
        this.place[storageNumber] = -1 - variable++;
      }
    });
    this.endsStart = this.fixedStart + fixedBytes;
    this.variableCount = variable;
    this.dataStart = this.endsStart + 2 * variable;
  }
}

/** All layouts a table ever had, made when first met. */
export class LayoutSet {
  readonly #columns: readonly LayoutColumn[];
  readonly #layouts: (RowLayout | undefined)[] = [];

  constructor(columns: readonly LayoutColumn[]) {
    this.#columns = columns;
  }

  get(number: number): RowLayout {
    return (this.#layouts[number] ??= new RowLayout(number, this.#columns));
  }
}

/**
 * Where one column of one row lies. `locate` fills it; one object is reused for all rows.
 * state: 'value' bytes[offset, offset + length); 'external': those bytes are an overflow pointer; 'absent': the row is older
 * than the column.
 */
export class ColumnPlace {
  state: 'value' | 'null' | 'external' | 'absent' = 'null';
  offset = 0;
  length = 0;

  /** `at` is where the row's image begins in `view`. */
  locate(layout: RowLayout, view: DataView, at: number, column: number): void {
    const place = layout.place[column];
    if (place === undefined || place === absent) {
      this.state = 'absent';
      return;
    }
    const bit = layout.nullBit[column] as number;
    if ((view.getUint8(at + rowHeaderBytes + (bit >> 3)) & (1 << (bit & 7))) !== 0) {
      this.state = 'null';
      return;
    }
    if (place >= 0) {
      this.state = 'value';
      this.offset = at + place;
      this.length = layout.width[column] as number;
      return;
    }
    const variable = -1 - place;
    const endAt = at + layout.endsStart + 2 * variable;
    const end = view.getUint16(endAt, true);
    const start = variable === 0 ? layout.dataStart : view.getUint16(endAt - 2, true) & ~externalBit;
    this.state = (end & externalBit) === 0 ? 'value' : 'external';
    this.offset = at + start;
    this.length = (end & ~externalBit) - start;
  }
}
