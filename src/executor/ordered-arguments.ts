/** Which columns an aggregate with DISTINCT or ORDER BY sorts, and by which keys. */
import type { Aggregate, Expression } from '../algebra/expression.ts';
import { getType } from '../types/registry.ts';
import type { SortColumn } from './sort-prefix.ts';

/**
 * `expressions`: the arguments, then the ORDER BY keys that are none of them. `keys`: those of ORDER BY, for DISTINCT followed
 * by the arguments not among them, so that equal rows are neighbours.
 */
export function sortColumnsOf(
  aggregate: Aggregate,
  args: readonly Expression[],
): { readonly expressions: readonly Expression[]; readonly keys: readonly SortColumn[] } {
  const expressions = [...args];
  const keys: SortColumn[] = aggregate.orderBy.map(({ expression, descending, nullsFirst }) => {
    let index = expressions.findIndex((other) => isSame(other, expression));
    if (index < 0) index = expressions.push(expression) - 1;
    return { index, handler: getType(expression.type), descending, nullsFirst };
  });
  if (aggregate.distinct) {
    args.forEach((arg, index) => {
      if (keys.some((key) => key.index === index)) return;
      keys.push({ index, handler: getType(arg.type), descending: false, nullsFirst: false });
    });
  }
  return { expressions, keys };
}

function isSame(a: Expression, b: Expression): boolean {
  return a === b || (a.kind === 'column' && b.kind === 'column' && a.column === b.column);
}
