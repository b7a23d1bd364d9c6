/**
 * Cutting a long text where the grammar can take it in pieces: between statements, and between the rows of a long VALUES list.
 * A megabyte of VALUES in one go would hold the thread for most of a second and make trees of some hundred megabytes; in
 * slices the thread can be given to others in between, and only one slice's raw tree exists at a time.
 *
 * The scan knows just enough of the lexical rules to tell what is inside strings, quotes, comments and parentheses. It may be
 * wrong about odd texts (the body of BEGIN ATOMIC has semicolons of its own): whoever parses the slices takes any error as a
 * sign to parse the text whole (PARSE-5).
 */

/** A statement, its semicolon included. */
export interface StatementSpan {
  readonly start: number;
  readonly end: number;
  /** The rows that can be taken apart, when there are enough of them. */
  readonly rows: RowSpan | undefined;
}

/** A list of rows `(…), (…), …`: `cuts` are some of the commas between rows, about `sliceBytes` apart. */
export interface RowSpan {
  readonly end: number;
  readonly cuts: readonly number[];
  /** How many rows stand before the first cut. */
  readonly firstRowCount: number;
}

const quote = 0x27;
const doubleQuote = 0x22;
const dollar = 0x24;
const openParenthesis = 0x28;
const closeParenthesis = 0x29;
const star = 0x2a;
const comma = 0x2c;
const minus = 0x2d;
const slash = 0x2f;
const semicolon = 0x3b;
const backslash = 0x5c;
const newline = 0x0a;
const spaceMax = 0x20;

/** Cuts a text of valid UTF-8 into statements, and long row lists in them into slices of about `sliceBytes`. */
export function sliceText(bytes: Uint8Array, sliceBytes: number): StatementSpan[] {
  return new TextSlicer(bytes, sliceBytes).slice();
}

class TextSlicer {
  readonly #bytes: Uint8Array;
  readonly #sliceBytes: number;
  readonly #statements: StatementSpan[] = [];
  #statementStart = 0;
  #rows: RowSpan | undefined = undefined;
  #depth = 0;
  #afterValues = false;

  constructor(bytes: Uint8Array, sliceBytes: number) {
    this.#bytes = bytes;
    this.#sliceBytes = sliceBytes;
  }

  slice(): StatementSpan[] {
    let at = 0;
    while (at < this.#bytes.length) at = this.#step(at);
    if (this.#statementStart < at) this.#endStatement(at);
    return this.#statements;
  }

  #endStatement(end: number): void {
    this.#statements.push({ start: this.#statementStart, end, rows: this.#rows });
    this.#statementStart = end;
    this.#rows = undefined;
    this.#depth = 0;
    this.#afterValues = false;
  }

  /** Passes over one token and returns where the next one starts. */
  #step(at: number): number {
    const byte = this.#bytes[at] as number;
    if (byte <= spaceMax) return at + 1;
    if (byte === openParenthesis && this.#afterValues && this.#rows === undefined) return this.#rowList(at);
    this.#afterValues = false;
    if (byte === semicolon && this.#depth === 0) {
      this.#endStatement(at + 1);
      return at + 1;
    }
    if (byte === openParenthesis) this.#depth++;
    if (byte === closeParenthesis) this.#depth = Math.max(this.#depth - 1, 0);
    if (!isWordByte(byte)) return this.#tokenEnd(at, byte);
    const end = this.#wordEnd(at);
    this.#afterValues = this.#depth === 0 && isValues(this.#bytes, at, end);
    return end;
  }

  /** Passes over `(…), (…), …` and notes where it can be cut. */
  #rowList(start: number): number {
    const cuts: number[] = [];
    let rowCount = 0;
    let firstRowCount = 0;
    let sliceStart = start;
    let at = start;
    for (;;) {
      const rowEnd = this.#rowEnd(at);
      rowCount++;
      const commaAt = this.#afterBlanks(rowEnd);
      const next = this.#afterBlanks(commaAt + 1);
      if (this.#bytes[commaAt] !== comma || this.#bytes[next] !== openParenthesis) {
        if (cuts.length > 0) this.#rows = { end: rowEnd, cuts, firstRowCount };
        return rowEnd;
      }
      if (commaAt - sliceStart >= this.#sliceBytes) {
        if (cuts.length === 0) firstRowCount = rowCount;
        cuts.push(commaAt);
        sliceStart = commaAt;
      }
      at = next;
    }
  }

