/** CREATE SCHEMA, roles, and COMMENT. */
import type { Oid } from '../../common/ids.ts';
import { SqlError, notSupported } from '../../common/sql-error.ts';
import type { Datum } from '../../types/datum.ts';
import { deleteRow, insertRow, readStoredRows } from '../../catalog/catalog-rows.ts';
import { classOid } from '../../catalog/row-builders.ts';
import type {
  AlterRoleStmt,
  CommentStmt,
  CreateRoleStmt,
  CreateSchemaStmt,
  DropRoleStmt,
  ObjectName,
  RoleSpec,
} from '../../parser/definition-syntax.ts';
import type { DefElem } from '../../parser/syntax.ts';
import type { CommandContext, CommandTag } from './context.ts';
import { changeRows, removeRows } from './relation-rows.ts';

export async function createSchema(node: CreateSchemaStmt, context: CommandContext): Promise<CommandTag> {
  if (node.schemaElts.length > 0) throw notSupported('schema elements in CREATE SCHEMA');
  const owner = node.authrole === undefined ? context.currentUser : requireRole(node.authrole, context);
  const name = node.schemaname ?? context.catalog.roleName(owner) ?? '';
  if (context.catalog.findNamespace(name) !== undefined) {
    if (!node.if_not_exists) throw new SqlError('42P06', `schema "${name}" already exists`);
    context.notice({ severity: 'NOTICE', sqlState: '42P06', message: `schema "${name}" already exists, skipping` });
    return 'CREATE SCHEMA';
  }
  if (name.startsWith('pg_')) {
    throw new SqlError('42939', `unacceptable schema name "${name}"`, {
      detail: 'The prefix "pg_" is reserved for system schemas.',
    });
  }
  await insertRow(context.writing, 'pg_namespace', { oid: context.newOid(), nspname: name, nspowner: owner });
  context.catalogChanged();
  return 'CREATE SCHEMA';
}

function requireRole(spec: RoleSpec, context: CommandContext): Oid {
  if (spec.roletype === 'ROLESPEC_PUBLIC') throw new SqlError('42704', 'role "public" does not exist');
  const name = spec.roletype === 'ROLESPEC_CSTRING' ? (spec.rolename ?? '') : context.currentUserName;
  const oid = context.catalog.findRole(name);
  if (oid === undefined) throw new SqlError('42704', `role "${name}" does not exist`);
  return oid;
}

const flags: Readonly<Record<string, string>> = {
  superuser: 'rolsuper',
  inherit: 'rolinherit',
  createrole: 'rolcreaterole',
  createdb: 'rolcreatedb',
  canlogin: 'rolcanlogin',
  isreplication: 'rolreplication',
  bypassrls: 'rolbypassrls',
};

function roleChanges(options: readonly DefElem[]): Record<string, Datum> {
  const changes: Record<string, Datum> = {};
  for (const option of options) {
    const flag = flags[option.defname];
    if (flag !== undefined) {
      changes[flag] = option.arg?.kind === 'Boolean' ? option.arg.boolval : true;
    } else if (option.defname === 'connectionlimit') {
      changes['rolconnlimit'] = option.arg?.kind === 'Integer' ? option.arg.ival : -1;
    } else {
      throw notSupported(`role option ${option.defname.toUpperCase()}`);
    }
  }
  return changes;
}

export async function createRole(node: CreateRoleStmt, context: CommandContext): Promise<CommandTag> {
  if (context.catalog.findRole(node.role) !== undefined)
    throw new SqlError('42710', `role "${node.role}" already exists`);
  if (node.role.startsWith('pg_')) {
    throw new SqlError('42939', `role name "${node.role}" is reserved`, {
      detail: 'Role names starting with "pg_" are reserved.',
    });
  }
  await insertRow(context.writing, 'pg_authid', {
    oid: context.newOid(),
    rolname: node.role,
    rolsuper: false,
    rolinherit: true,
    rolcreaterole: false,
    rolcreatedb: false,
    rolcanlogin: node.stmt_type === 'ROLESTMT_USER',
    rolreplication: false,
    rolbypassrls: false,
    rolconnlimit: -1,
    ...roleChanges(node.options),
  });
  context.catalogChanged();
  return 'CREATE ROLE';
}

export async function alterRole(node: AlterRoleStmt, context: CommandContext): Promise<CommandTag> {
  const oid = requireRole(node.role, context);
  await changeRows('pg_authid', 'pg_authid_oid_index', [oid], roleChanges(node.options), context);
  context.catalogChanged();
  return 'ALTER ROLE';
}

