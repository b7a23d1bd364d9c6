/**
 * Building an index over the rows there are: gather the entries of all versions that somebody may still see, sort them, fill
 * the tree bottom-up. So the new index serves every snapshot there is, also those older than itself (IDX-4): keys that only
 * older versions have get marked entries, which purge of the build's record clears away.
 *
 * The build is one log record, written when it is complete; replay does it again on the same table (LOG-8). The caller keeps
 * writers out; readers, purge and checkpoints may come between the steps.
 */
import { ByteWriter } from '../common/byte-writer.ts';
import type { Xid } from '../common/ids.ts';
import { BulkBuilder } from '../storage/btree/bulk-build.ts';
import { LeafCursor } from '../storage/btree/leaf-cursor.ts';
import { keyLength, keyStart, valueStart } from '../storage/btree/node.ts';
import { compareKeys } from '../storage/btree/node-search.ts';
import { getDeleteMarks, getMaxXid } from '../storage/page.ts';
import { copyOf } from './copy-of.ts';
import { RowImage, type OpenTable } from './open-table.ts';
import { rowFlag, rowFlags } from './row-format.ts';
import { EntrySorter, sortedFlag, type SortedEntries } from './entry-sorter.ts';
import {
  entryTooLong,
  entryValue,
  indexEntryBytesMax,
  indexValueBytes,
  type SecondaryIndex,
} from './secondary-index.ts';
import { VersionWalk } from './version-walk.ts';

const rowsPerStep = 2000;
const entriesPerStep = 4000;
const sortMemoryMax = 64 * 1024 * 1024;

/** 'unique': two live rows have the key that `conflictKey` then holds. */
export type FillStep = 'yield' | 'done' | 'unique';

export class IndexFill {
  readonly #table: OpenTable;
  readonly #index: SecondaryIndex;
  readonly #xid: Xid;
  /** Versions before the first with a lower xid are of no use to anybody. */
  readonly #horizon: () => number;
  readonly #sorter: EntrySorter;
  readonly #leaves: LeafCursor;
  readonly #walk: VersionWalk;
  readonly #row = new RowImage();
  readonly #entry = new ByteWriter(256);
  /** Keys of the versions of one row, behind each other, to leave repeated ones out. */
  readonly #seen = new ByteWriter(256);
  #isStarted = false;
  #sorted: SortedEntries | undefined = undefined;
  #builder: BulkBuilder | undefined = undefined;
  readonly #previous = new ByteWriter(256);
  /** Index key bytes of the last live entry that counts for uniqueness, -1: none. */
  #previousKeyBytes = -1;
  /** Entries of older versions were made: there will be something to purge. */
  hasMarks = false;
  conflictKey: Uint8Array | undefined = undefined;

  /** `xid` of the builder becomes the leaves' maxXid: snapshots of before must look at the rows (IDX-1). */
  constructor(table: OpenTable, index: SecondaryIndex, xid: Xid, horizon: () => number) {
    this.#table = table;
    this.#xid = xid;
    this.#horizon = horizon;
    this.#index = index;
    this.#sorter = new EntrySorter(table.environment.disk, sortMemoryMax);
    this.#leaves = new LeafCursor(table.tree);
    this.#walk = new VersionWalk(table.environment.log);
  }

  step(): FillStep {
    if (this.#sorter.hasWork) {
      this.#sorter.work();
      return 'yield';
    }
    if (this.#sorted === undefined) {
      if (this.#gather()) this.#sorted = this.#sorter.finish();
      return 'yield';
    }
    return this.#fill(this.#sorted);
  }

  close(): void {
    this.#leaves.release();
    this.#builder?.pause();
    this.#sorter.close();
  }

  // ---- gathering

  /** Goes through some leaves of the table; true at the end. */
  #gather(): boolean {
    try {
      for (let rows = 0; rows < rowsPerStep && !this.#sorter.hasWork;) {
        const more = this.#isStarted ? this.#leaves.next() : this.#leaves.seekToStart();
        this.#isStarted = true;
        if (!more) return true;
        rows += this.#gatherLeaf();
      }
      return false;
    } finally {
      this.#leaves.release();
    }
  }

