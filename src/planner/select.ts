/** Plans of queries: FROM and WHERE joined, then grouping, select list, DISTINCT, ORDER BY and LIMIT on top. */
import { findType } from '../types/registry.ts';
import { InvariantError, unreachable } from '../common/assert.ts';
import { notSupported } from '../common/sql-error.ts';
import { expressionsEqual } from '../algebra/equal.ts';
import type { ColumnId, Expression, SortKey } from '../algebra/expression.ts';
import type {
  Append,
  CommonTableScan,
  Limit,
  ProjectSet,
  RecursiveUnion,
  SetOperation,
  Sort,
  Unique,
  ValuesScan,
  WorkTableScan,
} from '../algebra/physical.ts';
import type {
  CommonTable,
  CommonTableId,
  CommonTableItem,
  FromItem,
  OutputColumn,
  Query,
  RelationId,
  SelectQuery,
  SetOperationQuery,
  Target,
  ValuesQuery,
} from '../algebra/query.ts';
import { children, columnsUsed, containsKind, mapChildren, some } from '../algebra/walk.ts';
import { volatilityOf } from '../algebra/volatility.ts';
import { reversePath } from './access-paths.ts';
import { aggregatePaths, collectGrouping, groupCount, overGroups, type Grouping } from './aggregate.ts';
import { buildGroup, freeColumnsOfQuery, type QueryPlanner } from './build-group.ts';
import type { PlanContext } from './context.ts';
import { clampRows, sortCost } from './cost.ts';
import { foldConstants } from './fold.ts';
import type { TableLeaf } from './group.ts';
import { groupPaths } from './group-paths.ts';
import { sortPath } from './join-paths.ts';
import { checkLockable, lockedItems, lockPath } from './locking.ts';
import { filterPath, makeAnd, passedColumn, projectPath, reference } from './make.ts';
import { addPath, cheapest, rowsOf, satisfiesOrder, type OrderColumn, type Path } from './path.ts';
import { pullUpSubqueries } from './pull-up.ts';
import { rowWidth } from './statistics.ts';
import { Lifter } from './sublinks.ts';

/** How a WITH query is read by those who refer to it. */
type CommonTableState =
  | { readonly kind: 'inline'; readonly table: CommonTable }
  | { readonly kind: 'shared'; readonly table: CommonTable; readonly rows: number }
  | { readonly kind: 'recursive'; readonly table: CommonTable; readonly rows: number };

export class SelectPlanner implements QueryPlanner {
  readonly rowReferences = new Map<RelationId, TableLeaf['rowReference']>();
  readonly lifter: Lifter;
  readonly #context: PlanContext;
  readonly #commonTables = new Map<CommonTableId, CommonTableState>();

  constructor(context: PlanContext) {
    this.#context = context;
    this.lifter = new Lifter(context, (query) => this.planQuery(query));
  }

  /** The cheapest plan; its columns include `query.output`, in its order if `query.orderBy` says so. */
  planQuery(query: Query): Path {
    for (const table of query.with) this.#defineCommonTable(table, query);
    switch (query.kind) {
      case 'select':
        return this.#planSelect(query);
      case 'values':
        return this.#tail(query, [this.#planValues(query)]);
      case 'set-operation':
        return this.#tail(query, [this.#planSetOperation(query)]);
      default:
        return unreachable(query, 'query');
    }
  }

  /** Defines the WITH queries of a modification, whose other parts then refer to them. */
  defineCommonTables(tables: readonly CommonTable[], references: (id: CommonTableId) => number): void {
    for (const table of tables) this.#define(table, references(table.id));
  }

