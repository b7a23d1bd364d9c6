import { describe, expect, it } from 'vitest';
import { InvariantError } from '../../../../src/common/assert.ts';
import { noXid, type Xid } from '../../../../src/common/ids.ts';
import { BulkBuilder } from '../../../../src/storage/btree/bulk-build.ts';
import { Cursor } from '../../../../src/storage/btree/cursor.ts';
import { entryBytesMax } from '../../../../src/storage/btree/node.ts';
import { TreePosition } from '../../../../src/storage/btree/position.ts';
import { EntryTooLargeError, type BTree } from '../../../../src/storage/btree/tree.ts';
import { verify } from '../../../../src/storage/btree/verify.ts';
import { getDeleteMarks, getMaxXid, pageBytes } from '../../../../src/storage/page.ts';
import { InjectedFailure } from './memory-page-store.ts';
import { Random } from './random.ts';
import { filledTree, int64Key, newTree, problemsOf, storeOf, testSpace, textKey } from './tree-fixture.ts';
import { TreeModel } from './tree-model.ts';

/** Header fields of the leaf that holds the key. */
function leafHeader(tree: BTree, key: Uint8Array): { maxXid: number; marks: number } {
  const frame = tree.pinLeaf(key, 0, key.length);
  const { view } = tree.pages;
  const header = { maxXid: getMaxXid(view, frame * pageBytes), marks: getDeleteMarks(view, frame * pageBytes) };
  tree.pages.unpin(frame);
  return header;
}

interface Change {
  readonly position: TreePosition;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
  readonly removes: boolean;
}

function prepare(tree: BTree, { position, key, value, removes }: Change): void {
  const found = tree.find(position, key, 0, key.length);
  if (removes && found) tree.prepareRemove(position);
  else if (found) tree.prepareReplace(position, value.length);
  else if (!removes) tree.prepareInsert(position, key, 0, key.length, value.length);
}

function carryOut(tree: BTree, { position, key, value, removes }: Change): void {
  if (removes && position.found) tree.removeAt(position);
  else if (position.found) tree.replaceAt(position, value, 0, value.length, noXid);
  else if (!removes) tree.insertAt(position, key, 0, key.length, value, 0, value.length, noXid);
}

