/** Rows as CopyData messages, one for each, in text or CSV format. */
import { ByteWriter } from '../../common/byte-writer.ts';
import type { Batch } from '../../types/batch.ts';
import type { IoContext, TypeHandler } from '../../types/type-handler.ts';
import type { Vector } from '../../types/vector.ts';
import { type Client, flushBytes } from '../client.ts';
import type { RowSink } from '../row-sink.ts';
import type { CopyOptions } from './copy-options.ts';

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

export class CopyRows implements RowSink {
  count = 0;
  readonly #client: Client;
  readonly #options: CopyOptions;
  readonly #handlers: readonly TypeHandler[];
  readonly #forceQuote: readonly boolean[];
  readonly #io: IoContext;
  /** 1 for bytes that must be escaped (text), or that make quotes necessary (CSV). */
  readonly #special = new Uint8Array(256);
  readonly #field = new ByteWriter(256);

  constructor(
    client: Client,
    options: CopyOptions,
    columns: readonly { readonly name: string; readonly handler: TypeHandler }[],
    io: IoContext,
  ) {
    this.#client = client;
    this.#options = options;
    this.#handlers = columns.map((column) => column.handler);
    this.#forceQuote = columns.map(({ name }) => options.forceQuote === '*' || options.forceQuote.includes(name));
    this.#io = io;
    const special =
      options.format === 'csv'
        ? [options.delimiter, options.quote, newline, 0x0d]
        : [options.delimiter, 0x5c, ...escapeLetters.keys()];
    for (const byte of special) this.#special[byte] = 1;
  }

  get isFull(): boolean {
    return !this.#client.keepsUp;
  }

  header(names: readonly string[]): void {
    const { writer } = this.#client;
    const start = writer.beginCopyData();
    for (const [i, name] of names.entries()) {
      if (i > 0) writer.out.uint8(this.#options.delimiter);
      this.#field.reset();
      this.#field.utf8(name);
      this.#put(false, names.length === 1);
    }
    writer.out.uint8(newline);
    writer.endCopyData(start);
  }

  take(batch: Batch, columns: readonly number[]): void {
    const { selection, selectedCount } = batch;
    const { writer } = this.#client;
    for (let i = 0; i < selectedCount; i++) {
      const start = writer.length;
      try {
        this.#row(batch, columns, selection === undefined ? i : (selection[i] as number));
      } catch (error) {
        writer.truncate(start);
        throw error;
      }
      if (writer.length > flushBytes) this.#client.flush();
    }
    this.count += selectedCount;
  }

  #row(batch: Batch, columns: readonly number[], row: number): void {
    const { writer } = this.#client;
    const { out } = writer;
    const start = writer.beginCopyData();
    for (let c = 0; c < columns.length; c++) {
      if (c > 0) out.uint8(this.#options.delimiter);
      const vector = batch.columns[columns[c] as number] as Vector;
      if (vector.nulls !== undefined && vector.nulls[row] === 1) {
        out.copy(this.#options.nullText);
        continue;
      }
      const handler = this.#handlers[c] as TypeHandler;
      const at = out.length;
      handler.writeText(vector, row, out, this.#io);
      if (!this.#mustRewrite(out, at, c, columns.length)) continue;
      this.#field.reset();
      this.#field.copy(out.bytes, at, out.length);
      out.length = at;
      this.#put(this.#forceQuote[c] === true, columns.length === 1);
    }
    out.uint8(newline);
    writer.endCopyData(start);
  }

  #mustRewrite(out: ByteWriter, at: number, c: number, columnCount: number): boolean {
    if (this.#options.format === 'csv' && this.#needsQuotes(out.bytes, at, out.length, c, columnCount)) return true;
    const special = this.#special;
    for (let i = at; i < out.length; i++) if (special[out.bytes[i] as number] === 1) return true;
    return false;
  }

  #needsQuotes(bytes: Uint8Array, start: number, end: number, c: number, columnCount: number): boolean {
    if (this.#forceQuote[c] === true) return true;
    const { nullText } = this.#options;
    if (end - start === nullText.length && nullText.every((byte, i) => bytes[start + i] === byte)) return true;
    return columnCount === 1 && end - start === 2 && bytes[start] === 0x5c && bytes[start + 1] === 0x2e;
  }

  /** Appends the field in #field in the format's coding. */
  #put(forceQuote: boolean, isOnly: boolean): void {
    const field = this.#field;
    if (this.#options.format === 'text') {
      this.#putEscaped(field.bytes, field.length);
      return;
    }
    const special = this.#special;
    let quoted = forceQuote || this.#needsQuotes(field.bytes, 0, field.length, -1, isOnly ? 1 : 2);
    for (let i = 0; i < field.length && !quoted; i++) quoted = special[field.bytes[i] as number] === 1;
    if (quoted) this.#putQuoted(field.bytes, field.length);
    else this.#client.writer.out.copy(field.bytes, 0, field.length);
  }

  #putEscaped(bytes: Uint8Array, length: number): void {
    const { out } = this.#client.writer;
    for (let i = 0; i < length; i++) {
      const byte = bytes[i] as number;
      if (this.#special[byte] === 1) out.uint8(0x5c);
      out.uint8(this.#special[byte] === 1 ? (escapeLetters.get(byte) ?? byte) : byte);
    }
  }

  #putQuoted(bytes: Uint8Array, length: number): void {
    const { out } = this.#client.writer;
    const { quote, escape } = this.#options;
    out.uint8(quote);
    for (let i = 0; i < length; i++) {
      const byte = bytes[i] as number;
      if (byte === quote || byte === escape) out.uint8(escape);
      out.uint8(byte);
    }
    out.uint8(quote);
  }
}
