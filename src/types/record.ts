/**
 * Rows as values: row(...), composite types. A stored record carries the types of its fields, so it can be read anywhere.
 *
 * Stored form:
 *   OFFSET  SIZE  DESCRIPTION
 *   0       4     OID of the row type (2249: anonymous)
 *   4       2     number of fields
 *   6       …     per field: type OID (4), byte count (int32, -1: NULL), stored form
 *
 * Key: per field 0x01 and its key, or 0x02 for NULL; then 0x00.
 */
import type { ByteWriter } from '../common/byte-writer.ts';
import type { Oid } from '../common/ids.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { compareNullable } from './array.ts';
import { RecordValue } from './datum.ts';
import type { Datum } from './datum.ts';
import { defineType } from './define-type.ts';
import { combineHash } from './hash.ts';
import { readInt32BE, readInt32LE } from './integer.ts';
import { insufficientData, invalidBinary } from './io-errors.ts';
import { typeOid } from './oids.ts';
import type { IoContext, TypeHandler } from './type-handler.ts';
import { findType, getType } from './type-lookup.ts';
import { isSpace, skipSpace } from './whitespace.ts';

function fieldType(record: RecordValue, index: number): TypeHandler {
  return getType(record.fieldTypes[index] as Oid);
}

export function formatRecord(record: RecordValue, io: IoContext): string {
  const fields = record.fields.map((field, i) =>
    field === null ? '' : quoteField(fieldType(record, i).formatText(field, io)),
  );
  return `(${fields.join(',')})`;
}

function quoteField(text: string): string {
  return text === '' || hasSpecial(text) ? `"${text.replace(/["\\]/g, '$&$&')}"` : text;
}

function hasSpecial(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (isSpace(code) || '"\\(),'.includes(text.charAt(i))) return true;
  }
  return false;
}

function malformed(literal: string, detail: string): SqlError {
  return new SqlError(sqlState.invalidTextRepresentation, `malformed record literal: "${literal}"`, { detail });
}

/** Reads "(a,"b c",)", handing each field (null if empty) to `parse` as it is met: errors come in PostgreSQL's order. */
function readRecord(text: string, count: number, parse: (field: string | null, index: number) => Datum): Datum[] {
  let at = skipSpace(text, 0);
  if (text.charAt(at) !== '(') throw malformed(text, 'Missing left parenthesis.');
  at++;
  const fields: Datum[] = [];
  for (let i = 0; i < count; i++) {
    if (i > 0) {
      if (text.charAt(at) !== ',') throw malformed(text, 'Too few columns.');
      at++;
    }
    const field = readField(text, at);
    fields.push(parse(field.value, i));
    at = field.next;
  }
  if (text.charAt(at) !== ')') throw malformed(text, 'Too many columns.');
  if (skipSpace(text, at + 1) !== text.length) throw malformed(text, 'Junk after right parenthesis.');
  return fields;
}

function readField(text: string, start: number): { value: string | null; next: number } {
  const first = text.charAt(start);
  if (first === ',' || first === ')') return { value: null, next: start };
  let value = '';
  let quoted = false;
  let at = start;
  for (;;) {
    const char = text.charAt(at);
    if (char === '') throw malformed(text, 'Unexpected end of input.');
    if (!quoted && (char === ',' || char === ')')) return { value, next: at };
    at++;
    if (char === '\\') {
      if (at >= text.length) throw malformed(text, 'Unexpected end of input.');
      value += text.charAt(at++);
    } else if (char !== '"') {
      value += char;
    } else if (quoted && text.charAt(at) === '"') {
      value += '"';
      at++;
    } else {
      quoted = !quoted;
    }
  }
}

function writeRecordBinary(record: RecordValue, out: ByteWriter, io: IoContext): void {
  out.int32BE(record.fields.length);
  record.fields.forEach((field, i) => {
    out.uint32BE(record.fieldTypes[i] as Oid);
    const at = out.length;
    out.int32BE(-1);
    if (field === null) return;
    fieldType(record, i).writeBinary(field, out, io);
    out.view.setInt32(at, out.length - at - 4, false);
  });
}

function parseRecordBinary(
  type: Oid,
  fieldTypes: readonly Oid[],
  data: Uint8Array,
  start: number,
  end: number,
  io: IoContext,
): RecordValue {
  if (end - start < 4) throw insufficientData();
  const count = readInt32BE(data, start);
  if (count !== fieldTypes.length) {
    throw new SqlError(sqlState.datatypeMismatch, `wrong number of columns: ${count}, expected ${fieldTypes.length}`);
  }
  let at = start + 4;
  const fields = fieldTypes.map((expected, i): Datum => {
    if (end - at < 8) throw insufficientData();
    const found = readInt32BE(data, at) >>> 0;
    if (found !== expected) throw wrongFieldType(found, expected, i + 1);
    const length = readInt32BE(data, at + 4);
    at += 8;
    if (length === -1) return null;
    if (length < 0 || length > end - at) throw insufficientData();
    at += length;
    return getType(expected).parseBinary(data, at - length, at, -1, io);
  });
  if (at !== end) throw invalidBinary('incorrect binary data format');
  return new RecordValue(type, fieldTypes, fields);
}

