/** COPY as clients use it: the streams of pg-copy-streams, and messages cut in every way. */
import { once } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Client } from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { serialize } from 'pg-protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from '../server.ts';
import { describeMessage, RawClient } from './raw-client.ts';

let server: RunningServer;
let client: Client;

beforeAll(async () => {
  server = await startServer();
  client = new Client({ host: '127.0.0.1', port: server.port, user: 'postgres', database: 'postgres' });
  await client.connect();
  await client.query('CREATE TABLE t (id int PRIMARY KEY, n numeric(10,2), s text)');
});
afterAll(async () => {
  await client.end();
  await server.dispose();
});

async function copyIn(sql: string, chunks: Iterable<string | Buffer>): Promise<void> {
  await pipeline(Readable.from(chunks), client.query(copyFrom(sql)));
}

async function copyOut(sql: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of client.query(copyTo(sql))) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** Text lines of rows 0 … count - 1. */
function* lines(count: number): Iterable<string> {
  for (let i = 0; i < count; i++) yield `${i}\t${i % 1000}.25\tname ${i}\n`;
}

describe('streams', () => {
  test('give back what went in, in every format', async () => {
    const rows = [...lines(20_000)].join('');
    await copyIn('COPY t FROM STDIN', lines(20_000));
    expect((await copyOut('COPY t TO STDOUT')).toString()).toBe(rows);
    for (const options of ['FORMAT csv, HEADER', 'FORMAT binary']) {
      const copied = await copyOut(`COPY t TO STDOUT (${options})`);
      await client.query('TRUNCATE t');
      await copyIn(`COPY t FROM STDIN (${options})`, [copied]);
      expect((await copyOut('COPY t TO STDOUT')).toString()).toBe(rows);
    }
  });

  test('are told of a bad row, and nothing of the copy stays', async () => {
    await client.query('TRUNCATE t');
    const problem = copyIn('COPY t FROM STDIN', [...lines(5000), 'x\t1\ty\n', ...lines(5000)]);
    await expect(problem).rejects.toMatchObject({
      code: '22P02',
      where: 'COPY t, line 5001, column id: "x"',
    });
    expect((await client.query('SELECT count(*) FROM t')).rows).toEqual([{ count: '0' }]);
  });

  test('name the line of a row that cannot be stored', async () => {
    await client.query('TRUNCATE t');
    const problem = copyIn('COPY t FROM STDIN', [...lines(5000), '7\t1\ty\n', ...lines(1)]);
    await expect(problem).rejects.toMatchObject({ code: '23505', where: 'COPY t, line 5001' });
  });

  test('can give up', async () => {
    const stream = client.query(copyFrom('COPY t FROM STDIN'));
    stream.write('1\t2\tx\n');
    const failed = once(stream, 'error');
    stream.destroy(new Error('changed my mind'));
    await failed;
    expect((await client.query('SELECT count(*) FROM t')).rows).toEqual([{ count: '0' }]);
  });

  test('carry values of megabytes', async () => {
    const value = 'äöü\\'.repeat(1_000_000);
    await client.query('TRUNCATE t');
    await copyIn('COPY t (id, s) FROM STDIN (FORMAT csv)', ['1,"', value, '"\n']);
    expect((await client.query('SELECT length(s) FROM t')).rows).toEqual([{ length: 4_000_000 }]);
    expect((await copyOut('COPY t (s) TO STDOUT (FORMAT csv)')).toString()).toBe(`${value}\n`);
  });

  test('may be read slowly', async () => {
    await client.query('TRUNCATE t');
    let bytes = 0;
    const slowly = new Writable({
      highWaterMark: 1024,
      write(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        setImmediate(done);
      },
    });
    await pipeline(
      client.query(copyTo("COPY (SELECT repeat('x', 100) FROM generate_series(1, 100000)) TO STDOUT")),
      slowly,
    );
    expect(bytes).toBe(10_100_000);
  });
});

describe('messages', () => {
  const data = 'a\\tb\t"x"\\\\\n\\N\t\\101\\\n\\.\n';
  const sql = 'COPY m FROM STDIN';

  async function session(): Promise<RawClient> {
    const { client: raw } = await RawClient.start({ port: server.port });
    await raw.query('CREATE TEMP TABLE m (a text, b text)');
    return raw;
  }

  test('may be cut anywhere', async () => {
    for (const size of [1, 2, 3, 7]) {
      const raw = await session();
      raw.send(serialize.query(sql));
      await raw.until('G');
      for (let at = 0; at < data.length; at += size) {
        raw.send(serialize.copyData(Buffer.from(data.slice(at, at + size))));
      }
      raw.send(serialize.copyDone());
      expect((await raw.untilReady()).map(describeMessage)).toEqual(['CommandComplete COPY 2', 'ReadyForQuery I']);
      const rows = (await raw.query('SELECT a, b FROM m')).filter((message) => message.type === 'D');
      expect(rows.map(describeMessage)).toEqual(['DataRow a\tb | "x"\\', 'DataRow NULL | A\n']);
      raw.end();
    }
  });

  test('of the extended protocol copy too, and an error skips to the Sync', async () => {
    const raw = await session();
    raw.send(serialize.parse({ text: sql }), serialize.bind(), serialize.execute(), serialize.sync());
    await raw.until('G');
    raw.send(serialize.copyData(Buffer.from('1\t2\n')), serialize.copyDone(), serialize.sync());
    expect((await raw.untilReady()).map(describeMessage)).toEqual(['CommandComplete COPY 1', 'ReadyForQuery I']);
    raw.send(serialize.parse({ text: sql }), serialize.bind(), serialize.execute(), serialize.sync());
    await raw.until('G');
    raw.send(
      serialize.copyData(Buffer.from('1\n')),
      serialize.copyData(Buffer.from('2\n')),
      serialize.copyDone(),
      serialize.sync(),
    );
    const answer = (await raw.untilReady()).map(describeMessage);
    expect(answer).toHaveLength(2);
    expect(answer[0]).toContain('missing data for column "b"');
    expect((await raw.query('SELECT count(*) FROM m')).map(describeMessage)).toContain('DataRow 1');
    raw.end();
  });

  test('that do not belong to a copy end the session', async () => {
    const raw = await session();
    raw.send(serialize.query(sql));
    await raw.until('G');
    raw.send(serialize.query('SELECT 1'));
    const [error] = (await raw.until('E')).slice(-1);
    expect(describeMessage(error as never)).toContain('unexpected message type 0x51 during COPY from stdin');
    raw.destroy();
  });
});
