import { describe, expect, test } from 'vitest';
import type { Lsn, PageNumber, SpaceId, TreeId } from '../../../src/common/ids.ts';
import { layout, prepareDataDirectory } from '../../../src/storage/data-directory.ts';
import { PageFile, verifyImage } from '../../../src/storage/page-file.ts';
import { PageStorage } from '../../../src/storage/page-storage.ts';
import { pageBytes, sealPage, setIdentity } from '../../../src/storage/page.ts';
import { extentSlots } from '../../../src/storage/slot-ledger.ts';
import { FaultyDisk, type FaultyDiskOptions } from '../../crash/faulty-disk.ts';

const path = `${layout.pages}/00000`;
const space = 1 as SpaceId;

function newDisk(options: FaultyDiskOptions = {}): FaultyDisk {
  const disk = new FaultyDisk(options);
  prepareDataDirectory(disk);
  return disk;
}

function sizeOf(disk: FaultyDisk): number {
  return disk.openSync(path, 'existing').sizeSync();
}

test('grows by zero-filled extents, before the slots are handed out', () => {
  const disk = newDisk();
  const file = new PageFile(disk);
  file.ensureFree(1000);
  expect(file.slots.freeCount).toBeGreaterThanOrEqual(1000);
  expect(sizeOf(disk)).toBe(file.slots.slotCount * pageBytes);
  expect(file.slots.slotCount % extentSlots).toBe(0);
  expect(new PageFile(disk).slots.slotCount).toBe(file.slots.slotCount);
});

test('slot 0 is never handed out', () => {
  const file = new PageFile(newDisk());
  expect(file.slots.allocateRun(5)).toBe(1);
});

describe('a full disk', () => {
  test('is an error for who insists, an answer for who asks', () => {
    let full = false;
    const file = new PageFile(newDisk({ fail: ({ grows }) => (full && grows ? 'ENOSPC' : undefined) }));
    const before = file.slots.slotCount;
    full = true;
    expect(() => file.ensureFree(1000)).toThrow(`could not write file "${path}": No space left on device`);
    expect(file.tryEnsureFree(1000)).toBe(false);
    expect(file.tryEnsureFree(100)).toBe(true);
    expect(file.slots.slotCount).toBe(before);
    full = false;
    file.ensureFree(1000);
  });

  test('does not strand undo, nor the checkpoint that gives it room (LOG-7)', async () => {
    let full = false;
    const disk = new FaultyDisk({ fail: ({ grows }) => (full && grows ? 'ENOSPC' : undefined) });
    const storage = PageStorage.open(disk, { poolBytes: 32 * pageBytes });
    storage.createSpace(space);
    for (let i = 0; i < 1000; i++) addPage(storage);
    await storage.checkpoint({ lsn: 1 as Lsn, blob: new Uint8Array() });
    full = true;
    expect(() => storage.pool.reserve(10_000)).toThrow('No space left on device');
    let page = 1;
    for (let round = 2; page <= 1000; round++) {
      while (page <= 1000) {
        try {
          storage.pool.reserve(1);
        } catch {
          break;
        }
        change(storage, page++);
      }
      for (let undone = 0; undone < 200; undone++) change(storage, (page + 500 + undone) % 1000 || 1);
      await storage.checkpoint({ lsn: round as Lsn, blob: new Uint8Array() });
      expect(storage.lastCheckpoint.lsn).toBe(round);
    }
  });
});

function addPage(storage: PageStorage): void {
  const frame = storage.pool.allocate(space, 1 as TreeId);
  storage.pool.done(frame);
  storage.pool.unpin(frame);
}

function change(storage: PageStorage, page: number): void {
  const frame = storage.pool.pin(space, page as PageNumber);
  storage.pool.modify(frame);
  storage.pool.done(frame);
  storage.pool.unpin(frame);
}

