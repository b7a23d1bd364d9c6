/** What operators are built with. They see their inputs as Operators only; build.ts knows which is which. */
import type { PhysicalPlan } from '../algebra/physical.ts';
import type { TypeOf } from './layout.ts';
import type { CommonTableId } from '../algebra/query.ts';
import type { Operator } from './operator.ts';
import type { WorkTable } from './operators/work-table-scan.ts';
import type { SharedRows } from './shared-rows.ts';

export interface BuildContext {
  readonly typeOf: TypeOf;
  build(plan: PhysicalPlan): Operator;
  /** Whether running the plan does more than produce rows: it must then never run ahead of what is asked for (ROW-4). */
  hasSideEffects(plan: PhysicalPlan): boolean;
  /** Whether the plan's rows may differ after a rewind: it reads slots that operators around it set. */
  dependsOnSlots(plan: PhysicalPlan): boolean;
  /** The rows of a WITH query, shared by all its scans. */
  commonTable(id: CommonTableId): SharedRows;
  /** What the recursive union of that WITH query shows its step. */
  workTable(id: CommonTableId): WorkTable;
}
