/** Compares whole rows by several sort keys, in two possibly different sets of vectors. */
import { isNull } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import { rowComparator } from '../types/vector-io.ts';
import type { RowComparator } from '../types/vector-io.ts';
import type { SortColumn } from './sort-prefix.ts';

export class RowComparison {
  readonly #keys: readonly SortColumn[];
  readonly #compare: readonly RowComparator[];

  constructor(keys: readonly SortColumn[]) {
    this.#keys = keys;
    this.#compare = keys.map((key) => rowComparator(key.handler));
  }

  /** Order of row a of `left` against row b of `right`, by the keys from number `first` on. */
  compare(left: readonly Vector[], a: number, right: readonly Vector[], b: number, first: number = 0): number {
    for (let i = first; i < this.#keys.length; i++) {
      const key = this.#keys[i] as SortColumn;
      const order = this.#compareKey(i, key, left[key.index] as Vector, a, right[key.index] as Vector, b);
      if (order !== 0) return order;
    }
    return 0;
  }

  #compareKey(i: number, key: SortColumn, left: Vector, a: number, right: Vector, b: number): number {
    const leftNull = isNull(left, a);
    const rightNull = isNull(right, b);
    if (leftNull || rightNull) {
      if (leftNull && rightNull) return 0;
      return leftNull === key.nullsFirst ? -1 : 1;
    }
    const order = (this.#compare[i] as RowComparator)(left, a, right, b);
    return key.descending ? -order : order;
  }
}
