/**
 * A page: 8,192 bytes, little-endian, with a header that says what it is, whose it is and whether it is whole.
 *
 *   OFFSET SIZE  FIELD
 *        0    4  crc32 of bytes 4 … 8191; set when the page is written to disk, meaningless in memory
 *        4    1  type (pageType)
 *        5    1  level: 0 for leaves; for map pages the height above the data pages
 *        6    2  slot count
 *        8    2  free start: first byte after the slot array
 *       10    2  free end: first byte of the lowest cell
 *       12    2  garbage bytes: bytes between free end and the end of the page that no slot uses
 *       14    2  delete marks: number of slots whose cell carries a delete mark (MVCC-4)
 *       16    4  left sibling, 0 for none
 *       20    4  right sibling, 0 for none
 *       24    6  maxXid: the highest xid that ever wrote a row on this page (MVCC-4)
 *       30    2  unused, zero
 *       32    4  identity: page number (POOL-2)
 *       36    4  identity: tree that owns the page (POOL-2)
 *       40    4  space that wrote this image. A branch shares images with its template: for people, not for checks
 *       44    4  unused, zero
 *       48       the page type's own part
 *
 * The accessors take a DataView and the offset of the page in it: `frame * pageBytes` in the buffer pool, 0 for a copy.
 */
import { crc32 } from 'node:zlib';
import type { PageNumber, SpaceId, TreeId, Xid } from '../common/ids.ts';
import { pageBytes } from './page-store.ts';

export { pageBytes };

export const pageHeader = {
  crc: 0,
  type: 4,
  level: 5,
  slotCount: 6,
  freeStart: 8,
  freeEnd: 10,
  garbageBytes: 12,
  deleteMarks: 14,
  leftSibling: 16,
  rightSibling: 20,
  maxXid: 24,
  page: 32,
  tree: 36,
  space: 40,
} as const;

/** Where the page type's own part starts. */
export const pageHeaderBytes = 48;

/** `free`: zeroed or given back; never on disk in the place of a live page. */
export const pageType = { free: 0, leaf: 1, inner: 2, map: 3, root: 4 } as const;
export type PageType = (typeof pageType)[keyof typeof pageType];

export function getPageType(view: DataView, base: number): PageType {
  return view.getUint8(base + pageHeader.type) as PageType;
}
export function setPageType(view: DataView, base: number, type: PageType): void {
  view.setUint8(base + pageHeader.type, type);
}

export function getLevel(view: DataView, base: number): number {
  return view.getUint8(base + pageHeader.level);
}
export function setLevel(view: DataView, base: number, level: number): void {
  view.setUint8(base + pageHeader.level, level);
}

export function getSlotCount(view: DataView, base: number): number {
  return view.getUint16(base + pageHeader.slotCount, true);
}
export function setSlotCount(view: DataView, base: number, count: number): void {
  view.setUint16(base + pageHeader.slotCount, count, true);
}

export function getFreeStart(view: DataView, base: number): number {
  return view.getUint16(base + pageHeader.freeStart, true);
}
export function setFreeStart(view: DataView, base: number, offset: number): void {
  view.setUint16(base + pageHeader.freeStart, offset, true);
}

export function getFreeEnd(view: DataView, base: number): number {
  return view.getUint16(base + pageHeader.freeEnd, true);
}
export function setFreeEnd(view: DataView, base: number, offset: number): void {
  view.setUint16(base + pageHeader.freeEnd, offset, true);
}

export function getGarbageBytes(view: DataView, base: number): number {
  return view.getUint16(base + pageHeader.garbageBytes, true);
}
export function setGarbageBytes(view: DataView, base: number, bytes: number): void {
  view.setUint16(base + pageHeader.garbageBytes, bytes, true);
}

export function getDeleteMarks(view: DataView, base: number): number {
  return view.getUint16(base + pageHeader.deleteMarks, true);
}
export function setDeleteMarks(view: DataView, base: number, count: number): void {
  view.setUint16(base + pageHeader.deleteMarks, count, true);
}

export function getLeftSibling(view: DataView, base: number): PageNumber {
  return view.getUint32(base + pageHeader.leftSibling, true) as PageNumber;
}
export function setLeftSibling(view: DataView, base: number, page: PageNumber): void {
  view.setUint32(base + pageHeader.leftSibling, page, true);
}

export function getRightSibling(view: DataView, base: number): PageNumber {
  return view.getUint32(base + pageHeader.rightSibling, true) as PageNumber;
}
export function setRightSibling(view: DataView, base: number, page: PageNumber): void {
  view.setUint32(base + pageHeader.rightSibling, page, true);
}

export function getMaxXid(view: DataView, base: number): Xid {
  const low = view.getUint32(base + pageHeader.maxXid, true);
  return (view.getUint16(base + pageHeader.maxXid + 4, true) * 0x1_0000_0000 + low) as Xid;
}
export function setMaxXid(view: DataView, base: number, xid: Xid): void {
  view.setUint32(base + pageHeader.maxXid, xid % 0x1_0000_0000, true);
  view.setUint16(base + pageHeader.maxXid + 4, Math.floor(xid / 0x1_0000_0000), true);
}

export function getPageNumber(view: DataView, base: number): PageNumber {
  return view.getUint32(base + pageHeader.page, true) as PageNumber;
}
export function getPageTree(view: DataView, base: number): TreeId {
  return view.getUint32(base + pageHeader.tree, true) as TreeId;
}
export function getPageSpace(view: DataView, base: number): SpaceId {
  return view.getUint32(base + pageHeader.space, true) as SpaceId;
}

export function setIdentity(view: DataView, base: number, space: SpaceId, page: PageNumber, tree: TreeId): void {
  view.setUint32(base + pageHeader.page, page, true);
  view.setUint32(base + pageHeader.tree, tree, true);
  view.setUint32(base + pageHeader.space, space, true);
}

export function getStoredCrc(view: DataView, base: number): number {
  return view.getUint32(base + pageHeader.crc, true);
}

/** The checksum the page at `base` ought to carry. */
export function computeCrc(bytes: Uint8Array, base: number): number {
  return crc32(bytes.subarray(base + pageHeader.type, base + pageBytes));
}

/** Writes the checksum into the page (a private copy, never a frame: POOL-1) and returns it. */
export function sealPage(bytes: Uint8Array, view: DataView, base: number): number {
  const crc = computeCrc(bytes, base);
  view.setUint32(base + pageHeader.crc, crc, true);
  return crc;
}
