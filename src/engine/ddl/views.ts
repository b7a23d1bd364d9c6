/** CREATE VIEW, CREATE TABLE AS and SELECT INTO. */
import type { Oid } from '../../common/ids.ts';
import { SqlError, notSupported } from '../../common/sql-error.ts';
import { serializeQuery } from '../../algebra/serialize.ts';
import type { OutputColumn, Query } from '../../algebra/query.ts';
import type { BoundStatement } from '../../algebra/statement.ts';
import { analyze } from '../../analyzer/analyze.ts';
import { columnReference } from '../../analyzer/make.ts';
import { typeText } from '../../analyzer/type-name.ts';
import { typeOids } from '../../functions/type-oids.ts';
import { insertRow } from '../../catalog/catalog-rows.ts';
import { classOid } from '../../catalog/row-builders.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import type { CreateTableAsStmt, ViewStmt } from '../../parser/definition-syntax.ts';
import type { Statement } from '../../parser/syntax.ts';
import { visitQuery } from '../../algebra/walk.ts';
import type { CommandContext, CommandTag } from './context.ts';
import { isStorable, storedColumn } from './create-table.ts';
import { creationNamespace, kindWord, relationExists, requireFreeName } from './names.ts';
import { changeRows, depend, insertColumn, insertRelation, removeRows, type NewColumn } from './relation-rows.ts';

function boundQuery(
  statement: Statement,
  context: CommandContext,
): { readonly query: Query; readonly bound: BoundStatement } {
  const bound = analyze(statement, context.analyzeOptions());
  if (bound.statement.kind !== 'select') throw notSupported('a view over a modification');
  return { query: bound.statement.query, bound };
}

function columnsOf(
  output: readonly OutputColumn[],
  names: readonly string[],
  what: string,
  context: CommandContext,
): NewColumn[] {
  if (names.length > output.length) {
    throw new SqlError(
      '42601',
      what === 'view' ? 'CREATE VIEW specifies more column names than columns' : 'too many column names were specified',
    );
  }
  const seen = new Set<string>();
  return output.map((column, i) => {
    const name = names[i] ?? column.name;
    if (seen.has(name)) throw new SqlError('42701', `column "${name}" specified more than once`);
    seen.add(name);
    // pg_stats shows values of any type as anyarray.
    const isShown = what === 'view' && column.type === typeOids.anyarray;
    if (!isShown && !isStorable(column.type)) {
      throw new SqlError('42P16', `column "${name}" has pseudo-type ${typeText(column.type, context.catalog)}`);
    }
    return {
      number: i + 1,
      name,
      typeOid: column.type,
      typmod: column.typmod,
      collation: column.collation,
      notNull: false,
      identity: '',
      generated: '',
      dimensions: 0,
      default: undefined,
      hasMissing: false,
    };
  });
}

export async function createView(node: ViewStmt, context: CommandContext): Promise<CommandTag> {
  if (node.withCheckOption !== 'NO_CHECK_OPTION') throw notSupported('WITH CHECK OPTION');
  for (const option of node.options) throw notSupported(`view option "${option.defname}"`);
  const { query, bound } = boundQuery(node.query, context);
  const namespace = await creationNamespace(node.view, context);
  const columns = columnsOf(query.output, node.aliases, 'view', context);
  const name = node.view.relname;
  if (relationExists(namespace, name, context)) {
    if (!node.replace) requireFreeName(namespace, name, context);
    await replaceView(name, namespace, columns, query, bound.relations, context);
    return 'CREATE VIEW';
  }
  const oid = context.newOid();
  const persistence = node.view.relpersistence;
  await insertRelation(
    { oid, name, namespace, kind: 'v', persistence, columns, hasIndex: false, hasRules: true },
    context,
  );
  await insertRule(oid, query, bound.relations, context);
  context.catalogChanged();
  return 'CREATE VIEW';
}

async function insertRule(view: Oid, query: Query, relations: readonly Oid[], context: CommandContext): Promise<void> {
  const oid = context.newOid();
  await insertRow(context.writing, 'pg_rewrite', {
    oid,
    rulename: '_RETURN',
    ev_class: view,
    ev_type: '1',
    ev_enabled: 'O',
    is_instead: true,
    ev_qual: '<>',
    ev_action: serializeQuery(query),
  });
  await depend([classOid.rewrite, oid, 0], [classOid.relation, view, 0], 'i', context);
  for (const [table, columns] of columnsUsedOf(query, relations)) {
    for (const column of columns.size === 0 ? [0] : columns) {
      await depend([classOid.rewrite, oid, 0], [classOid.relation, table, column], 'n', context);
    }
  }
}

/** Relations a query reads, with the columns it mentions of each. */
function columnsUsedOf(query: Query, relations: readonly Oid[]): Map<Oid, Set<number>> {
  const used = new Map<Oid, Set<number>>(relations.map((oid) => [oid, new Set<number>()]));
  const source = new Map<number, readonly [Oid, number]>();
  const note = (columns: readonly OutputColumn[]) => {
    for (const column of columns)
      if (column.tableOid !== 0) source.set(column.id, [column.tableOid, column.columnNumber]);
  };
  const collect = (inner: Query): void => {
    if (inner.kind === 'set-operation') {
      collect(inner.left);
      collect(inner.right);
    }
    if (inner.kind !== 'select') return;
    const items = [...inner.from];
    for (const item of items) {
      if (item.kind === 'join') items.push(item.left, item.right);
      else note(item.columns);
      if (item.kind === 'subquery') collect(item.query);
    }
  };
  collect(query);
  visitQuery(query, (node) => {
    if (node.kind === 'subquery') collect(node.query);
  });
  visitQuery(query, (node) => {
    if (node.kind !== 'column') return;
    const found = source.get(node.column);
    if (found !== undefined) used.get(found[0])?.add(found[1]);
  });
  return used;
}

