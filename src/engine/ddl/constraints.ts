/** PRIMARY KEY, UNIQUE, CHECK and FOREIGN KEY as written, resolved against a table's columns. */
import type { Oid } from '../../common/ids.ts';
import { SqlError, notSupported } from '../../common/sql-error.ts';
import { searchOperator } from '../../analyzer/overload.ts';
import { AnalyzeContext } from '../../analyzer/context.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import { getType, findType } from '../../types/registry.ts';
import type { Constraint } from '../../parser/definition-syntax.ts';
import type { CommandContext } from './context.ts';
import { checkExpression, type NamedColumn, type StoredExpression } from './expressions.ts';
import { requireIndexable, type IndexPlan } from './index-plan.ts';
import { freeConstraintName, freeRelationName, requireRelation } from './names.ts';

/** The table as constraints see it while it is being made or altered. */
export interface ConstraintTarget {
  readonly oid: Oid;
  readonly name: string;
  readonly namespace: Oid;
  readonly columns: readonly NamedColumn[];
  /** Names of its constraints so far. */
  readonly constraintNames: Set<string>;
  /** Names of indexes planned in this command. */
  readonly relationNames: Set<string>;
}

export interface KeyConstraint {
  readonly kind: 'p' | 'u';
  readonly name: string;
  readonly index: IndexPlan;
  readonly deferrable: boolean;
  readonly initiallyDeferred: boolean;
}

export interface CheckConstraint {
  readonly name: string;
  readonly check: StoredExpression;
  readonly validated: boolean;
}

export interface ForeignKey {
  readonly name: string;
  readonly columns: readonly number[];
  readonly table: Oid;
  readonly referencedColumns: readonly number[];
  readonly index: Oid;
  readonly equality: readonly Oid[];
  readonly onUpdate: string;
  readonly onDelete: string;
  readonly match: string;
  readonly deferrable: boolean;
  readonly initiallyDeferred: boolean;
  readonly validated: boolean;
}

function positionOf(node: Constraint, context: CommandContext): number | undefined {
  return new AnalyzeContext(context.analyzeOptions()).position(node.location);
}

export function findColumns(
  names: readonly string[],
  target: ConstraintTarget,
  where: string,
  position?: number,
): NamedColumn[] {
  const columns: NamedColumn[] = [];
  for (const name of names) {
    const column = target.columns.find((candidate) => candidate.name === name);
    if (column === undefined) throw new SqlError('42703', `column "${name}" named in key does not exist`, { position });
    if (columns.includes(column)) {
      throw new SqlError('42701', `column "${name}" appears twice in ${where} constraint`, { position });
    }
    columns.push(column);
  }
  return columns;
}

function takeName(node: Constraint, target: ConstraintTarget, standard: () => string): string {
  const name = node.conname ?? standard();
  if (target.constraintNames.has(name)) {
    throw new SqlError('42710', `constraint "${name}" for relation "${target.name}" already exists`);
  }
  target.constraintNames.add(name);
  return name;
}

/** PRIMARY KEY or UNIQUE; `columnName` when written at a column. */
export function planKey(
  node: Constraint,
  columnName: string | undefined,
  target: ConstraintTarget,
  context: CommandContext,
): KeyConstraint {
  const primary = node.contype === 'CONSTR_PRIMARY';
  if (node.indexname !== undefined) throw notSupported('ADD CONSTRAINT USING INDEX');
  if (node.including.length > 0) throw notSupported('INCLUDE columns in an index');
  if (node.without_overlaps) throw notSupported('WITHOUT OVERLAPS');
  const names = node.keys.length > 0 ? node.keys : [columnName as string];
  const columns = findColumns(names, target, primary ? 'primary key' : 'unique', positionOf(node, context));
  columns.forEach(requireIndexable);
  const joined = names.join('_');
  const name = takeName(node, target, () =>
    primary
      ? freeRelationName(target.name, undefined, 'pkey', target.namespace, target.relationNames, context)
      : freeRelationName(target.name, joined, 'key', target.namespace, target.relationNames, context),
  );
  if (node.conname !== undefined && context.catalog.cache.findRelationOid(target.namespace, name) !== undefined) {
    throw new SqlError('42P07', `relation "${name}" already exists`);
  }
  target.relationNames.add(name);
  const index: IndexPlan = {
    oid: context.newOid(),
    name,
    columns,
    descending: columns.map(() => false),
    nullsFirst: columns.map(() => false),
    unique: true,
    primary,
    nullsNotDistinct: node.nulls_not_distinct,
    deferrable: node.deferrable,
  };
  if (node.deferrable) throw notSupported('a deferrable unique constraint');
  return { kind: primary ? 'p' : 'u', name, index, deferrable: node.deferrable, initiallyDeferred: node.initdeferred };
}

