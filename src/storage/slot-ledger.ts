/**
 * Which slots of the page file are free, how many page maps use each of the others, and when a slot given back may be used
 * again. Kept in memory only: at start it is rebuilt from the maps, which are the truth.
 *
 * Time is cut into *epochs* by the freezes of checkpoints (CKPT-2). A slot that no live map uses any more may still belong
 * to the durable image, so it waits:
 *
 *   "fresh": written in this epoch, by an eviction     → no image has it: free at once
 *   anything else                                      → free when the next checkpoint to freeze is durable
 *
 *            freeze C            C durable
 *   ───────────┼──────────────────────┼──────────▶
 *    released ─┴─ retiring ───────────┴─ free
 *                   released ── waits for C+1
 *
 * A slot shared by several maps (a branch) is free when the last of them has given it up; the epoch that counts is the
 * latest.
 *
 * Slots come in *extents* of 1 MB. Allocation begins in extents that are at least half free and goes on from there, so
 * that the pages of one checkpoint write lie side by side. A run never crosses a file.
 */
import { assert } from '../common/assert.ts';
import { sqlState, SqlError } from '../common/sql-error.ts';

export const extentSlots = 128;
export const slotsPerFile = 131_072;
const extentWords = extentSlots / 32;
const halfFree = extentSlots / 2;
const referencesMax = 0xffff;

export class SlotLedger {
  slotCount = 0;
  freeCount = 0;
  /** Length of the run the last `allocateRun` returned. */
  runLength = 0;
  #references = new Uint16Array(extentSlots);
  #free = new Uint32Array(extentWords);
  #fresh = new Uint32Array(extentWords);
  /** Slots that lost one of several users since the last freeze: that user's image has them, whoever goes next. */
  #userLost = new Uint32Array(extentWords);
  #freeInExtent = new Uint8Array(1);
  /** Where allocation goes on; -1: from the front. */
  #extent = -1;
  /** Released since the last freeze, and before it. */
  #released: number[] = [];
  #retiring: number[] = [];
  /** New slots at the end of the page file, all free. Always whole extents. */
  addSlots(count: number): void {
    assert(count % extentSlots === 0, 'SLOT-1: the page file grows by whole extents');
    this.addWithheldSlots(count);
    this.admit(this.slotCount - count, count);
  }

  /** New slots that are not ready to be used; `admit` makes them free. */
  addWithheldSlots(count: number): void {
    this.slotCount += count;
    this.#resize();
  }

  admit(firstSlot: number, count: number): void {
    for (let slot = firstSlot; slot < firstSlot + count; slot++) this.#setFree(slot);
  }

