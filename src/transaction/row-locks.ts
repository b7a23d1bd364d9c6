/**
 * Locks on rows (IDX-7). Two kinds of holder: a transaction that changed a row holds it by the row's unfinished xid and costs
 * nothing here; SELECT … FOR UPDATE and friends, and foreign keys, take an entry. When somebody has to wait for the first
 * kind, an entry is made in the writer's name, so that there is one queue per row whoever holds it.
 *
 * Entries lie in one Int32Array; a row is named by 64 bits of hash over space, tree and key. Two rows that share them would
 * wait for each other needlessly, never the reverse.
 *
 *   WORD  DESCRIPTION (an entry is 24 bytes)
 *      0  first half of the row's hash; it picks the bucket
 *      1  second half
 *      2  next entry of the bucket, -1: none. Entries of one row stand in the order of the queue
 *      3  the owner's entry taken before this one, -1: none
 *      4  owner id
 *      5  bits 0 … 1 strength, bit 2 waiting
 */
import type { SpaceId, TreeId } from '../common/ids.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { refuseDeadlock } from './deadlock.ts';
import { rowLockConflicts } from './lock-modes.ts';
import type { LockOutcome, LockOwner, LockWait } from './lock-owner.ts';
import type { Waiter, WaitPolicy } from './transaction.ts';

