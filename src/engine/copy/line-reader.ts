/**
 * Bytes of COPY FROM as lines and fields. Whole lines only: a line of which the end has not come yet is looked at again when
 * more bytes are there. Nothing is allocated per field: their places are in arrays that are filled again for every line.
 */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { checkUtf8 } from '../../common/utf8.ts';
import type { CopyOptions } from './copy-options.ts';

export type LineStep = 'line' | 'more' | 'end';

const newline = 0x0a;
const carriageReturn = 0x0d;
const backslash = 0x5c;
const dot = 0x2e;

type LineEnd = 'unknown' | 'newline' | 'return' | 'both';

export abstract class LineReader {
  bytes: Buffer = Buffer.allocUnsafeSlow(64 * 1024);
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
  protected at = 0;
  protected limit = 0;
  protected isComplete = false;
  protected lineEndKind: LineEnd = 'unknown';
  #isOver = false;
  /** No complete line begins before a newline from here on. */
  #searched = 0;

  constructor(options: CopyOptions) {
    this.options = options;
  }

  feed(chunk: Uint8Array, start: number, end: number): void {
    const count = end - start;
    if (this.limit + count > this.bytes.length) this.#makeRoom(count);
    this.bytes.set(chunk.subarray(start, end), this.limit);
    this.limit += count;
  }

