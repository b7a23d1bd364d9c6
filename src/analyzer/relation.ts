/** Tables by name, and what their columns are called in a statement. */
import { SqlError } from '../common/sql-error.ts';
import type { TableDescriptor } from '../catalog/descriptors.ts';
import type { OutputColumn } from '../algebra/query.ts';
import type { Alias, RangeVar } from '../parser/syntax.ts';
import type { AnalyzeContext } from './context.ts';

export function relationText(node: RangeVar): string {
  return node.schemaname === undefined ? node.relname : `${node.schemaname}.${node.relname}`;
}

/** Looks a relation up. Throws 42P01, or 0A000 for another database. */
export function requireRelation(node: RangeVar, context: AnalyzeContext): TableDescriptor {
  const position = context.position(node.location);
  const { catalog } = context;
  if (node.catalogname !== undefined && node.catalogname !== catalog.databaseName) {
    const written = `${node.catalogname}.${relationText(node)}`;
    throw new SqlError('0A000', `cross-database references are not implemented: "${written}"`, { position });
  }
  const relation = catalog.findRelation(node.schemaname, node.relname);
  if (relation === undefined) {
    throw new SqlError('42P01', `relation "${relationText(node)}" does not exist`, { position });
  }
  context.relations.add(relation.oid);
  return relation;
}

/** Fresh output columns for a table's live columns, renamed by the alias's column list. Throws 42P10 when it is too long. */
export function tableColumns(
  table: TableDescriptor,
  alias: Alias | undefined,
  context: AnalyzeContext,
): OutputColumn[] {
  const live = table.columns.filter((column) => !column.dropped);
  const names = renamed(
    live.map((column) => column.name),
    alias,
    alias?.aliasname ?? table.name,
  );
  return live.map((column, i) => ({
    id: context.newColumnId(),
    name: names[i] as string,
    type: column.typeOid,
    typmod: column.typmod,
    collation: column.collation,
    tableOid: table.oid,
    columnNumber: column.number,
  }));
}

/** Applies `AS t(a, b)` to the first names. */
export function renamed(names: readonly string[], alias: Alias | undefined, itemName: string): string[] {
  const given = alias?.colnames ?? [];
  if (given.length > names.length) {
    throw new SqlError(
      '42P10',
      `table "${itemName}" has ${names.length} columns available but ${given.length} columns specified`,
    );
  }
  return names.map((name, i) => given[i] ?? name);
}
