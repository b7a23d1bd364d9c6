/**
 * Room in a node. Cells are allocated downwards from the end of the page; what a removed or moved cell leaves behind is
 * counted as garbage and won back by compaction when the gap between slots and cells is too small.
 */
import {
  getDeleteMarks,
  getFreeEnd,
  getFreeStart,
  getSlotCount,
  pageBytes,
  setDeleteMarks,
  setFreeEnd,
  setGarbageBytes,
} from '../page.ts';
import {
  cellHeaderBytes,
  cellStart,
  hasHighKey,
  highKeyLength,
  highKeyStart,
  keyLength,
  nodeHeader,
  slotCell,
  slotStart,
  valueLength,
} from './node.ts';

/** A private copy of the node being compacted. One is enough: only the engine thread changes trees. */
const imageBytes = new Uint8Array(pageBytes);
const imageView = new DataView(imageBytes.buffer);

/** Up to here a loop is faster than making a subarray for `set` (bench/micro/btree.ts). */
const loopBytesMax = 40;

/** Copies source[start, start + count) to target[at, at + count); the two do not overlap. */
export function copyBytes(target: Uint8Array, at: number, source: Uint8Array, start: number, count: number): void {
  if (count > loopBytesMax) target.set(source.subarray(start, start + count), at);
  else for (let i = 0; i < count; i++) target[at + i] = source[start + i] as number;
}

/** Writes a cell below the others and returns where it starts. */
export function writeCell(
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
export function makeGap(bytes: Uint8Array, view: DataView, base: number, count: number): void {
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

/** Changes the count of delete marks. */
export function changeMarks(view: DataView, base: number, difference: number): void {
  if (difference !== 0) setDeleteMarks(view, base, getDeleteMarks(view, base) + difference);
}
