/** Walking physical plans: inputs, expressions, slots, and what follows from them. */
import { unreachable } from '../common/assert.ts';
import type { Expression, SlotId, SortKey } from '../algebra/expression.ts';
import type { KeyEquality, PhysicalPlan } from '../algebra/physical.ts';
import type { CommonTableId } from '../algebra/query.ts';
import { volatilityOf } from '../algebra/volatility.ts';
import { slotsUsed } from '../algebra/walk.ts';

export function inputsOf(plan: PhysicalPlan): readonly PhysicalPlan[] {
  switch (plan.kind) {
    case 'seq-scan':
    case 'index-scan':
    case 'values-scan':
    case 'result':
    case 'function-scan':
    case 'common-table-scan':
    case 'work-table-scan':
      return [];
    case 'nested-loop':
    case 'hash-join':
    case 'merge-join':
    case 'set-operation':
      return [plan.left, plan.right];
    case 'append':
      return plan.inputs;
    case 'apply':
      return [plan.input, plan.plan];
    case 'recursive-union':
      return [plan.start, plan.step];
    default:
      return [plan.input];
  }
}

/** The expressions of the node itself. */
export function expressionsOf(plan: PhysicalPlan): readonly Expression[] {
  switch (plan.kind) {
    case 'seq-scan':
      return present(plan.filter);
    case 'index-scan': {
      const { equals, lower, upper } = plan.condition;
      return [...equals.flatMap(equalityValues), ...present(plan.filter, lower?.expression, upper?.expression)];
    }
    case 'values-scan':
      return plan.rows.flat();
    case 'result':
      return [...plan.expressions, ...present(plan.condition)];
    case 'function-scan':
      return plan.calls.map((part) => part.call);
    case 'filter':
      return [plan.condition];
    case 'project':
    case 'project-set':
      return plan.expressions;
    case 'limit':
      return [...present(plan.limit, plan.offset), ...keyExpressions(plan.tieKeys ?? [])];
    case 'sort':
      return [...keyExpressions(plan.keys), ...present(plan.limit, plan.limitOffset)];
    case 'nested-loop':
      return present(plan.condition);
    case 'hash-join':
      return [...plan.leftKeys, ...plan.rightKeys, ...present(plan.condition)];
    case 'merge-join':
      return [...keyExpressions(plan.leftKeys), ...keyExpressions(plan.rightKeys), ...present(plan.condition)];
    case 'aggregate':
      return plan.aggregates.map((item) => item.aggregate);
    case 'apply':
      return present(plan.test);
    case 'lock-rows':
      return plan.locks.flatMap((lock) => present(lock.recheck.condition));
    case 'insert':
    case 'update':
    case 'delete':
      return modificationExpressions(plan);
    case 'unique':
    case 'append':
    case 'set-operation':
    case 'materialize':
    case 'common-table-scan':
    case 'recursive-union':
    case 'work-table-scan':
      return [];
    default:
      return unreachable(plan, 'plan node');
  }
}

function present(...expressions: readonly (Expression | undefined)[]): readonly Expression[] {
  return expressions.filter((expression) => expression !== undefined);
}

function keyExpressions(keys: readonly SortKey[]): readonly Expression[] {
  return keys.map((key) => key.expression);
}

function equalityValues(equality: KeyEquality): readonly Expression[] {
  if (equality.kind === 'null') return [];
  return equality.kind === 'any' ? [equality.array] : equality.values;
}

function modificationExpressions(
  plan: Extract<PhysicalPlan, { kind: 'insert' | 'update' | 'delete' }>,
): readonly Expression[] {
  const assignments = plan.kind === 'insert' ? plan.values : plan.kind === 'update' ? plan.assignments : [];
  const parts = [...assignments, ...plan.generated, ...plan.checks].map((part) => part.expression);
  return [...parts, ...plan.returning];
}

/** Slots set by the node for the inputs beneath it. */
function slotsSet(plan: PhysicalPlan): readonly SlotId[] {
  return plan.kind === 'nested-loop' || plan.kind === 'apply' ? plan.slots.map(({ slot }) => slot) : [];
}

/** Slots the plan reads that nothing inside it sets. */
export function freeSlots(plan: PhysicalPlan): Set<SlotId> {
  const free = new Set<SlotId>();
  for (const input of inputsOf(plan)) for (const slot of freeSlots(input)) free.add(slot);
  for (const slot of slotsSet(plan)) free.delete(slot);
  for (const expression of expressionsOf(plan)) for (const slot of slotsUsed(expression)) free.add(slot);
  return free;
}

/** Whether a node of the plan satisfies `test`. */
export function somePlan(plan: PhysicalPlan, test: (node: PhysicalPlan) => boolean): boolean {
  return test(plan) || inputsOf(plan).some((input) => somePlan(input, test));
}

/** Whether the node itself locks, writes or calls volatile functions. */
export function actsOnItsOwn(plan: PhysicalPlan): boolean {
  if (plan.kind === 'lock-rows' || plan.kind === 'insert' || plan.kind === 'update' || plan.kind === 'delete')
    return true;
  return expressionsOf(plan).some((expression) => volatilityOf(expression) === 'v');
}

/** The work tables the plan scans whose recursive union is not inside it. */
export function outerWorkTables(plan: PhysicalPlan): CommonTableId[] {
  const inner = new Set<CommonTableId>();
  const scanned = new Set<CommonTableId>();
  somePlan(plan, (node) => {
    if (node.kind === 'recursive-union') inner.add(node.commonTable);
    if (node.kind === 'work-table-scan') scanned.add(node.commonTable);
    return false;
  });
  return [...scanned].filter((id) => !inner.has(id));
}

/** The WITH queries the plan scans. */
export function commonTablesRead(plan: PhysicalPlan): Set<CommonTableId> {
  const read = new Set<CommonTableId>();
  somePlan(plan, (node) => {
    if (node.kind === 'common-table-scan') read.add(node.commonTable);
    return false;
  });
  return read;
}