const entryWords = 6;
const none = -1;
const waitingBit = 4;
const strengthBits = 3;
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
  readonly #entriesMax: number;
  readonly #ownerOf: (id: number) => LockOwner;
  #words: Int32Array;
  #buckets: Int32Array;
  #free = none;
  #used = 0;
  #count = 0;
  readonly #seed: number;
  #hashA = 0;
  #hashB = 0;
  readonly #view = new RowView();

  constructor(entriesMax: number, ownerOf: (id: number) => LockOwner) {
    this.#entriesMax = entriesMax;
    this.#ownerOf = ownerOf;
    this.#words = new Int32Array(256 * entryWords);
    this.#buckets = new Int32Array(256).fill(none);
    this.#seed = Math.floor(Math.random() * 0x7fff_ffff);
  }

  /** Entries, held and waiting. While 0 nobody holds a row but by having changed it. */
  get count(): number {
    return this.#count;
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
    if (this.#count === 0 && writer === undefined && !keep && owner.wait === undefined) return 'granted';
    this.#hash(space, tree, key);
    if (owner.wait !== undefined && this.#stillWaits(owner, owner.wait, strength, waiter)) return 'wait';

    const view = this.#look(owner, strength, writer);
    const heldByWriter = writer !== undefined && (rowLockConflicts(strength) & (1 << writerStrength)) !== 0;
    if (view.own >= strength && !heldByWriter) return 'granted';
    if (!view.held && !heldByWriter && !(view.hasQueue && this.#queuedAgainst(owner, strength, view.own))) {
      if (keep) this.#push(owner, strength, 0);
      return 'granted';
    }
    if (policy !== 'wait') return 'locked';
    if (heldByWriter && view.writerEntry < writerStrength) this.#push(writer, writerStrength, 0);
    return this.#wait(owner, strength, waiter, view.own);
  }

  /** Whether the owner stands in this very queue already. What else it waited for it gives up. */
  #stillWaits(owner: LockOwner, wait: LockWait, strength: number, waiter: Waiter): boolean {
    const hashA = this.#hashA;
    const hashB = this.#hashB;
    if (wait instanceof RowWait && wait.isFor(hashA, hashB, strength)) {
      owner.waiter = waiter;
      return true;
    }
    wait.cancel();
    this.#hashA = hashA;
    this.#hashB = hashB;
    return false;
  }

  #look(owner: LockOwner, strength: number, writer: LockOwner | undefined): RowView {
    const view = this.#view;
    const conflicting = rowLockConflicts(strength);
    view.own = none;
    view.held = false;
    view.hasQueue = false;
    view.writerEntry = none;
    for (let e = this.#first(); e !== none; e = this.#next(e)) {
      const each = this.#strength(e);
      const by = this.#ownerId(e);
      if (this.#isWaiting(e)) {
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
    const conflicting = rowLockConflicts(strength);
    const blockedByOwn = own === none ? 0 : rowLockConflicts(own);
    for (let e = this.#first(); e !== none; e = this.#next(e)) {
      if (!this.#isWaiting(e) || this.#ownerId(e) === owner.id) continue;
      const each = 1 << this.#strength(e);
      if ((blockedByOwn & each) !== 0) return false;
      if ((conflicting & each) !== 0) return true;
    }
    return false;
  }

  #wait(owner: LockOwner, strength: number, waiter: Waiter, own: number): LockOutcome {
    const entry = this.#push(owner, strength, waitingBit, own);
    owner.wait = new RowWait(this, owner, entry, this.#hashA, this.#hashB, strength);
    owner.waiter = waiter;
    try {
      refuseDeadlock(owner);
    } catch (error) {
      owner.wait?.cancel();
      throw error;
    }
    return owner.wait === undefined ? 'granted' : 'wait';
  }

  /** Makes an entry for the row that was hashed last; the owner's stack gets it too. */
  #push(owner: LockOwner, strength: number, waiting: number, own: number = none): number {
    const entry = this.#allocate();
    const at = entry * entryWords;
    const words = this.#words;
    words[at] = this.#hashA;
    words[at + 1] = this.#hashB;
    words[at + 3] = owner.rowTop;
    words[at + 4] = owner.id;
    words[at + 5] = strength | waiting;
    this.#link(entry, own);
    owner.rowTop = entry;
    owner.rowCount++;
    return entry;
  }

  /** Puts the entry at the end of its bucket, or, for one who holds the row with `own`, before whoever waits for that. */
  #link(entry: number, own: number): void {
    const words = this.#words;
    const blockedByOwn = own === none ? 0 : rowLockConflicts(own);
    const bucket = this.#hashA & (this.#buckets.length - 1);
    let before = none;
    let next = this.#buckets[bucket] as number;
    while (next !== none) {
      const overtakes =
        this.#isWaiting(next) && (blockedByOwn & (1 << this.#strength(next))) !== 0 && this.#sameRow(next);
      if (overtakes) break;
      before = next;
      next = words[next * entryWords + 2] as number;
    }
    words[entry * entryWords + 2] = next;
    if (before === none) this.#buckets[bucket] = entry;
    else words[before * entryWords + 2] = entry;
  }

  #allocate(): number {
    if (this.#free === none && this.#used >= this.#words.length / entryWords) this.#grow();
    this.#count++;
    if (this.#free === none) return this.#used++;
    const entry = this.#free;
    this.#free = this.#words[entry * entryWords + 2] as number;
    return entry;
  }

  #grow(): void {
    const capacity = (this.#words.length / entryWords) * 2;
    if (capacity > this.#entriesMax) {
      throw new SqlError(sqlState.outOfMemory, 'out of shared memory', {
        hint: 'You might need to increase max_locks_per_transaction.',
      });
    }
    const words = new Int32Array(capacity * entryWords);
    words.set(this.#words);
    this.#words = words;
    this.#rehash(capacity);
  }

  /** Moves every entry into new buckets; entries of one row keep their order. */
  #rehash(capacity: number): void {
    const old = this.#buckets;
    const buckets = new Int32Array(capacity).fill(none);
    const tails = new Int32Array(capacity).fill(none);
    for (const head of old) {
      for (let entry = head; entry !== none;) {
        const at = entry * entryWords;
        const next = this.#words[at + 2] as number;
        const bucket = (this.#words[at] as number) & (capacity - 1);
        const tail = tails[bucket] as number;
        if (tail === none) buckets[bucket] = entry;
        else this.#words[tail * entryWords + 2] = entry;
        tails[bucket] = entry;
        this.#words[at + 2] = none;
        entry = next;
      }
    }
    this.#buckets = buckets;
  }

  /** Releases the owner's newest entries until `count` are left, and grants what they were in the way of. */
  releaseTo(owner: LockOwner, count: number): void {
    while (owner.rowCount > count) {
      const entry = owner.rowTop;
      owner.rowTop = this.#words[entry * entryWords + 3] as number;
      owner.rowCount--;
      this.#drop(entry);
    }
  }

  /** Takes a waiting entry out; it is not always its owner's newest. */
  leave(owner: LockOwner, entry: number): void {
    if (owner.rowTop === entry) {
      owner.rowTop = this.#words[entry * entryWords + 3] as number;
    } else {
      let above = owner.rowTop;
      while (this.#words[above * entryWords + 3] !== entry) above = this.#words[above * entryWords + 3] as number;
      this.#words[above * entryWords + 3] = this.#words[entry * entryWords + 3] as number;
    }
    owner.rowCount--;
    this.#drop(entry);
  }

  #drop(entry: number): void {
    this.#lookAtRowOf(entry);
    this.#unlink(entry);
    this.#words[entry * entryWords + 2] = this.#free;
    this.#free = entry;
    this.#count--;
    this.#grantWaiting();
  }

  #unlink(entry: number): void {
    const words = this.#words;
    const bucket = this.#hashA & (this.#buckets.length - 1);
    const next = words[entry * entryWords + 2] as number;
    let each = this.#buckets[bucket] as number;
    if (each === entry) {
      this.#buckets[bucket] = next;
      return;
    }
    while (words[each * entryWords + 2] !== entry) each = words[each * entryWords + 2] as number;
    words[each * entryWords + 2] = next;
  }

  /** Grants, in the order of the queue, every wait of the hashed row that no holder and no earlier wait stands against. */
  #grantWaiting(): void {
    let ahead = 0;
    for (let e = this.#first(); e !== none; e = this.#next(e)) {
      if (!this.#isWaiting(e)) continue;
      const strength = this.#strength(e);
      if ((ahead & rowLockConflicts(strength)) === 0 && this.#grantUnlessHeld(e)) continue;
      ahead |= 1 << strength;
      // What waits for everything lets nobody past.
      if (strength === strengthMax) return;
    }
  }

  /** Grants a waiting entry out of turn; false if a holder stands against it. */
  overtake(entry: number): boolean {
    this.#lookAtRowOf(entry);
    return this.#grantUnlessHeld(entry);
  }

  #grantUnlessHeld(entry: number): boolean {
    const strength = this.#strength(entry);
    const id = this.#ownerId(entry);
    const conflicting = rowLockConflicts(strength);
    for (let e = this.#first(); e !== none; e = this.#next(e)) {
      if (this.#isWaiting(e) || this.#ownerId(e) === id) continue;
      if ((conflicting & (1 << this.#strength(e))) !== 0) return false;
    }
    this.#words[entry * entryWords + 5] = strength;
    const owner = this.#ownerOf(id);
    owner.wait = undefined;
    owner.wake();
    return true;
  }

  /** Makes the row of the entry the one that is looked at. */
  #lookAtRowOf(entry: number): void {
    this.#hashA = this.#words[entry * entryWords] as number;
    this.#hashB = this.#words[entry * entryWords + 1] as number;
  }

  /** Who stands against the waiting entry: holders, and those before it in the queue. */
  collectBlockers(entry: number, found: LockOwner[]): void {
    this.#lookAtRowOf(entry);
    const conflicting = rowLockConflicts(this.#strength(entry));
    const own = this.#ownerId(entry);
    let isAhead = true;
    for (let e = this.#first(); e !== none; e = this.#next(e)) {
      if (e === entry) isAhead = false;
      if (this.#ownerId(e) === own || (this.#isWaiting(e) && !isAhead)) continue;
      if ((conflicting & (1 << this.#strength(e))) !== 0) found.push(this.#ownerOf(this.#ownerId(e)));
    }
  }

  /** First entry of the hashed row. */
  #first(): number {
    return this.#skip(this.#buckets[this.#hashA & (this.#buckets.length - 1)] as number);
  }

  /** The hashed row's entry behind `entry`. */
  #next(entry: number): number {
    return this.#skip(this.#words[entry * entryWords + 2] as number);
  }

  #skip(from: number): number {
    let entry = from;
    while (entry !== none && !this.#sameRow(entry)) entry = this.#words[entry * entryWords + 2] as number;
    return entry;
  }

  #sameRow(entry: number): boolean {
    const at = entry * entryWords;
    return this.#words[at] === this.#hashA && this.#words[at + 1] === this.#hashB;
  }

  #strength(entry: number): number {
    return (this.#words[entry * entryWords + 5] as number) & strengthBits;
  }

  #isWaiting(entry: number): boolean {
    return ((this.#words[entry * entryWords + 5] as number) & waitingBit) !== 0;
  }

  #ownerId(entry: number): number {
    return this.#words[entry * entryWords + 4] as number;
  }

  /** Two multiplicative hashes side by side (after MurmurHash3), seeded anew at every start. */
  #hash(space: SpaceId, tree: TreeId, key: Uint8Array): void {
    let a = this.#seed ^ Math.imul(space, 0x9e37_79b1);
    let b = ~this.#seed ^ Math.imul(tree, 0x85eb_ca77);
    a = Math.imul(a ^ tree, 0xcc9e_2d51);
    b = Math.imul(b ^ space, 0x1b87_3593);
    for (let i = 0; i < key.length; i++) {
      const byte = key[i] as number;
      a = Math.imul((a ^ byte) + (a >>> 15), 0x9e37_79b1);
      b = Math.imul((b ^ byte) + ((b << 13) | (b >>> 19)), 0xc2b2_ae3d);
    }
    a = Math.imul(a ^ (a >>> 16), 0x85eb_ca6b);
    b = Math.imul(b ^ (b >>> 16), 0xc2b2_ae35);
    this.#hashA = (a ^ (a >>> 13)) | 0;
    this.#hashB = (b ^ (b >>> 13)) | 0;
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
