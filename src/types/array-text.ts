/**
 * Text form of arrays: {1,2}, {{a,"b c"},{NULL,d}}, [0:1]={1,2}. Reading is in two steps, as in PostgreSQL, so that errors come in
 * its order: the structure first (ArrayReader), then the elements.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { isSpace, skipSpace } from './whitespace.ts';

export const dimensionsMax = 6;
const elementsMax = 134217727;

/** Structure of a literal; elements as text, null for NULL. */
export interface ArrayLiteral {
  readonly lengths: readonly number[];
  readonly lowerBounds: readonly number[];
  readonly elements: readonly (string | null)[];
}

function malformed(literal: string, detail: string): SqlError {
  return new SqlError(sqlState.invalidTextRepresentation, `malformed array literal: "${literal}"`, { detail });
}

export function tooManyDimensions(count: number): SqlError {
  return new SqlError(
    sqlState.programLimitExceeded,
    `number of array dimensions (${count}) exceeds the maximum allowed (${dimensionsMax})`,
  );
}

/** Product of the lengths, checked against the limit of elements. */
export function elementCount(lengths: readonly number[]): number {
  const count = lengths.length === 0 ? 0 : lengths.reduce((product, length) => product * length, 1);
  if (count > elementsMax) {
    throw new SqlError(sqlState.programLimitExceeded, `array size exceeds the maximum allowed (${elementsMax})`);
  }
  return count;
}

export function readArrayLiteral(text: string, delimiter: string): ArrayLiteral {
  const { lengths, lowerBounds, next } = readBounds(text);
  if (lengths.length === 0) {
    if (text.charAt(next) !== '{') throw malformed(text, 'Array value must start with "{" or dimension information.');
    const body = new ArrayReader(text.slice(next), delimiter).read();
    return { ...body, lowerBounds: body.lengths.map(() => 1) };
  }
  if (text.charAt(next) !== '=') throw malformed(text, 'Missing "=" after array dimensions.');
  const start = skipSpace(text, next + 1);
  if (text.charAt(start) !== '{') throw malformed(text, 'Array contents must start with "{".');
  const body = new ArrayReader(text.slice(start), delimiter).read();
  const matches = body.lengths.length === lengths.length && body.lengths.every((length, i) => length === lengths[i]);
  if (!matches) throw malformed(text, 'Specified array dimensions do not match array contents.');
  return { ...body, lowerBounds };
}

const boundPattern = /[-+0-9]+/y;

/** Reads "[2:3][4]" at the start of a literal. */
function readBounds(text: string): { lengths: number[]; lowerBounds: number[]; next: number } {
  const lengths: number[] = [];
  const lowerBounds: number[] = [];
  let at = skipSpace(text, 0);
  for (; text.charAt(at) === '['; at = skipSpace(text, at)) {
    at++;
    if (lengths.length >= dimensionsMax) throw tooManyDimensions(lengths.length + 1);
    let upper = boundAt(text, at);
    if (upper === undefined) throw malformed(text, '"[" must introduce explicitly-specified array dimensions.');
    at += upper.length;
    let lower = '1';
    if (text.charAt(at) === ':') {
      lower = upper;
      upper = boundAt(text, ++at);
      if (upper === undefined) throw malformed(text, 'Missing array dimension value.');
      at += upper.length;
    }
    if (text.charAt(at) !== ']') throw malformed(text, 'Missing "]" after array dimensions.');
    at++;
    const length = cInteger(upper) - cInteger(lower) + 1;
    if (length < 1) throw new SqlError(sqlState.arraySubscriptError, 'upper bound cannot be less than lower bound');
    lengths.push(length);
    lowerBounds.push(cInteger(lower));
  }
  return { lengths, lowerBounds, next: at };
}

function boundAt(text: string, at: number): string | undefined {
  boundPattern.lastIndex = at;
  return boundPattern.exec(text)?.[0];
}

/** What C's atoi makes of it. */
function cInteger(text: string): number {
  const value = Number.parseInt(text, 10);
  return Number.isNaN(value) ? 0 : value | 0;
}

/**
 * Where the reader stands:
 *
 *   none ─{─▶ level-start ─{─▶ …          level-start ─element─▶ element | quoted
 *   element, quoted-end ─delimiter─▶ element-delimited ─element─▶ …
 *   element, quoted-end, level-end ─}─▶ level-end ─delimiter─▶ level-delimited ─{─▶ level-start
 */
type State =
  | 'none'
  | 'level-start'
  | 'element'
  | 'quoted'
  | 'quoted-end'
  | 'element-delimited'
  | 'level-end'
  | 'level-delimited';

/** Reads from the opening brace to the end of the text. */
class ArrayReader {
  readonly #text: string;
  readonly #delimiter: string;
  readonly #elements: (string | null)[] = [];
  /** Elements or sub-arrays seen in the open level of each depth, and how many earlier ones of that depth had. */
  readonly #counts: number[] = [];
  readonly #lengths: (number | undefined)[] = [];
  #state: State = 'none';
  #depth = 0;
  #at = 0;
  /** The element being read; its length up to the last character that is not unquoted trailing space. */
  #element = '';
  #significant = 0;
  #plain = true;

  constructor(text: string, delimiter: string) {
    this.#text = text;
    this.#delimiter = delimiter;
  }

