/** Constructors of aggregate calls and nodes. */
import type { Aggregate, ColumnId, Expression } from '../../../src/algebra/expression.ts';
import type { PhysicalPlan } from '../../../src/algebra/physical.ts';
import { findFunctions } from '../../../src/functions/registry.ts';
import { typed } from './expressions.ts';
import type { PlanMaker } from './plans.ts';

export function aggregate(name: string, args: readonly Expression[], more: Partial<Aggregate> = {}): Aggregate {
  const types = args.map((arg) => arg.type);
  const entry = findFunctions(name).find(
    (item) =>
      item.argTypes.length === types.length && item.argTypes.every((type, i) => type === types[i] || type === 2276),
  );
  if (entry === undefined) throw new Error(`no aggregate ${name}(${types.join(', ')})`);
  return {
    kind: 'aggregate',
    function: entry.oid,
    args,
    directArgs: [],
    distinct: false,
    orderBy: [],
    filter: undefined,
    ...typed(entry.returnType),
    ...more,
  };
}

export function aggregatePlan(
  maker: PlanMaker,
  strategy: 'plain' | 'hash' | 'sorted',
  input: PhysicalPlan,
  groupBy: readonly ColumnId[],
  aggregates: readonly Aggregate[],
): PhysicalPlan {
  const items = aggregates.map((item) => ({ id: maker.id(item.type), aggregate: item }));
  return maker.node('aggregate', [...groupBy, ...items.map((item) => item.id)], {
    strategy,
    input,
    groupBy,
    aggregates: items,
  });
}
