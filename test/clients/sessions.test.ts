/** Sessions beside each other: cancelling, timeouts, termination, waiting, long queries, slow readers, many idle ones. */
import { connect } from 'node:net';
import pg from 'pg';
import Cursor from 'pg-cursor';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { serialize } from 'pg-protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from '../server.ts';
import { RawClient } from './raw-client.ts';

let server: RunningServer;
const open: pg.Client[] = [];

beforeAll(async () => {
  server = await startServer({ settings: ['max_connections=1200'] });
});
afterAll(async () => {
  await Promise.all(open.map((client) => client.end().catch(() => undefined)));
  await server.dispose();
});

async function session(): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres' });
  client.on('error', () => undefined);
  await client.connect();
  open.push(client);
  return client;
}

async function errorOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return `${code ?? ''} ${message}`;
  }
  return 'no error';
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
const longQuery = 'select count(*) from generate_series(1, 1000000000) a where a % 7 = 8';

async function processIdOf(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  return (rows[0] as { pid: number }).pid;
}

describe('ending statements from outside', () => {
  test('pg_cancel_backend stops a running query, and the session lives', async () => {
    const [busy, other] = [await session(), await session()];
    const pid = await processIdOf(busy);
    const running = errorOf(busy.query(longQuery));
    await pause(100);
    expect((await other.query('select pg_cancel_backend($1) as done', [pid])).rows).toEqual([{ done: true }]);
    expect(await running).toBe('57014 canceling statement due to user request');
    expect((await busy.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });

  test('a cancel request with the right key stops a wait for a lock; a wrong key does nothing', async () => {
    const { client, startup } = await RawClient.start({ port: server.port });
    const key = startup.find((message) => message.type === 'K')?.body as Buffer;
    const holder = await session();
    await holder.query('select pg_advisory_lock(1)');
    client.send(serialize.query('select pg_advisory_lock(1)'));
    const cancel = async (secret: number): Promise<void> => {
      const socket = connect({ host: '127.0.0.1', port: server.port });
      await new Promise((done) => socket.once('connect', done));
      socket.end(serialize.cancel(key.readInt32BE(0), secret));
      await new Promise((done) => socket.once('close', done));
    };
    await cancel(key.readInt32BE(4) ^ 1);
    await pause(50);
    await cancel(key.readInt32BE(4));
    const [error] = await client.untilReady();
    expect(error?.body.toString()).toContain('57014');
    await holder.query('select pg_advisory_unlock(1)');
    client.end();
  });

  test('statement_timeout and lock_timeout', async () => {
    const [busy, holder] = [await session(), await session()];
    await busy.query("set statement_timeout = '50ms'");
    expect(await errorOf(busy.query(longQuery))).toBe('57014 canceling statement due to statement timeout');
    expect(await errorOf(busy.query('select pg_sleep(10)'))).toBe('57014 canceling statement due to statement timeout');
    await busy.query("set statement_timeout = 0; set lock_timeout = '50ms'");
    await holder.query('create table locked (a int)');
    await holder.query('begin; lock table locked');
    expect(await errorOf(busy.query('select * from locked'))).toBe('55P03 canceling statement due to lock timeout');
    await holder.query('rollback');
    expect((await busy.query('select * from locked')).rows).toEqual([]);
  });

  test('pg_terminate_backend and idle_in_transaction_session_timeout end the session and free its locks', async () => {
    const [victim, idle, other] = [await session(), await session(), await session()];
    await other.query('create table mine (a int)');
    await victim.query('begin; insert into mine values (1); select pg_advisory_lock(7)');
    const pid = await processIdOf(victim);
    const ended = new Promise((done) => victim.once('end', done));
    await other.query('select pg_terminate_backend($1)', [pid]);
    await ended;
    expect((await other.query('select count(*)::int as n, pg_try_advisory_lock(7) as free from mine')).rows).toEqual([
      { n: 0, free: true },
    ]);
    const gone = new Promise((done) => idle.once('end', done));
    await idle.query("set idle_in_transaction_session_timeout = '50ms'; begin");
    await gone;
  });

  test('a client that breaks off rolls back', async () => {
    const watcher = await session();
    await watcher.query('create table broken (a int primary key)');
    const { client } = await RawClient.start({ port: server.port });
    await client.query('begin');
    await client.query('insert into broken values (1)');
    client.destroy();
    expect((await watcher.query("set lock_timeout = '5s'; insert into broken values (1)")) && true).toBe(true);
  });
});

describe('beside each other', () => {
  test('a long query keeps nobody waiting', async () => {
    const [busy, quick] = [await session(), await session()];
    await quick.query(
      'create table points (a int primary key, b int); insert into points select i, i from generate_series(1, 1000) i',
    );
    const pid = await processIdOf(busy);
    const running = errorOf(busy.query(longQuery));
    await pause(50);
    const times: number[] = [];
    for (let i = 0; i < 50; i++) {
      const start = performance.now();
      await quick.query('select b from points where a = $1', [i + 1]);
      times.push(performance.now() - start);
    }
    times.sort((a, b) => a - b);
    expect(times[25]).toBeLessThan(100);
    await quick.query('select pg_cancel_backend($1)', [pid]);
    await running;
  });

  test('a deadlock is found the moment it forms', async () => {
    const [a, b] = [await session(), await session()];
    await a.query('create table d (a int primary key, b int); insert into d values (1, 0), (2, 0)');
    await a.query('begin; update d set b = 1 where a = 1');
    await b.query('begin; update d set b = 2 where a = 2');
    const waiting = errorOf(a.query('update d set b = 1 where a = 2'));
    await pause(50);
    expect(await errorOf(b.query('update d set b = 2 where a = 1'))).toBe('40P01 deadlock detected');
    await b.query('rollback');
    expect(await waiting).toBe('no error');
    await a.query('commit');
  });

  test('catalog changes are seen by others when they are committed, not before', async () => {
    const [a, b] = [await session(), await session()];
    await a.query('begin; create table soon (a int)');
    expect(await errorOf(b.query('select * from soon'))).toBe('42P01 relation "soon" does not exist');
    await a.query('commit');
    expect((await b.query('select * from soon')).rows).toEqual([]);
    await a.query('begin; drop table soon');
    await a.query('rollback');
    expect((await b.query('select * from soon')).rows).toEqual([]);
  });

  test('a thousand idle sessions', async () => {
    const clients = await Promise.all(Array.from({ length: 1000 }, () => RawClient.start({ port: server.port })));
    const quick = await session();
    const { rows } = await quick.query<{ n: number }>('select count(*)::int as n from pg_stat_activity');
    expect(rows[0]?.n).toBeGreaterThan(1000);
    for (const { client } of clients) client.end();
  });
});

describe('background work', () => {
  test('a table that has changed much is analysed by itself', async () => {
    const own = await startServer({ settings: ['autovacuum_naptime=1'] });
    const client = new pg.Client({ host: '127.0.0.1', port: own.port, user: 'postgres', database: 'postgres' });
    await client.connect();
    await client.query(
      'create table grown (a int primary key, b int); insert into grown select i, i % 3 from generate_series(1, 1000) i',
    );
    let tuples = -1;
    for (let i = 0; i < 50 && tuples !== 1000; i++) {
      await pause(100);
      tuples =
        (await client.query<{ n: number }>("select reltuples::int as n from pg_class where relname = 'grown'")).rows[0]
          ?.n ?? 0;
    }
    expect(tuples).toBe(1000);
    await client.end();
    expect(await own.stop()).toBe(0);
    await own.dispose();
  });
});

describe('flow', () => {
  test('a reader that does not read holds its query, not the server', async () => {
    const socket = connect({ host: '127.0.0.1', port: server.port });
    await new Promise((done) => socket.once('connect', done));
    socket.write(serialize.startup({ user: 'postgres', database: 'postgres' }));
    socket.write(serialize.query("select repeat('x', 1000) from generate_series(1, 2000000)"));
    await new Promise((done) => socket.once('data', done));
    socket.pause();
    const other = await session();
    await pause(300);
    expect((await other.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    const state = await other.query("select state from pg_stat_activity where query like 'select repeat%'");
    expect(state.rows.length).toBeGreaterThan(0);
    socket.destroy();
  });

  test('rows in pieces through pg-cursor', async () => {
    const client = await session();
    const cursor = client.query(new Cursor<{ i: number }>('select i from generate_series(1, $1::int) i', [2500]));
    const sizes: number[] = [];
    for (;;) {
      const rows = await cursor.read(1000);
      if (rows.length === 0) break;
      sizes.push(rows.length);
    }
    expect(sizes).toEqual([1000, 1000, 500]);
    await cursor.close();
  });

  test('COPY both ways through pg-copy-streams', async () => {
    const client = await session();
    await client.query('create table streamed (a int, b text)');
    const lines = Array.from({ length: 20_000 }, (_, i) => `${i}\tline ${i}\n`);
    await pipeline(Readable.from(lines), client.query(copyFrom('copy streamed from stdin')));
    expect((await client.query('select count(*)::int as n, sum(a)::int as s from streamed')).rows).toEqual([
      { n: 20_000, s: 199_990_000 },
    ]);
    const stream = client.query(copyTo('copy (select * from streamed order by a) to stdout'));
    let text = '';
    for await (const chunk of stream as AsyncIterable<Buffer>) text += chunk.toString();
    expect(text).toBe(lines.join(''));
  });

  test('a pool of clients in transactions', async () => {
    const pool = new pg.Pool({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres', max: 10 });
    await pool.query('create table counted (a int primary key, n int); insert into counted values (1, 0)');
    await Promise.all(
      Array.from({ length: 50 }, async () => {
        const client = await pool.connect();
        await client.query('begin');
        await client.query('update counted set n = n + 1 where a = $1', [1]);
        await client.query('commit');
        client.release();
      }),
    );
    expect((await pool.query('select n from counted')).rows).toEqual([{ n: 50 }]);
    await pool.end();
  });
});

describe('bad bytes', () => {
  const startup = serialize.startup({ user: 'postgres', database: 'postgres' });

  async function answerTo(...parts: readonly Buffer[]): Promise<string> {
    const client = await RawClient.open({ port: server.port });
    client.send(...parts);
    const messages = await client.until('never');
    return messages
      .filter((message) => message.type === 'E')
      .map((message) => message.body.toString())
      .join();
  }

  test('a message of no type, and one too long, end the connection', async () => {
    expect(await answerTo(startup, Buffer.from('~\0\0\0\u0004'))).toContain('invalid frontend message type 126');
    expect(await answerTo(startup, Buffer.from([0x53, 0x7f, 0xff, 0xff, 0xff]))).toContain('invalid message length');
  });

  test('unknown role, unknown database, no user', async () => {
    expect(await answerTo(serialize.startup({ user: 'nobody', database: 'postgres' }))).toContain(
      'role "nobody" does not exist',
    );
    expect(await answerTo(serialize.startup({ user: 'postgres', database: 'nowhere' }))).toContain(
      'database "nowhere" does not exist',
    );
    expect(await answerTo(Buffer.from([0, 0, 0, 9, 0, 3, 0, 0, 0]))).toContain('no PostgreSQL user name specified');
    expect(await answerTo(Buffer.from([0, 0, 0, 9, 0, 2, 0, 0, 0]))).toContain('unsupported frontend protocol 2.0');
  });

  test('a startup setting that is none', async () => {
    expect(await answerTo(serialize.startup({ user: 'postgres', database: 'postgres', work_mem: 'much' }))).toContain(
      'invalid value for parameter "work_mem": "much"',
    );
  });

  test('SSL and GSS requests get an N', async () => {
    const client = await RawClient.open({ port: server.port });
    client.send(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
    expect((await client.bytes(1))?.toString()).toBe('N');
    client.send(Buffer.from([0, 0, 0, 8, 4, 210, 22, 48]));
    expect((await client.bytes(1))?.toString()).toBe('N');
    client.send(startup);
    expect((await client.untilReady()).at(-1)?.type).toBe('Z');
    client.end();
  });
});