  /** Joins FROM and WHERE of any statement. */
  planFrom(from: readonly FromItem[], where: Expression | undefined): Path[] {
    const group = buildGroup(from, where, this, this.#context);
    return groupPaths(group, this.lifter, this.#context);
  }

  // ----------------------------------------------------------------------------------------------------------------- SELECT

  #planSelect(original: SelectQuery): Path {
    const query = pullUpSubqueries(original);
    const context = this.#context;
    noteUsedColumns(query, context);
    for (const { column } of query.targets) context.note(column, undefined);
    const locked = lockedItems(query, this.rowReferences, context);
    const group = buildGroup(query.from, query.where, this, context);
    let paths = groupPaths(group, this.lifter, context);
    const wholeCondition = makeAnd(group.conditions);
    const fold = (expression: Expression) => foldConstants(expression, context.eval);
    if (locked.length > 0) {
      checkLockable(locked, group);
      return this.#finishLocked(query, paths, (path) => lockPath(path, locked, wholeCondition, context));
    }
    let over = fold;
    if (query.grouped) {
      const expanded = this.#expandGroupKeys(query.groupBy.map(fold), paths);
      paths = expanded.paths;
      const replaced = (expression: Expression) => expanded.replace(fold(expression));
      const expressions = [
        ...query.targets.map((t) => t.expression),
        ...query.orderBy.map((k) => k.expression),
        ...(query.distinctOn ?? []),
      ].map(replaced);
      if (query.having !== undefined) expressions.push(replaced(query.having));
      const grouping: Grouping = collectGrouping(query.groupBy.map(replaced), expressions, context);
      paths = aggregatePaths(paths, grouping, this.lifter, context);
      over = (expression) => overGroups(replaced(expression), grouping);
      if (query.having !== undefined) paths = this.#filter(paths, over(query.having));
    }
    return this.#finish(query, paths, over);
  }

  /** GROUP BY a set-returning call: its rows are made before the groups, and whoever shows it shows the group's column. */
  #expandGroupKeys(
    groupBy: readonly Expression[],
    paths: readonly Path[],
  ): { readonly paths: Path[]; readonly replace: (expression: Expression) => Expression } {
    const context = this.#context;
    const keys = groupBy
      .filter(returnsSet)
      .map((expression): Target => ({ column: context.newColumn('group key', expression), expression }));
    if (keys.length === 0) return { paths: [...paths], replace: (expression) => expression };
    const replace = (expression: Expression): Expression => {
      const key = keys.find((item) => expressionsEqual(item.expression, expression));
      return key === undefined ? mapChildren(expression, replace) : reference(key.column);
    };
    const expanded = paths.map((path) => {
      const base = this.#expandSets(path, keys);
      return projectPath(base.path, base.path.plan.output, base.targets, context);
    });
    return { paths: expanded, replace };
  }

  #filter(paths: readonly Path[], condition: Expression): Path[] {
    return paths.map((path) => {
      const lifted = this.lifter.lift([condition], path);
      return filterPath(lifted.path, lifted.expressions, this.#context);
    });
  }

  /** Select list, DISTINCT, ORDER BY, LIMIT. */
  #finish(query: SelectQuery, input: readonly Path[], over: (expression: Expression) => Expression): Path {
    const context = this.#context;
    // Each different expression that is shown, sorted by or told apart gets one column.
    const columns: Target[] = query.targets.map(({ column, expression }) => ({ column, expression }));
    const columnFor = (expression: Expression): OutputColumn => {
      const known =
        query.targets.find((t) => t.expression === expression) ??
        columns.find((t) => expressionsEqual(t.expression, expression));
      if (known !== undefined) return known.column;
      const column = context.newColumn('sort key', expression);
      columns.push({ column, expression });
      return column;
    };
    const order = query.orderBy.map((key) => orderColumn(key, columnFor(key.expression).id));
    const distinctOn = query.distinctOn?.map((expression) => columnFor(expression).id);
    const computed = columns.map(({ column, expression }) => ({ column, expression: over(expression) }));
    const candidates = input.flatMap((path) => this.#orderedInputs(path, computed, order));
    let paths = candidates.map((path) => this.#project(path, computed));
    if (distinctOn !== undefined) paths = [distinctOnPath(paths, distinctOn, order, context)];
    else if (query.distinct)
      paths = distinctPaths(
        paths,
        query.output.map((column) => column.id),
        context,
      );
    return this.#tailOf(query, paths, order);
  }

  /**
   * Rows are locked in their final order, so that LIMIT locks no more than it returns, and the select list is computed from the
   * locked versions. They may be newer than those the order was made by.
   */
  #finishLocked(query: SelectQuery, input: readonly Path[], lock: (path: Path) => Path): Path {
    const context = this.#context;
    const keys: Target[] = [];
    const order = query.orderBy.map((key) => {
      const expression = foldConstants(key.expression, context.eval);
      if (expression.kind === 'column') return orderColumn(key, expression.column);
      let target = keys.find((item) => expressionsEqual(item.expression, expression));
      if (target === undefined) {
        target = { column: context.newColumn('sort key', expression), expression };
        keys.push(target);
      }
      return orderColumn(key, target.column.id);
    });
    const targets = query.targets.map(({ column, expression }) => {
      return { column, expression: foldConstants(expression, context.eval) };
    });
    const candidates = input.flatMap((path) => {
      const reversed = reversePath(path);
      return reversed !== undefined && satisfiesOrder(reversed.order, order) ? [path, reversed] : [path];
    });
    const limits = this.#limits(query);
    const shown = query.withTies ? order.map(({ column }) => column) : [];
    const paths = candidates.map((path) => this.#project(lock(this.#sortBy(path, keys, order)), targets, shown));
    return limited(cheapestFor(paths, limits.wanted), limits, query.withTies ? order : undefined, context);
  }

  /** Sorts by columns of the path and by `keys`, which are added to it. */
  #sortBy(path: Path, keys: readonly Target[], order: readonly OrderColumn[]): Path {
    const context = this.#context;
    const lifted = this.lifter.lift(
      keys.map(({ expression }) => expression),
      path,
    );
    const computed = keys.map(({ column }, i) => ({ column, expression: lifted.expressions[i] as Expression }));
    const keyed = keys.length === 0 ? path : projectPath(lifted.path, lifted.path.plan.output, computed, context);
    return satisfiesOrder(keyed.order, order) ? keyed : sortPath(keyed, order, context);
  }

