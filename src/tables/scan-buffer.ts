/**
 * Memory of one running scan: an arena for copies of leaf pages and rebuilt rows, and where in it the gathered rows lie.
 * Scans gather rows by the leaf and hand them out by the batch. Buffers are pooled: most scans are short.
 */
import { pageBytes } from '../storage/page-store.ts';

/** Leaves are copied up to here; what is left is for rows that do not lie in a leaf as they are wanted. */
const leafAreaBytes = 32 * pageBytes;
const arenaBytes = leafAreaBytes + 128 * 1024;
/** Rows are gathered up to 1,024; the last leaf may bring as many as a leaf can hold. */
const rowsMax = 2048;
const pooledMax = 8;

export class ScanBuffer {
  bytes: Uint8Array = new Uint8Array(arenaBytes);
  view: DataView = new DataView(this.bytes.buffer);
  #used = 0;
  /** Where row images begin. */
  readonly starts: Int32Array = new Int32Array(rowsMax);
  /** Keys of the rows: table keys, or for index-only rows entries. */
  readonly keyStarts: Int32Array = new Int32Array(rowsMax);
  readonly keyLengths: Int32Array = new Int32Array(rowsMax);
  /** Rows gathered, and how many of them are handed out. */
  count = 0;
  delivered = 0;

  clear(): void {
    this.#used = 0;
    this.count = 0;
    this.delivered = 0;
  }

  get isFull(): boolean {
    return this.#used + pageBytes > leafAreaBytes || this.count >= rowsMax / 2;
  }

  /** Copies a leaf page in; returns where it lies. */
  addLeaf(source: Uint8Array, base: number): number {
    const at = this.#used;
    this.bytes.set(source.subarray(base, base + pageBytes), at);
    this.#used = at + pageBytes;
    return at;
  }

  /** Starts over with the leaf at `base`, of which some slots are still to be gathered. Returns where it lies now. */
  keepLeaf(base: number): number {
    this.bytes.copyWithin(0, base, base + pageBytes);
    this.clear();
    this.#used = pageBytes;
    return 0;
  }

  /** Copies an image in; returns where it begins, or -1 if the batch should be handed out first. */
  addImage(source: Uint8Array, start: number, end: number): number {
    const length = end - start;
    if (this.#used + length > this.bytes.length) {
      if (this.count > 0) return -1;
      this.#grow(this.#used + length);
    }
    const at = this.#used;
    if (length < 64) for (let i = 0; i < length; i++) this.bytes[at + i] = source[start + i] as number;
    else this.bytes.set(source.subarray(start, end), at);
    this.#used = at + length;
    return at;
  }

  #grow(needed: number): void {
    const bytes = new Uint8Array(needed * 2);
    bytes.set(this.bytes.subarray(0, this.#used));
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  add(start: number, keyStart: number, keyLength: number): void {
    const row = this.count++;
    this.starts[row] = start;
    this.keyStarts[row] = keyStart;
    this.keyLengths[row] = keyLength;
  }
}

export class ScanBufferPool {
  readonly #free: ScanBuffer[] = [];

  take(): ScanBuffer {
    const buffer = this.#free.pop() ?? new ScanBuffer();
    buffer.clear();
    return buffer;
  }

  giveBack(buffer: ScanBuffer): void {
    if (this.#free.length < pooledMax) this.#free.push(buffer);
  }
}
