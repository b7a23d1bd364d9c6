/** From a FROM tree and WHERE to the flat join problem of group.ts, with outer joins simplified and subqueries made joins. */
import { unreachable } from '../common/assert.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { ColumnId, Expression, SlotId } from '../algebra/expression.ts';
import type { FromItem, FunctionItem, JoinItem, Query, RelationId, SelectQuery } from '../algebra/query.ts';
import { columnsUsed, conjuncts, containsKind, mapFromItem, replaceColumns, visitQuery } from '../algebra/walk.ts';
import type { FunctionScan } from '../algebra/physical.ts';
import type { PlanContext } from './context.ts';
import { clampRows } from './cost.ts';
import { foldConstants } from './fold.ts';
import { emptyGroup, groupColumns, isSubset, type Group, type PlannedLeaf, type TableLeaf } from './group.ts';
import { passedColumn, slotReference } from './make.ts';
import type { Path } from './path.ts';
import { pullUpSubqueries } from './pull-up.ts';
import { rejectedNulls } from './strict.ts';
import { rowWidth } from './statistics.ts';

/** What the rest of the planner provides to this file. */
export interface QueryPlanner {
  /** Plans a query of its own; its path has (at least) the columns of `query.output`. */
  planQuery(query: Query): Path;
  /** A WITH query's plan for one reference. */
  planCommonTable(item: Extract<FromItem, { kind: 'common-table' }>): Path;
  /** Relations whose rows must be identified (FOR UPDATE, modification targets). */
  readonly rowReferences: ReadonlyMap<RelationId, TableLeaf['rowReference']>;
}

export function buildGroup(
  from: readonly FromItem[],
  where: Expression | undefined,
  planner: QueryPlanner,
  context: PlanContext,
): Group {
  const group = emptyGroup();
  for (const item of from) addItem(item, group, planner, context);
  addConditions(group, where, planner, context);
  simplifyOuterJoins(group);
  return group;
}

/** Adds WHERE or ON conjuncts; EXISTS and IN among them become semi joins. */
function addConditions(
  group: Group,
  condition: Expression | undefined,
  planner: QueryPlanner,
  context: PlanContext,
): void {
  if (condition === undefined) return;
  const folded = foldConstants(condition, context.eval);
  for (const conjunct of conjuncts(folded)) {
    if (!addSemiJoin(group, conjunct, planner, context)) group.conditions.push(conjunct);
  }
}

function addItem(item: FromItem, group: Group, planner: QueryPlanner, context: PlanContext): void {
  switch (item.kind) {
    case 'table': {
      context.noteTable(item.columns, item.table, item.alias);
      const columns = new Map<ColumnId, number>(item.columns.map((column) => [column.id, column.columnNumber]));
      const { relation, table, alias } = item;
      const rowReference = planner.rowReferences.get(relation);
      group.items.push({ kind: 'table', relation, table, alias, columns, rowReference });
      return;
    }
    case 'subquery':
      group.items.push(
        plannedLateral(
          item,
          item.columns.map((column) => column.id),
          context,
          (bound) => planner.planQuery(bound.query),
        ),
      );
      for (const column of item.columns) context.note(column, item.alias);
      return;
    case 'function':
      for (const column of item.columns) context.note(column, item.alias);
      group.items.push(
        plannedLateral(
          item,
          item.columns.map((column) => column.id),
          context,
          (bound) => functionPath(bound, context),
        ),
      );
      return;
    case 'common-table': {
      for (const column of item.columns) context.note(column, item.alias);
      const path = planner.planCommonTable(item);
      group.items.push({ kind: 'planned', path, columns: new Set(item.columns.map((column) => column.id)), slots: [] });
      return;
    }
    case 'join':
      addJoin(item, group, planner, context);
      return;
    default:
      unreachable(item, 'from item');
  }
}

