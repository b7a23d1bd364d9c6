/**
 * Replay and undo of row records: the same changes as row-writer.ts makes, without looking for conflicts. Index entries are
 * derived from the images again (LOG-5). Undo sets marks to fit the restored row and removes nothing that an older version could
 * need (IDX-3); only a row that came into being with the record goes, and its entries with it: nobody else ever saw it, and
 * when it was inserted there was no row at its key, so no older version needs the entries either.
 *
 * Nothing here can wait. A throw ends the process, and recovery starts over (ROW-1).
 */
import { assert } from '../common/assert.ts';
import { ByteWriter } from '../common/byte-writer.ts';
import type { Xid } from '../common/ids.ts';
import { noXid } from '../common/ids.ts';
import type { TreePosition } from '../storage/btree/position.ts';
import type { LogRecord } from '../storage/log/record.ts';
import { compareKeys } from '../storage/btree/node-search.ts';
import { collectValues } from './external-values.ts';
import { RowImage, type OpenTable } from './open-table.ts';
import { rowHeaderBytes, rowLsn, writeRowVersion } from './row-format.ts';
import { BulkRow, ImageBuffer, rowRecordKind, RowRecord } from './row-records.ts';
import { markDeleted } from './row-writer.ts';
import type { SecondaryIndex } from './secondary-index.ts';

export class RowHistory {
  readonly #table: OpenTable;
  readonly #row = new RowRecord();
  readonly #bulk = new BulkRow();
  readonly #before = new ImageBuffer();
  readonly #after = new ImageBuffer();
  readonly #beforeRow = new RowImage();
  readonly #afterRow = new RowImage();
  readonly #entries = new ByteWriter(256);

  constructor(table: OpenTable) {
    this.#table = table;
  }

  // ---- replay

  replay(record: LogRecord): void {
    const row = this.#row;
    row.place(record);
    switch (record.kind) {
      case rowRecordKind.insert:
        row.insertedImage(this.#after);
        this.#replayInsert(record, row.key(), row.beforeStart < 0);
        return;
      case rowRecordKind.insertMany:
        for (let i = 0, at = row.rowsStart; i < row.rowCount; i++) {
          at = this.#bulk.place(record.view, at);
          this.#bulk.image(record.bytes, this.#after);
          this.#replayInsert(record, record.bytes.subarray(this.#bulk.keyStart, this.#bulk.keyEnd), true);
        }
        return;
      case rowRecordKind.update:
        this.#replayUpdate(record, row.key());
        return;
      default:
        this.#replayDelete(record, row.key());
    }
  }

  #find(key: Uint8Array): TreePosition | undefined {
    const position = this.#table.environment.positions.take();
    if (this.#table.tree.find(position, key, 0, key.length)) return position;
    return undefined;
  }

  /** The row at `key`, copied into `#before` and opened. */
  #takeRow(key: Uint8Array): TreePosition {
    const position = this.#find(key);
    assert(position !== undefined, 'LOG-1: a record finds the row it is about');
    this.#copyRow(position);
    return position;
  }

