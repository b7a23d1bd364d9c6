/**
 * A session: one user in one database, with its settings, transaction, prepared statements and portals. It offers what running
 * a statement needs; conversation.ts drives it by the protocol's messages, and the engine's own work (making a new cluster)
 * drives it without a client.
 *
 * Whatever waits (a lock, a flush, a slow client) registers the session as its waiter: `wake` lets the session's task go on.
 */
import type { Oid } from '../common/ids.ts';
import { SqlError, sqlState, type Notice } from '../common/sql-error.ts';
import { analyze } from '../analyzer/analyze.ts';
import type { BoundStatement } from '../algebra/statement.ts';
import type { PlannedStatement } from '../algebra/physical.ts';
import { CatalogCache, DatabaseCatalog } from '../catalog/database-catalog.ts';
import type { TableDescriptor } from '../catalog/descriptors.ts';
import type { CatalogWriting } from '../catalog/catalog-rows.ts';
import { findSystemTable } from '../catalog/system-tables.ts';
import { MemoryAccount } from '../executor/memory.ts';
import type { Statement } from '../parser/syntax.ts';
import { planStatement } from '../planner/plan.ts';
import type { AccessMethod, ModifyOutcome } from '../tables/access-method.ts';
import type { LockMode } from '../transaction/lock-modes.ts';
import type { LockOwner, LockOutcome } from '../transaction/lock-owner.ts';
import type { TransactionManager } from '../transaction/manager.ts';
import type { TransactionSnapshot } from '../transaction/snapshots.ts';
import type { Waiter, WaitPolicy } from '../transaction/transaction.ts';
import type { ActiveTransaction } from '../transaction/active-transaction.ts';
import type { Client, CopyInput } from './client.ts';
import { CatalogSnapshots } from './catalog-snapshots.ts';
import { nowMicros } from './clock.ts';
import type { Cursor } from './cursor.ts';
import type { Database } from './database.ts';
import type { ExecutionHost } from './execution.ts';
import { SessionEval } from './eval/session-eval.ts';
import type { Instance } from './instance.ts';
import { Interrupts } from './interrupts.ts';
import { StatementCache } from './plan-cache/statement-cache.ts';
import type { Portal } from './portal.ts';
import type { PreparedStatement } from './prepared-statement.ts';
import { ReferentialChecks } from './referential/referential-checks.ts';
import { searchPathOf } from './search-path.ts';
import { SessionIo } from './session-io.ts';
import { planSettings } from './settings/plan-settings.ts';
import { SessionSettings } from './settings/session-settings.ts';
import { type Progress, sliceMs } from './scheduler.ts';
import { SuspendedCalls } from './suspension.ts';
import { TransactionBlock, type TransactionModes } from './transaction-block.ts';

export interface SessionStart {
  readonly processId: number;
  readonly database: Database;
  readonly userOid: Oid;
  readonly userName: string;
  readonly notice: (notice: Notice) => void;
  /** Lets the session's task run soon. */
  readonly wake: () => void;
  readonly client?: Client | undefined;
  readonly copyInput?: CopyInput | undefined;
}

interface SessionTiming {
  /** Of the settings it was made from. */
  readonly version: number;
  readonly statementTimeoutMs: number;
  readonly lockTimeoutMs: number;
  readonly idleInTransactionMs: number;
  readonly idleMs: number;
  readonly commitsDurably: boolean;
}

export class Session implements Waiter, ExecutionHost {
  readonly instance: Instance;
  readonly processId: number;
  readonly database: Database;
  readonly client: Client | undefined;
  readonly copyInput: CopyInput | undefined;
  readonly authenticatedUser: string;
  sessionUser: string;
  userOid: Oid;
  userName: string;
  readonly settings: SessionSettings;
  readonly manager: TransactionManager;
  readonly owner: LockOwner;
  readonly block: TransactionBlock;
  readonly io: SessionIo;
  readonly interrupts: Interrupts;
  readonly referential: ReferentialChecks;
  readonly statementCache: StatementCache;
  readonly evalContext: SessionEval;
  readonly suspended = new SuspendedCalls();
  /** When pg_sleep is over. */
  sleepEnd: number | undefined = undefined;
  /** A statement is being worked on. */
  isActive = false;
  readonly prepared = new Map<string, PreparedStatement>();
  readonly portals = new Map<string, Portal>();
  readonly cursors = new Map<string, Cursor>();
  nextCursorNumber = 1;
  /** Namespace of temporary objects; 0 until the first. */
  temporaryNamespace: Oid = 0;
  /** The text running or run last, for pg_stat_activity. */
  query = '';
  statementStart: number = nowMicros();
  transactionStart: number = nowMicros();
  readonly sessionStart: number = nowMicros();
  readonly #start: SessionStart;
  #ownCatalog: CatalogCache | undefined = undefined;
  #ownSnapshots: CatalogSnapshots | undefined = undefined;
  #catalog: DatabaseCatalog | undefined = undefined;
  #catalogSettings = -1;
  #memory: MemoryAccount | undefined = undefined;
  #memorySettings = -1;
  /** When the present slice is over, by performance.now(). */
  sliceEnd = 0;

