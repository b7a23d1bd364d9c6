/**
 * A disk in memory that behaves as badly as a real one may (see src/storage/disk.ts for the promises it keeps):
 *
 * - What was written but not flushed is, after a crash, kept or lost, write by write or even sector by sector (512 bytes).
 * - What was done to a directory but not synced is kept or lost, entry by entry.
 * - It crashes at any chosen call: from then on every call fails with `CrashSignal`. `afterCrash(seed)` is the disk as the
 *   next process finds it; different seeds lose different things.
 * - It fails any chosen call with EIO or ENOSPC. After a failed flush the unflushed data may be gone for good although
 *   reads still show it, as on Linux.
 * - Off-thread calls complete a few event-loop turns later, in an order drawn from the seed; it notices when a buffer was
 *   touched meanwhile.
 *
 * Everything is determined by the seeds, provided the test uses no other source of asynchrony.
 */
import {
  asDiskError,
  type Disk,
  type DiskFile,
  type IoCallback,
  type OpenMode,
  type ReadCallback,
} from '../../src/storage/disk.ts';

export const sectorBytes = 512;

/** The process died. Nothing in the code under test may handle it. */
export class CrashSignal extends Error {
  override readonly name = 'CrashSignal';
}

export type CallKind =
  | 'open'
  | 'read'
  | 'write'
  | 'flush'
  | 'truncate'
  | 'rename'
  | 'unlink'
  | 'mkdir'
  | 'syncDirectory';

export interface DiskCall {
  readonly kind: CallKind;
  readonly path: string;
  /** Counts all calls from 1. */
  readonly number: number;
  /** A write that makes the file longer: what a full disk refuses. */
  readonly grows: boolean;
}

interface Entered {
  readonly crashes: boolean;
  readonly failure: Error | undefined;
}

export interface FaultyDiskOptions {
  readonly seed?: number;
  /** Crash during the n-th call that changes something (reads and plain opens are not counted), from 1. */
  readonly crashAt?: number;
  /** Fail a call with this error code. */
  readonly fail?: (call: DiskCall) => 'EIO' | 'ENOSPC' | undefined;
}

/** Small fast generator of random numbers in [0, 1) (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

/** `order`: when it was written, so that a flush covers what came before it, whatever became of it since. */
type Change =
  | { readonly order: number; readonly position: number; readonly bytes: Uint8Array }
  | { readonly order: number; readonly truncateTo: number };

/** A file's bytes: as read now, as certainly on disk, and the unflushed changes between the two. */
class Inode {
  current = new GrowingBytes();
  durable = new GrowingBytes();
  unflushed: Change[] = [];
  nextOrder = 0;
  /** Writes handed over but not completed. */
  readonly inFlight = new Set<Change>();

  write(position: number, bytes: Uint8Array, durable: boolean): void {
    this.current.write(position, bytes);
    if (durable) {
      this.#settleTruncations();
      this.#supersede(position, position + bytes.length);
      this.durable.write(position, bytes);
    } else {
      this.unflushed.push({ order: this.nextOrder++, position, bytes: keep(bytes) });
    }
  }

