/**
 * timestamp and timestamptz: microseconds since 2000-01-01, of local time or of UTC; infinities are the ends of int64. The session's
 * zone matters only for text. Most values are narrow (years 1715 to 2285).
 */
import type { ByteWriter } from '../common/byte-writer.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import {
  addMicros,
  DayAndTime,
  daysFromCivil,
  isTimestampInRange,
  secondsOf,
  timestampFrom,
  timestampInfinity,
  timestampNegativeInfinity,
  unixEpochDays,
} from './calendar.ts';
import { decodeLiteral } from './datetime-errors.ts';
import { writeTimestampText } from './datetime-format.ts';
import { parseDateTime } from './datetime-parse.ts';
import type { DateTimeParts } from './datetime-parts.ts';
import { defineType } from './define-type.ts';
import { int8Type, readInt64BE } from './integer.ts';
import { checkBinaryLength } from './io-errors.ts';
import { isoOffsetStart, readIsoOffset, readIsoTimestamp } from './iso-fast-path.ts';
import { typeOid } from './oids.ts';
import { asciiText } from './text-scratch.ts';
import { roundSeconds } from './time-typmod.ts';
import type { IoContext, TypeHandler } from './type-handler.ts';
import type { Int64Vector } from './vector.ts';
import { readInt64 } from './vector-access.ts';
import { getTimeZone } from './zone-names.ts';

type Timestamp = number | bigint;

export function timestampOutOfRange(text?: string): SqlError {
  const suffix = text === undefined ? '' : `: "${text}"`;
  return new SqlError(sqlState.datetimeFieldOverflow, `timestamp out of range${suffix}`);
}

/** Local time of the zone as UTC. */
export function localToUtc(local: Timestamp, zone: string): Timestamp {
  if (local === timestampInfinity || local === timestampNegativeInfinity) return local;
  return addMicros(local, -1_000_000 * getTimeZone(zone).offsetForLocal(secondsOf(local)));
}

/** UTC as local time of the zone. */
export function utcToLocal(utc: Timestamp, zone: string): Timestamp {
  if (utc === timestampInfinity || utc === timestampNegativeInfinity) return utc;
  return addMicros(utc, 1_000_000 * getTimeZone(zone).offsetAt(secondsOf(utc)));
}

function fromParts(parts: DateTimeParts, withZone: boolean, text: string): Timestamp {
  switch (parts.special) {
    case 'infinity':
      return timestampInfinity;
    case '-infinity':
      return timestampNegativeInfinity;
    case 'epoch':
      return timestampFrom(unixEpochDays, 0);
    case undefined: {
      const days = daysFromCivil(parts.year, parts.month, parts.day);
      const local = timestampFrom(days, parts.microsOfDay());
      const timestamp = withZone ? addMicros(local, -1_000_000 * parts.offset) : local;
      if (!isTimestampInRange(timestamp)) throw timestampOutOfRange(text);
      return timestamp;
    }
  }
}

function parseTimestamp(text: string, withZone: boolean, io: IoContext): Timestamp {
  const quick = withZone ? readIsoTimestampTz(text, io) : readIsoTimestamp(text);
  if (quick !== undefined) return quick;
  const sqlName = withZone ? 'timestamp with time zone' : 'timestamp';
  return decodeLiteral(text, sqlName, () => fromParts(parseDateTime(text, 'timestamp', io), withZone, text));
}

function readIsoTimestampTz(text: string, io: IoContext): Timestamp | undefined {
  const end = isoOffsetStart(text);
  if (end === text.length) {
    const local = readIsoTimestamp(text);
    return local === undefined ? undefined : localToUtc(local, io.timeZone);
  }
  const offset = readIsoOffset(text, end);
  const local = offset === undefined ? undefined : readIsoTimestamp(text.slice(0, end));
  return offset === undefined || local === undefined ? undefined : addMicros(local, -1_000_000 * offset);
}

function isInfinite(timestamp: Timestamp): boolean {
  return timestamp === timestampInfinity || timestamp === timestampNegativeInfinity;
}

/** Rounds to the typmod's precision; infinities stay. */
export function roundTimestamp(timestamp: Timestamp, typmod: number): Timestamp {
  return isInfinite(timestamp) ? timestamp : roundSeconds(timestamp, typmod);
}

const split = new DayAndTime();

function writeInfinity(timestamp: Timestamp, out: ByteWriter): void {
  out.latin1(timestamp === timestampInfinity ? 'infinity' : '-infinity');
}

export function writeTimestamp(timestamp: Timestamp, io: IoContext, out: ByteWriter): void {
  if (isInfinite(timestamp)) {
    writeInfinity(timestamp, out);
    return;
  }
  split.set(timestamp);
  writeTimestampText(split.days, split.micros, undefined, io, out);
}

export function writeTimestampTz(timestamp: Timestamp, io: IoContext, out: ByteWriter): void {
  if (isInfinite(timestamp)) {
    writeInfinity(timestamp, out);
    return;
  }
  const zone = getTimeZone(io.timeZone);
  const seconds = secondsOf(timestamp);
  const offset = zone.offsetAt(seconds);
  split.set(addMicros(timestamp, offset * 1_000_000));
  const letters = io.dateStyle === 'ISO' ? undefined : zone.abbreviationAt(seconds);
  writeTimestampText(split.days, split.micros, { offset, letters }, io, out);
}

function defineTimestamp(
  names: Pick<TypeHandler, 'oid' | 'name' | 'sqlName' | 'arrayOid' | 'preferred'>,
  withZone: boolean,
  write: (timestamp: Timestamp, io: IoContext, out: ByteWriter) => void,
): TypeHandler {
  return defineType({
    ...names,
    category: 'D',
    length: 8,
    vectorKind: 'int64',
    storedBytes: 8,
    parseText: (text, typmod, io) => roundTimestamp(parseTimestamp(text, withZone, io), typmod),
    formatText: (value, io) => asciiText((out) => write(value as Timestamp, io, out)),
    parseBinary(data, start, end, typmod) {
      checkBinaryLength(start, end, 8);
      const timestamp = readInt64BE(data, start);
      if (!isInfinite(timestamp) && !isTimestampInRange(timestamp)) throw timestampOutOfRange();
      return roundTimestamp(timestamp, typmod);
    },
    writeBinary: int8Type.writeBinary,
    compare: int8Type.compare,
    hash: int8Type.hash,
    encode: int8Type.encode,
    decode: int8Type.decode,
    encodeKey: int8Type.encodeKey,
    decodeKey: int8Type.decodeKey,
    writeText: (vector, row, out, io) => write(readInt64(vector as Int64Vector, row), io, out),
  });
}

export const timestampType = defineTimestamp(
  {
    oid: typeOid.timestamp,
    name: 'timestamp',
    sqlName: 'timestamp without time zone',
    arrayOid: 1115,
    preferred: false,
  },
  false,
  writeTimestamp,
);

export const timestamptzType = defineTimestamp(
  {
    oid: typeOid.timestamptz,
    name: 'timestamptz',
    sqlName: 'timestamp with time zone',
    arrayOid: 1185,
    preferred: true,
  },
  true,
  writeTimestampTz,
);
