/**
 * The left batch of a join and what is known of its rows: which found a partner. Puts rows without one between the pairs, so
 * that the order of the left input is kept.
 */
import { Batch } from '../types/batch.ts';
import { batchRowsMax } from '../types/vector.ts';

export class LeftRows {
  batch: Batch | undefined = undefined;
  /** By row: 1 once it found a partner. */
  matched = new Uint8Array(batchRowsMax);
  /** Result of `withUnmatched`: pairs, -1 standing for no right row. */
  readonly outLeft = new Int32Array(batchRowsMax);
  readonly outRight = new Int32Array(batchRowsMax);
  readonly #selected = new Batch([]);

  take(batch: Batch): void {
    this.batch = batch;
    const last = rowAt(batch, batch.selectedCount - 1);
    if (last >= this.matched.length) this.matched = new Uint8Array(last + 1);
    else this.matched.fill(0, 0, last + 1);
  }

  /**
   * Merges pairs, ordered by position, with the rows at positions [first, end) that have none. The row at `unfinished`
   * may find its partner later. Pairs without a left row (-1) stay where they are. Returns the number of resulting pairs.
   */
  withUnmatched(
    first: number,
    end: number,
    unfinished: number,
    pairsLeft: Int32Array,
    pairsRight: Int32Array,
    pairs: number,
  ): number {
    const batch = this.batch as Batch;
    const { matched, outLeft, outRight } = this;
    let count = 0;
    let pair = 0;
    for (let position = first; position < end; position++) {
      const row = rowAt(batch, position);
      for (; pair < pairs && (pairsLeft[pair] === row || pairsLeft[pair] === -1); pair++) {
        if (pairsLeft[pair] === row) matched[row] = 1;
        outLeft[count] = pairsLeft[pair] as number;
        outRight[count++] = pairsRight[pair] as number;
      }
      if (position === unfinished || matched[row] === 1) continue;
      outLeft[count] = row;
      outRight[count++] = -1;
    }
    for (; pair < pairs; pair++) {
      outLeft[count] = pairsLeft[pair] as number;
      outRight[count++] = pairsRight[pair] as number;
    }
    return count;
  }

  /** The rows with (1) or without (0) a partner as a batch; `dropped[position]` = 1 leaves one out. undefined: none. */
  select(wanted: 0 | 1, dropped: Uint8Array | undefined): Batch | undefined {
    const batch = this.batch as Batch;
    const selection = this.outLeft;
    let count = 0;
    for (let position = 0; position < batch.selectedCount; position++) {
      const row = rowAt(batch, position);
      if (this.matched[row] !== wanted || (dropped !== undefined && dropped[position] === 1)) continue;
      selection[count++] = row;
    }
    if (count === 0) return undefined;
    this.#selected.columns = batch.columns;
    this.#selected.selection = selection;
    this.#selected.selectedCount = count;
    return this.#selected;
  }
}

/** Row number at a position of the selection. */
export function rowAt(batch: Batch, position: number): number {
  return batch.selection === undefined ? position : (batch.selection[position] as number);
}
