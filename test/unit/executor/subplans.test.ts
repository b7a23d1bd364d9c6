/** Apply, WITH, recursion, set operations, set-returning functions, unique, row locks. */
import { describe, expect, test } from 'vitest';
import type { ColumnId, Expression, SlotId } from '../../../src/algebra/expression.ts';
import type { LockRows, PhysicalPlan } from '../../../src/algebra/physical.ts';
import type { CommonTableId } from '../../../src/algebra/query.ts';
import { findFunctions } from '../../../src/functions/registry.ts';
import { ArrayValue } from '../../../src/types/datum.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { bool, call, constant, int4, int8, operator, text } from './expressions.ts';
import { defineTable, MemoryTable } from './memory-table.ts';
import { PlanMaker, rowsOf, run } from './plans.ts';
import type { MemoryFile, RunOptions } from './plans.ts';

const series = findFunctions('generate_series').find(
  (entry) => entry.argTypes.length === 2 && entry.argTypes[0] === int4,
);

function generateSeries(from: Expression, to: Expression): Expression {
  const made = call(series?.oid as number, [from, to]) as Extract<Expression, { kind: 'call' }>;
  return { ...made, returnsSet: true };
}

describe('apply', () => {
  type Form = 'scalar' | 'exists' | 'any' | 'all' | 'array';

  /** For each x of `outer`: the subquery's y with y > x (slot), or for any/all the test x = y. */
  function apply(maker: PlanMaker, form: Form, outer: Datum[], inner: Datum[]): PhysicalPlan {
    const input = maker.values(
      [int4],
      outer.map((value) => [value]),
    );
    const rows = maker.values(
      [int4],
      inner.map((value) => [value]),
    );
    const [x] = input.output as [ColumnId];
    const [y] = rows.output as [ColumnId];
    const quantified = form === 'any' || form === 'all';
    const plan = quantified ? rows : maker.filter(rows, operator('>', maker.ref(y), maker.slot(2, int4)));
    const type = form === 'scalar' ? int4 : form === 'array' ? 1007 : bool;
    const result = maker.id(type);
    return maker.node('apply', [x, result], {
      input,
      plan,
      form,
      slots: quantified ? [] : [{ slot: 2 as SlotId, column: x }],
      test: quantified ? operator(form === 'any' ? '=' : '<>', maker.ref(x), maker.ref(y)) : undefined,
      result: { id: result, name: 'r', type, typmod: -1, collation: 0, tableOid: 0, columnNumber: 0 },
    });
  }

  function results(form: Form, outer: Datum[], inner: Datum[], options: RunOptions = {}): Datum[] {
    const maker = new PlanMaker();
    return rowsOf(maker, apply(maker, form, outer, inner), options).map((row) => row[1] as Datum);
  }

  test('a scalar subquery gives its row or NULL, and fails on two', () => {
    expect(results('scalar', [1, 4, 5, 4], [5, 2, 1].slice(0, 1))).toEqual([5, 5, null, 5]);
    expect(results('scalar', [4, 1], [5])).toEqual([5, 5]);
    expect(() => results('scalar', [4, 1], [5, 2])).toThrow('more than one row returned by a subquery');
  });

  test('exists, array', () => {
    expect(results('exists', [1, 9, null], [5, 2])).toEqual([true, false, false]);
    expect(results('array', [1, 3, 9], [5, 2])).toEqual([
      new ArrayValue(int4, [2], [1], [5, 2]),
      new ArrayValue(int4, [1], [1], [5]),
      new ArrayValue(int4, [], [], []),
    ]);
  });

  test('any and all are three-valued', () => {
    expect(results('any', [1, 3, null], [1, 2])).toEqual([true, false, null]);
    expect(results('any', [1, 3], [1, null])).toEqual([true, null]);
    expect(results('any', [1, null], [])).toEqual([false, false]);
    expect(results('all', [1, 3, null], [1, 2])).toEqual([false, true, null]);
    expect(results('all', [1, 3], [1, null])).toEqual([false, null]);
    expect(results('all', [1, null], [])).toEqual([true, true]);
  });

  test('many rows, in slices', () => {
    const outer = Array.from({ length: 3000 }, (_, i) => i % 50);
    const inner = Array.from({ length: 300 }, (_, i) => i * 2);
    const expected = outer.map((value) => value % 2 === 0);
    expect(results('any', outer, inner, { sliceEvery: 3, rowsMax: 100 })).toEqual(expected);
    expect(results('exists', outer, [25], { sliceEvery: 3 })).toEqual(outer.map((value) => value < 25));
  });
});

