/**
 * Arrays of any type, and int2vector and oidvector, which are arrays with a lower bound of 0 and a text form of their own.
 *
 * Stored form:
 *   OFFSET   SIZE  DESCRIPTION
 *   0        4     OID of the element type
 *   4        1     number of dimensions d (0: empty)
 *   5        8·d   length and lower bound of each dimension, int32 little-endian
 *   5+8·d    …     per element its byte count (int32, -1: NULL) and its stored form
 *
 * Key: for each element 0x01 and its key, or 0x02 for NULL; then 0x00, the number of dimensions, their lengths and bounds. That
 * is the order of the btree operator class: elements first, then count, then shape.
 */
import { ByteWriter } from '../common/byte-writer.ts';
import type { Oid } from '../common/ids.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import { elementCount, formatArrayLiteral, readArrayLiteral, tooManyDimensions, dimensionsMax } from './array-text.ts';
import { ArrayValue } from './datum.ts';
import type { Datum } from './datum.ts';
import { defineType } from './define-type.ts';
import { combineHash } from './hash.ts';
import { compareNumbers, decodeInt32Key, encodeInt32Key, int2Type, readInt32BE, readInt32LE } from './integer.ts';
import { insufficientData, invalidBinary, invalidText, valueOutOfRange } from './io-errors.ts';
import { oidType, parseOid } from './oid.ts';
import { typeOid } from './oids.ts';
import type { IoContext, TypeHandler } from './type-handler.ts';
import { findType, getType } from './type-lookup.ts';
import { skipSpace } from './whitespace.ts';

const keyEnd = 0x00;
const keyValue = 0x01;
const keyNull = 0x02;

export function emptyArray(elementType: Oid): ArrayValue {
  return new ArrayValue(elementType, [], [], []);
}

/** A one-dimensional array with lower bound 1. */
export function arrayOf(elementType: Oid, elements: readonly Datum[]): ArrayValue {
  return elements.length === 0
    ? emptyArray(elementType)
    : new ArrayValue(elementType, [elements.length], [1], elements);
}

function parseArrayText(element: TypeHandler, text: string, typmod: number, io: IoContext): ArrayValue {
  const literal = readArrayLiteral(text, ',');
  elementCount(literal.lengths);
  checkBounds(literal.lengths, literal.lowerBounds);
  const elements = literal.elements.map((part) => (part === null ? null : element.parseText(part, typmod, io)));
  return new ArrayValue(element.oid, literal.lengths, literal.lowerBounds, elements);
}

function checkBounds(lengths: readonly number[], lowerBounds: readonly number[]): void {
  lengths.forEach((length, i) => {
    const lower = lowerBounds[i] as number;
    if (lower + length <= 0x7fff_ffff) return;
    throw new SqlError(sqlState.programLimitExceeded, `array lower bound is too large: ${lower}`);
  });
}

function formatArrayText(value: ArrayValue, io: IoContext): string {
  const element = getType(value.elementType);
  const elements = value.elements.map((part) => (part === null ? null : element.formatText(part, io)));
  return formatArrayLiteral({ lengths: value.lengths, lowerBounds: value.lowerBounds, elements }, ',');
}

function writeArrayBinary(value: ArrayValue, out: ByteWriter, io: IoContext): void {
  const element = getType(value.elementType);
  out.int32BE(value.lengths.length);
  out.int32BE(value.elements.includes(null) ? 1 : 0);
  out.uint32BE(value.elementType);
  value.lengths.forEach((length, i) => {
    out.int32BE(length);
    out.int32BE(value.lowerBounds[i] as number);
  });
  for (const part of value.elements) {
    const at = out.length;
    out.int32BE(-1);
    if (part === null) continue;
    element.writeBinary(part, out, io);
    out.view.setInt32(at, out.length - at - 4, false);
  }
}

