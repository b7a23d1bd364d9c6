/** Distinct values and widths from ANALYZE's statistics, with PostgreSQL's defaults where there are none. */
import { findType } from '../types/registry.ts';
import type { ColumnId, Expression } from '../algebra/expression.ts';
import type { PlanContext } from './context.ts';

/** Distinct values assumed without statistics (DEFAULT_NUM_DISTINCT). */
export const defaultDistinct = 200;

/** Number of distinct values of an expression over `rows` rows. */
export function distinctValues(expression: Expression, rows: number, context: PlanContext): number {
  const column = plainColumn(expression);
  if (column === undefined) return Math.min(defaultDistinct, rows);
  const facts = context.facts.get(column);
  if (facts?.table === undefined) return Math.min(defaultDistinct, rows);
  const tableRows = Math.max(context.catalog.estimateSize(facts.table).rows, 1);
  if (isUniqueColumn(column, context)) return Math.min(tableRows, Math.max(rows, 1));
  const statistics = context.statistics(column);
  if (statistics === undefined || statistics.distinct === 0) {
    return Math.max(1, Math.min(facts.type === 16 ? 2 : defaultDistinct, rows));
  }
  const total = statistics.distinct > 0 ? statistics.distinct : -statistics.distinct * tableRows;
  return Math.max(1, Math.min(total, rows));
}

/** A column that alone makes up a unique index. */
export function isUniqueColumn(column: ColumnId, context: PlanContext): boolean {
  const facts = context.facts.get(column);
  return (
    facts?.table?.indexes.some(
      (index) => index.unique && index.columns.length === 1 && index.columns[0] === facts.number,
    ) ?? false
  );
}

/** The column under relabelling casts, if that is all the expression is. */
export function plainColumn(expression: Expression): ColumnId | undefined {
  if (expression.kind === 'column') return expression.column;
  return expression.kind === 'relabel' ? plainColumn(expression.arg) : undefined;
}

/** Average stored bytes of a column. */
export function columnWidth(column: ColumnId, context: PlanContext): number {
  const statistics = context.statistics(column);
  if (statistics !== undefined && statistics.averageWidth > 0) return statistics.averageWidth;
  const facts = context.facts.get(column);
  return facts === undefined ? 8 : typeWidth(facts.type, facts.typmod);
}

/** get_typavgwidth. */
export function typeWidth(type: number, typmod: number): number {
  const length = findType(type)?.length ?? -1;
  if (length > 0) return length;
  if (typmod > 4) {
    const characters = typmod - 4;
    return characters <= 32
      ? characters
      : characters < 1000
        ? 32 + Math.floor((characters - 32) / 2)
        : 32 + (1000 - 32) / 2;
  }
  return 32;
}

export function rowWidth(columns: readonly ColumnId[], context: PlanContext): number {
  let width = 0;
  for (const column of columns) width += columnWidth(column, context);
  return width;
}