  #gatherLeaf(): number {
    const { pool } = this.#table.environment;
    const { base, firstSlot, endSlot } = this.#leaves;
    const horizon = this.#horizon();
    const isClean = getMaxXid(pool.view, base) < horizon && getDeleteMarks(pool.view, base) === 0;
    for (let slot = firstSlot; slot < endSlot; slot++) {
      const key = keyStart(pool.view, base, slot);
      const keyEnd = key + keyLength(pool.view, base, slot);
      const at = valueStart(pool.view, base, slot);
      const end = at + pool.view.getUint16(key - 2, true);
      if (isClean) this.#addEntry(pool.bytes, pool.view, at, end, key, keyEnd);
      else this.#addVersions(at, end, key, keyEnd, horizon);
    }
    return endSlot - firstSlot;
  }

  /** The newest version's entry, and marked ones for other keys of older versions that somebody may see. */
  #addVersions(at: number, end: number, key: number, keyEnd: number, horizon: number): void {
    const { pool } = this.#table.environment;
    const walk = this.#walk;
    this.#seen.reset();
    if ((rowFlags(pool.view, at) & rowFlag.deleted) === 0) {
      this.#addEntry(pool.bytes, pool.view, at, end, key, keyEnd);
      this.#noteSeen();
    }
    walk.begin(pool.bytes, at, end);
    while (walk.xid >= horizon && walk.stepBack()) {
      if (walk.isDeleted) continue;
      const { bytes, view, length } = walk.image;
      const keyBytes = this.#makeEntry(bytes, view, 0, length, key, keyEnd);
      if (this.#wasSeen()) continue;
      this.#noteSeen();
      this.#sorter.add(
        this.#entry.bytes,
        0,
        this.#entry.length,
        keyBytes < 0 ? ~keyBytes : keyBytes,
        sortedFlag.marked,
      );
      this.hasMarks = true;
    }
  }

  #addEntry(bytes: Uint8Array, view: DataView, at: number, end: number, key: number, keyEnd: number): void {
    const keyBytes = this.#makeEntry(bytes, view, at, end, key, keyEnd);
    const { bytes: entry, length } = this.#entry;
    if (keyBytes < 0) this.#sorter.add(entry, 0, length, ~keyBytes, sortedFlag.hasNull);
    else this.#sorter.add(entry, 0, length, keyBytes, 0);
  }

  /** Leaves the entry in `#entry`; returns the bytes of its index key, negative (~bytes) with a NULL part. */
  #makeEntry(bytes: Uint8Array, view: DataView, at: number, end: number, key: number, keyEnd: number): number {
    const entry = this.#entry;
    const { environment, indexName } = this.#table;
    entry.reset();
    const row = this.#row.open(this.#table, bytes, view, at, end);
    const keyBytes = this.#table.appendEntry(this.#index, row, environment.pool.bytes, key, keyEnd, entry);
    if (entry.length > indexEntryBytesMax) {
      throw entryTooLong(entry.length, indexEntryBytesMax, indexName(this.#index.definition.indexOid));
    }
    return keyBytes;
  }

  #noteSeen(): void {
    this.#seen.uint16LE(this.#entry.length);
    this.#seen.copy(this.#entry.bytes, 0, this.#entry.length);
  }

  #wasSeen(): boolean {
    const seen = this.#seen;
    for (let at = 0; at < seen.length;) {
      const end = at + 2 + seen.view.getUint16(at, true);
      if (compareKeys(seen.bytes, at + 2, end, this.#entry.bytes, 0, this.#entry.length) === 0) return true;
      at = end;
    }
    return false;
  }

  // ---- filling

  #fill(sorted: SortedEntries): FillStep {
    const builder = (this.#builder ??= new BulkBuilder(this.#index.tree, this.#xid));
    this.#table.environment.pool.reserve(entriesPerStep / 2);
    try {
      for (let left = entriesPerStep; left > 0; left--) {
        if (!sorted.next()) return 'done';
        const isMarked = (sorted.flags & sortedFlag.marked) !== 0;
        if (!isMarked && this.#repeatsKey(sorted)) return 'unique';
        const value = entryValue(sorted.keyBytes);
        if (isMarked) value[0] = 1;
        builder.append(sorted.bytes, sorted.start, sorted.end, value, 0, indexValueBytes);
      }
      return 'yield';
    } finally {
      builder.pause();
    }
  }

  /** Whether a unique index would get the same key from two live rows. */
  #repeatsKey(sorted: SortedEntries): boolean {
    const { unique, nullsNotDistinct } = this.#index.definition;
    if (!unique || ((sorted.flags & sortedFlag.hasNull) !== 0 && !nullsNotDistinct)) return false;
    const { bytes, start, keyBytes } = sorted;
    const previous = this.#previous;
    if (
      keyBytes === this.#previousKeyBytes &&
      compareKeys(previous.bytes, 0, keyBytes, bytes, start, start + keyBytes) === 0
    ) {
      this.conflictKey = copyOf(bytes, start, start + keyBytes);
      return true;
    }
    previous.reset();
    previous.copy(bytes, start, start + keyBytes);
    this.#previousKeyBytes = keyBytes;
    return false;
  }
}
