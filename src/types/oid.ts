/**
 * oid, xid, cid and the reg* types: unsigned 32-bit numbers in int64 vectors (always narrow), 4 bytes in rows and keys. The
 * reg* types differ in text only, where the session's RegNames knows the names. Also xid8, pg_lsn (64 bit) and tid.
 */
import type { Oid } from '../common/ids.ts';
import { canonicalInt64 } from './datum.ts';
import { defineType } from './define-type.ts';
import type { TypeSpec } from './define-type.ts';
import { writeInteger } from './digits.ts';
import { hashBytes, hashInteger } from './hash.ts';
import { compareNumbers, int8Type, readInt32BE, readInt32LE } from './integer.ts';
import { checkBinaryLength, invalidText, valueOutOfRange } from './io-errors.ts';
import { typeOid } from './oids.ts';
import type { TypeHandler } from './type-handler.ts';
import { asBuffer, compareBytes } from './utf8.ts';
import type { Int64Vector } from './vector.ts';
import { skipSpace } from './whitespace.ts';

const oidPattern = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)/;

/** oid input, as C's strtoul: a sign is allowed, -1 means 4294967295. */
export function parseOid(text: string): Oid {
  const match = oidPattern.exec(text);
  if (match === null) throw invalidText('oid', text);
  const [consumed, sign, digits = ''] = match;
  const magnitude = BigInt(digits);
  const inRange = sign === '-' ? magnitude <= 0x8000_0000n : magnitude <= 0xffff_ffffn;
  if (magnitude > 0xffff_ffff_ffff_ffffn) throw valueOutOfRange('oid', text);
  if (skipSpace(text, consumed.length) !== text.length) throw invalidText('oid', text);
  if (!inRange) throw valueOutOfRange('oid', text);
  return Number(sign === '-' ? -magnitude : magnitude) >>> 0;
}

/** xid, cid and xid8 input never fails: what C's strtoul makes of it, hexadecimal and octal too, 0 for anything else. */
function parseLenient(text: string): bigint {
  const match = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[0-9]+)/.exec(text);
  if (match === null) return 0n;
  const [, sign, digits = ''] = match;
  const magnitude = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  const capped = magnitude > 0xffff_ffff_ffff_ffffn ? 0xffff_ffff_ffff_ffffn : magnitude;
  return BigInt.asUintN(64, sign === '-' && capped === magnitude ? -capped : capped);
}

type Traits = Pick<TypeSpec, 'oid' | 'name' | 'sqlName' | 'arrayOid' | 'category'> & Partial<TypeSpec>;

function defineUnsigned(traits: Traits): TypeHandler {
  return defineType({
    length: 4,
    vectorKind: 'int64',
    storedBytes: 4,
    parseText: parseOid,
    formatText: (value) => String(value),
    parseBinary(data, start, end) {
      checkBinaryLength(start, end, 4);
      return readInt32BE(data, start) >>> 0;
    },
    writeBinary: (value, out) => out.uint32BE(value as number),
    compare: compareNumbers,
    hash: (value) => hashInteger(value as number),
    encode: (value, out) => out.uint32LE(value as number),
    decode: (data, offset) => readInt32LE(data, offset) >>> 0,
    encodeKey: (value, out) => out.uint32BE(value as number),
    decodeKey: (data, offset) => ({ value: readInt32BE(data, offset) >>> 0, next: offset + 4 }),
    writeText: (vector, row, out) => writeInteger(out, (vector as Int64Vector).values[row] as number),
    ...traits,
  });
}

export const oidType = defineUnsigned({
  oid: typeOid.oid,
  name: 'oid',
  sqlName: 'oid',
  arrayOid: 1028,
  category: 'N',
  preferred: true,
});

function defineTransactionNumber(oid: Oid, name: string, arrayOid: Oid): TypeHandler {
  return defineUnsigned({
    oid,
    name,
    sqlName: name,
    arrayOid,
    category: 'U',
    parseText: (text) => Number(BigInt.asUintN(32, parseLenient(text))),
  });
}

export const xidType = defineTransactionNumber(typeOid.xid, 'xid', 1011);
export const cidType = defineTransactionNumber(typeOid.cid, 'cid', 1012);

function defineReg(oid: Oid, name: string, arrayOid: Oid): TypeHandler {
  return defineUnsigned({
    oid,
    name,
    sqlName: name,
    arrayOid,
    category: 'N',
    parseText(text, _typmod, io) {
      if (text === '-') return 0;
      return /^[0-9]+$/.test(text) ? parseOid(text) : io.names.parse(oid, text);
    },
    formatText: (value, io) => io.names.format(oid, value as Oid),
    writeText: (vector, row, out, io) => out.utf8(io.names.format(oid, (vector as Int64Vector).values[row] as Oid)),
  });
}

export const regTypes: readonly TypeHandler[] = [
  defineReg(typeOid.regproc, 'regproc', 1008),
  defineReg(typeOid.regprocedure, 'regprocedure', 2207),
  defineReg(typeOid.regoper, 'regoper', 2208),
  defineReg(typeOid.regoperator, 'regoperator', 2209),
  defineReg(typeOid.regclass, 'regclass', 2210),
  defineReg(typeOid.regtype, 'regtype', 2211),
  defineReg(typeOid.regconfig, 'regconfig', 3735),
  defineReg(typeOid.regdictionary, 'regdictionary', 3770),
  defineReg(typeOid.regnamespace, 'regnamespace', 4090),
  defineReg(typeOid.regrole, 'regrole', 4097),
  defineReg(typeOid.regcollation, 'regcollation', 4192),
];

