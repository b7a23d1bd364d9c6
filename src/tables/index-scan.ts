/**
 * Scan of a secondary index in key order. Entries come from copied leaves; for each the row is fetched by its table key and
 * its visible version taken. If nobody unfinished wrote on the index leaf and nothing on it is marked, a hit is a hit;
 * otherwise the visible version's key is compared with the entry's, whatever the mark says (IDX-1).
 *
 * If all columns wanted can be read from the keys (IDX-5), rows of such clean leaves are not fetched at all.
 */
import { ByteWriter } from '../common/byte-writer.ts';
import { LeafCursor } from '../storage/btree/leaf-cursor.ts';
import { keyLength, keyStart, valueStart } from '../storage/btree/node.ts';
import { compareKeys, searchSlots } from '../storage/btree/node-search.ts';
import { getDeleteMarks, getMaxXid, pageBytes } from '../storage/page.ts';
import type { Snapshot } from '../transaction/transaction.ts';
import { isPageAllVisible, isVisible } from '../transaction/visibility.ts';
import type { KeyRange, ScanRequest, ScanStep, TableScan } from './access-method.ts';
import { IndexOnlyOutput } from './index-only-output.ts';
import { RowImage, type OpenTable } from './open-table.ts';
import { rowFlag, rowFlags, rowLsn, rowXid, writeRowFlags } from './row-format.ts';
import type { ScanBuffer } from './scan-buffer.ts';
import { ScanOutput } from './scan-output.ts';
import { entryKeyBytes, type SecondaryIndex } from './secondary-index.ts';
import { everything } from './table-scan.ts';
import { VersionWalk } from './version-walk.ts';

/** Entries looked at in one call without a row found before it yields. */
const entriesPerCall = 2000;
const stepsPerCall = 2000;

type Look = 'next' | 'full' | 'pause';

export class IndexScan implements TableScan {
  readonly #table: OpenTable;
  readonly #index: SecondaryIndex;
  readonly #snapshot: Snapshot;
  readonly #descending: boolean;
  readonly #buffer: ScanBuffer;
  readonly #output: ScanOutput | IndexOnlyOutput;
  readonly #indexOnly: boolean;
  readonly #leaves: LeafCursor;
  readonly #ranges: readonly KeyRange[];
  #range = 0;
  #isInRange = false;
  /** The leaf being gathered: where its copy lies (-1: none) and which slots are left. */
  #leaf = -1;
  #firstSlot = 0;
  #endSlot = 0;
  #isAllVisible = false;
  #ownWalk: VersionWalk | undefined = undefined;
  #isWalking = false;
  readonly #row = new RowImage();
  #compared: ByteWriter | undefined = undefined;