  /** The end of the row whose parenthesis opens at `start`. */
  #rowEnd(start: number): number {
    let depth = 0;
    let at = start;
    while (at < this.#bytes.length) {
      const byte = this.#bytes[at] as number;
      if (byte === openParenthesis) depth++;
      if (byte === closeParenthesis && --depth === 0) return at + 1;
      at = isWordByte(byte) ? this.#wordEnd(at) : this.#tokenEnd(at, byte);
    }
    return at;
  }

  #afterBlanks(start: number): number {
    let at = start;
    while (at < this.#bytes.length && (this.#bytes[at] as number) <= spaceMax) at++;
    return at;
  }

  /** The end of a word; of `E'…'` the end of the string, since backslashes count in it. */
  #wordEnd(start: number): number {
    const bytes = this.#bytes;
    let at = start;
    while (at < bytes.length && (isWordByte(bytes[at] as number) || bytes[at] === dollar)) at++;
    const isEscapeString = at === start + 1 && ((bytes[start] as number) | 0x20) === 0x65 && bytes[at] === quote;
    return isEscapeString ? this.#escapeStringEnd(at) : at;
  }

  /** The end of a token that is no word. */
  #tokenEnd(at: number, byte: number): number {
    const next = this.#bytes[at + 1];
    if (byte === quote || byte === doubleQuote) return this.#after(byte, at + 1);
    if (byte === minus && next === minus) return this.#after(newline, at);
    if (byte === slash && next === star) return this.#commentEnd(at);
    if (byte === dollar) return this.#dollarQuoteEnd(at);
    return at + 1;
  }

  /** The place after the next such byte. A doubled quote is two strings that touch: the same for our purpose. */
  #after(byte: number, from: number): number {
    const found = this.#bytes.indexOf(byte, from);
    return found < 0 ? this.#bytes.length : found + 1;
  }

  #escapeStringEnd(start: number): number {
    for (let at = start + 1; at < this.#bytes.length; at++) {
      if (this.#bytes[at] === backslash) at++;
      else if (this.#bytes[at] === quote) return at + 1;
    }
    return this.#bytes.length;
  }

  /** Comments nest. */
  #commentEnd(start: number): number {
    const bytes = this.#bytes;
    let depth = 0;
    for (let at = start; at < bytes.length - 1; at++) {
      if (bytes[at] === slash && bytes[at + 1] === star) {
        depth++;
        at++;
      } else if (bytes[at] === star && bytes[at + 1] === slash) {
        at++;
        if (--depth === 0) return at + 1;
      }
    }
    return bytes.length;
  }

  /** `$tag$ … $tag$`; a parameter like `$1` is a single token. */
  #dollarQuoteEnd(start: number): number {
    const bytes = this.#bytes;
    let at = start + 1;
    while (at < bytes.length && isWordByte(bytes[at] as number)) at++;
    if (bytes[at] !== dollar || isDigit(bytes[start + 1] as number)) return at;
    const tag = Buffer.from(bytes.subarray(start, at + 1));
    const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf(tag, at + 1);
    return end < 0 ? bytes.length : end + tag.length;
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Letters, digits, `_`, and all bytes of characters beyond ASCII. */
function isWordByte(byte: number): boolean {
  const letter = byte | 0x20;
  return (letter >= 0x61 && letter <= 0x7a) || isDigit(byte) || byte === 0x5f || byte >= 0x80;
}

const valuesWord = Buffer.from('values');

function isValues(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start !== valuesWord.length) return false;
  for (let i = 0; i < valuesWord.length; i++) if (((bytes[start + i] as number) | 0x20) !== valuesWord[i]) return false;
  return true;
}
