/** Cursors for set-returning functions: over rows at hand, or computed one by one. */
import type { Datum } from '../../types/datum.ts';
import type { SetCursor } from '../function.ts';

export const emptyCursor: SetCursor = { next: () => undefined };

/** One column, from a list. */
export function valuesCursor(values: readonly Datum[]): SetCursor {
  const row: Datum[] = [null];
  let index = 0;
  return {
    next() {
      if (index >= values.length) return undefined;
      row[0] = values[index++] as Datum;
      return row;
    },
  };
}

export function rowsCursor(rows: readonly (readonly Datum[])[]): SetCursor {
  let index = 0;
  return { next: () => rows[index++] };
}
