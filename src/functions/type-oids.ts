/** Type names as the signatures and tables of this folder spell them: pg_type's, but `text[]` instead of `_text`. */
import type { Oid } from '../common/ids.ts';
import { InvariantError } from '../common/assert.ts';
import { typeOid } from '../types/oids.ts';

/** OIDs of the array types that signatures name. */
export const arrayOid = {
  'bool[]': 1000,
  'char[]': 1002,
  'name[]': 1003,
  'int2[]': 1005,
  'int4[]': 1007,
  'text[]': 1009,
  'int8[]': 1016,
  'float4[]': 1021,
  'float8[]': 1022,
  'oid[]': 1028,
  'aclitem[]': 1034,
  'interval[]': 1187,
  'numeric[]': 1231,
  'cstring[]': 1263,
  'regtype[]': 2211,
  'record[]': 2287,
} as const satisfies Readonly<Record<string, Oid>>;

const nameToOid = { ...typeOid, pg_node_tree: typeOid.pgNodeTree, ...arrayOid };

export type TypeName = keyof typeof nameToOid;

const oidOfName: ReadonlyMap<string, Oid> = new Map(Object.entries(nameToOid));

/** OID of a type spelled as in the tables of this folder. */
export function oidOfType(name: string): Oid {
  const oid = oidOfName.get(name);
  if (oid === undefined) throw new InvariantError(`a function table names an unknown type: ${name}`);
  return oid;
}