  #resize(): void {
    if (this.slotCount <= this.#references.length) return;
    const capacity = Math.max(this.slotCount, this.#references.length * 2);
    this.#references = grown(this.#references, new Uint16Array(capacity));
    this.#free = grown(this.#free, new Uint32Array(capacity / 32));
    this.#fresh = grown(this.#fresh, new Uint32Array(capacity / 32));
    this.#userLost = grown(this.#userLost, new Uint32Array(capacity / 32));
    this.#freeInExtent = grown(this.#freeInExtent, new Uint8Array(capacity / extentSlots));
  }

  #setFree(slot: number): void {
    setBit(this.#free, slot);
    this.#freeInExtent[Math.floor(slot / extentSlots)]!++;
    this.freeCount++;
  }

  #setUsed(slot: number): void {
    clearBit(this.#free, slot);
    this.#freeInExtent[Math.floor(slot / extentSlots)]!--;
    this.freeCount--;
  }

  /**
   * Takes up to `max` neighbouring free slots, each with one reference; the first is returned, their number is `runLength`.
   * There must be a free slot.
   */
  allocateRun(max: number): number {
    assert(this.freeCount > 0, 'SLOT-2: slots are reserved before they are needed');
    const extent = this.#chooseExtent();
    const file = Math.floor((extent * extentSlots) / slotsPerFile);
    const end = Math.min(this.slotCount, (file + 1) * slotsPerFile);
    let start = extent * extentSlots;
    while (!hasBit(this.#free, start)) start++;
    let count = 0;
    while (count < max && start + count < end && hasBit(this.#free, start + count)) {
      this.#take(start + count);
      count++;
    }
    this.runLength = count;
    this.#extent = Math.floor((start + count - 1) / extentSlots);
    return start;
  }

  #take(slot: number): void {
    this.#setUsed(slot);
    this.#references[slot] = 1;
    clearBit(this.#fresh, slot);
  }

  /** No image, durable or frozen, contains the slot. */
  markFresh(slot: number): void {
    setBit(this.#fresh, slot);
  }

  /** Stays in the extent it is filling; then the next that is half free; then the next with any free slot. */
  #chooseExtent(): number {
    if (this.#extent < 0 || this.#freeInExtent[this.#extent] === 0) {
      this.#extent = this.#nextExtent(halfFree) ?? this.#nextExtent(1) ?? 0;
    }
    return this.#extent;
  }

  #nextExtent(freeMin: number): number | undefined {
    const count = this.slotCount / extentSlots;
    for (let i = 1; i <= count; i++) {
      const extent = (this.#extent + i) % count;
      if (this.#freeInExtent[extent]! >= freeMin) return extent;
    }
    return undefined;
  }

  /** Free slots at the end, in whole extents. */
  get freeTailCount(): number {
    let extents = this.slotCount / extentSlots;
    while (extents > 0 && this.#freeInExtent[extents - 1] === extentSlots) extents--;
    return this.slotCount - extents * extentSlots;
  }

  /** The page file loses free slots at its end. */
  removeSlots(count: number): void {
    assert(count % extentSlots === 0 && count <= this.freeTailCount, 'SLOT-1: only whole free extents go');
    for (let slot = this.slotCount - count; slot < this.slotCount; slot++) this.#setUsed(slot);
    this.slotCount -= count;
    this.#extent = -1;
  }

  assertShareable(slot: number): void {
    if (this.#references[slot]! < referencesMax) return;
    throw new SqlError(sqlState.programLimitExceeded, `cannot share a page among more than ${referencesMax} databases`);
  }

  /** One more map uses the slot: a branch, or any map when it is read at start. */
  addReference(slot: number): void {
    if (slot >= this.slotCount) {
      throw new SqlError(sqlState.dataCorrupted, `a page map names slot ${slot}, the page file has ${this.slotCount}`);
    }
    const count = this.#references[slot]!;
    if (count === 0 && hasBit(this.#free, slot)) this.#setUsed(slot);
    this.#references[slot] = count + 1;
  }

  /** One map less uses the slot. */
  release(slot: number): void {
    const count = this.#references[slot]!;
    assert(count > 0, 'SLOT-3: only a referenced slot can be released');
    this.#references[slot] = count - 1;
    if (count > 1) setBit(this.#userLost, slot);
    else if (hasBit(this.#fresh, slot)) this.#setFree(slot);
    else this.#released.push(slot);
  }

  /** One map less uses the slot, and the running checkpoint's image does not either. */
  retire(slot: number): void {
    const count = this.#references[slot]!;
    assert(count > 0, 'SLOT-3: only a referenced slot can be released');
    this.#references[slot] = count - 1;
    if (count > 1) return;
    if (hasBit(this.#userLost, slot)) this.#released.push(slot);
    else this.#retiring.push(slot);
  }

  /** The slot is in no image, durable or frozen (an image's own map page): free at once. */
  releaseNow(slot: number): void {
    assert(this.#references[slot] === 1, 'SLOT-3: only a referenced slot can be released');
    this.#references[slot] = 0;
    this.#setFree(slot);
  }

  /** A checkpoint begins: what was released until now is free once it is durable. */
  freeze(): void {
    if (this.#retiring.length === 0) this.#retiring = this.#released;
    else for (const slot of this.#released) this.#retiring.push(slot);
    this.#released = [];
    this.#userLost.fill(0);
    this.#fresh.fill(0);
  }

  /** The checkpoint that froze last is durable. Allocation begins at the front again, so that the file's end comes free. */
  releaseRetired(): void {
    for (const slot of this.#retiring) this.#setFree(slot);
    this.#retiring = [];
    this.#extent = -1;
  }

  /** Slots used by nothing live that wait for a checkpoint. */
  get waitingCount(): number {
    return this.#released.length + this.#retiring.length;
  }
}

function hasBit(bits: Uint32Array, index: number): boolean {
  return ((bits[index >>> 5]! >>> (index & 31)) & 1) === 1;
}

function setBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5]! |= 1 << (index & 31);
}

function clearBit(bits: Uint32Array, index: number): void {
  bits[index >>> 5]! &= ~(1 << (index & 31));
}

function grown<T extends Uint8Array | Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
