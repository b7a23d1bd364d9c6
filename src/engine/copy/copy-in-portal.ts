/**
 * COPY … FROM STDIN.
 *
 *   preparing (locks, plan) ─▶ receiving: CopyInResponse, then CopyData … CopyDone ─▶ checking foreign keys ─▶ over
 */
import { notSupported, SqlError, sqlState } from '../../common/sql-error.ts';
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import { END, WAIT, type Step } from '../../executor/operator.ts';
import type { PlannedStatement } from '../../algebra/physical.ts';
import type { CopyStmt } from '../../parser/utility-syntax.ts';
import { lockMode } from '../../transaction/lock-modes.ts';
import type { TransactionSnapshot } from '../../transaction/snapshots.ts';
import { batchRowsMax } from '../../types/vector.ts';
import { AsyncStep } from '../async-step.ts';
import { Execution } from '../execution.ts';
import type { RunProgress } from '../plan-run.ts';
import type { Portal } from '../portal.ts';
import type { PreparedStatement } from '../prepared-statement.ts';
import type { Session } from '../session.ts';
import { BinarySource } from './binary-source.ts';
import { checkForcedColumns, copiedColumns, copiedRelation, relationRefusal } from './copy-columns.ts';
import { CopyProblem } from './copy-problem.ts';
import { type CopyOptions, readCopyOptions } from './copy-options.ts';
import { CopyInsert, planCopyIn } from './copy-plan.ts';
import type { CopySource } from './copy-source.ts';
import { LineSource } from './line-source.ts';

interface Running {
  readonly planned: PlannedStatement;
  readonly source: CopySource;
  readonly copy: CopyInsert;
  readonly execution: Execution;
  readonly snapshot: TransactionSnapshot;
}

export class CopyInPortal implements Portal {
  readonly name: string;
  readonly prepared: PreparedStatement;
  readonly handlers: readonly never[] = [];
  readonly formats: readonly never[] = [];
  readonly tag = 'COPY ';
  tagRows = 0;
  readonly #session: Session;
  readonly #statement: CopyStmt;
  readonly #preparation = new AsyncStep<void>();
  #running: Running | undefined = undefined;
  /** Found before, but told once the client has been asked for its data, as PostgreSQL does. */
  #refusal: SqlError | undefined = undefined;
  #phase: 'preparing' | 'receiving' | 'checking' | 'over' = 'preparing';
  #inputEnded = false;

  constructor(session: Session, name: string, prepared: PreparedStatement, statement: CopyStmt) {
    this.#session = session;
    this.name = name;
    this.prepared = prepared;
    this.#statement = statement;
  }

  fields(): undefined {
    return undefined;
  }