export function planCheck(
  node: Constraint,
  columnName: string | undefined,
  target: ConstraintTarget,
  context: CommandContext,
): CheckConstraint {
  if (node.raw_expr === undefined) throw notSupported('an empty CHECK');
  const check = checkExpression(node.raw_expr, target.columns, target.name, context);
  const only =
    check.columns.length === 1 ? target.columns.find((column) => column.number === check.columns[0])?.name : undefined;
  const name = takeName(node, target, () =>
    freeConstraintName(target.name, columnName ?? only, 'check', target.constraintNames),
  );
  return { name, check, validated: !node.skip_validation };
}

export function planForeignKey(
  node: Constraint,
  columnName: string | undefined,
  target: ConstraintTarget,
  context: CommandContext,
): ForeignKey {
  if (node.fk_matchtype === 'p') throw new SqlError('0A000', 'MATCH PARTIAL not yet implemented');
  if (node.fk_del_set_cols.length > 0) throw notSupported('a column list in ON DELETE SET');
  if (node.fk_with_period || node.pk_with_period) throw notSupported('PERIOD in a foreign key');
  const names = node.fk_attrs.length > 0 ? node.fk_attrs : [columnName as string];
  const columns = names.map((wanted) => {
    const column = target.columns.find((candidate) => candidate.name === wanted);
    if (column === undefined) {
      throw new SqlError('42703', `column "${wanted}" referenced in foreign key constraint does not exist`);
    }
    return column;
  });
  const pktable = node.pktable as NonNullable<typeof node.pktable>;
  const referenced = requireRelation(pktable, context, 'r');
  const name = takeName(node, target, () =>
    freeConstraintName(target.name, names.join('_'), 'fkey', target.constraintNames),
  );
  const key = referencedKey(node, referenced);
  if (key.columns.length !== columns.length) {
    throw new SqlError('42830', 'number of referencing and referenced columns for foreign key disagree');
  }
  const equality = columns.map((column, i) => equalityFor(column, key.columns[i] as NamedColumn, name, context));
  return {
    name,
    columns: columns.map((column) => column.number),
    table: referenced.oid,
    referencedColumns: key.columns.map((column) => column.number),
    index: key.index,
    equality,
    onUpdate: node.fk_upd_action,
    onDelete: node.fk_del_action,
    match: node.fk_matchtype,
    deferrable: node.deferrable,
    initiallyDeferred: node.initdeferred,
    validated: !node.skip_validation,
  };
}

/** The referenced columns and the unique index that makes them a key. */
function referencedKey(
  node: Constraint,
  table: TableDescriptor,
): { readonly columns: NamedColumn[]; readonly index: Oid } {
  const byNumber = (number: number) => table.columns.find((column) => column.number === number) as NamedColumn;
  if (node.pk_attrs.length === 0) {
    const primary = table.indexes.find((index) => index.primary);
    if (primary === undefined) {
      throw new SqlError('42704', `there is no primary key for referenced table "${table.name}"`);
    }
    return { columns: primary.columns.map(byNumber), index: primary.oid };
  }
  const columns = node.pk_attrs.map((wanted) => {
    const column = table.columns.find((candidate) => candidate.name === wanted && !candidate.dropped);
    if (column === undefined) {
      throw new SqlError('42703', `column "${wanted}" referenced in foreign key constraint does not exist`);
    }
    return column;
  });
  const numbers = new Set(columns.map((column) => column.number));
  if (numbers.size !== columns.length) {
    throw new SqlError('42830', 'foreign key referenced-columns list must not contain duplicates');
  }
  const index = table.indexes.find(
    (candidate) =>
      candidate.unique &&
      candidate.columns.length === columns.length &&
      candidate.columns.every((number) => numbers.has(number)),
  );
  if (index === undefined) {
    throw new SqlError(
      '42830',
      `there is no unique constraint matching given keys for referenced table "${table.name}"`,
    );
  }
  return { columns, index: index.oid };
}

/** OID of referenced = referencing. Throws 42804 when the types do not compare. */
function equalityFor(column: NamedColumn, referenced: NamedColumn, constraint: string, context: CommandContext): Oid {
  const analysis = new AnalyzeContext(context.analyzeOptions());
  const match = searchOperator('=', referenced.typeOid, column.typeOid, analysis, undefined);
  if (match !== undefined) return match.entry.oid;
  const text = (type: Oid) => (findType(type) === undefined ? 'record' : getType(type).sqlName);
  throw new SqlError('42804', `foreign key constraint "${constraint}" cannot be implemented`, {
    detail: `Key columns "${column.name}" and "${referenced.name}" are of incompatible types: ${text(column.typeOid)} and ${text(referenced.typeOid)}.`,
  });
}
