/**
 * Up to 1 MB of page images on their way to the page file. Never a frame itself (POOL-1): images are private copies, sealed
 * with their checksums here, and written as few large writes as the free slots allow.
 *
 *   add, add, add …  →  assignSlots  →  writeSync | write  →  clear
 */
import type { PageFile } from './page-file.ts';
import { pageBytes, sealPage } from './page.ts';
import { extentSlots } from './slot-ledger.ts';

export const batchImagesMax = extentSlots;
/** From this length on a run is worth a write with its own sync; shorter ones share one flush. */
const durableRunImages = 32;

interface Run {
  readonly firstImage: number;
  readonly slot: number;
  readonly count: number;
}

export class ImageBatch {
  readonly capacity: number;
  readonly bytes: Uint8Array;
  readonly view: DataView;
  count = 0;
  /** By image, after `assignSlots`. */
  readonly slots: number[] = [];
  readonly crcs: number[] = [];
  #runs: Run[] = [];

  constructor(capacity: number) {
    this.capacity = Math.min(capacity, batchImagesMax);
    this.bytes = new Uint8Array(this.capacity * pageBytes);
    this.view = new DataView(this.bytes.buffer);
  }

  get isFull(): boolean {
    return this.count === this.capacity;
  }

  /** Offset in `bytes` where the caller puts the next image. */
  next(): number {
    return this.count++ * pageBytes;
  }

  /** Adds a copy of the page at `base` of `source`. */
  add(source: Uint8Array, base: number): void {
    this.bytes.set(source.subarray(base, base + pageBytes), this.next());
  }

  /** Seals the images and gives each a slot, neighbours where possible. The slots are the caller's to place or release. */
  assignSlots(file: PageFile): void {
    file.ensureFree(this.count);
    for (let image = 0; image < this.count; image++)
      this.crcs[image] = sealPage(this.bytes, this.view, image * pageBytes);
    let image = 0;
    while (image < this.count) {
      const slot = file.slots.allocateRun(this.count - image);
      const count = file.slots.runLength;
      this.#runs.push({ firstImage: image, slot, count });
      for (let i = 0; i < count; i++) this.slots[image + i] = slot + i;
      image += count;
    }
  }

  /** Gives the slots back after a failed write; nobody has heard of them. */
  releaseSlots(file: PageFile): void {
    for (let image = 0; image < this.count; image++) file.slots.releaseNow(this.slots[image]!);
  }

  writeSync(file: PageFile): void {
    for (const run of this.#runs) file.writeRunSync(run.slot, this.#imagesOf(run));
  }

  /** Off-thread, one write at a time; everything is durable when the promise is fulfilled (CKPT-3). */
  async write(file: PageFile): Promise<void> {
    let needsFlush = false;
    for (const run of this.#runs) {
      const durable = this.#runs.length === 1 || run.count >= durableRunImages;
      if (!durable) needsFlush = true;
      await new Promise<void>((resolve, reject) => {
        file.writeRun(run.slot, this.#imagesOf(run), durable, (error) => (error === null ? resolve() : reject(error)));
      });
    }
    if (needsFlush) await file.flush();
  }

  #imagesOf(run: Run): Uint8Array {
    return this.bytes.subarray(run.firstImage * pageBytes, (run.firstImage + run.count) * pageBytes);
  }

  clear(): void {
    this.count = 0;
    this.#runs = [];
  }
}
