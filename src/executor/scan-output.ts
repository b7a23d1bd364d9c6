/** What sequential and index scans share: the columns they ask for, and the filter between storage and the batch. */
import type { IndexScan, SeqScan } from '../algebra/physical.ts';
import type { ColumnId } from '../algebra/expression.ts';
import type { TableScan } from '../tables/access-method.ts';
import type { Batch } from '../types/batch.ts';
import type { Vector } from '../types/vector.ts';
import { FilterProgram } from './compile.ts';
import type { TypeOf } from './layout.ts';
import { layoutOf } from './layout.ts';
import type { ExecutionContext, Step } from './operator.ts';
import { END, WAIT } from './operator.ts';
import { Appetite, Pieces } from './pieces.ts';

export class ScanOutput {
  /** The part of a ScanRequest that says which columns. Storage numbers are attnums minus one. */
  readonly columns: { readonly columns: readonly number[]; readonly withRowReference: boolean };
  readonly #batch: Batch;
  readonly #filter: FilterProgram | undefined;
  readonly #pieces = new Pieces();
  readonly #appetite = new Appetite();
  #context: ExecutionContext | undefined = undefined;

  constructor(node: SeqScan | IndexScan, batch: Batch, typeOf: TypeOf) {
    this.columns = {
      columns: node.columns.map((column) => column.number - 1),
      withRowReference: node.rowReference !== undefined,
    };
    this.#batch = batch;
    const ids: ColumnId[] = node.columns.map((column) => column.id);
    this.#filter = node.filter === undefined ? undefined : new FilterProgram(node.filter, layoutOf(ids, typeOf));
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#filter?.open(context);
    this.#pieces.clear();
    this.#appetite.reset();
  }

  next(scan: TableScan, rowsMax: number): Step {
    const context = this.#context as ExecutionContext;
    const piece = this.#pieces.take(rowsMax);
    if (piece !== undefined) return piece;
    this.#filter?.throwFailure();
    for (;;) {
      const step = scan.next(this.#filter === undefined ? rowsMax : this.#appetite.ask(rowsMax));
      if (step === 'end') return END;
      if (step === 'rows' && this.accept(scan.vectors, scan.rowCount)) return this.#pieces.offer(this.#batch, rowsMax);
      if (context.sliceOver()) return WAIT;
    }
  }

  /** Makes the rows that pass the filter the batch; false if none does. */
  accept(vectors: readonly Vector[], rowCount: number): boolean {
    const batch = this.#batch;
    batch.columns = vectors as Vector[];
    if (this.#filter === undefined) {
      batch.selection = undefined;
      batch.selectedCount = rowCount;
      return rowCount > 0;
    }
    batch.selectedCount = this.#filter.select(vectors, undefined, rowCount);
    batch.selection = this.#filter.selection;
    return batch.selectedCount > 0;
  }
}
