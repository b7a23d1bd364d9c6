/**
 * Locks on rows (IDX-7). Two kinds of holder: a transaction that changed a row holds it by the row's unfinished xid and costs
 * nothing here; SELECT … FOR UPDATE and friends, and foreign keys, take an entry. When somebody has to wait for the first
 * kind, an entry is made in the writer's name, so that there is one queue per row whoever holds it.
 */
import type { SpaceId, TreeId } from '../common/ids.ts';
import { refuseDeadlock } from './deadlock.ts';
import { rowLockConflicts } from './lock-modes.ts';
import type { LockOutcome, LockOwner, LockWait } from './lock-owner.ts';
import { noEntry, RowLockEntries } from './row-lock-entries.ts';
import type { Waiter, WaitPolicy } from './transaction.ts';

const none = -1;
const strengthMax = 3;

/** What asking found out about a row; one object, filled anew by every look. */
class RowView {
  /** Strongest lock the asker holds, -1: none. */
  own = none;
  /** Somebody else holds a conflicting lock. */
  held = false;
  /** Somebody waits. */
  hasQueue = false;
  /** Strongest lock that the implicit holder has an entry for. */
  writerEntry = none;
}

export class RowLocks {
  readonly #entries: RowLockEntries;
  readonly #ownerOf: (id: number) => LockOwner;
  readonly #view = new RowView();

  constructor(entriesMax: number, ownerOf: (id: number) => LockOwner) {
    this.#entries = new RowLockEntries(entriesMax);
    this.#ownerOf = ownerOf;
  }

  /** Entries, held and waiting. While 0 nobody holds a row but by having changed it. */
  get count(): number {
    return this.#entries.count;
  }

  /**
   * Asks for a row. `writer`: the other owner whose unfinished change stands in the row, who so holds it with
   * `writerStrength`. `keep`: false if the asker is about to change the row and so needs no entry unless it has to wait.
   */
  acquire(
    owner: LockOwner,
    space: SpaceId,
    tree: TreeId,
    key: Uint8Array,
    strength: number,
    policy: WaitPolicy,
    waiter: Waiter,
    writer: LockOwner | undefined,
    writerStrength: number,
    keep: boolean,
  ): LockOutcome {
    if (this.#entries.count === 0 && writer === undefined && !keep && owner.wait === undefined) return 'granted';
    this.#entries.select(space, tree, key);
    if (owner.wait !== undefined && this.#stillWaits(owner, owner.wait, strength, waiter)) return 'wait';

    const view = this.#look(owner, strength, writer);
    const heldByWriter = writer !== undefined && (rowLockConflicts(strength) & (1 << writerStrength)) !== 0;
    if (view.own >= strength && !heldByWriter) return 'granted';
    if (!view.held && !heldByWriter && !(view.hasQueue && this.#queuedAgainst(owner, strength, view.own))) {
      if (keep) this.#push(owner, strength, false, none);
      return 'granted';
    }
    if (policy !== 'wait') return 'locked';
    if (heldByWriter && view.writerEntry < writerStrength) this.#push(writer, writerStrength, false, none);
    return this.#wait(owner, strength, waiter, view.own);
  }

  /** Whether the owner stands in this very queue already. What else it waited for it gives up. */
  #stillWaits(owner: LockOwner, wait: LockWait, strength: number, waiter: Waiter): boolean {
    const { hashA, hashB } = this.#entries;
    if (wait instanceof RowWait && wait.isFor(hashA, hashB, strength)) {
      owner.waiter = waiter;
      return true;
    }
    wait.cancel();
    this.#entries.hashA = hashA;
    this.#entries.hashB = hashB;
    return false;
  }

  #look(owner: LockOwner, strength: number, writer: LockOwner | undefined): RowView {
    const view = this.#view;
    const entries = this.#entries;
    const conflicting = rowLockConflicts(strength);
    view.own = none;
    view.held = false;
    view.hasQueue = false;
    view.writerEntry = none;
    for (let e = entries.first(); e !== noEntry; e = entries.next(e)) {
      const each = entries.strength(e);
      const by = entries.ownerId(e);
      if (entries.isWaiting(e)) {
        view.hasQueue = true;
      } else if (by === owner.id) {
        view.own = Math.max(view.own, each);
      } else {
        view.held ||= (conflicting & (1 << each)) !== 0;
        if (by === writer?.id) view.writerEntry = Math.max(view.writerEntry, each);
      }
    }
    return view;
  }

  /** Whether a wait stands before the asker's place: the end of the queue, or before the first who waits for the asker. */
  #queuedAgainst(owner: LockOwner, strength: number, own: number): boolean {
    const entries = this.#entries;
    const conflicting = rowLockConflicts(strength);
    const blockedByOwn = own === none ? 0 : rowLockConflicts(own);
    for (let e = entries.first(); e !== noEntry; e = entries.next(e)) {
      if (!entries.isWaiting(e) || entries.ownerId(e) === owner.id) continue;
      const each = 1 << entries.strength(e);
      if ((blockedByOwn & each) !== 0) return false;
      if ((conflicting & each) !== 0) return true;
    }
    return false;
  }

