/**
 * Transactions: begun here, given xids and snapshots, committed, rolled back, counted into checkpoints.
 *
 * A commit is one record. Until that record is durable the transaction is unfinished for everybody; then it is published: its
 * changes become visible and its locks are released in the same breath (MVCC-3). A rollback is one record too, followed by the
 * undo; it is published when the last old row is back.
 */
import { assert } from '../common/assert.ts';
import { ByteWriter } from '../common/byte-writer.ts';
import type { Lsn, Xid } from '../common/ids.ts';
import { noLsn, noXid } from '../common/ids.ts';
import type { Log } from '../storage/log/log.ts';
import { recordBytes } from '../storage/log/record.ts';
import { ActiveTransaction, type BeginOptions, type Savepoint } from './active-transaction.ts';
import { type ActiveEntry, type CheckpointState } from './checkpoint-state.ts';
import { LockManager } from './lock-manager.ts';
import type { LockOwner } from './lock-owner.ts';
import { type RecordKinds, transactionRecordKind } from './record-kinds.ts';
import { nextToUndo, Rollback } from './rollback.ts';
import { Snapshots, type TransactionSnapshot } from './snapshots.ts';
import type { Transaction, Waiter } from './transaction.ts';
import { UnfinishedTransactions } from './unfinished.ts';

export interface ManagerOptions {
  readonly log: Log;
  readonly kinds: RecordKinds;
  readonly locks?: LockManager;
  /** Time in µs since 1970, for commit records. */
  readonly now?: () => number;
  /** How many records an undo takes back before it yields. */
  readonly undoSliceRecords?: number;
}

/** Told of every transaction that had an xid, in the moment it is published; must not throw. */
export type PublishListener = (transaction: ActiveTransaction, committed: boolean) => void;

/** A moment of the log and the transactions in it: what a checkpoint starts from. */
export interface CheckpointStart {
  /** Where replay starts; a block of the log starts here. It must be durable before the checkpoint is (CKPT-1). */
  readonly lsn: Lsn;
  readonly state: CheckpointState;
}

/** Where recovery left off. */
export interface ManagerStart {
  readonly nextXid: Xid;
  readonly epoch: number;
  readonly purgePosition: Lsn;
}

const bodyBytesMax = 16;

export class TransactionManager {
  readonly log: Log;
  readonly kinds: RecordKinds;
  readonly locks: LockManager;
  readonly #now: () => number;
  readonly #undoSliceRecords: number;
  readonly #unfinished = new UnfinishedTransactions();
  readonly #snapshots = new Snapshots(this.#unfinished);
  readonly #rollback: Rollback;
  readonly #listeners: PublishListener[] = [];
  readonly #body = new ByteWriter(bodyBytesMax);
  #nextXid: Xid = noXid;
  #epoch = 0;
  /** Log block that purge works on; records before it are purged. Moved by purge.ts. */
  purgePosition: Lsn = noLsn;

  constructor(options: ManagerOptions) {
    this.log = options.log;
    this.kinds = options.kinds;
    this.locks = options.locks ?? new LockManager();
    this.#now = options.now ?? ((): number => Date.now() * 1000);
    this.#undoSliceRecords = options.undoSliceRecords ?? 64;
    this.#rollback = new Rollback(options.log, options.kinds);
  }

