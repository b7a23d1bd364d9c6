/** date: days since 2000-01-01; infinities are the ends of int32. */
import type { ByteWriter } from '../common/byte-writer.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { dateInfinity, dateNegativeInfinity, daysFromCivil, isDateInRange, unixEpochDays } from './calendar.ts';
import { badFormat, decodeLiteral } from './datetime-errors.ts';
import { writeDateText } from './datetime-format.ts';
import { parseDateTime } from './datetime-parse.ts';
import { defineType } from './define-type.ts';
import { int4Type, readInt32BE } from './integer.ts';
import { checkBinaryLength } from './io-errors.ts';
import { readIsoDate } from './iso-fast-path.ts';
import { typeOid } from './oids.ts';
import { asciiText } from './text-scratch.ts';
import type { IoContext } from './type-handler.ts';
import type { Int32Vector } from './vector.ts';

export function dateOutOfRange(): SqlError {
  return new SqlError(sqlState.datetimeFieldOverflow, 'date out of range');
}

export function parseDate(text: string, io: IoContext): number {
  const quick = readIsoDate(text);
  if (quick !== undefined) return quick;
  return decodeLiteral(text, 'date', () => {
    const parts = parseDateTime(text, 'timestamp', io);
    switch (parts.special) {
      case 'infinity':
        return dateInfinity;
      case '-infinity':
        return dateNegativeInfinity;
      case 'epoch':
        return unixEpochDays;
      case undefined: {
        const days = daysFromCivil(parts.year, parts.month, parts.day);
        if (!isDateInRange(days)) throw new SqlError(sqlState.datetimeFieldOverflow, `date out of range: "${text}"`);
        return days;
      }
      default:
        throw badFormat();
    }
  });
}

/** Appends the text of a date, infinities included. */
export function writeDate(days: number, io: IoContext, out: ByteWriter): void {
  if (days === dateInfinity) out.latin1('infinity');
  else if (days === dateNegativeInfinity) out.latin1('-infinity');
  else writeDateText(days, io, out);
}

export const dateType = defineType({
  oid: typeOid.date,
  name: 'date',
  sqlName: 'date',
  arrayOid: 1182,
  category: 'D',
  length: 4,
  vectorKind: 'int32',
  storedBytes: 4,
  parseText: (text, _typmod, io) => parseDate(text, io),
  formatText: (value, io) => asciiText((out) => writeDate(value as number, io, out)),
  parseBinary(data, start, end) {
    checkBinaryLength(start, end, 4);
    const days = readInt32BE(data, start);
    if (days === dateInfinity || days === dateNegativeInfinity || isDateInRange(days)) return days;
    throw dateOutOfRange();
  },
  writeBinary: int4Type.writeBinary,
  compare: int4Type.compare,
  hash: int4Type.hash,
  encode: int4Type.encode,
  decode: int4Type.decode,
  encodeKey: int4Type.encodeKey,
  decodeKey: int4Type.decodeKey,
  writeText: (vector, row, out, io) => writeDate((vector as Int32Vector).values[row] as number, io, out),
});
