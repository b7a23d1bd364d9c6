/** What operators are built with. They see their inputs as Operators only; build.ts knows which is which. */
import type { SlotId } from '../algebra/expression.ts';
import type { PhysicalPlan } from '../algebra/physical.ts';
import type { CommonTableId } from '../algebra/query.ts';
import type { Dependencies } from './dependencies.ts';
import type { TypeOf } from './layout.ts';
import type { Operator } from './operator.ts';
import type { SharedRows } from './shared-rows.ts';
import type { TupleStore } from './tuple-store.ts';

export interface BuildContext {
  readonly typeOf: TypeOf;
  build(plan: PhysicalPlan): Operator;
  /** Whether running the plan does more than produce rows: it must then never run ahead of what is asked for (ROW-4). */
  hasSideEffects(plan: PhysicalPlan): boolean;
  /** The rows of a WITH query, shared by its scans. */
  commonTable(id: CommonTableId): SharedRows;
  /** What a recursive union shows the scans in its step. */
  workTable(id: CommonTableId): WorkTable;
  /** A slot that no other operator uses. */
  newSlot(): SlotId;
  /** What may make the plan's rows differ after a rewind. */
  dependencies(plan: PhysicalPlan): Dependencies;
  /** Whether there is any such thing. */
  dependsOnSlots(plan: PhysicalPlan): boolean;
}

/** The rows of the round before; another store in each round. */
export interface WorkTable {
  rows: TupleStore | undefined;
  /** Grows with each round, and never starts over. */
  round: number;
}
