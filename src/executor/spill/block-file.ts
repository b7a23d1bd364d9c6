/** A temporary file of rows: written once, front to back, read back any number of times. */
import { ByteWriter } from '../../common/byte-writer.ts';
import { InvariantError } from '../../common/assert.ts';
import type { MemoryAccount, TempFile } from '../memory.ts';
import { vectorsFor } from '../layout.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import { batchRowsMax, resetVector } from '../../types/vector.ts';
import type { Vector } from '../../types/vector.ts';
import { growVector } from '../../types/vector-io.ts';
import { vectorBytes } from '../row-store.ts';
import { appendRows } from '../vector-copy.ts';
import { decodeBlock, encodeBlock } from './block-codec.ts';

/** A block is written when its buffer reaches this, or 1024 rows. */
const blockBytesMax = 64 * 1024;
const firstRows = 64;

export class BlockFile {
  readonly handlers: readonly TypeHandler[];
  readonly #file: TempFile;
  readonly #buffer: Vector[];
  readonly #writer = new ByteWriter(1024);
  /** Length of each block written. */
  readonly #blockBytes: number[] = [];
  #capacity = firstRows;
  #buffered = 0;
  /** Rows written, buffered ones included. */
  rows = 0;

  constructor(handlers: readonly TypeHandler[], memory: MemoryAccount) {
    this.handlers = handlers;
    this.#file = memory.temp.create();
    this.#buffer = vectorsFor(handlers, firstRows);
  }

  get bytes(): number {
    return this.#file.size;
  }

  append(columns: readonly Vector[], selection: Int32Array | undefined, count: number): void {
    if (this.#buffered + count > batchRowsMax) this.flush();
    this.#reserve(this.#buffered + count);
    for (let i = 0; i < this.#buffer.length; i++) {
      appendRows(columns[i] as Vector, selection, count, this.#buffer[i] as Vector, this.#buffered);
    }
    this.#buffered += count;
    this.rows += count;
    if (this.#bufferBytes() >= blockBytesMax) this.flush();
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.#capacity = Math.min(Math.max(rows, this.#capacity * 2), Math.max(rows, batchRowsMax));
    for (const vector of this.#buffer) growVector(vector, this.#capacity);
  }

  #bufferBytes(): number {
    let bytes = 0;
    for (const vector of this.#buffer) bytes += vectorBytes(vector, this.#buffered);
    return bytes;
  }

  /** Writes what is buffered; needed before reading. */
  flush(): void {
    if (this.#buffered === 0) return;
    this.#writer.reset();
    encodeBlock(this.#buffer, this.#buffered, this.#writer);
    this.#file.append(this.#writer.written());
    this.#blockBytes.push(this.#writer.length);
    for (const vector of this.#buffer) resetVector(vector);
    this.#buffered = 0;
  }

  read(): BlockReader {
    this.flush();
    return new BlockReader(this.#file, this.#blockBytes, this.handlers);
  }

  close(): void {
    this.#file.close();
  }
}

export class BlockReader {
  /** Rows of the current block: 0 … count - 1 of these. */
  readonly vectors: Vector[];
  count = 0;
  readonly #file: TempFile;
  /** Grows when the file does. */
  readonly #blockBytes: readonly number[];
  #block = 0;
  #position = 0;
  /** The current block; the next one overwrites it. */
  #body = new Uint8Array(0);

  constructor(file: TempFile, blockBytes: readonly number[], handlers: readonly TypeHandler[]) {
    this.#file = file;
    this.#blockBytes = blockBytes;
    this.vectors = vectorsFor(handlers, 0);
  }

  /** Reads the next block; false at the end of the file. */
  next(): boolean {
    const length = this.#blockBytes[this.#block];
    if (length === undefined) return false;
    if (length > this.#body.length) this.#body = new Uint8Array(length + (length >> 2));
    const body = this.#body.subarray(0, length);
    this.#readFully(body, this.#position);
    this.#block++;
    this.#position += length;
    this.count = decodeBlock(body, this.vectors);
    return true;
  }

  #readFully(target: Uint8Array, position: number): void {
    const read = this.#file.read(target, position);
    if (read !== target.length) throw new InvariantError('a temporary file is shorter than what was written');
  }
}
