/** The replacement policy seen from outside: which pages had to be read again. */
import { expect, test } from 'vitest';
import type { PageNumber, SpaceId, TreeId } from '../../../src/common/ids.ts';
import { PageStorage } from '../../../src/storage/page-storage.ts';
import { pageBytes } from '../../../src/storage/page.ts';
import { FaultyDisk } from '../../crash/faulty-disk.ts';

const space = 0 as SpaceId;
const frames = 100;

function storageWithPages(count: number): PageStorage {
  const storage = PageStorage.open(new FaultyDisk(), { poolBytes: frames * pageBytes });
  storage.createSpace(space);
  for (let i = 0; i < count; i++) {
    const frame = storage.pool.allocate(space, 1 as TreeId);
    storage.pool.done(frame);
    storage.pool.unpin(frame);
  }
  return storage;
}

function touch(storage: PageStorage, first: number, count: number): number {
  const before = storage.pool.readCount;
  for (let page = first; page < first + count; page++) storage.pool.unpin(storage.pool.pin(space, page as PageNumber));
  return storage.pool.readCount - before;
}

test('a scan of many poolfuls leaves the pages in regular use in memory', () => {
  const storage = storageWithPages(2000);
  for (let round = 0; round < 4; round++) touch(storage, 1, 60);
  expect(touch(storage, 1, 60)).toBe(0);
  touch(storage, 200, 1800);
  expect(touch(storage, 1, 60)).toBe(0);
});

test('so does one whose pages are pinned several times in a row', () => {
  const storage = storageWithPages(1000);
  for (let round = 0; round < 4; round++) touch(storage, 1, 60);
  for (let page = 100; page < 1000; page++) for (let pin = 0; pin < 5; pin++) touch(storage, page, 1);
  expect(touch(storage, 1, 60)).toBe(0);
});

test('a new working set that fits takes over within a few rounds', () => {
  const storage = storageWithPages(1000);
  for (let round = 0; round < 5; round++) touch(storage, 1, 80);
  for (let round = 0; round < 6; round++) touch(storage, 500, 70);
  expect(touch(storage, 500, 70)).toBe(0);
});

test('all frames pinned: refused with 53200, and nothing is lost', () => {
  const storage = storageWithPages(200);
  for (let page = 1; page <= frames; page++) storage.pool.pin(space, page as PageNumber);
  expect(() => storage.pool.pin(space, 150 as PageNumber)).toThrow('no unpinned buffers available');
  storage.pool.unpin(storage.pool.frames.find(space, 17 as PageNumber));
  const frame = storage.pool.pin(space, 150 as PageNumber);
  expect(storage.pool.pageNumberOf(frame)).toBe(150);
});
