import { describe, expect, test } from 'vitest';
import { randomBytes } from 'node:crypto';
import { verify } from '../../../src/storage/btree/verify.ts';
import type { ModifyOutcome } from '../../../src/tables/access-method.ts';
import { column, Harness, index, part, type Session } from './harness.ts';

const table = 1000;
const columns = [column('int4'), column('text'), column('text')];

async function withTable(more: Parameters<typeof Harness.create>[0] = {}): Promise<Harness> {
  const harness = await Harness.create(more);
  await harness.run((session) =>
    harness.store.createTable(
      { tableOid: table, columns, clusterKey: [part(0)], clusterIndexOid: 1001, indexes: [index(1002, [2])] },
      session.transaction,
    ),
  );
  return harness;
}

/** Chunks in the overflow tree. */
function chunks(harness: Harness): number {
  const tree = harness.store.tables.get(table).opened.overflow.findTree();
  return tree === undefined ? 0 : verify(tree).entries;
}

function text(bytes: number): string {
  return randomBytes(Math.ceil(bytes / 2))
    .toString('hex')
    .slice(0, bytes);
}

/** Calls again until it does not ask to wait. */
async function patiently(step: (waiter: { wake(): void }) => ModifyOutcome): Promise<ModifyOutcome> {
  for (;;) {
    let woken: () => void = () => undefined;
    const wake = new Promise<void>((resolve) => {
      woken = resolve;
    });
    const outcome = step({ wake: woken });
    if (outcome.kind !== 'wait') return outcome;
    await wake;
  }
}

async function insertPatiently(session: Session, row: readonly (number | string)[]): Promise<void> {
  const { vectorsOf } = await import('./harness.ts');
  const source = { columns: vectorsOf(columns, [row]) };
  const outcome = await patiently((waiter) =>
    session.statement((context) => session.harness.table(table).insert(source, 0, context), waiter),
  );
  expect(outcome.kind).toBe('done');
}

describe('overflow', () => {
  test('long values survive a crash, and go with their row', async () => {
    const harness = await withTable();
    const [a, b] = [text(5000), 'compressible '.repeat(20_000)];
    await harness.run((session) => session.insert(table, [1, a, 'x'], [2, b, 'y'], [3, 'short', 'z']));
    const again = await harness.crash(1);
    expect(await again.run((session) => session.rows(table))).toEqual([
      [1, a, 'x'],
      [2, b, 'y'],
      [3, 'short', 'z'],
    ]);
    expect(chunks(again)).toBeLessThan(20);
    await again.run((session) => expect(session.delete(table, 1).kind).toBe('done'));
    await again.run((session) => expect(session.update(table, 2, [2, 'now short', 'y']).kind).toBe('done'));
    await again.purgeAll();
    expect(chunks(again)).toBe(0);
    again.expectSound(table);
  });

  test('an older snapshot still reads a value that was replaced', async () => {
    const harness = await withTable();
    const [before, after] = [text(9000), text(8000)];
    await harness.run((session) => session.insert(table, [1, before, 'x']));
    const old = harness.begin({ isolation: 'repeatable read' });
    old.rows(table);
    await harness.run((session) => expect(session.update(table, 1, [1, after, 'x']).kind).toBe('done'));
    await harness.purgeAll();
    expect(old.rows(table)).toEqual([[1, before, 'x']]);
    await old.commit();
    await harness.purgeAll();
    expect(await harness.run((session) => session.rows(table))).toEqual([[1, after, 'x']]);
    expect(chunks(harness)).toBe(2);
  });

  test('an update of other columns keeps the value where it is, a move takes a copy along', async () => {
    const harness = await withTable();
    const long = text(6000);
    await harness.run((session) => session.insert(table, [1, long, 'x']));
    const before = chunks(harness);
    await harness.run((session) => expect(session.update(table, 1, [1, long, 'y']).kind).toBe('done'));
    await harness.run((session) => {
      const { reference } = session.find(table, 1);
      expect(session.tryUpdate(table, reference, [1, null, 'z'], new Uint8Array([0, 0, 1])).kind).toBe('done');
    });
    expect(chunks(harness)).toBe(before);
    await harness.run((session) => {
      const { reference } = session.find(table, 1);
      expect(session.tryUpdate(table, reference, [5, null, null], new Uint8Array([1, 0, 0])).kind).toBe('done');
    });
    await harness.purgeAll();
    expect(chunks(harness)).toBe(before);
    expect(await harness.run((session) => session.rows(table))).toEqual([[5, long, 'z']]);
    harness.expectSound(table);
  });

  test('what a refused or rolled back row stored is removed, also by replay', async () => {
    const harness = await withTable();
    await harness.run((session) => session.insert(table, [1, 'one', 'x']));
    await harness.run((session) => expect(session.tryInsert(table, [1, text(7000), 'x']).kind).toBe('unique'));
    expect(chunks(harness)).toBe(0);
    const session = harness.begin();
    session.insert(table, [2, text(7000), 'x']);
    expect(chunks(harness)).toBe(2);
    await session.rollback();
    expect(chunks(harness)).toBe(0);
    expect(chunks(await harness.crash(2))).toBe(0);
  });

  test('an indexed value may be external as long as an entry can hold it; longer ones are refused with 54000', async () => {
    const harness = await withTable();
    const indexed = text(2200);
    await harness.run((session) => session.insert(table, [1, text(3000), indexed]));
    harness.expectSound(table);
    const session = harness.begin();
    expect(() => session.tryInsert(table, [2, 'x', text(3000)])).toThrow(/index row size 3\d\d\d exceeds/);
    await session.rollback();
    await harness.run((each) => expect(each.update(table, 1, [1, 'a', 'b']).kind).toBe('done'));
    await harness.purgeAll();
    harness.expectSound(table);
  });

  test('a value that does not fit the log at once is stored in steps', async () => {
    const harness = await withTable();
    const long = text(3_000_000);
    const session = harness.begin();
    await insertPatiently(session, [1, long, 'x']);
    await session.commit();
    const found = await harness.run((each) => each.rows(table));
    expect(found.length).toBe(1);
    expect(found[0]?.[1] === long).toBe(true);
    const again = await harness.crash(3);
    expect((await again.run((each) => each.rows(table)))[0]?.[1] === long).toBe(true);
    await again.run((each) => expect(each.delete(table, 1).kind).toBe('done'));
    await again.purgeAll();
    expect(chunks(again)).toBe(0);
  });

  test('100 MB of text', { timeout: 120_000 }, async () => {
    const mebibyte = 1024 * 1024;
    const harness = await withTable({
      poolBytes: 16 * mebibyte,
      log: { segmentBytes: 16 * mebibyte, ringBytes: 16 * mebibyte, blockBytesMax: mebibyte },
    });
    const piece = text(mebibyte);
    const long = piece.repeat(100);
    const session = harness.begin();
    await insertPatiently(session, [1, long, 'x']);
    await session.commit();
    const found = await harness.run((each) => each.rows(table));
    expect(String(found[0]?.[1]).length).toBe(long.length);
    expect(found[0]?.[1] === long).toBe(true);
    await harness.engine.close();
  });
});
