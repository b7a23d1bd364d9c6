/** A workload over tables, crashed at every single call to the disk; more of them are in the long test. */
import { test } from 'vitest';
import { crashEverywhere } from './tables-workload.ts';

test.for([1, 2])('a crash at any call of workload %i loses nothing committed', { timeout: 120_000 }, async (seed) => {
  await crashEverywhere(seed, 150);
});
