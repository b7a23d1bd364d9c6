/**
 * Merges sorted sources of rows, in memory or in files, by a binary heap of the sources' current rows. Used for the runs of a
 * sort, and to write them out as one file.
 */
import type { BlockReader } from './spill/block-file.ts';
import type { Vector } from '../types/vector.ts';
import type { RowComparison } from './row-order.ts';
import { appendRows } from './vector-copy.ts';
import { writePrefixes } from './sort-prefix.ts';
import type { SortColumn } from './sort-prefix.ts';

/** One sorted source; one shape for both kinds, since the heap reads their fields all the time. */
export class MergeSource {
  /** The current row: row `row` of `vectors`, whose first key has this prefix. */
  vectors: readonly Vector[];
  row = -1;
  prefix = 0;
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
    if (this.#next === this.#end && !this.#readBlock()) return false;
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

export class Merge {
  readonly #heap: MergeSource[] = [];
  readonly #comparison: RowComparison;
  /** Key that decides when prefixes are equal: 1 when prefixes are exact. */
  readonly #firstKey: number;
  #rows = new Int32Array(64);

  constructor(sources: readonly MergeSource[], comparison: RowComparison, firstKey: number) {
    this.#comparison = comparison;
    this.#firstKey = firstKey;
    for (const source of sources) if (source.advance()) this.#heap.push(source);
    for (let at = (this.#heap.length >> 1) - 1; at >= 0; at--) this.#sink(at);
  }

  /** The source whose current row is the next one, or undefined at the end. */
  get current(): MergeSource | undefined {
    return this.#heap[0];
  }

  /** Goes on behind the current row. */
  advance(): void {
    const heap = this.#heap;
    if (!(heap[0] as MergeSource).advance()) {
      const last = heap.pop() as MergeSource;
      if (heap.length === 0) return;
      heap[0] = last;
    }
    if (heap.length > 1) this.#sink(0);
  }

  /** Copies up to `count` rows, in order, to rows 0 … of `target`; returns how many. Neighbours of one source go together. */
  take(count: number, target: readonly Vector[]): number {
    if (count > this.#rows.length) this.#rows = new Int32Array(count);
    const rows = this.#rows;
    let taken = 0;
    for (let source = this.current; source !== undefined && taken < count; source = this.current) {
      const first = taken;
      let isPassed = true;
      while (isPassed && taken < count && this.current === source) {
        rows[taken++] = source.row;
        isPassed = source.isSettled;
        if (isPassed) this.advance();
      }
      const group = rows.subarray(first, taken);
      for (let i = 0; i < target.length; i++) {
        appendRows(source.vectors[i] as Vector, group, group.length, target[i] as Vector, first);
      }
      if (!isPassed) this.advance();
    }
    return taken;
  }

  #sink(at: number): void {
    const heap = this.#heap;
    const source = heap[at] as MergeSource;
    const half = heap.length >> 1;
    while (at < half) {
      let child = at * 2 + 1;
      if (child + 1 < heap.length && this.#isBefore(heap[child + 1] as MergeSource, heap[child] as MergeSource))
        child++;
      const candidate = heap[child] as MergeSource;
      if (!this.#isBefore(candidate, source)) break;
      heap[at] = candidate;
      at = child;
    }
    heap[at] = source;
  }

  #isBefore(a: MergeSource, b: MergeSource): boolean {
    if (a.prefix !== b.prefix) return a.prefix < b.prefix;
    return this.#comparison.compare(a.vectors, a.row, b.vectors, b.row, this.#firstKey) < 0;
  }
}
