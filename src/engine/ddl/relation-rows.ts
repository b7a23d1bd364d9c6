/** Writing and removing the catalog rows of relations, columns, indexes and constraints. */
import type { Oid } from '../../common/ids.ts';
import type { Datum } from '../../types/datum.ts';
import { findType } from '../../types/registry.ts';
import {
  deleteRow,
  insertRow,
  readStoredRows,
  updateRow,
  type CatalogRow,
  type StoredRow,
} from '../../catalog/catalog-rows.ts';
import {
  arrayFunctions,
  attributeRow,
  classOid,
  classRow,
  dependRow,
  indexRow,
  int2Array,
  oidArray as oidArrayOf,
  recordFunctions,
  typeRow,
} from '../../catalog/row-builders.ts';
import { indexFlags, type IndexPlan } from './index-plan.ts';
import type { CommandContext } from './context.ts';
import { objectName } from './names.ts';
import type { NamedColumn, StoredExpression } from './expressions.ts';

export interface NewColumn extends NamedColumn {
  readonly notNull: boolean;
  readonly identity: '' | 'a' | 'd';
  readonly generated: '' | 's';
  readonly dimensions: number;
  readonly default: StoredExpression | undefined;
  readonly hasMissing: boolean;
}

export interface NewRelation {
  readonly oid: Oid;
  readonly name: string;
  readonly namespace: Oid;
  readonly kind: 'r' | 'v' | 'S' | 'm';
  readonly persistence: string;
  readonly columns: readonly NewColumn[];
  readonly hasIndex: boolean;
  readonly hasRules: boolean;
}

/** pg_class, pg_attribute, pg_attrdef and the row type of a new table, view or sequence. Returns the row type's OID. */
export async function insertRelation(relation: NewRelation, context: CommandContext): Promise<Oid> {
  const { writing } = context;
  const rowType = relation.kind === 'S' ? 0 : context.newOid();
  await insertRow(
    writing,
    'pg_class',
    classRow({
      oid: relation.oid,
      name: relation.name,
      namespace: relation.namespace,
      rowType,
      kind: relation.kind,
      columnCount: relation.columns.length,
      hasIndex: relation.hasIndex,
      owner: context.currentUser,
      persistence: relation.persistence,
      hasRules: relation.hasRules,
    }),
  );
  for (const column of relation.columns) await insertColumn(relation.oid, column, context);
  if (rowType !== 0) await insertRowType(relation, rowType, context);
  await depend([classOid.relation, relation.oid, 0], [classOid.namespace, relation.namespace, 0], 'n', context);
  return rowType;
}

export async function insertColumn(relation: Oid, column: NewColumn, context: CommandContext): Promise<void> {
  const row = attributeRow({
    relation,
    name: column.name,
    type: column.typeOid,
    number: column.number,
    typmod: column.typmod,
    notNull: column.notNull,
    hasDefault: column.default !== undefined,
    identity: column.identity,
    generated: column.generated,
    dimensions: column.dimensions,
    collation: column.collation,
    hasMissing: column.hasMissing,
  });
  await insertRow(context.writing, 'pg_attribute', row);
  if (column.default !== undefined) await insertDefault(relation, column.number, column.default, context);
}

export async function insertDefault(
  relation: Oid,
  column: number,
  expression: StoredExpression,
  context: CommandContext,
): Promise<void> {
  const oid = context.newOid();
  await insertRow(context.writing, 'pg_attrdef', { oid, adrelid: relation, adnum: column, adbin: expression.text });
  await depend([classOid.attributeDefault, oid, 0], [classOid.relation, relation, column], 'a', context);
  for (const used of expression.columns) {
    if (used !== column)
      await depend([classOid.attributeDefault, oid, 0], [classOid.relation, relation, used], 'a', context);
  }
  for (const used of expression.relations) {
    await depend([classOid.attributeDefault, oid, 0], [classOid.relation, used, 0], 'n', context);
  }
}

