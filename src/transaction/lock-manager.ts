/**
 * All locks in one place: tables and other objects, advisory locks, rows, and waiting for a transaction to end. They share the
 * owners, and so one wait-for graph (deadlock.ts). An owner waits for one thing at a time; asking for something else gives the
 * old wait up.
 *
 * A wake must not call back into the lock manager: it notes that its task may run, and the task asks again.
 */
import type { Oid, SpaceId, TreeId } from '../common/ids.ts';
import { noXid } from '../common/ids.ts';
import { refuseDeadlock } from './deadlock.ts';
import { type LockMode, rowLockStrength } from './lock-modes.ts';
import { type EndableWait, type LockMark, type LockOutcome, LockOwner } from './lock-owner.ts';
import type { LockScope, LockTag } from './object-lock.ts';
import { type LockListing, ObjectLocks } from './object-locks.ts';
import { RowLocks } from './row-locks.ts';
import type { RowLockMode, Waiter, WaitPolicy } from './transaction.ts';

export interface LockOptions {
  /** Row lock entries at most, held and waiting; beyond it 53200. */
  readonly rowLocksMax: number;
}

const defaultLockOptions: LockOptions = { rowLocksMax: 4 * 1024 * 1024 };

export class LockManager {
  readonly #owners: (LockOwner | undefined)[] = [];
  readonly #freeIds: number[] = [];
  readonly #objects = new ObjectLocks();
  readonly #rows: RowLocks;

  constructor(options: LockOptions = defaultLockOptions) {
    this.#rows = new RowLocks(options.rowLocksMax, (id) => this.#owners[id] as LockOwner);
  }

  /** A new owner: one for each session and each background job. */
  openOwner(processId: number): LockOwner {
    const owner = new LockOwner(this.#freeIds.pop() ?? this.#owners.length, processId);
    this.#owners[owner.id] = owner;
    return owner;
  }

  /** The session ends: everything it holds is released. Its transaction has ended before. */
  closeOwner(owner: LockOwner): void {
    this.releaseTransaction(owner);
    this.#objects.releaseSession(owner);
    this.#objects.forget(owner);
    this.#owners[owner.id] = undefined;
    this.#freeIds.push(owner.id);
  }

  /** Locks a table until the transaction ends or is rolled back to before this. */
  lockTable(
    owner: LockOwner,
    space: SpaceId,
    oid: Oid,
    mode: LockMode,
    policy: WaitPolicy,
    waiter: Waiter,
  ): LockOutcome {
    return this.#objects.acquireRelation(owner, space, oid, mode, policy, waiter);
  }

  /** Locks any object; advisory locks use `lockMode.exclusive` and `lockMode.share`. */
  lockObject(
    owner: LockOwner,
    tag: LockTag,
    mode: LockMode,
    scope: LockScope,
    policy: WaitPolicy,
    waiter: Waiter,
  ): LockOutcome {
    return this.#objects.acquire(owner, tag, mode, scope, policy, waiter);
  }

  /** Takes back one session lock; false if the owner has none in that mode. */
  unlockObject(owner: LockOwner, tag: LockTag, mode: LockMode): boolean {
    return this.#objects.release(owner, tag, mode);
  }

  unlockAllOfSession(owner: LockOwner): void {
    this.#objects.releaseSession(owner);
  }

  /**
   * Locks the row at `key`. `writer`: owner of the unfinished transaction whose change stands in the row, if it is another's;
   * `writerMode`: 'no key update' if it left the key alone, else 'update'.
   */
  lockRow(
    owner: LockOwner,
    space: SpaceId,
    tree: TreeId,
    key: Uint8Array,
    mode: RowLockMode,
    policy: WaitPolicy,
    waiter: Waiter,
    writer: LockOwner | undefined,
    writerMode: RowLockMode,
  ): LockOutcome {
    const strength = rowLockStrength[mode];
    return this.#rows.acquire(
      owner,
      space,
      tree,
      key,
      strength,
      policy,
      waiter,
      writer,
      rowLockStrength[writerMode],
      true,
    );
  }

