/** Statements that run inside a command or a check: planned, run and their rows kept, all within the session's transaction. */
import type { PlannedStatement } from '../algebra/physical.ts';
import { buildPlan } from '../executor/build.ts';
import { END, WAIT, type Instrumentation } from '../executor/operator.ts';
import type { TransactionSnapshot } from '../transaction/snapshots.ts';
import type { Datum } from '../types/datum.ts';
import { batchRowsMax } from '../types/vector.ts';
import { Execution } from './execution.ts';
import { lockModes } from './plan-run.ts';
import { DatumRows, type RowSink } from './row-sink.ts';
import type { Session } from './session.ts';

export interface InsideOptions {
  readonly parameters?: readonly Datum[];
  /** undefined: that of a statement. It is released here. */
  readonly snapshot?: TransactionSnapshot;
  readonly instrumentation?: Instrumentation | undefined;
  /** Its tables are locked already. */
  readonly isLocked?: boolean;
  readonly checkReferences?: boolean;
}

/** Rows go to the sink. Returns the number of rows modified. */
export async function runPlanned(
  session: Session,
  planned: PlannedStatement,
  sink: RowSink,
  options: InsideOptions = {},
): Promise<number> {
  if (options.isLocked !== true) await lockTables(session, planned);
  session.block.snapshotTaken = true;
  const snapshot = options.snapshot ?? session.takeStatementSnapshot();
  const built = buildPlan(planned, options.instrumentation);
  const execution = new Execution(session, session, planned.slotCount, session.referential, options.instrumentation);
  execution.parameters = options.parameters ?? [];
  execution.snapshot = snapshot;
  execution.transaction = session.block.current;
  execution.memory = session.newMemoryAccount();
  try {
    built.open(execution);
    for (;;) {
      const step = built.next(batchRowsMax);
      if (step === END) break;
      if (step !== WAIT) sink.take(step, built.columns);
      if (step === WAIT && !session.sliceOver()) await session.sleep();
      else await session.yieldNow();
      session.interrupts.check();
      while (sink.isFull) await session.sleep();
    }
  } finally {
    built.close();
    session.releaseSnapshot(snapshot);
  }
  session.noteModified(planned, execution.modified);
  if (options.checkReferences === true) await session.referential.checkStatement();
  return execution.modified;
}

export async function lockTables(session: Session, planned: PlannedStatement): Promise<void> {
  for (const { tableOid, mode } of planned.locks) await session.lockTableWhenFree(tableOid, lockModes[mode]);
}

export async function collectPlanned(
  session: Session,
  planned: PlannedStatement,
  options: InsideOptions = {},
): Promise<{ readonly rows: Datum[][]; readonly modified: number }> {
  const sink = new DatumRows(planned.output.map((column) => column.type));
  const modified = await runPlanned(session, planned, sink, options);
  return { rows: sink.rows, modified };
}
