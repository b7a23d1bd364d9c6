/**
 * Numbers the distinct keys of its rows: the hash table of GROUP BY, DISTINCT, INTERSECT / EXCEPT and memoised subqueries. Keys
 * live in a RowStore, a group being the number of its row there; `slots` is an open-addressing table of group + 1 with linear
 * probing.
 *
 * A batch is looked up in three steps, each a tight loop: hash all rows; find or make a group by hash alone; compare the keys
 * column by column. Two keys with one 32-bit hash are so rare that rows which fail the comparison are done again one by one.
 */
import type { MemoryAccount } from './memory.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import type { Vector } from '../types/vector.ts';
import { hashColumns } from './hashing.ts';
import { markDifferent } from './row-equality.ts';
import { RowStore } from './row-store.ts';

const firstSlots = 64;

export class GroupTable {
  readonly keys: RowStore;
  /** Rows whose key is not in the table get group -1 instead of a new one. */
  isFrozen = false;
  /** Hashes of the rows of the last batch, by position in its selection. */
  batchHashes = new Int32Array(64);
  readonly #handlers: readonly TypeHandler[];
  /** Hash of each group. */
  #hashes = new Int32Array(firstSlots);
  #slots = new Int32Array(firstSlots);
  #memory: MemoryAccount | undefined = undefined;
  #accounted = 0;
  /** Per row of the batch: its group, which rows made new ones, and which keys differ from their group's. */
  #groups = new Int32Array(64);
  #newRows = new Int32Array(64);
  #differ = new Uint8Array(64);

  constructor(handlers: readonly TypeHandler[]) {
    this.#handlers = handlers;
    this.keys = new RowStore(handlers);
  }

  get count(): number {
    return this.keys.count;
  }

  open(memory: MemoryAccount): void {
    this.close();
    this.#memory = memory;
    this.keys.open(memory);
    this.isFrozen = false;
  }

  close(): void {
    this.keys.close();
    this.#memory?.give(this.#accounted);
    this.#accounted = 0;
    this.#memory = undefined;
    if (this.#slots.length > 1024) {
      this.#slots = new Int32Array(firstSlots);
      this.#hashes = new Int32Array(firstSlots);
    } else {
      this.#slots.fill(0);
    }
  }

  /** Forgets all groups, keeping the memory. */
  clear(): void {
    this.keys.clear();
    this.#slots.fill(0);
    this.isFrozen = false;
  }

  /** Bytes held by keys and table. */
  get bytes(): number {
    return this.keys.bytes + this.#accounted;
  }

