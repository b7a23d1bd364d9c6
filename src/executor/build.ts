/**
 * PhysicalPlan → operators, once per plan: the result is opened again for each execution of a prepared statement. A BuiltPlan
 * runs the init plans first, then the main plan.
 */
import { InvariantError, unreachable } from '../common/assert.ts';
import type { ColumnId, SlotId } from '../algebra/expression.ts';
import type { CommonTableId } from '../algebra/query.ts';
import type { PhysicalPlan, PlannedStatement } from '../algebra/physical.ts';
import type { BuildContext, WorkTable } from './build-context.ts';
import { Dependencies } from './dependencies.ts';
import { InitPlanRun } from './init-plan-run.ts';
import { SharedRows } from './shared-rows.ts';
import type { ExecutionContext, Instrumentation, Operator, Step } from './operator.ts';
import { WAIT } from './operator.ts';
import { Aggregate } from './operators/aggregate.ts';
import { Append } from './operators/append.ts';
import { Apply } from './operators/apply.ts';
import { CommonTableScan } from './operators/common-table-scan.ts';
import { Delete } from './operators/delete.ts';
import { Filter } from './operators/filter.ts';
import { FunctionScan } from './operators/function-scan.ts';
import { HashJoin } from './operators/hash-join.ts';
import { IndexScan } from './operators/index-scan.ts';
import { Insert } from './operators/insert.ts';
import { Limit } from './operators/limit.ts';
import { LockRows } from './operators/lock-rows.ts';
import { Materialize } from './operators/materialize.ts';
import { MergeJoin } from './operators/merge-join.ts';
import { NestedLoop } from './operators/nested-loop.ts';
import { Project } from './operators/project.ts';
import { ProjectSet } from './operators/project-set.ts';
import { RecursiveUnion } from './operators/recursive-union.ts';
import { Result } from './operators/result.ts';
import { SeqScan } from './operators/seq-scan.ts';
import { SetOperation } from './operators/set-operation.ts';
import { Sort } from './operators/sort.ts';
import { Unique } from './operators/unique.ts';
import { Update } from './operators/update.ts';
import { ValuesScan } from './operators/values-scan.ts';
import { WorkTableScan } from './operators/work-table-scan.ts';
import { actsOnItsOwn, commonTablesRead, freeSlots, outerWorkTables, somePlan } from './plan-walk.ts';

/** With `instrumentation` every operator is wrapped (EXPLAIN ANALYZE); without, nothing is in the way. */
export function buildPlan(planned: PlannedStatement, instrumentation?: Instrumentation): BuiltPlan {
  return new BuiltPlan(planned, new Builder(planned, instrumentation));
}

export class BuiltPlan {
  /** For each visible result column its index in the batches of `next`. */
  readonly columns: readonly number[];
  readonly #root: Operator;
  readonly #initPlans: readonly InitPlanRun[];
  readonly #commonTables: readonly SharedRows[];
  #context: ExecutionContext | undefined = undefined;
  #initPlansDone = 0;
  #rootOpen = false;

  constructor(planned: PlannedStatement, builder: Builder) {
    this.#initPlans = planned.initPlans.map((initPlan) => new InitPlanRun(initPlan, builder));
    this.#root = builder.build(planned.root);
    this.#commonTables = [...builder.commonTables.values()];
    this.columns = planned.output.map((column) => {
      const index = planned.root.output.indexOf(column.id);
      if (index < 0) throw new InvariantError(`result column ${column.name} is not in the plan's output`);
      return index;
    });
  }

  open(context: ExecutionContext): void {
    this.close();
    this.#context = context;
    this.#initPlansDone = 0;
  }

