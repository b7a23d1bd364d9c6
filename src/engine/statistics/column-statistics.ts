/**
 * What ANALYZE derives from a sample of one column: null fraction, width, number of distinct values, most common values,
 * histogram, correlation. The rules are those of PostgreSQL's std_typanalyze; the estimator of distinct values is Haas and
 * Stokes, "Estimating the number of classes in a finite population" (1998), their Duj1.
 */
import { ByteWriter } from '../../common/byte-writer.ts';
import type { ColumnStatistics } from '../../catalog/descriptors.ts';
import type { Datum } from '../../types/datum.ts';
import type { TypeHandler } from '../../types/type-handler.ts';

/** Wider values are counted, not kept. */
const widthMax = 1024;

interface Place {
  readonly value: Datum;
  /** Position among the sampled values in storage order. */
  readonly order: number;
}

interface Group {
  readonly value: Datum;
  readonly count: number;
  readonly first: number;
}

export function computeStatistics(
  handler: TypeHandler,
  values: readonly Datum[],
  rowCount: number,
  target: number,
): ColumnStatistics {
  const present: Place[] = [];
  let width = 0;
  for (const value of values) {
    if (value === null) continue;
    width += widthOf(handler, value);
    present.push({ value, order: present.length });
  }
  const nullFraction = values.length === 0 ? 0 : (values.length - present.length) / values.length;
  const averageWidth = present.length === 0 ? Math.max(handler.storedBytes, 0) : width / present.length;
  const { compare } = handler;
  const isWide = averageWidth > widthMax;
  if (compare === undefined || present.length === 0 || isWide) {
    const distinct = values.length > 0 && present.length === 0 ? 0 : isWide || compare === undefined ? -1 : 0;
    return { ...nothingKnown, nullFraction, averageWidth, distinct: distinct * (1 - nullFraction) };
  }
  const sorted = present.toSorted((a, b) => compare(a.value, b.value) || a.order - b.order);
  const groups = groupEqual(sorted, compare);
  const distinct = estimateDistinct(groups, present.length, values.length, rowCount, nullFraction);
  const common = mostCommon(groups, present.length, distinct, target, rowCount, nullFraction);
  const commonSet = new Set(common.map((group) => group.first));
  const rest = groups.filter((group) => !commonSet.has(group.first));
  return {
    nullFraction,
    averageWidth,
    distinct,
    mostCommonValues: common.map((group) => group.value),
    mostCommonFrequencies: common.map((group) => group.count / values.length),
    histogram: histogramOf(rest, sorted, target),
    correlation: correlationOf(sorted),
  };
}

const nothingKnown: ColumnStatistics = {
  nullFraction: 0,
  averageWidth: 0,
  distinct: 0,
  mostCommonValues: [],
  mostCommonFrequencies: [],
  histogram: [],
  correlation: 0,
};

const scratch = new ByteWriter(256);

function widthOf(handler: TypeHandler, value: Datum): number {
  if (handler.storedBytes > 0) return handler.storedBytes;
  scratch.reset();
  handler.encode(value, scratch);
  return scratch.length + 1;
}

function groupEqual(sorted: readonly Place[], compare: (a: Datum, b: Datum) => number): Group[] {
  const groups: Group[] = [];
  for (let first = 0; first < sorted.length;) {
    const { value } = sorted[first] as Place;
    let end = first + 1;
    while (end < sorted.length && compare((sorted[end] as Place).value, value) === 0) end++;
    groups.push({ value, count: end - first, first });
    first = end;
  }
  return groups;
}

/** > 0: a number; < 0: minus the fraction of all rows. */
function estimateDistinct(
  groups: readonly Group[],
  present: number,
  sampled: number,
  rowCount: number,
  nullFraction: number,
): number {
  const repeated = groups.filter((group) => group.count > 1).length;
  if (repeated === 0) return -1 * (1 - nullFraction);
  if (sampled >= rowCount || repeated === groups.length) return scaled(groups.length, rowCount);
  const once = groups.length - repeated;
  const n = present;
  const total = rowCount * (1 - nullFraction);
  const estimate = (n * groups.length) / (n - once + (once * n) / total);
  return scaled(Math.floor(Math.min(Math.max(estimate, groups.length), total) + 0.5), rowCount);
}

/** More than a tenth of the rows: the number is taken to grow with the table. */
function scaled(distinct: number, rowCount: number): number {
  return distinct > 0.1 * rowCount ? -(distinct / rowCount) : distinct;
}

function mostCommon(
  groups: readonly Group[],
  present: number,
  distinct: number,
  target: number,
  rowCount: number,
  nullFraction: number,
): Group[] {
  const byCount = groups.filter((group) => group.count > 1).toSorted((a, b) => b.count - a.count || a.first - b.first);
  const isComplete = byCount.length === groups.length && groups.length <= target && distinct > 0;
  if (isComplete) return byCount;
  const candidates = byCount.slice(0, target);
  return candidates.slice(0, significantCount(candidates, present, distinct, rowCount, nullFraction));
}

/**
 * Keeps a value only if it is so frequent that leaving it to the average of the others would be clearly wrong: two standard
 * deviations of the hypergeometric distribution above it.
 */
function significantCount(
  candidates: readonly Group[],
  sampled: number,
  distinct: number,
  rowCount: number,
  nullFraction: number,
): number {
  if (sampled >= rowCount || rowCount <= 1) return candidates.length;
  const distinctCount = distinct < 0 ? -distinct * rowCount : distinct;
  let count = candidates.length;
  let sum = 0;
  for (let i = 0; i < count - 1; i++) sum += (candidates[i] as Group).count;
  while (count > 0) {
    let selectivity = 1 - sum / sampled - nullFraction;
    selectivity = Math.min(Math.max(selectivity, 0), 1);
    const others = distinctCount - (count - 1);
    if (others > 1) selectivity /= others;
    const last = (candidates[count - 1] as Group).count;
    const n = sampled;
    const expected = (n * (selectivity * rowCount)) / rowCount;
    const k = selectivity * rowCount;
    const variance = (n * k * (rowCount - k) * (rowCount - n)) / (rowCount * rowCount * (rowCount - 1));
    const deviation = Math.sqrt(Math.max(variance, 0));
    if (last > expected + 2 * deviation + 0.5) break;
    count--;
    if (count > 0) sum -= (candidates[count - 1] as Group).count;
  }
  return count;
}

/** Bounds of equally filled buckets over the values that are not most common. */
function histogramOf(rest: readonly Group[], sorted: readonly Place[], target: number): Datum[] {
  const bounds = Math.min(rest.length, target + 1);
  if (bounds < 2) return [];
  const values: Datum[] = [];
  for (const { first, count } of rest) for (let i = 0; i < count; i++) values.push((sorted[first + i] as Place).value);
  const last = values.length - 1;
  return Array.from({ length: bounds }, (_, i) => values[Math.round((i * last) / (bounds - 1))] as Datum);
}

/** Pearson's correlation of value order with storage order. */
function correlationOf(sorted: readonly Place[]): number {
  const n = sorted.length;
  if (n < 2) return 0;
  let sum = 0;
  for (const [i, { order }] of sorted.entries()) sum += i * order;
  const total = ((n - 1) * n) / 2;
  const squares = ((n - 1) * n * (2 * n - 1)) / 6;
  return (n * sum - total * total) / (n * squares - total * total);
}
