/**
 * One aggregate of an aggregate node: what to compute for each row (FILTER, arguments), and where the values go: straight into its
 * accumulator, or first through a hash table or a sort when the call says DISTINCT or ORDER BY.
 */
import type { Aggregate } from '../algebra/expression.ts';
import type { Vector } from '../types/vector.ts';
import { FloatSumAccumulator } from './accumulators/float-sum.ts';
import { GenericAccumulator } from './accumulators/generic.ts';
import type { Accumulator } from './accumulators/accumulator.ts';
import { makeAccumulator } from './accumulators/make.ts';
import { FilterProgram } from './compile.ts';
import type { Layout } from './layout.ts';
import type { ExecutionContext } from './operator.ts';
import { Projection } from './projection.ts';
import { DistinctInput } from './distinct-input.ts';
import { OrderedInput, sortColumnsOf } from './ordered-input.ts';

export class AggregateColumn {
  readonly accumulator: Accumulator;
  readonly #filter: FilterProgram | undefined;
  /** Arguments, then ORDER BY keys that are not among them. */
  readonly #values: Projection;
  readonly #argumentCount: number;
  readonly #ordered: OrderedInput | undefined;
  readonly #distinct: DistinctInput | undefined;

  constructor(aggregate: Aggregate, layout: Layout) {
    this.accumulator = makeAccumulator(aggregate);
    this.#filter = aggregate.filter === undefined ? undefined : new FilterProgram(aggregate.filter, layout);
    const args = [...aggregate.directArgs, ...aggregate.args];
    this.#argumentCount = args.length;
    const { expressions, keys } = sortColumnsOf(aggregate, args);
    this.#values = new Projection(expressions, layout);
    const types = expressions.map((expression) => expression.type);
    const isOrdered = aggregate.distinct || aggregate.orderBy.length > 0;
    this.#ordered = isOrdered ? new OrderedInput(types, keys, aggregate.distinct ? args.length : 0) : undefined;
    const isHashed = aggregate.distinct && aggregate.orderBy.length === 0 && ignoresOrder(this.accumulator);
    this.#distinct = isHashed ? new DistinctInput(types) : undefined;
  }

  open(context: ExecutionContext): void {
    this.#filter?.open(context);
    this.#values.open(context);
    if (this.accumulator instanceof GenericAccumulator) this.accumulator.open(context.eval);
    this.#ordered?.open(context);
    this.#distinct?.open(context);
  }

  /** Adds the selected rows to groups[row], or all to group 0. */
  add(
    columns: readonly Vector[],
    selection: Int32Array | undefined,
    count: number,
    groups: Int32Array | undefined,
  ): void {
    if (this.#filter !== undefined) {
      count = this.#filter.select(columns, selection, count);
      this.#filter.throwFailure();
      selection = this.#filter.selection;
      if (count === 0) return;
    }
    if (this.#values.run(columns, selection, count) < count) this.#values.throwFailure();
    const values = this.#values.columns;
    if (this.#ordered === undefined) this.accumulator.add(values, selection, count, groups);
    else if (this.#distinct === undefined) this.#ordered.add(values, selection, count, groups);
    else this.#distinct.add(values, selection, count, groups, this.accumulator, this.#ordered);
  }

  /** Feeds sorted rows to the accumulator; call until 'done' before results are written. */
  settle(): 'more' | 'done' {
    return this.#ordered === undefined ? 'done' : this.#ordered.drain(this.accumulator, this.#argumentCount);
  }

  /** Work that must be done before more rows are added. */
  work(): 'more' | 'done' {
    return this.#ordered === undefined ? 'done' : this.#ordered.work();
  }

  /** Ready for other groups. */
  clear(context: ExecutionContext): void {
    this.accumulator.clear();
    this.#ordered?.open(context);
    this.#distinct?.open(context);
  }

  close(): void {
    this.accumulator.clear();
    this.#ordered?.close();
    this.#distinct?.close();
  }
}

/** Sums of floats depend on the order they are added in, and states of other functions may. */
function ignoresOrder(accumulator: Accumulator): boolean {
  return !(accumulator instanceof GenericAccumulator || accumulator instanceof FloatSumAccumulator);
}
