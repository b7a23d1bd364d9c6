/**
 * Merges sorted sources of rows, in memory or in files, by a tournament of their current rows. Used for the runs of a sort, and to
 * write them out as one file.
 */
import type { BlockReader } from './spill/block-file.ts';
import type { Vector } from '../types/vector.ts';
import type { RowComparison } from './row-order.ts';
import { collectRows } from './vector-copy.ts';
import { writePrefixes } from './sort-prefix.ts';
import type { SortColumn } from './sort-prefix.ts';

/** One sorted source; one shape for both kinds, since the tournament reads their fields all the time. */
export class MergeSource {
  /** The current row: row `row` of `vectors`, whose first key has this prefix. */
  vectors: readonly Vector[];
  row = -1;
  prefix = 0;
  isOver = false;
  readonly #ids: Int32Array | undefined;
  readonly #reader: BlockReader | undefined;
  readonly #firstKey: SortColumn;
  #prefixes: Float64Array;
  #next = 0;
  #end: number;

  private constructor(
    vectors: readonly Vector[],
    ids: Int32Array | undefined,
    reader: BlockReader | undefined,
    prefixes: Float64Array,
    firstKey: SortColumn,
  ) {
    this.vectors = vectors;
    this.#ids = ids;
    this.#reader = reader;
    this.#prefixes = prefixes;
    this.#firstKey = firstKey;
    this.#end = ids === undefined ? 0 : ids.length;
  }

  /** Rows ids[…] of vectors, `prefixes` by row. */
  static inMemory(
    vectors: readonly Vector[],
    ids: Int32Array,
    prefixes: Float64Array,
    firstKey: SortColumn,
  ): MergeSource {
    return new MergeSource(vectors, ids, undefined, prefixes, firstKey);
  }

  static inFile(reader: BlockReader, firstKey: SortColumn): MergeSource {
    return new MergeSource(reader.vectors, undefined, reader, new Float64Array(0), firstKey);
  }

  /** Whether the current row outlives the next `advance`: not so for the last row of a block. */
  get isSettled(): boolean {
    return this.#ids !== undefined || this.#next < this.#end;
  }

  /** Moves to the next row; false at the end. */
  advance(): boolean {
    if (this.#next === this.#end && !this.#readBlock()) {
      this.isOver = true;
      this.prefix = Infinity;
      return false;
    }
    const row = this.#ids === undefined ? this.#next : (this.#ids[this.#next] as number);
    this.#next++;
    this.row = row;
    this.prefix = this.#prefixes[row] as number;
    return true;
  }

  #readBlock(): boolean {
    const reader = this.#reader;
    if (reader === undefined || !reader.next()) return false;
    this.#next = 0;
    this.#end = reader.count;
    if (this.#prefixes.length < reader.count) this.#prefixes = new Float64Array(reader.count);
    const vector = reader.vectors[this.#firstKey.index] as Vector;
    writePrefixes(vector, this.#firstKey, undefined, reader.count, this.#prefixes, 0);
    return true;
  }
}

/**
 * A tournament: `losers[node]` is the source that lost the match at an inner node of a binary tree over the sources, so that
 * after the winner has moved on only the matches on its way to the root are played again.
 */
export class Merge {
  readonly #sources: readonly MergeSource[];
  /** Prefix of each source's current row: most matches need no more. */
  readonly #prefixes: Float64Array;
  readonly #losers: Int32Array;
  readonly #comparison: RowComparison;
  /** Key that decides when prefixes are equal: 1 when prefixes are exact. */
  readonly #firstKey: number;
  #winner = 0;
  #rows = new Int32Array(64);
  readonly #places: MergeSource[] = [];

  constructor(sources: readonly MergeSource[], comparison: RowComparison, firstKey: number) {
    this.#comparison = comparison;
    this.#firstKey = firstKey;
    this.#sources = sources.filter((source) => source.advance());
    const count = this.#sources.length;
    this.#prefixes = Float64Array.from(this.#sources, (source) => source.prefix);
    this.#losers = new Int32Array(count);
    // Winners of the matches below each node; leaf i is node count + i.
    const winners = new Int32Array(count * 2);
    for (let i = 0; i < count; i++) winners[count + i] = i;
    for (let node = count - 1; node > 0; node--) {
      const [a, b] = [winners[node * 2] as number, winners[node * 2 + 1] as number];
      const isFirst = this.#isBefore(a, b);
      winners[node] = isFirst ? a : b;
      this.#losers[node] = isFirst ? b : a;
    }
    this.#winner = count > 1 ? (winners[1] as number) : 0;
  }

  /** The source whose current row is the next one, or undefined at the end. */
  get current(): MergeSource | undefined {
    const source = this.#sources[this.#winner];
    return source === undefined || source.isOver ? undefined : source;
  }

  /** Goes on behind the current row. */
  advance(): void {
    let winner = this.#winner;
    const source = this.#sources[winner] as MergeSource;
    source.advance();
    const prefixes = this.#prefixes;
    prefixes[winner] = source.prefix;
    const losers = this.#losers;
    for (let node = (winner + losers.length) >> 1; node > 0; node >>= 1) {
      const other = losers[node] as number;
      const mine = prefixes[winner] as number;
      const others = prefixes[other] as number;
      if (mine < others || (mine === others && !this.#isBefore(other, winner))) continue;
      losers[node] = winner;
      winner = other;
    }
    this.#winner = winner;
  }

  /** Copies up to `count` rows, in order, to rows 0 … of `target`; returns how many. */
  take(count: number, target: readonly Vector[]): number {
    if (count > this.#rows.length) this.#rows = new Int32Array(count);
    let first = 0;
    let taken = 0;
    for (let source = this.current; source !== undefined && taken < count; source = this.current) {
      this.#places[taken] = source;
      this.#rows[taken++] = source.row;
      // The last row of a block must be copied before its source reads on.
      if (!source.isSettled) {
        this.#copy(first, taken, target);
        first = taken;
      }
      this.advance();
    }
    this.#copy(first, taken, target);
    return taken;
  }

  #copy(first: number, end: number, target: readonly Vector[]): void {
    const places = this.#places.slice(first, end);
    const rows = this.#rows.subarray(first, end);
    for (let i = 0; i < target.length; i++) collectRows(places, i, rows, end - first, target[i] as Vector, first);
  }

  /** Sources that are over come last; of equal rows that of the earlier source comes first. */
  #isBefore(a: number, b: number): boolean {
    if (this.#prefixes[a] !== this.#prefixes[b]) return (this.#prefixes[a] as number) < (this.#prefixes[b] as number);
    const left = this.#sources[a] as MergeSource;
    const right = this.#sources[b] as MergeSource;
    if (left.isOver || right.isOver) return right.isOver && (!left.isOver || a < b);
    const order = this.#comparison.compare(left.vectors, left.row, right.vectors, right.row, this.#firstKey);
    return order < 0 || (order === 0 && a < b);
  }
}
