/**
 * Functions that cut, pad, search and replace in strings. Positions and lengths count characters (code points), from 1;
 * JavaScript counts UTF-16 units, so offsets are translated where a string may hold characters beyond U+FFFF.
 */
import { SqlError } from '../../common/sql-error.ts';
import type { SqlState } from '../../common/sql-error.ts';
import { characterCount, characterOffset } from '../../types/utf8.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import { upperCase } from './text-case.ts';

function error(state: SqlState, message: string): SqlError {
  return new SqlError(state, message);
}

/** More than this no string may hold; V8's own limit is a little below PostgreSQL's 1 GB. */
const stringUnitsMax = 536_870_888;

export function checkResultLength(units: number): void {
  if (units > stringUnitsMax) throw error('54000', 'requested length too large');
}

/** Characters [from, to) of a text, zero-based; both may lie outside. */
function sliceCharacters(text: string, from: number, to: number): string {
  if (to <= from || from >= text.length) return '';
  const start = characterOffset(text, Math.max(from, 0));
  if (to >= text.length) return text.slice(start);
  return text.slice(start, start + characterOffset(text.slice(start), to - Math.max(from, 0)));
}

/** substring(text from start for length) with a one-based start. */
export function substring(text: string, start: number, length: number): string {
  if (length < 0) throw error('22011', 'negative substring length not allowed');
  return sliceCharacters(text, start - 1, start - 1 + length);
}

const substringKernel: Kernel = (args) => substring(args[0] as string, args[1] as number, args[2] as number);
const substringToEnd: Kernel = (args) => sliceCharacters(args[0] as string, (args[1] as number) - 1, Infinity);

function overlay(text: string, replacement: string, start: number, length: number): string {
  if (start <= 0) throw error('22011', 'negative substring length not allowed');
  return sliceCharacters(text, 0, start - 1) + replacement + sliceCharacters(text, start - 1 + length, Infinity);
}

function left(text: string, count: number): string {
  return sliceCharacters(text, 0, count >= 0 ? count : characterCount(text) + count);
}

function right(text: string, count: number): string {
  return sliceCharacters(text, count >= 0 ? characterCount(text) - count : -count, Infinity);
}

/** One-based position in characters of the first occurrence, 0 if there is none. */
export function positionOf(text: string, part: string): number {
  const at = text.indexOf(part);
  return at < 0 ? 0 : characterCount(text.slice(0, at)) + 1;
}

/** `width` characters of `fill` repeated. */
function filling(fill: string, width: number): string {
  if (fill === '' || width <= 0) return '';
  checkResultLength(width * (fill.length / characterCount(fill)));
  const repeated = fill.repeat(Math.ceil(width / characterCount(fill)));
  return sliceCharacters(repeated, 0, width);
}

function lpad(text: string, width: number, fill: string): string {
  const length = characterCount(text);
  return length >= width ? sliceCharacters(text, 0, width) : filling(fill, width - length) + text;
}

function rpad(text: string, width: number, fill: string): string {
  const length = characterCount(text);
  return length >= width ? sliceCharacters(text, 0, width) : text + filling(fill, width - length);
}

export function trimStart(text: string, characters: string): string {
  const set = new Set(characters);
  let at = 0;
  while (at < text.length) {
    const character = String.fromCodePoint(text.codePointAt(at) as number);
    if (!set.has(character)) break;
    at += character.length;
  }
  return text.slice(at);
}

export function trimEnd(text: string, characters: string): string {
  const set = new Set(characters);
  let end = text.length;
  while (end > 0) {
    const width = end > 1 && (text.charCodeAt(end - 1) & 0xfc00) === 0xdc00 ? 2 : 1;
    if (!set.has(text.slice(end - width, end))) break;
    end -= width;
  }
  return text.slice(0, end);
}

function repeat(text: string, count: number): string {
  if (count <= 0) return '';
  checkResultLength(text.length * count);
  return text.repeat(count);
}

