/**
 * The right side of a merge join as groups of rows with equal keys. Rows are copied to a RowStore a batch at a time; a group is a
 * range of them. One key's rows are kept in memory however many they are, as a hash join does.
 */
import type { TypeHandler } from '../types/type-handler.ts';
import { batchRowsMax } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import type { ExecutionContext, Operator } from './operator.ts';
import { END, WAIT } from './operator.ts';
import { RowComparison } from './row-order.ts';
import { RowStore } from './row-store.ts';
import type { SortColumn } from './sort-prefix.ts';

/** Rows of groups that are done are dropped once there are so many. */
const doneRowsMax = 4096;

export class RightGroups {
  /** The current group is rows start … end - 1 of `columns`. */
  start = 0;
  end = 0;
  readonly #input: Operator;
  readonly #comparison: RowComparison;
  readonly #handlers: readonly TypeHandler[];
  #store: RowStore;
  #context: ExecutionContext | undefined = undefined;
  #inputEnded = false;
  #isLoading = false;

  constructor(input: Operator, keys: readonly SortColumn[], handlers: readonly TypeHandler[]) {
    this.#input = input;
    this.#comparison = new RowComparison(keys);
    this.#handlers = handlers;
    this.#store = new RowStore(handlers);
  }

  get columns(): readonly Vector[] {
    return this.#store.columns;
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#store.open(context.memory);
    this.start = 0;
    this.end = 0;
    this.#inputEnded = false;
    this.#isLoading = false;
  }

  /** Goes to the next group. END when there is none; after WAIT it is called again. */
  next(): typeof WAIT | typeof END | undefined {
    if (!this.#isLoading) {
      this.start = this.end;
      this.#isLoading = true;
    }
    for (;;) {
      while (this.end < this.#store.count) {
        if (this.end > this.start && !this.#continues(this.end)) {
          this.#isLoading = false;
          return undefined;
        }
        this.end++;
      }
      if (this.#inputEnded) break;
      const step = this.#input.next(batchRowsMax);
      if (step === WAIT) return WAIT;
      if (step === END) this.#inputEnded = true;
      else this.#store.append(step.columns, step.selection, step.selectedCount);
    }
    this.#isLoading = false;
    return this.end > this.start ? undefined : END;
  }

  #continues(row: number): boolean {
    const { columns } = this.#store;
    return this.#comparison.compare(columns, this.start, columns, row) === 0;
  }

  /** Drops rows before the current group, when there are many; row numbers change. */
  tidy(): void {
    if (this.start < doneRowsMax) return;
    const rest = new RowStore(this.#handlers);
    rest.open((this.#context as ExecutionContext).memory);
    const count = this.#store.count - this.start;
    const rows = Int32Array.from({ length: count }, (_, k) => this.start + k);
    rest.append(this.#store.columns, rows, count);
    this.#store.close();
    this.#store = rest;
    this.end -= this.start;
    this.start = 0;
  }

  close(): void {
    this.#store.close();
  }
}
