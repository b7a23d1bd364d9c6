/** A statement of the engine's own with parameters, planned once per state of the catalog. */
import { InvariantError } from '../../common/assert.ts';
import type { Oid } from '../../common/ids.ts';
import { END, WAIT } from '../../executor/operator.ts';
import { parse } from '../../parser/parse.ts';
import type { Datum } from '../../types/datum.ts';
import { batchRowsMax } from '../../types/vector.ts';
import { PreparedStatement } from '../prepared-statement.ts';
import { lockTables } from '../run-inside.ts';
import type { Session } from '../session.ts';

export class InternalQuery {
  readonly #session: Session;
  readonly #prepared: PreparedStatement;

  constructor(session: Session, sql: string, parameterTypes: readonly Oid[]) {
    const [parsed] = parse(sql);
    if (parsed === undefined) throw new InvariantError('an internal query is a statement');
    this.#session = session;
    this.#prepared = new PreparedStatement(session, '', sql, parsed.statement, parameterTypes, {
      parametersAllowed: true,
      fromSql: true,
    });
  }

  /** Whether it gives a row; as of now, whatever the isolation level. */
  async hasRow(parameters: readonly Datum[]): Promise<boolean> {
    return (await this.#run(parameters, 1)) > 0;
  }

  /** Runs a modification to its end. */
  async modify(parameters: readonly Datum[]): Promise<void> {
    await this.#run(parameters, Infinity);
  }

  async #run(parameters: readonly Datum[], rowsMax: number): Promise<number> {
    const session = this.#session;
    const plan = this.#prepared.plan(session);
    await lockTables(session, plan.planned);
    const snapshot = session.manager.takeLatestSnapshot(session.block.current);
    const runnable = plan.take(session);
    const { built, execution } = runnable;
    execution.parameters = parameters;
    execution.snapshot = snapshot;
    execution.transaction = session.block.current;
    execution.memory = session.newMemoryAccount();
    let rows = 0;
    try {
      built.open(execution);
      while (rows < rowsMax) {
        const step = built.next(Math.min(rowsMax, batchRowsMax));
        if (step === END) break;
        if (step !== WAIT) rows += step.selectedCount;
        else if (session.sliceOver()) await session.yieldNow();
        else {
          await session.sleep();
          session.interrupts.check();
        }
      }
    } finally {
      built.close();
      plan.giveBack(runnable);
      session.releaseSnapshot(snapshot);
    }
    return rows;
  }
}
