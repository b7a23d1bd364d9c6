/**
 * The root of an image: where the map of each space begins, and a blob in which the floors above keep what they need at C
 * (active transactions, purge position). Encoded as bytes
 *
 *   SIZE  FIELD
 *      4  number of spaces, then for each:
 *      4    space
 *      4    page count
 *      4    level, slot and crc of its top map page, 4 bytes each
 *      8
 *      4  length of the blob, then the blob
 *
 * which lie in the root page if they fit, else in further pages that the root page lists as a map page does.
 *
 *   OFFSET SIZE  ROOT PAGE (page number 0, level 0; the pages it lists: 1, 2, …)
 *       48    4  bytes in all
 *       64    …  the bytes, or u32 slot, u32 crc per page
 */
import { ByteWriter } from '../common/byte-writer.ts';
import type { PageNumber, SpaceId, TreeId } from '../common/ids.ts';
import { sqlState, SqlError } from '../common/sql-error.ts';
import { ImageBatch } from './image-batch.ts';
import type { PageFile } from './page-file.ts';
import { entriesPerMapPage, mapEntriesOffset, type SpaceRoot } from './page-map.ts';
import { pageBytes, pageHeaderBytes, pageType, setIdentity, setPageType } from './page.ts';

const lengthOffset = pageHeaderBytes;
const payloadOffset = mapEntriesOffset;
const payloadBytes = pageBytes - payloadOffset;
const rootBytesMax = entriesPerMapPage * payloadBytes;

export interface CheckpointRoot {
  readonly spaces: readonly SpaceRoot[];
  readonly blob: Uint8Array;
}

/** Where a root was written: its page first, then the pages it lists. */
export interface WrittenRoot {
  readonly slots: readonly number[];
  readonly crc: number;
}

export async function writeRoot(file: PageFile, root: CheckpointRoot): Promise<WrittenRoot> {
  const bytes = encodeRoot(root);
  if (bytes.length > rootBytesMax) {
    throw new SqlError(sqlState.programLimitExceeded, `checkpoint state of ${bytes.length} bytes is too big`);
  }
  const slots: number[] = [];
  try {
    const listed = bytes.length <= payloadBytes ? undefined : await writeListedPages(file, bytes, slots);
    const batch = new ImageBatch(1);
    fillRootPage(batch, 0, listed ?? bytes, bytes.length);
    await writeBatch(file, batch, slots);
    return { slots: [slots.at(-1) as number, ...slots.slice(0, -1)], crc: batch.crcs[0] as number };
  } catch (error) {
    for (const slot of slots) file.slots.releaseNow(slot);
    throw error;
  }
}

async function writeListedPages(file: PageFile, bytes: Uint8Array, slots: number[]): Promise<Uint8Array> {
  const list = new ByteWriter();
  const batch = new ImageBatch(Math.ceil(bytes.length / payloadBytes));
  for (let offset = 0, page = 1; offset < bytes.length; offset += payloadBytes, page++) {
    fillRootPage(batch, page, bytes.subarray(offset, offset + payloadBytes), bytes.length);
    if (!batch.isFull && offset + payloadBytes < bytes.length) continue;
    await writeBatch(file, batch, slots);
    for (let image = 0; image < batch.count; image++) {
      list.uint32LE(batch.slots[image] as number);
      list.uint32LE(batch.crcs[image] as number);
    }
    batch.clear();
  }
  return list.written();
}

function fillRootPage(batch: ImageBatch, page: number, payload: Uint8Array, totalBytes: number): void {
  const base = batch.next();
  batch.bytes.fill(0, base, base + pageBytes);
  setPageType(batch.view, base, pageType.root);
  setIdentity(batch.view, base, 0 as SpaceId, page as PageNumber, 0 as TreeId);
  batch.view.setUint32(base + lengthOffset, totalBytes, true);
  batch.bytes.set(payload, base + payloadOffset);
}

async function writeBatch(file: PageFile, batch: ImageBatch, slots: number[]): Promise<void> {
  batch.assignSlots(file);
  for (let image = 0; image < batch.count; image++) slots.push(batch.slots[image] as number);
  await batch.write(file);
}

/** Reads a root and counts its slots as used. */
export function readRoot(file: PageFile, slot: number, crc: number): { root: CheckpointRoot; slots: number[] } {
  const slots = [slot];
  const first = readRootPage(file, slot, crc, 0);
  const view = new DataView(first.buffer, first.byteOffset, first.length);
  const totalBytes = view.getUint32(lengthOffset, true);
  const bytes = new Uint8Array(totalBytes);
  if (totalBytes <= payloadBytes) {
    bytes.set(first.subarray(payloadOffset, payloadOffset + totalBytes));
  } else {
    for (let offset = 0, page = 1; offset < totalBytes; offset += payloadBytes, page++) {
      const entry = payloadOffset + (page - 1) * 8;
      slots.push(view.getUint32(entry, true));
      const listed = readRootPage(file, view.getUint32(entry, true), view.getUint32(entry + 4, true), page);
      bytes.set(listed.subarray(payloadOffset, payloadOffset + Math.min(payloadBytes, totalBytes - offset)), offset);
    }
  }
  for (const used of slots) file.slots.addReference(used);
  return { root: decodeRoot(bytes), slots };
}

function readRootPage(file: PageFile, slot: number, crc: number, page: number): Uint8Array {
  const bytes = new Uint8Array(pageBytes);
  const view = new DataView(bytes.buffer);
  file.readSync(slot, bytes, view, 0, { space: 0 as SpaceId, page: page as PageNumber, crc });
  return bytes;
}

function encodeRoot({ spaces, blob }: CheckpointRoot): Uint8Array {
  const writer = new ByteWriter();
  writer.uint32LE(spaces.length);
  for (const root of spaces) {
    for (const field of [root.space, root.pageCount, root.topLevel, root.topSlot, root.topCrc]) writer.uint32LE(field);
  }
  writer.uint32LE(blob.length);
  writer.copy(blob);
  return writer.written();
}

function decodeRoot(bytes: Uint8Array): CheckpointRoot {
  const view = new DataView(bytes.buffer);
  const spaces: SpaceRoot[] = [];
  let at = 4;
  for (let left = view.getUint32(0, true); left > 0; left--) {
    const field = (index: number): number => view.getUint32(at + 4 * index, true);
    spaces.push({
      space: field(0) as SpaceId,
      pageCount: field(1),
      topLevel: field(2),
      topSlot: field(3),
      topCrc: field(4),
    });
    at += 20;
  }
  const blobBytes = view.getUint32(at, true);
  return { spaces, blob: bytes.slice(at + 4, at + 4 + blobBytes) };
}
