/**
 * The walk of a checkpoint over the pages of its image: first what others put aside, then the frames, in runs sorted by
 * page, so that neighbours in the tree become neighbours on disk. Frames whose page was written by an eviction meanwhile,
 * or put aside and written, are passed over.
 */
import type { BufferPool } from './buffer-pool.ts';
import type { ImageBatch } from './image-batch.ts';
import type { PageFile } from './page-file.ts';

/** Sorting more at once would hold up the engine for more than a time slice. */
const runFramesMax = 8192;
const scannedFramesMax = 65_536;

export class CheckpointPages {
  readonly #pool: BufferPool;
  readonly #file: PageFile;
  /** Frames first used after C hold nothing of the image. */
  readonly #endFrame: number;
  #nextFrame = 0;
  #run: number[] = [];

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
    while (!batch.isFull) {
      if (this.#run.length === 0) this.#collectRun();
      const frame = this.#run.pop();
      if (frame === undefined) break;
      if (!this.#pool.belongsToImage(frame)) continue;
      this.#pool.copyTo(batch, frame);
      frames.push(frame);
    }
    return frames;
  }

  /** The next frames that hold pages of the image, highest page first: they are taken from the end. */
  #collectRun(): void {
    const stop = Math.min(this.#endFrame, this.#nextFrame + scannedFramesMax);
    while (this.#nextFrame < stop && this.#run.length < runFramesMax) {
      if (this.#pool.belongsToImage(this.#nextFrame)) this.#run.push(this.#nextFrame);
      this.#nextFrame++;
    }
    this.#run.sort((a, b) => this.#pool.compareByPage(b, a));
  }
}
