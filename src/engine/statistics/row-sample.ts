/**
 * A random sample of a table's rows, in storage order: one pass, each row equally likely (reservoir sampling with skips,
 * Vitter's algorithm X in the form of Li's algorithm L).
 */
import type { ColumnDescriptor } from '../../catalog/descriptors.ts';
import type { AccessMethod } from '../../tables/access-method.ts';
import type { Snapshot } from '../../transaction/transaction.ts';
import type { Datum } from '../../types/datum.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { batchRowsMax, type Vector } from '../../types/vector.ts';
import { typeHandler } from '../prepared-statement.ts';

export interface SampledRow {
  /** Which row of the table it was: physical order. */
  place: number;
  readonly values: Datum[];
}

export interface Sample {
  readonly rows: readonly SampledRow[];
  /** All rows of the table. */
  readonly rowCount: number;
}

export async function sampleRows(
  columns: readonly ColumnDescriptor[],
  access: AccessMethod,
  snapshot: Snapshot,
  size: number,
  yieldNow: () => Promise<void>,
): Promise<Sample> {
  const handlers = columns.map((column) => typeHandler(column.typeOid));
  const reservoir = new Reservoir(size, handlers);
  const request = {
    columns: columns.map((column) => column.number - 1),
    withRowReference: false,
    descending: false,
    ranges: undefined,
  };
  const scan = access.beginScan(request, snapshot);
  try {
    for (let step = scan.next(batchRowsMax); step !== 'end'; step = scan.next(batchRowsMax)) {
      if (step === 'rows') reservoir.offer(scan.vectors, scan.rowCount);
      await yieldNow();
    }
  } finally {
    scan.close();
  }
  return { rows: reservoir.rows.toSorted((a, b) => a.place - b.place), rowCount: reservoir.seen };
}

class Reservoir {
  readonly rows: SampledRow[] = [];
  seen = 0;
  readonly #size: number;
  readonly #handlers: readonly TypeHandler[];
  #weight: number;
  /** The next row to take, once the reservoir is full. */
  #next = 0;

  constructor(size: number, handlers: readonly TypeHandler[]) {
    this.#size = size;
    this.#handlers = handlers;
    this.#weight = Math.exp(Math.log(Math.random()) / size);
  }

  offer(vectors: readonly Vector[], count: number): void {
    const first = this.seen;
    let row = 0;
    for (; row < count && this.rows.length < this.#size; row++) {
      this.rows.push({ place: first + row, values: this.#read(vectors, row) });
      if (this.rows.length === this.#size) this.#skip(first + row);
    }
    while (this.rows.length === this.#size && this.#next >= first + row && this.#next < first + count) {
      const at = this.#next;
      const victim = Math.floor(Math.random() * this.#size);
      this.rows[victim] = { place: at, values: this.#read(vectors, at - first) };
      this.#weight *= Math.exp(Math.log(Math.random()) / this.#size);
      this.#skip(at);
    }
    this.seen = first + count;
  }

  #skip(from: number): void {
    this.#next = from + Math.floor(Math.log(Math.random()) / Math.log(1 - this.#weight)) + 1;
  }

  #read(vectors: readonly Vector[], row: number): Datum[] {
    return this.#handlers.map((handler, i) => handler.readDatum(vectors[i] as Vector, row));
  }
}
