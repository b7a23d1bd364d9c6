/** The rows of COPY FROM as an operator: what INSERT would get from a query, it gets from the client's lines. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import { END, WAIT, type Operator, type Step } from '../../executor/operator.ts';
import { Batch } from '../../types/batch.ts';
import type { IoContext } from '../../types/type-handler.ts';
import { getType } from '../../types/registry.ts';
import { batchRowsMax, createVector, resetVector, type Vector } from '../../types/vector.ts';
import { writeNull } from '../../types/vector-access.ts';
import { CopyProblem } from './copy-problem.ts';
import type { CopyOptions } from './copy-options.ts';
import { FieldDecoder } from './field-decoder.ts';
import { fieldWriter, type FieldWriter } from './field-writers.ts';
import { CsvLineReader, type LineReader, TextLineReader } from './line-reader.ts';

export class CopySource implements Operator {
  readonly lines: LineReader;
  /** The last `next` said WAIT for want of bytes. */
  needsBytes = false;
  /** Line of each row of the last batch, and where it is. */
  readonly #rowLines = new Int32Array(batchRowsMax);
  readonly #rowStarts = new Int32Array(batchRowsMax);
  readonly #rowEnds = new Int32Array(batchRowsMax);
  readonly #table: TableDescriptor;
  readonly #columns: readonly ColumnDescriptor[];
  readonly #options: CopyOptions;
  readonly #writers: readonly FieldWriter[];
  readonly #vectors: readonly Vector[];
  readonly #batch: Batch;
  readonly #decoder: FieldDecoder;
  readonly #forceNotNull: readonly boolean[];
  readonly #forceNull: readonly boolean[];
  #headerPending: boolean;
  #failure: unknown = undefined;

  constructor(table: TableDescriptor, columns: readonly ColumnDescriptor[], options: CopyOptions, io: IoContext) {
    this.#table = table;
    this.#columns = columns;
    this.#options = options;
    this.lines = options.format === 'csv' ? new CsvLineReader(options) : new TextLineReader(options);
    this.#writers = columns.map((column) => fieldWriter(column, io));
    this.#vectors = columns.map((column) => createVector(getType(column.typeOid).vectorKind, batchRowsMax));
    this.#batch = new Batch([...this.#vectors]);
    this.#decoder = new FieldDecoder(options);
    this.#forceNotNull = columns.map((column) => options.forceNotNull.includes(column.name));
    this.#forceNull = columns.map((column) => options.forceNull.includes(column.name));
    this.#headerPending = options.header !== 'none';
  }

  open(): void {}
  rewind(): void {}
  close(): void {}

  next(rowsMax: number): Step {
    if (this.#failure !== undefined) throw this.#failure;
    this.needsBytes = false;
    for (const vector of this.#vectors) resetVector(vector);
    const limit = Math.min(rowsMax, batchRowsMax);
    let count = 0;
    let step: ReturnType<LineReader['next']> = 'line';
    try {
      while (count < limit) {
        step = this.#nextLine();
        if (step !== 'line') break;
        this.#row(count);
        count++;
      }
    } catch (error) {
      // The rows before are stored first (ROW-4).
      if (!(error instanceof SqlError)) throw error;
      const reported = error instanceof CopyProblem ? error : this.#withLine(error);
      if (count === 0) throw reported;
      this.#failure = reported;
    }
    if (count > 0) {
      this.#batch.selectedCount = count;
      return this.#batch;
    }
    if (step === 'end') return END;
    this.needsBytes = true;
    return WAIT;
  }

  #nextLine(): ReturnType<LineReader['next']> {
    const step = this.lines.next();
    if (step !== 'line' || !this.#headerPending) return step;
    this.#headerPending = false;
    if (this.#options.header === 'match') this.#matchHeader();
    return this.lines.next();
  }

  #matchHeader(): void {
    const { lines } = this;
    if (lines.fieldCount !== this.#columns.length) {
      throw new SqlError(
        sqlState.badCopyFileFormat,
        `wrong number of fields in header line: got ${lines.fieldCount}, expected ${this.#columns.length}`,
      );
    }
    for (const [i, { name }] of this.#columns.entries()) {
      const text = this.#fieldText(i);
      if (text === name) continue;
      throw new SqlError(
        sqlState.badCopyFileFormat,
        `column name mismatch in header line field ${i + 1}: got "${text}", expected "${name}"`,
      );
    }
  }

  #fieldText(index: number): string {
    const { lines } = this;
    const start = lines.fieldStart[index] as number;
    const end = lines.fieldEnd[index] as number;
    if (lines.fieldCoded[index] === 0) return lines.bytes.utf8Slice(start, end);
    this.#decoder.decode(lines.bytes, start, end);
    return this.#decoder.out.bytes.utf8Slice(0, this.#decoder.out.length);
  }

  // ---- one row

  #row(row: number): void {
    const { lines } = this;
    this.#rowLines[row] = lines.lineNumber;
    this.#rowStarts[row] = lines.lineStart;
    this.#rowEnds[row] = lines.lineEnd;
    const expected = this.#columns.length;
    if (lines.fieldCount > expected && !(expected === 0 && lines.lineEnd === lines.lineStart)) {
      throw new SqlError(sqlState.badCopyFileFormat, 'extra data after last expected column');
    }
    for (let c = 0; c < expected; c++) {
      if (c >= lines.fieldCount) {
        const name = (this.#columns[c] as ColumnDescriptor).name;
        throw new SqlError(sqlState.badCopyFileFormat, `missing data for column "${name}"`);
      }
      this.#field(c, row);
    }
  }

  #field(c: number, row: number): void {
    const { lines } = this;
    const start = lines.fieldStart[c] as number;
    const end = lines.fieldEnd[c] as number;
    const vector = this.#vectors[c] as Vector;
    if (this.#isNull(c, start, end)) {
      writeNull(vector, row);
      return;
    }
    const writer = this.#writers[c] as FieldWriter;
    try {
      if (lines.fieldCoded[c] === 0) {
        writer(vector, row, lines.bytes, start, end);
        return;
      }
      this.#decoder.decode(lines.bytes, start, end);
      const { out } = this.#decoder;
      if (this.#forceNull[c] === true && this.#equalsNullText(out.bytes, 0, out.length)) writeNull(vector, row);
      else writer(vector, row, out.bytes, 0, out.length);
    } catch (error) {
      if (error instanceof SqlError) throw this.#withField(error, c);
      throw error;
    }
  }

  #isNull(c: number, start: number, end: number): boolean {
    if (this.#options.format === 'csv' && (this.lines.fieldCoded[c] === 1 || this.#forceNotNull[c] === true))
      return false;
    return this.#equalsNullText(this.lines.bytes, start, end);
  }

  #equalsNullText(bytes: Uint8Array, start: number, end: number): boolean {
    const { nullText } = this.#options;
    if (end - start !== nullText.length) return false;
    for (let i = 0; i < nullText.length; i++) if (bytes[start + i] !== nullText[i]) return false;
    return true;
  }

  // ---- where an error happened

  #withLine(error: SqlError): CopyProblem {
    const { lines } = this;
    const text = shown(lines.bytes.utf8Slice(lines.lineStart, Math.max(lines.lineEnd, lines.lineStart)));
    return new CopyProblem(error, `COPY ${this.#table.name}, line ${lines.lineNumber}: "${text}"`);
  }

  #withField(error: SqlError, c: number): CopyProblem {
    const { name } = this.#columns[c] as ColumnDescriptor;
    const text = shown(this.#fieldText(c));
    return new CopyProblem(error, `COPY ${this.#table.name}, line ${this.lines.lineNumber}, column ${name}: "${text}"`);
  }

  /** Wraps an error of storing the row at `index` of the last batch. */
  placeError(error: SqlError, index: number): CopyProblem {
    if (error instanceof CopyProblem) return error;
    const place = `COPY ${this.#table.name}, line ${this.#rowLines[index]}`;
    if (error.sqlState === sqlState.uniqueViolation) return new CopyProblem(error, place);
    const text = shown(this.lines.bytes.utf8Slice(this.#rowStarts[index], this.#rowEnds[index]));
    return new CopyProblem(error, `${place}: "${text}"`);
  }

  get place(): string {
    return `COPY ${this.#table.name}, line ${this.lines.lineNumber + 1}`;
  }
}

const shownBytesMax = 100;

function shown(text: string): string {
  return text.length <= shownBytesMax ? text : `${text.slice(0, shownBytesMax)}...`;
}
