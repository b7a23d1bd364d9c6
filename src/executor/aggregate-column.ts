/**
 * One aggregate of an aggregate node: what to compute for each row (FILTER, arguments), and where the values go: straight into its
 * accumulator, or first through a sort when the call says DISTINCT or ORDER BY.
 */
import type { Aggregate } from '../algebra/expression.ts';
import { typeOid } from '../types/oids.ts';
import { getType } from '../types/registry.ts';
import { Int32Vector } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import { GenericAccumulator } from './accumulators/generic.ts';
import type { Accumulator } from './accumulators/accumulator.ts';
import { makeAccumulator } from './accumulators/make.ts';
import { FilterProgram } from './compile.ts';
import { KeptRow } from './kept-row.ts';
import type { Layout } from './layout.ts';
import type { ExecutionContext } from './operator.ts';
import { Projection } from './projection.ts';
import type { SortColumn } from './sort-prefix.ts';
import { Sorter } from './sorter.ts';
import { sortColumnsOf } from './ordered-arguments.ts';

export class AggregateColumn {
  readonly accumulator: Accumulator;
  readonly #filter: FilterProgram | undefined;
  /** Arguments, then ORDER BY keys that are not among them. */
  readonly #values: Projection;
  readonly #argumentCount: number;
  readonly #ordered: OrderedInput | undefined;

  constructor(aggregate: Aggregate, layout: Layout) {
    this.accumulator = makeAccumulator(aggregate);
    this.#filter = aggregate.filter === undefined ? undefined : new FilterProgram(aggregate.filter, layout);
    const args = [...aggregate.directArgs, ...aggregate.args];
    this.#argumentCount = args.length;
    const { expressions, keys } = sortColumnsOf(aggregate, args);
    this.#values = new Projection(expressions, layout);
    const isOrdered = aggregate.distinct || aggregate.orderBy.length > 0;
    this.#ordered = isOrdered
      ? new OrderedInput(
          expressions.map((expression) => expression.type),
          keys,
          aggregate.distinct ? args.length : 0,
        )
      : undefined;
  }

  open(context: ExecutionContext): void {
    this.#filter?.open(context);
    this.#values.open(context);
    if (this.accumulator instanceof GenericAccumulator) this.accumulator.open(context.eval);
    this.#ordered?.open(context);
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
    else this.#ordered.add(values, selection, count, groups);
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
  }

  close(): void {
    this.accumulator.clear();
    this.#ordered?.close();
  }
}

/** Sorts the rows of an aggregate by (group, keys) and drops repeated arguments for DISTINCT. */
class OrderedInput {
  readonly #sorter: Sorter;
  readonly #group = new Int32Vector(0);
  /** Group, then as many arguments as must differ. */
  readonly #distinct: KeptRow | undefined;
  readonly #selection = new Int32Array(1024);
  #columns: Vector[] = [];
  #finished = false;

  constructor(types: readonly number[], keys: readonly SortColumn[], distinctColumns: number) {
    const handlers = [typeOid.int4, ...types].map((type) => getType(type));
    const group: SortColumn = { index: 0, handler: getType(typeOid.int4), descending: false, nullsFirst: false };
    // The group column goes before the values.
    this.#sorter = new Sorter(handlers, [group, ...keys.map((key) => ({ ...key, index: key.index + 1 }))]);
    const compared = handlers.slice(0, distinctColumns + 1).map((handler, index) => ({ index, handler }));
    this.#distinct = distinctColumns > 0 ? new KeptRow(compared) : undefined;
  }

  open(context: ExecutionContext): void {
    this.#sorter.open(context.memory);
    this.#finished = false;
    this.#distinct?.clear();
  }

  add(
    values: readonly Vector[],
    selection: Int32Array | undefined,
    count: number,
    groups: Int32Array | undefined,
  ): void {
    this.#group.values = groups ?? zeros(selection === undefined ? count : (selection[count - 1] as number) + 1);
    this.#columns = [this.#group, ...values];
    this.#sorter.add(this.#columns, selection, count);
  }

  work(): 'more' | 'done' {
    return this.#sorter.work();
  }

  drain(accumulator: Accumulator, argumentCount: number): 'more' | 'done' {
    if (this.#sorter.work() === 'more') return 'more';
    if (!this.#finished) {
      this.#finished = true;
      this.#sorter.finish();
    }
    const batch = this.#sorter.next(1024);
    if (batch === undefined) return 'done';
    const groups = (batch.columns[0] as Int32Vector).values;
    const values = batch.columns.slice(1, argumentCount + 1);
    if (this.#distinct === undefined) {
      accumulator.add(values, undefined, batch.selectedCount, groups);
    } else {
      const count = this.#selectDistinct(this.#distinct, batch.columns, batch.selectedCount);
      accumulator.add(values, this.#selection, count, groups);
    }
    return 'more';
  }

  #selectDistinct(last: KeptRow, columns: readonly Vector[], count: number): number {
    let selected = 0;
    for (let row = 0; row < count; row++) {
      if (last.isKept && last.equals(columns, row)) continue;
      last.keep(columns, row);
      this.#selection[selected++] = row;
    }
    return selected;
  }

  close(): void {
    this.#sorter.close();
  }
}

let zeroGroups = new Int32Array(1024);

function zeros(count: number): Int32Array<ArrayBuffer> {
  if (count > zeroGroups.length) zeroGroups = new Int32Array(count);
  return zeroGroups;
}
