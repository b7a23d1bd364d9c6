/**
 * For each left row, runs the right input with slots set from that row. Pairs of many left rows are collected before they are
 * tested and returned together, so that an index lookup per row does not mean a batch per row.
 */
import type { NestedLoop as NestedLoopNode } from '../../algebra/physical.ts';
import type { Batch } from '../../types/batch.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { JoinOutput } from '../join-output.ts';
import { handlersOf, layoutOf } from '../layout.ts';
import { LeftRows, rowAt } from '../left-rows.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { Appetite, Pieces } from '../pieces.ts';
import { RowStore } from '../row-store.ts';
import { SlotSetter } from '../slot-setter.ts';

/** Left rows between two looks at the clock. */
const sliceRows = 32;

export class NestedLoop implements Operator {
  readonly #join: NestedLoopNode['join'];
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #slots: SlotSetter;
  readonly #output: JoinOutput;
  readonly #rows = new LeftRows();
  /** Right rows of the pairs collected so far. */
  readonly #rightRows: RowStore;
  readonly #pairsLeft = new Int32Array(batchRowsMax);
  readonly #pairsRight = new Int32Array(batchRowsMax);
  /** The left input must not run ahead. */
  readonly #careful: boolean;
  readonly #pieces = new Pieces();
  readonly #appetite = new Appetite();
  #context: ExecutionContext | undefined = undefined;
  #rightOpen = false;
  #position = 0;
  /** First position whose pairs have not all been returned. */
  #first = 0;
  #inRight = false;
  #pairs = 0;
  /** Pairs, and for a left join the rows they belong to: what counts against the limit. */
  #used = 0;

  constructor(node: NestedLoopNode, build: BuildContext) {
    this.#join = node.join;
    this.#left = build.build(node.left);
    this.#right = build.build(node.right);
    this.#slots = new SlotSetter(node.slots, layoutOf(node.left.output, build.typeOf));
    this.#output = new JoinOutput(node.output, node.left.output, node.right.output, node.condition, build.typeOf);
    this.#rightRows = new RowStore(handlersOf(node.right.output, build.typeOf));
    this.#careful = build.hasSideEffects(node.left);
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#left.open(context);
    if (this.#rightOpen) this.#right.close();
    this.#rightOpen = false;
    this.#rightRows.open(context.memory);
    this.#restart(context);
  }

  rewind(): void {
    this.#left.rewind();
    this.#restart(this.#context as ExecutionContext);
  }

  #restart(context: ExecutionContext): void {
    this.#output.open(context);
    this.#pieces.clear();
    this.#appetite.reset();
    this.#rows.batch = undefined;
    this.#inRight = false;
    this.#clearPairs();
  }

  next(rowsMax: number): Step {
    const piece = this.#pieces.take(rowsMax);
    if (piece !== undefined) return piece;
    const context = this.#context as ExecutionContext;
    const limit = Math.min(rowsMax, batchRowsMax);
    for (;;) {
      if (this.#rows.batch === undefined) {
        const step = this.#left.next(this.#careful ? rowsMax : this.#appetite.ask(rowsMax));
        if (step === END || step === WAIT) return step;
        this.#rows.take(step);
        this.#position = 0;
        this.#first = 0;
      }
      if (this.#collect(this.#rows.batch as Batch, limit) === WAIT) return WAIT;
      const batch = this.#keepsLeftOnly ? this.#flushSemi() : this.#flushPairs();
      if (batch !== undefined) return this.#pieces.offer(batch, rowsMax);
      if (context.sliceOver()) return WAIT;
    }
  }

  get #keepsLeftOnly(): boolean {
    return this.#join === 'semi' || this.#join === 'anti';
  }

