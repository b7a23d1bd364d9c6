/** Compares the sort keys of a left with those of a right row in a merge join. The two may be of different integer types. */
import { InvariantError } from '../common/assert.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { isNull } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import { readInt64 } from '../types/vector-access.ts';
import { rowComparator } from '../types/vector-io.ts';
import type { RowComparator } from '../types/vector-io.ts';
import type { SortColumn } from './sort-prefix.ts';

export class MergeKeys {
  readonly #left: readonly SortColumn[];
  readonly #right: readonly SortColumn[];
  readonly #compare: readonly RowComparator[];

  constructor(left: readonly SortColumn[], right: readonly SortColumn[]) {
    this.#left = left;
    this.#right = right;
    this.#compare = left.map((key, i) => comparatorFor(key.handler, (right[i] as SortColumn).handler));
  }

  /** By the order both sides are sorted in; NULLs equal each other here. */
  compare(left: readonly Vector[], leftRow: number, right: readonly Vector[], rightRow: number): number {
    for (let i = 0; i < this.#left.length; i++) {
      const { index, descending, nullsFirst } = this.#left[i] as SortColumn;
      const a = left[index] as Vector;
      const b = right[(this.#right[i] as SortColumn).index] as Vector;
      const aNull = isNull(a, leftRow);
      const bNull = isNull(b, rightRow);
      if (aNull && bNull) continue;
      if (aNull || bNull) return aNull === nullsFirst ? -1 : 1;
      const order = (this.#compare[i] as RowComparator)(a, leftRow, b, rightRow);
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  }

  leftHasNull(columns: readonly Vector[], row: number): boolean {
    return this.#left.some((key) => isNull(columns[key.index] as Vector, row));
  }

  rightHasNull(columns: readonly Vector[], row: number): boolean {
    return this.#right.some((key) => isNull(columns[key.index] as Vector, row));
  }
}

function comparatorFor(left: TypeHandler, right: TypeHandler): RowComparator {
  if (left.vectorKind === right.vectorKind) return rowComparator(left);
  if (!isInteger(left) || !isInteger(right)) {
    throw new InvariantError(`merge join of types ${left.name} and ${right.name}`);
  }
  return (a, rowA, b, rowB) => {
    const x = readInteger(a, rowA);
    const y = readInteger(b, rowB);
    return x < y ? -1 : x > y ? 1 : 0;
  };
}

function isInteger(handler: TypeHandler): boolean {
  return handler.category === 'N' && (handler.vectorKind === 'int32' || handler.vectorKind === 'int64');
}

function readInteger(vector: Vector, row: number): number | bigint {
  if (vector.kind === 'int64') return readInt64(vector, row);
  return (vector as { values: Int32Array }).values[row] as number;
}
