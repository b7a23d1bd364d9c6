/**
 * COPY … FROM STDIN.
 *
 *   preparing (locks, plan) ─▶ receiving: CopyInResponse, then CopyData … CopyDone ─▶ checking foreign keys ─▶ over
 */
import { notSupported, SqlError, sqlState } from '../../common/sql-error.ts';
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import { END, WAIT, type Operator } from '../../executor/operator.ts';
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
import { checkForcedColumns, copiedColumns, copiedTable } from './copy-columns.ts';
import { CopyProblem } from './copy-problem.ts';
import { readCopyOptions } from './copy-options.ts';
import { buildCopyIn, planCopyIn } from './copy-plan.ts';
import { CopySource } from './copy-source.ts';

interface Running {
  readonly source: CopySource;
  readonly insert: Operator;
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
  #phase: 'preparing' | 'receiving' | 'checking' | 'over' = 'preparing';
  #inputEnded = false;
  /** Rows stored before the batch at hand. */
  #storedBefore = 0;

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
    if (statement.whereClause !== undefined) throw notSupported('COPY FROM … WHERE');
    const options = readCopyOptions(statement);
    const table = await this.#lockedTable();
    if (table.system) {
      throw new SqlError(sqlState.insufficientPrivilege, `permission denied: "${table.name}" is a system catalog`);
    }
    if (session.block.current.readOnly) {
      throw new SqlError(sqlState.readOnlySqlTransaction, 'cannot execute COPY FROM in a read-only transaction');
    }
    const columns = copiedColumns(table, statement);
    checkForcedColumns(options.forceNotNull, 'FORCE_NOT_NULL', columns);
    checkForcedColumns(options.forceNull, 'FORCE_NULL', columns);
    const source = new CopySource(table, columns, options, session.io);
    this.#open(table, columns, source);
    const { client } = session;
    if (client === undefined || session.copyInput === undefined) throw notSupported('COPY FROM STDIN without a client');
    client.writer.copyInResponse(
      0,
      columns.map(() => 0),
    );
    client.flush();
  }

  async #lockedTable(): Promise<TableDescriptor> {
    const session = this.#session;
    for (;;) {
      const table = copiedTable(session, this.#statement);
      await session.lockTableWhenFree(table.oid, lockMode.rowExclusive);
      if (copiedTable(session, this.#statement) === table) return table;
    }
  }

  #open(table: TableDescriptor, columns: readonly ColumnDescriptor[], source: CopySource): void {
    const session = this.#session;
    const planned = planCopyIn(session, table, columns);
    const insert = buildCopyIn(planned, source);
    session.block.snapshotTaken = true;
    const snapshot = session.takeStatementSnapshot();
    const execution = new Execution(session, session, planned.slotCount, session.referential);
    execution.snapshot = snapshot;
    execution.transaction = session.block.current;
    execution.memory = session.newMemoryAccount();
    this.#running = { source, insert, execution, snapshot };
    insert.open(execution);
  }

  // ---- receiving

  #receive(): RunProgress {
    const { source, insert, execution } = this.#running as Running;
    const session = this.#session;
    for (;;) {
      try {
        const step = insert.next(batchRowsMax);
        if (step === END) {
          if (this.#drainInput()) return 'done';
          return 'wait';
        }
        if (step === WAIT && !source.needsBytes) return session.sliceOver() ? 'yield' : 'wait';
      } catch (error) {
        if (error instanceof SqlError) throw source.placeError(error, execution.modified - this.#storedBefore);
        throw error;
      }
      this.#storedBefore = execution.modified;
      source.needsBytes = false;
      if (!this.#takeMessage()) return 'wait';
      if (session.sliceOver()) return 'yield';
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
        source.lines.feed(input.buffer, input.start, input.end);
        return true;
      case 'done':
        this.#inputEnded = true;
        source.lines.complete();
        return true;
      case 'fail':
        throw new CopyProblem(
          new SqlError(sqlState.queryCanceled, `COPY from stdin failed: ${input.failure}`),
          source.place,
        );
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
    this.#release();
    this.#phase = this.#session.referential.hasStatementChecks ? 'checking' : 'over';
  }

  #release(): void {
    const running = this.#running;
    if (running === undefined) return;
    this.#running = undefined;
    running.insert.close();
    this.#session.releaseSnapshot(running.snapshot);
  }

  close(): void {
    this.#release();
    this.#phase = 'over';
  }
}
