/**
 * The one door to files. Everything the server keeps goes through `Disk` and `DiskFile`, so that a test can put a double
 * behind the same door that loses unsynced writes, tears them, or fails any call (test/crash/faulty-disk.ts).
 *
 * What a caller may rely on, and no more:
 * - A write is durable once `flush` of its file returned, or at once if the file was opened `dsync`. Until then a crash may
 *   keep it, lose it, or keep some of its 512-byte sectors; the order of unflushed writes means nothing.
 * - A file's appearance, disappearance or new name is durable once `syncDirectory` of its directory returned (CKPT-1).
 * - Blocking calls end in `Sync`. The others run off-thread and call back later, never before they return; their buffer must
 *   stay untouched until then. Two running at a time may finish in either order.
 *
 * Paths are relative to the data directory, with '/' between parts.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';

/**
 * `existing`: must exist. `create`: made when missing. `createNew`: must not exist. All for reading and writing.
 * `existingDsync`: as `existing`, and every write is durable when it completes (O_DSYNC).
 */
export type OpenMode = 'existing' | 'create' | 'createNew' | 'existingDsync';

export type IoCallback = (error: Error | null) => void;
export type ReadCallback = (error: Error | null, bytesRead: number) => void;

export interface DiskFile {
  readonly path: string;

  /** Fills `buffer` from `position` as far as the file goes; returns the bytes read. */
  readSync(buffer: Uint8Array, position: number): number;
  read(buffer: Uint8Array, position: number, callback: ReadCallback): void;

  /** Writes all of `buffer` or fails; writing past the end extends the file. */
  writeSync(buffer: Uint8Array, position: number): void;
  write(buffer: Uint8Array, position: number, callback: IoCallback): void;

  /** fdatasync. A failure is a FatalIoError: what was lost is unknown, trying again would only hide it. */
  flushSync(): void;
  flush(callback: IoCallback): void;

  truncateSync(bytes: number): void;
  sizeSync(): number;
  closeSync(): void;
}

export interface Disk {
  /** The data directory as the user knows it, for messages. */
  readonly root: string;

  openSync(path: string, mode: OpenMode): DiskFile;
  existsSync(path: string): boolean;
  /** Names in a directory, sorted. */
  listSync(directory: string): string[];
  /** Makes a directory; its parent must exist. No error if it is there already. */
  makeDirectorySync(directory: string): void;
  renameSync(from: string, to: string): void;
  /** Removes a file; no error if there is none. */
  unlinkSync(path: string): void;
  /** Makes the directory's entries durable. '' is the data directory itself. */
  syncDirectorySync(directory: string): void;
}

/** The disk is full (or the quota used up): the transaction fails with 53100, the server lives. */
export class DiskFullError extends SqlError {
  constructor(doing: string, path: string) {
    super(sqlState.diskFull, `could not ${doing} file "${path}": No space left on device`, {
      hint: 'Check free disk space.',
    });
  }
}

/** Nothing written lately can be trusted to be on disk: the process must end and recover. Never caught and retried. */
export class FatalIoError extends Error {
  override readonly name = 'FatalIoError';
}

/** Turns an operating system error into ours; `doing` is a verb: "read", "write", "open". */
export function asDiskError(doing: string, path: string, cause: unknown): Error {
  if (!(cause instanceof Error)) return new Error(`could not ${doing} file "${path}"`, { cause });
  if (cause instanceof SqlError || cause instanceof FatalIoError) return cause;
  if (doing === 'flush') return new FatalIoError(`could not flush file "${path}": ${cause.message}`, { cause });
  const code = 'code' in cause ? String(cause.code) : '';
  if (code === 'ENOSPC' || code === 'EDQUOT') return new DiskFullError(doing, path);
  const state = code === 'ENOENT' ? sqlState.undefinedFile : sqlState.ioError;
  return new SqlError(state, `could not ${doing} file "${path}": ${cause.message}`);
}

const zeroes = new Uint8Array(1024 * 1024);

/** Writes zeros over [start, end), so that later writes there need no new space from the file system (LOG-7). */
export function zeroFillSync(file: DiskFile, start: number, end: number): void {
  for (let at = start; at < end; at += zeroes.length) {
    file.writeSync(zeroes.subarray(0, Math.min(zeroes.length, end - at)), at);
  }
}

/** As zeroFillSync, off-thread, one write of at most 1 MB in flight (LOG-6). */
export function zeroFill(file: DiskFile, start: number, end: number, callback: IoCallback): void {
  if (start >= end) {
    setImmediate(callback, null);
    return;
  }
  const count = Math.min(zeroes.length, end - start);
  file.write(zeroes.subarray(0, count), start, (error) => {
    if (error !== null || start + count >= end) callback(error);
    else zeroFill(file, start + count, end, callback);
  });
}