function replace(text: string, from: string, to: string): string {
  if (from === '') return text;
  return text.replaceAll(from, () => to);
}

function reverse(text: string): string {
  return Array.from(text).reverse().join('');
}

/** Each character of `from` becomes the one at its place in `to`, or goes away if `to` is shorter. */
function translate(text: string, from: string, to: string): string {
  const targets = Array.from(to);
  const map = new Map<string, string>();
  Array.from(from).forEach((character, index) => {
    if (!map.has(character)) map.set(character, targets[index] ?? '');
  });
  let result = '';
  for (const character of text) result += map.get(character) ?? character;
  return result;
}

function splitPart(text: string, delimiter: string, field: number): string {
  if (field === 0) throw error('22023', 'field position must not be zero');
  if (delimiter === '') return field === 1 || field === -1 ? text : '';
  const parts = text === '' ? [] : text.split(delimiter);
  return parts.at(field > 0 ? field - 1 : field) ?? '';
}

function chr(code: number): string {
  if (code < 0) throw error('22023', 'character number must be positive');
  if (code === 0) throw error('54000', 'null character not permitted');
  if (code > 0x10ffff) throw error('54000', `requested character too large for encoding: ${code}`);
  if (code >= 0xd800 && code < 0xe000) throw error('54000', `requested character not valid for encoding: ${code}`);
  return String.fromCodePoint(code);
}

function toHex(value: number | bigint, bits: number): string {
  return BigInt.asUintN(bits, BigInt(value)).toString(16);
}

const formNames: ReadonlySet<string> = new Set(['NFC', 'NFD', 'NFKC', 'NFKD']);

function normalize(text: string, form: string): string {
  const name = upperCase(form);
  if (!formNames.has(name)) throw error('22023', `invalid normalization form: ${form}`);
  return text.normalize(name);
}

const unicodeEscape = /\\(?:([0-9A-Fa-f]{4})|\+([0-9A-Fa-f]{6})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(\\)|)/g;

/** unistr: \XXXX, \+XXXXXX, \uXXXX, \UXXXXXXXX; a surrogate pair may be spelled as two escapes. */
function decodeUnicodeEscapes(text: string): string {
  let result = '';
  let copied = 0;
  let highSurrogate = -1;
  for (const match of text.matchAll(unicodeEscape)) {
    if (highSurrogate >= 0 && match.index !== copied) throw error('42601', 'invalid Unicode surrogate pair');
    result += text.slice(copied, match.index);
    copied = match.index + match[0].length;
    if (match[5] !== undefined) {
      if (highSurrogate >= 0) throw error('42601', 'invalid Unicode surrogate pair');
      result += '\\';
      continue;
    }
    const digits = match[1] ?? match[2] ?? match[3] ?? match[4];
    if (digits === undefined) throw invalidUnicodeEscape();
    const code = Number.parseInt(digits, 16);
    if (code === 0 || code > 0x10ffff) throw error('22023', `invalid Unicode code point: ${digits}`);
    const isLow = code >= 0xdc00 && code < 0xe000;
    if (isLow !== highSurrogate >= 0) throw error('42601', 'invalid Unicode surrogate pair');
    if (code >= 0xd800 && code < 0xdc00) highSurrogate = code;
    else {
      result += isLow ? String.fromCharCode(highSurrogate, code) : String.fromCodePoint(code);
      highSurrogate = -1;
    }
  }
  if (highSurrogate >= 0) throw error('42601', 'invalid Unicode surrogate pair');
  return result + text.slice(copied);
}

function invalidUnicodeEscape(): SqlError {
  return new SqlError('42601', 'invalid Unicode escape', {
    hint: 'Unicode escapes must be \\XXXX, \\+XXXXXX, \\uXXXX, or \\UXXXXXXXX.',
  });
}

const position: Kernel = (args) => positionOf(args[0] as string, args[1] as string);

