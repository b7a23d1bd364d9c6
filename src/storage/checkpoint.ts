/**
 * Checkpoints: the durable image moves from one LSN to the next without stopping anybody.
 *
 *   freeze at C ─▶ log durable ≥ C ─▶ pages ─▶ map pages ─▶ root ─▶ flush ─▶ control slot A ─▶ slot B ─▶ free old slots
 *   (one moment)   └─────────── background: one write of ≤ 1 MB in flight, paced (CKPT-3) ──────────┘
 *
 * Everything goes to free slots, so until slot A is written the old image is whole, and from then on the new one (CKPT-1).
 * An error before that abandons the attempt: what was written stays useful to the live maps, the rest stays dirty.
 * An error after it, or of any flush, is fatal.
 */
import { assert } from '../common/assert.ts';
import type { Lsn } from '../common/ids.ts';
import type { BufferPool } from './buffer-pool.ts';
import { CheckpointPages } from './checkpoint-pages.ts';
import { writeRoot, type WrittenRoot } from './checkpoint-root.ts';
import type { ControlFile, ControlRecord } from './control-file.ts';
import { FatalIoError } from './disk.ts';
import { batchImagesMax, ImageBatch } from './image-batch.ts';
import type { PageFile } from './page-file.ts';
import type { PageMap } from './page-map.ts';

export interface CheckpointRequest {
  /** C. The pages are in the state of this position at the moment of the call. */
  readonly lsn: Lsn;
  /** State of the floors above at C; given back by `lastCheckpoint` at the next start. */
  readonly blob: Uint8Array;
  /** Fulfilled when the log is durable up to C; no page of the image counts before. */
  readonly logDurable?: (() => Promise<void>) | undefined;
  /** Spread the writes over so much time; 0 or absent: full speed. */
  readonly durationMs?: number | undefined;
}

/** The file loses 32 MB in a step. */
const shrinkStepsMax = 64;

