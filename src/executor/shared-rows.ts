/** The rows of a plan that several readers want, or one reader several times: run once, lazily, and remembered. */
import type { PhysicalPlan } from '../algebra/physical.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import type { BuildContext } from './build-context.ts';
import { Dependencies } from './dependencies.ts';
import { handlersOf } from './layout.ts';
import type { ExecutionContext, Operator, Step } from './operator.ts';
import { END, WAIT } from './operator.ts';
import { Appetite, Pieces } from './pieces.ts';
import { TupleStore } from './tuple-store.ts';
import type { TupleReader } from './tuple-store.ts';

export class SharedRows {
  readonly #operator: Operator;
  readonly #store: TupleStore;
  readonly #dependencies: Dependencies;
  readonly #careful: boolean;
  readonly #appetite = new Appetite();
  #state: 'closed' | 'running' | 'complete' = 'closed';

  /** `careful`: the plan must not run ahead of what is asked for. */
  constructor(
    operator: Operator,
    handlers: readonly TypeHandler[],
    dependencies: Dependencies = new Dependencies([], []),
    careful: boolean = false,
  ) {
    this.#operator = operator;
    this.#store = new TupleStore(handlers);
    this.#dependencies = dependencies;
    this.#careful = careful;
  }

  static of(plan: PhysicalPlan, build: BuildContext): SharedRows {
    const handlers = handlersOf(plan.output, build.typeOf);
    return new SharedRows(build.build(plan), handlers, build.dependencies(plan), build.hasSideEffects(plan));
  }

  get store(): TupleStore {
    return this.#store;
  }

  /** Gets some more rows from the plan into the store; END when there are no more. */
  advance(rowsMax: number, context: ExecutionContext): typeof WAIT | typeof END | undefined {
    if (this.#state === 'complete') return END;
    if (this.#state === 'closed') {
      this.#begin(context);
      this.#operator.open(context);
    }
    const step = this.#operator.next(this.#careful ? rowsMax : this.#appetite.ask(rowsMax));
    if (step === WAIT) return WAIT;
    if (step === END) {
      this.#state = 'complete';
      return END;
    }
    this.#store.append(step.columns, step.selection, step.selectedCount);
    return undefined;
  }

  #begin(context: ExecutionContext): void {
    this.#store.open(context.memory);
    this.#dependencies.remember(context.slots);
    this.#appetite.reset();
    this.#state = 'running';
  }

  /**
   * To be called by each reader as it begins. The plan starts over if something it depends on has changed since it last did; the
   * other readers then begin again too, before they read on, for they are parts of what the change concerns.
   */
  refresh(context: ExecutionContext): void {
    if (this.#state === 'closed' || !this.#dependencies.haveChanged(context.slots)) return;
    this.#begin(context);
    this.#operator.rewind();
  }

  close(): void {
    if (this.#state !== 'closed') this.#operator.close();
    this.#store.close();
    this.#state = 'closed';
  }
}

/** One reader's place among shared rows. */
export class SharedReader {
  readonly #rows: SharedRows;
  readonly #reader: TupleReader;
  readonly #pieces = new Pieces();

  constructor(rows: SharedRows) {
    this.#rows = rows;
    this.#reader = rows.store.reader();
  }

  /** Goes to the first row, of a new run if it must be. */
  begin(context: ExecutionContext): void {
    this.#rows.refresh(context);
    this.rewind();
  }

  /** Goes to the first row. */
  rewind(): void {
    this.#reader.rewind();
    this.#pieces.clear();
  }

  next(rowsMax: number, context: ExecutionContext): Step {
    const piece = this.#pieces.take(rowsMax);
    if (piece !== undefined) return piece;
    for (;;) {
      const batch = this.#reader.next();
      if (batch !== undefined) return this.#pieces.offer(batch, rowsMax);
      const step = this.#rows.advance(rowsMax, context);
      if (step !== undefined) return step;
    }
  }
}