  constructor(instance: Instance, start: SessionStart) {
    this.instance = instance;
    this.#start = start;
    this.processId = start.processId;
    this.database = start.database;
    this.client = start.client;
    this.copyInput = start.copyInput;
    this.authenticatedUser = start.userName;
    this.sessionUser = start.userName;
    this.userOid = start.userOid;
    this.userName = start.userName;
    this.settings = new SessionSettings(instance.settings);
    this.manager = instance.storage.transactions;
    this.owner = this.manager.locks.openOwner(start.processId);
    this.interrupts = new Interrupts(() => this.wake());
    this.block = new TransactionBlock(this.manager, this.owner, {
      modes: () => this.defaultModes(),
      settingsMark: () => this.settings.mark,
      cursorsMark: () => this.nextCursorNumber,
      referentialMark: () => this.referential.mark,
      rollbackSettings: (mark) => this.settings.rollbackTo(mark),
      ended: (committed) => this.#transactionEnded(committed),
    });
    this.io = new SessionIo(this);
    this.referential = new ReferentialChecks(this);
    this.evalContext = new SessionEval(this);
    this.statementCache = new StatementCache(this);
  }

  // ---- time slices and waiting

  wake(): void {
    this.#start.wake();
  }

  #alarm: NodeJS.Timeout | undefined = undefined;

