/** The rows of the last round, inside the step of a recursive union. */
import type { WorkTableScan as WorkTableScanNode } from '../../algebra/physical.ts';
import type { BuildContext, WorkTable } from '../build-context.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END } from '../operator.ts';
import { Pieces } from '../pieces.ts';
import type { TupleReader } from '../tuple-store.ts';

export class WorkTableScan implements Operator {
  readonly #table: WorkTable;
  readonly #pieces = new Pieces();
  #reader: TupleReader | undefined = undefined;

  constructor(node: WorkTableScanNode, build: BuildContext) {
    this.#table = build.workTable(node.commonTable);
  }

  open(_context: ExecutionContext): void {
    this.rewind();
  }

  rewind(): void {
    this.#reader = this.#table.rows?.reader();
    this.#pieces.clear();
  }

  next(rowsMax: number): Step {
    const piece = this.#pieces.take(rowsMax);
    if (piece !== undefined) return piece;
    const batch = this.#reader?.next();
    return batch === undefined ? END : this.#pieces.offer(batch, rowsMax);
  }

  close(): void {
    this.#reader = undefined;
  }
}
