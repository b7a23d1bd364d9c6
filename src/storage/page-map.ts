/**
 * The map of one page space: logical page number → slot, with the checksum of the image expected there (POOL-2).
 *
 * The map is a radix tree of *map pages* of 1,016 entries each, which live in slots themselves:
 *
 *   control file → root page → top map page → … → map page of level 0 → slot of page n
 *
 * Level 0, the *chunks*, is resident (a thousandth of the database); of the levels above only slots and checksums are.
 *
 *   OFFSET SIZE  MAP PAGE (the page header's identity: page = index within its level, level = height, tree = 0)
 *       64  8×n  entries: u32 slot, u32 crc of the image in it
 *
 *   ENTRY          slot 0, crc 0: the page number is free      slot 0, crc 1: in use, no image written yet (memory only)
 *
 * A checkpoint freezes the map at C in O(1) (CKPT-2). From then on the first change to a chunk leaves a copy behind for the
 * image; what the checkpoint itself writes is *settled*: entered into the image, and into the live map as well unless the
 * page has got a newer image or was freed since.
 */
import { assert } from '../common/assert.ts';
import type { PageNumber, SpaceId, TreeId } from '../common/ids.ts';
import { pageBytes, pageType, setIdentity, setLevel, setPageType } from './page.ts';
import type { SlotLedger } from './slot-ledger.ts';

export const mapEntriesOffset = 64;
export const entriesPerMapPage = (pageBytes - mapEntriesOffset) / 8;
const unwrittenCrc = 1;
const pageNumberMax = 0xffff_fffe;

/** A level-0 map page in memory. */
interface Chunk {
  /** slot, crc, slot, crc, … */
  readonly entries: Uint32Array;
  /** Free page numbers in it, and where the first of them is not before. */
  freeNumbers: number;
  searchFrom: number;
}

/** Where the map pages of one level are. */
interface MapLevel {
  readonly slots: number[];
  readonly crcs: number[];
}

/** What the root page says about a space. */
export interface SpaceRoot {
  readonly space: SpaceId;
  /** One more than the highest page number ever used. */
  readonly pageCount: number;
  readonly topLevel: number;
  readonly topSlot: number;
  readonly topCrc: number;
}

interface MapPageMove {
  readonly level: MapLevel;
  readonly index: number;
  readonly oldSlot: number;
  readonly oldCrc: number;
  readonly newSlot: number;
}

export class PageMap {
  readonly space: SpaceId;
  /** Page numbers 1 … pageCount - 1 have been used. Number 0 means "none". */
  pageCount = 1;
  readonly #ledger: SlotLedger;
  readonly #chunks: Chunk[] = [];
  #firstChunkWithFree = 0;
  /** Chunks that differ from the durable image. */
  #dirty = new Set<number>();
  readonly #levels: MapLevel[] = [];

  /** The freeze of a running checkpoint: copies left behind, chunks to write, map pages moved so far. */
  #frozen: Map<number, Chunk> | undefined = undefined;
  #frozenDirty = new Set<number>();
  #frozenPageCount = 0;
  #moves: MapPageMove[] = [];
  #dropped = false;

  constructor(space: SpaceId, ledger: SlotLedger) {
    this.space = space;
    this.#ledger = ledger;
    this.#addChunk(newChunk(1));
  }

