/** What fraction of rows a condition lets through (PostgreSQL's selfuncs.c, by the same names and defaults). */
import { findType } from '../types/registry.ts';
import type { Datum } from '../types/datum.ts';
import { ArrayValue } from '../types/datum.ts';
import { findOperator } from '../functions/registry.ts';
import type { ColumnStatistics } from '../catalog/descriptors.ts';
import type { ColumnId, Expression } from '../algebra/expression.ts';
import type { PlanContext } from './context.ts';
import { defaultDistinct, distinctValues, isUniqueColumn, plainColumn } from './statistics.ts';

const equalDefault = 0.005;
const rangeDefault = 1 / 3;
const matchDefault = 0.005;
const booleanDefault = 0.5;
const unknownDefault = 0.5;
const nullDefault = 0.005;

/** Of the conjunction; a pair of bounds on one column counts as a range. */
export function selectivityOfAll(conditions: readonly Expression[], rows: number, context: PlanContext): number {
  let result = 1;
  const bounds = new Map<ColumnId, { low: number | undefined; high: number | undefined }>();
  for (const condition of conditions) {
    const bound = rangeBound(condition);
    const share = selectivity(condition, rows, context);
    if (bound === undefined) {
      result *= share;
      continue;
    }
    const pair = bounds.get(bound.column) ?? { low: undefined, high: undefined };
    if (bound.lower) pair.low = Math.min(pair.low ?? 1, share);
    else pair.high = Math.min(pair.high ?? 1, share);
    bounds.set(bound.column, pair);
  }
  for (const { low, high } of bounds.values()) {
    if (low === undefined || high === undefined) result *= low ?? high ?? 1;
    else if (low === rangeDefault && high === rangeDefault) result *= equalDefault;
    else result *= Math.max(low + high - 1, 1 / Math.max(rows, 100));
  }
  return clamp(result);
}

