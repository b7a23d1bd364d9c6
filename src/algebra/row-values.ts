/** (a, b) < (c, d): the first unequal pair decides, by the ordering of the operators' families. */
import { InvariantError } from '../common/assert.ts';
import type { Oid } from '../common/ids.ts';
import type { Datum } from '../types/datum.ts';
import { typeOid } from '../types/oids.ts';
import type { EvalContext } from '../functions/eval-context.ts';
import type { Kernel } from '../functions/function.ts';
import { crossComparison, familiesOf } from '../functions/operator-classes.ts';
import { getFunction } from '../functions/registry.ts';
import type { Expression, RowComparison } from './expression.ts';

/** The three-way comparison function of the ordering that `operator` belongs to. */
export function orderingKernel(operator: Oid): Kernel {
  for (const { family, left, right } of familiesOf(operator)) {
    const ordering = crossComparison(family, left, right);
    if (ordering === undefined) continue;
    const { implementation } = getFunction(ordering.compare);
    if (implementation.kind === 'scalar') return implementation.kernel;
  }
  throw new InvariantError(`operator ${operator} orders nothing`);
}

/** `evaluate` gives one side's value at an index; later pairs are only evaluated when the ones before are equal. */
export function compareRows(
  comparison: RowComparison,
  evaluate: (side: readonly Expression[], index: number) => Datum,
  context: EvalContext,
): boolean | null {
  for (let index = 0; index < comparison.left.length; index++) {
    const left = evaluate(comparison.left, index);
    const right = evaluate(comparison.right, index);
    if (left === null || right === null) return null;
    const types = {
      argTypes: [(comparison.left[index] as Expression).type, (comparison.right[index] as Expression).type],
      resultType: typeOid.int4,
    };
    const order = orderingKernel(comparison.operators[index] as Oid)([left, right], context, types) as number;
    if (order !== 0) return comparison.comparison.startsWith('<') ? order < 0 : order > 0;
  }
  return comparison.comparison.endsWith('=');
}
