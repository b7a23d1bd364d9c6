/**
 * Which page goes when a frame is needed: two queues with a second chance (after 2Q, Johnson and Shasha 1994, and S3-FIFO,
 * Yang et al. 2023), so that a scan bigger than the pool does not flush it, without anybody having to say "this is a scan".
 *
 *                     used again?                       used since?  keep, one chance less
 *   read ──▶ [ probation ] ──▶ [ main ] ──▶ around again ◀───┐
 *                 │ no            └──────────────────────────┴─ no ──▶ out
 *                 ▼
 *            out, but remembered: read again soon → main at once
 *
 * Probation keeps a tenth of the frames once main can fill the rest. Uses within a few misses of the read are the same use.
 * The engine thread alone looks at this; plain arrays will do.
 */
import { frameState, type FrameTable, frameWord, frameWordShift } from './frame-table.ts';

const none = -1;
/** A second use counts only when so many other pages were read, or looked at again, in between. */
const sameUseTicks = 8;

/** A queue linked through the frames; newest at the head. */
interface Queue {
  head: number;
  tail: number;
  size: number;
}

export class Replacement {
  readonly #headers: Int32Array;
  /** Towards the tail and towards the head. */
  readonly #older: Int32Array;
  readonly #newer: Int32Array;
  readonly #probation: Queue = { head: none, tail: none, size: 0 };
  readonly #main: Queue = { head: none, tail: none, size: 0 };
  readonly #probationTarget: number;
  readonly #table: FrameTable;
  /** Counts reads, and changes from one page to another among those not yet in full use. */
  #tick = 0;
  #lastUsedHeader = -1;
  /** Fingerprints of pages that left probation lately, and when. */
  readonly #ghosts: Int32Array;
  readonly #ghostTicks: Int32Array;
  #ghostTick = 1;

  constructor(table: FrameTable) {
    this.#table = table;
    this.#headers = table.headers;
    this.#older = new Int32Array(table.frameCount);
    this.#newer = new Int32Array(table.frameCount);
    this.#probationTarget = Math.max(2, Math.floor(table.frameCount / 10));
    this.#ghosts = new Int32Array(2 ** Math.ceil(Math.log2(table.frameCount)));
    this.#ghostTicks = new Int32Array(this.#ghosts.length);
  }

  /** A page came into the frame; its state word must say nothing about queues yet. */
  enter(frame: number): void {
    const header = frame << frameWordShift;
    this.#headers[header + frameWord.loadTick] = this.#tick++ | 0;
    if (this.#takeGhost(frame)) {
      this.#headers[header + frameWord.state]! |= frameState.main;
      this.#push(this.#main, frame);
    } else {
      this.#push(this.#probation, frame);
    }
  }

  /** The page in the frame was used (again). Called for every pin that finds usage below its maximum. */
  use(header: number, state: number): void {
    if ((state & frameState.prefetched) !== 0) {
      this.#headers[header + frameWord.state] = state & ~frameState.prefetched;
      this.#headers[header + frameWord.loadTick] = this.#tick | 0;
      return;
    }
    if (header === this.#lastUsedHeader) return;
    this.#lastUsedHeader = header;
    this.#tick++;
    const ticksSinceLoad = (this.#tick - this.#headers[header + frameWord.loadTick]!) | 0;
    if (ticksSinceLoad <= sameUseTicks) return;
    this.#headers[header + frameWord.state] = state + frameState.usageOne;
  }

  /** The frame is given up for another reason than replacement. */
  leave(frame: number): void {
    const state = this.#headers[(frame << frameWordShift) + frameWord.state]!;
    this.#unlink((state & frameState.main) === 0 ? this.#probation : this.#main, frame);
  }

  /** The frame to reuse, still in its queue; -1 if all are pinned. */
  findVictim(): number {
    const wantProbation = this.#probation.size > this.#probationTarget || this.#main.size === 0;
    const first = wantProbation ? this.#searchProbation() : this.#searchMain();
    if (first !== none) return first;
    const second = wantProbation ? this.#searchMain() : this.#searchProbation();
    return second !== none ? second : this.#searchMain();
  }

  #searchProbation(): number {
    for (let left = this.#probation.size; left > 0; left--) {
      const frame = this.#probation.tail;
      const header = frame << frameWordShift;
      const state = this.#headers[header + frameWord.state]!;
      if ((state & frameState.usageMask) !== 0) {
        this.#unlink(this.#probation, frame);
        this.#headers[header + frameWord.state] = (state & ~frameState.usageMask) | frameState.main;
        this.#push(this.#main, frame);
      } else if (this.#headers[header + frameWord.pins] !== 0) {
        this.#toHead(this.#probation, frame);
      } else {
        return frame;
      }
    }
    return none;
  }

  #searchMain(): number {
    for (let left = this.#main.size * 4; left > 0; left--) {
      const frame = this.#main.tail;
      const header = frame << frameWordShift;
      const state = this.#headers[header + frameWord.state]!;
      const isUsed = (state & frameState.usageMask) !== 0;
      if (!isUsed && this.#headers[header + frameWord.pins] === 0) return frame;
      if (isUsed) this.#headers[header + frameWord.state] = state - frameState.usageOne;
      this.#toHead(this.#main, frame);
    }
    return none;
  }

  /** The victim's page goes: out of its queue, remembered if it was on probation. */
  evict(frame: number): void {
    const state = this.#headers[(frame << frameWordShift) + frameWord.state]!;
    if ((state & frameState.main) === 0) this.#rememberGhost(frame);
    this.leave(frame);
  }

  /** The frame that would be looked at after this one, -1 if none: neighbours worth writing in the same go. */
  nextOldest(frame: number): number {
    return this.#newer[frame]!;
  }

  #fingerprint(frame: number): number {
    const page = this.#table.pageOf(frame);
    return Math.imul(page ^ Math.imul(this.#table.spaceOf(frame), 0x27d4_eb2f), 0x1656_67b1);
  }

  #rememberGhost(frame: number): void {
    const fingerprint = this.#fingerprint(frame);
    const at = (fingerprint >>> 7) & (this.#ghosts.length - 1);
    this.#ghosts[at] = fingerprint;
    this.#ghostTicks[at] = this.#ghostTick++ | 0;
  }

  /** Whether the page left probation no longer ago than one poolful. */
  #takeGhost(frame: number): boolean {
    const fingerprint = this.#fingerprint(frame);
    const at = (fingerprint >>> 7) & (this.#ghosts.length - 1);
    if (this.#ghosts[at] !== fingerprint || this.#ghostTicks[at] === 0) return false;
    const age = (this.#ghostTick - this.#ghostTicks[at]!) | 0;
    this.#ghostTicks[at] = 0;
    return age >= 0 && age <= this.#table.frameCount;
  }

  #push(queue: Queue, frame: number): void {
    this.#newer[frame] = none;
    this.#older[frame] = queue.head;
    if (queue.head === none) queue.tail = frame;
    else this.#newer[queue.head] = frame;
    queue.head = frame;
    queue.size++;
  }

  #unlink(queue: Queue, frame: number): void {
    const older = this.#older[frame]!;
    const newer = this.#newer[frame]!;
    if (older === none) queue.tail = newer;
    else this.#newer[older] = newer;
    if (newer === none) queue.head = older;
    else this.#older[newer] = older;
    queue.size--;
  }

  #toHead(queue: Queue, frame: number): void {
    this.#unlink(queue, frame);
    this.#push(queue, frame);
  }
}
