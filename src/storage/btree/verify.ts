/**
 * Checks every invariant of a tree (the README's TREE-1 … TREE-9) by walking all its pages, and says what it found wrong.
 * Reads only; for tests, and for the operator who wants to know.
 */
import type { PageNumber } from '../../common/ids.ts';
import {
  getDeleteMarks,
  getFreeEnd,
  getFreeStart,
  getGarbageBytes,
  getLeftSibling,
  getLevel,
  getPageNumber,
  getPageTree,
  getPageType,
  getRightSibling,
  getSlotCount,
  pageBytes,
  pageType,
} from '../page.ts';
import {
  cellHeaderBytes,
  cellStart,
  childBytes,
  entryBytesMax,
  firstKeySlot,
  getChild,
  getHead,
  getPrefixLength,
  hasHighKey,
  highKeyLength,
  highKeyStart,
  keyLength,
  keyStart,
  markCount,
  noDeleteMark,
  slotBytes,
  slotsOffset,
  valueLength,
  valueStart,
} from './node.ts';
import { compareKeys, headOf } from './node-search.ts';
import type { BTree } from './tree.ts';

export interface Finding {
  /** The broken invariant: `TREE-3`. */
  readonly rule: string;
  readonly page: PageNumber;
  readonly message: string;
}

export interface TreeReport {
  readonly findings: readonly Finding[];
  readonly height: number;
  readonly entries: number;
  readonly pages: number;
  readonly leafPages: number;
  /** Leaves without entries, the root of an empty tree not counted. */
  readonly emptyLeafPages: number;
  /** Bytes of slots and cells in leaves, of what leaves offer. */
  readonly leafFill: number;
}

const findingsMax = 100;

/** The node last visited on a level: the left neighbour of the next one. */
interface Neighbour {
  readonly page: PageNumber;
  readonly rightSibling: PageNumber;
}

export function verify(tree: BTree): TreeReport {
  return new Verifier(tree).run();
}

class Verifier {
  readonly #tree: BTree;
  readonly #findings: Finding[] = [];
  readonly #visited = new Set<PageNumber>();
  readonly #lastOfLevel = new Map<number, Neighbour>();
  #height = 0;
  #entries = 0;
  #leafPages = 0;
  #emptyLeafPages = 0;
  #leafBytesUsed = 0;

  constructor(tree: BTree) {
    this.#tree = tree;
  }

  run(): TreeReport {
    const { pages, space, root } = this.#tree;
    const frame = pages.pin(space, root);
    try {
      this.#height = getLevel(pages.view, frame * pageBytes) + 1;
      this.#visit(frame, root, this.#height - 1, undefined, undefined);
    } finally {
      pages.unpin(frame);
    }
    for (const { page, rightSibling } of this.#lastOfLevel.values()) {
      if (rightSibling !== 0) this.#report('TREE-4', page, `last of its level, but has right sibling ${rightSibling}`);
    }
    return {
      findings: this.#findings,
      height: this.#height,
      entries: this.#entries,
      pages: this.#visited.size,
      leafPages: this.#leafPages,
      emptyLeafPages: this.#height === 1 ? 0 : this.#emptyLeafPages,
      leafFill: this.#leafBytesUsed / (this.#leafPages * (pageBytes - slotsOffset)),
    };
  }

  #report(rule: string, page: PageNumber, message: string): void {
    if (this.#findings.length < findingsMax) this.#findings.push({ rule, page, message });
  }

