/** Real files, through node:fs. Its thread pool is what makes the writes off-thread. */
import fs from 'node:fs';
import { join } from 'node:path';
import { asDiskError, type Disk, type DiskFile, type IoCallback, type OpenMode, type ReadCallback } from './disk.ts';

const { O_RDWR, O_CREAT, O_EXCL, O_DSYNC } = fs.constants;

const openFlags: Record<OpenMode, number> = {
  existing: O_RDWR,
  create: O_RDWR | O_CREAT,
  createNew: O_RDWR | O_CREAT | O_EXCL,
  existingDsync: O_RDWR | O_DSYNC,
};

export class NodeDisk implements Disk {
  readonly root: string;

  constructor(root: string) {
    this.root = root;
  }

  #at(path: string): string {
    return path === '' ? this.root : join(this.root, path);
  }

  openSync(path: string, mode: OpenMode): DiskFile {
    const fd = attempt('open', path, () => fs.openSync(this.#at(path), openFlags[mode], 0o600));
    return new NodeFile(path, fd);
  }

  existsSync(path: string): boolean {
    return fs.existsSync(this.#at(path));
  }

  listSync(directory: string): string[] {
    return attempt('list', directory, () => fs.readdirSync(this.#at(directory)).toSorted());
  }

  makeDirectorySync(directory: string): void {
    attempt('create', directory, () => {
      if (!fs.existsSync(this.#at(directory))) fs.mkdirSync(this.#at(directory), 0o700);
    });
  }

  renameSync(from: string, to: string): void {
    attempt('rename', from, () => fs.renameSync(this.#at(from), this.#at(to)));
  }

  unlinkSync(path: string): void {
    attempt('remove', path, () => fs.rmSync(this.#at(path), { force: true }));
  }

  syncDirectorySync(directory: string): void {
    attempt('flush', directory, () => {
      const fd = fs.openSync(this.#at(directory), 'r');
      try {
        fs.fsyncSync(fd);
      } finally {
        fs.closeSync(fd);
      }
    });
  }
}

class NodeFile implements DiskFile {
  readonly path: string;
  readonly #fd: number;

  constructor(path: string, fd: number) {
    this.path = path;
    this.#fd = fd;
  }

  readSync(buffer: Uint8Array, position: number): number {
    try {
      let done = fs.readSync(this.#fd, buffer, 0, buffer.length, position);
      while (done < buffer.length) {
        const more = fs.readSync(this.#fd, buffer, done, buffer.length - done, position + done);
        if (more === 0) break;
        done += more;
      }
      return done;
    } catch (error) {
      throw asDiskError('read', this.path, error);
    }
  }

  read(buffer: Uint8Array, position: number, callback: ReadCallback): void {
    this.#readOn(buffer, 0, position, callback);
  }

  #readOn(buffer: Uint8Array, done: number, position: number, callback: ReadCallback): void {
    fs.read(this.#fd, buffer, done, buffer.length - done, position + done, (error, count) => {
      if (error !== null) callback(asDiskError('read', this.path, error), done);
      else if (count === 0 || done + count === buffer.length) callback(null, done + count);
      else this.#readOn(buffer, done + count, position, callback);
    });
  }

  writeSync(buffer: Uint8Array, position: number): void {
    try {
      let done = 0;
      while (done < buffer.length) {
        done += fs.writeSync(this.#fd, buffer, done, buffer.length - done, position + done);
      }
    } catch (error) {
      throw asDiskError('write', this.path, error);
    }
  }

  write(buffer: Uint8Array, position: number, callback: IoCallback): void {
    this.#writeOn(buffer, 0, position, callback);
  }

  /** A short write is followed by another for the rest, which succeeds or says why not. */
  #writeOn(buffer: Uint8Array, done: number, position: number, callback: IoCallback): void {
    fs.write(this.#fd, buffer, done, buffer.length - done, position + done, (error, count) => {
      if (error !== null) callback(asDiskError('write', this.path, error));
      else if (done + count === buffer.length) callback(null);
      else this.#writeOn(buffer, done + count, position, callback);
    });
  }

  flushSync(): void {
    attempt('flush', this.path, () => fs.fdatasyncSync(this.#fd));
  }

  flush(callback: IoCallback): void {
    fs.fdatasync(this.#fd, (error) => callback(error === null ? null : asDiskError('flush', this.path, error)));
  }

  truncateSync(bytes: number): void {
    attempt('truncate', this.path, () => fs.ftruncateSync(this.#fd, bytes));
  }

  sizeSync(): number {
    return attempt('stat', this.path, () => fs.fstatSync(this.#fd).size);
  }

  closeSync(): void {
    fs.closeSync(this.#fd);
  }
}

function attempt<T>(doing: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw asDiskError(doing, path, error);
  }
}
