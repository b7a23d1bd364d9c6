/** Where the rows of a running statement go: to the client, into memory, nowhere. */
import { getType } from '../types/registry.ts';
import type { Batch } from '../types/batch.ts';
import type { Datum } from '../types/datum.ts';
import type { IoContext, TypeHandler } from '../types/type-handler.ts';
import type { BytesVector, Int32Vector, Vector } from '../types/vector.ts';
import type { ByteWriter } from '../common/byte-writer.ts';
import { type Client, flushBytes } from './client.ts';

export interface RowSink {
  /** Takes the selected rows; `columns` are the places of the result's columns in the batch. */
  take(batch: Batch, columns: readonly number[]): void;
  /** The consumer is behind: wait before producing more. */
  readonly isFull: boolean;
}

/** Sends DataRow messages. */
export class ClientRows implements RowSink {
  readonly #client: Client;
  readonly #io: () => IoContext;
  #handlers: readonly TypeHandler[] = [];
  #formats: readonly number[] = [];

  constructor(client: Client, io: () => IoContext) {
    this.#client = client;
    this.#io = io;
  }

  /** `formats`: 0 text, 1 binary for each column. */
  begin(handlers: readonly TypeHandler[], formats: readonly number[]): this {
    this.#handlers = handlers;
    this.#formats = formats;
    return this;
  }

  get isFull(): boolean {
    return !this.#client.keepsUp;
  }

  take(batch: Batch, columns: readonly number[]): void {
    const { selection, selectedCount } = batch;
    const { writer } = this.#client;
    const io = this.#io();
    for (let i = 0; i < selectedCount; i++) {
      const start = writer.length;
      try {
        this.#row(batch, columns, selection === undefined ? i : (selection[i] as number), io);
      } catch (error) {
        writer.truncate(start);
        throw error;
      }
      if (writer.length > flushBytes) this.#client.flush();
    }
  }

  #row(batch: Batch, columns: readonly number[], row: number, io: IoContext): void {
    const { writer } = this.#client;
    const count = columns.length;
    writer.beginRow(count);
    for (let c = 0; c < count; c++) {
      const vector = batch.columns[columns[c] as number] as Vector;
      if (vector.nulls !== undefined && vector.nulls[row] === 1) {
        writer.nullField();
        continue;
      }
      const at = writer.beginField();
      const handler = this.#handlers[c] as TypeHandler;
      if (this.#formats[c] === 1) writeBinary(handler, vector, row, writer.out, io);
      else handler.writeText(vector, row, writer.out, io);
      writer.endField(at);
    }
    writer.endRow();
  }
}

function writeBinary(handler: TypeHandler, vector: Vector, row: number, out: ByteWriter, io: IoContext): void {
  if (handler.name === 'int4') {
    out.int32BE((vector as Int32Vector).values[row] as number);
  } else if (handler.bytewise) {
    const bytes = vector as BytesVector;
    const start = bytes.offsets[row] as number;
    out.copy(bytes.data, start, start + (bytes.lengths[row] as number));
  } else {
    handler.writeBinary(handler.readDatum(vector, row), out, io);
  }
}

/** Keeps rows as Datums, for the engine's own statements and materialised cursors. */
export class DatumRows implements RowSink {
  readonly rows: Datum[][] = [];
  readonly isFull = false;
  readonly #handlers: readonly TypeHandler[];

  constructor(types: readonly number[]) {
    this.#handlers = types.map((type) => getType(type));
  }

  take(batch: Batch, columns: readonly number[]): void {
    const { selection, selectedCount } = batch;
    for (let i = 0; i < selectedCount; i++) {
      const row = selection === undefined ? i : (selection[i] as number);
      this.rows.push(
        columns.map((place, c) => (this.#handlers[c] as TypeHandler).readDatum(batch.columns[place] as Vector, row)),
      );
    }
  }
}

/** MOVE, EXPLAIN ANALYZE. */
export const discardedRows: RowSink = { isFull: false, take: () => undefined };
