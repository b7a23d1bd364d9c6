/** INSERT, UPDATE, DELETE: constraints in PostgreSQL's words, waits, rows that changed since the snapshot. */
import { describe, expect, test } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import type { ColumnId, Expression } from '../../../src/algebra/expression.ts';
import type { PhysicalPlan } from '../../../src/algebra/physical.ts';
import type { ReferentialEvent } from '../../../src/executor/operator.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { bool, call, constant, int4, operator, text, typed } from './expressions.ts';
import { defineTable, MemoryTable } from './memory-table.ts';
import { PlanMaker, run } from './plans.ts';
import type { RunOptions } from './plans.ts';

const accounts = defineTable(
  'accounts',
  [
    { name: 'id', type: int4 },
    { name: 'owner', type: text, notNull: true },
    { name: 'balance', type: int4 },
  ],
  [1],
  [{ name: 'accounts_owner_key', columns: [2], unique: true }],
);

function tableWith(...rows: Datum[][]): MemoryTable {
  return new MemoryTable(accounts, rows);
}

interface InsertOptions {
  readonly checks?: (columns: readonly Expression[]) => { name: string; expression: Expression }[];
  readonly onConflict?: 'nothing' | 'add';
  readonly returning?: boolean;
}

function insert(maker: PlanMaker, rows: Datum[][], options: InsertOptions = {}): PhysicalPlan {
  const types = [int4, text, int4];
  const input = maker.values(types, rows);
  const newIds = maker.ids(types);
  const newColumns = newIds.map((id, i) => ({ id, number: i + 1 }));
  const existing = maker.ids(types).map((id, i) => ({ id, number: i + 1 }));
  const excluded = maker.ids(types).map((id, i) => ({ id, number: i + 1 }));
  const sum = operator('+', maker.ref(existing[2]?.id as ColumnId), maker.ref(excluded[2]?.id as ColumnId));
  return maker.node('insert', options.returning ? maker.ids(types) : [], {
    input,
    table: accounts,
    alias: 'accounts',
    newColumns,
    checks: options.checks?.(maker.refs(newIds)) ?? [],
    generated: [],
    returning: options.returning ? maker.refs(newIds) : [],
    values: input.output.map((id, i) => ({ column: i + 1, expression: maker.ref(id) })),
    onConflict:
      options.onConflict === undefined
        ? undefined
        : {
            arbiters: [accounts.indexes[0] as (typeof accounts.indexes)[number]],
            action: options.onConflict === 'nothing' ? 'nothing' : 'update',
            existing,
            excluded,
            assignments: options.onConflict === 'add' ? [{ column: 3, expression: sum }] : [],
            where: undefined,
          },
  });
}

/** UPDATE accounts SET balance = balance + 10 WHERE balance < 100, or DELETE with that WHERE. */
function change(maker: PlanMaker, kind: 'update' | 'delete', returning = false): PhysicalPlan {
  const scan = maker.scan(accounts, true);
  const [id, , balance] = scan.columnIds as [ColumnId, ColumnId, ColumnId];
  const condition = operator('<', maker.ref(balance), constant(100, int4));
  const oldColumns = scan.columnIds.map((column, i) => ({ id: column, number: i + 1 }));
  const newIds = maker.ids([int4, text, int4]);
  const shared = {
    input: { ...scan, filter: condition },
    table: accounts,
    alias: 'accounts',
    newColumns: newIds.map((column, i) => ({ id: column, number: i + 1 })),
    checks: [],
    generated: [],
    reference: scan.rowReference as { key: ColumnId; lsn: ColumnId },
    oldColumns,
    recheck: { columns: oldColumns, condition },
  };
  if (kind === 'delete') {
    return maker.node('delete', returning ? maker.ids([int4]) : [], {
      ...shared,
      returning: returning ? [maker.ref(id)] : [],
    });
  }
  const assignments = [{ column: 3, expression: operator('+', maker.ref(balance), constant(10, int4)) }];
  const output = returning ? maker.ids([int4, int4]) : [];
  const returned = returning ? [maker.ref(newIds[0] as ColumnId), maker.ref(newIds[2] as ColumnId)] : [];
  return maker.node('update', output, { ...shared, assignments, returning: returned });
}

function execute(plan: (maker: PlanMaker) => PhysicalPlan, table: MemoryTable, options: RunOptions = {}) {
  const maker = new PlanMaker();
  return run(maker.statement(plan(maker)), { tables: [table], ...options });
}

