/**
 * The walk of a checkpoint over the pages of its image: first what others put aside, then the frames, in runs sorted by
 * page, so that neighbours in the tree become neighbours on disk. Frames whose page was written by an eviction meanwhile,
 * or put aside and written, are passed over.
 */
import type { BufferPool } from './buffer-pool.ts';
import type { ImageBatch } from './image-batch.ts';
import type { PageFile } from './page-file.ts';

/** Frames looked at and sorted in one go: more would hold up the engine. */
const runFramesMax = 8192;

export class CheckpointPages {
  readonly #pool: BufferPool;
  readonly #file: PageFile;
  /** Frames first used after C hold nothing of the image. */
  readonly #endFrame: number;
  #nextFrame = 0;
  #run: number[] = [];
  readonly #sortKeys = new Float64Array(runFramesMax);

  constructor(pool: BufferPool, file: PageFile) {
    this.#pool = pool;
    this.#file = file;
    this.#endFrame = pool.usedFrames;
  }

  /** Whether something may be left to write. */
  get hasMore(): boolean {
    return this.#pool.staged.count > 0 || this.#run.length > 0 || this.#nextFrame < this.#endFrame;
  }

  /** Writes the next batch of pages, off-thread. */
  async writeNext(batch: ImageBatch): Promise<void> {
    batch.clear();
    const staged = this.#pool.staged.moveTo(batch);
    const frames = this.#copyFrames(batch);
    if (batch.count === 0) return;
    batch.assignSlots(this.#file);
    for (const [image, { map, page }] of staged.entries()) map.settle(page, batch.slots[image]!, batch.crcs[image]!);
    for (const [index, frame] of frames.entries()) {
      const image = staged.length + index;
      this.#pool.holdInFlight(frame);
      this.#pool.markWritten(frame, batch.slots[image]!, batch.crcs[image]!);
    }
    let failed = true;
    try {
      await batch.write(this.#file);
      failed = false;
    } finally {
      for (const frame of frames) this.#pool.releaseInFlight(frame, failed);
    }
  }

  #copyFrames(batch: ImageBatch): number[] {
    const frames: number[] = [];
    while (!batch.isFull && (this.#run.length > 0 || this.#nextFrame < this.#endFrame)) {
      if (this.#run.length === 0) this.#collectRun();
      const frame = this.#run.pop();
      if (frame === undefined || !this.#pool.belongsToImage(frame)) continue;
      this.#pool.copyTo(batch, frame);
      frames.push(frame);
    }
    return frames;
  }

  /** The next frames that hold pages of the image, highest page first: they are taken from the end. */
  #collectRun(): void {
    const keys = this.#sortKeys;
    const first = this.#nextFrame;
    const stop = Math.min(this.#endFrame, first + runFramesMax);
    let count = 0;
    for (let frame = first; frame < stop; frame++) {
      if (this.#pool.belongsToImage(frame)) keys[count++] = this.#sortKey(frame) + (frame - first);
    }
    this.#nextFrame = stop;
    const sorted = keys.subarray(0, count).sort();
    for (let i = count - 1; i >= 0; i--) this.#run.push(first + (sorted[i]! % runFramesMax));
  }

  /** Space (near enough), page, and room for the position in the run: 8 + 32 + 13 bits. */
  #sortKey(frame: number): number {
    return ((this.#pool.frames.spaceOf(frame) % 256) * 0x1_0000_0000 + this.#pool.frames.pageOf(frame)) * runFramesMax;
  }
}