describe('the tree', () => {
  it('keeps its root page when it grows and when it shrinks (TREE-6)', () => {
    const tree = newTree();
    const { root } = tree;
    for (let i = 0; i < 8000; i++) tree.insert(int64Key(i), new Uint8Array(500));
    expect(verify(tree).height).toBe(3);
    for (let i = 0; i < 8000; i++) tree.remove(int64Key(i));
    expect(verify(tree)).toMatchObject({ findings: [], height: 1, pages: 1, entries: 0 });
    expect(tree.root).toBe(root);
  });

  it('leaves leaves nine tenths full behind ascending insertions', () => {
    expect(verify(filledTree(5000)).leafFill).toBeGreaterThan(0.87);
  });

  it('keeps separators short', () => {
    const tree = newTree();
    for (let i = 0; i < 400; i++) tree.insert(textKey(`${String.fromCharCode(33 + (i % 90))}${i}-${'x'.repeat(200)}`));
    // 400 keys of 200 bytes in about 15 leaves: their full keys would not fit one root with so much room to spare.
    expect(verify(tree)).toMatchObject({ findings: [], height: 2 });
  });

  it('refuses a second entry under a key', () => {
    const tree = newTree();
    expect(tree.insert(textKey('k'), textKey('1'))).toBe(true);
    expect(tree.insert(textKey('k'), textKey('2'))).toBe(false);
    expect(tree.findValue(textKey('k'))).toEqual(textKey('1'));
    expect(tree.findValue(textKey('j'))).toBeUndefined();
  });

  it('takes entries up to the limit and refuses longer ones unchanged (TREE-9)', () => {
    const tree = newTree();
    for (let i = 0; i < 20; i++) expect(tree.insert(new Uint8Array(entryBytesMax - i).fill(i))).toBe(true);
    expect(() => tree.insert(new Uint8Array(entryBytesMax + 1))).toThrow(EntryTooLargeError);
    expect(() => tree.put(textKey('a'), new Uint8Array(entryBytesMax))).toThrow(EntryTooLargeError);
    tree.insert(textKey('a'), textKey(''));
    expect(() => tree.put(textKey('a'), new Uint8Array(entryBytesMax))).toThrow(EntryTooLargeError);
    expect(tree.findValue(textKey('a'))).toEqual(textKey(''));
    expect(problemsOf(tree)).toEqual([]);
  });

  it('raises maxXid of the leaf that is written to, and of no other (MVCC-4)', () => {
    const tree = filledTree(200);
    tree.put(int64Key(3), new Uint8Array(100), 17 as Xid);
    tree.put(int64Key(4), new Uint8Array(100), 5 as Xid);
    expect(leafHeader(tree, int64Key(0)).maxXid).toBe(17);
    expect(leafHeader(tree, int64Key(199)).maxXid).toBe(0);
  });

  it('passes maxXid and the right counts of marks on to both halves of a split', () => {
    const tree = newTree();
    for (let i = 0; i < 70; i++) tree.insert(int64Key(i * 2), new Uint8Array(100).fill(i < 50 ? 1 : 0), 9 as Xid);
    for (let i = 20; i < 50; i++) tree.insert(int64Key(i * 2 + 1), new Uint8Array(100).fill(1), 8 as Xid);
    const first = leafHeader(tree, int64Key(0));
    const last = leafHeader(tree, int64Key(1000));
    expect(first.maxXid).toBe(9);
    expect(last.maxXid).toBe(9);
    expect(problemsOf(tree)).toEqual([]);
  });

  it('overwrites part of a value in place and counts marks', () => {
    const tree = filledTree(500);
    const position = new TreePosition(tree.pages);
    const key = int64Key(250);
    tree.find(position, key, 0, 8);
    tree.overwriteAt(position, 0, Uint8Array.of(9, 1, 9), 1, 2, 3 as Xid);
    expect(position.isCurrent()).toBe(true);
    tree.overwriteAt(position, 98, Uint8Array.of(5, 6), 0, 2, 3 as Xid);
    expect(() => tree.overwriteAt(position, 99, Uint8Array.of(5, 6), 0, 2, 3 as Xid)).toThrow(InvariantError);
    position.release();
    const value = tree.findValue(key)!;
    expect([value[0], value[1], value[98], value[99]]).toEqual([1, 0, 5, 6]);
    expect(leafHeader(tree, key)).toEqual({ maxXid: 3, marks: 1 });
    expect(problemsOf(tree)).toEqual([]);
  });
});

describe('a leaf that becomes empty', () => {
  /**
   * Leaves of short keys, filled to the brim, each followed by leaves of long keys with a long common prefix. Where such a
   * group is split between two parents, the leaf before the boundary has a high key that its left sibling has no room for.
   */
  function mixedTree(random: Random): { tree: BTree; keys: Uint8Array[] } {
    const tree = newTree();
    const keys: Uint8Array[] = [];
    const builder = new BulkBuilder(tree, noXid, 1);
    for (let group = 0; group < 24; group++) {
      for (let i = 0; i < 60 + random.below(60); i++) keys.push(Uint8Array.of(group, 0, i));
      for (let i = 0; i < 24 + random.below(12); i++) keys.push(Uint8Array.of(group, 1, ...new Uint8Array(1200), i));
    }
    for (const key of keys) builder.append(key, 0, key.length, new Uint8Array(100), 0, key.length === 3 ? 100 : 0);
    builder.pause();
    return { tree, keys };
  }

  it('is freed, or stays empty when its left sibling has no room for its high key', () => {
    let emptyLeaves = 0;
    for (let seed = 0; seed < 3; seed++) {
      const random = new Random(seed);
      const { tree, keys } = mixedTree(random);
      const longKeys = keys.filter((key) => key.length > 3);
      for (const key of longKeys) tree.remove(key);
      expect(problemsOf(tree)).toEqual([]);
      emptyLeaves += verify(tree).emptyLeafPages;
      const cursor = new Cursor(tree);
      let entries = 0;
      while (cursor.next()) entries++;
      while (cursor.previous()) entries--;
      expect(entries).toBe(0);
      for (const key of random.shuffled(longKeys)) tree.insert(key);
      expect(problemsOf(tree)).toEqual([]);
      expect(verify(tree)).toMatchObject({ entries: keys.length, emptyLeafPages: 0 });
      for (const key of random.shuffled(keys)) expect(tree.remove(key)).toBe(true);
      expect(problemsOf(tree)).toEqual([]);
      expect(verify(tree).entries).toBe(0);
    }
    expect(emptyLeaves).toBeGreaterThan(0);
  });
});

