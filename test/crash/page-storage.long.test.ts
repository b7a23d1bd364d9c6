/** Many seeds, each crashing again and again: also during recovery, and with calls that fail on the way. */
import { expect, test } from 'vitest';
import { noLsn } from '../../src/common/ids.ts';
import { PageStorage } from '../../src/storage/page-storage.ts';
import { CrashSignal, FaultyDisk, type FaultyDiskOptions, randomFrom } from './faulty-disk.ts';
import { checkRecovered, type Moment, tinyPoolBytes, Workload } from './page-model.ts';

const lives = 12;
const seeds = Number(process.env['HYRAX_CRASH_SEEDS'] ?? 60);

/** A disk for one life of the server: crashes at some point, and fails a call now and then. */
function misfortune(random: () => number): FaultyDiskOptions {
  const crashAt = 1 + Math.floor(random() * 250);
  const failures = random() < 0.3 ? random() * 0.02 : 0;
  const codes = ['EIO', 'ENOSPC'] as const;
  return {
    seed: Math.floor(random() * 1e9),
    crashAt,
    fail: ({ kind }) => (kind === 'write' && random() < failures ? codes[Math.floor(random() * 2)] : undefined),
  };
}

async function live(disk: FaultyDisk, seed: number, start: Moment | undefined): Promise<Workload | undefined> {
  try {
    const workload = new Workload(disk, seed, { poolBytes: tinyPoolBytes * (1 + (seed % 3)) }, start);
    await workload.run(600);
    return workload;
  } catch (error) {
    if (error instanceof CrashSignal) return undefined;
    if (disk.calls < 40 && error instanceof Error && error.name !== 'InvariantError') return undefined;
    throw error;
  }
}

test.each(Array.from({ length: seeds }, (_, index) => index + 1))('seed %i', async (seed) => {
  const random = randomFrom(seed);
  let disk = new FaultyDisk(misfortune(random));
  let start: Moment | undefined = undefined;
  for (let life = 0; life < lives; life++) {
    const workload: Workload | undefined = await live(disk, seed * 100 + life, start);
    disk.crash();
    const lottery = Math.floor(random() * 1e9);
    if (workload !== undefined) start = await checkRecovered(disk.afterCrash(lottery), workload);
    if (start?.lsn === noLsn) start = undefined;
    if (start !== undefined)
      expect(PageStorage.open(disk.afterCrash(lottery), { poolBytes: tinyPoolBytes }).lastCheckpoint.lsn).toBe(
        start.lsn,
      );
    disk = disk.afterCrash(lottery, misfortune(random));
  }
});