async function insertRowType(relation: NewRelation, rowType: Oid, context: CommandContext): Promise<void> {
  const arrayType = context.newOid();
  const common = { namespace: relation.namespace, owner: context.currentUser, length: -1 };
  await insertRow(
    context.writing,
    'pg_type',
    typeRow({
      ...common,
      oid: rowType,
      name: relation.name,
      typeType: 'c',
      category: 'C',
      relation: relation.oid,
      array: arrayType,
      functions: recordFunctions,
    }),
  );
  await insertRow(
    context.writing,
    'pg_type',
    typeRow({
      ...common,
      oid: arrayType,
      name: freeTypeName(`_${relation.name}`, relation.namespace, context),
      typeType: 'b',
      category: 'A',
      element: rowType,
      functions: arrayFunctions,
    }),
  );
  await depend([classOid.type, rowType, 0], [classOid.relation, relation.oid, 0], 'i', context);
  await depend([classOid.type, arrayType, 0], [classOid.type, rowType, 0], 'i', context);
}

function freeTypeName(wanted: string, namespace: Oid, context: CommandContext): string {
  let name = objectName(wanted, undefined, '').replace(/_$/, '');
  while (readStoredRows(context.writing, 'pg_type', 'pg_type_typname_nsp_index', [name, namespace]).length > 0)
    name = `_${name}`;
  return name;
}

/** pg_class, pg_attribute and pg_index of an index, hung on its table or on its constraint. */
export async function insertIndex(
  index: IndexPlan,
  table: { readonly oid: Oid; readonly namespace: Oid; readonly persistence: string },
  constraint: Oid,
  context: CommandContext,
): Promise<void> {
  const { writing } = context;
  await insertRow(
    writing,
    'pg_class',
    classRow({
      oid: index.oid,
      name: index.name,
      namespace: table.namespace,
      rowType: 0,
      kind: 'i',
      columnCount: index.columns.length,
      hasIndex: false,
      owner: context.currentUser,
      persistence: table.persistence,
    }),
  );
  for (const [i, column] of index.columns.entries()) {
    const { name, typeOid: type, typmod, collation } = column;
    await insertRow(
      writing,
      'pg_attribute',
      attributeRow({ relation: index.oid, name, type, typmod, collation, number: i + 1 }),
    );
  }
  await insertRow(
    writing,
    'pg_index',
    indexRow({
      index: index.oid,
      table: table.oid,
      columns: index.columns.map((column) => column.number),
      columnTypes: index.columns.map((column) => column.typeOid),
      collations: index.columns.map((column) => column.collation),
      unique: index.unique,
      primary: index.primary,
      nullsNotDistinct: index.nullsNotDistinct,
      immediate: !index.deferrable,
      options: index.columns.map((_, i) => indexFlags(index, i)),
    }),
  );
  if (constraint !== 0) {
    await depend([classOid.relation, index.oid, 0], [classOid.constraint, constraint, 0], 'i', context);
    return;
  }
  for (const column of index.columns) {
    await depend([classOid.relation, index.oid, 0], [classOid.relation, table.oid, column.number], 'a', context);
  }
}

export interface NewConstraint {
  readonly oid: Oid;
  readonly name: string;
  readonly namespace: Oid;
  readonly kind: 'p' | 'u' | 'c' | 'f';
  readonly table: Oid;
  readonly columns: readonly number[];
  readonly deferrable: boolean;
  readonly initiallyDeferred: boolean;
  readonly validated: boolean;
  readonly index: Oid;
  readonly check: StoredExpression | undefined;
  readonly foreign:
    | {
        readonly table: Oid;
        readonly columns: readonly number[];
        readonly onUpdate: string;
        readonly onDelete: string;
        readonly match: string;
        readonly equality: readonly Oid[];
      }
    | undefined;
}

