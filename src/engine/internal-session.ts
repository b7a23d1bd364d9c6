/** A session without a client, for the engine's own SQL: making the system views of a new cluster, initialisation scripts. */
import type { Oid } from '../common/ids.ts';
import { parse } from '../parser/parse.ts';
import type { Database } from './database.ts';
import type { Instance } from './instance.ts';
import { makePortal } from './make-portal.ts';
import { PreparedStatement } from './prepared-statement.ts';
import { discardedRows } from './row-sink.ts';
import { Session } from './session.ts';

/** Runs the texts as one transaction, committed without waiting for the disk. Rejects with the first error. */
export async function runScript(
  instance: Instance,
  database: Database,
  user: { readonly oid: Oid; readonly name: string },
  texts: readonly string[],
): Promise<void> {
  const driver = new Driver();
  const session = new Session(instance, {
    processId: 0,
    database,
    userOid: user.oid,
    userName: user.name,
    notice: () => undefined,
    wake: driver.wake,
  });
  try {
    session.settings.start('synchronous_commit', 'off');
    for (const text of texts) await runText(session, driver, text);
    await driver.until(session, () => session.commit());
  } finally {
    await driver.until(session, () => session.block.rollBack(session));
    session.close();
  }
}

async function runText(session: Session, driver: Driver, sql: string): Promise<void> {
  session.io.refresh();
  for (const { statement } of parse(sql)) {
    session.startTransaction();
    const options = { parametersAllowed: false, fromSql: false };
    const prepared = new PreparedStatement(session, '', sql, statement, [], options);
    const portal = makePortal(session, '', prepared, [], () => 0);
    await driver.until(session, () => portal.run(Infinity, discardedRows));
    portal.close();
  }
}

/** Steps something until it is done, giving the thread back in between. */
class Driver {
  #woken = false;
  #resume: (() => void) | undefined = undefined;

  readonly wake = (): void => {
    this.#woken = true;
    this.#resume?.();
  };

  async until(session: Session, step: () => 'done' | 'suspended' | 'yield' | 'wait'): Promise<void> {
    for (;;) {
      this.#woken = false;
      session.beginSlice();
      const progress = step();
      if (progress === 'done' || progress === 'suspended') return;
      if (progress === 'wait' && !this.#woken) {
        await new Promise<void>((resolve) => {
          this.#resume = resolve;
        });
        this.#resume = undefined;
      } else {
        await new Promise<void>((resolve) => {
          setImmediate(resolve);
        });
      }
    }
  }
}
