/**
 * Carrying out the removal of an emptied leaf (unlink-plan.ts): neighbours are linked past it, one entry leaves the lowest
 * ancestor that keeps other children, the pages are freed. If the root is left with a single child, it takes over that
 * child's content (the root page never moves, TREE-6), so that a shrinking tree also becomes lower.
 */
import { noPage, noXid, type PageNumber } from '../../common/ids.ts';
import { assert } from '../../common/assert.ts';
import type { PageStore } from '../page-store.ts';
import { getLevel, getSlotCount, pageBytes, setLeftSibling, setMaxXid, setRightSibling } from '../page.ts';
import {
  countNodeChange,
  getChild,
  hasHighKey,
  highKeyLength,
  highKeyStart,
  initNode,
  noDeleteMark,
  setChild,
} from './node.ts';
import { clearHighKey, removeEntry, setHighKey } from './node-edit.ts';
import { copyNode } from './node-fill.ts';
import type { TreePosition } from './position.ts';

/** Carries out the position's unlink plan; the position is spent afterwards. */
export function applyUnlink(pages: PageStore, position: TreePosition): void {
  const plan = position.unlink;
  if (plan.emptiesTree) emptyTree(pages, position);
  else unlinkPath(pages, position);
  plan.cancel(pages);
  position.release();
}

function emptyTree(pages: PageStore, position: TreePosition): void {
  const root = position.frames[position.height - 1] as number;
  const base = root * pageBytes;
  pages.modify(root);
  initNode(pages.view, base, 0);
  setMaxXid(pages.view, base, noXid);
  countNodeChange(pages.view, base);
  pages.done(root);
  freePath(pages, position, position.height - 1);
}

function unlinkPath(pages: PageStore, position: TreePosition): void {
  const { levels, leftFrames, rightFrames } = position.unlink;
  const parent = position.frames[levels] as number;
  pages.modify(parent);
  for (const frame of leftFrames) if (frame >= 0) pages.modify(frame);
  for (const frame of rightFrames) if (frame >= 0) pages.modify(frame);
  for (let level = 0; level < levels; level++) unlinkNode(pages, position, level);
  removeChild(pages, position);
  pages.done(parent);
  for (const frame of leftFrames) if (frame >= 0) pages.done(frame);
  for (const frame of rightFrames) if (frame >= 0) pages.done(frame);
  freePath(pages, position, levels);
  if (levels < position.height - 1 || getSlotCount(pages.view, parent * pageBytes) !== 1) return;
  const survivors = position.unlink.absorbsLeft ? leftFrames : rightFrames;
  const child = survivors[levels - 1] as number;
  survivors[levels - 1] = -1;
  lowerRoot(pages, parent, child);
  retire(pages, child);
}

/** Links the siblings of the path's node at `level` with each other, and hands its range over. */
function unlinkNode(pages: PageStore, position: TreePosition, level: number): void {
  const { bytes, view } = pages;
  const base = (position.frames[level] as number) * pageBytes;
  const left = position.unlink.leftFrames[level] as number;
  const right = position.unlink.rightFrames[level] as number;
  if (right >= 0) {
    setLeftSibling(view, right * pageBytes, pageNumberOf(pages, left));
    countNodeChange(view, right * pageBytes);
  }
  if (left < 0) return;
  setRightSibling(view, left * pageBytes, pageNumberOf(pages, right));
  countNodeChange(view, left * pageBytes);
  if (!position.unlink.absorbsLeft) return;
  if (hasHighKey(view, base)) {
    const at = highKeyStart(view, base);
    setHighKey(bytes, view, left * pageBytes, bytes, at, at + highKeyLength(view, base));
  } else {
    clearHighKey(view, left * pageBytes);
  }
}

function pageNumberOf(pages: PageStore, frame: number): PageNumber {
  return frame < 0 ? noPage : pages.pageNumberOf(frame);
}

/** Takes the topmost unlinked node out of its parent. */
function removeChild(pages: PageStore, position: TreePosition): void {
  const { bytes, view } = pages;
  const level = position.unlink.levels;
  const base = (position.frames[level] as number) * pageBytes;
  const slot = position.slots[level] as number;
  if (position.unlink.absorbsLeft) {
    removeEntry(bytes, view, base, slot, noDeleteMark);
  } else {
    setChild(view, base, slot, getChild(view, base, slot + 1));
    removeEntry(bytes, view, base, slot + 1, noDeleteMark);
  }
}

/** Frees the path's pages below `level`; the change is counted for cursors that still rest there. */
function freePath(pages: PageStore, position: TreePosition, level: number): void {
  for (let below = 0; below < level; below++) {
    const frame = position.frames[below] as number;
    position.lowest = below + 1;
    retire(pages, frame);
  }
}

function retire(pages: PageStore, frame: number): void {
  pages.modify(frame);
  countNodeChange(pages.view, frame * pageBytes);
  pages.done(frame);
  pages.free(frame);
}

/** The root takes over the content of its only child. */
function lowerRoot(pages: PageStore, root: number, child: number): void {
  const { bytes, view } = pages;
  const isChild = getLevel(view, child * pageBytes) === getLevel(view, root * pageBytes) - 1;
  assert(isChild, 'TREE-4: a child is one level below its parent');
  pages.modify(root);
  copyNode(bytes, view, root * pageBytes, child * pageBytes);
  pages.done(root);
}
