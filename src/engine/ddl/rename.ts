/** ALTER … RENAME and SET SCHEMA. */
import type { Oid } from '../../common/ids.ts';
import { SqlError, notSupported } from '../../common/sql-error.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import { classOid } from '../../catalog/row-builders.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import type { AlterObjectSchemaStmt, RenameStmt } from '../../parser/definition-syntax.ts';
import type { CommandContext, CommandTag } from './context.ts';
import { requireFreeName, requireNamespace, requireRelation, writtenName } from './names.ts';
import { changeRows } from './relation-rows.ts';

const relationTypes: Readonly<Record<string, string>> = {
  OBJECT_TABLE: 'rvSim',
  OBJECT_VIEW: 'v',
  OBJECT_INDEX: 'i',
  OBJECT_SEQUENCE: 'S',
};

export async function rename(node: RenameStmt, context: CommandContext): Promise<CommandTag> {
  const word = node.renameType.replace('OBJECT_', '');
  switch (node.renameType) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_INDEX':
    case 'OBJECT_SEQUENCE':
      await renameRelation(node, context);
      return `ALTER ${word}`;
    case 'OBJECT_COLUMN':
      await renameColumn(node, context);
      return 'ALTER TABLE';
    case 'OBJECT_TABCONSTRAINT':
      await renameConstraint(node, context);
      return 'ALTER TABLE';
    case 'OBJECT_SCHEMA':
      await renameSchema(node, context);
      return 'ALTER SCHEMA';
    case 'OBJECT_ROLE':
      await renameRole(node, context);
      return 'ALTER ROLE';
    default:
      throw notSupported(`ALTER ${word.replaceAll('_', ' ')} RENAME`);
  }
}

/** The relation, or undefined when it may be missing. */
function findTarget(
  node: RenameStmt,
  context: CommandContext,
): { readonly oid: Oid; readonly name: string; readonly namespace: Oid; readonly kind: string } | undefined {
  const { relation } = node;
  if (relation === undefined) throw notSupported('RENAME of this object');
  const namespaces =
    relation.schemaname === undefined
      ? context.catalog.searchPath
      : [context.catalog.findNamespace(relation.schemaname)];
  for (const namespace of namespaces) {
    const oid =
      namespace === undefined ? undefined : context.catalog.cache.findRelationOid(namespace, relation.relname);
    if (oid === undefined || namespace === undefined) continue;
    const [row] = readRows(context.writing, 'pg_class', 'pg_class_oid_index', [oid]);
    return { oid, name: relation.relname, namespace, kind: row?.['relkind'] as string };
  }
  const message = `relation "${writtenName(relation)}" does not exist`;
  if (!node.missing_ok) throw new SqlError('42P01', message);
  context.notice({ severity: 'NOTICE', sqlState: '00000', message: `${message}, skipping` });
  return undefined;
}

async function renameRelation(node: RenameStmt, context: CommandContext): Promise<void> {
  const target = findTarget(node, context);
  if (target === undefined) return;
  const kinds = relationTypes[node.renameType] ?? 'r';
  if (!kinds.includes(target.kind))
    throw new SqlError('42809', `"${target.name}" is not a ${node.renameType.replace('OBJECT_', '').toLowerCase()}`);
  if (target.oid < 16384) throw new SqlError('42501', `permission denied: "${target.name}" is a system catalog`);
  if (target.kind === 'r') await context.lockTable(target.oid, 'access exclusive');
  requireFreeName(target.namespace, node.newname, context);
  await changeRows('pg_class', 'pg_class_oid_index', [target.oid], { relname: node.newname }, context);
  await changeRows(
    'pg_type',
    'pg_type_typname_nsp_index',
    [target.name, target.namespace],
    (row) => (row.values['typrelid'] === target.oid ? { typname: node.newname } : undefined),
    context,
  );
  if (target.kind === 'i') await renameBehind(target.oid, node.newname, context);
  context.catalogChanged();
}

/** An index behind a constraint shares its name. */
async function renameBehind(index: Oid, name: string, context: CommandContext): Promise<void> {
  for (const row of readRows(context.writing, 'pg_depend', 'pg_depend_depender_index', [classOid.relation, index])) {
    if (row['refclassid'] === classOid.constraint) {
      await changeRows(
        'pg_constraint',
        'pg_constraint_oid_index',
        [row['refobjid'] as Oid],
        { conname: name },
        context,
      );
    }
  }
}

async function renameColumn(node: RenameStmt, context: CommandContext): Promise<void> {
  if (node.relation === undefined) throw notSupported('RENAME of this column');
  if (node.missing_ok && findTarget(node, context) === undefined) return;
  const table = requireRelation(node.relation, context, 'rv');
  await context.lockTable(table.oid, 'access exclusive');
  const column = table.columns.find((candidate) => candidate.name === node.subname && !candidate.dropped);
  if (column === undefined) throw new SqlError('42703', `column "${node.subname}" does not exist`);
  if (table.columns.some((candidate) => candidate.name === node.newname && !candidate.dropped)) {
    throw new SqlError('42701', `column "${node.newname}" of relation "${table.name}" already exists`);
  }
  await changeRows(
    'pg_attribute',
    'pg_attribute_relid_attnum_index',
    [table.oid, column.number],
    { attname: node.newname },
    context,
  );
  await renameIndexColumns(table, column.number, node.newname, context);
  context.catalogChanged();
}

