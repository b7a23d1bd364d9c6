/**
 * The rows of COPY FROM as an operator: what INSERT would get from a query, it gets from the bytes of the client. `next` says
 * WAIT both when the slice is over and when bytes are wanted; `needsBytes` tells the two apart.
 */
import { SqlError } from '../../common/sql-error.ts';
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import { END, WAIT, type Operator, type Step } from '../../executor/operator.ts';
import { Batch } from '../../types/batch.ts';
import { getType } from '../../types/registry.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { batchRowsMax, createVector, resetVector, type Vector } from '../../types/vector.ts';
import { CopyProblem } from './copy-problem.ts';

export type RowStep = 'row' | 'more' | 'end';

export abstract class CopySource implements Operator {
  /** The last `next` said WAIT for want of bytes. */
  needsBytes = false;
  protected readonly table: TableDescriptor;
  protected readonly columns: readonly ColumnDescriptor[];
  protected readonly handlers: readonly TypeHandler[];
  protected readonly vectors: readonly Vector[];
  readonly #batch: Batch;
  #failure: unknown = undefined;

  constructor(table: TableDescriptor, columns: readonly ColumnDescriptor[]) {
    this.table = table;
    this.columns = columns;
    this.handlers = columns.map((column) => getType(column.typeOid));
    this.vectors = this.handlers.map((handler) => createVector(handler.vectorKind, batchRowsMax));
    this.#batch = new Batch([...this.vectors]);
  }

  /** A part of the input; it is copied. */
  abstract feed(chunk: Uint8Array, start: number, end: number): void;
  /** The input is complete. */
  abstract complete(): void;
  /** Reads the next row into row `row` of the vectors. */
  protected abstract readRow(row: number): RowStep;
  /** CONTEXT of an error in reading. */
  protected abstract readingPlace(): string;
  /** CONTEXT of an error in storing row `row` of the last batch. */
  protected abstract storingPlace(row: number, error: SqlError): string;
  /** CONTEXT when the client gives up. */
  abstract get failurePlace(): string;

  open(): void {}
  rewind(): void {}
  close(): void {}

  next(rowsMax: number): Step {
    if (this.#failure !== undefined) throw this.#failure;
    this.needsBytes = false;
    for (const vector of this.vectors) resetVector(vector);
    const limit = Math.min(rowsMax, batchRowsMax);
    let count = 0;
    let step: RowStep = 'row';
    try {
      while (count < limit && (step = this.readRow(count)) === 'row') count++;
    } catch (error) {
      // The rows before are stored first (ROW-4).
      if (!(error instanceof SqlError)) throw error;
      const reported = error instanceof CopyProblem ? error : new CopyProblem(error, this.readingPlace());
      if (count === 0) throw reported;
      this.#failure = reported;
    }
    if (count > 0) {
      this.#batch.selectedCount = count;
      return this.#batch;
    }
    if (step === 'end') return END;
    this.needsBytes = true;
    return WAIT;
  }

  /** An error of storing row `row` of the last batch, with its place. */
  placeError(error: SqlError, row: number): CopyProblem {
    return error instanceof CopyProblem ? error : new CopyProblem(error, this.storingPlace(row, error));
  }
}
