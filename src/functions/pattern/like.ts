/**
 * LIKE and ILIKE. A pattern is cut at its % signs into segments, sequences of characters and single-character wildcards. The
 * first segment must match at the start and the last at the end; those between are taken leftmost, one after the other,
 * which never needs to be undone. Matching works on UTF-8 bytes, where vectors have them; strings are written into a
 * scratch buffer first, unless the shape of the pattern lets a string method decide.
 */
import { SqlError } from '../../common/sql-error.ts';
import { decodeUtf8 } from '../../types/utf8.ts';
import { lowerCase } from '../scalar/text-case.ts';

/** Items of a segment: a byte, or one of these. */
const anyCharacter = -1;
/** The pattern ends with a lone escape: an error, but only if matching gets there. */
const danglingEscape = -2;

/** Between two % signs. `characters` counts what it matches, so that the last segment can be placed from the end. */
interface Segment {
  readonly items: Int16Array;
  readonly characters: number;
}

type Shape = 'exact' | 'prefix' | 'suffix' | 'infix' | 'general';

export class LikePattern {
  readonly #segments: readonly Segment[];
  readonly #ignoreCase: boolean;
  /** One byte per character: bytea. */
  readonly #singleByte: boolean;
  readonly #shape: Shape;
  /** The only text of the simple shapes. */
  readonly #literal: string;

