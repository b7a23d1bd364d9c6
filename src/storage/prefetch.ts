/**
 * Read-ahead: pages that a scan will want soon are read off-thread into private memory, a run of neighbouring slots per
 * read, and entered into the pool when they arrive, if nobody has read or rewritten them meanwhile. Only a hint: it is
 * dropped when there is no frame to be had without writing, and a page that turns out damaged is left for `pin` to report.
 */
import type { PageNumber, SpaceId } from '../common/ids.ts';
import { SqlError } from '../common/sql-error.ts';
import type { BufferPool } from './buffer-pool.ts';
import { frameState } from './frame-table.ts';
import { type ExpectedPage, type PageFile, verifyImage } from './page-file.ts';
import { pageBytes } from './page.ts';
import { extentSlots } from './slot-ledger.ts';

const runPagesMax = 32;
/** They share the thread pool with the log flush, which must not queue behind them. */
const readsInFlightMax = 2;

interface Wanted {
  readonly slot: number;
  readonly page: PageNumber;
}

export class Prefetcher {
  readonly #pool: BufferPool;
  readonly #file: PageFile;
  readonly #idleBuffers: Uint8Array[] = [];
  #readsInFlight = 0;
  readonly #slotsInFlight = new Set<number>();

  constructor(pool: BufferPool, file: PageFile) {
    this.#pool = pool;
    this.#file = file;
  }

  request(space: SpaceId, pages: readonly PageNumber[]): void {
    const map = this.#pool.mapOf(space);
    const wanted: Wanted[] = [];
    for (const page of pages) {
      const slot = map.slotOf(page);
      if (slot === 0 || this.#slotsInFlight.has(slot) || this.#pool.frames.find(space, page) >= 0) continue;
      wanted.push({ slot, page });
    }
    wanted.sort((a, b) => a.slot - b.slot);
    let start = 0;
    for (let end = 1; end <= wanted.length; end++) {
      if (end < wanted.length && continuesRun(wanted, start, end)) continue;
      this.#read(space, wanted.slice(start, end));
      start = end;
    }
  }

  #read(space: SpaceId, run: Wanted[]): void {
    if (this.#readsInFlight === readsInFlightMax) return;
    const buffer = this.#idleBuffers.pop() ?? new Uint8Array(runPagesMax * pageBytes);
    this.#readsInFlight++;
    for (const { slot } of run) this.#slotsInFlight.add(slot);
    this.#file.readRun(run[0]!.slot, buffer.subarray(0, run.length * pageBytes), (error) => {
      this.#readsInFlight--;
      for (const { slot } of run) this.#slotsInFlight.delete(slot);
      if (error === null)
        for (const [index, wanted] of run.entries()) this.#enter(space, wanted, buffer, index * pageBytes);
      this.#idleBuffers.push(buffer);
    });
  }

  #enter(space: SpaceId, { slot, page }: Wanted, buffer: Uint8Array, base: number): void {
    const pool = this.#pool;
    const map = pool.maps.get(space);
    if (map === undefined || map.slotOf(page) !== slot || pool.frames.find(space, page) >= 0) return;
    const image = buffer.subarray(base, base + pageBytes);
    const view = new DataView(image.buffer, image.byteOffset, pageBytes);
    if (!isValid(slot, image, view, { space, page, crc: map.crcOf(page) })) return;
    const frame = pool.takeCleanFrame();
    if (frame < 0) return;
    pool.bytes.set(image, frame * pageBytes);
    pool.enterLoaded(frame, space, page, 0, frameState.prefetched);
  }
}

function isValid(slot: number, image: Uint8Array, view: DataView, expected: ExpectedPage): boolean {
  try {
    verifyImage(slot, image, view, 0, expected);
    return true;
  } catch (error) {
    if (error instanceof SqlError) return false;
    throw error;
  }
}

function continuesRun(wanted: readonly Wanted[], start: number, end: number): boolean {
  const { slot } = wanted[end]!;
  return slot === wanted[end - 1]!.slot + 1 && end - start < runPagesMax && slot % extentSlots !== 0;
}
