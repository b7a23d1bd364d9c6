/** Ways to join two inputs: hash, merge, nested loop, and nested loop with an index on the inner side. */
import type { Oid } from '../common/ids.ts';
import { findCast, findOperator, getOperator } from '../functions/registry.ts';
import { comparisonOperators } from '../functions/operator-classes.ts';
import { findType } from '../types/registry.ts';
import type { ColumnId, Expression } from '../algebra/expression.ts';
import type { HashJoin, JoinType, MergeJoin, NestedLoop, PhysicalPlan, Sort } from '../algebra/physical.ts';
import { columnsUsed, replaceColumns } from '../algebra/walk.ts';
import type { SlotId } from '../algebra/expression.ts';
import { disabledCost, tablePaths } from './access-paths.ts';
import type { PlanContext } from './context.ts';
import { clampRows, hashJoinCost, mergeJoinCost, nestedLoopCost, sortCost } from './cost.ts';
import { isSubset, type TableLeaf } from './group.ts';
import { makeAnd, materialize, passedColumn, slotReference } from './make.ts';
import { addPath, cheapest, satisfiesOrder, totalCost, type OrderColumn, type Path } from './path.ts';
import { plainColumn, rowWidth } from './statistics.ts';

/** One side of a join. */
export interface JoinSide {
  readonly paths: readonly Path[];
  readonly columns: ReadonlySet<ColumnId>;
  /** The one table it is, with its own conditions: can then be looked up by index per outer row. */
  readonly table: TableLeaf | undefined;
  readonly conditions: readonly Expression[];
  /** Values from the other side that it must be run with (LATERAL). */
  readonly slots: readonly { readonly slot: SlotId; readonly column: ColumnId }[];
}

export interface JoinRequest {
  readonly join: JoinType;
  readonly left: JoinSide;
  readonly right: JoinSide;
  /** Conditions over both sides. */
  readonly conditions: readonly Expression[];
  readonly rows: number;
  readonly nullAware: boolean;
}

/** One equality between the sides, turned so that `left` is of the left side, both of one type. */
interface KeyPair {
  readonly condition: Expression;
  readonly left: Expression;
  readonly right: Expression;
  readonly equality: Oid;
}

/** All sensible joins of the two sides in this order (left probes or drives). Adds them to `paths`. */
export function addJoinPaths(request: JoinRequest, paths: Path[], context: PlanContext): void {
  const output = joinOutput(request);
  const { left, right } = request;
  if (right.slots.length === 0) {
    const pairs = keyPairs(request);
    if (pairs.length > 0) {
      for (const path of left.paths)
        addPath(paths, hashJoin(request, path, cheapest(right.paths), pairs, output, context));
      if (!request.nullAware) addMergeJoins(request, pairs, output, paths, context);
    }
  }
  if (request.join === 'right' || request.join === 'full') return;
  if (request.nullAware) return;
  for (const path of left.paths) {
    addPath(paths, nestedLoop(request, path, output, context));
    const indexed = indexedLoop(request, path, output, context);
    if (indexed !== undefined) addPath(paths, indexed);
  }
}

function joinOutput({ join, left, right }: JoinRequest): readonly ColumnId[] {
  const leftOutput = (left.paths[0] as Path).plan.output;
  if (join === 'semi' || join === 'anti') return leftOutput;
  return [...leftOutput, ...(right.paths[0] as Path).plan.output];
}

/** Equalities the join can hash or merge by. */
function keyPairs({ conditions, left, right }: JoinRequest): KeyPair[] {
  const pairs: KeyPair[] = [];
  for (const condition of conditions) {
    if (condition.kind !== 'call' || condition.operator === 0 || condition.args.length !== 2) continue;
    const operator = findOperator(condition.operator);
    if (operator === undefined || !operator.canHash || operator.name !== '=') continue;
    const [a, b] = condition.args as [Expression, Expression];
    const sides = [columnsUsed(a), columnsUsed(b)] as const;
    if (sides[0].size === 0 || sides[1].size === 0) continue;
    const straight = isSubset(sides[0], left.columns) && isSubset(sides[1], right.columns);
    const turned = isSubset(sides[1], left.columns) && isSubset(sides[0], right.columns);
    if (!straight && !turned) continue;
    const pair = sameType(straight ? a : b, straight ? b : a);
    if (pair !== undefined) pairs.push({ condition, ...pair });
  }
  return pairs;
}

