/** Who may come in: the role and the database of the startup packet, and the settings it brings. Trust: nobody proves who he is. */
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { Oid } from '../common/ids.ts';
import type { Database } from '../engine/database.ts';
import type { Instance } from '../engine/instance.ts';

export interface Admitted {
  readonly database: Database;
  readonly userOid: Oid;
  readonly userName: string;
  readonly isSuperuser: boolean;
  readonly settings: readonly (readonly [string, string])[];
}

/** Throws what PostgreSQL says; the caller makes it fatal. */
export function admit(parameters: ReadonlyMap<string, string>, instance: Instance): Admitted {
  const userName = parameters.get('user');
  if (userName === undefined || userName === '') {
    throw new SqlError(
      sqlState.invalidAuthorizationSpecification,
      'no PostgreSQL user name specified in startup packet',
    );
  }
  if (instance.sessions.size >= instance.settings.number('max_connections')) {
    throw new SqlError(sqlState.tooManyConnections, 'sorry, too many clients already');
  }
  const [role] = instance.readShared('pg_authid', 'pg_authid_rolname_index', [userName]);
  if (role === undefined) {
    throw new SqlError(sqlState.invalidAuthorizationSpecification, `role "${userName}" does not exist`);
  }
  if (role['rolcanlogin'] !== true) {
    throw new SqlError(sqlState.invalidAuthorizationSpecification, `role "${userName}" is not permitted to log in`);
  }
  const databaseName = parameters.get('database') || userName;
  const [row] = instance.readShared('pg_database', 'pg_database_datname_index', [databaseName]);
  if (row === undefined) throw new SqlError(sqlState.invalidCatalogName, `database "${databaseName}" does not exist`);
  if (row['datallowconn'] !== true) {
    throw new SqlError(
      sqlState.objectNotInPrerequisiteState,
      `database "${databaseName}" is not currently accepting connections`,
    );
  }
  return {
    database: instance.openDatabase(row['oid'] as Oid, databaseName),
    userOid: role['oid'] as Oid,
    userName,
    isSuperuser: role['rolsuper'] === true,
    settings: [...commandLineSettings(parameters.get('options') ?? ''), ...plainSettings(parameters)],
  };
}

const notSettings: ReadonlySet<string> = new Set(['user', 'database', 'options', 'replication']);

function plainSettings(parameters: ReadonlyMap<string, string>): (readonly [string, string])[] {
  const replication = parameters.get('replication');
  if (replication !== undefined && !['false', 'off', 'no', '0'].includes(replication)) {
    throw new SqlError(sqlState.featureNotSupported, 'replication connections are not supported');
  }
  return [...parameters].filter(([name]) => !notSettings.has(name));
}

/** `-c name=value`, `-cname=value`, `--name=value`; a backslash keeps the next character, a space too. */
function commandLineSettings(options: string): (readonly [string, string])[] {
  const words = options.match(/(?:\\.|\S)+/g)?.map((word) => word.replaceAll(/\\(.)/g, '$1')) ?? [];
  const settings: (readonly [string, string])[] = [];
  for (let i = 0; i < words.length; i++) {
    let word = words[i] as string;
    if (word === '-c') word = `--${words[++i] ?? ''}`;
    else if (word.startsWith('-c')) word = `--${word.slice(2)}`;
    const match = /^--([\w.-]+)=(.*)$/s.exec(word);
    if (match === null) {
      throw new SqlError(sqlState.syntaxError, `invalid command-line argument for server process: ${word}`);
    }
    settings.push([(match[1] as string).replaceAll('-', '_'), match[2] as string]);
  }
  return settings;
}
