/**
 * For each row of the left input the right one is run again, with slots set from the left row. Matches are copied into a batch
 * of their own, since each run of the right side may give only a row or two.
 */
import type { NestedLoop as NestedLoopNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { getType } from '../../types/registry.ts';
import { batchRowsMax, setNull } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { FilterProgram } from '../compile.ts';
import { handlersOf, layoutOf, placeOf, vectorsFor } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { RowStore } from '../row-store.ts';
import { gatherRows } from '../vector-copy.ts';

interface SlotSource {
  readonly slot: number;
  readonly index: number;
  readonly handler: TypeHandler;
}

export class NestedLoop implements Operator {
  readonly #join: NestedLoopNode['join'];
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #slots: readonly SlotSource[];
  readonly #condition: FilterProgram | undefined;
  readonly #leftWidth: number;
  /** The current left row, once per row of the right batch; then the right columns. */
  readonly #combined: Vector[];
  readonly #nulls: readonly Vector[];
  readonly #ids = new Int32Array(batchRowsMax);
  /** Rows of left and right side (semi, anti: of the left). */
  readonly #found: RowStore;
  /** For each output column, its place in `#found`. */
  readonly #places: readonly number[];
  readonly #batch = new Batch([]);
  #context: ExecutionContext | undefined = undefined;
  #leftBatch: Batch | undefined = undefined;
  #leftNext = 0;
  #rightRuns = false;
  #rightWasRun = false;
  #matched = false;
  #isOver = false;

  constructor(node: NestedLoopNode, build: BuildContext) {
    this.#join = node.join;
    this.#left = build.build(node.left);
    this.#right = build.build(node.right);
    const leftLayout = layoutOf(node.left.output, build.typeOf);
    this.#slots = node.slots.map(({ slot, column }) => {
      const { index, type } = placeOf(leftLayout, column);
      return { slot, index, handler: getType(type) };
    });
    this.#leftWidth = node.left.output.length;
    const both = [...node.left.output, ...node.right.output];
    const layout = layoutOf(both, build.typeOf);
    this.#condition = node.condition === undefined ? undefined : new FilterProgram(node.condition, layout);
    const leftHandlers = handlersOf(node.left.output, build.typeOf);
    const rightHandlers = handlersOf(node.right.output, build.typeOf);
    this.#combined = vectorsFor(leftHandlers, batchRowsMax);
    this.#nulls = vectorsFor(rightHandlers, 1);
    for (const vector of this.#nulls) setNull(vector, 0);
    const onlyLeft = node.join === 'semi' || node.join === 'anti';
    this.#found = new RowStore(onlyLeft ? leftHandlers : [...leftHandlers, ...rightHandlers]);
    this.#places = node.output.map((id) => placeOf(layout, id).index);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#left.open(context);
    this.#rightWasRun = false;
    this.#restart(context);
  }

  rewind(): void {
    this.#left.rewind();
    this.#restart(this.#context as ExecutionContext);
  }

  #restart(context: ExecutionContext): void {
    this.#condition?.open(context);
    this.#found.open(context.memory);
    this.#leftBatch = undefined;
    this.#rightRuns = false;
    this.#isOver = false;
  }

  next(rowsMax: number): Step {
    const context = this.#context as ExecutionContext;
    this.#found.clear();
    while (this.#found.count < rowsMax && !this.#isOver) {
      const wait = this.#rightRuns ? this.#runRight(rowsMax - this.#found.count) : this.#nextLeft(rowsMax);
      if (wait || context.sliceOver()) {
        if (this.#found.count > 0) break;
        return WAIT;
      }
    }
    if (this.#found.count === 0) return END;
    const batch = this.#batch;
    batch.columns = this.#places.map((place) => this.#found.columns[place] as Vector);
    batch.selectedCount = this.#found.count;
    return batch;
  }

  /** Goes to the next left row; true: wait. */
  #nextLeft(rowsMax: number): boolean {
    if (this.#leftBatch === undefined || this.#leftNext === this.#leftBatch.selectedCount) {
      const step = this.#left.next(rowsMax);
      if (step === WAIT) return true;
      if (step === END) {
        this.#isOver = true;
        return false;
      }
      this.#leftBatch = step;
      this.#leftNext = 0;
    }
    this.#startRight();
    return false;
  }

  get #leftRow(): number {
    const batch = this.#leftBatch as Batch;
    return batch.selection === undefined ? this.#leftNext : (batch.selection[this.#leftNext] as number);
  }

  #startRight(): void {
    const context = this.#context as ExecutionContext;
    const batch = this.#leftBatch as Batch;
    for (const { slot, index, handler } of this.#slots) {
      context.slots[slot] = handler.readDatum(batch.columns[index] as Vector, this.#leftRow);
    }
    if (this.#rightWasRun) this.#right.rewind();
    else this.#right.open(context);
    this.#rightWasRun = true;
    this.#rightRuns = true;
    this.#matched = false;
  }

  /** Takes one batch of the right side for the current left row; true: wait. */
  #runRight(room: number): boolean {
    const step = this.#right.next(this.#join === 'inner' || this.#join === 'left' ? room : batchRowsMax);
    if (step === WAIT) return true;
    if (step === END) {
      if (!this.#matched && (this.#join === 'left' || this.#join === 'anti')) this.#addLeftOnly();
      this.#endRight();
      return false;
    }
    this.#match(step);
    return false;
  }

  #endRight(): void {
    this.#rightRuns = false;
    this.#leftNext++;
  }

  #match(right: Batch): void {
    const rows =
      right.selection === undefined ? right.selectedCount : (right.selection[right.selectedCount - 1] as number) + 1;
    this.#spreadLeft(rows);
    const columns = [...this.#combined, ...right.columns];
    let { selection, selectedCount } = right;
    if (this.#condition !== undefined) {
      selectedCount = this.#condition.select(columns, selection, selectedCount);
      selection = this.#condition.selection;
      this.#condition.throwFailure();
    }
    if (selectedCount === 0) return;
    this.#matched = true;
    switch (this.#join) {
      case 'semi':
        this.#addLeftOnly();
        this.#endRight();
        return;
      case 'anti':
        this.#endRight();
        return;
      default:
        this.#found.append(columns, selection, selectedCount);
    }
  }

  /** Rows 0 … count of `#combined` become the current left row. */
  #spreadLeft(count: number): void {
    const batch = this.#leftBatch as Batch;
    this.#ids.fill(this.#leftRow, 0, count);
    for (let i = 0; i < this.#leftWidth; i++) {
      gatherRows(batch.columns[i] as Vector, this.#ids, count, this.#combined[i] as Vector);
    }
  }

  #addLeftOnly(): void {
    this.#spreadLeft(1);
    const columns = this.#join === 'left' ? [...this.#combined, ...this.#nulls] : this.#combined;
    this.#found.append(columns, undefined, 1);
  }

  close(): void {
    this.#left.close();
    if (this.#rightWasRun) this.#right.close();
    this.#rightWasRun = false;
    this.#found.close();
  }
}
