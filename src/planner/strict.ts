/** Which columns being NULL keeps a condition from being true: what turns an outer join into an inner one. */
import { getFunction } from '../functions/registry.ts';
import type { ColumnId, Expression } from '../algebra/expression.ts';

/** Columns whose NULL makes the expression NULL. */
export function strictColumns(expression: Expression): Set<ColumnId> {
  switch (expression.kind) {
    case 'column':
      return new Set([expression.column]);
    case 'call': {
      const entry = getFunction(expression.function);
      return entry.strict && entry.implementation.kind === 'scalar'
        ? union(expression.args.map(strictColumns))
        : new Set();
    }
    case 'relabel':
    case 'coerce-io':
    case 'coerce-typmod':
    case 'not':
      return strictColumns(expression.arg);
    case 'array-comparison':
      return strictColumns(expression.left);
    default:
      return new Set();
  }
}

/** Columns whose NULL makes the condition false or NULL. */
export function rejectedNulls(condition: Expression): Set<ColumnId> {
  switch (condition.kind) {
    case 'and':
      return union(condition.args.map(rejectedNulls));
    case 'or': {
      const [first, ...rest] = condition.args.map(rejectedNulls);
      return new Set([...(first ?? [])].filter((column) => rest.every((columns) => columns.has(column))));
    }
    case 'null-test':
      return condition.negated && condition.arg.kind !== 'row' ? strictColumns(condition.arg) : new Set();
    case 'boolean-test':
      return condition.negated || condition.test === 'unknown' ? new Set() : strictColumns(condition.arg);
    default:
      return strictColumns(condition);
  }
}

function union(sets: readonly ReadonlySet<ColumnId>[]): Set<ColumnId> {
  const result = new Set<ColumnId>();
  for (const set of sets) for (const column of set) result.add(column);
  return result;
}
