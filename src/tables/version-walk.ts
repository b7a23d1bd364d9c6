/**
 * Older versions of a row. A page holds the newest version only; the header's LSN names the log record that made it, and that
 * record holds what was there before:
 *
 *   page: version 9 ──lsn──▶ record 9: before = version 5 ──lsn──▶ record 5: before = version 2 …
 *
 * A walk goes back until it meets a version the snapshot sees, or the row's beginning. Long walks are noted in the snapshot
 * (MVCC-7).
 */
import type { Lsn, Xid } from '../common/ids.ts';
import type { Log } from '../storage/log/log.ts';
import { LogRecord } from '../storage/log/record.ts';
import type { Snapshot } from '../transaction/transaction.ts';
import { memoStepsMin } from '../transaction/version-memo.ts';
import { isVisible } from '../transaction/visibility.ts';
import { copyOf } from './copy-of.ts';
import { rowFlag, rowFlags, rowLsn, rowXid } from './row-format.ts';
import { ImageBuffer, RowRecord } from './row-records.ts';

export class VersionWalk {
  readonly #log: Log;
  readonly record: LogRecord = new LogRecord();
  /** The record that made the version the walk left last. */
  readonly row: RowRecord = new RowRecord();
  /** The version the walk stands at. */
  image: ImageBuffer = new ImageBuffer();
  #other: ImageBuffer = new ImageBuffer();
  #start: Lsn = 0 as Lsn;
  #steps = 0;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Begins at the version bytes[start, end), which is copied. */
  begin(bytes: Uint8Array, start: number, end: number): void {
    this.image.set(bytes, start, end);
    this.#start = this.lsn;
    this.#steps = 0;
  }

  get xid(): Xid {
    return rowXid(this.image.view, 0);
  }

  get lsn(): Lsn {
    return rowLsn(this.image.view, 0);
  }

  get isDeleted(): boolean {
    return (rowFlags(this.image.view, 0) & rowFlag.deleted) !== 0;
  }

  /** One version back; false if the row did not exist before. */
  stepBack(): boolean {
    this.#log.read(this.lsn, this.record);
    this.row.place(this.record);
    const { image } = this;
    if (!this.row.previousImage(image.bytes, 0, image.length, this.#other)) return false;
    this.image = this.#other;
    this.#other = image;
    return true;
  }

  /**
   * Goes back to the version the snapshot sees, by at most `stepsMax` steps. 'found': `image` is it; 'none': the row does not
   * exist for the snapshot; 'more': call again.
   */
  findVisible(snapshot: Snapshot, stepsMax: number = Infinity): 'found' | 'none' | 'more' {
    for (let steps = 0; ; steps++) {
      const { lsn } = this;
      if (isVisible(this.xid, lsn, snapshot)) return this.#conclude(snapshot, !this.isDeleted);
      const noted = snapshot.versions.find(lsn);
      if (noted !== undefined) {
        if (noted !== null) this.image.set(noted, 0, noted.length);
        return this.#conclude(snapshot, noted !== null);
      }
      if (steps >= stepsMax) return 'more';
      this.#steps++;
      if (!this.stepBack()) return this.#conclude(snapshot, false);
    }
  }

  #conclude(snapshot: Snapshot, exists: boolean): 'found' | 'none' {
    if (this.#steps >= memoStepsMin) {
      const { image } = this;
      snapshot.versions.note(this.#start, exists ? copyOf(image.bytes, 0, image.length) : null);
    }
    return exists ? 'found' : 'none';
  }
}
