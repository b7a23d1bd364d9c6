/**
 * Changing one node: insert, remove and replace entries, set the high key, compact. The caller has checked that the entry
 * fits (freeBytes) and stands between PageStore.modify and done; nothing here can fail.
 *
 * Cells are allocated downwards from the end of the page; what a removed or moved cell leaves behind is counted as garbage
 * and won back by compaction when the gap between slots and cells is too small.
 */
import { noPage } from '../../common/ids.ts';
import {
  getDeleteMarks,
  getFreeEnd,
  getFreeStart,
  getGarbageBytes,
  getLevel,
  getMaxXid,
  getPageType,
  getSlotCount,
  pageBytes,
  pageHeader,
  pageHeaderBytes,
  setDeleteMarks,
  setFreeEnd,
  setFreeStart,
  setGarbageBytes,
  setLeftSibling,
  setLevel,
  setMaxXid,
  setPageType,
  setRightSibling,
  setSlotCount,
} from '../page.ts';
import {
  cellHeaderBytes,
  cellStart,
  countNodeChange,
  entryBytesMax,
  firstKeySlot,
  getNodeChanges,
  getPrefixLength,
  hasHighKey,
  highKeyLength,
  highKeyStart,
  keyLength,
  keyStart,
  markCount,
  nodeHeader,
  setPrefixLength,
  slotBytes,
  slotCell,
  slotKeyLength,
  slotStart,
  valueLength,
  valueStart,
  type DeleteMark,
} from './node.ts';
import { commonPrefixLength, headOf } from './node-search.ts';

/** A private copy of the node being compacted. One is enough: only the engine thread changes trees. */
const imageBytes = new Uint8Array(pageBytes);
const imageView = new DataView(imageBytes.buffer);

const movedKey = new Uint8Array(entryBytesMax);

/** Up to here a loop is faster than making a subarray for `set` (bench/micro/btree.ts). */
const loopBytesMax = 40;

/** Copies source[start, start + count) to target[at, at + count); the two do not overlap. */
export function copyBytes(target: Uint8Array, at: number, source: Uint8Array, start: number, count: number): void {
  if (count > loopBytesMax) target.set(source.subarray(start, start + count), at);
  else for (let i = 0; i < count; i++) target[at + i] = source[start + i] as number;
}

/** Inserts an entry before `slot`; the order of keys and the room are the caller's promise (TREE-1, TREE-5). */
export function insertEntry(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  slot: number,
  key: Uint8Array,
  start: number,
  end: number,
  value: Uint8Array,
  valueFrom: number,
  valueTo: number,
  mark: DeleteMark,
): void {
  const count = getSlotCount(view, base);
  makeGap(bytes, view, base, slotBytes + cellHeaderBytes + end - start + valueTo - valueFrom);
  const cell = writeCell(bytes, view, base, key, start, end, value, valueFrom, valueTo);
  const at = slotStart(base, slot);
  if (slot < count) bytes.copyWithin(at + slotBytes, at, slotStart(base, count));
  view.setUint16(at + slotCell, cell - base, true);
  view.setUint16(at + slotKeyLength, end - start, true);
  setSlotCount(view, base, count + 1);
  setFreeStart(view, base, getFreeStart(view, base) + slotBytes);
  countNodeChange(view, base);
  shortenPrefix(bytes, view, base, slot);
  const prefix = getPrefixLength(view, base);
  view.setUint32(at, slot < firstKeySlot(view, base) ? 0 : headOf(key, start + prefix, end), true);
  const valueAt = cell + cellHeaderBytes + end - start;
  changeMarks(view, base, markCount(bytes, valueAt, valueTo - valueFrom, mark));
}

/** Appends an entry to a new node, without its head. */
export function appendEntry(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  key: Uint8Array,
  start: number,
  end: number,
  value: Uint8Array,
  valueFrom: number,
  valueTo: number,
  mark: DeleteMark,
): void {
  const cell = writeCell(bytes, view, base, key, start, end, value, valueFrom, valueTo);
  appendSlot(view, base, cell - base, end - start);
  changeMarks(view, base, markCount(bytes, cell + cellHeaderBytes + end - start, valueTo - valueFrom, mark));
}

