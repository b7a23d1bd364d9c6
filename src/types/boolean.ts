/** bool: one byte in rows and keys, 't' / 'f' on the wire. */
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { Datum } from './datum.ts';
import { defineType } from './define-type.ts';
import { mix32 } from './hash.ts';
import { checkBinaryLength, invalidText } from './io-errors.ts';
import { typeOid } from './oids.ts';
import type { BoolVector } from './vector.ts';
import { trimSpace } from './whitespace.ts';

/** Accepts unique prefixes of true, false, yes, no, on, off, and 1, 0, in any case; undefined for anything else. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (word === '') return undefined;
  if ('true'.startsWith(word) || 'yes'.startsWith(word) || word === 'on' || word === '1') return true;
  if ('false'.startsWith(word) || 'no'.startsWith(word) || word === 'of' || word === 'off' || word === '0')
    return false;
  return undefined;
}

export const boolType = defineType({
  oid: typeOid.bool,
  name: 'bool',
  sqlName: 'boolean',
  arrayOid: 1000,
  category: 'B',
  preferred: true,
  length: 1,
  vectorKind: 'bool',
  storedBytes: 1,
  parseText(text) {
    const value = parseBoolean(trimSpace(text));
    if (value === undefined) throw invalidText('boolean', text);
    return value;
  },
  formatText: (value) => (value === true ? 't' : 'f'),
  parseBinary(data, start, end) {
    if (start === end) throw new SqlError(sqlState.protocolViolation, 'no data left in message');
    checkBinaryLength(start, end, 1);
    return data[start] !== 0;
  },
  writeBinary: (value, out) => out.uint8(value === true ? 1 : 0),
  compare: (a, b) => Number(a) - Number(b),
  hash: (value) => mix32(value === true ? 1 : 0),
  encode: (value, out) => out.uint8(value === true ? 1 : 0),
  decode: (data, offset) => data[offset] === 1,
  encodeKey: (value, out) => out.uint8(value === true ? 1 : 0),
  decodeKey: (data, offset) => ({ value: (data[offset] === 1) satisfies Datum, next: offset + 1 }),
  writeText: (vector, row, out) => out.uint8((vector as BoolVector).values[row] === 1 ? 0x74 : 0x66),
});
