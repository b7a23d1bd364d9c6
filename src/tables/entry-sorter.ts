/**
 * External merge sort of index entries (Knuth, vol. 3, 5.4). Entries are gathered in runs small enough to sort within a time
 * slice; sorted runs stay in memory until there is too much of them, then they are merged into one run in a temporary file.
 * Everything is done in steps that the caller can spread over slices.
 *
 *   run, in memory or in a file:   u16 entry bytes, u16 index key bytes, u8 flags, entry bytes …
 */
import type { Disk, DiskFile } from '../storage/disk.ts';
import { compareKeys } from '../storage/btree/node-search.ts';

/** `hasNull`: some part of the index key is NULL. */
export const sortedFlag = { marked: 1, hasNull: 2 } as const;

const headerBytes = 5;
/** About 1 M comparisons take longer than a slice; 8 k entries sort in about 2 ms. */
const runEntries = 8192;
const runBytes = 1024 * 1024;
const readBytes = 64 * 1024;

let filesMade = 0;

/** Steps through sorted entries; the fields belong to the one `next` stepped to. */
export interface SortedEntries {
  next(): boolean;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly keyBytes: number;
  readonly flags: number;
}

export class EntrySorter {
  readonly #disk: Disk;
  readonly #memoryMax: number;
  #bytes = new Uint8Array(runBytes + 16 * 1024);
  #used = 0;
  #offsets = new Uint32Array(runEntries);
  #prefixes = new Float64Array(runEntries);
  #count = 0;
  readonly #memoryRuns: Uint8Array[] = [];
  #memoryBytes = 0;
  readonly #files: DiskFile[] = [];
  #spill: Spill | undefined = undefined;

  constructor(disk: Disk, memoryMax: number) {
    this.#disk = disk;
    this.#memoryMax = memoryMax;
  }

  /** Whether `work` should be called before more entries are added. */
  get hasWork(): boolean {
    return this.#spill !== undefined || this.#memoryBytes > this.#memoryMax;
  }