/**
 * Appends a copy of entry `slot` of the node at `from` (in the same store; `withKey` false: under an empty key), without its
 * head: for filling a new node, which ends with `writeHeads`.
 */
export function appendFromNode(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  from: number,
  slot: number,
  withKey: boolean,
  mark: DeleteMark,
): void {
  const key = withKey ? keyLength(view, from, slot) : 0;
  const value = valueLength(view, from, slot);
  const start = keyStart(view, from, slot) + keyLength(view, from, slot) - key;
  const offset = getFreeEnd(view, base) - cellHeaderBytes - key - value;
  const cell = base + offset;
  view.setUint16(cell, value, true);
  bytes.copyWithin(cell + cellHeaderBytes, start, start + key + value);
  setFreeEnd(view, base, offset);
  appendSlot(view, base, offset, key);
  changeMarks(view, base, markCount(bytes, cell + cellHeaderBytes + key, value, mark));
}

function appendSlot(view: DataView, base: number, cellOffset: number, keyBytes: number): void {
  const count = getSlotCount(view, base);
  const at = slotStart(base, count);
  view.setUint16(at + slotCell, cellOffset, true);
  view.setUint16(at + slotKeyLength, keyBytes, true);
  setSlotCount(view, base, count + 1);
  setFreeStart(view, base, getFreeStart(view, base) + slotBytes);
}

/** Removes all entries from slot `count` on. */
export function truncateNode(bytes: Uint8Array, view: DataView, base: number, count: number, mark: DeleteMark): void {
  const oldCount = getSlotCount(view, base);
  let garbage = 0;
  let marks = 0;
  for (let slot = count; slot < oldCount; slot++) {
    const value = valueLength(view, base, slot);
    garbage += cellHeaderBytes + keyLength(view, base, slot) + value;
    marks += markCount(bytes, valueStart(view, base, slot), value, mark);
  }
  setGarbageBytes(view, base, getGarbageBytes(view, base) + garbage);
  changeMarks(view, base, -marks);
  setSlotCount(view, base, count);
  setFreeStart(view, base, slotStart(0, count));
  countNodeChange(view, base);
}

/** Makes the node at `to` hold what the node at `from` holds; it keeps its identity, and loses its siblings. */
export function copyNode(bytes: Uint8Array, view: DataView, to: number, from: number): void {
  const nodeChanges = getNodeChanges(view, to);
  setPageType(view, to, getPageType(view, from));
  setLevel(view, to, getLevel(view, from));
  bytes.copyWithin(to + pageHeader.slotCount, from + pageHeader.slotCount, from + pageHeader.leftSibling);
  setLeftSibling(view, to, noPage);
  setRightSibling(view, to, noPage);
  setMaxXid(view, to, getMaxXid(view, from));
  bytes.copyWithin(to + pageHeaderBytes, from + pageHeaderBytes, from + pageBytes);
  view.setUint32(to + nodeHeader.nodeChanges, nodeChanges + 1, true);
}

/** Removes the entry in `slot`. */
export function removeEntry(bytes: Uint8Array, view: DataView, base: number, slot: number, mark: DeleteMark): void {
  const count = getSlotCount(view, base);
  const length = keyLength(view, base, slot) + valueLength(view, base, slot);
  changeMarks(view, base, -markCount(bytes, valueStart(view, base, slot), valueLength(view, base, slot), mark));
  setGarbageBytes(view, base, getGarbageBytes(view, base) + cellHeaderBytes + length);
  const at = slotStart(base, slot);
  if (slot + 1 < count) bytes.copyWithin(at, at + slotBytes, slotStart(base, count));
  setSlotCount(view, base, count - 1);
  setFreeStart(view, base, getFreeStart(view, base) - slotBytes);
  countNodeChange(view, base);
}

