import { describe, expect, test } from 'vitest';
import type { Lsn, PageNumber, SpaceId, TreeId } from '../../../src/common/ids.ts';
import { layout } from '../../../src/storage/data-directory.ts';
import { PageStorage } from '../../../src/storage/page-storage.ts';
import { pageBytes } from '../../../src/storage/page.ts';
import { type DiskCall, FaultyDisk } from '../../crash/faulty-disk.ts';

const space = 1 as SpaceId;
const noBlob = new Uint8Array();
const poolBytes = 64 * pageBytes;

function openWithPages(disk: FaultyDisk, count: number): PageStorage {
  const storage = PageStorage.open(disk, { poolBytes });
  storage.createSpace(space);
  for (let i = 0; i < count; i++) addPage(storage, i);
  return storage;
}

function addPage(storage: PageStorage, content: number): void {
  const { pool } = storage;
  const frame = pool.allocate(space, 1 as TreeId);
  pool.view.setUint32(frame * pageBytes + 100, content, true);
  pool.done(frame);
  pool.unpin(frame);
}

function changeAll(storage: PageStorage): void {
  const { pool } = storage;
  for (let page = 1; page <= storage.pageCountOf(space); page++) {
    const frame = pool.pin(space, page as PageNumber);
    pool.modify(frame);
    pool.view.setUint32(frame * pageBytes + 100, page + 1_000_000, true);
    pool.done(frame);
    pool.unpin(frame);
  }
}

test('CKPT-1: the order of things, and no slot is free before both control slots are written', async () => {
  const seen: string[] = [];
  const free: number[] = [];
  const note = (what: string): void => void (seen.at(-1) !== what && seen.push(what));
  const disk = new FaultyDisk({
    fail: ({ kind, path }: DiskCall) => {
      if (kind !== 'write' && kind !== 'flush') return undefined;
      note(`${kind} ${path}`);
      if (path === layout.control) free.push(storage?.freeSlotCount ?? 0);
      return undefined;
    },
  });
  let storage: PageStorage | undefined = undefined as PageStorage | undefined;
  storage = openWithPages(disk, 50);
  await storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob });
  changeAll(storage);
  seen.length = 0;
  free.length = 0;
  await storage.checkpoint({ lsn: 2 as Lsn, blob: noBlob, logDurable: async () => note('log') });
  expect(seen[0]).toBe('log');
  expect(seen.at(-1)).toBe('write hyrax.control');
  expect(seen.filter((what) => what === 'write hyrax.control')).toHaveLength(1);
  expect(free).toHaveLength(2);
  expect(free[1]).toBe(free[0]);
  expect(storage.freeSlotCount).toBeGreaterThan((free[1] as number) + 50);
});

test('a log that cannot be made durable: the old image stands', async () => {
  const disk = new FaultyDisk();
  const storage = openWithPages(disk, 5);
  await storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob });
  const logDurable = (): Promise<void> => Promise.reject(new Error('no log'));
  await expect(storage.checkpoint({ lsn: 2 as Lsn, blob: noBlob, logDurable })).rejects.toThrow('no log');
  expect(PageStorage.open(disk.afterCrash(1), { poolBytes }).lastCheckpoint.lsn).toBe(1);
  await storage.checkpoint({ lsn: 3 as Lsn, blob: noBlob });
  expect(PageStorage.open(disk.afterCrash(1), { poolBytes }).lastCheckpoint.lsn).toBe(3);
});

test('a paced checkpoint leaves time between its writes, until somebody is in a hurry', async () => {
  const storage = openWithPages(new FaultyDisk(), 60);
  let finished = false;
  const checkpoint = storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob, durationMs: 3_600_000 });
  void checkpoint.then(() => (finished = true));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(finished).toBe(false);
  storage.hurryCheckpoint();
  await checkpoint;
});

test('two writes of one checkpoint are never in flight at a time, and none is bigger than 1 MB', async () => {
  const disk = new FaultyDisk();
  const storage = PageStorage.open(disk, { poolBytes: 2000 * pageBytes });
  storage.createSpace(space);
  for (let i = 0; i < 600; i++) addPage(storage, i);
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
  disk.inFlightMax = 0;
  await storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob });
  expect(disk.inFlightMax).toBe(1);
  expect(disk.asyncWriteBytesMax).toBe(1024 * 1024);
});

describe('the root', () => {
  test.each([0, 1, 8000, 8127, 8128, 8129, 100_000, 2_000_000])('keeps a blob of %i bytes', async (length) => {
    const disk = new FaultyDisk();
    const storage = openWithPages(disk, 3);
    const blob = Uint8Array.from({ length }, (_, index) => index * 7);
    await storage.checkpoint({ lsn: 1 as Lsn, blob });
    await storage.checkpoint({ lsn: 2 as Lsn, blob });
    const reopened = PageStorage.open(disk.afterCrash(1), { poolBytes });
    expect(Buffer.from(reopened.lastCheckpoint.blob).equals(blob)).toBe(true);
    expect(reopened.freeSlotCount).toBe(storage.freeSlotCount);
  });

  test('refuses a blob beyond its limit; the old image stands', async () => {
    const storage = openWithPages(new FaultyDisk(), 3);
    await storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob });
    const free = storage.freeSlotCount;
    await expect(storage.checkpoint({ lsn: 2 as Lsn, blob: new Uint8Array(9_000_000) })).rejects.toThrow('is too big');
    expect(storage.lastCheckpoint.lsn).toBe(1);
    expect(storage.freeSlotCount).toBe(free);
  });
});

test('a space whose map has two levels, half of it freed again', async () => {
  const disk = new FaultyDisk();
  const storage = openWithPages(disk, 2500);
  await storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob });
  for (let page = 1; page <= 2500; page += 2) storage.pool.freeUnread(space, page as PageNumber);
  await storage.checkpoint({ lsn: 2 as Lsn, blob: noBlob });
  const reopened = PageStorage.open(disk.afterCrash(1), { poolBytes });
  expect(reopened.pageCountOf(space)).toBe(1250);
  expect(reopened.freeSlotCount).toBe(storage.freeSlotCount);
  for (let page = 2; page <= 2500; page += 2) {
    const frame = reopened.pool.pin(space, page as PageNumber);
    expect(reopened.pool.view.getUint32(frame * pageBytes + 100, true)).toBe(page - 1);
    reopened.pool.unpin(frame);
  }
  const frame = reopened.pool.allocate(space, 1 as TreeId);
  expect(reopened.pool.pageNumberOf(frame)).toBe(1);
});

test('a fatal error is not followed by another checkpoint', async () => {
  let failing = false;
  const disk = new FaultyDisk({ fail: ({ kind }) => (failing && kind === 'flush' ? 'EIO' : undefined) });
  const storage = openWithPages(disk, 200);
  failing = true;
  await expect(storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob })).rejects.toThrow('could not flush file');
  failing = false;
  await expect(storage.checkpoint({ lsn: 2 as Lsn, blob: noBlob })).rejects.toThrow('could not flush file');
});
