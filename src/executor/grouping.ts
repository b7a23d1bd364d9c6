/**
 * The three ways to number the groups of an aggregate node. A grouping takes a batch, then `assign` numbers as many of its rows as
 * belong to the current *portion*: those groups whose results come out together.
 */
import type { Batch } from '../types/batch.ts';
import { Batch as RowBatch } from '../types/batch.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import { batchRowsMax } from '../types/vector.ts';
import type { Vector } from '../types/vector.ts';
import { GroupTable } from './group-table.ts';
import { KeptRow } from './kept-row.ts';
import type { ExecutionContext } from './operator.ts';
import { RowStore } from './row-store.ts';
import type { BlockFile, BlockReader } from './spill/block-file.ts';
import { depthMax, Partitions } from './spill/partitions.ts';

export interface Grouping {
  /** Groups of the portion so far. */
  readonly count: number;
  /** Rows that the last `assign` numbered: `rows` of them, selected by `selection` from `columns`, groups by row. */
  readonly columns: readonly Vector[];
  readonly selection: Int32Array | undefined;
  readonly rows: number;
  readonly groups: Int32Array | undefined;
  /** Whether a batch taken before still has rows to number. */
  readonly hasRows: boolean;
  /** Nothing was put aside or emitted yet but what is here. */
  readonly holdsAll: boolean;
  readonly bytes: number;
  readonly bytesOnDisk: number;
  readonly portions: number;
  open(context: ExecutionContext): void;
  take(columns: readonly Vector[], selection: Int32Array | undefined, count: number): void;
  /** Numbers rows; true when the portion is complete although the input may go on. */
  assign(): boolean;
  /** Memory is used up: no more groups. */
  freeze(): void;
  /** Writes the keys of groups [first, first + count) to rows 0 … of the columns. */
  writeKeys(columns: readonly Vector[], first: number, count: number): void;
  /** Begins the next portion; false when there is none. */
  nextPortion(inputEnded: boolean): boolean;
  /** Rows put aside for this portion; undefined at their end. */
  nextSpilled(): Batch | undefined;
  close(): void;
}

/** No GROUP BY: one group, whatever comes. */
export class PlainGrouping implements Grouping {
  readonly count = 1;
  columns: readonly Vector[] = [];
  selection: Int32Array | undefined = undefined;
  rows = 0;
  readonly groups = undefined;
  readonly holdsAll = true;
  readonly bytes = 0;
  readonly bytesOnDisk = 0;
  readonly portions = 1;
  hasRows = false;

  open(_context: ExecutionContext): void {
    this.rows = 0;
    this.hasRows = false;
  }

  take(columns: readonly Vector[], selection: Int32Array | undefined, count: number): void {
    this.columns = columns;
    this.selection = selection;
    this.rows = count;
  }

  assign(): boolean {
    return false;
  }

  freeze(): void {}

  writeKeys(): void {}

  nextPortion(): boolean {
    return false;
  }

  nextSpilled(): undefined {
    return undefined;
  }

  close(): void {}
}

/** Groups are neighbours. A portion ends at the first change of keys after `portionGroups` groups. */
export class SortedGrouping implements Grouping {
  readonly #keys: readonly number[];
  readonly #store: RowStore;
  readonly #last: KeptRow;
  columns: readonly Vector[] = [];
  selection: Int32Array | undefined = undefined;
  rows = 0;
  groups = new Int32Array(64);
  readonly bytesOnDisk = 0;
  portions = 1;
  #batch: { readonly selection: Int32Array | undefined; readonly count: number } | undefined = undefined;
  #next = 0;
  readonly #row = new Int32Array(1);

  constructor(keys: readonly number[], handlers: readonly TypeHandler[]) {
    this.#keys = keys;
    this.#store = new RowStore(handlers);
    this.#last = new KeptRow(keys.map((index, i) => ({ index, handler: handlers[i] as TypeHandler })));
  }

  get count(): number {
    return this.#store.count;
  }

  get bytes(): number {
    return this.#store.bytes;
  }

  get holdsAll(): boolean {
    return this.portions === 1 && this.#batch === undefined;
  }

  get hasRows(): boolean {
    return this.#batch !== undefined;
  }

  open(context: ExecutionContext): void {
    this.#store.open(context.memory);
    this.#last.clear();
    this.#batch = undefined;
    this.portions = 1;
    this.rows = 0;
  }

  take(columns: readonly Vector[], selection: Int32Array | undefined, count: number): void {
    this.columns = columns;
    this.#batch = { selection, count };
    this.#next = 0;
  }

  assign(): boolean {
    const { selection, count } = this.#batch as { selection: Int32Array | undefined; count: number };
    const first = this.#next;
    let group = this.#store.count - 1;
    for (; this.#next < count; this.#next++) {
      const row = selection === undefined ? this.#next : (selection[this.#next] as number);
      if (group < 0 || !this.#last.equals(this.columns, row)) {
        if (group + 1 >= portionGroups) break;
        this.#startGroup(row);
        group++;
      }
      this.#reserve(row);
      this.groups[row] = group;
    }
    this.rows = this.#next - first;
    this.selection = first === 0 ? selection : (selection ?? everyRow).subarray(first, this.#next);
    const isComplete = this.#next < count;
    if (!isComplete) this.#batch = undefined;
    return isComplete;
  }

  #startGroup(row: number): void {
    this.#last.keep(this.columns, row);
    this.#row[0] = row;
    const keys = this.#keys.map((index) => this.columns[index] as Vector);
    this.#store.append(keys, this.#row, 1);
  }

