/**
 * Visiting and dropping all pages of a tree. Leaves are known from their parents, so neither reads one.
 */
import type { PageNumber } from '../../common/ids.ts';
import { getLevel, getSlotCount, pageBytes } from '../page.ts';
import { getChild, noDeleteMark, setChild } from './node.ts';
import { removeEntry } from './node-edit.ts';
import type { BTree } from './tree.ts';

/** Calls `visit` for every page of the tree, parents first, from left to right. */
export function forEachPage(tree: BTree, visit: (page: PageNumber, level: number) => void): void {
  const { pages } = tree;
  const visitChildren = (frame: number): void => {
    const base = frame * pageBytes;
    const level = getLevel(pages.view, base);
    for (let slot = 0; level > 0 && slot < getSlotCount(pages.view, base); slot++) {
      visit(getChild(pages.view, base, slot), level - 1);
      if (level === 1) continue;
      const child = tree.pinChildOf(frame, level, slot, undefined);
      try {
        visitChildren(child);
      } finally {
        pages.unpin(child);
      }
    }
  };
  const root = pages.pin(tree.space, tree.root);
  try {
    visit(tree.root, getLevel(pages.view, root * pageBytes));
    visitChildren(root);
  } finally {
    pages.unpin(root);
  }
}

/**
 * Frees all pages of a tree, in slices. What is left stays reachable from the root, so a drop that was cut short (by a
 * crash after a checkpoint) is finished by starting again. Nobody may use the tree any more.
 */
export class TreeDropper {
  readonly tree: BTree;
  done = false;
  #freedPages = 0;

  constructor(tree: BTree) {
    this.tree = tree;
  }

  get freedPages(): number {
    return this.#freedPages;
  }

  /** Frees about `pagesMax` pages (all leaves under one parent at a time); true when nothing is left. */
  run(pagesMax: number): boolean {
    const goal = this.#freedPages + pagesMax;
    while (!this.done && this.#freedPages < goal) this.#dropFirst();
    return this.done;
  }

  /** Frees the leaves under the leftmost level-1 node, that node, and every ancestor that has no other child. */
  #dropFirst(): void {
    const { pages, space } = this.tree;
    const path = this.#pinLeftEdge();
    const lowest = path.at(-1) as number;
    const base = lowest * pageBytes;
    if (getLevel(pages.view, base) === 1) {
      const count = getSlotCount(pages.view, base);
      for (let slot = 0; slot < count; slot++) pages.freeUnread(space, getChild(pages.view, base, slot));
      this.#freedPages += count;
    }
    while (path.length > 0) {
      pages.free(path.pop() as number);
      this.#freedPages++;
      const parent = path.at(-1);
      if (parent !== undefined && getSlotCount(pages.view, parent * pageBytes) > 1) {
        this.#removeFirstChild(parent);
        break;
      }
    }
    this.done = path.length === 0;
    for (const frame of path) pages.unpin(frame);
  }

  /** Pins the leftmost path from the root down to level 1 (the root itself if it is a leaf). */
  #pinLeftEdge(): number[] {
    const { pages, space, root } = this.tree;
    const path = [pages.pin(space, root)];
    try {
      for (let level = getLevel(pages.view, (path[0] as number) * pageBytes); level > 1; level--) {
        path.push(this.tree.pinChildOf(path.at(-1) as number, level, 0, undefined));
      }
    } catch (error) {
      for (const frame of path) pages.unpin(frame);
      throw error;
    }
    return path;
  }

  #removeFirstChild(frame: number): void {
    const { pages } = this.tree;
    const base = frame * pageBytes;
    pages.modify(frame);
    setChild(pages.view, base, 0, getChild(pages.view, base, 1));
    removeEntry(pages.bytes, pages.view, base, 1, noDeleteMark);
    pages.done(frame);
  }
}
