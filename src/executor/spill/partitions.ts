/**
 * Rows divided by their hash into files that can be worked on one after the other: what a hash join or aggregate does with what
 * does not fit. Each level of division looks at five other bits of the hash, from the top; the tables use the bottom ones.
 */
import type { MemoryAccount } from '../memory.ts';
import type { TypeHandler } from '../../types/type-handler.ts';
import type { Vector } from '../../types/vector.ts';
import { BlockFile } from './block-file.ts';

const partitionBits = 5;
export const partitionCount = 1 << partitionBits;
/** Deeper, all bits are used up: what is left shares its hash, and is kept in memory whatever its size. */
export const depthMax = 5;

export function partitionOf(hash: number, depth: number): number {
  return (hash >>> (32 - partitionBits * (depth + 1))) & (partitionCount - 1);
}

export class Partitions {
  readonly depth: number;
  readonly #handlers: readonly TypeHandler[];
  readonly #memory: MemoryAccount;
  readonly #files: (BlockFile | undefined)[] = Array.from({ length: partitionCount }, () => undefined);
  readonly #rows: Int32Array[] = Array.from({ length: partitionCount }, () => new Int32Array(0));
  readonly #counts = new Int32Array(partitionCount);

  constructor(handlers: readonly TypeHandler[], memory: MemoryAccount, depth: number) {
    this.#handlers = handlers;
    this.#memory = memory;
    this.depth = depth;
  }

  /** Writes rows rows[0 … count), whose hashes are hashes[0 … count), to the files they belong to. */
  append(columns: readonly Vector[], rows: Int32Array, hashes: Int32Array, count: number): void {
    this.#counts.fill(0);
    for (let k = 0; k < count; k++) {
      const partition = partitionOf(hashes[k] as number, this.depth);
      if ((this.#rows[partition] as Int32Array).length < count) this.#growList(partition, count);
      const at = this.#counts[partition] as number;
      (this.#rows[partition] as Int32Array)[at] = rows[k] as number;
      this.#counts[partition] = at + 1;
    }
    for (let partition = 0; partition < partitionCount; partition++) {
      const size = this.#counts[partition] as number;
      if (size === 0) continue;
      const file = (this.#files[partition] ??= new BlockFile(this.#handlers, this.#memory));
      file.append(columns, this.#rows[partition] as Int32Array, size);
    }
  }

  #growList(partition: number, count: number): void {
    const grown = new Int32Array(Math.max(count, 128));
    grown.set(this.#rows[partition] as Int32Array);
    this.#rows[partition] = grown;
  }

  /** The file of a partition; undefined when it has no rows. */
  file(partition: number): BlockFile | undefined {
    return this.#files[partition];
  }

  /** Takes all files out, to be read and closed by the caller. */
  takeFiles(): BlockFile[] {
    const files = this.#files.filter((file) => file !== undefined);
    this.#files.fill(undefined);
    for (const file of files) file.flush();
    return files;
  }

  close(): void {
    for (const file of this.#files) file?.close();
    this.#files.fill(undefined);
  }
}