async function renameIndexColumns(
  table: TableDescriptor,
  number: number,
  name: string,
  context: CommandContext,
): Promise<void> {
  for (const index of table.indexes) {
    const at = index.columns.indexOf(number);
    if (at >= 0)
      await changeRows(
        'pg_attribute',
        'pg_attribute_relid_attnum_index',
        [index.oid, at + 1],
        { attname: name },
        context,
      );
  }
}

async function renameConstraint(node: RenameStmt, context: CommandContext): Promise<void> {
  if (node.relation === undefined) throw notSupported('RENAME of this constraint');
  const table = requireRelation(node.relation, context, 'r');
  await context.lockTable(table.oid, 'access exclusive');
  const constraint = table.constraints.find((candidate) => candidate.name === node.subname);
  if (constraint === undefined)
    throw new SqlError('42704', `constraint "${node.subname}" for table "${table.name}" does not exist`);
  if (table.constraints.some((candidate) => candidate.name === node.newname)) {
    throw new SqlError('42710', `constraint "${node.newname}" for relation "${table.name}" already exists`);
  }
  if (constraint.kind === 'p' || constraint.kind === 'u') {
    requireFreeName(table.namespaceOid, node.newname, context);
    await changeRows('pg_class', 'pg_class_oid_index', [constraint.indexOid], { relname: node.newname }, context);
  }
  await changeRows('pg_constraint', 'pg_constraint_oid_index', [constraint.oid], { conname: node.newname }, context);
  context.catalogChanged();
}

async function renameSchema(node: RenameStmt, context: CommandContext): Promise<void> {
  const name = node.subname ?? (typeof node.object === 'string' ? node.object : '');
  const oid = context.catalog.findNamespace(name);
  if (oid === undefined) throw new SqlError('3F000', `schema "${name}" does not exist`);
  if (context.catalog.findNamespace(node.newname) !== undefined)
    throw new SqlError('42P06', `schema "${node.newname}" already exists`);
  if (node.newname.startsWith('pg_')) {
    throw new SqlError('42939', `unacceptable schema name "${node.newname}"`, {
      detail: 'The prefix "pg_" is reserved for system schemas.',
    });
  }
  await changeRows('pg_namespace', 'pg_namespace_oid_index', [oid], { nspname: node.newname }, context);
  context.catalogChanged();
}

async function renameRole(node: RenameStmt, context: CommandContext): Promise<void> {
  const name = node.subname ?? '';
  const oid = context.catalog.findRole(name);
  if (oid === undefined) throw new SqlError('42704', `role "${name}" does not exist`);
  if (context.catalog.findRole(node.newname) !== undefined)
    throw new SqlError('42710', `role "${node.newname}" already exists`);
  await changeRows('pg_authid', 'pg_authid_oid_index', [oid], { rolname: node.newname }, context);
  context.catalogChanged();
}

export async function setSchema(node: AlterObjectSchemaStmt, context: CommandContext): Promise<CommandTag> {
  const word = node.objectType.replace('OBJECT_', '');
  if (node.relation === undefined || relationTypes[node.objectType] === undefined)
    throw notSupported(`ALTER ${word} SET SCHEMA`);
  const relation = requireRelation(node.relation, context, relationTypes[node.objectType]);
  const namespace = requireNamespace(node.newschema, context);
  if (namespace === relation.namespaceOid) return `ALTER ${word}`;
  requireFreeName(namespace, relation.name, context);
  const moved: Oid[] = [
    relation.oid,
    ...relation.indexes.map((index) => index.oid),
    ...relation.columns.map((column) => column.ownedSequence).filter((oid) => oid !== 0),
  ];
  for (const oid of moved) {
    await changeRows('pg_class', 'pg_class_oid_index', [oid], { relnamespace: namespace }, context);
    await changeRows(
      'pg_depend',
      'pg_depend_depender_index',
      [classOid.relation, oid],
      (row) => (row.values['refclassid'] === classOid.namespace ? { refobjid: namespace } : undefined),
      context,
    );
  }
  await changeRows(
    'pg_type',
    'pg_type_typname_nsp_index',
    [relation.name, relation.namespaceOid],
    { typnamespace: namespace },
    context,
  );
  for (const constraint of relation.constraints)
    await changeRows(
      'pg_constraint',
      'pg_constraint_oid_index',
      [constraint.oid],
      { connamespace: namespace },
      context,
    );
  context.catalogChanged();
  return `ALTER ${word}`;
}
