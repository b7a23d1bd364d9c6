/** Scans, filter, projection, limit, append: rows, order, and what happens when a slice ends or a row fails. */
import { expect, test } from 'vitest';
import type { ColumnId, Expression } from '../../../src/algebra/expression.ts';
import type { IndexCondition, PhysicalPlan } from '../../../src/algebra/physical.ts';
import { ArrayValue } from '../../../src/types/datum.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { bool, constant, int4, int8, operator, text, typed } from './expressions.ts';
import { defineTable, MemoryTable } from './memory-table.ts';
import { PlanMaker, rowsOf, run } from './plans.ts';

const numbers = defineTable(
  'numbers',
  [
    { name: 'n', type: int4 },
    { name: 't', type: text },
  ],
  [1],
  [{ name: 'numbers_t', columns: [-2] }],
);

function table(count: number): MemoryTable {
  return new MemoryTable(
    numbers,
    Array.from({ length: count }, (_, n): Datum[] => [n, n % 5 === 4 ? null : `t${n % 5}`]),
  );
}

test('a scan filters and keeps its place when the slice ends', () => {
  const maker = new PlanMaker();
  const scan = maker.scan(numbers);
  const plan = { ...scan, filter: operator('>=', maker.ref(scan.columnIds[0] as ColumnId), constant(2995, int4)) };
  const result = run(maker.statement(plan), { tables: [table(3000)], sliceEvery: 1 });
  expect(result.rows.map((row) => row[0])).toEqual([2995, 2996, 2997, 2998, 2999]);
  expect(result.waits).toBeGreaterThan(1);
});

test('a filtered scan never returns more rows than asked for', () => {
  const maker = new PlanMaker();
  const scan = maker.scan(numbers);
  const plan = { ...scan, filter: operator('>=', maker.ref(scan.columnIds[0] as ColumnId), constant(3, int4)) };
  expect(run(maker.statement(plan), { tables: [table(100)], rowsMax: 7 }).rows.length).toBe(97);
});

test('rows before a failing one are delivered', () => {
  const maker = new PlanMaker();
  const scan = maker.scan(numbers);
  const n = maker.ref(scan.columnIds[0] as ColumnId);
  const plan = maker.project(scan, [operator('/', constant(100, int4), operator('-', n, constant(150, int4)))]);
  const result = run(maker.statement(plan), { tables: [table(200)] });
  expect(result.rows.length).toBe(150);
  expect(result.error).toMatchObject({ sqlState: '22012' });
});

test('filter, limit and offset', () => {
  const maker = new PlanMaker();
  const scan = maker.scan(numbers);
  const even = operator(
    '=',
    operator('%', maker.ref(scan.columnIds[0] as ColumnId), constant(2, int4)),
    constant(0, int4),
  );
  const limit = (count: Datum, offset: Datum): PhysicalPlan =>
    maker.node('limit', scan.output, {
      input: maker.filter(scan, even),
      limit: constant(count, int8),
      offset: constant(offset, int8),
      tieKeys: undefined,
    });
  const first = (plan: PhysicalPlan): Datum[] =>
    rowsOf(maker, plan, { tables: [table(3000)], sliceEvery: 3 }).map((row) => row[0] as Datum);
  expect(first(limit(3, 2))).toEqual([4, 6, 8]);
  expect(first(limit(2, 1400))).toEqual([2800, 2802]);
  expect(first(limit(0, 0))).toEqual([]);
  expect(first(limit(null, 1498))).toEqual([2996, 2998]);
  expect(() => first(limit(-1, 0))).toThrow('LIMIT must not be negative');
  expect(() => first(limit(1, -1))).toThrow('OFFSET must not be negative');
});

test('WITH TIES passes on the rows equal to the last', () => {
  const maker = new PlanMaker();
  const input = maker.values(
    [int4, text],
    [
      [1, 'a'],
      [2, 'b'],
      [2, 'c'],
      [2, 'd'],
      [3, 'e'],
    ],
  );
  const plan = (count: number): PhysicalPlan =>
    maker.node('limit', input.output, {
      input,
      limit: constant(count, int8),
      offset: undefined,
      tieKeys: [maker.key(input.output[0] as ColumnId)],
    });
  for (const rowsMax of [1, 2, 1024]) {
    expect(rowsOf(maker, plan(2), { rowsMax }).length).toBe(4);
    expect(rowsOf(maker, plan(1), { rowsMax }).length).toBe(1);
  }
});

const point = (...values: Expression[]): IndexCondition['equals'] =>
  values.map((value) => ({ kind: 'values', values: [value] }));
const open = { lower: undefined, upper: undefined, notNull: false };

function indexScan(maker: PlanMaker, index: number, condition: IndexCondition, descending = false): PhysicalPlan {
  const ids = maker.ids([int4, text]);
  return maker.node('index-scan', ids, {
    table: numbers,
    alias: 'numbers',
    columns: ids.map((id, i) => ({ id, number: i + 1 })),
    rowReference: undefined,
    filter: undefined,
    index: numbers.indexes[index] as (typeof numbers.indexes)[number],
    condition,
    conditionExpression: undefined,
    descending,
    indexOnly: false,
    singleRow: index === 0 && condition.equals.length === 1,
  });
}

