/**
 * The page file: 8 KB *slots* in files of 1 GB, `pages/00000`, `pages/00001`, … A slot holds the image of some page; which
 * page is the business of the page maps. Slot 0 is never used, so that 0 can mean "none".
 *
 * The file grows by zero-filled extents before its slots are handed out (LOG-7): a write to a slot needs no new space from
 * the file system, so evictions, undo and checkpoints do not run into a full disk half-way.
 *
 * Two handles per file: ordinary writes (evictions) become durable at the checkpoint's flush, the checkpoint's own writes
 * through the dsync handle one by one (CKPT-3), so that its final flush finds little to do and stalls nobody.
 */
import type { PageNumber, SpaceId } from '../common/ids.ts';
import { sqlState, SqlError } from '../common/sql-error.ts';
import { layout } from './data-directory.ts';
import type { Disk, DiskFile, IoCallback } from './disk.ts';
import { zeroFill, zeroFillSync } from './disk.ts';
import { computeCrc, getPageNumber, getStoredCrc, pageBytes } from './page.ts';
import { extentSlots, SlotLedger, slotsPerFile } from './slot-ledger.ts';

/** Growing by more at a time would hold up the engine. */
const growthExtentsMax = 2;
/** Free slots to have beyond those needed: an eighth of the file, between 8 and 32 MB. */
const aheadSlotsMin = 8 * extentSlots;
const aheadSlotsMax = 32 * extentSlots;
/** Free slots kept at the end when the file shrinks, at least; and given back at a time, at most (it takes milliseconds). */
const spareSlots = 16 * extentSlots;
const trimSlotsMax = 32 * extentSlots;
/** After the disk was found full, growth is tried again at every n-th wish only. */
const fullBackoff = 1024;

/** Slots being added off-thread. `skipped`: the file has grown beyond them meanwhile. */
interface Growth {
  readonly firstSlot: number;
  readonly count: number;
  skipped: boolean;
}

interface SlotFile {
  readonly ordinary: DiskFile;
  readonly dsync: DiskFile;
  unflushed: boolean;
}

/** What a map says should be in a slot. */
export interface ExpectedPage {
  readonly space: SpaceId;
  readonly page: PageNumber;
  readonly crc: number;
}

export class PageFile {
  readonly slots = new SlotLedger();
  readonly #disk: Disk;
  readonly #files: SlotFile[] = [];
  #skipGrowth = 0;
  #growing: Growth | undefined = undefined;
  /** Off-thread calls that nobody waits for: growth and read-ahead. */
  #inFlight = 0;
  /** Most slots in use lately; fades by a sixteenth with every checkpoint. */
  #peakUsed = 0;

