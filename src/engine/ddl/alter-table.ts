/** ALTER TABLE: each subcommand in turn, on the table as the one before left it. */
import type { Oid } from '../../common/ids.ts';
import { SqlError, notSupported } from '../../common/sql-error.ts';
import { ByteWriter } from '../../common/byte-writer.ts';
import { getType } from '../../types/registry.ts';
import type { EvalContext } from '../../functions/eval-context.ts';
import type { StoredColumn } from '../../tables/access-method.ts';
import { interpret } from '../../algebra/interpret.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import { classOid } from '../../catalog/row-builders.ts';
import type { AlterTableCmd, AlterTableStmt, Constraint } from '../../parser/definition-syntax.ts';
import type { Expr } from '../../parser/syntax.ts';
import { readColumn } from './column-definition.ts';
import { planCheck, planForeignKey, planKey, type ConstraintTarget } from './constraints.ts';
import type { CommandContext, CommandTag } from './context.ts';
import { addIndex } from './create-index.ts';
import { columnSequence, insertCheck, insertForeignKey, newColumn, storedColumn } from './create-table.ts';
import { dropObjects } from './drop.ts';
import { defaultExpression, isSameForAllRows, type StoredExpression } from './expressions.ts';
import { kindWord, quoteIdentifier, requireRelation, writtenName } from './names.ts';
import { changeRows, insertColumn, insertConstraint, insertDefault, removeRows } from './relation-rows.ts';
import { ownSequence } from './sequences.ts';

/** Evaluates a default once for all rows there are; the engine passes the session's functions in. */
export type Evaluator = EvalContext;

export async function alterTable(
  node: AlterTableStmt,
  evaluator: Evaluator,
  context: CommandContext,
): Promise<CommandTag> {
  const { relation } = node;
  const tag = `ALTER ${node.objtype.replace('OBJECT_', '').replaceAll('_', ' ')}`;
  if (node.missing_ok && context.catalog.findRelation(relation.schemaname, relation.relname) === undefined) {
    context.notice({
      severity: 'NOTICE',
      sqlState: '00000',
      message: `relation "${writtenName(relation)}" does not exist, skipping`,
    });
    return tag;
  }
  const found = requireRelation(relation, context);
  for (const command of node.cmds) {
    if (command.subtype === 'AT_ChangeOwner') {
      await changeOwner(found, command, context);
      continue;
    }
    if (found.kind !== 'r') {
      throw new SqlError('42809', `ALTER action cannot be performed on relation "${found.name}"`, {
        detail: `This operation is not supported for ${kindWord(found)}s.`,
      });
    }
    await context.lockTable(found.oid, 'access exclusive');
    const table = context.catalog.getRelation(found.oid) as TableDescriptor;
    await alter(table, command, evaluator, context);
    context.catalogChanged();
  }
  return tag;
}

async function alter(
  table: TableDescriptor,
  command: AlterTableCmd,
  evaluator: Evaluator,
  context: CommandContext,
): Promise<void> {
  switch (command.subtype) {
    case 'AT_AddColumn':
      return addColumn(table, command, evaluator, context);
    case 'AT_DropColumn':
      return dropColumn(table, command, context);
    case 'AT_ColumnDefault':
      return setDefault(table, command, context);
    case 'AT_SetNotNull':
      return setNotNull(table, command, context);
    case 'AT_DropNotNull':
      return dropNotNull(table, command, context);
    case 'AT_AddConstraint':
      return addConstraint(table, command.def as Constraint, undefined, context);
    case 'AT_DropConstraint':
      return dropConstraint(table, command, context);
    case 'AT_ValidateConstraint':
      return validateConstraint(table, command, context);
    case 'AT_SetRelOptions':
    case 'AT_ResetRelOptions':
    case 'AT_SetStatistics':
    case 'AT_ClusterOn':
    case 'AT_DropCluster':
      throw notSupported(`ALTER TABLE ${words(command.subtype)}`);
    case 'AT_AlterColumnType':
      throw notSupported('ALTER COLUMN TYPE');
    default:
      throw notSupported(`ALTER TABLE ${words(command.subtype)}`);
  }
}

