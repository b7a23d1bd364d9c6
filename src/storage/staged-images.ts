/**
 * Copies of pages as of C that the engine wanted to change before the running checkpoint had written them (POOL-1,
 * CKPT-2). A stack of bounded size: when it is full the pool writes some out itself.
 */
import type { PageNumber } from '../common/ids.ts';
import { batchImagesMax, ImageBatch } from './image-batch.ts';
import type { PageFile } from './page-file.ts';
import type { PageMap } from './page-map.ts';
import { pageBytes } from './page.ts';

const stagedMax = 1024;

interface Staged {
  readonly map: PageMap;
  readonly page: PageNumber;
}

export class StagedImages {
  readonly #capacity: number;
  readonly #bytes: Uint8Array;
  readonly #owners: Staged[] = [];
  #batch: ImageBatch | undefined = undefined;

  constructor(frameCount: number) {
    this.#capacity = Math.min(stagedMax, Math.max(8, frameCount >>> 3));
    this.#bytes = new Uint8Array(this.#capacity * pageBytes);
  }

  get count(): number {
    return this.#owners.length;
  }

  get isFull(): boolean {
    return this.#owners.length === this.#capacity;
  }

  push(map: PageMap, page: PageNumber, source: Uint8Array, base: number): void {
    this.#bytes.set(source.subarray(base, base + pageBytes), this.#owners.length * pageBytes);
    this.#owners.push({ map, page });
  }

  /** Moves images to the batch until it is full; returns whose they are, in the batch's order. */
  moveTo(batch: ImageBatch): Staged[] {
    const moved: Staged[] = [];
    while (!batch.isFull) {
      const owner = this.#owners.pop();
      if (owner === undefined) break;
      batch.add(this.#bytes, this.#owners.length * pageBytes);
      moved.push(owner);
    }
    return moved;
  }

  /** Writes a batch of them and settles it. */
  writeSomeSync(file: PageFile): void {
    this.#batch ??= new ImageBatch(Math.min(batchImagesMax, this.#capacity));
    const batch = this.#batch;
    batch.clear();
    const owners = this.moveTo(batch);
    batch.assignSlots(file);
    try {
      batch.writeSync(file);
    } catch (error) {
      batch.releaseSlots(file);
      throw error;
    }
    for (const [image, { map, page }] of owners.entries()) map.settle(page, batch.slots[image]!, batch.crcs[image]!);
  }

  clear(): void {
    this.#owners.length = 0;
  }
}
