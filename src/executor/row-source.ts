/** Where an operator gets batches from: an input, or a temporary file of rows that it had to put aside. */
import { Batch } from '../types/batch.ts';
import type { Operator, Step } from './operator.ts';
import { END } from './operator.ts';
import type { BlockFile, BlockReader } from './spill/block-file.ts';

export interface RowBatches {
  next(rowsMax: number): Step;
  close(): void;
}

export class OperatorSource implements RowBatches {
  readonly #operator: Operator;

  constructor(operator: Operator) {
    this.#operator = operator;
  }

  next(rowsMax: number): Step {
    return this.#operator.next(rowsMax);
  }

  /** The operator belongs to somebody else. */
  close(): void {}
}

/** Reads a file once, in whole blocks. */
export class FileSource implements RowBatches {
  readonly #file: BlockFile | undefined;
  readonly #reader: BlockReader | undefined;
  readonly #batch = new Batch([]);

  /** undefined: no rows. */
  constructor(file: BlockFile | undefined) {
    this.#file = file;
    this.#reader = file?.read();
  }

  next(_rowsMax: number): Step {
    if (this.#reader === undefined || !this.#reader.next()) return END;
    this.#batch.columns = this.#reader.vectors;
    this.#batch.selectedCount = this.#reader.count;
    return this.#batch;
  }

  close(): void {
    this.#file?.close();
  }
}