  #reserve(row: number): void {
    if (row < this.groups.length) return;
    const grown = new Int32Array(Math.max(row + 1, batchRowsMax));
    grown.set(this.groups);
    this.groups = grown;
  }

  freeze(): void {}

  writeKeys(columns: readonly Vector[], first: number, count: number): void {
    gatherKeys(this.#store, columns, first, count);
  }

  nextPortion(inputEnded: boolean): boolean {
    if (inputEnded && this.#batch === undefined) return false;
    this.#store.clear();
    this.portions++;
    return true;
  }

  nextSpilled(): undefined {
    return undefined;
  }

  close(): void {
    this.#store.close();
    this.#batch = undefined;
  }
}

const portionGroups = 1024;
const everyRow = Int32Array.from({ length: batchRowsMax }, (_, row) => row);

function gatherKeys(store: RowStore, columns: readonly Vector[], first: number, count: number): void {
  const ids = Int32Array.from({ length: count }, (_, i) => first + i);
  columns.forEach((column, i) => store.gather(i, ids, count, column));
}

/** Groups by hash. A portion is what fits in memory; the rest waits in files. */
export class HashGrouping implements Grouping {
  readonly #keys: readonly number[];
  readonly #inputHandlers: readonly TypeHandler[];
  readonly #table: GroupTable;
  columns: readonly Vector[] = [];
  selection: Int32Array | undefined = undefined;
  rows = 0;
  groups = new Int32Array(64);
  readonly hasRows = false;
  portions = 1;
  bytesOnDisk = 0;
  #context: ExecutionContext | undefined = undefined;
  #partitions: Partitions | undefined = undefined;
  /** Files still to be read, and how often their rows have been divided. */
  #waiting: { readonly file: BlockFile; readonly depth: number }[] = [];
  #current: { readonly file: BlockFile; readonly reader: BlockReader; readonly depth: number } | undefined = undefined;
  readonly #spilled = new RowBatch([]);
  #kept = new Int32Array(64);
  #aside = new Int32Array(64);
  #asideHashes = new Int32Array(64);

  constructor(keys: readonly number[], keyHandlers: readonly TypeHandler[], inputHandlers: readonly TypeHandler[]) {
    this.#keys = keys;
    this.#inputHandlers = inputHandlers;
    this.#table = new GroupTable(keyHandlers);
  }

  get count(): number {
    return this.#table.count;
  }

  get bytes(): number {
    return this.#table.bytes;
  }

  get holdsAll(): boolean {
    return this.portions === 1 && this.#partitions === undefined;
  }

  open(context: ExecutionContext): void {
    this.close();
    this.#context = context;
    this.#table.open(context.memory);
    this.portions = 1;
    this.bytesOnDisk = 0;
  }

  take(columns: readonly Vector[], selection: Int32Array | undefined, count: number): void {
    this.columns = columns;
    this.selection = selection;
    this.rows = count;
    const last = selection === undefined ? count : (selection[count - 1] as number) + 1;
    if (last > this.groups.length) this.groups = new Int32Array(Math.max(last, batchRowsMax));
  }

  assign(): boolean {
    const keys = this.#keys.map((index) => this.columns[index] as Vector);
    this.#table.assign(keys, this.selection, this.rows, this.groups);
    if (this.#table.isFrozen) this.#putAside();
    return false;
  }

  /** Rows without a group go to the files; the others are kept. */
  #putAside(): void {
    if (this.rows > this.#kept.length) {
      this.#kept = new Int32Array(batchRowsMax);
      this.#aside = new Int32Array(batchRowsMax);
      this.#asideHashes = new Int32Array(batchRowsMax);
    }
    let kept = 0;
    let aside = 0;
    for (let k = 0; k < this.rows; k++) {
      const row = this.selection === undefined ? k : (this.selection[k] as number);
      if ((this.groups[row] as number) >= 0) {
        this.#kept[kept++] = row;
      } else {
        this.#asideHashes[aside] = this.#table.batchHashes[k] as number;
        this.#aside[aside++] = row;
      }
    }
    if (aside > 0) (this.#partitions as Partitions).append(this.columns, this.#aside, this.#asideHashes, aside);
    this.selection = this.#kept;
    this.rows = kept;
  }

  freeze(): void {
    const depth = this.#current === undefined ? 0 : this.#current.depth;
    if (this.#table.isFrozen || depth > depthMax) return;
    const context = this.#context as ExecutionContext;
    this.#table.isFrozen = true;
    this.#partitions = new Partitions(this.#inputHandlers, context.memory, depth);
  }

  writeKeys(columns: readonly Vector[], first: number, count: number): void {
    gatherKeys(this.#table.keys, columns, first, count);
  }

  nextPortion(): boolean {
    this.#current?.file.close();
    this.#current = undefined;
    if (this.#partitions !== undefined) {
      const depth = this.#partitions.depth + 1;
      for (const file of this.#partitions.takeFiles()) {
        this.bytesOnDisk += file.bytes;
        this.#waiting.push({ file, depth });
      }
      this.#partitions = undefined;
    }
    const next = this.#waiting.pop();
    if (next === undefined) return false;
    this.#current = { ...next, reader: next.file.read() };
    this.#table.open((this.#context as ExecutionContext).memory);
    this.portions++;
    return true;
  }

  nextSpilled(): Batch | undefined {
    const reader = this.#current?.reader;
    if (reader === undefined || !reader.next()) return undefined;
    this.#spilled.columns = reader.vectors;
    this.#spilled.selectedCount = reader.count;
    return this.#spilled;
  }

  close(): void {
    this.#table.close();
    this.#partitions?.close();
    this.#partitions = undefined;
    this.#current?.file.close();
    this.#current = undefined;
    for (const { file } of this.#waiting) file.close();
    this.#waiting = [];
  }
}
