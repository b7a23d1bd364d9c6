/**
 * Walks the leaves of a tree, in one direction, so that a scan can copy a whole page with one `set` and decode it alone:
 *
 *     for (let more = leaves.seekForward(low, 0, low.length); more; more = leaves.next()) {
 *       image.set(pages.bytes.subarray(leaves.base, leaves.base + pageBytes));   then leaves.release() if a yield may follow
 *       for (let slot = leaves.firstSlot; slot < leaves.endSlot; slot++) … valueStart(imageView, 0, slot) …
 *     }
 *
 * Backwards the same slots are read from endSlot - 1 down to firstSlot. The cursor remembers the boundary between what it
 * has shown and what comes next (the leaf's high key, or its first key), so it may be released, and the tree changed, between
 * calls: no entry that stays in the tree is shown twice or left out (TREE-10). It asks for the pages ahead (prefetch).
 */
import { noPage, type PageNumber } from '../../common/ids.ts';
import { getLeftSibling, getLevel, getRightSibling, getSlotCount, pageBytes } from '../page.ts';
import { getChild, getNodeChanges, hasHighKey, highKeyLength, highKeyStart, keyLength, keyStart } from './node.ts';
import { copyBytes } from './node-space.ts';
import { searchChild, searchSlots } from './node-search.ts';
import type { BTree } from './tree.ts';

/** Pages asked for ahead at a time, and the leaves read before the first time: short ranges need none. */
const prefetchPages = 32;
const prefetchAfterLeaves = 2;

export class LeafCursor {
  readonly tree: BTree;
  /** The pinned leaf, -1 for none, and the slots of it that belong to the scan. */
  frame = -1;
  firstSlot = 0;
  endSlot = 0;
  #forward = true;
  #nodeChanges = 0;
  /** What has been shown ends here; no boundary: the scan has come to the end. */
  #hasBoundary = false;
  #boundary: Uint8Array = new Uint8Array(64);
  #boundaryLength = 0;
  #leavesToPrefetch = prefetchAfterLeaves;
  readonly #ahead: PageNumber[] = [];

  constructor(tree: BTree) {
    this.tree = tree;
  }

  /** Offset of the leaf in the page store's bytes. */
  get base(): number {
    return this.frame * pageBytes;
  }

  /** Goes to the first leaf with entries from key[start, end) on; false if there are none. */
  seekForward(key: Uint8Array, start: number, end: number): boolean {
    this.#begin(true);
    return this.#findForward(key, start, end);
  }

  /** Goes to the last leaf with entries less than key[start, end), for a walk to the left; false if there are none. */
  seekBackward(key: Uint8Array, start: number, end: number): boolean {
    this.#begin(false);
    return this.#findBackward(key, start, end);
  }

  seekToStart(): boolean {
    this.#begin(true);
    this.frame = this.tree.pinEdgeLeaf('left');
    return this.#settleForward(0);
  }

  seekToEnd(): boolean {
    this.#begin(false);
    this.frame = this.tree.pinEdgeLeaf('right');
    return this.#settleBackward(getSlotCount(this.tree.pages.view, this.base));
  }

  /** Goes to the next leaf in the direction of the walk; false when there is none. */
  next(): boolean {
    if (!this.#hasBoundary) {
      this.release();
      return false;
    }
    this.#prefetch();
    if (!this.#isUndisturbed()) {
      this.release();
      if (this.#forward) return this.#findForward(this.#boundary, 0, this.#boundaryLength);
      return this.#findBackward(this.#boundary, 0, this.#boundaryLength);
    }
    return this.#forward ? this.#settleForward(this.endSlot) : this.#settleBackward(0);
  }

  /** Gives the pin back and keeps the place. */
  release(): void {
    if (this.frame < 0) return;
    this.tree.pages.unpin(this.frame);
    this.frame = -1;
  }

  #begin(forward: boolean): void {
    this.release();
    this.#forward = forward;
    this.#hasBoundary = false;
    this.#leavesToPrefetch = prefetchAfterLeaves;
  }

