/** The two servers that the benchmarks run, each on a directory of its own. */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface Rival {
  readonly name: string;
  readonly port: number;
  readonly pid: number;
  /** From nothing to ready. */
  readonly startMs: number;
  stop(): void;
}

const hyraxPort = 54331;
const postgresPort = 54332;
const postgresBin = process.env['HYRAX_ORACLE_BIN'] ?? '/usr/lib/postgresql/15/bin';

function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

function answers(port: number): boolean {
  return (
    spawnSync('psql', ['-h', '127.0.0.1', '-p', String(port), '-U', 'postgres', '-qAtc', 'SELECT 1'], {
      stdio: 'ignore',
    }).status === 0
  );
}

export function startHyrax(directory: string): Rival {
  const log = openSync(`${directory}.log`, 'a');
  const start = performance.now();
  const logged = () => readFileSync(`${directory}.log`, 'utf8').split('ready to accept connections').length;
  const before = logged();
  const child = spawn(
    resolve('bin/hyrax'),
    ['start', '--data-dir', directory, '--port', String(hyraxPort), '-c', 'shared_buffers=1GB'],
    {
      stdio: ['ignore', log, log],
    },
  );
  for (let tries = 0; logged() === before; tries++) {
    if (tries > 5000) throw new Error(`Hyrax did not start: ${readFileSync(`${directory}.log`, 'utf8')}`);
    sleep(2);
  }
  const startMs = performance.now() - start;
  const pid = child.pid as number;
  return {
    name: 'Hyrax',
    port: hyraxPort,
    pid,
    startMs,
    stop() {
      child.kill('SIGTERM');
      for (let tries = 0; tries < 500 && answers(hyraxPort); tries++) sleep(20);
      sleep(300);
    },
  };
}

export function startPostgres(directory: string): Rival {
  const asOwner = (command: string) =>
    process.getuid?.() === 0
      ? execFileSync('su', ['postgres', '-c', command], { stdio: 'ignore' })
      : execFileSync('sh', ['-c', command], { stdio: 'ignore' });
  execFileSync('mkdir', ['-p', directory]);
  if (process.getuid?.() === 0) execFileSync('chown', ['postgres', directory]);
  const start = performance.now();
  asOwner(`${postgresBin}/initdb -D ${directory}/db --locale=C.UTF-8 -E UTF8 -A trust -U postgres`);
  asOwner(
    `${postgresBin}/pg_ctl -D ${directory}/db -l ${directory}/log -w -o '-p ${postgresPort} -c unix_socket_directories=${directory} -c shared_buffers=1GB -c max_connections=200' start`,
  );
  const startMs = performance.now() - start;
  const pid = Number(readFileSync(`${directory}/db/postmaster.pid`, 'utf8').split('\n')[0]);
  return {
    name: 'PostgreSQL',
    port: postgresPort,
    pid,
    startMs,
    stop: () => void asOwner(`${postgresBin}/pg_ctl -D ${directory}/db -m fast stop`),
  };
}
