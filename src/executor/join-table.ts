/**
 * The build side of a hash join: rows in a RowStore, linked into chains by hash. Rows come first, all of them; then `link` makes the
 * chains, a slice at a time.
 *
 *   heads[hash & mask]   first row of the chain + 1, or 0
 *   links[2 row]         hash of the row, beside
 *   links[2 row + 1]     the next row + 1, so that a probe touches one cache line per row
 */
import type { MemoryAccount } from './memory.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import type { Vector } from '../types/vector.ts';
import { RowStore } from './row-store.ts';

/** Rows linked in one step. */
const sliceRows = 32 * 1024;

export class JoinTable {
  readonly store: RowStore;
  hashes = new Int32Array(64);
  heads = new Int32Array(1);
  links = new Int32Array(0);
  mask = 0;
  /** Per row: 1 once it found a partner (right and full joins). */
  matched = new Uint8Array(0);
  #linked = 0;
  /** Rows with a NULL in their key, which are in no chain. */
  #unlinkable = new Set<number>();
  #memory: MemoryAccount | undefined = undefined;
  #accounted = 0;

  constructor(handlers: readonly TypeHandler[]) {
    this.store = new RowStore(handlers);
  }

  open(memory: MemoryAccount): void {
    this.close();
    this.#memory = memory;
    this.store.open(memory);
  }

  get count(): number {
    return this.store.count;
  }

  get bytes(): number {
    return this.store.bytes + this.#accounted;
  }

  /** Adds rows with the hashes of their keys; `keyNulls[k]` = 1: the row only waits to be unmatched. */
  add(
    columns: readonly Vector[],
    selection: Int32Array | undefined,
    count: number,
    hashes: Int32Array,
    keyNulls: Uint8Array | undefined,
  ): void {
    const first = this.store.count;
    this.store.append(columns, selection, count);
    if (first + count > this.hashes.length) {
      const grown = new Int32Array(Math.max(first + count, this.hashes.length * 2));
      grown.set(this.hashes);
      this.hashes = grown;
    }
    this.hashes.set(count === hashes.length ? hashes : hashes.subarray(0, count), first);
    if (keyNulls !== undefined) {
      for (let k = 0; k < count; k++) if (keyNulls[k] === 1) this.#unlinkable.add(first + k);
    }
    this.#account();
  }

  /** Links a slice of the rows; 'more' until all are linked. */
  link(): 'more' | 'done' {
    const { count } = this.store;
    if (this.#linked === 0) this.#allocate(count);
    const end = Math.min(count, this.#linked + sliceRows);
    const { heads, links, hashes, mask } = this;
    // Backwards, so that chains run in the order of the rows.
    for (let row = count - 1 - this.#linked; row >= count - end; row--) {
      if (this.#unlinkable.size > 0 && this.#unlinkable.has(row)) continue;
      const hash = hashes[row] as number;
      const slot = hash & mask;
      links[row * 2] = hash;
      links[row * 2 + 1] = heads[slot] as number;
      heads[slot] = row + 1;
    }
    this.#linked = end;
    return end < count ? 'more' : 'done';
  }

  #allocate(count: number): void {
    let length = 64;
    while (length < count) length *= 2;
    this.heads = new Int32Array(length);
    this.links = new Int32Array(count * 2);
    this.mask = length - 1;
    this.#account();
  }

  /** Makes `matched` ready for a new probe. */
  clearMatches(): void {
    if (this.matched.length >= this.store.count) this.matched.fill(0);
    else this.matched = new Uint8Array(this.store.count);
    this.#account();
  }

  #account(): void {
    const bytes =
      (this.hashes.length + this.heads.length + this.links.length) * 4 +
      this.matched.length +
      this.#unlinkable.size * 16;
    this.#memory?.take(bytes - this.#accounted);
    this.#accounted = bytes;
  }

  /** Forgets the rows; the table can be filled again. */
  clear(): void {
    const memory = this.#memory as MemoryAccount;
    this.close();
    this.open(memory);
  }

  close(): void {
    this.store.close();
    this.hashes = new Int32Array(64);
    this.heads = new Int32Array(1);
    this.links = new Int32Array(0);
    this.mask = 0;
    this.matched = new Uint8Array(0);
    this.#linked = 0;
    this.#unlinkable.clear();
    this.#memory?.give(this.#accounted);
    this.#accounted = 0;
    this.#memory = undefined;
  }
}
