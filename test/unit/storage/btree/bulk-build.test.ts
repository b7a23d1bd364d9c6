import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../../src/common/assert.ts';
import { noXid, type Xid } from '../../../../src/common/ids.ts';
import { BulkBuilder, type EntrySource } from '../../../../src/storage/btree/bulk-build.ts';
import { Cursor } from '../../../../src/storage/btree/cursor.ts';
import { entryBytesMax } from '../../../../src/storage/btree/node.ts';
import { EntryTooLargeError } from '../../../../src/storage/btree/tree.ts';
import { forEachPage } from '../../../../src/storage/btree/walk.ts';
import { verify } from '../../../../src/storage/btree/verify.ts';
import { getMaxXid, pageBytes } from '../../../../src/storage/page.ts';
import { InjectedFailure } from './memory-page-store.ts';
import { Random } from './random.ts';
import { filledTree, int64Key, newTree, problemsOf, storeOf } from './tree-fixture.ts';
import { TreeModel } from './tree-model.ts';

/** Entries of a model, with keys and values at odd places of larger buffers. */
class ModelSource implements EntrySource {
  key = new Uint8Array(0);
  readonly keyStart = 3;
  keyEnd = 3;
  value = new Uint8Array(0);
  readonly valueStart = 5;
  valueEnd = 5;
  readonly #model: TreeModel;
  #next = 0;

  constructor(model: TreeModel) {
    this.#model = model;
  }

  next(): boolean {
    const key = this.#model.keys[this.#next];
    const value = this.#model.values[this.#next];
    this.#next++;
    if (key === undefined || value === undefined) return false;
    this.key = Uint8Array.of(1, 2, 3, ...key, 4);
    this.keyEnd = 3 + key.length;
    this.value = Uint8Array.of(1, 2, 3, 4, 5, ...value, 6);
    this.valueEnd = 5 + value.length;
    return true;
  }
}

function randomModel(random: Random, entries: number, keyMax: number, valueMax: number): TreeModel {
  const model = new TreeModel();
  for (let i = 0; i < entries; i++) model.put(random.bytes(random.below(keyMax)), random.bytes(random.below(valueMax)));
  return model;
}

