/** The rows of COPY TO as CopyData messages, one for each. */
import type { Batch } from '../../types/batch.ts';
import type { ByteWriter } from '../../common/byte-writer.ts';
import { type Client, flushBytes } from '../client.ts';
import type { RowSink } from '../row-sink.ts';

/** One of COPY's formats. */
export interface RowEncoder {
  /** What stands before the first row; may write nothing. */
  begin(columnNames: readonly string[], out: ByteWriter): void;
  row(batch: Batch, columns: readonly number[], row: number, out: ByteWriter): void;
  /** What stands behind the last row. */
  end(out: ByteWriter): void;
}

export class CopyRows implements RowSink {
  count = 0;
  readonly #client: Client;
  readonly #encoder: RowEncoder;

  constructor(client: Client, encoder: RowEncoder) {
    this.#client = client;
    this.#encoder = encoder;
  }

  get isFull(): boolean {
    return !this.#client.keepsUp;
  }

  begin(columnNames: readonly string[]): void {
    this.#message((out) => this.#encoder.begin(columnNames, out));
  }

  take(batch: Batch, columns: readonly number[]): void {
    const { selection, selectedCount } = batch;
    const { writer } = this.#client;
    for (let i = 0; i < selectedCount; i++) {
      const start = writer.length;
      try {
        const message = writer.beginCopyData();
        this.#encoder.row(batch, columns, selection === undefined ? i : (selection[i] as number), writer.out);
        writer.endCopyData(message);
      } catch (error) {
        writer.truncate(start);
        throw error;
      }
      if (writer.length > flushBytes) this.#client.flush();
    }
    this.count += selectedCount;
  }

  end(): void {
    this.#message((out) => this.#encoder.end(out));
    this.#client.writer.copyDone();
  }

  /** No message for no bytes. */
  #message(write: (out: ByteWriter) => void): void {
    const { writer } = this.#client;
    const start = writer.length;
    const message = writer.beginCopyData();
    const empty = writer.length;
    write(writer.out);
    if (writer.length === empty) writer.truncate(start);
    else writer.endCopyData(message);
  }
}
