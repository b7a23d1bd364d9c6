/**
 * One database of the server: its tables, and the catalog as all sessions that changed nothing see it (CATALOG-3). The cache is
 * thrown away as a whole when a transaction that wrote catalog rows ends; the next one to ask starts a new one.
 */
import type { Oid } from '../common/ids.ts';
import { CatalogCache, type CatalogSource } from '../catalog/database-catalog.ts';
import type { TableStore } from '../tables/storage.ts';
import type { TransactionManager } from '../transaction/manager.ts';
import { CatalogSnapshots } from './catalog-snapshots.ts';

/** Numbers the states of all catalogs of the server. */
export interface CatalogVersions {
  nextVersion(): number;
}

export class Database {
  readonly oid: Oid;
  readonly name: string;
  readonly tables: TableStore;
  readonly shared: TableStore;
  /** Sessions connected to it. */
  sessionCount = 0;
  readonly #versions: CatalogVersions;
  readonly #snapshots: CatalogSnapshots;
  #cache: CatalogCache | undefined = undefined;
  #releaseQueued = false;

  constructor(
    oid: Oid,
    name: string,
    tables: TableStore,
    shared: TableStore,
    manager: TransactionManager,
    versions: CatalogVersions,
  ) {
    this.oid = oid;
    this.name = name;
    this.tables = tables;
    this.shared = shared;
    this.#versions = versions;
    this.#snapshots = new CatalogSnapshots(manager, manager.begin());
  }

  /** The committed catalog. */
  get catalog(): CatalogCache {
    return (this.#cache ??= this.newCache(() => this.#snapshot()));
  }

  /** A cache that reads with snapshots of its own: for a transaction that has changed the catalog. */
  newCache(snapshot: CatalogSource['snapshot']): CatalogCache {
    const { tables: own, shared, oid: databaseOid, name: databaseName } = this;
    return new CatalogCache({ own, shared, databaseOid, databaseName, snapshot }, this.#versions.nextVersion());
  }

  invalidate(): void {
    this.#cache = undefined;
  }

  /** Used at once, without a yield; released when the present piece of work is over, so that purge is not held up. */
  #snapshot() {
    if (!this.#releaseQueued) {
      this.#releaseQueued = true;
      queueMicrotask(() => {
        this.#releaseQueued = false;
        this.#snapshots.release();
      });
    }
    return this.#snapshots.take();
  }
}