  /** Called once, when recovery knows where things stand. */
  start(start: ManagerStart): void {
    assert(this.#nextXid === noXid, 'LOG-3: the manager is started once');
    this.#nextXid = start.nextXid;
    this.#epoch = start.epoch;
    this.purgePosition = start.purgePosition;
  }

  // ---- beginning

  begin(options: BeginOptions = {}): ActiveTransaction {
    const owner = options.owner ?? this.locks.openOwner(0);
    return new ActiveTransaction(owner, options.owner === undefined, options, this.#onDurable);
  }

  /** Takes a loser of the last crash into the unfinished, to be rolled back like any other. */
  adopt(entry: ActiveEntry): ActiveTransaction {
    const transaction = this.begin();
    transaction.xid = entry.xid;
    transaction.owner.xid = entry.xid;
    transaction.firstLsn = entry.firstLsn;
    transaction.lastLsn = entry.lastLsn;
    this.#unfinished.add(transaction, entry.firstLsn);
    return transaction;
  }

  /** Gives the transaction an xid if it has none. */
  assignXid(transaction: ActiveTransaction): Xid {
    if (transaction.xid === noXid) {
      assert(transaction.state === 'active', 'MVCC-2: an active transaction gets an xid');
      transaction.xid = this.#nextXid;
      transaction.owner.xid = this.#nextXid;
      this.#nextXid = (this.#nextXid + 1) as Xid;
      this.#unfinished.add(transaction, this.log.appendLsn);
    }
    return transaction.xid;
  }

  /**
   * Appends a record of the transaction and links it into its chain. The room has been reserved (`log.reserve`) since the
   * last yield.
   */
  append(
    transaction: ActiveTransaction,
    kind: number,
    body: Uint8Array,
    start: number = 0,
    end: number = body.length,
  ): Lsn {
    assert(transaction.state === 'active', 'LOG-2: only an active transaction writes');
    const lsn = this.log.append(kind, this.assignXid(transaction), transaction.lastLsn, body, start, end);
    if (transaction.firstLsn === noLsn) transaction.firstLsn = lsn;
    transaction.lastLsn = lsn;
    return lsn;
  }

  // ---- snapshots

  /** What a statement looks at, by the isolation level; to be released when the statement ends. */
  takeStatementSnapshot(transaction: ActiveTransaction): TransactionSnapshot {
    if (transaction.isolation === 'read committed') return this.takeLatestSnapshot(transaction);
    transaction.baseSnapshot ??= this.takeLatestSnapshot(transaction);
    return this.#snapshots.advance(transaction.baseSnapshot, this.log.appendLsn);
  }

  /** The state of now, whatever the isolation level: for catalogs and foreign keys. To be released. */
  takeLatestSnapshot(transaction: ActiveTransaction): TransactionSnapshot {
    return this.#snapshots.take(transaction, this.#nextXid, this.log.appendLsn);
  }

  /** The same view with all own changes up to now: for what runs inside a statement. To be released. */
  advanceSnapshot(base: TransactionSnapshot): TransactionSnapshot {
    return this.#snapshots.advance(base, this.log.appendLsn);
  }

  /** One more user of a snapshot, for example a portal. */
  shareSnapshot(snapshot: TransactionSnapshot): void {
    this.#snapshots.share(snapshot);
  }

  releaseSnapshot(snapshot: TransactionSnapshot): void {
    this.#snapshots.release(snapshot);
  }

  // ---- who is unfinished

  /** Whether the transaction is not published yet; the caller's own included. */
  isUnfinished(xid: Xid): boolean {
    return this.#unfinished.find(xid) !== undefined;
  }

  findUnfinished(xid: Xid): ActiveTransaction | undefined {
    return this.#unfinished.find(xid);
  }

  /** Lock owner of the other transaction whose unfinished change `xid` is; undefined if it is finished or the asker's own. */
  findWriter(xid: Xid, asker: Transaction): LockOwner | undefined {
    return xid === asker.xid ? undefined : this.#unfinished.find(xid)?.owner;
  }

  get nextXid(): Xid {
    return this.#nextXid;
  }

  /** Xids below this are finished for every snapshot there is or will be. */
  get horizon(): Xid {
    return this.#snapshots.oldestXmin(this.#unfinished.oldestXid ?? this.#nextXid);
  }

  get snapshots(): Snapshots {
    return this.#snapshots;
  }

  unfinished(): readonly ActiveTransaction[] {
    return this.#unfinished.all();
  }

  onPublish(listener: PublishListener): void {
    this.#listeners.push(listener);
  }

  // ---- the end

  /**
   * Commits. 'wait': the record is on its way; `waiter` is woken when it is durable and the transaction published, whether
   * anybody asks again or not. `durably` false: synchronous_commit = off.
   */
  commit(transaction: ActiveTransaction, waiter: Waiter, durably: boolean = true): 'done' | 'wait' {
    if (transaction.state === 'finished') return 'done';
    if (transaction.state === 'active') {
      if (transaction.firstLsn === noLsn) return this.#publish(transaction, true);
      if (!this.log.reserve(recordBytes(bodyBytesMax), waiter, 'system')) return 'wait';
      this.#appendCommit(transaction);
      if (!durably) return this.#publish(transaction, true);
      this.log.flush(transaction.lastLsn, transaction);
    }
    assert(transaction.state === 'committing', 'MVCC-3: a transaction that is rolled back is not committed');
    transaction.commitWaiter = waiter;
    return 'wait';
  }

  #appendCommit(transaction: ActiveTransaction): void {
    assert(transaction.undoCursor === noLsn, 'LOG-2: an undo is finished before the commit');
    const body = this.#body;
    body.reset();
    body.uint53LE(this.#now());
    body.uint53LE(transaction.firstLsn);
    transaction.lastLsn = this.append(transaction, transactionRecordKind.commit, body.bytes, 0, body.length);
    transaction.state = 'committing';
  }

  readonly #onDurable = (transaction: ActiveTransaction): void => {
    this.#publish(transaction, true);
    transaction.commitWaiter?.wake();
  };

  /** Rolls back, in slices. 'yield': call again soon. 'wait': call again when woken. */
  rollback(transaction: ActiveTransaction, waiter: Waiter): 'done' | 'yield' | 'wait' {
    if (transaction.state === 'finished') return 'done';
    if (transaction.state === 'active') {
      if (transaction.firstLsn === noLsn) return this.#publish(transaction, false);
      // One to a savepoint may have been interrupted; its record is in the log, so it is finished first.
      if (!this.#rollback.undoSome(transaction, this.#undoSliceRecords)) return 'yield';
      if (!this.logRollback(transaction, waiter)) return 'wait';
    }
    assert(transaction.state === 'rolling back', 'MVCC-3: a commit under way is not rolled back');
    if (!this.#rollback.undoSome(transaction, this.#undoSliceRecords)) return 'yield';
    return this.#publish(transaction, false);
  }

  /** The first step of `rollback`, for recovery, which takes it for all losers first. False: once more when woken. */
  logRollback(transaction: ActiveTransaction, waiter: Waiter): boolean {
    if (!this.log.reserve(recordBytes(bodyBytesMax), waiter, 'system')) return false;
    this.#beginUndo(transaction, transactionRecordKind.rollback, transaction.lastLsn, noLsn);
    transaction.state = 'rolling back';
    return true;
  }

  savepoint(transaction: ActiveTransaction): Savepoint {
    return { lsn: transaction.lastLsn, locks: this.locks.mark(transaction.owner) };
  }

  /** Rolls back to the savepoint, which stays; later ones are void. Answers as `rollback`. */
  rollbackTo(transaction: ActiveTransaction, savepoint: Savepoint, waiter: Waiter): 'done' | 'yield' | 'wait' {
    if (transaction.undoCursor === noLsn && transaction.lastLsn !== savepoint.lsn) {
      if (!this.log.reserve(recordBytes(bodyBytesMax), waiter, 'system')) return 'wait';
      this.#beginUndo(transaction, transactionRecordKind.rollbackTo, transaction.lastLsn, savepoint.lsn);
    }
    if (!this.#rollback.undoSome(transaction, this.#undoSliceRecords)) return 'yield';
    savepoint.lsn = transaction.lastLsn;
    this.locks.releaseTo(transaction.owner, savepoint.locks);
    return 'done';
  }

  /**
   * Logs, before its first step, the undo of everything from `from` back to, but not including, `until` (LOG-2). The chain
   * goes on from `until`.
   */
  #beginUndo(transaction: ActiveTransaction, kind: number, from: Lsn, until: Lsn): void {
    const body = this.#body;
    body.reset();
    body.uint53LE(from);
    transaction.lastLsn = until;
    this.append(transaction, kind, body.bytes, 0, body.length);
    transaction.undoUntil = until;
    transaction.undoCursor = nextToUndo(from, until);
  }

  /** The transaction's changes stand as they are for everybody, and its locks go. */
  #publish(transaction: ActiveTransaction, committed: boolean): 'done' {
    if (transaction.xid !== noXid) this.#unfinished.remove(transaction);
    transaction.state = 'finished';
    if (transaction.baseSnapshot !== undefined) {
      this.#snapshots.release(transaction.baseSnapshot);
      transaction.baseSnapshot = undefined;
    }
    if (transaction.xid !== noXid) for (const listener of this.#listeners) listener(transaction, committed);
    if (transaction.ownsOwner) this.locks.closeOwner(transaction.owner);
    else this.locks.releaseTransaction(transaction.owner);
    return 'done';
  }

  // ---- checkpoints

  /**
   * The moment a checkpoint is of: not in the middle of a row operation (CKPT-2). A transaction whose commit record lies
   * before it counts as committed, since the log up to here is durable before the checkpoint is.
   */
  beginCheckpoint(): CheckpointStart {
    const active = this.#unfinished.all().filter((each) => each.state !== 'committing' && each.firstLsn !== noLsn);
    return {
      lsn: this.log.cut(),
      state: {
        epoch: this.#epoch,
        nextXid: this.#nextXid,
        purgePosition: this.purgePosition,
        active: active.map(({ xid, firstLsn, lastLsn, undoCursor }) => ({ xid, firstLsn, lastLsn, undoCursor })),
      },
    };
  }
}
