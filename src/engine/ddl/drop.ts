/** DROP of relations, schemas and types, with everything that depends on them; and TRUNCATE. */
import type { Oid } from '../../common/ids.ts';
import { SqlError, notSupported } from '../../common/sql-error.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import { classOid } from '../../catalog/row-builders.ts';
import { firstUserOid } from '../../catalog/system-tables.ts';
import type { RelationKind, TableDescriptor } from '../../catalog/descriptors.ts';
import type { DropStmt, ObjectName, TruncateStmt } from '../../parser/definition-syntax.ts';
import type { CommandContext, CommandTag } from './context.ts';
import { collectDrops, describeObject, ownerOf, relationAddress, type ObjectAddress } from './dependencies.ts';
import { kindWord, requireRelation } from './names.ts';
import { changeRows, countChecks, removeRows } from './relation-rows.ts';
import { restartSequence } from './sequences.ts';

const relationKinds: Readonly<Record<string, { readonly kinds: string; readonly word: string }>> = {
  OBJECT_TABLE: { kinds: 'r', word: 'table' },
  OBJECT_VIEW: { kinds: 'v', word: 'view' },
  OBJECT_INDEX: { kinds: 'i', word: 'index' },
  OBJECT_SEQUENCE: { kinds: 'S', word: 'sequence' },
  OBJECT_MATVIEW: { kinds: 'm', word: 'materialized view' },
};

export async function drop(node: DropStmt, context: CommandContext): Promise<CommandTag> {
  const relation = relationKinds[node.removeType];
  const cascade = node.behavior === 'DROP_CASCADE';
  if (relation !== undefined) {
    if (node.concurrent) context.requireNoTransactionBlock('DROP INDEX CONCURRENTLY');
    const roots = await relationRoots(node, relation, context);
    await dropObjects(roots, cascade, context);
    return `DROP ${relation.word.toUpperCase()}`;
  }
  if (node.removeType === 'OBJECT_SCHEMA') {
    await dropSchemas(node, cascade, context);
    return 'DROP SCHEMA';
  }
  throw notSupported(`DROP ${node.removeType.replace('OBJECT_', '').replaceAll('_', ' ')}`);
}

function nameParts(object: ObjectName): string[] {
  if (typeof object === 'string') return [object];
  return Array.isArray(object) ? object.filter((part): part is string => typeof part === 'string') : [];
}

async function relationRoots(
  node: DropStmt,
  wanted: { readonly kinds: string; readonly word: string },
  context: CommandContext,
): Promise<ObjectAddress[]> {
  const roots: ObjectAddress[] = [];
  for (const object of node.objects) {
    const parts = nameParts(object);
    const name = parts.at(-1) ?? '';
    const schema = parts.length > 1 ? parts.at(-2) : undefined;
    const oid = findRelationOid(schema, name, context);
    if (oid === undefined) {
      missingRelation(node, wanted.word, schema, name, context);
      continue;
    }
    const [row] = readRows(context.writing, 'pg_class', 'pg_class_oid_index', [oid]);
    const kind = row?.['relkind'] as RelationKind;
    if (!wanted.kinds.includes(kind)) throw wrongKind(name, kind, wanted.word);
    const root = relationAddress(oid);
    if (oid < firstUserOid) {
      throw new SqlError(
        '2BP01',
        `cannot drop ${describeObject(root, context)} because it is required by the database system`,
      );
    }
    if (kind === 'r') await context.lockTable(oid, 'access exclusive');
    refuseInnerPart(root, context);
    roots.push(root);
  }
  return roots;
}

function findRelationOid(schema: string | undefined, name: string, context: CommandContext): Oid | undefined {
  const { catalog } = context;
  const namespaces = schema === undefined ? catalog.searchPath : [catalog.findNamespace(schema)];
  for (const namespace of namespaces) {
    const oid = namespace === undefined ? undefined : catalog.cache.findRelationOid(namespace, name);
    if (oid !== undefined) return oid;
  }
  return undefined;
}

function missingRelation(
  node: DropStmt,
  word: string,
  schema: string | undefined,
  name: string,
  context: CommandContext,
): void {
  const { catalog } = context;
  const noSchema = schema !== undefined && catalog.findNamespace(schema) === undefined;
  const what = noSchema ? `schema "${schema}"` : `${word} "${schema === undefined ? name : `${schema}.${name}`}"`;
  if (!node.missing_ok) {
    throw noSchema
      ? new SqlError('3F000', `${what} does not exist`)
      : new SqlError(word === 'index' ? '42704' : '42P01', `${what} does not exist`);
  }
  context.notice({
    severity: 'NOTICE',
    sqlState: '00000',
    message: `${noSchema ? what : `${word} "${name}"`} does not exist, skipping`,
  });
}

