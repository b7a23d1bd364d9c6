/** COPY FROM in text and CSV format: one row from each line. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import type { IoContext, TypeHandler } from '../../types/type-handler.ts';
import { batchRowsMax, type Vector } from '../../types/vector.ts';
import { writeNull } from '../../types/vector-access.ts';
import { writeRowFromText } from '../../types/vector-text.ts';
import { CopyProblem } from './copy-problem.ts';
import type { CopyOptions } from './copy-options.ts';
import { CopySource, type RowStep } from './copy-source.ts';
import { FieldDecoder } from './field-decoder.ts';
import { CsvLineReader, type LineReader, TextLineReader } from './line-reader.ts';

export class LineSource extends CopySource {
  readonly #lines: LineReader;
  readonly #options: CopyOptions;
  readonly #io: IoContext;
  readonly #decoder: FieldDecoder;
  readonly #forceNotNull: readonly boolean[];
  readonly #forceNull: readonly boolean[];
  /** Line of each row of the last batch, and where it is. */
  readonly #rowLines = new Int32Array(batchRowsMax);
  readonly #rowStarts = new Int32Array(batchRowsMax);
  readonly #rowEnds = new Int32Array(batchRowsMax);
  #headerPending: boolean;

  constructor(table: TableDescriptor, columns: readonly ColumnDescriptor[], options: CopyOptions, io: IoContext) {
    super(table, columns);
    this.#options = options;
    this.#io = io;
    this.#lines = options.format === 'csv' ? new CsvLineReader(options) : new TextLineReader(options);
    this.#decoder = new FieldDecoder(options);
    this.#forceNotNull = columns.map((column) => options.forceNotNull.includes(column.name));
    this.#forceNull = columns.map((column) => options.forceNull.includes(column.name));
    this.#headerPending = options.header !== 'none';
  }

  override feed(chunk: Uint8Array, start: number, end: number): void {
    this.#lines.feed(chunk, start, end);
  }

  override complete(): void {
    this.#lines.complete();
  }

  protected override readRow(row: number): RowStep {
    const step = this.#nextLine();
    if (step !== 'line') return step;
    this.#readFields(row);
    return 'row';
  }

  // ---- the header

  #nextLine(): ReturnType<LineReader['next']> {
    const step = this.#lines.next();
    if (step !== 'line' || !this.#headerPending) return step;
    this.#headerPending = false;
    if (this.#options.header === 'match') this.#matchHeader();
    return this.#lines.next();
  }

  #matchHeader(): void {
    const { fieldCount } = this.#lines;
    const expected = this.columns.length;
    if (fieldCount !== expected) {
      throw malformed(`wrong number of fields in header line: got ${fieldCount}, expected ${expected}`);
    }
    for (const [i, { name }] of this.columns.entries()) {
      const start = this.#lines.fieldStart[i] as number;
      const isNull = this.#isNull(i, start, this.#lines.fieldEnd[i] as number);
      const what = `column name mismatch in header line field ${i + 1}: got`;
      if (isNull) {
        throw malformed(`${what} null value ("${this.#options.nullText.toString()}"), expected "${name}"`);
      }
      const text = this.#fieldText(i);
      if (text !== name) throw malformed(`${what} "${text}", expected "${name}"`);
    }
  }

  // ---- one row

  #readFields(row: number): void {
    const lines = this.#lines;
    this.#rowLines[row] = lines.lineNumber;
    this.#rowStarts[row] = lines.lineStart;
    this.#rowEnds[row] = lines.lineEnd;
    const expected = this.columns.length;
    // An empty line is a row of no columns.
    if (expected === 0 && lines.lineEnd === lines.lineStart) return;
    if (lines.fieldCount > expected) throw malformed('extra data after last expected column');
    for (let c = 0; c < expected; c++) {
      if (c >= lines.fieldCount) throw malformed(`missing data for column "${this.columns[c]?.name}"`);
      this.#readField(c, row);
    }
  }

  #readField(c: number, row: number): void {
    const lines = this.#lines;
    const start = lines.fieldStart[c] as number;
    const end = lines.fieldEnd[c] as number;
    if (this.#isNull(c, start, end)) {
      writeNull(this.vectors[c] as Vector, row);
      return;
    }
    try {
      if (lines.fieldCoded[c] === 0) this.#write(c, row, lines.bytes, start, end);
      else this.#writeDecoded(c, row, start, end);
    } catch (error) {
      throw error instanceof SqlError ? new CopyProblem(error, this.#fieldPlace(c)) : error;
    }
  }

  #writeDecoded(c: number, row: number, start: number, end: number): void {
    this.#decoder.decode(this.#lines.bytes, start, end);
    const { bytes, length } = this.#decoder.out;
    if (this.#forceNull[c] === true && this.#equalsNullText(bytes, 0, length)) {
      writeNull(this.vectors[c] as Vector, row);
    } else {
      this.#write(c, row, bytes, 0, length);
    }
  }

  #write(c: number, row: number, bytes: Uint8Array, start: number, end: number): void {
    const { typmod } = this.columns[c] as ColumnDescriptor;
    const handler = this.handlers[c] as TypeHandler;
    writeRowFromText(handler, this.vectors[c] as Vector, row, bytes, start, end, typmod, this.#io);
  }

  /** Before escapes are resolved; in CSV format a quoted field is never NULL. */
  #isNull(c: number, start: number, end: number): boolean {
    if (this.#options.format === 'csv' && (this.#lines.fieldCoded[c] === 1 || this.#forceNotNull[c] === true)) {
      return false;
    }
    return this.#equalsNullText(this.#lines.bytes, start, end);
  }

  #equalsNullText(bytes: Uint8Array, start: number, end: number): boolean {
    const { nullText } = this.#options;
    if (end - start !== nullText.length) return false;
    for (let i = 0; i < nullText.length; i++) if (bytes[start + i] !== nullText[i]) return false;
    return true;
  }

  #fieldText(index: number): string {
    const lines = this.#lines;
    const start = lines.fieldStart[index] as number;
    const end = lines.fieldEnd[index] as number;
    if (lines.fieldCoded[index] === 0) return lines.bytes.utf8Slice(start, end);
    this.#decoder.decode(lines.bytes, start, end);
    return this.#decoder.out.bytes.utf8Slice(0, this.#decoder.out.length);
  }

  // ---- where an error happened

  #fieldPlace(c: number): string {
    return `${this.#linePlace(this.#lines.lineNumber)}, column ${this.columns[c]?.name}: "${shown(this.#fieldText(c))}"`;
  }

  protected override readingPlace(): string {
    const { lineNumber, lineStart, lineEnd, isOpen, bytes } = this.#lines;
    const place = this.#linePlace(lineNumber);
    return isOpen ? place : `${place}: "${shown(bytes.utf8Slice(lineStart, lineEnd))}"`;
  }

  /** PostgreSQL finds duplicates when the line itself is forgotten already. */
  protected override storingPlace(row: number, error: SqlError): string {
    const place = this.#linePlace(this.#rowLines[row] as number);
    if (error.sqlState === sqlState.uniqueViolation) return place;
    return `${place}: "${shown(this.#lines.bytes.utf8Slice(this.#rowStarts[row], this.#rowEnds[row]))}"`;
  }

  override get failurePlace(): string {
    const { isOpen, lineNumber } = this.#lines;
    return this.#linePlace(isOpen ? lineNumber : lineNumber + 1);
  }

  #linePlace(line: number): string {
    return `COPY ${this.table.name}, line ${line}`;
  }
}

function malformed(message: string): SqlError {
  return new SqlError(sqlState.badCopyFileFormat, message);
}

const shownBytesMax = 100;

/** The first 100 bytes, in whole characters. */
function shown(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= shownBytesMax) return text;
  let end = shownBytesMax;
  while (((bytes[end] as number) & 0xc0) === 0x80) end--;
  return `${bytes.utf8Slice(0, end)}...`;
}
