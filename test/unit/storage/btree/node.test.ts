import { describe, expect, it } from 'vitest';
import { insertEntry, removeEntry, replaceValue, setHighKey } from '../../../../src/storage/btree/node-edit.ts';
import { compareKeys, headOf, searchChild, searchSlots } from '../../../../src/storage/btree/node-search.ts';
import {
  freeBytes,
  getChild,
  getPrefixLength,
  highKeyLength,
  highKeyStart,
  initNode,
  keyLength,
  keyStart,
  nodeBytesMax,
  valueLength,
  valueStart,
} from '../../../../src/storage/btree/node.ts';
import { getDeleteMarks, getSlotCount, pageBytes } from '../../../../src/storage/page.ts';
import { Random } from './random.ts';
import { testMark, textKey } from './tree-fixture.ts';

/** A node at an odd place of a larger buffer, like a frame in the pool. */
class TestNode {
  readonly base = pageBytes * 3;
  readonly bytes = new Uint8Array(pageBytes * 5);
  readonly view = new DataView(this.bytes.buffer);

  constructor(level: number) {
    initNode(this.view, this.base, level);
  }

  search(key: Uint8Array): number {
    return searchSlots(this.bytes, this.view, this.base, 0, key, 0, key.length);
  }

  insert(key: Uint8Array, value: Uint8Array): void {
    const slot = ~this.search(key);
    insertEntry(this.bytes, this.view, this.base, slot, key, 0, key.length, value, 0, value.length, testMark);
  }

  /** Inserts a child; slot 0 gets an empty key whatever `key` is. */
  addChild(key: Uint8Array, child: number): void {
    const count = getSlotCount(this.view, this.base);
    const value = new Uint8Array(Uint32Array.of(child).buffer);
    insertEntry(this.bytes, this.view, this.base, count, key, 0, count === 0 ? 0 : key.length, value, 0, 4, testMark);
  }

  childOf(key: Uint8Array): number {
    const slot = searchChild(this.bytes, this.view, this.base, key, 0, key.length);
    return getChild(this.view, this.base, slot);
  }

  get keys(): string[] {
    return Array.from({ length: getSlotCount(this.view, this.base) }, (_, slot) => {
      const start = keyStart(this.view, this.base, slot);
      return Buffer.from(this.bytes.subarray(start, start + keyLength(this.view, this.base, slot))).toString('latin1');
    });
  }

  value(slot: number): Uint8Array {
    const start = valueStart(this.view, this.base, slot);
    return this.bytes.slice(start, start + valueLength(this.view, this.base, slot));
  }
}

const awkwardKeys = [
  '',
  '\0',
  '\0\0',
  '\0\0\0\0\0',
  'a',
  'a\0',
  'a\0\0\0\0',
  'a\0\0\0\0b',
  'ab',
  'abcd',
  'abcd\0',
  'abcde',
  'abce',
  'b',
  '\xff',
  '\xff\xff\xff\xff\xff',
];

describe('keys', () => {
  it('compare as unsigned bytes, a prefix first', () => {
    const sorted = awkwardKeys.map(textKey);
    for (const [i, a] of sorted.entries()) {
      for (const [j, b] of sorted.entries()) {
        expect(Math.sign(compareKeys(a, 0, a.length, b, 0, b.length))).toBe(Math.sign(i - j));
      }
    }
  });

  it('have zero-filled heads', () => {
    expect(headOf(textKey('\xff\xfe\xfd\xfc\xfb'), 0, 5)).toBe(0xfffefdfc);
    expect(headOf(textKey('xab'), 1, 3)).toBe(0x61620000);
    expect(headOf(textKey('x'), 1, 1)).toBe(0);
  });
});

