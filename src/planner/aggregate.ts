/** Grouping: hash, sorted or plain aggregation, and the expressions above it rewritten in terms of its columns. */
import { findType } from '../types/registry.ts';
import { expressionsEqual } from '../algebra/equal.ts';
import type { Aggregate, ColumnId, Expression } from '../algebra/expression.ts';
import type { AggregateNode } from '../algebra/physical.ts';
import type { OutputColumn } from '../algebra/query.ts';
import { children, mapChildren } from '../algebra/walk.ts';
import type { PlanContext } from './context.ts';
import { aggregateCost, clampRows } from './cost.ts';
import { sortedBy } from './join-paths.ts';
import { projectPath, reference } from './make.ts';
import { addPath, rowsOf, type OrderColumn, type Path } from './path.ts';
import type { SubqueryLifter } from './sublinks.ts';
import { distinctValues, rowWidth } from './statistics.ts';

export interface GroupColumn {
  readonly expression: Expression;
  readonly column: OutputColumn;
}

export interface AggregateColumn {
  readonly aggregate: Aggregate;
  readonly column: OutputColumn;
}

export interface Grouping {
  readonly groups: readonly GroupColumn[];
  readonly aggregates: readonly AggregateColumn[];
}

/** Names a column for each group expression and each different aggregate in the given expressions. */
export function collectGrouping(
  groupBy: readonly Expression[],
  expressions: readonly Expression[],
  context: PlanContext,
): Grouping {
  const groups = groupBy.map((expression) => ({
    expression,
    column: expression.kind === 'column' ? columnOf(expression, context) : context.newColumn('group', expression),
  }));
  const aggregates: AggregateColumn[] = [];
  const collect = (node: Expression): void => {
    if (node.kind !== 'aggregate') {
      for (const child of children(node)) collect(child);
      return;
    }
    if (aggregates.some((known) => expressionsEqual(known.aggregate, node))) return;
    aggregates.push({ aggregate: node, column: context.newColumn('aggregate', node) });
  };
  for (const expression of expressions) collect(expression);
  return { groups, aggregates };
}

function columnOf(expression: Extract<Expression, { kind: 'column' }>, context: PlanContext): OutputColumn {
  const { column: id, type, typmod, collation } = expression;
  const name = context.facts.get(id)?.name ?? '?column?';
  return { id, name, type, typmod, collation, tableOid: 0, columnNumber: 0 };
}

/** An expression over the grouped rows: group expressions and aggregates become their columns. */
export function overGroups(expression: Expression, grouping: Grouping): Expression {
  const group = grouping.groups.find((candidate) => expressionsEqual(candidate.expression, expression));
  if (group !== undefined) return reference(group.column);
  if (expression.kind === 'aggregate') {
    const found = grouping.aggregates.find((candidate) => expressionsEqual(candidate.aggregate, expression));
    if (found !== undefined) return reference(found.column);
  }
  return mapChildren(expression, (child) => overGroups(child, grouping));
}

export function aggregatePaths(
  input: readonly Path[],
  grouping: Grouping,
  lifter: SubqueryLifter,
  context: PlanContext,
): Path[] {
  const prepared = input.map((path) => prepareInput(path, grouping, lifter, context));
  const paths: Path[] = [];
  const groupIds = grouping.groups.map(({ column }) => column.id);
  const first = prepared[0] as Prepared;
  const output = [...groupIds, ...grouping.aggregates.map(({ column }) => column.id)];
  const rows = groupCount(
    grouping.groups.map(({ expression }) => expression),
    rowsOf(first.path),
    context,
  );
  const make = (
    strategy: AggregateNode['strategy'],
    { path, aggregates }: Prepared,
    order: readonly OrderColumn[],
  ): Path => {
    const groups = strategy === 'plain' ? 1 : rows;
    const width = rowWidth(output, context);
    const cost = aggregateCost(
      path.plan.estimate,
      strategy,
      groupIds.length,
      aggregates.length,
      groups,
      width,
      context.settings,
    );
    const plan: AggregateNode = {
      kind: 'aggregate',
      strategy,
      input: path.plan,
      groupBy: groupIds,
      aggregates,
      output,
      estimate: { ...cost, rows: groups, width },
    };
    return { plan, order };
  };
  if (groupIds.length === 0) {
    for (const item of prepared) addPath(paths, make('plain', item, []));
    return paths;
  }
  const hashable = grouping.groups.every(({ column }) => findType(column.type)?.hash !== undefined);
  if (hashable && context.settings.enableHashAggregate) {
    for (const item of prepared) addPath(paths, make('hash', item, []));
  }
  const order = groupIds.map((column) => ({ column, descending: false, nullsFirst: false }));
  const sorted = sortedBy(
    prepared.map(({ path }) => path),
    order,
    context,
  );
  addPath(paths, make('sorted', { path: sorted, aggregates: first.aggregates }, order));
  return paths;
}

interface Prepared {
  readonly path: Path;
  readonly aggregates: readonly { readonly id: ColumnId; readonly aggregate: Aggregate }[];
}

/** Group expressions computed into columns, subqueries in them and in aggregates' arguments lifted. */
function prepareInput(path: Path, grouping: Grouping, lifter: SubqueryLifter, context: PlanContext): Prepared {
  const computed = grouping.groups.filter(({ expression }) => expression.kind !== 'column');
  const lifted = lifter.lift(
    [...computed.map(({ expression }) => expression), ...grouping.aggregates.map(({ aggregate }) => aggregate)],
    path,
  );
  const aggregates = grouping.aggregates.map(({ column }, i) => ({
    id: column.id,
    aggregate: lifted.expressions[computed.length + i] as Aggregate,
  }));
  if (computed.length === 0) return { path: lifted.path, aggregates };
  const columns = computed.map(({ column }, i) => ({ column, expression: lifted.expressions[i] as Expression }));
  return { path: projectPath(lifted.path, lifted.path.plan.output, columns, context), aggregates };
}

/** estimate_num_groups, without its correction for correlated columns. */
export function groupCount(expressions: readonly Expression[], rows: number, context: PlanContext): number {
  let groups = 1;
  for (const expression of expressions) groups *= distinctValues(expression, rows, context);
  return clampRows(Math.min(groups, rows));
}
