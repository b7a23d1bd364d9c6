/**
 * Reads a text by a template of to_date and to_timestamp into fields. Blanks and separators of the template match any of them, or
 * none; a number is read as far as it goes when no digit can follow it, else as many digits as its pattern has letters.
 */
import { SqlError } from '../../common/sql-error.ts';
import {
  fullDayNames,
  fullMonthNames,
  isSeparator,
  parseDateTemplate,
  romanMonths,
  shortDayNames,
  shortMonthNames,
} from './date-template.ts';
import type { DateNode, DatePattern, PatternNode } from './date-template.ts';

/** What was read; 0 where nothing was. */
export interface Fields {
  convention: 'none' | 'gregorian' | 'iso';
  hour: number;
  minute: number;
  second: number;
  secondOfDay: number;
  millisecond: number;
  microsecond: number;
  pm: boolean;
  twelveHour: boolean;
  year: number;
  yearDigits: number;
  century: number;
  bc: boolean;
  month: number;
  day: number;
  dayOfYear: number;
  /** Sunday is 1. */
  weekday: number;
  week: number;
  weekOfMonth: number;
  julian: number;
  zoneSign: number;
  zoneHours: number;
  zoneMinutes: number;
}

function emptyFields(): Fields {
  return {
    convention: 'none',
    hour: 0,
    minute: 0,
    second: 0,
    secondOfDay: 0,
    millisecond: 0,
    microsecond: 0,
    pm: false,
    twelveHour: false,
    year: 0,
    yearDigits: 0,
    century: 0,
    bc: false,
    month: 0,
    day: 0,
    dayOfYear: 0,
    weekday: 0,
    week: 0,
    weekOfMonth: 0,
    julian: 0,
    zoneSign: 0,
    zoneHours: 0,
    zoneMinutes: 0,
  };
}

export function formatError(message: string, detail?: string, hint?: string): SqlError {
  return new SqlError('22007', message, { detail, hint });
}

const isoPatterns: ReadonlySet<DatePattern> = new Set<DatePattern>(['IDDD', 'ID', 'IW', 'IYYY', 'IYY', 'IY', 'I']);
const gregorianPatterns: ReadonlySet<DatePattern> = new Set<DatePattern>([
  'DDD',
  'DD',
  'D',
  'MM',
  'MONTH',
  'MON',
  'RM',
  'WW',
  'W',
  'Y,YYY',
  'YYYY',
  'YYY',
  'YY',
  'Y',
]);
/** Patterns that stand for digits: a number before one ends where its letters do. */
const wordPatterns: ReadonlySet<DatePattern> = new Set<DatePattern>([
  'A.D.',
  'A.M.',
  'AD',
  'AM',
  'B.C.',
  'BC',
  'DAY',
  'DY',
  'FX',
  'MONTH',
  'MON',
  'OF',
  'P.M.',
  'PM',
  'RM',
  'TZH',
  'TZ',
]);

export class TemplateReader {
  readonly #text: string;
  readonly #nodes: readonly DateNode[];
  readonly #fields = emptyFields();
  #at = 0;
  /** Blanks passed over beyond what the template asked for. */
  #extraSkipped = 0;
  #exact = false;

  constructor(text: string, template: string) {
    this.#text = text;
    this.#nodes = parseDateTemplate(template);
  }

