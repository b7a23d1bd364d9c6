/** Which roles a role acts as: itself, those it is a member of, and theirs. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import type { Datum } from '../../types/datum.ts';
import type { Session } from '../session.ts';

/** Grantee of what is granted to everybody. */
export const publicRole: Oid = 0;

export const predefinedRole = { readAllData: 6181, writeAllData: 6182, databaseOwner: 6171 } as const;

/** By name or OID; an unknown OID is a role without any rights. */
export function roleOf(role: Datum, session: Session): Oid {
  if (typeof role !== 'string') return role as Oid;
  if (role === 'public') return publicRole;
  const oid = session.catalog.findRole(role);
  if (oid === undefined) throw new SqlError(sqlState.undefinedObject, `role "${role}" does not exist`);
  return oid;
}

export function isSuperuser(role: Oid, session: Session): boolean {
  const [row] = readRows(session.catalogCache, 'pg_authid', 'pg_authid_oid_index', [role]);
  return row?.['rolsuper'] === true;
}

/** The role and all it is a member of; whoever owns the database is pg_database_owner too. */
export function actingRoles(role: Oid, session: Session): ReadonlySet<Oid> {
  const roles = new Set([role]);
  const cache = session.catalogCache;
  const [database] = readRows(cache, 'pg_database', 'pg_database_oid_index', [session.database.oid]);
  const memberships = readRows(cache, 'pg_auth_members');
  for (const member of roles) {
    if (database?.['datdba'] === member) roles.add(predefinedRole.databaseOwner);
    for (const row of memberships) if (row['member'] === member) roles.add(row['roleid'] as Oid);
  }
  return roles;
}

/** Whether the role may itself make others members of `group`. */
export function isAdministrator(role: Oid, group: Oid, session: Session): boolean {
  if (isSuperuser(role, session)) return true;
  const roles = actingRoles(role, session);
  return readRows(session.catalogCache, 'pg_auth_members').some(
    (row) => row['roleid'] === group && roles.has(row['member'] as Oid) && row['admin_option'] === true,
  );
}
