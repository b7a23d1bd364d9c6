import { describe, expect, test } from 'vitest';
import type { Oid, SpaceId } from '../../../src/common/ids.ts';
import type { StoredColumn, StoredIndex } from '../../../src/tables/access-method.ts';
import type { BuildStep, IndexBuild, TableDefinition } from '../../../src/tables/storage.ts';
import { column, Harness, index, part, scanAll, testSpace, type Row, type Session } from './harness.ts';

const table = 1000;
const columns = [column('int4'), column('text')];

function definition(more: Partial<TableDefinition> = {}): TableDefinition {
  return { tableOid: table, columns, clusterKey: [part(0)], clusterIndexOid: 1001, indexes: [], ...more };
}

async function withTable(more: Partial<TableDefinition> = {}, rows: readonly Row[] = []): Promise<Harness> {
  const harness = await Harness.create();
  await harness.run(async (session) => {
    await harness.store.createTable(definition(more), session.transaction);
    if (rows.length > 0) session.insert(table, ...rows);
  });
  return harness;
}

function numbered(count: number): Row[] {
  return Array.from({ length: count }, (_, i) => [i, `v${i % 100}`]);
}

function complete(build: IndexBuild): BuildStep {
  for (;;) {
    const step = build.step({ wake: () => undefined });
    if (step.kind === 'yield') continue;
    build.close();
    return step;
  }
}

async function buildIndex(harness: Harness, session: Session, oid: Oid, unique: boolean, by: readonly number[] = [1]) {
  return complete(await harness.store.createIndex(table, index(oid, by, unique), session.transaction));
}

function pagesOf(harness: Harness): number {
  return harness.engine.pages.pageCountOf(testSpace);
}

