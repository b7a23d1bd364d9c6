/**
 * The order of joins: dynamic programming over connected subsets (Selinger 1979) for up to ten items, greedy beyond.
 * A subset is a bit mask; for each one the cheapest path and those with a useful order are kept.
 */
import { InvariantError } from '../common/assert.ts';
import type { ColumnId, Expression } from '../algebra/expression.ts';
import { columnsUsed } from '../algebra/walk.ts';
import type { PlanContext } from './context.ts';
import { isSubset, itemColumns, requiredColumns, type Item } from './group.ts';
import { addJoinPaths, type JoinSide } from './join-paths.ts';
import { cheapest, rowsOf, totalCost, type Path } from './path.ts';
import { selectivityOfAll } from './selectivity.ts';

const exhaustiveItemsMax = 10;
/** Bits of a mask. */
const itemsMax = 30;

/** A set of items joined, with the ways to do it. */
interface Subset {
  readonly mask: number;
  readonly columns: ReadonlySet<ColumnId>;
  readonly paths: Path[];
  readonly rows: number;
  readonly side: JoinSide;
}

interface JoinCondition {
  readonly condition: Expression;
  /** Items it speaks of. */
  readonly mask: number;
}

/** An item with its own paths and the conditions already applied in them. */
export interface PlannedItem {
  readonly item: Item;
  readonly paths: readonly Path[];
  readonly conditions: readonly Expression[];
}

/** Joins all items under the conditions (each over two or more items). */
export function joinItems(
  items: readonly PlannedItem[],
  conditions: readonly Expression[],
  context: PlanContext,
): Path[] {
  if (items.length > itemsMax) return joinInParts(items, conditions, context);
  const singles = items.map((planned, i) => single(planned, 1 << i));
  const joined = conditions.map((condition) => ({ condition, mask: maskOf(columnsUsed(condition), singles) }));
  if (items.length === 1) return (singles[0] as Subset).paths;
  if (items.length > exhaustiveItemsMax) return greedyJoin(singles, joined, context);
  return exhaustive(singles, joined, context);
}

/** Joins as many items as a mask holds, then goes on with the result as one item. */
function joinInParts(items: readonly PlannedItem[], conditions: readonly Expression[], context: PlanContext): Path[] {
  const head = items.slice(0, itemsMax);
  const headColumns = new Set(head.flatMap(({ item }) => [...itemColumns(item)]));
  const inside = conditions.filter((condition) => isSubset(columnsUsed(condition), headColumns));
  const paths = joinItems(head, inside, context);
  const whole: PlannedItem = {
    item: { kind: 'planned', path: cheapest(paths), columns: headColumns, slots: [] },
    paths,
    conditions: [],
  };
  return joinItems(
    [whole, ...items.slice(itemsMax)],
    conditions.filter((condition) => !inside.includes(condition)),
    context,
  );
}

function single({ item, paths, conditions }: PlannedItem, mask: number): Subset {
  const columns = itemColumns(item);
  const table = item.kind === 'table' ? item : undefined;
  const slots = item.kind === 'planned' ? item.slots : [];
  const side = { paths, columns, table, conditions, slots };
  return { mask, columns, paths: [...paths], rows: rowsOf(cheapest(paths)), side };
}

function maskOf(columns: ReadonlySet<ColumnId>, singles: readonly Subset[]): number {
  let mask = 0;
  for (const subset of singles) {
    for (const column of columns) if (subset.columns.has(column)) mask |= subset.mask;
  }
  return mask;
}

/** Lateral items may only be joined as the right side of one that provides what they need. */
function isRunnable(left: Subset, right: Subset, singles: readonly Subset[]): boolean {
  if (right.side.slots.length > 0)
    return isSubset(
      right.side.slots.map(({ column }) => column),
      left.columns,
    );
  // A subset must not begin with an item that still waits for others.
  return !startsLateral(left, singles) && !startsLateral(right, singles);
}

function startsLateral(subset: Subset, singles: readonly Subset[]): boolean {
  return singles.some((one) => one.mask === subset.mask && one.side.slots.length > 0);
}

