/** Damage on disk is always noticed and never served: flipped bits, misplaced and lost writes, in every slot in use. */
import { expect, test } from 'vitest';
import { type Lsn, type PageNumber, type SpaceId, type TreeId } from '../../src/common/ids.ts';
import { SqlError } from '../../src/common/sql-error.ts';
import { PageStorage } from '../../src/storage/page-storage.ts';
import { pageBytes } from '../../src/storage/page.ts';
import { FaultyDisk, randomFrom } from './faulty-disk.ts';

const path = 'pages/00000';
const spaces = [0, 4] as SpaceId[];
const pageCount = 30;
const poolBytes = 16 * pageBytes;
/** The slots in use are among the first. */
const slotsLookedAt = 300;

/** Two spaces and a blob too big for the root page; every page written twice, so that old images lie about. */
async function populate(): Promise<{ disk: FaultyDisk; slotCount: number; usedCount: number }> {
  const disk = new FaultyDisk();
  const storage = PageStorage.open(disk, { poolBytes });
  for (const space of spaces) {
    storage.createSpace(space);
    for (let i = 0; i < pageCount; i++) {
      const frame = storage.pool.allocate(space, 1 as TreeId);
      storage.pool.done(frame);
      storage.pool.unpin(frame);
    }
  }
  for (const lsn of [1, 2]) {
    for (const space of spaces) for (let page = 1; page <= pageCount; page++) stamp(storage, space, page, lsn);
    await storage.checkpoint({ lsn: lsn as Lsn, blob: new Uint8Array(20_000).fill(lsn) });
  }
  return { disk, slotCount: slotsLookedAt, usedCount: storage.slotCount - storage.freeSlotCount - 1 };
}

function stamp(storage: PageStorage, space: SpaceId, page: number, value: number): void {
  const frame = storage.pool.pin(space, page as PageNumber);
  storage.pool.modify(frame);
  storage.pool.view.setUint32(frame * pageBytes + 200, value * 1000 + page, true);
  storage.pool.done(frame);
  storage.pool.unpin(frame);
}

/** Reads everything; returns the message of the damage found, or '' after checking that all is as it was written. */
function readEverything(disk: FaultyDisk): string {
  try {
    const storage = PageStorage.open(disk.afterCrash(1), { poolBytes });
    expect(storage.lastCheckpoint.blob.every((byte) => byte === 2)).toBe(true);
    for (const space of spaces) {
      for (let page = 1; page <= pageCount; page++) {
        const frame = storage.pool.pin(space, page as PageNumber);
        expect(storage.pool.view.getUint32(frame * pageBytes + 200, true)).toBe(2000 + page);
        storage.pool.unpin(frame);
      }
    }
    return '';
  } catch (error) {
    if (error instanceof SqlError && error.sqlState === 'XX001') return error.message;
    throw error;
  }
}

test('a flipped bit anywhere in a slot in use is reported with file and slot; elsewhere it does not matter', async () => {
  const { disk, slotCount, usedCount } = await populate();
  const random = randomFrom(1);
  let noticed = 0;
  for (let slot = 0; slot < slotCount; slot++) {
    const position = slot * pageBytes + Math.floor(random() * pageBytes);
    const bit = 1 << Math.floor(random() * 8);
    disk.corrupt(path, position, (byte) => byte ^ bit);
    const message = readEverything(disk);
    disk.corrupt(path, position, (byte) => byte ^ bit);
    if (message === '') continue;
    expect(message).toContain(`invalid page in file "${path}", slot ${slot} for page`);
    noticed++;
  }
  expect(noticed).toBe(usedCount);
});

test('an image written over another slot, and an image that was never replaced, are noticed', async () => {
  const { disk, slotCount, usedCount } = await populate();
  const file = disk.openSync(path, 'existingDsync');
  const images: Uint8Array[] = [];
  for (let slot = 0; slot < slotCount; slot++) {
    images.push(new Uint8Array(pageBytes));
    file.readSync(images[slot] as Uint8Array, slot * pageBytes);
  }
  const random = randomFrom(2);
  let noticed = 0;
  for (let slot = 0; slot < slotCount; slot++) {
    const foreign = images[(slot + 1 + Math.floor(random() * (slotCount - 1))) % slotCount] as Uint8Array;
    file.writeSync(foreign, slot * pageBytes);
    if (readEverything(disk) !== '') noticed++;
    file.writeSync(images[slot] as Uint8Array, slot * pageBytes);
  }
  expect(noticed).toBe(usedCount);
});

test('a page file that lost its end is noticed', async () => {
  const { disk } = await populate();
  disk.openSync(path, 'existing').truncateSync(20 * pageBytes);
  disk.openSync(path, 'existing').flushSync();
  expect(readEverything(disk)).toMatch(/slot/);
});
