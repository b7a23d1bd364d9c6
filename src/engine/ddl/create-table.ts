/** CREATE TABLE: columns and constraints resolved, storage made, catalog rows written. */
import type { Oid } from '../../common/ids.ts';
import { SqlError, notSupported } from '../../common/sql-error.ts';
import { findType, getType } from '../../types/registry.ts';
import { typeOids } from '../../functions/type-oids.ts';
import { findFunctions } from '../../functions/registry.ts';
import type { StoredColumn } from '../../tables/access-method.ts';
import type { TableDefinition } from '../../tables/storage.ts';
import type { Expression } from '../../algebra/expression.ts';
import type { Constraint, CreateStmt, TableLikeClause } from '../../parser/definition-syntax.ts';
import { AnalyzeContext } from '../../analyzer/context.ts';
import { constant, functionCall } from '../../analyzer/make.ts';
import { readColumn, type WrittenColumn } from './column-definition.ts';
import {
  planCheck,
  planForeignKey,
  planKey,
  type CheckConstraint,
  type ConstraintTarget,
  type ForeignKey,
  type KeyConstraint,
} from './constraints.ts';
import type { CommandContext, CommandTag } from './context.ts';
import { defaultExpression, generatedExpression, ownDefault, type StoredExpression } from './expressions.ts';
import { canCluster, indexDefinition, keyParts } from './index-plan.ts';
import { creationNamespace, freeRelationName, relationExists, requireFreeName, requireRelation } from './names.ts';
import { insertConstraint, insertIndex, insertRelation, type NewColumn } from './relation-rows.ts';
import { makeSequence, ownSequence, readOptions } from './sequences.ts';

const columnsMax = 1600;

export async function createTable(node: CreateStmt, context: CommandContext): Promise<CommandTag> {
  refuseUnsupported(node);
  const namespace = await creationNamespace(node.relation, context);
  const name = node.relation.relname;
  if (node.if_not_exists && relationExists(namespace, name, context)) {
    context.notice({ severity: 'NOTICE', sqlState: '42P07', message: `relation "${name}" already exists, skipping` });
    return 'CREATE TABLE';
  }
  requireFreeName(namespace, name, context);
  const columns = readColumns(node, context);
  const oid = context.newOid();
  const target: ConstraintTarget = {
    oid,
    name,
    namespace,
    columns,
    constraintNames: new Set(),
    relationNames: new Set([name]),
  };
  const keys = planKeys(node, columns, target, context);
  const primary = keys.find((key) => key.kind === 'p');
  const checks = constraintsOf(node, columns, 'CONSTR_CHECK').map(([constraint, column]) =>
    planCheck(constraint, column, target, context),
  );
  const sequences = await makeSequences(columns, namespace, name, node.relation.relpersistence, context);
  const generated = new Set(columns.filter((column) => column.generated !== undefined).map((column) => column.number));
  const newColumns = columns.map((column) =>
    newColumn(column, columns, name, primary, sequences.get(column.number), generated, context),
  );

  await context.tables.createTable(tableDefinition(oid, columns, keys), context.transaction);
  const persistence = node.relation.relpersistence;
  await insertRelation(
    { oid, name, namespace, kind: 'r', persistence, columns: newColumns, hasIndex: keys.length > 0, hasRules: false },
    context,
  );
  for (const column of columns) {
    const sequence = sequences.get(column.number);
    if (sequence !== undefined)
      await ownSequence(sequence, oid, column.number, column.identity === undefined ? 'a' : 'i', context);
  }
  for (const key of keys) await insertKey(key, { oid, namespace, persistence }, context);
  for (const check of checks) await insertCheck(check, oid, namespace, context);
  context.catalogChanged();
  for (const [constraint, column] of constraintsOf(node, columns, 'CONSTR_FOREIGN')) {
    const foreign = planForeignKey(constraint, column, target, context);
    await insertForeignKey({ ...foreign, validated: true }, oid, namespace, context);
  }
  context.catalogChanged();
  return 'CREATE TABLE';
}

function refuseUnsupported(node: CreateStmt): void {
  if (node.inhRelations.length > 0 && node.partbound === undefined) throw notSupported('INHERITS');
  if (node.partspec !== undefined || node.partbound !== undefined) throw notSupported('PARTITION BY');
  if (node.ofTypename !== undefined) throw notSupported('CREATE TABLE OF');
  if (node.oncommit === 'ONCOMMIT_DROP' || node.oncommit === 'ONCOMMIT_DELETE_ROWS') throw notSupported('ON COMMIT');
  if (node.tablespacename !== undefined && node.tablespacename !== 'pg_default') {
    throw new SqlError('42704', `tablespace "${node.tablespacename}" does not exist`);
  }
  if (node.accessMethod !== undefined && node.accessMethod !== 'heap') {
    throw new SqlError('42704', `access method "${node.accessMethod}" does not exist`);
  }
  for (const option of node.options) {
    // Storage tuning of PostgreSQL's heap says nothing here; pgbench -i writes fillfactor.
    if (!['fillfactor', 'autovacuum_enabled', 'toast_tuple_target', 'parallel_workers'].includes(option.defname)) {
      throw new SqlError('22023', `unrecognized parameter "${option.defname}"`);
    }
  }
}

