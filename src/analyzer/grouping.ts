/** In a grouped query every output is made of group expressions and aggregates (manual §7.2.3; parse_agg.c). */
import { SqlError } from '../common/sql-error.ts';
import { expressionsEqual } from '../algebra/equal.ts';
import { children, visitQuery } from '../algebra/walk.ts';
import type { ColumnId, Expression } from '../algebra/expression.ts';
import type { FromItem, OutputColumn, TableItem } from '../algebra/query.ts';
import type { AnalyzeContext } from './context.ts';
import { columnReference } from './make.ts';
import type { Scope } from './scope.ts';

export interface GroupingCheck {
  readonly scope: Scope;
  readonly context: AnalyzeContext;
  readonly groupBy: readonly Expression[];
  readonly from: readonly FromItem[];
  /** Targets, ORDER BY, HAVING. */
  readonly outputs: readonly Expression[];
}

/**
 * Throws 42803 for an ungrouped column. Columns that depend on a grouped primary key are added to the group expressions,
 * which are returned.
 */
export function checkGrouping(check: GroupingCheck): Expression[] {
  const own = new Map<ColumnId, { readonly column: OutputColumn; readonly item: string | undefined }>();
  for (const item of check.scope.items) {
    for (const { column } of item.columns) {
      if (!own.has(column.id) || item.name !== undefined) own.set(column.id, { column, item: item.name });
    }
  }
  const groups = [...check.groupBy];
  const dependent = dependentColumns(check);

  const see = (expression: Expression, inSubquery: boolean): void => {
    if (expression.kind === 'aggregate') return;
    if (groups.some((group) => expressionsEqual(group, expression))) return;
    if (expression.kind === 'column') {
      const found = own.get(expression.column);
      if (found === undefined) return;
      const determined = dependent.get(expression.column);
      if (determined !== undefined) {
        groups.push(columnReference(determined));
        return;
      }
      const name = found.item === undefined ? found.column.name : `${found.item}.${found.column.name}`;
      const { position } = expression;
      if (inSubquery) {
        throw new SqlError('42803', `subquery uses ungrouped column "${name}" from outer query`, { position });
      }
      throw new SqlError(
        '42803',
        `column "${name}" must appear in the GROUP BY clause or be used in an aggregate function`,
        { position },
      );
    }
    for (const child of children(expression)) see(child, inSubquery);
    if (expression.kind === 'subquery') {
      visitQuery(expression.query, (node) => {
        if (groups.some((group) => expressionsEqual(group, node))) return false;
        if (node.kind === 'column') see(node, true);
        return true;
      });
    }
  };
  for (const output of check.outputs) see(output, false);
  return groups;
}

/** Columns of tables whose whole primary key is grouped. */
function dependentColumns(check: GroupingCheck): Map<ColumnId, OutputColumn> {
  const grouped = new Set(check.groupBy.map((group) => (group.kind === 'column' ? group.column : undefined)));
  const result = new Map<ColumnId, OutputColumn>();
  for (const item of check.from.flatMap(tables)) {
    const primary = item.table.indexes.find((index) => index.primary && !index.deferrable);
    if (primary === undefined) continue;
    const keyColumns = primary.columns.map((number) => item.columns.find((column) => column.columnNumber === number));
    if (!keyColumns.every((column) => column !== undefined && grouped.has(column.id))) continue;
    for (const column of item.columns) result.set(column.id, column);
  }
  return result;
}

function tables(item: FromItem): TableItem[] {
  if (item.kind === 'join') return [...tables(item.left), ...tables(item.right)];
  return item.kind === 'table' ? [item] : [];
}
