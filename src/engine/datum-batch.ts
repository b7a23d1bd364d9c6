/** Rows of Datums as batches, for results that are made in memory: SHOW, EXPLAIN, scrollable cursors. */
import { Batch } from '../types/batch.ts';
import type { Datum } from '../types/datum.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { batchRowsMax, createVector, resetVector, type Vector } from '../types/vector.ts';
import type { RowSink } from './row-sink.ts';

export class DatumSource {
  readonly #handlers: readonly TypeHandler[];
  readonly #batch: Batch;
  readonly #columns: readonly number[];

  constructor(handlers: readonly TypeHandler[]) {
    this.#handlers = handlers;
    this.#batch = new Batch(handlers.map((handler) => createVector(handler.vectorKind, batchRowsMax)));
    this.#columns = handlers.map((_, i) => i);
  }

  /** Gives rows[start, end) to the sink. */
  give(rows: readonly (readonly Datum[])[], start: number, end: number, sink: RowSink): void {
    for (let from = start; from < end; from += batchRowsMax) {
      this.#fill(rows, from, Math.min(from + batchRowsMax, end));
      sink.take(this.#batch, this.#columns);
    }
  }

  #fill(rows: readonly (readonly Datum[])[], from: number, to: number): void {
    const { columns } = this.#batch;
    for (const [c, handler] of this.#handlers.entries()) {
      const vector = columns[c] as Vector;
      resetVector(vector);
      for (let i = from; i < to; i++) handler.writeDatum(vector, i - from, (rows[i] as readonly Datum[])[c] ?? null);
    }
    this.#batch.selectedCount = to - from;
  }
}
