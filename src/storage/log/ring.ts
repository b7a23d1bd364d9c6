/**
 * The log's tail in memory. Appending is a copy into this ring; flushing writes sealed blocks from it; reading recent row
 * versions looks here first. The ring is a mirror of the log stream: the byte at LSN p lies at p modulo its size, and its
 * size is a whole number of segments, so what does not cross a segment does not cross the ring's edge either.
 *
 *   … older, in files only │ written, still here │ sealed blocks │ open block ▒▒▒ append │ free …
 *                          append - size          durable                blockStart      │
 *
 * The memory is shared so that other threads may read row versions from it too.
 */
import type { Lsn, Xid } from '../../common/ids.ts';
import { assert } from '../../common/assert.ts';
import {
  alignBlock,
  blockEndsSegment,
  blockHeaderBytes,
  blockLength,
  checksumBlock,
  writeBlockHeader,
} from './block.ts';
import { recordHeaderBytes, writeRecord } from './record.ts';

export interface RingOptions {
  readonly ringBytes: number;
  readonly segmentBytes: number;
  /** Longest block; also bounds how long one write to the disk takes. */
  readonly blockBytesMax: number;
  /** Start value of block checksums. */
  readonly salt: number;
}

export class LogRing {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #options: RingOptions;
  readonly #size: number;
  /** Positions before this were never in this ring. */
  #floor: number;
  #epoch: number;
  #append: number;
  #blockStart: number;
  #segmentEnd: number;
  /** Ring offset of position p is p - lapStart, for all p of the open block. */
  #lapStart: number;

  /** Starts with an open, empty block at `start`, which must be a place for a block. */
  constructor(options: RingOptions, start: Lsn, epoch: number) {
    assert(options.ringBytes % options.segmentBytes === 0, 'LOG-1: the ring is a whole number of segments');
    this.#options = options;
    this.#size = options.ringBytes;
    this.bytes = new Uint8Array(new SharedArrayBuffer(options.ringBytes));
    this.view = new DataView(this.bytes.buffer);
    this.#epoch = epoch;
    this.#floor = start;
    this.#append = 0;
    this.#blockStart = 0;
    this.#segmentEnd = 0;
    this.#lapStart = 0;
    this.#openBlock(start);
  }

  /** Where the next record goes, unless a block or segment ends before it. Greater than every record's LSN. */
  get appendLsn(): Lsn {
    return this.#append as Lsn;
  }

  /** Start of the block that still takes records. */
  get blockStart(): Lsn {
    return this.#blockStart as Lsn;
  }

  get hasOpenRecords(): boolean {
    return this.#append > this.#blockStart + blockHeaderBytes;
  }

  /** Longest record the log takes. */
  get recordBytesMax(): number {
    return Math.min(this.#options.blockBytesMax, this.#options.segmentBytes) - blockHeaderBytes - 8;
  }

  /** Position behind which `bytes` more in records, of any sizes, surely end. */
  reach(bytes: number): Lsn {
    // Twice: where a record does not fit, the rest of the segment is lost, and that rest is shorter than the record.
    return (this.#append + 2 * (bytes + blockHeaderBytes + 8)) as Lsn;
  }

  /** Whether the bytes at `lsn` are here (for a position below `appendLsn`). */
  contains(lsn: Lsn): boolean {
    return lsn >= this.#floor && lsn >= this.#append - this.#size;
  }

  offsetOf(lsn: Lsn): number {
    return lsn >= this.#lapStart ? lsn - this.#lapStart : lsn % this.#size;
  }

  /** Copies a record to the end of the log; the caller has made sure of the room. */
  append(kind: number, xid: Xid, previous: Lsn, body: Uint8Array, start: number, end: number): Lsn {
    const length = recordHeaderBytes + end - start;
    if (this.#append + length - this.#blockStart > this.#options.blockBytesMax) this.#closeBlock(false);
    // Also a block just opened may have too little of the segment before it.
    if (this.#append + length > this.#segmentEnd) this.#closeBlock(true);
    const lsn = this.#append as Lsn;
    writeRecord(this.bytes, this.view, lsn - this.#lapStart, lsn, kind, xid, previous, body, start, end);
    this.#append = lsn + length;
    return lsn;
  }

  /** Closes the open block if it has records, so that it can be written. */
  seal(): void {
    if (this.hasOpenRecords) this.#closeBlock(false);
  }

  #closeBlock(endsSegment: boolean): void {
    const next = alignBlock(this.#append);
    const lastOfSegment = endsSegment || next + blockHeaderBytes + recordHeaderBytes > this.#segmentEnd;
    const offset = this.#blockStart - this.#lapStart;
    const length = this.#append - this.#blockStart;
    writeBlockHeader(this.view, offset, this.#blockStart as Lsn, this.#epoch, length, lastOfSegment);
    if (!lastOfSegment) this.bytes.fill(0, offset + length, next - this.#lapStart);
    this.#openBlock(lastOfSegment ? this.#segmentEnd : next);
  }

  #openBlock(start: number): void {
    const { segmentBytes } = this.#options;
    this.#blockStart = start;
    this.#append = start + blockHeaderBytes;
    this.#segmentEnd = (Math.floor(start / segmentBytes) + 1) * segmentBytes;
    this.#lapStart = Math.floor(start / this.#size) * this.#size;
  }

  /** Bytes of the sealed block at `lsn`, its checksum filled in, ready for the disk. */
  sealedBlock(lsn: Lsn): Uint8Array {
    const offset = this.offsetOf(lsn);
    checksumBlock(this.bytes, this.view, offset, this.#options.salt);
    return this.bytes.subarray(offset, offset + blockLength(this.view, offset));
  }

  /** Start of the block behind the sealed one at `lsn`. */
  blockAfter(lsn: Lsn): Lsn {
    const offset = this.offsetOf(lsn);
    const { segmentBytes } = this.#options;
    if (blockEndsSegment(this.view, offset)) return ((Math.floor(lsn / segmentBytes) + 1) * segmentBytes) as Lsn;
    return alignBlock(lsn + blockLength(this.view, offset));
  }
}
