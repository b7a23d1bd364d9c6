/**
 * INTERSECT and EXCEPT [ALL] by hashing whole rows; NULLs are equal. The right input's rows are counted by group, then the left
 * one's are let through or not, in their order.
 *
 *                 EXCEPT                    INTERSECT
 *   distinct      first of a group that     first of a group that
 *                 the right does not have   the right has
 *   ALL           once the right's count    while the right's count
 *                 is used up                lasts
 *
 * When memory is used up, no more groups are made: rows of unknown ones go to files by their hash, left and right, and each
 * pair of files is worked on like two inputs afterwards.
 */
import type { SetOperation as SetOperationNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { GroupTable } from '../group-table.ts';
import { handlersOf } from '../layout.ts';
import { rowAt } from '../left-rows.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { Pieces } from '../pieces.ts';
import { FileSource, OperatorSource } from '../row-source.ts';
import type { RowBatches } from '../row-source.ts';
import { depthMax, partitionCount, Partitions } from '../spill/partitions.ts';
import { mustSpill } from '../spill/pressure.ts';

interface Task {
  readonly left: RowBatches;
  readonly right: RowBatches;
  readonly depth: number;
}

export class SetOperation implements Operator {
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #isExcept: boolean;
  readonly #isAll: boolean;
  readonly #handlers: readonly TypeHandler[];
  readonly #table: GroupTable;
  readonly #groups = new Int32Array(batchRowsMax);
  readonly #selection = new Int32Array(batchRowsMax);
  readonly #aside = new Int32Array(batchRowsMax);
  readonly #asideHashes = new Int32Array(batchRowsMax);
  readonly #batch = new Batch([]);
  readonly #pieces = new Pieces();
  /** Rows of the right input per group; -1 once a distinct operation has given the group out. */
  #counts = new Int32Array(64);
  #context: ExecutionContext | undefined = undefined;
  #task: Task | undefined = undefined;
  #tasks: Task[] = [];
  #isBuilt = false;
  #spilled: { readonly left: Partitions; readonly right: Partitions } | undefined = undefined;

  constructor(node: SetOperationNode, build: BuildContext) {
    this.#left = build.build(node.left);
    this.#right = build.build(node.right);
    this.#isExcept = node.operation === 'except';
    this.#isAll = node.all;
    this.#handlers = handlersOf(node.output, build.typeOf);
    this.#table = new GroupTable(this.#handlers);
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
    this.#closeFiles();
    this.#pieces.clear();
    this.#begin({ left: new OperatorSource(this.#left), right: new OperatorSource(this.#right), depth: 0 }, context);
  }

  #begin(task: Task, context: ExecutionContext): void {
    this.#task = task;
    this.#table.open(context.memory);
    this.#counts.fill(0);
    this.#isBuilt = false;
  }

  next(rowsMax: number): Step {
    const piece = this.#pieces.take(rowsMax);
    if (piece !== undefined) return piece;
    const context = this.#context as ExecutionContext;
    for (;;) {
      const task = this.#task;
      if (task === undefined) return END;
      const step = this.#isBuilt ? this.#nextLeft(task, rowsMax, context) : this.#nextRight(task, context);
      if (step !== undefined) return step;
      if (context.sliceOver()) return WAIT;
    }
  }

  #nextRight(task: Task, context: ExecutionContext): typeof WAIT | undefined {
    const step = task.right.next(batchRowsMax);
    if (step === WAIT) return WAIT;
    if (step === END) {
      this.#isBuilt = true;
      return undefined;
    }
    this.#assign(step);
    for (let k = 0; k < step.selectedCount; k++) {
      const group = this.#groups[rowAt(step, k)] as number;
      if (group >= 0) this.#counts[group] = (this.#counts[group] as number) + 1;
    }
    this.#putAside(step, this.#spilled?.right);
    this.#limitGroups(task, context);
    return undefined;
  }

  #nextLeft(task: Task, rowsMax: number, context: ExecutionContext): Step | undefined {
    const step = task.left.next(rowsMax);
    if (step === WAIT) return WAIT;
    if (step === END) {
      this.#nextTask(task, context);
      return undefined;
    }
    this.#assign(step);
    const count = this.#pass(step);
    this.#putAside(step, this.#spilled?.left);
    this.#limitGroups(task, context);
    if (count === 0) return undefined;
    this.#batch.columns = step.columns;
    this.#batch.selection = this.#selection;
    this.#batch.selectedCount = count;
    return this.#pieces.offer(this.#batch, rowsMax);
  }

  #assign({ columns, selection, selectedCount }: Batch): void {
    this.#table.assign(columns, selection, selectedCount, this.#groups);
    if (this.#table.count <= this.#counts.length) return;
    const grown = new Int32Array(Math.max(this.#table.count, this.#counts.length * 2));
    grown.set(this.#counts);
    this.#counts = grown;
  }

  #pass(batch: Batch): number {
    let kept = 0;
    for (let k = 0; k < batch.selectedCount; k++) {
      const row = rowAt(batch, k);
      const group = this.#groups[row] as number;
      if (group >= 0 && this.#passes(group)) this.#selection[kept++] = row;
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

  /** Rows of groups that are not in the table wait in files. */
  #putAside(batch: Batch, partitions: Partitions | undefined): void {
    if (partitions === undefined) return;
    let rows = 0;
    for (let k = 0; k < batch.selectedCount; k++) {
      const row = rowAt(batch, k);
      if ((this.#groups[row] as number) >= 0) continue;
      this.#asideHashes[rows] = this.#table.batchHashes[k] as number;
      this.#aside[rows++] = row;
    }
    if (rows > 0) partitions.append(batch.columns, this.#aside, this.#asideHashes, rows);
  }

  #limitGroups(task: Task, context: ExecutionContext): void {
    if (this.#spilled !== undefined || task.depth > depthMax) return;
    if (!mustSpill(context.memory, this.#table.bytes) && !this.#table.keys.isFull) return;
    this.#table.isFrozen = true;
    const { memory } = context;
    const left = new Partitions(this.#handlers, memory, task.depth);
    this.#spilled = { left, right: new Partitions(this.#handlers, memory, task.depth) };
  }

  #nextTask(task: Task, context: ExecutionContext): void {
    task.left.close();
    task.right.close();
    const spilled = this.#spilled;
    for (let partition = 0; spilled !== undefined && partition < partitionCount; partition++) {
      const left = new FileSource(spilled.left.file(partition));
      const right = new FileSource(spilled.right.file(partition));
      this.#tasks.push({ left, right, depth: task.depth + 1 });
    }
    this.#spilled = undefined;
    this.#task = undefined;
    const next = this.#tasks.pop();
    if (next !== undefined) this.#begin(next, context);
  }

  #closeFiles(): void {
    for (const task of [this.#task, ...this.#tasks]) {
      task?.left.close();
      task?.right.close();
    }
    this.#task = undefined;
    this.#tasks = [];
    this.#spilled?.left.close();
    this.#spilled?.right.close();
    this.#spilled = undefined;
  }

  close(): void {
    this.#closeFiles();
    this.#left.close();
    this.#right.close();
    this.#table.close();
  }
}
