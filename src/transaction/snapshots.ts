/**
 * Snapshots: taken, shared and given back. They are pooled, because every statement takes one; those in use are known, because
 * the oldest of them decides what purge may clear away and how much log must be kept.
 */
import { assert } from '../common/assert.ts';
import type { Lsn, Xid } from '../common/ids.ts';
import { noLsn, noXid } from '../common/ids.ts';
import type { ActiveTransaction } from './active-transaction.ts';
import type { Snapshot } from './transaction.ts';
import type { UnfinishedTransactions } from './unfinished.ts';
import { VersionMemo } from './version-memo.ts';

export class TransactionSnapshot implements Snapshot {
  xmin: Xid = noXid;
  xmax: Xid = noXid;
  unfinished = new Float64Array(16);
  unfinishedCount = 0;
  transaction: ActiveTransaction;
  ownLsn: Lsn = noLsn;
  takenAt: Lsn = noLsn;
  /** Versions this snapshot may have to rebuild need no record before this. (LOG-4) */
  retainFrom: Lsn = noLsn;
  readonly versions: VersionMemo = new VersionMemo();
  /** Place among the snapshots in use. */
  place = 0;
  uses = 0;

  constructor(transaction: ActiveTransaction) {
    this.transaction = transaction;
  }

  copyUnfinished(xids: Float64Array, count: number): void {
    if (this.unfinished.length < count) this.unfinished = new Float64Array(Math.max(count, xids.length));
    const to = this.unfinished;
    for (let i = 0; i < count; i++) to[i] = xids[i] as number;
    this.unfinishedCount = count;
  }
}

const pooledMax = 256;

export class Snapshots {
  readonly #unfinished: UnfinishedTransactions;
  readonly #inUse: TransactionSnapshot[] = [];
  readonly #pool: TransactionSnapshot[] = [];

  constructor(unfinished: UnfinishedTransactions) {
    this.#unfinished = unfinished;
  }

  /** The state of now: `nextXid` is the first xid not given yet, `end` the end of the log. */
  take(transaction: ActiveTransaction, nextXid: Xid, end: Lsn): TransactionSnapshot {
    const { xids, count, oldestXid, oldestStart } = this.#unfinished;
    const snapshot = this.#fresh(transaction);
    snapshot.copyUnfinished(xids, count);
    snapshot.xmin = oldestXid ?? nextXid;
    snapshot.xmax = nextXid;
    snapshot.ownLsn = end;
    snapshot.takenAt = end;
    snapshot.retainFrom = oldestStart ?? end;
    return snapshot;
  }

  /** The same state as `base`, but with the own changes up to `ownLsn`. */
  advance(base: TransactionSnapshot, ownLsn: Lsn): TransactionSnapshot {
    const snapshot = this.#fresh(base.transaction);
    snapshot.copyUnfinished(base.unfinished, base.unfinishedCount);
    snapshot.xmin = base.xmin;
    snapshot.xmax = base.xmax;
    snapshot.ownLsn = ownLsn;
    snapshot.takenAt = base.takenAt;
    snapshot.retainFrom = base.retainFrom;
    return snapshot;
  }

  #fresh(transaction: ActiveTransaction): TransactionSnapshot {
    const snapshot = this.#pool.pop() ?? new TransactionSnapshot(transaction);
    snapshot.transaction = transaction;
    snapshot.uses = 1;
    snapshot.place = this.#inUse.length;
    this.#inUse.push(snapshot);
    return snapshot;
  }

  /** Another user of the same snapshot; each releases it once. */
  share(snapshot: TransactionSnapshot): void {
    assert(snapshot.uses > 0, 'MVCC-2: a snapshot in use is shared');
    snapshot.uses++;
  }

  release(snapshot: TransactionSnapshot): void {
    assert(snapshot.uses > 0, 'MVCC-2: a snapshot is released once by each user');
    if (--snapshot.uses > 0) return;
    const last = this.#inUse.pop() as TransactionSnapshot;
    if (last !== snapshot) {
      this.#inUse[snapshot.place] = last;
      last.place = snapshot.place;
    }
    snapshot.versions.clear();
    if (this.#pool.length < pooledMax) this.#pool.push(snapshot);
  }

  /** Smallest xmin in use; `otherwise` if there is no snapshot. */
  oldestXmin(otherwise: Xid): Xid {
    let oldest = otherwise;
    for (const { xmin } of this.#inUse) if (xmin < oldest) oldest = xmin;
    return oldest;
  }

  /** The one that needs the oldest part of the log. */
  get mostRetaining(): TransactionSnapshot | undefined {
    let most: TransactionSnapshot | undefined;
    for (const each of this.#inUse) if (most === undefined || each.retainFrom < most.retainFrom) most = each;
    return most;
  }

  get inUseCount(): number {
    return this.#inUse.length;
  }
}
