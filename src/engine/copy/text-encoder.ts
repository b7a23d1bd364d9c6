/** Rows in COPY's text format: fields between delimiters, with backslash escapes. */
import { ByteWriter } from '../../common/byte-writer.ts';
import type { Batch } from '../../types/batch.ts';
import type { IoContext, TypeHandler } from '../../types/type-handler.ts';
import type { Vector } from '../../types/vector.ts';
import type { CopyOptions } from './copy-options.ts';
import type { RowEncoder } from './copy-rows.ts';

/** Letters after the backslash, by control character. */
const escapeLetters: ReadonlyMap<number, number> = new Map([
  [0x08, 0x62],
  [0x0c, 0x66],
  [0x0a, 0x6e],
  [0x0d, 0x72],
  [0x09, 0x74],
  [0x0b, 0x76],
]);

const newline = 0x0a;
const backslash = 0x5c;

export class TextEncoder implements RowEncoder {
  readonly #options: CopyOptions;
  readonly #handlers: readonly TypeHandler[];
  readonly #io: IoContext;
  /** 1 for bytes that must be escaped. */
  readonly #special = new Uint8Array(256);
  readonly #field = new ByteWriter(256);

  constructor(options: CopyOptions, handlers: readonly TypeHandler[], io: IoContext) {
    this.#options = options;
    this.#handlers = handlers;
    this.#io = io;
    for (const byte of [options.delimiter, backslash, ...escapeLetters.keys()]) this.#special[byte] = 1;
  }

  begin(columnNames: readonly string[], out: ByteWriter): void {
    if (this.#options.header === 'none') return;
    for (const [i, name] of columnNames.entries()) {
      if (i > 0) out.uint8(this.#options.delimiter);
      const at = out.length;
      out.utf8(name);
      this.#escape(at, out);
    }
    out.uint8(newline);
  }

  row(batch: Batch, columns: readonly number[], row: number, out: ByteWriter): void {
    const { delimiter, nullText } = this.#options;
    for (let c = 0; c < columns.length; c++) {
      if (c > 0) out.uint8(delimiter);
      const vector = batch.columns[columns[c] as number] as Vector;
      if (vector.nulls !== undefined && vector.nulls[row] === 1) {
        out.copy(nullText);
        continue;
      }
      const at = out.length;
      (this.#handlers[c] as TypeHandler).writeText(vector, row, out, this.#io);
      this.#escape(at, out);
    }
    out.uint8(newline);
  }

  /** Escapes what was written from `at` on. */
  #escape(at: number, out: ByteWriter): void {
    const special = this.#special;
    const { bytes, length } = out;
    let i = at;
    while (i < length && special[bytes[i] as number] === 0) i++;
    if (i === length) return;
    this.#field.reset();
    this.#field.copy(bytes, i, length);
    out.length = i;
    const field = this.#field;
    for (let k = 0; k < field.length; k++) {
      const byte = field.bytes[k] as number;
      if (special[byte] === 0) {
        out.uint8(byte);
      } else {
        out.uint8(backslash);
        out.uint8(escapeLetters.get(byte) ?? byte);
      }
    }
  }

  end(): void {}
}
