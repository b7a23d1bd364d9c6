/** Twenty kills at random moments with eight writers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startServer, type RunningServer } from '../server.ts';
import { killRounds } from './kill-rounds.ts';
import { findLosses, prepare, type Ledger } from './ledger.ts';

describe('kill -9, at length', () => {
  let server: RunningServer;
  const ledger: Ledger = { acknowledged: new Set(), begun: 0 };
  beforeAll(async () => {
    server = await startServer({ settings: ['checkpoint_timeout=30s'] });
    await prepare(server.port);
  });
  afterAll(() => server.dispose());

  test('twenty times', async () => {
    server = await killRounds(server, ledger, 20);
    expect(await findLosses(server.port, ledger)).toEqual([]);
    expect(ledger.acknowledged.size).toBeGreaterThan(100);
  });
});
