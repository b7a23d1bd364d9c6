/** to_date and to_timestamp: puts a date and a time together from the fields that a template found (date-reader.ts). */
import { SqlError } from '../../common/sql-error.ts';
import {
  CivilDate,
  addMicros,
  civilFromDays,
  daysFromCivil,
  daysInMonth,
  isDateInRange,
  isTimestampInRange,
  julianEpoch,
  timestampFrom,
} from '../../types/calendar.ts';
import { timestampToTimestamptz } from '../datetime/conversion.ts';
import type { Timestamp } from '../datetime/conversion.ts';
import { mondayOfIsoWeek } from '../datetime/iso-week.ts';
import { TemplateReader, formatError } from './date-reader.ts';
import type { Fields } from './date-reader.ts';

interface DateParts {
  /** Astronomical. */
  year: number;
  month: number;
  day: number;
}

/** The year from year, century and era; 0 (1 BC) if none was given. */
function yearOf(fields: Fields): number {
  const century = fields.bc ? -fields.century : fields.century;
  if (fields.year !== 0) {
    if (fields.century !== 0 && fields.yearDigits <= 2) return yearInCentury(fields.year % 100, century);
    const year = fields.bc ? -fields.year : fields.year;
    return year < 0 ? year + 1 : year;
  }
  if (fields.century === 0) return 0;
  return century >= 0 ? (century - 1) * 100 + 1 : century * 100 + 1;
}

function yearInCentury(year: number, century: number): number {
  if (year === 0) return century * 100 + (century >= 0 ? 0 : 1);
  return century >= 0 ? year + (century - 1) * 100 : (century + 1) * 100 - year + 1;
}

const civil = new CivilDate();

function partsFromDays(days: number): DateParts {
  civilFromDays(days, civil);
  return { year: civil.year, month: civil.month, day: civil.day };
}

/** Puts the date together; what was not given is the first of January of 1 BC. */
function dateOf(fields: Fields): DateParts {
  let parts: DateParts = { year: yearOf(fields), month: 1, day: 1 };
  if (fields.julian !== 0) parts = partsFromDays(fields.julian - julianEpoch);
  let { dayOfYear } = fields;
  if (fields.week !== 0) {
    if (fields.convention === 'iso') {
      const weekday = fields.weekday === 0 ? 0 : fields.weekday === 1 ? 6 : fields.weekday - 2;
      parts = partsFromDays(mondayOfIsoWeek(parts.year, fields.week) + weekday);
    } else {
      dayOfYear = (fields.week - 1) * 7 + 1;
    }
  }
  if (fields.weekOfMonth !== 0) parts.day = (fields.weekOfMonth - 1) * 7 + 1;
  if (fields.day !== 0) parts.day = fields.day;
  if (fields.month !== 0) parts.month = fields.month;
  if (dayOfYear !== 0 && (parts.month <= 1 || parts.day <= 1)) return dateByDayOfYear(fields, parts, dayOfYear);
  return parts;
}

function dateByDayOfYear(fields: Fields, parts: DateParts, dayOfYear: number): DateParts {
  if (parts.year === 0 && !fields.bc) throw formatError('cannot calculate day of year without year information');
  if (fields.convention === 'iso') return partsFromDays(mondayOfIsoWeek(parts.year, 1) + dayOfYear - 1);
  let month = 1;
  let before = 0;
  while (month <= 12 && dayOfYear > before + daysInMonth(parts.year, month)) {
    before += daysInMonth(parts.year, month);
    month++;
  }
  return {
    year: parts.year,
    month: parts.month <= 1 ? month : parts.month,
    day: parts.day <= 1 ? dayOfYear - before : parts.day,
  };
}

function fieldOverflow(text: string): SqlError {
  return new SqlError('22008', `date/time field value out of range: "${text}"`);
}

/** Microseconds of the day. */
function clockOf(fields: Fields, text: string): number {
  let hour = Math.trunc(fields.secondOfDay / 3600);
  let minute = Math.trunc((fields.secondOfDay % 3600) / 60);
  let second = fields.secondOfDay % 60;
  if (fields.second !== 0) second = fields.second;
  if (fields.minute !== 0) minute = fields.minute;
  if (fields.hour !== 0) hour = fields.hour;
  if (fields.twelveHour) hour = twelveHourClock(hour, fields.pm);
  const fraction = fields.millisecond * 1000 + fields.microsecond;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59) throw fieldOverflow(text);
  if (fraction < 0 || fraction >= 1_000_000) throw fieldOverflow(text);
  return hour * 3_600_000_000 + minute * 60_000_000 + second * 1_000_000 + fraction;
}

function twelveHourClock(hour: number, pm: boolean): number {
  if (hour < 1 || hour > 12) {
    throw formatError(
      `hour "${hour}" is invalid for the 12-hour clock`,
      undefined,
      'Use the 24-hour clock, or give an hour between 1 and 12.',
    );
  }
  if (pm) return hour < 12 ? hour + 12 : hour;
  return hour === 12 ? 0 : hour;
}

function readDateTime(text: string, template: string): { days: number; micros: number; fields: Fields } {
  const fields = new TemplateReader(text, template).read();
  const { year, month, day } = dateOf(fields);
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) throw fieldOverflow(text);
  return { days: daysFromCivil(year, month, day), micros: clockOf(fields, text), fields };
}

export function readDate(text: string, template: string): number {
  const { days } = readDateTime(text, template);
  if (!isDateInRange(days)) throw new SqlError('22008', `date out of range: "${text}"`);
  return days;
}

const zoneHoursMax = 15;

export function readTimestamptz(text: string, template: string, zone: string): Timestamp {
  const { days, micros, fields } = readDateTime(text, template);
  const local = timestampFrom(days, micros);
  if (!isTimestampInRange(local)) throw new SqlError('22008', 'timestamp out of range');
  if (fields.zoneSign === 0) return timestampToTimestamptz(local, zone);
  const { zoneHours, zoneMinutes } = fields;
  if (zoneHours < 0 || zoneHours > zoneHoursMax || zoneMinutes < 0 || zoneMinutes > 59) {
    throw new SqlError('22008', `date/time field value out of range: "${text}"`);
  }
  const offset = fields.zoneSign * (zoneHours * 3600 + zoneMinutes * 60);
  const moment = addMicros(local, -offset * 1_000_000);
  if (!isTimestampInRange(moment)) throw new SqlError('22008', 'timestamp out of range');
  return moment;
}