/** Pages per write: 1 MB, less where that would tie up too much of a small pool. */
function batchCapacity(pool: BufferPool): number {
  return Math.max(1, Math.min(batchImagesMax, pool.frameCount >>> 3));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

export class Checkpointer {
  readonly #pool: BufferPool;
  readonly #file: PageFile;
  readonly #control: ControlFile;
  readonly #batch: ImageBatch;
  #record: ControlRecord;
  #rootSlots: readonly number[];
  #isRunning = false;
  #fatalError: FatalIoError | undefined = undefined;
  #hurried = false;
  #wakePause: (() => void) | undefined = undefined;

  /** `rootSlots`: the slots of the durable image's root, as `readRoot` found them; none for a new directory. */
  constructor(
    pool: BufferPool,
    file: PageFile,
    control: ControlFile,
    record: ControlRecord,
    rootSlots: readonly number[],
  ) {
    this.#pool = pool;
    this.#file = file;
    this.#control = control;
    this.#batch = new ImageBatch(batchCapacity(pool));
    this.#record = record;
    this.#rootSlots = rootSlots;
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  /** The durable image. */
  get record(): ControlRecord {
    return this.#record;
  }

  /** The running checkpoint goes at full speed from now on. */
  hurry(): void {
    this.#hurried = true;
    this.#wakePause?.();
  }

  /**
   * Freezes before it returns; fulfilled when the image is durable and old slots are free: the log may be recycled.
   * Rejected with a FatalIoError: end the process. With anything else: the old image stands, try again later.
   */
  async run(request: CheckpointRequest): Promise<void> {
    assert(!this.#isRunning, 'CKPT-2: one checkpoint at a time');
    if (this.#fatalError !== undefined) throw this.#fatalError;
    this.#isRunning = true;
    this.#hurried = false;
    const maps = this.#freeze();
    let root: WrittenRoot | undefined;
    try {
      const startMs = performance.now();
      await request.logDurable?.();
      await this.#writePages(startMs, request.durationMs ?? 0);
      for (const map of maps) await this.#writeMap(map);
      root = await writeRoot(this.#file, { spaces: maps.map((map) => map.frozenRoot()), blob: request.blob });
      await this.#file.flush();
      await this.#publish(request.lsn, root);
      this.#finish(maps, root);
      await this.#shrink();
    } catch (error) {
      this.#abandon(maps, root, error);
      throw error;
    } finally {
      this.#isRunning = false;
    }
  }

  #freeze(): PageMap[] {
    const maps = [...this.#pool.maps.values()];
    for (const map of maps) map.freeze();
    this.#file.slots.freeze();
    this.#pool.beginImage();
    return maps;
  }

  async #writePages(startMs: number, durationMs: number): Promise<void> {
    const pages = new CheckpointPages(this.#pool, this.#file);
    const total = Math.max(1, this.#pool.dirtyCount);
    let written = 0;
    while (pages.hasMore) {
      this.#throwIfAbandoned();
      await pages.writeNext(this.#batch);
      written += this.#batch.count;
      await this.#pause(startMs + durationMs * Math.min(1, written / total));
    }
    this.#throwIfAbandoned();
    this.#pool.endImage();
  }

  #throwIfAbandoned(): void {
    if (this.#pool.imageError !== undefined) throw this.#pool.imageError;
  }

  /** Waits until then, unless somebody waits for the checkpoint, or for the memory and slots it holds up. */
  async #pause(untilMs: number): Promise<void> {
    const waitMs = untilMs - performance.now();
    if (waitMs < 1 || this.#hurried || this.#pool.staged.count > 0 || this.#pool.isLowOnSlots) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, waitMs);
      this.#wakePause = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wakePause = undefined;
  }

  /** Bottom-up: a map page holds the slots of the level below. */
  async #writeMap(map: PageMap): Promise<void> {
    if (map.frozenDirtyCount === 0) return;
    for (let level = 0; level <= map.frozenTopLevel; level++) {
      const indexes = map.frozenDirtyAt(level);
      for (let at = 0; at < indexes.length; at += this.#batch.capacity) {
        await this.#writeMapPages(map, level, indexes.slice(at, at + this.#batch.capacity));
      }
    }
  }

  async #writeMapPages(map: PageMap, level: number, indexes: readonly number[]): Promise<void> {
    const batch = this.#batch;
    batch.clear();
    for (const index of indexes) map.fillMapPage(level, index, batch.bytes, batch.view, batch.next());
    batch.assignSlots(this.#file);
    for (const [image, index] of indexes.entries()) {
      map.moveMapPage(level, index, batch.slots[image] as number, batch.crcs[image] as number);
    }
    await batch.write(this.#file);
  }

  async #publish(lsn: Lsn, root: WrittenRoot): Promise<void> {
    const record = {
      systemId: this.#record.systemId,
      checkpointNumber: this.#record.checkpointNumber + 1,
      lsn,
      rootSlot: root.slots[0] as number,
      rootCrc: root.crc,
      completedAtMs: Date.now(),
    };
    await this.#control.write(record);
    this.#record = record;
  }

  #finish(maps: readonly PageMap[], root: WrittenRoot): void {
    this.#file.notePeak();
    for (const map of maps) map.thaw(true);
    for (const slot of this.#rootSlots) this.#file.slots.releaseNow(slot);
    this.#rootSlots = root.slots;
    this.#file.slots.releaseRetired();
  }

  async #shrink(): Promise<void> {
    for (let step = 0; step < shrinkStepsMax && this.#file.trim(); step++) await nextTurn();
  }

  /** After a fatal error nothing is given back: it may belong to the image that will be found. */
  #abandon(maps: readonly PageMap[], root: WrittenRoot | undefined, error: unknown): void {
    this.#pool.endImage();
    if (error instanceof FatalIoError) {
      this.#fatalError = error;
      return;
    }
    for (const map of maps) map.thaw(false);
    if (root !== undefined) for (const slot of root.slots) this.#file.slots.releaseNow(slot);
  }
}