  #isUndisturbed(): boolean {
    return this.frame >= 0 && getNodeChanges(this.tree.pages.view, this.base) === this.#nodeChanges;
  }

  #findForward(key: Uint8Array, start: number, end: number): boolean {
    return this.#settleForward(this.#pinLeaf(key, start, end));
  }

  #findBackward(key: Uint8Array, start: number, end: number): boolean {
    return this.#settleBackward(this.#pinLeaf(key, start, end));
  }

  /** Pins the key's leaf and returns the first slot that is not less. */
  #pinLeaf(key: Uint8Array, start: number, end: number): number {
    const { bytes, view } = this.tree.pages;
    this.frame = this.tree.pinLeaf(key, start, end);
    const slot = searchSlots(bytes, view, this.base, 0, key, start, end);
    return slot >= 0 ? slot : ~slot;
  }

  /** Shows the slots from `slot` on, of this leaf or the next one that has any. */
  #settleForward(slot: number): boolean {
    const { view } = this.tree.pages;
    this.firstSlot = slot;
    while (this.firstSlot >= getSlotCount(view, this.base)) {
      if (!this.#move(getRightSibling(view, this.base))) return false;
      this.firstSlot = 0;
    }
    this.endSlot = getSlotCount(view, this.base);
    this.#hasBoundary = hasHighKey(view, this.base);
    if (this.#hasBoundary) this.#remember(highKeyStart(view, this.base), highKeyLength(view, this.base));
    return true;
  }

  /** Shows the slots before `slot`, of this leaf or the next one to the left that has any. */
  #settleBackward(slot: number): boolean {
    const { view } = this.tree.pages;
    this.endSlot = slot;
    while (this.endSlot === 0) {
      if (!this.#move(getLeftSibling(view, this.base))) return false;
      this.endSlot = getSlotCount(view, this.base);
    }
    this.firstSlot = 0;
    this.#hasBoundary = getLeftSibling(view, this.base) !== noPage;
    if (this.#hasBoundary) this.#remember(keyStart(view, this.base, 0), keyLength(view, this.base, 0));
    return true;
  }

  /** To a sibling; without one the walk has ended. If it cannot be read now, the step was not taken and may be taken again. */
  #move(page: PageNumber): boolean {
    if (page === noPage) {
      this.#hasBoundary = false;
      this.release();
      return false;
    }
    const from = this.frame;
    this.frame = -1;
    try {
      this.frame = this.tree.pages.pin(this.tree.space, page);
    } finally {
      this.tree.pages.unpin(from);
    }
    return true;
  }

  #remember(start: number, length: number): void {
    if (length > this.#boundary.length) this.#boundary = new Uint8Array(length * 2);
    copyBytes(this.#boundary, 0, this.tree.pages.bytes, start, length);
    this.#boundaryLength = length;
    this.#nodeChanges = getNodeChanges(this.tree.pages.view, this.base);
  }

  /** Every now and then asks for the following leaves, whose page numbers the leaf's parent knows. */
  #prefetch(): void {
    this.#leavesToPrefetch--;
    if (this.#leavesToPrefetch > 0) return;
    const { pages, space } = this.tree;
    const frame = this.tree.pinNode(1, this.#boundary, 0, this.#boundaryLength);
    const base = frame * pageBytes;
    this.#ahead.length = 0;
    if (getLevel(pages.view, base) === 1) {
      const slot = searchChild(pages.bytes, pages.view, base, this.#boundary, 0, this.#boundaryLength);
      this.#listChildren(base, slot);
    }
    pages.unpin(frame);
    this.#leavesToPrefetch = Math.max(this.#ahead.length >> 1, prefetchAfterLeaves);
    if (this.#ahead.length > 1) pages.prefetch(space, this.#ahead);
  }

  /** The children from the boundary's on, in the direction of the walk. */
  #listChildren(base: number, boundarySlot: number): void {
    const { view } = this.tree.pages;
    const count = getSlotCount(view, base);
    const step = this.#forward ? 1 : -1;
    let slot = this.#forward ? boundarySlot : boundarySlot - 1;
    while (slot >= 0 && slot < count && this.#ahead.length < prefetchPages) {
      this.#ahead.push(getChild(view, base, slot));
      slot += step;
    }
  }
}
