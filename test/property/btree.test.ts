/**
 * The tree against a model (a sorted array of keys with their values) under random operations: on a page store that evicts
 * every page with its last pin, and on the real buffer pool with few frames. Seeds are fixed, so a failure repeats.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Xid } from '../../src/common/ids.ts';
import { Cursor } from '../../src/storage/btree/cursor.ts';
import { LeafCursor } from '../../src/storage/btree/leaf-cursor.ts';
import { entryBytesMax, keyLength, keyStart } from '../../src/storage/btree/node.ts';
import { BTree } from '../../src/storage/btree/tree.ts';
import { verify } from '../../src/storage/btree/verify.ts';
import { frameWord, frameWordShift } from '../../src/storage/frame-table.ts';
import { NodeDisk } from '../../src/storage/node-disk.ts';
import { PageStorage } from '../../src/storage/page-storage.ts';
import { pageBytes } from '../../src/storage/page.ts';
import { Random } from '../unit/storage/btree/random.ts';
import {
  int64Key,
  newTree,
  problemsOf,
  storeOf,
  testMark,
  testSpace,
  testTree,
} from '../unit/storage/btree/tree-fixture.ts';
import { TreeModel } from '../unit/storage/btree/tree-model.ts';

/** How a run makes its keys and values. */
interface Shape {
  readonly name: string;
  readonly steps: number;
  key(random: Random): Uint8Array;
  value(random: Random): Uint8Array;
}

const shapes: readonly Shape[] = [
  {
    name: 'int8 keys, row-like values',
    steps: 6000,
    key: (random) => int64Key(random.below(5000)),
    value: (random) => random.bytes(random.below(200)),
  },
  {
    name: 'few distinct bytes',
    steps: 5000,
    key: (random) => random.bytes(random.below(12), 2),
    value: (random) => random.bytes(random.below(4)),
  },
  {
    name: 'long common prefixes',
    steps: 4000,
    key: (random) => prefixedKey(random, 96),
    value: (random) => random.bytes(random.below(60)),
  },
  {
    name: 'inner nodes with few children',
    steps: 2000,
    key: (random) => prefixedKey(random, 900),
    value: (random) => random.bytes(random.below(1700)),
  },
  {
    name: 'huge keys',
    steps: 1500,
    key: (random) => random.bytes(random.below(entryBytesMax), 3),
    value: () => new Uint8Array(0),
  },
  {
    name: 'huge entries',
    steps: 1500,
    key: (random) => random.bytes(1 + random.below(20)),
    value: (random) => random.bytes(entryBytesMax - 21),
  },
  {
    name: 'tiny and huge',
    steps: 3000,
    key: (random) => random.bytes(random.below(random.below(8) === 0 ? 1500 : 5)),
    value: (random) => random.bytes(random.below(random.below(8) === 0 ? 1100 : 9)),
  },
];

/** Keys that differ in one of the first bytes and in the last ones. */
function prefixedKey(random: Random, prefixBytes: number): Uint8Array {
  const key = new Uint8Array(prefixBytes + 4 + random.below(8)).fill(0x61);
  key[random.below(4)] = random.below(3);
  for (let i = prefixBytes; i < key.length; i++) key[i] = random.below(8);
  return key;
}

function expectEqual(actual: Uint8Array, expected: Uint8Array | undefined): void {
  if (expected === undefined || Buffer.compare(actual, expected) !== 0) expect(actual).toEqual(expected);
}

function expectSound(tree: BTree, model: TreeModel): void {
  const report = verify(tree);
  expect(report.findings).toEqual([]);
  expect(report.entries).toBe(model.size);
}

function expectSameEntries(tree: BTree, model: TreeModel): void {
  const { bytes } = tree.pages;
  const cursor = new Cursor(tree);
  let index = 0;
  for (; cursor.next(); index++) {
    expectEqual(bytes.subarray(cursor.keyStart, cursor.keyStart + cursor.keyLength), model.keys[index]);
    expectEqual(bytes.subarray(cursor.valueStart, cursor.valueStart + cursor.valueLength), model.values[index]);
  }
  expect(index).toBe(model.size);
  while (cursor.previous()) {
    index--;
    expectEqual(bytes.subarray(cursor.keyStart, cursor.keyStart + cursor.keyLength), model.keys[index]);
  }
  expect(index).toBe(0);
}