/** Columns from outside become slots, so that the item is a plan of its own, run anew for each set of their values. */
function plannedLateral<T extends FromItem>(
  item: T,
  columns: readonly ColumnId[],
  context: PlanContext,
  plan: (bound: T) => Path,
): PlannedLeaf {
  const free = freeColumns(item);
  const slots = [...free].map((column) => ({ slot: context.newSlot(), column }));
  const bound = slots.length === 0 ? item : (bindSlots(item, slots, context) as T);
  return { kind: 'planned', path: plan(bound), columns: new Set(columns), slots };
}

function bindSlots(
  item: FromItem,
  slots: readonly { readonly slot: SlotId; readonly column: ColumnId }[],
  context: PlanContext,
): FromItem {
  return mapFromItem(item, (expression) => replaceFree(expression, slots, context));
}

/** Puts slots in place of outer columns. */
export function replaceFree(
  expression: Expression,
  slots: readonly { readonly slot: SlotId; readonly column: ColumnId }[],
  context: PlanContext,
): Expression {
  return replaceColumns(expression, (column) => {
    const found = slots.find((entry) => entry.column === column);
    return found === undefined ? undefined : slotReference(found.slot, passedColumn(column, context));
  });
}

function freeColumns(item: FromItem): Set<ColumnId> {
  if (item.kind === 'subquery') return freeColumnsOfQuery(item.query);
  const used = new Set<ColumnId>();
  if (item.kind === 'function') {
    for (const { call } of item.calls) for (const column of columnsUsed(call)) used.add(column);
  }
  return used;
}

/** Columns a query mentions but does not produce anywhere inside. */
export function freeColumnsOfQuery(query: Query): Set<ColumnId> {
  const produced = new Set<ColumnId>();
  collectProduced(query, produced);
  const free = new Set<ColumnId>();
  visitQuery(query, (node) => {
    if (node.kind === 'column' && !produced.has(node.column)) free.add(node.column);
    if (node.kind === 'subquery') collectProduced(node.query, produced);
  });
  for (const column of produced) free.delete(column);
  return free;
}

function collectProduced(query: Query, produced: Set<ColumnId>): void {
  for (const column of query.output) produced.add(column.id);
  for (const table of query.with) {
    for (const column of table.columns) produced.add(column.id);
    collectProduced(table.query, produced);
  }
  if (query.kind === 'set-operation') {
    collectProduced(query.left, produced);
    collectProduced(query.right, produced);
  }
  if (query.kind === 'select') for (const item of query.from) collectItem(item, produced);
}

function collectItem(item: FromItem, produced: Set<ColumnId>): void {
  if (item.kind === 'join') {
    for (const { column } of item.merged) produced.add(column.id);
    collectItem(item.left, produced);
    collectItem(item.right, produced);
    return;
  }
  for (const column of item.columns) produced.add(column.id);
  if (item.kind === 'subquery') collectProduced(item.query, produced);
}

function functionPath(item: FunctionItem, context: PlanContext): Path {
  const output = item.columns.map((column) => column.id);
  const rows = item.calls.some(({ call }) => call.kind === 'call' && call.returnsSet) ? seriesRows(item) : 1;
  const plan: FunctionScan = {
    kind: 'function-scan',
    alias: item.alias,
    calls: item.calls.map(({ call, columnCount }) => ({ call: foldConstants(call, context.eval), columnCount })),
    ordinality: item.ordinality,
    output,
    estimate: {
      startupCost: 0,
      totalCost: rows * context.settings.cpuTupleCost,
      rows,
      width: rowWidth(output, context),
    },
  };
  return { plan, order: [] };
}

/** generate_series over constants says how many; anything else is taken for 1000, as pg_proc.prorows mostly does. */
function seriesRows(item: FunctionItem): number {
  const call = item.calls[0]?.call;
  if (call?.kind === 'call' && call.args.length >= 2) {
    const [from, to, step] = call.args.map((arg) => (arg.kind === 'constant' ? arg.value : undefined));
    if (typeof from === 'number' && typeof to === 'number') {
      return clampRows((to - from) / (typeof step === 'number' && step !== 0 ? step : 1) + 1);
    }
  }
  return 1000;
}

