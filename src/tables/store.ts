/**
 * The storage put together: pages, log, transactions and the tables over them. This is what the engine opens.
 *
 *   StorageEngine.open ─▶ (isNew: createSpace, fill) ─▶ checkpoint … space(id).open(oid) … purgeSlice, checkpoint … ─▶ close
 *
 * Opening an existing directory recovers it: the durable image, the log replayed through the row code of this folder, the
 * losers rolled back.
 */
import { assert } from '../common/assert.ts';
import type { Lsn, SpaceId, Xid } from '../common/ids.ts';
import { noLsn, noXid } from '../common/ids.ts';
import { DirectoryLock, layout } from '../storage/data-directory.ts';
import type { Disk } from '../storage/disk.ts';
import { defaultLogOptions, Log, type LogOptions } from '../storage/log/log.ts';
import { LogRecord, recordBytes } from '../storage/log/record.ts';
import { PageStorage } from '../storage/page-storage.ts';
import type { ActiveTransaction } from '../transaction/active-transaction.ts';
import {
  type CheckpointState,
  decodeCheckpointState,
  encodeCheckpointState,
  initialCheckpointState,
} from '../transaction/checkpoint-state.ts';
import { LockManager } from '../transaction/lock-manager.ts';
import { TransactionManager } from '../transaction/manager.ts';
import { Purge } from '../transaction/purge.ts';
import { isTransactionRecord, RecordKinds } from '../transaction/record-kinds.ts';
import { recover, type RecoveryResult } from '../transaction/recovery.ts';
import { LogRetention } from '../transaction/retention.ts';
import type { Transaction } from '../transaction/transaction.ts';
import { TableEnvironment } from './environment.ts';
import { collectGarbage } from './garbage.ts';
import { whenRoom } from './log-room.ts';
import { recordSpace, registerTableRecords, type Spaces } from './record-handlers.ts';
import { branchBody, readBranch, spaceRecordKind, type BranchEntry } from './space-records.ts';
import type { PurgeProgress } from './storage.ts';
import { LoggedTableStore } from './table-store.ts';
import { TreeDirectory } from './tree-directory.ts';

export interface StorageOptions {
  /** shared_buffers. */
  readonly poolBytes: number;
  readonly log?: Partial<LogOptions> | undefined;
  readonly rowLocksMax?: number | undefined;
  /** Takes hyrax.lock, so that no second server opens the directory. */
  readonly lockDirectory?: boolean | undefined;
  /** A write or flush failed in a way that only recovery can mend: the process must end. */
  readonly onFatal: (error: Error) => void;
  /** Time in µs since 1970, for commit records. */
  readonly now?: (() => number) | undefined;
}

const defaultRowLocksMax = 4 * 1024 * 1024;

/** On whose behalf a branch is cleaned. */
const nobody: Transaction = {
  xid: noXid,
  isolation: 'read committed',
  readOnly: true,
  firstLsn: noLsn,
  lastLsn: noLsn,
  state: 'active',
};

export class StorageEngine implements Spaces {
  readonly pages: PageStorage;
  readonly log: Log;
  readonly transactions: TransactionManager;
  readonly environment: TableEnvironment;
  readonly retention: LogRetention;
  /** Nothing is durable yet: the caller creates spaces, fills them and runs the first checkpoint. */
  readonly isNew: boolean;
  recovery: RecoveryResult | undefined = undefined;
  readonly #lock: DirectoryLock | undefined;
  readonly #spaces = new Map<SpaceId, LoggedTableStore>();
  readonly #purge: Purge;
  #checkpointing: Promise<void> | undefined = undefined;
  /** While a branch is being cleaned: records of `from` are undone in `to`. */
  #redirect: { readonly from: SpaceId; readonly to: SpaceId } | undefined = undefined;

  static async open(disk: Disk, options: StorageOptions): Promise<StorageEngine> {
    const lock = options.lockDirectory === false ? undefined : new DirectoryLock(disk);
    try {
      const engine = new StorageEngine(disk, options, lock);
      await engine.#recover();
      return engine;
    } catch (error) {
      lock?.release();
      throw error;
    }
  }

  readonly #start: { readonly lsn: Lsn; readonly state: CheckpointState };

