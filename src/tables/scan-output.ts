/** The vectors of a scan, and filling them with the rows that were gathered. */
import type { Lsn } from '../common/ids.ts';
import { findType } from '../types/registry.ts';
import { batchRowsMax, createVector, resetVector } from '../types/vector.ts';
import type { BytesVector, Int64Vector, Vector } from '../types/vector.ts';
import { growVector } from '../types/vector-io.ts';
import type { ScanRequest } from './access-method.ts';
import type { OpenTable } from './open-table.ts';
import { RowDecoder } from './row-decode.ts';
import { rowLsn } from './row-format.ts';
import type { ScanBuffer } from './scan-buffer.ts';

/** Vectors are made so small that V8 keeps them in its heap; they grow to a batch's size with the first that needs it. */
export const firstCapacity = 8;

export class ScanOutput {
  readonly vectors: readonly Vector[];
  rowCount = 0;
  readonly #table: OpenTable;
  readonly #buffer: ScanBuffer;
  readonly #decoder: RowDecoder;
  readonly #keys: BytesVector | undefined;
  readonly #lsns: Int64Vector | undefined;
  #capacity = firstCapacity;
  #isClosed = false;

  constructor(table: OpenTable, request: ScanRequest, buffer: ScanBuffer) {
    this.#table = table;
    this.#buffer = buffer;
    const { columns } = table.definition;
    const vectors = request.columns.map((column) =>
      createVector(findType(columns[column]?.typeOid ?? 0)?.vectorKind ?? 'bytes', firstCapacity),
    );
    this.#decoder = new RowDecoder(columns, table.layouts, request.columns, vectors, table.overflow);
    if (request.withRowReference) {
      this.#keys = createVector('bytes', firstCapacity) as BytesVector;
      this.#lsns = createVector('int64', firstCapacity) as Int64Vector;
      this.vectors = [...vectors, this.#keys, this.#lsns];
    } else {
      this.#keys = undefined;
      this.#lsns = undefined;
      this.vectors = vectors;
    }
  }

  /** Hands out up to `rowsMax` of the gathered rows. */
  deliver(rowsMax: number): void {
    const buffer = this.#buffer;
    const count = this.#prepare(rowsMax);
    const first = buffer.delivered;
    this.rowCount = this.#decoder.decode(buffer.bytes, buffer.view, buffer.starts, first, count);
    this.#writeReferences(first);
    buffer.delivered = first + this.rowCount;
  }

  /** Makes room; returns how many rows to hand out. */
  #prepare(rowsMax: number): number {
    const buffer = this.#buffer;
    const count = Math.min(rowsMax, buffer.count - buffer.delivered, batchRowsMax);
    if (count > this.#capacity) {
      this.#capacity = batchRowsMax;
      for (const vector of this.vectors) growVector(vector, batchRowsMax);
    }
    return count;
  }

  #writeReferences(first: number): void {
    const keys = this.#keys;
    const lsns = this.#lsns;
    if (keys === undefined || lsns === undefined) return;
    const { bytes, view, starts, keyStarts, keyLengths } = this.#buffer;
    resetVector(lsns);
    keys.data = bytes;
    for (let row = 0; row < this.rowCount; row++) {
      keys.offsets[row] = keyStarts[first + row] as number;
      keys.lengths[row] = keyLengths[first + row] as number;
      lsns.values[row] = rowLsn(view, starts[first + row] as number) satisfies Lsn;
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#table.environment.scanBuffers.giveBack(this.#buffer);
  }
}
