/**
 * Builds TypeHandlers of one object shape from what a family file says about its types, and fills in what follows from the
 * vector kind. A family says only what is particular to it.
 */
import type { Oid } from '../common/ids.ts';
import type { ByteWriter } from '../common/byte-writer.ts';
import type { Datum } from './datum.ts';
import type { IoContext, TypeHandler } from './type-handler.ts';
import type { Vector, VectorKind } from './vector.ts';
import { isNull } from './vector.ts';
import { expectBytes, kindAccess, writeNull } from './vector-access.ts';

/** What a family declares; everything left out has the default named here. */
export interface TypeSpec {
  readonly oid: Oid;
  readonly name: string;
  readonly sqlName: string;
  readonly arrayOid: Oid;
  /** 0 */
  readonly elementOid?: Oid | undefined;
  readonly category: string;
  /** false */
  readonly preferred?: boolean | undefined;
  /** 'b' */
  readonly typeType?: TypeHandler['typeType'] | undefined;
  readonly length: number;
  /** 0 */
  readonly collation?: Oid | undefined;
  readonly vectorKind: VectorKind;
  /** 0: variable */
  readonly storedBytes?: number | undefined;
  /** false */
  readonly bytewise?: boolean | undefined;

  parseText(text: string, typmod: number, io: IoContext): Datum;
  formatText(value: Datum, io: IoContext): string;
  parseBinary(data: Uint8Array, start: number, end: number, typmod: number, io: IoContext): Datum;
  writeBinary(value: Datum, out: ByteWriter, io: IoContext): void;
  readonly compare?: TypeHandler['compare'];
  readonly hash?: TypeHandler['hash'];
  encode(value: Datum, out: ByteWriter): void;
  decode(data: Uint8Array, offset: number, length: number): Datum;
  readonly encodeKey?: TypeHandler['encodeKey'];
  /** True iff decodeKey is given. */
  readonly decodeKey?: TypeHandler['decodeKey'];
  /** Over formatText. */
  writeText?(vector: Vector, row: number, out: ByteWriter, io: IoContext): void;
}

export function defineType(spec: TypeSpec): TypeHandler {
  const access = spec.vectorKind === 'bytes' ? bytesAccess(spec) : kindAccess[spec.vectorKind];
  const readDatum = (vector: Vector, row: number): Datum => (isNull(vector, row) ? null : access.read(vector, row));
  return {
    oid: spec.oid,
    name: spec.name,
    sqlName: spec.sqlName,
    arrayOid: spec.arrayOid,
    elementOid: spec.elementOid ?? 0,
    category: spec.category,
    preferred: spec.preferred ?? false,
    typeType: spec.typeType ?? 'b',
    length: spec.length,
    collation: spec.collation ?? 0,
    vectorKind: spec.vectorKind,
    storedBytes: spec.storedBytes ?? 0,
    bytewise: spec.bytewise ?? false,
    parseText: spec.parseText,
    formatText: spec.formatText,
    parseBinary: spec.parseBinary,
    writeBinary: spec.writeBinary,
    compare: spec.compare,
    hash: spec.hash,
    encode: spec.encode,
    decode: spec.decode,
    encodeKey: spec.encodeKey,
    keyExact: spec.decodeKey !== undefined,
    decodeKey: spec.decodeKey,
    readDatum,
    writeDatum(vector, row, value) {
      if (value === null) writeNull(vector, row);
      else access.write(vector, row, value);
    },
    writeText:
      spec.writeText ??
      ((vector, row, out, io) => {
        out.utf8(spec.formatText(access.read(vector, row), io));
      }),
  };
}

/** A bytes vector holds the stored form of its type. */
function bytesAccess(spec: TypeSpec): {
  read(vector: Vector, row: number): Datum;
  write(vector: Vector, row: number, value: Datum): void;
} {
  return {
    read(vector, row) {
      const bytes = expectBytes(vector);
      return spec.decode(bytes.data, bytes.offsets[row] as number, bytes.lengths[row] as number);
    },
    write(vector, row, value) {
      const bytes = expectBytes(vector);
      const arena = bytes.arenaForWrite();
      const start = arena.length;
      spec.encode(value, arena);
      bytes.endValue(row, start);
      if (bytes.nulls !== undefined) bytes.nulls[row] = 0;
    },
  };
}
