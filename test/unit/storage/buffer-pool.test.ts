import { beforeEach, describe, expect, test } from 'vitest';
import type { Lsn, PageNumber, SpaceId, TreeId } from '../../../src/common/ids.ts';
import type { BufferPool } from '../../../src/storage/buffer-pool.ts';
import { frameWord, frameWordShift } from '../../../src/storage/frame-table.ts';
import { PageStorage } from '../../../src/storage/page-storage.ts';
import { getPageNumber, getPageSpace, getPageTree, pageBytes } from '../../../src/storage/page.ts';
import { FaultyDisk } from '../../crash/faulty-disk.ts';

const space = 5 as SpaceId;
const tree = 3 as TreeId;
const noBlob = new Uint8Array();

let disk: FaultyDisk;
let storage: PageStorage;
let pool: BufferPool;

beforeEach(() => {
  disk = new FaultyDisk();
  storage = PageStorage.open(disk, { poolBytes: 32 * pageBytes });
  storage.createSpace(space);
  pool = storage.pool;
});

/** A page with one number in it. */
function newPage(content: number): PageNumber {
  const frame = pool.allocate(space, tree);
  pool.view.setUint32(frame * pageBytes + 100, content, true);
  pool.done(frame);
  pool.unpin(frame);
  return pool.pageNumberOf(frame);
}

function contentOf(page: PageNumber, of: SpaceId = space): number {
  const frame = pool.pin(of, page);
  const content = pool.view.getUint32(frame * pageBytes + 100, true);
  pool.unpin(frame);
  return content;
}

function change(page: PageNumber, content: number, of: SpaceId = space): void {
  const frame = pool.pin(of, page);
  pool.modify(frame);
  pool.view.setUint32(frame * pageBytes + 100, content, true);
  pool.done(frame);
  pool.unpin(frame);
}

function evictEverything(): void {
  const pages = Array.from({ length: 200 }, () => newPage(0));
  for (const page of pages) pool.freeUnread(space, page);
}

function versionOf(frame: number): number {
  return pool.frames.headers[(frame << frameWordShift) + frameWord.version]!;
}

test('a new space begins with page 1; a new page is zeroed and says whose it is', () => {
  evictEverything();
  const frame = pool.allocate(space, tree);
  const base = frame * pageBytes;
  expect(pool.pageNumberOf(frame)).toBe(1);
  expect(getPageNumber(pool.view, base)).toBe(1);
  expect(getPageTree(pool.view, base)).toBe(tree);
  expect(getPageSpace(pool.view, base)).toBe(space);
  expect(pool.bytes.subarray(base + 48, base + pageBytes).every((byte) => byte === 0)).toBe(true);
});

test('evicted pages come back as they were, and new contents replace old ones', () => {
  const pages = Array.from({ length: 100 }, (_, index) => newPage(index));
  for (const [index, page] of pages.entries()) expect(contentOf(page)).toBe(index);
  for (const [index, page] of pages.entries()) change(page, index + 1000);
  evictEverything();
  for (const [index, page] of pages.entries()) expect(contentOf(page)).toBe(index + 1000);
});

describe('pins', () => {
  test('a pinned page stays in its frame', () => {
    const page = newPage(7);
    const frame = pool.pin(space, page);
    evictEverything();
    expect(pool.pin(space, page)).toBe(frame);
    expect(contentOf(page)).toBe(7);
  });

  test('an unpin too many is an invariant error', () => {
    const frame = pool.pin(space, newPage(1));
    pool.unpin(frame);
    expect(() => pool.unpin(frame)).toThrow('POOL-3');
  });

  test('a page that does not exist, in a space that does not', () => {
    expect(() => pool.pin(space, 99 as PageNumber)).toThrow('page 99 of space 5 does not exist');
    expect(() => pool.pin(space, 5000 as PageNumber)).toThrow('page 5000 of space 5 does not exist');
    expect(() => pool.pin(8 as SpaceId, 1 as PageNumber)).toThrow('page space 8 does not exist');
  });
});

