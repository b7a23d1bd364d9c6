/**
 * How large a tree or a range of it is, from a few descents: fan-outs along the paths are multiplied up. For the planner,
 * who needs the order of magnitude, and needs small ranges right: ranges within one leaf, or across a few, come out exact.
 */
import { getLevel, getSlotCount, pageBytes } from '../page.ts';
import { searchChild, searchSlots } from './node-search.ts';
import { levelsMax } from './position.ts';
import type { BTree } from './tree.ts';

export interface TreeEstimate {
  readonly height: number;
  readonly pages: number;
  readonly leafPages: number;
  readonly entries: number;
}

const samplePaths = 5;

/** Height, pages and entries, estimated from `samplePaths` paths spread over the tree. */
export function estimateTree(tree: BTree): TreeEstimate {
  const sums = new Float64Array(levelsMax);
  let height = 0;
  for (let sample = 0; sample < samplePaths; sample++) {
    height = samplePath(tree, (sample + 0.5) / samplePaths, sums);
  }
  let pages = 1;
  let nodes = 1;
  for (let level = height - 1; level > 0; level--) {
    nodes *= (sums[level] as number) / samplePaths;
    pages += nodes;
  }
  const leafPages = Math.round(nodes);
  const entries = Math.round((nodes * (sums[0] as number)) / samplePaths);
  return { height, pages: Math.round(pages), leafPages, entries };
}

/** Adds the fan-outs along the path at about `fraction` of the tree to `sums`, by level; returns the height. */
function samplePath(tree: BTree, fraction: number, sums: Float64Array): number {
  const { pages } = tree;
  let frame = pages.pin(tree.space, tree.root);
  const height = getLevel(pages.view, frame * pageBytes) + 1;
  let rest = fraction;
  for (let level = height - 1; ; level--) {
    const count = getSlotCount(pages.view, frame * pageBytes);
    sums[level] = (sums[level] as number) + count;
    if (level === 0) break;
    const at = rest * count;
    const slot = Math.min(Math.floor(at), count - 1);
    rest = at - slot;
    frame = tree.exchangeForChild(frame, level, slot);
  }
  pages.unpin(frame);
  return height;
}

/** A key bound; undefined is the open end of the tree. */
export type KeyBound = Uint8Array | undefined;

/** Where a bound lies: by level the slot taken, and the number of slots there. */
interface BoundPath {
  height: number;
  readonly slots: Float64Array;
  readonly counts: Float64Array;
}

/** About how many entries have keys from `low` (inclusive) up to `high` (exclusive). */
export function estimateEntries(tree: BTree, low: KeyBound, high: KeyBound): number {
  const from = boundPath(tree, low, 0);
  const to = boundPath(tree, high, 1);
  let level = from.height - 1;
  while (level > 0 && from.slots[level] === to.slots[level]) level--;
  const between = (to.slots[level] as number) - (from.slots[level] as number);
  if (level === 0) return Math.max(between, 0);
  if (between < 0) return 0;
  const subtree = entriesPerSubtree(from, to, level);
  const whole = (between - 1) * subtree;
  return Math.round(whole + entriesAfter(from, level - 1) + entriesBefore(to, level - 1));
}

/** Average number of entries under one child of a node at `level`, judged by both paths. */
function entriesPerSubtree(from: BoundPath, to: BoundPath, level: number): number {
  let entries = 1;
  for (let below = 0; below < level; below++) {
    entries *= ((from.counts[below] as number) + (to.counts[below] as number)) / 2;
  }
  return entries;
}

/** Entries of the path's subtree from its place on. */
function entriesAfter(path: BoundPath, level: number): number {
  let entries = (path.counts[0] as number) - (path.slots[0] as number);
  for (let at = 1; at <= level; at++) {
    entries += ((path.counts[at] as number) - (path.slots[at] as number) - 1) * entriesPerSubtree(path, path, at);
  }
  return entries;
}

/** Entries of the path's subtree before its place. */
function entriesBefore(path: BoundPath, level: number): number {
  let entries = path.slots[0] as number;
  for (let at = 1; at <= level; at++) entries += (path.slots[at] as number) * entriesPerSubtree(path, path, at);
  return entries;
}

/** The path of a bound; an open one goes along the left (openEnd 0) or right (1) edge. */
function boundPath(tree: BTree, bound: KeyBound, openEnd: 0 | 1): BoundPath {
  const { pages } = tree;
  const path = { height: 0, slots: new Float64Array(levelsMax), counts: new Float64Array(levelsMax) };
  let frame = pages.pin(tree.space, tree.root);
  path.height = getLevel(pages.view, frame * pageBytes) + 1;
  for (let level = path.height - 1; ; level--) {
    const base = frame * pageBytes;
    const count = getSlotCount(pages.view, base);
    let slot = openEnd * (level === 0 ? count : count - 1);
    if (bound !== undefined && level > 0) slot = searchChild(pages.bytes, pages.view, base, bound, 0, bound.length);
    if (bound !== undefined && level === 0)
      slot = searchSlots(pages.bytes, pages.view, base, 0, bound, 0, bound.length);
    path.slots[level] = slot >= 0 ? slot : ~slot;
    path.counts[level] = count;
    if (level === 0) break;
    frame = tree.exchangeForChild(frame, level, slot);
  }
  pages.unpin(frame);
  return path;
}