describe('INSERT', () => {
  test('stores rows and counts them', () => {
    const table = tableWith();
    const result = execute(
      (maker) =>
        insert(maker, [
          [1, 'ann', 5],
          [2, 'bob', null],
        ]),
      table,
    );
    expect(result).toMatchObject({ modified: 2, error: undefined, rows: [] });
    expect(table.values).toEqual([
      [1, 'ann', 5],
      [2, 'bob', null],
    ]);
  });

  test('RETURNING gives the new rows', () => {
    const result = execute((maker) => insert(maker, [[2, 'bob', 1]], { returning: true }), tableWith());
    expect(result.rows).toEqual([[2, 'bob', 1]]);
  });

  test('a NULL in a NOT NULL column names the row, after the rows before it are stored', () => {
    const table = tableWith();
    const { error } = execute(
      (maker) =>
        insert(maker, [
          [1, 'ann', 5],
          [2, null, 7],
        ]),
      table,
    );
    expect(error).toBeInstanceOf(SqlError);
    expect(error).toMatchObject({
      sqlState: '23502',
      message: 'null value in column "owner" of relation "accounts" violates not-null constraint',
      fields: { detail: 'Failing row contains (2, null, 7).', schema: 'public', table: 'accounts', column: 'owner' },
    });
    expect(table.values).toEqual([[1, 'ann', 5]]);
  });

  test('a false CHECK is an error, a NULL one is not; long values are cut in the detail', () => {
    const checks = (columns: readonly Expression[]) => [
      { name: 'positive', expression: operator('>', columns[2] as Expression, constant(0, int4)) },
    ];
    const long = 'x'.repeat(80);
    const { error } = execute(
      (maker) =>
        insert(
          maker,
          [
            [1, 'ann', null],
            [2, long, 0],
          ],
          { checks },
        ),
      tableWith(),
    );
    expect(error).toMatchObject({
      sqlState: '23514',
      message: 'new row for relation "accounts" violates check constraint "positive"',
      fields: { detail: `Failing row contains (2, ${'x'.repeat(64)}..., 0).`, constraint: 'positive' },
    });
  });

  test('a duplicate key names the constraint and the key', () => {
    const { error } = execute((maker) => insert(maker, [[1, 'bob', 5]]), tableWith([1, 'ann', 5]));
    expect(error).toMatchObject({
      sqlState: '23505',
      message: 'duplicate key value violates unique constraint "accounts_pkey"',
      fields: { detail: 'Key (id)=(1) already exists.', table: 'accounts', constraint: 'accounts_pkey' },
    });
  });

  test('waits and goes on where it was', () => {
    const table = tableWith();
    table.blocked = 3;
    const result = execute(
      (maker) =>
        insert(maker, [
          [1, 'ann', 5],
          [2, 'bob', 6],
        ]),
      table,
    );
    expect(result).toMatchObject({ modified: 2, waits: 3 });
  });

  test('ON CONFLICT DO NOTHING skips conflicts with the arbiter only', () => {
    const table = tableWith([1, 'ann', 5]);
    const plan = (maker: PlanMaker) =>
      insert(
        maker,
        [
          [1, 'x', 0],
          [2, 'bob', 6],
        ],
        { onConflict: 'nothing', returning: true },
      );
    expect(execute(plan, table)).toMatchObject({ modified: 1, rows: [[2, 'bob', 6]] });
    const other = (maker: PlanMaker) => insert(maker, [[3, 'ann', 0]], { onConflict: 'nothing' });
    expect(execute(other, table).error).toMatchObject({ sqlState: '23505' });
  });

  test('ON CONFLICT DO UPDATE changes the row that is there', () => {
    const table = tableWith([1, 'ann', 5]);
    const plan = (maker: PlanMaker) =>
      insert(
        maker,
        [
          [2, 'bob', 6],
          [1, 'x', 3],
          [4, 'dan', 1],
        ],
        { onConflict: 'add', returning: true },
      );
    const result = execute(plan, table);
    expect(result).toMatchObject({
      modified: 3,
      rows: [
        [2, 'bob', 6],
        [1, 'ann', 8],
        [4, 'dan', 1],
      ],
    });
  });

  test('ON CONFLICT DO UPDATE refuses to touch a row twice', () => {
    const plan = (maker: PlanMaker) =>
      insert(
        maker,
        [
          [1, 'a', 1],
          [1, 'b', 2],
        ],
        { onConflict: 'add' },
      );
    expect(execute(plan, tableWith()).error).toMatchObject({ sqlState: '21000' });
  });

  test('foreign keys hear of each row', () => {
    const referential: ReferentialEvent[] = [];
    execute((maker) => insert(maker, [[1, 'ann', 5]]), tableWith(), { referential });
    expect(referential).toEqual([{ tableOid: accounts.oid, oldRow: undefined, newRow: [1, 'ann', 5] }]);
  });
});