function readColumns(node: CreateStmt, context: CommandContext): WrittenColumn[] {
  const columns: WrittenColumn[] = [];
  const add = (column: WrittenColumn) => {
    if (columns.some((other) => other.name === column.name)) {
      throw new SqlError('42701', `column "${column.name}" specified more than once`);
    }
    if (['tableoid', 'cmax', 'xmax', 'cmin', 'xmin', 'ctid'].includes(column.name)) {
      throw new SqlError('42701', `column name "${column.name}" conflicts with a system column name`);
    }
    columns.push(column);
  };
  for (const element of node.tableElts) {
    if (element.kind === 'ColumnDef') add(readColumn(element, columns.length + 1, node.relation.relname, context));
    if (element.kind === 'TableLikeClause')
      for (const column of likeColumns(element, columns.length, context)) add(column);
  }
  if (columns.length > columnsMax) throw new SqlError('54011', `tables can have at most ${columnsMax} columns`);
  return columns;
}

function likeColumns(node: TableLikeClause, before: number, context: CommandContext): WrittenColumn[] {
  if (node.options !== 0) throw notSupported('LIKE with INCLUDING');
  const source = requireRelation(node.relation, context);
  return source.columns
    .filter((column) => !column.dropped)
    .map((column, i) => ({
      number: before + i + 1,
      name: column.name,
      typeOid: column.typeOid,
      typmod: column.typmod,
      collation: column.collation,
      dimensions: 0,
      notNull: column.notNull,
      default: undefined,
      generated: undefined,
      identity: undefined,
      serial: false,
      constraints: [],
    }));
}

/** Constraints of a kind, at columns first, with the column they stand at. */
function constraintsOf(
  node: CreateStmt,
  columns: readonly WrittenColumn[],
  ...kinds: readonly Constraint['contype'][]
): (readonly [Constraint, string | undefined])[] {
  const atColumns = columns.flatMap((column) =>
    column.constraints
      .filter((constraint) => kinds.includes(constraint.contype))
      .map((constraint) => [constraint, column.name] as const),
  );
  const ofTable = node.tableElts
    .filter((element): element is Constraint => element.kind === 'Constraint')
    .filter((constraint) => kinds.includes(constraint.contype))
    .map((constraint) => [constraint, undefined] as const);
  for (const element of node.tableElts) {
    if (element.kind === 'Constraint' && element.contype === 'CONSTR_EXCLUSION')
      throw notSupported('EXCLUDE constraints');
  }
  return [...atColumns, ...ofTable];
}

function planKeys(
  node: CreateStmt,
  columns: readonly WrittenColumn[],
  target: ConstraintTarget,
  context: CommandContext,
): KeyConstraint[] {
  const written = constraintsOf(node, columns, 'CONSTR_PRIMARY', 'CONSTR_UNIQUE');
  const primaries = written.filter(([constraint]) => constraint.contype === 'CONSTR_PRIMARY');
  if (primaries.length > 1) {
    const analysis = new AnalyzeContext(context.analyzeOptions());
    throw new SqlError('42P16', `multiple primary keys for table "${target.name}" are not allowed`, {
      position: analysis.position(primaries[1]?.[0].location),
    });
  }
  const ordered = [...primaries, ...written.filter(([constraint]) => constraint.contype !== 'CONSTR_PRIMARY')];
  return ordered.map(([constraint, column]) => planKey(constraint, column, target, context));
}

/** Sequences of serial and identity columns, by attnum. */
async function makeSequences(
  columns: readonly WrittenColumn[],
  namespace: Oid,
  tableName: string,
  persistence: string,
  context: CommandContext,
): Promise<Map<number, Oid>> {
  const made = new Map<number, Oid>();
  for (const column of columns) {
    if (!column.serial && column.identity === undefined) continue;
    made.set(column.number, await columnSequence(column, namespace, tableName, persistence, context));
  }
  return made;
}

export async function columnSequence(
  column: WrittenColumn,
  namespace: Oid,
  tableName: string,
  persistence: string,
  context: CommandContext,
): Promise<Oid> {
  if (column.identity !== undefined && ![typeOids.int2, typeOids.int4, typeOids.int8].includes(column.typeOid as 23)) {
    throw new SqlError('22023', 'identity column type must be smallint, integer, or bigint');
  }
  const name = freeRelationName(tableName, column.name, 'seq', namespace, new Set(), context);
  const options = readOptions(column.identity?.options ?? [], undefined, column.typeOid, context);
  const oid = await makeSequence(name, namespace, persistence, options, context);
  context.catalogChanged();
  return oid;
}

