/**
 * Group commit. One write is in flight at a time; everything appended meanwhile rides the next. A write goes to a segment
 * opened O_DSYNC, off-thread, so that one hop makes a block durable (measured in docs/decisions/0002-log-flush.md).
 *
 *   idle ──flush wanted──▶ scheduled ──end of this turn of the event loop──▶ writing ──durable──▶ idle or writing again
 *
 * Nothing here allocates per commit: waiters stand in two parallel arrays.
 */
import { assert } from '../../common/assert.ts';
import type { Lsn } from '../../common/ids.ts';
import { DiskFullError } from '../disk.ts';
import type { LogRing } from './ring.ts';
import type { SegmentFiles } from './segments.ts';

/** Someone to be woken; the transaction floor's Waiter fits. */
export interface LogWaiter {
  wake(): void;
}

/**
 * Who asks for room. 'work' leaves a margin that 'system' may use: the records that end a transaction and those of a
 * checkpoint must find room when the disk is full (LOG-7).
 */
export type Urgency = 'work' | 'system';

export interface WriterOptions {
  readonly ringBytes: number;
  readonly segmentBytes: number;
  /** Records nobody waits for are written after this time at the latest; see wal_writer_delay. */
  readonly writerDelayMs: number;
  /** Called once, when a write failed: nothing later can be trusted to be durable. */
  readonly onFatal: (error: Error) => void;
}

/** Bytes appended and not written that start a flush nobody asked for. */
const eagerBytes = 512 * 1024;
const diskFullRetryMs = 1000;

export class LogWriter {
  readonly #ring: LogRing;
  readonly #segments: SegmentFiles;
  readonly #options: WriterOptions;
  readonly #marginBytes: number;
  /** Start of the first block that is not durable. */
  #durable: number;
  #inFlight = false;
  #scheduled = false;
  #failure: Error | undefined;
  #closing = false;
  #diskFull: DiskFullError | undefined;
  #diskFullAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  /** Waiters for durability, in parallel arrays: LSN of the record, and whom to wake. */
  #flushLsns: number[] = [];
  #flushWaiters: LogWaiter[] = [];
  #roomWaiters: LogWaiter[] = [];

