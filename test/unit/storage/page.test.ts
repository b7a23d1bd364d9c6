import { expect, test } from 'vitest';
import type { PageNumber, SpaceId, TreeId, Xid } from '../../../src/common/ids.ts';
import * as page from '../../../src/storage/page.ts';

const base = page.pageBytes;

function twoPages(): { bytes: Uint8Array; view: DataView } {
  const bytes = new Uint8Array(2 * page.pageBytes);
  return { bytes, view: new DataView(bytes.buffer) };
}

test('every header field keeps its value beside all the others', () => {
  const { view } = twoPages();
  page.setPageType(view, base, page.pageType.leaf);
  page.setLevel(view, base, 3);
  page.setSlotCount(view, base, 1001);
  page.setFreeStart(view, base, 2002);
  page.setFreeEnd(view, base, 8192);
  page.setGarbageBytes(view, base, 4004);
  page.setDeleteMarks(view, base, 505);
  page.setLeftSibling(view, base, 0xffff_fff0 as PageNumber);
  page.setRightSibling(view, base, 7 as PageNumber);
  page.setMaxXid(view, base, (2 ** 48 - 2) as Xid);
  page.setIdentity(view, base, 4_000_000_000 as SpaceId, 0xffff_fffe as PageNumber, 9 as TreeId);
  expect(page.getPageType(view, base)).toBe(page.pageType.leaf);
  expect(page.getLevel(view, base)).toBe(3);
  expect(page.getSlotCount(view, base)).toBe(1001);
  expect(page.getFreeStart(view, base)).toBe(2002);
  expect(page.getFreeEnd(view, base)).toBe(8192);
  expect(page.getGarbageBytes(view, base)).toBe(4004);
  expect(page.getDeleteMarks(view, base)).toBe(505);
  expect(page.getLeftSibling(view, base)).toBe(0xffff_fff0);
  expect(page.getRightSibling(view, base)).toBe(7);
  expect(page.getMaxXid(view, base)).toBe(2 ** 48 - 2);
  expect(page.getPageSpace(view, base)).toBe(4_000_000_000);
  expect(page.getPageNumber(view, base)).toBe(0xffff_fffe);
  expect(page.getPageTree(view, base)).toBe(9);
});

test('the checksum covers every byte but its own', () => {
  const { bytes, view } = twoPages();
  const crc = page.sealPage(bytes, view, base);
  expect(page.getStoredCrc(view, base)).toBe(crc);
  for (const offset of [4, 5, 47, 48, 4096, 8191]) {
    bytes[base + offset]! ^= 1;
    expect(page.computeCrc(bytes, base)).not.toBe(crc);
    bytes[base + offset]! ^= 1;
  }
  bytes[0] = 1;
  expect(page.computeCrc(bytes, base)).toBe(crc);
});
