/**
 * The buffer pool: pages of all spaces in frames of shared memory.
 *
 *                 load (odd → even)                      modify (odd) … done (even)
 *   on disk ───────────────────────────▶ clean ─────────────────────────────────────▶ dirty
 *      ▲                                  │  ▲                                          │
 *      └────────────── evict ─────────────┘  └── written to a new slot: eviction or checkpoint
 *
 * The durable image is never touched: a dirty page is written to a fresh slot whenever its frame is wanted (the map in
 * memory knows, the durable map does not). So there is no rule "log before page" here; a checkpoint is what makes pages
 * count, and it waits for the log.
 *
 * While a checkpoint runs, a dirty page that was last clean before its freeze belongs to the image. Whoever wants to
 * change, free or evict such a page before the checkpoint came by puts a copy aside (`staged`) or writes it on the spot.
 *
 * Memory beyond the frames in use is never touched and costs nothing.
 */
import { assert } from '../common/assert.ts';
import type { PageNumber, SpaceId, TreeId } from '../common/ids.ts';
import { sqlState, SqlError } from '../common/sql-error.ts';
import { frameState, FrameTable, frameWord, frameWordShift } from './frame-table.ts';
import { ImageBatch } from './image-batch.ts';
import type { PageFile } from './page-file.ts';
import type { PageMap } from './page-map.ts';
import { setIdentity } from './page.ts';
import { type PageStore, pageBytes } from './page-store.ts';
import { Prefetcher } from './prefetch.ts';
import { Replacement } from './replacement.ts';
import { StagedImages } from './staged-images.ts';

const framesMin = 16;
/** Dirty pages written in one go when one of them has to leave. */
const clusterImages = 32;
const clusterSearchFrames = 64;
/** Slots that only undo may use up (LOG-7). */
const undoReserveSlots = 256;

const { dirty, inFlight, resident, detached, usageMask } = frameState;

export class BufferPool implements PageStore {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly frames: FrameTable;
  readonly frameCount: number;
  /** Frames in use are below this one. */
  usedFrames = 0;
  dirtyCount = 0;
  /** Pages read from disk, for statistics. */
  readCount = 0;
  writeCount = 0;
  readonly staged: StagedImages;
  /** Maps by space; only PageStorage changes it. */
  readonly maps = new Map<SpaceId, PageMap>();

  readonly #headers: Int32Array;
  readonly #file: PageFile;
  readonly #replacement: Replacement;
  readonly #freeFrames: number[] = [];
  readonly #evictBatch = new ImageBatch(clusterImages);
  readonly #prefetcher: Prefetcher;
  #headroomSlots = undoReserveSlots;

  /** Counts freezes. A page first changed in an earlier epoch than `#stagingEpoch` belongs to the running checkpoint. */
  #epoch = 1;
  #stagingEpoch = 0;
  /** Why the running checkpoint cannot succeed any more. */
  #imageError: Error | undefined = undefined;

  constructor(file: PageFile, poolBytes: number) {
    this.frameCount = Math.max(framesMin, Math.floor(poolBytes / pageBytes));
    const memory = new SharedArrayBuffer(this.frameCount * pageBytes);
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.frames = new FrameTable(this.frameCount);
    this.#headers = this.frames.headers;
    this.#file = file;
    this.#replacement = new Replacement(this.frames);
    this.staged = new StagedImages(this.frameCount);
    this.#prefetcher = new Prefetcher(this, file);
  }

  // --- pages ---

  pin(space: SpaceId, page: PageNumber): number {
    const frame = this.frames.find(space, page);
    if (frame < 0) return this.#load(space, page);
    const header = frame << frameWordShift;
    this.#headers[header + frameWord.pins]!++;
    const state = this.#headers[header + frameWord.state]!;
    if ((state & usageMask) !== usageMask) this.#replacement.use(header, state);
    return frame;
  }