describe('a leaf', () => {
  it('finds keys whose heads are equal (TREE-3)', () => {
    const node = new TestNode(0);
    for (const key of new Random(5).shuffled(awkwardKeys)) node.insert(textKey(key), textKey(key));
    expect(node.keys).toEqual(awkwardKeys);
    for (const [slot, key] of awkwardKeys.entries()) {
      expect(node.search(textKey(key))).toBe(slot);
      expect(Buffer.from(node.value(slot)).toString('latin1')).toBe(key);
      const longer = textKey(`${key}\0\x01`);
      const before = awkwardKeys.filter(
        (other) => compareKeys(textKey(other), 0, other.length, longer, 0, longer.length) < 0,
      );
      expect(node.search(longer)).toBe(~before.length);
    }
  });

  it('lets heads skip the common prefix, and shortens it when a key does not share it (TREE-3)', () => {
    const node = new TestNode(0);
    for (const key of ['prefix-one', 'prefix-two', 'prefix-three']) node.insert(textKey(key), textKey(''));
    expect(getPrefixLength(node.view, node.base)).toBe('prefix-'.length);
    expect(node.search(textKey('prefix-three'))).toBe(1);
    expect(node.search(textKey('pre'))).toBe(~0);
    expect(node.search(textKey('prefiy'))).toBe(~3);
    node.insert(textKey('prelude'), textKey(''));
    expect(getPrefixLength(node.view, node.base)).toBe(3);
    node.insert(textKey('a'), textKey(''));
    expect(getPrefixLength(node.view, node.base)).toBe(0);
    expect(node.keys.map((key) => node.search(textKey(key)))).toEqual([0, 1, 2, 3, 4]);
  });

  it('wins garbage back when it needs the room, and leaves its high key alone (TREE-5)', () => {
    const node = new TestNode(0);
    setHighKey(node.bytes, node.view, node.base, textKey('zz'), 0, 2);
    const value = new Uint8Array(1000).fill(7);
    for (let i = 0; i < 8; i++) node.insert(textKey(`key${i}`), value);
    for (let i = 0; i < 8; i += 2)
      removeEntry(node.bytes, node.view, node.base, node.search(textKey(`key${i}`)), testMark);
    const freeBefore = freeBytes(node.view, node.base);
    node.insert(textKey('key0'), new Uint8Array(3500).fill(9));
    expect(freeBytes(node.view, node.base)).toBe(freeBefore - 10 - 4 - 3500);
    expect(node.keys).toEqual(['key0', 'key1', 'key3', 'key5', 'key7']);
    expect(node.value(1)).toEqual(value);
    const start = highKeyStart(node.view, node.base);
    expect(node.bytes.slice(start, start + highKeyLength(node.view, node.base))).toEqual(textKey('zz'));
  });

  it('gives back every byte when it is emptied', () => {
    const node = new TestNode(0);
    for (let i = 0; i < 50; i++) node.insert(textKey(`${i}`), new Uint8Array(i));
    while (getSlotCount(node.view, node.base) > 0) removeEntry(node.bytes, node.view, node.base, 0, testMark);
    expect(freeBytes(node.view, node.base)).toBe(nodeBytesMax);
  });

  it('replaces values by shorter and longer ones, also when it is nearly full', () => {
    const node = new TestNode(0);
    for (let i = 0; i < 4; i++) node.insert(textKey(`k${i}`), new Uint8Array(1500).fill(i));
    for (const length of [10, 1500, 3000, 0, 3400]) {
      replaceValue(node.bytes, node.view, node.base, 2, new Uint8Array(length).fill(8), 0, length, testMark);
      expect(node.value(2)).toEqual(new Uint8Array(length).fill(8));
      expect(node.value(3)).toEqual(new Uint8Array(1500).fill(3));
      expect(freeBytes(node.view, node.base)).toBe(nodeBytesMax - 4 * 12 - 3 * 1500 - length);
    }
  });

  it('counts the marked values (TREE-11)', () => {
    const node = new TestNode(0);
    node.insert(textKey('a'), Uint8Array.of(1, 2));
    node.insert(textKey('b'), Uint8Array.of(0));
    node.insert(textKey('c'), Uint8Array.of());
    expect(getDeleteMarks(node.view, node.base)).toBe(1);
    replaceValue(node.bytes, node.view, node.base, 1, Uint8Array.of(3), 0, 1, testMark);
    expect(getDeleteMarks(node.view, node.base)).toBe(2);
    replaceValue(node.bytes, node.view, node.base, 2, Uint8Array.of(1, 1, 1), 0, 3, testMark);
    expect(getDeleteMarks(node.view, node.base)).toBe(3);
    removeEntry(node.bytes, node.view, node.base, 0, testMark);
    expect(getDeleteMarks(node.view, node.base)).toBe(2);
  });
});

describe('an inner node', () => {
  it('leads every key to the child whose range holds it', () => {
    const node = new TestNode(1);
    node.addChild(textKey(''), 10);
    expect(node.childOf(textKey('anything'))).toBe(10);
    node.addChild(textKey('b'), 11);
    node.addChild(textKey('d'), 12);
    const expected = [
      ['', 10],
      ['a\xff', 10],
      ['b', 11],
      ['b\0', 11],
      ['c', 11],
      ['d', 12],
      ['z', 12],
    ] as const;
    for (const [key, child] of expected) expect(node.childOf(textKey(key))).toBe(child);
  });
});
