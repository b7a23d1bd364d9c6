/**
 * One execution of a planned statement: locks, snapshot, rows, foreign keys. `advance` is called until it says 'done' or, when
 * the wanted number of rows is out, 'suspended'.
 *
 *   locking ──all locks held, plan still valid──▶ running ──last row──▶ checking ──foreign keys──▶ over
 */
import { notSupported, SqlError, sqlState } from '../common/sql-error.ts';
import type { Oid } from '../common/ids.ts';
import type { BuiltPlan } from '../executor/build.ts';
import { END, type Step, WAIT } from '../executor/operator.ts';
import type { PhysicalPlan, PlannedStatement, TableLockMode } from '../algebra/physical.ts';
import { lockMode, type LockMode } from '../transaction/lock-modes.ts';
import type { TransactionSnapshot } from '../transaction/snapshots.ts';
import { batchRowsMax } from '../types/vector.ts';
import type { Datum } from '../types/datum.ts';
import { firstUserOid } from '../catalog/system-tables.ts';
import { childPlans } from './explain/plan-children.ts';
import type { CachedPlan, PreparedStatement, Runnable } from './prepared-statement.ts';
import type { RowSink } from './row-sink.ts';
import type { Session } from './session.ts';
import { suspension } from './suspension.ts';

export type RunProgress = 'done' | 'suspended' | 'yield' | 'wait';

export const lockModes: Readonly<Record<TableLockMode, LockMode>> = {
  'access share': lockMode.accessShare,
  'row share': lockMode.rowShare,
  'row exclusive': lockMode.rowExclusive,
};

export class PlanRun {
  plan: CachedPlan;
  /** Rows changed, for the command tag. */
  modified = 0;
  /** Rows given out. */
  rowCount = 0;
  readonly #session: Session;
  readonly #prepared: PreparedStatement;
  readonly #parameters: readonly Datum[];
  #phase: 'locking' | 'running' | 'checking' | 'over' = 'locking';
  #locksHeld = 0;
  #runnable: Runnable | undefined = undefined;
  #snapshot: TransactionSnapshot | undefined = undefined;
  #fetched = 0;

  constructor(session: Session, prepared: PreparedStatement, plan: CachedPlan, parameters: readonly Datum[]) {
    this.#session = session;
    this.#prepared = prepared;
    this.plan = plan;
    this.#parameters = parameters;
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /** Gives up to `rowsMax` rows to the sink, over all calls since the last 'suspended'. */
  advance(rowsMax: number, sink: RowSink): RunProgress {
    if (this.#session.interrupts.pending) this.#session.interrupts.check();
    if (this.#phase === 'locking') {
      if (!this.#lockTables()) return 'wait';
      this.#open();
    }
    if (this.#phase === 'running') {
      const progress = this.#produce(rowsMax, sink);
      if (progress !== 'done') return progress;
      this.#finish();
    }
    if (this.#phase === 'checking') {
      const progress = this.#session.referential.runStatementChecks();
      if (progress !== 'done') return progress;
      this.#phase = 'over';
    }
    return 'done';
  }

  /** False: waiting for a lock. A plan that is outdated once the locks are held is made again. */
  #lockTables(): boolean {
    const session = this.#session;
    for (;;) {
      const { locks } = this.plan.planned;
      while (this.#locksHeld < locks.length) {
        const { tableOid, mode } = locks[this.#locksHeld] as { tableOid: Oid; mode: TableLockMode };
        const isCatalogRead = tableOid < firstUserOid && mode === 'access share';
        if (!isCatalogRead && session.lockTable(tableOid, lockModes[mode]) === 'wait') return false;
        this.#locksHeld++;
      }
      if (this.plan.catalogVersion === session.catalog.version) return true;
      this.plan = this.#prepared.planFor(session, this.#parameters);
      this.#locksHeld = 0;
    }
  }

  #open(): void {
    const session = this.#session;
    const { planned } = this.plan;
    const { block } = session;
    const transaction = block.current;
    if (transaction.readOnly) requireReadOnly(planned);
    block.snapshotTaken = true;
    this.#snapshot = session.takeStatementSnapshot();
    const runnable = this.plan.take(session);
    this.#runnable = runnable;
    const { execution, built } = runnable;
    execution.parameters = this.#parameters;
    execution.snapshot = this.#snapshot;
    execution.transaction = transaction;
    execution.memory = session.newMemoryAccount();
    execution.modified = 0;
    session.suspended.reset();
    session.sleepEnd = undefined;
    this.#phase = 'running';
    built.open(execution);
  }

  #produce(rowsMax: number, sink: RowSink): RunProgress {
    const { built } = this.#runnable as Runnable;
    const session = this.#session;
    while (this.#fetched < rowsMax) {
      if (sink.isFull) return 'wait';
      const step = this.#next(built, Math.min(rowsMax - this.#fetched, batchRowsMax));
      if (step === END) return 'done';
      if (step === WAIT) return session.sliceOver() ? 'yield' : 'wait';
      this.#fetched += step.selectedCount;
      this.rowCount += step.selectedCount;
      sink.take(step, built.columns);
      if (session.sliceOver()) return 'yield';
    }
    this.#fetched = 0;
    return 'suspended';
  }

  #next(built: BuiltPlan, rowsMax: number): Step {
    const session = this.#session;
    try {
      return built.next(rowsMax);
    } catch (error) {
      if (error !== suspension) throw error;
      if (!this.#canRetry) throw notSupported('a function that waits, in a statement that reads tables,');
      session.suspended.retry();
      built.open((this.#runnable as Runnable).execution);
      return WAIT;
    }
  }

  /** Nothing was given out or changed yet, and nothing depends on the moment: the statement may as well begin again. */
  get #canRetry(): boolean {
    const { root, initPlans, locks } = this.plan.planned;
    return root.kind !== 'insert' && locks.length === 0 && initPlans.length === 0 && this.rowCount === 0;
  }

  #finish(): void {
    const { execution } = this.#runnable as Runnable;
    this.modified = execution.modified;
    this.#session.noteModified(this.plan.planned, this.modified);
    this.#release();
    this.#phase = this.#session.referential.hasStatementChecks ? 'checking' : 'over';
  }

  /** Frees the plan and the snapshot. Idempotent; also after an error. */
  close(): void {
    if (this.#runnable !== undefined) this.#release();
    this.#phase = 'over';
  }

  #release(): void {
    const runnable = this.#runnable as Runnable;
    this.#runnable = undefined;
    runnable.built.close();
    this.plan.giveBack(runnable);
    if (this.#snapshot !== undefined) this.#session.releaseSnapshot(this.#snapshot);
    this.#snapshot = undefined;
  }
}

/** Throws 25006 for what writes or locks rows. */
function requireReadOnly({ command, root }: PlannedStatement): void {
  const words = command === 'SELECT' ? lockingWords(root) : command;
  if (words === undefined) return;
  throw new SqlError(sqlState.readOnlySqlTransaction, `cannot execute ${words} in a read-only transaction`);
}

function lockingWords(plan: PhysicalPlan): string | undefined {
  if (plan.kind === 'lock-rows') return `SELECT FOR ${plan.locks[0]?.mode.toUpperCase()}`;
  for (const child of childPlans(plan)) {
    const words = lockingWords(child.plan);
    if (words !== undefined) return words;
  }
  return undefined;
}
