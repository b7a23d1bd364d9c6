/**
 * WITH RECURSIVE: the rows of `start`, then those of `step` run over the rows of the round before, until a round has none. Without
 * ALL a row that came before is dropped, in whatever round.
 */
import type { RecursiveUnion as RecursiveUnionNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { BuildContext, WorkTable } from '../build-context.ts';
import { GroupTable } from '../group-table.ts';
import { handlersOf } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { Appetite, Pieces } from '../pieces.ts';
import { TupleStore } from '../tuple-store.ts';

export class RecursiveUnion implements Operator {
  readonly #start: Operator;
  readonly #step: Operator;
  readonly #workTable: WorkTable;
  readonly #seen: GroupTable | undefined;
  /** Rows of the round before, and of this one. */
  #previous: TupleStore;
  #current: TupleStore;
  readonly #batch = new Batch([]);
  readonly #pieces = new Pieces();
  readonly #appetite = new Appetite();
  readonly #groups = new Int32Array(batchRowsMax);
  readonly #newRows = new Int32Array(batchRowsMax);
  #context: ExecutionContext | undefined = undefined;
  #stepOpen = false;
  #inStep = false;

  constructor(node: RecursiveUnionNode, build: BuildContext) {
    const handlers = handlersOf(node.output, build.typeOf);
    this.#workTable = build.workTable(node.commonTable);
    this.#start = build.build(node.start);
    this.#step = build.build(node.step);
    this.#seen = node.all ? undefined : new GroupTable(handlers);
    this.#previous = new TupleStore(handlers);
    this.#current = new TupleStore(handlers);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#start.open(context);
    this.#restart(context);
  }

  rewind(): void {
    this.#start.rewind();
    this.#restart(this.#context as ExecutionContext);
  }

  #restart(context: ExecutionContext): void {
    this.#seen?.open(context.memory);
    this.#previous.close();
    this.#current.open(context.memory);
    this.#pieces.clear();
    this.#appetite.reset();
    this.#inStep = false;
  }

  next(rowsMax: number): Step {
    const piece = this.#pieces.take(rowsMax);
    if (piece !== undefined) return piece;
    const context = this.#context as ExecutionContext;
    for (;;) {
      const input = this.#inStep ? this.#step : this.#start;
      const step = input.next(this.#appetite.ask(rowsMax));
      if (step === WAIT) return WAIT;
      if (step === END) {
        if (!this.#nextRound(context)) return END;
      } else {
        const batch = this.#seen === undefined ? step : this.#withoutSeen(this.#seen, step);
        if (batch.selectedCount > 0) {
          this.#current.append(batch.columns, batch.selection, batch.selectedCount);
          return this.#pieces.offer(batch, rowsMax);
        }
      }
      if (context.sliceOver()) return WAIT;
    }
  }

  #withoutSeen(seen: GroupTable, rows: Batch): Batch {
    const { columns, selection, selectedCount } = rows;
    const count = seen.assignNew(columns, selection, selectedCount, this.#groups, this.#newRows);
    this.#batch.columns = columns;
    this.#batch.selection = this.#newRows;
    this.#batch.selectedCount = count;
    return this.#batch;
  }

  /** The rows of this round become what the step reads; false when there are none. */
  #nextRound(context: ExecutionContext): boolean {
    if (this.#current.rows === 0) return false;
    [this.#previous, this.#current] = [this.#current, this.#previous];
    this.#current.open(context.memory);
    this.#workTable.rows = this.#previous;
    this.#workTable.round++;
    if (this.#stepOpen) this.#step.rewind();
    else this.#step.open(context);
    this.#stepOpen = true;
    this.#inStep = true;
    return true;
  }

  close(): void {
    this.#start.close();
    if (this.#stepOpen) this.#step.close();
    this.#stepOpen = false;
    this.#seen?.close();
    this.#previous.close();
    this.#current.close();
    this.#workTable.rows = undefined;
  }
}
