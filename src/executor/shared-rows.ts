/** The rows of a plan that several readers want, or one reader several times: run once, lazily, and remembered. */
import type { TypeHandler } from '../types/type-handler.ts';
import { batchRowsMax } from '../types/vector.ts';
import type { ExecutionContext, Operator, Step } from './operator.ts';
import { END, WAIT } from './operator.ts';
import { Pieces } from './pieces.ts';
import { TupleStore } from './tuple-store.ts';
import type { TupleReader } from './tuple-store.ts';

export class SharedRows {
  readonly #operator: Operator;
  readonly #store: TupleStore;
  #state: 'closed' | 'running' | 'complete' = 'closed';

  constructor(operator: Operator, handlers: readonly TypeHandler[]) {
    this.#operator = operator;
    this.#store = new TupleStore(handlers);
  }

  get store(): TupleStore {
    return this.#store;
  }

  /** Gets some more rows from the plan into the store; END when there are no more. */
  advance(context: ExecutionContext): typeof WAIT | typeof END | undefined {
    if (this.#state === 'complete') return END;
    if (this.#state === 'closed') {
      this.#store.open(context.memory);
      this.#operator.open(context);
      this.#state = 'running';
    }
    const step = this.#operator.next(batchRowsMax);
    if (step === WAIT) return WAIT;
    if (step === END) {
      this.#state = 'complete';
      return END;
    }
    this.#store.append(step.columns, step.selection, step.selectedCount);
    return undefined;
  }

  /** Starts the plan over: its slots have changed. */
  restart(context: ExecutionContext): void {
    if (this.#state === 'closed') return;
    this.#store.open(context.memory);
    this.#operator.rewind();
    this.#state = 'running';
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
      const step = this.#rows.advance(context);
      if (step !== undefined) return step;
    }
  }
}
