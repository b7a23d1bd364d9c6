/** Asks a real PostgreSQL 15, if one answers on the port in HYRAX_ORACLE_PORT (54329 by default). */
import { execFileSync } from 'node:child_process';

const port = process.env['HYRAX_ORACLE_PORT'] ?? '54329';
const separator = '\x1f';

/** Rows of the last statement, fields as text; undefined if the server does not answer. */
export function queryOracle(sql: string): string[][] | undefined {
  try {
    const output = execFileSync(
      'psql',
      ['-h', '127.0.0.1', '-p', port, '-U', 'postgres', '-qAtX', '-F', separator, '-f', '-'],
      {
        encoding: 'utf8',
        input: sql,
        stdio: ['pipe', 'pipe', 'ignore'],
        maxBuffer: 64 * 1024 * 1024,
      },
    );
    return output
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(separator));
  } catch {
    return undefined;
  }
}

/** Whether there is a PostgreSQL 15; says so when there is none, so that a skipped test is seen. */
export function oracleReachable(what: string): boolean {
  const version = queryOracle("select current_setting('server_version_num')::int / 10000")?.[0]?.[0];
  if (version === '15') return true;
  console.warn(`no PostgreSQL 15 on port ${port}: ${what} not checked`);
  return false;
}