/** Both keys as one type, so that equal values hash alike; undefined when an implicit cast does not do it. */
function sameType(left: Expression, right: Expression): Omit<KeyPair, 'condition'> | undefined {
  if (left.type === right.type) {
    const operators = comparisonOperators(left.type);
    return operators === undefined ? undefined : { left, right, equality: getOperator(operators.eq).functionOid };
  }
  const widened = castTo(left, right.type) ?? undefined;
  if (widened !== undefined) return sameType(widened, right);
  const narrowed = castTo(right, left.type);
  return narrowed === undefined ? undefined : sameType(left, narrowed);
}

function castTo(expression: Expression, type: Oid): Expression | undefined {
  const cast = findCast(expression.type, type);
  if (cast === undefined || cast.context !== 'i') return undefined;
  const typed = { type, typmod: -1, collation: findType(type)?.collation ?? 0, position: undefined };
  if (cast.method === 'b') return { kind: 'relabel', arg: expression, form: 'implicit-cast', ...typed };
  if (cast.method !== 'f') return undefined;
  return {
    kind: 'call',
    function: cast.functionOid,
    operator: 0,
    args: [expression],
    form: 'implicit-cast',
    returnsSet: false,
    variadicArray: false,
    ...typed,
  };
}

function hashJoin(
  request: JoinRequest,
  left: Path,
  right: Path,
  pairs: readonly KeyPair[],
  output: readonly ColumnId[],
  context: PlanContext,
): Path {
  const used = new Set(pairs.map((pair) => pair.condition));
  const rest = request.conditions.filter((condition) => !used.has(condition));
  const rows = clampRows(request.rows);
  const cost = hashJoinCost(left.plan.estimate, right.plan.estimate, pairs.length, rows, context.settings);
  const penalty = context.settings.enableHashJoin ? 0 : disabledCost;
  const plan: HashJoin = {
    kind: 'hash-join',
    join: request.join,
    left: left.plan,
    right: right.plan,
    leftKeys: pairs.map((pair) => pair.left),
    rightKeys: pairs.map((pair) => pair.right),
    equality: pairs.map((pair) => pair.equality),
    condition: makeAnd(rest),
    nullAware: request.nullAware,
    output,
    estimate: {
      startupCost: cost.startupCost + penalty,
      totalCost: cost.totalCost + penalty,
      rows,
      width: rowWidth(output, context),
    },
  };
  // Partitions of a spilled join come out of order, so a hash join promises none.
  return { plan, order: [] };
}

function addMergeJoins(
  request: JoinRequest,
  pairs: readonly KeyPair[],
  output: readonly ColumnId[],
  paths: Path[],
  context: PlanContext,
): void {
  const keyed = pairs.filter((pair) => pair.left.kind === 'column' && pair.right.kind === 'column');
  if (keyed.length === 0) return;
  const used = new Set(keyed.map((pair) => pair.condition));
  const rest = request.conditions.filter((condition) => !used.has(condition));
  const ascending = (expression: Expression): OrderColumn => ({
    column: (expression as Extract<Expression, { kind: 'column' }>).column,
    descending: false,
    nullsFirst: false,
  });
  const leftOrder = keyed.map((pair) => ascending(pair.left));
  const rightOrder = keyed.map((pair) => ascending(pair.right));
  const left = sortedBy(request.left.paths, leftOrder, context);
  const right = sortedBy(request.right.paths, rightOrder, context);
  const rows = clampRows(request.rows);
  const cost = mergeJoinCost(left.plan.estimate, right.plan.estimate, keyed.length, rows, context.settings);
  const penalty = context.settings.enableMergeJoin ? 0 : disabledCost;
  const key = (expression: Expression) => ({ expression, descending: false, nullsFirst: false });
  const plan: MergeJoin = {
    kind: 'merge-join',
    join: request.join,
    left: left.plan,
    right: right.plan,
    leftKeys: keyed.map((pair) => key(pair.left)),
    rightKeys: keyed.map((pair) => key(pair.right)),
    condition: makeAnd(rest),
    output,
    estimate: {
      startupCost: cost.startupCost + penalty,
      totalCost: cost.totalCost + penalty,
      rows,
      width: rowWidth(output, context),
    },
  };
  const keepsOrder = request.join !== 'right' && request.join !== 'full';
  addPath(paths, { plan, order: keepsOrder ? leftOrder : [] });
}

/** The cheapest path in this order, sorting if none comes so. */
export function sortedBy(paths: readonly Path[], order: readonly OrderColumn[], context: PlanContext): Path {
  const ordered = paths.filter((path) => satisfiesOrder(path.order, order));
  const sorted = sortPath(cheapest(paths), order, context);
  return cheapest([sorted, ...ordered]);
}