describe('the version counter (POOL-1)', () => {
  test('is odd exactly between modify and done, nested too, and never comes back', () => {
    const frame = pool.pin(space, newPage(1));
    const before = versionOf(frame);
    expect(before % 2).toBe(0);
    pool.modify(frame);
    pool.modify(frame);
    pool.done(frame);
    expect(versionOf(frame)).toBe(before + 1);
    pool.done(frame);
    expect(versionOf(frame)).toBe(before + 2);
  });

  test('is odd for a new page until done, and for a frame that lost its page', () => {
    const frame = pool.allocate(space, tree);
    expect(versionOf(frame) % 2).toBe(1);
    pool.done(frame);
    expect(versionOf(frame) % 2).toBe(0);
    const before = versionOf(frame);
    pool.free(frame);
    expect(versionOf(frame)).toBe(before + 1);
  });

  test('grows when a frame changes hands', () => {
    const frame = pool.pin(space, newPage(1));
    const before = versionOf(frame);
    pool.unpin(frame);
    evictEverything();
    expect(versionOf(frame)).toBeGreaterThan(before);
  });
});

describe('free', () => {
  test('gives the number back, lowest first', () => {
    const pages = Array.from({ length: 5 }, (_, index) => newPage(index));
    pool.freeUnread(space, pages[3]!);
    pool.free(pool.pin(space, pages[1]!));
    expect(storage.pageCountOf(space)).toBe(3);
    expect(newPage(50)).toBe(pages[1]);
    expect(newPage(51)).toBe(pages[3]);
    expect(contentOf(pages[1]!)).toBe(50);
  });

  test('leaves the bytes to those who still have it pinned, while its number lives on elsewhere', () => {
    const page = newPage(42);
    const resting = pool.pin(space, page);
    pool.free(pool.pin(space, page));
    expect(newPage(43)).toBe(page);
    evictEverything();
    expect(pool.view.getUint32(resting * pageBytes + 100, true)).toBe(42);
    expect(contentOf(page)).toBe(43);
    pool.unpin(resting);
    evictEverything();
    expect(contentOf(page)).toBe(43);
  });

  test('ends all changes to the page', () => {
    const page = newPage(1);
    const [resting, freed] = [pool.pin(space, page), pool.pin(space, page)];
    pool.free(freed);
    expect(() => pool.modify(resting)).toThrow('POOL-3');
  });

  test('twice is an invariant error', () => {
    const page = newPage(1);
    const [first, second] = [pool.pin(space, page), pool.pin(space, page)];
    pool.free(first);
    expect(() => pool.free(second)).toThrow('POOL-4');
  });
});

describe('while a checkpoint runs', () => {
  test('pages changed, freed and evicted meanwhile are in the image as they were at its freeze', async () => {
    const pages = Array.from({ length: 30 }, (_, index) => newPage(index));
    const checkpoint = storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob });
    change(pages[0]!, 500);
    pool.freeUnread(space, pages[1]!);
    evictEverything();
    change(pages[2]!, 502);
    const recycled = newPage(503);
    expect(recycled).toBe(pages[1]);
    await checkpoint;
    expect(contentOf(pages[0]!)).toBe(500);
    expect(contentOf(pages[2]!)).toBe(502);
    expect(contentOf(recycled)).toBe(503);
    pool = PageStorage.open(disk.afterCrash(1), { poolBytes: 32 * pageBytes }).pool;
    for (const [index, page] of pages.entries()) expect(contentOf(page)).toBe(index);
  });

  test('old images put aside beyond the limit are written on the spot', async () => {
    const pages = Array.from({ length: 30 }, (_, index) => newPage(index));
    const checkpoint = storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob });
    for (const page of pages) change(page, 900);
    expect(pool.staged.count).toBeLessThanOrEqual(8);
    await checkpoint;
    pool = PageStorage.open(disk.afterCrash(1), { poolBytes: 32 * pageBytes }).pool;
    for (const [index, page] of pages.entries()) expect(contentOf(page)).toBe(index);
  });

  test('a second one is an invariant error, afterwards it is not', async () => {
    const first = storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob });
    await expect(storage.checkpoint({ lsn: 2 as Lsn, blob: noBlob })).rejects.toThrow('CKPT-2');
    await first;
    await storage.checkpoint({ lsn: 3 as Lsn, blob: noBlob });
    expect(storage.lastCheckpoint.lsn).toBe(3);
  });
});

