/** CREATE INDEX, and building an index over the rows there are. */
import type { Oid } from '../../common/ids.ts';
import { SqlError, notSupported } from '../../common/sql-error.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import { decodeKeyPart } from '../../types/key-encoding.ts';
import { getType } from '../../types/registry.ts';
import type { IndexStmt } from '../../parser/definition-syntax.ts';
import type { CommandContext, CommandTag } from './context.ts';
import { indexDefinition, requireIndexable, type IndexPlan } from './index-plan.ts';
import { freeRelationName, relationExists, requireFreeName, requireRelation } from './names.ts';
import { changeRows, insertIndex } from './relation-rows.ts';

export async function createIndex(node: IndexStmt, context: CommandContext): Promise<CommandTag> {
  refuseUnsupported(node);
  if (node.concurrent) context.requireNoTransactionBlock('CREATE INDEX CONCURRENTLY');
  const table = requireRelation(node.relation, context, 'r');
  await context.lockTable(table.oid, 'share');
  const names = node.indexParams.map((part) => part.name ?? 'expr');
  if (node.idxname !== undefined && relationExists(table.namespaceOid, node.idxname, context)) {
    if (!node.if_not_exists) requireFreeName(table.namespaceOid, node.idxname, context);
    context.notice({
      severity: 'NOTICE',
      sqlState: '42P07',
      message: `relation "${node.idxname}" already exists, skipping`,
    });
    return 'CREATE INDEX';
  }
  const name =
    node.idxname ?? freeRelationName(table.name, names.join('_'), 'idx', table.namespaceOid, new Set(), context);
  const index = planIndex(node, name, table, context);
  await addIndex(index, table, 0, context);
  return 'CREATE INDEX';
}

function refuseUnsupported(node: IndexStmt): void {
  if (node.accessMethod !== 'btree' && node.accessMethod !== '') {
    const known = ['hash', 'gist', 'gin', 'spgist', 'brin'].includes(node.accessMethod);
    if (known) throw notSupported(`access method "${node.accessMethod}"`);
    throw new SqlError('42704', `access method "${node.accessMethod}" does not exist`);
  }
  if (node.whereClause !== undefined) throw notSupported('a partial index (WHERE)');
  if (node.indexIncludingParams.length > 0) throw notSupported('INCLUDE columns in an index');
}

function planIndex(node: IndexStmt, name: string, table: TableDescriptor, context: CommandContext): IndexPlan {
  if (node.indexParams.length > 32) throw new SqlError('54011', 'cannot use more than 32 columns in an index');
  const columns = node.indexParams.map((part) => {
    if (part.name === undefined) throw notSupported('an index on an expression');
    if (part.opclass.length > 0 && !/^(\w+_ops)$/.test(part.opclass.at(-1) ?? '')) {
      throw new SqlError('42704', `operator class "${part.opclass.at(-1)}" does not exist for access method "btree"`);
    }
    if (part.opclass.at(-1)?.includes('pattern') === true) throw notSupported('pattern operator classes');
    const column = table.columns.find((candidate) => candidate.name === part.name && !candidate.dropped);
    if (column === undefined) throw new SqlError('42703', `column "${part.name}" does not exist`);
    requireIndexable(column);
    return column;
  });
  const descending = node.indexParams.map((part) => part.ordering === 'SORTBY_DESC');
  const nullsFirst = node.indexParams.map((part, i) =>
    part.nulls_ordering === 'SORTBY_NULLS_DEFAULT'
      ? (descending[i] as boolean)
      : part.nulls_ordering === 'SORTBY_NULLS_FIRST',
  );
  return {
    oid: context.newOid(),
    name,
    columns,
    descending,
    nullsFirst,
    unique: node.unique,
    primary: false,
    nullsNotDistinct: node.nulls_not_distinct,
    deferrable: false,
  };
}

/** Builds the index and writes its rows; `constraint` is the one it stands behind, or 0. */
export async function addIndex(
  index: IndexPlan,
  table: TableDescriptor,
  constraint: Oid,
  context: CommandContext,
): Promise<void> {
  await buildIndex(index, table, context);
  const { oid, namespaceOid: namespace, persistence } = table;
  await insertIndex(index, { oid, namespace, persistence }, constraint, context);
  await changeRows('pg_class', 'pg_class_oid_index', [table.oid], { relhasindex: true }, context);
  context.catalogChanged();
}

async function buildIndex(index: IndexPlan, table: TableDescriptor, context: CommandContext): Promise<void> {
  const build = await context.tables.createIndex(table.oid, indexDefinition(index), context.transaction);
  try {
    for (;;) {
      const step = await context.whenReady((waiter) => build.step(waiter));
      if (step.kind === 'done') return;
      if (step.kind === 'unique') throw duplicateKey(index, table, step.conflictKey);
      await context.yieldNow();
    }
  } finally {
    build.close();
  }
}

function duplicateKey(index: IndexPlan, table: TableDescriptor, key: Uint8Array): SqlError {
  const names = index.columns.map((column) => column.name).join(', ');
  return new SqlError('23505', `could not create unique index "${index.name}"`, {
    detail: `Key (${names})=(${keyText(index, key)}) is duplicated.`,
    schema: table.schema,
    table: table.name,
    constraint: index.name,
  });
}

/** The values of an encoded key as text, where its types can be read back. */
function keyText(index: IndexPlan, key: Uint8Array): string {
  const values: string[] = [];
  let offset = 0;
  for (const [i, column] of index.columns.entries()) {
    const type = getType(column.typeOid);
    if (type.decodeKey === undefined) return '...';
    const { value, next } = decodeKeyPart(type, key, offset, index.descending[i] ?? false);
    offset = next;
    values.push(value === null ? 'null' : String(value));
  }
  return values.join(', ');
}
