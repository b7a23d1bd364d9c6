/** The rows of a batch that a modification really changed, and what RETURNING makes of them. */
import type { Expression } from '../../algebra/expression.ts';
import { Batch } from '../../types/batch.ts';
import type { Vector } from '../../types/vector.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { EvaluationContext } from '../compile/batch-environment.ts';
import type { Layout } from '../layout.ts';
import { Projection } from '../projection.ts';

export class ChangedRows {
  /** Whether there is a RETURNING at all. */
  readonly isWanted: boolean;
  readonly #returning: Projection;
  readonly #batch = new Batch([]);
  #rows = new Int32Array(16);
  #count = 0;

  constructor(returning: readonly Expression[], layout: Layout) {
    this.isWanted = returning.length > 0;
    this.#returning = new Projection(returning, layout);
  }

  open(context: EvaluationContext): void {
    this.#returning.open(context);
    this.#count = 0;
  }

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  add(row: number): void {
    if (!this.isWanted) return;
    if (this.#count === this.#rows.length) {
      const grown = new Int32Array(batchRowsMax);
      grown.set(this.#rows);
      this.#rows = grown;
    }
    this.#rows[this.#count++] = row;
  }

  /** The RETURNING batch of the rows added since the last call; call only when there are some. */
  take(columns: readonly Vector[]): Batch {
    const batch = this.#batch;
    const done = this.#returning.run(columns, this.#rows, this.#count);
    if (done < this.#count) this.#returning.throwFailure();
    batch.columns = this.#returning.columns;
    batch.selection = this.#rows;
    batch.selectedCount = this.#count;
    this.#count = 0;
    return batch;
  }
}
