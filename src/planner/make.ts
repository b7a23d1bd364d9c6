/** Small constructors of expressions and plan nodes. */
import { typeOids } from '../functions/type-oids.ts';
import type { ColumnId, ColumnReference, Expression, SlotId } from '../algebra/expression.ts';
import type { Filter, Materialize, PhysicalPlan, Project } from '../algebra/physical.ts';
import type { OutputColumn } from '../algebra/query.ts';
import type { PlanContext } from './context.ts';
import { clampRows } from './cost.ts';
import type { Path } from './path.ts';
import { selectivityOfAll } from './selectivity.ts';
import { rowWidth } from './statistics.ts';

export function makeAnd(conditions: readonly Expression[]): Expression | undefined {
  if (conditions.length <= 1) return conditions[0];
  return { kind: 'and', args: conditions, type: typeOids.bool, typmod: -1, collation: 0, position: undefined };
}

export function reference(column: Pick<OutputColumn, 'id' | 'type' | 'typmod' | 'collation'>): ColumnReference {
  const { id, type, typmod, collation } = column;
  return { kind: 'column', column: id, type, typmod, collation, position: undefined };
}

export function slotReference(slot: SlotId, like: Expression): Expression {
  const { type, typmod, collation, position } = like;
  return { kind: 'slot', slot, type, typmod, collation, position };
}

/** Filters a path, unless there is nothing to filter by. */
export function filterPath(path: Path, conditions: readonly Expression[], context: PlanContext): Path {
  const condition = makeAnd(conditions);
  if (condition === undefined) return path;
  const input = path.plan;
  const { estimate } = input;
  const rows = clampRows(estimate.rows * selectivityOfAll(conditions, estimate.rows, context));
  const work = estimate.rows * conditions.length * context.settings.cpuOperatorCost;
  const plan: Filter = {
    kind: 'filter',
    input,
    condition,
    output: input.output,
    estimate: { ...estimate, rows, totalCost: estimate.totalCost + work },
  };
  return { plan, order: path.order };
}

/** Computes `columns` from `expressions`, passing `kept` columns through. */
export function projectPath(
  path: Path,
  kept: readonly ColumnId[],
  computed: readonly { readonly column: OutputColumn; readonly expression: Expression }[],
  context: PlanContext,
): Path {
  const input = path.plan;
  const passed = kept.filter((id) => input.output.includes(id));
  const output = [...passed, ...computed.map(({ column }) => column.id)];
  const expressions = [
    ...passed.map((id) => passedColumn(id, context)),
    ...computed.map(({ expression }) => expression),
  ];
  const { estimate } = input;
  const work = estimate.rows * computed.length * context.settings.cpuOperatorCost;
  const plan: Project = {
    kind: 'project',
    input,
    expressions,
    output,
    estimate: { ...estimate, totalCost: estimate.totalCost + work, width: rowWidth(output, context) },
  };
  const order = path.order.filter((_, i) => path.order.slice(0, i + 1).every((key) => output.includes(key.column)));
  return { plan, order };
}

export function passedColumn(id: ColumnId, context: PlanContext): ColumnReference {
  const facts = context.facts.get(id);
  return {
    kind: 'column',
    column: id,
    type: facts?.type ?? 0,
    typmod: facts?.typmod ?? -1,
    collation: 0,
    position: undefined,
  };
}

export function materialize(input: PhysicalPlan, context: PlanContext): Materialize {
  const { estimate } = input;
  const totalCost = estimate.totalCost + 2 * context.settings.cpuOperatorCost * estimate.rows;
  return { kind: 'materialize', input, output: input.output, estimate: { ...estimate, totalCost } };
}
