/** Ways to read one table: whole, or through an index whose leading columns its conditions pin down (indxpath.c). */
import { findType } from '../types/registry.ts';
import type { Datum } from '../types/datum.ts';
import { familiesOf } from '../functions/operator-classes.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { IndexDescriptor } from '../catalog/descriptors.ts';
import type { ColumnId, Constant, Expression } from '../algebra/expression.ts';
import type { IndexCondition, IndexScan, KeyBound, KeyEquality, ScanColumn, SeqScan } from '../algebra/physical.ts';
import { columnsUsed, containsKind } from '../algebra/walk.ts';
import { volatilityOf } from '../algebra/volatility.ts';
import type { PlanContext } from './context.ts';
import { clampRows, indexScanCost, scanCost } from './cost.ts';
import type { TableLeaf } from './group.ts';
import { makeAnd } from './make.ts';
import type { OrderColumn, Path } from './path.ts';
import { arrayElements, selectivityOfAll } from './selectivity.ts';
import { plainColumn, rowWidth } from './statistics.ts';

/** Paths of a table under conditions over its own columns (and slots). The sequential scan is always among them. */
export function tablePaths(leaf: TableLeaf, conditions: readonly Expression[], context: PlanContext): Path[] {
  const paths = [sequentialPath(leaf, conditions, context)];
  if (!context.settings.enableIndexScan) return paths;
  for (const index of leaf.table.indexes) {
    const path = index.valid ? indexPath(leaf, index, conditions, context) : undefined;
    if (path !== undefined) paths.push(path);
  }
  return paths;
}

function scanColumns(leaf: TableLeaf, context: PlanContext): ScanColumn[] {
  const columns: ScanColumn[] = [];
  for (const [id, number] of leaf.columns) if (context.used.has(id)) columns.push({ id, number });
  return columns;
}

function scanOutput(columns: readonly ScanColumn[], leaf: TableLeaf): ColumnId[] {
  const output = columns.map((column) => column.id);
  if (leaf.rowReference !== undefined) output.push(leaf.rowReference.key, leaf.rowReference.lsn);
  return output;
}

/** Disabled plans stay possible where there is no other way, at this extra cost (disable_cost). */
export const disabledCost = 1e10;

function sequentialPath(leaf: TableLeaf, conditions: readonly Expression[], context: PlanContext): Path {
  const { pages, rows: tableRows } = context.catalog.estimateSize(leaf.table);
  const columns = scanColumns(leaf, context);
  const output = scanOutput(columns, leaf);
  const rows = clampRows(tableRows * selectivityOfAll(conditions, tableRows, context));
  const cost = scanCost(pages, tableRows, conditions.length, context.settings);
  const penalty = context.settings.enableSeqScan ? 0 : disabledCost;
  const plan: SeqScan = {
    kind: 'seq-scan',
    table: leaf.table,
    alias: leaf.alias,
    columns,
    rowReference: leaf.rowReference,
    filter: makeAnd(conditions),
    output,
    estimate: { startupCost: penalty, totalCost: cost.totalCost + penalty, rows, width: rowWidth(output, context) },
  };
  return { plan, order: [] };
}

/** What one condition does for an index column. */
interface Match {
  readonly condition: Expression;
  readonly strategy: number;
  readonly value: Expression;
  readonly isAny: boolean;
}

function indexPath(
  leaf: TableLeaf,
  index: IndexDescriptor,
  conditions: readonly Expression[],
  context: PlanContext,
): Path | undefined {
  const ids = index.columns.map((number) => columnOf(leaf, number));
  const matched = matchConditions(ids, conditions, context);
  const order = indexOrder(index, ids);
  const columns = scanColumns(leaf, context);
  const indexOnly = isCovered(leaf, index, columns, context);
  const useful = matched.used.length > 0 || order.length > 0;
  if (!useful) return undefined;
  const filter = conditions.filter((condition) => !matched.used.includes(condition));
  const { pages, rows: tableRows } = context.catalog.estimateSize(leaf.table);
  const singleRow =
    index.unique && matched.equals.length === index.columns.length && matched.equals.every(isSingleValue);
  const entries = singleRow ? 1 : Math.max(1, tableRows * selectivityOfAll(matched.used, tableRows, context));
  const rows = singleRow ? 1 : clampRows(tableRows * selectivityOfAll(conditions, tableRows, context));
  const leading = ids[0];
  const shape = {
    entries,
    tableRows,
    tablePages: pages,
    clustered: index.clustered,
    indexOnly,
    correlation: leading === undefined ? 0 : (context.statistics(leading)?.correlation ?? 0),
    rangeCount: matched.rangeCount,
    filterCount: filter.length,
  };
  const cost = indexScanCost(shape, context.settings);
  const output = scanOutput(columns, leaf);
  const plan: IndexScan = {
    kind: 'index-scan',
    table: leaf.table,
    alias: leaf.alias,
    columns,
    rowReference: leaf.rowReference,
    filter: makeAnd(filter),
    index,
    condition: matched.condition,
    conditionExpression: makeAnd(matched.used),
    descending: false,
    indexOnly,
    singleRow,
    output,
    estimate: { ...cost, rows, width: rowWidth(output, context) },
  };
  // Several values for a column are visited in key order, so the order of the index holds for the result.
  return { plan, order };
}

