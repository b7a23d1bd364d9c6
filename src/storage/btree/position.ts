/**
 * Where a key is or would be in a tree: the path of pinned frames from the root to a leaf, and the slot in each.
 *
 * This is what makes "pin every page first, then change without a yield" (ROW-1) possible: `find` pins the path, `prepare…`
 * pins and allocates whatever else the change will touch, and the change itself only writes to memory. A position is
 * reusable; one that is not released keeps its pins, so its owner releases it in every outcome (release is idempotent).
 */
import type { PageStore } from '../page-store.ts';
import { pageBytes } from '../page.ts';
import { getNodeChanges, keyLength, keyStart, valueLength, valueStart } from './node.ts';
import { SplitPlan } from './split-plan.ts';
import { UnlinkPlan } from './unlink-plan.ts';

/** More levels than 2^32 pages can make: an inner node has at least two children when it is made. */
export const levelsMax = 32;

export class TreePosition {
  readonly #pages: PageStore;
  /** By level: 0 is the leaf, height - 1 the root. Valid from `lowest` up. */
  readonly frames: Int32Array = new Int32Array(levelsMax);
  /** By level: in the leaf the slot of the key or the one before which it belongs; above, the slot of the child taken. */
  readonly slots: Int32Array = new Int32Array(levelsMax);
  /** By level: the node's count of changes when it was visited. */
  readonly nodeChanges: Float64Array = new Float64Array(levelsMax);
  /** Levels of the tree; 0: the position is released. */
  height = 0;
  /** Lowest level whose frame is pinned; 0 unless a descent is under way. */
  lowest = 0;
  /** True if the leaf's slot holds exactly the key that was sought. */
  found = false;
  readonly split: SplitPlan = new SplitPlan();
  readonly unlink: UnlinkPlan = new UnlinkPlan();

  constructor(pages: PageStore) {
    this.#pages = pages;
  }

  /** The leaf's frame, pinned until release. */
  get frame(): number {
    return this.frames[0] as number;
  }

  get slot(): number {
    return this.slots[0] as number;
  }

  /** Offset of the leaf in the page store's bytes. */
  get base(): number {
    return (this.frames[0] as number) * pageBytes;
  }

  /** Offsets in the page store's bytes; good until the tree changes. */
  get keyStart(): number {
    return keyStart(this.#pages.view, this.base, this.slot);
  }
  get keyLength(): number {
    return keyLength(this.#pages.view, this.base, this.slot);
  }
  get valueStart(): number {
    return valueStart(this.#pages.view, this.base, this.slot);
  }
  get valueLength(): number {
    return valueLength(this.#pages.view, this.base, this.slot);
  }

  /** False once another change has touched a node of the path (a value overwritten in place does not count): find again. */
  isCurrent(): boolean {
    if (this.height === 0) return false;
    for (let level = this.lowest; level < this.height; level++) {
      const base = (this.frames[level] as number) * pageBytes;
      if (getNodeChanges(this.#pages.view, base) !== this.nodeChanges[level]) return false;
    }
    return true;
  }

  /** Drops every pin, and whatever was prepared for a change that did not happen. */
  release(): void {
    for (let level = this.lowest; level < this.height; level++) this.#pages.unpin(this.frames[level] as number);
    this.height = 0;
    this.lowest = 0;
    if (this.split.levels !== 0) this.split.cancel(this.#pages);
    if (this.unlink.levels !== 0) this.unlink.cancel(this.#pages);
  }
}