  /** Lets the session go on after a time. */
  wakeIn(ms: number): void {
    clearTimeout(this.#alarm);
    this.#alarm = setTimeout(() => this.wake(), Math.min(Math.ceil(ms), 0x7fff_ffff));
  }

  beginSlice(): void {
    this.sliceEnd = performance.now() + sliceMs;
  }

  /** Also where a running statement notices that it was cancelled. */
  sliceOver(): boolean {
    if (this.interrupts.pending) this.interrupts.check();
    return performance.now() > this.sliceEnd;
  }

  notice(notice: Notice): void {
    this.#start.notice(notice);
  }

  // ---- catalog

  /** As the running transaction sees it, through the search path. */
  get catalog(): DatabaseCatalog {
    const cache = this.catalogCache;
    if (
      this.#catalog === undefined ||
      this.#catalog.cache !== cache ||
      this.#catalogSettings !== this.settings.version
    ) {
      this.#catalogSettings = this.settings.version;
      this.#catalog = new DatabaseCatalog(cache, searchPathOf(this, cache));
    }
    return this.#catalog;
  }

  get catalogCache(): CatalogCache {
    return this.#ownCatalog ?? this.database.catalog;
  }

  /** From here to its end the transaction reads the catalog through a cache of its own (CATALOG-3). */
  catalogChanged(): void {
    this.block.catalogChanged = true;
    this.instance.catalogWriters.add(this.block.current);
    const snapshots = this.catalogSnapshots;
    this.#ownCatalog = this.database.newCache(() => snapshots.take());
  }

  get catalogSnapshots(): CatalogSnapshots {
    return (this.#ownSnapshots ??= new CatalogSnapshots(this.manager, this.block.current));
  }

  get catalogWriting(): CatalogWriting {
    const { database } = this;
    const snapshots = this.catalogSnapshots;
    return {
      transaction: this.block.current,
      open: (table) => (table.shared ? database.shared : database.tables).open(table.oid),
      snapshot: () => snapshots.take(),
      whenReady: (attempt) => this.whenReady<ModifyOutcome>(attempt),
    };
  }

  /** Releases what reading the catalog inside a command has pinned. */
  releaseCatalogSnapshots(): void {
    this.#ownSnapshots?.release();
  }

  access(table: TableDescriptor): AccessMethod {
    const store = table.space === this.database.tables.space ? this.database.tables : this.database.shared;
    return store.open(table.oid);
  }

  // ---- statements

  analyze(
    statement: Statement,
    sql: string,
    parameterTypes: readonly Oid[],
    parametersAllowed: boolean,
  ): BoundStatement {
    return analyze(statement, { catalog: this.catalog, sql, io: this.io, parameterTypes, parametersAllowed });
  }

  planBound(bound: BoundStatement): PlannedStatement {
    const settings = planSettings(this.settings);
    return planStatement(bound, { catalog: this.catalog, settings, eval: this.evalContext });
  }

  /** For the statistics that keep up by themselves. */
  noteModified({ root }: PlannedStatement, rows: number): void {
    if (rows === 0 || (root.kind !== 'insert' && root.kind !== 'update' && root.kind !== 'delete')) return;
    this.instance.autoAnalyze.note(this.database.oid, root.table.oid, rows);
  }

  lockTable(table: Oid, mode: LockMode, policy: WaitPolicy = 'wait'): LockOutcome {
    const space = findSystemTable(table)?.shared === true ? this.database.shared.space : this.database.tables.space;
    return this.manager.locks.lockTable(this.owner, space, table, mode, policy, this);
  }

  takeStatementSnapshot(): TransactionSnapshot {
    return this.manager.takeStatementSnapshot(this.block.current);
  }

  releaseSnapshot(snapshot: TransactionSnapshot): void {
    this.manager.releaseSnapshot(snapshot);
  }

  newMemoryAccount(): MemoryAccount {
    if (this.#memory === undefined || this.#memorySettings !== this.settings.version || this.#memory.used > 0) {
      this.#memorySettings = this.settings.version;
      this.#memory = new MemoryAccount(this.settings.number('work_mem') * 1024, this.instance.spillFiles);
    }
    this.#memory.peak = 0;
    return this.#memory;
  }

  // ---- settings

  /** SHOW's text; undefined if there is no such setting. The transaction's own are facts about it. */
  showSetting(name: string): string | undefined {
    switch (name.toLowerCase()) {
      case 'transaction_isolation':
        return this.block.transaction?.isolation ?? this.settings.text('default_transaction_isolation');
      case 'transaction_read_only':
        return this.block.transaction?.readOnly === true ? 'on' : 'off';
      case 'transaction_deferrable':
        return this.block.transaction?.deferrable === true ? 'on' : 'off';
      case 'session_authorization':
        return this.sessionUser;
      default:
        return this.settings.show(name);
    }
  }

  setSetting(name: string, text: string, isLocal: boolean): string {
    return this.settings.set(name, text, isLocal);
  }

  /** SET ROLE; 'none' goes back to the session's user. */
  setRole(name: string, isLocal: boolean): void {
    const user = name === 'none' ? this.sessionUser : name;
    const oid = this.catalog.findRole(user);
    if (oid === undefined) throw new SqlError(sqlState.undefinedObject, `role "${user}" does not exist`);
    this.settings.set('role', name, isLocal);
    this.userOid = oid;
    this.userName = user;
  }

  setSessionAuthorization(name: string): void {
    const oid = this.catalog.findRole(name);
    if (oid === undefined) throw new SqlError(sqlState.undefinedObject, `role "${name}" does not exist`);
    this.sessionUser = name;
    this.settings.override('session_authorization', name);
    this.setRole('none', false);
  }

  cancel(): void {
    this.interrupts.raise('cancel');
  }

  // ---- transactions

  /** The transaction statements run in; begun if there is none. */
  startTransaction(): ActiveTransaction {
    const { block } = this;
    if (block.transaction !== undefined) return block.transaction;
    this.transactionStart = this.statementStart;
    this.io.transactionStart = this.statementStart;
    return block.start();
  }

  requireNoTransactionBlock(command: string): void {
    const { state } = this.block;
    if (state === 'started' || state === 'none') return;
    throw new SqlError(sqlState.activeSqlTransaction, `${command} cannot run inside a transaction block`);
  }

  /** Called until 'done': deferred constraints, held cursors, then the commit itself. A failure ends the block. */
  commit(): Progress {
    const { block } = this;
    if (block.transaction === undefined) return 'done';
    if (block.transaction.state === 'active') {
      block.state = 'started';
      const checked = this.referential.runCommitChecks();
      if (checked !== 'done') return checked;
      for (const cursor of this.cursors.values()) {
        if (!cursor.options.isHeld || cursor.isMaterialized) continue;
        const progress = cursor.materialize();
        if (progress === 'yield' || progress === 'wait') return progress;
      }
    }
    return block.commit(this, this.commitsDurably);
  }

  /** AND CHAIN. */
  chain(modes: TransactionModes): void {
    this.transactionStart = this.statementStart;
    this.io.transactionStart = this.statementStart;
    this.block.chain(modes);
  }

  defaultModes(): TransactionModes {
    const { settings } = this;
    const level = settings.text('default_transaction_isolation');
    return {
      isolation: level === 'read uncommitted' ? 'read committed' : (level as TransactionModes['isolation']),
      readOnly: settings.boolean('default_transaction_read_only'),
      deferrable: settings.boolean('default_transaction_deferrable'),
    };
  }

  get commitsDurably(): boolean {
    return this.timing.commitsDurably;
  }

  #timing: SessionTiming | undefined = undefined;

  /** Settings that every statement looks at. */
  get timing(): SessionTiming {
    const { settings } = this;
    if (this.#timing?.version === settings.version) return this.#timing;
    return (this.#timing = {
      version: settings.version,
      statementTimeoutMs: settings.number('statement_timeout'),
      lockTimeoutMs: settings.number('lock_timeout'),
      idleInTransactionMs: settings.number('idle_in_transaction_session_timeout'),
      idleMs: settings.number('idle_session_timeout'),
      commitsDurably: settings.text('synchronous_commit') !== 'off',
    });
  }

  #transactionEnded(committed: boolean): void {
    this.#closePortals();
    this.#closeCursors((cursor) => !committed || !cursor.options.isHeld);
    this.#ownSnapshots?.release();
    this.#ownSnapshots = undefined;
    this.#ownCatalog = undefined;
    this.referential.transactionEnded();
    if (committed) this.settings.commit();
    else this.settings.rollbackTo(0);
  }

  /** An error has been dealt with: whatever its statement left open goes. */
  recovered(): void {
    this.#ownSnapshots?.release();
    if (this.block.state === 'failed') {
      this.#ownCatalog = undefined;
      if (this.block.savepoints.length === 0) this.#closePortals();
    }
    this.referential.statementFailed();
  }

  #closePortals(): void {
    for (const [name, portal] of this.portals) {
      portal.close();
      this.portals.delete(name);
    }
  }