describe('WITH', () => {
  const id = 1 as CommonTableId;

  function withQuery(maker: PlanMaker, source: PhysicalPlan, root: (scan: () => PhysicalPlan) => PhysicalPlan) {
    const scan = (): PhysicalPlan =>
      maker.node('common-table-scan', maker.ids(source.output.map((column) => maker.types.get(column) as number)), {
        name: 'w',
        alias: 'w',
        commonTable: id,
      });
    const plan = root(scan);
    return maker.statement(plan, { commonTables: [{ id, name: 'w', plan: source }], slotCount: 8 });
  }

  test.each([64 * 1024, 1 << 28])('several scans share the rows, with %i bytes of memory', (workMem) => {
    const maker = new PlanMaker();
    const rows = Array.from({ length: 9000 }, (_, i): Datum[] => [i, `value ${i}`]);
    const files: MemoryFile[] = [];
    const statement = withQuery(maker, maker.values([int4, text], rows), (scan) => {
      const limited = scan();
      const few = maker.node('limit', limited.output, {
        input: limited,
        limit: constant(2000, int8),
        offset: undefined,
        tieKeys: undefined,
      });
      return maker.node('append', maker.ids([int4, text]), { inputs: [few, scan()] });
    });
    const result = run(statement, { workMem, files, sliceEvery: 4, rowsMax: 700 });
    expect(result.error).toBeUndefined();
    expect(result.rows).toEqual([...rows.slice(0, 2000), ...rows]);
    expect(files.length > 0).toBe(workMem < 1 << 20);
    expect(result.usedMemory).toBe(0);
  });

  function recursive(maker: PlanMaker, all: boolean, startRows: Datum[][]): PhysicalPlan {
    const start = maker.values([int4], startRows);
    const work = maker.node('work-table-scan', maker.ids([int4]), { commonTable: id, alias: 'r' });
    const n = maker.ref(work.output[0] as ColumnId);
    const filtered = maker.filter(work, operator('<', n, constant(5, int4)));
    // Joining the work table to itself: the table built over it must not be kept from round to round.
    const again = maker.node('work-table-scan', maker.ids([int4]), { commonTable: id, alias: 'r2' });
    const joined = maker.node('hash-join', [...work.output, ...again.output], {
      join: 'inner',
      left: filtered,
      right: again,
      leftKeys: [n],
      rightKeys: [maker.ref(again.output[0] as ColumnId)],
      equality: [65],
      condition: undefined,
      nullAware: false,
    });
    const step = maker.project(joined, [operator('+', n, constant(1, int4))]);
    return maker.node('recursive-union', maker.ids([int4]), { commonTable: id, all, start, step });
  }

  test('recursion goes on until a round has no rows', () => {
    const maker = new PlanMaker();
    expect(rowsOf(maker, recursive(maker, true, [[1], [3]]), { rowsMax: 2 })).toEqual(
      [1, 3, 2, 4, 3, 5, 4, 5].map((value) => [value]),
    );
  });

  test('UNION drops rows seen before', () => {
    const maker = new PlanMaker();
    expect(rowsOf(maker, recursive(maker, false, [[1], [1], [3], [null]]))).toEqual(
      [1, 3, null, 2, 4, 5].map((value) => [value]),
    );
  });
});