describe('a prepared change', () => {
  it.each(['insert', 'replace', 'remove'] as const)('%s: cannot fail, wherever it falls', (kind) => {
    for (let target = 0; target < 120; target++) {
      const tree = newTree();
      for (let i = 0; i < 120; i += 2) tree.insert(int64Key(i), new Uint8Array(900));
      for (let i = 0; kind === 'remove' && i < 120; i += 2) if (i % 16 !== target % 16) tree.remove(int64Key(i));
      const position = new TreePosition(tree.pages);
      const key = int64Key(target);
      const found = tree.find(position, key, 0, 8);
      const value = new Uint8Array(2000).fill(3);
      if (found !== (kind !== 'insert')) {
        position.release();
        continue;
      }
      if (kind === 'insert') tree.prepareInsert(position, key, 0, 8, value.length);
      else if (kind === 'replace') tree.prepareReplace(position, value.length);
      else tree.prepareRemove(position);
      storeOf(tree).failAfter(0);
      if (kind === 'insert') tree.insertAt(position, key, 0, 8, value, 0, value.length, noXid);
      else if (kind === 'replace') tree.replaceAt(position, value, 0, value.length, noXid);
      else tree.removeAt(position);
      position.release();
      storeOf(tree).failAfter(Infinity);
      expect(tree.findValue(key)).toEqual(kind === 'remove' ? undefined : value);
      expect(problemsOf(tree)).toEqual([]);
    }
  });

  it('leaves nothing behind when it is given up', () => {
    const tree = filledTree(300, 900);
    const pages = storeOf(tree).livePages;
    const position = new TreePosition(tree.pages);
    tree.find(position, int64Key(100), 0, 8);
    tree.prepareReplace(position, 2600);
    expect(storeOf(tree).livePages).toBe(pages + 1);
    position.release();
    position.release();
    tree.find(position, int64Key(100), 0, 8);
    tree.prepareRemove(position);
    position.release();
    expect(storeOf(tree).livePages).toBe(pages);
    expect(problemsOf(tree)).toEqual([]);
  });

  it('must be the one that is carried out (TREE-8)', () => {
    const tree = filledTree(60, 900);
    const position = new TreePosition(tree.pages);
    tree.find(position, int64Key(30), 0, 8);
    tree.prepareReplace(position, 2600);
    expect(() => tree.replaceAt(position, new Uint8Array(2601), 0, 2601, noXid)).toThrow(InvariantError);
    position.release();
    expect(problemsOf(tree)).toEqual([]);
  });

  it('finds its place again when another change has moved it (two entries of one tree in one row operation)', () => {
    for (let other = 0; other < 60; other++) {
      const tree = filledTree(60, 900);
      const a = new TreePosition(tree.pages);
      const b = new TreePosition(tree.pages);
      const key = textKey(`\x80\0\0\0\0\0\0\x1dx`);
      const value = new Uint8Array(1800).fill(2);
      tree.find(a, int64Key(other), 0, 8);
      tree.find(b, key, 0, key.length);
      tree.prepareReplace(a, 2500);
      tree.prepareInsert(b, key, 0, key.length, value.length);
      tree.replaceAt(a, new Uint8Array(2500), 0, 2500, noXid);
      tree.insertAt(b, key, 0, key.length, value, 0, value.length, noXid);
      a.release();
      b.release();
      expect(tree.findValue(key)).toEqual(value);
      expect(problemsOf(tree)).toEqual([]);
    }
  });

  it.each([1, 2, 3, 4, 5, 6])(
    'is still possible, or known not to be, after any other change (TREE-7, seed %i)',
    (seed) => {
      const random = new Random(seed);
      const tree = newTree();
      const model = new TreeModel();
      const keys = 120;
      const positions = [new TreePosition(tree.pages), new TreePosition(tree.pages)] as const;
      for (let step = 0; step < 1000; step++) {
        const first = random.below(keys);
        const changes = positions.map((position, i) => {
          // Long keys and values, mostly near neighbours: two entries to a leaf, few children to an inner node, four levels.
          const near = Math.max(first + random.below(9) - 4, 0);
          const key = new Uint8Array(900);
          new DataView(key.buffer).setUint16(898, i === 0 ? first : near);
          const value = random.bytes(1500 + random.below(290));
          const removes = random.below(100) < (step < 200 ? 10 : 65);
          const change = { position, key, value, removes };
          prepare(tree, change);
          return change;
        });
        for (const change of changes) {
          const { position, key, value, removes } = change;
          if (!position.isCurrent()) prepare(tree, change);
          carryOut(tree, change);
          if (removes) model.remove(key);
          else model.put(key, value);
        }
        for (const position of positions) position.release();
        if (step % 10 === 0) expect(problemsOf(tree)).toEqual([]);
      }
      for (const [i, key] of model.keys.entries()) expect(tree.findValue(key)).toEqual(model.values[i]);
      expect(verify(tree)).toMatchObject({ findings: [], entries: model.size });
    },
  );

  it('is refused at a position that is out of date (TREE-7)', () => {
    const tree = filledTree(10);
    const position = new TreePosition(tree.pages);
    tree.find(position, int64Key(5), 0, 8);
    tree.remove(int64Key(4));
    expect(position.isCurrent()).toBe(false);
    expect(() => tree.removeAt(position)).toThrow(InvariantError);
    position.release();
  });
});

