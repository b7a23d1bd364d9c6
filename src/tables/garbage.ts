/** Freeing what nobody refers to any more, a slice at a time: pages of given-up trees, chunks of very long values. */
import { noDeleteMark } from '../storage/btree/node.ts';
import { TreeDropper } from '../storage/btree/walk.ts';
import { removeChunks } from './overflow.ts';
import type { TreeDirectory } from './tree-directory.ts';

const pagesPerSlice = 256;
const chunksPerSlice = 256;

/** Does one slice of work for a space; false if there was none. */
export function collectGarbage(directory: TreeDirectory): boolean {
  if (!directory.hasDead) return false;
  const value = directory.findDeadValue();
  if (value !== undefined) {
    const tree = directory.findTree(value.tree, noDeleteMark);
    const isDone = tree === undefined || removeChunks(tree, value.valueId, chunksPerSlice);
    if (isDone) directory.forgetDeadValue(value.tree, value.valueId);
    return true;
  }
  const tree = directory.findDeadTree();
  if (tree !== undefined) {
    if (new TreeDropper(tree).run(pagesPerSlice)) directory.forgetDeadTree(tree);
    return true;
  }
  directory.hasDead = false;
  return false;
}
