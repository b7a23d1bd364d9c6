import { describe, expect, it } from 'vitest';
import { Cursor } from '../../../../src/storage/btree/cursor.ts';
import { LeafCursor } from '../../../../src/storage/btree/leaf-cursor.ts';
import { keyLength, keyStart } from '../../../../src/storage/btree/node.ts';
import type { BTree } from '../../../../src/storage/btree/tree.ts';
import { InjectedFailure } from './memory-page-store.ts';
import { Random } from './random.ts';
import { filledTree, int64Key, newTree, storeOf, textKey } from './tree-fixture.ts';
import { TreeModel } from './tree-model.ts';

function keyOf(cursor: Cursor): Uint8Array {
  return cursor.tree.pages.bytes.slice(cursor.keyStart, cursor.keyStart + cursor.keyLength);
}

/** Keys of the slots a leaf cursor shows, ascending. */
function shownKeys(leaves: LeafCursor): Uint8Array[] {
  const { bytes, view } = leaves.tree.pages;
  const keys: Uint8Array[] = [];
  for (let slot = leaves.firstSlot; slot < leaves.endSlot; slot++) {
    const start = keyStart(view, leaves.base, slot);
    keys.push(bytes.slice(start, start + keyLength(view, leaves.base, slot)));
  }
  return keys;
}

/** A tree and a model with the same random entries. */
function randomTree(random: Random, entries: number): { tree: BTree; model: TreeModel } {
  const tree = newTree();
  const model = new TreeModel();
  for (let i = 0; i < entries; i++) {
    const key = random.bytes(1 + random.below(4), 20);
    const value = random.bytes(random.below(300));
    tree.put(key, value);
    model.put(key, value);
  }
  return { tree, model };
}

function changeRandomly(tree: BTree, model: TreeModel, random: Random, changes: number): void {
  for (let i = 0; i < changes; i++) {
    const key = random.below(2) === 0 && model.size > 0 ? model.keys[random.below(model.size)]! : random.bytes(3, 20);
    if (random.below(2) === 0) {
      const value = random.bytes(random.below(400));
      tree.put(key, value);
      model.put(key, value);
    } else {
      tree.remove(key);
      model.remove(key);
    }
  }
}

describe('Cursor', () => {
  it('seeks in both directions', () => {
    const tree = newTree();
    for (const key of ['b', 'd', 'f']) tree.insert(textKey(key));
    const cursor = new Cursor(tree);
    expect(cursor.seek(textKey('c'), 0, 1)).toBe(true);
    expect(keyOf(cursor)).toEqual(textKey('d'));
    expect(cursor.seek(textKey('d'), 0, 1)).toBe(true);
    expect(keyOf(cursor)).toEqual(textKey('d'));
    expect(cursor.seekBefore(textKey('d'), 0, 1)).toBe(true);
    expect(keyOf(cursor)).toEqual(textKey('b'));
    expect(cursor.seekBefore(textKey('b'), 0, 1)).toBe(false);
    expect(cursor.next()).toBe(true);
    expect(keyOf(cursor)).toEqual(textKey('b'));
    expect(cursor.seek(textKey('g'), 0, 1)).toBe(false);
    expect(cursor.next()).toBe(false);
    expect(cursor.previous()).toBe(true);
    expect(keyOf(cursor)).toEqual(textKey('f'));
    cursor.release();
    expect(storeOf(tree).pinnedFrames).toBe(0);
  });

  it('rests at both ends of an empty tree', () => {
    const cursor = new Cursor(newTree());
    expect([cursor.next(), cursor.previous(), cursor.seekToStart(), cursor.seekToEnd()]).toEqual(Array(4).fill(false));
    expect(storeOf(cursor.tree).pinnedFrames).toBe(0);
  });

  it.each([1, 2, 3, 4])('steps to the nearest key whatever changes under it (TREE-10, seed %i)', (seed) => {
    const random = new Random(seed);
    const { tree, model } = randomTree(random, 400);
    const cursor = new Cursor(tree);
    let key: Uint8Array | undefined = cursor.seekToStart() ? keyOf(cursor) : undefined;
    for (let step = 0; step < 6000; step++) {
      if (random.below(4) === 0) cursor.release();
      if (random.below(3) === 0) changeRandomly(tree, model, random, random.below(5));
      if (key === undefined) {
        const sought = random.bytes(3, 20);
        const at = model.lowerBound(sought);
        expect(cursor.seek(sought, 0, 3)).toBe(at < model.size);
        key = at < model.size ? keyOf(cursor) : undefined;
        expect(key).toEqual(model.keys[at]);
        continue;
      }
      const forward = (step >> 8) % 2 === 0;
      const at = model.lowerBound(key);
      const expected = forward ? model.keys[at + (model.has(key) ? 1 : 0)] : model.keys[at - 1];
      const moved = forward ? cursor.next() : cursor.previous();
      key = moved ? keyOf(cursor) : undefined;
      expect(key).toEqual(expected);
    }
    cursor.release();
    expect(storeOf(tree).pinnedFrames).toBe(0);
  });

  it('notices that its leaf was freed', () => {
    const tree = newTree();
    for (let i = 0; i < 30; i++) tree.insert(textKey(`${10 + i}`), new Uint8Array(2500));
    const leaves = new LeafCursor(tree);
    const firstKeys: Uint8Array[] = [];
    for (let more = leaves.seekToStart(); more; more = leaves.next()) {
      const [first, ...others] = shownKeys(leaves);
      firstKeys.push(first!);
      for (const key of others) tree.remove(key);
    }
    for (const gone of firstKeys) {
      const cursor = new Cursor(tree);
      cursor.seek(gone, 0, 2);
      const pages = storeOf(tree).livePages;
      tree.remove(gone);
      expect(pages === 1 || storeOf(tree).livePages < pages).toBe(true);
      const following = Uint8Array.of(...gone, 1);
      tree.insert(following);
      expect(cursor.next()).toBe(true);
      expect(keyOf(cursor)).toEqual(following);
      cursor.release();
      tree.remove(following);
    }
    expect(storeOf(tree).pinnedFrames).toBe(0);
  });

  it('may take a step again that failed', () => {
    const tree = filledTree(300);
    const cursor = new Cursor(tree);
    cursor.seekToStart();
    for (let i = 1; i < 300; i++) {
      storeOf(tree).failAfter(0);
      let moved = false;
      try {
        moved = cursor.next();
      } catch (error) {
        expect(error).toBeInstanceOf(InjectedFailure);
      }
      storeOf(tree).failAfter(Infinity);
      if (!moved) cursor.next();
      expect(keyOf(cursor)).toEqual(int64Key(i));
    }
    expect(cursor.next()).toBe(false);
    expect(storeOf(tree).pinnedFrames).toBe(0);
  });
});