  constructor(pattern: Uint8Array, options: { readonly ignoreCase?: boolean; readonly singleByte?: boolean } = {}) {
    this.#ignoreCase = options.ignoreCase ?? false;
    this.#singleByte = options.singleByte ?? false;
    const source = this.#ignoreCase ? Buffer.from(lowerCase(decodeUtf8(pattern, 0, pattern.length))) : pattern;
    this.#segments = parseSegments(source, this.#singleByte);
    const { shape, literal } = shapeOf(this.#segments);
    this.#shape = this.#ignoreCase || this.#singleByte ? 'general' : shape;
    this.#literal = literal;
  }

  matchesString(text: string): boolean {
    switch (this.#shape) {
      case 'exact':
        return text === this.#literal;
      case 'prefix':
        return text.startsWith(this.#literal);
      case 'suffix':
        return text.endsWith(this.#literal);
      case 'infix':
        return text.includes(this.#literal);
      case 'general': {
        const length = writeScratch(this.#ignoreCase ? lowerCase(text) : text);
        return this.#match(scratch, 0, length);
      }
    }
  }

  /** data[start, end), which for text is valid UTF-8. */
  matchesBytes(data: Uint8Array, start: number, end: number): boolean {
    if (!this.#ignoreCase) return this.#match(data, start, end);
    const folded = foldAscii(data, start, end);
    if (folded) return this.#match(scratch, 0, end - start);
    const length = writeScratch(lowerCase(decodeUtf8(data, start, end)));
    return this.#match(scratch, 0, length);
  }

  #match(data: Uint8Array, start: number, end: number): boolean {
    const segments = this.#segments;
    const first = segments[0] as Segment;
    let at = this.#matchSegment(first, data, start, end);
    if (at < 0) return false;
    if (segments.length === 1) return at === end;
    for (let i = 1; i < segments.length - 1; i++) {
      at = this.#findSegment(segments[i] as Segment, data, at, end);
      if (at < 0) return false;
    }
    const last = segments[segments.length - 1] as Segment;
    const lastStart = this.#stepBack(last.characters, data, at, end);
    return lastStart >= 0 && this.#matchSegment(last, data, lastStart, end) === end;
  }

  /** Matches at `at` exactly; returns where the match ends, or -1. */
  #matchSegment(segment: Segment, data: Uint8Array, at: number, end: number): number {
    const { items } = segment;
    for (let i = 0; i < items.length; i++) {
      if (at >= end) return -1;
      const item = items[i] as number;
      if (item === anyCharacter) at = this.#nextCharacter(data, at, end);
      else if (item === danglingEscape) throw endsWithEscape();
      else if (data[at++] !== item) return -1;
    }
    return at;
  }

  /** Leftmost match at or after `at`; returns where it ends, or -1. */
  #findSegment(segment: Segment, data: Uint8Array, at: number, end: number): number {
    const first = segment.items[0];
    if (first === undefined) return at;
    for (let start = at; start < end; start = this.#nextCharacter(data, start, end)) {
      if (first >= 0 && data[start] !== first) continue;
      const found = this.#matchSegment(segment, data, start, end);
      if (found >= 0) return found;
    }
    return -1;
  }

  #nextCharacter(data: Uint8Array, at: number, end: number): number {
    at++;
    if (!this.#singleByte) while (at < end && ((data[at] as number) & 0xc0) === 0x80) at++;
    return at;
  }

  /** Where the last `count` characters before `end` begin; -1 if that is before `from`. */
  #stepBack(count: number, data: Uint8Array, from: number, end: number): number {
    let at = end;
    for (let left = count; left > 0; left--) {
      at--;
      if (!this.#singleByte) while (at > from && ((data[at] as number) & 0xc0) === 0x80) at--;
      if (at < from) return -1;
    }
    return at;
  }
}

function endsWithEscape(): SqlError {
  return new SqlError('22025', 'LIKE pattern must not end with escape character');
}

const percent = 0x25;
const underscore = 0x5f;
const backslash = 0x5c;

function parseSegments(pattern: Uint8Array, singleByte: boolean): Segment[] {
  const segments: Segment[] = [];
  let items: number[] = [];
  let characters = 0;
  const close = (): void => {
    segments.push({ items: Int16Array.from(items), characters });
    items = [];
    characters = 0;
  };
  for (let i = 0; i < pattern.length; i++) {
    let byte = pattern[i] as number;
    if (byte === percent) {
      close();
      continue;
    }
    let item = byte === underscore ? anyCharacter : byte;
    if (byte === backslash) {
      i++;
      item = i < pattern.length ? (pattern[i] as number) : danglingEscape;
      byte = item;
    }
    items.push(item);
    if (singleByte || item < 0 || (byte & 0xc0) !== 0x80) characters++;
  }
  close();
  return segments;
}

/** Patterns without _ that are a text, or one text with % before, after or around. */
function shapeOf(segments: readonly Segment[]): { shape: Shape; literal: string } {
  const general = { shape: 'general' as const, literal: '' };
  if (segments.length > 3 || segments.some((segment) => segment.items.some((item) => item < 0))) return general;
  const [first, second, third] = segments.map((segment) => Buffer.from(Array.from(segment.items)).toString('utf8'));
  if (second === undefined) return { shape: 'exact', literal: first as string };
  if (third !== undefined) return first === '' && third === '' ? { shape: 'infix', literal: second } : general;
  if (second === '') return { shape: 'prefix', literal: first as string };
  return first === '' ? { shape: 'suffix', literal: second } : general;
}

let scratch = Buffer.allocUnsafeSlow(4096);

function writeScratch(text: string): number {
  if (text.length * 3 > scratch.length) scratch = Buffer.allocUnsafeSlow(text.length * 3 * 2);
  return scratch.utf8Write(text, 0);
}

/** Writes the text in lower case into the scratch buffer if it is ASCII; false if it is not. */
function foldAscii(data: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length > scratch.length) scratch = Buffer.allocUnsafeSlow(length * 2);
  for (let i = 0; i < length; i++) {
    const byte = data[start + i] as number;
    if (byte >= 0x80) return false;
    scratch[i] = byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
  }
  return true;
}

/**
 * LIKE … ESCAPE: rewrites a pattern for another escape character into one for the backslash. An empty escape means none.
 */
export function applyLikeEscape(pattern: string, escape: string): string {
  const escapes = Array.from(escape);
  if (escapes.length > 1) throw invalidEscapeString();
  if (escape === '') return pattern.replaceAll('\\', '\\\\');
  if (escape === '\\') return pattern;
  let result = '';
  let afterEscape = false;
  for (const character of pattern) {
    if (character === escape && !afterEscape) {
      result += '\\';
      afterEscape = true;
    } else {
      result += character === '\\' && !afterEscape ? '\\\\' : character;
      afterEscape = false;
    }
  }
  return result;
}

export function invalidEscapeString(): SqlError {
  return new SqlError('22025', 'invalid escape string', { hint: 'Escape string must be empty or one character.' });
}

const cached = new Map<string, LikePattern>();
const cachedMax = 200;

/** The pattern asked for last: a query asks for the same one row after row. */
let lastText: string | undefined;
let lastIgnoreCase = false;
let lastPattern: LikePattern | undefined;

/** The compiled pattern of a text; the most recent ones are kept. */
export function likePattern(pattern: string, ignoreCase: boolean = false): LikePattern {
  if (lastPattern !== undefined && pattern === lastText && ignoreCase === lastIgnoreCase) return lastPattern;
  lastPattern = findPattern(pattern, ignoreCase);
  lastText = pattern;
  lastIgnoreCase = ignoreCase;
  return lastPattern;
}

function findPattern(pattern: string, ignoreCase: boolean): LikePattern {
  const key = ignoreCase ? `i${pattern}` : `c${pattern}`;
  let compiled = cached.get(key);
  if (compiled !== undefined) return compiled;
  compiled = new LikePattern(Buffer.from(pattern), { ignoreCase });
  if (cached.size >= cachedMax) cached.delete(cached.keys().next().value as string);
  cached.set(key, compiled);
  return compiled;
}

/** The text every match of a LIKE pattern starts with, and whether it is the whole pattern: what an index can use. */
export function likePrefix(pattern: string): { readonly prefix: string; readonly exact: boolean } {
  let prefix = '';
  for (let i = 0; i < pattern.length; i++) {
    const character = pattern.charAt(i);
    if (character === '%' || character === '_') return { prefix, exact: false };
    if (character === '\\') i++;
    prefix += pattern.charAt(i);
  }
  return { prefix, exact: true };
}