export async function dropRole(node: DropRoleStmt, context: CommandContext): Promise<CommandTag> {
  for (const spec of node.roles) {
    const name = spec.rolename ?? context.currentUserName;
    const oid = context.catalog.findRole(name);
    if (oid === undefined) {
      if (!node.missing_ok) throw new SqlError('42704', `role "${name}" does not exist`);
      context.notice({ severity: 'NOTICE', sqlState: '00000', message: `role "${name}" does not exist, skipping` });
      continue;
    }
    if (oid === context.currentUser) throw new SqlError('55006', 'current user cannot be dropped');
    if (oid < 16384)
      throw new SqlError('2BP01', `cannot drop role ${name} because it is required by the database system`);
    refuseOwner(oid, name, context);
    await removeRows('pg_authid', 'pg_authid_oid_index', [oid], context);
  }
  context.catalogChanged();
  return 'DROP ROLE';
}

function refuseOwner(role: Oid, name: string, context: CommandContext): void {
  const owned = readStoredRows(context.writing, 'pg_class').some((row) => row.values['relowner'] === role);
  const owns = owned || readStoredRows(context.writing, 'pg_namespace').some((row) => row.values['nspowner'] === role);
  if (owns) throw new SqlError('2BP01', `role "${name}" cannot be dropped because some objects depend on it`);
}

export async function comment(node: CommentStmt, context: CommandContext): Promise<CommandTag> {
  const [objoid, classoid, objsubid] = commentTarget(node, context);
  for (const row of readStoredRows(context.writing, 'pg_description', 'pg_description_o_c_o_index', [
    objoid,
    classoid,
    objsubid,
  ])) {
    await deleteRow(context.writing, 'pg_description', row);
  }
  if (node.comment !== undefined && node.comment !== '') {
    await insertRow(context.writing, 'pg_description', { objoid, classoid, objsubid, description: node.comment });
  }
  return 'COMMENT';
}

function words(object: ObjectName): string[] {
  if (typeof object === 'string') return [object];
  return Array.isArray(object) ? object.filter((part): part is string => typeof part === 'string') : [];
}

function commentTarget(node: CommentStmt, context: CommandContext): [Oid, Oid, number] {
  const parts = words(node.object);
  const find = (names: readonly string[]) => {
    const relation = context.catalog.findRelation(names.length > 1 ? names.at(-2) : undefined, names.at(-1) ?? '');
    if (relation === undefined) throw new SqlError('42P01', `relation "${names.join('.')}" does not exist`);
    return relation;
  };
  switch (node.objtype) {
    case 'OBJECT_TABLE':
    case 'OBJECT_VIEW':
    case 'OBJECT_SEQUENCE':
      return [find(parts).oid, classOid.relation, 0];
    case 'OBJECT_INDEX': {
      for (const namespace of context.catalog.searchPath) {
        const oid = context.catalog.cache.findRelationOid(namespace, parts.at(-1) ?? '');
        if (oid !== undefined) return [oid, classOid.relation, 0];
      }
      throw new SqlError('42P01', `relation "${parts.join('.')}" does not exist`);
    }
    case 'OBJECT_COLUMN': {
      const table = find(parts.slice(0, -1));
      const column = table.columns.find((candidate) => candidate.name === parts.at(-1) && !candidate.dropped);
      if (column === undefined)
        throw new SqlError('42703', `column "${parts.at(-1)}" of relation "${table.name}" does not exist`);
      return [table.oid, classOid.relation, column.number];
    }
    case 'OBJECT_SCHEMA': {
      const oid = context.catalog.findNamespace(parts[0] ?? '');
      if (oid === undefined) throw new SqlError('3F000', `schema "${parts[0]}" does not exist`);
      return [oid, classOid.namespace, 0];
    }
    case 'OBJECT_TABCONSTRAINT': {
      const table = find(parts.slice(0, -1));
      const constraint = table.constraints.find((candidate) => candidate.name === parts.at(-1));
      if (constraint === undefined)
        throw new SqlError('42704', `constraint "${parts.at(-1)}" for table "${table.name}" does not exist`);
      return [constraint.oid, classOid.constraint, 0];
    }
    default:
      throw notSupported(`COMMENT ON ${node.objtype.replace('OBJECT_', '')}`);
  }
}
