/** Some columns of one row, copied so that they outlive their batch, to compare later rows with. NULLs equal each other. */
import type { TypeHandler } from '../types/type-handler.ts';
import { createVector, isNull, resetVector } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import { copyVectorRow, rowComparator } from '../types/vector-io.ts';
import type { RowComparator } from '../types/vector-io.ts';

export interface KeptColumn {
  /** Index into the batch's columns. */
  readonly index: number;
  readonly handler: TypeHandler;
}

export class KeptRow {
  isKept = false;
  readonly #columns: readonly KeptColumn[];
  readonly #values: readonly Vector[];
  readonly #compare: readonly RowComparator[];

  constructor(columns: readonly KeptColumn[]) {
    this.#columns = columns;
    this.#values = columns.map(({ handler }) => createVector(handler.vectorKind, 1));
    this.#compare = columns.map(({ handler }) => rowComparator(handler));
  }

  clear(): void {
    this.isKept = false;
  }

  keep(columns: readonly Vector[], row: number): void {
    for (let i = 0; i < this.#columns.length; i++) {
      const value = this.#values[i] as Vector;
      resetVector(value);
      copyVectorRow(columns[(this.#columns[i] as KeptColumn).index] as Vector, row, value, 0);
    }
    this.isKept = true;
  }

  equals(columns: readonly Vector[], row: number): boolean {
    for (let i = 0; i < this.#columns.length; i++) {
      const kept = this.#values[i] as Vector;
      const vector = columns[(this.#columns[i] as KeptColumn).index] as Vector;
      if (isNull(kept, 0) !== isNull(vector, row)) return false;
      if (!isNull(kept, 0) && (this.#compare[i] as RowComparator)(kept, 0, vector, row) !== 0) return false;
    }
    return true;
  }
}