describe('BulkBuilder', () => {
  it.each([
    ['small entries', 5000, 12, 60],
    ['long keys', 300, 1500, 2],
    ['long values', 300, 10, 2600],
    ['none', 0, 1, 1],
    ['one', 1, 9, 9],
  ])('builds a sound tree of %s in slices, each of which leaves one', (_name, entries, keyMax, valueMax) => {
    const model = randomModel(new Random(3), entries, keyMax, valueMax);
    const tree = newTree();
    const builder = new BulkBuilder(tree, 12 as Xid);
    const source = new ModelSource(model);
    for (let slice = 0; !builder.run(source, 47); slice++) if (slice % 4 === 0) expect(problemsOf(tree)).toEqual([]);
    expect(problemsOf(tree)).toEqual([]);
    expect(builder.entries).toBe(model.size);
    const cursor = new Cursor(tree);
    for (const [i, key] of model.keys.entries()) {
      expect(cursor.next()).toBe(true);
      expect(tree.pages.bytes.slice(cursor.keyStart, cursor.keyStart + cursor.keyLength)).toEqual(key);
      expect(tree.pages.bytes.slice(cursor.valueStart, cursor.valueStart + cursor.valueLength)).toEqual(
        model.values[i],
      );
    }
    expect(cursor.next()).toBe(false);
  });

  it.each([0.5, 0.7, 0.9, 1])('fills leaves to %d', (fillFactor) => {
    const tree = newTree();
    const builder = new BulkBuilder(tree, noXid, fillFactor);
    const value = new Uint8Array(30);
    for (let i = 0; i < 8000; i++) builder.append(int64Key(i), 0, 8, value, 0, 30);
    builder.pause();
    const { leafFill } = verify(tree);
    expect(leafFill).toBeGreaterThan(fillFactor - 0.03);
    expect(leafFill).toBeLessThan(fillFactor + 0.02);
    expect(problemsOf(tree)).toEqual([]);
  });

  it('opens inner nodes with two children', () => {
    const tree = newTree();
    const builder = new BulkBuilder(tree, noXid);
    const key = new Uint8Array(1001);
    for (let i = 0; i < 250; i++) {
      key[1000] = i;
      builder.append(key, 0, 1001, key, 0, 0);
      builder.pause();
      const children: number[] = [];
      forEachPage(tree, (_page, level) => {
        if (level === 1) children.push(0);
        else if (level === 0 && children.length > 0) children[children.length - 1]!++;
      });
      expect(Math.min(...children, 2)).toBe(2);
    }
    expect(verify(tree).height).toBe(3);
  });

  it('stamps its leaves with the xid', () => {
    const tree = newTree();
    const builder = new BulkBuilder(tree, 44 as Xid);
    for (let i = 0; i < 300; i++) builder.append(int64Key(i), 0, 8, new Uint8Array(100), 0, 100);
    builder.pause();
    for (const i of [0, 150, 299]) {
      const frame = tree.pinLeaf(int64Key(i), 0, 8);
      expect(getMaxXid(tree.pages.view, frame * pageBytes)).toBe(44);
      tree.pages.unpin(frame);
    }
  });

  it('continues a tree that has entries, full leaves among them', () => {
    const tree = filledTree(0);
    for (let i = 0; i < 100; i++) tree.insert(int64Key(i), new Uint8Array(entryBytesMax - 8 - i * 7));
    const builder = new BulkBuilder(tree, noXid);
    for (let i = 100; i < 1000; i++) builder.append(int64Key(i), 0, 8, new Uint8Array(50), 0, 50);
    builder.pause();
    expect(problemsOf(tree)).toEqual([]);
    expect(verify(tree).entries).toBe(1000);
  });

  it('is followed by changes of any kind', () => {
    const random = new Random(8);
    const model = randomModel(random, 3000, 8, 100);
    const tree = newTree();
    const builder = new BulkBuilder(tree, noXid, 1);
    builder.run(new ModelSource(model), Infinity);
    for (let i = 0; i < 3000; i++) {
      const isPut = random.below(2) === 0;
      const key = isPut ? random.bytes(random.below(8)) : model.keys[random.below(model.size)]!;
      const value = random.bytes(random.below(150));
      if (isPut) expect(tree.put(key, value)).toBe(model.put(key, value));
      else expect(tree.remove(key)).toBe(model.remove(key));
    }
    expect(problemsOf(tree)).toEqual([]);
  });

  it('refuses entries out of order or too large, and leaves a sound tree', () => {
    const tree = newTree();
    const builder = new BulkBuilder(tree, noXid);
    builder.append(int64Key(5), 0, 8, int64Key(0), 0, 8);
    expect(() => builder.append(int64Key(5), 0, 8, int64Key(0), 0, 8)).toThrow(InvariantError);
    expect(() => builder.append(new Uint8Array(9).fill(255), 0, 9, new Uint8Array(3000), 0, 3000)).toThrow(
      EntryTooLargeError,
    );
    builder.pause();
    expect(problemsOf(tree)).toEqual([]);
    expect(verify(tree).entries).toBe(1);
  });

  it('can go on after a failure', () => {
    const tree = newTree();
    const builder = new BulkBuilder(tree, noXid);
    let failures = 0;
    for (let i = 0; i < 2000; i++) {
      for (let calls = 0; ; calls++) {
        storeOf(tree).failAfter(calls);
        try {
          builder.append(int64Key(i), 0, 8, new Uint8Array(400), 0, 400);
          break;
        } catch (error) {
          expect(error).toBeInstanceOf(InjectedFailure);
          failures++;
        } finally {
          storeOf(tree).failAfter(Infinity);
        }
      }
    }
    builder.pause();
    expect(failures).toBeGreaterThan(200);
    expect(problemsOf(tree)).toEqual([]);
    expect(verify(tree).entries).toBe(2000);
  });
});
