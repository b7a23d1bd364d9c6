/**
 * The B+tree that holds everything: tables, indexes, catalogs, overflow values (Bayer and McCreight 1972; right links and
 * high keys after Lehman and Yao 1981). It maps byte strings, ordered as unsigned bytes, to byte strings, and knows no
 * types, rows, transactions or logs.
 *
 * A change has three steps, so that a row operation over several trees can pin everything first and then change it all
 * without a yield or a failure (ROW-1):
 *
 *     tree.find(position, key, 0, key.length)       pins the path
 *     tree.prepareInsert(position, …)               pins siblings and allocates pages, if this insertion needs any
 *     tree.insertAt(position, …)                    changes memory only; cannot fail any more
 *     position.release()                            in every outcome
 *
 * `prepare…` may be left out: the change then prepares itself and either completes or throws before it changed anything.
 * The one-call forms insert, put, remove are for those who change one tree only.
 */
import { assert } from '../../common/assert.ts';
import { noXid, type PageNumber, type SpaceId, type TreeId, type Xid } from '../../common/ids.ts';
import { getLevel, getPageTree, getSlotCount, pageBytes } from '../page.ts';
import type { PageStore } from '../page-store.ts';
import {
  entryBytesMax,
  entryCost,
  freeBytes,
  getChild,
  getNodeChanges,
  initNode,
  keyStart,
  markCount,
  noDeleteMark,
  raiseMaxXid,
  valueLength,
  valueStart,
  type DeleteMark,
} from './node.ts';
import { changeMarks, copyBytes } from './node-space.ts';
import { insertEntry, removeEntry, replaceValue } from './node-edit.ts';
import { searchChild, searchSlots } from './node-search.ts';
import { levelsMax, TreePosition } from './position.ts';
import { applySplit, type CompleteEntry } from './split.ts';
import { balancedCut } from './split-plan.ts';
import { applyUnlink } from './unlink.ts';

/** Thrown before anything changed when key and value together exceed entryBytesMax. */
export class EntryTooLargeError extends Error {
  override readonly name = 'EntryTooLargeError';
  readonly entryBytes: number;

  constructor(entryBytes: number) {
    super(`entry of ${entryBytes} bytes exceeds the maximum of ${entryBytesMax}`);
    this.entryBytes = entryBytes;
  }
}

const noBytes = new Uint8Array(0);

export class BTree {
  readonly pages: PageStore;
  readonly space: SpaceId;
  readonly tree: TreeId;
  /** Fixed for the life of the tree (TREE-6). */
  readonly root: PageNumber;
  readonly mark: DeleteMark;
  /** For the one-call forms. */
  readonly #position: TreePosition;

  constructor(pages: PageStore, space: SpaceId, tree: TreeId, root: PageNumber, mark: DeleteMark = noDeleteMark) {
    this.pages = pages;
    this.space = space;
    this.tree = tree;
    this.root = root;
    this.mark = mark;
    this.#position = new TreePosition(pages);
  }

  /** An empty tree: one leaf, whose page number is the root's for ever. */
  static create(pages: PageStore, space: SpaceId, tree: TreeId, mark: DeleteMark = noDeleteMark): BTree {
    const frame = pages.allocate(space, tree);
    initNode(pages.view, frame * pageBytes, 0);
    const root = pages.pageNumberOf(frame);
    pages.done(frame);
    pages.unpin(frame);
    return new BTree(pages, space, tree, root, mark);
  }

  /** Pins the path to key[start, end). True if the key is there; the position's slot is then its slot. */
  find(position: TreePosition, key: Uint8Array, start: number, end: number): boolean {
    if (position.height !== 0) position.release();
    const { bytes, view } = this.pages;
    let frame = this.#pinRoot(position);
    for (let level = position.height - 1; level > 0; level--) {
      const slot = searchChild(bytes, view, frame * pageBytes, key, start, end);
      frame = this.#pinChild(position, level, slot);
    }
    const slot = searchSlots(bytes, view, frame * pageBytes, 0, key, start, end);
    position.slots[0] = slot >= 0 ? slot : ~slot;
    position.found = slot >= 0;
    return slot >= 0;
  }