  /** The path, and for ORDER BY also the backward reading of an index. */
  #orderedInputs(path: Path, computed: readonly Target[], order: readonly OrderColumn[]): Path[] {
    if (order.length === 0) return [path];
    const reversed = reversePath(path);
    const renamed = renameOrder(path.order, computed);
    if (satisfiesOrder(renamed, order) || reversed === undefined) return [path];
    return satisfiesOrder(renameOrder(reversed.order, computed), order) ? [path, reversed] : [path];
  }

  /** Computes the targets; `kept` columns of the path stay beside them. */
  #project(path: Path, computed: readonly Target[], kept: readonly ColumnId[] = []): Path {
    const context = this.#context;
    const lifted = this.lifter.lift(
      computed.map(({ expression }) => expression),
      path,
    );
    const expressions = lifted.expressions;
    const targets = computed.map(({ column }, i) => ({ column, expression: expressions[i] as Expression }));
    const order = renameOrder(lifted.path.order, targets);
    const hasSets = expressions.some(returnsSet);
    const base = hasSets ? this.#expandSets(lifted.path, targets) : { path: lifted.path, targets };
    const projected = projectPath(base.path, kept, base.targets, context);
    return { plan: projected.plan, order: hasSets ? [] : order };
  }

  /** Set-returning calls into columns, innermost first; the rest of each expression is computed over them. */
  #expandSets(path: Path, targets: readonly Target[]): { readonly path: Path; readonly targets: readonly Target[] } {
    const context = this.#context;
    let currentPath = path;
    let current = targets;
    while (current.some(({ expression }) => returnsSet(expression))) {
      const calls: Target[] = [];
      const replaceInnermost = (expression: Expression): Expression => {
        if (!returnsSet(expression)) return expression;
        const inner = children(expression).some(returnsSet);
        if (!inner && expression.kind === 'call' && expression.returnsSet) {
          const column = context.newColumn('set', expression);
          calls.push({ column, expression });
          return reference(column);
        }
        return mapChildren(expression, replaceInnermost);
      };
      current = current.map(({ column, expression }) => ({ column, expression: replaceInnermost(expression) }));
      currentPath = projectSet(currentPath, calls, context);
    }
    return { path: currentPath, targets: current };
  }

  // ------------------------------------------------------------------------------------------------- VALUES, set operations

  #planValues(query: ValuesQuery): Path {
    const context = this.#context;
    for (const column of query.output) context.note(column, '*VALUES*');
    const output = query.output.map((column) => column.id);
    const rows = query.rows.map((row) =>
      row.map((expression) => {
        const lifted = this.lifter.liftUncorrelated(foldConstants(expression, context.eval));
        if (containsKind(lifted, 'subquery'))
          throw notSupported('a correlated subquery in VALUES', expression.position);
        return lifted;
      }),
    );
    const plan: ValuesScan = {
      kind: 'values-scan',
      rows,
      output,
      estimate: {
        startupCost: 0,
        totalCost: rows.length * context.settings.cpuTupleCost,
        rows: Math.max(rows.length, 1),
        width: rowWidth(output, context),
      },
    };
    return { plan, order: [] };
  }

  #planSetOperation(query: SetOperationQuery): Path {
    const context = this.#context;
    for (const column of query.output) context.note(column, undefined);
    const left = aligned(this.planQuery(query.left), query.left.output, context);
    const right = aligned(this.planQuery(query.right), query.right.output, context);
    const output = query.output.map((column) => column.id);
    if (query.operation === 'union') {
      const appended = appendPath([left, right], output, context);
      return query.all ? appended : cheapest(distinctPaths([appended], output, context));
    }
    const { estimate } = left.plan;
    const rows = query.operation === 'except' ? estimate.rows : Math.min(estimate.rows, rowsOf(right));
    const totalCost =
      estimate.totalCost +
      right.plan.estimate.totalCost +
      (estimate.rows + rowsOf(right)) * context.settings.cpuTupleCost;
    const plan: SetOperation = {
      kind: 'set-operation',
      operation: query.operation,
      all: query.all,
      left: left.plan,
      right: right.plan,
      output,
      estimate: { startupCost: totalCost, totalCost, rows: clampRows(rows), width: estimate.width },
    };
    return { plan, order: [] };
  }

  /** ORDER BY and LIMIT of a query whose sort keys are its output columns. */
  #tail(query: ValuesQuery | SetOperationQuery, paths: readonly Path[]): Path {
    const order = query.orderBy.map((key) => {
      if (key.expression.kind !== 'column') throw new InvariantError('sort keys of a set operation are its columns');
      return orderColumn(key, key.expression.column);
    });
    return this.#tailOf(query, paths, order);
  }

  #tailOf(query: Query, paths: readonly Path[], order: readonly OrderColumn[]): Path {
    const context = this.#context;
    const limits = this.#limits(query);
    const { limit, offset, wanted } = limits;
    const sorted = paths.map((path) => {
      if (order.length === 0 || satisfiesOrder(path.order, order)) return path;
      return query.withTies ? sortPath(path, order, context) : topPath(path, order, limit, offset, wanted, context);
    });
    return limited(cheapestFor(sorted, wanted), limits, query.withTies ? order : undefined, context);
  }

  #limits(query: Query): Limits {
    const limit = query.limit === undefined ? undefined : this.#count(query.limit);
    const offset = query.offset === undefined ? undefined : this.#count(query.offset);
    return { limit, offset, wanted: limitRows(limit, offset) };
  }

  #count(expression: Expression): Expression {
    const lifted = this.lifter.liftUncorrelated(foldConstants(expression, this.#context.eval));
    if (containsKind(lifted, 'subquery')) throw notSupported('a correlated subquery in LIMIT or OFFSET');
    return lifted;
  }

  // ------------------------------------------------------------------------------------------------------------------- WITH

  #defineCommonTable(table: CommonTable, owner: Query): void {
    this.#define(table, countReferences(owner, table.id));
  }

  #define(table: CommonTable, references: number): void {
    const context = this.#context;
    for (const column of table.columns) context.note(column, table.name);
    if (table.recursive) {
      this.#commonTables.set(table.id, { kind: 'recursive', table, rows: 1000 });
      const path = this.#planRecursive(table);
      context.commonTables.push({ id: table.id, name: table.name, plan: path.plan });
      this.#commonTables.set(table.id, { kind: 'shared', table, rows: rowsOf(path) });
      return;
    }
    const inline =
      table.materialized === 'never' ||
      (table.materialized === 'default' && references <= 1 && !isVolatile(table.query));
    if (inline || freeColumnsOfQuery(table.query).size > 0) {
      this.#commonTables.set(table.id, { kind: 'inline', table });
      return;
    }
    const path = aligned(this.planQuery(table.query), table.query.output, context);
    context.commonTables.push({ id: table.id, name: table.name, plan: path.plan });
    this.#commonTables.set(table.id, { kind: 'shared', table, rows: rowsOf(path) });
  }

  planCommonTable(item: CommonTableItem): Path {
    const context = this.#context;
    const state = this.#commonTables.get(item.commonTable);
    if (state === undefined) throw new InvariantError(`WITH query ${item.alias} is not defined`);
    const output = item.columns.map((column) => column.id);
    if (state.kind === 'inline') {
      const { query } = state.table;
      const path = this.planQuery(query);
      const columns = item.columns.map((column, i) => ({
        column,
        expression: reference(query.output[i] as OutputColumn),
      }));
      const projected = projectPath(path, [], columns, context);
      return { plan: projected.plan, order: renameOrder(path.order, columns) };
    }
    const { rows } = state;
    const estimate = {
      startupCost: 0,
      totalCost: rows * context.settings.cpuTupleCost,
      rows,
      width: rowWidth(output, context),
    };
    const { alias, commonTable } = item;
    const plan: CommonTableScan | WorkTableScan =
      state.kind === 'recursive'
        ? { kind: 'work-table-scan', commonTable, alias, output, estimate }
        : { kind: 'common-table-scan', name: state.table.name, alias, commonTable, output, estimate };
    return { plan, order: [] };
  }

  #planRecursive(table: CommonTable): Path {
    const context = this.#context;
    if (table.query.kind !== 'set-operation') throw new InvariantError('a recursive query is a union');
    const start = aligned(this.planQuery(table.query.left), table.query.left.output, context);
    const step = aligned(this.planQuery(table.query.right), table.query.right.output, context);
    const rows = rowsOf(start) + 10 * rowsOf(step);
    const plan: RecursiveUnion = {
      kind: 'recursive-union',
      commonTable: table.id,
      all: table.query.all,
      start: start.plan,
      step: step.plan,
      output: table.columns.map((column) => column.id),
      estimate: {
        startupCost: start.plan.estimate.startupCost,
        totalCost:
          start.plan.estimate.totalCost + 10 * step.plan.estimate.totalCost + rows * context.settings.cpuTupleCost,
        rows: clampRows(rows),
        width: start.plan.estimate.width,
      },
    };
    return { plan, order: [] };
  }
}