  /** A durable write takes the file's length with it: truncations before it are durable too. */
  #settleTruncations(): void {
    let kept: Change[] = [];
    for (const change of this.unflushed) {
      if ('truncateTo' in change) {
        this.durable.truncate(Math.min(this.durable.size, change.truncateTo));
        kept = kept.flatMap((earlier) => clip(earlier, change.truncateTo));
      } else {
        kept.push(change);
      }
    }
    this.unflushed = kept;
  }

  /** Older unflushed bytes must not come back over newer durable ones. */
  #supersede(start: number, end: number): void {
    this.unflushed = this.unflushed.flatMap((change) => {
      if ('truncateTo' in change) return [change];
      const { order, position, bytes } = change;
      if (position + bytes.length <= start || position >= end) return [change];
      const rest: Change[] = [];
      if (position < start) rest.push({ order, position, bytes: bytes.subarray(0, start - position) });
      if (position + bytes.length > end) rest.push({ order, position: end, bytes: bytes.subarray(end - position) });
      return rest;
    });
  }

  truncate(bytes: number): void {
    this.current.truncate(bytes);
    this.unflushed.push({ order: this.nextOrder++, truncateTo: bytes });
  }

  /** Makes durable what was written before the `endOrder`-th change. */
  flush(endOrder: number): void {
    for (const change of this.unflushed) if (change.order < endOrder) applyWhole(this.durable, change);
    this.unflushed = this.unflushed.filter((change) => change.order >= endOrder);
  }

  /** A flush that failed: any part of the changes got through, the rest never will. */
  flushBadly(random: () => number): void {
    for (const change of this.unflushed) applyInPart(this.durable, change, random, 0.5);
    this.unflushed = [];
  }

  /** The file as found after a crash. */
  afterCrash(random: () => number): Inode {
    const found = new Inode();
    found.durable = this.durable.copy();
    const changes = [...this.unflushed, ...this.inFlight];
    const mode = Math.floor(random() * 4);
    for (const change of changes) {
      if (mode === 1 || (mode === 2 && random() < 0.5)) applyWhole(found.durable, change);
      else if (mode === 3) applyInPart(found.durable, change, random, random());
    }
    found.current = found.durable.copy();
    return found;
  }
}

/** What a truncation leaves of an earlier write. */
function clip(change: Change, end: number): Change[] {
  if ('truncateTo' in change || change.position >= end) return [];
  return [{ ...change, bytes: change.bytes.subarray(0, end - change.position) }];
}

function applyWhole(bytes: GrowingBytes, change: Change): void {
  if ('truncateTo' in change) bytes.truncate(change.truncateTo);
  else bytes.write(change.position, change.bytes);
}

/** Each sector gets through with the given likelihood. */
function applyInPart(bytes: GrowingBytes, change: Change, random: () => number, likelihood: number): void {
  if ('truncateTo' in change) {
    if (random() < likelihood) bytes.truncate(change.truncateTo);
    return;
  }
  const end = change.position + change.bytes.length;
  let start = change.position;
  while (start < end) {
    const stop = Math.min(end, start - (start % sectorBytes) + sectorBytes);
    if (random() < likelihood) {
      bytes.write(start, change.bytes.subarray(start - change.position, stop - change.position));
    }
    start = stop;
  }
}

const chunkBytes = 8192;
const zeroes = new Uint8Array(1024 * 1024);

function isZero(bytes: Uint8Array): boolean {
  return bytes.length <= zeroes.length && Buffer.compare(bytes, zeroes.subarray(0, bytes.length)) === 0;
}

/** A copy, or, for zeros (a file being preallocated), a part of the shared ones. */
function keep(bytes: Uint8Array): Uint8Array {
  return isZero(bytes) ? zeroes.subarray(0, bytes.length) : bytes.slice();
}

/** A file's content in chunks that are never changed once written, so that a copy shares them. Missing chunks are zeros. */
class GrowingBytes {
  #chunks = new Map<number, Uint8Array>();
  size = 0;

  write(position: number, bytes: Uint8Array): void {
    const end = position + bytes.length;
    let at = position;
    while (at < end) {
      const index = Math.floor(at / chunkBytes);
      const stop = Math.min(end, (index + 1) * chunkBytes);
      this.#writePiece(index, at - index * chunkBytes, bytes.subarray(at - position, stop - position));
      at = stop;
    }
    this.size = Math.max(this.size, end);
  }

