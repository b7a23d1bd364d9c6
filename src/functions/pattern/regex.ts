/**
 * Compiled regular expressions, cached. Matching is JavaScript's; patterns are translated (regex-parser.ts, regex-emit.ts), so
 * that nothing a user writes reaches the RegExp constructor as it is.
 */
import { setFlagsFromString } from 'node:v8';
import { SqlError } from '../../common/sql-error.ts';
import { emitRegex } from './regex-emit.ts';
import { parseRegex, regexError } from './regex-parser.ts';
import { applyOptionLetter, defaultRegexOptions } from './regex-syntax.ts';
import type { RegexOptions } from './regex-syntax.ts';

/**
 * A pattern that backtracks without end, like ^(a+)+$, goes on in V8's linear-time engine, unless it has lookahead or back
 * references.
 */
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
setFlagsFromString('--regexp-backtracks-before-fallback=50000');

/** UTF-16 offsets, the end outside. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export class Regex {
  /** Number of capturing groups. */
  readonly groups: number;
  readonly #expression: RegExp;
  /** The same with the flag d, which is slower: made when a group's position is asked for. */
  #withIndices: RegExp | undefined = undefined;

  constructor(pattern: string, options: Readonly<RegexOptions>) {
    const parsed = parseRegex(pattern, options);
    this.groups = parsed.groups;
    this.#expression = toRegExp(emitRegex(parsed.root));
  }

  test(text: string): boolean {
    this.#expression.lastIndex = 0;
    return this.#expression.test(text);
  }

  /** First match at or after the UTF-16 offset `from`; `match.index` is its offset. */
  match(text: string, from: number = 0): RegExpExecArray | undefined {
    this.#expression.lastIndex = from;
    return this.#expression.exec(text) ?? undefined;
  }

  /** Where a group of a match lies; undefined if there is no match, or the group took no part in it. */
  span(text: string, match: RegExpExecArray | undefined, group: number): Span | undefined {
    if (match === undefined) return undefined;
    if (group === 0) return { start: match.index, end: match.index + match[0].length };
    this.#withIndices ??= new RegExp(this.#expression.source, 'dg');
    this.#withIndices.lastIndex = match.index;
    const found = this.#withIndices.exec(text)?.indices?.[group];
    return found === undefined ? undefined : { start: found[0], end: found[1] };
  }

  /** All matches from `from` on, none overlapping; after an empty one the search goes on one character further. */
  *matches(text: string, from: number = 0): Generator<RegExpExecArray> {
    let at = from;
    while (at <= text.length) {
      const found = this.match(text, at);
      if (found === undefined) return;
      yield found;
      const end = found.index + found[0].length;
      at = found[0] === '' ? end + characterWidth(text, end) : end;
    }
  }
}

function toRegExp(source: string): RegExp {
  try {
    return new RegExp(source, 'g');
  } catch {
    throw regexError('regular expression is too complex');
  }
}

function characterWidth(text: string, at: number): number {
  return (text.charCodeAt(at) & 0xfc00) === 0xd800 ? 2 : 1;
}

const cached = new Map<string, Regex>();
const cachedMax = 200;
/** The regex asked for last: a query asks for the same one row after row. */
let lastPattern: string | undefined;
let lastFlags = '';
let lastRegex: Regex | undefined;

/** The compiled form of a pattern with flags (letters without g); the most recent ones are kept. */
export function regexOf(pattern: string, flags: string = ''): Regex {
  if (lastRegex !== undefined && pattern === lastPattern && flags === lastFlags) return lastRegex;
  lastRegex = findRegex(pattern, flags);
  lastPattern = pattern;
  lastFlags = flags;
  return lastRegex;
}

function findRegex(pattern: string, flags: string): Regex {
  const key = `${flags}/${pattern}`;
  let regex = cached.get(key);
  if (regex !== undefined) return regex;
  const options: RegexOptions = { ...defaultRegexOptions };
  for (const letter of flags) applyOptionLetter(options, letter);
  regex = new Regex(pattern, options);
  if (cached.size >= cachedMax) cached.delete(cached.keys().next().value as string);
  cached.set(key, regex);
  return regex;
}

/** Checks a flags argument; `global` is whether it has a g. */
export function parseRegexFlags(text: string): { readonly letters: string; readonly global: boolean } {
  let letters = '';
  const probe: RegexOptions = { ...defaultRegexOptions };
  for (const letter of text) {
    if (letter === 'g') continue;
    if (!applyOptionLetter(probe, letter))
      throw new SqlError('22023', `invalid regular expression option: "${letter}"`);
    letters += letter;
  }
  return { letters, global: text.includes('g') };
}