  /** The first right row settles whether the left one has a partner. */
  get #decidesAtOnce(): boolean {
    return this.#keepsLeftOnly && !this.#output.hasCondition;
  }

  /** Collects pairs until there are `limit` or the left batch ends. */
  #collect(left: Batch, limit: number): typeof WAIT | undefined {
    const context = this.#context as ExecutionContext;
    while (this.#position < left.selectedCount && this.#used < limit) {
      const row = rowAt(left, this.#position);
      if (!this.#inRight) {
        this.#enterRight(left, row, context);
        if (this.#position % sliceRows === sliceRows - 1 && context.sliceOver()) return WAIT;
      }
      // In a left join the row itself may have used up the limit.
      const step = this.#right.next(this.#decidesAtOnce ? 1 : Math.max(1, limit - this.#used));
      if (step === WAIT) return WAIT;
      if (step === END) {
        this.#leaveRight();
      } else if (this.#decidesAtOnce) {
        this.#rows.matched[row] = 1;
        this.#leaveRight();
      } else {
        this.#addPairs(row, step);
        if (this.#keepsLeftOnly) break;
      }
    }
    return undefined;
  }

  #enterRight(left: Batch, row: number, context: ExecutionContext): void {
    this.#slots.set(left.columns, row, context.slots);
    if (this.#rightOpen) this.#right.rewind();
    else this.#right.open(context);
    this.#rightOpen = true;
    this.#inRight = true;
    if (this.#join === 'left') this.#used++;
  }

  #leaveRight(): void {
    this.#inRight = false;
    this.#position++;
  }

  #addPairs(row: number, batch: Batch): void {
    const count = batch.selectedCount;
    let id = this.#rightRows.count;
    this.#rightRows.append(batch.columns, batch.selection, count);
    this.#pairsLeft.fill(row, this.#pairs, this.#pairs + count);
    for (let k = 0; k < count; k++) this.#pairsRight[this.#pairs + k] = id++;
    this.#pairs += count;
    this.#used += count;
  }

  /** The batch made of the pairs stays readable: its bytes are overwritten by the next pairs only. */
  #clearPairs(): void {
    this.#pairs = 0;
    this.#used = 0;
    this.#rightRows.clear();
  }

  #testPairs(left: Batch): number {
    const { columns } = this.#rightRows;
    return this.#output.filter(left.columns, this.#pairsLeft, columns, this.#pairsRight, this.#pairs);
  }

  #flushPairs(): Batch | undefined {
    const left = this.#rows.batch as Batch;
    const pairs = this.#testPairs(left);
    const count = this.#join === 'left' ? this.#addUnmatched(pairs) : pairs;
    this.#first = this.#position;
    if (this.#position === left.selectedCount) this.#rows.batch = undefined;
    const [leftRows, rightRows] =
      this.#join === 'left' ? [this.#rows.outLeft, this.#rows.outRight] : [this.#pairsLeft, this.#pairsRight];
    const { columns } = this.#rightRows;
    const batch = count === 0 ? undefined : this.#output.batch(left.columns, leftRows, columns, rightRows, count);
    this.#clearPairs();
    return batch;
  }

  #addUnmatched(pairs: number): number {
    const end = this.#inRight ? this.#position + 1 : this.#position;
    const unfinished = this.#inRight ? this.#position : -1;
    return this.#rows.withUnmatched(this.#first, end, unfinished, this.#pairsLeft, this.#pairsRight, pairs);
  }

  #flushSemi(): Batch | undefined {
    const left = this.#rows.batch as Batch;
    const pairs = this.#testPairs(left);
    for (let k = 0; k < pairs; k++) this.#rows.matched[this.#pairsLeft[k] as number] = 1;
    this.#clearPairs();
    if (this.#inRight && this.#rows.matched[rowAt(left, this.#position)] === 1) this.#leaveRight();
    if (this.#position < left.selectedCount) return undefined;
    const selected = this.#rows.select(this.#join === 'semi' ? 1 : 0, undefined);
    this.#rows.batch = undefined;
    return selected;
  }

  close(): void {
    this.#left.close();
    if (this.#rightOpen) this.#right.close();
    this.#rightOpen = false;
    this.#rightRows.close();
  }
}
