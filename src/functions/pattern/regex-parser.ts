/**
 * Reads PostgreSQL's advanced regular expressions (manual, section 9.7.3): POSIX brackets and bounds, Perl's class and
 * constraint escapes, lazy quantifiers, lookaround, back references, (?options), ***= and ***: prefixes.
 */
import { SqlError, notSupported } from '../../common/sql-error.ts';
import type { CharacterSet } from './character-set.ts';
import { codePointMax, complement, foldCase, namedSet, union } from './character-set.ts';
import { applyOptionLetter } from './regex-syntax.ts';
import type { Anchor, RegexNode, RegexOptions } from './regex-syntax.ts';

export interface ParsedRegex {
  readonly root: RegexNode;
  readonly groups: number;
  readonly options: RegexOptions;
}

export function regexError(what: string): SqlError {
  return new SqlError('2201B', `invalid regular expression: ${what}`);
}

const repetitionMax = 255;
const nestingMax = 1000;
const newline: CharacterSet = [10, 10];
const anything: CharacterSet = [0, codePointMax];

/** Escapes that stand for a set, by their letter; capitals for its complement. */
const classEscapes: Readonly<Record<string, string>> = { d: 'digit', s: 'space', w: 'word' };

const anchorEscapes: Readonly<Record<string, Anchor>> = {
  A: 'start',
  Z: 'end',
  m: 'wordStart',
  M: 'wordEnd',
  y: 'wordBoundary',
  Y: 'notWordBoundary',
};

const controlEscapes: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  B: 0x5c,
  e: 27,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
};

export function parseRegex(pattern: string, options: Readonly<RegexOptions>): ParsedRegex {
  return new RegexParser(pattern, { ...options }).parse();
}

class RegexParser {
  readonly #characters: readonly string[];
  readonly #options: RegexOptions;
  #at = 0;
  #groups = 0;
  #closedGroups = new Set<number>();
  #depth = 0;

  constructor(pattern: string, options: RegexOptions) {
    this.#characters = Array.from(pattern);
    this.#options = options;
  }

