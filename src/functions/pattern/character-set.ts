/**
 * Sets of characters for regular expressions, as sorted ranges of code points. They are written into JavaScript patterns
 * without the flags u and i, because only such patterns can fall back to V8's linear-time engine: characters above U+FFFF
 * become pairs of surrogates, and case is folded into the sets themselves.
 */

/** Pairs lo, hi (both inside), ascending and not touching. */
export type CharacterSet = readonly number[];

export const codePointMax = 0x10ffff;

/** Sorts and merges ranges given as pairs in any order. */
export function makeSet(pairs: readonly number[]): CharacterSet {
  const ranges: [number, number][] = [];
  for (let i = 0; i < pairs.length; i += 2) ranges.push([pairs[i] as number, pairs[i + 1] as number]);
  ranges.sort((a, b) => a[0] - b[0]);
  const merged: number[] = [];
  for (const [low, high] of ranges) {
    const last = merged.length - 1;
    if (last > 0 && low <= (merged[last] as number) + 1) merged[last] = Math.max(merged[last] as number, high);
    else merged.push(low, high);
  }
  return merged;
}

export function union(...sets: readonly CharacterSet[]): CharacterSet {
  return makeSet(sets.flat());
}

export function complement(set: CharacterSet): CharacterSet {
  const result: number[] = [];
  let next = 0;
  for (let i = 0; i < set.length; i += 2) {
    const low = set[i] as number;
    if (low > next) result.push(next, low - 1);
    next = (set[i + 1] as number) + 1;
  }
  if (next <= codePointMax) result.push(next, codePointMax);
  return result;
}

/** Ranges longer than this hold whole alphabets in both cases, or are not about letters. */
const foldedRangeMax = 3000;

/** Adds the other case of every letter. */
export function foldCase(set: CharacterSet): CharacterSet {
  const added: number[] = [];
  for (let i = 0; i < set.length; i += 2) {
    const [low, high] = [set[i] as number, set[i + 1] as number];
    if (high - low > foldedRangeMax) continue;
    for (let code = low; code <= high; code++) addVariants(code, added);
  }
  return added.length === 0 ? set : union(set, added);
}

function addVariants(code: number, pairs: number[]): void {
  const character = String.fromCodePoint(code);
  for (const variant of [character.toLowerCase(), character.toUpperCase()]) {
    const other = variant.codePointAt(0) as number;
    if (variant !== character && variant.length === String.fromCodePoint(other).length) pairs.push(other, other);
  }
}

/** Text without lone surrogates never needs them. */
const surrogates: CharacterSet = [0xd800, 0xdfff];

/** JavaScript pattern matching one character of the set, for use without the flag u. */
export function setSource(set: CharacterSet): string {
  const withoutSurrogates = complement(union(complement(set), surrogates));
  let inPlaneZero = '';
  const pairs: string[] = [];
  for (let i = 0; i < withoutSurrogates.length; i += 2) {
    const [low, high] = [withoutSurrogates[i] as number, withoutSurrogates[i + 1] as number];
    if (low <= 0xffff) inPlaneZero += rangeSource(low, Math.min(high, 0xffff));
    if (high > 0xffff) pairs.push(...surrogatePairs(Math.max(low, 0x10000), high));
  }
  const alternatives = inPlaneZero === '' ? pairs : [`[${inPlaneZero}]`, ...pairs];
  if (alternatives.length === 0) return '[]';
  return alternatives.length === 1 ? (alternatives[0] as string) : `(?:${alternatives.join('|')})`;
}

/**
 * For a set that has everything above U+FFFF: a class of single units with the surrogates among them, for runs of any length, which
 * need not take a pair as one. Undefined for other sets.
 */
export function unitsSource(set: CharacterSet): string | undefined {
  const last = set.length - 2;
  if (last < 0 || (set[last] as number) > 0x10000 || set[last + 1] !== codePointMax) return undefined;
  const units = union(set, surrogates);
  let source = '';
  for (let i = 0; i < units.length; i += 2) {
    if ((units[i] as number) > 0xffff) break;
    source += rangeSource(units[i] as number, Math.min(units[i + 1] as number, 0xffff));
  }
  return `[${source}]`;
}

function rangeSource(low: number, high: number): string {
  return low === high ? unitSource(low) : `${unitSource(low)}-${unitSource(high)}`;
}

