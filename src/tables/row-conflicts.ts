/**
 * What stands in the way of a row operation: the same row changed by others since it was seen, another row with the same
 * unique key, somebody unfinished to wait for. Only looks; changes nothing.
 */
import { ByteWriter } from '../common/byte-writer.ts';
import type { Lsn } from '../common/ids.ts';
import { Cursor } from '../storage/btree/cursor.ts';
import { compareKeys } from '../storage/btree/node-search.ts';
import { TreePosition } from '../storage/btree/position.ts';
import type { ActiveTransaction } from '../transaction/active-transaction.ts';
import type { LockOutcome, LockOwner } from '../transaction/lock-owner.ts';
import type { RowLockMode, WaitPolicy } from '../transaction/transaction.ts';
import { copyOf } from './copy-of.ts';
import type { ModifyOutcome, OperationContext, RowReference } from './access-method.ts';
import type { TableEnvironment } from './environment.ts';
import { RowImage, type OpenTable } from './open-table.ts';
import { rowFlag, rowFlags, rowLsn, rowXid } from './row-format.ts';
import { rowRecordKind } from './row-records.ts';
import type { SecondaryIndex } from './secondary-index.ts';

export const waits: ModifyOutcome = { kind: 'wait' };
export const gone: ModifyOutcome = { kind: 'gone' };
export const locked: ModifyOutcome = { kind: 'locked' };
const selfModified: ModifyOutcome = { kind: 'self-modified' };

export function ownerOf(context: OperationContext): LockOwner {
  return (context.transaction as ActiveTransaction).owner;
}

/** `kept`: it still lives at its key, its newest finished version being `newest`. */
type RowFate =
  | { readonly kind: 'kept'; readonly newest: Lsn }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'moved'; readonly key: Uint8Array; readonly lsn: Lsn };

export class RowConflicts {
  readonly #table: OpenTable;
  readonly #environment: TableEnvironment;
  readonly #position: TreePosition;
  readonly #image = new RowImage();
  readonly #compared = new ByteWriter(64);
  readonly #cursors = new Map<SecondaryIndex, Cursor>();

  constructor(table: OpenTable) {
    this.#table = table;
    this.#environment = table.environment;
    this.#position = new TreePosition(table.environment.pool);
  }