function columnOf(leaf: TableLeaf, number: number): ColumnId | undefined {
  for (const [id, own] of leaf.columns) if (own === number) return id;
  return undefined;
}

function indexOrder(index: IndexDescriptor, ids: readonly (ColumnId | undefined)[]): OrderColumn[] {
  const order: OrderColumn[] = [];
  for (const [i, column] of ids.entries()) {
    if (column === undefined) break;
    order.push({ column, descending: index.descending[i] as boolean, nullsFirst: index.nullsFirst[i] as boolean });
  }
  return order;
}

/** The same path read backwards. */
export function reversePath(path: Path): Path | undefined {
  if (path.plan.kind !== 'index-scan' || path.plan.singleRow) return undefined;
  const order = path.order.map(({ column, descending, nullsFirst }) => ({
    column,
    descending: !descending,
    nullsFirst: !nullsFirst,
  }));
  return { plan: { ...path.plan, descending: !path.plan.descending }, order };
}

/** All columns wanted are in the index entry and can be read back from key bytes (IDX-5). */
function isCovered(
  leaf: TableLeaf,
  index: IndexDescriptor,
  columns: readonly ScanColumn[],
  context: PlanContext,
): boolean {
  if (index.clustered || leaf.rowReference !== undefined || !context.settings.enableIndexOnlyScan) return false;
  return columns.every(({ id, number }) => {
    const type = context.facts.get(id)?.type ?? 0;
    return index.columns.includes(number) && findType(type)?.keyExact === true;
  });
}

interface Matched {
  readonly condition: IndexCondition;
  readonly equals: readonly KeyEquality[];
  /** The conditions the index takes over. */
  readonly used: readonly Expression[];
  readonly rangeCount: number;
}

function matchConditions(
  ids: readonly (ColumnId | undefined)[],
  conditions: readonly Expression[],
  context: PlanContext,
): Matched {
  const equals: KeyEquality[] = [];
  const used: Expression[] = [];
  let rangeCount = 1;
  let lower: KeyBound | undefined;
  let upper: KeyBound | undefined;
  let notNull = false;
  for (const id of ids) {
    if (id === undefined) break;
    const equality = findEquality(id, conditions, context);
    if (equality !== undefined) {
      equals.push(equality.key);
      used.push(equality.condition);
      rangeCount *= equality.count;
      continue;
    }
    for (const condition of conditions) {
      if (isNotNull(condition, id)) {
        notNull = true;
        used.push(condition);
        continue;
      }
      const match = matchComparison(condition, id, context);
      if (match === undefined || match.strategy === 3 || match.isAny) continue;
      const bound = { expression: match.value, inclusive: match.strategy === 2 || match.strategy === 4 };
      if (match.strategy <= 2 && upper === undefined) upper = bound;
      else if (match.strategy >= 4 && lower === undefined) lower = bound;
      else continue;
      used.push(condition);
    }
    break;
  }
  return { condition: { equals, lower, upper, notNull }, equals, used, rangeCount };
}

function isSingleValue(equality: KeyEquality): boolean {
  return equality.kind === 'values' && equality.values.length === 1;
}

function isNotNull(condition: Expression, id: ColumnId): boolean {
  return condition.kind === 'null-test' && condition.negated && plainColumn(condition.arg) === id;
}

function findEquality(
  id: ColumnId,
  conditions: readonly Expression[],
  context: PlanContext,
): { readonly key: KeyEquality; readonly condition: Expression; readonly count: number } | undefined {
  let fallback: { key: KeyEquality; condition: Expression; count: number } | undefined;
  for (const condition of conditions) {
    if (condition.kind === 'null-test' && !condition.negated && plainColumn(condition.arg) === id) {
      fallback ??= { key: { kind: 'null' }, condition, count: 1 };
    }
    if (condition.kind === 'column' && condition.column === id) {
      return { key: { kind: 'values', values: [trueConstant] }, condition, count: 1 };
    }
    const match = matchComparison(condition, id, context);
    if (match === undefined || match.strategy !== 3) continue;
    if (!match.isAny) return { key: { kind: 'values', values: [match.value] }, condition, count: 1 };
    const count = arrayElements(match.value)?.length ?? 10;
    fallback ??= { key: { kind: 'any', array: match.value }, condition, count: Math.max(count, 1) };
  }
  return fallback;
}