describe('UPDATE and DELETE', () => {
  const three = (): MemoryTable => tableWith([1, 'ann', 5], [2, 'bob', 500], [3, 'cyn', 7]);

  test('change the rows that qualify', () => {
    const table = three();
    expect(execute((maker) => change(maker, 'update', true), table)).toMatchObject({
      modified: 2,
      rows: [
        [1, 15],
        [3, 17],
      ],
    });
    expect(table.values.map((row) => row[2])).toEqual([15, 500, 17]);
    expect(execute((maker) => change(maker, 'delete', true), table)).toMatchObject({ modified: 2, rows: [[1], [3]] });
    expect(table.values).toEqual([[2, 'bob', 500]]);
  });

  test('READ COMMITTED goes on with the newest version of a row if it still qualifies', () => {
    const table = three();
    table.blocked = 1;
    const onWait = (): void => table.concurrently(1, [1, 'ann', 50]);
    const result = execute((maker) => change(maker, 'update', true), table, { onWait });
    expect(result).toMatchObject({
      modified: 2,
      rows: [
        [1, 60],
        [3, 17],
      ],
      error: undefined,
    });
  });

  test('READ COMMITTED skips a row that no longer qualifies or is gone', () => {
    for (const values of [[1, 'ann', 900], undefined]) {
      const table = three();
      table.blocked = 1;
      const onWait = (): void => table.concurrently(1, values);
      const result = execute((maker) => change(maker, 'delete', true), table, { onWait });
      expect(result).toMatchObject({ modified: 1, rows: [[3]] });
    }
  });

  test('rows changed before a row that must be looked at again are returned first', () => {
    const table = three();
    const waits = [() => undefined, () => undefined, () => table.concurrently(3, [3, 'cyn', 70])];
    table.blocked = 0;
    const maker = new PlanMaker();
    const statement = maker.statement(change(maker, 'update', true));
    // The third row changes while the statement waits for the first.
    table.blocked = 3;
    const result = run(statement, { tables: [table], onWait: () => waits.shift()?.() });
    expect(result).toMatchObject({
      modified: 2,
      rows: [
        [1, 15],
        [3, 80],
      ],
    });
  });

  test.each([
    ['update', [1, 'ann', 50], 'could not serialize access due to concurrent update'],
    ['update', undefined, 'could not serialize access due to concurrent delete'],
    ['delete', [1, 'ann', 50], 'could not serialize access due to concurrent update'],
  ] as const)('REPEATABLE READ %s fails when the row became %j', (kind, values, message) => {
    const table = three();
    table.blocked = 1;
    const onWait = (): void => table.concurrently(1, values);
    const result = execute((maker) => change(maker, kind), table, { onWait, isolation: 'repeatable read' });
    expect(result.error).toMatchObject({ sqlState: '40001', message });
  });

  test('the time slice may end anywhere', () => {
    const rows = Array.from({ length: 600 }, (_, i): Datum[] => [i, `o${i}`, i % 200]);
    const table = tableWith(...rows);
    const result = execute((maker) => change(maker, 'update'), table, { sliceEvery: 2 });
    expect(result.modified).toBe(300);
    expect(result.waits).toBeGreaterThan(1);
    expect(table.values.filter((row, i) => row[2] !== (rows[i] as Datum[])[2]).length).toBe(300);
  });
});

test('generated columns follow the assigned ones', () => {
  const table = defineTable(
    'doubles',
    [
      { name: 'a', type: int4 },
      { name: 'b', type: int4, generated: true },
    ],
    [1],
  );
  const storage = new MemoryTable(table);
  const maker = new PlanMaker();
  const input = maker.values([int4], [[4], [2_000_000_000]]);
  const [a, b] = maker.ids([int4, int4]) as [ColumnId, ColumnId];
  const plan = maker.node('insert', maker.ids([int4, bool]), {
    input,
    table,
    alias: 'doubles',
    newColumns: [
      { id: a, number: 1 },
      { id: b, number: 2 },
    ],
    checks: [],
    generated: [{ column: 2, expression: operator('*', maker.ref(a), constant(2, int4)) }],
    returning: [maker.ref(b), { kind: 'null-test', arg: maker.ref(b), negated: true, ...typed(bool) }],
    values: [{ column: 1, expression: maker.ref(input.output[0] as ColumnId) }],
    onConflict: undefined,
  });
  const result = run(maker.statement(plan), { tables: [storage] });
  expect(result.rows).toEqual([[8, true]]);
  expect(result.error).toMatchObject({ message: 'integer out of range' });
  expect(call(177, [constant(1, int4), constant(1, int4)]).type).toBe(int4);
});