describe('table definitions', () => {
  test('a table created in a transaction goes with its rollback, pages and all', async () => {
    const harness = await Harness.create();
    const before = pagesOf(harness);
    const session = harness.begin();
    await harness.store.createTable(definition({ indexes: [index(1002, [1])] }), session.transaction);
    session.insert(table, ...numbered(2000));
    expect(pagesOf(harness)).toBeGreaterThan(before + 10);
    await session.rollback();
    expect(harness.store.find(table)).toBeUndefined();
    await harness.purgeAll();
    expect(pagesOf(harness)).toBe(before);
  });

  test('a dropped table stays until the commit, and its pages until no snapshot needs them', async () => {
    const harness = await Harness.create();
    const before = pagesOf(harness);
    await harness.run((session) => harness.store.createTable(definition(), session.transaction));
    await harness.run((session) => session.insert(table, ...numbered(3000)));
    const undone = harness.begin();
    await harness.store.dropTable(table, undone.transaction);
    expect(harness.store.find(table)).toBeUndefined();
    await undone.rollback();
    expect((await harness.run((session) => session.rows(table))).length).toBe(3000);
    harness.expectSound(table);
    const reader = harness.begin({ isolation: 'repeatable read' });
    const snapshot = reader.snapshot();
    await harness.run((session) => harness.store.dropTable(table, session.transaction));
    await harness.purgeAll();
    expect(pagesOf(harness)).toBeGreaterThan(before + 10);
    harness.engine.transactions.releaseSnapshot(snapshot);
    await reader.commit();
    await harness.purgeAll();
    expect(pagesOf(harness)).toBe(before);
  });

  test('TRUNCATE swaps trees and is undone', async () => {
    const harness = await withTable({ indexes: [index(1002, [1])] }, numbered(500));
    const session = harness.begin();
    session.insert(table, [1000, 'own']);
    await harness.store.truncate(table, session.transaction);
    session.insert(table, [1, 'new']);
    expect(session.rows(table)).toEqual([[1, 'new']]);
    await session.rollback();
    expect((await harness.run((each) => each.rows(table))).length).toBe(500);
    harness.expectSound(table);
    await harness.run(async (each) => {
      await harness.store.truncate(table, each.transaction);
      each.insert(table, [2, 'two']);
    });
    await harness.purgeAll();
    const again = await harness.crash(1);
    expect(await again.run((each) => each.rows(table))).toEqual([[2, 'two']]);
    again.expectSound(table);
  });

  test('ADD and DROP COLUMN change no rows; old ones answer the missing value', async () => {
    const harness = await withTable({}, [
      [1, 'one'],
      [2, 'two'],
    ]);
    const added: StoredColumn[] = [...columns, column('int4', Buffer.from([7, 0, 0, 0]))];
    await harness.run(async (session) => {
      await harness.store.changeColumns(table, added, session.transaction);
      session.insert(table, [3, 'three', 33]);
    });
    expect(await harness.run((session) => session.rows(table))).toEqual([
      [1, 'one', 7],
      [2, 'two', 7],
      [3, 'three', 33],
    ]);
    const dropped = added.map((each, i) => (i === 1 ? { ...each, dropped: true } : each));
    const undone = harness.begin();
    await harness.store.changeColumns(table, dropped, undone.transaction);
    expect(undone.update(table, 1, [1, null, 8]).kind).toBe('done');
    await undone.rollback();
    expect((await harness.run((session) => session.rows(table)))[0]).toEqual([1, 'one', 7]);
    await harness.run((session) => harness.store.changeColumns(table, dropped, session.transaction));
    await harness.run((session) => expect(session.update(table, 1, [1, null, 8]).kind).toBe('done'));
    const again = await harness.crash(1);
    expect(await again.run((session) => session.rows(table))).toEqual([
      [1, 8],
      [2, 7],
      [3, 33],
    ]);
    again.expectSound(table);
  });

  test('a rewrite puts other columns and another key in place, or nothing', async () => {
    const harness = await withTable({ indexes: [index(1002, [1])] }, numbered(300));
    const before = pagesOf(harness);
    const other = definition({
      columns: [column('int8'), column('text')],
      clusterKey: undefined,
      clusterIndexOid: 0,
      indexes: [index(1002, [1]), index(1003, [0], true)],
    });
    for (const commits of [false, true]) {
      const session = harness.begin();
      const rewrite = await harness.store.beginRewrite(other, session.transaction);
      const { vectorsOf } = await import('./harness.ts');
      const rows = session.rows(table);
      const source = { columns: vectorsOf(other.columns, rows) };
      const { done } = session.statement((context) => rewrite.target.insertMany(source, 0, rows.length, context));
      expect(done).toBe(300);
      expect(session.rows(table).length).toBe(300);
      await rewrite.finish();
      expect(session.rows(table)).toEqual(numbered(300));
      if (commits) await session.commit();
      else await session.rollback();
      harness.expectSound(table);
    }
    await harness.purgeAll();
    expect(harness.table(table).table.clusterKey).toBeUndefined();
    expect(pagesOf(harness)).toBeLessThan(before + 30);
    const again = await harness.crash(2);
    expect(again.table(table).table.indexes.length).toBe(2);
    expect(await again.run((session) => session.rows(table))).toEqual(numbered(300));
    again.expectSound(table);
  });
});

