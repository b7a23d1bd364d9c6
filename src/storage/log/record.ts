/**
 * One log record: who changed what, and where that transaction's record before it lies (LOG-1). The log knows only this
 * frame; what the body means is the business of whoever registered the kind.
 *
 *   OFFSET  SIZE  DESCRIPTION (little-endian)
 *        0     4  length of the whole record in bytes, this header included
 *        4     4  CRC-32 of bytes 8 … length, started from the low half of the record's own LSN: a record read from the wrong
 *                 place, or from a recycled segment, does not pass
 *        8     1  kind
 *        9     1  0
 *       10     2  xid, bits 32 … 47
 *       12     4  xid, bits 0 … 31
 *       16     4  LSN of the transaction's previous record, bits 0 … 31; 0: this is its first
 *       20     4  the same, bits 32 … 55
 *       24     …  body
 */
import { crc32 } from 'node:zlib';
import type { Lsn, Xid } from '../../common/ids.ts';
import { noLsn, noXid } from '../../common/ids.ts';

export const recordHeaderBytes = 24;

const twoTo32 = 0x1_0000_0000;
const noBytes = new Uint8Array(0);
const noView = new DataView(noBytes.buffer);

/** Bytes a record with a body of `bodyBytes` takes in the log. */
export function recordBytes(bodyBytes: number): number {
  return recordHeaderBytes + bodyBytes;
}

/**
 * A record as it was read: a reusable window. `bytes[start, end)` is the body, `view` lies over the same memory. It points
 * into the log's ring when the record is still there, so it is good until the reader's caller yields, no longer.
 */
export class LogRecord {
  lsn: Lsn = noLsn;
  kind = 0;
  xid: Xid = noXid;
  previous: Lsn = noLsn;
  bytes: Uint8Array = noBytes;
  view: DataView = noView;
  /** Where the body starts in `bytes`. */
  start = 0;
  /** Where the body ends in `bytes`. */
  end = 0;
  /** Memory of this window's own, for records read from a file. */
  ownBytes: Uint8Array = noBytes;
  ownView: DataView = noView;

  /** Points this window at the record whose header starts at `offset`; the caller has checked it. */
  place(lsn: Lsn, bytes: Uint8Array, view: DataView, offset: number): void {
    this.lsn = lsn;
    this.kind = view.getUint8(offset + 8);
    this.xid = (view.getUint16(offset + 10, true) * twoTo32 + view.getUint32(offset + 12, true)) as Xid;
    this.previous = (view.getUint32(offset + 20, true) * twoTo32 + view.getUint32(offset + 16, true)) as Lsn;
    this.bytes = bytes;
    this.view = view;
    this.start = offset + recordHeaderBytes;
    this.end = offset + view.getUint32(offset, true);
  }

  /** Makes `ownBytes` at least so long; what was there is gone. */
  growOwnBytes(bytesMin: number): void {
    if (this.ownBytes.length >= bytesMin) return;
    this.ownBytes = Buffer.allocUnsafeSlow(bytesMin);
    this.ownView = new DataView(this.ownBytes.buffer);
  }

  /** A copy of the body that stays good. */
  copyBody(): Buffer {
    return Buffer.from(this.bytes.subarray(this.start, this.end));
  }
}

/** Writes header and body at `offset`, which must have room. */
export function writeRecord(
  bytes: Uint8Array,
  view: DataView,
  offset: number,
  lsn: Lsn,
  kind: number,
  xid: Xid,
  previous: Lsn,
  body: Uint8Array,
  bodyStart: number,
  bodyEnd: number,
): void {
  const length = recordHeaderBytes + bodyEnd - bodyStart;
  view.setUint32(offset, length, true);
  view.setUint16(offset + 8, kind, true);
  view.setUint16(offset + 10, xid / twoTo32, true);
  view.setUint32(offset + 12, xid % twoTo32, true);
  view.setUint32(offset + 16, previous % twoTo32, true);
  view.setUint32(offset + 20, previous / twoTo32, true);
  copyBytes(body, bodyStart, bodyEnd, bytes, offset + recordHeaderBytes);
  view.setUint32(offset + 4, recordCrc(bytes, offset, length, lsn), true);
}

/** Whether a record whose header starts at `offset` and which must end by `limit` is what was written at `lsn`. */
export function isIntactRecord(bytes: Uint8Array, view: DataView, offset: number, limit: number, lsn: Lsn): boolean {
  if (offset + recordHeaderBytes > limit) return false;
  const length = view.getUint32(offset, true);
  if (length < recordHeaderBytes || offset + length > limit) return false;
  return view.getUint32(offset + 4, true) === recordCrc(bytes, offset, length, lsn);
}

function recordCrc(bytes: Uint8Array, offset: number, length: number, lsn: Lsn): number {
  return crc32(bytes.subarray(offset + 8, offset + length), lsn % twoTo32);
}

/** Short bodies are the rule, and for those a loop beats the call into `set`. */
function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  const count = end - start;
  if (count <= 32) {
    for (let i = 0; i < count; i++) target[at + i] = source[start + i] as number;
  } else {
    target.set(source.subarray(start, end), at);
  }
}
