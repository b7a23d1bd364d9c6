/** pg_get_…def: definitions printed as SQL. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import { deserializeExpression, deserializeQuery } from '../../algebra/serialize.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import type {
  ColumnDescriptor,
  ConstraintDescriptor,
  IndexDescriptor,
  TableDescriptor,
} from '../../catalog/descriptors.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import { canonicalInt64, type Datum } from '../../types/datum.ts';
import { type ExpressionNames, ExpressionPrinter } from '../deparse/expression.ts';
import { type QueryNames, QueryPrinter } from '../deparse/query.ts';
import { joinQualifiedName, splitRelationName } from '../qualified-name.ts';
import { relationOid, relationText } from '../reg-names.ts';
import type { Session } from '../session.ts';
import { readSequence } from './sequences.ts';
import { typeText } from '../type-names.ts';

type Question = (args: readonly Datum[], session: Session) => Datum;

// ---- expressions

/** Columns are named as they are in `table`; without one the expression has none. */
export function expressionText(
  text: string,
  table: TableDescriptor | undefined,
  session: Session,
  pretty: boolean = false,
): string {
  const expression = deserializeExpression(text, (column) => column);
  const names: ExpressionNames = {
    io: session.io,
    column: (column) => quoteIdentifier(table?.columns[(column as number) - 1]?.name ?? '?column?'),
    slot: (slot) => `$${slot}`,
    subquery: () => '',
    typeName: (oid) => typeText(oid, undefined, session.catalog),
  };
  return new ExpressionPrinter(names, pretty).print(expression);
}

const getExpression: Question = ([text, relation, pretty], session) => {
  const table = session.catalog.getRelation(relation as Oid);
  if (relation !== 0 && table === undefined) return null;
  return expressionText(text as string, table, session, pretty === true);
};

// ---- indexes

const getIndexDefinition: Question = ([oid, column, pretty], session) => {
  const [row] = readRows(session.catalogCache, 'pg_index', 'pg_index_indexrelid_index', [oid as Oid]);
  if (row === undefined) return null;
  const table = session.catalog.getRelation(row['indrelid'] as Oid);
  const index = table?.indexes.find((candidate) => candidate.oid === oid);
  if (table === undefined || index === undefined) return null;
  if (typeof column === 'number' && column > 0) {
    const named = table.columns[(index.columns[column - 1] ?? 0) - 1];
    return named === undefined ? '' : quoteIdentifier(named.name);
  }
  return indexText(index, table, pretty === true ? relationText(table.oid, session) : undefined);
};

/** The table is named with its schema unless `tableName` says how. */
function indexText(index: IndexDescriptor, table: TableDescriptor, tableName: string | undefined): string {
  const unique = index.unique ? 'UNIQUE ' : '';
  const nulls = index.nullsNotDistinct ? ' NULLS NOT DISTINCT' : '';
  const parts = index.columns.map((number, i) => columnName(table, number) + orderText(index, i));
  const name = tableName ?? joinQualifiedName(table.schema, table.name);
  return `CREATE ${unique}INDEX ${quoteIdentifier(index.name)} ON ${name} USING btree (${parts.join(', ')})${nulls}`;
}

function orderText(index: IndexDescriptor, i: number): string {
  const descending = index.descending[i] === true;
  const nullsFirst = index.nullsFirst[i] === true;
  const nulls = descending === nullsFirst ? '' : nullsFirst ? ' NULLS FIRST' : ' NULLS LAST';
  return `${descending ? ' DESC' : ''}${nulls}`;
}

function columnName(table: TableDescriptor, number: number): string {
  return quoteIdentifier((table.columns[number - 1] as ColumnDescriptor).name);
}

// ---- constraints

const getConstraintDefinition: Question = ([oid, pretty], session) => {
  const [row] = readRows(session.catalogCache, 'pg_constraint', 'pg_constraint_oid_index', [oid as Oid]);
  if (row === undefined) return null;
  const table = session.catalog.getRelation(row['conrelid'] as Oid);
  const constraint = table?.constraints.find((candidate) => candidate.oid === oid);
  if (table === undefined || constraint === undefined) return null;
  return constraintText(constraint, table, session, pretty === true);
};

function constraintText(
  constraint: ConstraintDescriptor,
  table: TableDescriptor,
  session: Session,
  pretty: boolean,
): string {
  const columns = constraint.columns.map((number) => columnName(table, number)).join(', ');
  const suffix = timingText(constraint);
  switch (constraint.kind) {
    case 'p':
      return `PRIMARY KEY (${columns})${suffix}`;
    case 'u': {
      const index = table.indexes.find((candidate) => candidate.oid === constraint.indexOid);
      return `UNIQUE ${index?.nullsNotDistinct === true ? 'NULLS NOT DISTINCT ' : ''}(${columns})${suffix}`;
    }
    case 'c':
      return `CHECK (${expressionText(constraint.checkExpression as string, table, session, pretty)})${suffix}`;
    case 'f':
      return foreignKeyText(constraint, columns, session) + suffix;
    case 'n':
      return `NOT NULL ${columns}`;
  }
}

