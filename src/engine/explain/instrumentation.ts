/** EXPLAIN ANALYZE: counts and times the calls of each operator, and keeps the facts operators note about themselves. */
import type { Instrumentation, Operator, Step, ExecutionContext } from '../../executor/operator.ts';
import { END, WAIT } from '../../executor/operator.ts';

export class NodeFigures {
  loops = 0;
  rows = 0;
  /** Milliseconds until the first row, over all loops, and altogether. */
  startupMs = 0;
  totalMs = 0;
  readonly notes = new Map<string, string | number>();
}

export class PlanInstrumentation implements Instrumentation {
  readonly #figures = new Map<object, NodeFigures>();
  readonly #withTiming: boolean;

  constructor(withTiming: boolean) {
    this.#withTiming = withTiming;
  }

  of(planNode: object): NodeFigures {
    let figures = this.#figures.get(planNode);
    if (figures === undefined) this.#figures.set(planNode, (figures = new NodeFigures()));
    return figures;
  }

  wrap(planNode: object, operator: Operator): Operator {
    return new MeasuredOperator(operator, this.of(planNode), this.#withTiming);
  }

  note(planNode: object, name: string, value: string | number): void {
    this.of(planNode).notes.set(name, value);
  }
}

class MeasuredOperator implements Operator {
  readonly #operator: Operator;
  readonly #figures: NodeFigures;
  readonly #now: () => number;
  #hasRows = false;
  #loopMs = 0;

  constructor(operator: Operator, figures: NodeFigures, withTiming: boolean) {
    this.#operator = operator;
    this.#figures = figures;
    this.#now = withTiming ? () => performance.now() : () => 0;
  }

  open(context: ExecutionContext): void {
    this.#begin();
    const start = this.#now();
    this.#operator.open(context);
    this.#spend(start);
  }

  rewind(): void {
    this.#begin();
    const start = this.#now();
    this.#operator.rewind();
    this.#spend(start);
  }

  #begin(): void {
    this.#figures.loops++;
    this.#hasRows = false;
    this.#loopMs = 0;
  }

  next(rowsMax: number): Step {
    const start = this.#now();
    const step = this.#operator.next(rowsMax);
    this.#spend(start);
    if (step !== END && step !== WAIT) {
      this.#figures.rows += step.selectedCount;
      this.#firstRow();
    } else if (step === END) {
      this.#firstRow();
    }
    return step;
  }

  #spend(start: number): void {
    const spent = this.#now() - start;
    this.#loopMs += spent;
    this.#figures.totalMs += spent;
  }

  #firstRow(): void {
    if (this.#hasRows) return;
    this.#hasRows = true;
    this.#figures.startupMs += this.#loopMs;
  }

  close(): void {
    const start = this.#now();
    this.#operator.close();
    this.#figures.totalMs += this.#now() - start;
  }
}