  #writePiece(index: number, offset: number, piece: Uint8Array): void {
    const old = this.#chunks.get(index);
    if (isZero(piece) && (old === undefined || piece.length === chunkBytes)) {
      this.#chunks.delete(index);
      return;
    }
    const chunk = old?.slice() ?? new Uint8Array(chunkBytes);
    chunk.set(piece, offset);
    this.#chunks.set(index, chunk);
  }

  read(position: number, target: Uint8Array): number {
    const end = Math.min(position + target.length, this.size);
    let at = position;
    while (at < end) {
      const index = Math.floor(at / chunkBytes);
      const stop = Math.min(end, (index + 1) * chunkBytes);
      const chunk = this.#chunks.get(index) ?? zeroes;
      target.set(chunk.subarray(at - index * chunkBytes, stop - index * chunkBytes), at - position);
      at = stop;
    }
    return Math.max(0, end - position);
  }

  truncate(bytes: number): void {
    for (const [index, chunk] of this.#chunks) {
      const kept = bytes - index * chunkBytes;
      if (kept <= 0) this.#chunks.delete(index);
      else if (kept < chunkBytes) this.#chunks.set(index, chunk.slice().fill(0, kept));
    }
    this.size = bytes;
  }

  copy(): GrowingBytes {
    const copy = new GrowingBytes();
    copy.#chunks = new Map(this.#chunks);
    copy.size = this.size;
    return copy;
  }
}

/** A directory entry; a directory has no inode. */
type Entry = Inode | 'directory';
type EntryChange =
  | { readonly set: string; readonly entry: Entry }
  | { readonly remove: string }
  | { readonly from: string; readonly to: string };

/** The tree of names: as seen now, as certainly on disk, and the unsynced changes between the two. */
class Names {
  current = new Map<string, Entry>();
  durable = new Map<string, Entry>();
  unsynced: { readonly directory: string; readonly change: EntryChange }[] = [];

  change(directory: string, change: EntryChange): void {
    applyEntry(this.current, change);
    this.unsynced.push({ directory, change });
  }

  sync(directory: string): void {
    for (const { change } of this.unsynced.filter((entry) => entry.directory === directory))
      applyEntry(this.durable, change);
    this.unsynced = this.unsynced.filter((entry) => entry.directory !== directory);
  }

  afterCrash(random: () => number): Map<string, Entry> {
    const found = new Map(this.durable);
    for (const { change } of this.unsynced) if (random() < 0.5) applyEntry(found, change);
    for (const path of found.keys()) {
      const parent = directoryOf(path);
      if (parent !== '' && found.get(parent) !== 'directory') found.delete(path);
    }
    return found;
  }
}

function applyEntry(entries: Map<string, Entry>, change: EntryChange): void {
  if ('set' in change) {
    entries.set(change.set, change.entry);
  } else if ('remove' in change) {
    entries.delete(change.remove);
  } else {
    const entry = entries.get(change.from);
    if (entry === undefined) return;
    entries.delete(change.from);
    entries.set(change.to, entry);
  }
}

function directoryOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

export class FaultyDisk implements Disk {
  readonly root = '/faulty';
  readonly #options: FaultyDiskOptions;
  readonly random: () => number;
  readonly #names = new Names();
  #crashed = false;
  /** All calls so far, and those that changed something. */
  calls = 0;
  changes = 0;
  /** Off-thread writes: how many at a time, and the biggest. */
  inFlight = 0;
  inFlightMax = 0;
  asyncWriteBytesMax = 0;

  constructor(options: FaultyDiskOptions = {}) {
    this.#options = options;
    this.random = randomFrom(options.seed ?? 1);
  }

  get hasCrashed(): boolean {
    return this.#crashed;
  }

  /** Pulls the plug now. */
  crash(): void {
    this.#crashed = true;
  }

  /** The disk as the next process finds it. This one stays as it is, so one crash can be looked at with many seeds. */
  afterCrash(seed: number, options: FaultyDiskOptions = {}): FaultyDisk {
    const random = randomFrom(seed);
    const found = new FaultyDisk({ seed, ...options });
    const inodes = new Map<Inode, Inode>();
    for (const [path, entry] of this.#names.afterCrash(random)) {
      const kept = entry === 'directory' ? entry : (inodes.get(entry) ?? entry.afterCrash(random));
      if (entry !== 'directory' && kept !== 'directory') inodes.set(entry, kept);
      found.#names.current.set(path, kept);
      found.#names.durable.set(path, kept);
    }
    return found;
  }

