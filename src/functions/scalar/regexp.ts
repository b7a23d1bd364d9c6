/** regexp_match, regexp_replace, regexp_substr … and substring by pattern. Positions count characters from 1. */
import { SqlError } from '../../common/sql-error.ts';
import { arrayOf } from '../../types/array.ts';
import type { Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import { characterCount, characterOffset } from '../../types/utf8.ts';
import { parseRegexFlags, regexOf } from '../pattern/regex.ts';
import type { Regex } from '../pattern/regex.ts';
import { similarToRegex } from '../pattern/similar.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';

/** The regex of a pattern and flags argument, where a g has no meaning; `name` is for the error. */
function regexWithoutGlobal(pattern: string, flags: string, name: string, hint?: string): Regex {
  const { letters, global } = parseRegexFlags(flags);
  if (global) throw new SqlError('22023', `${name}() does not support the "global" option`, { hint });
  return regexOf(pattern, letters);
}

/** A positional argument that must be at least `min`. */
function checkArgument(name: string, value: number, min: number): number {
  if (value < min) throw new SqlError('22023', `invalid value for parameter "${name}": ${value}`);
  return value;
}

/** UTF-16 offset of a one-based character position; beyond the text it is one past its end. */
function startOffset(text: string, position: number): number {
  const before = checkArgument('start', position, 1) - 1;
  return before > characterCount(text) ? text.length + 1 : characterOffset(text, before);
}

/** The groups of a match, or the whole of it if there are none. */
export function captures(match: RegExpExecArray, groups: number): (string | null)[] {
  if (groups === 0) return [match[0]];
  return match.slice(1).map((text: string | undefined) => text ?? null);
}

function matchGroups(text: string, pattern: string, flags: string): Datum {
  const hint = 'Use the regexp_matches function instead.';
  const regex = regexWithoutGlobal(pattern, flags, 'regexp_match', hint);
  const match = regex.match(text);
  return match === undefined ? null : arrayOf(typeOid.text, captures(match, regex.groups));
}

/** substring(text from pattern): the first group if the pattern has one. */
function substringOf(text: string, regex: Regex): Datum {
  const match = regex.match(text);
  if (match === undefined) return null;
  return regex.groups > 0 ? (match[1] ?? null) : match[0];
}

/** Replacement text: \1 to \9 are groups, \& the whole match, \\ a backslash. */
function expandReplacement(replacement: string, match: RegExpExecArray): string {
  if (!replacement.includes('\\')) return replacement;
  return replacement.replace(/\\([1-9&\\])/g, (_escape, what: string) => {
    if (what === '\\') return '\\';
    return what === '&' ? match[0] : (match[Number(what)] ?? '');
  });
}

/** Replaces the nth match at or after `from`, or all of them when `nth` is 0. */
function replaceMatches(text: string, regex: Regex, replacement: string, from: number, nth: number): string {
  let result = '';
  let copied = 0;
  let count = 0;
  for (const match of regex.matches(text, from)) {
    count++;
    if (nth > 0 && count < nth) continue;
    result += text.slice(copied, match.index) + expandReplacement(replacement, match);
    copied = match.index + match[0].length;
    if (nth > 0) break;
  }
  return result + text.slice(copied);
}

/** regexp_replace(text, pattern, replacement [, flags]): the fourth argument may look like a start position by mistake. */
function replaceWithFlags(args: readonly Datum[]): string {
  const [text, pattern, replacement, flags = ''] = args as readonly string[];
  if (/^\d/.test(flags)) {
    throw new SqlError('22023', `invalid regular expression option: "${flags.charAt(0)}"`, {
      hint: 'If you meant to use regexp_replace() with a start parameter, cast the fourth argument to integer explicitly.',
    });
  }
  const { letters, global } = parseRegexFlags(flags);
  const regex = regexOf(pattern as string, letters);
  return replaceMatches(text as string, regex, replacement as string, 0, global ? 0 : 1);
}

/** regexp_replace(text, pattern, replacement, start [, n [, flags]]). */
function replaceFrom(args: readonly Datum[]): string {
  const [text, pattern, replacement] = args as readonly string[];
  const from = startOffset(text as string, args[3] as number);
  const nth = args[4] === undefined ? undefined : checkArgument('n', args[4] as number, 0);
  const { letters, global } = parseRegexFlags((args[5] as string | undefined) ?? '');
  const regex = regexOf(pattern as string, letters);
  return replaceMatches(text as string, regex, replacement as string, from, nth ?? (global ? 0 : 1));
}

function countMatches(args: readonly Datum[]): number {
  const [text, pattern] = args as readonly string[];
  const from = startOffset(text as string, (args[2] as number | undefined) ?? 1);
  const regex = regexWithoutGlobal(pattern as string, (args[3] as string | undefined) ?? '', 'regexp_count');
  let count = 0;
  for (const match of regex.matches(text as string, from)) if (match.index >= from) count++;
  return count;
}

/** The nth match at or after `from`. */
function nthMatch(text: string, regex: Regex, from: number, nth: number): RegExpExecArray | undefined {
  let count = 0;
  for (const match of regex.matches(text, from)) if (++count === nth) return match;
  return undefined;
}

function likeRegex(args: readonly Datum[]): boolean {
  const [text, pattern, flags = ''] = args as readonly string[];
  return regexWithoutGlobal(pattern as string, flags, 'regexp_like').test(text as string);
}

/** regexp_substr(text, pattern [, start [, n [, flags [, group]]]]). */
function substringMatch(args: readonly Datum[]): Datum {
  const [text, pattern] = args as readonly string[];
  const from = startOffset(text as string, (args[2] as number | undefined) ?? 1);
  const nth = checkArgument('n', (args[3] as number | undefined) ?? 1, 1);
  const group = checkArgument('subexpr', (args[5] as number | undefined) ?? 0, 0);
  const regex = regexWithoutGlobal(pattern as string, (args[4] as string | undefined) ?? '', 'regexp_substr');
  const match = nthMatch(text as string, regex, from, nth);
  return match === undefined || group > regex.groups ? null : (match[group] ?? null);
}

/** regexp_instr(text, pattern [, start [, n [, endoption [, flags [, group]]]]]): position of the match or just after it. */
function positionOfMatch(args: readonly Datum[]): number {
  const [text, pattern] = args as readonly string[];
  const from = startOffset(text as string, (args[2] as number | undefined) ?? 1);
  const nth = checkArgument('n', (args[3] as number | undefined) ?? 1, 1);
  const endOption = (args[4] as number | undefined) ?? 0;
  if (endOption !== 0 && endOption !== 1) {
    throw new SqlError('22023', `invalid value for parameter "endoption": ${endOption}`);
  }
  const group = checkArgument('subexpr', (args[6] as number | undefined) ?? 0, 0);
  const regex = regexWithoutGlobal(pattern as string, (args[5] as string | undefined) ?? '', 'regexp_instr', undefined);
  if (group > regex.groups) return 0;
  const span = regex.span(text as string, nthMatch(text as string, regex, from, nth), group);
  if (span === undefined) return 0;
  return characterCount((text as string).slice(0, endOption === 0 ? span.start : span.end)) + 1;
}

/** The pieces between matches. Empty matches at the ends and right after another match do not split. */
export function splitByRegex(text: string, regex: Regex): string[] {
  const pieces: string[] = [];
  let pieceStart = 0;
  let matchEnd = 0;
  for (const match of regex.matches(text)) {
    const end = match.index + match[0].length;
    if (match.index < text.length && end > matchEnd) {
      pieces.push(text.slice(pieceStart, match.index));
      pieceStart = end;
    }
    matchEnd = end;
  }
  pieces.push(text.slice(pieceStart));
  return pieces;
}

export function splittingRegex(pattern: string, flags: string, name: string): Regex {
  return regexWithoutGlobal(pattern, flags, name);
}

function splitToArray(args: readonly Datum[]): Datum {
  const [text, pattern, flags = ''] = args as readonly string[];
  const regex = splittingRegex(pattern as string, flags, 'regexp_split_to_array');
  return arrayOf(typeOid.text, splitByRegex(text as string, regex));
}

const substringByPattern: Kernel = (args) => substringOf(args[0] as string, regexOf(args[1] as string));
const matchKernel: Kernel = (args) =>
  matchGroups(args[0] as string, args[1] as string, (args[2] as string | undefined) ?? '');

export const regexpFunctions: readonly FunctionEntry[] = [
  scalar(2073, 'substring(text, text) text', substringByPattern),
  scalar(2074, 'substring(text, text, text) text', (args) =>
    substringOf(args[0] as string, regexOf(similarToRegex(args[1] as string, args[2] as string))),
  ),
  scalar(3396, 'regexp_match(text, text) text[]', matchKernel),
  scalar(3397, 'regexp_match(text, text, text) text[]', matchKernel),
  scalar(2284, 'regexp_replace(text, text, text) text', replaceWithFlags),
  scalar(2285, 'regexp_replace(text, text, text, text) text', replaceWithFlags),
  scalar(6253, 'regexp_replace(text, text, text, int4) text', replaceFrom),
  scalar(6252, 'regexp_replace(text, text, text, int4, int4) text', replaceFrom),
  scalar(6251, 'regexp_replace(text, text, text, int4, int4, text) text', replaceFrom),
  scalar(6263, 'regexp_like(text, text) bool', likeRegex),
  scalar(6264, 'regexp_like(text, text, text) bool', likeRegex),
  scalar(6254, 'regexp_count(text, text) int4', countMatches),
  scalar(6255, 'regexp_count(text, text, int4) int4', countMatches),
  scalar(6256, 'regexp_count(text, text, int4, text) int4', countMatches),
  scalar(6257, 'regexp_instr(text, text) int4', positionOfMatch),
  scalar(6258, 'regexp_instr(text, text, int4) int4', positionOfMatch),
  scalar(6259, 'regexp_instr(text, text, int4, int4) int4', positionOfMatch),
  scalar(6260, 'regexp_instr(text, text, int4, int4, int4) int4', positionOfMatch),
  scalar(6261, 'regexp_instr(text, text, int4, int4, int4, text) int4', positionOfMatch),
  scalar(6262, 'regexp_instr(text, text, int4, int4, int4, text, int4) int4', positionOfMatch),
  scalar(6265, 'regexp_substr(text, text) text', substringMatch),
  scalar(6266, 'regexp_substr(text, text, int4) text', substringMatch),
  scalar(6267, 'regexp_substr(text, text, int4, int4) text', substringMatch),
  scalar(6268, 'regexp_substr(text, text, int4, int4, text) text', substringMatch),
  scalar(6269, 'regexp_substr(text, text, int4, int4, text, int4) text', substringMatch),
  scalar(2767, 'regexp_split_to_array(text, text) text[]', splitToArray),
  scalar(2768, 'regexp_split_to_array(text, text, text) text[]', splitToArray),
];
