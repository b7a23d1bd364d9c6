/**
 * Locks on whole objects: tables in the eight modes, other catalog objects, and advisory locks. One queue per object, first
 * come first served, so that a stream of readers cannot starve an ALTER TABLE; whoever already holds a lock on the object goes
 * before those who wait for him to let go of it.
 */
import type { Oid, SpaceId } from '../common/ids.ts';
import { refuseDeadlock } from './deadlock.ts';
import { lockConflicts, type LockMode, lockModeNames } from './lock-modes.ts';
import type { HeldLock, LockOutcome, LockOwner, LockWait } from './lock-owner.ts';
import type { Waiter, WaitPolicy } from './transaction.ts';

/** What a lock is on. `part` of an advisory lock: 1 = one 64-bit key, 2 = two 32-bit keys, as in pg_locks.objsubid. */
export type LockTag =
  | { readonly kind: 'relation'; readonly space: SpaceId; readonly oid: Oid }
  | { readonly kind: 'object'; readonly space: SpaceId; readonly classOid: Oid; readonly oid: Oid }
  | {
      readonly kind: 'advisory';
      readonly space: SpaceId;
      readonly high: number;
      readonly low: number;
      readonly part: 1 | 2;
    };

/** 'transaction' locks go when the transaction ends, or back to a savepoint; 'session' locks are counted and stay. */
export type LockScope = 'transaction' | 'session';

/** One row of pg_locks. */
export interface LockListing {
  readonly tag: LockTag;
  readonly owner: LockOwner;
  readonly mode: LockMode;
  readonly granted: boolean;
}

/** Locks that nobody holds are kept up to this many: most are asked for again at once. */
const idleLocksMax = 1024;

/** What one owner has of one lock. */
class Holding {
  transactionModes = 0;
  /** By mode, how often the session took it; undefined: never. */
  sessionCounts: Uint32Array | undefined = undefined;

  get modes(): number {
    let modes = this.transactionModes;
    for (let mode = 1; this.sessionCounts !== undefined && mode <= 8; mode++) {
      if ((this.sessionCounts[mode] as number) > 0) modes |= 1 << mode;
    }
    return modes;
  }
}

class LockRequest implements LockWait {
  readonly lock: ObjectLock;
  readonly owner: LockOwner;
  readonly mode: LockMode;
  readonly scope: LockScope;

  constructor(lock: ObjectLock, owner: LockOwner, mode: LockMode, scope: LockScope) {
    this.lock = lock;
    this.owner = owner;
    this.mode = mode;
    this.scope = scope;
  }

  collectBlockers(found: LockOwner[]): void {
    this.lock.collectBlockers(this, found);
  }

  describe(): string {
    return `${lockModeNames[this.mode]} on ${describeTag(this.lock.tag)}`;
  }

  overtake(): boolean {
    return this.lock.grantOutOfTurn(this);
  }

  cancel(): void {
    this.owner.wait = undefined;
    this.lock.leave(this);
  }

  giveBack(): void {
    this.lock.releaseSessionLock(this.owner, this.mode);
  }

  isFor(lock: ObjectLock, mode: LockMode, scope: LockScope): boolean {
    return this.lock === lock && this.mode === mode && this.scope === scope;
  }
}

class ObjectLock implements HeldLock {
  readonly tag: LockTag;
  readonly holders = new Map<LockOwner, Holding>();
  readonly queue: LockRequest[] = [];
  /** By mode: owners that hold it. */
  readonly #granted = new Uint32Array(9);

  constructor(tag: LockTag) {
    this.tag = tag;
  }

  get isIdle(): boolean {
    return this.holders.size === 0 && this.queue.length === 0;
  }

  acquire(owner: LockOwner, mode: LockMode, scope: LockScope, policy: WaitPolicy, waiter: Waiter): LockOutcome {
    const held = this.holders.get(owner)?.modes ?? 0;
    if ((held & (1 << mode)) !== 0) {
      this.#grant(owner, mode, scope);
      return 'granted';
    }
    const place = this.#placeInQueue(held);
    if (!this.#conflictsWithHolders(mode, held) && !this.#conflictsWithQueue(mode, place)) {
      this.#grant(owner, mode, scope);
      return 'granted';
    }
    if (policy !== 'wait') return 'locked';
    return this.#enqueue(new LockRequest(this, owner, mode, scope), place, waiter);
  }

