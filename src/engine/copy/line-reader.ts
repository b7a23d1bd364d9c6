/**
 * Bytes of COPY FROM as lines and fields. Nothing is allocated per field: their places are in arrays that are filled again for
 * every line. A line whose end has not come yet is gone on with when more bytes are there, so every byte is looked at once.
 */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { checkUtf8 } from '../../common/utf8.ts';
import type { CopyOptions } from './copy-options.ts';
import { InputBytes } from './input-bytes.ts';

export type LineStep = 'line' | 'more' | 'end';

const newline = 0x0a;
const carriageReturn = 0x0d;
const backslash = 0x5c;
const dot = 0x2e;

type LineEnd = 'unknown' | 'newline' | 'return' | 'both';

const lineEndWords = {
  newline: { name: 'newline', escaped: String.raw`\n` },
  return: { name: 'carriage return', escaped: String.raw`\r` },
} as const;

export abstract class LineReader extends InputBytes {
  /** The line at hand is bytes[lineStart, lineEnd). */
  lineStart = 0;
  lineEnd = 0;
  lineNumber = 0;
  fieldCount = 0;
  fieldStart: Int32Array = new Int32Array(64);
  fieldEnd: Int32Array = new Int32Array(64);
  /** 1: escapes or quotes are in it, and must be resolved. */
  fieldCoded: Uint8Array = new Uint8Array(64);
  protected readonly options: CopyOptions;
  /** Where scanning of an unfinished line goes on, and what is known of it: its open field, and all its bytes ORed. */
  protected scanned = 0;
  protected openField = 0;
  protected openFieldCoded = false;
  protected bits = 0;
  /** An end mark has come: what follows it does not count. */
  protected sawEndMark = false;
  #lineEndKind: LineEnd = 'unknown';
  #isOpen = false;

  constructor(options: CopyOptions) {
    super();
    this.options = options;
  }

  protected override shift(moved: number): void {
    this.lineStart -= moved;
    this.scanned -= moved;
    this.openField -= moved;
    for (let i = 0; i < this.fieldCount; i++) {
      this.fieldStart[i] = (this.fieldStart[i] as number) - moved;
      this.fieldEnd[i] = (this.fieldEnd[i] as number) - moved;
    }
  }

  /** The end of the line at hand has not been found yet. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  protected closeLine(): void {
    this.#isOpen = false;
  }

  next(): LineStep {
    if (!this.#isOpen && !this.#begin()) return this.sawEndMark || this.isComplete ? 'end' : 'more';
    if (!this.scan()) return 'more';
    this.closeLine();
    return this.sawEndMark && this.lineEnd === this.lineStart ? 'end' : 'line';
  }

  #begin(): boolean {
    if (this.sawEndMark || this.at === this.limit) return false;
    this.#isOpen = true;
    this.fieldCount = 0;
    this.lineStart = this.at;
    this.scanned = this.at;
    this.openField = this.at;
    this.openFieldCoded = false;
    this.bits = 0;
    this.lineNumber++;
    return true;
  }

  /** Splits the line from `scanned` on; false if its end has not come. */
  protected abstract scan(): boolean;

  protected pauseAt(at: number): false {
    this.scanned = at;
    return false;
  }

  protected endField(end: number): void {
    const index = this.fieldCount++;
    if (index >= this.fieldStart.length) this.#growFields();
    this.fieldStart[index] = this.openField;
    this.fieldEnd[index] = end;
    this.fieldCoded[index] = this.openFieldCoded ? 1 : 0;
    this.openFieldCoded = false;
  }

  #growFields(): void {
    const grow = (from: Int32Array): Int32Array => {
      const to = new Int32Array(from.length * 2);
      to.set(from);
      return to;
    };
    this.fieldStart = grow(this.fieldStart);
    this.fieldEnd = grow(this.fieldEnd);
    const coded = new Uint8Array(this.fieldStart.length);
    coded.set(this.fieldCoded);
    this.fieldCoded = coded;
  }

  /** The line is over; the next one begins at `next`. */
  protected endLine(end: number, next: number): true {
    this.endField(end);
    this.lineEnd = end;
    this.at = next;
    if (this.bits >= 0x80) checkUtf8(this.bytes, this.lineStart, end);
    return true;
  }

  /**
   * What stands at a CR or LF: the length of the line end, or -1 if more bytes are needed to tell.
   * The first line end decides which kind the file has.
   */
  protected lineEndLength(at: number, byte: number): number {
    const kind = this.#lineEndKind;
    if (byte === newline) {
      if (kind === 'unknown') this.#lineEndKind = 'newline';
      else if (kind !== 'newline') throw this.#literal('newline');
      return 1;
    }
    if (kind === 'newline') throw this.#literal('return');
    if (kind === 'return') return 1;
    if (at + 1 >= this.limit && !this.isComplete) return -1;
    const isPair = at + 1 < this.limit && this.bytes[at + 1] === newline;
    if (kind === 'unknown') this.#lineEndKind = isPair ? 'both' : 'return';
    if (isPair) return 2;
    if (kind === 'both') throw this.#literal('return');
    return 1;
  }

  /** A line end of the other kind, unescaped. */
  #literal(what: keyof typeof lineEndWords): SqlError {
    const { name, escaped } = lineEndWords[what];
    return this.options.format === 'csv'
      ? malformed(`unquoted ${name} found in data`, `Use quoted CSV field to represent ${name}.`)
      : malformed(`literal ${name} found in data`, `Use "${escaped}" to represent ${name}.`);
  }

  /** What counts as a line inside a CSV field: known once a line has ended, as in PostgreSQL. */
  protected get lineEndByte(): number {
    return this.#lineEndKind === 'newline' ? newline : carriageReturn;
  }

  /**
   * Whether the `\.` at `at` is the end mark, which must be followed by a line end; undefined if more bytes are needed to tell.
   */
  protected isEndMark(at: number): boolean | undefined {
    if (at + 2 < this.limit) {
      const next = this.bytes[at + 2];
      return next === newline || next === carriageReturn;
    }
    return this.isComplete ? true : undefined;
  }
}

