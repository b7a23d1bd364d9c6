/**
 * has_…_privilege and pg_has_role. Whoever may log in may do everything for now, and these say so; the objects and roles asked
 * about must exist, by name an error otherwise, by OID a NULL.
 */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import type { Datum } from '../../types/datum.ts';
import { splitRelationName } from '../qualified-name.ts';
import { relationOid } from '../reg-names.ts';
import type { Session } from '../session.ts';

type Question = (args: readonly Datum[], session: Session) => Datum;

/** Whether the object is there; throws for an unknown name, undefined for an unknown OID. */
type Exists = (object: string | Oid, session: Session) => boolean | undefined;

function hasPrivilege(exists: Exists, arity: number): Question {
  return (args, session) => {
    const hasUser = args.length > arity;
    if (hasUser) requireRole(args[0] as string | Oid, session);
    const object = args[hasUser ? 1 : 0] as string | Oid;
    return exists(object, session) ?? null;
  };
}

function requireRole(role: string | Oid, session: Session): void {
  if (typeof role === 'string' && role !== 'public' && session.catalog.findRole(role) === undefined) {
    throw new SqlError(sqlState.undefinedObject, `role "${role}" does not exist`);
  }
}

const tableExists: Exists = (object, session) => {
  if (typeof object === 'string') {
    const { schema, name } = splitRelationName(object);
    if (relationOid(schema, name, session) !== undefined) return true;
    throw new SqlError(sqlState.undefinedTable, `relation "${object}" does not exist`);
  }
  return readRows(session.catalogCache, 'pg_class', 'pg_class_oid_index', [object]).length > 0 ? true : undefined;
};

function named(
  what: string,
  state: '3F000' | '3D000' | '42704',
  find: (name: string, session: Session) => boolean,
): Exists {
  return (object, session) => {
    if (typeof object !== 'string' || find(object, session)) return true;
    throw new SqlError(state, `${what} "${object}" does not exist`);
  };
}

const schemaExists = named('schema', '3F000', (name, session) => session.catalog.findNamespace(name) !== undefined);
const databaseExists = named('database', '3D000', (name, session) => {
  return readRows(session.catalogCache, 'pg_database', 'pg_database_datname_index', [name]).length > 0;
});
const anyExists: Exists = () => true;

export const privilegeQuestions: Readonly<Record<string, Question>> = {
  has_table_privilege: hasPrivilege(tableExists, 2),
  has_any_column_privilege: hasPrivilege(tableExists, 2),
  has_column_privilege: hasPrivilege(tableExists, 3),
  has_sequence_privilege: hasPrivilege(tableExists, 2),
  has_schema_privilege: hasPrivilege(schemaExists, 2),
  has_database_privilege: hasPrivilege(databaseExists, 2),
  has_function_privilege: hasPrivilege(anyExists, 2),
  has_language_privilege: hasPrivilege(anyExists, 2),
  has_tablespace_privilege: hasPrivilege(anyExists, 2),
  has_type_privilege: hasPrivilege(anyExists, 2),
  has_server_privilege: hasPrivilege(anyExists, 2),
  has_foreign_data_wrapper_privilege: hasPrivilege(anyExists, 2),
  has_parameter_privilege: hasPrivilege(anyExists, 2),
  pg_has_role: (args, session) => {
    const hasUser = args.length > 2;
    if (hasUser) requireRole(args[0] as string | Oid, session);
    requireRole(args[hasUser ? 1 : 0] as string | Oid, session);
    return true;
  },
  row_security_active: () => false,
};
