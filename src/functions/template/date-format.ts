/** to_char of timestamps and intervals. */
import { SqlError } from '../../common/sql-error.ts';
import { dayOfWeek, daysFromCivil, julianEpoch, secondsOf } from '../../types/calendar.ts';
import type { Interval } from '../../types/datum.ts';
import { utcToLocal } from '../../types/timestamp.ts';
import { getTimeZone } from '../../types/zone-names.ts';
import { isInfinite } from '../datetime/conversion.ts';
import type { Timestamp } from '../datetime/conversion.ts';
import { isoWeekOf, isoYearOf, mondayOfIsoWeek } from '../datetime/iso-week.ts';
import { fieldsOf } from '../datetime/timestamp-math.ts';
import {
  fullDayNames,
  fullMonthNames,
  parseDateTemplate,
  romanMonths,
  shortDayNames,
  shortMonthNames,
} from './date-template.ts';
import type { LetterCase, PatternNode } from './date-template.ts';
import { ordinalEnding } from './ordinal.ts';

/** What patterns ask of a moment; of an interval only the fields that it has. */
interface Moment {
  readonly isInterval: boolean;
  /** Astronomical, 0 is 1 BC; of an interval its years. */
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly dayOfYear: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** Microseconds. */
  readonly fraction: number;
  /** Day number; the parts of an interval are taken for a date, as PostgreSQL does. */
  readonly days: number;
  readonly zone: { readonly offset: number; readonly letters: string } | undefined;
}

function clockOf(micros: number): Pick<Moment, 'hour' | 'minute' | 'second' | 'fraction'> {
  return {
    hour: Math.trunc(micros / 3_600_000_000),
    minute: Math.trunc(micros / 60_000_000) % 60,
    second: Math.trunc(micros / 1_000_000) % 60,
    fraction: micros % 1_000_000,
  };
}

function momentOf(local: Timestamp, zone: Moment['zone']): Moment {
  const { year, month, day, days, micros } = fieldsOf(local);
  const dayOfYear = days - daysFromCivil(year, 1, 1) + 1;
  return { isInterval: false, year, month, day, days, dayOfYear, zone, ...clockOf(micros) };
}

function momentOfInterval(interval: Interval): Moment {
  const [year, month] = [Math.trunc(interval.months / 12), interval.months % 12];
  const dayOfYear = interval.months * 30 + interval.days;
  const days = daysFromCivil(year, month, 1) + interval.days - 1;
  const clock = clockOf(Number(interval.micros));
  return { isInterval: true, year, month, day: interval.days, days, dayOfYear, zone: undefined, ...clock };
}

/** NULL for an empty template or an infinite timestamp. */
export function formatTimestamp(local: Timestamp, template: string): string | null {
  return template === '' || isInfinite(local) ? null : format(momentOf(local, undefined), template);
}

export function formatTimestamptz(timestamp: Timestamp, template: string, zoneName: string): string | null {
  if (template === '' || isInfinite(timestamp)) return null;
  const zone = getTimeZone(zoneName);
  const seconds = secondsOf(timestamp);
  const shown = { offset: zone.offsetAt(seconds), letters: zone.abbreviationAt(seconds) };
  return format(momentOf(utcToLocal(timestamp, zoneName), shown), template);
}

export function formatIntervalBy(interval: Interval, template: string): string | null {
  return template === '' ? null : format(momentOfInterval(interval), template);
}

function format(moment: Moment, template: string): string {
  let result = '';
  for (const node of parseDateTemplate(template)) {
    result += node.kind === 'pattern' ? formatPattern(node, moment) : node.text;
  }
  return result;
}

/** Zeros up to `width` characters, the sign among them; none with FM. */
function padded(value: number, width: number, node: PatternNode): string {
  const places = node.fill ? 0 : value < 0 ? width - 1 : width;
  const digits = String(Math.abs(value)).padStart(places, '0');
  return withEnding(value < 0 ? `-${digits}` : digits, node);
}

