/**
 * Moving many entries at once: what splits and root changes are made of. As in node-edit.ts the caller stands between
 * PageStore.modify and done, and knows that everything fits.
 */
import { noPage } from '../../common/ids.ts';
import {
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
  countNodeChange,
  getNodeChanges,
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
import { changeMarks, writeCell } from './node-space.ts';

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
