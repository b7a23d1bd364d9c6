/**
 * Hyrax beside PostgreSQL 15, in turn, in one run: `npm run bench [-- quick] [-- only=pgbench,copy]`. Prints medians and ratios (above
 * 1: Hyrax is faster) and writes bench/results.json. PostgreSQL gets shared_buffers = 1GB and default durability; parallel
 * workers are off for the single-table queries.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { startHyrax, startPostgres, type Rival } from './rivals.ts';

const words = process.argv.slice(2);
const quick = words.includes('quick');
const only = words
  .find((word) => word.startsWith('only='))
  ?.slice(5)
  .split(',');
const rounds = quick ? 1 : 3;
const pgbenchSeconds = quick ? 3 : 8;
const results: Result[] = [];

interface Result {
  readonly name: string;
  readonly unit: string;
  readonly hyrax: number;
  readonly postgres: number;
  /** Hyrax better: above 1. */
  readonly ratio: number;
}

function wanted(section: string): boolean {
  return only === undefined || only.includes(section);
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] as number;
}

/** Measures both in turn, `rounds` times; `higherIsBetter` for rates. */
function compare(name: string, unit: string, higherIsBetter: boolean, measure: (rival: Rival) => number): void {
  const hyrax: number[] = [];
  const postgres: number[] = [];
  try {
    for (let i = 0; i < rounds; i++) {
      hyrax.push(measure(rivals.hyrax));
      postgres.push(measure(rivals.postgres));
    }
  } catch (error) {
    console.log(`${name.padEnd(48)} failed: ${(error as Error).message.split('\n').slice(0, 3).join(' | ')}`);
    return;
  }
  const [h, p] = [median(hyrax), median(postgres)];
  const ratio = higherIsBetter ? h / p : p / h;
  results.push({ name, unit, hyrax: h, postgres: p, ratio });
  console.log(
    `${name.padEnd(48)} ${h.toFixed(1).padStart(12)} ${p.toFixed(1).padStart(12)} ${unit.padEnd(5)} ${ratio.toFixed(2)} ×`,
  );
}

