/**
 * Sorts any number of rows. They are collected in a RowStore and sorted in runs of 16 k as they come, so that no single step is
 * long; when work_mem is used up, the runs are merged into a file. In the end runs and files are merged row by row.
 * With a small limit only the best rows are kept (top-N): once there are enough, a row whose first key is beyond the worst of
 * them is not even stored.
 *
 * Use: open, then for each batch `add` and `work` until it says 'done'; `finish` and `work` again; `next` until it is empty.
 */
import { Batch } from '../types/batch.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { batchRowsMax, resetVector } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import { growVector } from '../types/vector-io.ts';
import type { MemoryAccount } from './memory.ts';
import { vectorsFor } from './layout.ts';
import { Merge, MergeSource } from './merge-rows.ts';
import { RowComparison } from './row-order.ts';
import { RowStore } from './row-store.ts';
import { RunSorter } from './run-sort.ts';
import { commonLength, isPrefixExact, isRefinable, isWholeValue, writePrefixes } from './sort-prefix.ts';
import type { SortColumn } from './sort-prefix.ts';
import { BlockFile } from './spill/block-file.ts';
import { mustSpill } from './spill/pressure.ts';

const runRows = 16 * 1024;
/** Limits up to this are kept as top-N. */
const topRowsMax = 10_000;
/** So many files are merged into one before more are written. */
const filesMax = 64;
/** Rows moved between two looks at the clock while files are written. */
const sliceRows = 4096;

/** Rows on their way into a file. */
interface WriteJob {
  readonly merge: Merge;
  readonly file: BlockFile;
  readonly replaces: 'memory' | 'files';
}

export class Sorter {
  readonly #handlers: readonly TypeHandler[];
  readonly #keys: readonly SortColumn[];
  readonly #comparison: RowComparison;
  readonly #output: Batch;
  #memory: MemoryAccount | undefined = undefined;
  #store: RowStore;
  #prefixes = new Float64Array(0);
  #runs: Int32Array[] = [];
  /** Rows of the store that are in runs. */
  #sorted = 0;
  #files: BlockFile[] = [];
  #job: WriteJob | undefined = undefined;
  #merge: Merge | undefined = undefined;
  #topRows = Infinity;
  #rowsLeft = Infinity;
  /** Top-N: prefix of the worst row that still counts. */
  #cutoff = Infinity;
  /** The prefixes of texts are all there is to them. */
  #isSharp = false;
  #kept = new Int32Array(batchRowsMax);
  #ids = new Int32Array(batchRowsMax);
  #accounted = 0;

  constructor(handlers: readonly TypeHandler[], keys: readonly SortColumn[]) {
    this.#handlers = handlers;
    this.#keys = keys;
    this.#comparison = new RowComparison(keys);
    this.#store = new RowStore(handlers);
    this.#output = new Batch(vectorsFor(handlers, 0));
  }

  /** `limit`: only that many of the first rows will be asked for. */
  open(memory: MemoryAccount, limit: number = Infinity): void {
    this.close();
    this.#memory = memory;
    this.#store.open(memory);
    this.#rowsLeft = limit;
    this.#topRows = limit <= topRowsMax ? limit : Infinity;
    this.#cutoff = Infinity;
    this.#isSharp = false;
  }