/** AT_EnableRowSecurity → ENABLE ROW SECURITY. */
function words(subtype: string): string {
  return subtype
    .replace('AT_', '')
    .replaceAll(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
}

function requireColumn(table: TableDescriptor, name: string | undefined) {
  const column = table.columns.find((candidate) => candidate.name === name && !candidate.dropped);
  if (column === undefined) {
    throw new SqlError('42703', `column "${name}" of relation "${table.name}" does not exist`);
  }
  return column;
}

async function hasRows(
  table: TableDescriptor,
  condition: string | undefined,
  context: CommandContext,
): Promise<boolean> {
  const where = condition === undefined ? '' : ` WHERE ${condition}`;
  const rows = await context.runSql(`SELECT 1 FROM ${qualified(table)}${where} LIMIT 1`);
  return rows.length > 0;
}

function qualified(table: TableDescriptor): string {
  return `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
}

// --------------------------------------------------------------------------------------------------------------- columns

async function addColumn(
  table: TableDescriptor,
  command: AlterTableCmd,
  evaluator: Evaluator,
  context: CommandContext,
): Promise<void> {
  if (command.def?.kind !== 'ColumnDef') throw notSupported('this form of ADD COLUMN');
  const number = table.columns.length + 1;
  const written = readColumn(command.def, number, table.name, context);
  if (table.columns.some((column) => column.name === written.name && !column.dropped)) {
    if (!command.missing_ok) {
      throw new SqlError('42701', `column "${written.name}" of relation "${table.name}" already exists`);
    }
    context.notice({
      severity: 'NOTICE',
      sqlState: '42701',
      message: `column "${written.name}" of relation "${table.name}" already exists, skipping`,
    });
    return;
  }
  if (number > 1600) throw new SqlError('54011', 'tables can have at most 1600 columns');
  if (written.generated !== undefined) throw notSupported('ADD COLUMN of a generated column');
  const needsSequence = written.serial || written.identity !== undefined;
  const filled = await hasRows(table, undefined, context);
  if (needsSequence && filled) throw notSupported('ADD COLUMN of a serial or identity column to a table with rows');
  const sequence = needsSequence
    ? await columnSequence(written, table.namespaceOid, table.name, table.persistence, context)
    : undefined;
  const column = newColumn(
    { ...written, notNull: written.notNull },
    [written],
    table.name,
    undefined,
    sequence,
    new Set(),
    context,
  );
  const missing =
    column.default === undefined || needsSequence
      ? null
      : missingValue(column.default, written.typeOid, filled, evaluator);
  if (column.notNull && filled && missing === null) {
    throw new SqlError('23502', `column "${written.name}" of relation "${table.name}" contains null values`, {
      schema: table.schema,
      table: table.name,
      column: written.name,
    });
  }
  const stored = storedOf(table, context);
  const added: StoredColumn = { ...storedColumn(written), missingValue: missing };
  await context.tables.changeColumns(table.oid, [...stored, added], context.transaction);
  await insertColumn(table.oid, { ...column, hasMissing: missing !== null }, context);
  await changeRows('pg_class', 'pg_class_oid_index', [table.oid], { relnatts: number }, context);
  if (sequence !== undefined)
    await ownSequence(sequence, table.oid, number, written.identity === undefined ? 'a' : 'i', context);
  context.catalogChanged();
  for (const constraint of written.constraints) {
    await addConstraint(context.catalog.getRelation(table.oid) as TableDescriptor, constraint, written.name, context);
    context.catalogChanged();
  }
}

function storedOf(table: TableDescriptor, context: CommandContext): readonly StoredColumn[] {
  return context.tables.find(table.oid)?.columns ?? [];
}

/** The stored form of a default, which the rows there are answer from now on. */
function missingValue(stored: StoredExpression, type: Oid, filled: boolean, evaluator: Evaluator): Uint8Array | null {
  if (!filled) return null;
  if (!isSameForAllRows(stored.expression))
    throw notSupported('ADD COLUMN with a volatile default to a table with rows');
  const none = (): never => {
    throw new SqlError('XX000', 'a default has no variables');
  };
  const value = interpret(stored.expression, { eval: evaluator, column: none, slot: none, parameter: none });
  if (value === null) return null;
  const out = new ByteWriter(64);
  getType(type).encode(value, out);
  return out.toBytes();
}

async function dropColumn(table: TableDescriptor, command: AlterTableCmd, context: CommandContext): Promise<void> {
  const column = table.columns.find((candidate) => candidate.name === command.name && !candidate.dropped);
  if (column === undefined) {
    if (!command.missing_ok) requireColumn(table, command.name);
    context.notice({
      severity: 'NOTICE',
      sqlState: '00000',
      message: `column "${command.name}" of relation "${table.name}" does not exist, skipping`,
    });
    return;
  }
  const clustered = table.indexes.find((index) => index.clustered);
  if (clustered?.columns.includes(column.number) === true) {
    throw notSupported('DROP COLUMN of a column of the primary key that the table is clustered by');
  }
  const address = { classOid: classOid.relation, oid: table.oid, column: column.number };
  await dropObjects([address], command.behavior === 'DROP_CASCADE', context);
}

async function setDefault(table: TableDescriptor, command: AlterTableCmd, context: CommandContext): Promise<void> {
  const column = requireColumn(table, command.name);
  if (column.identity !== '') {
    throw new SqlError('42601', `column "${column.name}" of relation "${table.name}" is an identity column`, {
      hint: command.def === undefined ? 'Use ALTER TABLE ... ALTER COLUMN ... DROP IDENTITY instead.' : undefined,
    });
  }
  if (column.generated !== '') {
    throw new SqlError('42601', `column "${column.name}" of relation "${table.name}" is a generated column`);
  }
  await removeDefault(table.oid, column.number, context);
  if (command.def === undefined) return;
  const stored = defaultExpression(command.def as Expr, column, context);
  if (stored.expression.kind === 'constant' && stored.expression.value === null) return;
  await insertDefault(table.oid, column.number, stored, context);
  await changeRows(
    'pg_attribute',
    'pg_attribute_relid_attnum_index',
    [table.oid, column.number],
    { atthasdef: true },
    context,
  );
}

async function removeDefault(table: Oid, column: number, context: CommandContext): Promise<void> {
  const removed: Oid[] = [];
  await removeRows('pg_attrdef', 'pg_attrdef_adrelid_adnum_index', [table, column], context, (row) => {
    removed.push(row.values['oid'] as Oid);
    return false;
  });
  for (const oid of removed) {
    await removeRows('pg_depend', 'pg_depend_depender_index', [classOid.attributeDefault, oid], context);
  }
  await changeRows('pg_attribute', 'pg_attribute_relid_attnum_index', [table, column], { atthasdef: false }, context);
}

async function setNotNull(table: TableDescriptor, command: AlterTableCmd, context: CommandContext): Promise<void> {
  const column = requireColumn(table, command.name);
  if (column.notNull) return;
  if (await hasRows(table, `${quoteIdentifier(column.name)} IS NULL`, context)) {
    throw new SqlError('23502', `column "${column.name}" of relation "${table.name}" contains null values`, {
      schema: table.schema,
      table: table.name,
      column: column.name,
    });
  }
  await changeRows(
    'pg_attribute',
    'pg_attribute_relid_attnum_index',
    [table.oid, column.number],
    { attnotnull: true },
    context,
  );
}

async function dropNotNull(table: TableDescriptor, command: AlterTableCmd, context: CommandContext): Promise<void> {
  const column = requireColumn(table, command.name);
  if (table.indexes.some((index) => index.primary && index.columns.includes(column.number))) {
    throw new SqlError('42P16', `column "${column.name}" is in a primary key`);
  }
  if (column.identity !== '') {
    throw new SqlError('42601', `column "${column.name}" of relation "${table.name}" is an identity column`);
  }
  await changeRows(
    'pg_attribute',
    'pg_attribute_relid_attnum_index',
    [table.oid, column.number],
    { attnotnull: false },
    context,
  );
}

// ----------------------------------------------------------------------------------------------------------- constraints

function constraintTarget(table: TableDescriptor): ConstraintTarget {
  return {
    oid: table.oid,
    name: table.name,
    namespace: table.namespaceOid,
    columns: table.columns.filter((column) => !column.dropped),
    constraintNames: new Set(table.constraints.map((constraint) => constraint.name)),
    relationNames: new Set(),
  };
}

async function addConstraint(
  table: TableDescriptor,
  node: Constraint,
  column: string | undefined,
  context: CommandContext,
): Promise<void> {
  const target = constraintTarget(table);
  switch (node.contype) {
    case 'CONSTR_PRIMARY':
    case 'CONSTR_UNIQUE':
      return addKey(table, node, column, target, context);
    case 'CONSTR_CHECK': {
      const check = planCheck(node, column, target, context);
      await insertCheck(check, table.oid, table.namespaceOid, context);
      context.catalogChanged();
      if (check.validated)
        await validateCheck(context.catalog.getRelation(table.oid) as TableDescriptor, check.name, context);
      return;
    }
    case 'CONSTR_FOREIGN': {
      const foreign = planForeignKey(node, column, target, context);
      await context.lockTable(foreign.table, 'share row exclusive');
      await insertForeignKey(foreign, table.oid, table.namespaceOid, context);
      context.catalogChanged();
      if (foreign.validated)
        await validateForeign(context.catalog.getRelation(table.oid) as TableDescriptor, foreign.name, context);
      return;
    }
    default:
      throw notSupported(`ADD CONSTRAINT of kind ${node.contype.replace('CONSTR_', '')}`);
  }
}

async function addKey(
  table: TableDescriptor,
  node: Constraint,
  columnName: string | undefined,
  target: ConstraintTarget,
  context: CommandContext,
): Promise<void> {
  if (node.contype === 'CONSTR_PRIMARY' && table.indexes.some((index) => index.primary)) {
    throw new SqlError('42P16', `multiple primary keys for table "${table.name}" are not allowed`);
  }
  const key = planKey(node, columnName, target, context);
  if (key.kind === 'p') {
    for (const column of key.index.columns) {
      await setNotNull(table, { name: column.name } as AlterTableCmd, context);
    }
  }
  const constraint = context.newOid();
  await addIndex(key.index, table, constraint, context);
  await insertConstraint(
    {
      oid: constraint,
      name: key.name,
      namespace: table.namespaceOid,
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

function requireConstraint(table: TableDescriptor, name: string | undefined) {
  const constraint = table.constraints.find((candidate) => candidate.name === name);
  if (constraint === undefined) {
    throw new SqlError('42704', `constraint "${name}" of relation "${table.name}" does not exist`);
  }
  return constraint;
}

async function dropConstraint(table: TableDescriptor, command: AlterTableCmd, context: CommandContext): Promise<void> {
  const known = table.constraints.find((candidate) => candidate.name === command.name);
  if (known === undefined && command.missing_ok) {
    context.notice({
      severity: 'NOTICE',
      sqlState: '00000',
      message: `constraint "${command.name}" of relation "${table.name}" does not exist, skipping`,
    });
    return;
  }
  const constraint = requireConstraint(table, command.name);
  const index = table.indexes.find((candidate) => candidate.oid === constraint.indexOid);
  if (constraint.kind === 'p' && index?.clustered === true) {
    throw notSupported('DROP CONSTRAINT of the primary key that the table is clustered by');
  }
  await dropObjects(
    [{ classOid: classOid.constraint, oid: constraint.oid, column: 0 }],
    command.behavior === 'DROP_CASCADE',
    context,
  );
}

async function validateConstraint(
  table: TableDescriptor,
  command: AlterTableCmd,
  context: CommandContext,
): Promise<void> {
  const constraint = requireConstraint(table, command.name);
  if (constraint.validated) return;
  if (constraint.kind === 'f') await validateForeign(table, constraint.name, context);
  else if (constraint.kind === 'c') await validateCheck(table, constraint.name, context);
  else {
    throw new SqlError(
      '42809',
      `constraint "${constraint.name}" of relation "${table.name}" is not a foreign key or check constraint`,
    );
  }
  await changeRows('pg_constraint', 'pg_constraint_oid_index', [constraint.oid], { convalidated: true }, context);
}

/** Every row there is passes the check; the expression's own text is what pg_get_expr prints. */
async function validateCheck(table: TableDescriptor, name: string, context: CommandContext): Promise<void> {
  const constraint = requireConstraint(table, name);
  const [row] = await context.runSql(
    'SELECT pg_catalog.pg_get_expr(conbin, conrelid) FROM pg_catalog.pg_constraint WHERE oid = $1',
    [{ type: 26, value: constraint.oid }],
  );
  const condition = row?.[0] as string;
  if (await hasRows(table, `NOT (${condition})`, context)) {
    throw new SqlError('23514', `check constraint "${name}" of relation "${table.name}" is violated by some row`, {
      schema: table.schema,
      table: table.name,
      constraint: name,
    });
  }
}

/** Every referencing row has its referenced one. */
async function validateForeign(table: TableDescriptor, name: string, context: CommandContext): Promise<void> {
  const constraint = requireConstraint(table, name);
  const { foreign } = constraint;
  const referenced = context.catalog.getRelation(foreign?.referencedTable ?? 0);
  if (foreign === undefined || referenced === undefined)
    throw new SqlError('XX000', `constraint "${name}" is not a foreign key`);
  const own = constraint.columns.map((number) => nameOf(table, number));
  const theirs = foreign.referencedColumns.map((number) => nameOf(referenced, number));
  const matches = own.map((column, i) => `pk.${theirs[i]} = fk.${column}`).join(' AND ');
  const notNull = own.map((column) => `fk.${column} IS NOT NULL`).join(' AND ');
  const shown = own.map((column) => `fk.${column}::text`).join(', ');
  const rows = await context.runSql(
    `SELECT ${shown} FROM ${qualified(table)} fk WHERE ${notNull} AND NOT EXISTS (SELECT 1 FROM ${qualified(referenced)} pk WHERE ${matches}) LIMIT 1`,
  );
  const [row] = rows;
  if (row === undefined) return;
  const plain = constraint.columns.map(
    (number) => table.columns.find((column) => column.number === number)?.name ?? '',
  );
  throw new SqlError('23503', `insert or update on table "${table.name}" violates foreign key constraint "${name}"`, {
    detail: `Key (${plain.join(', ')})=(${row.join(', ')}) is not present in table "${referenced.name}".`,
    schema: table.schema,
    table: table.name,
    constraint: name,
  });
}

function nameOf(table: TableDescriptor, number: number): string {
  return quoteIdentifier(table.columns.find((column) => column.number === number)?.name ?? '');
}

async function changeOwner(table: TableDescriptor, command: AlterTableCmd, context: CommandContext): Promise<void> {
  const spec = command.newowner;
  const name = spec?.roletype === 'ROLESPEC_CSTRING' ? (spec.rolename ?? '') : context.currentUserName;
  const owner = context.catalog.findRole(name);
  if (owner === undefined) throw new SqlError('42704', `role "${name}" does not exist`);
  await changeRows('pg_class', 'pg_class_oid_index', [table.oid], { relowner: owner }, context);
  context.catalogChanged();
}
