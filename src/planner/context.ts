/** What one planning run carries along: the catalog, fresh ids, facts about columns, and the subplans found on the way. */
import type { Oid } from '../common/ids.ts';
import type { Catalog, ColumnStatistics, TableDescriptor } from '../catalog/descriptors.ts';
import type { EvalContext } from '../functions/eval-context.ts';
import type { ColumnId, Expression, SlotId } from '../algebra/expression.ts';
import type { InitPlan, PhysicalPlan } from '../algebra/physical.ts';
import type { CommonTableId, OutputColumn } from '../algebra/query.ts';

/** Session settings that choose between plans; names as in PostgreSQL. */
export interface PlannerSettings {
  readonly enableSeqScan: boolean;
  readonly enableIndexScan: boolean;
  readonly enableIndexOnlyScan: boolean;
  readonly enableHashJoin: boolean;
  readonly enableMergeJoin: boolean;
  readonly enableNestedLoop: boolean;
  readonly enableHashAggregate: boolean;
  readonly enableSort: boolean;
  readonly enableMaterial: boolean;
  readonly workMemBytes: number;
  readonly randomPageCost: number;
  readonly seqPageCost: number;
  readonly cpuTupleCost: number;
  readonly cpuIndexTupleCost: number;
  readonly cpuOperatorCost: number;
}

export const defaultPlannerSettings: PlannerSettings = {
  enableSeqScan: true,
  enableIndexScan: true,
  enableIndexOnlyScan: true,
  enableHashJoin: true,
  enableMergeJoin: true,
  enableNestedLoop: true,
  enableHashAggregate: true,
  enableSort: true,
  enableMaterial: true,
  workMemBytes: 4 * 1024 * 1024,
  randomPageCost: 4,
  seqPageCost: 1,
  cpuTupleCost: 0.01,
  cpuIndexTupleCost: 0.005,
  cpuOperatorCost: 0.0025,
};

export interface PlanOptions {
  readonly catalog: Catalog;
  readonly settings: PlannerSettings;
  /** For folding constants; only immutable functions are called. */
  readonly eval: EvalContext;
}

/** Where a column comes from, as far as statistics can follow it. */
export interface ColumnFacts {
  readonly name: string;
  readonly relation: string | undefined;
  readonly type: Oid;
  readonly typmod: number;
  /** undefined: computed. */
  readonly table: TableDescriptor | undefined;
  readonly number: number;
}

export interface CommonTablePlan {
  readonly id: CommonTableId;
  readonly name: string;
  readonly plan: PhysicalPlan;
}

export class PlanContext {
  readonly catalog: Catalog;
  readonly settings: PlannerSettings;
  readonly eval: EvalContext;
  readonly facts = new Map<ColumnId, ColumnFacts>();
  readonly initPlans: InitPlan[] = [];
  /** Slots set by init plans: the same for the whole statement, unlike those that carry outer columns. */
  readonly initSlots = new Set<SlotId>();
  readonly commonTables: CommonTablePlan[] = [];
  /** Columns that any expression of the statement mentions: scans read no others. */
  readonly used = new Set<ColumnId>();
  /** Slots that hold values of outer columns, so that a column met in two subqueries shares one. */
  slotCount = 0;
  #nextId: number;

  constructor(options: PlanOptions, nextId: number) {
    this.catalog = options.catalog;
    this.settings = options.settings;
    this.eval = options.eval;
    this.#nextId = nextId;
  }

  newSlot(): SlotId {
    return this.slotCount++ as SlotId;
  }

  newColumnId(): ColumnId {
    return this.#nextId++ as ColumnId;
  }

  /** A column for a computed expression. */
  newColumn(name: string, expression: Pick<Expression, 'type' | 'typmod' | 'collation'>): OutputColumn {
    const { type, typmod, collation } = expression;
    const column = { id: this.newColumnId(), name, type, typmod, collation, tableOid: 0, columnNumber: 0 };
    this.note(column, undefined);
    return column;
  }

  /** Records a computed column's name and type. */
  note(column: OutputColumn, relation: string | undefined): void {
    const { name, type, typmod } = column;
    this.facts.set(column.id, { name, relation, type, typmod, table: undefined, number: 0 });
  }

  noteTable(columns: readonly OutputColumn[], table: TableDescriptor, relation: string): void {
    for (const column of columns) {
      const { name, type, typmod, columnNumber } = column;
      this.facts.set(column.id, { name, relation, type, typmod, table, number: columnNumber });
    }
  }

  statistics(column: ColumnId): ColumnStatistics | undefined {
    const facts = this.facts.get(column);
    return facts?.table === undefined ? undefined : this.catalog.statistics(facts.table.oid, facts.number);
  }
}