function wrongFieldType(found: Oid, expected: Oid, column: number): SqlError {
  return new SqlError(
    sqlState.datatypeMismatch,
    `binary data has type ${found} (${findType(found)?.sqlName ?? '???'}) instead of expected ${expected} (${getType(expected).sqlName}) in record column ${column}`,
  );
}

function encodeRecord(record: RecordValue, out: ByteWriter): void {
  out.uint32LE(record.type);
  out.uint16LE(record.fields.length);
  record.fields.forEach((field, i) => {
    out.uint32LE(record.fieldTypes[i] as Oid);
    const at = out.length;
    out.int32LE(-1);
    if (field === null) return;
    fieldType(record, i).encode(field, out);
    out.view.setInt32(at, out.length - at - 4, true);
  });
}

function decodeRecord(data: Uint8Array, offset: number): RecordValue {
  const type = readInt32LE(data, offset) >>> 0;
  const count = (data[offset + 4] as number) | ((data[offset + 5] as number) << 8);
  const fieldTypes: Oid[] = [];
  const fields: Datum[] = [];
  let at = offset + 6;
  for (let i = 0; i < count; i++) {
    const oid = readInt32LE(data, at) >>> 0;
    const length = readInt32LE(data, at + 4);
    at += 8;
    fieldTypes.push(oid);
    fields.push(length < 0 ? null : getType(oid).decode(data, at, length));
    at += Math.max(length, 0);
  }
  return new RecordValue(type, fieldTypes, fields);
}

function noOrdering(type: TypeHandler): SqlError {
  return new SqlError(sqlState.undefinedFunction, `could not identify a comparison function for type ${type.sqlName}`);
}

/** Field by field; NULLs are equal and come last. */
export function compareRecords(a: RecordValue, b: RecordValue): number {
  const common = Math.min(a.fields.length, b.fields.length);
  for (let i = 0; i < common; i++) {
    const type = fieldType(a, i);
    if (type.oid !== b.fieldTypes[i]) throw dissimilarTypes(type, fieldType(b, i), i + 1);
    if (type.compare === undefined) throw noOrdering(type);
    const difference = compareNullable(type.compare, a.fields[i] as Datum, b.fields[i] as Datum);
    if (difference !== 0) return difference;
  }
  if (a.fields.length === b.fields.length) return 0;
  throw new SqlError(sqlState.datatypeMismatch, 'cannot compare record types with different numbers of columns');
}

function dissimilarTypes(a: TypeHandler, b: TypeHandler, column: number): SqlError {
  return new SqlError(
    sqlState.datatypeMismatch,
    `cannot compare dissimilar column types ${a.sqlName} and ${b.sqlName} at record column ${column}`,
  );
}

function hashRecord(record: RecordValue): number {
  let result = 1;
  record.fields.forEach((field, i) => {
    const { hash, sqlName } = fieldType(record, i);
    if (hash === undefined)
      throw new SqlError(sqlState.undefinedFunction, `could not identify a hash function for type ${sqlName}`);
    result = combineHash(result, field === null ? 0 : hash(field));
  });
  return result;
}

function encodeRecordKey(record: RecordValue, out: ByteWriter): void {
  record.fields.forEach((field, i) => {
    out.uint8(field === null ? 0x02 : 0x01);
    const type = fieldType(record, i);
    if (type.encodeKey === undefined) throw noOrdering(type);
    if (field !== null) type.encodeKey(field, out);
  });
  out.uint8(0);
}

/** A named row type. `fieldTypes` of live columns in order; undefined for the anonymous record, which cannot be read from text. */
export function defineComposite(
  oid: Oid,
  name: string,
  arrayOid: Oid,
  fieldTypes: readonly Oid[] | undefined,
): TypeHandler {
  const anonymous = fieldTypes === undefined;
  return defineType({
    oid,
    name,
    sqlName: name,
    arrayOid,
    category: anonymous ? 'P' : 'C',
    typeType: anonymous ? 'p' : 'c',
    length: -1,
    vectorKind: 'bytes',
    parseText(text, _typmod, io) {
      if (anonymous)
        throw new SqlError(sqlState.featureNotSupported, 'input of anonymous composite types is not implemented');
      const fields = readRecord(text, fieldTypes.length, (field, i) =>
        field === null ? null : getType(fieldTypes[i] as Oid).parseText(field, -1, io),
      );
      return new RecordValue(oid, fieldTypes, fields);
    },
    formatText: (value, io) => formatRecord(value as RecordValue, io),
    parseBinary(data, start, end, _typmod, io) {
      if (anonymous)
        throw new SqlError(sqlState.featureNotSupported, 'input of anonymous composite types is not implemented');
      return parseRecordBinary(oid, fieldTypes, data, start, end, io);
    },
    writeBinary: (value, out, io) => writeRecordBinary(value as RecordValue, out, io),
    compare: (a, b) => compareRecords(a as RecordValue, b as RecordValue),
    hash: (value) => hashRecord(value as RecordValue),
    encode: (value, out) => encodeRecord(value as RecordValue, out),
    decode: decodeRecord,
    encodeKey: (value, out) => encodeRecordKey(value as RecordValue, out),
  });
}

export const recordType = defineComposite(typeOid.record, 'record', 2287, undefined);
