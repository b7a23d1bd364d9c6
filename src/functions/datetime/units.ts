/** Names of date and time fields, as extract and date_trunc take them. */
import { SqlError } from '../../common/sql-error.ts';

export type DateTimeUnit =
  | 'microseconds'
  | 'milliseconds'
  | 'second'
  | 'minute'
  | 'hour'
  | 'day'
  | 'week'
  | 'month'
  | 'quarter'
  | 'year'
  | 'decade'
  | 'century'
  | 'millennium'
  | 'timezone'
  | 'timezone_h'
  | 'timezone_m';

/** Fields that can be asked for, but not truncated to. */
export type DateTimeField = DateTimeUnit | 'epoch' | 'dow' | 'isodow' | 'doy' | 'isoyear' | 'julian';

/** Names are compared by their first ten letters. */
const nameLength = 10;

/** Each unit with the other names it goes by. */
const unitNames: Readonly<Record<DateTimeUnit, string>> = {
  microseconds: 'microsecon us usec usecond useconds usecs',
  milliseconds: 'millisecon ms msec msecond mseconds msecs',
  second: 's sec second seconds secs',
  minute: 'm min mins minute minutes',
  hour: 'h hour hours hr hrs',
  day: 'd day days',
  week: 'w week weeks',
  month: 'mon mons month months',
  quarter: 'qtr quarter',
  year: 'y year years yr yrs',
  decade: 'dec decade decades decs',
  century: 'c cent centuries century',
  millennium: 'mil mils millennia millennium',
  timezone: 'timezone',
  timezone_h: 'timezone_h',
  timezone_m: 'timezone_m',
};

const fieldNames: Readonly<Record<string, DateTimeField>> = {
  epoch: 'epoch',
  dow: 'dow',
  isodow: 'isodow',
  doy: 'doy',
  isoyear: 'isoyear',
  julian: 'julian',
  jd: 'julian',
  j: 'julian',
};

const units = new Map<string, DateTimeUnit>();
for (const [unit, names] of Object.entries(unitNames)) {
  for (const name of names.split(' ')) units.set(name, unit as DateTimeUnit);
}

function shortName(name: string): string {
  return name.toLowerCase().slice(0, nameLength);
}

export function findUnit(name: string): DateTimeUnit | undefined {
  return units.get(shortName(name));
}

export function findField(name: string): DateTimeField | undefined {
  const key = shortName(name);
  return units.get(key) ?? (Object.hasOwn(fieldNames, key) ? fieldNames[key] : undefined);
}

export function unitNotRecognized(name: string, sqlName: string): SqlError {
  return new SqlError('22023', `unit "${name.toLowerCase()}" not recognized for type ${sqlName}`);
}

export function unitNotSupported(name: string, sqlName: string, detail?: string): SqlError {
  return new SqlError('0A000', `unit "${name.toLowerCase()}" not supported for type ${sqlName}`, { detail });
}