  #enqueue(request: LockRequest, place: number, waiter: Waiter): LockOutcome {
    const { owner } = request;
    this.queue.splice(place, 0, request);
    owner.wait = request;
    owner.waiter = waiter;
    try {
      refuseDeadlock(owner);
    } catch (error) {
      request.cancel();
      throw error;
    }
    if (owner.wait !== undefined) return 'wait';
    owner.grantedRequest = undefined;
    return 'granted';
  }

  /** Behind everybody, but before the first who waits for what the asker holds. */
  #placeInQueue(held: number): number {
    if (held === 0) return this.queue.length;
    const place = this.queue.findIndex((each) => (lockConflicts(each.mode) & held) !== 0);
    return place < 0 ? this.queue.length : place;
  }

  /** `held`: the modes the asker holds itself, which do not stand in its way. */
  #conflictsWithHolders(mode: LockMode, held: number): boolean {
    const conflicting = lockConflicts(mode);
    for (let other = 1; other <= 8; other++) {
      if ((conflicting & (1 << other)) === 0) continue;
      if ((this.#granted[other] as number) > ((held >> other) & 1)) return true;
    }
    return false;
  }

  #conflictsWithQueue(mode: LockMode, place: number): boolean {
    const conflicting = lockConflicts(mode);
    for (let i = 0; i < place; i++) {
      if ((conflicting & (1 << (this.queue[i] as LockRequest).mode)) !== 0) return true;
    }
    return false;
  }

  #grant(owner: LockOwner, mode: LockMode, scope: LockScope): void {
    let holding = this.holders.get(owner);
    if (holding === undefined) this.holders.set(owner, (holding = new Holding()));
    const isNew = (holding.modes & (1 << mode)) === 0;
    if (scope === 'session') {
      holding.sessionCounts ??= new Uint32Array(9);
      (holding.sessionCounts[mode] as number)++;
    } else if ((holding.transactionModes & (1 << mode)) === 0) {
      holding.transactionModes |= 1 << mode;
      owner.heldObjects.push(this);
      owner.heldModes.push(mode);
    }
    if (isNew) (this.#granted[mode] as number)++;
  }

  releaseTransactionLock(owner: LockOwner, mode: number): void {
    const holding = this.holders.get(owner) as Holding;
    holding.transactionModes &= ~(1 << mode);
    this.#released(owner, holding, mode);
  }

  /** Takes back one session lock; false if there is none. */
  releaseSessionLock(owner: LockOwner, mode: LockMode): boolean {
    const holding = this.holders.get(owner);
    const counts = holding?.sessionCounts;
    if (holding === undefined || counts === undefined || counts[mode] === 0) return false;
    (counts[mode] as number)--;
    this.#released(owner, holding, mode);
    return true;
  }

  #released(owner: LockOwner, holding: Holding, mode: number): void {
    const { modes } = holding;
    if ((modes & (1 << mode)) !== 0) return;
    (this.#granted[mode] as number)--;
    if (modes === 0) this.holders.delete(owner);
    this.#grantWaiting();
  }

  /** Grants every request that neither a holder nor a request before it stands against. */
  #grantWaiting(): void {
    let ahead = 0;
    for (let i = 0; i < this.queue.length;) {
      const request = this.queue[i] as LockRequest;
      if ((ahead & lockConflicts(request.mode)) === 0 && this.grantOutOfTurn(request)) continue;
      ahead |= 1 << request.mode;
      i++;
    }
  }

  /** Grants a request wherever it stands in the queue, unless a holder stands against it. */
  grantOutOfTurn(request: LockRequest): boolean {
    const { owner, mode, scope } = request;
    if (this.#conflictsWithHolders(mode, this.holders.get(owner)?.modes ?? 0)) return false;
    this.queue.splice(this.queue.indexOf(request), 1);
    owner.wait = undefined;
    this.#grant(owner, mode, scope);
    if (scope === 'session') owner.grantedRequest = request;
    owner.wake();
    return true;
  }

  leave(request: LockRequest): void {
    this.queue.splice(this.queue.indexOf(request), 1);
    this.#grantWaiting();
  }

  collectBlockers(request: LockRequest, found: LockOwner[]): void {
    const conflicting = lockConflicts(request.mode);
    for (const [owner, holding] of this.holders) {
      if (owner !== request.owner && (holding.modes & conflicting) !== 0) found.push(owner);
    }
    for (const each of this.queue) {
      if (each === request) break;
      if ((conflicting & (1 << each.mode)) !== 0) found.push(each.owner);
    }
  }
}

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

/** As PostgreSQL's messages name lock objects. */
function describeTag(tag: LockTag): string {
  switch (tag.kind) {
    case 'relation':
      return `relation ${tag.oid} of database ${tag.space}`;
    case 'object':
      return `object ${tag.oid} of class ${tag.classOid} of database ${tag.space}`;
    case 'advisory':
      return `advisory lock [${tag.space},${tag.high},${tag.low},${tag.part}]`;
  }
}
