/** As tables-crash.test.ts, for longer. */
import { test } from 'vitest';
import { crashEverywhere } from './tables-workload.ts';

const seeds = Array.from({ length: 20 }, (_, i) => 100 + i);

test.for(seeds)('a crash at any call of workload %i loses nothing committed', { timeout: 600_000 }, async (seed) => {
  await crashEverywhere(seed, 400);
});