describe('spaces', () => {
  const branch = 6 as SpaceId;

  test('a branch has the pages of its template and goes its own way', () => {
    const pages = Array.from({ length: 40 }, (_, index) => newPage(index));
    storage.branchSpace(space, branch);
    change(pages[0]!, 700);
    change(pages[1]!, 701, branch);
    pool.freeUnread(branch, pages[2]!);
    evictEverything();
    expect(contentOf(pages[0]!)).toBe(700);
    expect(contentOf(pages[0]!, branch)).toBe(0);
    expect(contentOf(pages[1]!)).toBe(1);
    expect(contentOf(pages[1]!, branch)).toBe(701);
    expect(contentOf(pages[2]!)).toBe(2);
    expect(storage.pageCountOf(branch)).toBe(39);
  });

  test('a branch costs no slots but those of its map; dropped, it leaves none behind', async () => {
    for (let index = 0; index < 40; index++) newPage(index);
    await storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob });
    const before = storage.freeSlotCount;
    storage.branchSpace(space, branch);
    await storage.checkpoint({ lsn: 2 as Lsn, blob: noBlob });
    expect(before - storage.freeSlotCount).toBe(1);
    storage.dropSpace(branch);
    await storage.checkpoint({ lsn: 3 as Lsn, blob: noBlob });
    expect(storage.freeSlotCount).toBe(before);
  });

  test.each([1, 2, 3, 4])(
    'a branch made while a checkpoint writes does not depend on how that ends, %i',
    async (seed) => {
      let failing = false;
      disk = new FaultyDisk({ seed, fail: ({ kind }) => (failing && kind === 'write' ? 'EIO' : undefined) });
      storage = PageStorage.open(disk, { poolBytes: 32 * pageBytes });
      storage.createSpace(space);
      pool = storage.pool;
      const pages = Array.from({ length: 4 }, (_, index) => newPage(index));
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
      const checkpoint = storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob, logDurable: () => Promise.resolve() });
      failing = true;
      await Promise.resolve();
      await Promise.resolve();
      expect(disk.inFlight).toBe(1);
      failing = false;
      storage.branchSpace(space, branch);
      await expect(checkpoint).rejects.toThrow('could not write file');
      evictEverything();
      for (const [index, page] of pages.entries()) expect(contentOf(page, branch)).toBe(index);
      for (const [index, page] of pages.entries()) expect(contentOf(page)).toBe(index);
    },
  );

  test('the pages of a dropped space are gone, also those in memory and pinned', () => {
    const page = newPage(1);
    const resting = pool.pin(space, page);
    storage.dropSpace(space);
    expect(() => pool.pin(space, page)).toThrow('page space 5 does not exist');
    expect(pool.dirtyCount).toBe(0);
    pool.unpin(resting);
    storage.createSpace(space);
    expect(newPage(9)).toBe(1);
    expect(contentOf(1 as PageNumber)).toBe(9);
  });
});

test('prefetched pages arrive, and stale ones do not', async () => {
  const pages = Array.from({ length: 100 }, (_, index) => newPage(index));
  await storage.checkpoint({ lsn: 1 as Lsn, blob: noBlob });
  pool.prefetch(space, pages.slice(0, 8));
  change(pages[0]!, 800);
  for (let turn = 0; turn < 8; turn++) await new Promise((resolve) => setImmediate(resolve));
  const reads = pool.readCount;
  for (const [index, page] of pages.slice(1, 8).entries()) expect(contentOf(page)).toBe(index + 1);
  expect(contentOf(pages[0]!)).toBe(800);
  expect(pool.readCount).toBe(reads);
});
