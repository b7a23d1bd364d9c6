/**
 * extract and date_part: one field of a date, time, timestamp or interval, as an exact numeric. Infinite dates answer infinity for
 * fields that only grow and NULL for those that go round.
 */
import type { Interval, TimeTz } from '../../types/datum.ts';
import { Numeric, canonicalInt64 } from '../../types/datum.ts';
import { dayOfWeek, daysFromCivil, julianEpoch, timestampInfinity, unixEpochDays } from '../../types/calendar.ts';
import {
  add,
  divide,
  makeNumeric,
  numericFromInteger,
  numericInfinity,
  numericNegativeInfinity,
} from '../../types/numeric-math.ts';
import { utcToLocal } from '../../types/timestamp.ts';
import { dateToTimestamp, isInfinite, isInfiniteDate } from './conversion.ts';
import type { Timestamp } from './conversion.ts';
import { isoDayOfWeek, isoWeekOf, isoYearOf } from './iso-week.ts';
import { fieldsOf } from './timestamp-math.ts';
import { findField, unitNotRecognized, unitNotSupported } from './units.ts';
import type { DateTimeField } from './units.ts';

const microsPerDay = 86_400_000_000;

function integer(value: number): Numeric {
  return numericFromInteger(value + 0);
}

/** Microseconds as a number of seconds (scale 6) or milliseconds (scale 3). */
function fraction(micros: number | bigint, scale: number): Numeric {
  return new Numeric(canonicalInt64(BigInt(micros)), scale);
}

/** Fields inside a minute and above it, from microseconds of a day or more. */
function timeField(field: DateTimeField, micros: number): Numeric | undefined {
  const inMinute = micros % 60_000_000;
  switch (field) {
    case 'microseconds':
      return integer(inMinute);
    case 'milliseconds':
      return fraction(inMinute, 3);
    case 'second':
      return fraction(inMinute, 6);
    case 'minute':
      return integer(Math.trunc(micros / 60_000_000) % 60);
    case 'hour':
      return integer(Math.trunc(micros / 3_600_000_000));
    default:
      return undefined;
  }
}

/** There is no year 0: 1 BC is -1. */
function withoutYearZero(year: number): number {
  return year > 0 ? year : year - 1;
}

function dateField(field: DateTimeField, days: number): Numeric | undefined {
  const { year, month, day } = fieldsOf(BigInt(days) * 86_400_000_000n);
  switch (field) {
    case 'day':
      return integer(day);
    case 'month':
      return integer(month);
    case 'quarter':
      return integer(Math.floor((month - 1) / 3) + 1);
    case 'week':
      return integer(isoWeekOf(days));
    case 'year':
      return integer(withoutYearZero(year));
    case 'decade':
      return integer(Math.floor(year / 10));
    case 'century':
      return integer(year > 0 ? Math.ceil(year / 100) : Math.floor((year - 1) / 100) + 0);
    case 'millennium':
      return integer(year > 0 ? Math.ceil(year / 1000) : Math.floor((year - 1) / 1000) + 0);
    case 'isoyear':
      return integer(withoutYearZero(isoYearOf(days)));
    case 'dow':
      return integer(dayOfWeek(days));
    case 'isodow':
      return integer(isoDayOfWeek(days));
    case 'doy':
      return integer(days - daysFromCivil(year, 1, 1) + 1);
    default:
      return undefined;
  }
}

const growing: ReadonlySet<DateTimeField> = new Set<DateTimeField>([
  'year',
  'decade',
  'century',
  'millennium',
  'isoyear',
  'julian',
  'epoch',
]);

function infiniteField(field: DateTimeField, positive: boolean): Numeric | null {
  if (!growing.has(field)) return null;
  return positive ? numericInfinity : numericNegativeInfinity;
}

function requireField(name: string, sqlName: string): DateTimeField {
  const field = findField(name);
  if (field === undefined) throw unitNotRecognized(name, sqlName);
  return field;
}

const sqlTimestamp = 'timestamp without time zone';
const sqlTimestamptz = 'timestamp with time zone';

function localField(field: DateTimeField, local: Timestamp): Numeric | undefined {
  const { days, micros } = fieldsOf(local);
  if (field === 'julian') {
    const ofDay = divide(numericFromInteger(micros), numericFromInteger(microsPerDay));
    return add(numericFromInteger(days + julianEpoch), ofDay);
  }
  return timeField(field, micros) ?? dateField(field, days);
}