/** CREATE OR REPLACE VIEW: the old columns stay as they are, new ones may follow. */
async function replaceView(
  name: string,
  namespace: Oid,
  columns: readonly NewColumn[],
  query: Query,
  relations: readonly Oid[],
  context: CommandContext,
): Promise<void> {
  const view = context.catalog.getRelation(
    context.catalog.cache.findRelationOid(namespace, name) ?? 0,
  ) as TableDescriptor;
  if (view.kind !== 'v')
    throw new SqlError('42809', `"${name}" is not a view`, {
      detail: `This operation is not supported for ${kindWord(view)}s.`,
    });
  const old = view.columns;
  if (columns.length < old.length) throw new SqlError('42P16', 'cannot drop columns from view');
  for (const [i, column] of old.entries()) {
    const now = columns[i] as NewColumn;
    if (now.name !== column.name) {
      throw new SqlError('42P16', `cannot change name of view column "${column.name}" to "${now.name}"`, {
        hint: 'Use ALTER VIEW ... RENAME COLUMN ... to change name of view column instead.',
      });
    }
    if (now.typeOid !== column.typeOid || now.typmod !== column.typmod) {
      const text = (type: Oid) => typeText(type, context.catalog);
      throw new SqlError(
        '42P16',
        `cannot change data type of view column "${column.name}" from ${text(column.typeOid)} to ${text(now.typeOid)}`,
      );
    }
  }
  for (const column of columns.slice(old.length)) await insertColumn(view.oid, column, context);
  const rules: Oid[] = [];
  await removeRows('pg_rewrite', 'pg_rewrite_rel_rulename_index', [view.oid], context, (row) => {
    rules.push(row.values['oid'] as Oid);
    return false;
  });
  for (const rule of rules)
    await removeRows('pg_depend', 'pg_depend_depender_index', [classOid.rewrite, rule], context);
  await insertRule(view.oid, query, relations, context);
  await changeRows('pg_class', 'pg_class_oid_index', [view.oid], { relnatts: columns.length }, context);
  context.catalogChanged();
}

export async function createTableAs(node: CreateTableAsStmt, context: CommandContext): Promise<CommandTag> {
  if (node.objtype !== 'OBJECT_TABLE') throw notSupported('CREATE MATERIALIZED VIEW');
  const { into } = node;
  const namespace = await creationNamespace(into.rel, context);
  const name = into.rel.relname;
  const tag = node.is_select_into ? 'SELECT INTO' : 'CREATE TABLE AS';
  if (node.if_not_exists && relationExists(namespace, name, context)) {
    context.notice({ severity: 'NOTICE', sqlState: '42P07', message: `relation "${name}" already exists, skipping` });
    return tag;
  }
  requireFreeName(namespace, name, context);
  if (node.query.kind === 'ExecuteStmt') throw notSupported('CREATE TABLE AS EXECUTE');
  const { query, bound } = boundQuery(node.query, context);
  const columns = columnsOf(query.output, into.colNames, 'table', context);
  const oid = context.newOid();
  const definition = {
    tableOid: oid,
    columns: columns.map(storedColumn),
    clusterKey: undefined,
    clusterIndexOid: 0,
    indexes: [],
  };
  await context.tables.createTable(definition, context.transaction);
  const persistence = into.rel.relpersistence;
  await insertRelation(
    { oid, name, namespace, kind: 'r', persistence, columns, hasIndex: false, hasRules: false },
    context,
  );
  context.catalogChanged();
  if (into.skipData) return tag;
  const count = await fill(oid, query, bound.nextId, context);
  return `SELECT ${count}`;
}

/** INSERT INTO the new table the query's rows. */
async function fill(table: Oid, query: Query, nextId: number, context: CommandContext): Promise<number> {
  const descriptor = context.catalog.getRelation(table) as TableDescriptor;
  let next = nextId;
  const fresh = (column: OutputColumn): OutputColumn => ({ ...column, id: next++ as OutputColumn['id'] });
  const columns = query.output.map((column, i) => fresh({ ...column, tableOid: table, columnNumber: i + 1 }));
  const newColumns = columns.map(fresh);
  const { modified } = await context.run({
    statement: {
      kind: 'insert',
      with: [],
      table: descriptor,
      relation: next++ as never,
      alias: descriptor.name,
      columns,
      newColumns,
      checks: [],
      generated: [],
      returning: [],
      source: query,
      values: query.output.map((column, i) => ({ column: i + 1, expression: columnReference(column) })),
      onConflict: undefined,
    },
    output: [],
    parameterTypes: [],
    nextId: next,
    relations: [table],
    command: 'INSERT',
  });
  return modified;
}
