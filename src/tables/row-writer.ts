/**
 * Inserting, updating and deleting rows. Each operation is one critical section (ROW-1):
 *
 *   look     find the row and every index entry, encode, check versions, locks and unique keys; any wait ends the call here,
 *            and the next one starts over
 *   prepare  pin every page, allocate what splits need, reserve room in the log
 *   change   append the record, then change the pages: nothing in here can fail, wait or yield
 */
import { ByteWriter } from '../common/byte-writer.ts';
import type { Lsn, Xid } from '../common/ids.ts';
import type { TreePosition } from '../storage/btree/position.ts';
import type { BTree } from '../storage/btree/tree.ts';
import { recordBytes } from '../storage/log/record.ts';
import { compareKeys } from '../storage/btree/node-search.ts';
import { copyOf } from './copy-of.ts';
import type { ModifyOutcome, OperationContext, RowReference, RowSource } from './access-method.ts';
import { brokenChange, type TableEnvironment } from './environment.ts';
import { collectValues, ProbeExternals } from './external-values.ts';
import { RowImage, rowidBytes, type OpenTable } from './open-table.ts';
import { overflowWait } from './overflow.ts';
import { gone, RowConflicts, waits } from './row-conflicts.ts';
import { clusterKeyBytesMax, RowEncoder } from './row-encode.ts';
import { rowFlag, rowFlags, rowHeaderBytes, rowLsn, rowXid, writeRowFlags, writeRowVersion } from './row-format.ts';
import {
  Candidates,
  ImageBuffer,
  rowRecordKind,
  writeInsertedImage,
  writeRowRecordStart,
  writeUpdateDifference,
} from './row-records.ts';
import { entryTooLong, type SecondaryIndex } from './secondary-index.ts';

const externalFlags = rowFlag.hasExternal | rowFlag.wide;

/** What a move record has beside the two keys. */
const moveRecordBytes = 64;

/** The row as it was before a move. */
interface MovedRow {
  readonly position: TreePosition;
  readonly key: Uint8Array;
}

export class RowWriter {
  readonly #table: OpenTable;
  readonly #environment: TableEnvironment;
  readonly #conflicts: RowConflicts;
  readonly #old = new ImageBuffer();
  readonly #oldRow = new RowImage();
  readonly #newRow = new RowImage();
  readonly #candidates = new Candidates();
  readonly #probe: RowEncoder;
  readonly #scratch = new ByteWriter(64);
  /** Unique indexes in which an update gives the row another key: where the key starts, its bytes (~ if a part is NULL). */
  readonly #changedUnique: { readonly index: SecondaryIndex; readonly start: number; readonly keyBytes: number }[] = [];
  readonly #takePosition: () => TreePosition;
  readonly #pagesPerOperation: number;

  constructor(table: OpenTable, conflicts: RowConflicts) {
    this.#table = table;
    this.#environment = table.environment;
    this.#conflicts = conflicts;
    this.#probe = new RowEncoder(table.encoder.layout, table.definition.columns, new ProbeExternals(table.overflow));
    this.#takePosition = () => this.#environment.positions.take();
    this.#pagesPerOperation = 8 + 4 * table.indexes.length;
  }

  insert(source: RowSource, row: number, context: OperationContext): ModifyOutcome {
    this.#begin(source, row, context);
    try {
      return this.#settle(this.#insert(source, row, context));
    } catch (error) {
      return this.#waitForOverflow(error);
    } finally {
      this.#environment.positions.releaseAll();
    }
  }

  update(
    reference: RowReference,
    source: RowSource,
    row: number,
    context: OperationContext,
    assigned: Uint8Array | undefined,
  ): ModifyOutcome {
    this.#begin(source, row, context);
    try {
      return this.#settle(this.#update(reference, source, row, context, assigned));
    } catch (error) {
      return this.#waitForOverflow(error);
    } finally {
      this.#environment.positions.releaseAll();
    }
  }

  delete(reference: RowReference, context: OperationContext): ModifyOutcome {
    this.#table.assertCurrent();
    this.#environment.pool.reserve(this.#pagesPerOperation);
    try {
      return this.#delete(reference, context);
    } finally {
      this.#environment.positions.releaseAll();
    }
  }

