/** The inputs of a plan node, with what PostgreSQL calls their relation to it. */
import type { PhysicalPlan } from '../../algebra/physical.ts';
import type { Relationship } from './plan-node.ts';

export interface ChildPlan {
  readonly relationship: Relationship;
  readonly plan: PhysicalPlan;
}

export function childPlans(plan: PhysicalPlan): readonly ChildPlan[] {
  switch (plan.kind) {
    case 'nested-loop':
    case 'hash-join':
    case 'merge-join':
    case 'set-operation':
      return [
        { relationship: 'Outer', plan: plan.left },
        { relationship: 'Inner', plan: plan.right },
      ];
    case 'append':
      return plan.inputs.map((input) => ({ relationship: 'Member', plan: input }));
    case 'recursive-union':
      return [
        { relationship: 'Outer', plan: plan.start },
        { relationship: 'Inner', plan: plan.step },
      ];
    case 'apply':
      return [
        { relationship: 'Outer', plan: plan.input },
        { relationship: 'SubPlan', plan: plan.plan },
      ];
    default:
      return 'input' in plan ? [{ relationship: 'Outer', plan: plan.input }] : [];
  }
}
