/**
 * What decides the rows of a plan beside the snapshot: slots that operators around it set, and work tables of recursions around it.
 * As long as none has changed, rows remembered from the last run are still right.
 */
import type { SlotId } from '../algebra/expression.ts';
import type { Datum } from '../types/datum.ts';
import type { WorkTable } from './build-context.ts';

export class Dependencies {
  readonly #slots: readonly SlotId[];
  readonly #workTables: readonly WorkTable[];
  readonly #values: Datum[] = [];
  readonly #rounds: number[] = [];

  constructor(slots: readonly SlotId[], workTables: readonly WorkTable[]) {
    this.#slots = slots;
    this.#workTables = workTables;
  }

  get isEmpty(): boolean {
    return this.#slots.length === 0 && this.#workTables.length === 0;
  }

  remember(slots: readonly Datum[]): void {
    for (let i = 0; i < this.#slots.length; i++) this.#values[i] = slots[this.#slots[i] as SlotId] ?? null;
    for (let i = 0; i < this.#workTables.length; i++) this.#rounds[i] = (this.#workTables[i] as WorkTable).round;
  }

  /** Values are compared as they are: a slot that was set again to an equal object counts as changed. */
  haveChanged(slots: readonly Datum[]): boolean {
    for (let i = 0; i < this.#slots.length; i++) {
      if (this.#values[i] !== (slots[this.#slots[i] as SlotId] ?? null)) return true;
    }
    return this.#workTables.some(({ round }, i) => round !== this.#rounds[i]);
  }
}