function clamp(value: number): number {
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

function rangeBound(condition: Expression): { readonly column: ColumnId; readonly lower: boolean } | undefined {
  const comparison = asComparison(condition);
  if (comparison === undefined || !'<=>='.includes(comparison.operator) || comparison.operator === '=')
    return undefined;
  return { column: comparison.column, lower: comparison.operator.startsWith('>') };
}

interface Comparison {
  readonly column: ColumnId;
  readonly operator: string;
  /** undefined: not known at planning. */
  readonly value: Datum | undefined;
  readonly type: number;
}

const mirrored: Readonly<Record<string, string>> = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=', '<>': '<>' };

/** column op value, turned around if need be. */
function asComparison(condition: Expression): Comparison | undefined {
  if (condition.kind !== 'call' || condition.args.length !== 2 || condition.operator === 0) return undefined;
  const name = findOperator(condition.operator)?.name;
  if (name === undefined || mirrored[name] === undefined) return undefined;
  const [left, right] = condition.args as [Expression, Expression];
  const known = (side: Expression) => (side.kind === 'constant' ? side.value : undefined);
  const leftColumn = plainColumn(left);
  if (leftColumn !== undefined && plainColumn(right) === undefined) {
    return { column: leftColumn, operator: name, value: known(right), type: left.type };
  }
  const rightColumn = plainColumn(right);
  if (rightColumn !== undefined && leftColumn === undefined) {
    return { column: rightColumn, operator: mirrored[name] as string, value: known(left), type: right.type };
  }
  return undefined;
}

export function selectivity(condition: Expression, rows: number, context: PlanContext): number {
  switch (condition.kind) {
    case 'constant':
      return condition.value === true ? 1 : 0;
    case 'and':
      return selectivityOfAll(condition.args, rows, context);
    case 'or': {
      let result = 0;
      for (const arg of condition.args) {
        const share = selectivity(arg, rows, context);
        result = result + share - result * share;
      }
      return result;
    }
    case 'not':
      return 1 - selectivity(condition.arg, rows, context);
    case 'null-test': {
      const column = plainColumn(condition.arg);
      const share = column === undefined ? nullDefault : (context.statistics(column)?.nullFraction ?? nullDefault);
      return condition.negated ? 1 - share : share;
    }
    case 'column':
    case 'boolean-test':
      return booleanDefault;
    case 'array-comparison':
      return arrayShare(condition, rows, context);
    case 'call':
      return callShare(condition, rows, context);
    case 'distinct-from':
      return condition.negated ? equalDefault : 1 - equalDefault;
    case 'subquery':
      return unknownDefault;
    default:
      return unknownDefault;
  }
}

function callShare(condition: Extract<Expression, { kind: 'call' }>, rows: number, context: PlanContext): number {
  const comparison = asComparison(condition);
  if (comparison !== undefined) return comparisonShare(comparison, rows, context);
  const operator = condition.operator === 0 ? undefined : findOperator(condition.operator);
  if (operator === undefined) return rangeDefault;
  if (operator.restrict === 'eqsel' && condition.args.length === 2) {
    const [left, right] = condition.args as [Expression, Expression];
    return equalityJoinShare(left, right, rows, rows, context);
  }
  if (operator.restrict === 'neqsel') return 1 - equalDefault;
  if (/^scalar.*sel$/.test(operator.restrict)) return rangeDefault;
  if (/^(n?i?c?(like|regex\w*)|prefix)sel$/.test(operator.restrict)) return patternShare(operator.name, condition);
  return unknownDefault;
}

/** LIKE 'abc%' and regexes: by the length of the fixed part, as PostgreSQL's default. */
function patternShare(name: string, condition: Extract<Expression, { kind: 'call' }>): number {
  const negated = name.startsWith('!');
  const pattern = condition.args[1];
  let share = matchDefault;
  if (pattern?.kind === 'constant' && typeof pattern.value === 'string' && name.includes('~~')) {
    share = 1;
    for (const character of pattern.value) share *= character === '%' ? 5 : character === '_' ? 0.9 : 0.2;
    share = Math.min(share, 0.9999);
    share = Math.max(share, 0.0001);
  }
  return negated ? 1 - share : share;
}

function comparisonShare(comparison: Comparison, rows: number, context: PlanContext): number {
  const { column, operator, value } = comparison;
  if (value === null) return 0;
  const statistics = context.statistics(column);
  if (operator === '=' || operator === '<>') {
    const share = equalityShare(column, value, comparison.type, statistics, rows, context);
    return operator === '=' ? share : clamp(1 - share - (statistics?.nullFraction ?? 0));
  }
  if (value === undefined || statistics === undefined) return rangeDefault;
  return rangeShare(operator, value, comparison.type, statistics);
}

function equalityShare(
  column: ColumnId,
  value: Datum | undefined,
  type: number,
  statistics: ColumnStatistics | undefined,
  rows: number,
  context: PlanContext,
): number {
  const facts = context.facts.get(column);
  const tableRows = facts?.table === undefined ? rows : Math.max(context.catalog.estimateSize(facts.table).rows, 1);
  if (isUniqueColumn(column, context)) return 1 / Math.max(tableRows, 1);
  if (statistics === undefined) return facts?.type === 16 ? booleanDefault : equalDefault;
  const compare = findType(type)?.compare;
  const distinct = distinctValues(
    { kind: 'column', column, type, typmod: -1, collation: 0, position: undefined },
    tableRows,
    context,
  );
  if (value !== undefined && compare !== undefined) {
    const common = statistics.mostCommonValues.findIndex((item) => compare(item, value) === 0);
    if (common >= 0) return statistics.mostCommonFrequencies[common] as number;
    const taken = sum(statistics.mostCommonFrequencies);
    const others = distinct - statistics.mostCommonValues.length;
    const share = (1 - taken - statistics.nullFraction) / Math.max(others, 1);
    const least = statistics.mostCommonFrequencies.at(-1);
    return clamp(least === undefined ? share : Math.min(share, least));
  }
  return clamp((1 - statistics.nullFraction) / Math.max(distinct, 1));
}

function sum(values: readonly number[]): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function rangeShare(operator: string, value: Datum, type: number, statistics: ColumnStatistics): number {
  const compare = findType(type)?.compare;
  if (compare === undefined) return rangeDefault;
  const matches = (item: Datum) => {
    const order = compare(item, value);
    return operator === '<' ? order < 0 : operator === '<=' ? order <= 0 : operator === '>' ? order > 0 : order >= 0;
  };
  let common = 0;
  for (const [i, item] of statistics.mostCommonValues.entries()) {
    if (matches(item)) common += statistics.mostCommonFrequencies[i] as number;
  }
  const rest = 1 - sum(statistics.mostCommonFrequencies) - statistics.nullFraction;
  const below = histogramBelow(value, statistics.histogram, compare);
  if (below === undefined) return clamp(common + rest * rangeDefault);
  const share = operator.startsWith('<') ? below : 1 - below;
  return clamp(Math.max(common + rest * share, 0.0001));
}

/** Fraction of the histogram's values below `value`, interpolated linearly inside a bucket of numbers. */
function histogramBelow(
  value: Datum,
  histogram: readonly Datum[],
  compare: (a: Datum, b: Datum) => number,
): number | undefined {
  if (histogram.length < 2) return undefined;
  let low = 0;
  let high = histogram.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(histogram[middle] as Datum, value) < 0) low = middle + 1;
    else high = middle;
  }
  if (low === 0) return 0;
  if (low === histogram.length) return 1;
  const within = positionBetween(histogram[low - 1] as Datum, histogram[low] as Datum, value);
  return (low - 1 + within) / (histogram.length - 1);
}

