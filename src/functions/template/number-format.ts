/**
 * to_char of numbers. The number comes as decimal digits, rounded to the template's places; a writer walks the template and
 * puts out a digit, a blank or a zero for each 9 and 0, and the sign just before the first digit it shows.
 */
import type { Numeric } from '../../types/datum.ts';
import {
  absolute,
  compareNumerics,
  makeNumeric,
  multiply,
  numericFromInteger,
  round,
} from '../../types/numeric-math.ts';
import { power } from '../../types/numeric-functions.ts';
import { formatNumeric } from '../../types/numeric-text.ts';
import { roundHalfEven } from '../inline-runtime.ts';
import { parseNumberTemplate } from './number-template.ts';
import type { NumberNode, NumberTemplate } from './number-template.ts';
import { ordinalEnding, romanNumeral } from './ordinal.ts';

/** The digits to show, without sign; `digits` may have a point, and be words for what is no number. */
interface Decimal {
  readonly digits: string;
  readonly negative: boolean;
}

/** Digits that a double, and a single, can be trusted with. */
const doubleDigits = 15;
export const singleDigits = 6;

const zero = numericFromInteger(0);

/** numeric, int4 and int8. */
export function formatNumericBy(value: Numeric, template: string): string {
  if (template === '') return '';
  const parsed = parseNumberTemplate(template);
  if (parsed.roman) return writeRoman(parsed, value.kind === 'finite' ? Number(round(value, 0).digits) : 0);
  if (parsed.scientific) return numericInScientific(value, parsed);
  const shifted = parsed.hasShift ? multiply(value, shiftFactor(parsed.shift)) : value;
  const rounded = round(shifted, parsed.digitsAfter);
  const negative = compareNumerics(rounded, zero) < 0;
  return writeNumber(parsed, { digits: formatNumeric(absolute(rounded)), negative });
}

function shiftFactor(places: number): Numeric {
  return power(numericFromInteger(10), numericFromInteger(places));
}

/** float4 and float8: no more digits than they have. */
export function formatFloatBy(value: number, template: string, digitsMax: number = doubleDigits): string {
  if (template === '') return '';
  const parsed = parseNumberTemplate(template);
  if (parsed.roman) return writeRoman(parsed, roundHalfEven(value));
  if (parsed.scientific) return floatInScientific(value, parsed);
  const shifted = parsed.hasShift ? value * 10 ** parsed.shift : value;
  const whole = floatDigits(Math.abs(shifted), 0);
  const places = Math.max(0, Math.min(parsed.digitsAfter, digitsMax - whole.length));
  return writeNumber(parsed, {
    digits: floatDigits(Math.abs(shifted), places),
    negative: shifted < 0 || Object.is(shifted, -0),
  });
}

/** C's %.*f; exact, where JavaScript's toFixed gives up at 1e21. */
function floatDigits(magnitude: number, places: number): string {
  if (magnitude !== magnitude) return 'NaN';
  if (magnitude === Infinity) return 'Infinity';
  if (magnitude < 1e21) return fixedHalfEven(magnitude, Math.min(places, 75));
  return BigInt(magnitude).toString() + (places > 0 ? `.${'0'.repeat(places)}` : '');
}

/** toFixed, but a value exactly between two goes to the even one, as in C. */
function fixedHalfEven(magnitude: number, places: number): string {
  const text = magnitude.toFixed(places);
  const longer = magnitude.toFixed(places + 25);
  const cut = longer.length - 25;
  if (!/^50*$/.test(longer.slice(cut))) return text;
  const below = longer.slice(0, cut).replace(/\.$/, '');
  return Number(below.at(-1)) % 2 === 0 ? below : text;
}

/** Blanks and # where a number would stand. */
function overflowed({ digitsBefore, digitsAfter }: NumberTemplate): string {
  const marks = '#'.repeat(digitsBefore + digitsAfter + 6).split('');
  marks[0] = ' ';
  marks[digitsBefore + 1] = '.';
  return marks.join('');
}

function withTwoExponentDigits(text: string): string {
  return text.replace(/e([+-])(\d)$/, 'e$10$2');
}

function floatInScientific(value: number, template: NumberTemplate): string {
  if (!isFinite(value)) return overflowed(template);
  const text = withTwoExponentDigits(Math.abs(value).toExponential(Math.min(template.digitsAfter, 100)));
  return (value < 0 ? '-' : ' ') + text;
}

