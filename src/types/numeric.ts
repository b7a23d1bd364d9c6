/** The numeric type: exact decimals of any precision. Arithmetic, text and bytes are in the numeric-*.ts files beside it. */
import type { Numeric } from './datum.ts';
import { defineType } from './define-type.ts';
import { writeDecimal } from './digits.ts';
import {
  decodeStoredNumeric,
  encodeNumericKey,
  encodeStoredNumeric,
  hashNumeric,
  parseNumericBinary,
  writeNumericBinary,
} from './numeric-bytes.ts';
import { compareNumerics } from './numeric-math.ts';
import { coerceNumeric, formatNumeric, parseNumeric } from './numeric-text.ts';
import { typeOid } from './oids.ts';
import type { NumericVector } from './vector.ts';

export const numericType = defineType({
  oid: typeOid.numeric,
  name: 'numeric',
  sqlName: 'numeric',
  arrayOid: 1231,
  category: 'N',
  length: -1,
  vectorKind: 'numeric',
  parseText: (text, typmod) => coerceNumeric(parseNumeric(text), typmod),
  formatText: (value) => formatNumeric(value as Numeric),
  parseBinary: (data, start, end, typmod) => coerceNumeric(parseNumericBinary(data, start, end), typmod),
  writeBinary: (value, out) => writeNumericBinary(value as Numeric, out),
  compare: (a, b) => compareNumerics(a as Numeric, b as Numeric),
  hash: (value) => hashNumeric(value as Numeric),
  encode: (value, out) => encodeStoredNumeric(value as Numeric, out),
  decode: decodeStoredNumeric,
  encodeKey: (value, out) => encodeNumericKey(value as Numeric, out),
  writeText(vector, row, out) {
    const numerics = vector as NumericVector;
    if (numerics.wide === undefined) writeDecimal(out, numerics.values[row] as number, numerics.scale);
    else out.latin1(formatNumeric(numerics.wide[row] as Numeric));
  },
});
