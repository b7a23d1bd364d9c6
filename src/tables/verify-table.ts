/**
 * Consistency check of one table: its trees are sound, every row can be read, and each index has exactly the entries that the
 * rows ask for. Marked entries are allowed to be there without a row (they are purged later); unmarked ones are not.
 */
import { ByteWriter } from '../common/byte-writer.ts';
import { Cursor } from '../storage/btree/cursor.ts';
import type { BTree } from '../storage/btree/tree.ts';
import { verify } from '../storage/btree/verify.ts';
import { copyOf } from './copy-of.ts';
import { collectValues } from './external-values.ts';
import { RowImage, type OpenTable } from './open-table.ts';
import { rowFlag, rowFlags } from './row-format.ts';
import { entryKeyBytes, type SecondaryIndex } from './secondary-index.ts';

export function verifyTable(table: OpenTable): string[] {
  const problems: string[] = [];
  verifyTree(table.tree, 'table', problems);
  for (const index of table.indexes) verifyTree(index.tree, `index ${index.definition.indexOid}`, problems);
  const overflowTree = table.overflow.findTree();
  if (overflowTree !== undefined) verifyTree(overflowTree, 'overflow', problems);
  if (problems.length > 0) return problems;
  const live = verifyRows(table, problems);
  for (const index of table.indexes) verifyEntries(table, index, live, problems);
  return problems;
}

function verifyTree(tree: BTree, name: string, problems: string[]): void {
  for (const finding of verify(tree).findings) problems.push(`${name}: ${JSON.stringify(finding)}`);
}

/** Walks a tree's entries; the callback must not change trees. */
function forEachEntry(tree: BTree, visit: (key: Uint8Array, valueAt: number, valueEnd: number) => void): void {
  const cursor = new Cursor(tree);
  const { bytes } = tree.pages;
  for (let more = cursor.seekToStart(); more; more = cursor.next()) {
    const key = copyOf(bytes, cursor.keyStart, cursor.keyStart + cursor.keyLength);
    visit(key, cursor.valueStart, cursor.valueStart + cursor.valueLength);
  }
  cursor.release();
}

/** Returns how many rows there are that are not deleted. */
function verifyRows(table: OpenTable, problems: string[]): number {
  const { bytes, view } = table.environment.pool;
  const row = new RowImage();
  const made = new ByteWriter(64);
  let live = 0;
  forEachEntry(table.tree, (key, at, end) => {
    row.open(table, bytes, view, at, end);
    const values: number[] = [];
    collectValues(view, at, row, values);
    const isLive = (rowFlags(view, at) & rowFlag.deleted) === 0;
    if (table.clusterKeys !== undefined) {
      made.reset();
      table.clusterKeys.encode(row.layout, row.bytes, row.view, row.at, made);
      if (!made.written().equals(key)) problems.push(`row ${hex(key)} lies under another row's key`);
    }
    for (const index of table.indexes) if (isLive) verifyEntry(table, index, row, key, made, problems);
    if (isLive) live++;
  });
  return live;
}

function verifyEntry(
  table: OpenTable,
  index: SecondaryIndex,
  row: RowImage,
  key: Uint8Array,
  made: ByteWriter,
  problems: string[],
): void {
  made.reset();
  table.appendEntry(index, row, key, 0, key.length, made);
  const value = index.tree.findValue(made.written());
  const { indexOid } = index.definition;
  if (value === undefined) problems.push(`index ${indexOid} lacks row ${hex(key)}`);
  else if ((value[0] as number) !== 0) problems.push(`index ${indexOid} marks row ${hex(key)}, which is live`);
}

/** Every unmarked entry belongs to a live row: with `verifyEntry` for all of those, counting them is enough. */
function verifyEntries(table: OpenTable, index: SecondaryIndex, liveRows: number, problems: string[]): void {
  const { bytes, view } = table.environment.pool;
  let unmarked = 0;
  forEachEntry(index.tree, (key, at) => {
    if (entryKeyBytes(view, at) > key.length)
      problems.push(`index ${index.definition.indexOid}: bad entry ${hex(key)}`);
    if (bytes[at] === 0) unmarked++;
  });
  if (unmarked !== liveRows) {
    problems.push(`index ${index.definition.indexOid} has ${unmarked} live entries for ${liveRows} rows`);
  }
}

function hex(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}
