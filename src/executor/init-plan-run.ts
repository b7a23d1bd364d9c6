/** Runs an uncorrelated subquery once and puts its value into a slot. */
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { InitPlan } from '../algebra/physical.ts';
import { buildArray } from '../algebra/array-values.ts';
import type { Datum } from '../types/datum.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { getType } from '../types/registry.ts';
import { batchRowsMax } from '../types/vector.ts';
import type { Batch } from '../types/batch.ts';
import type { BuildContext } from './build-context.ts';
import type { ExecutionContext, Operator } from './operator.ts';
import { END, WAIT } from './operator.ts';

export class InitPlanRun {
  readonly #initPlan: InitPlan;
  readonly #operator: Operator;
  readonly #collector: SubqueryCollector;
  #open = false;

  constructor(initPlan: InitPlan, build: BuildContext) {
    this.#initPlan = initPlan;
    this.#operator = build.build(initPlan.plan);
    const first = initPlan.plan.output[0];
    const type = first === undefined ? 0 : build.typeOf(first);
    this.#collector = new SubqueryCollector(initPlan.form, type);
  }

  /** END when the slot is set. */
  run(context: ExecutionContext): typeof END | typeof WAIT {
    if (!this.#open) {
      this.#open = true;
      this.#collector.reset();
      this.#operator.open(context);
    }
    while (!this.#collector.isComplete) {
      const step = this.#operator.next(this.#collector.rowsWanted);
      if (step === WAIT) return WAIT;
      if (step === END) break;
      this.#collector.add(step);
    }
    context.slots[this.#initPlan.slot] = this.#collector.value();
    this.close();
    return END;
  }

  close(): void {
    if (this.#open) this.#operator.close();
    this.#open = false;
  }
}

/** The value of a subquery: its one row, whether there is a row, or an array of all. */
export class SubqueryCollector {
  /** Nothing that comes can change the value any more. */
  isComplete = false;
  readonly #form: 'scalar' | 'exists' | 'array';
  readonly #handler: TypeHandler | undefined;
  readonly #elementType: number;
  #values: Datum[] = [];

  /** `type` is that of the subquery's first column; EXISTS may have none. */
  constructor(form: 'scalar' | 'exists' | 'array', type: number) {
    this.#form = form;
    this.#elementType = type;
    this.#handler = form === 'exists' ? undefined : getType(type);
  }

  reset(): void {
    this.#values = [];
    this.isComplete = false;
  }

  /** How many rows to ask for. */
  get rowsWanted(): number {
    return this.#form === 'exists' ? 1 : this.#form === 'scalar' ? 2 : batchRowsMax;
  }

  add(batch: Batch): void {
    if (this.#form === 'exists') {
      this.isComplete = true;
      return;
    }
    const vector = batch.columns[0];
    for (let k = 0; k < batch.selectedCount; k++) {
      const row = batch.selection === undefined ? k : (batch.selection[k] as number);
      this.#values.push(vector === undefined ? null : (this.#handler as TypeHandler).readDatum(vector, row));
    }
    if (this.#form === 'scalar' && this.#values.length > 1) {
      throw new SqlError(
        sqlState.cardinalityViolation,
        'more than one row returned by a subquery used as an expression',
      );
    }
  }

  value(): Datum {
    switch (this.#form) {
      case 'exists':
        return this.isComplete;
      case 'scalar':
        return this.#values[0] ?? null;
      case 'array': {
        const { category, elementOid } = getType(this.#elementType);
        const isNested = category === 'A';
        const elementType = isNested ? elementOid : this.#elementType;
        return buildArray(this.#values, elementType, isNested);
      }
    }
  }
}