  #copyRow(position: TreePosition): void {
    const { bytes } = this.#table.environment.pool;
    const before = this.#before;
    before.set(bytes, position.valueStart, position.valueStart + position.valueLength);
    this.#beforeRow.open(this.#table, before.bytes, before.view, 0, before.length);
  }

  #openAfter(xid: Xid, record: LogRecord): void {
    const after = this.#after;
    writeRowVersion(after.view, 0, xid, record.lsn);
    this.#afterRow.open(this.#table, after.bytes, after.view, 0, after.length);
  }

  /** `isFresh`: there was no row at the key then. If there is one now, purge had cleared it away before the crash. */
  #replayInsert(record: LogRecord, key: Uint8Array, isFresh: boolean): void {
    const { tree, environment } = this.#table;
    this.#openAfter(record.xid, record);
    const position = environment.positions.take();
    const after = this.#after;
    if (tree.find(position, key, 0, key.length)) {
      this.#copyRow(position);
      if (isFresh) this.#clearAway(key);
      tree.replaceAt(position, after.bytes, 0, after.length, record.xid);
    } else {
      tree.insertAt(position, key, 0, key.length, after.bytes, 0, after.length, record.xid);
    }
    for (const index of this.#table.indexes) this.#putEntry(index, this.#afterRow, key, record.xid);
    environment.positions.releaseAll();
  }

  /** Removes what only the row in `#before` needed. */
  #clearAway(key: Uint8Array): void {
    const values: number[] = [];
    collectValues(this.#before.view, 0, this.#beforeRow, values);
    for (const value of values) this.#table.overflow.remove(value);
    for (const index of this.#table.indexes) this.#removeEntry(index, this.#beforeRow, key);
  }

  #replayUpdate(record: LogRecord, key: Uint8Array): void {
    const { tree, environment } = this.#table;
    const position = this.#takeRow(key);
    const before = this.#before;
    const after = this.#after;
    this.#row.updatedImage(before.bytes, 0, before.length, after);
    this.#openAfter(record.xid, record);
    tree.replaceAt(position, after.bytes, 0, after.length, record.xid);
    for (const index of this.#changedIndexes()) {
      this.#markEntry(index, this.#beforeRow, key);
      this.#putEntry(index, this.#afterRow, key, record.xid);
    }
    environment.positions.releaseAll();
  }

  #replayDelete(record: LogRecord, key: Uint8Array): void {
    const { tree, environment } = this.#table;
    const position = this.#takeRow(key);
    markDeleted(tree, position, record.xid, record.lsn);
    for (const index of this.#table.indexes) this.#markEntry(index, this.#beforeRow, key);
    environment.positions.releaseAll();
  }

  // ---- undo

  undo(record: LogRecord): void {
    const row = this.#row;
    row.place(record);
    const key = row.key();
    switch (record.kind) {
      case rowRecordKind.insert:
        if (row.beforeStart < 0) this.#removeRow(record, key);
        else this.#restore(record, key);
        return;
      case rowRecordKind.insertMany:
        this.#undoMany(record);
        return;
      default:
        this.#restore(record, key);
    }
  }

  #undoMany(record: LogRecord): void {
    const bulk = this.#bulk;
    for (let i = 0, at = this.#row.rowsStart; i < this.#row.rowCount; i++) {
      at = bulk.place(record.view, at);
      this.#removeRow(record, record.bytes.subarray(bulk.keyStart, bulk.keyEnd));
    }
  }

  #assertNewest(record: LogRecord): void {
    assert(rowLsn(this.#before.view, 0) === record.lsn, 'LOG-2: undo finds the version its record made');
  }

  #removeRow(record: LogRecord, key: Uint8Array): void {
    const { tree, environment } = this.#table;
    const position = this.#takeRow(key);
    this.#assertNewest(record);
    for (const index of this.#table.indexes) this.#removeEntry(index, this.#beforeRow, key);
    tree.removeAt(position);
    environment.positions.releaseAll();
  }

  /** Puts the version before the record back. */
  #restore(record: LogRecord, key: Uint8Array): void {
    const { tree, environment } = this.#table;
    const position = this.#takeRow(key);
    this.#assertNewest(record);
    const before = this.#before;
    const after = this.#after;
    const existed = this.#row.previousImage(before.bytes, 0, before.length, after);
    assert(existed, 'LOG-1: the record holds the version before it');
    this.#afterRow.open(this.#table, after.bytes, after.view, 0, after.length);
    if (record.kind === rowRecordKind.update || record.kind === rowRecordKind.insert) {
      tree.replaceAt(position, after.bytes, 0, after.length, noXid);
    } else {
      tree.overwriteAt(position, 0, after.bytes, 0, rowHeaderBytes, noXid);
    }
    this.#restoreMarks(record, key);
    environment.positions.releaseAll();
  }

  /** `#before` is the version undone, `#after` the restored one. */
  #restoreMarks(record: LogRecord, key: Uint8Array): void {
    if (record.kind === rowRecordKind.insert) {
      for (const index of this.#table.indexes) this.#markEntry(index, this.#beforeRow, key);
    } else if (record.kind === rowRecordKind.update) {
      for (const index of this.#changedIndexes()) {
        this.#markEntry(index, this.#beforeRow, key);
        this.#putEntry(index, this.#afterRow, key, noXid);
      }
    } else {
      for (const index of this.#table.indexes) this.#putEntry(index, this.#afterRow, key, noXid);
    }
  }

  // ---- index entries

  /** Indexes in which the rows in `#before` and `#after` have different keys. */
  #changedIndexes(): SecondaryIndex[] {
    const a = this.#beforeRow;
    const b = this.#afterRow;
    return this.#table.indexes.filter(({ keys }) => {
      if (keys.isUnchanged(a.layout, a.bytes, a.view, a.at, b.layout, b.bytes, b.view, b.at)) return false;
      const entries = this.#entries;
      entries.reset();
      keys.encode(a.layout, a.bytes, a.view, a.at, entries);
      const end = entries.length;
      keys.encode(b.layout, b.bytes, b.view, b.at, entries);
      return compareKeys(entries.bytes, 0, end, entries.bytes, end, entries.length) !== 0;
    });
  }

  /** Makes the row's entry in `#entries`; returns the bytes of its index key. */
  #entry(index: SecondaryIndex, row: RowImage, key: Uint8Array): number {
    this.#entries.reset();
    const keyBytes = this.#table.appendEntry(index, row, key, 0, key.length, this.#entries);
    return keyBytes < 0 ? ~keyBytes : keyBytes;
  }

  #putEntry(index: SecondaryIndex, row: RowImage, key: Uint8Array, xid: Xid): void {
    const keyBytes = this.#entry(index, row, key);
    const { bytes, length } = this.#entries;
    index.put(this.#table.environment.positions.take(), bytes, 0, length, keyBytes, xid);
  }

  #markEntry(index: SecondaryIndex, row: RowImage, key: Uint8Array): void {
    this.#entry(index, row, key);
    const { bytes, length } = this.#entries;
    index.mark(this.#table.environment.positions.take(), bytes, 0, length, noXid);
  }

  #removeEntry(index: SecondaryIndex, row: RowImage, key: Uint8Array): void {
    this.#entry(index, row, key);
    const { bytes, length } = this.#entries;
    index.remove(this.#table.environment.positions.take(), bytes, 0, length);
  }
}