export const stringFunctions: readonly FunctionEntry[] = [
  scalar(877, 'substr(text, int4, int4) text', substringKernel),
  scalar(936, 'substring(text, int4, int4) text', substringKernel),
  scalar(883, 'substr(text, int4) text', substringToEnd),
  scalar(937, 'substring(text, int4) text', substringToEnd),
  scalar(1404, 'overlay(text, text, int4, int4) text', (args) =>
    overlay(args[0] as string, args[1] as string, args[2] as number, args[3] as number),
  ),
  scalar(1405, 'overlay(text, text, int4) text', (args) =>
    overlay(args[0] as string, args[1] as string, args[2] as number, characterCount(args[1] as string)),
  ),
  scalar(3060, 'left(text, int4) text', (args) => left(args[0] as string, args[1] as number)),
  scalar(3061, 'right(text, int4) text', (args) => right(args[0] as string, args[1] as number)),
  scalar(849, 'position(text, text) int4', position),
  scalar(868, 'strpos(text, text) int4', position),
  scalar(873, 'lpad(text, int4, text) text', (args) => lpad(args[0] as string, args[1] as number, args[2] as string)),
  scalar(879, 'lpad(text, int4) text', (args) => lpad(args[0] as string, args[1] as number, ' ')),
  scalar(874, 'rpad(text, int4, text) text', (args) => rpad(args[0] as string, args[1] as number, args[2] as string)),
  scalar(880, 'rpad(text, int4) text', (args) => rpad(args[0] as string, args[1] as number, ' ')),
  scalar(875, 'ltrim(text, text) text', (args) => trimStart(args[0] as string, args[1] as string)),
  scalar(881, 'ltrim(text) text', (args) => trimStart(args[0] as string, ' ')),
  scalar(876, 'rtrim(text, text) text', (args) => trimEnd(args[0] as string, args[1] as string)),
  scalar(882, 'rtrim(text) text', (args) => trimEnd(args[0] as string, ' ')),
  scalar(884, 'btrim(text, text) text', (args) =>
    trimEnd(trimStart(args[0] as string, args[1] as string), args[1] as string),
  ),
  scalar(885, 'btrim(text) text', (args) => trimEnd(trimStart(args[0] as string, ' '), ' ')),
  scalar(1622, 'repeat(text, int4) text', (args) => repeat(args[0] as string, args[1] as number)),
  scalar(2087, 'replace(text, text, text) text', (args) =>
    replace(args[0] as string, args[1] as string, args[2] as string),
  ),
  scalar(3062, 'reverse(text) text', (args) => reverse(args[0] as string)),
  scalar(878, 'translate(text, text, text) text', (args) =>
    translate(args[0] as string, args[1] as string, args[2] as string),
  ),
  scalar(2088, 'split_part(text, text, int4) text', (args) =>
    splitPart(args[0] as string, args[1] as string, args[2] as number),
  ),
  scalar(3696, 'starts_with(text, text) bool', (args) => (args[0] as string).startsWith(args[1] as string)),
  scalar(1620, 'ascii(text) int4', (args) => (args[0] as string).codePointAt(0) ?? 0),
  scalar(1621, 'chr(int4) text', (args) => chr(args[0] as number)),
  scalar(2089, 'to_hex(int4) text', (args) => toHex(args[0] as number, 32)),
  scalar(2090, 'to_hex(int8) text', (args) => toHex(args[0] as number | bigint, 64)),
  scalar(4350, 'normalize(text, text) text', (args) => normalize(args[0] as string, args[1] as string), {
    defaults: ['NFC'],
  }),
  scalar(
    4351,
    'is_normalized(text, text) bool',
    (args) => normalize(args[0] as string, args[1] as string) === args[0],
    { defaults: ['NFC'] },
  ),
  scalar(6198, 'unistr(text) text', (args) => decodeUnicodeEscapes(args[0] as string)),
];
