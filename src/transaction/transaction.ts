/**
 * Names and contracts of transactions. The manager (manager.ts) makes them; tables and everything above only use them.
 * Rules MVCC-1 … MVCC-7 of the folder's README.
 */
import type { Lsn, Xid } from '../common/ids.ts';
import type { VersionMemo } from './version-memo.ts';

export type IsolationLevel = 'read committed' | 'repeatable read' | 'serializable';

/** Visible iff xid < xmin; or own and row.lsn < ownLsn; or xid < xmax and not among the unfinished. (MVCC-2) */
export interface Snapshot {
  readonly xmin: Xid;
  readonly xmax: Xid;
  /** Sorted xids in [xmin, xmax) that were unfinished; own transaction's included when it had one. */
  readonly unfinished: Float64Array;
  readonly unfinishedCount: number;
  readonly transaction: Transaction;
  /** Own changes with a record at or after this LSN are not visible. */
  readonly ownLsn: Lsn;
  /** End of the log when it was taken; for retention (LOG-4). */
  readonly takenAt: Lsn;
  /** Versions already rebuilt for this snapshot. (MVCC-7) */
  readonly versions: VersionMemo;
}

export interface Transaction {
  /** noXid until the first write; read it through the transaction, it may come after the snapshot. */
  readonly xid: Xid;
  readonly isolation: IsolationLevel;
  readonly readOnly: boolean;
  /** LSN of its first and last record; noLsn before the first. */
  readonly firstLsn: Lsn;
  readonly lastLsn: Lsn;
  readonly state: 'active' | 'rolling back' | 'committing' | 'finished';
}

/** Someone to be woken: a task parked on a lock, a flush, or a slow client. Spurious wakes are allowed. */
export interface Waiter {
  wake(): void;
}

/** Row lock strengths, weakest first (FOR KEY SHARE … FOR UPDATE). */
export type RowLockMode = 'key share' | 'share' | 'no key update' | 'update';

/** What to do when a lock is held by another. */
export type WaitPolicy = 'wait' | 'nowait' | 'skip';