  constructor(table: OpenTable, index: SecondaryIndex, request: ScanRequest, snapshot: Snapshot) {
    this.#table = table;
    this.#index = index;
    this.#snapshot = snapshot;
    this.#descending = request.descending;
    this.#ranges = request.ranges ?? everything;
    this.#buffer = table.environment.scanBuffers.take();
    this.#leaves = new LeafCursor(index.tree);
    const indexOnly = IndexOnlyOutput.create(table, index, request, this.#buffer);
    this.#indexOnly = indexOnly !== undefined;
    this.#output = indexOnly ?? new ScanOutput(table, request, this.#buffer);
  }

  get #walk(): VersionWalk {
    return (this.#ownWalk ??= new VersionWalk(this.#table.environment.log));
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
    let entries = entriesPerCall;
    try {
      while (entries > 0 && buffer.count < rowsMax && !buffer.isFull) {
        if (this.#leaf < 0 && !this.#nextLeaf()) return buffer.count > 0 ? 'rows' : 'end';
        const before = this.#endSlot - this.#firstSlot;
        const look = this.#takeSome(rowsMax);
        entries -= before - (this.#endSlot - this.#firstSlot);
        if (look !== 'next') break;
      }
    } finally {
      this.#leaves.release();
    }
    return buffer.count > 0 ? 'rows' : 'yield';
  }

  // ---- leaves of the index

  #nextLeaf(): boolean {
    while (this.#range < this.#ranges.length) {
      const range = this.#ranges[this.#range] as KeyRange;
      this.#isInRange = (this.#isInRange ? this.#leaves.next() : this.#seek(range)) && this.#copyLeaf(range);
      if (this.#isInRange) return true;
      this.#range++;
    }
    return false;
  }

  #seek(range: KeyRange): boolean {
    const { low, high } = range;
    if (this.#descending) {
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
    const bound = this.#descending ? range.low : range.high;
    if (bound !== undefined) {
      const found = searchSlots(bytes, view, base, 0, bound, 0, bound.length);
      const slot = found >= 0 ? found : ~found;
      if (this.#descending) this.#firstSlot = Math.max(firstSlot, slot);
      else this.#endSlot = Math.min(endSlot, slot);
    }
    if (this.#firstSlot >= this.#endSlot) return false;
    this.#isAllVisible = isPageAllVisible(getMaxXid(view, base), getDeleteMarks(view, base), this.#snapshot);
    this.#leaf = this.#buffer.addLeaf(bytes, base);
    return true;
  }

  // ---- entries

  #takeSome(rowsMax: number): Look {
    const { view } = this.#buffer;
    while (this.#firstSlot < this.#endSlot) {
      if (this.#buffer.count >= rowsMax) return 'full';
      const slot = this.#descending ? this.#endSlot - 1 : this.#firstSlot;
      const look = this.#look(
        keyStart(view, this.#leaf, slot),
        keyLength(view, this.#leaf, slot),
        valueStart(view, this.#leaf, slot),
      );
      if (look !== 'next') return look;
      if (this.#descending) this.#endSlot--;
      else this.#firstSlot++;
    }
    this.#leaf = -1;
    return 'next';
  }

  #look(entry: number, entryBytes: number, value: number): Look {
    const buffer = this.#buffer;
    if (this.#isAllVisible && this.#indexOnly) {
      buffer.add(-1, entry, entryBytes);
      return 'next';
    }
    const keyBytes = entryKeyBytes(buffer.view, value);
    if (!this.#isWalking) return this.#fetch(entry, entryBytes, keyBytes);
    return this.#goBack(entry, entryBytes, keyBytes);
  }

  /** Looks the row up by the table key at the end of the entry. */
  #fetch(entry: number, entryBytes: number, keyBytes: number): Look {
    const { pool } = this.#table.environment;
    const { tree } = this.#table;
    const { bytes } = this.#buffer;
    const frame = tree.pinLeaf(bytes, entry + keyBytes, entry + entryBytes);
    try {
      const base = frame * pageBytes;
      const slot = searchSlots(pool.bytes, pool.view, base, 0, bytes, entry + keyBytes, entry + entryBytes);
      if (slot < 0) return 'next';
      const at = valueStart(pool.view, base, slot);
      const end = at + pool.view.getUint16(keyStart(pool.view, base, slot) - 2, true);
      if (isVisible(rowXid(pool.view, at), rowLsn(pool.view, at), this.#snapshot)) {
        if ((rowFlags(pool.view, at) & rowFlag.deleted) !== 0) return 'next';
        return this.#take(pool.bytes, pool.view, at, end, entry, entryBytes, keyBytes);
      }
      this.#walk.begin(pool.bytes, at, end);
    } finally {
      pool.unpin(frame);
    }
    return this.#goBack(entry, entryBytes, keyBytes);
  }

  #goBack(entry: number, entryBytes: number, keyBytes: number): Look {
    const found = this.#walk.findVisible(this.#snapshot, stepsPerCall);
    this.#isWalking = found === 'more';
    if (found === 'more') return 'pause';
    if (found === 'none') return 'next';
    const { image } = this.#walk;
    return this.#take(image.bytes, image.view, 0, image.length, entry, entryBytes, keyBytes);
  }

  #take(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    end: number,
    entry: number,
    entryBytes: number,
    keyBytes: number,
  ): Look {
    const buffer = this.#buffer;
    const row = this.#row.open(this.#table, bytes, view, at, end);
    if (!this.#isAllVisible && !this.#hasEntryKey(row, entry, keyBytes)) return 'next';
    const start = buffer.addImage(row.bytes, row.at, row.end);
    if (start < 0) return 'full';
    writeRowFlags(buffer.view, start, rowFlags(buffer.view, start) & ~rowFlag.wide);
    if (this.#indexOnly) buffer.add(start, entry, entryBytes);
    else buffer.add(start, entry + keyBytes, entryBytes - keyBytes);
    return 'next';
  }

  #hasEntryKey(row: RowImage, entry: number, keyBytes: number): boolean {
    const compared = (this.#compared ??= new ByteWriter(64));
    compared.reset();
    this.#index.keys.encode(row.layout, row.bytes, row.view, row.at, compared);
    return compareKeys(compared.bytes, 0, compared.length, this.#buffer.bytes, entry, entry + keyBytes) === 0;
  }
}
