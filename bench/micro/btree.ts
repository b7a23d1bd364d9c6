/**
 * Nanoseconds per operation of the B+tree on the real buffer pool, everything in memory: one million int8 keys with 100-byte
 * values (a pgbench_accounts-like table), and an index with the key as entry and no value.
 *
 *     bin/with-node bench/micro/btree.ts [entries]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noXid, type SpaceId, type TreeId } from '../../src/common/ids.ts';
import { BulkBuilder } from '../../src/storage/btree/bulk-build.ts';
import { Cursor } from '../../src/storage/btree/cursor.ts';
import { LeafCursor } from '../../src/storage/btree/leaf-cursor.ts';
import { valueStart } from '../../src/storage/btree/node.ts';
import { TreePosition } from '../../src/storage/btree/position.ts';
import { BTree } from '../../src/storage/btree/tree.ts';
import { verify } from '../../src/storage/btree/verify.ts';
import { NodeDisk } from '../../src/storage/node-disk.ts';
import { PageStorage } from '../../src/storage/page-storage.ts';
import { pageBytes } from '../../src/storage/page.ts';

const entries = Number(process.argv[2] ?? 1_000_000);
const space = 1 as SpaceId;
const directory = mkdtempSync(join(tmpdir(), 'hyrax-btree-'));
const storage = PageStorage.open(new NodeDisk(directory), { poolBytes: 1024 * 1024 * 1024 });
storage.createSpace(space);
const pages = storage.pool;
let nextTree = 100;

const key = new Uint8Array(8);
const keyView = new DataView(key.buffer);
const row = new Uint8Array(100);
const noValue = new Uint8Array(0);

function setKey(value: number): void {
  keyView.setUint32(0, 0x8000_0000);
  keyView.setUint32(4, value);
}

/** Visits 0 … count - 1 in a scattered order. */
function scatter(i: number, count: number): number {
  return (i * 7_368_787) % count;
}

function newTree(): BTree {
  return BTree.create(pages, space, nextTree++ as TreeId);
}

function measure(name: string, count: number, run: () => void): void {
  const start = process.hrtime.bigint();
  run();
  const nanoseconds = Number(process.hrtime.bigint() - start);
  console.log(`${name.padEnd(48)} ${(nanoseconds / count).toFixed(1).padStart(9)} ns`);
}

function insertAll(tree: BTree, value: Uint8Array, order: (i: number) => number): void {
  const position = new TreePosition(pages);
  for (let i = 0; i < entries; i++) {
    setKey(order(i));
    tree.find(position, key, 0, 8);
    tree.insertAt(position, key, 0, 8, value, 0, value.length, noXid);
    position.release();
  }
}

function lookUp(tree: BTree, order: (i: number) => number, count: number): void {
  const position = new TreePosition(pages);
  let missing = 0;
  for (let i = 0; i < count; i++) {
    setKey(order(i));
    if (!tree.find(position, key, 0, 8)) missing++;
    position.release();
  }
  if (missing !== 0) throw new Error(`${missing} keys missing`);
}

function overwrite(tree: BTree, count: number): void {
  const position = new TreePosition(pages);
  for (let i = 0; i < count; i++) {
    setKey(scatter(i, entries));
    tree.find(position, key, 0, 8);
    tree.replaceAt(position, row, 0, row.length, noXid);
    position.release();
  }
}

function bulkBuild(tree: BTree, value: Uint8Array): void {
  const builder = new BulkBuilder(tree, noXid);
  for (let i = 0; i < entries; i++) {
    setKey(i);
    builder.append(key, 0, 8, value, 0, value.length);
  }
  builder.pause();
}

function scanEntries(tree: BTree): void {
  const cursor = new Cursor(tree);
  let sum = 0;
  for (let more = cursor.seekToStart(); more; more = cursor.next()) sum += cursor.keyStart & 1;
  if (sum < 0) throw new Error('unreachable');
}

function scanLeaves(tree: BTree): void {
  const leaves = new LeafCursor(tree);
  const image = new Uint8Array(pageBytes);
  const view = new DataView(image.buffer);
  let sum = 0;
  for (let more = leaves.seekToStart(); more; more = leaves.next()) {
    image.set(pages.bytes.subarray(leaves.base, leaves.base + pageBytes));
    for (let slot = leaves.firstSlot; slot < leaves.endSlot; slot++) sum += view.getUint8(valueStart(view, 0, slot));
  }
  if (sum < 0) throw new Error('unreachable');
}

function removeAll(tree: BTree): void {
  const position = new TreePosition(pages);
  for (let i = 0; i < entries; i++) {
    setKey(scatter(i, entries));
    tree.find(position, key, 0, 8);
    tree.removeAt(position);
    position.release();
  }
}

try {
  const table = newTree();
  measure('bulk build, 100-byte rows', entries, () => bulkBuild(table, row));
  const report = verify(table);
  console.log(`  height ${report.height}, ${report.leafPages} leaves, fill ${report.leafFill.toFixed(2)}`);
  for (let round = 0; round < 3; round++) {
    measure('look up, scattered', entries, () => lookUp(table, (i) => scatter(i, entries), entries));
    measure('look up, in order', entries, () => lookUp(table, (i) => i, entries));
    measure('look up, scattered over 1,000 rows', entries, () =>
      lookUp(table, (i) => scatter(i % 1000, 1000), entries),
    );
  }
  measure('replace value of the same size, scattered', entries, () => overwrite(table, entries));
  for (let round = 0; round < 2; round++) {
    measure('scan entries with Cursor', entries, () => scanEntries(table));
    measure('scan leaves with LeafCursor', entries, () => scanLeaves(table));
  }
  measure('insert, 100-byte rows, ascending', entries, () => insertAll(newTree(), row, (i) => i));
  measure('insert, 100-byte rows, scattered', entries, () => insertAll(newTree(), row, (i) => scatter(i, entries)));
  const index = newTree();
  measure('insert, index entries, scattered', entries, () => insertAll(index, noValue, (i) => scatter(i, entries)));
  measure('bulk build, index entries', entries, () => bulkBuild(newTree(), noValue));
  measure('scan index entries with Cursor', entries, () => scanEntries(index));
  measure('remove index entries, scattered', entries, () => removeAll(index));
} finally {
  storage.close();
  rmSync(directory, { recursive: true, force: true });
}
