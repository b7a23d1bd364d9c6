import { describe, expect, test } from 'vitest';
import type { StoredIndex } from '../../../src/tables/access-method.ts';
import { prefixEnd } from '../../../src/types/key-encoding.ts';
import { column, Harness, index, keyOf, part, range, scanAll, turn } from './harness.ts';

const people = 1000;
const byName = 1001;
const columns = [column('int4'), column('text'), column('int8')];

/** id primary key, name indexed, age. */
async function peopleTable(unique: boolean = false): Promise<Harness> {
  const harness = await Harness.create();
  await harness.run((session) =>
    harness.store.createTable(
      {
        tableOid: people,
        columns,
        clusterKey: [part(0)],
        clusterIndexOid: 1002,
        indexes: [index(byName, [1], unique)],
      },
      session.transaction,
    ),
  );
  return harness;
}

function nameIndex(harness: Harness): StoredIndex {
  return harness.table(people).table.indexes[0] as StoredIndex;
}

describe('clustered table', () => {
  test('rows come back in key order, and by index in index order, both ways', async () => {
    const harness = await peopleTable();
    const rows = Array.from({ length: 3000 }, (_, i) => [(i * 7919) % 3000, `name ${i % 10}`, i]);
    await harness.run((session) => session.insert(people, ...rows));
    const sorted = rows.toSorted((a, b) => (a[0] as number) - (b[0] as number));
    await harness.run((session) => {
      expect(session.rows(people)).toEqual(sorted);
      expect(session.scan(people, { descending: true }).map(({ values }) => values)).toEqual(sorted.toReversed());
      const byIndex = rows.toSorted(
        (a, b) => String(a[1]).localeCompare(String(b[1])) || (a[0] as number) - (b[0] as number),
      );
      const found = session.scan(people, {}, nameIndex(harness)).map(({ values }) => values);
      expect(found).toEqual(byIndex);
      const back = session.scan(people, { descending: true }, nameIndex(harness)).map(({ values }) => values);
      expect(back).toEqual(byIndex.toReversed());
    });
    harness.expectSound(people);
  });

  test('ranges bound a scan from both sides', async () => {
    const harness = await peopleTable();
    await harness.run((session) => session.insert(people, ...Array.from({ length: 1000 }, (_, i) => [i, `n${i}`, i])));
    const key = (id: number): Uint8Array => keyOf(columns, [part(0)], [id]);
    await harness.run((session) => {
      const ids = (ranges: [number, number][], descending: boolean): number[] =>
        session
          .scan(people, { columns: [0], descending, ranges: ranges.map(([a, b]) => range(key(a), key(b))) })
          .map(({ values }) => values[0] as number);
      expect(ids([[10, 13]], false)).toEqual([10, 11, 12]);
      expect(ids([[995, 2000]], true)).toEqual([999, 998, 997, 996, 995]);
      expect(
        ids(
          [
            [3, 5],
            [500, 502],
            [5000, 6000],
          ],
          false,
        ),
      ).toEqual([3, 4, 500, 501]);
      expect(
        ids(
          [
            [500, 502],
            [3, 5],
          ],
          true,
        ),
      ).toEqual([501, 500, 4, 3]);
      const name = keyOf(columns, [part(1)], ['n77']);
      const ranges = [range(name, prefixEnd(name))];
      expect(session.scan(people, { ranges }, nameIndex(harness)).map(({ values }) => values)).toEqual([
        [77, 'n77', 77],
      ]);
    });
  });

  test('MVCC-2: a statement sees what was committed before it, and its own earlier changes', async () => {
    const harness = await peopleTable();
    await harness.run((session) => session.insert(people, [1, 'a', 1], [2, 'b', 2], [3, 'c', 3]));
    const old = harness.begin({ isolation: 'repeatable read' });
    expect(old.rows(people).length).toBe(3);
    const writer = harness.begin();
    expect(writer.update(people, 1, [1, 'aa', 10]).kind).toBe('done');
    expect(writer.update(people, 2, [20, 'b', 2]).kind).toBe('done');
    expect(writer.delete(people, 3).kind).toBe('done');
    writer.insert(people, [4, 'd', 4]);
    const now = [
      [1, 'aa', 10],
      [4, 'd', 4],
      [20, 'b', 2],
    ];
    const before = [
      [1, 'a', 1],
      [2, 'b', 2],
      [3, 'c', 3],
    ];
    expect(writer.rows(people)).toEqual(now);
    expect(old.rows(people)).toEqual(before);
    await writer.commit();
    expect(old.rows(people)).toEqual(before);
    expect(old.scan(people, {}, nameIndex(harness)).map(({ values }) => values)).toEqual(before);
    const later = harness.begin();
    expect(later.rows(people)).toEqual(now);
    expect(later.scan(people, {}, nameIndex(harness)).map(({ values }) => values)).toEqual([
      [1, 'aa', 10],
      [20, 'b', 2],
      [4, 'd', 4],
    ]);
    harness.expectSound(people);
    await old.commit();
    await later.commit();
    await harness.purgeAll();
    harness.expectSound(people);
  });

  test('a scan does not see what its own statement does', async () => {
    const harness = await peopleTable();
    const session = harness.begin();
    session.insert(people, ...Array.from({ length: 500 }, (_, i) => [i, 'x', i]));
    session.statement((context) => {
      const table = harness.table(people);
      const scan = table.beginScan(
        { columns: [0], withRowReference: false, descending: false, ranges: undefined },
        context.snapshot,
      );
      let seen = 0;
      let next = 500;
      while (scan.next(10) !== 'end') {
        seen += scan.rowCount;
        const outcome = session.tryInsert(people, [next++, 'new', 0]);
        expect(outcome.kind).toBe('done');
      }
      scan.close();
      expect(seen).toBe(500);
    });
    await session.rollback();
    expect(await harness.run((each) => each.rows(people))).toEqual([]);
    harness.expectSound(people);
  });

  test('IDX-2: a unique key is refused, waited for, or free, as the other transaction ends', async () => {
    const harness = await peopleTable(true);
    await harness.run((session) => session.insert(people, [1, 'a', 1]));
    const first = harness.begin();
    expect(first.tryInsert(people, [1, 'z', 0])).toMatchObject({ kind: 'unique', indexOid: 1002 });
    expect(first.tryInsert(people, [2, 'a', 0])).toMatchObject({ kind: 'unique', indexOid: byName });
    first.insert(people, [2, 'b', 2]);
    const second = harness.begin();
    let woken = 0;
    const waiter = { wake: () => woken++ };
    expect(second.tryInsert(people, [3, 'b', 3], waiter).kind).toBe('wait');
    await first.rollback();
    expect(woken).toBe(1);
    expect(second.tryInsert(people, [3, 'b', 3]).kind).toBe('done');
    const third = harness.begin();
    expect(third.tryInsert(people, [3, 'q', 3], waiter).kind).toBe('wait');
    await second.commit();
    expect(third.tryInsert(people, [3, 'q', 3])).toMatchObject({ kind: 'unique', indexOid: 1002 });
    await third.rollback();
    harness.expectSound(people);
  });

  test('a key that a running transaction gives up is free only once it commits', async () => {
    const harness = await peopleTable(true);
    await harness.run((session) => session.insert(people, [1, 'a', 1], [2, 'b', 2]));
    const giver = harness.begin();
    expect(giver.update(people, 1, [1, 'other', 1]).kind).toBe('done');
    expect(giver.delete(people, 2).kind).toBe('done');
    const taker = harness.begin();
    expect(taker.tryInsert(people, [3, 'a', 3]).kind).toBe('wait');
    expect(taker.tryInsert(people, [2, 'c', 3]).kind).toBe('wait');
    await giver.commit();
    expect(taker.tryInsert(people, [3, 'a', 3]).kind).toBe('done');
    expect(taker.tryInsert(people, [2, 'c', 3]).kind).toBe('done');
    await taker.commit();
    harness.expectSound(people);
    await harness.purgeAll();
    harness.expectSound(people);
    expect(await harness.run((each) => each.rows(people))).toEqual([
      [1, 'other', 1],
      [2, 'c', 3],
      [3, 'a', 3],
    ]);
  });

  test('a writer waits for the other, then learns that the row is stale, moved or gone (MVCC-5)', async () => {
    const harness = await peopleTable();
    await harness.run((session) => session.insert(people, [1, 'a', 1], [2, 'b', 2], [3, 'c', 3]));
    const late = harness.begin();
    const seen = [1, 2, 3].map((id) => late.find(people, id).reference);
    const early = harness.begin();
    expect(early.update(people, 1, [1, 'a', 11]).kind).toBe('done');
    expect(early.update(people, 2, [5, 'b', 2]).kind).toBe('done');
    expect(early.delete(people, 3).kind).toBe('done');
    early.insert(people, [2, 'another', 0], [3, 'another', 0]);
    for (const reference of seen) expect(late.tryDelete(people, reference).kind).toBe('wait');
    await early.commit();
    const [first, second, third] = seen.map((reference) => late.tryUpdate(people, reference, [9, 'late', 9]));
    expect(first?.kind).toBe('stale');
    expect(second).toMatchObject({ kind: 'stale', key: new Uint8Array(keyOf(columns, [part(0)], [5])) });
    expect(third?.kind).toBe('gone');
    if (second?.kind !== 'stale') throw new Error('stale');
    expect(late.tryUpdate(people, { key: second.key, lsn: second.lsn }, [5, 'late', 9]).kind).toBe('done');
    await late.commit();
    expect(await harness.run((each) => each.rows(people))).toEqual([
      [1, 'a', 11],
      [2, 'another', 0],
      [3, 'another', 0],
      [5, 'late', 9],
    ]);
    harness.expectSound(people);
  });

  test('row locks: share lets share pass, writers wait, nowait and skip do not', async () => {
    const harness = await peopleTable();
    await harness.run((session) => session.insert(people, [1, 'a', 1]));
    const [one, two] = [harness.begin(), harness.begin()];
    const { reference } = one.find(people, 1);
    const table = harness.table(people);
    expect(one.statement((context) => table.lockRow(reference, 'share', 'wait', context)).kind).toBe('done');
    expect(two.statement((context) => table.lockRow(reference, 'share', 'wait', context)).kind).toBe('done');
    expect(two.statement((context) => table.lockRow(reference, 'update', 'nowait', context)).kind).toBe('locked');
    expect(two.tryDelete(people, reference).kind).toBe('wait');
    await one.commit();
    expect(two.tryDelete(people, reference).kind).toBe('done');
    await two.commit();
    expect(await harness.run((each) => each.rows(people))).toEqual([]);
  });

  test('IDX-7: KEY SHARE passes an update that leaves unique keys alone', async () => {
    const harness = await peopleTable();
    await harness.run((session) => session.insert(people, [1, 'a', 1], [2, 'b', 2]));
    const writer = harness.begin();
    const locker = harness.begin();
    const seen = [1, 2].map((id) => locker.find(people, id).reference);
    expect(writer.update(people, 1, [1, 'changed', 2]).kind).toBe('done');
    expect(writer.delete(people, 2).kind).toBe('done');
    const table = harness.table(people);
    const lock = (i: number): string =>
      locker.statement((context) => table.lockRow(seen[i] as (typeof seen)[0], 'key share', 'skip', context)).kind;
    expect(lock(0)).toBe('done');
    expect(lock(1)).toBe('locked');
    await writer.commit();
    await locker.commit();
  });

  test('MVCC-7: a long walk to an older version is noted, and later ones end where it began', async () => {
    const harness = await peopleTable();
    await harness.run((session) => session.insert(people, [1, 'first', 1]));
    const reader = harness.begin({ isolation: 'repeatable read' });
    const snapshot = reader.snapshot();
    const touch = (times: number): Promise<void> =>
      harness.run((session) => {
        for (let i = 0; i < times; i++) expect(session.update(people, 1, [1, 'later', i]).kind).toBe('done');
      });
    await touch(500);
    const newest = await harness.run((session) => session.find(people, 1).reference.lsn);
    const read = (): unknown[] => scanAll(harness.table(people), snapshot).map(({ values }) => values);
    expect(read()).toEqual([[1, 'first', 1]]);
    expect(snapshot.versions.find(newest)).toBeInstanceOf(Uint8Array);
    await touch(20);
    expect(read()).toEqual([[1, 'first', 1]]);
    harness.engine.transactions.releaseSnapshot(snapshot);
    await reader.commit();
  });

  test('a table larger than the buffer pool', async () => {
    const harness = await Harness.create({ poolBytes: 24 * 8192 });
    await harness.run((session) =>
      harness.store.createTable(
        { tableOid: people, columns, clusterKey: [part(0)], clusterIndexOid: 1002, indexes: [index(byName, [1])] },
        session.transaction,
      ),
    );
    const rows = Array.from({ length: 6000 }, (_, i) => [
      (i * 7919) % 6000,
      `name ${(i * 31) % 6000}`.padEnd(60, '.'),
      i,
    ]);
    for (let from = 0; from < 6000; from += 500) {
      await harness.run((session) => session.insert(people, ...rows.slice(from, from + 500)));
    }
    await harness.run((session) => {
      expect(session.rows(people)).toEqual(rows.toSorted((a, b) => (a[0] as number) - (b[0] as number)));
      expect(session.scan(people, {}, nameIndex(harness)).length).toBe(6000);
    });
    const again = await harness.crash(1);
    again.expectSound(people);
  });

  test('IDX-7: what a transaction did to the key stays known when it changes the row again', async () => {
    const harness = await peopleTable(true);
    await harness.run((session) => session.insert(people, [1, 'a', 1]));
    const locker = harness.begin();
    const { reference } = locker.find(people, 1);
    const writer = harness.begin();
    expect(writer.update(people, 1, [1, 'new key', 1]).kind).toBe('done');
    expect(writer.update(people, 1, [1, 'new key', 2]).kind).toBe('done');
    const table = harness.table(people);
    const lock = locker.statement((context) => table.lockRow(reference, 'key share', 'nowait', context));
    expect(lock.kind).toBe('locked');
    await writer.rollback();
    await locker.rollback();
  });

  test('LOG-5: rows are not changed through a handle of an older definition', async () => {
    const harness = await peopleTable();
    const outdated = harness.table(people);
    await harness.run((session) => harness.store.dropIndex(people, byName, session.transaction));
    const session = harness.begin();
    const { vectorsOf } = await import('./harness.ts');
    const source = { columns: vectorsOf(columns, [[1, 'a', 1]]) };
    expect(() => session.statement((context) => outdated.insert(source, 0, context))).toThrow('LOG-5');
    await session.rollback();
  });

  test('rollback to a savepoint restores rows and index marks (IDX-3)', async () => {
    const harness = await peopleTable();
    await harness.run((session) => session.insert(people, [1, 'a', 1], [2, 'b', 2]));
    const session = harness.begin();
    expect(session.update(people, 1, [1, 'first', 1]).kind).toBe('done');
    const savepoint = session.savepoint();
    expect(session.update(people, 1, [1, 'second', 1]).kind).toBe('done');
    expect(session.delete(people, 2).kind).toBe('done');
    session.insert(people, [2, 'again', 0], [3, 'c', 3]);
    await session.rollbackTo(savepoint);
    expect(session.rows(people)).toEqual([
      [1, 'first', 1],
      [2, 'b', 2],
    ]);
    harness.expectSound(people);
    await session.rollback();
    expect(await harness.run((each) => each.rows(people))).toEqual([
      [1, 'a', 1],
      [2, 'b', 2],
    ]);
    harness.expectSound(people);
    await harness.purgeAll();
    harness.expectSound(people);
  });

  test('fetch and fetchNewest read single rows', async () => {
    const harness = await peopleTable();
    await harness.run((session) => session.insert(people, [1, 'a', 1]));
    const reader = harness.begin({ isolation: 'repeatable read' });
    reader.rows(people);
    const writer = harness.begin();
    writer.update(people, 1, [1, 'b', 2]);
    const table = harness.table(people);
    const key = keyOf(columns, [part(0)], [1]);
    const { createVector } = await import('../../../src/types/vector.ts');
    const text = createVector('bytes');
    const read = (): string => {
      if (text.kind !== 'bytes') throw new Error('bytes');
      return Buffer.from(text.data).toString(
        'utf8',
        text.offsets[0],
        (text.offsets[0] as number) + (text.lengths[0] as number),
      );
    };
    reader.statement(({ snapshot }) => expect(table.fetch(key, [1], [text], 0, snapshot)).toBe(true));
    expect(read()).toBe('a');
    writer.statement((context) => expect(table.fetchNewest(key, [1], [text], 0, context)).toBe(true));
    expect(read()).toBe('b');
    reader.statement((context) => expect(table.fetchNewest(key, [1], [text], 0, context)).toBe(true));
    expect(read()).toBe('a');
    await writer.commit();
    reader.statement((context) => expect(table.fetchNewest(key, [1], [text], 0, context)).toBe(true));
    expect(read()).toBe('b');
    reader.statement(({ snapshot }) =>
      expect(table.fetch(keyOf(columns, [part(0)], [7]), [1], [text], 0, snapshot)).toBe(false),
    );
    await reader.commit();
    await turn();
  });

  test('a table without a clustering key numbers its rows, also after reopening', async () => {
    const harness = await Harness.create();
    const log = 2000;
    await harness.run((session) =>
      harness.store.createTable(
        { tableOid: log, columns: [column('text')], clusterKey: undefined, clusterIndexOid: 0, indexes: [] },
        session.transaction,
      ),
    );
    await harness.run((session) => {
      expect(session.tryInsert(log, ['one']).kind).toBe('done');
      expect(session.tryInsert(log, ['two']).kind).toBe('done');
    });
    const again = await harness.crash(3);
    await again.run((session) => session.insert(log, ['three']));
    expect(await again.run((session) => session.rows(log))).toEqual([['one'], ['two'], ['three']]);
    again.expectSound(log);
  });
});
