/** Rows in COPY's binary format (binary-format.ts). */
import type { ByteWriter } from '../../common/byte-writer.ts';
import type { Batch } from '../../types/batch.ts';
import type { IoContext, TypeHandler } from '../../types/type-handler.ts';
import type { Vector } from '../../types/vector.ts';
import { signature } from './binary-format.ts';
import type { RowEncoder } from './copy-rows.ts';

export class BinaryEncoder implements RowEncoder {
  readonly #handlers: readonly TypeHandler[];
  readonly #io: IoContext;
  #headerWritten = false;

  constructor(handlers: readonly TypeHandler[], io: IoContext) {
    this.#handlers = handlers;
    this.#io = io;
  }

  begin(): void {}

  /** In the same message as the first row, as PostgreSQL sends it. */
  #header(out: ByteWriter): void {
    if (this.#headerWritten) return;
    this.#headerWritten = true;
    out.copy(signature);
    out.int32BE(0);
    out.int32BE(0);
  }

  row(batch: Batch, columns: readonly number[], row: number, out: ByteWriter): void {
    this.#header(out);
    out.uint16BE(columns.length);
    for (let c = 0; c < columns.length; c++) {
      const vector = batch.columns[columns[c] as number] as Vector;
      if (vector.nulls !== undefined && vector.nulls[row] === 1) {
        out.int32BE(-1);
        continue;
      }
      const lengthAt = out.length;
      out.int32BE(0);
      this.#value(this.#handlers[c] as TypeHandler, vector, row, out);
      out.view.setInt32(lengthAt, out.length - lengthAt - 4);
    }
  }

  #value(handler: TypeHandler, vector: Vector, row: number, out: ByteWriter): void {
    if (handler.bytewise && vector.kind === 'bytes') {
      const start = vector.offsets[row] as number;
      out.copy(vector.data, start, start + (vector.lengths[row] as number));
    } else {
      handler.writeBinary(handler.readDatum(vector, row), out, this.#io);
    }
  }

  end(out: ByteWriter): void {
    this.#header(out);
    out.uint16BE(0xffff);
  }
}
