/**
 * The log's files: the byte stream cut into segments of equal size, named by their number in 16 hex digits. A segment exists
 * in full (zeros, or the bytes of a recycled older one) before the log grows into it, so that a flush never needs new
 * space or a change of the file's metadata (LOG-6, LOG-7).
 *
 *     kept for readers │ current: being written │ spare: prepared ahead
 *   first ……………………………………………………………… │ …………………………………………… preparedEnd
 */
import type { Lsn } from '../../common/ids.ts';
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { type Disk, type DiskFile, type IoCallback, zeroFill, zeroFillSync } from '../disk.ts';

/** Name of the file a new segment is made under; it gets its own name once it is complete. */
const preparingName = 'preparing';
const openReadersMax = 32;
const fillBytes = 1024 * 1024;

export class SegmentFiles {
  readonly segmentBytes: number;
  readonly #disk: Disk;
  readonly #directory: string;
  /** Spare segments kept at most when old ones are recycled. */
  readonly #sparesMax: number;
  /** Numbers of the first existing segment and of the one behind the last prepared one. */
  #first: number;
  #preparedEnd: number;
  #preparing = false;
  readonly #readers = new Map<number, DiskFile>();
  #writerNumber = -1;
  #writer: DiskFile | undefined;

  constructor(disk: Disk, directory: string, segmentBytes: number, sparesMax: number) {
    this.segmentBytes = segmentBytes;
    this.#disk = disk;
    this.#directory = directory;
    this.#sparesMax = sparesMax;
    const numbers = this.#existing();
    this.#first = numbers[0] ?? 0;
    this.#preparedEnd = (numbers.at(-1) ?? -1) + 1;
  }

  /** Makes the directory and the segment `number`, durably: the first step of a new database's life. */
  static create(disk: Disk, directory: string, segmentBytes: number, number: number): void {
    disk.makeDirectorySync(directory);
    disk.syncDirectorySync(directory.split('/').slice(0, -1).join('/'));
    prepareSync(disk, directory, segmentBytes, number);
  }

