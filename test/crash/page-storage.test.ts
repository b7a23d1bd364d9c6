/** PageStorage against its model, with the plug pulled, or a call failing, at every single change of the disk. */
import { describe, expect, test } from 'vitest';
import { noLsn } from '../../src/common/ids.ts';
import { FatalIoError } from '../../src/storage/disk.ts';
import { PageStorage } from '../../src/storage/page-storage.ts';
import { CrashSignal, FaultyDisk } from './faulty-disk.ts';
import { checkAll, checkRecovered, type Moment, tinyPoolBytes, Workload, type WorkloadOptions } from './page-model.ts';

/** Runs the workload until the crash, then looks at two versions of what is left, and goes on from one of them. */
async function crashOnce(
  seed: number,
  crashAt: number,
  operations: number,
  options: WorkloadOptions = {},
): Promise<boolean> {
  const disk = new FaultyDisk({ seed, crashAt });
  let workload: Workload;
  try {
    workload = new Workload(disk, seed, options);
  } catch (error) {
    if (!(error instanceof CrashSignal)) throw error;
    PageStorage.open(disk.afterCrash(crashAt), { poolBytes: tinyPoolBytes });
    return true;
  }
  const end = await workload.run(operations);
  if (end === undefined) return false;
  await checkRecovered(disk.afterCrash(crashAt), workload);
  const found = disk.afterCrash(crashAt + 1_000_000);
  await goOn(found, seed + crashAt, await checkRecovered(found, workload));
  return true;
}

/** The recovered directory works like any other. */
async function goOn(disk: FaultyDisk, seed: number, start: Moment): Promise<void> {
  const workload = new Workload(disk, seed, {}, start.lsn === noLsn ? undefined : start);
  expect(await workload.run(30)).toBeUndefined();
  await workload.checkpointNow();
  checkAll(workload.storage, workload.model);
  await checkRecovered(disk.afterCrash(seed), workload);
}

async function countChanges(seed: number, operations: number, options: WorkloadOptions = {}): Promise<number> {
  const disk = new FaultyDisk({ seed });
  await new Workload(disk, seed, options).run(operations);
  return disk.changes;
}

describe('a crash at every change of the disk', () => {
  for (const seed of [1, 2, 3]) {
    test(`seed ${seed}`, async () => {
      const operations = 250;
      const changes = await countChanges(seed, operations);
      expect(changes).toBeGreaterThan(80);
      for (let crashAt = 1; crashAt <= changes; crashAt++) {
        expect(await crashOnce(seed, crashAt, operations), `crash at ${crashAt}`).toBe(true);
      }
    });
  }

  test('with maps of two levels, at every 23rd', async () => {
    const options = { burst: 40, poolBytes: 64 * 8192 };
    const changes = await countChanges(7, 300, options);
    for (let crashAt = 5; crashAt <= changes; crashAt += 23) await crashOnce(7, crashAt, 300, options);
  });
});

describe('a failing call', () => {
  for (const code of ['EIO', 'ENOSPC'] as const) {
    test(`${code}, each in turn`, async () => {
      const operations = 150;
      const probe = new FaultyDisk({ seed: 11 });
      await new Workload(probe, 11).run(operations);
      for (let failing = 1; failing <= probe.calls; failing++) await failOnce(code, failing, operations);
    });
  }

  async function failOnce(code: 'EIO' | 'ENOSPC', failing: number, operations: number): Promise<void> {
    const disk = new FaultyDisk({ seed: 11, fail: ({ number }) => (number === failing ? code : undefined) });
    const workload = openAgain(() => new Workload(disk, 11));
    const end = await workload.run(operations);
    if (end !== undefined) {
      expect(end).toBeInstanceOf(FatalIoError);
      await checkRecovered(disk.afterCrash(failing), workload);
      return;
    }
    checkAll(workload.storage, workload.model);
    await workload.checkpointNow();
    await checkRecovered(disk.afterCrash(failing), workload);
  }

  /** Opening may fail, with one error; then it works. */
  function openAgain<T>(open: () => T): T {
    try {
      return open();
    } catch {
      return open();
    }
  }

  test('a full disk refuses reservations, not undo, and loses nothing', async () => {
    let full = false;
    const disk = new FaultyDisk({
      fail: ({ kind, path }) => (full && kind === 'write' && path.startsWith('pages/') ? 'ENOSPC' : undefined),
    });
    const workload = new Workload(disk, 5);
    expect(await workload.run(60)).toBeUndefined();
    await workload.checkpointNow();
    full = true;
    expect(() => workload.storage.pool.reserve(100_000)).toThrow('No space left on device');
    expect(await workload.run(60)).toBeUndefined();
    await checkRecovered(disk.afterCrash(1), workload);
    full = false;
    await workload.checkpointNow();
    checkAll(workload.storage, workload.model);
    await checkRecovered(disk.afterCrash(1), workload);
  });
});

describe('no slot is lost', () => {
  test.each([21, 22, 23, 24])('seed %i', async (seed) => {
    const disk = new FaultyDisk({ seed });
    const workload = new Workload(disk, seed);
    await workload.run(600);
    await workload.checkpointNow();
    await workload.checkpointNow();
    const reopened = PageStorage.open(disk.afterCrash(seed), { poolBytes: tinyPoolBytes });
    expect(workload.storage.freeSlotCount).toBe(reopened.freeSlotCount);
  });

  test('after an abandoned checkpoint', async () => {
    let failing = false;
    const disk = new FaultyDisk({ seed: 31, fail: ({ kind }) => (failing && kind === 'write' ? 'EIO' : undefined) });
    const workload = new Workload(disk, 31);
    await workload.run(300);
    failing = true;
    await workload.run(40);
    failing = false;
    expect(workload.refusals).toBeGreaterThan(0);
    await workload.checkpointNow();
    await workload.checkpointNow();
    checkAll(workload.storage, workload.model);
    const reopened = PageStorage.open(disk.afterCrash(31), { poolBytes: tinyPoolBytes });
    expect(workload.storage.freeSlotCount).toBe(reopened.freeSlotCount);
  });
});