describe('index build', () => {
  test('an index over existing rows is complete, kept up to date, and rebuilt by replay (LOG-8)', async () => {
    const harness = await withTable({}, numbered(5000));
    await harness.run(async (session) => {
      expect((await buildIndex(harness, session, 1002, false)).kind).toBe('done');
      session.insert(table, [9000, 'v5']);
    });
    harness.expectSound(table);
    const again = await harness.crash(4);
    again.expectSound(table);
    const byValue = again.table(table).table.indexes[0] as StoredIndex;
    await again.run((session) => expect(session.scan(table, {}, byValue).length).toBe(5001));
  });

  test('a unique build refuses a key that two rows have', async () => {
    const harness = await withTable({}, [...numbered(50), [7000, 'v7']]);
    const session = harness.begin();
    expect(await buildIndex(harness, session, 1002, true)).toMatchObject({ kind: 'unique', indexOid: 1002 });
    await session.rollback();
    expect(harness.table(table).table.indexes).toEqual([]);
    await harness.run(async (each) => expect((await buildIndex(harness, each, 1003, true, [0])).kind).toBe('done'));
    harness.expectSound(table);
  });

  test('IDX-4: an older snapshot may use the index, and what it needed is swept away later', async () => {
    const harness = await withTable({}, [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    const old = harness.begin({ isolation: 'repeatable read' });
    expect(old.rows(table).length).toBe(3);
    await harness.run((session) => {
      session.update(table, 1, [1, 'z']);
      session.delete(table, 2);
    });
    await harness.run(async (session) => expect((await buildIndex(harness, session, 1002, false)).kind).toBe('done'));
    const byValue = harness.table(table).table.indexes[0] as StoredIndex;
    expect(old.scan(table, {}, byValue).map(({ values }) => values)).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    expect(old.scan(table, { columns: [1], withRowReference: false }, byValue).map(({ values }) => values)).toEqual([
      ['a'],
      ['b'],
      ['c'],
    ]);
    await harness.run((session) => {
      expect(session.scan(table, {}, byValue).map(({ values }) => values)).toEqual([
        [3, 'c'],
        [1, 'z'],
      ]);
    });
    await old.commit();
    await harness.purgeAll();
    harness.expectSound(table);
    const { verify } = await import('../../../src/storage/btree/verify.ts');
    const opened = harness.store.tables.get(table).opened;
    expect(verify((opened.indexes[0] as (typeof opened.indexes)[0]).tree).entries).toBe(2);
    expect(verify(opened.tree).entries).toBe(2);
  });

  test('IDX-4: an older snapshot does not take hits of a new index as they are', async () => {
    const harness = await withTable({}, numbered(2000));
    const old = harness.begin({ isolation: 'repeatable read' });
    expect(old.rows(table).length).toBe(2000);
    await harness.run((session) => {
      for (const { reference } of session.scan(table).slice(0, 20)) {
        expect(session.tryUpdate(table, reference, [0, 'zzz'], new Uint8Array([0, 1])).kind).toBe('done');
      }
    });
    await harness.run(async (session) => expect((await buildIndex(harness, session, 1002, false)).kind).toBe('done'));
    const byValue = harness.table(table).table.indexes[0] as StoredIndex;
    const seen = old.scan(table, {}, byValue).map(({ values }) => values[1]);
    expect(seen.length).toBe(2000);
    expect(seen).not.toContain('zzz');
    await old.commit();
  });

  test('purge goes on during a definition change that is rolled back', async () => {
    const harness = await withTable({ indexes: [index(1002, [1])] }, numbered(10));
    await harness.run((session) => {
      for (const id of [1, 2, 3]) expect(session.delete(table, id).kind).toBe('done');
    });
    const changer = harness.begin();
    await harness.store.dropIndex(table, 1002, changer.transaction);
    await harness.purgeAll();
    await changer.rollback();
    const { verify } = await import('../../../src/storage/btree/verify.ts');
    const { opened } = harness.store.tables.get(table);
    expect([opened.tree, ...opened.indexes.map((each) => each.tree)].map((tree) => verify(tree).entries)).toEqual([
      7, 7,
    ]);
    harness.expectSound(table);
  });

  test('a build larger than its memory sorts through files', async () => {
    const { EntrySorter } = await import('../../../src/tables/entry-sorter.ts');
    const harness = await Harness.create();
    const sorter = new EntrySorter(harness.disk, 100_000);
    const count = 40_000;
    for (let i = 0; i < count; i++) {
      while (sorter.hasWork) sorter.work();
      const key = Buffer.from(`key ${String((i * 7919) % count).padStart(8, '0')}`);
      sorter.add(key, 0, key.length, key.length, i % 2);
    }
    while (sorter.hasWork) sorter.work();
    expect(harness.disk.listSync('tmp').length).toBeGreaterThan(2);
    const sorted = sorter.finish();
    for (let i = 0; i < count; i++) {
      expect(sorted.next()).toBe(true);
      const text = Buffer.from(sorted.bytes.subarray(sorted.start, sorted.end)).toString();
      if (text !== `key ${String(i).padStart(8, '0')}`) expect(text).toBe(i);
    }
    expect(sorted.next()).toBe(false);
    sorter.close();
    expect(harness.disk.listSync('tmp')).toEqual([]);
  });
});

describe('spaces', () => {
  const copy = 6 as SpaceId;

  test('BRANCH-1: a copy of a space in use has what was committed, and goes its own way', async () => {
    const harness = await withTable({ indexes: [index(1002, [1], true)] }, [
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ]);
    const writer = harness.begin();
    writer.update(table, 1, [1, 'unfinished']);
    const savepoint = writer.savepoint();
    writer.delete(table, 2);
    await writer.rollbackTo(savepoint);
    writer.insert(table, [4, 'unfinished too']);
    await harness.run((session) => session.delete(table, 3));
    const creator = harness.begin();
    const store = await harness.engine.branchSpace(testSpace, copy, creator.transaction);
    await creator.commit();
    const rowsOf = (where: Harness, session: Session): unknown[] => {
      const snapshot = session.snapshot();
      const rows = scanAll(where.engine.space(copy).open(table), snapshot).map(({ values }) => values);
      where.engine.transactions.releaseSnapshot(snapshot);
      return rows;
    };
    await harness.run((session) =>
      expect(rowsOf(harness, session)).toEqual([
        [1, 'a'],
        [2, 'b'],
      ]),
    );
    expect(store.verifyTable(table)).toEqual([]);
    await writer.commit();
    expect(await harness.run((session) => session.rows(table))).toEqual([
      [1, 'unfinished'],
      [2, 'b'],
      [4, 'unfinished too'],
    ]);
    const again = await harness.crash(5);
    await again.run((session) =>
      expect(rowsOf(again, session)).toEqual([
        [1, 'a'],
        [2, 'b'],
      ]),
    );
    expect(again.engine.space(copy).verifyTable(table)).toEqual([]);
    await again.purgeAll();
    const { verify } = await import('../../../src/storage/btree/verify.ts');
    expect(verify(again.engine.space(copy).tables.get(table).opened.tree).entries).toBe(2);
    expect(again.engine.space(copy).directory.origins).toEqual([]);
  });

  test('a copy whose creation is rolled back, and a dropped one, are gone; a drop rolled back is not', async () => {
    const harness = await withTable({}, numbered(100));
    const creator = harness.begin();
    await harness.engine.branchSpace(testSpace, copy, creator.transaction);
    await creator.rollback();
    expect(harness.engine.hasSpace(copy)).toBe(false);
    await harness.run((session) => harness.engine.branchSpace(testSpace, copy, session.transaction));
    const dropper = harness.begin();
    await harness.engine.dropSpace(copy, dropper.transaction);
    await dropper.rollback();
    await harness.purgeAll();
    expect(harness.engine.hasSpace(copy)).toBe(true);
    await harness.run((session) => harness.engine.dropSpace(copy, session.transaction));
    await harness.purgeAll();
    expect(harness.engine.hasSpace(copy)).toBe(false);
    const again = await harness.crash(6);
    await again.purgeAll();
    expect(again.engine.hasSpace(copy)).toBe(false);
    expect((await again.run((session) => session.rows(table))).length).toBe(100);
  });
});

describe('clean stop', () => {
  test('closing leaves nothing to replay', async () => {
    const harness = await withTable({}, numbered(100));
    await harness.engine.close();
    const again = await Harness.open(harness.disk.afterCrash(1));
    expect(again.engine.recovery?.records).toBe(0);
    expect((await again.run((session) => session.rows(table))).length).toBe(100);
  });
});
