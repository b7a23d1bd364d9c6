/**
 * Probes a JoinTable with the rows of one left batch. Pairs are collected in the order of the left rows until a batch is full; the
 * place in the chain is kept, so that one row may match millions.
 */
import type { HashJoin } from '../algebra/physical.ts';
import type { Batch } from '../types/batch.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { batchRowsMax } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import type { JoinKeys } from './join-keys.ts';
import type { JoinOutput } from './join-output.ts';
import type { JoinTable } from './join-table.ts';
import { vectorsFor } from './layout.ts';
import { LeftRows, rowAt } from './left-rows.ts';
import { markDifferent } from './row-equality.ts';

export class HashProbe {
  readonly #join: HashJoin['join'];
  readonly #nullAware: boolean;
  readonly #keys: JoinKeys;
  readonly #table: JoinTable;
  /** Column of the store that holds each key. */
  readonly #keyPlaces: readonly number[];
  readonly #output: JoinOutput;
  readonly #left = new LeftRows();
  #passesNulls = false;
  /** Position in the left selection, and the next row + 1 of its chain; -1: the chain has not been entered. */
  #position = 0;
  #chain = -1;
  #pairsLeft = new Int32Array(batchRowsMax);
  #pairsRight = new Int32Array(batchRowsMax);
  readonly #differ = new Uint8Array(batchRowsMax);
  #emptyLeft: readonly Vector[] | undefined = undefined;

  constructor(node: HashJoin, keys: JoinKeys, table: JoinTable, keyPlaces: readonly number[], output: JoinOutput) {
    this.#join = node.join;
    this.#nullAware = node.nullAware;
    this.#keys = keys;
    this.#table = table;
    this.#keyPlaces = keyPlaces;
    this.#output = output;
  }

  /** Forgets the batch before. */
  begin(): void {
    this.#left.batch = undefined;
  }

  get hasRows(): boolean {
    return this.#left.batch !== undefined;
  }

  /** The next left batch. `passesNulls`: NOT IN over nothing is true even for NULL. */
  take(left: Batch, passesNulls: boolean): void {
    this.#left.take(left);
    this.#passesNulls = passesNulls;
    this.#position = 0;
    this.#chain = -1;
    this.#keys.compute(left.columns, left.selection, left.selectedCount);
  }

  /** Columns to be read at row -1 only. */
  emptyLeft(handlers: readonly TypeHandler[]): readonly Vector[] {
    return (this.#emptyLeft ??= vectorsFor(handlers, 0));
  }

  /** Some result of the batch, or undefined when this step gave none; `hasRows` says whether there is more. */
  next(rowsMax: number): Batch | undefined {
    switch (this.#join) {
      case 'semi':
      case 'anti':
        return this.#nextSemi();
      default:
        return this.#nextPairs(Math.min(rowsMax, batchRowsMax));
    }
  }

  // ---- inner, left, right, full

  #nextPairs(limit: number): Batch | undefined {
    const batch = this.#left.batch as Batch;
    const first = this.#position;
    const outer = this.#join === 'left' || this.#join === 'full';
    const pairs = this.#test(this.#collect(limit, outer ? 1 : 0));
    if (this.#join === 'right' || this.#join === 'full') this.#markRight(pairs);
    const isUnfinished = this.#chain > 0;
    const end = isUnfinished ? this.#position + 1 : this.#position;
    const count = outer
      ? this.#left.withUnmatched(
          first,
          end,
          isUnfinished ? this.#position : -1,
          this.#pairsLeft,
          this.#pairsRight,
          pairs,
        )
      : pairs;
    if (this.#position === batch.selectedCount) this.#left.batch = undefined;
    if (count === 0) return undefined;
    const [left, right] = outer ? [this.#left.outLeft, this.#left.outRight] : [this.#pairsLeft, this.#pairsRight];
    return this.#output.batch(batch.columns, left, this.#table.store.columns, right, count);
  }

  /**
   * Collects pairs of equal hash until there are `limit`, each left row counting for `perRow` as well: room for the row that
   * stands for "no partner".
   */
  #collect(limit: number, perRow: number): number {
    const left = this.#left.batch as Batch;
    const { selection, selectedCount } = left;
    const { heads, links, mask } = this.#table;
    const { hashes: leftHashes, nulls } = this.#keys;
    const pairsLeft = this.#pairsLeft;
    const pairsRight = this.#pairsRight;
    let used = 0;
    let pairs = 0;
    let position = this.#position;
    let chain = this.#chain;
    while (position < selectedCount && used < limit) {
      const hash = leftHashes[position] as number;
      const row = selection === undefined ? position : (selection[position] as number);
      if (chain < 0) {
        used += perRow;
        chain = nulls !== undefined && nulls[position] === 1 ? 0 : (heads[hash & mask] as number);
      }
      while (chain > 0 && used < limit) {
        const id = chain - 1;
        if (links[id * 2] === hash) {
          pairsLeft[pairs] = row;
          pairsRight[pairs++] = id;
          used++;
        }
        chain = links[id * 2 + 1] as number;
      }
      if (chain > 0) break;
      chain = -1;
      position++;
    }
    this.#position = position;
    this.#chain = chain;
    return pairs;
  }

  /** Keeps the pairs whose keys are equal and that satisfy the condition. */
  #test(pairs: number): number {
    if (pairs === 0) return 0;
    const equal = this.#compareKeys(pairs);
    const left = this.#left.batch as Batch;
    return this.#output.filter(left.columns, this.#pairsLeft, this.#table.store.columns, this.#pairsRight, equal);
  }