const trueConstant: Constant = {
  kind: 'constant',
  value: true,
  type: typeOids.bool,
  typmod: -1,
  collation: 0,
  position: undefined,
};

/** column op value (or value op column) by an operator of the column type's btree family, the value free of the table. */
function matchComparison(condition: Expression, id: ColumnId, context: PlanContext): Match | undefined {
  if (condition.kind === 'array-comparison') {
    if (condition.all || plainColumn(condition.left) !== id || !isRunTimeConstant(condition.right)) return undefined;
    const strategy = strategyOf(condition.operator);
    const elementType = findType(condition.right.type)?.elementOid ?? 0;
    if (strategy !== 3 || !sameKeyType(id, condition.left.type, elementType, context)) return undefined;
    return { condition, strategy, value: condition.right, isAny: true };
  }
  if (condition.kind !== 'call' || condition.operator === 0 || condition.args.length !== 2) return undefined;
  const [left, right] = condition.args as [Expression, Expression];
  const strategy = strategyOf(condition.operator);
  if (strategy === undefined) return undefined;
  if (plainColumn(left) === id) return comparisonWith(condition, id, strategy, right, context);
  if (plainColumn(right) === id) return comparisonWith(condition, id, 6 - strategy, left, context);
  return undefined;
}

function comparisonWith(
  condition: Expression,
  id: ColumnId,
  strategy: number,
  value: Expression,
  context: PlanContext,
): Match | undefined {
  if (!isRunTimeConstant(value)) return undefined;
  const columnType = context.facts.get(id)?.type ?? 0;
  const keyed = asKeyType(value, columnType, strategy === 3);
  return keyed === undefined ? undefined : { condition, strategy, value: keyed, isAny: false };
}

function strategyOf(operator: number): number | undefined {
  return btreeStrategies.get(operator) ?? remember(operator);
}

const btreeStrategies = new Map<number, number | undefined>();

function remember(operator: number): number | undefined {
  const strategy = familiesOf(operator).find((row) => isBtreeFamily(row.family))?.strategy;
  btreeStrategies.set(operator, strategy);
  return strategy;
}

/** Families of patterns (text_pattern_ops …) order by other operators; they are not the default of any type. */
const otherFamilies: ReadonlySet<number> = new Set([2095, 2097]);
const hashFamilies: ReadonlySet<number> = new Set([
  427, 431, 435, 627, 1971, 1975, 1977, 1983, 1985, 1987, 1990, 1992, 1995, 1997, 1998, 1999, 2000, 2001, 2040, 2222,
  2223, 2224, 2225, 2226, 2227, 2228, 2229, 2231, 2235, 2969, 3254, 3523, 3903, 4034, 6194, 5032,
]);

function isBtreeFamily(family: number): boolean {
  return !hashFamilies.has(family) && !otherFamilies.has(family);
}

/** Fixed while the scan runs: no columns, nothing volatile. */
function isRunTimeConstant(value: Expression): boolean {
  return columnsUsed(value).size === 0 && !containsKind(value, 'subquery', 'aggregate') && volatilityOf(value) !== 'v';
}

const textLike: ReadonlySet<number> = new Set([typeOids.text, typeOids.varchar]);

function sameKeyType(id: ColumnId, compared: number, valueType: number, context: PlanContext): boolean {
  const columnType = context.facts.get(id)?.type ?? 0;
  const same = (a: number, b: number) => a === b || (textLike.has(a) && textLike.has(b));
  return same(columnType, compared) && same(columnType, valueType);
}

const integerRange = new Map<number, readonly [number, number]>([
  [typeOids.int2, [-32768, 32767]],
  [typeOids.int4, [-2147483648, 2147483647]],
  [typeOids.int8, [-Infinity, Infinity]],
]);

/**
 * The value as one of the column's type, whose keys it is compared with. Integers of another width are taken over when
 * they are constants in range, or narrower; text and varchar share their keys.
 */
function asKeyType(value: Expression, columnType: number, equality: boolean): Expression | undefined {
  if (value.type === columnType) return value;
  if (textLike.has(value.type) && textLike.has(columnType)) return value;
  const range = integerRange.get(columnType);
  if (range === undefined || !integerRange.has(value.type)) return undefined;
  if (value.kind === 'constant') {
    const number: Datum = value.value;
    if (number === null) return { ...value, type: columnType };
    const inRange =
      columnType === typeOids.int8 || (typeof number === 'number' && number >= range[0] && number <= range[1]);
    return inRange ? { ...value, type: columnType } : undefined;
  }
  void equality;
  const width = (type: number) => (type === typeOids.int2 ? 2 : type === typeOids.int4 ? 4 : 8);
  if (width(value.type) > width(columnType)) return undefined;
  const { typmod, collation, position } = value;
  return { kind: 'relabel', arg: value, form: 'implicit-cast', type: columnType, typmod, collation, position };
}