describe('a failing page store', () => {
  /** Random changes, each tried with the first, second, … call failing until it goes through. */
  it('leaves the tree as it was before the change', () => {
    const random = new Random(11);
    const tree = newTree();
    const model = new TreeModel();
    let failures = 0;
    for (let step = 0; step < 1500; step++) {
      const key = random.bytes(1 + random.below(3), 12);
      const value = random.bytes(random.below(2000));
      const isPut = random.below(100) < (step < 700 ? 80 : 35);
      for (let calls = 0; ; calls++) {
        storeOf(tree).failAfter(calls);
        try {
          if (isPut) tree.put(key, value);
          else tree.remove(key);
          break;
        } catch (error) {
          if (!(error instanceof InjectedFailure)) throw error;
          failures++;
        } finally {
          storeOf(tree).failAfter(Infinity);
        }
        expect(storeOf(tree).pinnedFrames).toBe(0);
      }
      if (isPut) model.put(key, value);
      else model.remove(key);
      if (step % 50 === 0) expect(problemsOf(tree)).toEqual([]);
    }
    expect(failures).toBeGreaterThan(3000);
    expect(problemsOf(tree)).toEqual([]);
    for (const [i, key] of model.keys.entries()) expect(tree.findValue(key)).toEqual(model.values[i]);
    expect(verify(tree).entries).toBe(model.size);
  });

  it('checks that a child belongs to the tree (TREE-4)', () => {
    const tree = filledTree(500);
    const position = new TreePosition(tree.pages);
    tree.find(position, int64Key(499), 0, 8);
    const page = tree.pages.pageNumberOf(position.frame);
    position.release();
    const frame = tree.pages.pin(testSpace, page);
    tree.pages.modify(frame);
    tree.pages.view.setUint32(frame * pageBytes + 36, 8, true);
    tree.pages.done(frame);
    tree.pages.unpin(frame);
    expect(() => tree.find(position, int64Key(499), 0, 8)).toThrow('TREE-4');
  });
});