function returnsSet(expression: Expression): boolean {
  return some(expression, (node) => node.kind === 'call' && node.returnsSet);
}

/** Columns that this query's own clauses mention: what its tables have to deliver. */
export function noteUsedColumns(query: SelectQuery, context: PlanContext): void {
  const note = (expression: Expression | undefined) => {
    if (expression !== undefined) for (const column of columnsUsed(expression)) context.used.add(column);
  };
  for (const { expression } of query.targets) note(expression);
  for (const { expression } of query.orderBy) note(expression);
  query.groupBy.forEach(note);
  query.distinctOn?.forEach(note);
  note(query.where);
  note(query.having);
  note(query.limit);
  note(query.offset);
  for (const item of query.from) noteItem(item, note);
}

export function noteItem(item: FromItem, note: (expression: Expression | undefined) => void): void {
  if (item.kind === 'join') {
    noteItem(item.left, note);
    noteItem(item.right, note);
    note(item.on);
    for (const { expression } of item.merged) note(expression);
  }
  if (item.kind === 'function') for (const { call } of item.calls) note(call);
  // A lateral subquery's outer columns: they are free in it.
  if (item.kind === 'subquery') {
    for (const column of freeColumnsOfQuery(item.query))
      note({ kind: 'column', column, type: 0, typmod: -1, collation: 0, position: undefined });
  }
}