  read(): Fields {
    this.#nodes.forEach((node, index) => {
      if (this.#at < this.#text.length) this.#readNode(node, index);
    });
    return this.#fields;
  }

  #current(): string {
    return this.#at < this.#text.length ? String.fromCodePoint(this.#text.codePointAt(this.#at) as number) : '';
  }

  #skipBlanks(): void {
    while (/^\s$/.test(this.#current())) {
      this.#at++;
      this.#extraSkipped++;
    }
  }

  #readNode(node: DateNode, index: number): void {
    const isPattern = node.kind === 'pattern';
    if (!this.#exact && !(isPattern && node.pattern === 'FX') && (isPattern || index === 0)) this.#skipBlanks();
    if (isPattern) {
      this.#readPattern(node, index);
      if (this.#exact) return;
      this.#extraSkipped = 0;
      this.#skipBlanks();
    } else if (this.#exact) {
      this.#at += this.#current().length;
    } else if (node.kind === 'text') {
      if (this.#extraSkipped > 0) this.#extraSkipped--;
      else this.#at += this.#current().length;
    } else {
      this.#extraSkipped--;
      if (/^\s$/.test(this.#current()) || isSeparator(this.#current())) {
        this.#at++;
        this.#extraSkipped++;
      }
    }
  }

  #readPattern(node: PatternNode, index: number): void {
    this.#useConvention(node.pattern);
    if (this.#readClock(node, index) || this.#readName(node) || this.#readDate(node, index)) return;
    this.#readYear(node, index);
  }

  #useConvention(pattern: DatePattern): void {
    const convention = isoPatterns.has(pattern) ? 'iso' : gregorianPatterns.has(pattern) ? 'gregorian' : 'none';
    if (convention === 'none') return;
    if (this.#fields.convention === 'none') this.#fields.convention = convention;
    else if (this.#fields.convention !== convention) {
      throw formatError(
        'invalid combination of date conventions',
        undefined,
        'Do not mix Gregorian and ISO week date conventions in a formatting template.',
      );
    }
  }

  /** No digit can follow this node. */
  #endsNumber(node: PatternNode, index: number): boolean {
    if (node.fill || node.ordinal !== undefined) return true;
    const next = this.#nodes[index + 1];
    if (next === undefined) return true;
    return next.kind === 'pattern' ? wordPatterns.has(next.pattern) : !/^\d$/.test(next.text);
  }

  /** An integer of at most `length` characters, or as long as it is; returns how many there were. */
  #readInteger(node: PatternNode, index: number, length: number): { value: number; width: number } {
    while (/^\s$/.test(this.#current())) this.#at++;
    const rest = this.#text.slice(this.#at);
    const taken = rest.slice(0, length);
    const fixed = !this.#endsNumber(node, index);
    if (fixed && taken.length < length) {
      throw formatError(
        `source string too short for "${node.text}" formatting field`,
        `Field requires ${length} characters, but only ${taken.length} remain.`,
        fillHint,
      );
    }
    const digits = /^[+-]?\d+/.exec(fixed ? taken : rest)?.[0] ?? '';
    if (digits === '') throw formatError(`invalid value "${taken}" for "${node.text}"`, 'Value must be an integer.');
    if (fixed && digits.length < length) {
      throw formatError(
        `invalid value "${taken}" for "${node.text}"`,
        `Field requires ${length} characters, but only ${digits.length} could be parsed.`,
        fillHint,
      );
    }
    const value = Number(digits);
    if (Math.abs(value) > 2147483647) {
      throw new SqlError('22008', `value for "${node.text}" in source string is out of range`, {
        detail: 'Value must be in the range -2147483648 to 2147483647.',
      });
    }
    this.#at += digits.length;
    return { value, width: digits.length };
  }

  #setNumber(field: NumberField, node: PatternNode, index: number, length: number = node.pattern.length): number {
    const { value, width } = this.#readInteger(node, index, length);
    this.#set(field, value, node);
    return width;
  }

  #set(field: NumberField, value: number, node: PatternNode): void {
    const before = this.#fields[field];
    if (before !== 0 && before !== value) {
      throw formatError(
        `conflicting values for "${node.text}" field in formatting string`,
        'This value contradicts a previous setting for the same field type.',
      );
    }
    this.#fields[field] = value;
  }

  #readClock(node: PatternNode, index: number): boolean {
    switch (node.pattern) {
      case 'FX':
        this.#exact = true;
        return true;
      case 'HH':
      case 'HH12':
        this.#setNumber('hour', node, index, 2);
        this.#fields.twelveHour = true;
        return true;
      case 'HH24':
        this.#setNumber('hour', node, index, 2);
        return true;
      case 'MI':
        this.#setNumber('minute', node, index);
        return true;
      case 'SS':
        this.#setNumber('second', node, index);
        return true;
      case 'MS': {
        const width = this.#setNumber('millisecond', node, index, 3);
        this.#fields.millisecond *= 10 ** (3 - Math.min(width, 3));
        return true;
      }
      case 'SSSS':
      case 'SSSSS':
        this.#setNumber('secondOfDay', node, index);
        return true;
      default:
        return this.#readFraction(node, index) || this.#readZone(node, index);
    }
  }

  /** 25 of a fraction is 0.25. */
  #readFraction(node: PatternNode, index: number): boolean {
    const digits = node.pattern === 'US' ? 6 : /^FF\d$/.test(node.pattern) ? Number(node.pattern.charAt(2)) : 0;
    if (digits === 0) return false;
    const width = this.#setNumber('microsecond', node, index, digits);
    this.#fields.microsecond *= 10 ** (6 - Math.min(width, 6));
    return true;
  }

  #readZone(node: PatternNode, index: number): boolean {
    switch (node.pattern) {
      case 'TZ':
      case 'OF':
        throw new SqlError('0A000', `formatting field "${node.text}" is only supported in to_char`);
      case 'TZH': {
        const sign = this.#current();
        if (sign === '+' || sign === '-' || sign === ' ') this.#at++;
        const before = this.#extraSkipped > 0 ? this.#text.charAt(this.#at - 1) : '';
        this.#fields.zoneSign = sign === '-' || (sign !== '+' && sign !== ' ' && before === '-') ? -1 : 1;
        this.#setNumber('zoneHours', node, index, 2);
        return true;
      }
      case 'TZM':
        if (this.#fields.zoneSign === 0) this.#fields.zoneSign = 1;
        this.#setNumber('zoneMinutes', node, index, 2);
        return true;
      default:
        return false;
    }
  }

  /** One of the names, in any case; returns its index. */
  #search(names: readonly string[], node: PatternNode): number {
    const rest = this.#text.slice(this.#at).toLowerCase();
    let best = -1;
    names.forEach((name, index) => {
      const longer = best < 0 || name.length > (names[best] as string).length;
      if (longer && rest.startsWith(name.toLowerCase())) best = index;
    });
    if (best >= 0) {
      this.#at += (names[best] as string).length;
      return best;
    }
    const word = /^\S*/.exec(this.#text.slice(this.#at))?.[0] ?? '';
    throw formatError(
      `invalid value "${word}" for "${node.text}"`,
      'The given value did not match any of the allowed values for this field.',
    );
  }

  #readName(node: PatternNode): boolean {
    const fields = this.#fields;
    switch (node.pattern) {
      case 'AM':
      case 'PM':
        fields.pm = this.#search(['am', 'pm'], node) === 1;
        fields.twelveHour = true;
        return true;
      case 'A.M.':
      case 'P.M.':
        fields.pm = this.#search(['a.m.', 'p.m.'], node) === 1;
        fields.twelveHour = true;
        return true;
      case 'AD':
      case 'BC':
        fields.bc = this.#search(['ad', 'bc'], node) === 1;
        return true;
      case 'A.D.':
      case 'B.C.':
        fields.bc = this.#search(['a.d.', 'b.c.'], node) === 1;
        return true;
      case 'MONTH':
        this.#set('month', this.#search(fullMonthNames, node) + 1, node);
        return true;
      case 'MON':
        this.#set('month', this.#search(shortMonthNames, node) + 1, node);
        return true;
      case 'DAY':
        this.#set('weekday', this.#search(fullDayNames, node) + 1, node);
        return true;
      case 'DY':
        this.#set('weekday', this.#search(shortDayNames, node) + 1, node);
        return true;
      case 'RM':
        this.#set('month', this.#search(romanMonths, node) + 1, node);
        return true;
      default:
        return false;
    }
  }

  #readDate(node: PatternNode, index: number): boolean {
    switch (node.pattern) {
      case 'MM':
        this.#setNumber('month', node, index);
        return true;
      case 'DD':
        this.#setNumber('day', node, index);
        return true;
      case 'DDD':
        this.#setNumber('dayOfYear', node, index);
        return true;
      case 'IDDD':
        this.#setNumber('dayOfYear', node, index, 3);
        return true;
      case 'D':
        this.#setNumber('weekday', node, index);
        return true;
      case 'ID':
        this.#setNumber('weekday', node, index, 1);
        this.#fields.weekday = this.#fields.weekday >= 7 ? 1 : this.#fields.weekday + 1;
        return true;
      case 'WW':
      case 'IW':
        this.#setNumber('week', node, index);
        return true;
      case 'W':
        this.#setNumber('weekOfMonth', node, index);
        return true;
      case 'Q':
        this.#readInteger(node, index, 1);
        return true;
      case 'CC':
        this.#setNumber('century', node, index);
        return true;
      case 'J':
        this.#setNumber('julian', node, index);
        return true;
      default:
        return false;
    }
  }

  /** YYY, YY and Y mean the year nearest to 2020. */
  #readYear(node: PatternNode, index: number): void {
    if (node.pattern === 'Y,YYY') {
      const match = /^\s*([+-]?\d+),(\d{1,3})/.exec(this.#text.slice(this.#at));
      if (match === null) throw formatError('invalid input string for "Y,YYY"');
      this.#set('year', Number(match[1]) * 1000 + Number(match[2]), node);
      this.#fields.yearDigits = 4;
      this.#at += match[0].length;
      return;
    }
    const letters = node.pattern.length;
    const width = this.#setNumber('year', node, index, letters);
    if (letters < 4 && width < 4) this.#fields.year = nearest2020(this.#fields.year);
    this.#fields.yearDigits = letters;
  }
}

const fillHint = 'If your source string is not fixed-width, try using the "FM" modifier.';

type NumberField = { [K in keyof Fields]: Fields[K] extends number ? K : never }[keyof Fields];

function nearest2020(year: number): number {
  if (year < 70) return year + 2000;
  if (year < 100) return year + 1900;
  if (year < 520) return year + 2000;
  return year < 1000 ? year + 1000 : year;
}
