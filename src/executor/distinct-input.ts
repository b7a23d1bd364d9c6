/**
 * Rows of an aggregate with DISTINCT whose result does not depend on their order: a hash table lets each (group, arguments) through
 * once. When memory is used up, arguments that are not in the table yet are left to a sort.
 */
import { typeOid } from '../types/oids.ts';
import { getType } from '../types/registry.ts';
import { batchRowsMax, Int32Vector } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import type { Accumulator } from './accumulators/accumulator.ts';
import { GroupTable } from './group-table.ts';
import type { ExecutionContext } from './operator.ts';
import { zeroGroupsFor } from './ordered-input.ts';
import type { OrderedInput } from './ordered-input.ts';
import { mustSpill } from './spill/pressure.ts';

export class DistinctInput {
  readonly #table: GroupTable;
  readonly #group = new Int32Vector(0);
  #context: ExecutionContext | undefined = undefined;
  #found = new Int32Array(64);
  #rows = new Int32Array(64);

  constructor(types: readonly number[]) {
    this.#table = new GroupTable([typeOid.int4, ...types].map((type) => getType(type)));
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#table.open(context.memory);
  }

  add(
    values: readonly Vector[],
    selection: Int32Array | undefined,
    count: number,
    groups: Int32Array | undefined,
    accumulator: Accumulator,
    overflow: OrderedInput,
  ): void {
    const rowsEnd = selection === undefined ? count : (selection[count - 1] as number) + 1;
    if (rowsEnd > this.#found.length) {
      this.#found = new Int32Array(Math.max(rowsEnd, batchRowsMax));
      this.#rows = new Int32Array(Math.max(rowsEnd, batchRowsMax));
    }
    this.#group.values = groups ?? zeroGroupsFor(rowsEnd);
    const fresh = this.#table.assignNew([this.#group, ...values], selection, count, this.#found, this.#rows);
    if (fresh > 0) accumulator.add(values, this.#rows, fresh, groups);
    if (this.#table.isFrozen) {
      const rest = this.#unknownRows(selection, count);
      if (rest > 0) overflow.add(values, this.#rows, rest, groups);
    } else if (mustSpill((this.#context as ExecutionContext).memory, this.#table.bytes) || this.#table.keys.isFull) {
      this.#table.isFrozen = true;
    }
  }

  #unknownRows(selection: Int32Array | undefined, count: number): number {
    let rows = 0;
    for (let k = 0; k < count; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if ((this.#found[row] as number) < 0) this.#rows[rows++] = row;
    }
    return rows;
  }

  close(): void {
    this.#table.close();
  }
}
