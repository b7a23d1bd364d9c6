/**
 * Templates of to_char, to_date and to_timestamp, cut into patterns and texts: 'FMMonth DDth, YYYY "at" HH24:MI'. Patterns are
 * written in capitals or small letters; Day, Dy, Month and Mon also with one capital.
 */

export type DatePattern =
  | 'A.D.'
  | 'A.M.'
  | 'AD'
  | 'AM'
  | 'B.C.'
  | 'BC'
  | 'CC'
  | 'DAY'
  | 'DDD'
  | 'DD'
  | 'DY'
  | 'D'
  | 'FF1'
  | 'FF2'
  | 'FF3'
  | 'FF4'
  | 'FF5'
  | 'FF6'
  | 'FX'
  | 'HH24'
  | 'HH12'
  | 'HH'
  | 'IDDD'
  | 'ID'
  | 'IW'
  | 'IYYY'
  | 'IYY'
  | 'IY'
  | 'I'
  | 'J'
  | 'MI'
  | 'MM'
  | 'MONTH'
  | 'MON'
  | 'MS'
  | 'OF'
  | 'P.M.'
  | 'PM'
  | 'Q'
  | 'RM'
  | 'SSSSS'
  | 'SSSS'
  | 'SS'
  | 'TZH'
  | 'TZM'
  | 'TZ'
  | 'US'
  | 'WW'
  | 'W'
  | 'Y,YYY'
  | 'YYYY'
  | 'YYY'
  | 'YY'
  | 'Y';

/** How a name is written: MONTH, Month, month. */
export type LetterCase = 'upper' | 'capital' | 'lower';

export interface PatternNode {
  readonly kind: 'pattern';
  readonly pattern: DatePattern;
  /** As it stands in the template. */
  readonly text: string;
  readonly letterCase: LetterCase;
  /** FM: no blanks or zeros to fill. TM, a translated name, is not filled either. */
  readonly fill: boolean;
  /** TH or th: an ordinal's ending. */
  readonly ordinal: 'TH' | 'th' | undefined;
}

export interface TextNode {
  /** A separator is punctuation outside quotes. */
  readonly kind: 'text' | 'separator' | 'space';
  readonly text: string;
}

export type DateNode = PatternNode | TextNode;

const patterns = (
  'A.D. A.M. AD AM B.C. BC CC DAY DDD DD DY D FF1 FF2 FF3 FF4 FF5 FF6 FX HH24 HH12 HH IDDD ID IW IYYY IYY IY I J MI MM ' +
  'MONTH MON MS OF P.M. PM Q RM SSSSS SSSS SS TZH TZM TZ US WW W Y,YYY YYYY YYY YY Y'
).split(' ') as DatePattern[];

interface Spelling {
  readonly text: string;
  readonly pattern: DatePattern;
  readonly letterCase: LetterCase;
}

function capitalised(pattern: string): string {
  return pattern.charAt(0) + pattern.slice(1).toLowerCase();
}

/** Longer ones first, so that DDD is not read as DD and D. */
const spellings: readonly Spelling[] = patterns
  .flatMap((pattern): Spelling[] => [
    { text: pattern, pattern, letterCase: 'upper' },
    { text: pattern.toLowerCase(), pattern, letterCase: 'lower' },
    ...(/^(?:DAY|DY|MONTH|MON)$/.test(pattern)
      ? [{ text: capitalised(pattern), pattern, letterCase: 'capital' as const }]
      : []),
  ])
  .toSorted((a, b) => b.text.length - a.text.length);

const prefixPattern = /^(?:FM|fm|TM|tm)$/;

const cached = new Map<string, readonly DateNode[]>();
const cachedMax = 50;

export function parseDateTemplate(template: string): readonly DateNode[] {
  let nodes = cached.get(template);
  if (nodes === undefined) {
    nodes = parse(template);
    if (cached.size >= cachedMax) cached.delete(cached.keys().next().value as string);
    cached.set(template, nodes);
  }
  return nodes;
}

function parse(template: string): DateNode[] {
  const nodes: DateNode[] = [];
  let at = 0;
  while (at < template.length) {
    const pattern = readPattern(template, at);
    if (pattern !== undefined) {
      nodes.push(pattern.node);
      at = pattern.next;
    } else if (template.charAt(at) === '"') {
      at = readQuoted(template, at + 1, nodes);
    } else {
      // A prefix of nothing is dropped, and what follows is a text.
      if (prefixPattern.test(template.slice(at, at + 2))) at += 2;
      if (at >= template.length) break;
      if (template.startsWith('\\"', at)) at++;
      const character = String.fromCodePoint(template.codePointAt(at) as number);
      nodes.push({ kind: textKind(character), text: character });
      at += character.length;
    }
  }
  return nodes;
}

/** Prefixes, a pattern, suffixes; undefined if no pattern stands here. */
function readPattern(template: string, start: number): { node: PatternNode; next: number } | undefined {
  let at = start;
  let fill = false;
  let translated = false;
  const prefix = template.slice(at, at + 2);
  if (prefixPattern.test(prefix)) {
    if (/^fm$/i.test(prefix)) fill = true;
    else translated = true;
    at += 2;
  }
  const spelling = spellings.find(({ text }) => template.startsWith(text, at));
  if (spelling === undefined) return undefined;
  at += spelling.text.length;
  let ordinal: 'TH' | 'th' | undefined;
  const suffix = template.slice(at, at + 2);
  if (suffix === 'TH' || suffix === 'th') {
    ordinal = suffix;
    at += 2;
  } else if (suffix === 'SP') {
    at += 2;
  }
  const isName = /^(?:DAY|DY|MONTH|MON)$/.test(spelling.pattern);
  return { node: { kind: 'pattern', ...spelling, fill: fill || (translated && isName), ordinal }, next: at };
}

/** Characters up to the closing quote are texts; a backslash takes the next one as it is. */
function readQuoted(template: string, start: number, nodes: DateNode[]): number {
  let at = start;
  while (at < template.length && template.charAt(at) !== '"') {
    if (template.charAt(at) === '\\' && at + 1 < template.length) at++;
    const character = String.fromCodePoint(template.codePointAt(at) as number);
    nodes.push({ kind: 'text', text: character });
    at += character.length;
  }
  return at + 1;
}

function textKind(character: string): TextNode['kind'] {
  if (isSeparator(character)) return 'separator';
  return /^\s$/.test(character) ? 'space' : 'text';
}

/** ASCII punctuation. */
export function isSeparator(character: string): boolean {
  return /^[!-/:-@[-`{-~]$/.test(character);
}

export const fullMonthNames =
  'January February March April May June July August September October November December'.split(' ');
export const shortMonthNames = fullMonthNames.map((name) => name.slice(0, 3));
export const fullDayNames = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
export const shortDayNames = fullDayNames.map((name) => name.slice(0, 3));
export const romanMonths = 'I II III IV V VI VII VIII IX X XI XII'.split(' ');