  /**
   * Sets groups[row] for each selected row (indexed by row, not by position). Returns the number of groups before, so that
   * groups from there on are new.
   */
  assign(columns: readonly Vector[], selection: Int32Array | undefined, count: number, groups: Int32Array): number {
    this.#prepare(count);
    const before = this.keys.count;
    hashColumns(columns, this.#handlers, selection, count, this.batchHashes);
    const added = this.#probe(selection, count, before);
    if (added > 0) this.keys.append(columns, this.#newRows, added);
    this.#settleCollisions(columns, selection, count);
    const found = this.#groups;
    for (let k = 0; k < count; k++) groups[selection === undefined ? k : (selection[k] as number)] = found[k] as number;
    this.#account();
    return before;
  }

  /** As `assign`, and writes the first row of each new group to newRows, in their order; returns how many. */
  assignNew(
    columns: readonly Vector[],
    selection: Int32Array | undefined,
    count: number,
    groups: Int32Array,
    newRows: Int32Array,
  ): number {
    const before = this.assign(columns, selection, count, groups);
    const added = this.count - before;
    if (added === 0) return 0;
    const isSeen = new Uint8Array(added);
    let rows = 0;
    for (let k = 0; k < count && rows < added; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      const group = (groups[row] as number) - before;
      if (group < 0 || isSeen[group] === 1) continue;
      isSeen[group] = 1;
      newRows[rows++] = row;
    }
    return rows;
  }

  #prepare(count: number): void {
    if (count > this.#groups.length) {
      this.batchHashes = new Int32Array(count);
      this.#groups = new Int32Array(count);
      this.#newRows = new Int32Array(count);
      this.#differ = new Uint8Array(count);
    }
    const needed = this.keys.count + count;
    if (needed > this.#hashes.length) {
      const grown = new Int32Array(Math.max(needed, this.#hashes.length * 2));
      grown.set(this.#hashes);
      this.#hashes = grown;
    }
    if (needed * 2 > this.#slots.length) this.#rehash(needed);
  }

  #rehash(needed: number): void {
    let length = this.#slots.length;
    while (length < needed * 2) length *= 2;
    const slots = new Int32Array(length);
    const mask = length - 1;
    const hashes = this.#hashes;
    for (let group = 0; group < this.keys.count; group++) {
      let slot = (hashes[group] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = group + 1;
    }
    this.#slots = slots;
  }

  /** Finds each row's group by its hash, making new groups where there is none; returns how many, their rows in #newRows. */
  #probe(selection: Int32Array | undefined, count: number, before: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    const hashes = this.#hashes;
    const batch = this.batchHashes;
    const groups = this.#groups;
    const newRows = this.#newRows;
    let next = before;
    for (let k = 0; k < count; k++) {
      const hash = batch[k] as number;
      let slot = hash & mask;
      let group = (slots[slot] as number) - 1;
      while (group >= 0 && hashes[group] !== hash) {
        slot = (slot + 1) & mask;
        group = (slots[slot] as number) - 1;
      }
      if (group < 0 && !this.isFrozen) {
        newRows[next - before] = selection === undefined ? k : (selection[k] as number);
        hashes[next] = hash;
        slots[slot] = next + 1;
        group = next++;
      }
      groups[k] = group;
    }
    return next - before;
  }

  /** Compares the keys of rows with those of the groups they found by hash, and finds the right group for rows that differ. */
  #settleCollisions(columns: readonly Vector[], selection: Int32Array | undefined, count: number): void {
    if (this.keys.count === 0) return;
    const groups = this.#groups;
    const ids = this.isFrozen ? groups.map((group) => (group < 0 ? 0 : group)) : groups;
    const differ = this.#differ;
    differ.fill(0, 0, count);
    let any = false;
    for (let i = 0; i < columns.length; i++) {
      const stored = this.keys.columns[i] as Vector;
      const handler = this.#handlers[i] as TypeHandler;
      if (markDifferent(stored, ids, columns[i] as Vector, selection, count, handler, differ)) any = true;
    }
    for (let k = 0; any && k < count; k++) {
      if (differ[k] === 1 && (groups[k] as number) >= 0) groups[k] = this.#findSlowly(columns, selection, k);
    }
  }

  /** Looks a single row up with full comparisons. */
  #findSlowly(columns: readonly Vector[], selection: Int32Array | undefined, k: number): number {
    const hash = this.batchHashes[k] as number;
    const mask = this.#slots.length - 1;
    const row = Int32Array.of(selection === undefined ? k : (selection[k] as number));
    let slot = hash & mask;
    for (;;) {
      const group = (this.#slots[slot] as number) - 1;
      if (group < 0) break;
      if (this.#hashes[group] === hash && this.#equals(group, columns, row)) return group;
      slot = (slot + 1) & mask;
    }
    if (this.isFrozen) return -1;
    const group = this.keys.count;
    this.#hashes[group] = hash;
    this.#slots[slot] = group + 1;
    this.keys.append(columns, row, 1);
    return group;
  }

  #equals(group: number, columns: readonly Vector[], row: Int32Array): boolean {
    const ids = Int32Array.of(group);
    const differ = new Uint8Array(1);
    for (let i = 0; i < columns.length; i++) {
      const stored = this.keys.columns[i] as Vector;
      markDifferent(stored, ids, columns[i] as Vector, row, 1, this.#handlers[i] as TypeHandler, differ);
    }
    return differ[0] === 0;
  }

  #account(): void {
    const bytes = (this.#slots.length + this.#hashes.length) * 4;
    if (bytes === this.#accounted) return;
    this.#memory?.take(bytes - this.#accounted);
    this.#accounted = bytes;
  }
}