const article = (word: string) => (/^[aeiou]/.test(word) ? 'an' : 'a');

function wrongKind(name: string, kind: RelationKind, wanted: string): SqlError {
  const actual = kindWord({ kind });
  return new SqlError('42809', `"${name}" is not ${article(wanted)} ${wanted}`, {
    hint: `Use DROP ${actual.toUpperCase()} to remove ${article(actual)} ${actual}.`,
  });
}

/** An index behind a constraint goes with the constraint only. */
function refuseInnerPart(root: ObjectAddress, context: CommandContext): void {
  const owner = ownerOf(root, context);
  if (owner === undefined) return;
  const [own, whole] = [describeObject(root, context), describeObject(owner, context)];
  throw new SqlError('2BP01', `cannot drop ${own} because ${whole} requires it`, {
    hint: `You can drop ${whole} instead.`,
  });
}

/** Drops the objects and all that hangs on them. */
export async function dropObjects(
  roots: readonly ObjectAddress[],
  cascade: boolean,
  context: CommandContext,
): Promise<void> {
  for (const object of collectDrops(roots, cascade, context)) await dropOne(object, context);
  context.catalogChanged();
}

async function dropOne(object: ObjectAddress, context: CommandContext): Promise<void> {
  switch (object.classOid) {
    case classOid.relation:
      if (object.column === 0) await dropRelation(object.oid, context);
      else await dropColumn(object.oid, object.column, context);
      break;
    case classOid.constraint:
      await dropConstraint(object.oid, context);
      break;
    case classOid.attributeDefault:
      await dropDefault(object.oid, context);
      break;
    case classOid.type:
      await removeRows('pg_type', 'pg_type_oid_index', [object.oid], context);
      break;
    case classOid.namespace:
      await removeRows('pg_namespace', 'pg_namespace_oid_index', [object.oid], context);
      break;
    default:
      throw notSupported(`dropping ${describeObject(object, context)}`);
  }
  if (object.column === 0) await forget(object, context);
}

/** Comments and dependencies of an object that is gone. */
async function forget(object: ObjectAddress, context: CommandContext): Promise<void> {
  await removeRows('pg_depend', 'pg_depend_depender_index', [object.classOid, object.oid], context);
  await removeRows('pg_description', 'pg_description_o_c_o_index', [object.oid, object.classOid], context);
}

async function dropRelation(oid: Oid, context: CommandContext): Promise<void> {
  const [row] = readRows(context.writing, 'pg_class', 'pg_class_oid_index', [oid]);
  if (row === undefined) return;
  const { transaction, tables } = context;
  switch (row['relkind']) {
    case 'r':
    case 'm':
      await context.lockTable(oid, 'access exclusive');
      await removeRows('pg_statistic', 'pg_statistic_relid_att_inh_index', [oid], context);
      await tables.dropTable(oid, transaction);
      break;
    case 'S':
      await tables.sequences.drop(oid, transaction);
      await removeRows('pg_sequence', 'pg_sequence_seqrelid_index', [oid], context);
      break;
    case 'i':
      await dropStoredIndex(oid, context);
      break;
    case 'v': {
      const [rule] = readRows(context.writing, 'pg_rewrite', 'pg_rewrite_rel_rulename_index', [oid]);
      await removeRows('pg_rewrite', 'pg_rewrite_rel_rulename_index', [oid], context);
      if (rule !== undefined) await forget({ classOid: classOid.rewrite, oid: rule['oid'] as Oid, column: 0 }, context);
      break;
    }
    default:
      break;
  }
  await removeRows('pg_attribute', 'pg_attribute_relid_attnum_index', [oid], context);
  await removeRows('pg_class', 'pg_class_oid_index', [oid], context);
}

async function dropStoredIndex(oid: Oid, context: CommandContext): Promise<void> {
  const [row] = readRows(context.writing, 'pg_index', 'pg_index_indexrelid_index', [oid]);
  await removeRows('pg_index', 'pg_index_indexrelid_index', [oid], context);
  const table = row?.['indrelid'] as Oid | undefined;
  if (table === undefined || context.tables.find(table) === undefined) return;
  const stored = context.tables.find(table);
  if (stored?.indexes.some((index) => index.indexOid === oid) === true) {
    await context.tables.dropIndex(table, oid, context.transaction);
  }
}

