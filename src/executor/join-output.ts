/**
 * Pairs of rows as batches: row left[k] of the current left batch beside row right[k] of a store, either being -1 for a side that
 * is all NULL. Also tests the join's further condition on pairs.
 */
import { columnsUsed } from '../algebra/walk.ts';
import type { ColumnId, Expression } from '../algebra/expression.ts';
import { Batch } from '../types/batch.ts';
import { createVector } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import { growVector } from '../types/vector-io.ts';
import { getType } from '../types/registry.ts';
import { FilterProgram } from './compile.ts';
import type { EvaluationContext } from './compile/batch-environment.ts';
import type { Layout, TypeOf } from './layout.ts';
import { joinLayouts, layoutOf, placeOf } from './layout.ts';
import { gatherRows } from './vector-copy.ts';

/** A column of pairs: where it comes from, and the vector it is gathered into. */
interface PairColumn {
  readonly isLeft: boolean;
  readonly index: number;
  readonly vector: Vector;
}

export class JoinOutput {
  readonly #columns: readonly PairColumn[];
  readonly #batch: Batch;
  readonly #condition: FilterProgram | undefined;
  readonly #conditionColumns: readonly PairColumn[];
  readonly #conditionVectors: Vector[] = [];

  constructor(
    output: readonly ColumnId[],
    left: readonly ColumnId[],
    right: readonly ColumnId[],
    condition: Expression | undefined,
    typeOf: TypeOf,
  ) {
    const sides = joinLayouts(layoutOf(left, typeOf), layoutOf(right, typeOf, left.length));
    this.#columns = output.map((id) => pairColumn(id, sides, left.length));
    this.#batch = new Batch(this.#columns.map((column) => column.vector));
    const used = condition === undefined ? [] : [...columnsUsed(condition)];
    this.#conditionColumns = used.map((id) => pairColumn(id, sides, left.length));
    this.#condition = condition === undefined ? undefined : new FilterProgram(condition, layoutOf(used, typeOf));
  }

  open(context: EvaluationContext): void {
    this.#condition?.open(context);
  }

  get hasCondition(): boolean {
    return this.#condition !== undefined;
  }

  /** Keeps, in place, the pairs for which the condition is true; returns how many. */
  filter(
    leftColumns: readonly Vector[],
    left: Int32Array,
    rightColumns: readonly Vector[],
    right: Int32Array,
    count: number,
  ): number {
    const condition = this.#condition;
    if (condition === undefined || count === 0) return count;
    gatherPairs(this.#conditionColumns, leftColumns, left, rightColumns, right, count);
    this.#conditionColumns.forEach((column, i) => {
      this.#conditionVectors[i] = column.vector;
    });
    const kept = condition.select(this.#conditionVectors, undefined, count);
    condition.throwFailure();
    const { selection } = condition;
    for (let k = 0; k < kept; k++) {
      left[k] = left[selection[k] as number] as number;
      right[k] = right[selection[k] as number] as number;
    }
    return kept;
  }

  /** The pairs as a batch, valid until the next call and as long as both sides are. */
  batch(
    leftColumns: readonly Vector[],
    left: Int32Array,
    rightColumns: readonly Vector[],
    right: Int32Array,
    count: number,
  ): Batch {
    gatherPairs(this.#columns, leftColumns, left, rightColumns, right, count);
    this.#batch.selectedCount = count;
    return this.#batch;
  }
}

function pairColumn(id: ColumnId, sides: Layout, leftWidth: number): PairColumn {
  const { index, type } = placeOf(sides, id);
  const isLeft = index < leftWidth;
  return { isLeft, index: isLeft ? index : index - leftWidth, vector: createVector(getType(type).vectorKind, 0) };
}

function gatherPairs(
  columns: readonly PairColumn[],
  leftColumns: readonly Vector[],
  left: Int32Array,
  rightColumns: readonly Vector[],
  right: Int32Array,
  count: number,
): void {
  for (const { isLeft, index, vector } of columns) {
    growVector(vector, count);
    gatherRows((isLeft ? leftColumns[index] : rightColumns[index]) as Vector, isLeft ? left : right, count, vector);
  }
}