export function sortPath(path: Path, order: readonly OrderColumn[], context: PlanContext): Path {
  const input = path.plan;
  const cost = sortCost(input.estimate, undefined, context.settings);
  const penalty = context.settings.enableSort ? 0 : disabledCost;
  const plan: Sort = {
    kind: 'sort',
    input,
    keys: order.map(({ column, descending, nullsFirst }) => ({
      expression: passedColumn(column, context),
      descending,
      nullsFirst,
    })),
    limit: undefined,
    limitOffset: undefined,
    output: input.output,
    estimate: { ...input.estimate, startupCost: cost.startupCost + penalty, totalCost: cost.totalCost + penalty },
  };
  return { plan, order };
}

type LoopJoin = NestedLoop['join'];

function nestedLoop(request: JoinRequest, left: Path, output: readonly ColumnId[], context: PlanContext): Path {
  const { right, conditions } = request;
  const inner = cheapest(right.paths).plan;
  const rerun = right.slots.length > 0;
  const kept = rerun ? inner : cheapRescan(inner, context);
  const rescan = rerun ? inner.estimate.totalCost : kept.estimate.rows * context.settings.cpuOperatorCost;
  return makeLoop(request, left, kept, right.slots, conditions, rescan, output, context);
}

/** A tiny rescan cost is had by keeping the rows. */
function cheapRescan(inner: PhysicalPlan, context: PlanContext): PhysicalPlan {
  const keeps = inner.kind === 'materialize' || inner.kind === 'values-scan' || inner.kind === 'result';
  return keeps || !context.settings.enableMaterial ? inner : materialize(inner, context);
}

function makeLoop(
  request: JoinRequest,
  left: Path,
  inner: PhysicalPlan,
  slots: NestedLoop['slots'],
  conditions: readonly Expression[],
  rescanCost: number,
  output: readonly ColumnId[],
  context: PlanContext,
): Path {
  const rows = clampRows(request.rows);
  const cost = nestedLoopCost(left.plan.estimate, inner.estimate, rescanCost, conditions.length, context.settings);
  const penalty = context.settings.enableNestedLoop ? 0 : disabledCost;
  const plan: NestedLoop = {
    kind: 'nested-loop',
    join: request.join as LoopJoin,
    left: left.plan,
    right: inner,
    slots,
    condition: makeAnd(conditions),
    output,
    estimate: {
      startupCost: cost.startupCost + penalty,
      totalCost: cost.totalCost + penalty,
      rows,
      width: rowWidth(output, context),
    },
  };
  return { plan, order: left.order };
}

/** For each left row, looks the matching right rows up by an index: conditions become conditions over slots. */
function indexedLoop(
  request: JoinRequest,
  left: Path,
  output: readonly ColumnId[],
  context: PlanContext,
): Path | undefined {
  const { right, conditions } = request;
  const { table } = right;
  if (table === undefined || table.table.indexes.length === 0 || !context.settings.enableIndexScan) return undefined;
  const slots: { slot: SlotId; column: ColumnId }[] = [];
  const toSlot = (condition: Expression): Expression =>
    replaceColumns(condition, (column) => {
      if (!request.left.columns.has(column)) return undefined;
      let known = slots.find((entry) => entry.column === column);
      if (known === undefined) slots.push((known = { slot: context.newSlot(), column }));
      return slotReference(known.slot, passedColumn(column, context));
    });
  const candidates = conditions.filter((condition) => mentionsIndexed(condition, table));
  if (candidates.length === 0) return undefined;
  const moved = candidates.map(toSlot);
  const inner = tablePaths(table, [...right.conditions, ...moved], context).filter(({ plan }) => {
    if (plan.kind !== 'index-scan' || plan.conditionExpression === undefined) return false;
    const taken = plan.conditionExpression.kind === 'and' ? plan.conditionExpression.args : [plan.conditionExpression];
    return moved.some((condition) => taken.includes(condition));
  });
  if (inner.length === 0) return undefined;
  const best = cheapest(inner);
  const rest = conditions.filter((condition) => !candidates.includes(condition));
  return makeLoop(request, left, best.plan, slots, rest, totalCost(best), output, context);
}

/** An indexed column stands alone on one side of a comparison. */
function mentionsIndexed(condition: Expression, leaf: TableLeaf): boolean {
  if (condition.kind !== 'call' || condition.args.length !== 2) return false;
  return condition.args.some((arg) => {
    const column = plainColumn(arg);
    const number = column === undefined ? undefined : leaf.columns.get(column);
    return number !== undefined && leaf.table.indexes.some((index) => index.columns.includes(number));
  });
}
