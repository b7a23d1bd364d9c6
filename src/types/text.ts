/**
 * text, varchar, char(n), name, "char", json, unknown, cstring: strings as Datums, UTF-8 in vectors and rows. Order is that of
 * the bytes. Keys are the bytes and a 0 terminator (text has no NUL, so a prefix sorts first). char(n) ignores trailing
 * blanks in comparisons, so its keys drop them and are not exact.
 */
import type { ByteWriter } from '../common/byte-writer.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { Datum } from './datum.ts';
import { defineType } from './define-type.ts';
import type { TypeSpec } from './define-type.ts';
import { hashBytes } from './hash.ts';
import { typeOid } from './oids.ts';
import { characterCount, characterOffset, compareText, decodeUtf8, rejectNul, validateUtf8 } from './utf8.ts';
import type { BytesVector, Vector } from './vector.ts';

/** Bytes of a name, without the terminator. */
export const nameBytesMax = 63;

const scratch: { bytes: Buffer } = { bytes: Buffer.allocUnsafeSlow(1024) };

/** Hash of the UTF-8 form, equal to that of a bytes vector's value. */
export function hashText(text: string): number {
  if (text.length * 3 > scratch.bytes.length) scratch.bytes = Buffer.allocUnsafeSlow(text.length * 6);
  const length = scratch.bytes.utf8Write(text, 0);
  return hashBytes(scratch.bytes, 0, length);
}

/** Appends a value of a bytes vector as it is. */
export function writeBytesValue(vector: Vector, row: number, out: ByteWriter): void {
  const { data, offsets, lengths } = vector as BytesVector;
  const start = offsets[row] as number;
  out.copy(data, start, start + (lengths[row] as number));
}

function decodeText(data: Uint8Array, offset: number, length: number): string {
  return decodeUtf8(data, offset, offset + length);
}

function receiveText(data: Uint8Array, start: number, end: number): string {
  validateUtf8(data, start, end);
  return decodeUtf8(data, start, end);
}

function encodeTextKey(value: Datum, out: ByteWriter): void {
  out.utf8(value as string);
  out.uint8(0);
}

function decodeTextKey(data: Uint8Array, offset: number): { value: Datum; next: number } {
  let end = offset;
  while (data[end] !== 0) end++;
  return { value: decodeUtf8(data, offset, end), next: end + 1 };
}

/** What all string types share; the rest is said by each. */
type TextTraits = Pick<TypeSpec, 'oid' | 'name' | 'sqlName' | 'arrayOid' | 'category' | 'length'> & Partial<TypeSpec>;

function defineText(traits: TextTraits): ReturnType<typeof defineType> {
  return defineType({
    vectorKind: 'bytes',
    bytewise: true,
    parseText(text) {
      rejectNul(text);
      return text;
    },
    formatText: (value) => value as string,
    parseBinary: receiveText,
    writeBinary: (value, out) => out.utf8(value as string),
    compare: (a, b) => compareText(a as string, b as string),
    hash: (value) => hashText(value as string),
    encode: (value, out) => out.utf8(value as string),
    decode: decodeText,
    encodeKey: encodeTextKey,
    decodeKey: decodeTextKey,
    writeText: writeBytesValue,
    ...traits,
  });
}

export const textType = defineText({
  oid: typeOid.text,
  name: 'text',
  sqlName: 'text',
  arrayOid: 1009,
  category: 'S',
  preferred: true,
  length: -1,
  collation: 100,
});

const onlySpaces = /^ *$/;

function tooLong(sqlName: string, length: number): SqlError {
  return new SqlError(sqlState.stringDataRightTruncation, `value too long for type ${sqlName}(${length})`);
}

/** Cuts to at most `length` characters. Unless the cast is explicit only blanks may go (22001). */
function limitLength(text: string, length: number, explicit: boolean, sqlName: string): string {
  if (text.length <= length) return text;
  const end = characterOffset(text, length);
  if (!explicit && !onlySpaces.test(text.slice(end))) throw tooLong(sqlName, length);
  return text.slice(0, end);
}

/** Length coercion to varchar(n); typmod is n + 4, -1 for none. */
export function coerceVarchar(text: string, typmod: number, explicit: boolean): string {
  return typmod < 4 ? text : limitLength(text, typmod - 4, explicit, 'character varying');
}

/** Length coercion to char(n): pads with blanks to n characters. */
export function coerceBpchar(text: string, typmod: number, explicit: boolean): string {
  if (typmod < 4) return text;
  const length = typmod - 4;
  const missing = length - characterCount(text);
  return missing >= 0 ? text + ' '.repeat(missing) : limitLength(text, length, explicit, 'character');
}

export const varcharType = defineText({
  oid: typeOid.varchar,
  name: 'varchar',
  sqlName: 'character varying',
  arrayOid: 1015,
  category: 'S',
  length: -1,
  collation: 100,
  parseText(text, typmod) {
    rejectNul(text);
    return coerceVarchar(text, typmod, false);
  },
  parseBinary: (data, start, end, typmod) => coerceVarchar(receiveText(data, start, end), typmod, false),
});