function malformed(message: string, hint?: string): SqlError {
  return new SqlError(sqlState.badCopyFileFormat, message, { hint });
}

/** Fields between delimiters, with backslash escapes. */
export class TextLineReader extends LineReader {
  protected override scan(): boolean {
    const { bytes, limit, options } = this;
    const { delimiter } = options;
    let at = this.scanned;
    for (;;) {
      if (at >= limit) return this.isComplete ? this.endLine(limit, limit) : this.pauseAt(at);
      const byte = bytes[at] as number;
      if (byte === delimiter) {
        this.endField(at);
        this.openField = ++at;
      } else if (byte === backslash) {
        if (at + 1 >= limit && !this.isComplete) return this.pauseAt(at);
        if (bytes[at + 1] === dot && at + 1 < limit) {
          const ends = this.isEndMark(at);
          if (ends === undefined) return this.pauseAt(at);
          if (!ends) throw malformed('end-of-copy marker corrupt');
          this.sawEndMark = true;
          return this.endLine(at, limit);
        }
        this.openFieldCoded = true;
        const escaped = at + 1 < limit ? (bytes[at + 1] as number) : 1;
        this.bits |= escaped === 0 ? 0x80 : escaped;
        at = Math.min(at + 2, limit);
      } else if (byte === newline || byte === carriageReturn) {
        const length = this.lineEndLength(at, byte);
        return length < 0 ? this.pauseAt(at) : this.endLine(at, at + length);
      } else {
        // A NUL must be looked at as bytes that are not ASCII must.
        this.bits |= byte === 0 ? 0x80 : byte;
        at++;
      }
    }
  }
}

/** Fields between delimiters; quotes protect delimiters and line ends. */
export class CsvLineReader extends LineReader {
  #quoted = false;

  protected override scan(): boolean {
    const { bytes, limit, options } = this;
    const { delimiter, quote, escape } = options;
    let at = this.scanned;
    if (at === this.lineStart) {
      const mark = this.#endMarkAt(at);
      if (mark === undefined) return this.pauseAt(at);
      if (mark) {
        this.sawEndMark = true;
        return this.endLine(at, limit);
      }
    }
    for (;;) {
      if (at >= limit) {
        if (!this.isComplete) return this.pauseAt(at);
        this.endLine(limit, limit);
        if (!this.#quoted) return true;
        this.closeLine();
        throw malformed('unterminated CSV quoted field');
      }
      const byte = bytes[at] as number;
      if (this.#quoted) {
        if (byte === escape && escape !== quote) {
          if (at + 1 >= limit && !this.isComplete) return this.pauseAt(at);
          const next = bytes[at + 1];
          at += at + 1 < limit && (next === escape || next === quote) ? 2 : 1;
          continue;
        }
        if (byte === quote) this.#quoted = false;
        else if (byte === this.lineEndByte) this.lineNumber++;
        this.bits |= byte === 0 ? 0x80 : byte;
        at++;
      } else if (byte === delimiter) {
        this.endField(at);
        this.openField = ++at;
      } else if (byte === quote) {
        this.openFieldCoded = true;
        this.#quoted = true;
        at++;
      } else if (byte === newline || byte === carriageReturn) {
        const length = this.lineEndLength(at, byte);
        return length < 0 ? this.pauseAt(at) : this.endLine(at, at + length);
      } else {
        this.bits |= byte === 0 ? 0x80 : byte;
        at++;
      }
    }
  }

  /** `\.` is the end mark only alone on a line. */
  #endMarkAt(at: number): boolean | undefined {
    if (this.bytes[at] !== backslash) return false;
    if (at + 1 >= this.limit) return this.isComplete ? false : undefined;
    return this.bytes[at + 1] === dot ? this.isEndMark(at) : false;
  }
}
