/**
 * The tree against a model (a sorted array of keys and a map), under random operations, on a page store that evicts every
 * page with its last pin. Seeds are fixed; a failure prints the seed and step.
 */
import { describe, expect, it } from 'vitest';
import type { SpaceId, TreeId, Xid } from '../../src/common/ids.ts';
import { Cursor } from '../../src/storage/btree/cursor.ts';
import { LeafCursor } from '../../src/storage/btree/leaf-cursor.ts';
import { entryBytesMax, keyLength, keyStart } from '../../src/storage/btree/node.ts';
import { compareKeys } from '../../src/storage/btree/node-search.ts';
import { BTree } from '../../src/storage/btree/tree.ts';
import { verify } from '../../src/storage/btree/verify.ts';
import { MemoryPageStore } from '../unit/storage/btree/memory-page-store.ts';
import { Random } from '../unit/storage/btree/random.ts';
import { TreeModel } from '../unit/storage/btree/tree-model.ts';

const space = 1 as SpaceId;
const treeId = 7 as TreeId;
const mark = { offset: 0, mask: 1 };

/** How a run makes its keys and values. */
interface Shape {
  readonly name: string;
  readonly steps: number;
  key(random: Random): Uint8Array;
  value(random: Random): Uint8Array;
}

function int64Key(value: number): Uint8Array {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, BigInt(value) + (1n << 63n));
  return key;
}

const shapes: readonly Shape[] = [
  {
    name: 'int8 keys, row-like values',
    steps: 6000,
    key: (r) => int64Key(r.below(5000)),
    value: (r) => r.bytes(r.below(200)),
  },
  { name: 'few distinct bytes', steps: 5000, key: (r) => r.bytes(r.below(12), 2), value: (r) => r.bytes(r.below(4)) },
  { name: 'long common prefixes', steps: 4000, key: (r) => prefixed(r), value: (r) => r.bytes(r.below(60)) },
  { name: 'huge keys', steps: 1500, key: (r) => r.bytes(r.below(entryBytesMax), 3), value: () => new Uint8Array(0) },
  {
    name: 'huge entries',
    steps: 1500,
    key: (r) => r.bytes(1 + r.below(20)),
    value: (r) => r.bytes(entryBytesMax - 21),
  },
  {
    name: 'tiny and huge',
    steps: 3000,
    key: (r) => r.bytes(r.below(r.below(8) === 0 ? 1500 : 5)),
    value: (r) => r.bytes(r.below(r.below(8) === 0 ? 1100 : 9)),
  },
];

function prefixed(random: Random): Uint8Array {
  const key = new Uint8Array(100 + random.below(8));
  key.fill(0x61);
  key[random.below(4)] = random.below(3);
  for (let i = 96; i < key.length; i++) key[i] = random.below(8);
  return key;
}

function newTree(): BTree {
  return BTree.create(new MemoryPageStore(), space, treeId, mark);
}

function expectSound(tree: BTree, model: TreeModel): void {
  const report = verify(tree);
  expect(report.findings).toEqual([]);
  expect(report.entries).toBe(model.size);
  const store = tree.pages as MemoryPageStore;
  expect(report.pages).toBe(store.livePages);
  expect(store.pinnedFrames).toBe(0);
}

function expectSameEntries(tree: BTree, model: TreeModel): void {
  const forward = new Cursor(tree);
  let index = 0;
  for (let more = forward.seekToStart(); more; more = forward.next(), index++) {
    const bytes = tree.pages.bytes;
    expect(
      compareKeys(
        bytes,
        forward.keyStart,
        forward.keyStart + forward.keyLength,
        model.keys[index]!,
        0,
        model.keys[index]!.length,
      ),
    ).toBe(0);
    const value = model.values[index]!;
    expect(Buffer.compare(bytes.subarray(forward.valueStart, forward.valueStart + forward.valueLength), value)).toBe(0);
  }
  expect(index).toBe(model.size);
  const backward = new Cursor(tree);
  for (let more = backward.seekToEnd(); more; more = backward.previous()) {
    index--;
    const key = model.keys[index]!;
    const start = backward.keyStart;
    expect(compareKeys(tree.pages.bytes, start, start + backward.keyLength, key, 0, key.length)).toBe(0);
  }
  expect(index).toBe(0);
}