  add(bytes: Uint8Array, start: number, end: number, keyBytes: number, flags: number): void {
    const length = end - start;
    if (this.#count === runEntries || this.#used + headerBytes + length > runBytes) this.#endRun();
    const at = this.#used;
    const run = this.#bytes;
    run[at] = length & 0xff;
    run[at + 1] = length >> 8;
    run[at + 2] = keyBytes & 0xff;
    run[at + 3] = keyBytes >> 8;
    run[at + 4] = flags;
    for (let i = 0; i < length; i++) run[at + headerBytes + i] = bytes[start + i] as number;
    this.#prefixes[this.#count] = prefixOf(bytes, start, end);
    this.#offsets[this.#count] = at;
    this.#count++;
    this.#used = at + headerBytes + length;
  }

  /** Sorts what was added last and puts it aside. */
  #endRun(): void {
    if (this.#count === 0) return;
    const order = Array.from({ length: this.#count }, (_, i) => i).sort((a, b) => this.#compare(a, b));
    const run = new Uint8Array(this.#used);
    let at = 0;
    for (const i of order) {
      const from = this.#offsets[i] as number;
      const size = headerBytes + readLength(this.#bytes, from);
      run.set(this.#bytes.subarray(from, from + size), at);
      at += size;
    }
    this.#memoryRuns.push(run);
    this.#memoryBytes += run.length;
    this.#used = 0;
    this.#count = 0;
  }

  #compare(a: number, b: number): number {
    const difference = (this.#prefixes[a] as number) - (this.#prefixes[b] as number);
    if (difference !== 0) return difference;
    const bytes = this.#bytes;
    const atA = (this.#offsets[a] as number) + headerBytes;
    const atB = (this.#offsets[b] as number) + headerBytes;
    const endA = atA + readLength(bytes, atA - headerBytes);
    return compareKeys(bytes, atA, endA, bytes, atB, atB + readLength(bytes, atB - headerBytes));
  }

  /** One step of merging what is in memory into a file. */
  work(): void {
    if (this.#spill === undefined) {
      const file = this.#disk.openSync(`tmp/sort-${process.pid}-${++filesMade}`, 'createNew');
      this.#files.push(file);
      const runs = this.#memoryRuns.splice(0).map((run) => new RunReader(run, undefined));
      this.#spill = new Spill(file, new Merge(runs));
      this.#memoryBytes = 0;
    }
    if (this.#spill.run(runEntries)) this.#spill = undefined;
  }

  /** All entries in order; nothing can be added any more. `hasWork` is false. */
  finish(): SortedEntries {
    this.#endRun();
    const runs = this.#memoryRuns.map((run) => new RunReader(run, undefined));
    for (const file of this.#files) runs.push(new RunReader(new Uint8Array(0), file));
    return new Merge(runs);
  }

  close(): void {
    for (const file of this.#files) {
      file.closeSync();
      this.#disk.unlinkSync(file.path);
    }
    this.#files.length = 0;
    this.#memoryRuns.length = 0;
  }
}

/** The first 6 bytes as a number: decides most comparisons. */
function prefixOf(bytes: Uint8Array, start: number, end: number): number {
  let high = 0;
  let low = 0;
  for (let i = 0; i < 3; i++) high = high * 256 + (start + i < end ? (bytes[start + i] as number) : 0);
  for (let i = 3; i < 6; i++) low = low * 256 + (start + i < end ? (bytes[start + i] as number) : 0);
  return high * 0x100_0000 + low;
}

function readLength(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
}

/** Reads one run, from memory or through a window on its file. */
class RunReader {
  bytes: Uint8Array;
  start = 0;
  end = 0;
  keyBytes = 0;
  flags = 0;
  readonly #file: DiskFile | undefined;
  #next = 0;
  #limit: number;
  #filePosition = 0;

  constructor(bytes: Uint8Array, file: DiskFile | undefined) {
    this.bytes = file === undefined ? bytes : new Uint8Array(readBytes);
    this.#file = file;
    this.#limit = bytes.length;
  }

  next(): boolean {
    if (!this.#has(headerBytes)) return false;
    const length = readLength(this.bytes, this.#next);
    this.#has(headerBytes + length);
    const at = this.#next;
    this.keyBytes = readLength(this.bytes, at + 2);
    this.flags = this.bytes[at + 4] as number;
    this.start = at + headerBytes;
    this.end = this.start + length;
    this.#next = this.end;
    return true;
  }

  /** Brings the next `count` bytes into the window; false at the end. */
  #has(count: number): boolean {
    if (this.#next + count <= this.#limit) return true;
    if (this.#file === undefined) return false;
    this.bytes.copyWithin(0, this.#next, this.#limit);
    this.#limit -= this.#next;
    this.#next = 0;
    const read = this.#file.readSync(this.bytes.subarray(this.#limit), this.#filePosition);
    this.#filePosition += read;
    this.#limit += read;
    return count <= this.#limit;
  }
}

/** Merges runs with a binary heap of their readers, smallest entry on top. */
class Merge implements SortedEntries {
  readonly #heap: RunReader[] = [];
  #top: RunReader | undefined = undefined;

  constructor(runs: readonly RunReader[]) {
    for (const run of runs) if (run.next()) this.#heap.push(run);
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#sink(i);
  }

  next(): boolean {
    if (this.#top !== undefined) {
      if (!this.#top.next()) {
        const last = this.#heap.pop() as RunReader;
        if (this.#heap.length > 0) this.#heap[0] = last;
      }
      this.#sink(0);
    }
    this.#top = this.#heap[0];
    return this.#top !== undefined;
  }

  #sink(from: number): void {
    const heap = this.#heap;
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let smallest = at;
      if (left < heap.length && isLess(heap[left] as RunReader, heap[smallest] as RunReader)) smallest = left;
      if (right < heap.length && isLess(heap[right] as RunReader, heap[smallest] as RunReader)) smallest = right;
      if (smallest === at) return;
      const moved = heap[at] as RunReader;
      heap[at] = heap[smallest] as RunReader;
      heap[smallest] = moved;
      at = smallest;
    }
  }

  get bytes(): Uint8Array {
    return (this.#top as RunReader).bytes;
  }
  get start(): number {
    return (this.#top as RunReader).start;
  }
  get end(): number {
    return (this.#top as RunReader).end;
  }
  get keyBytes(): number {
    return (this.#top as RunReader).keyBytes;
  }
  get flags(): number {
    return (this.#top as RunReader).flags;
  }
}

function isLess(a: RunReader, b: RunReader): boolean {
  return compareKeys(a.bytes, a.start, a.end, b.bytes, b.start, b.end) < 0;
}

/** Writes a merge to a file. */
class Spill {
  readonly #file: DiskFile;
  readonly #merge: Merge;
  readonly #buffer = new Uint8Array(1024 * 1024);
  #used = 0;
  #position = 0;

  constructor(file: DiskFile, merge: Merge) {
    this.#file = file;
    this.#merge = merge;
  }

  /** True when everything is written. */
  run(entriesMax: number): boolean {
    for (let left = entriesMax; left > 0; left--) {
      if (!this.#merge.next()) {
        this.#flush();
        return true;
      }
      const { bytes, start, end } = this.#merge;
      const size = headerBytes + end - start;
      if (this.#used + size > this.#buffer.length) this.#flush();
      this.#buffer.set(bytes.subarray(start - headerBytes, end), this.#used);
      this.#used += size;
    }
    return false;
  }

  #flush(): void {
    this.#file.writeSync(this.#buffer.subarray(0, this.#used), this.#position);
    this.#position += this.#used;
    this.#used = 0;
  }
}