  /** Changes bytes on disk behind everybody's back. */
  corrupt(path: string, position: number, change: (byte: number) => number): void {
    const inode = this.#inode('read', path);
    const byte = new Uint8Array(1);
    inode.current.read(position, byte);
    byte[0] = change(byte[0] as number);
    inode.write(position, byte, true);
  }

  /** Whether the call fails, and at which moment the plug is pulled: `true` means the call is the last one. */
  enter(kind: CallKind, path: string, changesDisk: boolean, grows: boolean = false): Entered {
    if (this.#crashed) throw new CrashSignal(`${kind} ${path} after the crash`);
    const call = { kind, path, number: ++this.calls, grows };
    if (changesDisk && ++this.changes === this.#options.crashAt) {
      this.#crashed = true;
      return { crashes: true, failure: new CrashSignal(`${kind} ${path}`) };
    }
    const code = this.#options.fail?.(call);
    if (code === undefined) return { crashes: false, failure: undefined };
    const doing = kind === 'syncDirectory' ? 'flush' : kind;
    return {
      crashes: false,
      failure: asDiskError(doing, path, Object.assign(new Error(`${code}: injected`), { code })),
    };
  }

  beginAsyncWrite(bytes: number): void {
    this.inFlightMax = Math.max(this.inFlightMax, ++this.inFlight);
    this.asyncWriteBytesMax = Math.max(this.asyncWriteBytesMax, bytes);
  }

  /** For a change that either happens or does not. */
  #change(kind: CallKind, path: string, apply: () => void): void {
    const { crashes, failure } = this.enter(kind, path, true);
    if (failure === undefined || crashes) apply();
    if (failure !== undefined) throw failure;
  }