  /** Checks the node in `frame` and all below it; its keys belong in [low, high), undefined meaning no bound. */
  #visit(
    frame: number,
    page: PageNumber,
    level: number,
    low: Uint8Array | undefined,
    high: Uint8Array | undefined,
  ): void {
    const { pages } = this.#tree;
    const base = frame * pageBytes;
    if (this.#visited.has(page)) {
      this.#report('TREE-4', page, 'reachable twice');
      return;
    }
    this.#visited.add(page);
    if (!this.#checkIdentity(base, page, level)) return;
    if (!this.#checkSpace(base, page)) return;
    this.#checkKeys(base, page, low, high);
    this.#checkSiblings(base, page, level);
    if (level === 0) {
      this.#countLeaf(base, page);
      return;
    }
    const count = getSlotCount(pages.view, base);
    if (count === 0) this.#report('TREE-4', page, 'inner node without children');
    for (let slot = 0; slot < count; slot++) {
      const child = getChild(pages.view, base, slot);
      const childLow = slot === 0 ? low : this.#copyKey(base, slot);
      const childHigh = slot === count - 1 ? high : this.#copyKey(base, slot + 1);
      const childFrame = pages.pin(this.#tree.space, child);
      try {
        this.#visit(childFrame, child, level - 1, childLow, childHigh);
      } finally {
        pages.unpin(childFrame);
      }
    }
  }

  #copyKey(base: number, slot: number): Uint8Array {
    const { bytes, view } = this.#tree.pages;
    const start = keyStart(view, base, slot);
    return bytes.slice(start, start + keyLength(view, base, slot));
  }

  #checkIdentity(base: number, page: PageNumber, level: number): boolean {
    const { view } = this.#tree.pages;
    const type = level === 0 ? pageType.leaf : pageType.inner;
    if (getPageNumber(view, base) !== page)
      this.#report('TREE-6', page, `says it is page ${getPageNumber(view, base)}`);
    if (getPageTree(view, base) !== this.#tree.tree) {
      this.#report('TREE-6', page, `belongs to tree ${getPageTree(view, base)}`);
      return false;
    }
    if (getLevel(view, base) === level && getPageType(view, base) === type) return true;
    this.#report(
      'TREE-4',
      page,
      `level ${getLevel(view, base)}, type ${getPageType(view, base)} where level ${level} belongs`,
    );
    return false;
  }

  /** TREE-5: slots and cells lie within their regions, do not overlap, and are accounted for to the byte. */
  #checkSpace(base: number, page: PageNumber): boolean {
    const { view } = this.#tree.pages;
    const count = getSlotCount(view, base);
    const freeEnd = getFreeEnd(view, base);
    if (getFreeStart(view, base) !== slotsOffset + count * slotBytes || getFreeStart(view, base) > freeEnd) {
      this.#report('TREE-5', page, `free space ${getFreeStart(view, base)} … ${freeEnd} with ${count} slots`);
      return false;
    }
    const owner = new Uint8Array(pageBytes);
    let used = highKeyLength(view, base);
    let sound = !hasHighKey(view, base) || claim(owner, highKeyStart(view, base) - base, used, freeEnd);
    for (let slot = 0; slot < count && sound; slot++) {
      const length = cellHeaderBytes + keyLength(view, base, slot) + valueLength(view, base, slot);
      used += length;
      sound = claim(owner, cellStart(view, base, slot) - base, length, freeEnd);
      if (length - cellHeaderBytes > entryBytesMax + childBytes)
        this.#report('TREE-9', page, `slot ${slot} is too large`);
    }
    if (!sound) this.#report('TREE-5', page, 'cells overlap or lie outside the page');
    else if (used + getGarbageBytes(view, base) !== pageBytes - freeEnd) {
      this.#report('TREE-5', page, `${used} bytes used, ${getGarbageBytes(view, base)} garbage, free end ${freeEnd}`);
    }
    return sound;
  }

  /** TREE-1 and TREE-3: keys ascend within the node's range, share its prefix, and have the right heads. */
  #checkKeys(base: number, page: PageNumber, low: Uint8Array | undefined, high: Uint8Array | undefined): void {
    const { bytes, view } = this.#tree.pages;
    const first = firstKeySlot(view, base);
    const prefix = getPrefixLength(view, base);
    let before = low;
    for (let slot = 0; slot < getSlotCount(view, base); slot++) {
      const start = keyStart(view, base, slot);
      const end = start + keyLength(view, base, slot);
      if (slot < first) {
        if (end !== start || getHead(view, base, slot) !== 0) this.#report('TREE-1', page, 'first key is not empty');
        continue;
      }
      const order = before === undefined ? 1 : compareKeys(bytes, start, end, before, 0, before.length);
      if (order < 0 || (order === 0 && slot > first)) this.#report('TREE-1', page, `slot ${slot} is out of order`);
      if (order === 0 && slot === first && first > 0) this.#report('TREE-1', page, 'first child has an empty range');
      if (high !== undefined && compareKeys(bytes, start, end, high, 0, high.length) >= 0) {
        this.#report('TREE-1', page, `slot ${slot} is beyond the node’s range`);
      }
      const head = headOf(bytes, start + prefix, end);
      if (end - start < prefix || getHead(view, base, slot) !== head)
        this.#report('TREE-3', page, `head of slot ${slot}`);
      if (slot > first && !this.#sharesPrefix(base, first, slot, prefix))
        this.#report('TREE-3', page, `prefix of ${slot}`);
      before = this.#copyKey(base, slot);
    }
    this.#checkHighKey(base, page, high);
  }

  #sharesPrefix(base: number, a: number, b: number, prefix: number): boolean {
    const { bytes, view } = this.#tree.pages;
    const aStart = keyStart(view, base, a);
    const bStart = keyStart(view, base, b);
    return compareKeys(bytes, aStart, aStart + prefix, bytes, bStart, bStart + prefix) === 0;
  }

  #checkHighKey(base: number, page: PageNumber, high: Uint8Array | undefined): void {
    const { bytes, view } = this.#tree.pages;
    if (hasHighKey(view, base) !== (high !== undefined)) {
      this.#report('TREE-1', page, hasHighKey(view, base) ? 'high key at the right edge' : 'no high key');
    } else if (high !== undefined) {
      const start = highKeyStart(view, base);
      const order = compareKeys(bytes, start, start + highKeyLength(view, base), high, 0, high.length);
      if (order !== 0) this.#report('TREE-1', page, 'high key is not the lower bound of the next node');
    }
  }

  /** TREE-4: a level is one chain, linked both ways, in key order. */
  #checkSiblings(base: number, page: PageNumber, level: number): void {
    const { view } = this.#tree.pages;
    const left = this.#lastOfLevel.get(level);
    const leftPage = left?.page ?? 0;
    if (getLeftSibling(view, base) !== leftPage) {
      this.#report('TREE-4', page, `left sibling is ${getLeftSibling(view, base)}, not ${leftPage}`);
    }
    if (left !== undefined && left.rightSibling !== page) {
      this.#report('TREE-4', left.page, `right sibling is ${left.rightSibling}, not ${page}`);
    }
    this.#lastOfLevel.set(level, { page, rightSibling: getRightSibling(view, base) });
  }

  /** TREE-11: the header counts the marked values. */
  #countLeaf(base: number, page: PageNumber): void {
    const { bytes, view } = this.#tree.pages;
    const { mark } = this.#tree;
    const count = getSlotCount(view, base);
    let marks = 0;
    for (let slot = 0; slot < count; slot++) {
      marks += markCount(bytes, valueStart(view, base, slot), valueLength(view, base, slot), mark);
    }
    if (mark !== noDeleteMark && marks !== getDeleteMarks(view, base)) {
      this.#report('TREE-11', page, `${marks} delete marks, header says ${getDeleteMarks(view, base)}`);
    }
    this.#entries += count;
    this.#leafPages++;
    if (count === 0) this.#emptyLeafPages++;
    this.#leafBytesUsed += count * slotBytes + pageBytes - getFreeEnd(view, base) - getGarbageBytes(view, base);
  }
}

/** Marks [offset, offset + length) as owned; false if it lies outside the cells' region or is owned already. */
function claim(owner: Uint8Array, offset: number, length: number, freeEnd: number): boolean {
  if (offset < freeEnd || offset + length > pageBytes) return false;
  for (let i = offset; i < offset + length; i++) {
    if (owner[i] !== 0) return false;
    owner[i] = 1;
  }
  return true;
}
