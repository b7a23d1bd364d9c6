/**
 * GROUP BY and aggregates. Each batch is numbered (which group does a row belong to), then every aggregate takes the batch in a
 * loop of its own.
 *
 *   plain    one group, one row, even without input
 *   sorted   the input comes ordered: a group ends where a key changes; groups come out in portions
 *   hash     a GroupTable numbers the keys; when memory is used up, rows of unknown groups go to files by their hash, and
 *            each file is aggregated like an input of its own afterwards
 */
import type { AggregateNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import { batchRowsMax, resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import { growVector } from '../../types/vector-io.ts';
import { AggregateColumn } from '../aggregate-column.ts';
import type { BuildContext } from '../build-context.ts';
import { HashGrouping, PlainGrouping, SortedGrouping } from '../grouping.ts';
import type { Grouping } from '../grouping.ts';
import { handlersOf, layoutOf, placeOf, vectorsFor } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { mustSpill } from '../spill/pressure.ts';

type State = 'collecting' | 'settling' | 'emitting' | 'finished';

export class Aggregate implements Operator {
  readonly #node: AggregateNode;
  readonly #input: Operator;
  readonly #grouping: Grouping;
  readonly #columns: readonly AggregateColumn[];
  readonly #output: Batch;
  /** The result can be emitted again after a rewind. */
  readonly #isRepeatable: boolean;
  #context: ExecutionContext | undefined = undefined;
  #state: State = 'collecting';
  #inputEnded = false;
  #next = 0;
  #accounted = 0;

  constructor(node: AggregateNode, build: BuildContext) {
    this.#node = node;
    this.#input = build.build(node.input);
    const layout = layoutOf(node.input.output, build.typeOf);
    this.#columns = node.aggregates.map(({ aggregate }) => new AggregateColumn(aggregate, layout));
    const inputHandlers = handlersOf(node.input.output, build.typeOf);
    const keys = node.groupBy.map((column) => placeOf(layout, column).index);
    const keyHandlers = handlersOf(node.groupBy, build.typeOf);
    this.#grouping =
      node.strategy === 'plain'
        ? new PlainGrouping()
        : node.strategy === 'sorted'
          ? new SortedGrouping(keys, keyHandlers)
          : new HashGrouping(keys, keyHandlers, inputHandlers);
    this.#output = new Batch(vectorsFor(handlersOf(node.output, build.typeOf), 0));
    this.#isRepeatable = !build.dependsOnSlots(node.input) && !build.hasSideEffects(node.input);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#input.open(context);
    this.#restart(context);
  }

  #restart(context: ExecutionContext): void {
    this.#grouping.open(context);
    for (const column of this.#columns) column.open(context);
    for (const column of this.#columns) column.clear(context);
    this.#account();
    this.#state = 'collecting';
    this.#inputEnded = false;
  }

  rewind(): void {
    const hasAll = this.#state === 'emitting' || this.#state === 'finished';
    if (hasAll && this.#isRepeatable && this.#grouping.holdsAll) {
      this.#state = 'emitting';
      this.#next = 0;
      return;
    }
    this.#input.rewind();
    this.#restart(this.#context as ExecutionContext);
  }

  next(rowsMax: number): Step {
    const context = this.#context as ExecutionContext;
    for (;;) {
      switch (this.#state) {
        case 'collecting':
          if (this.#collect(context) === WAIT) return WAIT;
          break;
        case 'settling':
          this.#settle();
          break;
        case 'emitting':
          if (this.#next < this.#grouping.count) return this.#emit(rowsMax);
          this.#endPortion(context);
          continue;
        case 'finished':
          return END;
      }
      if (context.sliceOver()) return WAIT;
    }
  }

  /** Takes one batch, or finds that the groups at hand are complete. */
  #collect(context: ExecutionContext): typeof WAIT | undefined {
    for (const column of this.#columns) if (column.work() === 'more') return undefined;
    const grouping = this.#grouping;
    if (!grouping.hasRows) {
      const batch = this.#nextBatch();
      if (batch === WAIT) return WAIT;
      if (batch === undefined) {
        this.#state = 'settling';
        return undefined;
      }
      grouping.take(batch.columns, batch.selection, batch.selectedCount);
    }
    const isComplete = grouping.assign();
    for (const column of this.#columns) {
      column.accumulator.reserve(grouping.count);
      if (grouping.rows > 0) column.add(grouping.columns, grouping.selection, grouping.rows, grouping.groups);
    }
    this.#account();
    if (isComplete) this.#state = 'settling';
    else if (mustSpill(context.memory, this.#bytes())) grouping.freeze();
    return undefined;
  }

  /** From the input first, then from the files that the grouping put aside. */
  #nextBatch(): Batch | typeof WAIT | undefined {
    if (this.#inputEnded) return this.#grouping.nextSpilled();
    const step = this.#input.next(batchRowsMax);
    if (step !== END) return step;
    this.#inputEnded = true;
    return undefined;
  }

  #bytes(): number {
    return this.#grouping.bytes + this.#accounted;
  }

  /** Accumulators' bytes; the grouping accounts for itself. */
  #account(): void {
    let bytes = 0;
    for (const column of this.#columns) bytes += column.accumulator.bytes;
    (this.#context as ExecutionContext).memory.take(bytes - this.#accounted);
    this.#accounted = bytes;
  }

  /** Lets aggregates with DISTINCT or ORDER BY see their rows. */
  #settle(): void {
    for (const column of this.#columns) {
      column.accumulator.reserve(this.#grouping.count);
      if (column.settle() === 'more') return;
    }
    this.#state = 'emitting';
    this.#next = 0;
  }

  #emit(rowsMax: number): Batch {
    const count = Math.min(rowsMax, batchRowsMax, this.#grouping.count - this.#next);
    const batch = this.#output;
    for (const vector of batch.columns) {
      growVector(vector, count);
      resetVector(vector);
    }
    const keyCount = this.#node.groupBy.length;
    this.#grouping.writeKeys(batch.columns.slice(0, keyCount), this.#next, count);
    this.#columns.forEach(({ accumulator }, i) => {
      const output = batch.columns[keyCount + i] as Vector;
      for (let row = 0; row < count; row++) accumulator.write(this.#next + row, output, row);
    });
    this.#next += count;
    batch.selectedCount = count;
    return batch;
  }

  /** After the groups at hand: more of the input (sorted), the next file (hash), or the end. */
  #endPortion(context: ExecutionContext): void {
    if (!this.#grouping.nextPortion(this.#inputEnded)) {
      this.#note(context);
      this.#state = 'finished';
      return;
    }
    for (const column of this.#columns) column.clear(context);
    this.#account();
    this.#state = 'collecting';
  }

  #note({ instrumentation }: ExecutionContext): void {
    if (instrumentation === undefined || this.#node.strategy !== 'hash') return;
    instrumentation.note(this.#node, 'HashAgg Batches', this.#grouping.portions);
    instrumentation.note(this.#node, 'Peak Memory Usage', Math.ceil(this.#bytes() / 1024));
    instrumentation.note(this.#node, 'Disk Usage', Math.ceil(this.#grouping.bytesOnDisk / 1024));
  }

  close(): void {
    this.#input.close();
    this.#grouping.close();
    for (const column of this.#columns) column.close();
    if (this.#accounted > 0) (this.#context as ExecutionContext).memory.give(this.#accounted);
    this.#accounted = 0;
  }
}