function toUnsigned64(value: number | bigint): bigint {
  return BigInt.asUintN(64, BigInt(value));
}

/**
 * Unsigned 64-bit types: the Datum is the same 64 bits read as signed, so that they are int64 vectors like int8's. Order and keys
 * are int8's too; values from 2^63 on would sort first, but this server makes none.
 */
function defineUnsigned64(traits: Traits & Pick<TypeSpec, 'parseText' | 'formatText'>): TypeHandler {
  return defineType({
    length: 8,
    vectorKind: 'int64',
    storedBytes: 8,
    parseBinary: int8Type.parseBinary,
    writeBinary: int8Type.writeBinary,
    compare: int8Type.compare,
    hash: int8Type.hash,
    encode: int8Type.encode,
    decode: int8Type.decode,
    encodeKey: int8Type.encodeKey,
    decodeKey: int8Type.decodeKey,
    ...traits,
  });
}

export const xid8Type = defineUnsigned64({
  oid: typeOid.xid8,
  name: 'xid8',
  sqlName: 'xid8',
  arrayOid: 271,
  category: 'U',
  parseText: (text) => canonicalInt64(BigInt.asIntN(64, parseLenient(text))),
  formatText: (value) => String(toUnsigned64(value as number | bigint)),
});

const lsnPattern = /^([0-9a-fA-F]{1,8})\/([0-9a-fA-F]{1,8})$/;

export const pgLsnType = defineUnsigned64({
  oid: typeOid.pgLsn,
  name: 'pg_lsn',
  sqlName: 'pg_lsn',
  arrayOid: 3221,
  category: 'U',
  parseText(text) {
    const match = lsnPattern.exec(text);
    if (match === null) throw invalidText('pg_lsn', text);
    const [, high = '0', low = '0'] = match;
    return canonicalInt64(BigInt.asIntN(64, (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`)));
  },
  formatText(value) {
    const bits = toUnsigned64(value as number | bigint);
    return `${(bits >> 32n).toString(16).toUpperCase()}/${(bits & 0xffff_ffffn).toString(16).toUpperCase()}`;
  },
});

const tidNumber = /[ \t\n\v\f\r]*([+-]?)([0-9]+)/y;

/** The number at `at`, 0 if there is none, as C's strtoul has it: a negative one wraps around. */
function tidPart(text: string, at: number, delimiter: string, max: number): number | undefined {
  tidNumber.lastIndex = at;
  const match = tidNumber.exec(text);
  const [, sign, digits = '0'] = match ?? [];
  const end = match === null ? at : tidNumber.lastIndex;
  const value = Number(digits);
  if (text.charAt(end) !== delimiter) return undefined;
  if (sign !== '-' || value === 0) return value <= max ? value : undefined;
  return value <= 0x8000_0000 && max === 0xffff_ffff ? 0x1_0000_0000 - value : undefined;
}

/** Reads "(block,offset)" as loosely as PostgreSQL: what stands before the first parenthesis or comma does not matter. */
function parseTid(text: string): Uint8Array {
  const open = /[(,)]/.exec(text);
  const block = open === null || open[0] === ')' ? undefined : tidPart(text, open.index + 1, ',', 0xffff_ffff);
  const comma = open === null ? -1 : text.indexOf(',', open.index + 1);
  const offset = block === undefined ? undefined : tidPart(text, comma + 1, ')', 0xffff);
  if (block === undefined || offset === undefined) throw invalidText('tid', text);
  const bytes = Buffer.alloc(6);
  bytes.writeUInt32BE(block, 0);
  bytes.writeUInt16BE(offset, 4);
  return bytes;
}

/** A row's place, (block,offset): stored big-endian so that byte order is its order. */
export const tidType = defineType({
  oid: typeOid.tid,
  name: 'tid',
  sqlName: 'tid',
  arrayOid: 1010,
  category: 'U',
  length: 6,
  vectorKind: 'bytes',
  storedBytes: 6,
  bytewise: true,
  parseText: parseTid,
  formatText(value) {
    const bytes = asBuffer(value as Uint8Array);
    return `(${bytes.readUInt32BE(0)},${bytes.readUInt16BE(4)})`;
  },
  parseBinary(data, start, end) {
    checkBinaryLength(start, end, 6);
    return Buffer.from(data.subarray(start, end));
  },
  writeBinary: (value, out) => out.copy(value as Uint8Array),
  compare: (a, b) => compareBytes(a as Uint8Array, 0, 6, b as Uint8Array, 0, 6),
  hash: (value) => hashBytes(value as Uint8Array, 0, 6),
  encode: (value, out) => out.copy(value as Uint8Array),
  decode: (data, offset) => Buffer.from(data.subarray(offset, offset + 6)),
  encodeKey: (value, out) => out.copy(value as Uint8Array),
  decodeKey: (data, offset) => ({ value: Buffer.from(data.subarray(offset, offset + 6)), next: offset + 6 }),
});