  run(): RunProgress {
    const session = this.#session;
    if (this.#phase === 'preparing') {
      if (this.#preparation.step(session, () => this.#prepare()) === 'wait') return 'wait';
      this.#phase = 'receiving';
      if (this.#refusal !== undefined) throw this.#refusal;
    }
    if (this.#phase === 'receiving') {
      session.interrupts.check();
      const progress = this.#receive();
      if (progress !== 'done') return progress;
      this.#finish();
    }
    if (this.#phase === 'checking') {
      const progress = session.referential.runStatementChecks();
      if (progress !== 'done') return progress;
      this.#phase = 'over';
    }
    return 'done';
  }

  // ---- preparing

  async #prepare(): Promise<void> {
    const session = this.#session;
    const statement = this.#statement;
    if (statement.filename !== undefined || statement.is_program) throw notSupported('COPY from a file of the server');
    const table = await this.#lockedTable();
    if (session.block.current.readOnly) {
      throw new SqlError(sqlState.readOnlySqlTransaction, 'cannot execute COPY FROM in a read-only transaction');
    }
    const options = readCopyOptions(statement, this.prepared.sql);
    const columns = copiedColumns(table, statement);
    checkForcedColumns(options.forceNotNull, 'FORCE_NOT_NULL', columns, table);
    checkForcedColumns(options.forceNull, 'FORCE_NULL', columns, table);
    this.#refusal = this.#refuse(table, options);
    if (this.#refusal === undefined) this.#open(table, columns, options);
    const { client } = session;
    if (client === undefined || session.copyInput === undefined) throw notSupported('COPY FROM STDIN without a client');
    const format = options.format === 'binary' ? 1 : 0;
    const formats = columns.map(() => format);
    client.writer.copyInResponse(format, formats);
    client.flush();
  }

  async #lockedTable(): Promise<TableDescriptor> {
    const session = this.#session;
    for (;;) {
      const table = copiedRelation(session, this.#statement);
      await session.lockTableWhenFree(table.oid, lockMode.rowExclusive);
      if (copiedRelation(session, this.#statement) === table) return table;
    }
  }

  #refuse(table: TableDescriptor, options: CopyOptions): SqlError | undefined {
    const refusal = relationRefusal(table, true);
    if (refusal !== undefined) return refusal;
    if (table.system) {
      return new SqlError(sqlState.insufficientPrivilege, `permission denied: "${table.name}" is a system catalog`);
    }
    // FREEZE itself changes nothing here: rows older than every snapshot cost no more than others.
    if (options.freeze && !this.#isNew(table)) {
      return new SqlError(
        sqlState.objectNotInPrerequisiteState,
        'cannot perform COPY FREEZE because the table was not created or truncated in the current subtransaction',
      );
    }
    return undefined;
  }

  /** Nobody else has seen its present storage. */
  #isNew(table: TableDescriptor): boolean {
    const committed = this.#session.database.catalog.getRelation(table.oid);
    return committed?.storage?.tree !== table.storage?.tree;
  }

  #open(table: TableDescriptor, columns: readonly ColumnDescriptor[], options: CopyOptions): void {
    const session = this.#session;
    const planned = planCopyIn(session, table, columns, this.#statement.whereClause, this.prepared.sql);
    const source =
      options.format === 'binary'
        ? new BinarySource(table, columns, session.io)
        : new LineSource(table, columns, options, session.io);
    const copy = new CopyInsert(planned, source);
    session.block.snapshotTaken = true;
    const snapshot = session.takeStatementSnapshot();
    const execution = new Execution(session, session, planned.slotCount, session.referential);
    execution.snapshot = snapshot;
    execution.transaction = session.block.current;
    execution.memory = session.newMemoryAccount();
    this.#running = { planned, source, copy, execution, snapshot };
    copy.built.open(execution);
  }

  // ---- receiving

  #receive(): RunProgress {
    const { source } = this.#running as Running;
    const session = this.#session;
    for (;;) {
      const step = this.#insert();
      if (step === END) return this.#drainInput() ? 'done' : 'wait';
      if (step === WAIT && !source.needsBytes) return session.sliceOver() ? 'yield' : 'wait';
      source.needsBytes = false;
      if (!this.#takeMessage()) return 'wait';
      if (session.sliceOver()) return 'yield';
    }
  }

  #insert(): Step {
    const { source, copy } = this.#running as Running;
    try {
      return copy.built.next(batchRowsMax);
    } catch (error) {
      if (error instanceof SqlError) throw source.placeError(error, copy.failedRow);
      throw error;
    }
  }

  /** Hands one message of the client to the source; false if none has come. */
  #takeMessage(): boolean {
    const { source } = this.#running as Running;
    const input = this.#session.copyInput as NonNullable<Session['copyInput']>;
    switch (input.next()) {
      case 'none':
        return false;
      case 'data':
        source.feed(input.buffer, input.start, input.end);
        return true;
      case 'done':
        this.#inputEnded = true;
        source.complete();
        return true;
      case 'fail': {
        const error = new SqlError(sqlState.queryCanceled, `COPY from stdin failed: ${input.failure}`);
        throw new CopyProblem(error, source.failurePlace);
      }
    }
  }

  /** After an end mark the client may still send lines, which do not count. */
  #drainInput(): boolean {
    while (!this.#inputEnded) if (!this.#takeMessage()) return false;
    return true;
  }

  #finish(): void {
    const { execution } = this.#running as Running;
    this.tagRows = execution.modified;
    this.#session.noteModified((this.#running as Running).planned, this.tagRows);
    this.#release();
    this.#phase = this.#session.referential.hasStatementChecks ? 'checking' : 'over';
  }

  #release(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.copy.built.close();
    this.#session.releaseSnapshot(running.snapshot);
  }

  close(): void {
    this.#release();
    this.#phase = 'over';
  }
}
