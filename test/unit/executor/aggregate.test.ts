/** Aggregates: the executor's own accumulators against the functions' states, all strategies, DISTINCT, FILTER, ORDER BY, spilling. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Aggregate, ColumnId, SortKey } from '../../../src/algebra/expression.ts';
import { getFunction } from '../../../src/functions/registry.ts';
import { Numeric } from '../../../src/types/datum.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { getType } from '../../../src/types/registry.ts';
import { bool, constant, evalContext, float8, int4, int8, numeric, operator, text } from './expressions.ts';
import { aggregate, aggregatePlan as plan } from './aggregates.ts';
import { PlanMaker, rowsOf, run } from './plans.ts';
import type { MemoryFile } from './plans.ts';

const types = [int4, int8, float8, numeric, text, bool];
const names: Record<number, string[]> = {
  [int4]: ['count', 'sum', 'avg', 'min', 'max'],
  [int8]: ['count', 'sum', 'avg', 'min', 'max'],
  [float8]: ['count', 'sum', 'avg', 'min', 'max'],
  [numeric]: ['count', 'sum', 'avg', 'min', 'max'],
  [text]: ['count', 'min', 'max'],
  [bool]: ['count', 'bool_and', 'bool_or'],
};
const values: Record<number, fc.Arbitrary<Datum>> = {
  [int4]: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  [int8]: fc.oneof(fc.maxSafeInteger(), fc.constantFrom(2n ** 62n, -(2n ** 62n)), fc.integer({ min: -9, max: 9 })),
  [float8]: fc.oneof(fc.integer({ min: -9, max: 9 }), fc.constantFrom(NaN, Infinity, 0.5)),
  [numeric]: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: -999, max: 999 }).map((digits) => new Numeric(digits, 2)) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        new Numeric(2 ** 52, 0),
        new Numeric(5, 20),
        new Numeric(7, 1),
        new Numeric(10n ** 30n, 3),
        new Numeric(0, 0, 'nan'),
        new Numeric(0, 0, 'infinity'),
        new Numeric(0, 0, '-infinity'),
      ),
    },
  ),
  [text]: fc.constantFrom('', 'a', 'b', 'ab'),
  [bool]: fc.boolean(),
};

/** What the function's own state says. */
function expected(item: Aggregate, rows: readonly Datum[]): Datum {
  const { implementation } = getFunction(item.function);
  if (implementation.kind !== 'aggregate') throw new Error('not an aggregate');
  const call = { argTypes: item.args.map((arg) => arg.type), resultType: item.type };
  let state = implementation.createState(call);
  for (const value of rows) {
    if (value !== null || item.args.length === 0) state = implementation.step(state, [value], evalContext, call);
  }
  return implementation.finish(state, evalContext, call);
}

/** Values as text; extreme numbers of equal value may differ in display scale depending on order, so min and max are kept as is. */
function show(type: number, value: Datum): string {
  return value === null ? 'null' : getType(type).formatText(value, evalContext.io);
}

