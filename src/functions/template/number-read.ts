/** to_number: digits and signs read from a text as the template places them; other characters are passed over. */
import { SqlError } from '../../common/sql-error.ts';
import type { Numeric } from '../../types/datum.ts';
import { multiply, numericFromInteger } from '../../types/numeric-math.ts';
import { power } from '../../types/numeric-functions.ts';
import { coerceNumeric, parseNumeric } from '../../types/numeric-text.ts';
import { parseNumberTemplate } from './number-template.ts';
import type { NumberTemplate } from './number-template.ts';

export function readNumber(text: string, templateText: string): Numeric | null {
  if (templateText === '') return null;
  const template = parseNumberTemplate(templateText);
  if (template.roman) throw new SqlError('0A000', '"RN" not supported for input');
  const reader = new NumberReader(template, text);
  const number = reader.read();
  const scale = reader.digitsAfter;
  const precision = template.digitsBefore + template.shift + scale;
  const value = coerceNumeric(parseNumeric(number), ((precision << 16) | scale) + 4);
  return template.hasShift
    ? multiply(value, power(numericFromInteger(10), numericFromInteger(-template.shift)))
    : value;
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

class NumberReader {
  readonly #template: NumberTemplate;
  readonly #text: string;
  #at = 0;
  #sign: '' | '-' | '+' = '';
  #number = '';
  #pointRead = false;
  #digitsBefore = 0;
  digitsAfter = 0;

  constructor(template: NumberTemplate, text: string) {
    this.#template = template;
    this.#text = text;
  }

  /** A numeric literal; a blank if nothing was there. */
  read(): string {
    for (const { pattern } of this.#template.nodes) {
      if (this.#atEnd()) break;
      if (pattern === undefined) this.#at += this.#characterWidth();
      else this.#readPattern(pattern);
    }
    const digits = this.#number.endsWith('.') ? this.#number.slice(0, -1) : this.#number;
    return (this.#sign === '' ? ' ' : this.#sign) + digits;
  }

  #atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  #characterWidth(): number {
    return (this.#text.charCodeAt(this.#at) & 0xfc00) === 0xd800 ? 2 : 1;
  }

  #current(): string {
    return this.#text.charAt(this.#at);
  }

  #readPattern(pattern: string): void {
    const { fill } = this.#template;
    switch (pattern) {
      case '9':
      case '0':
      case '.':
      case 'D':
        this.#readDigit(pattern);
        this.#at++;
        return;
      case ',':
      case 'G':
        if (!fill && this.#current() === ',') this.#at++;
        return;
      case 'L':
        this.#skipNonData(1);
        return;
      case 'TH':
        this.#skipNonData(2);
        return;
      case 'MI':
        this.#readSignCharacter('-');
        return;
      case 'PL':
        this.#readSignCharacter('+');
        return;
      case 'SG':
        this.#readSignCharacter('-+');
        return;
      default:
    }
  }

  #readSignCharacter(accepted: string): void {
    const character = this.#current();
    if (character !== '' && accepted.includes(character)) {
      this.#sign = character as '-' | '+';
      this.#at++;
    } else {
      this.#skipNonData(1);
    }
  }

  /** Up to `count` characters that cannot belong to a number. */
  #skipNonData(count: number): void {
    for (let left = count; left > 0 && !this.#atEnd(); left--) {
      if ('0123456789.,+-'.includes(this.#current())) return;
      this.#at += this.#characterWidth();
    }
  }

  /** Reads what one digit pattern stands for; the caller steps over the last character. */
  #readDigit(pattern: string): void {
    if (this.#current() === ' ') this.#at++;
    if (this.#atEnd()) return;
    const nothingRead = this.#digitsBefore + this.digitsAfter === 0;
    if (this.#sign === '' && nothingRead && (pattern === '0' || pattern === '9')) this.#readLeadingSign();
    if (this.#atEnd()) return;
    const read = this.#readCharacter();
    if (read === 'full' || this.#atEnd()) return;
    if (this.#sign === '' && this.#digitsBefore + this.digitsAfter > 0) this.#readTrailingSign(read === 'read');
  }

  #readLeadingSign(): void {
    const { sign, brackets } = this.#template;
    const character = this.#current();
    if (sign === 'before') {
      if (character !== '-' && character !== '+') return;
    } else if (brackets && character === '<') {
      this.#sign = '-';
      this.#at++;
      return;
    } else if (character !== '-' && character !== '+') {
      return;
    }
    this.#sign = character;
    this.#at++;
  }

  /** 'full': a digit beyond the template's places. */
  #readCharacter(): 'read' | 'none' | 'full' {
    const character = this.#current();
    if (isDigit(character)) {
      if (this.#pointRead && this.digitsAfter === this.#template.digitsAfter) return 'full';
      this.#number += character;
      if (this.#pointRead) this.digitsAfter++;
      else this.#digitsBefore++;
      return 'read';
    }
    if (!this.#template.hasPoint || this.#pointRead || character !== '.') return 'none';
    this.#number += '.';
    this.#pointRead = true;
    return 'read';
  }

  /** A sign may follow the last digit wherever S stands; that of MI, PL and SG also before its place in the template. */
  #readTrailingSign(justRead: boolean): void {
    const { sign, plus, minus } = this.#template;
    if (sign !== undefined) {
      const next = this.#text.charAt(this.#at + 1);
      if (!justRead || (next !== '-' && next !== '+')) return;
      this.#sign = next;
      this.#at++;
    } else if (!justRead && (plus || minus)) {
      const character = this.#current();
      if (character === '-' || character === '+') this.#sign = character;
    }
  }
}
