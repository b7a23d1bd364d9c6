/**
 * Fills a tree from entries that come in ascending order, bottom-up: entries go straight to the rightmost leaf without a
 * search; when that has reached the fill factor it is closed and a new leaf opened to its right, which its parent, closed
 * in the same way when full, learns about.
 *
 * The tree is complete and correct after every entry, so a build can be done in slices with anything in between, a
 * checkpoint too, and an abandoned one is dropped like any tree. It may also continue a tree that has entries already, if
 * the new ones are greater. While a builder is open nobody else may change the tree.
 */
import { assert } from '../../common/assert.ts';
import type { Xid } from '../../common/ids.ts';
import { getSlotCount } from '../page.ts';
import { entryCost, freeBytes, nodeBytesMax, raiseMaxXid } from './node.ts';
import { insertEntry } from './node-edit.ts';
import { compareSlotKey } from './node-search.ts';
import { TreePosition } from './position.ts';
import { applySplit } from './split.ts';
import type { CutPolicy } from './split-plan.ts';
import { checkEntrySize, type BTree } from './tree.ts';

/** Entries in ascending order of their keys, pulled one at a time. The fields belong to the entry `next` stepped to. */
export interface EntrySource {
  next(): boolean;
  readonly key: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly value: Uint8Array;
  readonly valueStart: number;
  readonly valueEnd: number;
}

export class BulkBuilder {
  readonly tree: BTree;
  entries = 0;
  readonly #edge: TreePosition;
  readonly #policy: CutPolicy;
  readonly #xid: Xid;
  #leafIsOpen = false;

  /** `fillFactor`: share of a node that is filled, the rest is left for later insertions. `xid`: becomes maxXid of the leaves. */
  constructor(tree: BTree, xid: Xid, fillFactor: number = 0.9) {
    this.tree = tree;
    this.#xid = xid;
    this.#edge = new TreePosition(tree.pages);
    this.#policy = { kind: 'edge', reserveBytes: Math.floor(nodeBytesMax * (1 - fillFactor)) };
  }

  /** Takes up to `entriesMax` entries from the source; true when it has ended. Holds no pins afterwards. */
  run(source: EntrySource, entriesMax: number): boolean {
    try {
      for (let taken = 0; taken < entriesMax; taken++) {
        if (!source.next()) return true;
        this.append(source.key, source.keyStart, source.keyEnd, source.value, source.valueStart, source.valueEnd);
      }
      return false;
    } finally {
      this.pause();
    }
  }

  /** Appends an entry whose key is greater than all others. Call `pause` before a yield and after the last. */
  append(key: Uint8Array, start: number, end: number, value: Uint8Array, from: number, to: number): void {
    checkEntrySize(end - start + to - from);
    if (!this.#leafIsOpen) this.#openLeaf();
    const { bytes, view } = this.tree.pages;
    const { base } = this.#edge;
    const count = getSlotCount(view, base);
    const ascends = count === 0 || compareSlotKey(bytes, view, base, count - 1, key, start, end) < 0;
    assert(ascends, 'TREE-2: bulk build takes its entries in ascending order');
    // The leaf's high key will be at most one byte longer than its last key.
    const room = freeBytes(view, base) - this.#policy.reserveBytes - (end - start + 1);
    if (count === 0 || entryCost(end - start, to - from) <= room) {
      insertEntry(bytes, view, base, count, key, start, end, value, from, to, this.tree.mark);
    } else {
      this.#appendToNewLeaf(key, start, end, value, from, to);
    }
    this.entries++;
  }

  #appendToNewLeaf(key: Uint8Array, start: number, end: number, value: Uint8Array, from: number, to: number): void {
    this.pause();
    const { pages, space, tree, mark } = this.tree;
    this.tree.findEnd(this.#edge);
    const { slot } = this.#edge;
    const entry = { slot, replaces: false, key, keyStart: start, keyEnd: end, valueLength: to - from };
    try {
      this.#edge.split.make(pages, space, tree, this.#edge, entry, this.#policy);
      applySplit(pages, this.#edge, { ...entry, value, valueFrom: from }, mark, this.#xid);
    } finally {
      this.#edge.release();
    }
  }

  #openLeaf(): void {
    const { pages } = this.tree;
    this.tree.findEnd(this.#edge);
    pages.modify(this.#edge.frame);
    raiseMaxXid(pages.view, this.#edge.base, this.#xid);
    this.#leafIsOpen = true;
  }

  /** Ends the slice: finishes the change of the open leaf and gives the pins back. The next append goes on from there. */
  pause(): void {
    if (!this.#leafIsOpen) return;
    this.#leafIsOpen = false;
    this.tree.pages.done(this.#edge.frame);
    this.#edge.release();
  }
}
