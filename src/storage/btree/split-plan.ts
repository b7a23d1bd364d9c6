/**
 * What a split is going to do, decided and paid for before anything changes: which nodes are cut and where, the separators
 * that go up, the new pages (allocated) and the right siblings (pinned) whose left links must change.
 */
import { getRightSibling, getSlotCount, pageBytes } from '../page.ts';
import type { SpaceId, TreeId } from '../../common/ids.ts';
import { noPage } from '../../common/ids.ts';
import { assert } from '../../common/assert.ts';
import type { PageStore } from '../page-store.ts';
import {
  childBytes,
  entryCost,
  freeBytes,
  highKeyLength,
  keyLength,
  keyStart,
  nodeBytesMax,
  valueLength,
} from './node.ts';
import { commonPrefixLength } from './node-search.ts';
import type { TreePosition } from './position.ts';

/** Share of the left node that stays filled when the tree grows at its right edge. */
const appendFillFactor = 0.9;

/** An entry on its way into a node: before `slot`, or in its place. */
export interface IncomingEntry {
  readonly slot: number;
  readonly replaces: boolean;
  readonly key: Uint8Array;
  readonly keyStart: number;
  readonly keyEnd: number;
  readonly valueLength: number;
}

/**
 * Where nodes are cut. `balanced`: in the middle, or near the end when the tree grows at its right edge. `edge`: as far right
 * as possible, for bulk building, which also counts a parent as full while it has still `reserveBytes`.
 */
export interface CutPolicy {
  readonly kind: 'balanced' | 'edge';
  readonly reserveBytes: number;
}

export const balancedCut: CutPolicy = { kind: 'balanced', reserveBytes: 0 };

/** A byte range. */
interface KeyRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export class SplitPlan {
  /** Nodes to be cut, from the leaf upwards; 0: nothing planned. */
  levels = 0;
  rootSplits = false;
  /** The incoming leaf entry the plan was made for. */
  keyLength = 0;
  valueLength = 0;
  /** By level: how many entries, the incoming one counted, go left. */
  readonly cuts: number[] = [];
  /** By level: lower bound of the new right node. */
  readonly separators: Uint8Array[] = [];
  /** By level: frame of the right sibling, -1 for none. */
  readonly rightFrames: number[] = [];
  /** Frames of the new pages, one per level and one more if the root splits. */
  readonly newFrames: number[] = [];

  /** Plans to bring `incoming` into the position's leaf, which has no room for it. Throws with nothing held. */
  make(
    pages: PageStore,
    space: SpaceId,
    tree: TreeId,
    position: TreePosition,
    incoming: IncomingEntry,
    policy: CutPolicy,
  ): void {
    assert(this.levels === 0, 'TREE-8: one change per prepared position');
    this.keyLength = incoming.keyEnd - incoming.keyStart;
    this.valueLength = incoming.valueLength;
    try {
      this.#planLevels(pages, position, incoming, policy);
      const newPages = this.levels + (this.rootSplits ? 1 : 0);
      while (this.newFrames.length < newPages) {
        const frame = pages.allocate(space, tree);
        this.newFrames.push(frame);
        pages.done(frame);
      }
      for (let level = 0; level < this.levels; level++) {
        const right = getRightSibling(pages.view, (position.frames[level] as number) * pageBytes);
        this.rightFrames.push(right === noPage ? -1 : pages.pin(space, right));
      }
    } catch (error) {
      this.cancel(pages);
      throw error;
    }
  }

  #planLevels(pages: PageStore, position: TreePosition, leafEntry: IncomingEntry, policy: CutPolicy): void {
    const { bytes, view } = pages;
    let incoming = leafEntry;
    for (let level = 0; ; level++) {
      const base = (position.frames[level] as number) * pageBytes;
      const cut = chooseCut(bytes, view, base, level, incoming, policy);
      const separator = copySeparator(bytes, view, base, level, incoming, cut);
      this.cuts.push(cut);
      this.separators.push(separator);
      this.levels = level + 1;
      this.rootSplits = level + 1 === position.height;
      if (this.rootSplits) return;
      const parent = (position.frames[level + 1] as number) * pageBytes;
      const room = freeBytes(view, parent) - (getSlotCount(view, parent) > 1 ? policy.reserveBytes : 0);
      if (room >= entryCost(separator.length, childBytes)) return;
      const slot = (position.slots[level + 1] as number) + 1;
      const keyEnd = separator.length;
      incoming = { slot, replaces: false, key: separator, keyStart: 0, keyEnd, valueLength: childBytes };
    }
  }

  /** Gives the pages back. */
  cancel(pages: PageStore): void {
    for (const frame of this.newFrames) pages.free(frame);
    this.newFrames.length = 0;
    this.finish(pages);
  }

  /** Forgets the plan after it was carried out (its new pages are part of the tree and unpinned by then). */
  finish(pages: PageStore): void {
    for (const frame of this.rightFrames) if (frame >= 0) pages.unpin(frame);
    this.levels = 0;
    this.rootSplits = false;
    this.cuts.length = 0;
    this.separators.length = 0;
    this.rightFrames.length = 0;
    this.newFrames.length = 0;
  }
}

