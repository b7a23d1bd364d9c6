import type { Vector } from './vector.ts';

/**
 * What operators hand on: up to 1024 rows in columns. Rows that count are `selection[0 .. selectedCount)`, or rows
 * 0 .. selectedCount - 1 when `selection` is undefined. A batch and its vectors belong to the operator that returned it and
 * are valid until its next `next`, `rewind` or `close`; whoever keeps rows longer copies them.
 */
export class Batch {
  columns: Vector[];
  /** Row indexes in ascending order; undefined: all rows. */
  selection: Int32Array | undefined = undefined;
  selectedCount = 0;

  constructor(columns: Vector[]) {
    this.columns = columns;
  }
}
