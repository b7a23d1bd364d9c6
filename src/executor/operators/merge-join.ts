/**
 * Joins two inputs that are sorted by their keys. The right rows of one key, a *group*, are kept while left rows of that key
 * pass by:
 *
 *   left row before the group   it has no partner
 *   equal                       it pairs with all rows of the group
 *   behind                      the group is done; the next right rows make another
 *
 * Rows with a NULL key have no partner. Pairs of many left rows and groups are tested and returned together.
 */
import type { MergeJoin as MergeJoinNode } from '../../algebra/physical.ts';
import { Batch } from '../../types/batch.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { batchRowsMax } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import type { BuildContext } from '../build-context.ts';
import { JoinOutput } from '../join-output.ts';
import { handlersOf, layoutOf, vectorsFor } from '../layout.ts';
import { LeftRows, rowAt } from '../left-rows.ts';
import { MergeKeys } from '../merge-keys.ts';
import type { ExecutionContext, Operator, Step } from '../operator.ts';
import { END, WAIT } from '../operator.ts';
import { Pieces } from '../pieces.ts';
import { RightGroups } from '../right-groups.ts';
import { sortColumns } from './sort.ts';

/** What a step of the merge came to: pairs may be flushed, or one input must wait. */
type MergeStep = 'flush' | 'continue' | typeof WAIT;

export class MergeJoin implements Operator {
  readonly #join: MergeJoinNode['join'];
  readonly #left: Operator;
  readonly #right: Operator;
  readonly #keys: MergeKeys;
  readonly #output: JoinOutput;
  readonly #groups: RightGroups;
  readonly #rows = new LeftRows();
  readonly #pairsLeft = new Int32Array(batchRowsMax);
  readonly #pairsRight = new Int32Array(batchRowsMax);
  readonly #noLeft: readonly Vector[];
  readonly #pieces = new Pieces();
  #context: ExecutionContext | undefined = undefined;
  #leftEnded = false;
  #rightEnded = false;
  /** The current group has been loaded, and is the next to be compared. */
  #hasGroup = false;
  #position = 0;
  #first = 0;
  /** Next row of the group, counted from its start, to pair with the current left row; -1: they have not been compared. */
  #inGroup = -1;
  /** Rows of the group that found a partner, by number in the group; undefined: none did. */
  #groupMatched: Uint8Array | undefined = undefined;
  /** Next row of a finished group, counted from its start, to be returned without a partner; -1: not finished. */
  #unmatched = -1;
  #pairs = 0;

  constructor(node: MergeJoinNode, build: BuildContext) {
    this.#join = node.join;
    this.#left = build.build(node.left);
    this.#right = build.build(node.right);
    const leftKeys = sortColumns(node.leftKeys, layoutOf(node.left.output, build.typeOf));
    const rightKeys = sortColumns(node.rightKeys, layoutOf(node.right.output, build.typeOf));
    this.#keys = new MergeKeys(leftKeys, rightKeys);
    this.#output = new JoinOutput(node.output, node.left.output, node.right.output, node.condition, build.typeOf);
    const leftHandlers: readonly TypeHandler[] = handlersOf(node.left.output, build.typeOf);
    this.#noLeft = vectorsFor(leftHandlers, 0);
    this.#groups = new RightGroups(this.#right, rightKeys, handlersOf(node.right.output, build.typeOf));
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
    this.#output.open(context);
    this.#groups.open(context);
    this.#pieces.clear();
    this.#rows.batch = undefined;
    this.#leftEnded = false;
    this.#rightEnded = false;
    this.#hasGroup = false;
    this.#inGroup = -1;
    this.#groupMatched = undefined;
    this.#unmatched = -1;
    this.#pairs = 0;
  }