/** The keys a leaf cursor shows from `from` on, in the order of the walk; released now and then. */
function leafScan(tree: BTree, random: Random, from: Uint8Array | undefined, forward: boolean): Uint8Array[] {
  const leaves = new LeafCursor(tree);
  const shown: Uint8Array[] = [];
  const { bytes, view } = tree.pages;
  let more: boolean;
  if (from === undefined) more = forward ? leaves.seekToStart() : leaves.seekToEnd();
  else more = forward ? leaves.seekForward(from, 0, from.length) : leaves.seekBackward(from, 0, from.length);
  for (; more; more = leaves.next()) {
    const count = leaves.endSlot - leaves.firstSlot;
    for (let i = 0; i < count; i++) {
      const slot = forward ? leaves.firstSlot + i : leaves.endSlot - 1 - i;
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
    const expected = forward ? model.keys.slice(at) : model.keys.slice(0, at).toReversed();
    const shown = leafScan(tree, random, from, forward);
    expect(shown.length).toBe(expected.length);
    for (const [i, key] of shown.entries()) expectEqual(key, expected[i]);
  }
}

/** One random change, applied to both. */
function change(tree: BTree, model: TreeModel, random: Random, shape: Shape, growth: number): void {
  const key = random.below(3) === 0 && model.size > 0 ? model.keys[random.below(model.size)]! : shape.key(random);
  if (random.below(100) < growth) {
    const value = shape.value(random);
    const isNew = tree.put(key, value, random.below(1000) as Xid);
    expect(isNew).toBe(model.put(key, value));
  } else {
    expect(tree.remove(key)).toBe(model.remove(key));
  }
}

/** Grows, churns, shrinks, grows again and empties the tree, comparing all along. */
function runAgainstModel(tree: BTree, random: Random, shape: Shape, check: () => void): void {
  const model = new TreeModel();
  for (const growth of [85, 50, 15, 85]) {
    for (let i = 0; i < shape.steps / 4; i++) change(tree, model, random, shape, growth);
    expectSound(tree, model);
    expectSameEntries(tree, model);
    expectSameScans(tree, model, random, shape);
    check();
  }
  while (model.size > 0) {
    const key = model.keys[random.below(model.size)]!;
    expect(tree.remove(key)).toBe(model.remove(key));
  }
  expect(verify(tree)).toMatchObject({ findings: [], entries: 0, emptyLeafPages: 0 });
  check();
}

describe.each(shapes)('random changes: $name', (shape) => {
  it.each([1, 2, 3])('agrees with the model (seed %i)', (seed) => {
    const tree = newTree();
    runAgainstModel(tree, new Random(seed), shape, () => expect(problemsOf(tree)).toEqual([]));
  });
});

describe('on a buffer pool of 16 frames', () => {
  let cleanUp = (): void => undefined;
  afterEach(() => cleanUp());

  it.each(shapes.filter(({ name }) => name.startsWith('inner') || name.startsWith('huge')))(
    'agrees with the model: $name',
    (shape) => {
      const directory = mkdtempSync(join(tmpdir(), 'hyrax-btree-'));
      const storage = PageStorage.open(new NodeDisk(directory), { poolBytes: 16 * pageBytes });
      cleanUp = () => {
        storage.close();
        rmSync(directory, { recursive: true, force: true });
      };
      storage.createSpace(testSpace);
      const { pool } = storage;
      const tree = BTree.create(pool, testSpace, testTree, testMark);
      runAgainstModel(tree, new Random(4), shape, () => {
        expect(storage.pageCountOf(testSpace)).toBe(verify(tree).pages);
        for (let frame = 0; frame < pool.usedFrames; frame++) {
          expect(pool.frames.headers[(frame << frameWordShift) + frameWord.pins]).toBe(0);
        }
      });
      expect(pool.readCount).toBeGreaterThan(1000);
    },
  );
});

describe('orders of insertion and removal', () => {
  const count = 3000;
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
    const value = new Uint8Array(30);
    for (const i of inserts(random)) expect(tree.insert(int64Key(i), value)).toBe(true);
    expect(problemsOf(tree)).toEqual([]);
    expect(verify(tree).entries).toBe(count);
    for (const [n, i] of removes(random).entries()) {
      expect(tree.remove(int64Key(i))).toBe(true);
      if (n % 1000 === 700) expect(problemsOf(tree)).toEqual([]);
    }
    expect(problemsOf(tree)).toEqual([]);
    expect(storeOf(tree).livePages).toBe(1);
  });
});
