/**
 * The log's unit of writing: each flush writes one block, and the next block is written only when this one is durable. So a
 * crash can spoil the last block and no other, and a valid block behind a spoilt one means damage, not the end (LOG-1).
 *
 * The header's bytes are part of the position space: block at LSN b, its first record at b + 32.
 *
 *   OFFSET  SIZE  DESCRIPTION (little-endian)
 *        0     4  magic "HLOG"; larger than any record's length
 *        4     4  CRC-32 of bytes 8 … length, started from the log's salt (the low half of the system id)
 *        8     8  the block's own LSN
 *       16     4  epoch: counts the openings of the log for writing; never falls from one block to the next
 *       20     4  length in bytes, header included
 *       24     4  flags: 1 = the last block of its segment, go on in the next
 *       28     4  0
 *
 * Blocks start at multiples of 8 and never cross a segment; records never cross a block. Between the end of a block and the
 * start of the next lie up to 7 bytes of zero, or the unused rest of the segment.
 */
import { crc32 } from 'node:zlib';
import type { Lsn } from '../../common/ids.ts';

export const blockHeaderBytes = 32;
export const blockAlignment = 8;
const blockMagic = 0x474f_4c48;

const flagEndsSegment = 1;
const twoTo32 = 0x1_0000_0000;

/** Where the block behind one that ends at `end` starts. */
export function alignBlock(end: number): Lsn {
  return (Math.ceil(end / blockAlignment) * blockAlignment) as Lsn;
}

/** Fills the header of a block; the checksum comes later, by checksumBlock. */
export function writeBlockHeader(
  view: DataView,
  offset: number,
  lsn: Lsn,
  epoch: number,
  length: number,
  endsSegment: boolean,
): void {
  view.setUint32(offset, blockMagic, true);
  view.setUint32(offset + 8, lsn % twoTo32, true);
  view.setUint32(offset + 12, lsn / twoTo32, true);
  view.setUint32(offset + 16, epoch, true);
  view.setUint32(offset + 20, length, true);
  view.setUint32(offset + 24, endsSegment ? flagEndsSegment : 0, true);
  view.setUint32(offset + 28, 0, true);
}

export function checksumBlock(bytes: Uint8Array, view: DataView, offset: number, salt: number): void {
  view.setUint32(offset + 4, blockCrc(bytes, view, offset, salt), true);
}

function blockCrc(bytes: Uint8Array, view: DataView, offset: number, salt: number): number {
  return crc32(bytes.subarray(offset + 8, offset + blockLength(view, offset)), salt);
}

export function blockLength(view: DataView, offset: number): number {
  return view.getUint32(offset + 20, true);
}

export function blockEpoch(view: DataView, offset: number): number {
  return view.getUint32(offset + 16, true);
}

export function blockEndsSegment(view: DataView, offset: number): boolean {
  return (view.getUint32(offset + 24, true) & flagEndsSegment) !== 0;
}

/** Whether a header at `offset` claims to be the block that belongs at `lsn` and to end by `limit`; looks at no checksum. */
export function claimsToBeBlock(view: DataView, offset: number, limit: number, lsn: Lsn): boolean {
  if (offset + blockHeaderBytes > limit || view.getUint32(offset, true) !== blockMagic) return false;
  if (view.getUint32(offset + 12, true) * twoTo32 + view.getUint32(offset + 8, true) !== lsn) return false;
  const length = blockLength(view, offset);
  return length >= blockHeaderBytes && offset + length <= limit;
}

/** Whether a whole, intact block for `lsn` starts at `offset`. */
export function isIntactBlock(
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  limit: number,
  lsn: Lsn,
  salt: number,
): boolean {
  return (
    claimsToBeBlock(view, offset, limit, lsn) &&
    view.getUint32(offset + 4, true) === blockCrc(bytes, view, offset, salt)
  );
}
