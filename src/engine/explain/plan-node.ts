/** A plan as EXPLAIN shows it, whatever the format: names, details and children, in PostgreSQL's words. */
import type { PlanEstimate } from '../../algebra/physical.ts';

export type Relationship = 'Outer' | 'Inner' | 'Member' | 'InitPlan' | 'SubPlan';

export interface PlanChild {
  readonly relationship: Relationship;
  /** "InitPlan 1 (returns $0)", "CTE x": a line of its own above the child. */
  readonly label: string | undefined;
  readonly node: ShownPlan;
}

export type DetailValue = string | number | readonly string[];

export interface Detail {
  readonly label: string;
  readonly value: DetailValue;
  /** In text format only when the plan was run and this is not 0. */
  readonly hiddenIfZero?: boolean;
}

export interface ShownPlan {
  /** Text format's heading, "Hash Left Join" or "Seq Scan on t x". */
  readonly title: string;
  /** The heading's parts for the other formats, in order: "Node Type", "Join Type" …. */
  readonly facts: readonly (readonly [string, string | boolean])[];
  readonly estimate: PlanEstimate;
  readonly details: readonly Detail[];
  readonly children: readonly PlanChild[];
  /** The plan node that figures are kept under. */
  readonly source: object;
}
