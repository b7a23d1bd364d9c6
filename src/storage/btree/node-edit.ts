/**
 * Changing one node: insert, remove and replace entries, set the high key, compact. The caller has checked that the entry
 * fits (freeBytes) and stands between PageStore.modify and done; nothing here can fail.
 *
 * Cells are allocated downwards from the end of the page; what a removed or moved cell leaves behind is counted as garbage
 * and won back by compaction when the gap between slots and cells is too small.
 */
import {
  getDeleteMarks,
  getFreeEnd,
  getFreeStart,
  getGarbageBytes,
  getSlotCount,
  pageBytes,
  setDeleteMarks,
  setFreeEnd,
  setFreeStart,
  setGarbageBytes,
  setSlotCount,
} from '../page.ts';
import {
  cellHeaderBytes,
  cellStart,
  countNodeChange,
  entryBytesMax,
  firstKeySlot,
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

/** A private copy of the node being rebuilt. One is enough: only the engine thread changes trees, and rebuilds do not nest. */
export const imageBytes: Uint8Array = new Uint8Array(pageBytes);
export const imageView: DataView = new DataView(imageBytes.buffer);

const movedKey = new Uint8Array(entryBytesMax);

/** Up to here a loop is faster than making a subarray for `set` (bench/micro/btree.ts). */
const loopBytesMax = 40;

/** Copies source[start, start + count) to target[at, at + count); the two do not overlap. */
export function copyBytes(target: Uint8Array, at: number, source: Uint8Array, start: number, count: number): void {
  if (count > loopBytesMax) target.set(source.subarray(start, start + count), at);
  else for (let i = 0; i < count; i++) target[at + i] = source[start + i] as number;
}

/** Copies the node at `base` into the private image. */
export function takeImage(bytes: Uint8Array, base: number): void {
  imageBytes.set(bytes.subarray(base, base + pageBytes));
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
  const marks = markCount(bytes, valueAt, valueTo - valueFrom, mark);
  if (marks !== 0) setDeleteMarks(view, base, getDeleteMarks(view, base) + marks);
}

/** Appends an entry without its head: for filling an initialised node, which ends with `writeHeads`. */
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
  const count = getSlotCount(view, base);
  const cell = writeCell(bytes, view, base, key, start, end, value, valueFrom, valueTo);
  const at = slotStart(base, count);
  view.setUint16(at + slotCell, cell - base, true);
  view.setUint16(at + slotKeyLength, end - start, true);
  setSlotCount(view, base, count + 1);
  setFreeStart(view, base, getFreeStart(view, base) + slotBytes);
  const valueAt = cell + cellHeaderBytes + end - start;
  const marks = markCount(bytes, valueAt, valueTo - valueFrom, mark);
  if (marks !== 0) setDeleteMarks(view, base, getDeleteMarks(view, base) + marks);
}

/** Removes the entry in `slot`. */
export function removeEntry(bytes: Uint8Array, view: DataView, base: number, slot: number, mark: DeleteMark): void {
  const count = getSlotCount(view, base);
  const length = keyLength(view, base, slot) + valueLength(view, base, slot);
  const marks = markCount(bytes, valueStart(view, base, slot), valueLength(view, base, slot), mark);
  if (marks !== 0) setDeleteMarks(view, base, getDeleteMarks(view, base) - marks);
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

/** Chooses the longest common prefix and writes all heads. */
export function writeHeads(bytes: Uint8Array, view: DataView, base: number): void {
  const first = firstKeySlot(view, base);
  const last = getSlotCount(view, base) - 1;
  if (last < first) {
    setPrefixLength(view, base, 0);
  } else {
    const a = keyStart(view, base, first);
    const b = keyStart(view, base, last);
    const aEnd = a + keyLength(view, base, first);
    setPrefixLength(view, base, commonPrefixLength(bytes, a, aEnd, bytes, b, b + keyLength(view, base, last)));
  }
  for (let slot = 0; slot <= last; slot++) writeHead(bytes, view, base, slot, first);
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
export function compactNode(bytes: Uint8Array, view: DataView, base: number): void {
  takeImage(bytes, base);
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