  constructor(disk: Disk) {
    this.#disk = disk;
    while (disk.existsSync(fileName(this.#files.length))) this.#openFile('existing');
    this.slots.addSlots(this.#countSlots());
    if (this.slots.slotCount === 0) this.#extend(1);
    this.slots.addReference(0);
  }

  #openFile(mode: 'existing' | 'createNew'): SlotFile {
    const path = fileName(this.#files.length);
    const ordinary = this.#disk.openSync(path, mode);
    const file = { ordinary, dsync: this.#disk.openSync(path, 'existingDsync'), unflushed: false };
    this.#files.push(file);
    if (mode === 'createNew') this.#disk.syncDirectorySync(layout.pages);
    return file;
  }

  /** Every file but the last is whole; a crash while growing may have left less, which is filled up. */
  #countSlots(): number {
    let count = 0;
    for (const [index, { ordinary }] of this.#files.entries()) {
      const slots = Math.floor(ordinary.sizeSync() / pageBytes);
      const isLast = index === this.#files.length - 1;
      count = index * slotsPerFile + (isLast ? slots - (slots % extentSlots) : slotsPerFile);
      if (!isLast && slots < slotsPerFile) zeroFillSync(ordinary, slots * pageBytes, slotsPerFile * pageBytes);
    }
    return count;
  }

  /**
   * Makes sure that `count` slots are free, growing the file here and now if it must. Throws DiskFullError. The engine
   * should rarely get here: `growAhead` keeps it from having to wait for the file system.
   */
  ensureFree(count: number): void {
    while (this.slots.freeCount < count) {
      const wanted = Math.ceil((count - this.slots.freeCount) / extentSlots);
      this.#extend(Math.min(growthExtentsMax, wanted));
    }
  }

  /** As ensureFree, but a full or failing disk is only an answer, and one that costs next to nothing. */
  tryEnsureFree(count: number): boolean {
    if (this.slots.freeCount >= count) return true;
    return this.#tryToGrow(() => this.ensureFree(count));
  }

  #tryToGrow(grow: () => void): boolean {
    if (this.#skipGrowth > 0) {
      this.#skipGrowth--;
      return false;
    }
    try {
      grow();
      return true;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.#skipGrowth = fullBackoff;
      return false;
    }
  }

  #extend(extents: number): void {
    this.#skipGrowing();
    const { file, offset, bytes } = this.#nextRegion(extents);
    zeroFillSync(file.ordinary, offset, offset + bytes);
    this.slots.addSlots(bytes / pageBytes);
  }

  /** Where the file grows next: at most so much, and not beyond the end of one file. */
  #nextRegion(extents: number): { file: SlotFile; offset: number; bytes: number } {
    const from = this.slots.slotCount;
    const file = this.#files[Math.floor(from / slotsPerFile)] ?? this.#openFile('createNew');
    const offset = (from % slotsPerFile) * pageBytes;
    file.unflushed = true;
    return { file, offset, bytes: Math.min(extents * extentSlots * pageBytes, slotsPerFile * pageBytes - offset) };
  }

  /** Grows off-thread when fewer than `needed` and some more slots are free, so that nobody has to wait for it. */
  growAhead(needed: number): void {
    const ahead = Math.min(aheadSlotsMax, Math.max(aheadSlotsMin, this.slots.slotCount >>> 3));
    if (this.#growing !== undefined || this.slots.freeCount >= needed + ahead) return;
    this.#tryToGrow(() => this.#growOffThread(ahead));
  }

  #growOffThread(ahead: number): void {
    const { file, offset, bytes } = this.#nextRegion(Math.ceil(ahead / extentSlots));
    const growth = { firstSlot: this.slots.slotCount, count: bytes / pageBytes, skipped: false };
    this.#growing = growth;
    this.#inFlight++;
    zeroFill(file.dsync, offset, offset + bytes, (error) => {
      this.#inFlight--;
      this.#growing = undefined;
      file.unflushed = true;
      if (error !== null) this.#skipGrowth = fullBackoff;
      else if (growth.skipped) this.slots.admit(growth.firstSlot, growth.count);
      else this.slots.addSlots(growth.count);
    });
  }

  /** Slots are needed before those being added are ready: the file goes on behind them, they are admitted when they are. */
  #skipGrowing(): void {
    if (this.#growing === undefined || this.#growing.skipped) return;
    this.#growing.skipped = true;
    this.slots.addWithheldSlots(this.#growing.count);
  }

  /** A checkpoint is about to free slots: in use were so many. The file keeps room to get there again. */
  notePeak(): void {
    this.#peakUsed = Math.max(this.slots.slotCount - this.slots.freeCount, Math.floor((this.#peakUsed * 15) / 16));
  }

  /**
   * Gives some free space at the end back to the file system; returns whether there may be more. Called when a checkpoint
   * is durable: what is free then, no image has. A failure changes nothing.
   */
  trim(): boolean {
    const { slotCount, freeTailCount } = this.slots;
    const kept = Math.ceil((this.#peakUsed * 9) / 8 / extentSlots) * extentSlots + spareSlots;
    const index = Math.floor((slotCount - 1) / slotsPerFile);
    const count = Math.min(freeTailCount, slotCount - kept, slotCount - index * slotsPerFile, trimSlotsMax);
    if (count <= 0 || this.#growing !== undefined) return false;
    try {
      this.#shorten(index, slotCount - index * slotsPerFile - count);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return false;
    }
    this.slots.removeSlots(count);
    return true;
  }

  /** The last file keeps so many slots; without any it goes. */
  #shorten(index: number, slots: number): void {
    const { ordinary, dsync } = this.#files[index] as SlotFile;
    if (slots > 0 || index === 0) {
      ordinary.truncateSync(slots * pageBytes);
      return;
    }
    this.#disk.unlinkSync(fileName(index));
    this.#files.pop();
    ordinary.closeSync();
    dsync.closeSync();
    this.#disk.syncDirectorySync(layout.pages);
  }

  /** Reads the slot's image to `bytes` at `base` and checks it: checksum and identity (POOL-2). */
  readSync(slot: number, bytes: Uint8Array, view: DataView, base: number, expected: ExpectedPage): void {
    const file = this.#files[Math.floor(slot / slotsPerFile)];
    if (file === undefined || slot >= this.slots.slotCount) throw damaged(slot, expected, 'the slot does not exist');
    const target = bytes.subarray(base, base + pageBytes);
    const count = file.ordinary.readSync(target, (slot % slotsPerFile) * pageBytes);
    if (count !== pageBytes) throw damaged(slot, expected, `read only ${count} of ${pageBytes} bytes`);
    verifyImage(slot, bytes, view, base, expected);
  }

  /** Reads neighbouring slots unchecked, off-thread; `verifyImage` is the caller's duty. */
  readRun(slot: number, target: Uint8Array, callback: IoCallback): void {
    const file = this.#fileOf(slot);
    this.#inFlight++;
    file.ordinary.read(target, (slot % slotsPerFile) * pageBytes, (error, count) => {
      this.#inFlight--;
      if (error === null && count !== target.length) callback(damaged(slot, undefined, `read only ${count} bytes`));
      else callback(error);
    });
  }

  /** Writes neighbouring slots; durable after the next `flush`. */
  writeRunSync(slot: number, images: Uint8Array): void {
    const file = this.#fileOf(slot);
    file.unflushed = true;
    file.ordinary.writeSync(images, (slot % slotsPerFile) * pageBytes);
  }

  /** Writes neighbouring slots off-thread; `durable`: on disk when the callback comes, else after the next `flush`. */
  writeRun(slot: number, images: Uint8Array, durable: boolean, callback: IoCallback): void {
    const file = this.#fileOf(slot);
    if (!durable) file.unflushed = true;
    (durable ? file.dsync : file.ordinary).write(images, (slot % slotsPerFile) * pageBytes, callback);
  }

  #fileOf(slot: number): SlotFile {
    return this.#files[Math.floor(slot / slotsPerFile)] as SlotFile;
  }

  /** Makes everything written before the call durable. Throws FatalIoError. */
  async flush(): Promise<void> {
    for (const file of this.#files) {
      if (!file.unflushed) continue;
      file.unflushed = false;
      await new Promise<void>((resolve, reject) => {
        file.ordinary.flush((error) => (error === null ? resolve() : reject(error)));
      });
    }
  }

  /** Waits for growth and read-ahead under way. */
  async close(): Promise<void> {
    while (this.#inFlight > 0) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
    }
    for (const { ordinary, dsync } of this.#files) {
      ordinary.closeSync();
      dsync.closeSync();
    }
    this.#files.length = 0;
  }
}

/** Throws XX001 unless the image at `base` is whole, and the one that `expected` describes. */
export function verifyImage(
  slot: number,
  bytes: Uint8Array,
  view: DataView,
  base: number,
  expected: ExpectedPage,
): void {
  const stored = getStoredCrc(view, base);
  const computed = computeCrc(bytes, base);
  if (stored !== computed) throw damaged(slot, expected, `checksum is ${hex(computed)}, the page says ${hex(stored)}`);
  if (stored !== expected.crc) {
    throw damaged(slot, expected, `checksum is ${hex(stored)}, the page map says ${hex(expected.crc)} (a lost write)`);
  }
  const page = getPageNumber(view, base);
  if (page !== expected.page) throw damaged(slot, expected, `the slot holds page ${page}`);
}

function fileName(index: number): string {
  return `${layout.pages}/${String(index).padStart(5, '0')}`;
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}

function damaged(slot: number, expected: ExpectedPage | undefined, what: string): SqlError {
  const whose = expected === undefined ? '' : ` for page ${expected.page} of space ${expected.space}`;
  const path = fileName(Math.floor(slot / slotsPerFile));
  return new SqlError(
    sqlState.dataCorrupted,
    `invalid page in file "${path}", slot ${slot % slotsPerFile}${whose}: ${what}`,
  );
}