describe('set operations', () => {
  function setOperation(
    operation: 'intersect' | 'except',
    all: boolean,
    left: Datum[][],
    right: Datum[][],
    options: RunOptions = {},
  ) {
    const maker = new PlanMaker();
    const l = maker.values([int4, text], left);
    const r = maker.values([int4, text], right);
    const plan = maker.node('set-operation', maker.ids([int4, text]), { operation, all, left: l, right: r });
    return run(maker.statement(plan), options);
  }

  const left = [
    [1, 'a'],
    [1, 'a'],
    [2, null],
    [3, 'c'],
    [2, null],
    [1, 'a'],
  ];
  const right = [
    [1, 'a'],
    [2, null],
    [2, null],
    [4, 'd'],
    [1, 'a'],
  ];

  test.each([
    [
      'intersect',
      false,
      [
        [1, 'a'],
        [2, null],
      ],
    ],
    [
      'intersect',
      true,
      [
        [1, 'a'],
        [1, 'a'],
        [2, null],
        [2, null],
      ],
    ],
    ['except', false, [[3, 'c']]],
    [
      'except',
      true,
      [
        [3, 'c'],
        [1, 'a'],
      ],
    ],
  ] as const)('%s, all: %s', (operation, all, expected) => {
    expect(setOperation(operation, all, left, right, { rowsMax: 2 }).rows).toEqual(expected);
  });

  test.each(['intersect', 'except'] as const)('%s with little memory', (operation) => {
    const rows = (count: number, factor: number): Datum[][] =>
      Array.from({ length: count }, (_, i): Datum[] => [(i * factor) % 9001, `row ${(i * factor) % 3}`]);
    const [l, r] = [rows(9000, 7), rows(6000, 11)];
    const keys = new Set(r.map(String));
    const files: MemoryFile[] = [];
    const result = setOperation(operation, false, l, r, { workMem: 70 * 1024, files, sliceEvery: 2 });
    const expected = l.filter((row) => keys.has(String(row)) === (operation === 'intersect'));
    expect(result.rows.map(String).sort()).toEqual([...new Set(expected.map(String))].sort());
    expect(files.length).toBeGreaterThan(0);
    expect(files.every((file) => file.closed)).toBe(true);
    expect(result.usedMemory).toBe(0);
  });
});

describe('set-returning functions', () => {
  test('in FROM: side by side, padded with NULLs, numbered', () => {
    const maker = new PlanMaker();
    const plan = maker.node('function-scan', maker.ids([int4, int4, int8]), {
      alias: 'f',
      calls: [
        { call: generateSeries(constant(1, int4), constant(3, int4)), columnCount: 1 },
        { call: generateSeries(constant(7, int4), constant(8, int4)), columnCount: 1 },
      ],
      ordinality: true,
    });
    expect(rowsOf(maker, plan, { rowsMax: 2 })).toEqual([
      [1, 7, 1],
      [2, 8, 2],
      [3, null, 3],
    ]);
  });

  test('in a select list: in lockstep, once per row', () => {
    const maker = new PlanMaker();
    const input = maker.values([int4], [[2], [0], [1]]);
    const n = maker.ref(input.output[0] as ColumnId);
    const plan = maker.node('project-set', maker.ids([int4, int4, int4]), {
      input,
      expressions: [n, generateSeries(constant(1, int4), n), generateSeries(constant(5, int4), constant(5, int4))],
    });
    expect(rowsOf(maker, plan, { rowsMax: 2 })).toEqual([
      [2, 1, 5],
      [2, 2, null],
      [0, null, 5],
      [1, 1, 5],
    ]);
  });

  test('with an argument from the row outside', () => {
    const maker = new PlanMaker();
    const left = maker.values([int4], [[2], [null], [1]]);
    const right = maker.node('function-scan', maker.ids([int4]), {
      alias: 'g',
      calls: [{ call: generateSeries(constant(1, int4), maker.slot(0, int4)), columnCount: 1 }],
      ordinality: false,
    });
    const plan = maker.node('nested-loop', [...left.output, ...right.output], {
      join: 'left',
      left,
      right,
      slots: [{ slot: 0 as SlotId, column: left.output[0] as ColumnId }],
      condition: undefined,
    });
    expect(rowsOf(maker, plan)).toEqual([
      [2, 1],
      [2, 2],
      [null, null],
      [1, 1],
    ]);
  });
});

