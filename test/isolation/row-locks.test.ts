/**
 * Row locks between two sessions. Run it on PostgreSQL with HYRAX_ISOLATION_PORT=… : it must pass there unchanged.
 */
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from '../server.ts';

const oraclePort = process.env['HYRAX_ISOLATION_PORT'];
let server: RunningServer | undefined;
let port: number;
let one: pg.Client;
let two: pg.Client;

async function connect(): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', database: 'postgres' });
  await client.connect();
  return client;
}

async function rows(client: pg.Client, sql: string): Promise<unknown[][]> {
  return (await client.query({ text: sql, rowMode: 'array' })).rows as unknown[][];
}

/** A statement that is expected to wait; `settled` says whether it no longer does. */
function start(client: pg.Client, sql: string): { readonly result: Promise<unknown[][]>; settled: boolean } {
  const running = { result: rows(client, sql), settled: false };
  const settle = (): void => {
    running.settled = true;
  };
  running.result.then(settle, settle);
  return running;
}

const pause = (): Promise<void> => new Promise((done) => setTimeout(done, 100));

beforeAll(async () => {
  if (oraclePort === undefined) server = await startServer();
  port = server?.port ?? Number(oraclePort);
});

afterAll(() => server?.dispose());

beforeEach(async () => {
  one = await connect();
  two = await connect();
  await one.query(`
    DROP TABLE IF EXISTS locked_jobs;
    CREATE TABLE locked_jobs (id int PRIMARY KEY, made int, state text);
    INSERT INTO locked_jobs VALUES (1, 30, 'new'), (2, 10, 'new'), (3, 20, 'new')`);
});

afterEach(async () => {
  await one.query('ROLLBACK');
  await two.query('ROLLBACK');
  await one.end();
  await two.end();
});

describe('LIMIT locks no more rows than it returns', () => {
  const next = `SELECT id FROM locked_jobs WHERE state = 'new' ORDER BY made LIMIT 1 FOR UPDATE SKIP LOCKED`;

  test('also when the rows are sorted: two workers take two jobs, and the third stays free', async () => {
    await one.query('BEGIN');
    await two.query('BEGIN');
    expect(await rows(one, next)).toEqual([[2]]);
    expect(await rows(two, next)).toEqual([[3]]);
    const three = await connect();
    expect(await rows(three, 'SELECT id FROM locked_jobs WHERE id = 1 FOR UPDATE NOWAIT')).toEqual([[1]]);
    await three.end();
  });

  test('and when they come in the order of a key', async () => {
    await one.query('BEGIN');
    expect(await rows(one, 'SELECT id FROM locked_jobs ORDER BY id DESC LIMIT 1 FOR UPDATE')).toEqual([[3]]);
    expect(await rows(two, 'SELECT id FROM locked_jobs ORDER BY id FOR UPDATE SKIP LOCKED')).toEqual([[1], [2]]);
  });
});

test('NOWAIT names the relation', async () => {
  await one.query('BEGIN');
  await one.query('SELECT * FROM locked_jobs WHERE id = 1 FOR UPDATE');
  await expect(rows(two, 'SELECT * FROM locked_jobs FOR SHARE NOWAIT')).rejects.toMatchObject({
    code: '55P03',
    message: 'could not obtain lock on row in relation "locked_jobs"',
  });
});

describe('after waiting for another writer', () => {
  async function whileChanging(change: string, sql: string): Promise<unknown[][]> {
    await one.query('BEGIN');
    await one.query(change);
    const waiting = start(two, sql);
    await pause();
    expect(waiting.settled).toBe(false);
    await one.query('COMMIT');
    return waiting.result;
  }

  test('the newest version is returned, in the order of the one that was seen', async () => {
    const change = `UPDATE locked_jobs SET made = 99, state = 'old' WHERE id = 2`;
    const sql = 'SELECT id, made * 2, state FROM locked_jobs ORDER BY made FOR UPDATE';
    expect(await whileChanging(change, sql)).toEqual([
      [2, 198, 'old'],
      [3, 40, 'new'],
      [1, 60, 'new'],
    ]);
  });

  test('a row that no longer meets the condition is passed over, and LIMIT takes the next', async () => {
    const change = `UPDATE locked_jobs SET state = 'old' WHERE id = 2`;
    const sql = `SELECT id FROM locked_jobs WHERE state = 'new' ORDER BY made LIMIT 1 FOR UPDATE`;
    expect(await whileChanging(change, sql)).toEqual([[3]]);
  });

  test('a deleted row is passed over', async () => {
    expect(
      await whileChanging('DELETE FROM locked_jobs WHERE id = 2', 'SELECT id FROM locked_jobs ORDER BY made FOR SHARE'),
    ).toEqual([[3], [1]]);
  });

  test('a correlated subquery in the select list sees the newest columns', async () => {
    const change = 'UPDATE locked_jobs SET made = 25 WHERE id = 2';
    const sql = `SELECT id, (SELECT count(*)::int FROM locked_jobs o WHERE o.made < j.made AND o.id <> j.id)
      FROM locked_jobs j WHERE id = 2 FOR UPDATE`;
    expect(await whileChanging(change, sql)).toEqual([[2, 1]]);
  });
});

test.each([`UPDATE locked_jobs SET made = 11 WHERE id = 2`, 'DELETE FROM locked_jobs WHERE id = 2'])(
  'REPEATABLE READ cannot lock a row changed since its snapshot: %s',
  async (change) => {
    await two.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await two.query('SELECT 1 FROM locked_jobs');
    await one.query(change);
    await expect(rows(two, 'SELECT * FROM locked_jobs WHERE id = 2 FOR UPDATE')).rejects.toMatchObject({
      code: '40001',
    });
  },
);

test('lock strengths: FOR SHARE shares, FOR KEY SHARE lets other columns change', async () => {
  await one.query('BEGIN');
  await one.query('SELECT * FROM locked_jobs WHERE id = 1 FOR KEY SHARE');
  await one.query('SELECT * FROM locked_jobs WHERE id = 2 FOR SHARE');
  await two.query('BEGIN');
  expect(await rows(two, 'SELECT id FROM locked_jobs WHERE id = 2 FOR SHARE NOWAIT')).toEqual([[2]]);
  expect(await rows(two, 'SELECT id FROM locked_jobs WHERE id = 1 FOR NO KEY UPDATE NOWAIT')).toEqual([[1]]);
  await two.query('UPDATE locked_jobs SET made = 1 WHERE id = 1');
  await expect(rows(two, 'SELECT id FROM locked_jobs WHERE id = 2 FOR NO KEY UPDATE NOWAIT')).rejects.toMatchObject({
    code: '55P03',
  });
});