export async function insertConstraint(constraint: NewConstraint, context: CommandContext): Promise<void> {
  const { foreign, check } = constraint;
  const operators = foreign === undefined ? null : oidList(foreign.equality);
  const row: Record<string, Datum> = {
    oid: constraint.oid,
    conname: constraint.name,
    connamespace: constraint.namespace,
    contype: constraint.kind,
    condeferrable: constraint.deferrable,
    condeferred: constraint.initiallyDeferred,
    convalidated: constraint.validated,
    conrelid: constraint.table,
    contypid: 0,
    conindid: constraint.index,
    conparentid: 0,
    confrelid: foreign?.table ?? 0,
    confupdtype: foreign?.onUpdate ?? ' ',
    confdeltype: foreign?.onDelete ?? ' ',
    confmatchtype: foreign?.match ?? ' ',
    conislocal: true,
    coninhcount: 0,
    connoinherit: constraint.kind !== 'c',
    conkey: int2Array(constraint.columns),
    confkey: foreign === undefined ? null : int2Array(foreign.columns),
    conpfeqop: operators,
    conppeqop: operators,
    conffeqop: operators,
    conbin: check?.text ?? null,
  };
  await insertRow(context.writing, 'pg_constraint', row);
  const self = [classOid.constraint, constraint.oid, 0] as const;
  for (const column of constraint.columns)
    await depend(self, [classOid.relation, constraint.table, column], 'a', context);
  if (constraint.columns.length === 0) await depend(self, [classOid.relation, constraint.table, 0], 'a', context);
  if (foreign !== undefined) {
    for (const column of foreign.columns) await depend(self, [classOid.relation, foreign.table, column], 'n', context);
    await depend(self, [classOid.relation, constraint.index, 0], 'n', context);
    await noteForeignKey(constraint.table, context);
    await noteForeignKey(foreign.table, context);
  }
  if (constraint.kind === 'c') await countChecks(constraint.table, 1, context);
}

/** pg_class.relchecks. */
export async function countChecks(table: Oid, change: number, context: CommandContext): Promise<void> {
  const counted = ({ values }: StoredRow) => ({ relchecks: (values['relchecks'] as number) + change });
  await changeRows('pg_class', 'pg_class_oid_index', [table], counted, context);
}

/** Foreign keys are triggers to PostgreSQL's clients: they look for them only where relhastriggers says so. */
async function noteForeignKey(table: Oid, context: CommandContext): Promise<void> {
  const changes = ({ values }: StoredRow) => (values['relhastriggers'] === true ? undefined : { relhastriggers: true });
  await changeRows('pg_class', 'pg_class_oid_index', [table], changes, context);
}

function oidList(values: readonly Oid[]): Datum {
  return values.length === 0 ? null : oidArrayOf(values);
}

type ObjectAddress = readonly [classOid: Oid, oid: Oid, sub: number];

export async function depend(
  object: ObjectAddress,
  referenced: ObjectAddress,
  kind: 'n' | 'a' | 'i',
  context: CommandContext,
): Promise<void> {
  await insertRow(context.writing, 'pg_depend', dependRow(object, referenced, kind));
}

/** Changes columns of every row found by an index prefix. */
export async function changeRows(
  table: string,
  index: string,
  key: readonly Datum[],
  changes: CatalogRow | ((row: StoredRow) => CatalogRow | undefined),
  context: CommandContext,
): Promise<number> {
  let changed = 0;
  for (const row of readStoredRows(context.writing, table, index, key)) {
    const wanted = typeof changes === 'function' ? changes(row) : changes;
    if (wanted === undefined) continue;
    await updateRow(context.writing, table, row, wanted);
    changed++;
  }
  return changed;
}

export async function removeRows(
  table: string,
  index: string,
  key: readonly Datum[],
  context: CommandContext,
  keep: (row: StoredRow) => boolean = () => false,
): Promise<number> {
  let removed = 0;
  for (const row of readStoredRows(context.writing, table, index, key)) {
    if (keep(row)) continue;
    await deleteRow(context.writing, table, row);
    removed++;
  }
  return removed;
}

/** Whether a type can be compared by btree, so that it can be indexed. */
export function isIndexable(type: Oid): boolean {
  return findType(type)?.encodeKey !== undefined;
}
