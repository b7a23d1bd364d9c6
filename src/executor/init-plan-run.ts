/** Runs an uncorrelated subquery once and puts its value into a slot. */
import type { InitPlan } from '../algebra/physical.ts';
import type { BuildContext } from './build-context.ts';
import type { ExecutionContext, Operator } from './operator.ts';
import { END, WAIT } from './operator.ts';
import { SubqueryCollector } from './subquery-collector.ts';

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
