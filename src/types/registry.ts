/** All built-in types: the one place that knows every family. */
import { anyarrayType, defineArray, int2vectorType, oidvectorType } from './array.ts';
import { boolType } from './boolean.ts';
import { byteaType } from './bytea.ts';
import { dateType } from './date.ts';
import { float4Type, float8Type } from './float.ts';
import { int2Type, int4Type, int8Type } from './integer.ts';
import { intervalType } from './interval.ts';
import { numericType } from './numeric.ts';
import { cidType, oidType, pgLsnType, regTypes, tidType, xid8Type, xidType } from './oid.ts';
import { pseudoTypes } from './pseudo.ts';
import { recordType } from './record.ts';
import {
  aclitemType,
  bpcharType,
  charType,
  cstringType,
  nameType,
  pgNodeTreeType,
  textType,
  unknownType,
  varcharType,
} from './text.ts';
import { timestampType, timestamptzType } from './timestamp.ts';
import { timeType, timetzType } from './time.ts';
import type { TypeHandler } from './type-handler.ts';
import { addType } from './type-lookup.ts';
import { uuidType } from './uuid.ts';

export { findType, getType } from './type-lookup.ts';

const scalarTypes: readonly TypeHandler[] = [
  boolType,
  byteaType,
  charType,
  nameType,
  int8Type,
  int2Type,
  int4Type,
  textType,
  oidType,
  tidType,
  xidType,
  cidType,
  float4Type,
  float8Type,
  bpcharType,
  varcharType,
  numericType,
  dateType,
  timeType,
  timetzType,
  timestampType,
  timestamptzType,
  intervalType,
  uuidType,
  pgLsnType,
  xid8Type,
  aclitemType,
  cstringType,
  recordType,
  int2vectorType,
  oidvectorType,
  ...regTypes,
];

const arrayTypes: readonly TypeHandler[] = scalarTypes.map((element) => defineArray(element));

/** Every built-in type, arrays and pseudo-types included. */
export const typeHandlers: readonly TypeHandler[] = [
  ...scalarTypes,
  ...arrayTypes,
  pgNodeTreeType,
  unknownType,
  anyarrayType,
  ...pseudoTypes,
];

const byName = new Map<string, TypeHandler>();
for (const handler of typeHandlers) {
  addType(handler);
  byName.set(handler.name, handler);
}

/** A pg_catalog type by pg_type.typname (int4, _text), not by SQL spelling. */
export function findTypeByName(name: string): TypeHandler | undefined {
  return byName.get(name);
}