function countReferences(query: Query, id: CommonTableId): number {
  let count = 0;
  const seeItem = (item: FromItem): void => {
    if (item.kind === 'common-table' && item.commonTable === id) count++;
    if (item.kind === 'join') {
      seeItem(item.left);
      seeItem(item.right);
    }
    if (item.kind === 'subquery') see(item.query);
    if (item.kind === 'function') item.calls.forEach(({ call }) => seeExpression(call));
    if (item.kind === 'join' && item.on !== undefined) seeExpression(item.on);
  };
  const seeExpression = (expression: Expression): void => {
    if (!containsKind(expression, 'subquery')) return;
    if (expression.kind === 'subquery') see(expression.query);
    children(expression).forEach(seeExpression);
  };
  const see = (inner: Query): void => {
    for (const table of inner.with) see(table.query);
    inner.orderBy.forEach(({ expression }) => seeExpression(expression));
    if (inner.kind === 'set-operation') {
      see(inner.left);
      see(inner.right);
    } else if (inner.kind === 'values') {
      for (const row of inner.rows) row.forEach(seeExpression);
    } else {
      inner.from.forEach(seeItem);
      inner.targets.forEach(({ expression }) => seeExpression(expression));
      inner.groupBy.forEach(seeExpression);
      if (inner.where !== undefined) seeExpression(inner.where);
      if (inner.having !== undefined) seeExpression(inner.having);
    }
  };
  see(query);
  return count;
}