  next(rowsMax: number): Step {
    const piece = this.#pieces.take(rowsMax);
    if (piece !== undefined) return piece;
    const context = this.#context as ExecutionContext;
    const limit = Math.min(rowsMax, batchRowsMax);
    if (this.#pairs === 0) this.#groups.tidy();
    for (;;) {
      const step = this.#advance(limit);
      if (step === WAIT) return WAIT;
      if (step === 'flush') {
        const batch = this.#flush();
        if (batch !== undefined) return this.#pieces.offer(batch, rowsMax);
        if (this.#isOver) return END;
      }
      if (context.sliceOver()) return WAIT;
    }
  }

  get #keepsRight(): boolean {
    return this.#join === 'right' || this.#join === 'full';
  }

  get #keepsLeftOnly(): boolean {
    return this.#join === 'semi' || this.#join === 'anti';
  }

  get #isOver(): boolean {
    if (!this.#leftEnded || this.#pairs > 0) return false;
    return !this.#keepsRight || (this.#rightEnded && !this.#hasGroup);
  }

  /** Works on until pairs should be flushed. */
  #advance(limit: number): MergeStep {
    for (;;) {
      const missing = this.#fetch();
      if (missing !== undefined) return missing;
      for (let rows = 0; rows < batchRowsMax; rows++) {
        const step = this.#mergeRow(limit);
        if (step === 'flush') return 'flush';
        if (step === 'fetch') break;
      }
      if ((this.#context as ExecutionContext).sliceOver()) return 'continue';
    }
  }

  /** Gets a left batch and a right group where there is none. */
  #fetch(): MergeStep | undefined {
    if (this.#rows.batch === undefined && !this.#leftEnded) {
      const step = this.#left.next(batchRowsMax);
      if (step === WAIT) return WAIT;
      if (step === END) {
        this.#leftEnded = true;
      } else {
        this.#rows.take(step);
        this.#position = 0;
        this.#first = 0;
      }
    }
    if (!this.#hasGroup && !this.#rightEnded) {
      const step = this.#groups.next();
      if (step === WAIT) return WAIT;
      this.#rightEnded = step === END;
      this.#hasGroup = step !== END;
      this.#groupMatched = undefined;
    }
    return undefined;
  }

