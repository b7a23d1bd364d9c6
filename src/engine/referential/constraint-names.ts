/** Constraints by name, as SET CONSTRAINTS looks them up: in the first schema of the search path that has any. */
import type { Oid } from '../../common/ids.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import type { RangeVar } from '../../parser/syntax.ts';
import type { Session } from '../session.ts';

export interface NamedConstraint {
  readonly oid: Oid;
  readonly deferrable: boolean;
}

export function findConstraints(session: Session, { schemaname, relname }: RangeVar): readonly NamedConstraint[] {
  const { catalog } = session;
  const named = catalog.findNamespace(schemaname ?? '');
  const namespaces = schemaname === undefined ? catalog.searchPath : named === undefined ? [] : [named];
  const rows = readRows(catalog.cache, 'pg_constraint').filter((row) => row['conname'] === relname);
  for (const namespace of namespaces) {
    const found = rows.filter((row) => row['connamespace'] === namespace);
    if (found.length > 0) {
      return found.map((row) => ({ oid: row['oid'] as Oid, deferrable: row['condeferrable'] as boolean }));
    }
  }
  return [];
}