  read(): Pick<ArrayLiteral, 'lengths' | 'elements'> {
    do {
      this.#step(this.#text.charAt(this.#at));
      this.#at++;
    } while (this.#depth > 0);
    if (skipSpace(this.#text, this.#at) !== this.#text.length) throw this.#error('Junk after closing right brace.');
    const lengths = this.#elements.length === 0 ? [] : (this.#lengths as number[]);
    return { lengths, elements: this.#elements };
  }

  #error(detail: string): SqlError {
    return malformed(this.#text, detail);
  }

  #require(allowed: readonly State[], detail: string): void {
    if (!allowed.includes(this.#state)) throw this.#error(detail);
  }

  #step(char: string): void {
    if (char === '') throw this.#error('Unexpected end of input.');
    if (char === '\\') this.#escape();
    else if (char === '"') this.#quote();
    else if (this.#state === 'quoted') this.#append(char, true);
    else if (char === '{') this.#open();
    else if (char === '}') this.#close();
    else if (char === this.#delimiter) this.#delimit();
    else this.#plainCharacter(char);
  }

  #escape(): void {
    this.#require(['level-start', 'element', 'quoted', 'element-delimited'], 'Unexpected "\\" character.');
    if (this.#state !== 'quoted') this.#state = 'element';
    this.#at++;
    const char = this.#text.charAt(this.#at);
    if (char === '') throw this.#error('Unexpected end of input.');
    this.#plain = false;
    this.#append(char, true);
  }

  #quote(): void {
    this.#require(['level-start', 'quoted', 'element-delimited'], 'Unexpected array element.');
    this.#plain = false;
    this.#state = this.#state === 'quoted' ? 'quoted-end' : 'quoted';
  }

  #open(): void {
    this.#require(['none', 'level-start', 'level-delimited'], 'Unexpected "{" character.');
    if (this.#depth >= dimensionsMax) throw tooManyDimensions(this.#depth + 1);
    this.#state = 'level-start';
    this.#counts[this.#depth] = 0;
    this.#depth++;
  }

  #close(): void {
    const emptyArray = this.#depth === 1 && this.#state === 'level-start';
    if (!emptyArray) {
      this.#require(['element', 'quoted-end', 'level-end'], 'Unexpected "}" character.');
      this.#finishItem();
    }
    this.#state = 'level-end';
    this.#depth--;
    const count = this.#counts[this.#depth] as number;
    const expected = this.#lengths[this.#depth];
    if (expected !== undefined && expected !== count) {
      throw this.#error('Multidimensional arrays must have sub-arrays with matching dimensions.');
    }
    this.#lengths[this.#depth] = count;
  }

  #delimit(): void {
    this.#require(['element', 'quoted-end', 'level-end'], `Unexpected "${this.#delimiter}" character.`);
    const afterLevel = this.#state === 'level-end';
    this.#finishItem();
    this.#state = afterLevel ? 'level-delimited' : 'element-delimited';
  }

  /** An element or a sub-array is complete in the open level. */
  #finishItem(): void {
    const level = this.#depth - 1;
    this.#counts[level] = (this.#counts[level] as number) + 1;
    if (this.#state === 'level-end') return;
    const text = this.#element.slice(0, this.#significant);
    this.#elements.push(this.#plain && text.toUpperCase() === 'NULL' ? null : text);
    this.#element = '';
    this.#significant = 0;
    this.#plain = true;
  }

  #plainCharacter(char: string): void {
    const space = isSpace(char.charCodeAt(0));
    if (!space) {
      this.#require(['level-start', 'element', 'element-delimited'], 'Unexpected array element.');
      this.#state = 'element';
    }
    if (this.#state === 'element') this.#append(char, !space);
  }

  #append(char: string, significant: boolean): void {
    this.#element += char;
    if (significant) this.#significant = this.#element.length;
  }
}

/** Whether an element must be quoted to be read back. */
function needsQuotes(text: string, delimiter: string): boolean {
  if (text === '' || text.toUpperCase() === 'NULL') return true;
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i);
    if (
      char === '"' ||
      char === '\\' ||
      char === '{' ||
      char === '}' ||
      char === delimiter ||
      isSpace(char.charCodeAt(0))
    )
      return true;
  }
  return false;
}

export function formatArrayLiteral({ lengths, lowerBounds, elements }: ArrayLiteral, delimiter: string): string {
  if (lengths.length === 0) return '{}';
  const written = elements.map((element) => {
    if (element === null) return 'NULL';
    return needsQuotes(element, delimiter) ? `"${element.replace(/["\\]/g, '\\$&')}"` : element;
  });
  const plainBounds = lowerBounds.every((bound) => bound === 1);
  const bounds = plainBounds
    ? ''
    : `${lengths.map((length, i) => boundText(lowerBounds[i] as number, length)).join('')}=`;
  return bounds + nest(written, lengths, 0, delimiter);
}

function boundText(lower: number, length: number): string {
  return `[${lower}:${lower + length - 1}]`;
}

function nest(written: readonly string[], lengths: readonly number[], depth: number, delimiter: string): string {
  if (depth === lengths.length - 1) return `{${written.join(delimiter)}}`;
  const size = written.length / (lengths[depth] as number);
  const parts: string[] = [];
  for (let at = 0; at < written.length; at += size)
    parts.push(nest(written.slice(at, at + size), lengths, depth + 1, delimiter));
  return `{${parts.join(delimiter)}}`;
}