test('unique keeps the first row of each run', () => {
  const maker = new PlanMaker();
  const input = maker.values(
    [int4, text],
    [
      [1, 'a'],
      [1, 'b'],
      [null, 'c'],
      [null, 'd'],
      [2, 'e'],
    ],
  );
  const plan = maker.node('unique', input.output, { input, keys: [input.output[0] as ColumnId] });
  for (const rowsMax of [1, 2, 10]) {
    expect(rowsOf(maker, plan, { rowsMax }).map((row) => row[1])).toEqual(['a', 'c', 'e']);
  }
});

describe('row locks', () => {
  const seats = defineTable(
    'seats',
    [
      { name: 'id', type: int4 },
      { name: 'free', type: bool },
    ],
    [1],
  );

  function lockRows(maker: PlanMaker, policy: LockRows['locks'][number]['policy'] = 'wait'): PhysicalPlan {
    const scan = maker.scan(seats, true);
    const columns = scan.columnIds.map((id, i) => ({ id, number: i + 1 }));
    const condition = maker.ref(scan.columnIds[1] as ColumnId);
    const input = { ...scan, filter: condition };
    return maker.node('lock-rows', scan.output, {
      input,
      locks: [
        {
          table: seats,
          reference: scan.rowReference as { key: ColumnId; lsn: ColumnId },
          mode: 'update',
          policy,
          recheck: { columns, condition },
        },
      ],
    });
  }

  const table = (): MemoryTable =>
    new MemoryTable(seats, [
      [1, true],
      [2, false],
      [3, true],
    ]);
  const ids = (rows: Datum[][]): Datum[] => rows.map((row) => row[0] as Datum);

  test('waits, and goes on with the newest version of a row', () => {
    for (const [values, expected] of [
      [
        [1, true],
        [1, 3],
      ],
      [[1, false], [3]],
      [undefined, [3]],
    ] as const) {
      const maker = new PlanMaker();
      const storage = table();
      storage.blocked = 1;
      const onWait = (): void => storage.concurrently(1, values);
      const result = run(maker.statement(lockRows(maker)), { tables: [storage], onWait });
      expect(ids(result.rows)).toEqual(expected);
    }
  });

  test('REPEATABLE READ fails instead', () => {
    for (const values of [[1, true], undefined]) {
      const maker = new PlanMaker();
      const storage = table();
      storage.blocked = 1;
      const onWait = (): void => storage.concurrently(1, values);
      const result = run(maker.statement(lockRows(maker)), { tables: [storage], onWait, isolation: 'repeatable read' });
      expect(result.error).toMatchObject({ sqlState: '40001' });
    }
  });

  test.each(['skip', 'nowait'] as const)('%s', (policy) => {
    const maker = new PlanMaker();
    const storage = table();
    storage.lockedByOthers = 1;
    const result = run(maker.statement(lockRows(maker, policy)), { tables: [storage] });
    expect(ids(result.rows)).toEqual(policy === 'skip' ? [3] : []);
    if (policy === 'nowait') {
      expect(result.error).toMatchObject({
        sqlState: '55P03',
        message: 'could not obtain lock on row in relation "seats"',
      });
    }
  });

  test('LIMIT locks no more rows than it returns', () => {
    const maker = new PlanMaker();
    const storage = table();
    const input = lockRows(maker);
    const plan = maker.node('limit', input.output, {
      input,
      limit: constant(1, int8),
      offset: undefined,
      tieKeys: undefined,
    });
    expect(ids(rowsOf(maker, plan, { tables: [storage] }))).toEqual([1]);
    expect(storage.locks).toBe(1);
  });
});
