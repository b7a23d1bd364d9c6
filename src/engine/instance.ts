/**
 * The database server without its sockets: storage, databases, sessions and background jobs.
 *
 *   Instance.open ─▶ (a new directory: bootstrap) ─▶ openSession … ─▶ close
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { Oid, SpaceId } from '../common/ids.ts';
import { sharedSpace } from '../common/ids.ts';
import { readRows, type CatalogReading } from '../catalog/catalog-rows.ts';
import type { Disk } from '../storage/disk.ts';
import { StorageEngine } from '../tables/store.ts';
import type { SequenceParameters, TableStore } from '../tables/storage.ts';
import type { ActiveTransaction } from '../transaction/active-transaction.ts';
import { AutoAnalyze } from './auto-analyze.ts';
import { CatalogSnapshots } from './catalog-snapshots.ts';
import { nowMicros } from './clock.ts';
import { Database } from './database.ts';
import { Jobs } from './jobs.ts';
import { Scheduler } from './scheduler.ts';
import type { Session } from './session.ts';
import type { ServerSettings } from './settings/server-settings.ts';
import { SpillFiles } from './temp-files.ts';

/** The server's log, as far as the engine writes to it. */
export interface ServerLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface InstanceOptions {
  readonly disk: Disk;
  readonly settings: ServerSettings;
  readonly log: ServerLog;
  /** Name of the superuser of a new cluster. */
  readonly superuser?: string | undefined;
  /** The process must end: what is in memory can no longer be trusted. */
  readonly onFatal: (error: Error) => void;
}

/** OIDs are given out by a sequence of the shared space under this number. */
export const oidSequence: Oid = 1;

export const oidSequenceParameters: SequenceParameters = {
  increment: 1n,
  minValue: 16_384n,
  maxValue: 0xffff_ffffn,
  startValue: 16_384n,
  cycle: false,
};

const poolPageBytes = 8192;

export class Instance {
  readonly storage: StorageEngine;
  readonly settings: ServerSettings;
  readonly log: ServerLog;
  readonly scheduler = new Scheduler();
  readonly spillFiles: SpillFiles;
  readonly shared: TableStore;
  readonly sessions = new Map<number, Session>();
  /** Transactions that changed catalog rows and are not over. */
  readonly catalogWriters = new Set<ActiveTransaction>();
  readonly startTime: number = nowMicros();
  readonly jobs: Jobs;
  readonly autoAnalyze: AutoAnalyze;
  readonly onFatal: (error: Error) => void;
  readonly #databases = new Map<Oid, Database>();
  readonly #snapshots: CatalogSnapshots;
  #catalogVersion = 0;
  #nextProcessId = 1;

  /** While a new cluster is made, OIDs come from the range below those of users. */
  bootstrapOid: Oid | undefined = undefined;

  /** `bootstrap` fills a new directory; open-instance.ts passes the one there is. */
  static async open(
    options: InstanceOptions,
    bootstrap: (instance: Instance, superuser: string) => Promise<void>,
  ): Promise<Instance> {
    const { disk, settings } = options;
    const storage = await StorageEngine.open(disk, {
      poolBytes: settings.number('shared_buffers') * poolPageBytes,
      onFatal: options.onFatal,
      now: () => Date.now() * 1000,
    });
    if (storage.isNew) storage.createSpace(sharedSpace);
    const instance = new Instance(storage, options);
    if (storage.isNew) await bootstrap(instance, options.superuser ?? 'postgres');
    instance.jobs.start();
    return instance;
  }

  private constructor(storage: StorageEngine, options: InstanceOptions) {
    this.storage = storage;
    this.settings = options.settings;
    this.log = options.log;
    this.onFatal = options.onFatal;
    this.shared = storage.space(sharedSpace);
    this.spillFiles = new SpillFiles(options.disk);
    this.#snapshots = new CatalogSnapshots(storage.transactions, storage.transactions.begin());
    storage.transactions.onPublish((transaction) => this.#published(transaction));
    this.jobs = new Jobs(this);
    this.autoAnalyze = new AutoAnalyze(this);
  }

  /** What a definition changed, or did not after all, is looked up anew from now on. */
  #published(transaction: ActiveTransaction): void {
    if (!this.catalogWriters.delete(transaction)) return;
    for (const database of this.#databases.values()) database.invalidate();
  }

  nextVersion(): number {
    return ++this.#catalogVersion;
  }

  newOid(transaction: ActiveTransaction): Oid {
    if (this.bootstrapOid !== undefined) return this.bootstrapOid++;
    const value = this.shared.sequences.next(oidSequence, oidSequenceParameters, transaction);
    if (value === undefined) throw new SqlError(sqlState.programLimitExceeded, 'object identifiers are used up');
    return Number(value);
  }

  // ---- databases

  /** Opens the database; its space exists. */
  openDatabase(oid: Oid, name: string): Database {
    const known = this.#databases.get(oid);
    if (known !== undefined && known.name === name) return known;
    const tables = this.storage.space(oid as SpaceId);
    const database = new Database(oid, name, tables, this.shared, this.storage.transactions, this);
    this.#databases.set(oid, database);
    return database;
  }

  findOpenDatabase(oid: Oid): Database | undefined {
    return this.#databases.get(oid);
  }

  forgetDatabase(oid: Oid): void {
    this.#databases.delete(oid);
  }

  /** Reads a shared catalog as of now, outside any session. */
  readShared(table: string, index?: string, key: readonly (string | number)[] = []): ReturnType<typeof readRows> {
    const reading: CatalogReading = {
      open: (system) => this.shared.open(system.oid),
      snapshot: () => this.#snapshots.take(),
    };
    try {
      return readRows(reading, table, index, key);
    } finally {
      this.#snapshots.release();
    }
  }

  // ---- sessions

  newProcessId(): number {
    while (this.sessions.has(this.#nextProcessId)) this.#nextProcessId++;
    return this.#nextProcessId++;
  }

  /** All transactions are over: a clean stop. */
  async close(): Promise<void> {
    this.jobs.stop();
    this.autoAnalyze.stop();
    await this.storage.close();
  }
}
