/**
 * INTERSECT and EXCEPT [ALL] by hashing whole rows; NULLs are equal. The right input's rows are counted by group, then the left
 * one's are let through or not, in their order.
 *
 *                 EXCEPT                    INTERSECT
 *   distinct      first of a group that     first of a group that
 *                 the right does not have   the right has
 *   ALL           once the right's count    while the right's count
 *                 is used up                lasts
 */
import type { SetOperation as SetOperationNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { GroupTable } from '../group-table.ts';
import { handlersOf } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';

export class SetOperation implements Operator {
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #isExcept: boolean;
  readonly #isAll: boolean;
  readonly #table: GroupTable;
  readonly #groups = new Int32Array(batchRowsMax);
  readonly #selection = new Int32Array(batchRowsMax);
  readonly #batch = new Batch([]);
  /** Rows of the right input per group; -1 once a distinct operation has given the group out. */
  #counts = new Int32Array(64);
  #context: ExecutionContext | undefined = undefined;
  #isBuilt = false;

  constructor(node: SetOperationNode, build: BuildContext) {
    this.#left = build.build(node.left);
    this.#right = build.build(node.right);
    this.#isExcept = node.operation === 'except';
    this.#isAll = node.all;
    this.#table = new GroupTable(handlersOf(node.output, build.typeOf));
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#left.open(context);
    this.#right.open(context);
    this.#restart(context);
  }

  rewind(): void {
    this.#left.rewind();
    this.#right.rewind();
    this.#restart(this.#context as ExecutionContext);
  }

  #restart(context: ExecutionContext): void {
    this.#table.open(context.memory);
    this.#counts.fill(0);
    this.#isBuilt = false;
  }

  next(rowsMax: number): Step {
    const context = this.#context as ExecutionContext;
    while (!this.#isBuilt) {
      const step = this.#right.next(batchRowsMax);
      if (step === WAIT) return WAIT;
      if (step === END) this.#isBuilt = true;
      else this.#count(step);
      if (context.sliceOver()) return WAIT;
    }
    for (;;) {
      const step = this.#left.next(rowsMax);
      if (step === END || step === WAIT) return step;
      const count = this.#pass(step);
      if (count > 0) {
        this.#batch.columns = step.columns;
        this.#batch.selection = this.#selection.subarray(0, count);
        this.#batch.selectedCount = count;
        return this.#batch;
      }
      if (context.sliceOver()) return WAIT;
    }
  }

  #assign({ columns, selection, selectedCount }: Batch): void {
    this.#table.assign(columns, selection, selectedCount, this.#groups);
    if (this.#table.count <= this.#counts.length) return;
    const grown = new Int32Array(Math.max(this.#table.count, this.#counts.length * 2));
    grown.set(this.#counts);
    this.#counts = grown;
  }

  #count(batch: Batch): void {
    this.#assign(batch);
    for (let k = 0; k < batch.selectedCount; k++) {
      const row = batch.selection === undefined ? k : (batch.selection[k] as number);
      const group = this.#groups[row] as number;
      this.#counts[group] = (this.#counts[group] as number) + 1;
    }
  }

  #pass(batch: Batch): number {
    this.#assign(batch);
    let kept = 0;
    for (let k = 0; k < batch.selectedCount; k++) {
      const row = batch.selection === undefined ? k : (batch.selection[k] as number);
      if (this.#passes(this.#groups[row] as number)) this.#selection[kept++] = row;
    }
    return kept;
  }

  #passes(group: number): boolean {
    const count = this.#counts[group] as number;
    if (this.#isAll) {
      if (count > 0) this.#counts[group] = count - 1;
      return count > 0 !== this.#isExcept;
    }
    if (count < 0 || count > 0 === this.#isExcept) return false;
    this.#counts[group] = -1;
    return true;
  }

  close(): void {
    this.#left.close();
    this.#right.close();
    this.#table.close();
  }
}