/** The same with a place more for a sign. */
function signed(value: number, width: number, node: PatternNode): string {
  return padded(value, value < 0 ? width + 1 : width, node);
}

function withEnding(digits: string, node: PatternNode): string {
  if (node.ordinal === undefined) return digits;
  const ending = ordinalEnding(digits);
  return digits + (node.ordinal === 'TH' ? ending.toUpperCase() : ending);
}

function inCase(text: string, letterCase: LetterCase): string {
  if (letterCase === 'capital') return text;
  return letterCase === 'upper' ? text.toUpperCase() : text.toLowerCase();
}

/** A name, filled with blanks to nine characters when it is a long form. */
function named(text: string, width: number, node: PatternNode): string {
  const shown = inCase(text, node.letterCase);
  return node.fill ? shown : shown.padEnd(width);
}

function refuseInterval(moment: Moment): void {
  if (!moment.isInterval) return;
  throw new SqlError('22007', 'invalid format specification for an interval value', {
    hint: 'Intervals are not tied to specific calendar dates.',
  });
}

function formatPattern(node: PatternNode, moment: Moment): string {
  return (
    formatClock(node, moment) ?? formatZone(node, moment) ?? formatName(node, moment) ?? formatNumber(node, moment)
  );
}

function formatClock(node: PatternNode, moment: Moment): string | undefined {
  const { hour, minute, second, fraction } = moment;
  switch (node.pattern) {
    case 'A.M.':
    case 'P.M.':
      return inCase(hour % 24 >= 12 ? 'P.M.' : 'A.M.', node.letterCase);
    case 'AM':
    case 'PM':
      return inCase(hour % 24 >= 12 ? 'PM' : 'AM', node.letterCase);
    case 'HH':
    case 'HH12':
      return signed(hour % 12 === 0 ? 12 : hour % 12, 2, node);
    case 'HH24':
      return signed(hour, 2, node);
    case 'MI':
      return signed(minute, 2, node);
    case 'SS':
      return signed(second, 2, node);
    case 'MS':
      return formatFraction(fraction, 3, node);
    case 'US':
      return formatFraction(fraction, 6, node);
    case 'FF1':
    case 'FF2':
    case 'FF3':
    case 'FF4':
    case 'FF5':
    case 'FF6':
      return formatFraction(fraction, Number(node.pattern.charAt(2)), node);
    case 'SSSS':
    case 'SSSSS':
      return withEnding(String(hour * 3600 + minute * 60 + second), node);
    default:
      return undefined;
  }
}

function formatFraction(micros: number, digits: number, node: PatternNode): string {
  const value = Math.trunc(micros / 10 ** (6 - digits));
  const text = String(Math.abs(value)).padStart(digits, '0');
  return withEnding(value < 0 ? `-${text}` : text, node);
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}

/** Of a moment without zone nothing, and +00 for its offset. */
function formatZone(node: PatternNode, moment: Moment): string | undefined {
  const offset = moment.zone?.offset ?? 0;
  const sign = offset < 0 ? '-' : '+';
  const hours = Math.floor(Math.abs(offset) / 3600);
  const minutes = Math.floor((Math.abs(offset) % 3600) / 60);
  switch (node.pattern) {
    case 'TZ':
      refuseInterval(moment);
      return inCase(moment.zone?.letters ?? '', node.letterCase);
    case 'TZH':
      refuseInterval(moment);
      return sign + twoDigits(hours);
    case 'TZM':
      refuseInterval(moment);
      return twoDigits(minutes);
    case 'OF': {
      refuseInterval(moment);
      const shown = node.fill ? String(hours) : twoDigits(hours);
      return sign + shown + (minutes === 0 ? '' : `:${twoDigits(minutes)}`);
    }
    default:
      return undefined;
  }
}