function parseArrayBinary(
  expected: TypeHandler,
  data: Uint8Array,
  start: number,
  end: number,
  typmod: number,
  io: IoContext,
): ArrayValue {
  const reader = new BinaryArrayReader(data, start, end);
  const dimensions = reader.int32();
  if (dimensions < 0) throw invalidBinary(`invalid number of dimensions: ${dimensions}`);
  if (dimensions > dimensionsMax) throw tooManyDimensions(dimensions);
  const flags = reader.int32();
  if (flags !== 0 && flags !== 1) throw invalidBinary('invalid array flags');
  const elementOid = reader.int32() >>> 0;
  if (elementOid !== expected.oid) throw wrongElementType(elementOid, expected);
  const lengths: number[] = [];
  const lowerBounds: number[] = [];
  for (let i = 0; i < dimensions; i++) {
    lengths.push(reader.int32());
    lowerBounds.push(reader.int32());
  }
  const count = lengths.some((length) => length < 0) ? elementCount([Infinity]) : elementCount(lengths);
  checkBounds(lengths, lowerBounds);
  const elements = reader.elements(count, (from, to) => expected.parseBinary(data, from, to, typmod, io));
  return count === 0 ? emptyArray(expected.oid) : new ArrayValue(expected.oid, lengths, lowerBounds, elements);
}

function wrongElementType(found: Oid, expected: TypeHandler): SqlError {
  return new SqlError(
    sqlState.datatypeMismatch,
    `binary data has array element type ${found} (${findType(found)?.sqlName ?? '???'}) instead of expected ${expected.oid} (${expected.sqlName})`,
  );
}

