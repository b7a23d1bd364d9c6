/** Every statement of test/sql/*\/*.sql answers as PostgreSQL 15 did when the .out beside it was written (generate.ts). */
import { globSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RawClient } from '../clients/raw-client.ts';
import { startServer, type RunningServer } from '../server.ts';
import { transcribe } from './transcript.ts';

const files = globSync('test/sql/*/*.sql').sort();

describe('SQL as PostgreSQL answers it', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.dispose());

  test.each(files)('%s', async (file) => {
    const database = `sql_${files.indexOf(file)}`;
    const { client } = await RawClient.start({ port: server.port });
    await client.query(`CREATE DATABASE ${database}`);
    client.end();
    const expected = readFileSync(file.replace(/\.sql$/, '.out'), 'utf8').replaceAll('hyrax_sql', database);
    const actual = await transcribe(readFileSync(file, 'utf8'), { port: server.port, database });
    expect(actual).toBe(expected);
  });
});
