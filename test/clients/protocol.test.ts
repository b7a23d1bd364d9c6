/** The wire protocol, message for message as PostgreSQL 15 speaks it (protocol/expected.json). */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from '../server.ts';
import { runScenario, scenarios } from './protocol/scenarios.ts';

const expected = JSON.parse(readFileSync(new URL('protocol/expected.json', import.meta.url), 'utf8')) as Readonly<
  Record<string, readonly string[]>
>;

describe('protocol', () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await startServer();
  });
  afterAll(() => server.dispose());

  test.each(Object.keys(scenarios))('%s', async (name) => {
    const answered = await runScenario(name, { port: server.port, database: 'postgres' });
    expect(answered).toEqual(expected[name]);
  });
});
