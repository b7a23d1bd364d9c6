/** pg_statistic rows: slots of kind 1 (most common values), 2 (histogram) and 3 (correlation), as ANALYZE writes them. */
import type { Oid } from '../common/ids.ts';
import { ArrayValue, type Datum } from '../types/datum.ts';
import { readRows, type CatalogReading, type CatalogRow } from './catalog-rows.ts';
import type { ColumnStatistics } from './descriptors.ts';

const slotKind = { mostCommon: 1, histogram: 2, correlation: 3 } as const;
const slotCount = 5;

export function readStatistics(reading: CatalogReading, table: Oid): ReadonlyMap<number, ColumnStatistics> {
  const result = new Map<number, ColumnStatistics>();
  for (const row of readRows(reading, 'pg_statistic', 'pg_statistic_relid_att_inh_index', [table])) {
    result.set(row['staattnum'] as number, statisticsOf(row));
  }
  return result;
}

function statisticsOf(row: CatalogRow): ColumnStatistics {
  const slot = (kind: number, field: string): readonly Datum[] => {
    for (let i = 1; i <= slotCount; i++) {
      const value = row[`${field}${i}`];
      if (row[`stakind${i}`] === kind) return value instanceof ArrayValue ? value.elements : [];
    }
    return [];
  };
  return {
    nullFraction: row['stanullfrac'] as number,
    averageWidth: row['stawidth'] as number,
    distinct: row['stadistinct'] as number,
    mostCommonValues: slot(slotKind.mostCommon, 'stavalues'),
    mostCommonFrequencies: slot(slotKind.mostCommon, 'stanumbers') as number[],
    histogram: slot(slotKind.histogram, 'stavalues'),
    correlation: (slot(slotKind.correlation, 'stanumbers')[0] as number | undefined) ?? 0,
  };
}

export interface StatisticsOperators {
  readonly equal: Oid;
  readonly less: Oid;
}

/** The row for a column's statistics. */
export function statisticsRow(
  table: Oid,
  column: number,
  type: Oid,
  collation: Oid,
  statistics: ColumnStatistics,
  operators: StatisticsOperators,
): CatalogRow {
  const row: Record<string, Datum> = {
    starelid: table,
    staattnum: column,
    stainherit: false,
    stanullfrac: statistics.nullFraction,
    stawidth: Math.round(statistics.averageWidth),
    stadistinct: statistics.distinct,
  };
  const float4 = 700;
  const array = (elementType: Oid, elements: readonly Datum[]) =>
    new ArrayValue(elementType, [elements.length], [1], elements);
  let n = 0;
  const add = (
    kind: number,
    operator: Oid,
    values: readonly Datum[] | undefined,
    figures: readonly number[] | undefined,
  ) => {
    n++;
    row[`stakind${n}`] = kind;
    row[`staop${n}`] = operator;
    row[`stacoll${n}`] = collation;
    row[`stanumbers${n}`] = figures === undefined ? null : array(float4, figures);
    row[`stavalues${n}`] = values === undefined ? null : array(type, values);
  };
  if (statistics.mostCommonValues.length > 0) {
    add(slotKind.mostCommon, operators.equal, statistics.mostCommonValues, statistics.mostCommonFrequencies);
  }
  if (statistics.histogram.length > 0) add(slotKind.histogram, operators.less, statistics.histogram, undefined);
  if (statistics.correlation !== 0) add(slotKind.correlation, operators.less, undefined, [statistics.correlation]);
  while (n < slotCount) {
    n++;
    row[`stakind${n}`] = 0;
    row[`staop${n}`] = 0;
    row[`stacoll${n}`] = 0;
  }
  return row;
}
