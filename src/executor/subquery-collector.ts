/** The value of a subquery: its one row, whether there is a row, or an array of all. */
import { buildArray } from '../algebra/array-values.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { Batch } from '../types/batch.ts';
import type { Datum } from '../types/datum.ts';
import { getType } from '../types/registry.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { batchRowsMax } from '../types/vector.ts';

export class SubqueryCollector {
  /** Nothing that comes can change the value any more. */
  isComplete = false;
  readonly #form: 'scalar' | 'exists' | 'array';
  readonly #handler: TypeHandler | undefined;
  readonly #elementType: number;
  #values: Datum[] = [];

  /** `type` is that of the subquery's first column; EXISTS may have none. */
  constructor(form: 'scalar' | 'exists' | 'array', type: number) {
    this.#form = form;
    this.#elementType = type;
    this.#handler = form === 'exists' ? undefined : getType(type);
  }

  reset(_context?: unknown): void {
    this.#values = [];
    this.isComplete = false;
  }

  /** How many rows to ask for. */
  get rowsWanted(): number {
    return this.#form === 'exists' ? 1 : this.#form === 'scalar' ? 2 : batchRowsMax;
  }

  add(batch: Batch): void {
    if (this.#form === 'exists') {
      this.isComplete = true;
      return;
    }
    const vector = batch.columns[0];
    for (let k = 0; k < batch.selectedCount; k++) {
      const row = batch.selection === undefined ? k : (batch.selection[k] as number);
      this.#values.push(vector === undefined ? null : (this.#handler as TypeHandler).readDatum(vector, row));
    }
    if (this.#form === 'scalar' && this.#values.length > 1) {
      throw new SqlError(
        sqlState.cardinalityViolation,
        'more than one row returned by a subquery used as an expression',
      );
    }
  }

  value(): Datum {
    switch (this.#form) {
      case 'exists':
        return this.isComplete;
      case 'scalar':
        return this.#values[0] ?? null;
      case 'array': {
        const { category, elementOid } = getType(this.#elementType);
        const isNested = category === 'A';
        const elementType = isNested ? elementOid : this.#elementType;
        return buildArray(this.#values, elementType, isNested);
      }
    }
  }
}
