/**
 * A PageStore without a disk, for tests of the tree. It is as unkind as the interface allows: a page leaves its frame with
 * the last pin and the frame is poisoned; a page freed while others have it pinned keeps its frame until they let go; and
 * every rule that the tree could break is checked: balanced pins, no change outside modify … done, no use after free.
 * `failAfter` lets the n-th pin or allocation from now on fail.
 */
import { assert } from '../../../../src/common/assert.ts';
import type { PageNumber, SpaceId, TreeId } from '../../../../src/common/ids.ts';
import { pageBytes, setIdentity } from '../../../../src/storage/page.ts';
import type { PageStore } from '../../../../src/storage/page-store.ts';

export class InjectedFailure extends Error {}

interface Frame {
  page: PageNumber;
  pins: number;
  /** Nested modify calls. */
  depth: number;
  freed: boolean;
}

const poison = 0xdb;

export class MemoryPageStore implements PageStore {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  /** Content of the pages that are not being modified. */
  readonly #disk = new Map<PageNumber, Uint8Array>();
  readonly #frames: (Frame | undefined)[];
  readonly #frameOfPage = new Map<PageNumber, number>();
  readonly #freePages: PageNumber[] = [];
  readonly #checksChanges: boolean;
  #pageCount = 0;
  #failAfter = Infinity;
  prefetched: PageNumber[] = [];
  pinCount = 0;

  constructor(frameCount: number = 64, checksChanges: boolean = true) {
    const memory = new SharedArrayBuffer(frameCount * pageBytes);
    this.bytes = new Uint8Array(memory);
    this.view = new DataView(memory);
    this.#frames = Array.from({ length: frameCount }, () => undefined);
    this.#checksChanges = checksChanges;
  }

  /** The n-th pin or allocation from now (0: the next) and all after it throw InjectedFailure; Infinity: none. */
  failAfter(calls: number): void {
    this.#failAfter = calls;
  }

  get livePages(): number {
    return this.#disk.size;
  }

  get pinnedFrames(): number {
    return this.#frames.filter((frame) => frame !== undefined).length;
  }

  pin(_space: SpaceId, page: PageNumber): number {
    this.#mayFail();
    this.pinCount++;
    const resident = this.#frameOfPage.get(page);
    if (resident !== undefined) {
      (this.#frames[resident] as Frame).pins++;
      return resident;
    }
    const content = this.#disk.get(page);
    assert(content !== undefined, `test: pin of page ${page}, which does not exist`);
    const frame = this.#take(page);
    this.bytes.set(content, frame * pageBytes);
    return frame;
  }

  unpin(frame: number): void {
    const state = this.#stateOf(frame);
    this.#checkUnchanged(frame, state);
    state.pins--;
    if (state.pins === 0) this.#evict(frame, state);
  }

  modify(frame: number): void {
    const state = this.#stateOf(frame);
    assert(!state.freed, `test: modify of freed page ${state.page}`);
    this.#checkUnchanged(frame, state);
    state.depth++;
  }

  done(frame: number): void {
    const state = this.#stateOf(frame);
    assert(state.depth > 0, 'test: done without modify');
    state.depth--;
    if (state.depth === 0) this.#save(frame, state);
  }

  allocate(space: SpaceId, tree: TreeId): number {
    this.#mayFail();
    const page = this.#freePages.pop() ?? (++this.#pageCount as PageNumber);
    const frame = this.#take(page);
    this.bytes.fill(0, frame * pageBytes, (frame + 1) * pageBytes);
    setIdentity(this.view, frame * pageBytes, space, page, tree);
    this.#disk.set(page, new Uint8Array(pageBytes));
    (this.#frames[frame] as Frame).depth = 1;
    return frame;
  }

  free(frame: number): void {
    const state = this.#stateOf(frame);
    assert(!state.freed && state.depth === 0, `test: free of page ${state.page} freed or being modified`);
    this.#forget(state.page);
    state.freed = true;
    state.pins--;
    if (state.pins === 0) this.#evict(frame, state);
  }

  freeUnread(_space: SpaceId, page: PageNumber): void {
    assert(this.#disk.has(page) && !this.#frameOfPage.has(page), `test: freeUnread of page ${page}`);
    this.#forget(page);
  }

  pageNumberOf(frame: number): PageNumber {
    return this.#stateOf(frame).page;
  }

  prefetch(_space: SpaceId, pages: readonly PageNumber[]): void {
    this.prefetched.push(...pages);
  }

  #mayFail(): void {
    if (this.#failAfter-- <= 0) throw new InjectedFailure('injected');
  }

  #stateOf(frame: number): Frame {
    const state = this.#frames[frame];
    assert(state !== undefined && state.pins > 0, `test: frame ${frame} is not pinned`);
    return state;
  }

  #take(page: PageNumber): number {
    const frame = this.#frames.indexOf(undefined);
    assert(frame >= 0, 'test: too many pins');
    this.#frames[frame] = { page, pins: 1, depth: 0, freed: false };
    this.#frameOfPage.set(page, frame);
    return frame;
  }

  #forget(page: PageNumber): void {
    this.#disk.delete(page);
    this.#frameOfPage.delete(page);
    this.#freePages.push(page);
  }

  #save(frame: number, state: Frame): void {
    this.#disk.get(state.page)?.set(this.bytes.subarray(frame * pageBytes, (frame + 1) * pageBytes));
  }

  #checkUnchanged(frame: number, state: Frame): void {
    if (!this.#checksChanges || state.depth > 0 || state.freed) return;
    const content = this.#disk.get(state.page) as Uint8Array;
    const current = this.bytes.subarray(frame * pageBytes, (frame + 1) * pageBytes);
    assert(Buffer.compare(content, current) === 0, `test: page ${state.page} changed outside modify … done`);
  }

  #evict(frame: number, state: Frame): void {
    assert(state.depth === 0, `test: page ${state.page} unpinned while being modified`);
    this.bytes.fill(poison, frame * pageBytes, (frame + 1) * pageBytes);
    if (!state.freed) this.#frameOfPage.delete(state.page);
    this.#frames[frame] = undefined;
  }
}
