/**
 * The page side of storage as a whole: opens or initialises a data directory's pages, and gives the floors above the buffer
 * pool, the page spaces, and checkpoints. The log side stands beside it (log/); the engine holds both together.
 */
import { randomBytes } from 'node:crypto';
import { assert } from '../common/assert.ts';
import { type Lsn, noLsn, type PageNumber, type SpaceId } from '../common/ids.ts';
import { BufferPool } from './buffer-pool.ts';
import { readRoot } from './checkpoint-root.ts';
import { Checkpointer, type CheckpointRequest } from './checkpoint.ts';
import { ControlFile, type ControlRecord } from './control-file.ts';
import { finishNewDirectory, prepareDataDirectory } from './data-directory.ts';
import type { Disk } from './disk.ts';
import { PageFile } from './page-file.ts';
import { entriesPerMapPage, mapEntriesOffset, PageMap, type SpaceRoot } from './page-map.ts';
import { pageBytes } from './page.ts';

export interface PageStorageOptions {
  /** Size of the buffer pool; memory is taken as it is used. */
  readonly poolBytes: number;
}

/** What the last durable checkpoint recorded. */
export interface LastCheckpoint {
  readonly lsn: Lsn;
  readonly blob: Uint8Array;
}

/** Dirty pages cleaned between two yields while a branch is being prepared. */
const cleanSlicePages = 256;

export class PageStorage {
  readonly pool: BufferPool;
  /** No checkpoint has ever been completed here: the caller fills the spaces and then runs the first one. */
  readonly isNew: boolean;
  readonly #disk: Disk;
  readonly #file: PageFile;
  readonly #control: ControlFile;
  readonly #checkpointer: Checkpointer;
  #lastCheckpoint: LastCheckpoint = { lsn: noLsn, blob: new Uint8Array() };

