/**
 * One lock on one object: who holds it in which modes, and who waits. First come, first served, so that a stream of readers
 * cannot starve an ALTER TABLE; whoever already holds a lock on the object goes before those who wait for him to let go of it.
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

/** What one owner has of one lock. */
class Holding {
  transactionModes = 0;
  sessionModes = 0;
  /** By mode, how often the session took it; undefined: never. */
  sessionCounts: Uint32Array | undefined = undefined;

  get modes(): number {
    return this.transactionModes | this.sessionModes;
  }
}

export class LockRequest implements LockWait {
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

export class ObjectLock implements HeldLock {
  readonly tag: LockTag;
  /** Whoever holds this lock or has held it lately: most come back, so what they left stays until they are closed. */
  readonly holders = new Map<LockOwner, Holding>();
  readonly queue: LockRequest[] = [];
  /** By mode: owners that hold it. */
  readonly #granted = new Uint32Array(9);
  /** Mask of the modes that anybody holds. */
  #grantedModes = 0;

  constructor(tag: LockTag) {
    this.tag = tag;
  }

  get isIdle(): boolean {
    return this.#grantedModes === 0 && this.queue.length === 0;
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
    if (held === 0 || this.queue.length === 0) return this.queue.length;
    const place = this.queue.findIndex((each) => (lockConflicts(each.mode) & held) !== 0);
    return place < 0 ? this.queue.length : place;
  }

  /** `held`: the modes the asker holds itself, which do not stand in its way. */
  #conflictsWithHolders(mode: LockMode, held: number): boolean {
    const conflicting = lockConflicts(mode) & this.#grantedModes;
    for (let other = 1; conflicting >> other !== 0; other++) {
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
      holding.sessionModes |= 1 << mode;
    } else if ((holding.transactionModes & (1 << mode)) === 0) {
      holding.transactionModes |= 1 << mode;
      owner.heldObjects.push(this);
      owner.heldModes.push(mode);
    }
    if (!isNew) return;
    (this.#granted[mode] as number)++;
    this.#grantedModes |= 1 << mode;
  }

  releaseTransactionLock(owner: LockOwner, mode: number): void {
    const holding = this.holders.get(owner) as Holding;
    holding.transactionModes &= ~(1 << mode);
    this.#released(holding, mode);
  }

  /** Takes back one session lock; false if there is none. */
  releaseSessionLock(owner: LockOwner, mode: LockMode): boolean {
    const holding = this.holders.get(owner);
    const counts = holding?.sessionCounts;
    if (holding === undefined || counts === undefined || counts[mode] === 0) return false;
    (counts[mode] as number)--;
    if (counts[mode] === 0) holding.sessionModes &= ~(1 << mode);
    this.#released(holding, mode);
    return true;
  }

  #released(holding: Holding, mode: number): void {
    if ((holding.modes & (1 << mode)) !== 0) return;
    (this.#granted[mode] as number)--;
    if (this.#granted[mode] === 0) this.#grantedModes &= ~(1 << mode);
    if (this.queue.length > 0) this.#grantWaiting();
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

  /** The owner is closed; it holds nothing here. */
  forget(owner: LockOwner): void {
    this.holders.delete(owner);
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

/** As PostgreSQL's messages name lock objects. */
export function describeTag(tag: LockTag): string {
  switch (tag.kind) {
    case 'relation':
      return `relation ${tag.oid} of database ${tag.space}`;
    case 'object':
      return `object ${tag.oid} of class ${tag.classOid} of database ${tag.space}`;
    case 'advisory':
      return `advisory lock [${tag.space},${tag.high},${tag.low},${tag.part}]`;
  }
}