  #inode(kind: CallKind, path: string): Inode {
    const entry = this.#names.current.get(path);
    if (entry === undefined || entry === 'directory') throw fileError(kind, path, 'ENOENT');
    return entry;
  }

  openSync(path: string, mode: OpenMode): DiskFile {
    const exists = this.#names.current.has(path);
    if (exists && mode === 'createNew') throw fileError('open', path, 'EEXIST');
    if (!exists && (mode === 'create' || mode === 'createNew')) {
      const parent = directoryOf(path);
      if (parent !== '' && this.#names.current.get(parent) !== 'directory') throw fileError('open', path, 'ENOENT');
      this.#change('open', path, () => this.#names.change(parent, { set: path, entry: new Inode() }));
    } else {
      const { failure } = this.enter('open', path, false);
      if (failure !== undefined) throw failure;
    }
    return new FaultyFile(this, path, this.#inode('open', path), mode === 'existingDsync');
  }

  existsSync(path: string): boolean {
    if (this.#crashed) throw new CrashSignal(`exists ${path} after the crash`);
    return path === '' || this.#names.current.has(path);
  }

  listSync(directory: string): string[] {
    if (this.#crashed) throw new CrashSignal(`list ${directory} after the crash`);
    const paths = [...this.#names.current.keys()].filter((path) => path !== '' && directoryOf(path) === directory);
    return paths.map((path) => path.slice(directory === '' ? 0 : directory.length + 1)).toSorted();
  }

  makeDirectorySync(directory: string): void {
    if (this.existsSync(directory)) return;
    this.#change('mkdir', directory, () => {
      this.#names.change(directoryOf(directory), { set: directory, entry: 'directory' });
    });
  }

  renameSync(from: string, to: string): void {
    if (!this.#names.current.has(from)) throw fileError('rename', from, 'ENOENT');
    this.#change('rename', from, () => this.#names.change(directoryOf(from), { from, to }));
  }

  unlinkSync(path: string): void {
    if (!this.existsSync(path)) return;
    this.#change('unlink', path, () => this.#names.change(directoryOf(path), { remove: path }));
  }

  syncDirectorySync(directory: string): void {
    const { failure } = this.enter('syncDirectory', directory, true);
    if (failure !== undefined) throw failure;
    this.#names.sync(directory);
  }
}

class FaultyFile implements DiskFile {
  readonly path: string;
  readonly #disk: FaultyDisk;
  readonly #inode: Inode;
  readonly #dsync: boolean;

  constructor(disk: FaultyDisk, path: string, inode: Inode, dsync: boolean) {
    this.path = path;
    this.#disk = disk;
    this.#inode = inode;
    this.#dsync = dsync;
  }

  readSync(buffer: Uint8Array, position: number): number {
    const { failure } = this.#disk.enter('read', this.path, false);
    if (failure !== undefined) throw failure;
    return this.#inode.current.read(position, buffer);
  }

  read(buffer: Uint8Array, position: number, callback: ReadCallback): void {
    const { failure } = this.#disk.enter('read', this.path, false);
    this.#later(() => {
      if (failure === undefined) callback(null, this.#inode.current.read(position, buffer));
      else callback(failure, 0);
    }, callback);
  }

  writeSync(buffer: Uint8Array, position: number): void {
    const { crashes, failure } = this.#disk.enter('write', this.path, true, this.#grows(buffer, position));
    if (crashes) this.#inode.inFlight.add({ order: 0, position, bytes: keep(buffer) });
    if (failure !== undefined) {
      if (!crashes) this.#tear(buffer, position);
      throw failure;
    }
    this.#inode.write(position, buffer, this.#dsync);
  }

  #grows(buffer: Uint8Array, position: number): boolean {
    return position + buffer.length > this.#inode.current.size;
  }

  /** A failed write has written any part. */
  #tear(buffer: Uint8Array, position: number): void {
    const bytes = buffer.subarray(0, Math.floor(this.#disk.random() * (buffer.length + 1)));
    this.#inode.write(position, bytes, false);
  }

  write(buffer: Uint8Array, position: number, callback: IoCallback): void {
    const { crashes, failure } = this.#disk.enter('write', this.path, true, this.#grows(buffer, position));
    const change = { order: 0, position, bytes: keep(buffer) };
    this.#inode.inFlight.add(change);
    this.#disk.beginAsyncWrite(buffer.length);
    this.#later(() => {
      this.#disk.inFlight--;
      if (Buffer.compare(buffer, change.bytes) !== 0)
        throw new Error(`the buffer of a write to ${this.path} was changed in flight`);
      if (!crashes) this.#inode.inFlight.delete(change);
      if (failure === undefined) this.#inode.write(position, buffer, this.#dsync);
      else if (!crashes) this.#tear(buffer, position);
      callback(failure ?? null);
    }, callback);
  }

  flushSync(): void {
    const { crashes, failure } = this.#disk.enter('flush', this.path, true);
    if (failure === undefined) this.#inode.flush(this.#inode.nextOrder);
    else if (!crashes) this.#inode.flushBadly(this.#disk.random);
    if (failure !== undefined) throw failure;
  }

  flush(callback: IoCallback): void {
    const { crashes, failure } = this.#disk.enter('flush', this.path, true);
    const endOrder = this.#inode.nextOrder;
    this.#later(() => {
      if (failure === undefined) this.#inode.flush(endOrder);
      else if (!crashes) this.#inode.flushBadly(this.#disk.random);
      callback(failure ?? null);
    }, callback);
  }

  /** Runs `complete` one to three event-loop turns later; after a crash only the caller hears, of the crash. */
  #later(complete: () => void, callback: (error: Error | null, count: number) => void): void {
    let turns = 1 + Math.floor(this.#disk.random() * 3);
    const turn = (): void => {
      if (--turns > 0) setImmediate(turn);
      else if (this.#disk.hasCrashed) callback(new CrashSignal(this.path), 0);
      else complete();
    };
    setImmediate(turn);
  }

  truncateSync(bytes: number): void {
    const { failure } = this.#disk.enter('truncate', this.path, true);
    if (failure !== undefined) throw failure;
    this.#inode.truncate(bytes);
  }

  sizeSync(): number {
    return this.#inode.current.size;
  }

  closeSync(): void {
    // Nothing is buffered on this side of the disk.
  }
}

function fileError(doing: string, path: string, code: string): Error {
  return asDiskError(doing, path, Object.assign(new Error(`${code}: ${path}`), { code }));
}
