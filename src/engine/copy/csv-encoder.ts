/** Rows in CSV format: fields in quotes where they need them, or where FORCE_QUOTE says so. */
import { ByteWriter } from '../../common/byte-writer.ts';
import type { Batch } from '../../types/batch.ts';
import type { IoContext, TypeHandler } from '../../types/type-handler.ts';
import type { Vector } from '../../types/vector.ts';
import type { CopyOptions } from './copy-options.ts';
import type { RowEncoder } from './copy-rows.ts';

const newline = 0x0a;
const carriageReturn = 0x0d;

export class CsvEncoder implements RowEncoder {
  readonly #options: CopyOptions;
  readonly #handlers: readonly TypeHandler[];
  readonly #forceQuote: readonly boolean[];
  readonly #io: IoContext;
  /** 1 for bytes that make quotes necessary. */
  readonly #special = new Uint8Array(256);
  readonly #field = new ByteWriter(256);

  constructor(
    options: CopyOptions,
    columns: readonly { readonly name: string; readonly handler: TypeHandler }[],
    io: IoContext,
  ) {
    const { forceQuote, delimiter, quote } = options;
    this.#options = options;
    this.#handlers = columns.map((column) => column.handler);
    this.#forceQuote = columns.map(({ name }) => forceQuote === '*' || forceQuote.includes(name));
    this.#io = io;
    for (const byte of [delimiter, quote, newline, carriageReturn]) this.#special[byte] = 1;
  }

  begin(columnNames: readonly string[], out: ByteWriter): void {
    if (this.#options.header === 'none') return;
    for (const [i, name] of columnNames.entries()) {
      if (i > 0) out.uint8(this.#options.delimiter);
      const at = out.length;
      out.utf8(name);
      if (this.#needsQuotes(out, at, columnNames.length === 1)) this.#quote(out, at);
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
      if (this.#forceQuote[c] === true || this.#needsQuotes(out, at, columns.length === 1)) this.#quote(out, at);
    }
    out.uint8(newline);
  }

  /** Whether the field written from `at` on would be read differently without quotes. */
  #needsQuotes({ bytes, length }: ByteWriter, at: number, isOnly: boolean): boolean {
    const special = this.#special;
    for (let i = at; i < length; i++) if (special[bytes[i] as number] === 1) return true;
    return equals(bytes, at, length, this.#options.nullText) || (isOnly && equals(bytes, at, length, endMark));
  }

  #quote(out: ByteWriter, at: number): void {
    const { quote, escape } = this.#options;
    const field = this.#field;
    field.reset();
    field.copy(out.bytes, at, out.length);
    out.length = at;
    out.uint8(quote);
    for (let i = 0; i < field.length; i++) {
      const byte = field.bytes[i] as number;
      if (byte === quote || byte === escape) out.uint8(escape);
      out.uint8(byte);
    }
    out.uint8(quote);
  }

  end(): void {}
}

/** `\.` alone on a line would end the data. */
const endMark = Buffer.from('\\.');

function equals(bytes: Uint8Array, start: number, end: number, text: Uint8Array): boolean {
  if (end - start !== text.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
  return true;
}
