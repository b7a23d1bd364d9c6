/**
 * Walks the entries of a tree in key order, both ways. For index scans, undo, purge: whoever looks at entries one by one
 * (a scan of whole leaves uses LeafCursor).
 *
 * A cursor rests on an entry, before the first or after the last one, and remembers the entry's key. While the leaf it has
 * pinned is unchanged a step is a step in the page. If the leaf has changed, or the pin was given back with `release`, it
 * finds its way by the key: `next` goes to the first entry after it and `previous` to the last before it, whether or not
 * the entry itself is still there. So a tree may be changed freely under its cursors (TREE-10).
 */
import { noPage, type PageNumber } from '../../common/ids.ts';
import { getLeftSibling, getRightSibling, getSlotCount, pageBytes } from '../page.ts';
import { getNodeChanges, keyLength, keyStart, valueLength, valueStart } from './node.ts';
import { searchSlots } from './node-search.ts';
import type { BTree } from './tree.ts';

type Rest = 'unset' | 'entry' | 'start' | 'end';

export class Cursor {
  readonly tree: BTree;
  /** The pinned leaf, -1 for none. */
  frame = -1;
  slot = 0;
  #rest: Rest = 'unset';
  #nodeChanges = 0;
  #key: Uint8Array = new Uint8Array(64);
  #keyLength = 0;

  constructor(tree: BTree) {
    this.tree = tree;
  }

  /** Goes to the first entry whose key is not less than key[start, end); false if there is none. */
  seek(key: Uint8Array, start: number, end: number): boolean {
    this.#seekSlot(key, start, end);
    return this.#settleForward();
  }

  /** Goes to the last entry whose key is less than key[start, end); false if there is none. */
  seekBefore(key: Uint8Array, start: number, end: number): boolean {
    this.#seekSlot(key, start, end);
    this.slot--;
    return this.#settleBackward();
  }

  seekToStart(): boolean {
    this.release();
    this.frame = this.tree.pinEdgeLeaf('left');
    this.slot = 0;
    return this.#settleForward();
  }

  seekToEnd(): boolean {
    this.release();
    this.frame = this.tree.pinEdgeLeaf('right');
    this.slot = getSlotCount(this.tree.pages.view, this.frame * pageBytes) - 1;
    return this.#settleBackward();
  }

  /** Steps to the following entry; false at the end, where the cursor then rests. */
  next(): boolean {
    if (this.#rest === 'end') return false;
    if (this.#rest !== 'entry') return this.seekToStart();
    if (this.#isUndisturbed()) this.slot++;
    else if (this.#seekSlot(this.#key, 0, this.#keyLength)) this.slot++;
    return this.#settleForward();
  }

  /** Steps to the entry before; false at the start, where the cursor then rests. */
  previous(): boolean {
    if (this.#rest === 'start') return false;
    if (this.#rest !== 'entry') return this.seekToEnd();
    if (!this.#isUndisturbed()) this.#seekSlot(this.#key, 0, this.#keyLength);
    this.slot--;
    return this.#settleBackward();
  }

  /** Offsets in `tree.pages.bytes` of the entry the cursor rests on; good until the next step or any change. */
  get keyStart(): number {
    return keyStart(this.tree.pages.view, this.frame * pageBytes, this.slot);
  }
  get keyLength(): number {
    return keyLength(this.tree.pages.view, this.frame * pageBytes, this.slot);
  }
  get valueStart(): number {
    return valueStart(this.tree.pages.view, this.frame * pageBytes, this.slot);
  }
  get valueLength(): number {
    return valueLength(this.tree.pages.view, this.frame * pageBytes, this.slot);
  }

  /** Gives the pin back and keeps the place: before a yield, a wait, or the end of a slice. */
  release(): void {
    if (this.frame < 0) return;
    this.tree.pages.unpin(this.frame);
    this.frame = -1;
  }

  #isUndisturbed(): boolean {
    if (this.frame < 0) return false;
    return getNodeChanges(this.tree.pages.view, this.frame * pageBytes) === this.#nodeChanges;
  }

  /** To the slot where the key is or would be, perhaps one past the leaf's last; true if it is there. */
  #seekSlot(key: Uint8Array, start: number, end: number): boolean {
    this.release();
    const { pages } = this.tree;
    this.frame = this.tree.pinLeaf(key, start, end);
    const slot = searchSlots(pages.bytes, pages.view, this.frame * pageBytes, 0, key, start, end);
    this.slot = slot >= 0 ? slot : ~slot;
    return slot >= 0;
  }

  /** Comes to rest at `slot`, or at the first entry to the right of this leaf if it has no such slot. */
  #settleForward(): boolean {
    const { view } = this.tree.pages;
    while (this.slot >= getSlotCount(view, this.frame * pageBytes)) {
      const right = getRightSibling(view, this.frame * pageBytes);
      if (right === noPage) return this.#restAt('end');
      this.#move(right);
      this.slot = 0;
    }
    return this.#restOnEntry();
  }

  /** Comes to rest at `slot`, or at the last entry to the left of this leaf if that is -1. */
  #settleBackward(): boolean {
    const { view } = this.tree.pages;
    while (this.slot < 0) {
      const left = getLeftSibling(view, this.frame * pageBytes);
      if (left === noPage) return this.#restAt('start');
      this.#move(left);
      this.slot = getSlotCount(view, this.frame * pageBytes) - 1;
    }
    return this.#restOnEntry();
  }

  /** To a sibling. If it cannot be read now, the step was not taken and may be taken again. */
  #move(page: PageNumber): void {
    const from = this.frame;
    this.frame = -1;
    try {
      this.frame = this.tree.pages.pin(this.tree.space, page);
    } finally {
      this.tree.pages.unpin(from);
    }
  }

  #restAt(rest: 'start' | 'end'): false {
    this.release();
    this.#rest = rest;
    return false;
  }

  #restOnEntry(): true {
    const { bytes, view } = this.tree.pages;
    const base = this.frame * pageBytes;
    const length = keyLength(view, base, this.slot);
    const start = keyStart(view, base, this.slot);
    if (length > this.#key.length) this.#key = new Uint8Array(length * 2);
    for (let i = 0; i < length; i++) this.#key[i] = bytes[start + i] as number;
    this.#keyLength = length;
    this.#nodeChanges = getNodeChanges(view, base);
    this.#rest = 'entry';
    return true;
  }
}
