/** From a join problem to paths: single-table conditions go down, joins are ordered, left and semi joins follow. */
import { notSupported } from '../common/sql-error.ts';
import { findOperator } from '../functions/registry.ts';
import type { ColumnId, Expression } from '../algebra/expression.ts';
import type { JoinType, Result } from '../algebra/physical.ts';
import { columnsUsed, containsKind } from '../algebra/walk.ts';
import { volatilityOf } from '../algebra/volatility.ts';
import { tablePaths } from './access-paths.ts';
import type { PlanContext } from './context.ts';
import { clampRows } from './cost.ts';
import { isFalseOrNull } from './fold.ts';
import { groupColumns, isSubset, itemColumns, requiredColumns, type Group, type Item } from './group.ts';
import { addJoinPaths, type JoinSide } from './join-paths.ts';
import { joinItems, type PlannedItem } from './join-order.ts';
import { filterPath } from './make.ts';
import { addPath, cheapest, rowsOf, type Path } from './path.ts';
import { selectivityOfAll } from './selectivity.ts';
import { distinctValues } from './statistics.ts';
import type { SubqueryLifter } from './sublinks.ts';

/** A joined relation under construction. */
interface Joined {
  paths: Path[];
  columns: Set<ColumnId>;
}

export function groupPaths(group: Group, lifter: SubqueryLifter, context: PlanContext): Path[] {
  if (group.items.length === 0) return [withoutTables(group, lifter, context)];
  const conditions = withImpliedConstants(group.conditions.map((condition) => lifter.liftUncorrelated(condition)));
  const pending = new Set(conditions);
  const early = earlyItems(group);
  const joined = joinEarly(early, pending, context);
  for (const left of group.lefts) {
    applyPending(joined, pending, context);
    addOuter(joined, 'left', left.right, left.on, false, lifter, context);
  }
  for (const item of group.items) if (!early.includes(item)) addLate(joined, item, context);
  applyPending(joined, pending, context);
  for (const semi of group.semis) {
    addOuter(joined, semi.anti ? 'anti' : 'semi', semi.right, semi.on, semi.nullAware, lifter, context);
  }
  return filterLifted(joined.paths, [...pending], lifter, context);
}

/** SELECT without FROM: one row, unless a condition says no. */
function withoutTables(group: Group, lifter: SubqueryLifter, context: PlanContext): Path {
  const plan: Result = {
    kind: 'result',
    expressions: [],
    condition: undefined,
    output: [],
    estimate: { startupCost: 0, totalCost: context.settings.cpuTupleCost, rows: 1, width: 0 },
  };
  const base: Path = { plan, order: [] };
  return filterLifted([base], group.conditions, lifter, context)[0] as Path;
}

/** Conditions with correlated subqueries: computed by apply, then filtered. */
function filterLifted(
  paths: readonly Path[],
  conditions: readonly Expression[],
  lifter: SubqueryLifter,
  context: PlanContext,
): Path[] {
  if (conditions.length === 0) return [...paths];
  return paths.map((path) => {
    const lifted = lifter.lift(conditions, path);
    return filterPath(lifted.path, lifted.expressions, context);
  });
}

/** Items that need nothing from the nullable side of a left join. */
function earlyItems(group: Group): Item[] {
  const columns = new Set<ColumnId>();
  for (const item of group.items) for (const column of itemColumns(item)) columns.add(column);
  return group.items.filter((item) => isSubset(requiredColumns(item), columns));
}

function joinEarly(items: readonly Item[], pending: Set<Expression>, context: PlanContext): Joined {
  const columns = new Set<ColumnId>();
  for (const item of items) for (const column of itemColumns(item)) columns.add(column);
  const usable = [...pending].filter(
    (condition) => !containsKind(condition, 'subquery') && isSubset(columnsUsed(condition), columns),
  );
  for (const condition of usable) pending.delete(condition);
  const constantOnly = usable.filter((condition) => columnsUsed(condition).size === 0);
  const planned = items.map((item) => planItem(item, usable, context));
  const between = usable.filter((condition) => {
    const used = columnsUsed(condition);
    return used.size > 0 && !items.some((item) => isSubset(used, itemColumns(item)));
  });
  const paths = joinItems(planned, between, context).map((path) => oneTimeFilter(path, constantOnly, context));
  return { paths, columns };
}