/** Gives the entry in `slot` another value; a longer one needs the room for its growth. */
export function replaceValue(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  slot: number,
  value: Uint8Array,
  from: number,
  to: number,
  mark: DeleteMark,
): void {
  const oldLength = valueLength(view, base, slot);
  const newLength = to - from;
  if (newLength > oldLength) {
    relocateEntry(bytes, view, base, slot, value, from, to, mark);
    return;
  }
  const at = valueStart(view, base, slot);
  const marksBefore = markCount(bytes, at, oldLength, mark);
  copyBytes(bytes, at, value, from, newLength);
  view.setUint16(cellStart(view, base, slot), newLength, true);
  if (newLength !== oldLength) {
    setGarbageBytes(view, base, getGarbageBytes(view, base) + oldLength - newLength);
    countNodeChange(view, base);
  }
  changeMarks(view, base, markCount(bytes, at, newLength, mark) - marksBefore);
}

/** A longer value: the entry moves to a new cell of the same slot. */
function relocateEntry(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  slot: number,
  value: Uint8Array,
  from: number,
  to: number,
  mark: DeleteMark,
): void {
  const length = keyLength(view, base, slot);
  copyBytes(movedKey, 0, bytes, keyStart(view, base, slot), length);
  if (getFreeEnd(view, base) - getFreeStart(view, base) < cellHeaderBytes + length + to - from) {
    removeEntry(bytes, view, base, slot, mark);
    insertEntry(bytes, view, base, slot, movedKey, 0, length, value, from, to, mark);
    return;
  }
  const oldLength = valueLength(view, base, slot);
  const marksBefore = markCount(bytes, valueStart(view, base, slot), oldLength, mark);
  const cell = writeCell(bytes, view, base, movedKey, 0, length, value, from, to);
  view.setUint16(slotStart(base, slot) + slotCell, cell - base, true);
  setGarbageBytes(view, base, getGarbageBytes(view, base) + cellHeaderBytes + length + oldLength);
  countNodeChange(view, base);
  changeMarks(view, base, markCount(bytes, cell + cellHeaderBytes + length, to - from, mark) - marksBefore);
}

function changeMarks(view: DataView, base: number, difference: number): void {
  if (difference !== 0) setDeleteMarks(view, base, getDeleteMarks(view, base) + difference);
}

/** True if the node has room for a high key of that length in the place of its present one. */
export function canHoldHighKey(view: DataView, base: number, length: number): boolean {
  const free = getFreeEnd(view, base) - getFreeStart(view, base) + getGarbageBytes(view, base);
  return free + highKeyLength(view, base) >= length;
}

/** Sets the end of the node's range to key[start, end). */
export function setHighKey(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  key: Uint8Array,
  start: number,
  end: number,
): void {
  clearHighKey(view, base);
  makeGap(bytes, view, base, end - start);
  const at = getFreeEnd(view, base) - (end - start);
  copyBytes(bytes, base + at, key, start, end - start);
  view.setUint16(base + nodeHeader.highKeyOffset, at, true);
  view.setUint16(base + nodeHeader.highKeyLength, end - start, true);
  setFreeEnd(view, base, at);
}

/** Makes the node's range endless. */
export function clearHighKey(view: DataView, base: number): void {
  setGarbageBytes(view, base, getGarbageBytes(view, base) + highKeyLength(view, base));
  view.setUint16(base + nodeHeader.highKeyOffset, 0, true);
  view.setUint16(base + nodeHeader.highKeyLength, 0, true);
}

/** After entries have left the node: lets the heads skip what the remaining keys now have in common. */
export function lengthenPrefix(bytes: Uint8Array, view: DataView, base: number): void {
  if (longestPrefix(bytes, view, base) > getPrefixLength(view, base)) writeHeads(bytes, view, base);
}

/** Chooses the longest common prefix and writes all heads. */
export function writeHeads(bytes: Uint8Array, view: DataView, base: number): void {
  const first = firstKeySlot(view, base);
  const count = getSlotCount(view, base);
  setPrefixLength(view, base, longestPrefix(bytes, view, base));
  for (let slot = 0; slot < count; slot++) writeHead(bytes, view, base, slot, first);
}

