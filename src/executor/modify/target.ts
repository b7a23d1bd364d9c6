/** What modifications need to know of their target table: whole rows, errors, lock modes. */
import { InvariantError } from '../../common/assert.ts';
import type { Oid } from '../../common/ids.ts';
import type { SqlError } from '../../common/sql-error.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import type { ScanColumn } from '../../algebra/physical.ts';
import type { RowLockMode, Transaction } from '../../transaction/transaction.ts';
import type { Datum } from '../../types/datum.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { getType } from '../../types/registry.ts';
import type { Vector } from '../../types/vector.ts';
import type { Layout } from '../layout.ts';
import { placeOf } from '../layout.ts';
import type { ExecutionContext } from '../operator.ts';
import { uniqueViolation } from './constraint-errors.ts';
import type { RowValues } from './constraint-errors.ts';

/** Reads whole rows, in attnum order, out of the columns that carry them. */
export class RowReader {
  /** For each storage column its index in the batch, or -1 when dropped. */
  readonly #places: readonly number[];
  readonly #handlers: readonly TypeHandler[];

  constructor(table: TableDescriptor, columns: readonly ScanColumn[], layout: Layout) {
    this.#handlers = table.columns.map((column) => getType(column.typeOid));
    this.#places = table.columns.map(({ number }) => {
      const column = columns.find((candidate) => candidate.number === number);
      return column === undefined ? -1 : placeOf(layout, column.id).index;
    });
  }

  read(columns: readonly Vector[], row: number): RowValues {
    return this.#places.map((place, i): Datum => {
      return place < 0 ? null : (this.#handlers[i] as TypeHandler).readDatum(columns[place] as Vector, row);
    });
  }
}

export function uniqueConflict(
  table: TableDescriptor,
  indexOid: Oid,
  row: RowValues,
  context: ExecutionContext,
): SqlError {
  const index = table.indexes.find((candidate) => candidate.oid === indexOid);
  if (index === undefined) throw new InvariantError(`table ${table.name} has no index ${indexOid}`);
  return uniqueViolation(table, index, row, context.eval.io);
}

/** Whether a changed row is an error rather than something to look at again. */
export function keepsSnapshot(transaction: Transaction): boolean {
  return transaction.isolation !== 'read committed';
}

/** The row lock an update takes: changing a key that others may refer to excludes their FOR KEY SHARE too. */
export function updateLockMode(table: TableDescriptor, assigned: readonly { readonly column: number }[]): RowLockMode {
  const changesKey = table.indexes.some(
    (index) => index.unique && assigned.some(({ column }) => index.columns.includes(column)),
  );
  return changesKey ? 'update' : 'no key update';
}