  /** Pins the path to the end of the tree, where a key greater than all others belongs. */
  findEnd(position: TreePosition): void {
    if (position.height !== 0) position.release();
    const { view } = this.pages;
    let frame = this.#pinRoot(position);
    for (let level = position.height - 1; level > 0; level--) {
      frame = this.#pinChild(position, level, getSlotCount(view, frame * pageBytes) - 1);
    }
    position.slots[0] = getSlotCount(view, frame * pageBytes);
    position.found = false;
  }

  #pinRoot(position: TreePosition): number {
    const { pages } = this;
    const frame = pages.pin(this.space, this.root);
    const base = frame * pageBytes;
    const height = getLevel(pages.view, base) + 1;
    assert(
      getPageTree(pages.view, base) === this.tree && height <= levelsMax,
      'TREE-6: the root page is the tree’s own',
    );
    position.height = height;
    position.lowest = height - 1;
    position.frames[height - 1] = frame;
    position.nodeChanges[height - 1] = getNodeChanges(pages.view, base);
    return frame;
  }

  /** Goes down from `level` to child `slot`. */
  #pinChild(position: TreePosition, level: number, slot: number): number {
    const { pages } = this;
    position.slots[level] = slot;
    const frame = this.pinChildOf(position.frames[level] as number, level, slot, position);
    position.lowest = level - 1;
    position.frames[level - 1] = frame;
    position.nodeChanges[level - 1] = getNodeChanges(pages.view, frame * pageBytes);
    return frame;
  }

  /** Pins child `slot` of the inner node in `parent`. If it cannot be read, `position` is released. */
  pinChildOf(parent: number, level: number, slot: number, position: TreePosition | undefined): number {
    const { pages } = this;
    let frame: number;
    try {
      frame = pages.pin(this.space, getChild(pages.view, parent * pageBytes, slot));
    } catch (error) {
      position?.release();
      throw error;
    }
    const base = frame * pageBytes;
    const belongs = getLevel(pages.view, base) === level - 1 && getPageTree(pages.view, base) === this.tree;
    assert(belongs, 'TREE-4: a child is one level below its parent and of the same tree');
    return frame;
  }

  /** Pins only the leaf whose range holds key[start, end). */
  pinLeaf(key: Uint8Array, start: number, end: number): number {
    return this.pinNode(0, key, start, end);
  }

  /** Pins the node of that level (the root if the tree is lower) whose range holds key[start, end). */
  pinNode(atLevel: number, key: Uint8Array, start: number, end: number): number {
    const { pages } = this;
    let frame = pages.pin(this.space, this.root);
    for (let level = getLevel(pages.view, frame * pageBytes); level > atLevel; level--) {
      const slot = searchChild(pages.bytes, pages.view, frame * pageBytes, key, start, end);
      frame = this.exchangeForChild(frame, level, slot);
    }
    return frame;
  }

  /** Pins the leftmost or rightmost leaf. */
  pinEdgeLeaf(edge: 'left' | 'right'): number {
    const { pages } = this;
    let frame = pages.pin(this.space, this.root);
    for (let level = getLevel(pages.view, frame * pageBytes); level > 0; level--) {
      const slot = edge === 'left' ? 0 : getSlotCount(pages.view, frame * pageBytes) - 1;
      frame = this.exchangeForChild(frame, level, slot);
    }
    return frame;
  }

  /** Pins a child and unpins its parent, whether or not the child can be read. */
  exchangeForChild(parent: number, level: number, slot: number): number {
    try {
      return this.pinChildOf(parent, level, slot, undefined);
    } finally {
      this.pages.unpin(parent);
    }
  }

  /** Makes sure that insertAt of that key and a value of that length at this position cannot fail. */
  prepareInsert(position: TreePosition, key: Uint8Array, start: number, end: number, valueBytes: number): void {
    assert(!position.found && position.isCurrent(), 'TREE-7: a position is used before its path changes');
    checkEntrySize(end - start + valueBytes);
    if (entryCost(end - start, valueBytes) <= freeBytes(this.pages.view, position.base)) return;
    const { slot } = position;
    const incoming = { slot, replaces: false, key, keyStart: start, keyEnd: end, valueLength: valueBytes };
    position.split.make(this.pages, this.space, this.tree, position, incoming, balancedCut);
  }

  /**
   * Inserts key[start, end) → value[from, to), which `find` did not find. `xid` raises the leaf's maxXid. Finds again by
   * itself if another change has moved the position. Key and value must not lie in pages of this tree.
   */
  insertAt(
    position: TreePosition,
    key: Uint8Array,
    start: number,
    end: number,
    value: Uint8Array,
    from: number,
    to: number,
    xid: Xid,
  ): void {
    if (!position.isCurrent()) this.find(position, key, start, end);
    assert(!position.found, 'TREE-2: keys are unique');
    const { pages } = this;
    if (position.split.levels === 0) this.prepareInsert(position, key, start, end, to - from);
    const { slot } = position;
    if (position.split.levels !== 0) {
      const entry = { slot, replaces: false, key, keyStart: start, keyEnd: end };
      this.#split(position, { ...entry, valueLength: to - from, value, valueFrom: from }, xid);
      return;
    }
    const { frame } = position;
    const base = frame * pageBytes;
    pages.modify(frame);
    insertEntry(pages.bytes, pages.view, base, slot, key, start, end, value, from, to, this.mark);
    raiseMaxXid(pages.view, base, xid);
    pages.done(frame);
    position.nodeChanges[0] = getNodeChanges(pages.view, base);
    position.found = true;
  }

  #split(position: TreePosition, entry: CompleteEntry, xid: Xid): void {
    const { keyLength, valueLength: valueBytes } = position.split;
    const asPrepared = keyLength === entry.keyEnd - entry.keyStart && valueBytes === entry.valueLength;
    assert(asPrepared, 'TREE-8: a prepared change is the one carried out');
    applySplit(this.pages, position, entry, this.mark, xid);
  }

  /** Makes sure that replaceAt with a value of that length cannot fail. */
  prepareReplace(position: TreePosition, valueBytes: number): void {
    assert(position.found && position.isCurrent(), 'TREE-7: a position is used before its path changes');
    const { bytes, view } = this.pages;
    const { base, slot } = position;
    const growth = valueBytes - valueLength(view, base, slot);
    if (growth <= 0) return;
    checkEntrySize(position.keyLength + valueBytes);
    if (growth <= freeBytes(view, base)) return;
    const start = keyStart(view, base, slot);
    const key = bytes.slice(start, start + position.keyLength);
    const incoming = { slot, replaces: true, key, keyStart: 0, keyEnd: key.length, valueLength: valueBytes };
    position.split.make(this.pages, this.space, this.tree, position, incoming, balancedCut);
  }

  /** Gives the key that was found the value[from, to). In place if that is not longer than the old one. */
  replaceAt(position: TreePosition, value: Uint8Array, from: number, to: number, xid: Xid): void {
    if (position.split.levels === 0) this.prepareReplace(position, to - from);
    assert(position.found && position.isCurrent(), 'TREE-7: a position is used before its path changes');
    const { pages } = this;
    const { base, frame, slot } = position;
    if (position.split.levels !== 0) {
      const start = keyStart(pages.view, base, slot);
      const key = pages.bytes.slice(start, start + position.keyLength);
      const entry = { slot, replaces: true, key, keyStart: 0, keyEnd: key.length };
      this.#split(position, { ...entry, valueLength: to - from, value, valueFrom: from }, xid);
      return;
    }
    pages.modify(frame);
    replaceValue(pages.bytes, pages.view, base, slot, value, from, to, this.mark);
    raiseMaxXid(pages.view, base, xid);
    pages.done(frame);
    position.nodeChanges[0] = getNodeChanges(pages.view, base);
  }

  /** Overwrites part of the found value, from its byte `offset` on, with source[from, to). Never needs room or pages. */
  overwriteAt(position: TreePosition, offset: number, source: Uint8Array, from: number, to: number, xid: Xid): void {
    assert(position.found && position.isCurrent(), 'TREE-7: a position is used before its path changes');
    const { bytes, view } = this.pages;
    const { base, frame, slot } = position;
    const at = valueStart(view, base, slot);
    const length = valueLength(view, base, slot);
    assert(offset + to - from <= length, 'TREE-5: an overwrite stays within the value');
    const marksBefore = markCount(bytes, at, length, this.mark);
    this.pages.modify(frame);
    copyBytes(bytes, at + offset, source, from, to - from);
    changeMarks(view, base, markCount(bytes, at, length, this.mark) - marksBefore);
    raiseMaxXid(view, base, xid);
    this.pages.done(frame);
  }

  /** Makes sure that removeAt cannot fail. */
  prepareRemove(position: TreePosition): void {
    assert(position.found && position.isCurrent(), 'TREE-7: a position is used before its path changes');
    if (position.height === 1 || getSlotCount(this.pages.view, position.base) > 1) return;
    position.unlink.make(this.pages, this.space, position);
  }

  /** Removes the found entry, and its leaf from the tree if that becomes empty. */
  removeAt(position: TreePosition): void {
    if (position.unlink.levels === 0) this.prepareRemove(position);
    assert(position.found && position.isCurrent(), 'TREE-7: a position is used before its path changes');
    const { pages } = this;
    if (position.unlink.levels !== 0) {
      applyUnlink(pages, position);
      return;
    }
    const { base, frame, slot } = position;
    pages.modify(frame);
    removeEntry(pages.bytes, pages.view, base, slot, this.mark);
    pages.done(frame);
    position.nodeChanges[0] = getNodeChanges(pages.view, base);
    position.found = false;
  }

  /** Inserts key → value; false and no change if the key is there. */
  insert(key: Uint8Array, value: Uint8Array = noBytes, xid: Xid = noXid): boolean {
    const position = this.#position;
    try {
      if (this.find(position, key, 0, key.length)) return false;
      this.insertAt(position, key, 0, key.length, value, 0, value.length, xid);
      return true;
    } finally {
      position.release();
    }
  }

  /** Inserts key → value, or replaces the value of the key; true if the key is new. */
  put(key: Uint8Array, value: Uint8Array, xid: Xid = noXid): boolean {
    const position = this.#position;
    try {
      const found = this.find(position, key, 0, key.length);
      if (found) this.replaceAt(position, value, 0, value.length, xid);
      else this.insertAt(position, key, 0, key.length, value, 0, value.length, xid);
      return !found;
    } finally {
      position.release();
    }
  }

  /** Removes the key; false if it is not there. */
  remove(key: Uint8Array): boolean {
    const position = this.#position;
    try {
      if (!this.find(position, key, 0, key.length)) return false;
      this.removeAt(position);
      return true;
    } finally {
      position.release();
    }
  }

  /** A copy of the key's value; undefined if it is not there. For catalogs and tests, not for rows. */
  findValue(key: Uint8Array): Uint8Array | undefined {
    const position = this.#position;
    try {
      if (!this.find(position, key, 0, key.length)) return undefined;
      return this.pages.bytes.slice(position.valueStart, position.valueStart + position.valueLength);
    } finally {
      position.release();
    }
  }
}

/** Throws EntryTooLargeError. */
export function checkEntrySize(entryBytes: number): void {
  if (entryBytes > entryBytesMax) throw new EntryTooLargeError(entryBytes);
}