function isVolatile(query: Query): boolean {
  if (query.kind === 'set-operation') return isVolatile(query.left) || isVolatile(query.right);
  if (query.kind === 'values') return query.rows.some((row) => row.some(hasVolatile));
  return query.targets.some(({ expression }) => hasVolatile(expression)) || query.locking.length > 0;
}

function orderColumn(key: SortKey, column: ColumnId): OrderColumn {
  return { column, descending: key.descending, nullsFirst: key.nullsFirst };
}

/** An order by source columns as an order by the targets that show them. */
function renameOrder(order: readonly OrderColumn[], targets: readonly Target[]): OrderColumn[] {
  const renamed: OrderColumn[] = [];
  for (const key of order) {
    const target = targets.find(({ expression }) => expression.kind === 'column' && expression.column === key.column);
    if (target === undefined) break;
    renamed.push({ ...key, column: target.column.id });
  }
  return renamed;
}

/** The path with exactly these columns, in this order. */
export function aligned(path: Path, output: readonly OutputColumn[], context: PlanContext): Path {
  const wanted = output.map((column) => column.id);
  const have = path.plan.output;
  if (have.length === wanted.length && wanted.every((id, i) => have[i] === id)) return path;
  return projectPath(path, wanted, [], context);
}

function projectSet(path: Path, calls: readonly Target[], context: PlanContext): Path {
  const input = path.plan;
  const output = [...input.output, ...calls.map(({ column }) => column.id)];
  const rows = clampRows(input.estimate.rows * 100);
  const plan: ProjectSet = {
    kind: 'project-set',
    input,
    expressions: [...input.output.map((id) => passedColumn(id, context)), ...calls.map(({ expression }) => expression)],
    output,
    estimate: { ...input.estimate, rows, totalCost: input.estimate.totalCost + rows * context.settings.cpuTupleCost },
  };
  return { plan, order: [] };
}

function appendPath(inputs: readonly Path[], output: readonly ColumnId[], context: PlanContext): Path {
  // Nested UNION ALLs become one append.
  const plans = inputs.flatMap(({ plan }) => (plan.kind === 'append' ? plan.inputs : [plan]));
  const rows = inputs.reduce((sum, path) => sum + rowsOf(path), 0);
  const totalCost = inputs.reduce((sum, path) => sum + path.plan.estimate.totalCost, 0);
  const plan: Append = {
    kind: 'append',
    inputs: plans,
    output,
    estimate: { startupCost: plans[0]?.estimate.startupCost ?? 0, totalCost, rows, width: rowWidth(output, context) },
  };
  return { plan, order: [] };
}

/** DISTINCT by hashing, or by sorting and dropping neighbours. */
function distinctPaths(inputs: readonly Path[], columns: readonly ColumnId[], context: PlanContext): Path[] {
  const hashable = columns.every((id) => findType(context.facts.get(id)?.type ?? 0)?.hash !== undefined);
  const paths: Path[] = [];
  for (const path of inputs) {
    const input = path.plan;
    const rows = groupCount(
      columns.map((id) => passedColumn(id, context)),
      input.estimate.rows,
      context,
    );
    const work = input.estimate.rows * columns.length * context.settings.cpuOperatorCost;
    const totalCost = input.estimate.totalCost + work;
    const exact = columns.length === input.output.length;
    if (hashable && exact && context.settings.enableHashAggregate) {
      const estimate = {
        ...input.estimate,
        startupCost: totalCost,
        totalCost: totalCost + rows * context.settings.cpuTupleCost,
        rows,
      };
      addPath(paths, {
        plan: {
          kind: 'aggregate',
          strategy: 'hash',
          input,
          groupBy: columns,
          aggregates: [],
          output: columns,
          estimate,
        },
        order: [],
      });
    }
    const order = distinctOrder(path.order, columns);
    const sorted = satisfiesOrder(path.order, order) ? path : sortPath(path, order, context);
    addPath(paths, uniquePath(sorted, columns, rows, context));
  }
  return paths;
}

