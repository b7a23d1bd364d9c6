/** AT TIME ZONE: a zone given by name, abbreviation, POSIX specification or interval. */
import { SqlError } from '../../common/sql-error.ts';
import { addMicros, isTimestampInRange, secondsOf } from '../../types/calendar.ts';
import { TimeTz } from '../../types/datum.ts';
import type { Interval } from '../../types/datum.ts';
import type { IoContext } from '../../types/type-handler.ts';
import { formatInterval } from '../../types/interval-format.ts';
import { timestampOutOfRange } from '../../types/timestamp.ts';
import { findAbbreviation, findTimeZone, getTimeZone } from '../../types/zone-names.ts';
import { isInfinite, wrapTime } from './conversion.ts';
import type { Timestamp } from './conversion.ts';

/** Offsets, in seconds east of Greenwich, for a moment and for a local time. */
interface OffsetSource {
  at(utcSeconds: number): number;
  forLocal(localSeconds: number): number;
}

function fixed(offset: number): OffsetSource {
  return { at: () => offset, forLocal: () => offset };
}

function named(name: string): OffsetSource | undefined {
  const zone = findTimeZone(name);
  return zone === undefined
    ? undefined
    : { at: (seconds) => zone.offsetAt(seconds), forLocal: (seconds) => zone.offsetForLocal(seconds) };
}

/** Throws 22023 for an unknown name. */
export function zoneByName(name: string): OffsetSource {
  const abbreviation = findAbbreviation(name.toLowerCase());
  const found =
    abbreviation?.kind === 'fixed'
      ? fixed(abbreviation.offset)
      : named(abbreviation === undefined ? posixForm(name) : abbreviation.zone);
  if (found === undefined) throw new SqlError('22023', `time zone "${name}" not recognized`);
  return found;
}

/** A bare number is a POSIX offset: hours west. */
function posixForm(name: string): string {
  return /^[+-]?\d/.test(name) ? `<${name.replace(/[^0-9+-]/g, '').padStart(3, '0')}>${name}` : name;
}

/** make_timestamptz's zone: an ISO displacement (+2 is east), or a name. */
export function isoOrNamedZone(name: string): OffsetSource {
  if (!/^[+-]?\d/.test(name)) return zoneByName(name);
  if (!/^[+-]/.test(name)) throw invalidNumericZone(name);
  const match = /^([+-])(\d{1,2})(?::?(\d\d)(?::?(\d\d))?)?$/.exec(name);
  if (match === null) throw invalidNumericZone(name);
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = match;
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (Number(hours) > 15) throw new SqlError('22023', `numeric time zone "${name}" out of range`);
  return fixed(sign === '-' ? -offset : offset);
}

function invalidNumericZone(name: string): SqlError {
  return new SqlError('22023', `invalid input syntax for type numeric time zone: "${name}"`, {
    hint: 'Numeric time zones must have "-" or "+" as first character.',
  });
}

/** A zone's name that functions can keep, checked. */
export function checkZoneName(name: string): string {
  if (findTimeZone(name) === undefined) throw new SqlError('22023', `time zone "${name}" not recognized`);
  return name;
}

export function zoneByInterval(interval: Interval, io: IoContext): OffsetSource {
  if (interval.months !== 0 || interval.days !== 0) {
    const text = formatInterval(interval, io);
    throw new SqlError('22023', `interval time zone "${text}" must not include months or days`);
  }
  return fixed(Math.trunc(Number(interval.micros) / 1_000_000));
}

function moved(timestamp: Timestamp, seconds: number): Timestamp {
  const result = addMicros(timestamp, seconds * 1_000_000);
  if (!isTimestampInRange(result)) throw timestampOutOfRange();
  return result;
}

/** timestamp AT TIME ZONE: the moment at which clocks of the zone show it. */
export function localInZone(timestamp: Timestamp, zone: OffsetSource): Timestamp {
  return isInfinite(timestamp) ? timestamp : moved(timestamp, -zone.forLocal(secondsOf(timestamp)));
}

/** timestamptz AT TIME ZONE: what clocks of the zone show then. */
export function momentInZone(timestamp: Timestamp, zone: OffsetSource): Timestamp {
  return isInfinite(timestamp) ? timestamp : moved(timestamp, zone.at(secondsOf(timestamp)));
}

/** timetz AT TIME ZONE: the offset the zone has now. */
export function timetzInZone(value: TimeTz, zone: OffsetSource, now: Timestamp): TimeTz {
  const offset = zone.at(secondsOf(now));
  return new TimeTz(wrapTime(value.micros + (value.zone + offset) * 1_000_000), 0 - offset);
}

/** The session's zone: its offset at a moment, in seconds east. */
export function sessionOffset(io: IoContext, moment: Timestamp): number {
  return getTimeZone(io.timeZone).offsetAt(secondsOf(moment));
}