/** Collects the keys a leaf cursor shows, releasing it now and then. */
function leafScan(tree: BTree, random: Random, from: Uint8Array | undefined, forward: boolean): Uint8Array[] {
  const leaves = new LeafCursor(tree);
  const shown: Uint8Array[] = [];
  const { bytes, view } = tree.pages;
  let more: boolean;
  if (from === undefined) more = forward ? leaves.seekToStart() : leaves.seekToEnd();
  else more = forward ? leaves.seekForward(from, 0, from.length) : leaves.seekBackward(from, 0, from.length);
  for (; more; more = leaves.next()) {
    const slots = [];
    for (let slot = leaves.firstSlot; slot < leaves.endSlot; slot++) slots.push(slot);
    for (const slot of forward ? slots : slots.reverse()) {
      const start = keyStart(view, leaves.base, slot);
      shown.push(bytes.slice(start, start + keyLength(view, leaves.base, slot)));
    }
    if (random.below(3) === 0) leaves.release();
  }
  return shown;
}

function expectSameScans(tree: BTree, model: TreeModel, random: Random, shape: Shape): void {
  for (const forward of [true, false]) {
    const from = random.below(3) === 0 ? undefined : shape.key(random);
    const at = from === undefined ? (forward ? 0 : model.size) : model.lowerBound(from);
    const expected = forward ? model.keys.slice(at) : model.keys.slice(0, at).reverse();
    const shown = leafScan(tree, random, from, forward);
    expect(shown.length).toBe(expected.length);
    for (const [i, key] of shown.entries()) expect(Buffer.compare(key, expected[i]!)).toBe(0);
  }
}

/** One random change, applied to both. */
function step(tree: BTree, model: TreeModel, random: Random, shape: Shape, growth: number): void {
  const key = random.below(3) === 0 && model.size > 0 ? model.keys[random.below(model.size)]! : shape.key(random);
  if (random.below(100) < growth) {
    const value = shape.value(random);
    const isNew = tree.put(key, value, random.below(1000) as Xid);
    expect(isNew).toBe(model.put(key, value));
  } else {
    expect(tree.remove(key)).toBe(model.remove(key));
  }
}

describe.each(shapes)('random changes: $name', (shape) => {
  it.each([1, 2, 3])('agrees with the model (seed %i)', (seed) => {
    const random = new Random(seed);
    const tree = newTree();
    const model = new TreeModel();
    // Grow, churn, shrink, empty, grow again.
    for (const growth of [85, 50, 15, 85]) {
      for (let i = 0; i < shape.steps / 4; i++) step(tree, model, random, shape, growth);
      expectSound(tree, model);
      expectSameEntries(tree, model);
      expectSameScans(tree, model, random, shape);
    }
    while (model.size > 0) {
      const key = model.keys[random.below(model.size)]!;
      expect(tree.remove(key)).toBe(model.remove(key));
    }
    expectSound(tree, model);
    expect((tree.pages as MemoryPageStore).livePages).toBe(1);
  });
});

describe('orders of insertion and removal', () => {
  const count = 4000;
  const ascending = Array.from({ length: count }, (_, i) => i);
  const orders: readonly [string, (random: Random) => number[]][] = [
    ['ascending', () => ascending],
    ['descending', () => ascending.toReversed()],
    ['random', (random) => random.shuffled(ascending)],
    ['from both ends', () => ascending.map((i) => (i % 2 === 0 ? i / 2 : count - (i + 1) / 2))],
    ['evens, then odds', () => [...ascending.filter((i) => i % 2 === 0), ...ascending.filter((i) => i % 2 === 1)]],
  ];
  it.each(
    orders.flatMap(([inName, inserts]) => orders.map(([outName, removes]) => ({ inName, inserts, outName, removes }))),
  )('inserts $inName, removes $outName', ({ inserts, removes }) => {
    const random = new Random(99);
    const tree = newTree();
    const model = new TreeModel();
    const value = new Uint8Array(30);
    for (const i of inserts(random)) {
      tree.insert(int64Key(i), value);
      model.put(int64Key(i), value);
    }
    expectSound(tree, model);
    for (const [n, i] of removes(random).entries()) {
      expect(tree.remove(int64Key(i))).toBe(true);
      model.remove(int64Key(i));
      if (n % 1000 === 700) expectSound(tree, model);
    }
    expectSound(tree, model);
  });
});