  closeCursors(): void {
    this.#closeCursors(() => true);
  }

  #closeCursors(mustGo: (cursor: Cursor) => boolean): void {
    for (const [name, cursor] of this.cursors) {
      if (!mustGo(cursor)) continue;
      cursor.close();
      this.cursors.delete(name);
    }
  }

  /** After a rollback to a savepoint the catalog may have gone back too. */
  rolledBackToSavepoint(): void {
    const mark = this.block.savepoints.at(-1)?.cursorsMark ?? 0;
    this.#closeCursors((cursor) => cursor.options.number >= mark);
    if (this.block.catalogChanged) this.catalogChanged();
    this.referential.rolledBackTo(this.block.savepoints.at(-1)?.referentialMark ?? 0);
  }

  // ---- async commands

  #sleeper: (() => void) | undefined = undefined;

  /** Lets a command that sleeps go on; called by whoever runs the session's task. */
  wakeSleeper(): void {
    const sleeper = this.#sleeper;
    this.#sleeper = undefined;
    sleeper?.();
  }

  /** Until the session's task runs again: woken by whoever it waits for. */
  sleep(): Promise<void> {
    return new Promise((resolve) => {
      this.#sleeper = resolve;
    });
  }

  /** Gives the thread back if the slice is over. */
  async yieldNow(): Promise<void> {
    if (this.sliceOver()) {
      this.wake();
      await this.sleep();
    }
  }

  async whenReady<T extends { readonly kind: string }>(attempt: (waiter: Waiter) => T): Promise<T> {
    for (;;) {
      const outcome = attempt(this);
      if (outcome.kind !== 'wait') return outcome;
      await this.sleep();
      this.interrupts.check();
    }
  }

  async lockTableWhenFree(table: Oid, mode: LockMode): Promise<void> {
    while (this.lockTable(table, mode) === 'wait') {
      await this.sleep();
      this.interrupts.check();
    }
  }

  // ---- the end

  /** The transaction has been rolled back before. */
  close(): void {
    clearTimeout(this.#alarm);
    this.interrupts.close();
    this.#closePortals();
    this.closeCursors();
    this.manager.locks.closeOwner(this.owner);
  }

  unknownPrepared(name: string): SqlError {
    const which = name === '' ? 'unnamed prepared statement' : `prepared statement "${name}"`;
    return new SqlError(sqlState.invalidSqlStatementName, `${which} does not exist`);
  }
}