function epochOf(timestamp: Timestamp): Numeric {
  return fraction(BigInt(timestamp) - BigInt(unixEpochDays) * 86_400_000_000n, 6);
}

export function extractFromTimestamp(name: string, timestamp: Timestamp): Numeric | null {
  const field = requireField(name, sqlTimestamp);
  if (isInfinite(timestamp)) return infiniteField(field, timestamp === timestampInfinity);
  if (field === 'epoch') return epochOf(timestamp);
  const value = localField(field, timestamp);
  if (value === undefined) throw unitNotSupported(name, sqlTimestamp);
  return value;
}

/** Hours and minutes of an offset have its sign. */
function zoneField(field: DateTimeField, offset: number): Numeric | undefined {
  switch (field) {
    case 'timezone':
      return integer(offset);
    case 'timezone_h':
      return integer(Math.trunc(offset / 3600));
    case 'timezone_m':
      return integer(Math.trunc((offset % 3600) / 60));
    default:
      return undefined;
  }
}

export function extractFromTimestamptz(name: string, timestamp: Timestamp, zone: string): Numeric | null {
  const field = requireField(name, sqlTimestamptz);
  if (isInfinite(timestamp)) return infiniteField(field, timestamp === timestampInfinity);
  if (field === 'epoch') return epochOf(timestamp);
  const local = utcToLocal(timestamp, zone);
  const offset = Number(BigInt(local) - BigInt(timestamp)) / 1_000_000;
  const value = zoneField(field, offset) ?? localField(field, local);
  if (value === undefined) throw unitNotSupported(name, sqlTimestamptz);
  return value;
}

export function extractFromDate(name: string, date: number): Numeric | null {
  const field = requireField(name, 'date');
  const value = dateFieldOnly(field, date);
  if (value === undefined) throw unitNotSupported(name, 'date');
  return value;
}

function dateFieldOnly(field: DateTimeField, date: number): Numeric | null | undefined {
  if (isInfiniteDate(date)) {
    const known = growing.has(field) || dateField(field, 0) !== undefined;
    return known ? infiniteField(field, date > 0) : undefined;
  }
  if (field === 'epoch') return integer((date - unixEpochDays) * 86_400);
  return field === 'julian' ? integer(date + julianEpoch) : dateField(field, date);
}

/** date_part of a date takes it as a timestamp, so that it has an hour. */
export function datePartOfDate(name: string, date: number): Numeric | null {
  return extractFromTimestamp(name, dateToTimestamp(date));
}

export function extractFromTime(name: string, micros: number): Numeric {
  const sqlName = 'time without time zone';
  const field = requireField(name, sqlName);
  const value = field === 'epoch' ? fraction(micros, 6) : timeField(field, micros);
  if (value === undefined) throw unitNotSupported(name, sqlName);
  return value;
}

export function extractFromTimetz(name: string, { micros, zone }: TimeTz): Numeric {
  const sqlName = 'time with time zone';
  const field = requireField(name, sqlName);
  if (field === 'epoch') return fraction(micros + zone * 1_000_000, 6);
  const value = zoneField(field, -zone) ?? timeField(field, micros);
  if (value === undefined) throw unitNotSupported(name, sqlName);
  return value;
}

/** Years of an epoch have 365.25 days, months 30. */
function epochOfInterval({ months, days, micros }: Interval): Numeric {
  const quarterDays = 1461n * BigInt(Math.trunc(months / 12)) + 120n * BigInt(months % 12) + 4n * BigInt(days);
  return makeNumeric(quarterDays * 21_600_000_000n + BigInt(micros), 6);
}

function intervalField(field: DateTimeField, { months, days, micros }: Interval): Numeric | undefined {
  const years = Math.trunc(months / 12);
  switch (field) {
    case 'day':
      return integer(days);
    case 'month':
      return integer(months % 12);
    case 'quarter':
      return integer(Math.trunc((months % 12) / 3) + 1);
    case 'year':
      return integer(years);
    case 'decade':
      return integer(Math.trunc(years / 10));
    case 'century':
      return integer(Math.trunc(years / 100));
    case 'millennium':
      return integer(Math.trunc(years / 1000));
    default:
      return timeField(field, Number(micros));
  }
}

export function extractFromInterval(name: string, interval: Interval): Numeric {
  const field = requireField(name, 'interval');
  const value = field === 'epoch' ? epochOfInterval(interval) : intervalField(field, interval);
  if (value === undefined) throw unitNotSupported(name, 'interval');
  return value;
}
