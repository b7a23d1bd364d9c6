/** COPY FROM in binary format (binary-format.ts). */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import { typeOid } from '../../types/oids.ts';
import type { IoContext, TypeHandler } from '../../types/type-handler.ts';
import type { Vector } from '../../types/vector.ts';
import { criticalFlags, headerBytes, oidsFlag, signature } from './binary-format.ts';
import { CopyProblem } from './copy-problem.ts';
import { CopySource, type RowStep } from './copy-source.ts';
import { InputBytes } from './input-bytes.ts';

export class BinarySource extends CopySource {
  readonly #input = new BinaryInput();
  readonly #io: IoContext;
  #state: 'header' | 'extension' | 'rows' | 'over' = 'header';
  #extensionBytes = 0;
  /** Rows begun. */
  #rowNumber = 0;
  /** Number of the first row of the last batch. */
  #firstOfBatch = 1;

  constructor(table: TableDescriptor, columns: readonly ColumnDescriptor[], io: IoContext) {
    super(table, columns);
    this.#io = io;
  }

  override feed(chunk: Uint8Array, start: number, end: number): void {
    this.#input.feed(chunk, start, end);
  }

  override complete(): void {
    this.#input.complete();
  }

  protected override readRow(row: number): RowStep {
    if (row === 0) this.#firstOfBatch = this.#rowNumber + 1;
    if (this.#state === 'header' && !this.#readHeader()) return 'more';
    if (this.#state === 'extension' && !this.#skipExtension()) return 'more';
    if (this.#state === 'over') return this.#expectEnd();
    const input = this.#input;
    input.mark();
    const complete = this.#readFields(row);
    if (complete === 'more') input.backToMark();
    else if (complete === 'row') this.#rowNumber++;
    return complete;
  }

  #readHeader(): boolean {
    const input = this.#input;
    const known = Math.min(input.available, signature.length);
    const isSigned = input.startsWith(signature, known);
    if (!isSigned || (input.isOver && known < signature.length)) throw malformed('COPY file signature not recognized');
    if (input.available < headerBytes) {
      if (!input.isOver) return false;
      throw malformed(
        `invalid COPY file header (missing ${input.available < signature.length + 4 ? 'flags' : 'length'})`,
      );
    }
    input.skip(signature.length);
    const flags = input.int32() >>> 0;
    if ((flags & oidsFlag) !== 0) throw malformed('invalid COPY file header (WITH OIDS)');
    if ((flags & criticalFlags) !== 0) throw malformed('unrecognized critical flags in COPY file header');
    this.#extensionBytes = input.int32();
    if (this.#extensionBytes < 0) throw malformed('invalid COPY file header (missing length)');
    this.#state = 'extension';
    return true;
  }

  #skipExtension(): boolean {
    const input = this.#input;
    const skipped = Math.min(this.#extensionBytes, input.available);
    input.skip(skipped);
    this.#extensionBytes -= skipped;
    if (this.#extensionBytes === 0) this.#state = 'rows';
    else if (input.isOver) throw malformed('invalid COPY file header (wrong length)');
    return this.#extensionBytes === 0;
  }

  #expectEnd(): RowStep {
    if (this.#input.available > 0) throw malformed('received copy data after EOF marker');
    return this.#input.isOver ? 'end' : 'more';
  }

  #readFields(row: number): RowStep {
    const input = this.#input;
    if (input.available < 2) {
      if (!input.isOver) return 'more';
      // Files of old had no end mark.
      if (input.available === 0) return 'end';
      throw malformed('unexpected EOF in COPY data');
    }
    const count = input.int16();
    if (count === -1) {
      this.#state = 'over';
      input.mark();
      return this.#expectEnd();
    }
    if (count !== this.columns.length) {
      throw malformed(`row field count is ${count}, expected ${this.columns.length}`);
    }
    for (let c = 0; c < count; c++) if (!this.#readField(c, row)) return 'more';
    return 'row';
  }

  /** False: not all of it is there. */
  #readField(c: number, row: number): boolean {
    const input = this.#input;
    if (input.available < 4) return this.#incomplete(c);
    const length = input.int32();
    if (length < -1) throw new CopyProblem(malformed('invalid field size'), this.#place(c));
    if (length > input.available) return this.#incomplete(c);
    const handler = this.handlers[c] as TypeHandler;
    const vector = this.vectors[c] as Vector;
    if (length === -1) {
      handler.writeDatum(vector, row, null);
      return true;
    }
    const start = input.take(length);
    try {
      if (handler.oid === typeOid.int4 && vector.kind === 'int32' && length === 4) {
        vector.values[row] = input.bytes.readInt32BE(start);
        if (vector.nulls !== undefined) vector.nulls[row] = 0;
      } else {
        const { typmod } = this.columns[c] as ColumnDescriptor;
        const value = handler.parseBinary(input.bytes, start, start + length, typmod, this.#io);
        handler.writeDatum(vector, row, value);
      }
    } catch (error) {
      throw error instanceof SqlError ? new CopyProblem(error, this.#place(c)) : error;
    }
    return true;
  }

  #incomplete(c: number): false {
    if (this.#input.isOver) throw new CopyProblem(malformed('unexpected EOF in COPY data'), this.#place(c));
    return false;
  }

  // ---- where an error happened

  #place(c: number): string {
    return `${this.readingPlace()}, column ${this.columns[c]?.name}`;
  }

  protected override readingPlace(): string {
    return `COPY ${this.table.name}, line ${this.#rowNumber + 1}`;
  }

  protected override storingPlace(row: number): string {
    return `COPY ${this.table.name}, line ${this.#firstOfBatch + row}`;
  }

  override get failurePlace(): string {
    return this.readingPlace();
  }
}

/** Numbers off the input. A row that is not all there is begun again later. */
class BinaryInput extends InputBytes {
  #mark = 0;

  get available(): number {
    return this.limit - this.at;
  }

  get isOver(): boolean {
    return this.isComplete;
  }

  startsWith(expected: Buffer, count: number): boolean {
    return this.bytes.subarray(this.at, this.at + count).equals(expected.subarray(0, count));
  }

  mark(): void {
    this.#mark = this.at;
  }

  backToMark(): void {
    this.at = this.#mark;
  }

  /** Where the next `count` bytes are. */
  take(count: number): number {
    const start = this.at;
    this.at += count;
    return start;
  }

  skip(count: number): void {
    this.at += count;
  }

  int16(): number {
    return this.bytes.readInt16BE(this.take(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.take(4));
  }
}

function malformed(message: string): SqlError {
  return new SqlError(sqlState.badCopyFileFormat, message);
}