function timingText({ deferrable, initiallyDeferred, validated }: ConstraintDescriptor): string {
  return `${deferrable ? ' DEFERRABLE' : ''}${initiallyDeferred ? ' INITIALLY DEFERRED' : ''}${validated ? '' : ' NOT VALID'}`;
}

const actionText = { a: '', r: 'RESTRICT', c: 'CASCADE', n: 'SET NULL', d: 'SET DEFAULT' } as const;

function foreignKeyText(constraint: ConstraintDescriptor, columns: string, session: Session): string {
  const foreign = constraint.foreign as NonNullable<ConstraintDescriptor['foreign']>;
  const parent = session.catalog.getRelation(foreign.referencedTable);
  const names = foreign.referencedColumns.map((number) => columnName(parent as TableDescriptor, number)).join(', ');
  const match = foreign.match === 'f' ? ' MATCH FULL' : '';
  const onUpdate = actionText[foreign.onUpdate];
  const onDelete = actionText[foreign.onDelete];
  return (
    `FOREIGN KEY (${columns}) REFERENCES ${relationText(foreign.referencedTable, session) ?? ''}(${names})${match}` +
    (onUpdate === '' ? '' : ` ON UPDATE ${onUpdate}`) +
    (onDelete === '' ? '' : ` ON DELETE ${onDelete}`)
  );
}

// ---- views

function viewText(view: TableDescriptor, session: Session, pretty: boolean, width: number): string {
  const { catalog } = session;
  let nextId = 1;
  const query = deserializeQuery(view.viewQuery as string, {
    newId: () => nextId++,
    table: (oid) => catalog.getRelation(oid) as TableDescriptor,
  });
  const names: QueryNames = {
    io: session.io,
    tableName: (table) => relationText(table.oid, session) ?? quoteIdentifier(table.name),
    typeName: (oid) => typeText(oid, undefined, catalog),
    viewName: (oid, alias) => {
      const name = relationText(oid, session) ?? '';
      return catalog.getRelation(oid)?.name === alias ? name : `${name} ${quoteIdentifier(alias)}`;
    },
  };
  const columns = view.columns.map((column) => column.name);
  return new QueryPrinter(names, pretty, width).definition(query, columns);
}

/** The second argument is the pretty flag, or the width up to which lines are filled, which means pretty too. */
const getViewDefinition: Question = ([view, flag], session) => {
  const oid = typeof view === 'string' ? namedRelation(view, session) : (view as Oid);
  const relation = session.catalog.getRelation(oid);
  if (relation?.viewQuery === undefined) return null;
  const width = typeof flag === 'number' ? flag : 0;
  return viewText(relation, session, flag === true || typeof flag === 'number', width);
};

function namedRelation(text: string, session: Session): Oid {
  const { schema, name } = splitRelationName(text);
  const oid = relationOid(schema, name, session);
  if (oid !== undefined) return oid;
  throw new SqlError(sqlState.undefinedTable, `relation "${text}" does not exist`);
}

// ---- sequences

const getSerialSequence: Question = ([tableText, column], session) => {
  const relation = session.catalog.getRelation(namedRelation(tableText as string, session));
  const found = relation?.columns.find((candidate) => candidate.name === column && !candidate.dropped);
  if (relation !== undefined && found === undefined) {
    throw new SqlError(
      sqlState.undefinedColumn,
      `column "${String(column)}" of relation "${relation.name}" does not exist`,
    );
  }
  const sequence = found?.ownedSequence ?? 0;
  const [row] = readRows(session.catalogCache, 'pg_class', 'pg_class_oid_index', [sequence]);
  if (row === undefined) return null;
  const schema = session.catalog.namespaceName(row['relnamespace'] as Oid);
  return joinQualifiedName(schema, row['relname'] as string);
};

const lastValue: Question = ([oid], session) => {
  readSequence(session.catalogCache, oid as Oid);
  const state = session.database.tables.sequences.state(oid as Oid);
  return state.isCalled ? canonicalInt64(state.lastValue) : null;
};

const noDefinition: Question = () => null;

export const definitionQuestions: Readonly<Record<string, Question>> = {
  pg_get_expr: getExpression,
  pg_get_indexdef: getIndexDefinition,
  pg_get_constraintdef: getConstraintDefinition,
  pg_get_viewdef: getViewDefinition,
  pg_get_serial_sequence: getSerialSequence,
  pg_sequence_last_value: lastValue,
  pg_get_ruledef: noDefinition,
  pg_get_triggerdef: noDefinition,
  pg_get_partkeydef: noDefinition,
  pg_get_partition_constraintdef: noDefinition,
  pg_get_statisticsobjdef: noDefinition,
  pg_get_statisticsobjdef_columns: noDefinition,
  pg_get_statisticsobjdef_expressions: noDefinition,
  pg_get_replica_identity_index: noDefinition,
};
