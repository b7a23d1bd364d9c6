/** Locks on whole objects: tables in the eight modes, other catalog objects, and advisory locks; found by what they are on. */
import type { Oid, SpaceId } from '../common/ids.ts';
import type { LockMode } from './lock-modes.ts';
import type { HeldLock, LockOutcome, LockOwner } from './lock-owner.ts';
import { describeTag, LockRequest, ObjectLock, type LockScope, type LockTag } from './object-lock.ts';
import type { Waiter, WaitPolicy } from './transaction.ts';

/** One row of pg_locks. */
export interface LockListing {
  readonly tag: LockTag;
  readonly owner: LockOwner;
  readonly mode: LockMode;
  readonly granted: boolean;
}

/** Locks that nobody holds are kept up to this many: most are asked for again at once. */
const idleLocksMax = 1024;

export class ObjectLocks {
  /** By space, then by table: the locks that every statement takes. */
  readonly #relations = new Map<SpaceId, Map<Oid, ObjectLock>>();
  readonly #others = new Map<string, ObjectLock>();
  /** Locks in both maps, and the number at which the idle ones are forgotten. */
  #known = 0;
  #sweepAt = idleLocksMax;

  /** Asks for a table lock until the transaction ends. */
  acquireRelation(
    owner: LockOwner,
    space: SpaceId,
    oid: Oid,
    mode: LockMode,
    policy: WaitPolicy,
    waiter: Waiter,
  ): LockOutcome {
    return this.#acquire(this.#relation(space, oid), owner, mode, 'transaction', policy, waiter);
  }

  /** Asks for a lock on anything. */
  acquire(
    owner: LockOwner,
    tag: LockTag,
    mode: LockMode,
    scope: LockScope,
    policy: WaitPolicy,
    waiter: Waiter,
  ): LockOutcome {
    return this.#acquire(this.#lock(tag), owner, mode, scope, policy, waiter);
  }

  /** Takes back one session lock; false if the owner has none. */
  release(owner: LockOwner, tag: LockTag, mode: LockMode): boolean {
    return this.#lock(tag).releaseSessionLock(owner, mode);
  }

  /** Takes back all of the owner's session locks. */
  releaseSession(owner: LockOwner): void {
    for (const lock of this.#all()) {
      if (!lock.holders.has(owner)) continue;
      for (let mode = 1; mode <= 8; mode++) while (lock.releaseSessionLock(owner, mode as LockMode));
    }
  }

  /** The owner is closed and holds nothing. */
  forget(owner: LockOwner): void {
    for (const lock of this.#all()) lock.forget(owner);
  }

  /** Releases the owner's newest transaction locks until `count` are left. */
  releaseTo(owner: LockOwner, count: number): void {
    while (owner.heldObjects.length > count) {
      const lock = owner.heldObjects.pop() as HeldLock;
      lock.releaseTransactionLock(owner, owner.heldModes.pop() as number);
    }
  }

  #acquire(
    lock: ObjectLock,
    owner: LockOwner,
    mode: LockMode,
    scope: LockScope,
    policy: WaitPolicy,
    waiter: Waiter,
  ): LockOutcome {
    const granted = owner.grantedRequest;
    if (granted !== undefined) {
      owner.grantedRequest = undefined;
      if (granted instanceof LockRequest && granted.isFor(lock, mode, scope)) return 'granted';
      granted.giveBack();
    }
    const { wait } = owner;
    if (wait instanceof LockRequest && wait.isFor(lock, mode, scope)) {
      owner.waiter = waiter;
      return 'wait';
    }
    wait?.cancel();
    return lock.acquire(owner, mode, scope, policy, waiter);
  }

  #relation(space: SpaceId, oid: Oid): ObjectLock {
    let locks = this.#relations.get(space);
    if (locks === undefined) this.#relations.set(space, (locks = new Map()));
    let lock = locks.get(oid);
    if (lock === undefined) {
      this.#sweep();
      locks.set(oid, (lock = new ObjectLock({ kind: 'relation', space, oid })));
    }
    return lock;
  }

  #lock(tag: LockTag): ObjectLock {
    if (tag.kind === 'relation') return this.#relation(tag.space, tag.oid);
    const name = describeTag(tag);
    let lock = this.#others.get(name);
    if (lock === undefined) {
      this.#sweep();
      this.#others.set(name, (lock = new ObjectLock(tag)));
    }
    return lock;
  }

  /** Forgets idle locks when their number has doubled since the last time. */
  #sweep(): void {
    if (++this.#known < this.#sweepAt) return;
    this.#known = 0;
    const maps: Map<unknown, ObjectLock>[] = [...this.#relations.values(), this.#others];
    for (const locks of maps) {
      for (const [key, lock] of locks) {
        if (lock.isIdle) locks.delete(key);
        else this.#known++;
      }
    }
    this.#sweepAt = Math.max(idleLocksMax, 2 * this.#known);
  }

  *#all(): Iterable<ObjectLock> {
    for (const locks of this.#relations.values()) yield* locks.values();
    yield* this.#others.values();
  }

  /** What pg_locks shows. */
  list(): LockListing[] {
    const rows: LockListing[] = [];
    for (const { tag, holders, queue } of this.#all()) {
      for (const [owner, { modes }] of holders) {
        for (let mode = 1; mode <= 8; mode++) {
          if ((modes & (1 << mode)) !== 0) rows.push({ tag, owner, mode: mode as LockMode, granted: true });
        }
      }
      for (const { owner, mode } of queue) rows.push({ tag, owner, mode, granted: false });
    }
    return rows;
  }
}
