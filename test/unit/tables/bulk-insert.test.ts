import { describe, expect, test } from 'vitest';
import { column, Harness, index, part, vectorsOf, type Row, type Session } from './harness.ts';

const table = 1000;
const columns = [column('int4'), column('int4'), column('text')];

async function withTable(clustered: boolean): Promise<Harness> {
  const harness = await Harness.create();
  await harness.run((session) =>
    harness.store.createTable(
      {
        tableOid: table,
        columns,
        clusterKey: clustered ? [part(0)] : undefined,
        clusterIndexOid: clustered ? 1001 : 0,
        indexes: [index(1002, [1], true), index(1003, [2])],
      },
      session.transaction,
    ),
  );
  return harness;
}

function insertMany(session: Session, rows: readonly Row[]): { done: number; kind: string } {
  const source = { columns: vectorsOf(columns, rows) };
  const { done, outcome } = session.statement((context) =>
    session.harness.table(table).insertMany(source, 0, rows.length, context),
  );
  return { done, kind: outcome.kind };
}

describe('inserting many rows', () => {
  test('stops at the first row that is refused, whether in the table or among themselves', async () => {
    const harness = await withTable(true);
    await harness.run((session) => {
      expect(
        insertMany(session, [
          [5, 50, 'a'],
          [7, 70, 'b'],
        ]),
      ).toEqual({ done: 2, kind: 'done' });
      expect(
        insertMany(session, [
          [1, 10, 'a'],
          [2, 20, 'b'],
          [5, 51, 'c'],
          [9, 90, 'd'],
        ]),
      ).toEqual({ done: 2, kind: 'unique' });
      expect(
        insertMany(session, [
          [10, 100, 'a'],
          [11, 100, 'b'],
        ]),
      ).toEqual({ done: 1, kind: 'unique' });
      expect(insertMany(session, [[20, 70, 'a']])).toEqual({ done: 0, kind: 'unique' });
      expect(
        insertMany(session, [
          [30, null, 'a'],
          [31, null, 'b'],
        ]),
      ).toEqual({ done: 2, kind: 'done' });
    });
    harness.expectSound(table);
    const ids = (await harness.run((session) => session.rows(table))).map(([id]) => id);
    expect(ids).toEqual([1, 2, 5, 7, 10, 30, 31]);
  });

  test('rows in any order, with long values among them, and keys of deleted rows', async () => {
    const harness = await withTable(true);
    const rows: Row[] = Array.from({ length: 700 }, (_, i) => {
      const id = (i * 37) % 700;
      return [id, id, i % 50 === 0 ? 'long '.repeat(450) : `v${id % 9}`];
    });
    await harness.run((session) => {
      expect(insertMany(session, rows).done).toBe(700);
    });
    await harness.run((session) => {
      for (const id of [3, 4, 5]) expect(session.delete(table, id).kind).toBe('done');
    });
    await harness.run((session) => {
      expect(
        insertMany(session, [
          [3, 3, 'x'],
          [4, 4, 'y'],
          [5, 5, 'z'],
          [900, 900, 'w'],
        ]).done,
      ).toBe(4);
    });
    harness.expectSound(table);
    const again = await harness.crash(1);
    again.expectSound(table);
    expect((await again.run((session) => session.rows(table))).length).toBe(701);
  });

  test.for([true, false])('a rollback takes them all back, also to a savepoint (clustered: %s)', async (clustered) => {
    const harness = await withTable(clustered);
    const many = (from: number): Row[] => Array.from({ length: 1000 }, (_, i) => [from + i, from + i, 'v']);
    const session = harness.begin();
    insertMany(session, many(0));
    const savepoint = session.savepoint();
    insertMany(session, many(5000));
    await session.rollbackTo(savepoint);
    expect(session.rows(table).length).toBe(1000);
    harness.expectSound(table);
    insertMany(session, many(2000));
    const other = harness.begin({ isolation: 'repeatable read' });
    expect(other.rows(table)).toEqual([]);
    await session.rollback();
    expect(other.rows(table)).toEqual([]);
    await harness.run((each) => insertMany(each, many(0)));
    expect(other.rows(table)).toEqual([]);
    await other.commit();
    const again = await harness.crash(2);
    expect((await again.run((each) => each.rows(table))).map(([id]) => id)).toEqual(many(0).map(([id]) => id));
    again.expectSound(table);
  });
});
