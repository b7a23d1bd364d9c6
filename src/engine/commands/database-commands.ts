/**
 * CREATE and DROP DATABASE. A database is a page space, a new one a branch of its template: the copy of a map, whatever the
 * size. Neither runs in a transaction block; the catalog row and the space come and go with one transaction.
 */
import { notSupported, SqlError, sqlState } from '../../common/sql-error.ts';
import type { Oid, SpaceId } from '../../common/ids.ts';
import { deleteRow, insertRow, readStoredRows, type StoredRow } from '../../catalog/catalog-rows.ts';
import { databaseRow } from '../../catalog/bootstrap-rows.ts';
import type { CreatedbStmt, DropdbStmt } from '../../parser/definition-syntax.ts';
import type { DefElem } from '../../parser/syntax.ts';
import type { Session } from '../session.ts';
import type { CommandResult } from './command.ts';

function optionText(option: DefElem): string | undefined {
  const { arg } = option;
  if (arg === undefined) return undefined;
  if (arg.kind === 'String') return arg.sval;
  if (arg.kind === 'Integer') return String(arg.ival);
  if (arg.kind === 'Boolean') return String(arg.boolval);
  if (arg.kind === 'TypeName') return arg.names.at(-1);
  return undefined;
}

interface DatabaseOptions {
  template: string;
  owner: Oid;
  isTemplate: boolean;
  allowConnections: boolean;
}

function readOptions(session: Session, options: readonly DefElem[]): DatabaseOptions {
  const result: DatabaseOptions = {
    template: 'template1',
    owner: session.userOid,
    isTemplate: false,
    allowConnections: true,
  };
  for (const option of options) {
    const text = optionText(option);
    if (text === undefined) continue;
    switch (option.defname) {
      case 'template':
        result.template = text;
        break;
      case 'owner':
        result.owner = requireRole(session, text);
        break;
      case 'is_template':
        result.isTemplate = text === 'true';
        break;
      case 'allow_connections':
        result.allowConnections = text === 'true';
        break;
      case 'encoding':
        requireEncoding(text);
        break;
      case 'locale':
      case 'lc_collate':
      case 'lc_ctype':
        requireLocale(text);
        break;
      case 'tablespace':
        if (text !== 'pg_default') throw new SqlError(sqlState.undefinedObject, `tablespace "${text}" does not exist`);
        break;
      case 'connection_limit':
        if (text !== '-1') throw notSupported('CONNECTION LIMIT');
        break;
      default:
        throw notSupported(`database option ${option.defname.toUpperCase()}`);
    }
  }
  return result;
}

function requireRole(session: Session, name: string): Oid {
  const oid = session.catalog.findRole(name);
  if (oid === undefined) throw new SqlError(sqlState.undefinedObject, `role "${name}" does not exist`);
  return oid;
}

/** Every database is UTF8 and C.UTF-8; nothing else is promised and then not kept. */
function requireEncoding(name: string): void {
  if (!/^(utf-?8|unicode|6)$/i.test(name)) throw notSupported(`encoding "${name}"`);
}

function requireLocale(name: string): void {
  if (!/^(C|POSIX|C\.utf-?8)$/i.test(name)) throw notSupported(`locale "${name}"`);
}

function findDatabase(session: Session, name: string): StoredRow | undefined {
  return readStoredRows(session.catalogWriting, 'pg_database', 'pg_database_datname_index', [name])[0];
}

function countOthers(session: Session, database: Oid): number {
  let count = session.instance.autoAnalyze.workingIn.has(database) ? 1 : 0;
  for (const other of session.instance.sessions.values()) {
    if (other !== session && other.database.oid === database) count++;
  }
  return count;
}

export async function createDatabase(session: Session, statement: CreatedbStmt): Promise<CommandResult> {
  session.requireNoTransactionBlock('CREATE DATABASE');
  const options = readOptions(session, statement.options);
  if (findDatabase(session, statement.dbname) !== undefined) {
    throw new SqlError(sqlState.duplicateDatabase, `database "${statement.dbname}" already exists`);
  }
  const template = findDatabase(session, options.template);
  if (template === undefined) {
    throw new SqlError(sqlState.invalidCatalogName, `template database "${options.template}" does not exist`);
  }
  const transaction = session.block.current;
  const oid = session.instance.newOid(transaction);
  const row = databaseRow(oid, statement.dbname, options.isTemplate, options.allowConnections, options.owner);
  await insertRow(session.catalogWriting, 'pg_database', row);
  await session.instance.storage.branchSpace(template.values['oid'] as SpaceId, oid as SpaceId, transaction);
  return { tag: 'CREATE DATABASE' };
}

export async function dropDatabase(session: Session, statement: DropdbStmt): Promise<CommandResult> {
  session.requireNoTransactionBlock('DROP DATABASE');
  const name = statement.dbname;
  const found = findDatabase(session, name);
  if (found === undefined) {
    const message = `database "${name}" does not exist`;
    if (!statement.missing_ok) throw new SqlError(sqlState.invalidCatalogName, message);
    session.notice({ severity: 'NOTICE', sqlState: '00000', message: `${message}, skipping` });
    return { tag: 'DROP DATABASE' };
  }
  const oid = found.values['oid'] as Oid;
  if (oid === session.database.oid) throw new SqlError(sqlState.objectInUse, 'cannot drop the currently open database');
  if (found.values['datistemplate'] === true)
    throw new SqlError(sqlState.wrongObjectType, 'cannot drop a template database');
  await endOthers(session, statement, oid, name);
  await deleteRow(session.catalogWriting, 'pg_database', found);
  await session.instance.storage.dropSpace(oid as SpaceId, session.block.current);
  session.instance.forgetDatabase(oid);
  return { tag: 'DROP DATABASE' };
}

/** WITH (FORCE) ends other sessions; without it they are in the way. */
async function endOthers(session: Session, statement: DropdbStmt, oid: Oid, name: string): Promise<void> {
  const force = statement.options.some((option) => option.defname === 'force');
  if (force) {
    for (const other of session.instance.sessions.values()) {
      if (other !== session && other.database.oid === oid) other.interrupts.raise('terminate');
    }
  }
  // A session that is on its way out is waited for a moment, as PostgreSQL does.
  for (let tries = 0; countOthers(session, oid) > 0 && tries < 500; tries++) {
    setTimeout(() => session.wake(), 10);
    await session.sleep();
  }
  const others = countOthers(session, oid);
  if (others === 0) return;
  throw new SqlError(sqlState.objectInUse, `database "${name}" is being accessed by other users`, {
    detail: `There ${others === 1 ? 'is 1 other session' : `are ${others} other sessions`} using the database.`,
  });
}
