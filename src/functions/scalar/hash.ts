/** The hash functions of the hash operator classes: hashint4, hashtext …, with PostgreSQL's numbers. */
import { ArrayValue, RecordValue } from '../../types/datum.ts';
import type { Datum, Interval, Numeric, TimeTz } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import { trimBlanks, charByte } from '../../types/text.ts';
import { SqlError } from '../../common/sql-error.ts';
import { findType, getType } from '../../types/registry.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import { jenkinsHash, jenkinsHashInt32 } from '../jenkins-hash.ts';

const scratch = Buffer.alloc(8);

/** The same for equal numbers of all widths. */
function hashInt8(value: Datum): number {
  const wide = BigInt(value as number | bigint);
  const low = Number(BigInt.asIntN(32, wide));
  const high = Number(BigInt.asIntN(32, wide >> 32n));
  return jenkinsHashInt32(low ^ (wide >= 0n ? high : ~high));
}

function hashFloat8(value: Datum): number {
  const number = value as number;
  if (number === 0) return 0;
  scratch.writeDoubleLE(number);
  return jenkinsHash(scratch);
}

function hashString(value: Datum): number {
  return jenkinsHash(Buffer.from(value as string));
}

/** Over digits to the base 10000 without zeros at the ends, and their place. */
function hashNumeric(value: Numeric): number {
  if (value.kind !== 'finite') return 0;
  if (value.digits === 0) return -1;
  const digits = String(value.digits).replace('-', '');
  const padded = value.scale % 4 === 0 ? digits : digits + '0'.repeat(4 - (value.scale % 4));
  const fractionGroups = Math.ceil(value.scale / 4);
  const aligned = padded.padStart(Math.ceil(padded.length / 4) * 4, '0');
  const groups = (aligned.match(/.{4}/g) ?? []).map(Number);
  let weight = groups.length - fractionGroups - 1;
  while (groups[0] === 0) {
    groups.shift();
    weight--;
  }
  while (groups.at(-1) === 0) groups.pop();
  const bytes = Buffer.alloc(groups.length * 2);
  groups.forEach((group, index) => bytes.writeInt16LE(group, index * 2));
  return jenkinsHash(bytes) ^ weight;
}

function hashInterval({ months, days, micros }: Interval): number {
  const length = (BigInt(months) * 30n + BigInt(days)) * 86_400_000_000n + BigInt(micros);
  return hashInt8(BigInt.asIntN(64, length));
}

function hashTid(value: Uint8Array): number {
  // Stored big-endian, hashed as PostgreSQL's pairs of little-endian 16-bit numbers.
  return jenkinsHash(Buffer.from(value).swap16());
}

function hashOidVector(value: ArrayValue): number {
  const bytes = Buffer.alloc(value.elements.length * 4);
  value.elements.forEach((oid, index) => bytes.writeUInt32LE(oid as number, index * 4));
  return jenkinsHash(bytes);
}

type Hash = (value: Datum) => number;

const hashInt32: Hash = (value) => jenkinsHashInt32(value as number);

const hashByType: ReadonlyMap<number, Hash> = new Map<number, Hash>([
  [typeOid.int2, hashInt32],
  [typeOid.int4, hashInt32],
  [typeOid.int8, hashInt8],
  [typeOid.oid, hashInt32],
  [typeOid.date, hashInt32],
  [typeOid.bool, (value) => jenkinsHashInt32(value === true ? 1 : 0)],
  [typeOid.char, (value) => jenkinsHashInt32((charByte(value as string) << 24) >> 24)],
  [typeOid.float4, hashFloat8],
  [typeOid.float8, hashFloat8],
  [typeOid.numeric, (value) => hashNumeric(value as Numeric)],
  [typeOid.text, hashString],
  [typeOid.varchar, hashString],
  [typeOid.name, hashString],
  [typeOid.bpchar, (value) => hashString(trimBlanks(value as string))],
  [typeOid.bytea, (value) => jenkinsHash(value as Uint8Array)],
  [typeOid.uuid, (value) => jenkinsHash(value as Uint8Array)],
  [typeOid.time, hashInt8],
  [typeOid.timestamp, hashInt8],
  [typeOid.timestamptz, hashInt8],
  [typeOid.timetz, (value) => hashInt8((value as TimeTz).micros) ^ jenkinsHashInt32((value as TimeTz).zone)],
  [typeOid.interval, (value) => hashInterval(value as Interval)],
  [typeOid.tid, (value) => hashTid(value as Uint8Array)],
  [typeOid.oidvector, (value) => hashOidVector(value as ArrayValue)],
  [typeOid.xid8, hashInt8],
]);

function hashOf(type: number): Hash {
  const own = hashByType.get(type);
  if (own !== undefined) return own;
  const handler = findType(type);
  if (handler?.vectorKind === 'int64') return hashInt32;
  if (handler !== undefined && handler.elementOid !== 0) return (value) => hashArray(value as ArrayValue);
  if (handler?.typeType === 'c' || type === typeOid.record) return (value) => hashRecord(value as RecordValue);
  throw new SqlError('42883', `could not identify a hash function for type ${getType(type).sqlName}`);
}

function hashArray(array: ArrayValue): number {
  const hash = hashOf(array.elementType);
  return array.elements.reduce((sum: number, value) => combine(sum, value, hash), 1);
}

function hashRecord(record: RecordValue): number {
  return record.fields.reduce(
    (sum: number, value, i) => combine(sum, value, hashOf(record.fieldTypes[i] as number)),
    0,
  );
}

function combine(sum: number, value: Datum, hash: Hash): number {
  return (Math.imul(sum, 31) + (value === null ? 0 : hash(value))) | 0;
}

function entry(oid: number, name: string, type: string, typeForHash: number): FunctionEntry {
  const hash = hashOf(typeForHash);
  const kernel: Kernel = (args) => hash(args[0] as Datum);
  return scalar(oid, `${name}(${type}) int4`, kernel);
}

export const hashFunctions: readonly FunctionEntry[] = [
  entry(449, 'hashint2', 'int2', typeOid.int2),
  entry(450, 'hashint4', 'int4', typeOid.int4),
  entry(949, 'hashint8', 'int8', typeOid.int8),
  entry(451, 'hashfloat4', 'float4', typeOid.float4),
  entry(452, 'hashfloat8', 'float8', typeOid.float8),
  entry(453, 'hashoid', 'oid', typeOid.oid),
  entry(457, 'hashoidvector', 'oidvector', typeOid.oidvector),
  entry(454, 'hashchar', 'char', typeOid.char),
  entry(455, 'hashname', 'name', typeOid.name),
  entry(400, 'hashtext', 'text', typeOid.text),
  entry(1080, 'hashbpchar', 'bpchar', typeOid.bpchar),
  entry(432, 'hash_numeric', 'numeric', typeOid.numeric),
  entry(1688, 'time_hash', 'time', typeOid.time),
  entry(1696, 'timetz_hash', 'timetz', typeOid.timetz),
  entry(2039, 'timestamp_hash', 'timestamp', typeOid.timestamp),
  entry(1697, 'interval_hash', 'interval', typeOid.interval),
  entry(2233, 'hashtid', 'tid', typeOid.tid),
  entry(2963, 'uuid_hash', 'uuid', typeOid.uuid),
  scalar(626, 'hash_array(anyarray) int4', (args) => hashArray(args[0] as ArrayValue)),
  scalar(6192, 'hash_record(record) int4', (args) => hashRecord(args[0] as RecordValue)),
];
