/**
 * A node of the tree: one slotted page. This file is its layout and the accessors that read it.
 *
 *   OFFSET SIZE  FIELD
 *        0   48  page header (../page.ts): type, level, slot count, free space, siblings, maxXid, delete marks, identity
 *       48    4  node changes: counts whatever moves slots or cells or relinks the node, so that who rests here notices
 *       52    2  prefix length: bytes that all keys of this node have in common (at least these; slot heads skip them)
 *       54    2  offset of the high key, 0 for none (the rightmost node of a level: its range has no end)
 *       56    2  length of the high key
 *       58    6  unused, zero
 *       64  8×n  slots, in key order
 *                free space (free start … free end)
 *                cells, and the high key's bytes, allocated from the end of the page downwards
 *     8192
 *
 *   slot, 8 bytes:   0  4  head: the 4 key bytes after the common prefix as a big-endian number, zero-filled
 *                    4  2  offset of the cell
 *                    6  2  key length
 *   cell:            0  2  value length
 *                    2     key bytes, then value bytes
 *
 * Thanks to the heads a binary search reads slots only, and touches a cell when two heads are equal. The heads skip the
 * common prefix because memcomparable keys begin with what distinguishes least (a NULL marker, the high bytes of an int8).
 *
 * In a leaf (level 0) the value is the caller's. In an inner node it is the child's page number (4 bytes), and key i is
 * the lower bound of child i's range; slot 0 has an empty key that stands for minus infinity and takes no part in searches.
 *
 * The accessors take a DataView and the offset of the page in it: `frame * pageBytes` in the buffer pool, or a private
 * copy of the page, which is how scans and worker threads use them. Results named *Start are offsets in that same view.
 */
import type { PageNumber, Xid } from '../../common/ids.ts';
import {
  getFreeEnd,
  getFreeStart,
  getGarbageBytes,
  getLevel,
  getMaxXid,
  pageBytes,
  pageHeaderBytes,
  pageType,
  setDeleteMarks,
  setFreeEnd,
  setFreeStart,
  setGarbageBytes,
  setLevel,
  setMaxXid,
  setPageType,
  setSlotCount,
} from '../page.ts';

export const nodeHeader = {
  nodeChanges: pageHeaderBytes,
  prefixLength: pageHeaderBytes + 4,
  highKeyOffset: pageHeaderBytes + 6,
  highKeyLength: pageHeaderBytes + 8,
} as const;

export const slotsOffset = pageHeaderBytes + 16;
export const slotBytes = 8;
/** Cell offset and key length inside a slot; the head is at 0. */
export const slotCell = 4;
export const slotKeyLength = 6;
export const cellHeaderBytes = 2;
export const childBytes = 4;

/** What slots, cells and high key share. */
export const nodeBytesMax = pageBytes - slotsOffset;

/**
 * Key and value together may not be longer (TREE-9). A third of a node per entry, of a leaf or (key and child) of an inner
 * node: then every overfull node can be cut in two that fit, each with a high key as long as the longest key.
 */
export const entryBytesMax = Math.floor(nodeBytesMax / 3) - slotBytes - cellHeaderBytes - childBytes;

/** Bytes an entry takes of a node. */
export function entryCost(keyLength: number, valueLength: number): number {
  return slotBytes + cellHeaderBytes + keyLength + valueLength;
}

/** Makes the zeroed or outlived page an empty node; siblings, maxXid and identity stay. */
export function initNode(view: DataView, base: number, level: number): void {
  setPageType(view, base, level === 0 ? pageType.leaf : pageType.inner);
  setLevel(view, base, level);
  setSlotCount(view, base, 0);
  setFreeStart(view, base, slotsOffset);
  setFreeEnd(view, base, pageBytes);
  setGarbageBytes(view, base, 0);
  setDeleteMarks(view, base, 0);
  setPrefixLength(view, base, 0);
  view.setUint16(base + nodeHeader.highKeyOffset, 0, true);
  view.setUint16(base + nodeHeader.highKeyLength, 0, true);
}

