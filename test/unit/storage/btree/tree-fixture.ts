/** Trees and keys for the tests of the tree. */
import type { SpaceId, TreeId } from '../../../../src/common/ids.ts';
import type { DeleteMark } from '../../../../src/storage/btree/node.ts';
import { BTree } from '../../../../src/storage/btree/tree.ts';
import { verify } from '../../../../src/storage/btree/verify.ts';
import { MemoryPageStore } from './memory-page-store.ts';

export const testSpace = 1 as SpaceId;
export const testTree = 7 as TreeId;
/** Bit 0 of the value's first byte. */
export const testMark: DeleteMark = { offset: 0, mask: 1 };

export function newTree(store: MemoryPageStore = new MemoryPageStore()): BTree {
  return BTree.create(store, testSpace, testTree, testMark);
}

export function storeOf(tree: BTree): MemoryPageStore {
  return tree.pages as MemoryPageStore;
}

/** A memcomparable int8. */
export function int64Key(value: number): Uint8Array {
  const key = new Uint8Array(8);
  new DataView(key.buffer).setBigUint64(0, BigInt(value) + (1n << 63n));
  return key;
}

export function textKey(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

/** A tree with keys 0 … count - 1 and values of `valueBytes` zeros. */
export function filledTree(count: number, valueBytes: number = 100): BTree {
  const tree = newTree();
  for (let i = 0; i < count; i++) tree.insert(int64Key(i), new Uint8Array(valueBytes));
  return tree;
}

/** What is wrong with the tree, its page accounting and its pins; empty for a sound one. */
export function problemsOf(tree: BTree): string[] {
  const store = storeOf(tree);
  const problems: string[] = [];
  if (store.pinnedFrames !== 0) problems.push(`${store.pinnedFrames} frames are pinned`);
  const report = verify(tree);
  for (const { rule, page, message } of report.findings) problems.push(`${rule}, page ${page}: ${message}`);
  if (report.pages !== store.livePages) problems.push(`${store.livePages} pages live, ${report.pages} in the tree`);
  return problems;
}