/** nextval('sequence'::regclass), as serial and identity columns have it. */
export function nextValue(sequence: Oid): Expression {
  const entry = findFunctions('nextval')[0];
  if (entry === undefined) throw notSupported('nextval');
  return functionCall(entry.oid, [constant(sequence, typeOids.regclass)]);
}

export function newColumn(
  column: WrittenColumn,
  all: readonly WrittenColumn[],
  tableName: string,
  primary: KeyConstraint | undefined,
  sequence: Oid | undefined,
  generated: ReadonlySet<number>,
  context: CommandContext,
): NewColumn {
  let stored: StoredExpression | undefined;
  if (sequence !== undefined) stored = ownDefault(nextValue(sequence), column, context);
  else if (column.default !== undefined) stored = storedDefault(column, context);
  else if (column.generated !== undefined)
    stored = generatedExpression(column.generated, column, all, tableName, generated, context);
  const inPrimary = primary?.index.columns.some((key) => key.number === column.number) ?? false;
  return {
    number: column.number,
    name: column.name,
    typeOid: column.typeOid,
    typmod: column.typmod,
    collation: column.collation,
    notNull: column.notNull || inPrimary,
    identity: column.identity?.when ?? '',
    generated: column.generated === undefined ? '' : 's',
    dimensions: column.dimensions,
    default: stored,
    hasMissing: false,
  };
}

/** DEFAULT NULL is no default. */
function storedDefault(column: WrittenColumn, context: CommandContext): StoredExpression | undefined {
  if (column.default === undefined) return undefined;
  const stored = defaultExpression(column.default, column, context);
  return stored.expression.kind === 'constant' && stored.expression.value === null ? undefined : stored;
}

export function storedColumn(column: { readonly typeOid: Oid }): StoredColumn {
  return {
    typeOid: column.typeOid,
    storedBytes: getType(column.typeOid).storedBytes,
    dropped: false,
    missingValue: null,
  };
}

function tableDefinition(oid: Oid, columns: readonly WrittenColumn[], keys: readonly KeyConstraint[]): TableDefinition {
  const clustering = keys.find((key) => canCluster(key.index));
  return {
    tableOid: oid,
    columns: columns.map(storedColumn),
    clusterKey: clustering === undefined ? undefined : keyParts(clustering.index),
    clusterIndexOid: clustering?.index.oid ?? 0,
    indexes: keys.filter((key) => key !== clustering).map((key) => indexDefinition(key.index)),
  };
}

export async function insertKey(
  key: KeyConstraint,
  table: { readonly oid: Oid; readonly namespace: Oid; readonly persistence: string },
  context: CommandContext,
): Promise<void> {
  const oid = context.newOid();
  await insertIndex(key.index, table, oid, context);
  await insertConstraint(
    {
      oid,
      name: key.name,
      namespace: table.namespace,
      kind: key.kind,
      table: table.oid,
      columns: key.index.columns.map((column) => column.number),
      deferrable: key.deferrable,
      initiallyDeferred: key.initiallyDeferred,
      validated: true,
      index: key.index.oid,
      check: undefined,
      foreign: undefined,
    },
    context,
  );
}

export async function insertCheck(
  check: CheckConstraint,
  table: Oid,
  namespace: Oid,
  context: CommandContext,
): Promise<void> {
  await insertConstraint(
    {
      oid: context.newOid(),
      name: check.name,
      namespace,
      kind: 'c',
      table,
      columns: check.check.columns,
      deferrable: false,
      initiallyDeferred: false,
      validated: check.validated,
      index: 0,
      check: check.check,
      foreign: undefined,
    },
    context,
  );
}

export async function insertForeignKey(
  foreign: ForeignKey,
  table: Oid,
  namespace: Oid,
  context: CommandContext,
): Promise<Oid> {
  const oid = context.newOid();
  await insertConstraint(
    {
      oid,
      name: foreign.name,
      namespace,
      kind: 'f',
      table,
      columns: foreign.columns,
      deferrable: foreign.deferrable,
      initiallyDeferred: foreign.initiallyDeferred,
      validated: foreign.validated,
      index: foreign.index,
      check: undefined,
      foreign: {
        table: foreign.table,
        columns: foreign.referencedColumns,
        onUpdate: foreign.onUpdate,
        onDelete: foreign.onDelete,
        match: foreign.match,
        equality: foreign.equality,
      },
    },
    context,
  );
  return oid;
}

/** For CREATE TABLE AS and views: whether a type may be a column's. */
export function isStorable(type: Oid): boolean {
  const handler = findType(type);
  return handler !== undefined && handler.typeType !== 'p' && handler.typeType !== 'c';
}
