/**
 * Joins by equality: the right input is built into a hash table, the left one probes it. All pairs that share a hash are
 * collected, then compared key by key and tested with the further condition, each in a loop over the pairs.
 *
 *   building ──▶ linking ──▶ probing ──▶ unmatched (right, full) ──▶ end, or the next pair of files
 *      │ memory used up
 *      ▼
 *   dividing: both inputs are written to files by hash; each pair of files is then joined like two inputs (Grace hash join)
 *
 * Rows come out in the order of the left input unless the join was divided.
 */
import { InvariantError } from '../../common/assert.ts';
import type { HashJoin as HashJoinNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { JoinKeys } from '../join-keys.ts';
import { JoinOutput } from '../join-output.ts';
import { JoinTable } from '../join-table.ts';
import { handlersOf, layoutOf, placeOf } from '../layout.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { Appetite, Pieces } from '../pieces.ts';
import { HashProbe } from '../hash-probe.ts';
import { FileSource, OperatorSource } from '../row-source.ts';
import type { RowBatches } from '../row-source.ts';
import { depthMax, partitionCount, Partitions } from '../spill/partitions.ts';
import { mustSpill } from '../spill/pressure.ts';

type State = 'building' | 'linking' | 'dividing' | 'probing' | 'unmatched' | 'finished';

/** Two inputs to be joined: the node's own, or two files of one partition. */
interface Task {
  readonly left: RowBatches;
  readonly right: RowBatches;
  readonly depth: number;
}

export class HashJoin implements Operator {
  readonly #node: HashJoinNode;
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #leftKeys: JoinKeys;
  readonly #rightKeys: JoinKeys;
  readonly #leftHandlers: readonly TypeHandler[];
  /** Columns of the right input, then keys that are not among them. */
  readonly #storeHandlers: readonly TypeHandler[];
  readonly #extraKeys: readonly number[];
  readonly #table: JoinTable;
  readonly #output: JoinOutput;
  readonly #probe: HashProbe;
  readonly #keepsTable: boolean;
  readonly #pieces = new Pieces();
  readonly #appetite = new Appetite();
  readonly #none: Int32Array<ArrayBuffer> = new Int32Array(batchRowsMax).fill(-1);
  #context: ExecutionContext | undefined = undefined;
  #state: State = 'building';
  #task: Task | undefined = undefined;
  #tasks: Task[] = [];
  #divided: { readonly left: Partitions; readonly right: Partitions } | undefined = undefined;
  #wasDivided = false;
  #rightRows = 0;
  #rightHasNullKey = false;
  #unmatched = 0;

  constructor(node: HashJoinNode, build: BuildContext) {
    this.#node = node;
    if (node.nullAware && node.condition !== undefined) {
      throw new InvariantError('a null-aware anti join has a further condition');
    }
    this.#left = build.build(node.left);
    this.#right = build.build(node.right);
    const leftLayout = layoutOf(node.left.output, build.typeOf);
    const rightLayout = layoutOf(node.right.output, build.typeOf);
    this.#leftKeys = new JoinKeys(node.leftKeys, leftLayout);
    this.#rightKeys = new JoinKeys(node.rightKeys, rightLayout);
    this.#leftHandlers = handlersOf(node.left.output, build.typeOf);
    const rightHandlers = handlersOf(node.right.output, build.typeOf);
    const extraKeys: number[] = [];
    const keyPlaces = node.rightKeys.map((key, i) => {
      if (key.kind === 'column') return placeOf(rightLayout, key.column).index;
      return rightHandlers.length + extraKeys.push(i) - 1;
    });
    this.#extraKeys = extraKeys;
    this.#storeHandlers = [...rightHandlers, ...extraKeys.map((key) => this.#rightKeys.handlers[key] as TypeHandler)];
    this.#table = new JoinTable(this.#storeHandlers);
    this.#output = new JoinOutput(node.output, node.left.output, node.right.output, node.condition, build.typeOf);
    this.#probe = new HashProbe(node, this.#leftKeys, this.#table, keyPlaces, this.#output);
    this.#keepsTable = !build.dependsOnSlots(node.right) && !build.hasSideEffects(node.right);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#right.open(context);
    this.#left.open(context);
    this.#restart(context);
  }

  #restart(context: ExecutionContext): void {
    this.#closeFiles();
    this.#openPrograms(context);
    this.#table.open(context.memory);
    this.#begin({ left: new OperatorSource(this.#left), right: new OperatorSource(this.#right), depth: 0 });
    this.#wasDivided = false;
    this.#rightRows = 0;
    this.#rightHasNullKey = false;
  }

  #openPrograms(context: ExecutionContext): void {
    this.#leftKeys.open(context);
    this.#rightKeys.open(context);
    this.#output.open(context);
    this.#pieces.clear();
    this.#appetite.reset();
  }

  #begin(task: Task): void {
    this.#task = task;
    this.#state = 'building';
  }

  rewind(): void {
    const context = this.#context as ExecutionContext;
    this.#left.rewind();
    const isBuilt = this.#state === 'probing' || this.#state === 'unmatched' || this.#state === 'finished';
    if (this.#keepsTable && isBuilt && !this.#wasDivided) {
      this.#openPrograms(context);
      this.#task = { left: new OperatorSource(this.#left), right: new OperatorSource(this.#right), depth: 0 };
      this.#startProbing();
      return;
    }
    this.#right.rewind();
    this.#restart(context);
  }

  next(rowsMax: number): Step {
    const context = this.#context as ExecutionContext;
    const piece = this.#pieces.take(rowsMax);
    if (piece !== undefined) return piece;
    for (;;) {
      const step = this.#advance(rowsMax, context);
      if (step !== undefined) return step;
      if (context.sliceOver()) return WAIT;
    }
  }

  #advance(rowsMax: number, context: ExecutionContext): Step | undefined {
    switch (this.#state) {
      case 'building':
        return this.#build(context);
      case 'linking':
        if (this.#table.link() === 'done') this.#startProbing();
        return undefined;
      case 'dividing':
        return this.#divideLeft();
      case 'probing':
        return this.#probeBatch(rowsMax);
      case 'unmatched':
        return this.#emitUnmatched(rowsMax);
      case 'finished':
        return END;
    }
  }

  // ---- build side

  #build(context: ExecutionContext): typeof WAIT | undefined {
    const task = this.#task as Task;
    const batch = task.right.next(batchRowsMax);
    if (batch === WAIT) return WAIT;
    if (batch === END) {
      this.#state = this.#divided === undefined ? 'linking' : 'dividing';
      return undefined;
    }
    this.#addRight(batch, task.depth);
    if (this.#divided !== undefined || task.depth > depthMax) return undefined;
    if (mustSpill(context.memory, this.#table.bytes) || this.#table.store.isFull) this.#divide(task.depth, context);
    return undefined;
  }

  #addRight(batch: Batch, depth: number): void {
    const keys = this.#rightKeys;
    let { selection, selectedCount: count } = batch;
    keys.compute(batch.columns, selection, count);
    const columns = this.#storedColumns(batch.columns, depth);
    if (depth === 0) this.#rightRows += count;
    if (keys.nulls !== undefined) {
      this.#rightHasNullKey = true;
      if (!this.#keepsRight) {
        selection = withoutNulls(selection, count, keys.nulls, keys.hashes);
        count = selection.length;
      }
    }
    const nulls = this.#keepsRight ? keys.nulls : undefined;
    if (this.#divided === undefined) {
      this.#table.add(columns, selection, count, keys.hashes, nulls);
    } else {
      this.#divided.right.append(columns, selection ?? rowNumbers(count), keys.hashes, count);
    }
  }

  /** Right rows without a partner come out. */
  get #keepsRight(): boolean {
    return this.#node.join === 'right' || this.#node.join === 'full';
  }

  /** The columns of the store. Rows from files have their extra keys already, behind the columns of the input. */
  #storedColumns(columns: readonly Vector[], depth: number): readonly Vector[] {
    if (this.#extraKeys.length === 0 || depth > 0) return columns;
    return [...columns, ...this.#extraKeys.map((key) => this.#rightKeys.columns[key] as Vector)];
  }

  /** Moves what was built so far to files, where the rest of both inputs will go. */
  #divide(depth: number, context: ExecutionContext): void {
    const { memory } = context;
    const right = new Partitions(this.#storeHandlers, memory, depth);
    this.#divided = { left: new Partitions(this.#leftHandlers, memory, depth), right };
    this.#wasDivided = true;
    const { store, hashes, count } = this.#table;
    for (let first = 0; first < count; first += batchRowsMax) {
      const size = Math.min(batchRowsMax, count - first);
      const rows = Int32Array.from({ length: size }, (_, k) => first + k);
      right.append(store.columns, rows, hashes.subarray(first, first + size), size);
    }
    this.#table.clear();
  }

  #divideLeft(): typeof WAIT | undefined {
    const task = this.#task as Task;
    const divided = this.#divided as { left: Partitions; right: Partitions };
    const batch = task.left.next(batchRowsMax);
    if (batch === WAIT) return WAIT;
    if (batch === END) {
      this.#queueFiles(divided, task.depth + 1);
      this.#nextTask();
      return undefined;
    }
    this.#leftKeys.compute(batch.columns, batch.selection, batch.selectedCount);
    const rows = batch.selection ?? rowNumbers(batch.selectedCount);
    divided.left.append(batch.columns, rows, this.#leftKeys.hashes, batch.selectedCount);
    return undefined;
  }

  #queueFiles({ left, right }: { left: Partitions; right: Partitions }, depth: number): void {
    for (let partition = 0; partition < partitionCount; partition++) {
      const leftFile = left.file(partition);
      const rightFile = right.file(partition);
      if (leftFile === undefined && rightFile === undefined) continue;
      this.#tasks.push({ left: new FileSource(leftFile), right: new FileSource(rightFile), depth });
    }
    this.#divided = undefined;
  }

  #nextTask(): void {
    this.#task?.left.close();
    this.#task?.right.close();
    const task = this.#tasks.pop();
    if (task === undefined) {
      this.#state = 'finished';
      return;
    }
    this.#table.clear();
    this.#begin(task);
  }

  // ---- probe side

  #startProbing(): void {
    const { join, nullAware } = this.#node;
    this.#state = 'probing';
    this.#probe.begin();
    if (this.#keepsRight) this.#table.clearMatches();
    const needsRight = join === 'inner' || join === 'semi' || join === 'right';
    if (needsRight && this.#table.count === 0) this.#nextTask();
    else if (nullAware && this.#rightHasNullKey) this.#state = 'finished';
  }

  #probeBatch(rowsMax: number): Step | undefined {
    if (!this.#probe.hasRows) {
      const left = (this.#task as Task).left.next(this.#appetite.ask(rowsMax));
      if (left === WAIT) return WAIT;
      if (left === END) {
        this.#unmatched = 0;
        if (this.#keepsRight) this.#state = 'unmatched';
        else this.#nextTask();
        return undefined;
      }
      const passesNulls = this.#node.nullAware && this.#rightRows === 0;
      this.#probe.take(left, passesNulls);
    }
    const batch = this.#probe.next(rowsMax);
    return batch === undefined ? undefined : this.#pieces.offer(batch, rowsMax);
  }

  #emitUnmatched(rowsMax: number): Batch | undefined {
    const { matched, store, count } = this.#table;
    const limit = Math.min(rowsMax, batchRowsMax);
    const ids = new Int32Array(limit);
    let rows = 0;
    for (; this.#unmatched < count && rows < limit; this.#unmatched++) {
      if (matched[this.#unmatched] === 0) ids[rows++] = this.#unmatched;
    }
    if (rows === 0) {
      this.#nextTask();
      return undefined;
    }
    return this.#output.batch(this.#probe.emptyLeft(this.#leftHandlers), this.#none, store.columns, ids, rows);
  }

  #closeFiles(): void {
    for (const task of [this.#task, ...this.#tasks]) {
      task?.left.close();
      task?.right.close();
    }
    this.#task = undefined;
    this.#tasks = [];
    this.#divided?.left.close();
    this.#divided?.right.close();
    this.#divided = undefined;
  }

  close(): void {
    this.#closeFiles();
    this.#left.close();
    this.#right.close();
    this.#table.close();
  }
}

const everyRow = Int32Array.from({ length: batchRowsMax }, (_, row) => row);

function rowNumbers(count: number): Int32Array {
  return count <= batchRowsMax ? everyRow : Int32Array.from({ length: count }, (_, row) => row);
}

/** The selection without rows that have a NULL key; moves the hashes of the others together. */
function withoutNulls(
  selection: Int32Array | undefined,
  count: number,
  nulls: Uint8Array,
  hashes: Int32Array,
): Int32Array {
  const kept = new Int32Array(count);
  let rows = 0;
  for (let k = 0; k < count; k++) {
    if (nulls[k] === 1) continue;
    hashes[rows] = hashes[k] as number;
    kept[rows++] = selection === undefined ? k : (selection[k] as number);
  }
  return kept.subarray(0, rows);
}