  #begin(source: RowSource, row: number, context: OperationContext): void {
    this.#table.assertCurrent();
    this.#environment.pool.reserve(this.#pagesPerOperation);
    this.#table.overflow.begin(context, source, row);
    this.#environment.keys.reset();
    this.#environment.image.reset();
    this.#environment.indexChanges.clear();
  }

  /** Long values are stored before the row is (ROW-1); if the row does not come, they go again. */
  #settle(outcome: ModifyOutcome): ModifyOutcome {
    if (outcome.kind === 'wait') this.#table.overflow.pause();
    else if (outcome.kind !== 'done') this.#table.overflow.discard();
    return outcome;
  }

  #waitForOverflow(error: unknown): ModifyOutcome {
    if (error !== overflowWait) throw error;
    this.#table.overflow.pause();
    return waits;
  }

  /** Room for the records whose bodies have so many bytes altogether; false: the waiter will be woken. */
  #reserveLog(bodyBytes: number, records: number, context: OperationContext): boolean {
    return this.#environment.log.reserve(bodyBytes + records * recordBytes(0), context.waiter);
  }

  // ---- insert

  #insert(source: RowSource, row: number, context: OperationContext): ModifyOutcome {
    const { image } = this.#environment;
    const table = this.#table;
    table.encoder.encode(source, row, image, undefined, undefined);
    this.#newRow.open(table, image.bytes, image.view, 0, image.length);
    const keyEnd = this.#appendTableKey();
    return this.#insertAt(0, keyEnd, undefined, context);
  }

  /** Appends the key of the new row to the operation's keys; returns its end. */
  #appendTableKey(): number {
    const { keys } = this.#environment;
    const { clusterKeys, rowids, tree, definition } = this.#table;
    if (clusterKeys === undefined) {
      const rowid = rowids.peek(tree);
      const at = keys.reserve(rowidBytes);
      keys.view.setUint32(at, Math.floor(rowid / 0x1_0000_0000));
      keys.view.setUint32(at + 4, rowid);
      keys.length = at + rowidBytes;
    } else {
      const start = keys.length;
      const { layout, bytes, view, at } = this.#newRow;
      clusterKeys.encode(layout, bytes, view, at, keys);
      if (keys.length - start > clusterKeyBytesMax) {
        throw entryTooLong(keys.length - start, clusterKeyBytesMax, this.#table.indexName(definition.clusterIndexOid));
      }
    }
    return keys.length;
  }

  /**
   * Inserts the new image at the key in keys[keyStart, keyEnd). `moved`: position of the row it was before, which is deleted
   * in the same section.
   */
  #insertAt(keyStart: number, keyEnd: number, moved: MovedRow | undefined, context: OperationContext): ModifyOutcome {
    const { keys, image, indexChanges, positions, pool } = this.#environment;
    const { tree, indexes } = this.#table;
    const position = positions.take();
    const isOver = tree.find(position, keys.bytes, keyStart, keyEnd);
    if (isOver) {
      const conflict = this.#conflicts.atClusterKey(position, context);
      if (conflict !== undefined) return conflict;
    }
    const ownStart = moved === undefined ? keyStart : 0;
    const ownEnd = moved === undefined ? keyEnd : moved.key.length;
    for (const index of indexes) {
      const start = keys.length;
      const keyBytes = this.#table.appendEntry(index, this.#newRow, keys.bytes, keyStart, keyEnd, keys);
      const conflict = this.#checkUnique(index, start, keyBytes, moved?.key ?? keys.bytes, ownStart, ownEnd, context);
      if (conflict !== undefined) return conflict;
      indexChanges.add(index, false, start, keys.length, absolute(keyBytes), this.#table.indexName);
    }
    if (isOver) tree.prepareReplace(position, image.length);
    else tree.prepareInsert(position, keys.bytes, keyStart, keyEnd, image.length);
    indexChanges.prepare(this.#takePosition);

    if (isOver) this.#old.set(pool.bytes, position.valueStart, position.valueStart + position.valueLength);
    this.#writeInsertBody(keyStart, keyEnd, isOver);
    const moveBytes = moved === undefined ? 0 : moveRecordBytes + moved.key.length + keyEnd - keyStart;
    if (!this.#reserveLog(this.#environment.body.length + moveBytes, 2, context)) return waits;

    const lsn = this.#environment.append(context.transaction, rowRecordKind.insert);
    const { xid } = context.transaction;
    try {
      writeRowVersion(image.view, 0, xid, lsn);
      if (moved !== undefined) this.#deleteMoved(moved, lsn, keyStart, keyEnd, context);
      if (isOver) tree.replaceAt(position, image.bytes, 0, image.length, xid);
      else tree.insertAt(position, keys.bytes, keyStart, keyEnd, image.bytes, 0, image.length, xid);
      indexChanges.apply(xid);
    } catch (error) {
      throw brokenChange(error);
    }
    if (this.#table.clusterKeys === undefined) this.#table.rowids.advance();
    return { kind: 'done', lsn };
  }

  /** undefined: no other row has the key. NULLs differ from each other unless the index says otherwise. */
  #checkUnique(
    index: SecondaryIndex,
    start: number,
    keyBytes: number,
    own: Uint8Array,
    ownStart: number,
    ownEnd: number,
    context: OperationContext,
  ): ModifyOutcome | undefined {
    const { unique, nullsNotDistinct } = index.definition;
    if (!unique || (keyBytes < 0 && !nullsNotDistinct)) return undefined;
    const { keys } = this.#environment;
    const length = keyBytes < 0 ? ~keyBytes : keyBytes;
    return this.#conflicts.inIndex(index, keys.bytes, start, length, own, ownStart, ownEnd, context);
  }

  /** With a deleted row at the key (in `#old`) the record takes it along. */
  #writeInsertBody(keyStart: number, keyEnd: number, isOver: boolean): void {
    const { body, keys, image, indexChanges } = this.#environment;
    const table = this.#table;
    writeRowRecordStart(body, table.space, table.tree.tree, keys.bytes, keyStart, keyEnd);
    body.uint8(isOver ? 1 : 0);
    if (isOver) {
      const old = this.#old;
      body.uint16LE(old.length);
      body.copy(old.bytes, 0, old.length);
      const candidates = this.#candidates;
      candidates.clear();
      this.#oldRow.open(table, old.bytes, old.view, 0, old.length);
      collectValues(old.view, 0, this.#oldRow, candidates.values);
      for (const index of table.indexes) candidates.addKey(index.definition.tree, this.#indexKey(index, this.#oldRow));
      indexChanges.addCandidates(candidates);
      candidates.write(body);
    }
    writeInsertedImage(body, image.bytes, 0, image.length);
  }

  /** A copy of the row's index key. */
  #indexKey(index: SecondaryIndex, row: RowImage): Uint8Array {
    const scratch = this.#scratch;
    scratch.reset();
    index.keys.encode(row.layout, row.bytes, row.view, row.at, scratch);
    return scratch.toBytes();
  }

  // ---- update

  #update(
    reference: RowReference,
    source: RowSource,
    row: number,
    context: OperationContext,
    assigned: Uint8Array | undefined,
  ): ModifyOutcome {
    const { positions, pool, image, keys, indexChanges } = this.#environment;
    const table = this.#table;
    const position = positions.take();
    const { key } = reference;
    if (!table.tree.find(position, key, 0, key.length)) return gone;
    const at = position.valueStart;
    if (rowLsn(pool.view, at) !== reference.lsn) {
      return this.#conflicts.resolve(position, reference, 'no key update', 'wait', context);
    }
    if ((rowFlags(pool.view, at) & rowFlag.deleted) !== 0) return gone;
    const old = this.#old;
    old.set(pool.bytes, at, at + position.valueLength);
    const oldRow = this.#oldRow.open(table, old.bytes, old.view, 0, old.length);

    const takesValuesAlong = this.#isMoveWithValues(source, row, assigned);
    table.encoder.encode(source, row, image, oldRow, assigned, takesValuesAlong);
    this.#newRow.open(table, image.bytes, image.view, 0, image.length);
    keys.copy(key);
    if (this.#hasOtherClusterKey(this.#newRow)) {
      return this.#move({ position, key }, context);
    }

    this.#candidates.clear();
    this.#changeIndexes(key.length);
    const keyChanged = this.#changedUnique.length > 0;
    const blocked = this.#conflicts.admit(key, keyChanged ? 'update' : 'no key update', context);
    if (blocked !== undefined) return blocked;
    for (const { index, start, keyBytes } of this.#changedUnique) {
      const conflict = this.#checkUnique(index, start, keyBytes, key, 0, key.length, context);
      if (conflict !== undefined) return conflict;
    }
    this.#carryFlags(keyChanged, context.transaction.xid);
    this.#collectReplacedValues();
    table.tree.prepareReplace(position, image.length);
    indexChanges.prepare(this.#takePosition);

    const { body } = this.#environment;
    writeRowRecordStart(body, table.space, table.tree.tree, key, 0, key.length);
    writeUpdateDifference(body, old.bytes, 0, old.length, image.bytes, 0, image.length);
    if (!this.#candidates.isEmpty) this.#candidates.write(body);
    if (!this.#reserveLog(body.length, 1, context)) return waits;

    const lsn = this.#environment.append(context.transaction, rowRecordKind.update);
    const { xid } = context.transaction;
    try {
      writeRowVersion(image.view, 0, xid, lsn);
      table.tree.replaceAt(position, image.bytes, 0, image.length, xid);
      indexChanges.apply(xid);
    } catch (error) {
      throw brokenChange(error);
    }
    return { kind: 'done', lsn };
  }

  /** Index changes of an update that leaves the row where it is; the table key is keys[0, keyEnd). */
  #changeIndexes(keyEnd: number): void {
    const { keys, indexChanges } = this.#environment;
    const { indexes, indexName } = this.#table;
    const old = this.#oldRow;
    const now = this.#newRow;
    this.#changedUnique.length = 0;
    for (const index of indexes) {
      const isSame = index.keys.isUnchanged(
        old.layout,
        old.bytes,
        old.view,
        old.at,
        now.layout,
        now.bytes,
        now.view,
        now.at,
      );
      if (isSame) continue;
      const oldStart = keys.length;
      const oldKeyBytes = absolute(this.#table.appendEntry(index, old, keys.bytes, 0, keyEnd, keys));
      const oldEnd = keys.length;
      const signedKeyBytes = this.#table.appendEntry(index, now, keys.bytes, 0, keyEnd, keys);
      if (compareKeys(keys.bytes, oldStart, oldEnd, keys.bytes, oldEnd, keys.length) === 0) {
        keys.length = oldStart;
        continue;
      }
      const keyBytes = absolute(signedKeyBytes);
      if (index.definition.unique) this.#changedUnique.push({ index, start: oldEnd, keyBytes: signedKeyBytes });
      const { tree } = index.definition;
      this.#candidates.addKey(tree, copyOf(keys.bytes, oldStart, oldStart + oldKeyBytes));
      this.#candidates.addKey(tree, copyOf(keys.bytes, oldEnd, oldEnd + keyBytes));
      indexChanges.add(index, true, oldStart, oldEnd, oldKeyBytes, indexName);
      indexChanges.add(index, false, oldEnd, keys.length, keyBytes, indexName);
    }
  }

  /** keyChanged is sticky: it tells what the transaction did to the row, not the statement (IDX-7). */
  #carryFlags(keyChanged: boolean, xid: Xid): void {
    const { view } = this.#environment.image;
    const before = this.#old.view;
    const sticky = rowXid(before, 0) === xid && (rowFlags(before, 0) & rowFlag.keyChanged) !== 0;
    if (keyChanged || sticky) writeRowFlags(view, 0, rowFlags(view, 0) | rowFlag.keyChanged);
  }

  /** Values of the old image that the new one does not have become candidates. */
  #collectReplacedValues(): void {
    if ((rowFlags(this.#old.view, 0) & externalFlags) === 0) return;
    const { values } = this.#candidates;
    collectValues(this.#old.view, 0, this.#oldRow, values);
    const kept: number[] = [];
    collectValues(this.#environment.image.view, 0, this.#newRow, kept);
    const replaced = values.filter((id) => !kept.includes(id));
    values.length = 0;
    values.push(...replaced);
  }

  // ---- moving to another clustering key (MVCC-5)

  #hasOtherClusterKey(row: RowImage): boolean {
    const { clusterKeys } = this.#table;
    if (clusterKeys === undefined) return false;
    const old = this.#oldRow;
    const { layout, bytes, view, at } = row;
    if (clusterKeys.isUnchanged(old.layout, old.bytes, old.view, old.at, layout, bytes, view, at)) return false;
    const scratch = this.#scratch;
    scratch.reset();
    clusterKeys.encode(old.layout, old.bytes, old.view, old.at, scratch);
    const oldEnd = scratch.length;
    clusterKeys.encode(layout, bytes, view, at, scratch);
    return compareKeys(scratch.bytes, 0, oldEnd, scratch.bytes, oldEnd, scratch.length) !== 0;
  }

  /**
   * Whether the update gives a row that has external values another key. The row there gets copies of them: each value belongs
   * to one row, or purge of the old one would take it away from the new one.
   */
  #isMoveWithValues(source: RowSource, row: number, assigned: Uint8Array | undefined): boolean {
    if (this.#table.clusterKeys === undefined) return false;
    if ((rowFlags(this.#old.view, 0) & externalFlags) === 0) return false;
    const { image } = this.#environment;
    this.#probe.encode(source, row, image, this.#oldRow, assigned);
    const moves = this.#hasOtherClusterKey(this.#newRow.open(this.#table, image.bytes, image.view, 0, image.length));
    image.reset();
    return moves;
  }

  #move(moved: MovedRow, context: OperationContext): ModifyOutcome {
    const { keys, indexChanges } = this.#environment;
    const { indexes, indexName } = this.#table;
    const oldKeyEnd = keys.length;
    for (const index of indexes) {
      const start = keys.length;
      const keyBytes = absolute(this.#table.appendEntry(index, this.#oldRow, keys.bytes, 0, oldKeyEnd, keys));
      indexChanges.add(index, true, start, keys.length, keyBytes, indexName);
    }
    const blocked = this.#conflicts.admit(moved.key, 'update', context);
    if (blocked !== undefined) return blocked;
    const keyStart = keys.length;
    return this.#insertAt(keyStart, this.#appendTableKey(), moved, context);
  }

  /** The delete half of a move; the new row's record has just been appended. */
  #deleteMoved(moved: MovedRow, newLsn: Lsn, keyStart: number, keyEnd: number, context: OperationContext): void {
    const { body, keys, pool } = this.#environment;
    const { space, tree } = this.#table;
    const at = moved.position.valueStart;
    writeRowRecordStart(body, space, tree.tree, moved.key, 0, moved.key.length);
    body.copy(pool.bytes, at, at + rowHeaderBytes);
    body.uint53LE(newLsn);
    body.uint16LE(keyEnd - keyStart);
    body.copy(keys.bytes, keyStart, keyEnd);
    const lsn = this.#environment.append(context.transaction, rowRecordKind.move);
    markDeleted(tree, moved.position, context.transaction.xid, lsn);
  }

  // ---- delete

  #delete(reference: RowReference, context: OperationContext): ModifyOutcome {
    const { positions, pool, keys, indexChanges, body } = this.#environment;
    const table = this.#table;
    const position = positions.take();
    const { key } = reference;
    if (!table.tree.find(position, key, 0, key.length)) return gone;
    const at = position.valueStart;
    if (rowLsn(pool.view, at) !== reference.lsn) {
      return this.#conflicts.resolve(position, reference, 'update', 'wait', context);
    }
    if ((rowFlags(pool.view, at) & rowFlag.deleted) !== 0) return gone;
    const blocked = this.#conflicts.admit(key, 'update', context);
    if (blocked !== undefined) return blocked;
    keys.reset();
    indexChanges.clear();
    if (table.indexes.length > 0) {
      const row = this.#oldRow.open(table, pool.bytes, pool.view, at, at + position.valueLength);
      for (const index of table.indexes) {
        const start = keys.length;
        const keyBytes = absolute(table.appendEntry(index, row, key, 0, key.length, keys));
        indexChanges.add(index, true, start, keys.length, keyBytes, table.indexName);
      }
      indexChanges.prepare(this.#takePosition);
    }
    writeRowRecordStart(body, table.space, table.tree.tree, key, 0, key.length);
    body.copy(pool.bytes, at, at + rowHeaderBytes);
    if (!this.#reserveLog(body.length, 1, context)) return waits;

    const lsn = this.#environment.append(context.transaction, rowRecordKind.delete);
    const { xid } = context.transaction;
    try {
      markDeleted(table.tree, position, xid, lsn);
      indexChanges.apply(xid);
    } catch (error) {
      throw brokenChange(error);
    }
    return { kind: 'done', lsn };
  }
}

function absolute(keyBytes: number): number {
  return keyBytes < 0 ? ~keyBytes : keyBytes;
}

const header = Buffer.alloc(rowHeaderBytes);
const headerView = new DataView(header.buffer, header.byteOffset, rowHeaderBytes);

/** Makes the row at the position a deleted one, last written by that record. */
export function markDeleted(tree: BTree, position: TreePosition, xid: Xid, lsn: Lsn): void {
  const { bytes, view } = tree.pages;
  const at = position.valueStart;
  for (let i = 0; i < rowHeaderBytes; i++) header[i] = bytes[at + i] as number;
  writeRowVersion(headerView, 0, xid, lsn);
  writeRowFlags(headerView, 0, rowFlags(view, at) | rowFlag.deleted | rowFlag.keyChanged);
  tree.overwriteAt(position, 0, header, 0, rowHeaderBytes, xid);
}