  /** Lets the owner change the row at `key` now: as lockRow, but takes no entry unless it has to wait. */
  admitWriter(
    owner: LockOwner,
    space: SpaceId,
    tree: TreeId,
    key: Uint8Array,
    mode: RowLockMode,
    policy: WaitPolicy,
    waiter: Waiter,
    writer: LockOwner | undefined,
    writerMode: RowLockMode,
  ): LockOutcome {
    const strength = rowLockStrength[mode];
    return this.#rows.acquire(
      owner,
      space,
      tree,
      key,
      strength,
      policy,
      waiter,
      writer,
      rowLockStrength[writerMode],
      false,
    );
  }

  /**
   * Waits until the running transaction of `blocker` has ended or was rolled back to a savepoint. Always 'wait' or 40P01: the
   * caller asks again only after it looked again at what made it wait.
   */
  waitForTransaction(owner: LockOwner, blocker: LockOwner, waiter: Waiter): 'wait' {
    owner.wait?.cancel();
    const wait = new TransactionWait(owner, blocker);
    blocker.transactionWaits.push(wait);
    owner.wait = wait;
    owner.waiter = waiter;
    try {
      refuseDeadlock(owner);
    } catch (error) {
      wait.cancel();
      throw error;
    }
    return 'wait';
  }

  /** The statement is cancelled: the owner waits no more. */
  cancelWait(owner: LockOwner): void {
    owner.wait?.cancel();
    owner.grantedRequest?.giveBack();
    owner.grantedRequest = undefined;
    owner.waiter = undefined;
  }

  mark(owner: LockOwner): LockMark {
    return { objects: owner.heldObjects.length, rows: owner.rowCount };
  }

  /** Rollback to a savepoint: locks taken since the mark go, and whoever waits for this transaction looks again. */
  releaseTo(owner: LockOwner, mark: LockMark): void {
    this.cancelWait(owner);
    this.#rows.releaseTo(owner, mark.rows);
    this.#objects.releaseTo(owner, mark.objects);
    wakeTransactionWaits(owner);
  }

  /** The transaction ended. */
  releaseTransaction(owner: LockOwner): void {
    if (owner.wait !== undefined || owner.grantedRequest !== undefined) this.cancelWait(owner);
    if (owner.rowCount > 0) this.#rows.releaseTo(owner, 0);
    if (owner.heldObjects.length > 0) this.#objects.releaseTo(owner, 0);
    if (owner.transactionWaits.length > 0) wakeTransactionWaits(owner);
    owner.xid = noXid;
  }

  /** Whether nobody holds or awaits a row by an entry; then only unfinished xids in rows lock. */
  get hasNoRowLocks(): boolean {
    return this.#rows.count === 0;
  }

  get rowLockCount(): number {
    return this.#rows.count;
  }

  /** What pg_locks shows of objects. */
  list(): LockListing[] {
    return this.#objects.list();
  }
}

function wakeTransactionWaits(owner: LockOwner): void {
  for (const wait of owner.transactionWaits.splice(0)) wait.end();
}

class TransactionWait implements EndableWait {
  readonly #owner: LockOwner;
  readonly #blocker: LockOwner;

  constructor(owner: LockOwner, blocker: LockOwner) {
    this.#owner = owner;
    this.#blocker = blocker;
  }

  collectBlockers(found: LockOwner[]): void {
    found.push(this.#blocker);
  }

  describe(): string {
    return `ShareLock on ${this.#blocker.transactionName}`;
  }

  overtake(): boolean {
    return false;
  }

  cancel(): void {
    this.#owner.wait = undefined;
    const { transactionWaits } = this.#blocker;
    transactionWaits.splice(transactionWaits.indexOf(this), 1);
  }

  end(): void {
    this.#owner.wait = undefined;
    this.#owner.wake();
  }
}