/** Number of entries with the incoming one. */
export function combinedCount(view: DataView, base: number, incoming: IncomingEntry): number {
  return getSlotCount(view, base) + (incoming.replaces ? 0 : 1);
}

/** The node's own slot of entry `index` of the combined sequence; meaningless for the incoming entry itself. */
export function combinedSlot(incoming: IncomingEntry, index: number): number {
  return index > incoming.slot && !incoming.replaces ? index - 1 : index;
}

function combinedKeyLength(view: DataView, base: number, incoming: IncomingEntry, index: number): number {
  if (index === incoming.slot) return incoming.keyEnd - incoming.keyStart;
  return keyLength(view, base, combinedSlot(incoming, index));
}

function combinedCost(view: DataView, base: number, incoming: IncomingEntry, index: number): number {
  const key = combinedKeyLength(view, base, incoming, index);
  if (index === incoming.slot) return entryCost(key, incoming.valueLength);
  return entryCost(key, valueLength(view, base, combinedSlot(incoming, index)));
}

function combinedKey(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  incoming: IncomingEntry,
  index: number,
): KeyRange {
  if (index === incoming.slot) return { bytes: incoming.key, start: incoming.keyStart, end: incoming.keyEnd };
  const slot = combinedSlot(incoming, index);
  const start = keyStart(view, base, slot);
  return { bytes, start, end: start + keyLength(view, base, slot) };
}

/**
 * How many entries go left: about half of the bytes, or 90 % when the tree grows at its right edge, so that ascending
 * insertion leaves full nodes behind. Only cuts are considered after which both halves fit with their high keys; TREE-9
 * makes sure there is one.
 */
function chooseCut(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  level: number,
  incoming: IncomingEntry,
  policy: CutPolicy,
): number {
  const count = combinedCount(view, base, incoming);
  const highKey = highKeyLength(view, base);
  const total = combinedBytes(view, base, incoming);
  const target = targetBytes(view, base, incoming, policy, total);
  // At the edge the last child goes along, so that a new inner node has two.
  const lastCut = policy.kind === 'edge' && level !== 0 && count > 2 ? count - 2 : count - 1;
  let best = 0;
  let bestDistance = Infinity;
  let left = 0;
  for (let cut = 1; cut <= lastCut; cut++) {
    left += combinedCost(view, base, incoming, cut - 1);
    const distance = Math.abs(left - target);
    if (distance >= bestDistance) break;
    const key = combinedKeyLength(view, base, incoming, cut);
    if (total - left - (level === 0 ? 0 : key) + highKey > nodeBytesMax) continue;
    // The separator is no longer than the key; how long, matters only when that would not fit.
    const fits = left + key <= nodeBytesMax;
    if (!fits && left + separatorLength(bytes, view, base, level, incoming, cut) > nodeBytesMax) continue;
    best = cut;
    bestDistance = distance;
  }
  assert(best !== 0, 'TREE-9: an overfull node can be cut in two');
  return best;
}

/** What all entries cost, the incoming one counted. */
function combinedBytes(view: DataView, base: number, incoming: IncomingEntry): number {
  const present = nodeBytesMax - freeBytes(view, base) - highKeyLength(view, base);
  const gained = entryCost(incoming.keyEnd - incoming.keyStart, incoming.valueLength);
  if (!incoming.replaces) return present + gained;
  return present + gained - entryCost(keyLength(view, base, incoming.slot), valueLength(view, base, incoming.slot));
}

/** Bytes of entries that should stay left. */
function targetBytes(
  view: DataView,
  base: number,
  incoming: IncomingEntry,
  policy: CutPolicy,
  totalBytes: number,
): number {
  if (policy.kind === 'edge') return 2 * nodeBytesMax;
  const isLast = incoming.slot === getSlotCount(view, base) && getRightSibling(view, base) === noPage;
  return isLast ? nodeBytesMax * appendFillFactor : totalBytes / 2;
}

/**
 * Length of the key that goes up. Between leaves it is the shortest beginning of the right one's first key that is still
 * greater than the left one's last key (suffix truncation: Bayer and Unterauer, Prefix B-trees, 1977); between inner nodes
 * the key at the cut.
 */
function separatorLength(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  level: number,
  incoming: IncomingEntry,
  cut: number,
): number {
  if (level !== 0) return combinedKeyLength(view, base, incoming, cut);
  const left = combinedKey(bytes, view, base, incoming, cut - 1);
  const right = combinedKey(bytes, view, base, incoming, cut);
  return commonPrefixLength(left.bytes, left.start, left.end, right.bytes, right.start, right.end) + 1;
}

/** A copy of the key that goes up. */
function copySeparator(
  bytes: Uint8Array,
  view: DataView,
  base: number,
  level: number,
  incoming: IncomingEntry,
  cut: number,
): Uint8Array {
  const right = combinedKey(bytes, view, base, incoming, cut);
  const separator = new Uint8Array(separatorLength(bytes, view, base, level, incoming, cut));
  separator.set(right.bytes.subarray(right.start, right.start + separator.length));
  return separator;
}