function addJoin(item: JoinItem, group: Group, planner: QueryPlanner, context: PlanContext): void {
  switch (item.join) {
    case 'inner':
      addItem(item.left, group, planner, context);
      addItem(item.right, group, planner, context);
      addConditions(group, item.on, planner, context);
      return;
    case 'left':
      addLeftJoin(item.left, item.right, item.on, group, planner, context);
      return;
    case 'right':
      addLeftJoin(item.right, item.left, item.on, group, planner, context);
      return;
    case 'full': {
      const left = buildGroup([item.left], undefined, planner, context);
      const right = buildGroup([item.right], undefined, planner, context);
      group.items.push({ kind: 'full', left, right, on: foldedConjuncts(item.on, context) });
      return;
    }
    default:
      unreachable(item.join, 'join');
  }
}

function foldedConjuncts(condition: Expression | undefined, context: PlanContext): readonly Expression[] {
  return condition === undefined ? [] : conjuncts(foldConstants(condition, context.eval));
}

function addLeftJoin(
  kept: FromItem,
  nullable: FromItem,
  on: Expression | undefined,
  group: Group,
  planner: QueryPlanner,
  context: PlanContext,
): void {
  addItem(kept, group, planner, context);
  const right = emptyGroup();
  addItem(nullable, right, planner, context);
  const own = groupColumns(right);
  const joinConditions: Expression[] = [];
  for (const conjunct of foldedConjuncts(on, context)) {
    // What speaks of the nullable side alone filters it beneath the join.
    const used = columnsUsed(conjunct);
    if (used.size > 0 && isSubset(used, own) && !containsKind(conjunct, 'subquery')) right.conditions.push(conjunct);
    else joinConditions.push(conjunct);
  }
  simplifyOuterJoins(right);
  group.lefts.push({ right, on: joinConditions });
}

/** A left join whose right side some condition needs not to be NULL is an inner join. */
function simplifyOuterJoins(group: Group): void {
  for (let changed = true; changed;) {
    changed = false;
    const rejected = new Set<ColumnId>();
    const strictConditions = [
      ...group.conditions,
      ...group.semis.filter((semi) => !semi.anti).flatMap((semi) => semi.on),
    ];
    for (const condition of strictConditions) for (const column of rejectedNulls(condition)) rejected.add(column);
    for (const [i, left] of group.lefts.entries()) {
      const columns = groupColumns(left.right);
      if (![...columns].some((column) => rejected.has(column))) continue;
      group.lefts.splice(i, 1);
      group.items.push(...left.right.items);
      group.conditions.push(...left.on, ...left.right.conditions);
      group.semis.push(...left.right.semis);
      group.lefts.splice(i, 0, ...left.right.lefts);
      changed = true;
      break;
    }
  }
}

// ------------------------------------------------------------------------------------------------- subqueries as semi joins

/** Turns [NOT] EXISTS, IN and NOT IN into a semi or anti join if that is possible; says whether it was. */
function addSemiJoin(group: Group, conjunct: Expression, planner: QueryPlanner, context: PlanContext): boolean {
  const negated = conjunct.kind === 'not';
  const node = negated ? conjunct.arg : conjunct;
  if (node.kind !== 'subquery') {
    // NOT IN arrives as <> ALL when written so, or as NOT (= ANY): only the latter is handled here.
    return false;
  }
  if (node.form === 'exists') return addExists(group, node.query, negated, planner, context);
  if (node.form === 'any' && node.test !== undefined && !containsKind(node.test, 'subquery')) {
    return negated
      ? addNotIn(group, node.query, node.test, planner)
      : addIn(group, node.query, node.test, planner, context);
  }
  return false;
}

/** A query that can be opened up: only FROM and WHERE matter to EXISTS. */
function openable(query: Query): SelectQuery | undefined {
  if (query.kind !== 'select' || query.from.length === 0 || query.with.length > 0) return undefined;
  if (query.grouped || query.offset !== undefined || query.locking.length > 0) return undefined;
  if (query.distinctOn !== undefined) return undefined;
  const positiveLimit =
    query.limit === undefined ||
    (query.limit.kind === 'constant' && typeof query.limit.value === 'number' && query.limit.value > 0);
  return positiveLimit ? query : undefined;
}

