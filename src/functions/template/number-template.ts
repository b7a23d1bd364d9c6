/** Templates of to_char for numbers and of to_number: '9,999.99', 'S099', 'FM999990D00', 'RN'. */
import { SqlError } from '../../common/sql-error.ts';

export type NumberPattern =
  | ','
  | '.'
  | '0'
  | '9'
  | 'B'
  | 'D'
  | 'EEEE'
  | 'FM'
  | 'G'
  | 'L'
  | 'MI'
  | 'PL'
  | 'PR'
  | 'RN'
  | 'SG'
  | 'SP'
  | 'S'
  | 'TH'
  | 'V';

export interface NumberNode {
  /** undefined: a text to copy. */
  readonly pattern: NumberPattern | undefined;
  readonly text: string;
}

/** What the template says as a whole. Positions count digit patterns. */
export interface NumberTemplate {
  readonly nodes: readonly NumberNode[];
  /** Digits before and after the decimal point. */
  readonly digitsBefore: number;
  readonly digitsAfter: number;
  /** Digits after V: the value is multiplied by ten to that. */
  readonly shift: number;
  /** Position of the first 0 before the point, from 1; 0: none. */
  readonly zeroStart: number;
  /** Position of the last 0. */
  readonly zeroEnd: number;
  readonly fill: boolean;
  readonly hasPoint: boolean;
  readonly hasShift: boolean;
  /** S: before or after the number. */
  readonly sign: 'before' | 'after' | undefined;
  /** Digits before the S. */
  readonly digitsBeforeSign: number;
  /** MI or SG, PL or SG, PR. */
  readonly minus: boolean;
  readonly plus: boolean;
  readonly brackets: boolean;
  readonly roman: boolean;
  readonly scientific: boolean;
}

type Draft = { -readonly [K in keyof NumberTemplate]: NumberTemplate[K] };

const spellings = 'EEEE FM MI PL PR RN SG SP TH , . 0 9 B D G L S V'.split(' ');

const cached = new Map<string, NumberTemplate>();
const cachedMax = 50;

export function parseNumberTemplate(template: string): NumberTemplate {
  let parsed = cached.get(template);
  if (parsed === undefined) {
    parsed = parse(template);
    if (cached.size >= cachedMax) cached.delete(cached.keys().next().value as string);
    cached.set(template, parsed);
  }
  return parsed;
}

function parse(template: string): NumberTemplate {
  const nodes = cut(template);
  const draft: Draft = {
    nodes,
    digitsBefore: 0,
    digitsAfter: 0,
    shift: 0,
    zeroStart: 0,
    zeroEnd: 0,
    fill: false,
    hasPoint: false,
    hasShift: false,
    sign: undefined,
    digitsBeforeSign: 0,
    minus: false,
    plus: false,
    brackets: false,
    roman: false,
    scientific: false,
  };
  for (const { pattern } of nodes) if (pattern !== undefined) note(draft, pattern);
  return draft;
}

/** Patterns in capitals or small letters; quoted texts; single other characters. */
function cut(template: string): NumberNode[] {
  const nodes: NumberNode[] = [];
  let at = 0;
  let quoted = false;
  while (at < template.length) {
    const spelling = quoted ? undefined : findSpelling(template, at);
    if (spelling !== undefined) {
      nodes.push({ pattern: spelling.toUpperCase() as NumberPattern, text: spelling });
      at += spelling.length;
      continue;
    }
    const character = String.fromCodePoint(template.codePointAt(at) as number);
    at += character.length;
    if (character === '"') quoted = !quoted;
    else if (character === '\\' && (quoted || template.charAt(at) === '"')) {
      nodes.push({ pattern: undefined, text: template.charAt(at) });
      at++;
    } else nodes.push({ pattern: undefined, text: character });
  }
  return nodes;
}

function findSpelling(template: string, at: number): string | undefined {
  for (const spelling of spellings) {
    const text = template.slice(at, at + spelling.length);
    if (text === spelling || text === spelling.toLowerCase()) return text;
  }
  return undefined;
}

function templateError(message: string, detail?: string): SqlError {
  return new SqlError('42601', message, { detail });
}

/** Takes one pattern into account; they come in their order. */
function note(draft: Draft, pattern: NumberPattern): void {
  if (draft.scientific && pattern !== 'EEEE') throw templateError('"EEEE" must be the last pattern used');
  switch (pattern) {
    case '9':
      noteDigit(draft, '9');
      return;
    case '0':
      noteDigit(draft, '0');
      return;
    case 'D':
    case '.':
      if (draft.hasPoint) throw templateError('multiple decimal points');
      if (draft.hasShift) throw templateError('cannot use "V" and decimal point together');
      draft.hasPoint = true;
      return;
    case 'FM':
      draft.fill = true;
      return;
    case 'RN':
      draft.roman = true;
      return;
    case 'V':
      if (draft.hasPoint) throw templateError('cannot use "V" and decimal point together');
      draft.hasShift = true;
      return;
    case 'EEEE':
      noteScientific(draft);
      return;
    default:
      noteSign(draft, pattern);
  }
}

function noteDigit(draft: Draft, digit: '0' | '9'): void {
  if (draft.brackets) throw templateError(`"${digit}" must be ahead of "PR"`);
  if (digit === '9' && draft.hasShift) {
    draft.shift++;
    return;
  }
  if (digit === '0' && draft.zeroStart === 0 && !draft.hasPoint) draft.zeroStart = draft.digitsBefore + 1;
  if (draft.hasPoint) draft.digitsAfter++;
  else draft.digitsBefore++;
  if (digit === '0') draft.zeroEnd = draft.digitsBefore + draft.digitsAfter;
}

function noteSign(draft: Draft, pattern: NumberPattern): void {
  switch (pattern) {
    case 'S':
      if (draft.sign !== undefined) throw templateError('cannot use "S" twice');
      if (draft.plus || draft.minus || draft.brackets) {
        throw templateError('cannot use "S" and "PL"/"MI"/"SG"/"PR" together');
      }
      draft.sign = draft.hasPoint ? 'after' : 'before';
      draft.digitsBeforeSign = draft.digitsBefore;
      return;
    case 'MI':
    case 'PL':
    case 'SG':
      if (draft.sign !== undefined) throw templateError(`cannot use "S" and "${pattern}" together`);
      if (pattern !== 'PL') draft.minus = true;
      if (pattern !== 'MI') draft.plus = true;
      return;
    case 'PR':
      if (draft.sign !== undefined || draft.plus || draft.minus) {
        throw templateError('cannot use "PR" and "S"/"PL"/"MI"/"SG" together');
      }
      draft.brackets = true;
      return;
    default:
  }
}

function noteScientific(draft: Draft): void {
  if (draft.scientific) throw templateError('cannot use "EEEE" twice');
  if (
    draft.fill ||
    draft.sign !== undefined ||
    draft.brackets ||
    draft.minus ||
    draft.plus ||
    draft.roman ||
    draft.hasShift
  ) {
    throw templateError(
      '"EEEE" is incompatible with other formats',
      '"EEEE" may only be used together with digit and decimal point patterns.',
    );
  }
  draft.scientific = true;
}
