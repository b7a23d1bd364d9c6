/**
 * Reading the log. LogReader fetches one record by its LSN, from the ring or from its segment file. LogCursor goes forward
 * record by record from the start of a block: recovery up to the valid end, purge up to what is durable.
 */
import { assert } from '../../common/assert.ts';
import type { Lsn } from '../../common/ids.ts';
import { SqlError, sqlState } from '../../common/sql-error.ts';
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
import { isIntactRecord, type LogRecord, recordHeaderBytes } from './record.ts';
import type { LogRing } from './ring.ts';
import type { SegmentFiles } from './segments.ts';

/** One read fetches most records whole. */
const guessBytes = 2048;
const searchWindowBytes = 1024 * 1024;

function damaged(lsn: Lsn, what: string): SqlError {
  return new SqlError(sqlState.dataCorrupted, `the log is damaged at position ${formatLsn(lsn)}: ${what}`);
}

/** PostgreSQL's way of writing a log position: both halves in hex. */
export function formatLsn(lsn: Lsn): string {
  return `${Math.floor(lsn / 0x1_0000_0000)
    .toString(16)
    .toUpperCase()}/${(lsn % 0x1_0000_0000).toString(16).toUpperCase()}`;
}

export class LogReader {
  readonly #segments: SegmentFiles;

  constructor(segments: SegmentFiles) {
    this.#segments = segments;
  }

  /**
   * Points `record` at the record at `lsn`. `ring` is undefined while the log is not open for writing. Throws 72000 when
   * the log no longer goes back that far, XX001 when what is there is not that record.
   */
  read(lsn: Lsn, record: LogRecord, ring: LogRing | undefined): void {
    if (ring !== undefined && ring.contains(lsn)) {
      assert(lsn < ring.appendLsn, 'LOG-1: a record is read after it was written');
      record.place(lsn, ring.bytes, ring.view, ring.offsetOf(lsn));
    } else {
      this.#readFile(lsn, record);
    }
  }

  #readFile(lsn: Lsn, record: LogRecord): void {
    record.growOwnBytes(guessBytes);
    let count = this.#segments.read(record.ownBytes.subarray(0, guessBytes), lsn);
    if (count < recordHeaderBytes) throw damaged(lsn, 'there is no record');
    const length = record.ownView.getUint32(0, true);
    if (length > this.#segments.segmentBytes) throw damaged(lsn, 'there is no record');
    if (length > count) {
      record.growOwnBytes(length);
      count = this.#segments.read(record.ownBytes.subarray(0, length), lsn);
    }
    const { ownBytes, ownView } = record;
    if (!isIntactRecord(ownBytes, ownView, 0, count, lsn)) throw damaged(lsn, 'the record there is not intact');
    record.place(lsn, ownBytes, ownView, 0);
  }
}

export class LogCursor {
  readonly #segments: SegmentFiles;
  readonly #salt: number;
  /** Blocks from here on are not read yet; undefined: read to the valid end. */
  readonly #limit: (() => Lsn) | undefined;
  #buffer: Uint8Array;
  #view: DataView;
  #blockStart: number;
  /** Where the next block starts, once the current one is read. */
  #nextBlock: number;
  #offset = 0;
  #length = 0;
  #epoch = 0;

  /** Starts at `start`, which must be the start of a block (or the end of the log). */
  constructor(segments: SegmentFiles, salt: number, start: Lsn, limit: (() => Lsn) | undefined) {
    this.#segments = segments;
    this.#salt = salt;
    this.#limit = limit;
    this.#blockStart = start;
    this.#nextBlock = start;
    this.#buffer = Buffer.allocUnsafeSlow(64 * 1024);
    this.#view = viewOf(this.#buffer);
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
    while (this.#offset >= this.#length) {
      if (!this.#nextBlockRead()) return false;
    }
    const lsn = (this.#blockStart + this.#offset) as Lsn;
    if (!isIntactRecord(this.#buffer, this.#view, this.#offset, this.#length, lsn)) {
      throw damaged(lsn, 'the record there is not intact');
    }
    record.place(lsn, this.#buffer, this.#view, this.#offset);
    this.#offset += record.end - record.start + recordHeaderBytes;
    return true;
  }

  #nextBlockRead(): boolean {
    const at = this.#nextBlock as Lsn;
    if (this.#limit !== undefined && at >= this.#limit()) return false;
    if (!this.#load(at)) {
      if (this.#limit !== undefined) throw damaged(at, 'the block there is not intact');
      this.#refuseLaterBlocks(at);
      return false;
    }
    this.#blockStart = at;
    this.#offset = blockHeaderBytes;
    this.#length = blockLength(this.#view, 0);
    this.#epoch = blockEpoch(this.#view, 0);
    this.#nextBlock = blockEndsSegment(this.#view, 0)
      ? (this.#segments.numberOf(at) + 1) * this.#segments.segmentBytes
      : alignBlock(at + this.#length);
    return true;
  }

  /** Reads the block at `at` into the buffer; false if there is no intact one. */
  #load(at: Lsn): boolean {
    if (!this.#segments.exists(this.#segments.numberOf(at))) return false;
    let count = this.#segments.read(this.#buffer, at);
    const room = this.#segments.segmentBytes - (at % this.#segments.segmentBytes);
    if (count < blockHeaderBytes || !claimsToBeBlock(this.#view, 0, room, at)) return false;
    const length = blockLength(this.#view, 0);
    if (length > count) {
      this.#buffer = Buffer.allocUnsafeSlow(length);
      this.#view = viewOf(this.#buffer);
      count = this.#segments.read(this.#buffer, at);
    }
    return (
      isIntactBlock(this.#buffer, this.#view, 0, count, at, this.#salt) && blockEpoch(this.#view, 0) >= this.#epoch
    );
  }

  /**
   * A block is written when the one before it is durable, so behind the end that a crash leaves there is no intact block of
   * this or a later epoch. One that is there proves that durable, acknowledged work in between is unreadable.
   */
  #refuseLaterBlocks(end: Lsn): void {
    const number = this.#segments.numberOf(end);
    const epoch = this.#epoch;
    const probe = new LogCursor(this.#segments, this.#salt, end, undefined);
    const refuse = (at: Lsn): void => {
      if (probe.#load(at) && blockEpoch(probe.#view, 0) >= epoch) {
        throw damaged(end, `no intact block there, but one follows at ${formatLsn(at)}`);
      }
    };
    for (const later of this.#segments.existingFrom(number + 1)) refuse((later * this.#segments.segmentBytes) as Lsn);
    if (this.#segments.exists(number)) this.#searchBlocks(end, refuse);
  }

  /** Calls `found` for every place from `start` to the end of its segment that looks like a block's header. */
  #searchBlocks(start: Lsn, found: (at: Lsn) => void): void {
    const { segmentBytes } = this.#segments;
    const segmentEnd = (this.#segments.numberOf(start) + 1) * segmentBytes;
    const window = Buffer.allocUnsafeSlow(Math.min(searchWindowBytes, segmentBytes));
    const view = viewOf(window);
    for (let at = start as number; at + blockHeaderBytes <= segmentEnd; at += window.length - blockHeaderBytes) {
      const count = this.#segments.read(window, at as Lsn);
      for (let i = 0; i + blockHeaderBytes <= count; i += blockAlignment) {
        if (claimsToBeBlock(view, i, segmentEnd - at, (at + i) as Lsn)) found((at + i) as Lsn);
      }
    }
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
