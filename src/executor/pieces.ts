/** Parts of batches: an operator that got more rows from below than it may return hands them out piece by piece. */
import { Batch } from '../types/batch.ts';
import { batchRowsMax } from '../types/vector.ts';

/** Row numbers 0, 1, 2, …: the selection of a batch that has none. */
const everyRow = Int32Array.from({ length: batchRowsMax }, (_, row) => row);

/** Makes `piece` the rows [from, from + count) of the selection of `source`. */
export function slice(source: Batch, from: number, count: number, piece: Batch): Batch {
  if (from === 0 && count === source.selectedCount) return source;
  piece.columns = source.columns;
  piece.selectedCount = count;
  if (source.selection === undefined && from === 0) piece.selection = undefined;
  else piece.selection = (source.selection ?? everyRow).subarray(from, from + count);
  return piece;
}

export class Pieces {
  readonly #piece = new Batch([]);
  #source: Batch | undefined = undefined;
  #next = 0;

  clear(): void {
    this.#source = undefined;
  }

  /** The next piece of what was offered, or undefined when nothing is left. */
  take(rowsMax: number): Batch | undefined {
    const source = this.#source;
    if (source === undefined) return undefined;
    const left = source.selectedCount - this.#next;
    const count = left < rowsMax ? left : rowsMax;
    const piece = slice(source, this.#next, count, this.#piece);
    this.#next += count;
    if (this.#next === source.selectedCount) this.#source = undefined;
    return piece;
  }

  /** The first piece of a batch that has rows; the rest stays for `take`. */
  offer(batch: Batch, rowsMax: number): Batch {
    if (batch.selectedCount <= rowsMax) return batch;
    this.#source = batch;
    this.#next = 0;
    return this.take(rowsMax) as Batch;
  }
}

/**
 * How many rows to ask an input for when only `wanted` are needed but most may be dropped on the way: little at first (an
 * EXISTS or LIMIT often ends at once), then whole batches.
 */
export class Appetite {
  #rows = 0;

  reset(): void {
    this.#rows = 0;
  }

  ask(wanted: number): number {
    const rows = Math.max(wanted, this.#rows, 32);
    this.#rows = Math.min(rows * 4, batchRowsMax);
    return rows < batchRowsMax ? rows : batchRowsMax;
  }
}