  /** As Operator.next. May return batches with junk columns: the result is in `columns`. */
  next(rowsMax: number): Step {
    const context = this.#context as ExecutionContext;
    while (this.#initPlansDone < this.#initPlans.length) {
      if ((this.#initPlans[this.#initPlansDone] as InitPlanRun).run(context) === WAIT) return WAIT;
      this.#initPlansDone++;
    }
    if (!this.#rootOpen) {
      this.#rootOpen = true;
      this.#root.open(context);
    }
    return this.#root.next(rowsMax);
  }

  /** Idempotent; to be called also after an error. */
  close(): void {
    for (const initPlan of this.#initPlans) initPlan.close();
    for (const rows of this.#commonTables) rows.close();
    if (this.#rootOpen) this.#root.close();
    this.#rootOpen = false;
  }
}

class Builder implements BuildContext {
  readonly #planned: PlannedStatement;
  readonly #instrumentation: Instrumentation | undefined;
  /** Slots of init plans: set once, before the main plan. */
  readonly #constantSlots: ReadonlySet<SlotId>;
  /** Made when the first of its scans is built. */
  readonly commonTables = new Map<CommonTableId, SharedRows>();
  readonly #workTables = new Map<CommonTableId, WorkTable>();

  #slotCount: number;

  constructor(planned: PlannedStatement, instrumentation: Instrumentation | undefined) {
    this.#planned = planned;
    this.#slotCount = planned.slotCount;
    this.#instrumentation = instrumentation;
    this.#constantSlots = new Set(planned.initPlans.map((initPlan) => initPlan.slot));
  }

  readonly typeOf = (column: ColumnId): number => {
    const known = this.#planned.columnNames.get(column)?.type;
    if (known === undefined) throw new InvariantError(`column ${column} of the plan has no type`);
    return known;
  };

  hasSideEffects(plan: PhysicalPlan): boolean {
    return somePlan(plan, actsOnItsOwn);
  }

  /** Those of the WITH queries it reads count as its own: they may belong to a correlated subquery. */
  dependencies(plan: PhysicalPlan): Dependencies {
    const plans = new Set([plan]);
    for (const part of plans) for (const id of commonTablesRead(part)) plans.add(this.#commonTablePlan(id));
    const slots = new Set([...plans].flatMap((part) => [...freeSlots(part)]));
    const workTables = new Set([...plans].flatMap(outerWorkTables));
    return new Dependencies(
      [...slots].filter((slot) => !this.#constantSlots.has(slot)),
      [...workTables].map((id) => this.workTable(id)),
    );
  }

  dependsOnSlots(plan: PhysicalPlan): boolean {
    return !this.dependencies(plan).isEmpty;
  }

  #commonTablePlan(id: CommonTableId): PhysicalPlan {
    const table = this.#planned.commonTables.find((candidate) => candidate.id === id);
    if (table === undefined) throw new InvariantError(`the plan has no WITH query ${id}`);
    return table.plan;
  }

  commonTable(id: CommonTableId): SharedRows {
    let rows = this.commonTables.get(id);
    if (rows === undefined) {
      rows = SharedRows.of(this.#commonTablePlan(id), this);
      this.commonTables.set(id, rows);
    }
    return rows;
  }

  workTable(id: CommonTableId): WorkTable {
    let table = this.#workTables.get(id);
    if (table === undefined) this.#workTables.set(id, (table = { rows: undefined, round: 0 }));
    return table;
  }

  newSlot(): SlotId {
    return this.#slotCount++ as SlotId;
  }

  build(plan: PhysicalPlan): Operator {
    const operator = this.#make(plan);
    return this.#instrumentation === undefined ? operator : this.#instrumentation.wrap(plan, operator);
  }

  #make(plan: PhysicalPlan): Operator {
    switch (plan.kind) {
      case 'seq-scan':
        return new SeqScan(plan, this);
      case 'index-scan':
        return new IndexScan(plan, this);
      case 'values-scan':
        return new ValuesScan(plan, this);
      case 'result':
        return new Result(plan, this);
      case 'filter':
        return new Filter(plan, this);
      case 'project':
        return new Project(plan, this);
      case 'limit':
        return new Limit(plan, this);
      case 'sort':
        return new Sort(plan, this);
      case 'aggregate':
        return new Aggregate(plan, this);
      case 'hash-join':
        return new HashJoin(plan, this);
      case 'merge-join':
        return new MergeJoin(plan, this);
      case 'nested-loop':
        return new NestedLoop(plan, this);
      case 'function-scan':
        return new FunctionScan(plan, this);
      case 'project-set':
        return new ProjectSet(plan, this);
      case 'unique':
        return new Unique(plan, this);
      case 'common-table-scan':
        return new CommonTableScan(plan, this);
      case 'recursive-union':
        return new RecursiveUnion(plan, this);
      case 'work-table-scan':
        return new WorkTableScan(plan, this);
      case 'materialize':
        return new Materialize(plan, this);
      case 'apply':
        return new Apply(plan, this);
      case 'set-operation':
        return new SetOperation(plan, this);
      case 'lock-rows':
        return new LockRows(plan, this);
      case 'append':
        return new Append(plan, this);
      case 'insert':
        return new Insert(plan, this);
      case 'update':
        return new Update(plan, this);
      case 'delete':
        return new Delete(plan, this);
      default:
        return unreachable(plan, 'plan node');
    }
  }
}