  /** Drops what has been read; lines given out before are no longer there. */
  #makeRoom(count: number): void {
    const rest = this.limit - this.at;
    let target = this.bytes;
    if (rest + count > target.length) target = Buffer.allocUnsafeSlow(Math.max(2 * target.length, rest + count));
    this.bytes.copy(target, 0, this.at, this.limit);
    this.bytes = target;
    this.#searched = Math.max(this.#searched - this.at, 0);
    this.at = 0;
    this.limit = rest;
  }

  /** No more bytes will come. */
  complete(): void {
    this.isComplete = true;
  }

  next(): LineStep {
    if (this.#isOver) return 'end';
    if (this.at === this.limit) return this.isComplete ? 'end' : 'more';
    if (!this.isComplete && !this.#mayHaveLine()) return 'more';
    this.fieldCount = 0;
    this.lineStart = this.at;
    this.lineNumber++;
    if (!this.scan()) {
      this.lineNumber--;
      return 'more';
    }
    if (this.#isEndMark()) {
      this.#isOver = true;
      return 'end';
    }
    return 'line';
  }

  /** Whether a line end has come since the last try: a long value is not scanned again for every packet. */
  #mayHaveLine(): boolean {
    const from = Math.max(this.#searched, this.at);
    const mark = this.lineEndKind === 'return' ? carriageReturn : newline;
    const found = this.bytes.subarray(0, this.limit).indexOf(mark, from);
    if (
      found >= 0 ||
      (this.lineEndKind === 'unknown' && this.bytes.subarray(from, this.limit).includes(carriageReturn))
    ) {
      return true;
    }
    this.#searched = this.limit;
    return false;
  }

  /** `\.` alone on a line. */
  #isEndMark(): boolean {
    const { lineStart, bytes } = this;
    return this.lineEnd - lineStart === 2 && bytes[lineStart] === backslash && bytes[lineStart + 1] === dot;
  }

  /** Splits the line at `at`; false if its end has not come. Sets lineEnd, and `at` behind the line end. */
  protected abstract scan(): boolean;

  protected addField(start: number, end: number, coded: boolean): void {
    const index = this.fieldCount++;
    if (index >= this.fieldStart.length) this.#growFields();
    this.fieldStart[index] = start;
    this.fieldEnd[index] = end;
    this.fieldCoded[index] = coded ? 1 : 0;
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

  /** `bits`: all bytes of the line ORed. */
  protected endLine(end: number, next: number, bits: number): void {
    this.lineEnd = end;
    this.at = next;
    if (bits >= 0x80) checkUtf8(this.bytes, this.lineStart, end);
  }

  /**
   * What stands at a CR or LF: the length of the line end, 0 if it is data, -1 if more bytes are needed to tell.
   * The first line end decides which kind the file has.
   */
  protected lineEndLength(at: number, byte: number): number {
    if (byte === newline) {
      if (this.lineEndKind === 'unknown') this.lineEndKind = 'newline';
      if (this.lineEndKind === 'newline') return 1;
      throw this.literal('newline', String.raw`\n`);
    }
    if (this.lineEndKind === 'newline') throw this.literal('carriage return', String.raw`\r`);
    if (this.lineEndKind === 'return') return 1;
    if (at + 1 >= this.limit && !this.isComplete) return -1;
    const isPair = at + 1 < this.limit && this.bytes[at + 1] === newline;
    if (this.lineEndKind === 'unknown') this.lineEndKind = isPair ? 'both' : 'return';
    if (this.lineEndKind === 'return') return 1;
    if (isPair) return 2;
    throw this.literal('carriage return', String.raw`\r`);
  }

  /** A line end of the other kind, unescaped. */
  protected abstract literal(what: string, escaped: string): SqlError;
}

/** Fields between delimiters, with backslash escapes. */
export class TextLineReader extends LineReader {
  protected override scan(): boolean {
    const { bytes, limit, options } = this;
    const { delimiter } = options;
    let at = this.lineStart;
    let start = at;
    let bits = 0;
    let coded = false;
    for (;;) {
      if (at >= limit) {
        if (!this.isComplete) return false;
        this.addField(start, limit, coded);
        this.endLine(limit, limit, bits);
        return true;
      }
      const byte = bytes[at] as number;
      if (byte === delimiter) {
        this.addField(start, at, coded);
        start = ++at;
        coded = false;
      } else if (byte === backslash) {
        if (at + 1 >= limit && !this.isComplete) return false;
        coded = true;
        bits |= bytes[at + 1] ?? 0;
        at = Math.min(at + 2, limit);
      } else if (byte === newline || byte === carriageReturn) {
        const length = this.lineEndLength(at, byte);
        if (length < 0) return false;
        this.addField(start, at, coded);
        this.endLine(at, at + length, bits);
        return true;
      } else {
        bits |= byte === 0 ? 0x80 : byte;
        at++;
      }
    }
  }

  protected override literal(what: string, escaped: string): SqlError {
    return new SqlError(sqlState.badCopyFileFormat, `literal ${what} found in data`, {
      hint: `Use "${escaped}" to represent ${what}.`,
    });
  }
}

/** Fields between delimiters; quotes protect delimiters and line ends. */
export class CsvLineReader extends LineReader {
  protected override scan(): boolean {
    const { bytes, limit, options } = this;
    const { delimiter, quote, escape } = options;
    let at = this.lineStart;
    let start = at;
    let bits = 0;
    let coded = false;
    let quoted = false;
    for (;;) {
      if (at >= limit) {
        if (!this.isComplete) return false;
        if (quoted) throw new SqlError(sqlState.badCopyFileFormat, 'unterminated CSV quoted field');
        this.addField(start, limit, coded);
        this.endLine(limit, limit, bits);
        return true;
      }
      const byte = bytes[at] as number;
      if (quoted && byte === escape && escape !== quote) {
        if (at + 1 >= limit && !this.isComplete) return false;
        const next = bytes[at + 1];
        at += next === escape || next === quote ? 2 : 1;
      } else if (byte === quote) {
        coded = true;
        quoted = !quoted;
        at++;
      } else if (!quoted && byte === delimiter) {
        this.addField(start, at, coded);
        start = ++at;
        coded = false;
      } else if (!quoted && (byte === newline || byte === carriageReturn)) {
        const length = this.lineEndLength(at, byte);
        if (length < 0) return false;
        this.addField(start, at, coded);
        this.endLine(at, at + length, bits);
        return true;
      } else {
        bits |= byte === 0 ? 0x80 : byte;
        at++;
      }
    }
  }

  protected override literal(what: string): SqlError {
    return new SqlError(sqlState.badCopyFileFormat, `unquoted ${what} found in data`, {
      hint: `Use quoted CSV field to represent ${what}.`,
    });
  }
}