/** Like PostgreSQL 15 this leaves a mantissa that rounds up to 10 as it is. */
function numericInScientific(value: Numeric, template: NumberTemplate): string {
  if (value.kind !== 'finite') return overflowed(template);
  const digits = String(value.digits).replace('-', '');
  const sign = value.digits < 0 ? '-' : ' ';
  const places = template.digitsAfter;
  const exponent = value.digits === 0 ? 0 : digits.length - 1 - value.scale;
  const mantissa = formatNumeric(round(makeNumeric(BigInt(digits), digits.length - 1), places));
  const size = String(Math.abs(exponent)).padStart(2, '0');
  return `${sign}${mantissa}e${exponent < 0 ? '-' : '+'}${size}`;
}

function writeRoman({ nodes, fill }: NumberTemplate, value: number): string {
  const numeral = romanNumeral(value);
  let result = '';
  for (const { pattern, text } of nodes) {
    if (pattern === undefined) result += text;
    if (pattern !== 'RN') continue;
    const shown = text === 'rn' ? numeral.toLowerCase() : numeral;
    result += fill ? shown : shown.padStart(15);
  }
  return result;
}

function writeNumber(template: NumberTemplate, decimal: Decimal): string {
  const before = decimal.digits.indexOf('.') < 0 ? decimal.digits.length : decimal.digits.indexOf('.');
  const { digitsBefore, digitsAfter, shift } = template;
  const places = digitsBefore + shift;
  if (before <= places) return new NumberWriter(template, decimal, places - before).write();
  const marks = `${'#'.repeat(places)}.${'#'.repeat(digitsAfter)}`;
  return new NumberWriter(template, { ...decimal, digits: marks }, 0).write();
}

class NumberWriter {
  readonly #template: NumberTemplate;
  readonly #digits: string;
  readonly #negative: boolean;
  /** Digit patterns before the first digit of the number. */
  readonly #blanks: number;
  readonly #zeroStart: number;
  readonly #hasZero: boolean;
  readonly #brackets: boolean;
  readonly #sign: NumberTemplate['sign'];
  /** Index of the last digit that FM keeps; undefined: all are kept. */
  readonly #lastRelevant: number | undefined;
  #signWritten: boolean;
  /** Digit patterns there are, less one. */
  #patternCount: number;
  #position = 0;
  #next = 0;
  /** A digit has been shown. */
  #inNumber = false;
  #output = '';
  /** A digit was asked for beyond the last: nothing more is written. */
  #ended = false;

  constructor(template: NumberTemplate, decimal: Decimal, blanks: number) {
    this.#template = template;
    this.#digits = decimal.digits;
    this.#negative = decimal.negative;
    this.#blanks = blanks;
    this.#hasZero = template.zeroStart > 0;
    this.#zeroStart = template.zeroStart - 1;
    this.#brackets = template.brackets && !(template.fill && !decimal.negative);
    this.#sign = this.#placeSign();
    this.#signWritten = this.#needsNoSign();
    this.#lastRelevant = this.#findLastRelevant();
    this.#patternCount = template.digitsAfter + template.digitsBefore + template.shift - 1;
    if (!this.#signWritten && blanks === 0) this.#patternCount++;
  }

  /** S after all digits is a sign after the number. */
  #placeSign(): NumberTemplate['sign'] {
    const { sign, digitsBefore, shift, digitsBeforeSign, plus, minus } = this.#template;
    if (plus || minus) return sign;
    return sign === 'before' && digitsBefore + shift === digitsBeforeSign ? 'after' : sign;
  }

