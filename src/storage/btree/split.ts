/**
 * Carrying out a split (split-plan.ts): every overfull node from the leaf upwards is cut in two, the last separator goes
 * into a parent that has room, or the root grows. All pages are announced as modified first and released together, so an
 * optimistic reader sees the tree before or after, and the right links lead it past a node that was cut meanwhile.
 *
 * The root page never moves (TREE-6): when the root is cut, both halves are new pages and the root becomes their parent.
 */
import { noXid, type PageNumber, type Xid } from '../../common/ids.ts';
import type { PageStore } from '../page-store.ts';
import {
  getLevel,
  getMaxXid,
  getRightSibling,
  pageBytes,
  setLeftSibling,
  setMaxXid,
  setRightSibling,
} from '../page.ts';
import {
  childBytes,
  countNodeChange,
  hasHighKey,
  highKeyLength,
  highKeyStart,
  initNode,
  noDeleteMark,
  raiseMaxXid,
  type DeleteMark,
} from './node.ts';
import { appendEntry, appendFromNode, copyNode, truncateNode } from './node-fill.ts';
import { insertEntry, replaceValue, setHighKey } from './node-edit.ts';
import { lengthenPrefix, writeHeads } from './node-heads.ts';
import type { TreePosition } from './position.ts';
import { combinedCount, combinedSlot, type IncomingEntry } from './split-plan.ts';

/** An incoming entry with its value. */
export interface CompleteEntry extends IncomingEntry {
  readonly value: Uint8Array;
  readonly valueFrom: number;
}

const emptyKey = new Uint8Array(0);
const childValue = new Uint8Array(childBytes);
const childValueView = new DataView(childValue.buffer);

/** Carries out the position's split plan with `leafEntry`; the position is spent afterwards. */
export function applySplit(
  pages: PageStore,
  position: TreePosition,
  leafEntry: CompleteEntry,
  mark: DeleteMark,
  xid: Xid,
): void {
  const plan = position.split;
  const pathEnd = plan.rootSplits ? plan.levels : plan.levels + 1;
  for (let level = 0; level < pathEnd; level++) pages.modify(position.frames[level] as number);
  for (const frame of plan.newFrames) pages.modify(frame);
  for (const frame of plan.rightFrames) if (frame >= 0) pages.modify(frame);

  let incoming = leafEntry;
  let newFrame = 0;
  for (let level = 0; level < plan.levels; level++) {
    const node = position.frames[level] as number;
    const growsRoot = plan.rootSplits && level === plan.levels - 1;
    const left = growsRoot ? (plan.newFrames[newFrame++] as number) : node;
    const right = plan.newFrames[newFrame++] as number;
    const separator = plan.separators[level] as Uint8Array;
    const cut = plan.cuts[level] as number;
    if (growsRoot) copyNode(pages.bytes, pages.view, left * pageBytes, node * pageBytes);
    moveToRight(pages, left, right, cut, incoming, level === 0 ? mark : noDeleteMark);
    keepLeft(pages, left, cut, incoming, separator, level === 0 ? mark : noDeleteMark);
    linkRight(pages, left, right, plan.rightFrames[level] as number);
    if (level === 0) raiseMaxXid(pages.view, (incoming.slot < cut ? left : right) * pageBytes, xid);
    const rightPage = pages.pageNumberOf(right);
    if (growsRoot) growRoot(pages, node, pages.pageNumberOf(left), separator, rightPage);
    else incoming = childEntry((position.slots[level + 1] as number) + 1, separator, rightPage);
  }
  if (!plan.rootSplits) insertIntoParent(pages, position.frames[plan.levels] as number, incoming);

  for (let level = 0; level < pathEnd; level++) pages.done(position.frames[level] as number);
  for (const frame of plan.newFrames) {
    pages.done(frame);
    pages.unpin(frame);
  }
  for (const frame of plan.rightFrames) if (frame >= 0) pages.done(frame);
  plan.finish(pages);
  position.release();
}

