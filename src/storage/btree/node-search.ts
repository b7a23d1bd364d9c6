/**
 * Searching inside one node. Keys are byte strings, compared as unsigned bytes, a prefix before its extensions.
 *
 * A search first compares the node's common prefix once, then compares 4-byte heads (see node.ts), and looks at the rest
 * of a key only where the heads are equal. Two keys of at most prefix + 4 bytes with equal heads differ only in length,
 * so even that needs no cell.
 *
 * Before the binary search comes one guess by interpolation: the keys of a node are often spread evenly (serial numbers,
 * hashes), and then two probes beside the guess leave a few slots in one or two cache lines. In a tree larger than the
 * processor's cache that saves a third of a lookup; where keys are not spread evenly it costs two probes.
 */
import { getSlotCount } from '../page.ts';
import {
  cellHeaderBytes,
  getPrefixLength,
  keyLength,
  keyStart,
  slotBytes,
  slotCell,
  slotKeyLength,
  slotsOffset,
} from './node.ts';

/** Nodes with fewer slots are not worth a guess; the probes are this far from it. */
const guessFromSlots = 16;
const guessWindow = 4;

/** The 4 bytes at `start` as a big-endian number, zero-filled past `end`. */
export function headOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length >= 4) {
    const low =
      ((bytes[start + 1] as number) << 16) | ((bytes[start + 2] as number) << 8) | (bytes[start + 3] as number);
    return (bytes[start] as number) * 0x100_0000 + low;
  }
  let head = 0;
  if (length > 0) head = (bytes[start] as number) * 0x100_0000;
  if (length > 1) head += (bytes[start + 1] as number) << 16;
  if (length > 2) head += (bytes[start + 2] as number) << 8;
  return head;
}

/** Negative, zero or positive as a[aStart, aEnd) sorts before, with or after b[bStart, bEnd). */
export function compareKeys(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shared = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < shared; i++) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number);
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}

/** Number of bytes that both begin with. */
export function commonPrefixLength(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const shared = Math.min(aEnd - aStart, bEnd - bStart);
  let i = 0;
  while (i < shared && a[aStart + i] === b[bStart + i]) i++;
  return i;
}

/** As compareKeys, of the key in `slot` with key[start, end). */
export function compareSlotKey(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  slot: number,
  key: Uint8Array,
  start: number,
  end: number,
): number {
  const at = keyStart(view, base, slot);
  return compareKeys(bytes, at, at + keyLength(view, base, slot), key, start, end);
}

/** Interpolates between the heads of two slots: where `head` would be if keys were spread evenly. */
function guessSlot(view: DataView, slots: number, low: number, high: number, head: number): number {
  const lowHead = view.getUint32(slots + low * slotBytes, true);
  const highHead = view.getUint32(slots + high * slotBytes, true);
  if (head <= lowHead) return low;
  if (head >= highHead) return high;
  return low + Math.floor(((head - lowHead) / (highHead - lowHead)) * (high - low));
}

/**
 * The first slot from `first` on whose key is not less than key[start, end): the slot itself if the keys are equal,
 * its complement (~slot, negative) if not. All keys from `first` on share the node's prefix.
 */
export function searchSlots(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  first: number,
  key: Uint8Array,
  start: number,
  end: number,
): number {
  let low = first;
  let high = getSlotCount(view, base);
  if (low >= high) return ~low;
  const slots = base + slotsOffset;
  const prefix = getPrefixLength(view, base);
  const rest = start + prefix;
  if (prefix !== 0) {
    const at = base + view.getUint16(slots + low * slotBytes + slotCell, true) + cellHeaderBytes;
    for (let i = 0; i < prefix; i++) {
      if (start + i >= end) return ~low;
      const difference = (key[start + i] as number) - (bytes[at + i] as number);
      if (difference !== 0) return difference < 0 ? ~low : ~high;
    }
  }
  const head = headOf(key, rest, end);
  if (high - low >= guessFromSlots) {
    const guess = guessSlot(view, slots, low, high - 1, head);
    const before = guess - guessWindow;
    const after = guess + guessWindow;
    if (before > low && view.getUint32(slots + before * slotBytes, true) < head) low = before + 1;
    if (after < high && view.getUint32(slots + after * slotBytes, true) > head) high = after;
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    const slot = slots + middle * slotBytes;
    const slotHead = view.getUint32(slot, true);
    if (slotHead < head) {
      low = middle + 1;
    } else if (slotHead > head) {
      high = middle;
    } else {
      const length = view.getUint16(slot + slotKeyLength, true) - prefix;
      let order = length - (end - rest);
      if (length > 4 && end - rest > 4) {
        const tail = base + view.getUint16(slot + slotCell, true) + cellHeaderBytes + prefix + 4;
        order = compareKeys(bytes, tail, tail + length - 4, key, rest + 4, end);
      }
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
  }
  return ~low;
}

/** Inner nodes: the slot of the child whose range holds key[start, end). */
export function searchChild(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  key: Uint8Array,
  start: number,
  end: number,
): number {
  const slot = searchSlots(bytes, view, base, 1, key, start, end);
  return slot >= 0 ? slot : ~slot - 1;
}
