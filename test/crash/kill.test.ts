/** A real server, killed with SIGKILL under eight writers, loses nothing that it acknowledged. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from '../server.ts';
import { findLosses, prepare, write, type Ledger } from './ledger.ts';
import { killRounds } from './kill-rounds.ts';

describe('kill -9', () => {
  let server: RunningServer;
  const ledger: Ledger = { acknowledged: new Set(), begun: 0 };
  beforeAll(async () => {
    server = await startServer();
    await prepare(server.port);
  });
  afterAll(() => server.dispose());

  test('three times under load', async () => {
    server = await killRounds(server, ledger, 3);
    expect(await findLosses(server.port, ledger)).toEqual([]);
    expect(ledger.acknowledged.size).toBeGreaterThan(0);
  });

  test('SIGTERM under load ends in order, and the next start finds everything', async () => {
    const writers = Array.from({ length: 4 }, () => write(server.port, ledger));
    await new Promise((done) => setTimeout(done, 300));
    expect(await server.stop()).toBe(0);
    await Promise.all(writers);
    server = await server.restart();
    expect(await findLosses(server.port, ledger)).toEqual([]);
  });
});