function exhaustive(singles: readonly Subset[], conditions: readonly JoinCondition[], context: PlanContext): Path[] {
  const full = (1 << singles.length) - 1;
  const subsets = new Map<number, Subset>(singles.map((subset) => [subset.mask, subset]));
  for (let mask = 1; mask <= full; mask++) {
    if (subsets.has(mask)) continue;
    const joined =
      bestOf(mask, subsets, conditions, singles, context, true) ??
      bestOf(mask, subsets, conditions, singles, context, false);
    if (joined !== undefined) subsets.set(mask, joined);
  }
  const result = subsets.get(full);
  if (result === undefined) throw new InvariantError('no join order found');
  return result.paths;
}

/** All splits of a subset; with `connected`, only those that a condition spans (no cross products unless needed). */
function bestOf(
  mask: number,
  subsets: ReadonlyMap<number, Subset>,
  conditions: readonly JoinCondition[],
  singles: readonly Subset[],
  context: PlanContext,
  connected: boolean,
): Subset | undefined {
  let result: Subset | undefined;
  for (let leftMask = (mask - 1) & mask; leftMask > 0; leftMask = (leftMask - 1) & mask) {
    const left = subsets.get(leftMask);
    const right = subsets.get(mask ^ leftMask);
    if (left === undefined || right === undefined) continue;
    if (!isRunnable(left, right, singles)) continue;
    if (connected && right.side.slots.length === 0 && !spans(left.mask, right.mask, conditions)) continue;
    result = joinSubsets(left, right, conditions, context, result);
  }
  return result;
}

function spans(left: number, right: number, conditions: readonly JoinCondition[]): boolean {
  return conditions.some(({ mask }) => (mask & left) !== 0 && (mask & right) !== 0 && (mask & ~(left | right)) === 0);
}

/** Adds the joins of left with right to `into` (or to a new subset). */
function joinSubsets(
  left: Subset,
  right: Subset,
  conditions: readonly JoinCondition[],
  context: PlanContext,
  into: Subset | undefined,
): Subset {
  const mask = left.mask | right.mask;
  const spanning = conditions
    .filter(({ mask: own }) => (own & ~mask) === 0 && (own & ~left.mask) !== 0 && (own & ~right.mask) !== 0)
    .map(({ condition }) => condition);
  const rows = into?.rows ?? Math.max(1, left.rows * right.rows * joinSelectivity(spanning, left, right, context));
  const paths = into?.paths ?? [];
  addJoinPaths(
    { join: 'inner', left: left.side, right: right.side, conditions: spanning, rows, nullAware: false },
    paths,
    context,
  );
  if (into !== undefined) return into;
  const columns = new Set([...left.columns, ...right.columns]);
  return { mask, columns, paths, rows, side: { paths, columns, table: undefined, conditions: [], slots: [] } };
}

function joinSelectivity(conditions: readonly Expression[], left: Subset, right: Subset, context: PlanContext): number {
  return selectivityOfAll(conditions, Math.max(left.rows, right.rows), context);
}

/** Joins, again and again, the two subsets whose join is cheapest. */
function greedyJoin(singles: readonly Subset[], conditions: readonly JoinCondition[], context: PlanContext): Path[] {
  let subsets = [...singles];
  while (subsets.length > 1) {
    const best =
      cheapestPair(subsets, conditions, singles, context, true) ??
      cheapestPair(subsets, conditions, singles, context, false);
    if (best === undefined) throw new InvariantError('no join order found');
    subsets = [...subsets.filter((subset) => (subset.mask & best.mask) === 0), best];
  }
  return (subsets[0] as Subset).paths;
}

function cheapestPair(
  subsets: readonly Subset[],
  conditions: readonly JoinCondition[],
  singles: readonly Subset[],
  context: PlanContext,
  connected: boolean,
): Subset | undefined {
  let best: Subset | undefined;
  for (const left of subsets) {
    for (const right of subsets) {
      if (left === right || !isRunnable(left, right, singles)) continue;
      if (connected && right.side.slots.length === 0 && !spans(left.mask, right.mask, conditions)) continue;
      const joined = joinSubsets(left, right, conditions, context, undefined);
      if (joined.paths.length === 0) continue;
      if (best === undefined || totalCost(cheapest(joined.paths)) < totalCost(cheapest(best.paths))) best = joined;
    }
  }
  return best;
}

/** Whether all that an item needs from others is among `columns`. */
export function isProvided(item: Item, columns: ReadonlySet<ColumnId>): boolean {
  return isSubset(requiredColumns(item), columns);
}
