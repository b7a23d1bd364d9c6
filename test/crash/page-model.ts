/**
 * A random workload over PageStorage beside a model of it: spaces as maps from page number to a stamp. The storage must be,
 * after any crash, what the model was at the freeze of its last durable checkpoint.
 */
import { expect } from 'vitest';
import { type Lsn, noLsn, type PageNumber, type SpaceId, type TreeId } from '../../src/common/ids.ts';
import { SqlError } from '../../src/common/sql-error.ts';
import { FatalIoError } from '../../src/storage/disk.ts';
import { getPageTree, pageBytes } from '../../src/storage/page.ts';
import { PageStorage } from '../../src/storage/page-storage.ts';
import { CrashSignal, type FaultyDisk, randomFrom } from './faulty-disk.ts';

/** Stamp of each page by space and page number. */
export type Model = Map<SpaceId, Map<PageNumber, number>>;

const stampOffsets = [64, 4000, pageBytes - 4];
const spacesMax = 4;

export interface Moment {
  readonly lsn: Lsn;
  readonly model: Model;
}

function copyModel(model: Model): Model {
  return new Map([...model].map(([space, pages]) => [space, new Map(pages)]));
}

/** Frames of the pool: few, so that everything is evicted all the time. */
export const tinyPoolBytes = 16 * pageBytes;

export interface WorkloadOptions {
  readonly poolBytes?: number;
  /** Pages allocated at a time by one operation. */
  readonly burst?: number;
}

export class Workload {
  readonly disk: FaultyDisk;
  storage: PageStorage;
  model: Model = new Map();
  /** What the next start may find: the last durable checkpoint, or the one that was running. */
  durable: Moment = { lsn: noLsn, model: new Map() };
  attempted: Moment | undefined = undefined;
  /** Operations refused by the disk, and checkpoints abandoned. */
  refusals = 0;
  readonly #random: () => number;
  readonly #burst: number;
  #checkpoint: Promise<void> | undefined = undefined;
  #stamp = 1;
  #lsn = 0;

  constructor(disk: FaultyDisk, seed: number, options: WorkloadOptions = {}, start?: Moment) {
    this.disk = disk;
    this.#random = randomFrom(seed);
    this.#burst = options.burst ?? 3;
    this.storage = PageStorage.open(disk, { poolBytes: options.poolBytes ?? tinyPoolBytes });
    if (start !== undefined) {
      this.model = copyModel(start.model);
      this.durable = start;
      this.#lsn = start.lsn;
      this.#stamp = start.lsn * 100_000 + 1;
    }
  }

  /** Runs random operations; a CrashSignal or FatalIoError ends it and is returned. */
  async run(operations: number): Promise<Error | undefined> {
    try {
      for (let i = 0; i < operations; i++) {
        this.#step();
        if (this.#random() < 0.3) await new Promise((resolve) => setImmediate(resolve));
        await this.#reapCheckpoint(false);
      }
      await this.#reapCheckpoint(true);
      return undefined;
    } catch (error) {
      if (error instanceof CrashSignal || error instanceof FatalIoError) return error;
      throw error;
    }
  }

  /** An I/O error refuses the operation and changes nothing. */
  #step(): void {
    try {
      this.#operation();
    } catch (error) {
      if (!(error instanceof SqlError) || !['58030', '53100'].includes(error.sqlState)) throw error;
      this.refusals++;
    }
  }