  unpin(frame: number): void {
    const header = frame << frameWordShift;
    const pins = this.#headers[header + frameWord.pins]! - 1;
    assert(pins >= 0, 'POOL-3: every unpin has its pin');
    this.#headers[header + frameWord.pins] = pins;
    if (pins === 0 && (this.#headers[header + frameWord.state]! & detached) !== 0) this.#recycle(frame);
  }

  modify(frame: number): void {
    const header = frame << frameWordShift;
    const headers = this.#headers;
    if (headers[header + frameWord.depth]!++ > 0) return;
    const state = headers[header + frameWord.state]!;
    assert(headers[header + frameWord.pins]! > 0 && (state & resident) !== 0, 'POOL-3: only a pinned page is modified');
    if ((state & dirty) === 0) this.#markDirty(header);
    else if (headers[header + frameWord.dirtyEpoch]! < this.#stagingEpoch) this.#stage(frame);
    Atomics.add(headers, header, 1);
  }

  done(frame: number): void {
    const header = frame << frameWordShift;
    const depth = this.#headers[header + frameWord.depth]! - 1;
    assert(depth >= 0, 'POOL-1: every done has its modify');
    this.#headers[header + frameWord.depth] = depth;
    if (depth === 0) Atomics.add(this.#headers, header, 1);
  }

  allocate(space: SpaceId, tree: TreeId): number {
    const map = this.mapOf(space);
    const frame = this.takeFrame();
    const chunks = map.chunkCount;
    const page = map.allocate();
    if (map.chunkCount !== chunks) this.updateHeadroom();
    const base = frame * pageBytes;
    this.bytes.fill(0, base, base + pageBytes);
    setIdentity(this.view, base, space, page, tree);
    this.#enter(frame, space, page, resident);
    const header = frame << frameWordShift;
    this.#headers[header + frameWord.pins] = 1;
    this.#headers[header + frameWord.depth] = 1;
    this.#markDirty(header);
    return frame;
  }

  free(frame: number): void {
    const header = frame << frameWordShift;
    assert((this.#headers[header + frameWord.state]! & resident) !== 0, 'POOL-4: a page is freed once');
    const map = this.mapOf(this.frames.spaceOf(frame));
    if (this.#belongsToImage(header)) this.#stage(frame);
    map.free(this.frames.pageOf(frame));
    this.#detach(frame);
    this.unpin(frame);
  }

  freeUnread(space: SpaceId, page: PageNumber): void {
    const frame = this.frames.find(space, page);
    if (frame < 0) {
      this.mapOf(space).free(page);
      return;
    }
    this.hold(frame);
    this.free(frame);
  }

  pageNumberOf(frame: number): PageNumber {
    return this.frames.pageOf(frame);
  }

  prefetch(space: SpaceId, pages: readonly PageNumber[]): void {
    this.#prefetcher.request(space, pages);
  }

  /**
   * Called before an operation that will change up to `pages` more pages: makes sure there are slots to write them to.
   * Throws DiskFullError while nothing has happened yet. Undo does not ask: a reserve is kept for it (LOG-7).
   */
  reserve(pages: number): void {
    const needed = this.#slotsNeeded() + pages;
    if (this.#file.slots.freeCount < needed) this.#file.ensureFree(needed);
  }

  /** Undo is living on its reserve: a checkpoint should free slots soon. */
  get isLowOnSlots(): boolean {
    return this.#file.slots.freeCount < this.#slotsNeeded();
  }

  // --- frames ---

  mapOf(space: SpaceId): PageMap {
    const map = this.maps.get(space);
    if (map === undefined) throw new SqlError(sqlState.dataCorrupted, `page space ${space} does not exist`);
    return map;
  }

  #load(space: SpaceId, page: PageNumber): number {
    const map = this.mapOf(space);
    const slot = map.slotOf(page);
    if (slot === 0) throw new SqlError(sqlState.dataCorrupted, `page ${page} of space ${space} does not exist`);
    const frame = this.takeFrame();
    try {
      this.#file.readSync(slot, this.bytes, this.view, frame * pageBytes, { space, page, crc: map.crcOf(page) });
    } catch (error) {
      this.#freeFrames.push(frame);
      throw error;
    }
    this.enterLoaded(frame, space, page, 1, 0);
    return frame;
  }

  /** A frame filled with a page from disk becomes that page's. */
  enterLoaded(frame: number, space: SpaceId, page: PageNumber, pins: number, state: number): void {
    this.readCount++;
    this.#enter(frame, space, page, resident | state);
    const header = frame << frameWordShift;
    this.#headers[header + frameWord.pins] = pins;
    Atomics.add(this.#headers, header, 1);
  }

  #enter(frame: number, space: SpaceId, page: PageNumber, state: number): void {
    const header = frame << frameWordShift;
    this.#headers[header + frameWord.space] = space;
    this.#headers[header + frameWord.page] = page;
    this.#headers[header + frameWord.state] = state;
    this.#headers[header + frameWord.depth] = 0;
    this.frames.insert(frame);
    this.#replacement.enter(frame);
  }

  /** An empty frame, its version odd, in neither table nor queue; evicts a page if it must. */
  takeFrame(): number {
    const frame = this.#takeIdleFrame();
    return frame >= 0 ? frame : this.#evict(this.#findVictim());
  }

  /** As takeFrame, but only if that needs no write; else -1. */
  takeCleanFrame(): number {
    const frame = this.#takeIdleFrame();
    if (frame >= 0) return frame;
    const victim = this.#replacement.findVictim();
    if (victim < 0 || (this.#headers[(victim << frameWordShift) + frameWord.state]! & dirty) !== 0) return -1;
    return this.#evict(victim);
  }

  /** A frame that holds no page, or -1. */
  #takeIdleFrame(): number {
    const free = this.#freeFrames.pop();
    if (free !== undefined) return free;
    if (this.usedFrames < this.frameCount) {
      Atomics.store(this.#headers, this.usedFrames << frameWordShift, 1);
      return this.usedFrames++;
    }
    return -1;
  }

  #findVictim(): number {
    const frame = this.#replacement.findVictim();
    if (frame >= 0) return frame;
    throw new SqlError(sqlState.outOfMemory, 'no unpinned buffers available', {
      hint: 'Consider increasing the configuration parameter "shared_buffers".',
    });
  }

  #evict(frame: number): number {
    const header = frame << frameWordShift;
    if ((this.#headers[header + frameWord.state]! & dirty) !== 0) this.#writeCluster(frame);
    this.#replacement.evict(frame);
    this.frames.remove(frame);
    this.#headers[header + frameWord.state] = 0;
    Atomics.add(this.#headers, header, 1);
    return frame;
  }

  /** Takes the frame out of table and queue; it is recycled with its last pin. */
  #detach(frame: number): void {
    const header = frame << frameWordShift;
    if ((this.#headers[header + frameWord.state]! & dirty) !== 0) this.dirtyCount--;
    this.#replacement.leave(frame);
    this.frames.remove(frame);
    this.#headers[header + frameWord.state] = detached;
    if (this.#headers[header + frameWord.depth] === 0) Atomics.add(this.#headers, header, 1);
    this.#headers[header + frameWord.depth] = 0;
  }

  #recycle(frame: number): void {
    this.#headers[(frame << frameWordShift) + frameWord.state] = 0;
    this.#freeFrames.push(frame);
  }

  // --- dirty pages ---

  #markDirty(header: number): void {
    this.#headers[header + frameWord.state]! |= dirty;
    this.#headers[header + frameWord.dirtyEpoch] = this.#epoch;
    this.dirtyCount++;
    const needed = this.#slotsNeeded();
    if (this.#file.slots.freeCount < needed) this.#file.tryEnsureFree(needed);
    this.#file.growAhead(needed);
  }

  #slotsNeeded(): number {
    return this.dirtyCount + this.staged.count + this.#headroomSlots;
  }

  /** A checkpoint may have to write every map page. */
  updateHeadroom(): void {
    let chunks = 0;
    for (const map of this.maps.values()) chunks += map.chunkCount;
    this.#headroomSlots = undoReserveSlots + Math.ceil(chunks * 1.01) + 2 * this.maps.size;
  }

  #belongsToImage(header: number): boolean {
    const isDirty = (this.#headers[header + frameWord.state]! & dirty) !== 0;
    return isDirty && this.#headers[header + frameWord.dirtyEpoch]! < this.#stagingEpoch;
  }

  /** Puts the page aside for the running checkpoint, before it changes. */
  #stage(frame: number): void {
    if (this.staged.isFull) this.#writeStaged();
    if (this.#stagingEpoch === 0) return;
    this.staged.push(this.mapOf(this.frames.spaceOf(frame)), this.frames.pageOf(frame), this.bytes, frame * pageBytes);
    this.#headers[(frame << frameWordShift) + frameWord.dirtyEpoch] = this.#epoch;
  }

  /** Too many are put aside: writes some here and now. If that fails the checkpoint fails, not the change at hand. */
  #writeStaged(): void {
    try {
      this.staged.writeSomeSync(this.#file);
    } catch (error) {
      this.abandonImage(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Writes the victim and dirty pages next in line behind it. */
  #writeCluster(victim: number): void {
    const cluster: number[] = [];
    let frame = victim;
    for (let i = 0; i < clusterSearchFrames && frame >= 0 && cluster.length < clusterImages; i++) {
      const header = frame << frameWordShift;
      const isDirty = (this.#headers[header + frameWord.state]! & dirty) !== 0;
      if (isDirty && this.#headers[header + frameWord.pins] === 0) cluster.push(frame);
      frame = this.#replacement.nextOldest(frame);
    }
    this.#writeFrames(cluster);
  }

  /** Writes dirty pages to new slots, at most a batch of them; they are clean afterwards. */
  #writeFrames(frames: number[]): void {
    const batch = this.#evictBatch;
    batch.clear();
    frames.sort((a, b) => this.#compareByPage(a, b));
    for (const frame of frames) this.copyTo(batch, frame);
    batch.assignSlots(this.#file);
    try {
      batch.writeSync(this.#file);
    } catch (error) {
      batch.releaseSlots(this.#file);
      throw error;
    }
    for (const [image, frame] of frames.entries()) this.markWritten(frame, batch.slots[image]!, batch.crcs[image]!);
  }

  copyTo(batch: ImageBatch, frame: number): void {
    assert(this.#headers[(frame << frameWordShift) + frameWord.depth] === 0, 'POOL-1: no write of a half-changed page');
    batch.add(this.bytes, frame * pageBytes);
  }

  #compareByPage(a: number, b: number): number {
    return this.frames.spaceOf(a) - this.frames.spaceOf(b) || this.frames.pageOf(a) - this.frames.pageOf(b);
  }

  /** The page's content is in the slot, or about to be (`holdInFlight`): it is clean. */
  markWritten(frame: number, slot: number, crc: number): void {
    const header = frame << frameWordShift;
    const map = this.mapOf(this.frames.spaceOf(frame));
    if (this.#belongsToImage(header)) {
      map.settle(this.frames.pageOf(frame), slot, crc);
    } else {
      map.setWritten(this.frames.pageOf(frame), slot, crc);
      this.#file.slots.markFresh(slot);
    }
    if ((this.#headers[header + frameWord.state]! & dirty) !== 0) this.dirtyCount--;
    this.#headers[header + frameWord.state]! &= ~dirty;
    this.writeCount++;
  }

  /** A checkpoint writes a copy of the page off-thread: the frame stays until it is known whether that succeeds. */
  holdInFlight(frame: number): void {
    this.hold(frame);
    this.#headers[(frame << frameWordShift) + frameWord.state]! |= inFlight;
  }

  /** After a failed write the frame holds the only copy again. */
  releaseInFlight(frame: number, failed: boolean): void {
    const header = frame << frameWordShift;
    const state = this.#headers[header + frameWord.state]! & ~inFlight;
    this.#headers[header + frameWord.state] = state;
    if (failed && (state & resident) !== 0 && (state & dirty) === 0) this.#markDirty(header);
    this.unpin(frame);
  }

  // --- checkpoint (checkpoint-pages.ts walks the frames) ---

  /** C is now. */
  beginImage(): void {
    this.#epoch++;
    this.#stagingEpoch = this.#epoch;
    this.#imageError = undefined;
  }

  /** All pages of the image are on their way, or it is given up. */
  endImage(): void {
    this.#stagingEpoch = 0;
    this.staged.clear();
  }

  abandonImage(error: Error): void {
    this.endImage();
    this.#imageError = error;
  }

  get imageError(): Error | undefined {
    return this.#imageError;
  }

  belongsToImage(frame: number): boolean {
    return this.#belongsToImage(frame << frameWordShift);
  }

  /** Pins without counting as a use. */
  hold(frame: number): void {
    this.#headers[(frame << frameWordShift) + frameWord.pins]!++;
  }

  // --- whole spaces ---

  /**
   * Writes up to `max` dirty pages of the space; returns how many there were to write. Pages whose write is in flight are
   * written once more: a branch must not depend on how that ends.
   */
  cleanSpace(space: SpaceId, max: number): number {
    let written = 0;
    let cluster: number[] = [];
    for (let frame = 0; frame < this.usedFrames && written < max; frame++) {
      const state = this.#headers[(frame << frameWordShift) + frameWord.state]!;
      if ((state & resident) === 0 || (state & (dirty | inFlight)) === 0 || this.frames.spaceOf(frame) !== space)
        continue;
      cluster.push(frame);
      written++;
      if (cluster.length < clusterImages) continue;
      this.#writeFrames(cluster);
      cluster = [];
    }
    if (cluster.length > 0) this.#writeFrames(cluster);
    return written;
  }

  /** Forgets all pages of a space about to be dropped; those the running checkpoint needs are written first. */
  discardSpace(space: SpaceId): void {
    if (this.#stagingEpoch !== 0) this.cleanSpace(space, Infinity);
    for (let frame = 0; frame < this.usedFrames; frame++) {
      const header = frame << frameWordShift;
      if ((this.#headers[header + frameWord.state]! & resident) === 0 || this.frames.spaceOf(frame) !== space) continue;
      this.#detach(frame);
      if (this.#headers[header + frameWord.pins] === 0) this.#recycle(frame);
    }
  }
}
