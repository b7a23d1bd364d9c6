/** Reads the identity of rows (table key and LSN) from the columns a scan put it in. */
import type { Lsn } from '../../common/ids.ts';
import type { RowReferenceColumns } from '../../algebra/physical.ts';
import type { RowReference } from '../../tables/access-method.ts';
import type { BytesVector, Int64Vector, Vector } from '../../types/vector.ts';
import { isNull } from '../../types/vector.ts';
import { readInt64 } from '../../types/vector-access.ts';
import type { Layout } from '../layout.ts';
import { placeOf } from '../layout.ts';

export class ReferenceReader {
  readonly #keyIndex: number;
  readonly #lsnIndex: number;

  constructor(reference: RowReferenceColumns, layout: Layout) {
    this.#keyIndex = placeOf(layout, reference.key).index;
    this.#lsnIndex = placeOf(layout, reference.lsn).index;
  }

  /** undefined when there is no row (the nullable side of an outer join). The key is a view, valid as long as the batch. */
  read(columns: readonly Vector[], row: number): RowReference | undefined {
    const keys = columns[this.#keyIndex] as BytesVector;
    if (isNull(keys, row)) return undefined;
    const start = keys.offsets[row] as number;
    const key = keys.data.subarray(start, start + (keys.lengths[row] as number));
    return { key, lsn: readInt64(columns[this.#lsnIndex] as Int64Vector, row) as Lsn };
  }

  /** Overwrites the reference in a one-row copy. */
  write(columns: readonly Vector[], { key, lsn }: RowReference): void {
    const keys = columns[this.#keyIndex] as BytesVector;
    keys.data = key;
    keys.offsets[0] = 0;
    keys.lengths[0] = key.length;
    (columns[this.#lsnIndex] as Int64Vector).values[0] = lsn;
  }
}