function positionBetween(low: Datum, high: Datum, value: Datum): number {
  const [a, b, v] = [toNumber(low), toNumber(high), toNumber(value)];
  if (a === undefined || b === undefined || v === undefined || b <= a) return 0.5;
  return clamp((v - a) / (b - a));
}

function toNumber(value: Datum): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (value !== null && typeof value === 'object' && 'digits' in value && 'scale' in value) {
    return Number(value.digits) / 10 ** value.scale;
  }
  return undefined;
}

function arrayShare(
  condition: Extract<Expression, { kind: 'array-comparison' }>,
  rows: number,
  context: PlanContext,
): number {
  const operator = findOperator(condition.operator);
  if (operator === undefined) return unknownDefault;
  const elements = arrayElements(condition.right);
  const column = plainColumn(condition.left);
  let result = condition.all ? 1 : 0;
  for (const value of elements ?? new Array<Datum | undefined>(10).fill(undefined)) {
    let share = equalDefault;
    if (column !== undefined && mirrored[operator.name] !== undefined) {
      share = comparisonShare({ column, operator: operator.name, value, type: condition.left.type }, rows, context);
    }
    if (condition.all) result *= share;
    else result = operator.name === '=' ? result + share : result + share - result * share;
  }
  return clamp(result);
}

/** Elements of a constant array (values), or of an ARRAY[…] (unknown ones undefined). */
export function arrayElements(array: Expression): readonly (Datum | undefined)[] | undefined {
  if (array.kind === 'constant') return array.value instanceof ArrayValue ? array.value.elements : [];
  if (array.kind !== 'array' || array.nested) return undefined;
  return array.elements.map((element) => (element.kind === 'constant' ? element.value : undefined));
}

/** eqjoinsel without histograms: 1 / max(distinct). */
export function equalityJoinShare(
  left: Expression,
  right: Expression,
  leftRows: number,
  rightRows: number,
  context: PlanContext,
): number {
  const leftDistinct = distinctValues(left, leftRows, context);
  const rightDistinct = distinctValues(right, rightRows, context);
  return 1 / Math.max(leftDistinct, rightDistinct, 1);
}

export { defaultDistinct };