  #operation(): void {
    const dice = this.#random();
    if (this.model.size === 0 || (dice < 0.02 && this.model.size < spacesMax)) this.#createSpace();
    else if (dice < 0.27) this.#allocate();
    else if (dice < 0.65) this.#modify();
    else if (dice < 0.75) this.#free();
    else if (dice < 0.9) this.#look();
    else if (dice < 0.92) this.#prefetch();
    else if (dice < 0.94) this.#branch();
    else if (dice < 0.955) this.#drop();
    else this.startCheckpoint();
  }

  #pick<T>(items: Iterable<T>): T | undefined {
    const all = [...items];
    return all[Math.floor(this.#random() * all.length)];
  }

  #pickSpace(): SpaceId {
    return this.#pick(this.model.keys()) as SpaceId;
  }

  #unusedSpace(): SpaceId {
    let space = 0;
    while (this.model.has(space as SpaceId)) space++;
    return space as SpaceId;
  }

  #createSpace(): void {
    const space = this.#unusedSpace();
    this.storage.createSpace(space);
    this.model.set(space, new Map());
  }

  #allocate(): void {
    const space = this.#pickSpace();
    for (let left = this.#burst; left > 0; left--) {
      const frame = this.storage.pool.allocate(space, treeOf(space));
      this.#write(frame, space);
      this.storage.pool.done(frame);
      this.storage.pool.unpin(frame);
    }
  }

  #write(frame: number, space: SpaceId): void {
    const stamp = this.#stamp++;
    for (const offset of stampOffsets) this.storage.pool.view.setUint32(frame * pageBytes + offset, stamp, true);
    this.model.get(space)?.set(this.storage.pool.pageNumberOf(frame), stamp);
  }

  #modify(): void {
    const space = this.#pickSpace();
    const page = this.#pick(this.model.get(space)!.keys());
    if (page === undefined) return;
    const frame = this.storage.pool.pin(space, page);
    this.storage.pool.modify(frame);
    this.#write(frame, space);
    this.storage.pool.done(frame);
    this.storage.pool.unpin(frame);
  }

  #free(): void {
    const space = this.#pickSpace();
    const page = this.#pick(this.model.get(space)!.keys());
    if (page === undefined) return;
    if (this.#random() < 0.5) this.storage.pool.freeUnread(space, page);
    else this.storage.pool.free(this.storage.pool.pin(space, page));
    this.model.get(space)!.delete(page);
  }

  #look(): void {
    const space = this.#pickSpace();
    const page = this.#pick(this.model.get(space)!.keys());
    if (page !== undefined) checkPage(this.storage, space, page, this.model.get(space)!.get(page) as number);
  }

  #prefetch(): void {
    const space = this.#pickSpace();
    this.storage.pool.prefetch(space, [...this.model.get(space)!.keys()].slice(0, 8));
  }

  #branch(): void {
    if (this.model.size >= spacesMax) return;
    const source = this.#pickSpace();
    const target = this.#unusedSpace();
    this.storage.branchSpace(source, target);
    this.model.set(target, new Map(this.model.get(source)));
  }

  #drop(): void {
    const space = this.#pickSpace();
    this.storage.dropSpace(space);
    this.model.delete(space);
  }

  startCheckpoint(): void {
    if (this.#checkpoint !== undefined) return;
    const lsn = ++this.#lsn as Lsn;
    this.attempted = { lsn, model: copyModel(this.model) };
    this.#checkpoint = this.storage.checkpoint({ lsn, blob: Buffer.from(`state at ${lsn}`) });
    this.#checkpoint.catch(() => undefined);
  }

  async #reapCheckpoint(wait: boolean): Promise<void> {
    if (this.#checkpoint === undefined || (!wait && this.storage.isCheckpointRunning)) return;
    try {
      await this.#checkpoint;
      this.durable = this.attempted as Moment;
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      this.refusals++;
    }
    this.attempted = undefined;
    this.#checkpoint = undefined;
  }

  /** A checkpoint that must succeed, with nothing going on beside it. */
  async checkpointNow(): Promise<void> {
    this.startCheckpoint();
    await this.#reapCheckpoint(true);
  }
}

function treeOf(space: SpaceId): TreeId {
  return (100 + space) as TreeId;
}

function checkPage(storage: PageStorage, space: SpaceId, page: PageNumber, stamp: number): void {
  const frame = storage.pool.pin(space, page);
  for (const offset of stampOffsets) {
    const found = storage.pool.view.getUint32(frame * pageBytes + offset, true);
    if (found !== stamp) throw new Error(`space ${space} page ${page}: found ${found}, expected ${stamp}`);
  }
  if (getPageTree(storage.pool.view, frame * pageBytes) < 100) throw new Error('the page lost its owner');
  storage.pool.unpin(frame);
}

/** The storage has exactly the model's spaces, pages and stamps. */
export function checkAll(storage: PageStorage, model: Model): void {
  expect(storage.spaces.toSorted((a, b) => a - b)).toEqual([...model.keys()].toSorted((a, b) => a - b));
  for (const [space, pages] of model) {
    expect(storage.pageCountOf(space)).toBe(pages.size);
    for (const [page, stamp] of pages) checkPage(storage, space, page, stamp);
  }
}

/** Opens what a crash left and checks that it is one of the two moments it may be; returns which. */
export async function checkRecovered(disk: FaultyDisk, workload: Workload): Promise<Moment> {
  const storage = PageStorage.open(disk, { poolBytes: tinyPoolBytes });
  const { lsn, blob } = storage.lastCheckpoint;
  const moment = lsn === workload.attempted?.lsn ? workload.attempted : workload.durable;
  expect(lsn).toBe(moment.lsn);
  if (lsn !== noLsn) expect(Buffer.from(blob).toString()).toBe(`state at ${lsn}`);
  checkAll(storage, moment.model);
  await storage.close();
  return moment;
}