  #needsNoSign(): boolean {
    const { plus, minus, fill, sign } = this.#template;
    if (plus || minus) return minus;
    return !this.#negative && fill && sign === undefined;
  }

  #findLastRelevant(): number | undefined {
    const { fill, hasPoint, zeroEnd } = this.#template;
    const point = this.#digits.indexOf('.');
    if (!fill || !hasPoint || point < 0) return undefined;
    let last = point;
    for (let i = point + 1; i < this.#digits.length; i++) if (this.#digits.charAt(i) !== '0') last = i;
    if (zeroEnd <= this.#blanks) return last;
    return Math.max(last, Math.min(this.#digits.length - 1, zeroEnd - this.#blanks));
  }

  write(): string {
    for (const node of this.#template.nodes) {
      if (!this.#ended) this.#writeNode(node);
    }
    return this.#output;
  }

  #writeNode({ pattern, text }: NumberNode): void {
    const { fill, hasPoint } = this.#template;
    const sign = this.#negative ? '-' : '+';
    switch (pattern) {
      case undefined:
        this.#output += text;
        return;
      case '9':
      case '0':
      case '.':
      case 'D':
        this.#writeDigit(pattern);
        return;
      case ',':
      case 'G':
        if (this.#inNumber) this.#output += ',';
        else if (!fill) this.#output += ' ';
        return;
      case 'L':
        this.#output += ' ';
        return;
      case 'TH':
        if (this.#digits.startsWith('#') || this.#negative || hasPoint) return;
        this.#output += text === 'TH' ? ordinalEnding(this.#digits).toUpperCase() : ordinalEnding(this.#digits);
        return;
      case 'MI':
        this.#output += this.#negative ? '-' : fill ? '' : ' ';
        return;
      case 'PL':
        this.#output += this.#negative ? (fill ? '' : ' ') : '+';
        return;
      case 'SG':
        this.#output += sign;
        return;
      default:
    }
  }

  #writeDigit(pattern: '9' | '0' | '.' | 'D'): void {
    this.#inNumber = false;
    this.#writeLeadingSign();
    const beforeNumber = this.#position < this.#blanks;
    const beforeZeros = !this.#hasZero || this.#zeroStart > this.#position;
    if (beforeNumber && beforeZeros) {
      if (!this.#template.fill) this.#output += ' ';
    } else if (beforeNumber) {
      this.#output += '0';
      this.#inNumber = true;
    } else {
      this.#copyDigit(pattern);
    }
    if (!this.#ended) this.#writeTrailingSign();
    this.#position++;
  }

  /** A lone 0 before the point is shown as a blank: ' .1'. */
  #hidesZero(): boolean {
    return !this.#hasZero && this.#next === 0 && this.#digits.startsWith('0') && this.#template.digitsAfter !== 0;
  }

  #endsAtPoint(): boolean {
    return this.#lastRelevant !== undefined && this.#digits.charAt(this.#lastRelevant) === '.';
  }

  #writeLeadingSign(): void {
    if (this.#signWritten) return;
    const reached = this.#position >= this.#blanks || (this.#hasZero && this.#zeroStart === this.#position);
    if (!reached || (this.#hidesZero() && !this.#endsAtPoint())) return;
    if (this.#sign !== undefined) {
      if (this.#sign === 'after') return;
      this.#output += this.#negative ? '-' : '+';
    } else if (this.#brackets) {
      this.#output += this.#negative ? '<' : ' ';
    } else if (this.#negative) {
      this.#output += '-';
    } else if (!this.#template.fill) {
      this.#output += ' ';
    }
    this.#signWritten = true;
  }

  #copyDigit(pattern: '9' | '0' | '.' | 'D'): void {
    const digit = this.#digits.charAt(this.#next);
    if (digit === '.') {
      if (!this.#endsAtPoint() || this.#template.fill) this.#output += '.';
    } else if (this.#lastRelevant !== undefined && this.#next > this.#lastRelevant && pattern !== '0') {
      // A trailing zero that FM leaves out.
    } else if (this.#hidesZero()) {
      if (!this.#template.fill) this.#output += ' ';
      else if (this.#endsAtPoint()) this.#output += '0';
    } else if (digit === '') {
      this.#ended = true;
    } else {
      this.#output += digit;
      this.#inNumber = true;
    }
    if (this.#next < this.#digits.length) this.#next++;
  }

  #writeTrailingSign(): void {
    const { hasPoint } = this.#template;
    let end = this.#patternCount + (this.#blanks > 0 ? 1 : 0) + (hasPoint ? 1 : 0);
    if (this.#lastRelevant !== undefined && this.#lastRelevant === this.#next) end = this.#position;
    if (this.#position + 1 !== end) return;
    if (this.#signWritten && this.#brackets) this.#output += this.#negative ? '>' : ' ';
    else if (this.#sign === 'after') this.#output += this.#negative ? '-' : '+';
  }
}

/** int4 and int8 in scientific notation go through a double, as in PostgreSQL. */
export function formatIntegerBy(value: number | bigint, template: string): string {
  if (template !== '' && parseNumberTemplate(template).scientific && typeof value === 'number') {
    return formatFloatBy(value, template);
  }
  return formatNumericBy(numericFromInteger(value), template);
}