test.each<[string, number, IndexCondition, boolean, number[]]>([
  ['one key', 0, { equals: point(constant(7, int4)), ...open }, false, [7]],
  ['a key of a wider type', 0, { equals: point(constant(7, int8)), ...open }, false, [7]],
  ['a key that the column cannot hold', 0, { equals: point(constant(2 ** 40, int8)), ...open }, false, []],
  ['a NULL key', 0, { equals: point(constant(null, int4)), ...open }, false, []],
  [
    'IN, unsorted and repeated',
    0,
    { equals: [{ kind: 'values', values: [5, 3, null, 5].map((value) => constant(value, int4)) }], ...open },
    false,
    [3, 5],
  ],
  [
    '= ANY',
    0,
    { equals: [{ kind: 'any', array: constant(new ArrayValue(int4, [3], [1], [9, 2, null]), 1007) }], ...open },
    true,
    [9, 2],
  ],
  [
    'a range',
    0,
    {
      equals: [],
      lower: { expression: constant(3, int4), inclusive: false },
      upper: { expression: constant(6, int4), inclusive: true },
      notNull: false,
    },
    false,
    [4, 5, 6],
  ],
  [
    'a bound below what the column can hold',
    0,
    {
      equals: [],
      lower: { expression: constant(-(2 ** 40), int8), inclusive: true },
      upper: { expression: constant(2, int4), inclusive: false },
      notNull: false,
    },
    true,
    [1, 0],
  ],
  ['NULLs of a secondary index', 1, { equals: [{ kind: 'null' }], ...open }, false, [4, 9]],
  [
    'NOT NULL on a descending index',
    1,
    { equals: [], lower: undefined, upper: undefined, notNull: true },
    false,
    [3, 8, 2, 7, 1, 6, 0, 5],
  ],
  [
    'a range on a descending index',
    1,
    { equals: [], lower: { expression: constant('t2', text), inclusive: true }, upper: undefined, notNull: false },
    false,
    [3, 8, 2, 7],
  ],
])('index scan: %s', (_name, index, condition, descending, expected) => {
  const maker = new PlanMaker();
  const plan = indexScan(maker, index, condition, descending);
  const rows = rowsOf(maker, plan, { tables: [table(10)] }).map((row) => row[0] as number);
  const isOrdered = index === 0;
  expect(isOrdered ? rows : rows.slice().sort(byText(expected))).toEqual(expected);
});

/** Rows of one text may come in any order. */
function byText(expected: readonly number[]): (a: number, b: number) => number {
  return (a, b) => expected.indexOf(a) - expected.indexOf(b);
}

test('result, values and append', () => {
  const maker = new PlanMaker();
  const one = maker.node('result', maker.ids([int4]), { expressions: [constant(1, int4)], condition: undefined });
  const none = maker.node('result', maker.ids([int4]), {
    expressions: [constant(2, int4)],
    condition: constant(null, bool),
  });
  const failing = maker.node('values-scan', maker.ids([int4]), {
    rows: [[constant(3, int4)], [operator('/', constant(1, int4), constant(0, int4))]],
  });
  const plan = maker.node('append', maker.ids([int4]), { inputs: [one, none, failing] });
  const result = run(maker.statement(plan));
  expect(result.rows).toEqual([[1], [3]]);
  expect(result.error).toMatchObject({ sqlState: '22012' });
});

test('init plans fill their slots before the main plan runs', () => {
  const maker = new PlanMaker();
  const rows = maker.values([int4], [[7], [8]]);
  const limit = maker.node('limit', rows.output, {
    input: rows,
    limit: constant(1, int8),
    offset: undefined,
    tieKeys: undefined,
  });
  const root = maker.node('result', maker.ids([int4, bool, 1007]), {
    expressions: [maker.slot(0, int4), maker.slot(1, bool), maker.slot(2, 1007)],
    condition: undefined,
  });
  const initPlans = (scalar: PhysicalPlan) => [
    { slot: 0 as never, type: int4, form: 'scalar' as const, plan: scalar, number: 1 },
    { slot: 1 as never, type: bool, form: 'exists' as const, plan: rows, number: 2 },
    { slot: 2 as never, type: 1007, form: 'array' as const, plan: rows, number: 3 },
  ];
  const result = run(maker.statement(root, { initPlans: initPlans(limit), slotCount: 3 }));
  expect(result.rows).toEqual([[7, true, new ArrayValue(int4, [2], [1], [7, 8])]]);
  const failing = run(maker.statement(root, { initPlans: initPlans(rows), slotCount: 3 }));
  expect(failing.error).toMatchObject({
    sqlState: '21000',
    message: 'more than one row returned by a subquery used as an expression',
  });
  expect(typed(int4).typmod).toBe(-1);
});
