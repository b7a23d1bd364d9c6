/**
 * Goes through the log forward, record by record, from the start of a block. Recovery goes to the valid end and so finds it;
 * purge goes as far as is durable, behind the writers, and finds most of what it reads still in the ring.
 */
import type { Lsn } from '../../common/ids.ts';
import {
  alignBlock,
  blockAlignment,
  blockEndsSegment,
  blockEpoch,
  blockHeaderBytes,
  blockLength,
  claimsToBeBlock,
  isIntactBlock,
} from './block.ts';
import { damaged, formatLsn } from './reader.ts';
import { isIntactRecord, type LogRecord, recordHeaderBytes } from './record.ts';
import type { LogRing } from './ring.ts';
import type { SegmentFiles } from './segments.ts';

const windowBytes = 64 * 1024;
const searchWindowBytes = 1024 * 1024;

/** A log that is being written: where its newest bytes are, and how far they are durable. */
export interface LiveLog {
  readonly ring: LogRing;
  readonly writer: { readonly durableLsn: Lsn };
}

export class LogCursor {
  readonly #segments: SegmentFiles;
  readonly #salt: number;
  readonly #live: LiveLog | undefined;
  /** A stretch of the log, copied: from LSN `windowStart` to `windowEnd`. */
  #window: Uint8Array;
  #view: DataView;
  #windowStart = 0;
  #windowEnd = 0;
  #blockStart: number;
  /** Where the next record would start, and where the block it would be in ends. */
  #at: number;
  #blockEnd: number;
  /** Where the next block starts. */
  #nextBlock: number;
  #epoch = 0;

  /**
   * Starts at `start`, which must be the start of a block or the end of the log. `live` undefined: nobody is writing, go to the
   * valid end; otherwise to what is durable at each call.
   */
  constructor(segments: SegmentFiles, salt: number, start: Lsn, live: LiveLog | undefined) {
    this.#segments = segments;
    this.#salt = salt;
    this.#live = live;
    this.#blockStart = start;
    this.#at = start;
    this.#blockEnd = start;
    this.#nextBlock = start;
    this.#window = Buffer.allocUnsafeSlow(windowBytes);
    this.#view = new DataView(this.#window.buffer);
  }

  /** Start of the block that the last record came from: a cursor made there meets it again. */
  get blockStart(): Lsn {
    return this.#blockStart as Lsn;
  }

  /** After `next` said false: where the next block belongs. */
  get end(): Lsn {
    return this.#nextBlock as Lsn;
  }

