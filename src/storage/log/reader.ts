/** Fetches one record by its LSN, from the ring or from its segment file: how older row versions and undo read the log. */
import { assert } from '../../common/assert.ts';
import type { Lsn } from '../../common/ids.ts';
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { isIntactRecord, type LogRecord, recordHeaderBytes } from './record.ts';
import type { LogRing } from './ring.ts';
import type { SegmentFiles } from './segments.ts';

/** One read fetches most records whole. */
const guessBytes = 2048;

export function damaged(lsn: Lsn, what: string): SqlError {
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