  /** One step with the current left row and the current group, either of which may be missing at the end of its input. */
  #mergeRow(limit: number): 'flush' | 'fetch' | 'on' {
    if (this.#used >= limit) return 'flush';
    const { batch } = this.#rows;
    if (this.#unmatched >= 0) return this.#addUnmatchedRight(limit);
    if (batch === undefined) {
      if (!this.#hasGroup || !this.#keepsRight) return 'flush';
      return this.#endGroup();
    }
    if (this.#position === batch.selectedCount) return 'flush';
    if (!this.#hasGroup) {
      if (!this.#rightEnded) return 'fetch';
      this.#nextLeft();
      return 'on';
    }
    return this.#mergeWithGroup(batch, rowAt(batch, this.#position), limit);
  }

  /** Pairs, and for joins that keep the left side rows which may yet come out without a partner. */
  get #used(): number {
    const isOuter = this.#join === 'left' || this.#join === 'full';
    return isOuter && this.#rows.batch !== undefined ? this.#pairs + this.#position - this.#first : this.#pairs;
  }

  #mergeWithGroup(batch: Batch, row: number, limit: number): 'flush' | 'on' {
    const groups = this.#groups;
    if (this.#inGroup < 0) {
      if (this.#keys.leftHasNull(batch.columns, row)) {
        this.#nextLeft();
        return 'on';
      }
      const order = this.#keys.compare(batch.columns, row, groups.columns, groups.start);
      if (order < 0) {
        this.#nextLeft();
        return 'on';
      }
      if (order > 0 || this.#keys.rightHasNull(groups.columns, groups.start)) return this.#endGroup();
      this.#inGroup = 0;
    }
    return this.#pairUp(row, limit);
  }

  #nextLeft(): void {
    this.#position++;
    this.#inGroup = -1;
  }

  /** Adds pairs of the current left row with the rest of the group. */
  #pairUp(row: number, limit: number): 'flush' | 'on' {
    const { start, end } = this.#groups;
    const size = end - start;
    if (this.#keepsLeftOnly && !this.#output.hasCondition) {
      this.#rows.matched[row] = 1;
      this.#nextLeft();
      return 'on';
    }
    if (this.#keepsRight && !this.#output.hasCondition) this.#groupMatched = allMatched;
    while (this.#inGroup < size && this.#used < limit) {
      this.#pairsLeft[this.#pairs] = row;
      this.#pairsRight[this.#pairs++] = start + this.#inGroup++;
    }
    if (this.#inGroup < size) return 'flush';
    this.#nextLeft();
    return 'on';
  }

  /** No left row will match the group any more. With a further condition its pairs must be tested before that is known. */
  #endGroup(): 'flush' | 'on' {
    if (this.#keepsRight && this.#groupMatched !== allMatched) {
      if (this.#output.hasCondition && this.#pairs > 0) return 'flush';
      this.#unmatched = 0;
    } else {
      this.#hasGroup = false;
    }
    return 'on';
  }

  #addUnmatchedRight(limit: number): 'flush' | 'on' {
    const { start, end } = this.#groups;
    for (; this.#unmatched < end - start; this.#unmatched++) {
      if (this.#groupMatched?.[this.#unmatched] === 1) continue;
      if (this.#used >= limit) return 'flush';
      this.#pairsLeft[this.#pairs] = -1;
      this.#pairsRight[this.#pairs++] = start + this.#unmatched;
    }
    this.#unmatched = -1;
    this.#hasGroup = false;
    // Pairs of other groups, which are tested, must not be mixed with these, which are not.
    return this.#output.hasCondition && this.#pairs > 0 ? 'flush' : 'on';
  }

  #flush(): Batch | undefined {
    const left = this.#rows.batch;
    if (this.#pairs > 0 && this.#pairsLeft[0] !== -1) this.#test(left as Batch);
    if (this.#keepsLeftOnly) return this.#flushSemi();
    const isOuter = (this.#join === 'left' || this.#join === 'full') && left !== undefined;
    const count = isOuter ? this.#addUnmatchedLeft() : this.#pairs;
    const [leftRows, rightRows] = isOuter
      ? [this.#rows.outLeft, this.#rows.outRight]
      : [this.#pairsLeft, this.#pairsRight];
    this.#first = this.#position;
    this.#pairs = 0;
    if (left !== undefined && this.#position === left.selectedCount) this.#rows.batch = undefined;
    if (count === 0) return undefined;
    return this.#output.batch(left?.columns ?? this.#noLeft, leftRows, this.#groups.columns, rightRows, count);
  }

  /** Drops pairs that fail the condition and notes right rows that found a partner. */
  #test(left: Batch): void {
    if (!this.#output.hasCondition) return;
    const { columns, start, end } = this.#groups;
    this.#pairs = this.#output.filter(left.columns, this.#pairsLeft, columns, this.#pairsRight, this.#pairs);
    if (!this.#keepsRight) return;
    for (let k = 0; k < this.#pairs; k++) {
      const row = this.#pairsRight[k] as number;
      if (row < start) continue;
      this.#groupMatched ??= new Uint8Array(end - start);
      this.#groupMatched[row - start] = 1;
    }
  }

  #addUnmatchedLeft(): number {
    const isUnfinished = this.#inGroup >= 0;
    const end = isUnfinished ? this.#position + 1 : this.#position;
    const unfinished = isUnfinished ? this.#position : -1;
    return this.#rows.withUnmatched(this.#first, end, unfinished, this.#pairsLeft, this.#pairsRight, this.#pairs);
  }

  #flushSemi(): Batch | undefined {
    const left = this.#rows.batch;
    if (left === undefined) return undefined;
    for (let k = 0; k < this.#pairs; k++) this.#rows.matched[this.#pairsLeft[k] as number] = 1;
    this.#pairs = 0;
    if (this.#position < left.selectedCount) {
      if (this.#rows.matched[rowAt(left, this.#position)] === 1) this.#nextLeft();
      return undefined;
    }
    const selected = this.#rows.select(this.#join === 'semi' ? 1 : 0, undefined);
    this.#rows.batch = undefined;
    return selected;
  }

  close(): void {
    this.#left.close();
    this.#right.close();
    this.#groups.close();
  }
}

/** Stands for a group all of whose rows have partners. */
const allMatched = new Uint8Array(0);