test('gives free space at its end back once it has not been needed for a while, but keeps some', async () => {
  const disk = new FaultyDisk();
  const storage = PageStorage.open(disk, { poolBytes: 32 * pageBytes });
  storage.createSpace(space);
  addPage(storage);
  storage.createSpace(2 as SpaceId);
  for (let i = 0; i < 6000; i++) {
    const frame = storage.pool.allocate(2 as SpaceId, 1 as TreeId);
    storage.pool.done(frame);
    storage.pool.unpin(frame);
  }
  await storage.checkpoint({ lsn: 1 as Lsn, blob: new Uint8Array() });
  const before = sizeOf(disk);
  storage.dropSpace(2 as SpaceId);
  await storage.checkpoint({ lsn: 2 as Lsn, blob: new Uint8Array() });
  change(storage, 1);
  for (let round = 0; round < 30; round++) await storage.checkpoint({ lsn: 3 as Lsn, blob: new Uint8Array() });
  expect(sizeOf(disk)).toBeLessThan(before / 2);
  expect(sizeOf(disk)).toBe(storage.slotCount * pageBytes);
  for (let i = 0; i < 6000; i++) addPage(storage);
  await storage.checkpoint({ lsn: 4 as Lsn, blob: new Uint8Array() });
  const reopened = PageStorage.open(disk.afterCrash(1), { poolBytes: 32 * pageBytes });
  expect(reopened.pageCountOf(space)).toBe(6001);
  for (let page = 1; page <= 6001; page += 100) reopened.pool.unpin(reopened.pool.pin(space, page as PageNumber));
});

describe('growing ahead', () => {
  test('happens off-thread, and the slots come when they are ready', async () => {
    const file = new PageFile(newDisk());
    const before = file.slots.freeCount;
    file.growAhead(10);
    expect(file.slots.freeCount).toBe(before);
    await file.close();
    expect(file.slots.freeCount).toBeGreaterThan(before + 500);
  });

  test('who cannot wait grows behind it; nothing is handed out before it is ready, or twice', async () => {
    const disk = newDisk();
    const file = new PageFile(disk);
    file.growAhead(10);
    file.ensureFree(400);
    const taken = new Set<number>();
    const takeAll = (): void => {
      while (file.slots.freeCount > 0) {
        const first = file.slots.allocateRun(1000);
        for (let i = 0; i < file.slots.runLength; i++) taken.add(first + i);
      }
    };
    takeAll();
    expect(taken.size).toBeLessThan(600);
    await file.close();
    takeAll();
    expect(taken.size).toBe(file.slots.slotCount - 1);
    expect(sizeOf(disk)).toBe(file.slots.slotCount * pageBytes);
  });

  test('on a full disk is given up for a while', async () => {
    let full = false;
    const file = new PageFile(newDisk({ fail: ({ grows }) => (full && grows ? 'ENOSPC' : undefined) }));
    full = true;
    file.growAhead(10);
    await settled();
    full = false;
    file.growAhead(10);
    await settled();
    expect(file.slots.slotCount).toBe(extentSlots);
    for (let i = 0; i < 2000; i++) file.growAhead(10);
    await settled();
    expect(file.slots.slotCount).toBeGreaterThan(extentSlots);
  });

  test('and shrinking do not meet', async () => {
    const file = new PageFile(newDisk());
    file.ensureFree(5000);
    file.growAhead(10_000);
    expect(file.trim()).toBe(false);
    await settled();
    expect(file.trim()).toBe(true);
  });

  async function settled(): Promise<void> {
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
  }
});

describe('an image that is whole', () => {
  const bytes = new Uint8Array(pageBytes);
  const view = new DataView(bytes.buffer);
  setIdentity(view, 0, space, 7 as PageNumber, 1 as TreeId);
  const crc = sealPage(bytes, view, 0);

  test('is taken when it is the one expected', () => {
    expect(() => verifyImage(9, bytes, view, 0, { space, page: 7 as PageNumber, crc })).not.toThrow();
  });

  test('but older or newer than the map says is a lost write', () => {
    expect(() => verifyImage(9, bytes, view, 0, { space, page: 7 as PageNumber, crc: crc ^ 1 })).toThrow(
      'a lost write',
    );
  });

  test('but of another page is refused even with the right checksum', () => {
    expect(() => verifyImage(9, bytes, view, 0, { space, page: 8 as PageNumber, crc })).toThrow(
      'the slot holds page 7',
    );
  });
});

test('what a crash left of an extent that was being added is filled up', () => {
  const disk = newDisk();
  const file = new PageFile(disk);
  disk.openSync(path, 'existing').writeSync(new Uint8Array(12_345), file.slots.slotCount * pageBytes);
  const again = new PageFile(disk);
  expect(again.slots.slotCount).toBe(file.slots.slotCount);
  again.ensureFree(200);
  expect(sizeOf(disk)).toBe(again.slots.slotCount * pageBytes);
});
