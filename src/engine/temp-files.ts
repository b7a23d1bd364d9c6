/** Spill files of queries, in tmp/. They are removed when closed; a crash's leftovers are swept away at the next start. */
import type { TempFile, TempFiles } from '../executor/memory.ts';
import { layout } from '../storage/data-directory.ts';
import type { Disk, DiskFile } from '../storage/disk.ts';

export class SpillFiles implements TempFiles {
  readonly #disk: Disk;
  #nextNumber = 1;

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  create(): TempFile {
    const path = `${layout.tmp}/spill-${this.#nextNumber++}`;
    return new SpillFile(this.#disk, this.#disk.openSync(path, 'createNew'));
  }
}

class SpillFile implements TempFile {
  size = 0;
  readonly #disk: Disk;
  readonly #file: DiskFile;
  #isOpen = true;

  constructor(disk: Disk, file: DiskFile) {
    this.#disk = disk;
    this.#file = file;
  }

  append(bytes: Uint8Array): void {
    this.#file.writeSync(bytes, this.size);
    this.size += bytes.length;
  }

  read(target: Uint8Array, position: number): number {
    return this.#file.readSync(target, position);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#file.closeSync();
    this.#disk.unlinkSync(this.#file.path);
  }
}
