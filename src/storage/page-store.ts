/**
 * What a tree needs of the buffer pool. Implemented by buffer-pool.ts; tests of the tree use a small in-memory one.
 *
 * A *frame* is a number; its page is bytes [frame × 8192, (frame + 1) × 8192) of `bytes` / `view`, which lie over one
 * SharedArrayBuffer. A pinned frame stays where it is; an unpinned one may be evicted by the next call.
 */
import type { PageNumber, SpaceId, TreeId } from '../common/ids.ts';

export const pageBytes = 8192;

export interface PageStore {
  readonly bytes: Uint8Array;
  readonly view: DataView;

  /** Pins the page, reading it if it must (blocking). Throws SqlError 58030/XX001 naming file, slot and page when it cannot. */
  pin(space: SpaceId, page: PageNumber): number;
  unpin(frame: number): void;

  /**
   * The one door to changing a page (POOL-1): stages the old image if a running checkpoint still needs it, makes the
   * version counter odd, marks the frame dirty. Every `modify` is followed by `done` without a yield in between; nests.
   */
  modify(frame: number): void;
  done(frame: number): void;

  /** A zeroed new page owned by `tree`, pinned and dirty, header identity set, `modify` not needed until `done`. */
  allocate(space: SpaceId, tree: TreeId): number;
  /**
   * Gives the page back (the caller's pin included). Its number may be reused at once in memory, its slot only after a
   * checkpoint. If others still have the frame pinned (a cursor resting there), it keeps its bytes until they unpin it.
   */
  free(frame: number): void;
  /** Gives back a page nobody has pinned, without reading it: what makes dropping a large tree cheap. */
  freeUnread(space: SpaceId, page: PageNumber): void;

  pageNumberOf(frame: number): PageNumber;
  /** Hint that these pages are wanted soon; never blocks. */
  prefetch(space: SpaceId, pages: readonly PageNumber[]): void;
}
