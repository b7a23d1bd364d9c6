/**
 * The write-ahead log: the only history there is. Everything that happened since the last checkpoint is redone from it,
 * unfinished work is undone from it, older row versions are read from it.
 *
 *   Log.create ─▶ Log.open ─▶ cursor(checkpoint) … replay to the end ─▶ startWriting(end, epoch) ─▶ append, flush, read ─▶ close
 */
import { assert } from '../../common/assert.ts';
import type { Lsn, Xid } from '../../common/ids.ts';
import type { Disk } from '../disk.ts';
import { LogCursor } from './cursor.ts';
import { LogReader } from './reader.ts';
import { type LogRecord, recordBytes } from './record.ts';
import { LogRing } from './ring.ts';
import { SegmentFiles } from './segments.ts';
import { type LogWaiter, LogWriter, type Urgency } from './writer.ts';

export interface LogOptions {
  /** Directory of the segments, below the data directory. */
  readonly directory: string;
  /** Fixed for the life of a data directory. */
  readonly segmentBytes: number;
  /** Memory for the newest part of the log: a whole number of segments. */
  readonly ringBytes: number;
  readonly blockBytesMax: number;
  /** Spare segments kept ready at most. */
  readonly sparesMax: number;
  readonly writerDelayMs: number;
  /** Low half of the system id: keeps the blocks of one installation's log from being taken for another's. */
  readonly salt: number;
  /** A write failed; the process must stop and recover. */
  readonly onFatal: (error: Error) => void;
}

const mebibyte = 1024 * 1024;

export const defaultLogOptions: LogOptions = {
  directory: 'log',
  segmentBytes: 16 * mebibyte,
  ringBytes: 16 * mebibyte,
  blockBytesMax: mebibyte,
  sparesMax: 16,
  writerDelayMs: 200,
  salt: 0,
  onFatal: (error) => {
    throw error;
  },
};

export class Log {
  readonly #options: LogOptions;
  readonly #segments: SegmentFiles;
  readonly #reader: LogReader;
  #ring: LogRing | undefined;
  #writer: LogWriter | undefined;

  private constructor(disk: Disk, options: LogOptions) {
    this.#options = options;
    this.#segments = new SegmentFiles(disk, options.directory, options.segmentBytes, options.sparesMax);
    this.#reader = new LogReader(this.#segments);
  }

  /** Makes an empty log and returns where it starts: never at 0, which stands for "no record". */
  static create(disk: Disk, options: LogOptions = defaultLogOptions): Lsn {
    SegmentFiles.create(disk, options.directory, options.segmentBytes, 1);
    return options.segmentBytes as Lsn;
  }

  /** Opens an existing log for reading. */
  static open(disk: Disk, options: LogOptions = defaultLogOptions): Log {
    return new Log(disk, options);
  }

  /**
   * A cursor from the block that starts at `from`: to the valid end before startWriting, afterwards to what is durable at
   * each call.
   */
  cursor(from: Lsn): LogCursor {
    const ring = this.#ring;
    const writer = this.#writer;
    const live = ring === undefined || writer === undefined ? undefined : { ring, writer };
    return new LogCursor(this.#segments, this.#options.salt, from, live);
  }

  /** Opens the log for appending at `end`, where a cursor found its end; `epoch` is larger than that of any block before. */
  startWriting(end: Lsn, epoch: number): void {
    assert(this.#ring === undefined, 'LOG-1: the log is opened for writing once');
    this.#segments.readyAt(end);
    this.#ring = new LogRing(this.#options, end, epoch);
    this.#writer = new LogWriter(this.#ring, this.#segments, this.#options);
  }

  #openRing(): LogRing {
    assert(this.#ring !== undefined, 'LOG-1: the log is open for writing');
    return this.#ring;
  }

  #openWriter(): LogWriter {
    assert(this.#writer !== undefined, 'LOG-1: the log is open for writing');
    return this.#writer;
  }

  /** Above the LSN of every record there is; records appended from now on have this LSN or a larger one. */
  get appendLsn(): Lsn {
    return this.#openRing().appendLsn;
  }

  /** Records before this position are durable. */
  get durableLsn(): Lsn {
    return this.#openWriter().durableLsn;
  }

  /** First position that can still be read. */
  get start(): Lsn {
    return this.#segments.start;
  }

  /** Longest body a record may have. */
  get bodyBytesMax(): number {
    return this.#openRing().recordBytesMax - recordBytes(0);
  }

  /**
   * Room for records of `bytes` altogether (sum of `recordBytes(body)`), good until the caller yields. False: `waiter`
   * will be woken. Throws 53100 if the disk is full.
   */
  reserve(bytes: number, waiter: LogWaiter, urgency: Urgency = 'work'): boolean {
    return this.#openWriter().reserve(bytes, waiter, urgency);
  }

  /** Appends a record; the room must have been reserved. `previous`: LSN of the transaction's record before. */
  append(kind: number, xid: Xid, previous: Lsn, body: Uint8Array, start: number = 0, end: number = body.length): Lsn {
    const lsn = this.#openRing().append(kind, xid, previous, body, start, end);
    this.#openWriter().appended();
    return lsn;
  }

  /** True: the record at `lsn` is durable. False: it will be, and `waiter` is woken then. */
  flush(lsn: Lsn, waiter: LogWaiter): boolean {
    return this.#openWriter().flush(lsn, waiter);
  }

  /** Points `record` at the record at `lsn`. Throws 72000 if the log does not go back that far. */
  read(lsn: Lsn, record: LogRecord): void {
    this.#reader.read(lsn, record, this.#ring);
  }

  /**
   * Ends the open block and returns where the next one starts: a position from which a cursor can start, and behind every
   * record there is. It is durable when `flush(position - 1, …)` says so.
   */
  cut(): Lsn {
    const ring = this.#openRing();
    ring.seal();
    return ring.blockStart;
  }

  /** Segments wholly before `keepFrom` may go or be used again (LOG-4). */
  recycle(keepFrom: Lsn): void {
    this.#segments.recycle(keepFrom, this.#openWriter().durableLsn);
  }

  /** Closes the files once no I/O is running. What is not durable is lost: flush first. */
  async close(): Promise<void> {
    await this.#writer?.close();
    this.#segments.close();
  }
}
