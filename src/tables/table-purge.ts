/**
 * Purge of row records: once every snapshot sees a record's transaction as finished, versions before it are of no use to
 * anybody. Each record tells where to look:
 *
 *   - The row at its key, if its newest version is a deletion that everybody sees: row, entries and overflow values go.
 *   - Its candidates: index keys and overflow values that only older versions may have had (or that a rollback left behind).
 *     They go unless some version from the newest to the first that everybody sees still has them (IDX-3).
 *
 * It does not matter whether the transaction committed, nor whether the record was purged before.
 */
import { ByteWriter } from '../common/byte-writer.ts';
import type { TreeId, Xid } from '../common/ids.ts';
import type { TreePosition } from '../storage/btree/position.ts';
import { LeafCursor } from '../storage/btree/leaf-cursor.ts';
import { keyLength, keyStart, valueStart } from '../storage/btree/node.ts';
import { compareKeys } from '../storage/btree/node-search.ts';
import { getDeleteMarks } from '../storage/page.ts';
import type { LogRecord } from '../storage/log/record.ts';
import { copyOf } from './copy-of.ts';
import { collectValues } from './external-values.ts';
import { RowImage, type OpenTable } from './open-table.ts';
import { rowFlag, rowFlags, rowXid } from './row-format.ts';
import { Candidates, ImageBuffer, rowRecordKind, RowRecord } from './row-records.ts';
import { entryKeyBytes, indexMark, type SecondaryIndex } from './secondary-index.ts';

export class TablePurge {
  readonly #table: OpenTable;
  readonly #row = new RowRecord();
  readonly #candidates = new Candidates();
  readonly #image = new ImageBuffer();
  readonly #opened = new RowImage();
  readonly #entry = new ByteWriter(256);
  readonly #values: number[] = [];

  constructor(table: OpenTable) {
    this.#table = table;
  }

  purge(record: LogRecord, horizon: Xid): void {
    const row = this.#row;
    row.place(record);
    this.#candidates.clear();
    if (row.candidatesStart >= 0) this.#candidates.read(record, row.candidatesStart);
    const mayLeaveDeletedRow = record.kind === rowRecordKind.delete || record.kind === rowRecordKind.move;
    if (!mayLeaveDeletedRow && this.#candidates.isEmpty) return;
    const key = copyOf(row.key());
    try {
      if (!this.#purgeDeletedRow(key, horizon) && !this.#candidates.isEmpty) this.#keepNeeded(key, horizon);
      this.#removeCandidates(key);
    } finally {
      this.#table.environment.positions.releaseAll();
    }
  }

  /** After an index build that made entries for older versions: removes the marked entries that no version needs now. */
  sweepIndex(index: SecondaryIndex, horizon: Xid): void {
    const { pool, positions } = this.#table.environment;
    const leaves = new LeafCursor(index.tree);
    for (let more = leaves.seekToStart(); more; more = leaves.next()) {
      if (getDeleteMarks(pool.view, leaves.base) === 0) continue;
      const entries = markedEntries(pool.bytes, pool.view, leaves);
      leaves.release();
      for (const { key, tableKey } of entries) {
        this.#candidates.clear();
        this.#candidates.addKey(index.definition.tree, key);
        this.#keepNeeded(tableKey, horizon);
        this.#removeCandidates(tableKey);
        positions.releaseAll();
      }
    }
  }

  #find(key: Uint8Array): TreePosition | undefined {
    const position = this.#table.environment.positions.take();
    return this.#table.tree.find(position, key, 0, key.length) ? position : undefined;
  }

  /** True if the row at `key` is not needed by anybody, or was not there; what it alone needs becomes candidates. */
  #purgeDeletedRow(key: Uint8Array, horizon: Xid): boolean {
    const { pool } = this.#table.environment;
    const position = this.#find(key);
    if (position === undefined) return true;
    const at = position.valueStart;
    if ((rowFlags(pool.view, at) & rowFlag.deleted) === 0 || rowXid(pool.view, at) >= horizon) return false;
    const image = this.#image;
    image.set(pool.bytes, at, at + position.valueLength);
    const opened = this.#opened.open(this.#table, image.bytes, image.view, 0, image.length);
    const candidates = this.#candidates;
    collectValues(image.view, 0, opened, candidates.values);
    for (const index of this.#table.indexes) {
      this.#entry.reset();
      index.keys.encode(opened.layout, opened.bytes, opened.view, opened.at, this.#entry);
      candidates.addKey(index.definition.tree, this.#entry.toBytes());
    }
    this.#table.tree.removeAt(position);
    return true;
  }

  /** Strikes out what some version still has, from the newest to the first that everybody sees. */
  #keepNeeded(key: Uint8Array, horizon: Xid): void {
    const position = this.#find(key);
    if (position === undefined) return;
    const { pool, walk } = this.#table.environment;
    walk.begin(pool.bytes, position.valueStart, position.valueStart + position.valueLength);
    do {
      if (!walk.isDeleted) this.#strikeOut(walk.image);
    } while (!this.#candidates.isEmpty && walk.xid >= horizon && walk.stepBack());
  }

  #strikeOut(image: ImageBuffer): void {
    const { trees, keys, values } = this.#candidates;
    const opened = this.#opened.open(this.#table, image.bytes, image.view, 0, image.length);
    for (let i = trees.length - 1; i >= 0; i--) {
      const index = this.#table.findIndex(trees[i] as TreeId);
      if (index === undefined) continue;
      const key = keys[i] as Uint8Array;
      const entry = this.#entry;
      entry.reset();
      index.keys.encode(opened.layout, opened.bytes, opened.view, opened.at, entry);
      if (compareKeys(entry.bytes, 0, entry.length, key, 0, key.length) !== 0) continue;
      trees.splice(i, 1);
      keys.splice(i, 1);
    }
    if (values.length === 0) return;
    this.#values.length = 0;
    collectValues(image.view, 0, opened, this.#values);
    for (let i = values.length - 1; i >= 0; i--) {
      if (this.#values.includes(values[i] as number)) values.splice(i, 1);
    }
  }

  #removeCandidates(key: Uint8Array): void {
    const { trees, keys, values } = this.#candidates;
    const entry = this.#entry;
    for (let i = 0; i < trees.length; i++) {
      const index = this.#table.findIndex(trees[i] as TreeId);
      if (index === undefined) continue;
      entry.reset();
      entry.copy(keys[i] as Uint8Array);
      entry.copy(key);
      index.remove(this.#table.environment.positions.take(), entry.bytes, 0, entry.length);
    }
    for (const value of values) this.#table.overflow.remove(value);
  }
}

/** Copies of the marked entries among the leaf's slots. */
function markedEntries(
  bytes: Uint8Array,
  view: DataView,
  leaves: LeafCursor,
): { key: Uint8Array; tableKey: Uint8Array }[] {
  const entries: { key: Uint8Array; tableKey: Uint8Array }[] = [];
  const { base, firstSlot, endSlot } = leaves;
  for (let slot = firstSlot; slot < endSlot; slot++) {
    const value = valueStart(view, base, slot);
    if (((bytes[value] as number) & indexMark.mask) === 0) continue;
    const start = keyStart(view, base, slot);
    const middle = start + entryKeyBytes(view, value);
    const end = start + keyLength(view, base, slot);
    entries.push({ key: copyOf(bytes, start, middle), tableKey: copyOf(bytes, middle, end) });
  }
  return entries;
}