  /** How it was done, for EXPLAIN ANALYZE. */
  get method(): string {
    if (this.#files.length > 0) return 'external merge';
    return this.#topRows < Infinity ? 'top-N heapsort' : 'quicksort';
  }

  get bytesInMemory(): number {
    return this.#store.bytes + this.#accounted;
  }

  get bytesOnDisk(): number {
    return this.#files.reduce((sum, file) => sum + file.bytes, 0);
  }

  add(columns: readonly Vector[], selection: Int32Array | undefined, count: number): void {
    const before = this.#store.count;
    const key = this.#keys[0];
    this.#reservePrefixes(before + count);
    if (key !== undefined) {
      writePrefixes(columns[key.index] as Vector, key, selection, count, this.#prefixes, before);
    }
    const kept = this.#cutoff === Infinity ? count : this.#keepBest(selection, count, before);
    this.#store.append(columns, kept === count ? selection : this.#kept, kept);
    if (this.#topRows < Infinity) this.#limitRows();
    if (this.#topRows < Infinity) return;
    while (this.#store.count - this.#sorted >= runRows) this.#sortRun(runRows);
    this.#account();
    if (mustSpill(this.#memory as MemoryAccount, this.bytesInMemory) || this.#store.isFull) this.#startSpill();
  }

  #reservePrefixes(rows: number): void {
    if (rows <= this.#prefixes.length) return;
    const grown = new Float64Array(Math.max(64, rows, this.#prefixes.length * 2));
    grown.set(this.#prefixes);
    this.#prefixes = grown;
  }

  /** Selects the rows that may be among the best, moving their prefixes together. */
  #keepBest(selection: Int32Array | undefined, count: number, start: number): number {
    const prefixes = this.#prefixes;
    const cutoff = this.#cutoff;
    let kept = 0;
    for (let k = 0; k < count; k++) {
      const prefix = prefixes[start + k] as number;
      if (prefix > cutoff) continue;
      this.#kept[kept] = selection === undefined ? k : (selection[k] as number);
      prefixes[start + kept] = prefix;
      kept++;
    }
    return kept;
  }

  /** Top-N: cuts the rows down now and then; when even the best are too large for memory, sorts as without a limit. */
  #limitRows(): void {
    const memory = this.#memory as MemoryAccount;
    const isLarge = mustSpill(memory, this.bytesInMemory);
    if (isLarge || this.#store.count > this.#topRows * 2 + batchRowsMax) this.#cutToBest();
    if (!isLarge || !mustSpill(memory, this.bytesInMemory)) return;
    this.#topRows = Infinity;
    this.#cutoff = Infinity;
  }

  /** Top-N: sorts what there is and forgets all but the best. */
  #cutToBest(): void {
    const ids = this.#sortedIds(0, this.#store.count).subarray(0, this.#topRows);
    const best = new RowStore(this.#handlers);
    best.open(this.#memory as MemoryAccount);
    best.append(this.#store.columns, ids, ids.length);
    const prefixes = Float64Array.from(ids, (id) => this.#prefixes[id] as number);
    this.#store.close();
    this.#store = best;
    this.#prefixes.set(prefixes);
    if (ids.length === this.#topRows && ids.length > 0) this.#cutoff = prefixes[ids.length - 1] as number;
  }

  #sortRun(rows: number): void {
    this.#runs.push(this.#sortedIds(this.#sorted, rows));
    this.#sorted += rows;
  }

  #sortedIds(first: number, count: number): Int32Array {
    const ids = Int32Array.from({ length: count }, (_, i) => first + i);
    new RunSorter(this.#store.columns, this.#keys, this.#comparison).sort(ids);
    return ids;
  }

  /** The key to compare by when prefixes are equal: the second if the prefix says all about the first. */
  #firstUndecidedKey(): number {
    const key = this.#keys[0];
    if (key === undefined) return 0;
    const isExact = this.#isSharp || isPrefixExact(this.#store.columns[key.index] as Vector);
    return this.#files.length === 0 && isExact ? 1 : 0;
  }

  #account(): void {
    const bytes = this.#store.count * 8 + this.#sorted * 4;
    this.#memory?.take(bytes - this.#accounted);
    this.#accounted = bytes;
  }

  #startSpill(): void {
    if (this.#store.count > this.#sorted) this.#sortRun(this.#store.count - this.#sorted);
    this.#startJob(this.#memorySources(), 'memory');
  }

  #startJob(sources: readonly MergeSource[], replaces: WriteJob['replaces']): void {
    const firstKey = replaces === 'memory' ? this.#firstUndecidedKey() : 0;
    const merge = new Merge(sources, this.#comparison, firstKey);
    this.#job = { merge, file: new BlockFile(this.#handlers, this.#memory as MemoryAccount), replaces };
  }

  #memorySources(): MergeSource[] {
    const key = this.#keys[0] as SortColumn;
    return this.#runs.map((ids) => MergeSource.inMemory(this.#store.columns, ids, this.#prefixes, key));
  }

  #fileSources(): MergeSource[] {
    const key = this.#keys[0] as SortColumn;
    return this.#files.map((file) => MergeSource.inFile(file.read(), key));
  }

  /** Does a slice of the work that is due; 'more' as long as there is some. */
  work(): 'more' | 'done' {
    const job = this.#job;
    if (job === undefined) return 'done';
    for (let moved = 0; moved < sliceRows; moved += batchRowsMax) {
      this.#readyOutput(batchRowsMax);
      const rows = this.#takeRows(job.merge, batchRowsMax, job.replaces === 'memory');
      if (rows === 0) return this.#endJob(job);
      job.file.append(this.#output.columns, undefined, rows);
    }
    return 'more';
  }

  #endJob(job: WriteJob): 'more' | 'done' {
    job.file.flush();
    this.#job = undefined;
    if (job.replaces === 'files') {
      for (const file of this.#files) file.close();
      this.#files = [job.file];
      return 'done';
    }
    this.#files.push(job.file);
    this.#forgetRows();
    if (this.#files.length < filesMax) return 'done';
    this.#startJob(this.#fileSources(), 'files');
    return 'more';
  }

  #forgetRows(): void {
    this.#store.clear();
    this.#runs = [];
    this.#sorted = 0;
    this.#account();
  }

  /** No more rows come; `next` may be called once `work` is done. */
  finish(): void {
    const rest = this.#store.count - this.#sorted;
    if (rest > 0) this.#sortRun(rest);
    this.#account();
    if (this.#files.length === 0 && this.#runs.length > 1) this.#sharpenPrefixes();
    this.#merge = new Merge(
      [...this.#memorySources(), ...this.#fileSources()],
      this.#comparison,
      this.#firstUndecidedKey(),
    );
  }

  /** Texts often begin alike ("Customer#…"): for the merge the prefixes are taken from behind what all rows share. */
  #sharpenPrefixes(): void {
    const key = this.#keys[0] as SortColumn;
    const vector = this.#store.columns[key.index] as Vector;
    if (!isRefinable(vector, key)) return;
    const { count } = this.#store;
    const skip = commonLength(vector, count);
    if (skip > 0) writePrefixes(vector, key, undefined, count, this.#prefixes, 0, skip);
    this.#isSharp = isWholeValue(vector, key, count, skip);
  }

  /** The next rows in order, undefined at the end. The batch is valid until the next call. */
  next(rowsMax: number): Batch | undefined {
    const count = Math.min(rowsMax, batchRowsMax, this.#rowsLeft);
    const merge = this.#merge as Merge;
    if (count === 0 || merge.current === undefined) return undefined;
    const batch = this.#output;
    this.#readyOutput(this.#files.length === 0 ? Math.min(count, this.#store.count) : count);
    batch.selectedCount = this.#takeRows(merge, count, this.#files.length === 0);
    this.#rowsLeft -= batch.selectedCount;
    return batch;
  }

  #readyOutput(rows: number): void {
    for (const vector of this.#output.columns) {
      growVector(vector, rows);
      resetVector(vector);
    }
  }

  #takeRows(merge: Merge, count: number, fromMemory: boolean): number {
    return fromMemory ? this.#gather(merge, count) : merge.take(count, this.#output.columns);
  }

  /** All rows are in the store. */
  #gather(merge: Merge, count: number): number {
    const ids = this.#ids;
    let rows = 0;
    for (let source = merge.current; source !== undefined && rows < count; source = merge.current) {
      ids[rows++] = source.row;
      merge.advance();
    }
    for (let i = 0; i < this.#output.columns.length; i++) {
      this.#store.gather(i, ids, rows, this.#output.columns[i] as Vector);
    }
    return rows;
  }

  close(): void {
    for (const file of this.#files) file.close();
    this.#job?.file.close();
    this.#files = [];
    this.#job = undefined;
    this.#merge = undefined;
    this.#runs = [];
    this.#sorted = 0;
    this.#store.close();
    if (this.#prefixes.length > runRows) this.#prefixes = new Float64Array(0);
    this.#memory?.give(this.#accounted);
    this.#accounted = 0;
    this.#memory = undefined;
  }
}