/** Conditions without columns decide once whether there are rows at all. */
function oneTimeFilter(path: Path, conditions: readonly Expression[], context: PlanContext): Path {
  if (conditions.length === 0) return path;
  if (conditions.some(isFalseOrNull)) {
    const { output, estimate } = path.plan;
    const plan: Result = {
      kind: 'result',
      expressions: [],
      condition: conditions.find(isFalseOrNull),
      output,
      estimate: { startupCost: 0, totalCost: 0, rows: 1, width: estimate.width },
    };
    return { plan, order: [] };
  }
  return filterPath(path, conditions, context);
}

function planItem(item: Item, conditions: readonly Expression[], context: PlanContext): PlannedItem {
  const columns = itemColumns(item);
  const own = conditions.filter((condition) => {
    const used = columnsUsed(condition);
    return used.size > 0 && isSubset(used, columns);
  });
  switch (item.kind) {
    case 'table': {
      const paths: Path[] = [];
      for (const path of tablePaths(item, own, context)) addPath(paths, path);
      return { item, paths, conditions: own };
    }
    case 'planned':
      return { item, paths: [filterPath(item.path, own, context)], conditions: own };
    case 'full':
      return { item, paths: fullJoin(item, own, context), conditions: own };
  }
}

function fullJoin(
  item: Extract<Item, { kind: 'full' }>,
  conditions: readonly Expression[],
  context: PlanContext,
): Path[] {
  const none = noSubqueries;
  const left = sideOf(item.left, none, context);
  const right = sideOf(item.right, none, context);
  const leftRows = rowsOf(cheapest(left.paths));
  const rightRows = rowsOf(cheapest(right.paths));
  const matched = leftRows * rightRows * selectivityOfAll(item.on, Math.max(leftRows, rightRows), context);
  const paths: Path[] = [];
  const rows = Math.max(matched, leftRows, rightRows);
  addJoinPaths({ join: 'full', left, right, conditions: item.on, rows, nullAware: false }, paths, context);
  if (paths.length === 0) {
    throw notSupported('FULL JOIN with conditions that neither hash nor merge');
  }
  return paths.map((path) => filterPath(path, conditions, context));
}

/** Inside a FULL join's sides conditions have no subqueries of their own left to lift. */
const noSubqueries: SubqueryLifter = {
  liftUncorrelated: (expression) => expression,
  lift: (expressions, path) => {
    if (expressions.some((expression) => containsKind(expression, 'subquery'))) {
      throw notSupported('a subquery in a condition beneath FULL JOIN');
    }
    return { expressions, path };
  },
};

function sideOf(group: Group, lifter: SubqueryLifter, context: PlanContext): JoinSide {
  const [item] = group.items;
  const columns = groupColumns(group);
  const alone = group.items.length === 1 && group.lefts.length === 0 && group.semis.length === 0;
  if (alone && item !== undefined && !group.conditions.some((condition) => containsKind(condition, 'subquery'))) {
    const conditions = group.conditions.map((condition) => lifter.liftUncorrelated(condition));
    const planned = planItem(item, conditions, context);
    const constantOnly = conditions.filter((condition) => columnsUsed(condition).size === 0);
    const paths = planned.paths.map((path) => oneTimeFilter(path, constantOnly, context));
    const table = item.kind === 'table' && constantOnly.length === 0 ? item : undefined;
    const slots = item.kind === 'planned' ? item.slots : [];
    return { paths, columns, table, conditions: planned.conditions, slots };
  }
  return { paths: groupPaths(group, lifter, context), columns, table: undefined, conditions: [], slots: [] };
}

/** Joins the nullable, semi or anti side on. */
function addOuter(
  joined: Joined,
  join: JoinType,
  right: Group,
  on: readonly Expression[],
  nullAware: boolean,
  lifter: SubqueryLifter,
  context: PlanContext,
): void {
  const conditions = on.map((condition) => lifter.liftUncorrelated(condition));
  if (conditions.some((condition) => containsKind(condition, 'subquery'))) {
    throw notSupported('a correlated subquery in the condition of an outer join');
  }
  const rightSide = sideOf(right, lifter, context);
  const leftSide: JoinSide = {
    paths: joined.paths,
    columns: joined.columns,
    table: undefined,
    conditions: [],
    slots: [],
  };
  const paths: Path[] = [];
  const rows = outerRows(join, leftSide, rightSide, conditions, context);
  addJoinPaths({ join, left: leftSide, right: rightSide, conditions, rows, nullAware }, paths, context);
  joined.paths = paths;
  if (join === 'left') for (const column of rightSide.columns) joined.columns.add(column);
}