/** A char(n) value as it is compared: without trailing blanks. */
export function trimBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0x20) end--;
  return end === text.length ? text : text.slice(0, end);
}

export const bpcharType = defineText({
  oid: typeOid.bpchar,
  name: 'bpchar',
  sqlName: 'character',
  arrayOid: 1014,
  category: 'S',
  length: -1,
  collation: 100,
  bytewise: false,
  parseText(text, typmod) {
    rejectNul(text);
    return coerceBpchar(text, typmod, false);
  },
  parseBinary: (data, start, end, typmod) => coerceBpchar(receiveText(data, start, end), typmod, false),
  compare: (a, b) => compareText(trimBlanks(a as string), trimBlanks(b as string)),
  hash: (value) => hashText(trimBlanks(value as string)),
  encodeKey: (value, out) => encodeTextKey(trimBlanks(value as string), out),
  decodeKey: undefined,
});

/** Cuts a name to 63 bytes without splitting a character. */
export function truncateName(text: string): string {
  if (text.length * 3 <= nameBytesMax) return text;
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length <= nameBytesMax) return text;
  let end = nameBytesMax;
  while (((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.utf8Slice(0, end);
}

export const nameType = defineText({
  oid: typeOid.name,
  name: 'name',
  sqlName: 'name',
  arrayOid: 1003,
  elementOid: typeOid.char,
  category: 'S',
  length: 64,
  collation: 950,
  parseText(text) {
    rejectNul(text);
    return truncateName(text);
  },
  parseBinary(data, start, end) {
    const text = receiveText(data, start, end);
    if (end - start <= nameBytesMax) return text;
    throw new SqlError(sqlState.nameTooLong, 'identifier too long', {
      detail: 'Identifier must be less than 64 characters.',
    });
  },
});

const octalForm = /^\\([0-7]{3})$/;

/** The byte of a "char" value; '' is 0, bytes from 0x80 on are written \ooo. */
export function charByte(text: string): number {
  if (text === '') return 0;
  const octal = octalForm.exec(text);
  if (octal !== null) return Number.parseInt(octal[1] as string, 8) & 0xff;
  return Buffer.from(text.slice(0, 2), 'utf8')[0] as number;
}

/** The "char" value of a byte. */
export function charText(byte: number): string {
  if (byte === 0) return '';
  return byte < 0x80 ? String.fromCharCode(byte) : `\\${byte.toString(8)}`;
}

export const charType = defineText({
  oid: typeOid.char,
  name: 'char',
  sqlName: '"char"',
  arrayOid: 1002,
  category: 'Z',
  length: 1,
  storedBytes: 1,
  parseText(text) {
    rejectNul(text);
    return charText(charByte(text));
  },
  parseBinary(data, start, end) {
    if (end <= start) throw new SqlError(sqlState.protocolViolation, 'no data left in message');
    return charText(data[start] as number);
  },
  writeBinary: (value, out) => out.uint8(charByte(value as string)),
  compare: (a, b) => charByte(a as string) - charByte(b as string),
  hash(value) {
    scratch.bytes[0] = charByte(value as string);
    return hashBytes(scratch.bytes, 0, 1);
  },
  encode: (value, out) => out.uint8(charByte(value as string)),
  decode: (data, offset) => charText(data[offset] as number),
  encodeKey: (value, out) => out.uint8(charByte(value as string)),
  decodeKey: (data, offset) => ({ value: charText(data[offset] as number), next: offset + 1 }),
  writeText(vector, row, out) {
    const { data, offsets } = vector as BytesVector;
    const byte = data[offsets[row] as number] as number;
    if (byte > 0 && byte < 0x80) out.uint8(byte);
    else out.latin1(charText(byte));
  },
});

export const unknownType = defineText({
  oid: typeOid.unknown,
  name: 'unknown',
  sqlName: 'unknown',
  arrayOid: 0,
  category: 'X',
  typeType: 'p',
  length: -2,
});

export const cstringType = defineText({
  oid: typeOid.cstring,
  name: 'cstring',
  sqlName: 'cstring',
  arrayOid: 1263,
  category: 'P',
  typeType: 'p',
  length: -2,
});

/** Node trees of the catalogs are kept as text of our own and are read-only, as in PostgreSQL. */
export const pgNodeTreeType = defineText({
  oid: typeOid.pgNodeTree,
  name: 'pg_node_tree',
  sqlName: 'pg_node_tree',
  arrayOid: 0,
  category: 'Z',
  length: -1,
  collation: 100,
  parseText: () => {
    throw new SqlError(sqlState.featureNotSupported, 'cannot accept a value of type pg_node_tree');
  },
  parseBinary: () => {
    throw new SqlError(sqlState.featureNotSupported, 'cannot accept a value of type pg_node_tree');
  },
});

/** Access control items, in their text form "grantee=privileges/grantor". */
export const aclitemType = defineText({
  oid: typeOid.aclitem,
  name: 'aclitem',
  sqlName: 'aclitem',
  arrayOid: 1034,
  category: 'U',
  length: 12,
});
