/**
 * The data directory: its layout, how a new one comes to be, and the lock that keeps a second server out.
 *
 *   hyrax.control   where the durable image begins (control-file.ts)
 *   hyrax.lock      who runs on this directory
 *   hyrax.new       there while the first checkpoint of a new directory is not durable; what a crash leaves is swept away
 *   log/            the write-ahead log
 *   pages/          the page file
 *   tmp/            spill files of queries; emptied at every start
 */
import { readFileSync } from 'node:fs';
import { sqlState, SqlError } from '../common/sql-error.ts';
import type { Disk } from './disk.ts';

export const layout = {
  control: 'hyrax.control',
  lock: 'hyrax.lock',
  new: 'hyrax.new',
  log: 'log',
  pages: 'pages',
  tmp: 'tmp',
} as const;

const directories = [layout.log, layout.pages, layout.tmp];

/** `new`: nothing durable in it yet, the caller fills it. `existing`: there is a checkpoint to open. */
export type DirectoryState = 'new' | 'existing';

/** Brings the directory into one of its two states. Throws SqlError with one clear line when it cannot. */
export function prepareDataDirectory(disk: Disk): DirectoryState {
  if (disk.existsSync(layout.control) && !disk.existsSync(layout.new)) {
    makeDirectories(disk);
    sweep(disk, layout.tmp);
    return 'existing';
  }
  if (!disk.existsSync(layout.new)) refuseForeign(disk);
  startAfresh(disk);
  return 'new';
}

/** Without a control file only an empty directory may be taken: data files without one are somebody's accident. */
function refuseForeign(disk: Disk): void {
  const foreign = disk.listSync('').filter((name) => name !== layout.lock && name !== 'lost+found');
  if (foreign.length === 0) return;
  if (foreign.includes(layout.pages)) {
    throw new SqlError(
      sqlState.dataCorrupted,
      `data directory "${disk.root}" has data files but no "${layout.control}"`,
    );
  }
  throw new SqlError(sqlState.objectNotInPrerequisiteState, `directory "${disk.root}" exists but is not empty`, {
    hint: 'Use an empty directory, or one made by Hyrax.',
  });
}

function startAfresh(disk: Disk): void {
  if (!disk.existsSync(layout.new)) disk.openSync(layout.new, 'create').closeSync();
  disk.syncDirectorySync('');
  makeDirectories(disk);
  for (const directory of directories) sweep(disk, directory);
  disk.unlinkSync(layout.control);
  disk.syncDirectorySync('');
}

function makeDirectories(disk: Disk): void {
  for (const directory of directories) disk.makeDirectorySync(directory);
}

function sweep(disk: Disk, directory: string): void {
  for (const name of disk.listSync(directory)) disk.unlinkSync(`${directory}/${name}`);
}

/** The first checkpoint is durable: from now on a crash recovers instead of starting afresh. */
export function finishNewDirectory(disk: Disk): void {
  if (!disk.existsSync(layout.new)) return;
  disk.unlinkSync(layout.new);
  disk.syncDirectorySync('');
}

/** Nonces of the locks this process holds: its own pid in a file proves nothing, a container restarts with the same one. */
const heldNonces = new Set<string>();

/** Held from before the first look at the directory until the process ends or `release`. */
export class DirectoryLock {
  readonly #disk: Disk;
  readonly #nonce: string;

  /** Makes the directory if there is none. Throws SqlError 55006 naming the other server's pid if one is running on it. */
  constructor(disk: Disk) {
    this.#disk = disk;
    this.#nonce = `${Date.now().toString(36)}${Math.random().toString(36).slice(2)}`;
    try {
      disk.makeDirectorySync('');
      this.#acquire();
    } catch (error) {
      throw asDirectoryError(disk, error);
    }
    heldNonces.add(this.#nonce);
  }

  /**
   * A stale lock is moved aside before it is replaced: rename is atomic, so of two servers that find the same stale lock
   * one moves it, and the other sees that it has moved something else and puts it back.
   */
  #acquire(): void {
    const stale = readLock(this.#disk, layout.lock);
    if (stale !== undefined) {
      refuseIfAlive(this.#disk, stale);
      const aside = `${layout.lock}.${this.#nonce}`;
      this.#disk.renameSync(layout.lock, aside);
      if (readLock(this.#disk, aside) !== stale) {
        this.#disk.renameSync(aside, layout.lock);
        throw inUse(this.#disk, 'another server');
      }
      this.#disk.unlinkSync(aside);
    }
    const file = this.#disk.openSync(layout.lock, 'createNew');
    file.writeSync(Buffer.from(`${process.pid}\n${startTicks(process.pid)}\n${this.#nonce}\n`), 0);
    file.closeSync();
  }

  release(): void {
    if (!heldNonces.delete(this.#nonce)) return;
    this.#disk.unlinkSync(layout.lock);
  }
}

function readLock(disk: Disk, path: string): string | undefined {
  if (!disk.existsSync(path)) return undefined;
  const file = disk.openSync(path, 'existing');
  const text = Buffer.alloc(256);
  const bytes = file.readSync(text, 0);
  file.closeSync();
  return text.toString('latin1', 0, bytes);
}

function refuseIfAlive(disk: Disk, lock: string): void {
  const [pidText = '', ticks = '', nonce = ''] = lock.split('\n');
  const pid = Number(pidText);
  if (!Number.isSafeInteger(pid) || pid <= 0) return;
  const alive = pid === process.pid ? heldNonces.has(nonce) : isAlive(pid) && startTicks(pid) === ticks;
  if (alive) throw inUse(disk, `another server (PID ${pid})`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** When the process started, in the kernel's ticks: tells a process from a later one with the same pid. '' if unknown. */
function startTicks(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

function inUse(disk: Disk, who: string): SqlError {
  return new SqlError(sqlState.objectInUse, `data directory "${disk.root}" is in use by ${who}`);
}

function asDirectoryError(disk: Disk, error: unknown): unknown {
  if (!(error instanceof SqlError) || error.sqlState === sqlState.objectInUse) return error;
  return new SqlError(sqlState.ioError, `could not use data directory "${disk.root}": ${error.message}`);
}
