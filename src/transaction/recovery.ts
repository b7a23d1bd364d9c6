/**
 * Crash recovery. The pages are exactly as of the checkpoint; from there the log is gone through once, forward:
 *
 *   1. Undos that were in progress at the checkpoint are finished.
 *   2. Every record behind it is done again: row records by the code of their kind, a rollback by the same undo as then.
 *   3. Transactions without an end are losers: their rollbacks are logged, all of them before anything else, and done.
 *
 * Nothing durable changes before the next checkpoint but the log's tail, so a crash in here is recovered by starting over.
 */
import { assert } from '../common/assert.ts';
import type { Lsn, Xid } from '../common/ids.ts';
import { noLsn, noXid } from '../common/ids.ts';
import type { Log } from '../storage/log/log.ts';
import { LogRecord } from '../storage/log/record.ts';
import { ActiveTransaction } from './active-transaction.ts';
import type { ActiveEntry, CheckpointState } from './checkpoint-state.ts';
import { LockOwner } from './lock-owner.ts';
import type { TransactionManager } from './manager.ts';
import { type RecordKinds, transactionRecordKind } from './record-kinds.ts';
import { nextToUndo, Rollback } from './rollback.ts';

/** How long, and how many records at a time, recovery runs before it lets the event loop look at signals. */
const sliceMs = 20;
const sliceRecords = 1024;

export interface RecoveryResult {
  readonly records: number;
  readonly losers: number;
  /** End of the log that was found. */
  readonly end: Lsn;
}

/**
 * Brings the database, open as of checkpoint `lsn` with `state`, to the end of the log, opens the log for writing and starts
 * the manager. Kinds of all floors are registered by now.
 */
export async function recover(
  manager: TransactionManager,
  checkpoint: Lsn,
  state: CheckpointState,
): Promise<RecoveryResult> {
  const replay = new Replay(manager.log, manager.kinds, state);
  await replay.finishUndos();
  const { log } = manager;
  const cursor = log.cursor(checkpoint);
  const record = new LogRecord();
  let records = 0;
  let deadline = performance.now() + sliceMs;
  for (; cursor.next(record); records++) {
    replay.apply(record);
    if ((records & 63) === 0 && performance.now() > deadline) {
      await nextTurn();
      deadline = performance.now() + sliceMs;
    }
  }
  const epoch = Math.max(cursor.epoch, state.epoch) + 1;
  log.startWriting(cursor.end, epoch);
  manager.start({ nextXid: replay.nextXid, epoch, purgePosition: state.purgePosition });
  const losers = replay.active();
  await rollBackLosers(manager, losers);
  return { records, losers: losers.length, end: cursor.end };
}

/** The transactions as replay meets them. */
class Replay {
  readonly #log: Log;
  readonly #kinds: RecordKinds;
  readonly #rollback: Rollback;
  readonly #active = new Map<Xid, ActiveTransaction>();
  nextXid: Xid;

  constructor(log: Log, kinds: RecordKinds, state: CheckpointState) {
    this.#log = log;
    this.#kinds = kinds;
    this.#rollback = new Rollback(log, kinds);
    this.nextXid = state.nextXid;
    for (const entry of state.active) this.#active.set(entry.xid, transactionOf(entry));
  }

  /** Those left over, oldest first. */
  active(): ActiveEntry[] {
    return [...this.#active.values()].toSorted((a, b) => a.xid - b.xid);
  }

  async finishUndos(): Promise<void> {
    const record = new LogRecord();
    for (const transaction of this.#active.values()) {
      if (transaction.undoCursor === noLsn) continue;
      this.#log.read(transaction.lastLsn, record);
      const isWhole = record.kind === transactionRecordKind.rollback;
      assert(
        isWhole || record.kind === transactionRecordKind.rollbackTo,
        'LOG-3: an undo cursor stands for a rollback',
      );
      transaction.undoUntil = isWhole ? noLsn : record.previous;
      while (!this.#rollback.undoSome(transaction, sliceRecords)) await nextTurn();
      if (isWhole) this.#active.delete(transaction.xid);
    }
  }

  apply(record: LogRecord): void {
    if (record.xid === noXid) return this.#kinds.get(record.kind).replay(record);
    const transaction = this.#transaction(record);
    transaction.lastLsn = record.lsn;
    switch (record.kind) {
      case transactionRecordKind.commit:
        this.#active.delete(record.xid);
        return;
      case transactionRecordKind.rollback:
        this.#undo(transaction, bodyLsn(record), noLsn);
        this.#active.delete(record.xid);
        return;
      case transactionRecordKind.rollbackTo:
        this.#undo(transaction, bodyLsn(record), record.previous);
        return;
      default:
        this.#kinds.get(record.kind).replay(record);
    }
  }

  #transaction(record: LogRecord): ActiveTransaction {
    const known = this.#active.get(record.xid);
    if (known !== undefined) return known;
    assert(record.previous === noLsn, 'LOG-3: a transaction is known from its first record or the checkpoint');
    const transaction = transactionOf({
      xid: record.xid,
      firstLsn: record.lsn,
      lastLsn: record.lsn,
      undoCursor: noLsn,
    });
    this.#active.set(record.xid, transaction);
    if (record.xid >= this.nextXid) this.nextXid = (record.xid + 1) as Xid;
    return transaction;
  }

  #undo(transaction: ActiveTransaction, from: Lsn, until: Lsn): void {
    transaction.undoUntil = until;
    transaction.undoCursor = nextToUndo(from, until);
    this.#rollback.undoSome(transaction, Infinity);
  }
}

/** A transaction of the time before the crash: it holds no locks and nobody waits for it. */
function transactionOf(entry: ActiveEntry): ActiveTransaction {
  const transaction = new ActiveTransaction(new LockOwner(0, 0), false, {}, () => undefined);
  transaction.xid = entry.xid;
  transaction.firstLsn = entry.firstLsn;
  transaction.lastLsn = entry.lastLsn;
  transaction.undoCursor = entry.undoCursor;
  return transaction;
}

/** Body of both rollback records: where the undo starts. */
function bodyLsn(record: LogRecord): Lsn {
  const low = record.view.getUint32(record.start, true);
  return (record.view.getUint32(record.start + 4, true) * 0x1_0000_0000 + low) as Lsn;
}

async function rollBackLosers(manager: TransactionManager, losers: ActiveEntry[]): Promise<void> {
  const transactions = losers.map((entry) => manager.adopt(entry));
  for (const transaction of transactions) await logged(manager, transaction);
  for (const transaction of transactions) {
    while (manager.rollback(transaction, idle) !== 'done') await nextTurn();
  }
}

async function logged(manager: TransactionManager, transaction: ActiveTransaction): Promise<void> {
  while (transaction.state === 'active') {
    await new Promise<void>((resolve) => {
      if (manager.logRollback(transaction, { wake: resolve })) resolve();
    });
  }
}

const idle = { wake: (): void => undefined };

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
