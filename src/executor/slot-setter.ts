/** Hands values of a row down to the plans beneath: from columns of a batch into slots. */
import type { ColumnId, SlotId } from '../algebra/expression.ts';
import type { Datum } from '../types/datum.ts';
import { getType } from '../types/registry.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import type { Vector } from '../types/vector.ts';
import type { Layout } from './layout.ts';
import { placeOf } from './layout.ts';

export class SlotSetter {
  readonly #slots: readonly { readonly slot: SlotId; readonly index: number; readonly handler: TypeHandler }[];

  constructor(slots: readonly { readonly slot: SlotId; readonly column: ColumnId }[], layout: Layout) {
    this.#slots = slots.map(({ slot, column }) => {
      const { index, type } = placeOf(layout, column);
      return { slot, index, handler: getType(type) };
    });
  }

  set(columns: readonly Vector[], row: number, slots: Datum[]): void {
    for (const { slot, index, handler } of this.#slots) slots[slot] = handler.readDatum(columns[index] as Vector, row);
  }
}