  private constructor(disk: Disk, options: StorageOptions, lock: DirectoryLock | undefined) {
    this.#lock = lock;
    this.pages = PageStorage.open(disk, { poolBytes: options.poolBytes });
    this.isNew = this.pages.isNew;
    const logOptions: LogOptions = {
      ...defaultLogOptions,
      directory: layout.log,
      salt: Number(this.pages.systemId & 0xffff_ffffn),
      onFatal: options.onFatal,
      ...options.log,
    };
    const { lsn, blob } = this.pages.lastCheckpoint;
    const start = this.isNew ? Log.create(disk, logOptions) : lsn;
    const state = this.isNew ? initialCheckpointState(start) : decodeCheckpointState(blob);
    this.#start = { lsn: start, state };
    this.log = Log.open(disk, logOptions);
    const kinds = new RecordKinds();
    const locks = new LockManager({ rowLocksMax: options.rowLocksMax ?? defaultRowLocksMax });
    const { now } = options;
    this.transactions = new TransactionManager({ log: this.log, kinds, locks, ...(now === undefined ? {} : { now }) });
    this.environment = new TableEnvironment(this.pages.pool, this.log, this.transactions, disk);
    this.retention = new LogRetention(this.transactions, start, state);
    this.#purge = new Purge(this.transactions);
    registerTableRecords(kinds, this);
    this.#registerSpaceRecords(kinds);
    for (const space of this.pages.spaces) this.#openSpace(space);
  }

  async #recover(): Promise<void> {
    this.recovery = await recover(this.transactions, this.#start.lsn, this.#start.state);
  }

  // ---- spaces

