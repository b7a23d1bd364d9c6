/**
 * Cuts a date, time or interval literal into fields and guesses what each is from its characters. Nothing is decided here; the
 * decoders look at the kinds and at the text. White space and stray punctuation only separate.
 *
 *   time     12:34:56.789           digits and a colon
 *   date     1999-01-08, 8-jan-1999, jan-08, america/new_york     digits or letters with - / . between
 *   number   19990108, .5, 1.5
 *   string   january, t, utc        letters, lower-cased
 *   zone     +05:30, -8, -1.5       a sign and digits
 *   special  +infinity, -infinity   a sign and letters
 */
import { badFormat } from './datetime-errors.ts';
import { isDigit } from './integer.ts';
import { isSpace } from './whitespace.ts';

export type FieldKind = 'time' | 'date' | 'number' | 'string' | 'zone' | 'special';

export interface Field {
  readonly kind: FieldKind;
  readonly text: string;
}

export const fieldsMax = 25;

function isLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function isPunctuation(code: number): boolean {
  return code > 0x20 && code < 0x7f && !isDigit(code) && !isLetter(code);
}

/** `isWord` tells the words that may be followed by a digit or plus sign without being part of a date or zone name. */
export function splitFields(text: string, charactersMax: number, isWord: (word: string) => boolean): Field[] {
  return new Lexer(text, charactersMax, isWord).run();
}

class Lexer {
  readonly #text: string;
  readonly #isWord: (word: string) => boolean;
  readonly #fields: Field[] = [];
  #room: number;
  #at = 0;

  constructor(text: string, charactersMax: number, isWord: (word: string) => boolean) {
    this.#text = text;
    this.#isWord = isWord;
    this.#room = charactersMax;
  }

  run(): Field[] {
    while (this.#at < this.#text.length) {
      const code = this.#code();
      if (isSpace(code)) this.#at++;
      else this.#field(code);
    }
    return this.#fields;
  }

  #code(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #char(): string {
    return this.#text.charAt(this.#at);
  }

  #field(code: number): void {
    if (this.#fields.length >= fieldsMax) throw badFormat();
    if (isDigit(code)) this.#add(this.#at, this.#numberLike());
    else if (code === 0x2e) this.#add(this.#at, this.#fraction());
    else if (isLetter(code)) this.#add(this.#at, this.#word());
    else if (code === 0x2b || code === 0x2d) this.#signed();
    else if (isPunctuation(code)) this.#at++;
    else throw badFormat();
  }

  #add(start: number, kind: FieldKind, prefix: string = ''): void {
    const text = prefix + this.#text.slice(start, this.#at).toLowerCase();
    this.#room -= text.length + 1;
    if (this.#room < 0) throw badFormat();
    this.#fields.push({ kind, text });
  }

  #digits(): void {
    while (isDigit(this.#code())) this.#at++;
  }

  #letters(): void {
    while (isLetter(this.#code())) this.#at++;
  }

  /** Digits, or any of these characters. */
  #digitsAnd(characters: string): void {
    while (isDigit(this.#code()) || (this.#at < this.#text.length && characters.includes(this.#char()))) this.#at++;
  }

  #numberLike(): FieldKind {
    this.#digits();
    const delimiter = this.#char();
    if (delimiter === ':') {
      this.#digitsAnd(':.');
      return 'time';
    }
    return delimiter === '-' || delimiter === '/' || delimiter === '.' ? this.#dateLike(delimiter) : 'number';
  }

  /** After the first digits of 1999-01-08, 08-jan-1999, 8.5 or 8.1.1999. */
  #dateLike(delimiter: string): FieldKind {
    this.#at++;
    if (!isDigit(this.#code())) {
      while (isDigit(this.#code()) || isLetter(this.#code()) || this.#char() === delimiter) this.#at++;
      return 'date';
    }
    this.#digits();
    if (this.#char() !== delimiter) return delimiter === '.' ? 'number' : 'date';
    this.#digitsAnd(delimiter);
    return 'date';
  }

  #fraction(): FieldKind {
    this.#at++;
    this.#digits();
    return 'number';
  }

  #word(): FieldKind {
    const start = this.#at;
    this.#letters();
    const next = this.#char();
    const joined =
      next === '-' ||
      next === '/' ||
      next === '.' ||
      ((next === '+' || isDigit(this.#code())) && !this.#isWord(this.#text.slice(start, this.#at).toLowerCase()));
    if (!joined) return 'string';
    do this.#at++;
    while (
      isDigit(this.#code()) ||
      isLetter(this.#code()) ||
      (this.#at < this.#text.length && '+-/_.:'.includes(this.#char()))
    );
    return 'date';
  }

  /** A sign, white space allowed after it. */
  #signed(): void {
    const sign = this.#char();
    this.#at++;
    while (isSpace(this.#code())) this.#at++;
    const start = this.#at;
    if (isDigit(this.#code())) {
      this.#digitsAnd(':.-');
      this.#add(start, 'zone', sign);
    } else if (isLetter(this.#code())) {
      this.#letters();
      this.#add(start, 'special', sign);
    } else {
      throw badFormat();
    }
  }
}
