/**
 * Where row locks are kept: entries in one Int32Array, hashed by row. A row is named by 64 bits of hash over space, tree and
 * key; two rows that share them would wait for each other needlessly, never the reverse. The methods speak of the *selected* row.
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

export const noEntry = -1;

const entryWords = 6;
const nextWord = 2;
const belowWord = 3;
const ownerWord = 4;
const stateWord = 5;
const strengthBits = 3;
const waitingBit = 4;
const firstCapacity = 256;
/** An empty table larger than this gives its memory back. */
const idleCapacityMax = 64 * 1024;

export class RowLockEntries {
  readonly #entriesMax: number;
  #words = new Int32Array(firstCapacity * entryWords);
  #buckets = new Int32Array(firstCapacity).fill(noEntry);
  #free = noEntry;
  #used = 0;
  /** Entries, held and waiting. */
  count = 0;
  readonly #seed = Math.floor(Math.random() * 0x7fff_ffff);
  /** The selected row. */
  hashA = 0;
  hashB = 0;

  constructor(entriesMax: number) {
    this.#entriesMax = entriesMax;
  }

  // ---- selecting a row, and its entries in the order of the queue

  /** Two multiplicative hashes side by side (after MurmurHash3), seeded anew at every start. */
  select(space: SpaceId, tree: TreeId, key: Uint8Array): void {
    let a = Math.imul(this.#seed ^ Math.imul(space, 0x9e37_79b1) ^ tree, 0xcc9e_2d51);
    let b = Math.imul(~this.#seed ^ Math.imul(tree, 0x85eb_ca77) ^ space, 0x1b87_3593);
    for (let i = 0; i < key.length; i++) {
      const byte = key[i] as number;
      a = Math.imul((a ^ byte) + (a >>> 15), 0x9e37_79b1);
      b = Math.imul((b ^ byte) + ((b << 13) | (b >>> 19)), 0xc2b2_ae3d);
    }
    a = Math.imul(a ^ (a >>> 16), 0x85eb_ca6b);
    b = Math.imul(b ^ (b >>> 16), 0xc2b2_ae35);
    this.hashA = (a ^ (a >>> 13)) | 0;
    this.hashB = (b ^ (b >>> 13)) | 0;
  }

  selectRowOf(entry: number): void {
    this.hashA = this.#words[entry * entryWords] as number;
    this.hashB = this.#words[entry * entryWords + 1] as number;
  }

  first(): number {
    return this.#skipOthers(this.#buckets[this.#bucket()] as number);
  }

  next(entry: number): number {
    return this.#skipOthers(this.#words[entry * entryWords + nextWord] as number);
  }

  #skipOthers(from: number): number {
    let entry = from;
    while (entry !== noEntry && !this.#isOfRow(entry)) entry = this.#words[entry * entryWords + nextWord] as number;
    return entry;
  }

  #isOfRow(entry: number): boolean {
    const at = entry * entryWords;
    return this.#words[at] === this.hashA && this.#words[at + 1] === this.hashB;
  }

  #bucket(): number {
    return this.hashA & (this.#buckets.length - 1);
  }

  // ---- an entry's fields

  strength(entry: number): number {
    return (this.#words[entry * entryWords + stateWord] as number) & strengthBits;
  }

  isWaiting(entry: number): boolean {
    return ((this.#words[entry * entryWords + stateWord] as number) & waitingBit) !== 0;
  }

  grant(entry: number): void {
    this.#words[entry * entryWords + stateWord] = this.strength(entry);
  }

  ownerId(entry: number): number {
    return this.#words[entry * entryWords + ownerWord] as number;
  }

  /** The entry its owner took before this one. */
  below(entry: number): number {
    return this.#words[entry * entryWords + belowWord] as number;
  }

  setBelow(entry: number, below: number): void {
    this.#words[entry * entryWords + belowWord] = below;
  }

  // ---- adding and removing

  /** Adds an entry to the selected row: at its end, or before the first who waits for one of the `overtaken` strengths. */
  add(ownerId: number, below: number, strength: number, isWaiting: boolean, overtaken: number): number {
    const entry = this.#allocate();
    const at = entry * entryWords;
    const words = this.#words;
    words[at] = this.hashA;
    words[at + 1] = this.hashB;
    words[at + belowWord] = below;
    words[at + ownerWord] = ownerId;
    words[at + stateWord] = strength | (isWaiting ? waitingBit : 0);
    this.#link(entry, overtaken);
    this.count++;
    return entry;
  }

  #link(entry: number, overtaken: number): void {
    const words = this.#words;
    let before = noEntry;
    let next = this.#buckets[this.#bucket()] as number;
    while (next !== noEntry) {
      if ((overtaken & (1 << this.strength(next))) !== 0 && this.isWaiting(next) && this.#isOfRow(next)) break;
      before = next;
      next = words[next * entryWords + nextWord] as number;
    }
    words[entry * entryWords + nextWord] = next;
    if (before === noEntry) this.#buckets[this.#bucket()] = entry;
    else words[before * entryWords + nextWord] = entry;
  }

  /** Removes the entry and selects its row. */
  remove(entry: number): void {
    this.selectRowOf(entry);
    this.#unlink(entry);
    this.#words[entry * entryWords + nextWord] = this.#free;
    this.#free = entry;
    this.count--;
    if (this.count === 0 && this.#buckets.length > idleCapacityMax) this.#resize(firstCapacity);
  }

  #unlink(entry: number): void {
    const words = this.#words;
    const bucket = this.#bucket();
    const next = words[entry * entryWords + nextWord] as number;
    let each = this.#buckets[bucket] as number;
    if (each === entry) {
      this.#buckets[bucket] = next;
      return;
    }
    while (words[each * entryWords + nextWord] !== entry) each = words[each * entryWords + nextWord] as number;
    words[each * entryWords + nextWord] = next;
  }

  #allocate(): number {
    const capacity = this.#buckets.length;
    if (this.#free === noEntry && this.#used === capacity) {
      if (capacity * 2 > this.#entriesMax) {
        throw new SqlError(sqlState.outOfMemory, 'out of shared memory', {
          hint: 'You might need to increase max_locks_per_transaction.',
        });
      }
      this.#resize(capacity * 2);
    }
    if (this.#free === noEntry) return this.#used++;
    const entry = this.#free;
    this.#free = this.#words[entry * entryWords + nextWord] as number;
    return entry;
  }

  /** Entries keep their numbers, and those of one row their order. */
  #resize(capacity: number): void {
    const words = new Int32Array(capacity * entryWords);
    const buckets = new Int32Array(capacity).fill(noEntry);
    if (this.count === 0) {
      this.#free = noEntry;
      this.#used = 0;
    } else {
      words.set(this.#words);
      rehash(words, this.#buckets, buckets);
    }
    this.#words = words;
    this.#buckets = buckets;
  }
}

function rehash(words: Int32Array, from: Int32Array, to: Int32Array): void {
  const tails = new Int32Array(to.length).fill(noEntry);
  for (const head of from) {
    for (let entry = head; entry !== noEntry;) {
      const at = entry * entryWords;
      const next = words[at + nextWord] as number;
      const bucket = (words[at] as number) & (to.length - 1);
      const tail = tails[bucket] as number;
      if (tail === noEntry) to[bucket] = entry;
      else words[tail * entryWords + nextWord] = entry;
      tails[bucket] = entry;
      words[at + nextWord] = noEntry;
      entry = next;
    }
  }
}