  #compareKeys(pairs: number): number {
    const differ = this.#differ;
    if (!this.#markDifferent(this.#pairsLeft, this.#pairsRight, pairs, differ)) return pairs;
    let equal = 0;
    for (let k = 0; k < pairs; k++) {
      if (differ[k] === 1) continue;
      this.#pairsLeft[equal] = this.#pairsLeft[k] as number;
      this.#pairsRight[equal++] = this.#pairsRight[k] as number;
    }
    return equal;
  }

  /** Sets differ[k] for each pair: 1 when some key is not the same. Returns whether there is any. */
  #markDifferent(left: Int32Array, right: Int32Array, pairs: number, differ: Uint8Array): boolean {
    differ.fill(0, 0, pairs);
    const { handlers, columns } = this.#keys;
    let any = false;
    for (let i = 0; i < columns.length; i++) {
      const stored = this.#table.store.columns[this.#keyPlaces[i] as number] as Vector;
      const handler = handlers[i] as TypeHandler;
      if (markDifferent(stored, right, columns[i] as Vector, left, pairs, handler, differ)) any = true;
    }
    return any;
  }

  #markRight(pairs: number): void {
    const { matched } = this.#table;
    for (let k = 0; k < pairs; k++) matched[this.#pairsRight[k] as number] = 1;
  }

  // ---- semi, anti

  /** Works through the batch and selects its rows with (semi) or without (anti) a partner. */
  #nextSemi(): Batch | undefined {
    const batch = this.#left.batch as Batch;
    if (this.#output.hasCondition) this.#matchPairs(batch);
    else this.#matchFirst(batch);
    if (this.#position < batch.selectedCount) return undefined;
    const dropsNulls = this.#nullAware && !this.#passesNulls;
    const selected = this.#left.select(this.#join === 'semi' ? 1 : 0, dropsNulls ? this.#keys.nulls : undefined);
    this.#left.batch = undefined;
    return selected;
  }

  /** With a further condition all pairs must be tried, but a row that has its partner need not go on through its chain. */
  #matchPairs(left: Batch): void {
    const pairs = this.#test(this.#collect(batchRowsMax, 0));
    for (let k = 0; k < pairs; k++) this.#left.matched[this.#pairsLeft[k] as number] = 1;
    if (this.#position === left.selectedCount || this.#left.matched[rowAt(left, this.#position)] === 0) return;
    this.#position++;
    this.#chain = -1;
  }

  /** Without one the first row of equal hash decides, unless its key is another after all. */
  #matchFirst(left: Batch): void {
    const { heads, links, mask } = this.#table;
    const { hashes: leftHashes, nulls } = this.#keys;
    let pairs = 0;
    for (let position = 0; position < left.selectedCount; position++) {
      if (nulls !== undefined && nulls[position] === 1) continue;
      const hash = leftHashes[position] as number;
      let chain = heads[hash & mask] as number;
      while (chain > 0 && links[chain * 2 - 2] !== hash) chain = links[chain * 2 - 1] as number;
      if (chain === 0) continue;
      this.#pairsLeft[pairs] = rowAt(left, position);
      this.#pairsRight[pairs++] = chain - 1;
    }
    this.#position = left.selectedCount;
    this.#markDifferent(this.#pairsLeft, this.#pairsRight, pairs, this.#differ);
    for (let k = 0; k < pairs; k++) {
      const row = this.#pairsLeft[k] as number;
      if (this.#differ[k] === 0 || this.#isInChain(row, this.#pairsRight[k] as number)) this.#left.matched[row] = 1;
    }
  }

  /** Looks for the row's key behind `id`, whose hash it shares. */
  #isInChain(row: number, id: number): boolean {
    const { links } = this.#table;
    const hash = links[id * 2];
    single.left[0] = row;
    for (let chain = links[id * 2 + 1] as number; chain > 0; chain = links[chain * 2 - 1] as number) {
      if (links[chain * 2 - 2] !== hash) continue;
      single.right[0] = chain - 1;
      if (!this.#markDifferent(single.left, single.right, 1, single.differ)) return true;
    }
    return false;
  }
}

const single = { left: new Int32Array(1), right: new Int32Array(1), differ: new Uint8Array(1) };
