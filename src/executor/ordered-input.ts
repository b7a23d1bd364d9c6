/** Rows of an aggregate with DISTINCT or ORDER BY: sorted by (group, keys) before the accumulator sees them. */
import type { Aggregate, Expression } from '../algebra/expression.ts';
import { typeOid } from '../types/oids.ts';
import { getType } from '../types/registry.ts';
import { batchRowsMax, Int32Vector } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import type { Accumulator } from './accumulators/accumulator.ts';
import { KeptRow } from './kept-row.ts';
import type { ExecutionContext } from './operator.ts';
import type { SortColumn } from './sort-prefix.ts';
import { Sorter } from './sorter.ts';

/**
 * `expressions`: the arguments, then the ORDER BY keys that are none of them. `keys`: those of ORDER BY, for DISTINCT followed
 * by the arguments not among them, so that equal rows are neighbours.
 */
export function sortColumnsOf(
  aggregate: Aggregate,
  args: readonly Expression[],
): { readonly expressions: readonly Expression[]; readonly keys: readonly SortColumn[] } {
  const expressions = [...args];
  const keys: SortColumn[] = aggregate.orderBy.map(({ expression, descending, nullsFirst }) => {
    let index = expressions.findIndex((other) => isSame(other, expression));
    if (index < 0) index = expressions.push(expression) - 1;
    return { index, handler: getType(expression.type), descending, nullsFirst };
  });
  if (aggregate.distinct) {
    args.forEach((arg, index) => {
      if (keys.some((key) => key.index === index)) return;
      keys.push({ index, handler: getType(arg.type), descending: false, nullsFirst: false });
    });
  }
  return { expressions, keys };
}

function isSame(a: Expression, b: Expression): boolean {
  return a === b || (a.kind === 'column' && b.kind === 'column' && a.column === b.column);
}

/** Sorts the rows of an aggregate by (group, keys) and drops repeated arguments for DISTINCT. */
export class OrderedInput {
  readonly #sorter: Sorter;
  readonly #group = new Int32Vector(0);
  /** Group, then as many arguments as must differ. */
  readonly #distinct: KeptRow | undefined;
  readonly #selection = new Int32Array(batchRowsMax);
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
    this.#group.values =
      groups ?? zeroGroupsFor(selection === undefined ? count : (selection[count - 1] as number) + 1);
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
    const batch = this.#sorter.next(batchRowsMax);
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

/** All rows in group 0. */
let zeroGroups = new Int32Array(batchRowsMax);

export function zeroGroupsFor(count: number): Int32Array<ArrayBuffer> {
  if (count > zeroGroups.length) zeroGroups = new Int32Array(count);
  return zeroGroups;
}