/** A UTF-16 unit, escaped: no character of a user's pattern is ever copied into JavaScript. */
export function unitSource(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, '0')}`;
}

/** Pieces [high surrogates][low surrogates] that cover a range above U+FFFF. */
function surrogatePairs(low: number, high: number): string[] {
  const [firstHigh, firstLow] = split(low);
  const [lastHigh, lastLow] = split(high);
  if (firstHigh === lastHigh) return [pairSource(firstHigh, firstHigh, firstLow, lastLow)];
  const pieces: string[] = [];
  let from = firstHigh;
  let to = lastHigh;
  if (firstLow > 0xdc00) pieces.push(pairSource(from, from++, firstLow, 0xdfff));
  if (lastLow < 0xdfff) pieces.push(pairSource(to, to--, 0xdc00, lastLow));
  if (from <= to) pieces.push(pairSource(from, to, 0xdc00, 0xdfff));
  return pieces;
}

function split(code: number): [number, number] {
  const offset = code - 0x10000;
  return [0xd800 + (offset >> 10), 0xdc00 + (offset & 0x3ff)];
}

function pairSource(highFrom: number, highTo: number, lowFrom: number, lowTo: number): string {
  return `[${rangeSource(highFrom, highTo)}][${rangeSource(lowFrom, lowTo)}]`;
}

/** All characters of planes 0 and 1 in order, for the properties to be asked of at once; above them letters come in blocks. */
function allCharacters(): string {
  let text = '';
  for (let code = 0; code < 0x20000; code += 0x400) {
    if (code >= 0xd800 && code < 0xe000) continue;
    text += String.fromCodePoint(...Array.from({ length: 0x400 }, (_, i) => code + i));
  }
  return text;
}

const ideographs: CharacterSet = [0x20000, 0x3134f];

/** The set of a Unicode property; `runs` matches its runs. */
function ask(runs: RegExp, above: CharacterSet = []): CharacterSet {
  const pairs: number[] = [];
  for (const [run] of allCharacters().matchAll(runs)) {
    const last = run.charCodeAt(run.length - 1);
    const isPair = last >= 0xdc00 && last < 0xe000;
    pairs.push(run.codePointAt(0) as number, isPair ? (run.codePointAt(run.length - 2) as number) : last);
  }
  return union(pairs, above);
}

const digits: CharacterSet = [0x30, 0x39];
/** White space as C.UTF-8 has it: no-break spaces are not in. */
const spaces = makeSet([
  9, 13, 32, 32, 0x1680, 0x1680, 0x2000, 0x2006, 0x2008, 0x200a, 0x2028, 0x2029, 0x205f, 0x205f, 0x3000, 0x3000,
]);

/** How each POSIX class is found; the big ones when first used. Classes as C.UTF-8's iswalpha and its kin see them. */
const classMakers: Readonly<Record<string, () => CharacterSet>> = {
  alpha: () => ask(/[\p{L}\p{Nl}\p{M}]+/gu, ideographs),
  digit: () => digits,
  alnum: () => union(namedSet('alpha') as CharacterSet, digits, ask(/\p{Nd}+/gu)),
  word: () => union(namedSet('alnum') as CharacterSet, [0x5f, 0x5f]),
  space: () => spaces,
  blank: () => complement(union(complement(spaces), [10, 13, 0x2028, 0x2029])),
  upper: () => ask(/\p{Lu}+/gu),
  lower: () => ask(/\p{Ll}+/gu),
  punct: () => ask(/[\p{P}\p{S}]+/gu),
  cntrl: () => makeSet([0, 31, 127, 159, 0x2028, 0x2029]),
  xdigit: () => makeSet([0x30, 0x39, 0x41, 0x46, 0x61, 0x66]),
  ascii: () => [0, 127],
  graph: () => complement(union(namedSet('space') as CharacterSet, namedSet('cntrl') as CharacterSet)),
  print: () => complement(namedSet('cntrl') as CharacterSet),
};

const made = new Map<string, CharacterSet>();

/** The class [:name:]; undefined if there is none of that name. */
export function namedSet(name: string): CharacterSet | undefined {
  let set = made.get(name);
  if (set === undefined && Object.hasOwn(classMakers, name)) {
    set = (classMakers[name] as () => CharacterSet)();
    made.set(name, set);
  }
  return set;
}