  readonly #start = (): void => {
    this.#scheduled = false;
    this.#writeNext();
  };

  constructor(ring: LogRing, segments: SegmentFiles, options: WriterOptions) {
    this.#ring = ring;
    this.#segments = segments;
    this.#options = options;
    this.#marginBytes = Math.min(options.segmentBytes / 8, 256 * 1024);
    this.#durable = ring.blockStart;
    this.#prepareAhead();
  }

  /** Records before this position are durable. */
  get durableLsn(): Lsn {
    return this.#durable as Lsn;
  }

  /**
   * True: the record at `lsn` is durable. False: `waiter` is woken when it is. Whoever is woken asks again, so a waiter that
   * went away does no harm.
   */
  flush(lsn: Lsn, waiter: LogWaiter): boolean {
    if (lsn < this.#durable) return true;
    this.#flushLsns.push(lsn);
    this.#flushWaiters.push(waiter);
    this.#schedule();
    return false;
  }

  /** Has the log written soon, with nobody waiting for it. */
  flushSoon(): void {
    if (this.#timer !== undefined || this.#failure !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#schedule();
    }, this.#options.writerDelayMs);
    this.#timer.unref();
  }

  /**
   * True: records of `bytes` altogether can be appended, until the caller yields. False: `waiter` is woken when there may
   * be room. Throws 53100 when there will be none because the disk is full.
   */
  reserve(bytes: number, waiter: LogWaiter, urgency: Urgency): boolean {
    const end = this.#ring.reach(bytes) + (urgency === 'work' ? this.#marginBytes : 0);
    if (end <= this.#durable + this.#options.ringBytes && end <= this.#segments.preparedEnd) return true;
    assert(2 * (bytes + this.#marginBytes) <= this.#options.segmentBytes, 'LOG-1: a reservation fits half a segment');
    this.#prepareAhead();
    // While a new attempt to get space is under way, wait for what comes of it.
    if (end > this.#segments.preparedEnd && this.#diskFull !== undefined && !this.#segments.isPreparing) {
      throw this.#diskFull;
    }
    this.#roomWaiters.push(waiter);
    this.#schedule();
    return false;
  }

  /** To be called after every append: starts writing when much has gathered, and the next spare segment when it is due. */
  appended(): void {
    const waiting = this.#ring.appendLsn - this.#durable;
    if (waiting > eagerBytes) this.#schedule();
    else if (this.#timer === undefined) this.flushSoon();
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight || this.#closing || this.#failure !== undefined) return;
    this.#scheduled = true;
    setImmediate(this.#start);
  }

  #writeNext(): void {
    if (this.#inFlight || this.#closing || this.#failure !== undefined) return;
    if (this.#durable === this.#ring.blockStart) this.#ring.seal();
    if (this.#durable === this.#ring.blockStart) return this.#wake();
    this.#inFlight = true;
    const at = this.#durable as Lsn;
    try {
      this.#segments.write(this.#ring.sealedBlock(at), at, this.#onWritten);
    } catch (error) {
      this.#onWritten(error as Error);
    }
  }

  readonly #onWritten = (error: Error | null): void => {
    this.#inFlight = false;
    if (error !== null) return this.#fail(error);
    this.#durable = this.#ring.blockAfter(this.#durable as Lsn);
    this.#prepareAhead();
    this.#wake();
    const pending = this.#ring.appendLsn - this.#durable;
    const sealed = this.#ring.blockStart > this.#durable;
    if (this.#flushWaiters.length > 0 || this.#roomWaiters.length > 0 || sealed || pending > eagerBytes) {
      this.#schedule();
    }
  };

  #fail(error: Error): void {
    this.#failure = error;
    this.#options.onFatal(error);
  }

  /** Wakes those whose record is durable and all who wait for room. */
  #wake(): void {
    const lsns = this.#flushLsns;
    const waiters = this.#flushWaiters;
    const durable = this.#durable;
    const count = waiters.length;
    if (count > 0) {
      this.#flushLsns = [];
      this.#flushWaiters = [];
      for (let i = 0; i < count; i++) {
        const waiter = waiters[i] as LogWaiter;
        if ((lsns[i] as number) < durable) {
          waiter.wake();
        } else {
          this.#flushLsns.push(lsns[i] as number);
          this.#flushWaiters.push(waiter);
        }
      }
    }
    this.#wakeRoom();
  }

  #wakeRoom(): void {
    if (this.#roomWaiters.length === 0) return;
    const waiters = this.#roomWaiters;
    this.#roomWaiters = [];
    for (const waiter of waiters) waiter.wake();
  }

  /** Keeps at least one whole segment prepared behind the one that is being appended to. */
  #prepareAhead(): void {
    const segmentEnd = (this.#segments.numberOf(this.#ring.appendLsn) + 1) * this.#options.segmentBytes;
    if (this.#segments.preparedEnd >= segmentEnd + this.#options.segmentBytes || this.#closing) return;
    if (this.#diskFull !== undefined && performance.now() - this.#diskFullAtMs < diskFullRetryMs) return;
    this.#segments.prepareNext(this.#onPrepared);
  }

  readonly #onPrepared = (error: Error | null): void => {
    if (error instanceof DiskFullError) {
      this.#diskFull = error;
      this.#diskFullAtMs = performance.now();
    } else if (error !== null) {
      return this.#fail(error);
    } else {
      this.#diskFull = undefined;
      this.#prepareAhead();
    }
    this.#wakeRoom();
  };

  /** Starts no more I/O and resolves when none is running. What is not durable by then stays so. */
  async close(): Promise<void> {
    clearTimeout(this.#timer);
    this.#closing = true;
    while (this.#inFlight || this.#segments.isPreparing) await new Promise((resolve) => setTimeout(resolve, 1));
  }
}
