/**
 * Changing one node: insert, remove and replace entries, set the high key. The caller has checked that the entry fits
 * (freeBytes) and stands between PageStore.modify and done; nothing here can fail.
 */
import {
  getFreeEnd,
  getFreeStart,
  getGarbageBytes,
  getSlotCount,
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
  highKeyLength,
  keyLength,
  keyStart,
  markCount,
  nodeHeader,
  slotBytes,
  slotCell,
  slotKeyLength,
  slotStart,
  valueLength,
  valueStart,
  type DeleteMark,
} from './node.ts';
import { changeMarks, copyBytes, makeGap, writeCell } from './node-space.ts';
import { shortenPrefix } from './node-heads.ts';
import { headOf } from './node-search.ts';

const movedKey = new Uint8Array(entryBytesMax);

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
  setGarbageBytes(view, base, getGarbageBytes(view, base) + oldLength - newLength);
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
