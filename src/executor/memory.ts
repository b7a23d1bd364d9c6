/**
 * Accounting of bytes against work_mem. An operator that collects rows asks `fits` before it grows and spills to a
 * temporary file when the answer is no.
 */
export interface TempFile {
  append(bytes: Uint8Array): void;
  /** Reads into `target` from `position`; returns the bytes read. */
  read(target: Uint8Array, position: number): number;
  readonly size: number;
  close(): void;
}

export interface TempFiles {
  create(): TempFile;
}

export class MemoryAccount {
  readonly limitBytes: number;
  readonly temp: TempFiles;
  /** Bytes in use by all operators of the execution. */
  used = 0;
  peak = 0;

  constructor(limitBytes: number, temp: TempFiles) {
    this.limitBytes = limitBytes;
    this.temp = temp;
  }

  take(bytes: number): void {
    this.used += bytes;
    if (this.used > this.peak) this.peak = this.used;
  }

  give(bytes: number): void {
    this.used -= bytes;
  }
}
