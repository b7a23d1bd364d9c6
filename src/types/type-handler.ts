/**
 * What the engine knows about one SQL type. One file per family defines its handlers (integer.ts, text.ts, …) and
 * `registry.ts` gathers them by OID. Scalar entry points work on Datums; the vector ones avoid a JS object per value.
 */
import type { Oid } from '../common/ids.ts';
import type { ByteWriter } from '../common/byte-writer.ts';
import type { Datum } from './datum.ts';
import type { Vector, VectorKind } from './vector.ts';

/** Session settings that text input and output depend on, and name look-ups for the reg* types. */
export interface IoContext {
  readonly timeZone: string;
  readonly dateStyle: 'ISO' | 'SQL' | 'Postgres' | 'German';
  readonly dateOrder: 'MDY' | 'DMY' | 'YMD';
  readonly intervalStyle: 'postgres' | 'postgres_verbose' | 'sql_standard' | 'iso_8601';
  readonly extraFloatDigits: number;
  readonly byteaOutput: 'hex' | 'escape';
  /** Microseconds since 2000-01-01 UTC of the transaction's start, for 'now', 'today' …. */
  readonly transactionStart: number;
  readonly names: RegNames;
}

/** Text forms of regclass, regtype, regproc, …; implemented above the catalog. */
export interface RegNames {
  format(type: Oid, oid: Oid): string;
  /** Throws SqlError when the name does not exist. */
  parse(type: Oid, text: string): Oid;
}

export interface TypeHandler {
  readonly oid: Oid;
  /** pg_type.typname, e.g. int4, varchar, _text. */
  readonly name: string;
  /** SQL spelling without typmod, as format_type gives it: integer, character varying, text[]. */
  readonly sqlName: string;
  /** OID of the array type over this one; 0 if none. */
  readonly arrayOid: Oid;
  /** For true array types (and int2vector, oidvector): OID of the element type; else 0. */
  readonly elementOid: Oid;
  /** pg_type.typcategory, N S D T B A U …, and typispreferred. */
  readonly category: string;
  readonly preferred: boolean;
  /** pg_type.typtype b c p. */
  readonly typeType: 'b' | 'c' | 'p' | 'd' | 'e' | 'r';
  /** pg_type.typlen: bytes, -1 varlena, -2 cstring. */
  readonly length: number;
  /** pg_type.typcollation: 100 for collatable types, 950 for name, else 0. */
  readonly collation: Oid;

  readonly vectorKind: VectorKind;
  /** Width in a stored row (row-format.ts), or 0 for variable width. bool 1, int2 2, int4/date/oid/float4 4, int8 8, interval/uuid 16 …. */
  readonly storedBytes: number;
  /** Whether stored values compare as unsigned bytes and are equal iff their bytes are (text, bytea, uuid; not char(n)). */
  readonly bytewise: boolean;

  /** Input function. Throws 22P02 and the like in PostgreSQL's words. Typmod -1: none. */
  parseText(text: string, typmod: number, io: IoContext): Datum;
  formatText(value: Datum, io: IoContext): string;
  /** Binary input (receive) of exactly data[start, end). Throws 22P03. */
  parseBinary(data: Uint8Array, start: number, end: number, typmod: number, io: IoContext): Datum;
  /** Appends the binary form (send), without the length word. */
  writeBinary(value: Datum, out: ByteWriter, io: IoContext): void;

  /** Total order as the type's btree operator class; undefined if the type has none (json, point …). No NULLs. */
  readonly compare: ((a: Datum, b: Datum) => number) | undefined;
  /** Values that compare equal hash equal. 32-bit integer. */
  readonly hash: ((value: Datum) => number) | undefined;

  /** Stored form in a row and in a bytes vector. For fixed types little-endian, `storedBytes` long. */
  encode(value: Datum, out: ByteWriter): void;
  decode(data: Uint8Array, offset: number, length: number): Datum;

  /** Appends the memcomparable key form (no NULL marker; see key-encoding.ts for NULLs and DESC). undefined: cannot be a key. */
  readonly encodeKey: ((value: Datum, out: ByteWriter) => void) | undefined;
  /** Whether key bytes determine the value and its text (IDX-5): not for numeric, float -0, interval, char(n). */
  readonly keyExact: boolean;
  /** Reads a key written by encodeKey back when `keyExact`; returns the offset after it. */
  readonly decodeKey: ((data: Uint8Array, offset: number) => { value: Datum; next: number }) | undefined;

  /** Reads row `row` of a vector of this type's kind; null for NULL. */
  readDatum(vector: Vector, row: number): Datum;
  /** Writes row `row` (NULL too). Rows are written in ascending order after `resetVector`; turns the vector wide when it must. */
  writeDatum(vector: Vector, row: number, value: Datum): void;
  /** Appends the text form of a non-null value of the vector as the wire wants it, without a JS string where possible. */
  writeText(vector: Vector, row: number, out: ByteWriter, io: IoContext): void;
}
