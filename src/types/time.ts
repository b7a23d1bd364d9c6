/**
 * time: microseconds since midnight, up to 24:00:00. timetz: such a time and its zone; it is ordered by the moment in UTC, and by
 * zone where that is equal.
 *
 * Stored form of timetz:
 *   OFFSET  SIZE  DESCRIPTION
 *   0       8     microseconds
 *   8       4     zone, seconds west of Greenwich
 */
import type { ByteWriter } from '../common/byte-writer.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { microsPerDay } from './calendar.ts';
import { TimeTz } from './datum.ts';
import { decodeLiteral } from './datetime-errors.ts';
import { writeOffset, writeTimeText } from './datetime-format.ts';
import { parseDateTime } from './datetime-parse.ts';
import { defineType } from './define-type.ts';
import { combineHash, hashInteger } from './hash.ts';
import {
  decodeInt32Key,
  decodeInt64Key,
  encodeInt32Key,
  encodeInt64Key,
  int8Type,
  readInt32BE,
  readInt32LE,
  readInt64BE,
  readInt64LE,
  writeInt64BE,
  writeInt64LE,
} from './integer.ts';
import { checkBinaryLength } from './io-errors.ts';
import { readIsoTime } from './iso-fast-path.ts';
import { typeOid } from './oids.ts';
import { asciiText } from './text-scratch.ts';
import { roundSeconds } from './time-typmod.ts';
import type { IoContext } from './type-handler.ts';
import type { Int64Vector } from './vector.ts';

const displacementSecondsMax = 16 * 3600;

function timeOutOfRange(): SqlError {
  return new SqlError(sqlState.datetimeFieldOverflow, 'time out of range');
}

function checkTime(micros: number | bigint): number {
  if (typeof micros === 'bigint' || micros < 0 || micros > microsPerDay) throw timeOutOfRange();
  return micros;
}

function parseTime(text: string, typmod: number, io: IoContext): number {
  const micros = readIsoTime(text) ?? decodeLiteral(text, 'time', () => parseDateTime(text, 'time', io).microsOfDay());
  return roundSeconds(micros, typmod) as number;
}

export const timeType = defineType({
  oid: typeOid.time,
  name: 'time',
  sqlName: 'time without time zone',
  arrayOid: 1183,
  category: 'D',
  length: 8,
  vectorKind: 'int64',
  storedBytes: 8,
  parseText: parseTime,
  formatText: (value) => asciiText((out) => writeTimeText(value as number, out)),
  parseBinary(data, start, end, typmod) {
    checkBinaryLength(start, end, 8);
    return roundSeconds(checkTime(readInt64BE(data, start)), typmod);
  },
  writeBinary: int8Type.writeBinary,
  compare: int8Type.compare,
  hash: int8Type.hash,
  encode: int8Type.encode,
  decode: int8Type.decode,
  encodeKey: int8Type.encodeKey,
  decodeKey: int8Type.decodeKey,
  writeText: (vector, row, out) => writeTimeText((vector as Int64Vector).values[row] as number, out),
});

/** Microseconds since midnight UTC; may lie outside the day. */
function utcMicros({ micros, zone }: TimeTz): number {
  return micros + zone * 1_000_000;
}

export function compareTimeTz(a: TimeTz, b: TimeTz): number {
  return utcMicros(a) - utcMicros(b) || a.zone - b.zone;
}

function writeTimeTz(value: TimeTz, out: ByteWriter): void {
  writeTimeText(value.micros, out);
  writeOffset(-value.zone, out);
}

function parseTimeTz(text: string, typmod: number, io: IoContext): TimeTz {
  const parts = decodeLiteral(text, 'time with time zone', () => parseDateTime(text, 'time', io));
  const zone = parts.offset === 0 ? 0 : -parts.offset;
  return new TimeTz(roundSeconds(parts.microsOfDay(), typmod) as number, zone);
}

export const timetzType = defineType({
  oid: typeOid.timetz,
  name: 'timetz',
  sqlName: 'time with time zone',
  arrayOid: 1270,
  category: 'D',
  length: 12,
  vectorKind: 'bytes',
  storedBytes: 12,
  parseText: parseTimeTz,
  formatText: (value) => asciiText((out) => writeTimeTz(value as TimeTz, out)),
  parseBinary(data, start, end, typmod) {
    checkBinaryLength(start, end, 12);
    const micros = checkTime(readInt64BE(data, start));
    const zone = readInt32BE(data, start + 8);
    if (Math.abs(zone) >= displacementSecondsMax) {
      throw new SqlError(sqlState.invalidTimeZoneDisplacementValue, 'time zone displacement out of range');
    }
    return new TimeTz(roundSeconds(micros, typmod) as number, zone);
  },
  writeBinary(value, out) {
    writeInt64BE(out, (value as TimeTz).micros);
    out.int32BE((value as TimeTz).zone);
  },
  compare: (a, b) => compareTimeTz(a as TimeTz, b as TimeTz),
  hash: (value) => combineHash(hashInteger((value as TimeTz).micros), (value as TimeTz).zone),
  encode(value, out) {
    writeInt64LE(out, (value as TimeTz).micros);
    out.int32LE((value as TimeTz).zone);
  },
  decode: (data, offset) => new TimeTz(Number(readInt64LE(data, offset)), readInt32LE(data, offset + 8)),
  encodeKey(value, out) {
    encodeInt64Key(utcMicros(value as TimeTz), out);
    encodeInt32Key((value as TimeTz).zone, out);
  },
  decodeKey(data, offset) {
    const zone = decodeInt32Key(data, offset + 8);
    return { value: new TimeTz(Number(decodeInt64Key(data, offset)) - zone * 1_000_000, zone), next: offset + 12 };
  },
});
