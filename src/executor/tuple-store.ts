/**
 * Rows kept in the order they came, to be read any number of times, also while more are added: what Materialize, WITH queries and
 * recursion remember. Batches are copied as they are; when memory is used up, all of them move to a temporary file.
 */
import { Batch } from '../types/batch.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import type { MemoryAccount } from './memory.ts';
import { vectorsFor } from './layout.ts';
import { vectorBytes } from './row-store.ts';
import { BlockFile } from './spill/block-file.ts';
import type { BlockReader } from './spill/block-file.ts';
import { mustSpill } from './spill/pressure.ts';
import { appendRows } from './vector-copy.ts';
import type { Vector } from '../types/vector.ts';

/** What the objects of a batch and of each of its columns take, about: it tells when batches are tiny. */
const batchBytes = 100;
const columnBytes = 200;

export class TupleStore {
  readonly #handlers: readonly TypeHandler[];
  #memory: MemoryAccount | undefined = undefined;
  #batches: Batch[] = [];
  #bytes = 0;
  #file: BlockFile | undefined = undefined;
  rows = 0;

  constructor(handlers: readonly TypeHandler[]) {
    this.#handlers = handlers;
  }

  open(memory: MemoryAccount): void {
    this.close();
    this.#memory = memory;
  }

  append(columns: readonly Vector[], selection: Int32Array | undefined, count: number): void {
    this.rows += count;
    if (this.#file !== undefined) {
      this.#file.append(columns, selection, count);
      return;
    }
    const batch = new Batch(vectorsFor(this.#handlers, count));
    batch.selectedCount = count;
    for (let i = 0; i < batch.columns.length; i++) {
      const vector = batch.columns[i] as Vector;
      appendRows(columns[i] as Vector, selection, count, vector, 0);
      this.#account(columnBytes + vectorBytes(vector, count));
    }
    this.#batches.push(batch);
    this.#account(batchBytes);
    if (mustSpill(this.#memory as MemoryAccount, this.#bytes)) this.#spill();
  }

  #account(bytes: number): void {
    this.#bytes += bytes;
    this.#memory?.take(bytes);
  }

  #spill(): void {
    const file = new BlockFile(this.#handlers, this.#memory as MemoryAccount);
    for (const batch of this.#batches) file.append(batch.columns, undefined, batch.selectedCount);
    this.#file = file;
    this.#batches = [];
    this.#account(-this.#bytes);
  }

  /** The batch in memory that begins with row `row` of the store, by its number; undefined when there is none (any more). */
  batchInMemory(index: number): Batch | undefined {
    return this.#batches[index];
  }

  /** A reader of the file, with everything written; undefined while the rows are in memory. */
  readFile(): BlockReader | undefined {
    return this.#file?.read();
  }

  /** Makes rows appended since visible to readers of the file. */
  flush(): void {
    this.#file?.flush();
  }

  reader(): TupleReader {
    return new TupleReader(this);
  }

  /** Forgets all rows. Readers must be rewound. */
  close(): void {
    this.#file?.close();
    this.#file = undefined;
    this.#batches = [];
    this.#account(-this.#bytes);
    this.#memory = undefined;
    this.rows = 0;
  }
}

/** A position in a TupleStore, kept by row number, so that the rows may move to a file meanwhile. */
export class TupleReader {
  readonly #store: TupleStore;
  readonly #batch = new Batch([]);
  #row = 0;
  #index = 0;
  #file: BlockReader | undefined = undefined;
  /** Rows of the file before the reader's current block. */
  #fileRow = 0;

  constructor(store: TupleStore) {
    this.#store = store;
  }

  rewind(): void {
    this.#row = 0;
    this.#index = 0;
    this.#file = undefined;
  }

  /** The next rows as they were stored (a batch or a block), or undefined when all there are have been read. */
  next(): Batch | undefined {
    if (this.#row === this.#store.rows) return undefined;
    const batch = this.#store.batchInMemory(this.#index) ?? this.#nextInFile();
    this.#index++;
    this.#row += batch.selectedCount;
    return batch;
  }

  #nextInFile(): Batch {
    if (this.#file === undefined) {
      this.#file = this.#store.readFile() as BlockReader;
      this.#fileRow = 0;
    }
    const file = this.#file;
    // Blocks that begin before the position: rows read while they were still in memory.
    while (this.#fileRow + file.count <= this.#row) {
      this.#fileRow += file.count;
      if (file.next()) continue;
      this.#store.flush();
      file.next();
    }
    const from = this.#row - this.#fileRow;
    this.#batch.columns = file.vectors;
    this.#batch.selectedCount = file.count - from;
    this.#batch.selection = from === 0 ? undefined : Int32Array.from({ length: file.count - from }, (_, k) => from + k);
    return this.#batch;
  }
}
