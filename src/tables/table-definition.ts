/**
 * A table as the tree directory keeps it: what replay, undo and purge know of it (LOG-5), and how DDL derives the next
 * definition from the present one. Definitions are values; a changed one is a new object. Stored as JSON: they are read once
 * per opened table, and a person can read them in a page dump.
 */
import type { TreeId } from '../common/ids.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { KeyPart, StoredColumn, StoredIndex, StoredTable } from './access-method.ts';
import type { LayoutColumn } from './row-format.ts';
import { noLayout } from './row-format.ts';
import type { IndexDefinition, TableDefinition } from './storage.ts';

export interface DirectoryTable extends StoredTable {
  readonly columns: readonly LayoutColumn[];
  /** Tree of the table's long values; made when the first one comes. */
  readonly overflowTree: TreeId;
}

/** Gives out tree ids, each once. */
export type TreeIdSource = () => TreeId;

const layoutsMax = noLayout - 1;

export function defineTable(definition: TableDefinition, nextTree: TreeIdSource): DirectoryTable {
  return {
    tableOid: definition.tableOid,
    tree: nextTree(),
    overflowTree: nextTree(),
    columns: definition.columns.map((column) => asLayoutColumn(column, 0)),
    layout: 0,
    clusterKey: definition.clusterKey,
    clusterIndexOid: definition.clusterIndexOid,
    indexes: definition.indexes.map((index) => defineIndex(index, nextTree())),
  };
}

function defineIndex(index: IndexDefinition, tree: TreeId): StoredIndex {
  const { indexOid, unique, nullsNotDistinct, primary, parts } = index;
  return { indexOid, tree, unique, nullsNotDistinct, primary, parts };
}

function asLayoutColumn(column: StoredColumn, layout: number): LayoutColumn {
  const { typeOid, storedBytes, dropped, missingValue } = column;
  return { typeOid, storedBytes, dropped, missingValue, addedIn: layout, droppedIn: dropped ? layout : noLayout };
}

/** ADD and DROP COLUMN: rows written from now on have the next layout. */
export function withColumns(table: DirectoryTable, columns: readonly StoredColumn[]): DirectoryTable {
  const layout = table.layout + 1;
  if (layout > layoutsMax) {
    throw new SqlError(sqlState.programLimitExceeded, 'table has been altered too often without being rewritten');
  }
  const next = columns.map((column, i): LayoutColumn => {
    const present = table.columns[i];
    if (present === undefined) return asLayoutColumn(column, layout);
    const droppedNow = column.dropped && !present.dropped;
    return droppedNow ? { ...present, dropped: true, droppedIn: layout } : present;
  });
  return { ...table, columns: next, layout };
}

export function withIndex(table: DirectoryTable, index: IndexDefinition, nextTree: TreeIdSource): DirectoryTable {
  return { ...table, indexes: [...table.indexes, defineIndex(index, nextTree())] };
}

export function withoutIndex(table: DirectoryTable, indexOid: number): DirectoryTable {
  return { ...table, indexes: table.indexes.filter((index) => index.indexOid !== indexOid) };
}

/** The same table over new, empty trees. */
export function withNewTrees(table: DirectoryTable, nextTree: TreeIdSource): DirectoryTable {
  return {
    ...table,
    tree: nextTree(),
    overflowTree: nextTree(),
    indexes: table.indexes.map((index) => ({ ...index, tree: nextTree() })),
  };
}

export function treesOf(table: DirectoryTable): TreeId[] {
  return [table.tree, table.overflowTree, ...table.indexes.map((index) => index.tree)];
}

interface EncodedColumn extends Omit<LayoutColumn, 'missingValue'> {
  readonly missingValue: string | null;
}

interface EncodedTable extends Omit<DirectoryTable, 'columns' | 'clusterKey'> {
  readonly columns: readonly EncodedColumn[];
  readonly clusterKey: readonly KeyPart[] | null;
}

export function encodeTable(table: DirectoryTable): Buffer {
  const columns = table.columns.map((column): EncodedColumn => {
    const { missingValue } = column;
    return { ...column, missingValue: missingValue === null ? null : Buffer.from(missingValue).toString('base64') };
  });
  const encoded: EncodedTable = { ...table, columns, clusterKey: table.clusterKey ?? null };
  return Buffer.from(JSON.stringify(encoded));
}

export function decodeTable(bytes: Uint8Array): DirectoryTable {
  const encoded = JSON.parse(Buffer.from(bytes).toString()) as EncodedTable;
  const columns = encoded.columns.map((column): LayoutColumn => {
    const { missingValue } = column;
    return { ...column, missingValue: missingValue === null ? null : Buffer.from(missingValue, 'base64') };
  });
  return { ...encoded, columns, clusterKey: encoded.clusterKey ?? undefined };
}
