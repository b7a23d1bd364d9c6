/**
 * x op ANY (subquery) and x op ALL (subquery) for one outer row: the test runs over the subquery's rows a batch at a time, the
 * outer row's columns having become slots of their own. ANY is true if one test is, ALL if none is false; NULL when undecided.
 */
import type { ColumnId, Expression, SlotId } from '../algebra/expression.ts';
import { columnsUsed, replaceColumns } from '../algebra/walk.ts';
import type { Batch } from '../types/batch.ts';
import type { BoolVector } from '../types/vector.ts';
import { batchRowsMax, isNull } from '../types/vector.ts';
import { getType } from '../types/registry.ts';
import { ProjectionProgram } from './compile.ts';
import type { EvaluationContext } from './compile/batch-environment.ts';
import type { Layout } from './layout.ts';
import { placeOf } from './layout.ts';

/** A column of the outer row, and the slot the test reads it from. */
export interface OuterColumn {
  readonly column: ColumnId;
  readonly slot: SlotId;
}

export class QuantifiedTest {
  isComplete = false;
  readonly rowsWanted = batchRowsMax;
  readonly outer: readonly OuterColumn[];
  readonly #isAny: boolean;
  readonly #program: ProjectionProgram;
  #sawNull = false;

  constructor(form: 'any' | 'all', test: Expression, outer: Layout, inner: Layout, newSlot: () => SlotId) {
    this.#isAny = form === 'any';
    const columns = [...columnsUsed(test)].filter((column) => !inner.has(column));
    this.outer = columns.map((column) => ({ column, slot: newSlot() }));
    const replaced = replaceColumns(test, (column) => {
      const found = this.outer.find((item) => item.column === column);
      if (found === undefined) return undefined;
      const { type } = placeOf(outer, column);
      const { collation } = getType(type);
      return { kind: 'slot', slot: found.slot, type, typmod: -1, collation, position: undefined };
    });
    this.#program = new ProjectionProgram([replaced], inner);
  }

  /** The slots of the outer row are set. */
  reset(context: EvaluationContext): void {
    this.#program.open(context);
    this.isComplete = false;
    this.#sawNull = false;
  }

  add({ columns, selection, selectedCount }: Batch): void {
    const done = this.#program.run(columns, selection, selectedCount);
    const verdict = this.#program.outputs[0] as BoolVector;
    const decisive = this.#isAny ? 1 : 0;
    for (let k = 0; k < done; k++) {
      const row = selection === undefined ? k : (selection[k] as number);
      if (isNull(verdict, row)) {
        this.#sawNull = true;
      } else if (verdict.values[row] === decisive) {
        this.isComplete = true;
        return;
      }
    }
    if (done < selectedCount) this.#program.throwFailure();
  }

  value(): boolean | null {
    if (this.isComplete) return this.#isAny;
    return this.#sawNull ? null : !this.#isAny;
  }
}
