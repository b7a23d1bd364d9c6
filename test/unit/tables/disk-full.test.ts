/** LOG-7: a full disk fails statements with 53100; what is there stays readable, and rollbacks find what they need. */
import { expect, test } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import { column, Harness, index, part, type Session, turn } from './harness.ts';

const table = 1000;

/** Inserts until a statement fails; returns its error. */
async function fill(session: Session): Promise<unknown> {
  for (let id = 1; id < 1_000_000; id++) {
    try {
      const outcome = session.tryInsert(table, [id * 7919, 'x'.repeat(500)]);
      if (outcome.kind === 'wait') await turn();
      else expect(outcome.kind).toBe('done');
    } catch (error) {
      return error;
    }
  }
  return undefined;
}

test.for(['pages', 'log'])('a full disk under %s/', { timeout: 60_000 }, async (directory) => {
  let isFull = false;
  const fail = (call: { readonly path: string; readonly grows: boolean }): 'ENOSPC' | undefined =>
    isFull && call.grows && call.path.startsWith(`${directory}/`) ? 'ENOSPC' : undefined;
  const harness = await Harness.create({ poolBytes: 256 * 8192 }, { fail });
  await harness.run((session) =>
    harness.store.createTable(
      {
        tableOid: table,
        columns: [column('int4'), column('text')],
        clusterKey: [part(0)],
        clusterIndexOid: 1001,
        indexes: [index(1002, [1])],
      },
      session.transaction,
    ),
  );
  await harness.run((session) => session.insert(table, [1, 'first'], [2, 'second']));
  isFull = true;
  const session = harness.begin();
  const error = await fill(session);
  expect(error).toBeInstanceOf(SqlError);
  expect((error as SqlError).sqlState).toBe('53100');
  const reader = harness.begin();
  expect(reader.rows(table)).toEqual([
    [1, 'first'],
    [2, 'second'],
  ]);
  await reader.commit();
  await session.rollback();
  harness.expectSound(table);
  isFull = false;
  await new Promise((resolve) => setTimeout(resolve, 1100));
  await harness.purgeAll();
  await harness.run((each) => each.insert(table, [3, 'third']));
  const again = await harness.crash(1);
  expect(await again.run((each) => each.rows(table))).toEqual([
    [1, 'first'],
    [2, 'second'],
    [3, 'third'],
  ]);
  again.expectSound(table);
});