async function dropConstraint(oid: Oid, context: CommandContext): Promise<void> {
  const [row] = readRows(context.writing, 'pg_constraint', 'pg_constraint_oid_index', [oid]);
  if (row?.['contype'] === 'c') await countChecks(row['conrelid'] as Oid, -1, context);
  await removeRows('pg_constraint', 'pg_constraint_oid_index', [oid], context);
}

async function dropDefault(oid: Oid, context: CommandContext): Promise<void> {
  const [row] = readRows(context.writing, 'pg_attrdef', 'pg_attrdef_oid_index', [oid]);
  await removeRows('pg_attrdef', 'pg_attrdef_oid_index', [oid], context);
  if (row === undefined) return;
  await changeRows(
    'pg_attribute',
    'pg_attribute_relid_attnum_index',
    [row['adrelid'] as Oid, row['adnum'] as number],
    { atthasdef: false },
    context,
  );
}

/** The column stays in storage, nameless and NULL; see changeColumns. */
async function dropColumn(table: Oid, column: number, context: CommandContext): Promise<void> {
  const stored = context.tables.find(table);
  if (stored === undefined) return;
  const columns = stored.columns.map((own, i) => (i === column - 1 ? { ...own, dropped: true } : own));
  await context.tables.changeColumns(table, columns, context.transaction);
  const changes = {
    attname: `........pg.dropped.${column}........`,
    atttypid: 0,
    attisdropped: true,
    attnotnull: false,
    atthasdef: false,
    atthasmissing: false,
    attidentity: '',
    attgenerated: '',
  };
  await changeRows('pg_attribute', 'pg_attribute_relid_attnum_index', [table, column], changes, context);
  await removeRows('pg_statistic', 'pg_statistic_relid_att_inh_index', [table, column], context);
  await removeRows('pg_description', 'pg_description_o_c_o_index', [table, classOid.relation, column], context);
}

async function dropSchemas(node: DropStmt, cascade: boolean, context: CommandContext): Promise<void> {
  const roots: ObjectAddress[] = [];
  for (const object of node.objects) {
    const name = nameParts(object)[0] ?? '';
    const oid = context.catalog.findNamespace(name);
    if (oid === undefined) {
      if (!node.missing_ok) throw new SqlError('3F000', `schema "${name}" does not exist`);
      context.notice({ severity: 'NOTICE', sqlState: '00000', message: `schema "${name}" does not exist, skipping` });
      continue;
    }
    if (oid < firstUserOid && name !== 'public') {
      throw new SqlError('2BP01', `cannot drop schema ${name} because it is required by the database system`);
    }
    roots.push({ classOid: classOid.namespace, oid, column: 0 });
  }
  await dropObjects(roots, cascade, context);
}

export async function truncate(node: TruncateStmt, context: CommandContext): Promise<CommandTag> {
  const tables: TableDescriptor[] = [];
  for (const relation of node.relations) {
    const table = requireRelation(relation, context, 'r');
    if (!tables.some((other) => other.oid === table.oid)) tables.push(table);
  }
  if (node.behavior === 'DROP_CASCADE') addReferencing(tables, context);
  else refuseReferenced(tables, context);
  for (const table of tables) await context.lockTable(table.oid, 'access exclusive');
  for (const table of tables) {
    await context.tables.truncate(table.oid, context.transaction);
    if (!node.restart_seqs) continue;
    for (const column of table.columns)
      if (column.ownedSequence !== 0) await restartSequence(column.ownedSequence, context);
  }
  context.catalogChanged();
  return 'TRUNCATE TABLE';
}

function addReferencing(tables: TableDescriptor[], context: CommandContext): void {
  for (let i = 0; i < tables.length; i++) {
    for (const { tableOid } of (tables[i] as TableDescriptor).referencedBy) {
      if (tables.some((table) => table.oid === tableOid)) continue;
      const referencing = context.catalog.getRelation(tableOid);
      if (referencing === undefined) continue;
      context.notice({
        severity: 'NOTICE',
        sqlState: '00000',
        message: `truncate cascades to table "${referencing.name}"`,
      });
      tables.push(referencing);
    }
  }
}

function refuseReferenced(tables: readonly TableDescriptor[], context: CommandContext): void {
  for (const table of tables) {
    for (const { tableOid } of table.referencedBy) {
      if (tables.some((other) => other.oid === tableOid)) continue;
      const referencing = context.catalog.getRelation(tableOid);
      throw new SqlError('0A000', 'cannot truncate a table referenced in a foreign key constraint', {
        detail: `Table "${referencing?.name}" references "${table.name}".`,
        hint: `Truncate table "${referencing?.name}" at the same time, or use TRUNCATE ... CASCADE.`,
      });
    }
  }
}