  #existing(): number[] {
    const names = this.#disk.listSync(this.#directory).filter((name) => /^[0-9a-f]{16}$/.test(name));
    return names.map((name) => Number.parseInt(name, 16));
  }

  numberOf(lsn: Lsn): number {
    return Math.floor(lsn / this.segmentBytes);
  }

  /** First position still in a file. */
  get start(): Lsn {
    return (this.#first * this.segmentBytes) as Lsn;
  }

  /** The log may grow up to here without asking the file system for space. */
  get preparedEnd(): Lsn {
    return (this.#preparedEnd * this.segmentBytes) as Lsn;
  }

  /** A spare segment is being made; the files must stay open until it is done. */
  get isPreparing(): boolean {
    return this.#preparing;
  }

  exists(number: number): boolean {
    return this.#disk.existsSync(pathOf(this.#directory, number));
  }

  /** Numbers of the existing segments from `number` on. */
  existingFrom(number: number): number[] {
    return this.#existing().filter((each) => each >= number);
  }

  /** Reads from the segment of `lsn` into `buffer`, not beyond its end; returns the bytes read. */
  read(buffer: Uint8Array, lsn: Lsn): number {
    const number = this.numberOf(lsn);
    const offset = lsn - number * this.segmentBytes;
    const count = Math.min(buffer.length, this.segmentBytes - offset);
    return this.#reader(number).readSync(count === buffer.length ? buffer : buffer.subarray(0, count), offset);
  }

  #reader(number: number): DiskFile {
    const open = this.#readers.get(number);
    if (open !== undefined) return open;
    if (number < this.#first) throw new SqlError(sqlState.snapshotTooOld, 'snapshot too old');
    const file = this.#disk.openSync(pathOf(this.#directory, number), 'existing');
    if (this.#readers.size >= openReadersMax) this.#closeReader(this.#readers.keys().next().value);
    this.#readers.set(number, file);
    return file;
  }

  #closeReader(number: number | undefined): void {
    if (number === undefined) return;
    this.#readers.get(number)?.closeSync();
    this.#readers.delete(number);
  }

  /** Writes a block at `lsn`; it is durable when the callback hears of no error. */
  write(block: Uint8Array, lsn: Lsn, callback: IoCallback): void {
    const number = this.numberOf(lsn);
    if (number !== this.#writerNumber) this.#openWriter(number);
    (this.#writer as DiskFile).write(block, lsn - number * this.segmentBytes, callback);
  }

  #openWriter(number: number): void {
    this.#writer?.closeSync();
    this.#writer = this.#disk.openSync(pathOf(this.#directory, number), 'existingDsync');
    this.#writerNumber = number;
  }

  /**
   * Makes the log ready to grow from `end`: what recovery read of its last block may so far be in the operating system's
   * cache only, and must be on disk before a block follows it. The segment of `end` is made if it is missing.
   */
  readyAt(end: Lsn): void {
    const number = this.numberOf(end);
    for (const each of [number - 1, number]) {
      if (this.exists(each)) this.#reader(each).flushSync();
    }
    if (!this.exists(number)) prepareSync(this.#disk, this.#directory, this.segmentBytes, number);
    let next = number;
    while (this.exists(next)) next++;
    for (const stray of this.existingFrom(next)) this.#disk.unlinkSync(pathOf(this.#directory, stray));
    this.#disk.syncDirectorySync(this.#directory);
    this.#preparedEnd = next;
    this.#first = this.#existing()[0] as number;
  }

  /** Prepares one more spare segment in the background; no more than one at a time. The callback hears how it went. */
  prepareNext(callback: IoCallback): void {
    if (this.#preparing) return;
    this.#preparing = true;
    const path = `${this.#directory}/${preparingName}`;
    let file: DiskFile;
    try {
      file = this.#disk.openSync(path, 'create');
    } catch (error) {
      this.#preparing = false;
      setImmediate(callback, error as Error);
      return;
    }
    fillDurably(file, 0, this.segmentBytes, (error) => {
      this.#preparing = false;
      callback(this.#adopt(file, path, error));
    });
  }

  #adopt(file: DiskFile, path: string, error: Error | null): Error | null {
    try {
      file.closeSync();
      if (error !== null) {
        this.#disk.unlinkSync(path);
        return error;
      }
      this.#disk.renameSync(path, pathOf(this.#directory, this.#preparedEnd));
      this.#disk.syncDirectorySync(this.#directory);
      this.#preparedEnd++;
      return null;
    } catch (failure) {
      return failure as Error;
    }
  }

  /** Gives up the segments wholly before `keepFrom`: they become spares under a later name while those are few, or go. */
  recycle(keepFrom: Lsn, current: Lsn): void {
    const keep = Math.min(this.numberOf(keepFrom), this.numberOf(current));
    if (this.#first >= keep) return;
    for (; this.#first < keep; this.#first++) {
      // A crash in the middle of an earlier recycling may have left gaps.
      if (!this.exists(this.#first)) continue;
      const path = pathOf(this.#directory, this.#first);
      this.#closeReader(this.#first);
      if (this.#preparedEnd - this.numberOf(current) <= this.#sparesMax) {
        this.#disk.renameSync(path, pathOf(this.#directory, this.#preparedEnd));
        this.#preparedEnd++;
      } else {
        this.#disk.unlinkSync(path);
      }
    }
    this.#disk.syncDirectorySync(this.#directory);
  }

  close(): void {
    for (const number of this.#readers.keys()) this.#closeReader(number);
    this.#writer?.closeSync();
    this.#writer = undefined;
    this.#writerNumber = -1;
  }
}

/** Zeros over [start, end), made durable a little at a time: one big flush would hold up the commits of that moment (LOG-6). */
function fillDurably(file: DiskFile, start: number, end: number, callback: IoCallback): void {
  const stop = Math.min(end, start + fillBytes);
  zeroFill(file, start, stop, (writeError) => {
    if (writeError !== null) return callback(writeError);
    file.flush((flushError) => {
      if (flushError !== null || stop === end) callback(flushError);
      else fillDurably(file, stop, end, callback);
    });
  });
}

function pathOf(directory: string, number: number): string {
  return `${directory}/${number.toString(16).padStart(16, '0')}`;
}

function prepareSync(disk: Disk, directory: string, segmentBytes: number, number: number): void {
  const path = `${directory}/${preparingName}`;
  const file = disk.openSync(path, 'create');
  try {
    zeroFillSync(file, 0, segmentBytes);
    file.flushSync();
  } finally {
    file.closeSync();
  }
  disk.renameSync(path, pathOf(directory, number));
  disk.syncDirectorySync(directory);
}