  #wait(owner: LockOwner, strength: number, waiter: Waiter, own: number): LockOutcome {
    const entry = this.#push(owner, strength, true, own);
    owner.wait = new RowWait(this, owner, entry, this.#entries.hashA, this.#entries.hashB, strength);
    owner.waiter = waiter;
    try {
      refuseDeadlock(owner);
    } catch (error) {
      owner.wait?.cancel();
      throw error;
    }
    return owner.wait === undefined ? 'granted' : 'wait';
  }

  /** Makes an entry for the selected row, also on the owner's stack. One who holds the row goes before who waits for him. */
  #push(owner: LockOwner, strength: number, isWaiting: boolean, own: number): number {
    const overtaken = own === none ? 0 : rowLockConflicts(own);
    const entry = this.#entries.add(owner.id, owner.rowTop, strength, isWaiting, overtaken);
    owner.rowTop = entry;
    owner.rowCount++;
    return entry;
  }

  /** Releases the owner's newest entries until `count` are left, and grants what they were in the way of. */
  releaseTo(owner: LockOwner, count: number): void {
    while (owner.rowCount > count) {
      const entry = owner.rowTop;
      owner.rowTop = this.#entries.below(entry);
      owner.rowCount--;
      this.#remove(entry);
    }
  }

  /** Takes a waiting entry out; it is not always its owner's newest. */
  leave(owner: LockOwner, entry: number): void {
    const entries = this.#entries;
    const below = entries.below(entry);
    if (owner.rowTop === entry) {
      owner.rowTop = below;
    } else {
      let above = owner.rowTop;
      while (entries.below(above) !== entry) above = entries.below(above);
      entries.setBelow(above, below);
    }
    owner.rowCount--;
    this.#remove(entry);
  }

  #remove(entry: number): void {
    this.#entries.remove(entry);
    this.#grantWaiting();
  }

  /** Grants, in the order of the queue, every wait of the selected row that no holder and no earlier wait stands against. */
  #grantWaiting(): void {
    const entries = this.#entries;
    let ahead = 0;
    for (let e = entries.first(); e !== noEntry; e = entries.next(e)) {
      if (!entries.isWaiting(e)) continue;
      const strength = entries.strength(e);
      if ((ahead & rowLockConflicts(strength)) === 0 && this.#grantUnlessHeld(e)) continue;
      ahead |= 1 << strength;
      // What waits for everything lets nobody past.
      if (strength === strengthMax) return;
    }
  }

  /** Grants a waiting entry out of turn; false if a holder stands against it. */
  overtake(entry: number): boolean {
    this.#entries.selectRowOf(entry);
    return this.#grantUnlessHeld(entry);
  }

  #grantUnlessHeld(entry: number): boolean {
    const entries = this.#entries;
    const strength = entries.strength(entry);
    const id = entries.ownerId(entry);
    const conflicting = rowLockConflicts(strength);
    for (let e = entries.first(); e !== noEntry; e = entries.next(e)) {
      if (entries.isWaiting(e) || entries.ownerId(e) === id) continue;
      if ((conflicting & (1 << entries.strength(e))) !== 0) return false;
    }
    entries.grant(entry);
    const owner = this.#ownerOf(id);
    owner.wait = undefined;
    owner.wake();
    return true;
  }

  /** Who stands against the waiting entry: holders, and those before it in the queue. */
  collectBlockers(entry: number, found: LockOwner[]): void {
    const entries = this.#entries;
    entries.selectRowOf(entry);
    const conflicting = rowLockConflicts(entries.strength(entry));
    const own = entries.ownerId(entry);
    let isAhead = true;
    for (let e = entries.first(); e !== noEntry; e = entries.next(e)) {
      if (e === entry) isAhead = false;
      if (entries.ownerId(e) === own || (entries.isWaiting(e) && !isAhead)) continue;
      if ((conflicting & (1 << entries.strength(e))) !== 0) found.push(this.#ownerOf(entries.ownerId(e)));
    }
  }
}

/** A place in a row's queue. */
class RowWait implements LockWait {
  readonly #locks: RowLocks;
  readonly #owner: LockOwner;
  readonly #entry: number;
  readonly #hashA: number;
  readonly #hashB: number;
  readonly #strength: number;

  constructor(locks: RowLocks, owner: LockOwner, entry: number, hashA: number, hashB: number, strength: number) {
    this.#locks = locks;
    this.#owner = owner;
    this.#entry = entry;
    this.#hashA = hashA;
    this.#hashB = hashB;
    this.#strength = strength;
  }

  isFor(hashA: number, hashB: number, strength: number): boolean {
    return this.#hashA === hashA && this.#hashB === hashB && this.#strength === strength;
  }

  collectBlockers(found: LockOwner[]): void {
    this.#locks.collectBlockers(this.#entry, found);
  }

  describe(blocker: LockOwner): string {
    return `ShareLock on ${blocker.transactionName}`;
  }

  overtake(): boolean {
    return this.#locks.overtake(this.#entry);
  }

  cancel(): void {
    this.#owner.wait = undefined;
    this.#locks.leave(this.#owner, this.#entry);
  }
}