test.each(['hash', 'sorted'] as const)('%s aggregates agree with the functions’ own states', (strategy) => {
  const row = fc.tuple(
    fc.option(fc.integer({ min: 0, max: 4 })),
    ...types.map((type) =>
      fc.oneof(
        { weight: 5, arbitrary: values[type] as fc.Arbitrary<Datum> },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
    ),
  ) as fc.Arbitrary<Datum[]>;
  fc.assert(
    fc.property(fc.array(row, { maxLength: 50 }), (rows) => {
      const maker = new PlanMaker();
      const sorted = rows.slice().sort((a, b) => Number(a[0] ?? 9) - Number(b[0] ?? 9));
      const input = maker.values([int4, ...types], strategy === 'sorted' ? sorted : rows);
      const [key, ...columns] = input.output as [ColumnId, ...ColumnId[]];
      const items = types.flatMap((type, i) =>
        (names[type] as string[]).map((name) => ({
          item: aggregate(name, [maker.ref(columns[i] as ColumnId)]),
          column: i + 1,
        })),
      );
      const root = plan(
        maker,
        strategy,
        input,
        [key],
        items.map(({ item }) => item),
      );
      const actual = rowsOf(maker, root, { rowsMax: 3 }).map((result) =>
        [show(int4, result[0] as Datum), ...items.map(({ item }, i) => show(item.type, result[i + 1] as Datum))].join(
          ' ',
        ),
      );
      const groups = Map.groupBy(strategy === 'sorted' ? sorted : rows, (item) => item[0] ?? null);
      const wanted = [...groups].map(([group, members]) =>
        [
          show(int4, group),
          ...items.map(({ item, column }) =>
            show(
              item.type,
              expected(
                item,
                members.map((member) => member[column] ?? null),
              ),
            ),
          ),
        ].join(' '),
      );
      expect(actual.sort()).toEqual(wanted.sort());
    }),
    { numRuns: 100 },
  );
});

describe('plain', () => {
  test('gives one row for no input', () => {
    const maker = new PlanMaker();
    const input = maker.values([int4], []);
    const x = maker.ref(input.output[0] as ColumnId);
    const root = plan(
      maker,
      'plain',
      input,
      [],
      [aggregate('count', []), aggregate('sum', [x]), aggregate('max', [x])],
    );
    expect(rowsOf(maker, root)).toEqual([[0, null, null]]);
  });

  test('FILTER keeps arguments from being computed for other rows', () => {
    const maker = new PlanMaker();
    const input = maker.values([int4], [[0], [1], [2], [null]]);
    const x = maker.ref(input.output[0] as ColumnId);
    const filter = operator('>', x, constant(0, int4));
    const root = plan(
      maker,
      'plain',
      input,
      [],
      [aggregate('sum', [operator('/', constant(10, int4), x)], { filter }), aggregate('count', [], { filter })],
    );
    expect(rowsOf(maker, root)).toEqual([[15, 2]]);
  });

  test('int4 sums leave 2^53 exactly', () => {
    const maker = new PlanMaker();
    const input = maker.values(
      [int8],
      Array.from({ length: 3000 }, () => [2 ** 53 - 1]),
    );
    const root = plan(maker, 'plain', input, [], [aggregate('sum', [maker.ref(input.output[0] as ColumnId)])]);
    expect(rowsOf(maker, root)).toEqual([[new Numeric(3000n * (2n ** 53n - 1n), 0)]]);
  });
});

test('DISTINCT and ORDER BY inside aggregates', () => {
  const maker = new PlanMaker();
  const input = maker.values(
    [int4, text, int4],
    [
      [1, 'b', 3],
      [2, 'x', 1],
      [1, 'a', 2],
      [1, 'b', 1],
      [2, null, 5],
      [1, 'c', null],
    ],
  );
  const [group, word, number] = input.output as [ColumnId, ColumnId, ColumnId];
  const joined = (more: Partial<Aggregate>): Aggregate =>
    aggregate('string_agg', [maker.ref(word), constant(',', text)], more);
  const by = (id: ColumnId, descending: boolean): SortKey[] => [maker.key(id, descending)];
  const items = [
    joined({ distinct: true }),
    joined({ orderBy: by(word, true) }),
    joined({ distinct: true, orderBy: by(word, true) }),
    joined({ orderBy: by(number, false) }),
    aggregate('count', [maker.ref(word)], { distinct: true }),
  ];
  const expectedRows = [
    [1, 'a,b,c', 'c,b,b,a', 'c,b,a', 'b,a,b,c', 3],
    [2, 'x', 'x', 'x', 'x', 1],
  ];
  expect(rowsOf(maker, plan(maker, 'hash', input, [group], items))).toEqual(expectedRows);
  const sorted = maker.sort(input, [maker.key(group)]);
  expect(rowsOf(maker, plan(maker, 'sorted', sorted, [group], items))).toEqual(expectedRows);
});

test.each(['hash', 'sorted'] as const)('many groups, %s, in portions and with little memory', (strategy) => {
  const maker = new PlanMaker();
  const rows = Array.from({ length: 30_000 }, (_, i): Datum[] => [(i * 7919) % 10_007, `key ${(i * 31) % 3}`, i]);
  const input = maker.values([int4, text, int4], rows);
  const [a, b, c] = input.output as [ColumnId, ColumnId, ColumnId];
  const source = strategy === 'sorted' ? maker.sort(input, [maker.key(a), maker.key(b)]) : input;
  const root = plan(
    maker,
    strategy,
    source,
    [a, b],
    [
      aggregate('sum', [maker.ref(c)]),
      aggregate('count', [maker.ref(c)], { distinct: true }),
      aggregate('max', [maker.ref(b)]),
    ],
  );
  const groups = Map.groupBy(rows, (row) => `${String(row[0])} ${String(row[1])}`);
  const wanted = [...groups.values()].map((members) =>
    [
      members[0]?.[0],
      members[0]?.[1],
      members.reduce((sum, row) => sum + (row[2] as number), 0),
      members.length,
      members[0]?.[1],
    ].join(' '),
  );
  const files: MemoryFile[] = [];
  const result = run(maker.statement(root), { workMem: 100 * 1024, files, sliceEvery: 3 });
  expect(result.error).toBeUndefined();
  expect(result.rows.map((row) => row.join(' ')).sort()).toEqual(wanted.sort());
  expect(files.length).toBeGreaterThan(0);
  expect(files.every((file) => file.closed)).toBe(true);
  expect(result.usedMemory).toBe(0);
});

test('without aggregates a hash aggregate is DISTINCT; NULLs are one group', () => {
  const maker = new PlanMaker();
  const input = maker.values(
    [int4, text],
    [
      [1, 'a'],
      [null, 'a'],
      [1, 'a'],
      [null, 'a'],
      [1, null],
    ],
  );
  expect(rowsOf(maker, plan(maker, 'hash', input, input.output, []))).toEqual([
    [1, 'a'],
    [null, 'a'],
    [1, null],
  ]);
});