function childEntry(slot: number, separator: Uint8Array, child: PageNumber): CompleteEntry {
  childValueView.setUint32(0, child, true);
  return {
    slot,
    replaces: false,
    key: separator,
    keyStart: 0,
    keyEnd: separator.length,
    valueLength: childBytes,
    value: childValue,
    valueFrom: 0,
  };
}

function insertIntoParent(pages: PageStore, frame: number, entry: CompleteEntry): void {
  const { bytes, view } = pages;
  const { slot, key, keyEnd, value } = entry;
  insertEntry(bytes, view, frame * pageBytes, slot, key, 0, keyEnd, value, 0, childBytes, noDeleteMark);
}

/** Fills the new node with entries [cut, …) of the old one and the incoming entry combined, and its high key. */
function moveToRight(
  pages: PageStore,
  left: number,
  right: number,
  cut: number,
  incoming: CompleteEntry,
  mark: DeleteMark,
): void {
  const { bytes, view } = pages;
  const from = left * pageBytes;
  const base = right * pageBytes;
  const level = getLevel(view, from);
  const count = combinedCount(view, from, incoming);
  initNode(view, base, level);
  setMaxXid(view, base, getMaxXid(view, from));
  for (let index = cut; index < count; index++) {
    const withKey = level === 0 || index !== cut;
    if (index === incoming.slot) {
      const { key, keyStart, keyEnd, value, valueFrom, valueLength } = incoming;
      const start = withKey ? keyStart : keyEnd;
      appendEntry(bytes, view, base, key, start, keyEnd, value, valueFrom, valueFrom + valueLength, mark);
    } else {
      appendFromNode(bytes, view, base, from, combinedSlot(incoming, index), withKey, mark);
    }
  }
  writeHeads(bytes, view, base);
  if (!hasHighKey(view, from)) return;
  const start = highKeyStart(view, from);
  setHighKey(bytes, view, base, bytes, start, start + highKeyLength(view, from));
}

/** Leaves entries [0, cut) in the old node, the incoming one among them if it belongs there, and ends it at the separator. */
function keepLeft(
  pages: PageStore,
  left: number,
  cut: number,
  incoming: CompleteEntry,
  separator: Uint8Array,
  mark: DeleteMark,
): void {
  const { bytes, view } = pages;
  const base = left * pageBytes;
  const { slot, key, keyStart, keyEnd, value, valueFrom, valueLength, replaces } = incoming;
  const staysLeft = slot < cut;
  truncateNode(bytes, view, base, staysLeft && !replaces ? cut - 1 : cut, mark);
  setHighKey(bytes, view, base, separator, 0, separator.length);
  if (staysLeft && replaces) {
    replaceValue(bytes, view, base, slot, value, valueFrom, valueFrom + valueLength, mark);
  } else if (staysLeft) {
    insertEntry(bytes, view, base, slot, key, keyStart, keyEnd, value, valueFrom, valueFrom + valueLength, mark);
  }
  lengthenPrefix(bytes, view, base);
}

/** Puts the new node between the old one and its right sibling. */
function linkRight(pages: PageStore, left: number, right: number, rightSibling: number): void {
  const { view } = pages;
  const rightPage = pages.pageNumberOf(right);
  setLeftSibling(view, right * pageBytes, pages.pageNumberOf(left));
  setRightSibling(view, right * pageBytes, getRightSibling(view, left * pageBytes));
  setRightSibling(view, left * pageBytes, rightPage);
  if (rightSibling < 0) return;
  setLeftSibling(view, rightSibling * pageBytes, rightPage);
  countNodeChange(view, rightSibling * pageBytes);
}

/** The root becomes the parent of the two nodes its entries went to. */
function growRoot(pages: PageStore, root: number, left: PageNumber, separator: Uint8Array, right: PageNumber): void {
  const { view } = pages;
  const base = root * pageBytes;
  initNode(view, base, getLevel(view, base) + 1);
  setMaxXid(view, base, noXid);
  countNodeChange(view, base);
  insertIntoParent(pages, root, childEntry(0, emptyKey, left));
  insertIntoParent(pages, root, childEntry(1, separator, right));
}
