/** Type names as the signatures and tables of this folder spell them: pg_type's, but `text[]` instead of `_text`. */
import type { Oid } from '../common/ids.ts';
import { InvariantError } from '../common/assert.ts';
import { findTypeByName } from '../types/registry.ts';

/** The OIDs by name, for those who have the name at hand when they write code. */
export { typeOid as typeOids } from '../types/oids.ts';

const known = new Map<string, Oid>();

/** OID of a type spelled as in the tables of this folder. */
export function oidOfType(name: string): Oid {
  let oid = known.get(name);
  if (oid === undefined) {
    oid = findTypeByName(name.endsWith('[]') ? `_${name.slice(0, -2)}` : name)?.oid;
    if (oid === undefined) throw new InvariantError(`a function table names an unknown type: ${name}`);
    known.set(name, oid);
  }
  return oid;
}
