/**
 * Which functions are plain comparisons, from the operator families: what lets generated code compare bytes and numerics
 * without calling the function.
 */
import type { Oid } from '../../common/ids.ts';
import { familyOperators, operatorFamilies } from '../../functions/operator-classes.ts';
import { findOperator, getOperator } from '../../functions/registry.ts';

/** <>, beside the five strategies of a btree family. */
export type ComparisonSign = '<' | '<=' | '=' | '>=' | '>' | '<>';

const strategySigns: readonly ComparisonSign[] = ['<', '<=', '=', '>=', '>'];

export interface ComparisonFunction {
  readonly sign: ComparisonSign;
  readonly left: Oid;
  readonly right: Oid;
}

/** Families whose order is another than the types' own (LIKE support, images of rows). */
const patternFamilies = new Set(
  operatorFamilies.filter(({ name }) => /_(pattern|image)_ops$/.test(name)).map(({ oid }) => oid),
);

const comparisons = new Map<Oid, ComparisonFunction>();
for (const { family, left, right, strategy, operator } of familyOperators) {
  const entry = findOperator(operator);
  const isHash = strategySigns[strategy - 1] === '<' && entry?.name === '=';
  if (entry === undefined || isHash || patternFamilies.has(family)) continue;
  const sign = strategySigns[strategy - 1] as ComparisonSign;
  comparisons.set(entry.functionOid, { sign, left, right });
  if (sign === '=' && entry.negator !== 0 && findOperator(entry.negator) !== undefined) {
    comparisons.set(getOperator(entry.negator).functionOid, { sign: '<>', left, right });
  }
}

/** undefined: not a comparison by the types' default order. */
export function findComparison(functionOid: Oid): ComparisonFunction | undefined {
  return comparisons.get(functionOid);
}
