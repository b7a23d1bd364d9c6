/**
 * Scan of a table in the order of its tree. Each leaf is copied once; if nobody unfinished wrote on it and nothing on it is
 * deleted its rows are taken without a look (MVCC-4), otherwise one by one, older versions being rebuilt from the log. Rows are
 * gathered over several leaves and then decoded column by column.
 */
import type { Lsn } from '../common/ids.ts';
import { LeafCursor } from '../storage/btree/leaf-cursor.ts';
import {
  cellHeaderBytes,
  cellStart,
  keyLength,
  slotBytes,
  slotCell,
  slotKeyLength,
  slotsOffset,
} from '../storage/btree/node.ts';
import { searchSlots } from '../storage/btree/node-search.ts';
import { getDeleteMarks, getMaxXid } from '../storage/page.ts';
import type { Snapshot } from '../transaction/transaction.ts';
import { isPageAllVisible, isVisible } from '../transaction/visibility.ts';
import type { KeyRange, ScanRequest, ScanStep, TableScan } from './access-method.ts';
import { RowImage, type OpenTable } from './open-table.ts';
import { rowFlag, rowFlags, rowLsn, rowXid, writeRowFlags } from './row-format.ts';
import type { ScanBuffer } from './scan-buffer.ts';
import { ScanOutput } from './scan-output.ts';
import { VersionWalk } from './version-walk.ts';

export const everything: readonly KeyRange[] = [{ low: undefined, high: undefined }];
/** Leaves looked at, and versions walked, in one call before it yields. */
const leavesPerCall = 128;
const stepsPerCall = 2000;

/** So many rows of a leaf are copied one by one rather than with their page. */
const fewSlots = 8;

/** What became of looking at one row. 'full': hand out what there is first. 'pause': the walk to its version takes long. */
type Look = 'next' | 'full' | 'pause';

export class ClusteredScan implements TableScan {
  readonly #table: OpenTable;
  readonly #request: ScanRequest;
  readonly #snapshot: Snapshot;
  readonly #buffer: ScanBuffer;
  readonly #output: ScanOutput;
  readonly #leaves: LeafCursor;
  readonly #ranges: readonly KeyRange[];
  /** Range under way, and whether its first leaf has been looked for. */
  #range = 0;
  #isInRange = false;
  /** The leaf being gathered: where its copy lies (-1: none) and which slots are left. */
  #leaf = -1;
  #firstSlot = 0;
  #endSlot = 0;
  #isAllVisible = false;
  #walk: VersionWalk | undefined = undefined;
  #isWalking = false;
  readonly #wide = new RowImage();

  constructor(table: OpenTable, request: ScanRequest, snapshot: Snapshot) {
    this.#table = table;
    this.#request = request;
    this.#snapshot = snapshot;
    this.#buffer = table.environment.scanBuffers.take();
    this.#output = new ScanOutput(table, request, this.#buffer);
    this.#leaves = new LeafCursor(table.tree);
    this.#ranges = request.ranges ?? everything;
  }

  get vectors(): ScanOutput['vectors'] {
    return this.#output.vectors;
  }

  get rowCount(): number {
    return this.#output.rowCount;
  }

  next(rowsMax: number): ScanStep {
    const buffer = this.#buffer;
    if (buffer.delivered === buffer.count) {
      const step = this.#gather(rowsMax);
      if (step !== 'rows') return step;
    }
    this.#output.deliver(rowsMax);
    return 'rows';
  }

  close(): void {
    this.#leaves.release();
    this.#output.close();
  }