describe('LeafCursor', () => {
  it('shows exactly the slots of its range', () => {
    const tree = filledTree(500);
    const leaves = new LeafCursor(tree);
    const key = int64Key(123);
    expect(leaves.seekForward(key, 0, 8)).toBe(true);
    expect(shownKeys(leaves)[0]).toEqual(key);
    expect(leaves.seekBackward(key, 0, 8)).toBe(true);
    expect(shownKeys(leaves).at(-1)).toEqual(int64Key(122));
    expect(leaves.seekForward(int64Key(500), 0, 8)).toBe(false);
    expect(leaves.seekBackward(int64Key(0), 0, 8)).toBe(false);
    expect(leaves.next()).toBe(false);
    expect(storeOf(tree).pinnedFrames).toBe(0);
  });

  it.each([
    [true, 1],
    [true, 2],
    [false, 1],
    [false, 2],
  ])(
    'shows every entry that stays once, whatever changes meanwhile (TREE-10, forward %s, seed %i)',
    (forward, seed) => {
      const random = new Random(seed);
      const { tree, model } = randomTree(random, 1500);
      for (let scan = 0; scan < 10; scan++) {
        const staying = new Set(model.keys.map((key) => Buffer.from(key).toString('hex')));
        const shown: string[] = [];
        const leaves = new LeafCursor(tree);
        let more = forward ? leaves.seekToStart() : leaves.seekToEnd();
        while (more) {
          const keys = shownKeys(leaves).map((key) => Buffer.from(key).toString('hex'));
          shown.push(...(forward ? keys : keys.reverse()));
          if (random.below(2) === 0) leaves.release();
          if (random.below(2) === 0) changeRandomly(tree, model, random, 25);
          for (const key of staying) if (!model.has(Buffer.from(key, 'hex'))) staying.delete(key);
          more = leaves.next();
        }
        const order = forward ? shown.toSorted() : shown.toSorted().reverse();
        expect(shown).toEqual(order);
        const shownOnce = new Set(shown);
        expect(shownOnce.size).toBe(shown.length);
        expect([...staying].filter((key) => !shownOnce.has(key))).toEqual([]);
        expect(storeOf(tree).pinnedFrames).toBe(0);
      }
    },
  );

  it.each(['forward', 'backward'] as const)('asks for the leaves ahead, each about once (%s)', (direction) => {
    const tree = filledTree(12_000);
    const store = storeOf(tree);
    const leaves = new LeafCursor(tree);
    const visited: number[] = [];
    for (let more = direction === 'forward' ? leaves.seekToStart() : leaves.seekToEnd(); more; more = leaves.next()) {
      visited.push(tree.pages.pageNumberOf(leaves.frame));
    }
    const asked = new Set(store.prefetched);
    expect([...asked].filter((page) => !visited.includes(page))).toEqual([]);
    expect(asked.size).toBeGreaterThan(visited.length * 0.95);
    expect(store.prefetched.length).toBeLessThan(visited.length * 2.2);
  });

  it('asks for nothing on behalf of a short range', () => {
    const tree = filledTree(5000);
    const leaves = new LeafCursor(tree);
    leaves.seekForward(int64Key(1000), 0, 8);
    leaves.next();
    leaves.release();
    expect(storeOf(tree).prefetched).toEqual([]);
  });

  it('may take a step again that failed', () => {
    const tree = filledTree(3000);
    const leaves = new LeafCursor(tree);
    let more = leaves.seekToStart();
    let shown = 0;
    let failures = 0;
    while (more) {
      shown += leaves.endSlot - leaves.firstSlot;
      for (let calls = 0; ; calls++) {
        storeOf(tree).failAfter(calls);
        try {
          more = leaves.next();
          break;
        } catch (error) {
          expect(error).toBeInstanceOf(InjectedFailure);
          failures++;
        } finally {
          storeOf(tree).failAfter(Infinity);
        }
      }
    }
    expect(shown).toBe(3000);
    expect(failures).toBeGreaterThan(30);
    expect(storeOf(tree).pinnedFrames).toBe(0);
  });
});