function outerRows(
  join: JoinType,
  left: JoinSide,
  right: JoinSide,
  conditions: readonly Expression[],
  context: PlanContext,
): number {
  const leftRows = rowsOf(cheapest(left.paths));
  const rightRows = rowsOf(cheapest(right.paths));
  const matched = leftRows * rightRows * selectivityOfAll(conditions, Math.max(leftRows, rightRows), context);
  if (join === 'left') return Math.max(matched, leftRows);
  const semi = Math.min(leftRows, matched, leftRows * semiShare(conditions, leftRows, rightRows, context));
  return clampRows(join === 'semi' ? semi : leftRows - semi);
}

/** Share of left rows with a match: distinct values on the right against those on the left. */
function semiShare(
  conditions: readonly Expression[],
  leftRows: number,
  rightRows: number,
  context: PlanContext,
): number {
  let share = 1;
  for (const condition of conditions) {
    if (condition.kind !== 'call' || condition.args.length !== 2) continue;
    if (condition.operator === 0 || findOperator(condition.operator)?.name !== '=') continue;
    const [a, b] = condition.args as [Expression, Expression];
    const [left, right] = [distinctValues(a, leftRows, context), distinctValues(b, rightRows, context)];
    share = Math.min(share, right / Math.max(left, right, 1));
  }
  return share;
}

/** A lateral item whose needs only a left join fulfils. */
function addLate(joined: Joined, item: Item, context: PlanContext): void {
  const planned = planItem(item, [], context);
  const columns = itemColumns(item);
  const slots = item.kind === 'planned' ? item.slots : [];
  const right: JoinSide = { paths: planned.paths, columns, table: undefined, conditions: [], slots };
  const left: JoinSide = { paths: joined.paths, columns: joined.columns, table: undefined, conditions: [], slots: [] };
  const rows = rowsOf(cheapest(left.paths)) * rowsOf(cheapest(right.paths));
  const paths: Path[] = [];
  addJoinPaths({ join: 'inner', left, right, conditions: [], rows, nullAware: false }, paths, context);
  joined.paths = paths;
  for (const column of columns) joined.columns.add(column);
}

/** Filters by the conditions that can now be computed. */
function applyPending(joined: Joined, pending: Set<Expression>, context: PlanContext): void {
  const ready = [...pending].filter(
    (condition) => !containsKind(condition, 'subquery') && isSubset(columnsUsed(condition), joined.columns),
  );
  for (const condition of ready) pending.delete(condition);
  joined.paths = joined.paths.map((path) => filterPath(path, ready, context));
}

/** From a = b and a = constant follows b = constant, which may open an index or shrink a scan. */
function withImpliedConstants(conditions: readonly Expression[]): Expression[] {
  const result = [...conditions];
  const fixed = new Map<ColumnId, Extract<Expression, { kind: 'call' }>>();
  const sameColumns: [ColumnId, ColumnId, Extract<Expression, { kind: 'call' }>][] = [];
  for (const condition of conditions) {
    if (condition.kind !== 'call' || condition.args.length !== 2 || condition.operator === 0) continue;
    if (findOperator(condition.operator)?.name !== '=') continue;
    const [a, b] = condition.args as [Expression, Expression];
    if (a.type !== b.type) continue;
    if (a.kind === 'column' && b.kind === 'column') sameColumns.push([a.column, b.column, condition]);
    else if (a.kind === 'column' && isFixed(b)) fixed.set(a.column, condition);
    else if (b.kind === 'column' && isFixed(a)) fixed.set(b.column, { ...condition, args: [b, a] });
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const [a, b, equality] of sameColumns) {
      for (const [from, to] of [[a, b] as const, [b, a] as const]) {
        const known = fixed.get(from);
        if (known === undefined || fixed.has(to) || known.operator !== equality.operator) continue;
        const column = equality.args.find((arg) => arg.kind === 'column' && arg.column === to) as Expression;
        const implied = { ...known, args: [column, known.args[1] as Expression] };
        fixed.set(to, implied);
        result.push(implied);
        changed = true;
      }
    }
  }
  return result;
}

function isFixed(expression: Expression): boolean {
  return (
    columnsUsed(expression).size === 0 && !containsKind(expression, 'subquery') && volatilityOf(expression) !== 'v'
  );
}