  private constructor(disk: Disk, options: PageStorageOptions) {
    this.#disk = disk;
    this.isNew = prepareDataDirectory(disk) === 'new';
    const opened = this.isNew ? undefined : ControlFile.open(disk);
    this.#control = opened?.file ?? ControlFile.create(disk);
    this.#file = new PageFile(disk);
    this.pool = new BufferPool(this.#file, options.poolBytes);
    const record = opened?.record ?? newRecord();
    const rootSlots = this.isNew ? [] : this.#loadImage(record);
    this.pool.updateHeadroom();
    this.#checkpointer = new Checkpointer(this.pool, this.#file, this.#control, record, rootSlots);
  }

  /** The caller holds the directory's lock. Throws SqlError with one clear line. */
  static open(disk: Disk, options: PageStorageOptions): PageStorage {
    return new PageStorage(disk, options);
  }

  /** Reads root and maps; what they use is not free. Returns the slots of the root. */
  #loadImage(record: ControlRecord): readonly number[] {
    const { root, slots } = readRoot(this.#file, record.rootSlot, record.rootCrc);
    for (const space of root.spaces) this.pool.maps.set(space.space, loadMap(this.#file, space));
    this.#lastCheckpoint = { lsn: record.lsn, blob: root.blob };
    return slots;
  }

  get systemId(): bigint {
    return this.#checkpointer.record.systemId;
  }

  /** Recovery replays the log from its `lsn`. */
  get lastCheckpoint(): LastCheckpoint {
    return this.#lastCheckpoint;
  }

  // --- spaces ---

  get spaces(): SpaceId[] {
    return [...this.pool.maps.keys()];
  }

  hasSpace(space: SpaceId): boolean {
    return this.pool.maps.has(space);
  }

  /** Pages in use. */
  pageCountOf(space: SpaceId): number {
    return this.pool.mapOf(space).countAllocated();
  }

  /** An empty space; its first page will have number 1. Durable, as everything here, with the next checkpoint. */
  createSpace(space: SpaceId): void {
    assert(!this.hasSpace(space), 'SPACE-1: a space is created once');
    this.pool.maps.set(space, new PageMap(space, this.#file.slots));
    this.pool.updateHeadroom();
  }

  /** The space and its pages are gone; the slots are free after the next checkpoint. */
  dropSpace(space: SpaceId): void {
    const map = this.pool.mapOf(space);
    this.pool.discardSpace(space);
    map.drop();
    this.pool.maps.delete(space);
    this.pool.updateHeadroom();
  }

  /**
   * Writes most dirty pages of a space about to be branched, a slice at a time, so that `branchSpace` itself is short.
   * Not needed for correctness.
   */
  async prepareBranch(source: SpaceId): Promise<void> {
    const slicesMax = this.pool.frameCount / cleanSlicePages;
    for (let slice = 0; slice < slicesMax && this.hasSpace(source); slice++) {
      if (this.pool.cleanSpace(source, cleanSlicePages) < cleanSlicePages) return;
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
  }

  /** `target` becomes a copy of `source` as it is at this moment: a copy of its map (BRANCH-1). */
  branchSpace(source: SpaceId, target: SpaceId): void {
    assert(!this.hasSpace(target), 'SPACE-1: a space is created once');
    const map = this.pool.mapOf(source);
    this.pool.reserve(2 * map.chunkCount);
    this.pool.cleanSpace(source, Infinity);
    this.pool.maps.set(target, map.copyFor(target));
    this.pool.updateHeadroom();
  }

  /** For statistics: slots of the page file, and how many of them are free. */
  get slotCount(): number {
    return this.#file.slots.slotCount;
  }
  get freeSlotCount(): number {
    return this.#file.slots.freeCount;
  }

  // --- checkpoints ---

  get isCheckpointRunning(): boolean {
    return this.#checkpointer.isRunning;
  }

  /** See Checkpointer.run: the freeze happens before this returns its promise. */
  async checkpoint(request: CheckpointRequest): Promise<void> {
    const blob = request.blob.slice();
    await this.#checkpointer.run({ ...request, blob });
    this.#lastCheckpoint = { lsn: request.lsn, blob };
    finishNewDirectory(this.#disk);
  }

  /** Somebody waits for the running checkpoint. */
  hurryCheckpoint(): void {
    this.#checkpointer.hurry();
  }

  /** Closes the files. What no checkpoint has seen is lost, as in a crash: the log has it. */
  async close(): Promise<void> {
    assert(!this.isCheckpointRunning, 'CKPT-2: no close while a checkpoint runs');
    await this.#file.close();
    this.#control.close();
  }
}

function newRecord(): ControlRecord {
  const systemId = randomBytes(8).readBigUInt64LE() >> 1n;
  return { systemId, checkpointNumber: 0, lsn: noLsn, rootSlot: 0, rootCrc: 0, completedAtMs: 0 };
}

/** Reads a space's map pages, top-down. */
function loadMap(file: PageFile, root: SpaceRoot): PageMap {
  const map = new PageMap(root.space, file.slots);
  map.pageCount = root.pageCount;
  let entries = Uint32Array.of(root.topSlot, root.topCrc);
  for (let level = root.topLevel; level >= 0; level--) {
    const count = Math.ceil(root.pageCount / entriesPerMapPage ** (level + 1));
    const below: Uint32Array[] = [];
    for (let index = 0; index < count; index++) {
      const slot = entries[2 * index] as number;
      const crc = entries[2 * index + 1] as number;
      const content = readMapPage(file, root.space, index, slot, crc);
      map.load(level, index, slot, crc, content);
      if (level > 0) below.push(content);
    }
    entries = concatenate(below);
  }
  return map;
}

function readMapPage(file: PageFile, space: SpaceId, index: number, slot: number, crc: number): Uint32Array {
  const bytes = new Uint8Array(pageBytes);
  file.readSync(slot, bytes, new DataView(bytes.buffer), 0, { space, page: index as PageNumber, crc });
  return new Uint32Array(bytes.buffer.slice(mapEntriesOffset));
}

function concatenate(parts: readonly Uint32Array[]): Uint32Array<ArrayBuffer> {
  const all = new Uint32Array(parts.length * 2 * entriesPerMapPage);
  for (const [index, part] of parts.entries()) all.set(part, index * 2 * entriesPerMapPage);
  return all;
}
