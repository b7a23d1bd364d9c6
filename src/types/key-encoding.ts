/**
 * Keys of several columns as one byte string whose unsigned byte order is the SQL order. Trees compare keys as bytes and know no
 * types. Each part is
 *
 *   marker                     1 byte   0x00 NULL that sorts first, 0x01 a value, 0x02 NULL that sorts last
 *   TypeHandler.encodeKey      …        only after 0x01; all bits inverted for DESC
 *
 * The marker is never inverted: where NULLs go is said by `nullsFirst` alone. Every part ends by itself (fixed width or
 * terminator), so no part can run into the next, and the encoding of the first columns is a prefix of the whole key.
 */
import { InvariantError } from '../common/assert.ts';
import { ByteWriter } from '../common/byte-writer.ts';
import type { Datum } from './datum.ts';
import { encodeFloat4Key, encodeFloat8Key } from './float.ts';
import { encodeInt32Key, encodeInt64Key } from './integer.ts';
import { encodeFiniteKey, encodeNumericKey } from './numeric-bytes.ts';
import type { Numeric } from './datum.ts';
import { typeOid } from './oids.ts';
import type { TypeHandler } from './type-handler.ts';
import type { BytesVector, Vector } from './vector.ts';
import { isNull } from './vector.ts';
import { readInt64 } from './vector-access.ts';

export const keyMarker = { nullFirst: 0x00, value: 0x01, nullLast: 0x02 } as const;

export function writeNullMarker(nullsFirst: boolean, out: ByteWriter): void {
  out.uint8(nullsFirst ? keyMarker.nullFirst : keyMarker.nullLast);
}

export function writeNotNullMarker(out: ByteWriter): void {
  out.uint8(keyMarker.value);
}

/** Inverts bytes[start, end): descending order. */
export function invertBytes(bytes: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) bytes[i] = ~(bytes[i] as number);
}

function noKey(type: TypeHandler): InvariantError {
  return new InvariantError(`TYPE-3: type ${type.name} cannot be a key`);
}

/** Appends one part. */
export function encodeKeyPart(
  type: TypeHandler,
  value: Datum,
  descending: boolean,
  nullsFirst: boolean,
  out: ByteWriter,
): void {
  if (value === null) {
    writeNullMarker(nullsFirst, out);
    return;
  }
  if (type.encodeKey === undefined) throw noKey(type);
  writeNotNullMarker(out);
  const start = out.length;
  type.encodeKey(value, out);
  if (descending) invertBytes(out.bytes, start, out.length);
}

/** Appends one part from a vector's row, the same bytes as encodeKeyPart without a Datum where the kind allows. */
export function encodeKeyPartFromVector(
  type: TypeHandler,
  vector: Vector,
  row: number,
  descending: boolean,
  nullsFirst: boolean,
  out: ByteWriter,
): void {
  if (isNull(vector, row)) {
    writeNullMarker(nullsFirst, out);
    return;
  }
  writeNotNullMarker(out);
  const start = out.length;
  encodeVectorKey(type, vector, row, out);
  if (descending) invertBytes(out.bytes, start, out.length);
}

function encodeVectorKey(type: TypeHandler, vector: Vector, row: number, out: ByteWriter): void {
  switch (vector.kind) {
    case 'bool':
      out.uint8(vector.values[row] as number);
      return;
    case 'int32':
      if (type.storedBytes === 4) encodeInt32Key(vector.values[row] as number, out);
      else out.uint16BE(((vector.values[row] as number) & 0xffff) ^ 0x8000);
      return;
    case 'float64':
      if (type.storedBytes === 8) encodeFloat8Key(vector.values[row] as number, out);
      else encodeFloat4Key(vector.values[row] as number, out);
      return;
    case 'int64':
      if (type.storedBytes === 8) encodeInt64Key(readInt64(vector, row), out);
      else out.uint32BE(vector.values[row] as number);
      return;
    case 'numeric':
      if (vector.wide === undefined) encodeFiniteKey(vector.values[row] as number, vector.scale, out);
      else encodeNumericKey(vector.wide[row] as Numeric, out);
      return;
    case 'bytes':
      encodeBytesKey(type, vector, row, out);
  }
}

function encodeBytesKey(type: TypeHandler, vector: BytesVector, row: number, out: ByteWriter): void {
  const start = vector.offsets[row] as number;
  const length = vector.lengths[row] as number;
  if (type.bytewise && type.oid !== typeOid.bytea) {
    out.copy(vector.data, start, start + length);
    if (type.storedBytes === 0) out.uint8(0);
    return;
  }
  if (type.encodeKey === undefined) throw noKey(type);
  type.encodeKey(type.decode(vector.data, start, length), out);
}

const inverted = new ByteWriter(256);

/** Reads back one part of an exact type; `next` is the offset after it. */
export function decodeKeyPart(
  type: TypeHandler,
  key: Uint8Array,
  offset: number,
  descending: boolean,
): { value: Datum; next: number } {
  if (key[offset] !== keyMarker.value) return { value: null, next: offset + 1 };
  const { decodeKey } = type;
  if (decodeKey === undefined) throw new InvariantError(`TYPE-4: keys of type ${type.name} cannot be read back`);
  if (!descending) return decodeKey(key, offset + 1);
  inverted.reset();
  inverted.copy(key, offset + 1);
  invertBytes(inverted.bytes, 0, inverted.length);
  const { value, next } = decodeKey(inverted.bytes, 0);
  return { value, next: offset + 1 + next };
}

/**
 * The smallest byte string greater than all that start with key[0, length): the exclusive end of a scan for a prefix. Undefined if
 * there is none.
 */
export function prefixEnd(key: Uint8Array, length: number = key.length): Uint8Array | undefined {
  let last = length - 1;
  while (last >= 0 && key[last] === 0xff) last--;
  if (last < 0) return undefined;
  const end = Buffer.from(key.subarray(0, last + 1));
  end[last] = (end[last] as number) + 1;
  return end;
}

/**
 * Most bytes that a part of this type can take, its marker included; undefined if there is no such limit. Typmod as declared for
 * the column, -1 for none.
 */
export function keyLengthMax(type: TypeHandler, typmod: number): number | undefined {
  if (type.encodeKey === undefined) return undefined;
  switch (type.oid) {
    case typeOid.varchar:
      return typmod < 4 ? undefined : 2 + 4 * (typmod - 4);
    case typeOid.bpchar:
      return typmod < 4 ? undefined : 2 + 4 * (typmod - 4);
    case typeOid.name:
      return 2 + 63;
    case typeOid.numeric:
      return typmod < 4 ? undefined : numericKeyMax(typmod);
    default:
      return type.storedBytes === 0 ? undefined : 1 + type.storedBytes;
  }
}

/** Marker, class, exponent, pairs (the point may split one more), terminator. */
function numericKeyMax(typmod: number): number {
  const precision = ((typmod - 4) >> 16) & 0xffff;
  return 1 + 1 + 4 + Math.ceil(precision / 2) + 1 + 1;
}
