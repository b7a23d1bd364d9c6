/**
 * What removing the last entry of a leaf is going to do. The leaf leaves the tree (free-at-empty: Johnson and Shasha,
 * B-trees with inserts and deletes: why free-at-empty is better than merge-at-half, 1993), and with it every ancestor that
 * has no other child. Somebody must take over its range of keys:
 *
 *   - its right sibling, when both have the same parent: the parent's entry of the leaf then leads to the sibling;
 *   - otherwise its left sibling, whose high key becomes that of the leaf. If it has no room for that key, the leaf stays
 *     in the tree, empty (rare, and harmless: the next insertion into its range uses it).
 *
 * When every ancestor up to the root has one child the whole tree is empty, and the root becomes a leaf.
 */
import { noPage, type SpaceId } from '../../common/ids.ts';
import type { PageStore } from '../page-store.ts';
import { getLeftSibling, getRightSibling, getSlotCount, pageBytes } from '../page.ts';
import { highKeyLength } from './node.ts';
import { canHoldHighKey } from './node-edit.ts';
import type { TreePosition } from './position.ts';

export class UnlinkPlan {
  /** Levels that lose a node, from the leaf upwards; 0: nothing planned. The node above them loses an entry. */
  levels = 0;
  /** The whole tree becomes empty. */
  emptiesTree = false;
  /** The left siblings take over the range, not the right ones. */
  absorbsLeft = false;
  /** By level: pinned frames of the siblings, -1 for none. */
  readonly leftFrames: number[] = [];
  readonly rightFrames: number[] = [];

  /** Plans the removal of the position's leaf. Throws with nothing held. */
  make(pages: PageStore, space: SpaceId, position: TreePosition): void {
    const { view } = pages;
    const root = position.height - 1;
    let top = 1;
    while (top < root && getSlotCount(view, (position.frames[top] as number) * pageBytes) === 1) top++;
    const children = getSlotCount(view, (position.frames[top] as number) * pageBytes);
    this.levels = top;
    this.emptiesTree = children === 1;
    this.absorbsLeft = position.slots[top] === children - 1;
    if (this.emptiesTree) return;
    try {
      for (let level = 0; level < top; level++) {
        const base = (position.frames[level] as number) * pageBytes;
        const left = getLeftSibling(view, base);
        const right = getRightSibling(view, base);
        this.leftFrames.push(left === noPage ? -1 : pages.pin(space, left));
        this.rightFrames.push(right === noPage ? -1 : pages.pin(space, right));
      }
    } catch (error) {
      this.cancel(pages);
      throw error;
    }
    if (this.absorbsLeft && !this.#leftSiblingsHaveRoom(pages, position)) this.cancel(pages);
  }

  #leftSiblingsHaveRoom(pages: PageStore, position: TreePosition): boolean {
    for (let level = 0; level < this.levels; level++) {
      const length = highKeyLength(pages.view, (position.frames[level] as number) * pageBytes);
      const left = this.leftFrames[level] as number;
      if (!canHoldHighKey(pages.view, left * pageBytes, length)) return false;
    }
    return true;
  }

  /** Forgets the plan, carried out or not, and unpins the siblings. */
  cancel(pages: PageStore): void {
    for (const frame of this.leftFrames) if (frame >= 0) pages.unpin(frame);
    for (const frame of this.rightFrames) if (frame >= 0) pages.unpin(frame);
    this.leftFrames.length = 0;
    this.rightFrames.length = 0;
    this.levels = 0;
    this.emptiesTree = false;
    this.absorbsLeft = false;
  }
}