function formatName(node: PatternNode, moment: Moment): string | undefined {
  const { year, month, days } = moment;
  switch (node.pattern) {
    case 'A.D.':
    case 'B.C.':
      refuseInterval(moment);
      return inCase(year <= 0 ? 'B.C.' : 'A.D.', node.letterCase);
    case 'AD':
    case 'BC':
      refuseInterval(moment);
      return inCase(year <= 0 ? 'BC' : 'AD', node.letterCase);
    case 'MONTH':
      refuseInterval(moment);
      return named(fullMonthNames[month - 1] as string, 9, node);
    case 'MON':
      refuseInterval(moment);
      return named(shortMonthNames[month - 1] as string, 3, node);
    case 'DAY':
      refuseInterval(moment);
      return named(fullDayNames[dayOfWeek(days)] as string, 9, node);
    case 'DY':
      refuseInterval(moment);
      return named(shortDayNames[dayOfWeek(days)] as string, 3, node);
    case 'RM':
      return formatRomanMonth(node, moment);
    case 'FX':
      return '';
    default:
      return undefined;
  }
}

/** Months of an interval may be negative, and then count back from XII; whole years are twelve, or one before zero. */
function formatRomanMonth(node: PatternNode, { month, year }: Moment): string {
  if (month === 0 && year === 0) return '';
  const wholeYears = year >= 0 ? 11 : 0;
  const index = month === 0 ? wholeYears : month > 0 ? month - 1 : month + 12;
  const numeral = romanMonths[index] as string;
  const shown = node.letterCase === 'lower' ? numeral.toLowerCase() : numeral;
  return node.fill ? shown : shown.padEnd(4);
}

function formatNumber(node: PatternNode, moment: Moment): string {
  const { day, dayOfYear, days, month } = moment;
  switch (node.pattern) {
    case 'MM':
      return signed(month, 2, node);
    case 'DDD':
      return padded(dayOfYear, 3, node);
    case 'IDDD':
      return padded(days - mondayOfIsoWeek(isoYearOf(days), 1) + 1, 3, node);
    case 'DD':
      return padded(day, 2, node);
    case 'D':
      refuseInterval(moment);
      return withEnding(String(dayOfWeek(days) + 1), node);
    case 'ID':
      refuseInterval(moment);
      return withEnding(String(dayOfWeek(days) || 7), node);
    case 'WW':
      return padded(Math.trunc((dayOfYear - 1) / 7) + 1, 2, node);
    case 'IW':
      return padded(isoWeekOf(days), 2, node);
    case 'W':
      return withEnding(String(Math.trunc((day - 1) / 7) + 1), node);
    case 'Q':
      return month === 0 ? '' : withEnding(String(Math.trunc((month - 1) / 3) + 1), node);
    case 'J':
      return withEnding(String(days + julianEpoch), node);
    case 'CC':
      return signed(centuryOf(moment), 2, node);
    default:
      return formatYear(node, moment);
  }
}

function centuryOf({ year, isInterval }: Moment): number {
  if (isInterval) return Math.trunc(year / 100);
  return year > 0 ? Math.trunc((year - 1) / 100) + 1 : Math.trunc(year / 100) - 1;
}

/** BC years are shown without sign. */
function shownYear(year: number, isInterval: boolean): number {
  return isInterval || year > 0 ? year : 1 - year;
}

function formatYear(node: PatternNode, moment: Moment): string {
  const year = shownYear(moment.year, moment.isInterval);
  switch (node.pattern) {
    case 'Y,YYY': {
      const thousands = Math.trunc(year / 1000);
      const rest = year - thousands * 1000;
      const shown = rest < 0 ? `-${String(-rest).padStart(2, '0')}` : String(rest).padStart(3, '0');
      return withEnding(`${thousands},${shown}`, node);
    }
    case 'YYYY':
      return signed(year, 4, node);
    case 'YYY':
      return signed(year % 1000, 3, node);
    case 'YY':
      return signed(year % 100, 2, node);
    case 'Y':
      return signed(year % 10, 1, node);
    default:
      return formatIsoYear(node, moment);
  }
}

function formatIsoYear(node: PatternNode, moment: Moment): string {
  const year = shownYear(isoYearOf(moment.days), false);
  const width = node.pattern.length;
  return signed(width === 4 ? year : year % 10 ** width, width, node);
}