  /** Who holds the row whose newest version begins at `at`, by having changed it; undefined: nobody, or the asker. */
  #writerAt(at: number, context: OperationContext): LockOwner | undefined {
    const { pool, transactions } = this.#environment;
    return transactions.findWriter(rowXid(pool.view, at), context.transaction);
  }

  // ---- the row itself

  /** Asks for a row whose newest version is the one that was seen. undefined: go ahead. */
  admit(key: Uint8Array, mode: RowLockMode, context: OperationContext): ModifyOutcome | undefined {
    const { locks } = this.#environment.transactions;
    if (locks.hasNoRowLocks) return undefined;
    const asked = locks.admitWriter(
      ownerOf(context),
      this.#table.space,
      this.#table.tree.tree,
      key,
      mode,
      'wait',
      context.waiter,
      undefined,
      mode,
    );
    return asked === 'wait' ? waits : undefined;
  }

  /** As `admit`, and keeps the lock. */
  lock(key: Uint8Array, mode: RowLockMode, policy: WaitPolicy, context: OperationContext): LockOutcome {
    return this.#lockRow(key, mode, policy, context, undefined, mode);
  }

  #lockRow(
    key: Uint8Array,
    mode: RowLockMode,
    policy: WaitPolicy,
    context: OperationContext,
    writer: LockOwner | undefined,
    writerMode: RowLockMode,
  ): LockOutcome {
    return this.#environment.transactions.locks.lockRow(
      ownerOf(context),
      this.#table.space,
      this.#table.tree.tree,
      key,
      mode,
      policy,
      context.waiter,
      writer,
      writerMode,
    );
  }

  /**
   * The newest version, at `position`, is not the one that was seen: waits for whoever is changing the row, or says what became
   * of it (MVCC-5).
   */
  resolve(
    position: TreePosition,
    reference: RowReference,
    mode: RowLockMode,
    policy: WaitPolicy,
    context: OperationContext,
  ): ModifyOutcome {
    const { view } = this.#environment.pool;
    const at = position.valueStart;
    if (rowXid(view, at) === context.transaction.xid) return selfModified;
    const writer = this.#writerAt(at, context);
    if (writer === undefined) return this.#follow(reference.key, reference.lsn, context);
    const writerMode = (rowFlags(view, at) & rowFlag.keyChanged) === 0 ? 'no key update' : 'update';
    const asked = this.#lockRow(reference.key, mode, policy, context, writer, writerMode);
    if (asked === 'wait') return waits;
    if (asked === 'locked') return locked;
    const newest = this.#follow(reference.key, reference.lsn, context);
    return newest.kind === 'stale' && newest.lsn === reference.lsn ? { kind: 'done', lsn: reference.lsn } : newest;
  }

  /**
   * From the newest finished version of the row at `key` back to the one with `lsn`, which was seen. A move that it passes is
   * followed, a plain delete is the end, whatever lives at that key now.
   */
  #follow(key: Uint8Array, lsn: Lsn, context: OperationContext): ModifyOutcome {
    for (;;) {
      if (!this.#walkFrom(key)) return gone;
      const fate = this.#fateSince(lsn, context);
      if (fate.kind === 'kept') return { kind: 'stale', key, lsn: fate.newest };
      if (fate.kind === 'deleted') return gone;
      key = fate.key;
      lsn = fate.lsn;
    }
  }

  /** Begins a walk at the newest version of the row at `key`; false if there is none. */
  #walkFrom(key: Uint8Array): boolean {
    const { pool, walk } = this.#environment;
    const position = this.#position;
    const found = this.#table.tree.find(position, key, 0, key.length);
    if (found) walk.begin(pool.bytes, position.valueStart, position.valueStart + position.valueLength);
    position.release();
    return found;
  }

  /** What finished transactions, and the own one, did to the walk's row after the version with `lsn`. */
  #fateSince(lsn: Lsn, context: OperationContext): RowFate {
    const { walk, transactions } = this.#environment;
    let newest: Lsn | undefined;
    let fate: RowFate | undefined;
    while (walk.lsn !== lsn) {
      const isFinished = transactions.findWriter(walk.xid, context.transaction) === undefined;
      if (isFinished) newest ??= walk.lsn;
      if (!walk.stepBack()) return { kind: 'deleted' };
      const { row } = walk;
      if (isFinished && row.kind === rowRecordKind.delete) fate = { kind: 'deleted' };
      if (isFinished && row.kind === rowRecordKind.move) {
        fate = { kind: 'moved', key: copyOf(row.newKey()), lsn: row.newLsn };
      }
    }
    return fate ?? { kind: 'kept', newest: newest ?? lsn };
  }

  // ---- unique keys (IDX-2)

  /** A row at the very key that is to be inserted, found by `position`. undefined: it is deleted for good. */
  atClusterKey(position: TreePosition, context: OperationContext): ModifyOutcome | undefined {
    const { pool } = this.#environment;
    const writer = this.#writerAt(position.valueStart, context);
    if (writer !== undefined) return this.#waitFor(writer, context);
    if ((rowFlags(pool.view, position.valueStart) & rowFlag.deleted) !== 0) return undefined;
    const conflictKey = copyOf(pool.bytes, position.keyStart, position.keyStart + position.keyLength);
    return { kind: 'unique', indexOid: this.#table.definition.clusterIndexOid, conflictKey };
  }

  #waitFor(writer: LockOwner, context: OperationContext): ModifyOutcome {
    this.#environment.transactions.locks.waitForTransaction(ownerOf(context), writer, context.waiter);
    return waits;
  }

  /**
   * Other rows with the index key key[start, start + keyBytes); the row at `own` is not looked at. undefined: the key is free.
   */
  inIndex(
    index: SecondaryIndex,
    key: Uint8Array,
    start: number,
    keyBytes: number,
    own: Uint8Array,
    ownStart: number,
    ownEnd: number,
    context: OperationContext,
  ): ModifyOutcome | undefined {
    const cursor = this.#cursorOf(index);
    const { bytes } = this.#environment.pool;
    const end = start + keyBytes;
    try {
      for (let more = cursor.seek(key, start, end); more; more = cursor.next()) {
        const entry = cursor.keyStart;
        const entryEnd = entry + cursor.keyLength;
        if (cursor.keyLength < keyBytes || compareKeys(bytes, entry, entry + keyBytes, key, start, end) !== 0) break;
        if (compareKeys(bytes, entry + keyBytes, entryEnd, own, ownStart, ownEnd) === 0) continue;
        const conflict = this.#withRow(index, copyOf(bytes, entry + keyBytes, entryEnd), key, start, end, context);
        if (conflict !== undefined) return conflict;
      }
      return undefined;
    } finally {
      cursor.release();
    }
  }

  /** Whether there is any entry with the index key, whatever its row; without a look at transactions. */
  has(index: SecondaryIndex, key: Uint8Array, start: number, keyBytes: number): boolean {
    const cursor = this.#cursorOf(index);
    const { bytes } = this.#environment.pool;
    const end = start + keyBytes;
    const found =
      cursor.seek(key, start, end) &&
      cursor.keyLength >= keyBytes &&
      compareKeys(bytes, cursor.keyStart, cursor.keyStart + keyBytes, key, start, end) === 0;
    cursor.release();
    return found;
  }

  #cursorOf(index: SecondaryIndex): Cursor {
    let cursor = this.#cursors.get(index);
    if (cursor === undefined) this.#cursors.set(index, (cursor = new Cursor(index.tree)));
    return cursor;
  }

  #withRow(
    index: SecondaryIndex,
    tableKey: Uint8Array,
    key: Uint8Array,
    start: number,
    end: number,
    context: OperationContext,
  ): ModifyOutcome | undefined {
    const { pool, walk, transactions } = this.#environment;
    const position = this.#position;
    if (!this.#table.tree.find(position, tableKey, 0, tableKey.length)) {
      position.release();
      return undefined;
    }
    const at = position.valueStart;
    const rowEnd = at + position.valueLength;
    const writer = this.#writerAt(at, context);
    if (writer === undefined) {
      const isLive = (rowFlags(pool.view, at) & rowFlag.deleted) === 0;
      const conflicts = isLive && this.#hasKey(index, pool.bytes, pool.view, at, rowEnd, key, start, end);
      position.release();
      if (!conflicts) return undefined;
      return { kind: 'unique', indexOid: index.definition.indexOid, conflictKey: tableKey };
    }
    walk.begin(pool.bytes, at, rowEnd);
    position.release();
    for (;;) {
      const { bytes, view, length } = walk.image;
      if (!walk.isDeleted && this.#hasKey(index, bytes, view, 0, length, key, start, end)) {
        return this.#waitFor(writer, context);
      }
      if (transactions.findWriter(walk.xid, context.transaction) === undefined || !walk.stepBack()) return undefined;
    }
  }

  #hasKey(
    index: SecondaryIndex,
    bytes: Uint8Array,
    view: DataView,
    at: number,
    rowEnd: number,
    key: Uint8Array,
    start: number,
    end: number,
  ): boolean {
    const row = this.#image.open(this.#table, bytes, view, at, rowEnd);
    const compared = this.#compared;
    compared.reset();
    index.keys.encode(row.layout, row.bytes, row.view, row.at, compared);
    return compareKeys(compared.bytes, 0, compared.length, key, start, end) === 0;
  }

  /** LSN of the row's newest version that is finished or own; the walk then stands at it. undefined: there is none. */
  walkToNewest(position: TreePosition, context: OperationContext): Lsn | undefined {
    const { pool, walk, transactions } = this.#environment;
    walk.begin(pool.bytes, position.valueStart, position.valueStart + position.valueLength);
    while (transactions.findWriter(walk.xid, context.transaction) !== undefined) {
      if (!walk.stepBack()) return undefined;
    }
    return walk.isDeleted ? undefined : rowLsn(walk.image.view, 0);
  }
}
