/**
 * interval: months, days and microseconds, which are kept apart because neither months nor days have a fixed length. For
 * comparison a month is 30 days and a day 24 hours, so "1 month" equals "30 days" and keys are not exact.
 *
 * Stored form:
 *   OFFSET  SIZE  DESCRIPTION
 *   0       8     microseconds
 *   8       4     days
 *   12      4     months
 *
 * Key: whole days (6 bytes, big-endian, offset by 2^47), then microseconds of the last day (5 bytes).
 */
import type { ByteWriter } from '../common/byte-writer.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { DayAndTime } from './calendar.ts';
import { Interval } from './datum.ts';
import { DateTimeFailure, dateTimeError } from './datetime-errors.ts';
import { defineType } from './define-type.ts';
import { combineHash, hashInteger } from './hash.ts';
import { readInt32BE, readInt32LE, readInt64BE, readInt64LE, writeInt64BE, writeInt64LE } from './integer.ts';
import { formatInterval } from './interval-format.ts';
import { parseInterval } from './interval-parse.ts';
import { checkBinaryLength } from './io-errors.ts';
import { typeOid } from './oids.ts';
import { coerceInterval, decodeIntervalTypmod } from './time-typmod.ts';
import type { IoContext } from './type-handler.ts';

const daysPerMonth = 30;
const dayKeyBias = 0x8000_0000_0000;

export function intervalOutOfRange(): SqlError {
  return new SqlError(sqlState.datetimeFieldOverflow, 'interval out of range');
}

function parseIntervalText(text: string, typmod: number, io: IoContext): Interval {
  const value = parseOrThrow(text, decodeIntervalTypmod(typmod).range, io);
  if (value === undefined) throw intervalOutOfRange();
  return coerceInterval(value, typmod);
}

function parseOrThrow(text: string, range: number, io: IoContext): Interval | undefined {
  try {
    return parseInterval(text, range, io);
  } catch (error) {
    if (!(error instanceof DateTimeFailure)) throw error;
    throw dateTimeError(error.problem === 'field overflow' ? 'interval overflow' : error.problem, text, 'interval');
  }
}

const left = new DayAndTime();
const right = new DayAndTime();

/** Length in days and a rest below a day: exact, whatever the size. */
function measure(value: Interval, into: DayAndTime): void {
  into.set(value.micros);
  into.days += value.days + value.months * daysPerMonth;
}

export function compareIntervals(a: Interval, b: Interval): number {
  measure(a, left);
  measure(b, right);
  return left.days - right.days || left.micros - right.micros;
}

function encodeIntervalKey(value: Interval, out: ByteWriter): void {
  measure(value, left);
  const days = left.days + dayKeyBias;
  out.uint16BE(Math.floor(days / 0x1_0000_0000));
  out.uint32BE(days >>> 0);
  out.uint8(Math.floor(left.micros / 0x1_0000_0000));
  out.uint32BE(left.micros >>> 0);
}

export const intervalType = defineType({
  oid: typeOid.interval,
  name: 'interval',
  sqlName: 'interval',
  arrayOid: 1187,
  category: 'T',
  preferred: true,
  length: 16,
  vectorKind: 'bytes',
  storedBytes: 16,
  parseText: parseIntervalText,
  formatText: (value, io) => formatInterval(value as Interval, io),
  parseBinary(data, start, end, typmod) {
    checkBinaryLength(start, end, 16);
    const value = new Interval(readInt32BE(data, start + 12), readInt32BE(data, start + 8), readInt64BE(data, start));
    return coerceInterval(value, typmod);
  },
  writeBinary(value, out) {
    const { months, days, micros } = value as Interval;
    writeInt64BE(out, micros);
    out.int32BE(days);
    out.int32BE(months);
  },
  compare: (a, b) => compareIntervals(a as Interval, b as Interval),
  hash(value) {
    measure(value as Interval, left);
    return combineHash(hashInteger(left.days), hashInteger(left.micros));
  },
  encode(value, out) {
    const { months, days, micros } = value as Interval;
    writeInt64LE(out, micros);
    out.int32LE(days);
    out.int32LE(months);
  },
  decode: (data, offset) =>
    new Interval(readInt32LE(data, offset + 12), readInt32LE(data, offset + 8), readInt64LE(data, offset)),
  encodeKey: (value, out) => encodeIntervalKey(value as Interval, out),
});
