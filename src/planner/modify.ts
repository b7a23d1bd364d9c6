/** Plans of INSERT, UPDATE and DELETE: a source of rows under one modify node. */
import { notSupported } from '../common/sql-error.ts';
import type { Expression } from '../algebra/expression.ts';
import type { Delete, Insert, PhysicalPlan, ScanColumn, Update } from '../algebra/physical.ts';
import type { FromItem, OutputColumn, Target } from '../algebra/query.ts';
import type { DeleteStatement, InsertStatement, OnConflict, UpdateStatement } from '../algebra/statement.ts';
import { columnsUsed, containsKind } from '../algebra/walk.ts';
import type { PlanContext } from './context.ts';
import { foldConstants } from './fold.ts';
import { newRowReference, recheckable } from './locking.ts';
import { cheapest } from './path.ts';
import { noteItem, type SelectPlanner } from './select.ts';

interface Assignment {
  readonly column: number;
  readonly expression: Expression;
}

export function planInsert(statement: InsertStatement, planner: SelectPlanner, context: PlanContext): Insert {
  context.noteTable(statement.columns, statement.table, statement.alias);
  context.noteTable(statement.newColumns, statement.table, statement.alias);
  planner.defineCommonTables(statement.with, () => 2);
  const source = planner.planQuery(statement.source);
  const values = liftAssignments(statement.values, planner, context);
  return {
    kind: 'insert',
    input: source.plan,
    ...common(statement, planner, context),
    values,
    onConflict:
      statement.onConflict === undefined
        ? undefined
        : planOnConflict(statement.onConflict, statement, planner, context),
    estimate: modifyEstimate(source.plan, statement.returning),
  };
}

function modifyEstimate(input: PhysicalPlan, returning: readonly Target[]): PhysicalPlan['estimate'] {
  return returning.length > 0 ? input.estimate : { ...input.estimate, rows: 0, width: 0 };
}

function common(
  statement: InsertStatement | UpdateStatement | DeleteStatement,
  planner: SelectPlanner,
  context: PlanContext,
) {
  const lift = (expression: Expression, place: string) => liftOnly(expression, place, planner, context);
  return {
    table: statement.table,
    alias: statement.alias,
    newColumns: scanColumns(statement.newColumns),
    checks: statement.checks.map(({ name, expression }) => ({
      name,
      expression: foldConstants(expression, context.eval),
    })),
    generated: statement.generated,
    returning: statement.returning.map(({ expression }) => lift(expression, 'RETURNING')),
    output: statement.returning.map(({ column }) => column.id),
  };
}

function scanColumns(columns: readonly OutputColumn[]): ScanColumn[] {
  return columns.map((column) => ({ id: column.id, number: column.columnNumber }));
}

/** Folds and lifts init plans; a correlated subquery has no place here. */
function liftOnly(expression: Expression, place: string, planner: SelectPlanner, context: PlanContext): Expression {
  const lifted = planner.lifter.liftUncorrelated(foldConstants(expression, context.eval));
  if (containsKind(lifted, 'subquery')) throw notSupported(`a correlated subquery in ${place}`, expression.position);
  return lifted;
}

function liftAssignments(
  assignments: readonly Assignment[],
  planner: SelectPlanner,
  context: PlanContext,
): Assignment[] {
  return assignments.map(({ column, expression }) => ({
    column,
    expression: liftOnly(expression, 'this place', planner, context),
  }));
}

function planOnConflict(
  conflict: OnConflict,
  statement: InsertStatement,
  planner: SelectPlanner,
  context: PlanContext,
): Insert['onConflict'] {
  context.noteTable(conflict.excluded, statement.table, 'excluded');
  return {
    arbiters: conflict.arbiters,
    action: conflict.action,
    existing: scanColumns(statement.columns),
    excluded: scanColumns(conflict.excluded),
    assignments: liftAssignments(conflict.assignments, planner, context),
    where: conflict.where === undefined ? undefined : liftOnly(conflict.where, 'ON CONFLICT', planner, context),
  };
}

export function planUpdate(statement: UpdateStatement, planner: SelectPlanner, context: PlanContext): Update {
  const source = planTarget(
    statement,
    statement.from,
    statement.assignments.map(({ expression }) => expression),
    planner,
    context,
  );
  return {
    kind: 'update',
    input: source.input,
    ...common(statement, planner, context),
    reference: source.reference,
    oldColumns: source.oldColumns,
    assignments: statement.assignments.map(({ column }, i) => ({
      column,
      expression: source.expressions[i] as Expression,
    })),
    recheck: source.recheck,
    estimate: modifyEstimate(source.input, statement.returning),
  };
}

export function planDelete(statement: DeleteStatement, planner: SelectPlanner, context: PlanContext): Delete {
  const source = planTarget(statement, statement.using, [], planner, context);
  return {
    kind: 'delete',
    input: source.input,
    ...common(statement, planner, context),
    reference: source.reference,
    oldColumns: source.oldColumns,
    recheck: source.recheck,
    estimate: modifyEstimate(source.input, statement.returning),
  };
}

/**
 * Rows of the target joined with the other items. The input carries every old column, so that the new row and the
 * re-check after a wait can be computed from it.
 */
function planTarget(
  statement: UpdateStatement | DeleteStatement,
  others: readonly FromItem[],
  expressions: readonly Expression[],
  planner: SelectPlanner,
  context: PlanContext,
) {
  planner.defineCommonTables(statement.with, () => 2);
  context.noteTable(statement.newColumns, statement.table, statement.alias);
  const { table, relation, alias, columns } = statement;
  const note = (expression: Expression | undefined) => {
    if (expression !== undefined) for (const column of columnsUsed(expression)) context.used.add(column);
  };
  for (const column of columns) context.used.add(column.id);
  expressions.forEach(note);
  statement.returning.forEach(({ expression }) => note(expression));
  note(statement.where);
  for (const item of others) noteItem(item, note);
  const reference = newRowReference(context);
  planner.rowReferences.set(relation, reference);
  const target: FromItem = { kind: 'table', relation, table, alias, columns };
  const path = cheapest(planner.planFrom([target, ...others], statement.where));
  const folded = expressions.map((expression) => foldConstants(expression, context.eval));
  const lifted = planner.lifter.lift(folded, path);
  const oldColumns = scanColumns(columns);
  const condition = statement.where === undefined ? undefined : foldConstants(statement.where, context.eval);
  return {
    input: lifted.path.plan,
    expressions: lifted.expressions,
    reference,
    oldColumns,
    recheck: { columns: oldColumns, condition: recheckable(condition) },
  };
}
