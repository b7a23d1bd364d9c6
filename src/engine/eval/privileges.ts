/**
 * has_…_privilege and pg_has_role: what the access control lists in the catalog say. A superuser may do everything. What is named
 * must exist; an OID of nothing is NULL.
 */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import { readRows, type CatalogRow } from '../../catalog/catalog-rows.ts';
import { pgCatalogNamespace, informationSchemaNamespace } from '../../catalog/system-tables.ts';
import type { Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import { splitRelationName } from '../qualified-name.ts';
import { relationOid } from '../reg-names.ts';
import type { Session } from '../session.ts';
import { defaultAcl, isGranted, parseRights, type AclKind, type Right } from './acl.ts';
import { actingRoles, isAdministrator, isSuperuser, predefinedRole, roleOf } from './roles.ts';

type Question = (args: readonly Datum[], session: Session) => Datum;

/** What access to an object hangs on. */
interface Guarded {
  readonly owner: Oid;
  readonly acl: Datum | undefined;
  /** Anybody may read it, though it has no list. */
  readonly readable?: boolean;
}

interface Kind {
  readonly acl: AclKind;
  /** Privilege names to letters. */
  readonly letters: Readonly<Record<string, string>>;
  /** Throws if nothing has the name. */
  named(name: string, session: Session): Oid;
  /** undefined: nothing has the OID. */
  guarded(oid: Oid, session: Session): Guarded | undefined;
}

/** An object kept in a row of a catalog with an owner and a list. */
function inCatalog(table: string, index: string, owner: string, acl: string): Kind['guarded'] {
  return (oid, session) => {
    const [row] = readRows(session.catalogCache, table, index, [oid]);
    return row === undefined ? undefined : { owner: row[owner] as Oid, acl: row[acl] };
  };
}

function namedIn(table: string, column: string, what: string, state: '3D000' | '3F000' | '42704'): Kind['named'] {
  return (name, session) => {
    const row = readRows(session.catalogCache, table).find((candidate: CatalogRow) => candidate[column] === name);
    if (row === undefined) throw new SqlError(state, `${what} "${name}" does not exist`);
    return row['oid'] as Oid;
  };
}

function namedRelation(text: string, session: Session): Oid {
  const { schema, name } = splitRelationName(text);
  const oid = relationOid(schema, name, session);
  if (oid !== undefined) return oid;
  throw new SqlError(sqlState.undefinedTable, `relation "${text}" does not exist`);
}

/** Password hashes and samples of data are not for everybody. */
const secretTables: ReadonlySet<string> = new Set(['pg_authid', 'pg_shadow', 'pg_statistic']);

const guardedRelation: Kind['guarded'] = (oid, session) => {
  const [row] = readRows(session.catalogCache, 'pg_class', 'pg_class_oid_index', [oid]);
  if (row === undefined) return undefined;
  const isSystem = [pgCatalogNamespace, informationSchemaNamespace].includes(row['relnamespace'] as Oid);
  return {
    owner: row['relowner'] as Oid,
    acl: row['relacl'],
    readable: isSystem && !secretTables.has(row['relname'] as string),
  };
};

const columnLetters = { SELECT: 'r', INSERT: 'a', UPDATE: 'w', REFERENCES: 'x' };

const table: Kind = {
  acl: 'r',
  letters: { ...columnLetters, DELETE: 'd', TRUNCATE: 'D', TRIGGER: 't', RULE: '-' },
  named: namedRelation,
  guarded: guardedRelation,
};

const sequence: Kind = {
  acl: 's',
  letters: { USAGE: 'U', SELECT: 'r', UPDATE: 'w' },
  named: namedRelation,
  guarded(oid, session) {
    const [row] = readRows(session.catalogCache, 'pg_class', 'pg_class_oid_index', [oid]);
    if (row !== undefined && row['relkind'] !== 'S') {
      throw new SqlError(sqlState.wrongObjectType, `"${String(row['relname'])}" is not a sequence`);
    }
    return guardedRelation(oid, session);
  },
};

const schema: Kind = {
  acl: 'n',
  letters: { CREATE: 'C', USAGE: 'U' },
  named: namedIn('pg_namespace', 'nspname', 'schema', '3F000'),
  guarded: inCatalog('pg_namespace', 'pg_namespace_oid_index', 'nspowner', 'nspacl'),
};

const database: Kind = {
  acl: 'd',
  letters: { CREATE: 'C', TEMPORARY: 'T', TEMP: 'T', CONNECT: 'c' },
  named: namedIn('pg_database', 'datname', 'database', '3D000'),
  guarded: inCatalog('pg_database', 'pg_database_oid_index', 'datdba', 'datacl'),
};

const functionKind: Kind = {
  acl: 'f',
  letters: { EXECUTE: 'X' },
  named: (name, session) => session.io.names.parse(typeOid.regprocedure, name),
  guarded: inCatalog('pg_proc', 'pg_proc_oid_index', 'proowner', 'proacl'),
};

const language: Kind = {
  acl: 'l',
  letters: { USAGE: 'U' },
  named: namedIn('pg_language', 'lanname', 'language', '42704'),
  guarded: inCatalog('pg_language', 'pg_language_oid_index', 'lanowner', 'lanacl'),
};

const tablespace: Kind = {
  acl: 't',
  letters: { CREATE: 'C' },
  named: namedIn('pg_tablespace', 'spcname', 'tablespace', '42704'),
  guarded: inCatalog('pg_tablespace', 'pg_tablespace_oid_index', 'spcowner', 'spcacl'),
};

const type: Kind = {
  acl: 'T',
  letters: { USAGE: 'U' },
  named: (name, session) => session.io.names.parse(typeOid.regtype, name),
  guarded: inCatalog('pg_type', 'pg_type_oid_index', 'typowner', 'typacl'),
};

const foreignServer: Kind = {
  acl: 'S',
  letters: { USAGE: 'U' },
  named: namedIn('pg_foreign_server', 'srvname', 'server', '42704'),
  guarded: inCatalog('pg_foreign_server', 'pg_foreign_server_oid_index', 'srvowner', 'srvacl'),
};

const foreignDataWrapper: Kind = {
  acl: 'F',
  letters: { USAGE: 'U' },
  named: namedIn('pg_foreign_data_wrapper', 'fdwname', 'foreign-data wrapper', '42704'),
  guarded: inCatalog('pg_foreign_data_wrapper', 'pg_foreign_data_wrapper_oid_index', 'fdwowner', 'fdwacl'),
};

// ---- answers

/** What membership in a predefined role gives on every object. */
function isPredefined(kind: Kind, { letter, grantOption }: Right, roles: ReadonlySet<Oid>): boolean {
  if (grantOption) return false;
  const reads = roles.has(predefinedRole.readAllData);
  const writes = roles.has(predefinedRole.writeAllData);
  if (kind === schema) return letter === 'U' && (reads || writes);
  if (kind !== table && kind !== sequence) return false;
  return (reads && letter === 'r') || (writes && 'awd'.includes(letter));
}

function mayDoAny(kind: Kind, guarded: Guarded, rights: readonly Right[], role: Oid, session: Session): boolean {
  if (isSuperuser(role, session)) return true;
  const roles = actingRoles(role, session);
  if (roles.has(guarded.owner)) return true;
  return rights.some(
    (right) =>
      (guarded.readable === true && right.letter === 'r' && !right.grantOption) ||
      isPredefined(kind, right, roles) ||
      isGranted(guarded.acl, kind.acl, right, roles, session),
  );
}

/** [role,] object, privileges. */
function hasPrivilege(kind: Kind, letters: Readonly<Record<string, string>> = kind.letters): Question {
  return (args, session) => {
    const [object = null, privileges = null] = args.slice(-2);
    const role = args.length > 2 ? roleOf(args[0] as Datum, session) : session.userOid;
    const oid = typeof object === 'string' ? kind.named(object, session) : (object as Oid);
    const rights = parseRights(privileges as string, letters);
    const guarded = kind.guarded(oid, session);
    return guarded === undefined ? null : mayDoAny(kind, guarded, rights, role, session);
  };
}

/** [role,] table, column, privileges. */
const hasColumnPrivilege: Question = (args, session) => {
  const [object = null, column = null, privileges = null] = args.slice(-3);
  const role = args.length > 3 ? roleOf(args[0] as Datum, session) : session.userOid;
  const oid = typeof object === 'string' ? namedRelation(object, session) : (object as Oid);
  const relation = session.catalog.getRelation(oid);
  const found = relation?.columns.find(
    (candidate) => !candidate.dropped && (candidate.name === column || candidate.number === column),
  );
  if (found === undefined && relation !== undefined && typeof column === 'string') {
    const message = `column "${column}" of relation "${relation.name}" does not exist`;
    throw new SqlError(sqlState.undefinedColumn, message);
  }
  const rights = parseRights(privileges as string, columnLetters);
  const guarded = guardedRelation(oid, session);
  return guarded === undefined || found === undefined ? null : mayDoAny(table, guarded, rights, role, session);
};

/** Nobody is granted settings: only a superuser may change those that need it. */
const hasParameterPrivilege: Question = (args, session) => {
  const role = args.length > 2 ? roleOf(args[0] as Datum, session) : session.userOid;
  parseRights(args.at(-1) as string, { SET: 's', 'ALTER SYSTEM': 'A' });
  return isSuperuser(role, session);
};

/** [role,] group, privileges. */
const hasRole: Question = (args, session) => {
  const [group = null, privileges = null] = args.slice(-2);
  const role = args.length > 2 ? roleOf(args[0] as Datum, session) : session.userOid;
  const groupOid = roleOf(group, session);
  const asked = (privileges as string).replace(/ with admin option\s*(,|$)/gi, ' WITH GRANT OPTION$1');
  return parseRights(asked, { MEMBER: 'm', USAGE: 'u' }).some(({ grantOption }) => {
    if (grantOption) return isAdministrator(role, groupOid, session);
    return isSuperuser(role, session) || actingRoles(role, session).has(groupOid);
  });
};

export const privilegeQuestions: Readonly<Record<string, Question>> = {
  has_table_privilege: hasPrivilege(table),
  has_any_column_privilege: hasPrivilege(table, columnLetters),
  has_column_privilege: hasColumnPrivilege,
  has_sequence_privilege: hasPrivilege(sequence),
  has_schema_privilege: hasPrivilege(schema),
  has_database_privilege: hasPrivilege(database),
  has_function_privilege: hasPrivilege(functionKind),
  has_language_privilege: hasPrivilege(language),
  has_tablespace_privilege: hasPrivilege(tablespace),
  has_type_privilege: hasPrivilege(type),
  has_server_privilege: hasPrivilege(foreignServer),
  has_foreign_data_wrapper_privilege: hasPrivilege(foreignDataWrapper),
  has_parameter_privilege: hasParameterPrivilege,
  pg_has_role: hasRole,
  row_security_active: () => false,
  acldefault: defaultAcl,
};
