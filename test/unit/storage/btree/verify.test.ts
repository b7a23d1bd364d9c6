import { describe, expect, it } from 'vitest';
import {
  cellStart,
  getChild,
  highKeyStart,
  keyStart,
  nodeHeader,
  slotStart,
  valueStart,
} from '../../../../src/storage/btree/node.ts';
import type { BTree } from '../../../../src/storage/btree/tree.ts';
import { verify } from '../../../../src/storage/btree/verify.ts';
import { pageBytes, pageHeader } from '../../../../src/storage/page.ts';
import type { PageNumber } from '../../../../src/common/ids.ts';
import { filledTree, testSpace } from './tree-fixture.ts';

/** Page of child `slot` of the root. */
function childPage(tree: BTree, slot: number): PageNumber {
  const frame = tree.pages.pin(testSpace, tree.root);
  const child = getChild(tree.pages.view, frame * pageBytes, slot);
  tree.pages.unpin(frame);
  return child;
}

function damage(tree: BTree, page: PageNumber, change: (view: DataView, base: number) => void): void {
  const { pages } = tree;
  const frame = pages.pin(testSpace, page);
  pages.modify(frame);
  change(pages.view, frame * pageBytes);
  pages.done(frame);
  pages.unpin(frame);
}

function add(view: DataView, offset: number, count: number): void {
  view.setUint16(offset, view.getUint16(offset, true) + count, true);
}

type Damage = readonly [string, string, (view: DataView, base: number) => void];

const leafDamage: readonly Damage[] = [
  ['a key out of order', 'TREE-1', (view, base) => add(view, keyStart(view, base, 5) + 6, 0x4000)],
  ['a wrong high key', 'TREE-1', (view, base) => add(view, highKeyStart(view, base), 1)],
  ['a missing high key', 'TREE-1', (view, base) => view.setUint16(base + nodeHeader.highKeyOffset, 0, true)],
  ['a wrong head', 'TREE-3', (view, base) => add(view, slotStart(base, 3), 1)],
  ['a wrong prefix length', 'TREE-3', (view, base) => add(view, base + nodeHeader.prefixLength, -1)],
  ['a wrong left sibling', 'TREE-4', (view, base) => add(view, base + pageHeader.leftSibling, 1)],
  ['a wrong right sibling', 'TREE-4', (view, base) => add(view, base + pageHeader.rightSibling, 1)],
  ['a wrong level', 'TREE-4', (view, base) => view.setUint8(base + pageHeader.level, 1)],
  ['a wrong type', 'TREE-4', (view, base) => view.setUint8(base + pageHeader.type, 2)],
  ['garbage not accounted for', 'TREE-5', (view, base) => add(view, base + pageHeader.garbageBytes, 8)],
  ['a wrong slot count', 'TREE-5', (view, base) => add(view, base + pageHeader.slotCount, -1)],
  ['overlapping cells', 'TREE-5', (view, base) => add(view, slotStart(base, 4) + 4, 2)],
  ['a cell outside the page', 'TREE-5', (view, base) => add(view, cellStart(view, base, 0), 5000)],
  ['another page number', 'TREE-6', (view, base) => add(view, base + pageHeader.page, 1)],
  ['another tree', 'TREE-6', (view, base) => add(view, base + pageHeader.tree, 1)],
  ['a wrong count of delete marks', 'TREE-11', (view, base) => view.setUint8(valueStart(view, base, 2), 1)],
];

describe('verify', () => {
  it.each(leafDamage)('finds %s', (_name, rule, change) => {
    const tree = filledTree(1000);
    expect(verify(tree).findings).toEqual([]);
    damage(tree, childPage(tree, 3), change);
    expect(verify(tree).findings.map((finding) => finding.rule)).toContain(rule);
  });

  it('finds a child that is reachable twice', () => {
    const tree = filledTree(1000);
    const child = childPage(tree, 2);
    damage(tree, tree.root, (view, base) => view.setUint32(valueStart(view, base, 4), child, true));
    expect(verify(tree).findings.map((finding) => finding.message)).toContain('reachable twice');
  });

  it('reports what the tree consists of', () => {
    const report = verify(filledTree(1000));
    expect(report).toMatchObject({ height: 2, entries: 1000, emptyLeafPages: 0, pages: report.leafPages + 1 });
  });
});