/** Bytes for new slots and cells, after a compaction if need be. */
export function freeBytes(view: DataView, base: number): number {
  return getFreeEnd(view, base) - getFreeStart(view, base) + getGarbageBytes(view, base);
}

/** First slot with a key that counts: an inner node's slot 0 stands for minus infinity. */
export function firstKeySlot(view: DataView, base: number): number {
  return getLevel(view, base) === 0 ? 0 : 1;
}

export function slotStart(base: number, slot: number): number {
  return base + slotsOffset + slot * slotBytes;
}

export function getHead(view: DataView, base: number, slot: number): number {
  return view.getUint32(base + slotsOffset + slot * slotBytes, true);
}

export function cellStart(view: DataView, base: number, slot: number): number {
  return base + view.getUint16(base + slotsOffset + slot * slotBytes + slotCell, true);
}

export function keyLength(view: DataView, base: number, slot: number): number {
  return view.getUint16(base + slotsOffset + slot * slotBytes + slotKeyLength, true);
}

export function keyStart(view: DataView, base: number, slot: number): number {
  return cellStart(view, base, slot) + cellHeaderBytes;
}

export function valueStart(view: DataView, base: number, slot: number): number {
  return cellStart(view, base, slot) + cellHeaderBytes + keyLength(view, base, slot);
}

export function valueLength(view: DataView, base: number, slot: number): number {
  return view.getUint16(cellStart(view, base, slot), true);
}

/** Inner nodes: the page of child `slot`. */
export function getChild(view: DataView, base: number, slot: number): PageNumber {
  return view.getUint32(valueStart(view, base, slot), true) as PageNumber;
}
export function setChild(view: DataView, base: number, slot: number, child: PageNumber): void {
  view.setUint32(valueStart(view, base, slot), child, true);
}

export function getNodeChanges(view: DataView, base: number): number {
  return view.getUint32(base + nodeHeader.nodeChanges, true);
}
export function countNodeChange(view: DataView, base: number): void {
  view.setUint32(base + nodeHeader.nodeChanges, getNodeChanges(view, base) + 1, true);
}

export function getPrefixLength(view: DataView, base: number): number {
  return view.getUint16(base + nodeHeader.prefixLength, true);
}
export function setPrefixLength(view: DataView, base: number, length: number): void {
  view.setUint16(base + nodeHeader.prefixLength, length, true);
}

/** False for the rightmost node of a level: its range has no end. */
export function hasHighKey(view: DataView, base: number): boolean {
  return view.getUint16(base + nodeHeader.highKeyOffset, true) !== 0;
}
export function highKeyStart(view: DataView, base: number): number {
  return base + view.getUint16(base + nodeHeader.highKeyOffset, true);
}
export function highKeyLength(view: DataView, base: number): number {
  return view.getUint16(base + nodeHeader.highKeyLength, true);
}

/** Notes that transaction `xid` has written to the leaf (MVCC-4). */
export function raiseMaxXid(view: DataView, base: number, xid: Xid): void {
  if (xid > getMaxXid(view, base)) setMaxXid(view, base, xid);
}

/**
 * Where a value carries its delete mark: byte `offset` of the value, bits `mask`. The tree only counts marked values per
 * leaf (MVCC-4); what a mark means is the caller's business. A value too short to have that byte is unmarked.
 */
export interface DeleteMark {
  readonly offset: number;
  readonly mask: number;
}

/** For trees whose values have no marks. */
export const noDeleteMark: DeleteMark = { offset: 0, mask: 0 };

/** 1 if the value [start, start + length) is marked, else 0. */
export function markCount(bytes: Uint8Array, start: number, length: number, mark: DeleteMark): number {
  return mark.offset < length && ((bytes[start + mark.offset] as number) & mark.mask) !== 0 ? 1 : 0;
}
