/**
 * One transaction from BEGIN to its end.
 *
 *   active ──commit──▶ committing ──record durable──▶ finished
 *     │
 *     └──rollback──▶ rolling back ──last record undone──▶ finished
 *
 * Its records form a chain in the log, newest first, from `lastLsn` through each record's `previous`.
 */
import type { Lsn, Xid } from '../common/ids.ts';
import { noLsn, noXid } from '../common/ids.ts';
import type { LockMark, LockOwner } from './lock-owner.ts';
import type { TransactionSnapshot } from './snapshots.ts';
import type { IsolationLevel, Transaction, Waiter } from './transaction.ts';

type TransactionState = Transaction['state'];

export interface BeginOptions {
  /** The session's; undefined: an owner of its own that lives as long as the transaction. */
  readonly owner?: LockOwner | undefined;
  readonly isolation?: IsolationLevel;
  readonly readOnly?: boolean;
  readonly deferrable?: boolean;
}

/** Where a transaction can be rolled back to. Names and nesting are the session's business. */
export interface Savepoint {
  /** The transaction's last record at the time; moves on when it is rolled back to. */
  lsn: Lsn;
  readonly locks: LockMark;
}

export class ActiveTransaction implements Transaction, Waiter {
  xid: Xid = noXid;
  isolation: IsolationLevel;
  readOnly: boolean;
  deferrable: boolean;
  firstLsn: Lsn = noLsn;
  lastLsn: Lsn = noLsn;
  state: TransactionState = 'active';
  readonly owner: LockOwner;
  readonly ownsOwner: boolean;
  /** A sliced undo in progress: next record to undo, noLsn if none; it stops at `undoUntil`. (LOG-3) */
  undoCursor: Lsn = noLsn;
  undoUntil: Lsn = noLsn;
  /** What REPEATABLE READ and SERIALIZABLE look at throughout. */
  baseSnapshot: TransactionSnapshot | undefined = undefined;
  /** Who is to be woken when the commit is published. */
  commitWaiter: Waiter | undefined = undefined;
  readonly #onDurable: (transaction: ActiveTransaction) => void;

  constructor(
    owner: LockOwner,
    ownsOwner: boolean,
    options: BeginOptions,
    onDurable: (transaction: ActiveTransaction) => void,
  ) {
    this.owner = owner;
    this.ownsOwner = ownsOwner;
    this.isolation = options.isolation ?? 'read committed';
    this.readOnly = options.readOnly ?? false;
    this.deferrable = options.deferrable ?? false;
    this.#onDurable = onDurable;
  }

  /** The log calls this when the commit record is durable. */
  wake(): void {
    this.#onDurable(this);
  }
}
