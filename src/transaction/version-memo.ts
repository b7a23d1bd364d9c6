/**
 * Row versions already rebuilt for one snapshot (MVCC-7). A hot row may have thousands of versions newer than the snapshot;
 * whoever walked that chain once notes at the LSN it started from what it found, and a later walk, starting from a version
 * that is newer still, ends when it reaches a noted LSN. An LSN names one version of one row for ever, so nothing noted
 * ever becomes wrong.
 */
import type { Lsn } from '../common/ids.ts';

/** Walks shorter than this are not worth noting. */
export const memoStepsMin = 8;

const memoBytesMax = 1024 * 1024;
/** What an entry costs beside its row: map slot, key, buffer header. */
const entryBytes = 200;

export class VersionMemo {
  #rows: Map<Lsn, Uint8Array | null> | undefined = undefined;
  #bytes = 0;

  /** The visible row for a walk at version `lsn`; null: none is visible; undefined: nobody noted it. */
  find(lsn: Lsn): Uint8Array | null | undefined {
    return this.#rows?.get(lsn);
  }

  /** Notes that a walk at version `lsn` ends at `row`, which is not copied. */
  note(lsn: Lsn, row: Uint8Array | null): void {
    const cost = entryBytes + (row === null ? 0 : row.length);
    if (this.#bytes + cost > memoBytesMax) this.clear();
    this.#rows ??= new Map();
    this.#rows.set(lsn, row);
    this.#bytes += cost;
  }

  clear(): void {
    this.#rows = undefined;
    this.#bytes = 0;
  }
}