  #openSpace(space: SpaceId): LoggedTableStore {
    const directory = TreeDirectory.open(this.pages.pool, space);
    const store = new LoggedTableStore(this.environment, directory);
    this.#spaces.set(space, store);
    return store;
  }

  hasSpace(space: SpaceId): boolean {
    return this.#spaces.has(space);
  }

  space(space: SpaceId): LoggedTableStore {
    const store = this.#spaces.get(space);
    assert(store !== undefined, `SPACE-2: space ${space} is open`);
    return store;
  }

  /** Spaces interface: records of a space being branched are undone in the branch. */
  get(space: SpaceId): LoggedTableStore {
    return this.space(this.#redirect?.from === space ? this.#redirect.to : space);
  }

  forPurge(space: SpaceId, record: LogRecord): readonly LoggedTableStore[] {
    const stores: LoggedTableStore[] = [];
    for (const store of this.#spaces.values()) {
      const isCopy = store.directory.origins.some(({ source, lsn }) => source === space && record.lsn < lsn);
      if (store.space === space || isCopy) stores.push(store);
    }
    return stores;
  }

  /** An empty space, while the directory is new; later ones are copies. */
  createSpace(space: SpaceId): LoggedTableStore {
    assert(this.isNew, 'SPACE-2: spaces are created empty in a new directory only');
    this.pages.createSpace(space);
    const directory = TreeDirectory.create(this.pages.pool, space);
    const store = new LoggedTableStore(this.environment, directory);
    this.#spaces.set(space, store);
    return store;
  }

  /** CREATE DATABASE: `target` becomes a copy of `source` as committed now, also while that is in use (BRANCH-1). */
  async branchSpace(source: SpaceId, target: SpaceId, transaction: ActiveTransaction): Promise<LoggedTableStore> {
    await this.pages.prepareBranch(source);
    const { log, environment, transactions } = this;
    const bytesMax = recordBytes(branchBody(source, target, this.#activeEntries()).length + 64 * 1024);
    return whenRoom(log, bytesMax, () => {
      transactions.assignXid(transaction);
      const entries = this.#activeEntries();
      this.space(source).sequences.settle();
      this.pages.branchSpace(source, target);
      environment.body.reset();
      environment.body.copy(branchBody(source, target, entries));
      const lsn = environment.append(transaction, spaceRecordKind.branch);
      return this.#completeBranch(source, target, entries, lsn);
    });
  }

  #activeEntries(): BranchEntry[] {
    const active = this.transactions
      .unfinished()
      .filter((each) => each.state !== 'committing' && each.lastLsn !== noLsn);
    return active.map(({ lastLsn, undoCursor, undoUntil, state }) => ({
      lastLsn,
      undoCursor,
      undoUntil,
      isRollingBack: state === 'rolling back',
    }));
  }

  /** Undoes in the copy what was unfinished in the source. */
  #completeBranch(source: SpaceId, target: SpaceId, entries: readonly BranchEntry[], lsn: Lsn): LoggedTableStore {
    const store = this.#openSpace(target);
    this.#redirect = { from: source, to: target };
    for (const entry of entries) {
      if (entry.undoCursor !== noLsn) this.#undoChain(source, entry.undoCursor, entry.undoUntil);
      if (!entry.isRollingBack) this.#undoChain(source, entry.lastLsn, noLsn);
    }
    this.#redirect = undefined;
    const { directory } = store;
    directory.origins = [...directory.origins, { source, lsn }];
    return store;
  }

  /** Undoes the records of `source` from `from` back to, but not including, `until`. */
  #undoChain(source: SpaceId, from: Lsn, until: Lsn): void {
    const record = new LogRecord();
    const { kinds } = this.transactions;
    for (let lsn = from; lsn !== until && lsn !== noLsn; lsn = record.previous) {
      this.log.read(lsn, record);
      if (isTransactionRecord(record.kind) || recordSpace(record) !== source) continue;
      kinds.get(record.kind).undo?.(record, nobody);
    }
  }

  /** DROP DATABASE: the pages go once the transaction has committed and no snapshot is older. Nobody may use the space. */
  async dropSpace(space: SpaceId, transaction: ActiveTransaction): Promise<void> {
    const { log, environment } = this;
    await whenRoom(log, recordBytes(4), () => {
      environment.body.reset();
      environment.body.uint32LE(space);
      environment.append(transaction, spaceRecordKind.drop);
      this.space(space).directory.isDropped = true;
    });
  }

  #registerSpaceRecords(kinds: RecordKinds): void {
    kinds.register(spaceRecordKind.branch, {
      name: 'branch space',
      replay: (record) => {
        const { source, target, entries } = readBranch(record);
        this.pages.branchSpace(source, target);
        // Replay has finished every rollback that it met the record of.
        const unfinished = entries.filter(({ isRollingBack }) => !isRollingBack);
        const settled = unfinished.map((entry) => ({ ...entry, undoCursor: noLsn }));
        this.#completeBranch(source, target, settled, record.lsn);
      },
      undo: (record) => this.#removeSpace(readBranch(record).target),
      purge: undefined,
    });
    kinds.register(spaceRecordKind.drop, {
      name: 'drop space',
      replay: (record) => {
        this.get(recordSpace(record)).directory.isDropped = true;
      },
      undo: (record) => {
        this.get(recordSpace(record)).directory.isDropped = false;
      },
      purge: (record) => {
        const store = this.#spaces.get(recordSpace(record));
        if (store?.directory.isDropped === true) this.#removeSpace(store.space);
      },
    });
  }

  #removeSpace(space: SpaceId): void {
    if (!this.#spaces.delete(space)) return;
    this.pages.dropSpace(space);
  }

  // ---- background work

  /** Purges for about `sliceMs`. */
  purgeSlice(sliceMs: number = 1): PurgeProgress {
    if (this.#purge.step(sliceMs)) return 'more';
    let worked = false;
    for (const store of this.#spaces.values()) {
      this.#forgetOrigins(store);
      if (!store.directory.isDropped && collectGarbage(store.directory)) worked = true;
    }
    return worked ? 'more' : 'idle';
  }

  #forgetOrigins({ directory }: LoggedTableStore): void {
    const { origins } = directory;
    if (origins.length === 0) return;
    const rest = origins.filter(({ lsn }) => lsn > this.transactions.purgePosition);
    if (rest.length < origins.length) directory.origins = rest;
  }

  /**
   * Makes the present state durable in the pages; what the log keeps before it may go. Runs beside everything else, spread over
   * `durationMs`; a second call while one runs hurries that one and follows it.
   */
  async checkpoint(durationMs: number = 0): Promise<void> {
    while (this.#checkpointing !== undefined) {
      if (durationMs === 0) this.pages.hurryCheckpoint();
      await this.#checkpointing.catch(() => undefined);
    }
    this.#checkpointing = this.#runCheckpoint(durationMs);
    try {
      await this.#checkpointing;
    } finally {
      this.#checkpointing = undefined;
    }
  }

  async #runCheckpoint(durationMs: number): Promise<void> {
    const { lsn, state } = this.transactions.beginCheckpoint();
    const request = { lsn, blob: encodeCheckpointState(state), durationMs, logDurable: () => this.#whenDurable(lsn) };
    await this.pages.checkpoint(request);
    this.retention.checkpointDone(lsn, state);
  }

  async #whenDurable(end: Lsn): Promise<void> {
    const last = (end - 1) as Lsn;
    await new Promise<void>((resolve) => {
      if (this.log.flush(last, { wake: resolve })) resolve();
    });
  }

  /** A clean stop: no transaction is running any more. The next start has nothing to replay. */
  async close(): Promise<void> {
    for (const store of this.#spaces.values()) store.sequences.settle();
    await this.checkpoint();
    await this.abandon();
  }

  /** Closes the files and nothing else: as a crash, but without leaks. Waits for I/O under way. */
  async abandon(): Promise<void> {
    if (this.#checkpointing !== undefined) await this.#checkpointing.catch(() => undefined);
    await this.log.close();
    await this.pages.close();
    this.#lock?.release();
  }

  /** Xids below this are finished for everybody. */
  get horizon(): Xid {
    return this.transactions.horizon;
  }
}
