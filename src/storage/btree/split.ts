/**
 * Carrying out a split (split-plan.ts): every overfull node from the leaf upwards is cut in two, the last separator goes
 * into a parent that has room, or the root grows. All pages are announced as modified first and released together, so an
 * optimistic reader sees the tree before or after, and the right links lead it past a node that was cut meanwhile.
 *
 * The root page never moves (TREE-6): when the root is cut, both halves are new pages and the root becomes their parent.
 */
import { noPage, type PageNumber, type Xid } from '../../common/ids.ts';
import type { PageStore } from '../page-store.ts';
import {
  getLeftSibling,
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
  keyLength,
  keyStart,
  noDeleteMark,
  valueLength,
  type DeleteMark,
} from './node.ts';
import { appendEntry, imageBytes, imageView, insertEntry, setHighKey, takeImage, writeHeads } from './node-edit.ts';
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
    const source = position.frames[level] as number;
    const growsRoot = plan.rootSplits && level === plan.levels - 1;
    const left = growsRoot ? (plan.newFrames[newFrame++] as number) : source;
    const right = plan.newFrames[newFrame++] as number;
    const separator = plan.separators[level] as Uint8Array;
    const cut = plan.cuts[level] as number;
    cutNode(pages, source, left, right, plan.rightFrames[level] as number, cut, incoming, separator, mark, xid);
    const rightPage = pages.pageNumberOf(right);
    if (growsRoot) growRoot(pages, source, pages.pageNumberOf(left), separator, rightPage);
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

/** Distributes the entries of `source` (which is `left` itself unless the root is cut) and the incoming one. */
function cutNode(
  pages: PageStore,
  source: number,
  left: number,
  right: number,
  rightSibling: number,
  cut: number,
  incoming: CompleteEntry,
  separator: Uint8Array,
  mark: DeleteMark,
  xid: Xid,
): void {
  const { bytes, view } = pages;
  takeImage(bytes, source * pageBytes);
  const count = combinedCount(imageView, 0, incoming);
  fillNode(pages, right, cut, count, incoming, mark, xid);
  setLeftSibling(view, right * pageBytes, pages.pageNumberOf(left));
  setRightSibling(view, right * pageBytes, getRightSibling(imageView, 0));
  if (hasHighKey(imageView, 0)) {
    const at = highKeyStart(imageView, 0);
    setHighKey(bytes, view, right * pageBytes, imageBytes, at, at + highKeyLength(imageView, 0));
  }
  const leftIsUnchanged = left === source && !incoming.replaces && cut === incoming.slot && cut === count - 1;
  if (leftIsUnchanged) {
    countNodeChange(view, left * pageBytes);
  } else {
    fillNode(pages, left, 0, cut, incoming, mark, xid);
    setLeftSibling(view, left * pageBytes, getLeftSibling(imageView, 0));
  }
  setRightSibling(view, left * pageBytes, pages.pageNumberOf(right));
  setHighKey(bytes, view, left * pageBytes, separator, 0, separator.length);
  if (rightSibling >= 0) {
    setLeftSibling(view, rightSibling * pageBytes, pages.pageNumberOf(right));
    countNodeChange(view, rightSibling * pageBytes);
  }
}

/** Makes `frame` a node with entries [from, to) of the image and the incoming entry combined. */
function fillNode(
  pages: PageStore,
  frame: number,
  from: number,
  to: number,
  incoming: CompleteEntry,
  mark: DeleteMark,
  xid: Xid,
): void {
  const { bytes, view } = pages;
  const base = frame * pageBytes;
  const level = getLevel(imageView, 0);
  const cellMark = level === 0 ? mark : noDeleteMark;
  const getsIncoming = level === 0 && incoming.slot >= from && incoming.slot < to;
  const oldMaxXid = getMaxXid(imageView, 0);
  initNode(view, base, level);
  countNodeChange(view, base);
  setMaxXid(view, base, getsIncoming && xid > oldMaxXid ? xid : oldMaxXid);
  for (let index = from; index < to; index++) {
    const dropsKey = level !== 0 && index === from;
    if (index === incoming.slot) {
      const { key, keyStart: start, keyEnd: end, value, valueFrom } = incoming;
      const valueTo = valueFrom + incoming.valueLength;
      appendEntry(bytes, view, base, key, dropsKey ? end : start, end, value, valueFrom, valueTo, cellMark);
    } else {
      const slot = combinedSlot(incoming, index);
      const start = keyStart(imageView, 0, slot);
      const end = start + keyLength(imageView, 0, slot);
      const valueTo = end + valueLength(imageView, 0, slot);
      appendEntry(bytes, view, base, imageBytes, dropsKey ? end : start, end, imageBytes, end, valueTo, cellMark);
    }
  }
  writeHeads(bytes, view, base);
}

/** The root becomes the parent of the two nodes its entries went to. */
function growRoot(pages: PageStore, root: number, left: PageNumber, separator: Uint8Array, right: PageNumber): void {
  const { view } = pages;
  const base = root * pageBytes;
  initNode(view, base, getLevel(imageView, 0) + 1);
  setMaxXid(view, base, 0 as Xid);
  setLeftSibling(view, base, noPage);
  setRightSibling(view, base, noPage);
  countNodeChange(view, base);
  insertIntoParent(pages, root, childEntry(0, emptyKey, left));
  insertIntoParent(pages, root, childEntry(1, separator, right));
}
