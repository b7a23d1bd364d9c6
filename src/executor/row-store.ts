/**
 * Rows kept in memory for hash tables, sorts and groups: one growing vector per column, a row being its number. Columns cost
 * 1 to 8 bytes a value, byte ranges their length and 8 bytes; there is no object per row. Its size is accounted against
 * work_mem as it grows.
 */
import type { MemoryAccount } from './memory.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import type { BytesVector, Vector } from '../types/vector.ts';
import { createVector, resetVector } from '../types/vector.ts';
import { growVector } from '../types/vector-io.ts';
import { appendRows, gatherRows } from './vector-copy.ts';

const firstCapacity = 16;
/** Offsets are 32 bit: an arena beyond this must not grow any more. */
const arenaBytesMax = 0x4000_0000;
/** What a numeric that does not fit a narrow vector takes in the heap, about. */
const wideNumericBytes = 88;

export class RowStore {
  columns: readonly Vector[];
  count = 0;
  #capacity = 0;
  #accounted = 0;
  #memory: MemoryAccount | undefined = undefined;

  constructor(handlers: readonly TypeHandler[]) {
    this.columns = handlers.map((handler) => createVector(handler.vectorKind, 0));
  }

  /** Empties the store and says where its bytes are accounted from now on. */
  open(memory: MemoryAccount): void {
    this.close();
    this.#memory = memory;
  }

  /** Appends the selected rows; the first gets number `count` (as it was before). */
  append(columns: readonly Vector[], selection: Int32Array | undefined, count: number): void {
    this.#reserve(this.count + count);
    for (let i = 0; i < this.columns.length; i++) {
      appendRows(columns[i] as Vector, selection, count, this.columns[i] as Vector, this.count);
    }
    this.count += count;
    this.#account();
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = Math.max(firstCapacity, this.#capacity * 2, rows);
    for (const vector of this.columns) growVector(vector, this.#capacity);
  }

  /** Bytes its rows take. */
  get bytes(): number {
    return this.#accounted;
  }

  /** No more rows should be added, whatever work_mem says. */
  get isFull(): boolean {
    return this.columns.some((vector) => vector.kind === 'bytes' && vector.data.length > arenaBytesMax);
  }

  #account(): void {
    let bytes = 0;
    for (const vector of this.columns) bytes += vectorBytes(vector, this.count);
    if (bytes === this.#accounted) return;
    this.#memory?.take(bytes - this.#accounted);
    this.#accounted = bytes;
  }

  /** Rows ids[0 … count) of column `column` into `target`; a negative id is NULL. */
  gather(column: number, ids: Int32Array, count: number, target: Vector): void {
    gatherRows(this.columns[column] as Vector, ids, count, target);
  }

  /** Forgets the rows but keeps the memory for the next ones. */
  clear(): void {
    this.count = 0;
    for (const vector of this.columns) resetVector(vector);
    this.#account();
  }

  /** Forgets the rows and gives the memory back. */
  close(): void {
    this.clear();
    this.#memory = undefined;
    const isSmall = this.columns.every((vector) => vector.kind !== 'bytes' || vector.data.length <= keptArenaBytes);
    if (this.#capacity <= keptCapacity && isSmall) return;
    this.#capacity = 0;
    this.columns = this.columns.map((vector) => createVector(vector.kind, 0));
  }
}

/** Vectors of this size or less stay allocated between executions. */
const keptCapacity = 1024;
const keptArenaBytes = 64 * 1024;

/** Bytes that rows 0 … rows - 1 of a store's vector take. What is reserved beyond may be as much again. */
export function vectorBytes(vector: Vector, rows: number): number {
  const nulls = vector.nulls === undefined ? 0 : rows;
  switch (vector.kind) {
    case 'bool':
      return rows + nulls;
    case 'int32':
      return rows * 4 + nulls;
    case 'bytes':
      return rows * 8 + nulls + arenaBytes(vector, rows);
    case 'numeric':
      return rows * (vector.wide === undefined ? 8 : wideNumericBytes) + nulls;
    case 'int64':
      return rows * (vector.wide === undefined ? 8 : 16) + nulls;
    default:
      return rows * 8 + nulls;
  }
}

/** Values lie one behind the other in a store's arena. */
function arenaBytes(vector: BytesVector, rows: number): number {
  return rows === 0 ? 0 : (vector.offsets[rows - 1] as number) + (vector.lengths[rows - 1] as number);
}