class BinaryArrayReader {
  readonly #data: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(data: Uint8Array, start: number, end: number) {
    this.#data = data;
    this.#at = start;
    this.#end = end;
  }

  int32(): number {
    if (this.#end - this.#at < 4) throw insufficientData();
    this.#at += 4;
    return readInt32BE(this.#data, this.#at - 4);
  }

  elements(count: number, parse: (start: number, end: number) => Datum): Datum[] {
    const elements: Datum[] = [];
    for (let i = 0; i < count; i++) {
      const length = this.int32();
      if (length < -1 || length > this.#end - this.#at) throw insufficientData();
      elements.push(length === -1 ? null : parse(this.#at, this.#at + length));
      this.#at += Math.max(length, 0);
    }
    if (this.#at !== this.#end) throw invalidBinary('incorrect binary data format');
    return elements;
  }
}

function encodeArray(value: ArrayValue, out: ByteWriter): void {
  const element = getType(value.elementType);
  out.uint32LE(value.elementType);
  out.uint8(value.lengths.length);
  value.lengths.forEach((length, i) => {
    out.int32LE(length);
    out.int32LE(value.lowerBounds[i] as number);
  });
  for (const part of value.elements) {
    const at = out.length;
    out.int32LE(-1);
    if (part === null) continue;
    element.encode(part, out);
    out.view.setInt32(at, out.length - at - 4, true);
  }
}

function decodeArray(data: Uint8Array, offset: number): ArrayValue {
  const elementType = readInt32LE(data, offset) >>> 0;
  const element = getType(elementType);
  const dimensions = data[offset + 4] as number;
  let at = offset + 5;
  const lengths: number[] = [];
  const lowerBounds: number[] = [];
  for (let i = 0; i < dimensions; i++, at += 8) {
    lengths.push(readInt32LE(data, at));
    lowerBounds.push(readInt32LE(data, at + 4));
  }
  const elements: Datum[] = [];
  for (let left = elementCount(lengths); left > 0; left--) {
    const length = readInt32LE(data, at);
    at += 4;
    elements.push(length < 0 ? null : element.decode(data, at, length));
    at += Math.max(length, 0);
  }
  return new ArrayValue(elementType, lengths, lowerBounds, elements);
}

type Compare = (a: Datum, b: Datum) => number;

/** Elements, then their number, then the shape; NULLs are equal and come last. */
function compareArrays(compare: Compare, a: ArrayValue, b: ArrayValue): number {
  const common = Math.min(a.elements.length, b.elements.length);
  for (let i = 0; i < common; i++) {
    const difference = compareNullable(compare, a.elements[i] as Datum, b.elements[i] as Datum);
    if (difference !== 0) return difference;
  }
  return (
    a.elements.length - b.elements.length ||
    a.lengths.length - b.lengths.length ||
    compareLists(a.lengths, b.lengths) ||
    compareLists(a.lowerBounds, b.lowerBounds)
  );
}

/** NULLs last and equal to each other, as inside arrays and records. */
export function compareNullable(compare: Compare, a: Datum, b: Datum): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return compare(a, b);
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < a.length; i++) {
    const difference = compareNumbers(a[i] as number, b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

type EncodeKey = NonNullable<TypeHandler['encodeKey']>;
type DecodeKey = NonNullable<TypeHandler['decodeKey']>;

function encodeArrayKey(encodeKey: EncodeKey, value: ArrayValue, out: ByteWriter): void {
  for (const part of value.elements) {
    out.uint8(part === null ? keyNull : keyValue);
    if (part !== null) encodeKey(part, out);
  }
  out.uint8(keyEnd);
  out.uint8(value.lengths.length);
  for (const length of value.lengths) encodeInt32Key(length, out);
  for (const bound of value.lowerBounds) encodeInt32Key(bound, out);
}

function decodeArrayKey(
  elementType: Oid,
  decodeKey: DecodeKey,
  data: Uint8Array,
  offset: number,
): { value: Datum; next: number } {
  const elements: Datum[] = [];
  let at = offset;
  for (let marker = data[at++]; marker !== keyEnd; marker = data[at++]) {
    if (marker === keyNull) {
      elements.push(null);
      continue;
    }
    const part = decodeKey(data, at);
    elements.push(part.value);
    at = part.next;
  }
  const dimensions = data[at++] as number;
  const numbers = Array.from({ length: 2 * dimensions }, (_, i) => decodeInt32Key(data, at + 4 * i));
  const value = new ArrayValue(elementType, numbers.slice(0, dimensions), numbers.slice(dimensions), elements);
  return { value, next: at + 8 * dimensions };
}

export function hashArray(hash: (value: Datum) => number, value: ArrayValue): number {
  let result = 1;
  for (const part of value.elements) result = combineHash(result, part === null ? 0 : hash(part));
  return result;
}

/** The array type over `element`. The name is pg_type's (_int4). */
export function defineArray(element: TypeHandler, name: string = `_${element.name}`): TypeHandler {
  const { compare, hash, encodeKey, decodeKey } = element;
  return defineType({
    oid: element.arrayOid,
    name,
    sqlName: `${element.sqlName}[]`,
    arrayOid: 0,
    elementOid: element.oid,
    category: element.oid === typeOid.record ? 'P' : 'A',
    typeType: element.oid === typeOid.record ? 'p' : 'b',
    length: -1,
    collation: element.collation,
    vectorKind: 'bytes',
    parseText: (text, typmod, io) => parseArrayText(element, text, typmod, io),
    formatText: (value, io) => formatArrayText(value as ArrayValue, io),
    parseBinary: (data, start, end, typmod, io) => parseArrayBinary(element, data, start, end, typmod, io),
    writeBinary: (value, out, io) => writeArrayBinary(value as ArrayValue, out, io),
    compare: compare && ((a, b) => compareArrays(compare, a as ArrayValue, b as ArrayValue)),
    hash: hash && ((value) => hashArray(hash, value as ArrayValue)),
    encode: (value, out) => encodeArray(value as ArrayValue, out),
    decode: decodeArray,
    encodeKey: encodeKey && ((value, out) => encodeArrayKey(encodeKey, value as ArrayValue, out)),
    decodeKey: decodeKey && ((data, offset) => decodeArrayKey(element.oid, decodeKey, data, offset)),
  });
}

/** Reads one number of a vector's text; `text` is all that is left of it. */
type NumberReader = (text: string) => { value: number; length: number };

const leadingInteger = /^[+-]?[0-9]+/;

function readInt2(text: string): { value: number; length: number } {
  const digits = leadingInteger.exec(text)?.[0];
  if (digits === undefined) throw invalidText('smallint', text);
  const value = Number(digits);
  if (value < -0x8000 || value > 0x7fff) throw valueOutOfRange('smallint', text);
  if (text.length > digits.length && text.charAt(digits.length) !== ' ') throw invalidText('smallint', text);
  return { value, length: digits.length };
}

function readOid(text: string): { value: number; length: number } {
  const digits = leadingInteger.exec(text)?.[0];
  if (digits === undefined) throw invalidText('oid', text);
  if (Number(digits) > 0xffff_ffff || Number(digits) < -0x8000_0000) throw valueOutOfRange('oid', text);
  return { value: parseOid(digits), length: digits.length };
}

function readNumbers(text: string, read: NumberReader): number[] {
  const numbers: number[] = [];
  for (let at = skipSpace(text, 0); at < text.length; at = skipSpace(text, at)) {
    const { value, length } = read(text.slice(at));
    numbers.push(value === 0 ? 0 : value);
    at += length;
  }
  return numbers;
}

/** int2vector and oidvector: "1 2 3". */
function defineNumberVector(
  element: TypeHandler,
  names: Pick<TypeHandler, 'oid' | 'name' | 'arrayOid'>,
  read: NumberReader,
): TypeHandler {
  const array = defineArray(element);
  return {
    ...array,
    ...names,
    sqlName: names.name,
    parseText(text) {
      const numbers = readNumbers(text, read);
      return new ArrayValue(element.oid, [numbers.length], [0], numbers);
    },
    formatText: (value) => (value as ArrayValue).elements.join(' '),
    writeText: (vector, row, out) => out.latin1((array.readDatum(vector, row) as ArrayValue).elements.join(' ')),
  };
}

export const int2vectorType = defineNumberVector(
  int2Type,
  { oid: typeOid.int2vector, name: 'int2vector', arrayOid: 1006 },
  readInt2,
);

const oidvectorArray = defineNumberVector(
  oidType,
  { oid: typeOid.oidvector, name: 'oidvector', arrayOid: 1013 },
  readOid,
);

/** Unlike other arrays, oidvectors are ordered by length first. */
export const oidvectorType: TypeHandler = {
  ...oidvectorArray,
  compare: (a, b) =>
    (a as ArrayValue).elements.length - (b as ArrayValue).elements.length ||
    compareArrays(compareNumbers, a as ArrayValue, b as ArrayValue),
  encodeKey(value, out) {
    const { elements } = value as ArrayValue;
    out.uint32BE(elements.length);
    for (const element of elements) out.uint32BE(element as number);
  },
  decodeKey(data, offset) {
    const length = readInt32BE(data, offset);
    const elements = Array.from({ length }, (_, i) => readInt32BE(data, offset + 4 + 4 * i) >>> 0);
    return { value: new ArrayValue(typeOid.oid, [length], [0], elements), next: offset + 4 + 4 * length };
  },
};

/** anyarray as a column type (pg_statistic): an array of whatever type. */
export const anyarrayType = defineType({
  oid: typeOid.anyarray,
  name: 'anyarray',
  sqlName: 'anyarray',
  arrayOid: 0,
  category: 'P',
  typeType: 'p',
  length: -1,
  vectorKind: 'bytes',
  parseText: () => {
    throw new SqlError(sqlState.featureNotSupported, 'cannot accept a value of type anyarray');
  },
  formatText: (value, io) => formatArrayText(value as ArrayValue, io),
  parseBinary: () => {
    throw new SqlError(sqlState.featureNotSupported, 'cannot accept a value of type anyarray');
  },
  writeBinary: (value, out, io) => writeArrayBinary(value as ArrayValue, out, io),
  encode: (value, out) => encodeArray(value as ArrayValue, out),
  decode: decodeArray,
});
