/**
 * The slots' heads and the common prefix they skip (TREE-3). The prefix need not be the longest one: it is shortened when
 * an insertion makes it wrong, and lengthened when a node is filled or has been cut.
 */
import { getSlotCount } from '../page.ts';
import { firstKeySlot, getPrefixLength, keyLength, keyStart, setPrefixLength, slotStart } from './node.ts';
import { commonPrefixLength, headOf } from './node-search.ts';

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
export function shortenPrefix(bytes: Uint8Array, view: DataView, base: number, slot: number): void {
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
