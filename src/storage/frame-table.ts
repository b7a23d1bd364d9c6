/**
 * Which page is in which frame: frame headers and an open-addressing hash table, both in shared memory, so that worker
 * threads can look pages up without asking the engine thread (they only read; the engine thread alone writes).
 *
 *   INT32  FRAME HEADER (32 bytes)
 *       0  version: odd while the page is being loaded or changed, and while the frame is empty; never reset (POOL-1)
 *       1  space
 *       2  page number
 *       3  pins
 *       4  state bits, see `frameState`
 *       5  epoch of the first change since the page was last written
 *       6  depth of nested `modify` calls
 *       7  load tick, for the replacement policy
 *
 * The hash table holds frame + 1, 0 for empty; linear probing, deletion by shifting back, at most half full. A reader on
 * another thread may miss an entry that is just being shifted; it must then ask again, as for a page that is not there.
 */
import type { PageNumber, SpaceId } from '../common/ids.ts';

const frameWords = 8;
export const frameWordShift = 3;
export const frameWord = {
  version: 0,
  space: 1,
  page: 2,
  pins: 3,
  state: 4,
  dirtyEpoch: 5,
  depth: 6,
  loadTick: 7,
} as const;

/**
 * `resident`: in the table. `dirty`: differs from its image on disk. `detached`: the page was freed while others had it
 * pinned; the frame is recycled with the last pin. `inFlight`: a checkpoint is writing a copy; the frame is the only sure
 * one until that is done. `main`, `usage*`, `prefetched` (read ahead, not used yet): see
 * replacement.ts.
 */
export const frameState = {
  resident: 1,
  dirty: 2,
  detached: 4,
  main: 8,
  prefetched: 16,
  inFlight: 32,
  usageOne: 0x100,
  usageMask: 0x300,
} as const;

export class FrameTable {
  readonly frameCount: number;
  readonly headers: Int32Array;
  readonly table: Int32Array;
  readonly mask: number;
  readonly shift: number;

  constructor(frameCount: number) {
    this.frameCount = frameCount;
    this.headers = new Int32Array(new SharedArrayBuffer(frameCount * frameWords * 4));
    const bits = Math.ceil(Math.log2(frameCount * 2));
    this.table = new Int32Array(new SharedArrayBuffer(4 * 2 ** bits));
    this.mask = 2 ** bits - 1;
    this.shift = 32 - bits;
  }

  /** The frame that holds the page, or -1. */
  find(space: SpaceId, page: PageNumber): number {
    const { table, headers, mask } = this;
    let at = hash(space, page, this.shift);
    for (;;) {
      const frame = table[at]! - 1;
      if (frame < 0) return -1;
      const header = frame << frameWordShift;
      if (headers[header + frameWord.page] === (page | 0) && headers[header + frameWord.space] === (space | 0))
        return frame;
      at = (at + 1) & mask;
    }
  }

  /** Enters the frame under the space and page of its header. */
  insert(frame: number): void {
    let at = this.#homeOf(frame);
    while (this.table[at] !== 0) at = (at + 1) & this.mask;
    this.table[at] = frame + 1;
  }

  /** Takes the frame out, moving later entries of its cluster back so that no probe stops short of them. */
  remove(frame: number): void {
    const { table, mask } = this;
    let hole = this.#homeOf(frame);
    while (table[hole] !== frame + 1) hole = (hole + 1) & mask;
    for (let at = (hole + 1) & mask; table[at] !== 0; at = (at + 1) & mask) {
      const home = this.#homeOf(table[at]! - 1);
      if (((at - home) & mask) < ((at - hole) & mask)) continue;
      table[hole] = table[at]!;
      hole = at;
    }
    table[hole] = 0;
  }

  #homeOf(frame: number): number {
    const header = frame << frameWordShift;
    return hash(this.headers[header + frameWord.space]!, this.headers[header + frameWord.page]!, this.shift);
  }

  spaceOf(frame: number): SpaceId {
    return (this.headers[(frame << frameWordShift) + frameWord.space]! >>> 0) as SpaceId;
  }

  pageOf(frame: number): PageNumber {
    return (this.headers[(frame << frameWordShift) + frameWord.page]! >>> 0) as PageNumber;
  }
}

/** Multiplicative hash; neighbouring pages fall far apart. The table size takes the highest bits. */
function hash(space: number, page: number, shift: number): number {
  return Math.imul(page ^ Math.imul(space, 0x85eb_ca6b), 0x9e37_79b1) >>> shift;
}