  /** Epoch of the last block read; 0 if none was. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Moves to the next record; false at the end. The record is good until the next call. */
  next(record: LogRecord): boolean {
    while (this.#at >= this.#blockEnd) {
      if (!this.#enterNextBlock()) return false;
    }
    const lsn = this.#at as Lsn;
    const offset = lsn - this.#windowStart;
    if (!isIntactRecord(this.#window, this.#view, offset, this.#blockEnd - this.#windowStart, lsn)) {
      throw damaged(lsn, 'the record there is not intact');
    }
    record.place(lsn, this.#window, this.#view, offset);
    this.#at += record.end - record.start + recordHeaderBytes;
    return true;
  }

  #enterNextBlock(): boolean {
    const start = this.#nextBlock as Lsn;
    if (this.#live !== undefined && start >= this.#live.writer.durableLsn) return false;
    if (!this.#loadBlock(start) || this.#epochAt(start) < this.#epoch) {
      if (this.#live !== undefined) throw damaged(start, 'the block there is not intact');
      this.#refuseLaterBlocks(start);
      return false;
    }
    const offset = start - this.#windowStart;
    const end = start + blockLength(this.#view, offset);
    this.#blockStart = start;
    this.#at = start + blockHeaderBytes;
    this.#blockEnd = end;
    this.#epoch = this.#epochAt(start);
    this.#nextBlock = blockEndsSegment(this.#view, offset) ? this.#segmentEnd(start) : alignBlock(end);
    return true;
  }

  #epochAt(start: Lsn): number {
    return blockEpoch(this.#view, start - this.#windowStart);
  }

  #segmentEnd(lsn: Lsn): number {
    return (this.#segments.numberOf(lsn) + 1) * this.#segments.segmentBytes;
  }

  /** Has the window hold the block at `start`, whole and intact; false if there is none. */
  #loadBlock(start: Lsn): boolean {
    if (!this.#hold(start, blockHeaderBytes)) return false;
    const room = this.#segmentEnd(start) - start;
    const offset = start - this.#windowStart;
    if (!claimsToBeBlock(this.#view, offset, offset + room, start)) return false;
    if (!this.#hold(start, blockLength(this.#view, offset))) return false;
    const limit = this.#windowEnd - this.#windowStart;
    return isIntactBlock(this.#window, this.#view, start - this.#windowStart, limit, start, this.#salt);
  }

  /** Has the window hold `bytes` from `start`, and what follows as far as it goes; false if there are not so many. */
  #hold(start: Lsn, bytes: number): boolean {
    if (start >= this.#windowStart && start + bytes <= this.#windowEnd) return true;
    if (bytes > this.#window.length) {
      this.#window = Buffer.allocUnsafeSlow(bytes);
      this.#view = new DataView(this.#window.buffer);
    }
    this.#windowStart = start;
    this.#windowEnd = start + this.#copy(start);
    return bytes <= this.#windowEnd - start;
  }

  /** Fills the window from `start`, not beyond the segment or what is durable; returns the bytes. */
  #copy(start: Lsn): number {
    const segmentEnd = this.#segmentEnd(start);
    const end = Math.min(start + this.#window.length, segmentEnd, this.#live?.writer.durableLsn ?? Infinity);
    const ring = this.#live?.ring;
    if (ring !== undefined && ring.contains(start)) {
      const offset = ring.offsetOf(start);
      this.#window.set(ring.bytes.subarray(offset, offset + end - start));
      return end - start;
    }
    if (!this.#segments.exists(this.#segments.numberOf(start))) return 0;
    return this.#segments.read(this.#window.subarray(0, end - start), start);
  }

  /**
   * A block is written when the one before it is durable, so behind the end that a crash leaves there is no intact block of
   * this or a later epoch. One that is there proves that durable, acknowledged work in between is unreadable.
   */
  #refuseLaterBlocks(end: Lsn): void {
    const number = this.#segments.numberOf(end);
    const probe = new LogCursor(this.#segments, this.#salt, end, undefined);
    const refuse = (at: Lsn): void => {
      if (probe.#loadBlock(at) && probe.#epochAt(at) >= this.#epoch) {
        throw damaged(end, `no intact block there, but one follows at ${formatLsn(at)}`);
      }
    };
    for (const later of this.#segments.existingFrom(number + 1)) refuse((later * this.#segments.segmentBytes) as Lsn);
    if (this.#segments.exists(number)) this.#searchBlocks(end, refuse);
  }

  /** Calls `found` for every place from `start` to the end of its segment that looks like a block's header. */
  #searchBlocks(start: Lsn, found: (at: Lsn) => void): void {
    const segmentEnd = this.#segmentEnd(start);
    const window = Buffer.allocUnsafeSlow(Math.min(searchWindowBytes, this.#segments.segmentBytes));
    const view = new DataView(window.buffer);
    for (let at = start as number; at + blockHeaderBytes <= segmentEnd; at += window.length - blockHeaderBytes) {
      const count = this.#segments.read(window, at as Lsn);
      for (let i = 0; i + blockHeaderBytes <= count; i += blockAlignment) {
        if (claimsToBeBlock(view, i, segmentEnd - at, (at + i) as Lsn)) found((at + i) as Lsn);
      }
    }
  }
}
