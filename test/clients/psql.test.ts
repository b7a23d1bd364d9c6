/**
 * What psql 15 prints for its backslash commands, beside the same psql on a PostgreSQL 15 (HYRAX_ORACLE_PORT, 54329 by default).
 * Sizes, ports and other databases differ, of course; everything else is the same text.
 */
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from '../server.ts';
import { oracleReachable } from '../unit/functions/oracle.ts';

const oraclePort = Number(process.env['HYRAX_ORACLE_PORT'] ?? 54329);
const database = 'hyrax_psql';

const commands = String.raw`
  \conninfo | \d | \d+ | \dt | \dt+ | \di | \di+ | \dv | \dv+ | \ds | \ds+ | \dm | \dT | \df | \da public.* | \dn | \dn+
  \du | \dg | \l | \l+ | \db | \dp | \z orders | \dd | \ddp | \drds | \dD | \dO | \dP | \dX | \dy | \des | \det | \dew
  \dRp | \dRs | \dconfig work_mem | \df now | \do public.* | \sf now | \dt pg_catalog.pg_cl*
  \d orders | \d+ orders | \d app.customers | \d+ app.customers | \d items | \d+ items | \d plain | \d app.* | \dt app.*
  \d open_orders | \d+ open_orders | \d+ states | \d+ unions | \d+ nested | \sv open_orders | \sv+ states
  \d orders_pkey | \d+ orders_total | \d orders_state | \d orders_customer_placed_key | \dn app | \d nope | \dt *.cust*
  \d app.counter | \d orders_id_seq | \d app.customers_id_seq
`
  .split(/[|\n]/)
  .map((command) => command.trim())
  .filter((command) => command !== '');

const mark = '=== ';

/** What psql prints for each command, by command. */
function psql(port: number): Map<string, string> {
  const input = commands.map((command) => `\\echo '${mark}${command.replaceAll('\\', '\\\\')}'\n${command}\n`).join('');
  const { stdout } = run(port, database, ['-f', '-'], input);
  const sections = stdout.split(new RegExp(`^${mark}`, 'm')).slice(1);
  return new Map(
    sections.map((section) => {
      const end = section.indexOf('\n');
      const command = section.slice(0, end);
      return [command, comparable(command, section.slice(end + 1))];
    }),
  );
}

function run(port: number, name: string, args: readonly string[], input = ''): { readonly stdout: string } {
  const connection = ['-X', '-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-d', name];
  // Messages in line with the output.
  const result = spawnSync('sh', ['-c', 'exec psql "$@" 2>&1', 'psql', ...connection, ...args], {
    input,
    encoding: 'utf8',
  });
  return { stdout: result.stdout };
}

function comparable(command: string, text: string): string {
  let lines = text.split('\n');
  // Other databases come and go.
  if (command.startsWith('\\l')) {
    const ours = /^ (postgres|template\d|hyrax_psql) /;
    lines = lines.filter((line) => !/^( \w+ +\| \w+ +\| UTF8|\(\d+ rows\))/.test(line) || ours.test(line));
  }
  lines = lines
    .map((line) => line.replace(/psql:<stdin>:\d+: /, '').replace(/port "\d+"/, 'port'))
    .map((line) => line.replace(/\d+ (bytes|kB|MB|GB)/g, 'SIZE'));
  // A column is as wide as its widest value.
  const hasSizes = lines.some((line) => line.includes('SIZE') || line.includes(' Size '));
  const isWide = hasSizes || command.startsWith('\\l');
  return lines.map((line) => (isWide ? line.replace(/[ -]+/g, ' ') : line).trimEnd()).join('\n');
}

describe.skipIf(!oracleReachable("psql's commands"))('psql on Hyrax prints what it prints on PostgreSQL', () => {
  let server: RunningServer;
  let expected: Map<string, string>;
  let actual: Map<string, string>;

  beforeAll(async () => {
    server = await startServer();
    for (const port of [oraclePort, server.port]) {
      run(port, 'postgres', ['-c', `DROP DATABASE IF EXISTS ${database}`, '-c', `CREATE DATABASE ${database}`]);
      expect(run(port, database, ['-q', '-f', 'test/clients/psql-schema.sql']).stdout).toBe('');
    }
    expected = psql(oraclePort);
    actual = psql(server.port);
    expect([...expected.keys()]).toEqual(commands);
  });

  afterAll(async () => {
    run(oraclePort, 'postgres', ['-c', `DROP DATABASE IF EXISTS ${database}`]);
    await server.dispose();
  });

  test.each(commands)('%s', (command) => {
    expect(actual.get(command)).toBe(expected.get(command));
  });
});
