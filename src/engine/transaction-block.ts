/**
 * The session's transaction as SQL sees it.
 *
 *                 statement                 several statements in one string
 *     none ─────────────────▶ started ──────────────────▶ implicit
 *       │                        │ end of statement, Sync     │
 *       │ BEGIN (from any)       ▼                            ▼
 *       └──────▶ block        committed or rolled back: none
 *                 │ error ─▶ failed ── ROLLBACK TO ─▶ block
 *                 └ COMMIT, ROLLBACK ─▶ none
 *
 * Ending a transaction may take a while (a flush, an undo in slices), so `commit` and `rollBack` are called until 'done'.
 */
import { assert } from '../common/assert.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { TransactionStatus } from '../protocol/backend.ts';
import type { ActiveTransaction, Savepoint } from '../transaction/active-transaction.ts';
import type { LockOwner } from '../transaction/lock-owner.ts';
import type { TransactionManager } from '../transaction/manager.ts';
import type { IsolationLevel, Waiter } from '../transaction/transaction.ts';
import type { Progress } from './scheduler.ts';

export type BlockState = 'none' | 'started' | 'implicit' | 'block' | 'failed';

interface NamedSavepoint {
  readonly name: string;
  readonly savepoint: Savepoint;
  /** Marks of the settings and of portals at the time. */
  readonly settingsMark: number;
  readonly cursorsMark: number;
  readonly referentialMark: number;
  readonly catalogChanged: boolean;
}

export interface TransactionModes {
  readonly isolation: IsolationLevel;
  readonly readOnly: boolean;
  readonly deferrable: boolean;
}

/** What the session does around the ends of transactions. */
export interface TransactionHooks {
  modes(): TransactionModes;
  settingsMark(): number;
  cursorsMark(): number;
  referentialMark(): number;
  rollbackSettings(mark: number): void;
  /** After the transaction is over, however it ended. */
  ended(committed: boolean): void;
}

export class TransactionBlock {
  state: BlockState = 'none';
  transaction: ActiveTransaction | undefined = undefined;
  /** Whether catalog rows were changed. */
  catalogChanged = false;
  /** A statement has taken a snapshot: the isolation level is fixed. */
  snapshotTaken = false;
  readonly savepoints: NamedSavepoint[] = [];
  readonly #manager: TransactionManager;
  readonly #owner: LockOwner;
  readonly #hooks: TransactionHooks;

  constructor(manager: TransactionManager, owner: LockOwner, hooks: TransactionHooks) {
    this.#manager = manager;
    this.#owner = owner;
    this.#hooks = hooks;
  }

  get status(): TransactionStatus {
    if (this.state === 'block') return 'T';
    return this.state === 'failed' ? 'E' : 'I';
  }

  /** Inside BEGIN … COMMIT. */
  get isExplicit(): boolean {
    return this.state === 'block' || this.state === 'failed';
  }

  /** The running transaction; begun if there is none. */
  start(): ActiveTransaction {
    if (this.transaction !== undefined) return this.transaction;
    assert(this.state === 'none', 'a transaction block has a transaction');
    this.state = 'started';
    return this.#begin(this.#hooks.modes());
  }

  #begin(modes: TransactionModes): ActiveTransaction {
    const { isolation, readOnly, deferrable } = modes;
    this.snapshotTaken = false;
    this.catalogChanged = false;
    return (this.transaction = this.#manager.begin({ owner: this.#owner, isolation, readOnly, deferrable }));
  }

  get current(): ActiveTransaction {
    assert(this.transaction !== undefined, 'a statement runs in a transaction');
    return this.transaction;
  }

  // ---- savepoints

  defineSavepoint(name: string): void {
    this.#requireBlock('SAVEPOINT');
    this.savepoints.push({
      name,
      savepoint: this.#manager.savepoint(this.current),
      settingsMark: this.#hooks.settingsMark(),
      cursorsMark: this.#hooks.cursorsMark(),
      referentialMark: this.#hooks.referentialMark(),
      catalogChanged: this.catalogChanged,
    });
  }

  releaseSavepoint(name: string): void {
    this.#requireBlock('RELEASE SAVEPOINT');
    this.savepoints.length = this.#findSavepoint(name);
  }

  /** Called until 'done'; the block is then no longer failed. */
  rollbackTo(name: string, waiter: Waiter): Progress {
    this.#requireBlock('ROLLBACK TO SAVEPOINT');
    const index = this.#findSavepoint(name);
    const progress = this.#undoTo(index, waiter);
    if (progress === 'done') {
      this.savepoints.length = index + 1;
      this.state = 'block';
    }
    return progress;
  }

  #undoTo(index: number, waiter: Waiter): Progress {
    const { savepoint, settingsMark } = this.savepoints[index] as NamedSavepoint;
    const progress = this.#manager.rollbackTo(this.current, savepoint, waiter);
    if (progress === 'done') this.#hooks.rollbackSettings(settingsMark);
    return progress;
  }

  #findSavepoint(name: string): number {
    const index = this.savepoints.findLastIndex((savepoint) => savepoint.name === name);
    if (index < 0) throw new SqlError(sqlState.invalidSavepointSpecification, `savepoint "${name}" does not exist`);
    return index;
  }

  #requireBlock(command: string): void {
    if (this.isExplicit) return;
    throw new SqlError(sqlState.noActiveSqlTransaction, `${command} can only be used in transaction blocks`);
  }

  // ---- the end

  /** Called until 'done'. The caller has run what belongs before the commit (deferred constraints). */
  commit(waiter: Waiter, durably: boolean): Progress {
    const { transaction } = this;
    if (transaction !== undefined && this.#manager.commit(transaction, waiter, durably) === 'wait') return 'wait';
    this.#end(true);
    return 'done';
  }

  /** Called until 'done'. */
  rollBack(waiter: Waiter): Progress {
    const { transaction } = this;
    if (transaction !== undefined) {
      const progress = this.#manager.rollback(transaction, waiter);
      if (progress !== 'done') return progress;
    }
    this.#end(false);
    return 'done';
  }

  #end(committed: boolean): void {
    this.transaction = undefined;
    this.savepoints.length = 0;
    this.state = 'none';
    this.#hooks.ended(committed);
    this.catalogChanged = false;
    this.snapshotTaken = false;
  }

  /** AND CHAIN: the next transaction begins at once, with the same modes. */
  chain(modes: TransactionModes): void {
    this.#begin(modes);
    this.state = 'block';
  }

  /**
   * After an error; called until 'done'. A block goes on as failed, undone back to its innermost savepoint; anything else is
   * rolled back altogether.
   */
  recover(waiter: Waiter): Progress {
    if (!this.isExplicit) return this.rollBack(waiter);
    if (this.savepoints.length > 0) {
      const progress = this.#undoTo(this.savepoints.length - 1, waiter);
      if (progress !== 'done') return progress;
    } else if (this.transaction !== undefined) {
      const progress = this.#manager.rollback(this.transaction, waiter);
      if (progress !== 'done') return progress;
      this.#hooks.rollbackSettings(0);
    }
    this.state = 'failed';
    return 'done';
  }
}