/** What the first and the last key have in common, all keys between them have. */
function longestPrefix(bytes: Uint8Array, view: DataView, base: number): number {
  const first = firstKeySlot(view, base);
  const last = getSlotCount(view, base) - 1;
  if (last < first) return 0;
  const a = keyStart(view, base, first);
  const b = keyStart(view, base, last);
  const aEnd = a + keyLength(view, base, first);
  return commonPrefixLength(bytes, a, aEnd, bytes, b, b + keyLength(view, base, last));
}

function writeHead(bytes: Uint8Array, view: DataView, base: number, slot: number, first: number): void {
  const at = keyStart(view, base, slot);
  const head = headOf(bytes, at + getPrefixLength(view, base), at + keyLength(view, base, slot));
  view.setUint32(slotStart(base, slot), slot < first ? 0 : head, true);
}

/** After an insertion in `slot`: if the new key does not share the common prefix, shortens that. (TREE-3) */
function shortenPrefix(bytes: Uint8Array, view: DataView, base: number, slot: number): void {
  const first = firstKeySlot(view, base);
  const last = getSlotCount(view, base) - 1;
  if (slot > first && slot < last) return;
  const prefix = getPrefixLength(view, base);
  const neighbour = slot > first ? slot - 1 : slot + 1;
  if (slot < first || neighbour > last) {
    if (first === last) setPrefixLength(view, base, keyLength(view, base, first));
    return;
  }
  const a = keyStart(view, base, slot);
  const aEnd = a + Math.min(prefix, keyLength(view, base, slot));
  const b = keyStart(view, base, neighbour);
  const shared = commonPrefixLength(bytes, a, aEnd, bytes, b, b + prefix);
  if (shared === prefix) return;
  setPrefixLength(view, base, shared);
  for (let i = first; i <= last; i++) writeHead(bytes, view, base, i, first);
}

/** Writes a cell below the others and returns where it starts. */
function writeCell(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  key: Uint8Array,
  start: number,
  end: number,
  value: Uint8Array,
  from: number,
  to: number,
): number {
  const offset = getFreeEnd(view, base) - cellHeaderBytes - (end - start) - (to - from);
  const cell = base + offset;
  view.setUint16(cell, to - from, true);
  copyBytes(bytes, cell + cellHeaderBytes, key, start, end - start);
  copyBytes(bytes, cell + cellHeaderBytes + end - start, value, from, to - from);
  setFreeEnd(view, base, offset);
  return cell;
}

/** Makes the gap between slots and cells at least `count` bytes wide. */
function makeGap(bytes: Uint8Array, view: DataView, base: number, count: number): void {
  if (getFreeEnd(view, base) - getFreeStart(view, base) < count) compactNode(bytes, view, base);
}

/** Moves all cells to the end of the page, leaving no garbage. Slots keep their numbers. */
function compactNode(bytes: Uint8Array, view: DataView, base: number): void {
  imageBytes.set(bytes.subarray(base, base + pageBytes));
  const count = getSlotCount(view, base);
  let freeEnd = pageBytes;
  if (hasHighKey(imageView, 0)) {
    freeEnd -= highKeyLength(imageView, 0);
    copyBytes(bytes, base + freeEnd, imageBytes, highKeyStart(imageView, 0), highKeyLength(imageView, 0));
    view.setUint16(base + nodeHeader.highKeyOffset, freeEnd, true);
  }
  for (let slot = 0; slot < count; slot++) {
    const cell = cellStart(imageView, 0, slot);
    const length = cellHeaderBytes + keyLength(imageView, 0, slot) + valueLength(imageView, 0, slot);
    freeEnd -= length;
    copyBytes(bytes, base + freeEnd, imageBytes, cell, length);
    view.setUint16(slotStart(base, slot) + slotCell, freeEnd, true);
  }
  setFreeEnd(view, base, freeEnd);
  setGarbageBytes(view, base, 0);
}