  #gather(rowsMax: number): ScanStep {
    const buffer = this.#buffer;
    if (this.#leaf >= 0) this.#leaf = buffer.keepLeaf(this.#leaf);
    else buffer.clear();
    try {
      for (let leaves = 0; leaves < leavesPerCall; leaves++) {
        if (this.#leaf < 0 && !this.#nextLeaf()) return buffer.count > 0 ? 'rows' : 'end';
        if (this.#leaf >= 0 && this.#isAllVisible) this.#takeAll();
        if (this.#leaf >= 0 && this.#takeSome() === 'pause') return buffer.count > 0 ? 'rows' : 'yield';
        if (this.#leaf >= 0 || buffer.isFull || buffer.count >= rowsMax) break;
      }
    } finally {
      this.#leaves.release();
    }
    return buffer.count > 0 ? 'rows' : 'yield';
  }

  // ---- leaves

  /** Copies the next leaf that has slots of the range under way, or of the ranges after it. */
  #nextLeaf(): boolean {
    while (this.#range < this.#ranges.length) {
      const range = this.#ranges[this.#range] as KeyRange;
      const found = this.#isInRange ? this.#leaves.next() : this.#seek(range);
      this.#isInRange = found;
      if (!found || !this.#copyLeaf(range)) {
        this.#isInRange = false;
        this.#range++;
        continue;
      }
      return true;
    }
    return false;
  }

  #seek(range: KeyRange): boolean {
    const { low, high } = range;
    if (this.#request.descending) {
      return high === undefined ? this.#leaves.seekToEnd() : this.#leaves.seekBackward(high, 0, high.length);
    }
    return low === undefined ? this.#leaves.seekToStart() : this.#leaves.seekForward(low, 0, low.length);
  }

  /** False if the range ends before the leaf's slots. */
  #copyLeaf(range: KeyRange): boolean {
    const { bytes, view } = this.#table.environment.pool;
    const { base, firstSlot, endSlot } = this.#leaves;
    this.#firstSlot = firstSlot;
    this.#endSlot = endSlot;
    const bound = this.#request.descending ? range.low : range.high;
    if (bound !== undefined) {
      const found = searchSlots(bytes, view, base, 0, bound, 0, bound.length);
      const slot = found >= 0 ? found : ~found;
      if (this.#request.descending) this.#firstSlot = Math.max(firstSlot, slot);
      else this.#endSlot = Math.min(endSlot, slot);
    }
    if (this.#firstSlot >= this.#endSlot) return false;
    this.#isAllVisible =
      isPageAllVisible(getMaxXid(view, base), getDeleteMarks(view, base), this.#snapshot) && !this.#table.mayBeWide;
    if (this.#isAllVisible && this.#endSlot - this.#firstSlot <= fewSlots) this.#takeFew(base);
    else this.#leaf = this.#buffer.addLeaf(bytes, base);
    return true;
  }

  // ---- rows

  /** Rows as they stand, so few of the leaf at `base` that they are copied one by one. */
  #takeFew(base: number): void {
    const buffer = this.#buffer;
    const { bytes, view } = this.#table.environment.pool;
    const { descending } = this.#request;
    for (let i = 0; i < this.#endSlot - this.#firstSlot; i++) {
      const slot = descending ? this.#endSlot - 1 - i : this.#firstSlot + i;
      const cell = cellStart(view, base, slot);
      const keyAt = cell + cellHeaderBytes;
      const keyBytes = keyLength(view, base, slot);
      const at = buffer.addImage(bytes, keyAt, keyAt + keyBytes + view.getUint16(cell, true));
      buffer.add(at + keyBytes, at, keyBytes);
    }
  }

  /** Every row of the leaf as it stands. */
  #takeAll(): void {
    const { view, starts, keyStarts, keyLengths } = this.#buffer;
    const leaf = this.#leaf;
    const slots = leaf + slotsOffset;
    let row = this.#buffer.count;
    const step = this.#request.descending ? -1 : 1;
    let slot = this.#request.descending ? this.#endSlot - 1 : this.#firstSlot;
    for (let left = this.#endSlot - this.#firstSlot; left > 0; left--, slot += step, row++) {
      const at = slots + slot * slotBytes;
      const keyAt = leaf + view.getUint16(at + slotCell, true) + cellHeaderBytes;
      const keyBytes = view.getUint16(at + slotKeyLength, true);
      keyStarts[row] = keyAt;
      keyLengths[row] = keyBytes;
      starts[row] = keyAt + keyBytes;
    }
    this.#buffer.count = row;
    this.#leaf = -1;
  }

  /** Row by row, until the leaf is done or the look at one says otherwise. */
  #takeSome(): Look {
    const { view } = this.#buffer;
    while (this.#firstSlot < this.#endSlot) {
      const slot = this.#request.descending ? this.#endSlot - 1 : this.#firstSlot;
      const at = this.#leaf + slotsOffset + slot * slotBytes;
      const cell = this.#leaf + view.getUint16(at + slotCell, true);
      const keyBytes = view.getUint16(at + slotKeyLength, true);
      const look = this.#look(cell, keyBytes);
      if (look !== 'next') return look;
      if (this.#request.descending) this.#endSlot--;
      else this.#firstSlot++;
    }
    this.#leaf = -1;
    return 'next';
  }

  #look(cell: number, keyBytes: number): Look {
    const { view, bytes } = this.#buffer;
    const keyStart = cell + cellHeaderBytes;
    const at = keyStart + keyBytes;
    const end = at + view.getUint16(cell, true);
    if (!this.#isWalking && isVisible(rowXid(view, at), rowLsn(view, at) satisfies Lsn, this.#snapshot)) {
      if ((rowFlags(view, at) & rowFlag.deleted) !== 0) return 'next';
      return this.#take(bytes, view, at, end, true, keyStart, keyBytes);
    }
    const walk = (this.#walk ??= new VersionWalk(this.#table.environment.log));
    if (!this.#isWalking) walk.begin(bytes, at, end);
    const found = walk.findVisible(this.#snapshot, stepsPerCall);
    this.#isWalking = found === 'more';
    if (found === 'more') return 'pause';
    if (found === 'none') return 'next';
    const { image } = walk;
    const look = this.#take(image.bytes, image.view, 0, image.length, false, keyStart, keyBytes);
    return look;
  }

  /** `isInArena`: the image lies in the copied leaf already. */
  #take(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    end: number,
    isInArena: boolean,
    keyStart: number,
    keyBytes: number,
  ): Look {
    const buffer = this.#buffer;
    let start = at;
    if ((rowFlags(view, at) & rowFlag.wide) !== 0) {
      const row = this.#wide.open(this.#table, bytes, view, at, end);
      writeRowFlags(row.view, row.at, rowFlags(row.view, row.at) & ~rowFlag.wide);
      start = buffer.addImage(row.bytes, row.at, row.end);
    } else if (!isInArena) {
      start = buffer.addImage(bytes, at, end);
    }
    if (start < 0) return 'full';
    buffer.add(start, keyStart, keyBytes);
    return 'next';
  }
}