  parse(): ParsedRegex {
    if (!this.#options.literal) this.#readPrefix();
    const root = this.#options.literal ? this.#literalText() : this.#alternation();
    if (this.#at < this.#characters.length) throw regexError('parentheses () not balanced');
    return { root, groups: this.#groups, options: this.#options };
  }

  /** ***= makes the rest a plain text, ***: says what is the default anyway; then (?letters). */
  #readPrefix(): void {
    if (this.#startsWith('***=')) {
      this.#options.literal = true;
      this.#at += 4;
      return;
    }
    if (this.#startsWith('***:')) this.#at += 4;
    else if (this.#startsWith('***')) throw regexError('invalid regexp (reg version 0.8)');
    if (!this.#startsWith('(?') || !/^[a-z]$/.test(this.#characters[this.#at + 2] ?? '')) return;
    this.#at += 2;
    for (let letter = this.#next(); letter !== ')'; letter = this.#next()) {
      if (letter === 'b') throw notSupported('basic regular expression syntax');
      if (letter === undefined || !applyOptionLetter(this.#options, letter)) {
        throw regexError('invalid embedded option');
      }
    }
  }

  #literalText(): RegexNode {
    const items = this.#characters.slice(this.#at).map((character) => this.#character(character));
    this.#at = this.#characters.length;
    return { kind: 'sequence', items };
  }

  #startsWith(text: string): boolean {
    for (let i = 0; i < text.length; i++) if (this.#characters[this.#at + i] !== text.charAt(i)) return false;
    return true;
  }

  #peek(): string | undefined {
    return this.#characters[this.#at];
  }

  #next(): string | undefined {
    return this.#characters[this.#at++];
  }

  #alternation(): RegexNode {
    if (++this.#depth > nestingMax) throw regexError('regular expression is too complex');
    const branches = [this.#sequence()];
    while (this.#peek() === '|') {
      this.#at++;
      branches.push(this.#sequence());
    }
    this.#depth--;
    return branches.length === 1 ? (branches[0] as RegexNode) : { kind: 'alternation', branches };
  }

  #sequence(): RegexNode {
    const items: RegexNode[] = [];
    for (;;) {
      this.#skipIgnored();
      const character = this.#peek();
      if (character === undefined || character === '|' || character === ')') break;
      const atom = this.#atom();
      items.push(this.#quantify(atom));
    }
    return items.length === 1 ? (items[0] as RegexNode) : { kind: 'sequence', items };
  }

  /** Comments (?#…), and white space and # comments in expanded syntax. */
  #skipIgnored(): void {
    for (;;) {
      if (this.#startsWith('(?#')) {
        while (this.#at < this.#characters.length && this.#next() !== ')');
      } else if (this.#options.expanded && /^\s$/.test(this.#peek() ?? '')) {
        this.#at++;
      } else if (this.#options.expanded && this.#peek() === '#') {
        while (this.#at < this.#characters.length && this.#peek() !== '\n') this.#at++;
      } else {
        return;
      }
    }
  }

  #atom(): RegexNode {
    const character = this.#next() as string;
    switch (character) {
      case '(':
        return this.#parenthesis();
      case '[':
        return this.#bracket();
      case '.':
        return { kind: 'set', set: this.#options.newlineStops ? complement(newline) : anything };
      case '^':
        return { kind: 'anchor', at: this.#options.newlineAnchors ? 'lineStart' : 'start' };
      case '$':
        return { kind: 'anchor', at: this.#options.newlineAnchors ? 'lineEnd' : 'end' };
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw regexError('quantifier operand invalid');
      case '{':
        if (isDigit(this.#peek())) throw regexError('quantifier operand invalid');
        return this.#character(character);
      default:
        return this.#character(character);
    }
  }

  #character(character: string): RegexNode {
    const code = character.codePointAt(0) as number;
    return this.#set([code, code]);
  }

  #set(set: CharacterSet): RegexNode {
    return { kind: 'set', set: this.#options.ignoreCase ? foldCase(set) : set };
  }

  #parenthesis(): RegexNode {
    if (this.#peek() !== '?') return this.#capturing();
    this.#at++;
    const kind = this.#next();
    const second = kind === '<' ? this.#next() : undefined;
    let node: (body: RegexNode) => RegexNode;
    if (kind === ':') node = (body) => ({ kind: 'group', capture: false, body });
    else if (kind === '=' || kind === '!') node = lookaround(false, kind === '!');
    else if (second === '=' || second === '!') node = lookaround(true, second === '!');
    else throw regexError('quantifier operand invalid');
    const body = this.#alternation();
    this.#expectClosing();
    return node(body);
  }

  #capturing(): RegexNode {
    const group = ++this.#groups;
    const body = this.#alternation();
    this.#expectClosing();
    this.#closedGroups.add(group);
    return { kind: 'group', capture: true, body };
  }

  #expectClosing(): void {
    if (this.#next() !== ')') throw regexError('parentheses () not balanced');
  }

  #quantify(atom: RegexNode): RegexNode {
    this.#skipIgnored();
    const bound = this.#bound();
    if (bound === undefined) return atom;
    if (atom.kind === 'anchor' || atom.kind === 'look') throw regexError('quantifier operand invalid');
    const lazy = this.#peek() === '?';
    if (lazy) this.#at++;
    this.#skipIgnored();
    const following = this.#peek();
    if (following === '*' || following === '+' || following === '?' || this.#atBound()) {
      throw regexError('quantifier operand invalid');
    }
    return { kind: 'quantified', atom, ...bound, lazy };
  }

  #atBound(): boolean {
    return this.#peek() === '{' && isDigit(this.#characters[this.#at + 1]);
  }

  #bound(): { min: number; max: number; fixed: boolean } | undefined {
    switch (this.#peek()) {
      case '*':
        this.#at++;
        return { min: 0, max: Infinity, fixed: false };
      case '+':
        this.#at++;
        return { min: 1, max: Infinity, fixed: false };
      case '?':
        this.#at++;
        return { min: 0, max: 1, fixed: false };
      default:
        return this.#atBound() ? this.#braces() : undefined;
    }
  }

  #braces(): { min: number; max: number; fixed: boolean } {
    this.#at++;
    const min = this.#number();
    let max = min;
    const hasComma = this.#peek() === ',';
    if (hasComma) {
      this.#at++;
      max = isDigit(this.#peek()) ? this.#number() : Infinity;
    }
    const closing = this.#next();
    if (closing === undefined) throw regexError('braces {} not balanced');
    if (closing !== '}' || min > max || min > repetitionMax || (max !== Infinity && max > repetitionMax)) {
      throw regexError('invalid repetition count(s)');
    }
    return { min, max, fixed: !hasComma };
  }

  #number(): number {
    let value = 0;
    while (isDigit(this.#peek())) value = Math.min(value * 10 + Number(this.#next()), repetitionMax + 1);
    return value;
  }

  #escape(): RegexNode {
    const letter = this.#next();
    if (letter === undefined) throw invalidEscape();
    const anchor = Object.hasOwn(anchorEscapes, letter) ? anchorEscapes[letter] : undefined;
    if (anchor !== undefined) return { kind: 'anchor', at: anchor };
    const set = classEscape(letter);
    if (set !== undefined) return this.#set(set);
    if (/^[1-9]$/.test(letter)) return this.#backreference(letter);
    const code = this.#characterEscape(letter);
    return this.#set([code, code]);
  }

  /** One digit, or as many as name a group that exists; \10 and up may also be octal characters. */
  #backreference(first: string): RegexNode {
    let digits = first;
    while (isDigit(this.#peek()) && Number(digits + this.#peek()) <= this.#groups) digits += this.#next();
    const group = Number(digits);
    if (!this.#closedGroups.has(group)) throw regexError('invalid backreference number');
    return { kind: 'backreference', group };
  }

  /** The code point of \n, \x41, \u0041 …, or of an escaped punctuation mark. */
  #characterEscape(letter: string): number {
    const control = Object.hasOwn(controlEscapes, letter) ? controlEscapes[letter] : undefined;
    if (control !== undefined) return control;
    switch (letter) {
      case 'c': {
        const target = this.#next();
        if (target === undefined) throw invalidEscape();
        return (target.codePointAt(0) as number) & 0x1f;
      }
      case 'x':
        return this.#hex(1, Infinity);
      case 'u':
        return this.#hex(4, 4);
      case 'U':
        return this.#hex(8, 8);
      case '0':
        return this.#octal();
      default:
        if (/^[a-zA-Z0-9]$/.test(letter)) throw invalidEscape();
        return letter.codePointAt(0) as number;
    }
  }

  #hex(min: number, max: number): number {
    let digits = '';
    while (digits.length < max && /^[0-9a-fA-F]$/.test(this.#peek() ?? '')) digits += this.#next();
    const code = Number.parseInt(digits, 16);
    if (digits.length < min || !(code <= codePointMax)) throw invalidEscape();
    return code;
  }

  #octal(): number {
    let code = 0;
    for (let i = 0; i < 2 && /^[0-7]$/.test(this.#peek() ?? ''); i++) code = code * 8 + Number(this.#next());
    return code;
  }

  #bracket(): RegexNode {
    if (this.#startsWith('[:<:]]') || this.#startsWith('[:>:]]')) {
      const at: Anchor = this.#characters[this.#at + 2] === '<' ? 'wordStart' : 'wordEnd';
      this.#at += 6;
      return { kind: 'anchor', at };
    }
    const negated = this.#peek() === '^';
    if (negated) this.#at++;
    let set = this.#bracketMembers();
    if (this.#options.ignoreCase) set = foldCase(set);
    if (!negated) return { kind: 'set', set };
    return { kind: 'set', set: complement(this.#options.newlineStops ? union(set, newline) : set) };
  }

  #bracketMembers(): CharacterSet {
    const sets: CharacterSet[] = [];
    for (let first = true; first || this.#peek() !== ']'; first = false) {
      const low = this.#bracketMember(first);
      if (this.#peek() !== '-' || this.#characters[this.#at + 1] === ']') {
        sets.push(typeof low === 'number' ? [low, low] : low);
        continue;
      }
      this.#at++;
      const high = this.#bracketMember(true);
      if (typeof low !== 'number' || typeof high !== 'number' || low > high) {
        throw regexError('invalid character range');
      }
      sets.push([low, high]);
    }
    this.#at++;
    return union(...sets);
  }

  /** A character's code, or the set of a class. `]` is ordinary in the first place. */
  #bracketMember(first: boolean): number | CharacterSet {
    const character = this.#next();
    if (character === undefined) throw regexError('brackets [] not balanced');
    if (character === '-' && !first && this.#peek() !== ']') throw regexError('invalid character range');
    if (character === '[' && /^[:.=]$/.test(this.#peek() ?? '')) return this.#bracketClass();
    if (character !== '\\') return character.codePointAt(0) as number;
    const letter = this.#next();
    if (letter === undefined) throw invalidEscape();
    return classEscape(letter) ?? this.#characterEscape(letter);
  }

  /** [:alpha:], [=a=], [.a.]. */
  #bracketClass(): number | CharacterSet {
    const mark = this.#next() as string;
    let name = '';
    while (!(this.#peek() === mark && this.#characters[this.#at + 1] === ']')) {
      const character = this.#next();
      if (character === undefined) throw regexError('brackets [] not balanced');
      name += character;
    }
    this.#at += 2;
    if (mark !== ':') {
      if (Array.from(name).length !== 1) throw regexError('invalid collating element');
      return name.codePointAt(0) as number;
    }
    const set = namedSet(name);
    if (set === undefined) throw regexError('invalid character class');
    return set;
  }
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9' && character.length === 1;
}

function invalidEscape(): SqlError {
  return regexError('invalid escape \\ sequence');
}

function lookaround(behind: boolean, negative: boolean): (body: RegexNode) => RegexNode {
  return (body) => ({ kind: 'look', behind, negative, body });
}

function classEscape(letter: string): CharacterSet | undefined {
  const name = Object.hasOwn(classEscapes, letter.toLowerCase()) ? classEscapes[letter.toLowerCase()] : undefined;
  if (name === undefined) return undefined;
  const set = namedSet(name) as CharacterSet;
  return letter === letter.toLowerCase() ? set : complement(set);
}