  #addChunk(chunk: Chunk): void {
    this.#dirty.add(this.#chunks.length);
    this.#chunks.push(chunk);
  }

  get chunkCount(): number {
    return this.#chunks.length;
  }

  /** Slot of the page's newest image on disk; 0 if it has none. */
  slotOf(page: PageNumber): number {
    return this.#chunks[chunkIndex(page)]?.entries[entryIndex(page)] ?? 0;
  }

  crcOf(page: PageNumber): number {
    return this.#chunks[chunkIndex(page)]?.entries[entryIndex(page) + 1] ?? 0;
  }

  isAllocated(page: PageNumber): boolean {
    return page > 0 && (this.slotOf(page) !== 0 || this.crcOf(page) === unwrittenCrc);
  }

  /** Pages in use. */
  countAllocated(): number {
    let count = this.#chunks.length * entriesPerMapPage - 1;
    for (const chunk of this.#chunks) count -= chunk.freeNumbers;
    return count;
  }

  /** The lowest free page number, now in use without an image. */
  allocate(): PageNumber {
    let index = this.#firstChunkWithFree;
    while (index < this.#chunks.length && this.#chunks[index]!.freeNumbers === 0) index++;
    this.#firstChunkWithFree = index;
    if (index === this.#chunks.length) this.#addChunk(newChunk(0));
    const chunk = this.#change(index);
    let at = chunk.searchFrom;
    while (chunk.entries[2 * at] !== 0 || chunk.entries[2 * at + 1] !== 0) at++;
    chunk.searchFrom = at + 1;
    chunk.freeNumbers--;
    chunk.entries[2 * at + 1] = unwrittenCrc;
    const page = index * entriesPerMapPage + at;
    assert(page <= pageNumberMax, 'MAP-1: a page number fits 32 bits');
    this.pageCount = Math.max(this.pageCount, page + 1);
    return page as PageNumber;
  }

  /** The page is gone; its slot waits for the checkpoint. */
  free(page: PageNumber): void {
    assert(this.isAllocated(page), 'MAP-2: only a page in use can be freed');
    const index = chunkIndex(page);
    const chunk = this.#change(index);
    this.#setEntry(chunk, page, 0, 0);
    chunk.freeNumbers++;
    chunk.searchFrom = Math.min(chunk.searchFrom, page % entriesPerMapPage);
    this.#firstChunkWithFree = Math.min(this.#firstChunkWithFree, index);
  }

  /** The page's newest image was written to `slot`, outside any checkpoint's image. */
  setWritten(page: PageNumber, slot: number, crc: number): void {
    this.#setEntry(this.#change(chunkIndex(page)), page, slot, crc);
  }

  #setEntry(chunk: Chunk, page: PageNumber, slot: number, crc: number): void {
    const at = entryIndex(page);
    const old = chunk.entries[at]!;
    chunk.entries[at] = slot;
    chunk.entries[at + 1] = crc;
    if (old !== 0) this.#ledger.release(old);
  }

  /** The live chunk, to be changed; leaves a copy for the running checkpoint the first time. */
  #change(index: number): Chunk {
    this.#dirty.add(index);
    const chunk = this.#chunks[index] as Chunk;
    if (this.#frozen !== undefined && !this.#frozen.has(index)) this.#frozen.set(index, copyChunk(chunk));
    return chunk;
  }

  // --- checkpoint ---

  /** C: from now on the image is what the map is now, plus what gets settled. */
  freeze(): void {
    assert(this.#frozen === undefined, 'CKPT-2: one checkpoint at a time');
    this.#frozen = new Map();
    this.#frozenDirty = this.#dirty;
    this.#frozenPageCount = this.pageCount;
    this.#dirty = new Set();
  }

  /** The page's image as of C was written to `slot`. */
  settle(page: PageNumber, slot: number, crc: number): void {
    const index = chunkIndex(page);
    const live = this.#chunks[index] as Chunk;
    const frozen = this.#frozen?.get(index);
    this.#frozenDirty.add(index);
    const at = entryIndex(page);
    const old = live.entries[at]!;
    if (frozen !== undefined) {
      const unchanged = old === frozen.entries[at] && live.entries[at + 1] === frozen.entries[at + 1];
      frozen.entries[at] = slot;
      frozen.entries[at + 1] = crc;
      if (!unchanged) {
        this.#ledger.release(slot);
        return;
      }
    }
    live.entries[at] = slot;
    live.entries[at + 1] = crc;
    if (old !== 0) this.#ledger.retire(old);
  }

  /** Indexes of the map pages of a level that the checkpoint has to write; ask level by level, upwards. */
  frozenDirtyAt(level: number): number[] {
    const indexes = new Set<number>();
    const span = entriesPerMapPage ** level;
    for (const chunk of this.#frozenDirty) indexes.add(Math.floor(chunk / span));
    return [...indexes].toSorted((a, b) => a - b);
  }

  /** Height of the image's top map page. */
  get frozenTopLevel(): number {
    let level = 0;
    for (let count = this.#frozenChunkCount; count > 1; count = Math.ceil(count / entriesPerMapPage)) level++;
    return level;
  }

  get frozenDirtyCount(): number {
    return this.#frozenDirty.size;
  }

  get #frozenChunkCount(): number {
    return Math.ceil(this.#frozenPageCount / entriesPerMapPage);
  }

  /** Builds the image of a map page at `base`; the caller seals it and tells `moveMapPage` where it went. */
  fillMapPage(level: number, index: number, bytes: Uint8Array, view: DataView, base: number): void {
    bytes.fill(0, base, base + mapEntriesOffset);
    setPageType(view, base, pageType.map);
    setLevel(view, base, level);
    setIdentity(view, base, this.space, index as PageNumber, 0 as TreeId);
    if (level === 0) {
      const chunk = this.#frozen?.get(index) ?? (this.#chunks[index] as Chunk);
      assertWritten(chunk);
      bytes.set(new Uint8Array(chunk.entries.buffer), base + mapEntriesOffset);
      return;
    }
    const below = this.#levels[level - 1] as MapLevel;
    for (let i = 0; i < entriesPerMapPage; i++) {
      const at = base + mapEntriesOffset + i * 8;
      view.setUint32(at, below.slots[index * entriesPerMapPage + i] ?? 0, true);
      view.setUint32(at + 4, below.crcs[index * entriesPerMapPage + i] ?? 0, true);
    }
  }

  moveMapPage(level: number, index: number, slot: number, crc: number): void {
    const at = this.#levelAt(level);
    this.#moves.push({ level: at, index, oldSlot: at.slots[index] ?? 0, oldCrc: at.crcs[index] ?? 0, newSlot: slot });
    at.slots[index] = slot;
    at.crcs[index] = crc;
  }

  #levelAt(level: number): MapLevel {
    while (this.#levels.length <= level) this.#levels.push({ slots: [], crcs: [] });
    return this.#levels[level] as MapLevel;
  }

  /** What the root page shall say; valid once all map pages have moved. */
  frozenRoot(): SpaceRoot {
    const topLevel = this.frozenTopLevel;
    const top = this.#levelAt(topLevel);
    return {
      space: this.space,
      pageCount: this.#frozenPageCount,
      topLevel,
      topSlot: top.slots[0] ?? 0,
      topCrc: top.crcs[0] ?? 0,
    };
  }

  /** The checkpoint is over. Durable: the old map pages' slots are free. Not: everything is dirty as before. */
  thaw(durable: boolean): void {
    for (const move of this.#moves.toReversed()) {
      if (durable) {
        if (move.oldSlot !== 0) this.#ledger.releaseNow(move.oldSlot);
        continue;
      }
      move.level.slots[move.index] = move.oldSlot;
      move.level.crcs[move.index] = move.oldCrc;
      this.#ledger.releaseNow(move.newSlot);
    }
    if (!durable) for (const index of this.#frozenDirty) this.#dirty.add(index);
    this.#moves = [];
    this.#frozenDirty = new Set();
    this.#frozen = undefined;
    if (this.#dropped) this.#releaseMapPages();
  }

  // --- branches, drop, start ---

  /** A map of the same images for another space (BRANCH-1). Every page must have its newest image on disk. */
  copyFor(space: SpaceId): PageMap {
    for (const chunk of this.#chunks) this.#assertShareable(chunk);
    const copy = new PageMap(space, this.#ledger);
    copy.#chunks.length = 0;
    for (const chunk of this.#chunks) {
      copy.#addChunk(copyChunk(chunk));
      forEachSlot(chunk, (slot) => this.#ledger.addReference(slot));
    }
    copy.pageCount = this.pageCount;
    copy.#firstChunkWithFree = this.#firstChunkWithFree;
    return copy;
  }

  #assertShareable(chunk: Chunk): void {
    assertWritten(chunk);
    forEachSlot(chunk, (slot) => this.#ledger.assertShareable(slot));
  }

  /** The space is dropped: gives back all its slots. A running checkpoint's image still has it. */
  drop(): void {
    for (let index = 0; index < this.#chunks.length; index++) {
      const chunk = this.#change(index);
      forEachSlot(chunk, (slot) => this.#ledger.release(slot));
      chunk.entries.fill(0);
    }
    this.#dropped = true;
    if (this.#frozen === undefined) this.#releaseMapPages();
  }

  #releaseMapPages(): void {
    for (const { slots } of this.#levels) for (const slot of slots) if (slot !== 0) this.#ledger.release(slot);
    this.#levels.length = 0;
  }

  /** Enters a map page read at start; `entries` lies over a private copy of 1,016 entries. */
  load(level: number, index: number, slot: number, crc: number, entries: Uint32Array): void {
    const at = this.#levelAt(level);
    at.slots[index] = slot;
    at.crcs[index] = crc;
    this.#ledger.addReference(slot);
    if (level > 0) return;
    let freeNumbers = 0;
    for (let i = 0; i < entries.length; i += 2) {
      if (entries[i] === 0) freeNumbers++;
      else this.#ledger.addReference(entries[i]!);
    }
    if (index === 0) freeNumbers--;
    this.#chunks[index] = { entries, freeNumbers, searchFrom: index === 0 ? 1 : 0 };
    this.#dirty.delete(index);
  }
}

function chunkIndex(page: PageNumber): number {
  return Math.floor(page / entriesPerMapPage);
}

function entryIndex(page: PageNumber): number {
  return 2 * (page % entriesPerMapPage);
}

/** Numbers below `searchFrom` are never handed out: number 0 of the first chunk. */
function newChunk(searchFrom: number): Chunk {
  return {
    entries: new Uint32Array(2 * entriesPerMapPage),
    freeNumbers: entriesPerMapPage - searchFrom,
    searchFrom,
  };
}

function copyChunk(chunk: Chunk): Chunk {
  return { entries: chunk.entries.slice(), freeNumbers: chunk.freeNumbers, searchFrom: chunk.searchFrom };
}

function forEachSlot(chunk: Chunk, visit: (slot: number) => void): void {
  const { entries } = chunk;
  for (let i = 0; i < entries.length; i += 2) if (entries[i] !== 0) visit(entries[i]!);
}

/** An image never names a page without its own image (CKPT-1). */
function assertWritten(chunk: Chunk): void {
  const { entries } = chunk;
  for (let i = 0; i < entries.length; i += 2) {
    assert(
      entries[i] !== 0 || entries[i + 1] === 0,
      'CKPT-1: every page in use has an image before its map page is written',
    );
  }
}
