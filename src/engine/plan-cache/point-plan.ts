/**
 * Whether a plan would be the same whatever the literals: no scan's size depends on them. That is so for rows found by a whole
 * unique key, for inserted values, and for tables of a few rows.
 */
import type { PhysicalPlan, PlannedStatement } from '../../algebra/physical.ts';
import { childPlans } from '../explain/plan-children.ts';

const smallTableRows = 200;

export function isPointPlan({ root, initPlans, commonTables }: PlannedStatement): boolean {
  return initPlans.length === 0 && commonTables.length === 0 && isPoint(root);
}

function isPoint(plan: PhysicalPlan): boolean {
  switch (plan.kind) {
    case 'index-scan':
      return plan.singleRow;
    case 'seq-scan':
      return plan.estimate.totalCost < smallTableRows * costPerRow;
    case 'result':
    case 'values-scan':
    case 'project':
    case 'filter':
    case 'limit':
    case 'lock-rows':
    case 'aggregate':
    case 'insert':
    case 'update':
    case 'delete':
      return childPlans(plan).every((child) => isPoint(child.plan));
    default:
      return false;
  }
}

/** cpu_tuple_cost, generously. */
const costPerRow = 0.02;