function addExists(group: Group, query: Query, anti: boolean, planner: QueryPlanner, context: PlanContext): boolean {
  const plain = openable(query);
  if (plain === undefined) return false;
  const pulled = pullUpSubqueries({ ...plain, limit: undefined, orderBy: [] });
  if (pulled.targets.some(({ expression }) => expression.kind === 'call' && expression.returnsSet)) return false;
  const opened = openCorrelated(pulled.from, pulled.where, planner, context);
  if (opened === undefined) return false;
  group.semis.push({ anti, nullAware: false, ...opened });
  return true;
}

/** FROM and WHERE of a subquery as a group, the conditions that mention outer columns apart. */
function openCorrelated(
  from: readonly FromItem[],
  where: Expression | undefined,
  planner: QueryPlanner,
  context: PlanContext,
): { readonly right: Group; readonly on: readonly Expression[] } | undefined {
  // Correlation inside FROM (LATERAL to the outer query) stays a subplan.
  const inFrom: Query = fromOnly(from);
  if (freeColumnsOfQuery(inFrom).size > 0) return undefined;
  const right = emptyGroup();
  for (const item of from) addItem(item, right, planner, context);
  const own = groupColumns(right);
  const on: Expression[] = [];
  for (const conjunct of foldedConjuncts(where, context)) {
    const used = columnsUsed(conjunct);
    if (isSubset(used, own)) {
      if (!addSemiJoin(right, conjunct, planner, context)) right.conditions.push(conjunct);
    } else if (containsKind(conjunct, 'subquery')) {
      return undefined;
    } else {
      on.push(conjunct);
    }
  }
  simplifyOuterJoins(right);
  return { right, on };
}

function fromOnly(from: readonly FromItem[]): SelectQuery {
  return {
    kind: 'select',
    with: [],
    output: [],
    from,
    where: undefined,
    groupBy: [],
    grouped: false,
    having: undefined,
    targets: [],
    distinct: false,
    distinctOn: undefined,
    orderBy: [],
    limit: undefined,
    offset: undefined,
    withTies: false,
    locking: [],
  };
}

function addIn(group: Group, query: Query, test: Expression, planner: QueryPlanner, context: PlanContext): boolean {
  if (freeColumnsOfQuery(query).size === 0) {
    group.semis.push({ anti: false, nullAware: false, right: plannedGroup(query, planner), on: conjuncts(test) });
    return true;
  }
  const plain = openable(query);
  if (plain === undefined || plain.limit !== undefined || plain.distinct) return false;
  const outputs = new Map(plain.targets.map((target) => [target.column.id, target.expression]));
  const opened = openCorrelated(plain.from, plain.where, planner, context);
  if (opened === undefined) return false;
  const compared = replaceColumns(test, (column) => outputs.get(column));
  if (containsKind(compared, 'subquery')) return false;
  group.semis.push({ anti: false, nullAware: false, right: opened.right, on: [...opened.on, ...conjuncts(compared)] });
  return true;
}

/** NOT IN of an uncorrelated query by one column: an anti join that knows what NULL means. */
function addNotIn(group: Group, query: Query, test: Expression, planner: QueryPlanner): boolean {
  if (freeColumnsOfQuery(query).size > 0 || test.kind !== 'call' || query.output.length !== 1) return false;
  const [left, right] = test.args;
  const column = query.output[0];
  if (left === undefined || right?.kind !== 'column' || right.column !== column?.id) return false;
  if (left.type !== right.type || columnsUsed(left).size === 0 || test.type !== typeOids.bool) return false;
  group.semis.push({ anti: true, nullAware: true, right: plannedGroup(query, planner), on: [test] });
  return true;
}

function plannedGroup(query: Query, planner: QueryPlanner): Group {
  const group = emptyGroup();
  const columns = new Set(query.output.map((column) => column.id));
  group.items.push({ kind: 'planned', path: planner.planQuery(query), columns, slots: [] });
  return group;
}