function psql(rival: Rival, sql: string, database = 'postgres'): string {
  return execFileSync(
    'psql',
    [
      '-h',
      '127.0.0.1',
      '-p',
      String(rival.port),
      '-U',
      'postgres',
      '-d',
      database,
      '-qAtX',
      '-v',
      'ON_ERROR_STOP=1',
      '-c',
      sql,
    ],
    {
      encoding: 'utf8',
      maxBuffer: 1 << 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
}

/** Milliseconds of a shell command. */
function time(run: () => void): number {
  const start = performance.now();
  run();
  return performance.now() - start;
}

function pgbench(rival: Rival, ...options: string[]): number {
  const { stdout, stderr, status } = spawnSync(
    'pgbench',
    [
      '-h',
      '127.0.0.1',
      '-p',
      String(rival.port),
      '-U',
      'postgres',
      '-n',
      '-T',
      String(pgbenchSeconds),
      ...options,
      'postgres',
    ],
    { encoding: 'utf8' },
  );
  const found = /tps = ([\d.]+)/.exec(stdout);
  if (status !== 0 || found === null) throw new Error(stderr || stdout);
  return Number(found[1]);
}

function benchPgbench(): void {
  const scale = '10';
  for (const rival of [rivals.hyrax, rivals.postgres]) {
    execFileSync(
      'pgbench',
      ['-h', '127.0.0.1', '-p', String(rival.port), '-U', 'postgres', '-i', '-q', '-s', scale, 'postgres'],
      { stdio: 'ignore' },
    );
    psql(rival, 'CHECKPOINT');
  }
  for (const clients of ['1', '8', '64']) {
    for (const mode of ['simple', 'prepared']) {
      compare(`pgbench select-only, ${mode}, ${clients} clients`, 'tps', true, (rival) =>
        pgbench(rival, '-S', '-c', clients, '-j', '2', '-M', mode),
      );
      compare(`pgbench tpcb-like, ${mode}, ${clients} clients`, 'tps', true, (rival) =>
        pgbench(rival, '-c', clients, '-j', '2', '-M', mode),
      );
    }
  }
}

function benchCopy(): void {
  const file = `${rivals.directory}/copy.csv`;
  const lines: string[] = [];
  for (let i = 1; i <= 1_000_000; i++)
    lines.push(`${i}\t${(i * 7919) % 1_000_000}\tname ${i % 5000}\t${((i * 31) % 100_000) / 100}`);
  writeFileSync(file, `${lines.join('\n')}\n`);
  const create =
    'DROP TABLE IF EXISTS bulk; CREATE TABLE bulk (id int PRIMARY KEY, k int, name text, amount numeric(10,2))';
  compare('COPY in, 1 M rows', 'ms', false, (rival) => {
    psql(rival, create);
    return time(() => psql(rival, `\\copy bulk FROM '${file}'`));
  });
  compare('COPY out, 1 M rows', 'ms', false, (rival) => time(() => psql(rival, "\\copy bulk TO '/dev/null'")));
  compare('CREATE INDEX (int) on 1 M rows', 'ms', false, (rival) => {
    psql(rival, 'DROP INDEX IF EXISTS bulk_k');
    return time(() => psql(rival, 'CREATE INDEX bulk_k ON bulk (k)'));
  });
  compare('CREATE INDEX (text) on 1 M rows', 'ms', false, (rival) => {
    psql(rival, 'DROP INDEX IF EXISTS bulk_name');
    return time(() => psql(rival, 'CREATE INDEX bulk_name ON bulk (name)'));
  });
}

function benchAggregates(): void {
  for (const rival of [rivals.hyrax, rivals.postgres]) {
    psql(rival, 'DROP TABLE IF EXISTS facts; CREATE TABLE facts (id int PRIMARY KEY, g int, v int, f float8)');
    psql(rival, 'INSERT INTO facts SELECT i, i % 100, (i * 7919) % 1000, i * 0.5 FROM generate_series(1, 5000000) i');
    psql(rival, 'ANALYZE facts');
  }
  const query = (rival: Rival, sql: string) =>
    time(() => psql(rival, `SET max_parallel_workers_per_gather = 0; ${sql}`));
  const check = (sql: string) => {
    const [h, p] = [psql(rivals.hyrax, sql), psql(rivals.postgres, sql)];
    if (h !== p) console.log(`DIFFERENT ANSWERS to ${sql}\n${h.slice(0, 200)}\n${p.slice(0, 200)}`);
  };
  const sum = 'SELECT count(*), sum(v) FROM facts WHERE v < 500';
  const group = 'SELECT g, count(*), sum(v), avg(f) FROM facts GROUP BY g ORDER BY g';
  check(sum);
  check(group);
  compare('filter + sum over 5 M rows', 'ms', false, (rival) => query(rival, sum));
  compare('group by (100 groups) over 5 M rows', 'ms', false, (rival) => query(rival, group));
}

/** VmRSS of a process and its children, in MB. */
function residentMegabytes(rival: Rival): number {
  const pids = [
    rival.pid,
    ...execFileSync('sh', ['-c', `pgrep -P ${rival.pid} || true`], { encoding: 'utf8' })
      .split('\n')
      .filter(Boolean)
      .map(Number),
  ];
  let kilobytes = 0;
  for (const pid of pids) {
    const found = /(?:Pss|Rss):\s+(\d+)/.exec(
      execFileSync('sh', ['-c', `grep -h '^Pss:' /proc/${pid}/smaps_rollup 2>/dev/null || true`], { encoding: 'utf8' }),
    );
    kilobytes += Number(found?.[1] ?? 0);
  }
  return kilobytes / 1024;
}

const rivals = {
  directory: execFileSync('mktemp', ['-d', '/tmp/hyrax-bench.XXXXXX'], { encoding: 'utf8' }).trim(),
  hyrax: undefined as unknown as Rival,
  postgres: undefined as unknown as Rival,
};
execFileSync('chmod', ['755', rivals.directory]);
rivals.hyrax = startHyrax(`${rivals.directory}/hyrax`);
rivals.postgres = startPostgres(`${rivals.directory}/postgres`);
console.log(`${'what'.padEnd(48)} ${'Hyrax'.padStart(12)} ${'PostgreSQL'.padStart(12)}`);
try {
  if (wanted('start')) {
    console.log(
      `start on an empty directory: Hyrax ${rivals.hyrax.startMs.toFixed(0)} ms, PostgreSQL ${rivals.postgres.startMs.toFixed(0)} ms (initdb included)`,
    );
    console.log(
      `memory when idle: Hyrax ${residentMegabytes(rivals.hyrax).toFixed(0)} MB, PostgreSQL ${residentMegabytes(rivals.postgres).toFixed(0)} MB (proportional set size)`,
    );
  }
  if (wanted('pgbench')) benchPgbench();
  if (wanted('copy')) benchCopy();
  if (wanted('aggregates')) benchAggregates();
  if (wanted('start')) {
    rivals.hyrax.stop();
    rivals.hyrax = startHyrax(`${rivals.directory}/hyrax`);
    console.log(`start on the loaded directory: Hyrax ${rivals.hyrax.startMs.toFixed(0)} ms`);
  }
} finally {
  rivals.hyrax.stop();
  rivals.postgres.stop();
  const machine = `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`;
  const versions = {
    node: process.version,
    hyrax: (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version,
  };
  writeFileSync('bench/results.json', `${JSON.stringify({ machine, versions, results }, undefined, 2)}\n`);
  execFileSync('rm', ['-rf', rivals.directory]);
}