/** All columns, beginning with an order that is there already. */
function distinctOrder(have: readonly OrderColumn[], columns: readonly ColumnId[]): OrderColumn[] {
  const lead: OrderColumn[] = [];
  for (const key of have) {
    if (!columns.includes(key.column)) break;
    lead.push(key);
  }
  const rest = columns.filter((column) => !lead.some((key) => key.column === column));
  return [...lead, ...rest.map((column) => ({ column, descending: false, nullsFirst: false }))];
}

function uniquePath(path: Path, keys: readonly ColumnId[], rows: number, context: PlanContext): Path {
  const input = path.plan;
  const totalCost = input.estimate.totalCost + input.estimate.rows * keys.length * context.settings.cpuOperatorCost;
  const plan: Unique = {
    kind: 'unique',
    input,
    keys,
    output: input.output,
    estimate: { ...input.estimate, totalCost, rows },
  };
  return { plan, order: path.order };
}

/** The first row of each group in ORDER BY's order. */
function distinctOnPath(
  paths: readonly Path[],
  keys: readonly ColumnId[],
  order: readonly OrderColumn[],
  context: PlanContext,
): Path {
  const missing = keys.filter((column) => !order.some((key) => key.column === column));
  const lead = order.filter((key) => keys.includes(key.column));
  const rest = order.filter((key) => !keys.includes(key.column));
  const full = [...lead, ...missing.map((column) => ({ column, descending: false, nullsFirst: false })), ...rest];
  const sorted = paths.map((path) => (satisfiesOrder(path.order, full) ? path : sortPath(path, full, context)));
  const best = cheapest(sorted);
  const rows = groupCount(
    keys.map((id) => passedColumn(id, context)),
    rowsOf(best),
    context,
  );
  return uniquePath(best, keys, rows, context);
}

/** Rows that LIMIT and OFFSET make the plan deliver, when they are constants. */
function limitRows(limit: Expression | undefined, offset: Expression | undefined): number | undefined {
  if (limit?.kind !== 'constant' || typeof limit.value !== 'number') return undefined;
  if (offset === undefined) return limit.value;
  return offset.kind === 'constant' && typeof offset.value === 'number' ? limit.value + offset.value : undefined;
}

function topPath(
  path: Path,
  order: readonly OrderColumn[],
  limit: Expression | undefined,
  offset: Expression | undefined,
  wanted: number | undefined,
  context: PlanContext,
): Path {
  const sorted = sortPath(path, order, context);
  if (limit === undefined) return sorted;
  const cost = sortCost(path.plan.estimate, wanted, context.settings);
  const plan = sorted.plan as Sort;
  return { plan: { ...plan, limit, limitOffset: offset, estimate: { ...plan.estimate, ...cost } }, order };
}

/** The cheapest when only the first rows are wanted. */
function cheapestFor(paths: readonly Path[], wanted: number | undefined): Path {
  if (wanted === undefined) return cheapest(paths);
  const cost = ({ plan: { estimate } }: Path) => {
    const share = Math.min(1, wanted / Math.max(estimate.rows, 1));
    return estimate.startupCost + (estimate.totalCost - estimate.startupCost) * share;
  };
  let best = paths[0] as Path;
  for (const path of paths) if (cost(path) < cost(best)) best = path;
  return best;
}

interface Limits {
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
  /** Rows that make the plan's input complete, when known. */
  readonly wanted: number | undefined;
}

function limited(
  path: Path,
  { limit, offset, wanted }: Limits,
  ties: readonly OrderColumn[] | undefined,
  context: PlanContext,
): Path {
  if (limit === undefined && offset === undefined) return path;
  const input = path.plan;
  const { startupCost, totalCost, rows } = input.estimate;
  const kept = clampRows(Math.min(wanted ?? rows * 0.1, rows));
  const plan: Limit = {
    kind: 'limit',
    input,
    limit,
    offset,
    tieKeys: ties?.map(({ column, descending, nullsFirst }) => ({
      expression: passedColumn(column, context),
      descending,
      nullsFirst,
    })),
    output: input.output,
    estimate: {
      ...input.estimate,
      rows: kept,
      totalCost: startupCost + ((totalCost - startupCost) * kept) / Math.max(rows, 1),
    },
  };
  return { plan, order: path.order };
}

function hasVolatile(expression: Expression): boolean {
  return volatilityOf(expression) === 'v';
}
