/** Sorts against Array.sort: all types, directions, NULL positions, limits, and with so little memory that they spill. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ColumnId, SortKey } from '../../../src/algebra/expression.ts';
import { RowComparison } from '../../../src/executor/row-order.ts';
import { RunSorter } from '../../../src/executor/run-sort.ts';
import { Numeric } from '../../../src/types/datum.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { getType } from '../../../src/types/registry.ts';
import { bpchar, constant, float8, int4, int8, numeric, text, vectorOf } from './expressions.ts';
import { PlanMaker, rowsOf, run } from './plans.ts';
import type { MemoryFile } from './plans.ts';

test('sorting a run agrees with Array.sort', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 20 }).map((tail) => `common ${tail}`);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.double({ noNaN: true }), word, fc.integer({ min: 0, max: 2 })), { maxLength: 600 }),
      (items) => {
        for (const order of [[0], [1, 0], [2, 1], [2, 0]]) {
          const vectors = [float8, text, int4].map((type, i) =>
            vectorOf(
              type,
              items.map((item) => item[i] as Datum),
            ),
          );
          const keys = order.map((index) => {
            return {
              index,
              handler: getType([float8, text, int4][index] as number),
              descending: false,
              nullsFirst: false,
            };
          });
          const ids = Int32Array.from(items, (_, i) => i);
          new RunSorter(vectors, keys, new RowComparison(keys)).sort(ids);
          const expected = items
            .map((_, i) => i)
            .sort((a, b) => compareItems(items[a] as Item, items[b] as Item, order) || a - b);
          expect([...ids]).toEqual(expected);
        }
      },
    ),
    { numRuns: 60 },
  );
});

type Item = [number, string, number];

function compareItems(a: Item, b: Item, order: readonly number[]): number {
  for (const index of order) {
    const [x, y] = [a[index] as number | string, b[index] as number | string];
    if (x !== y) return x < y ? -1 : 1;
  }
  return 0;
}

const types = [int4, int8, float8, numeric, text, bpchar];
const values: Record<number, fc.Arbitrary<Datum>> = {
  [int4]: fc.integer({ min: -3, max: 3 }),
  [int8]: fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(2n ** 60n, 2n ** 60n + 1n, -(2n ** 62n))),
  [float8]: fc.oneof(fc.constantFrom(NaN, Infinity, -Infinity), fc.integer({ min: -2, max: 2 })),
  [numeric]: fc.oneof(
    fc.integer({ min: -3, max: 3 }).map((digits) => new Numeric(digits, 1)),
    fc.constantFrom(
      new Numeric(0, 0, 'nan'),
      new Numeric(0, 0, 'infinity'),
      new Numeric(10n ** 40n, 20),
      new Numeric(1, 400),
    ),
  ),
  [text]: fc.constantFrom('', 'a', 'abcdef', 'abcdefg', 'abcdefh', 'ä', 'z'),
  [bpchar]: fc.constantFrom('a', 'a  ', 'b'),
};

function compareBy(keys: readonly { column: number; descending: boolean; nullsFirst: boolean }[]) {
  return (left: Datum[], right: Datum[]): number => {
    for (const { column, descending, nullsFirst } of keys) {
      const [a, b] = [left[column] ?? null, right[column] ?? null];
      if (a === null && b === null) continue;
      if (a === null || b === null) return (a === null) === nullsFirst ? -1 : 1;
      const order = getType(types[column] as number).compare?.(a, b) ?? 0;
      if (order !== 0) return descending ? -order : order;
    }
    return 0;
  };
}

/** Sort keys of each row, as text: rows that tie may come in any order. */
function keysOf(rows: readonly Datum[][], keys: readonly { column: number }[]): string[] {
  return rows.map((row) => keys.map(({ column }) => show(types[column] as number, row[column] ?? null)).join('|'));
}

function show(type: number, value: Datum): string {
  if (value === null) return 'null';
  if (type === bpchar) return (value as string).trimEnd();
  return value instanceof Numeric ? `${value.kind}${value.digits}e-${value.scale}` : String(value);
}

test('sorts by any keys, with any limit, in any memory', () => {
  const key = fc.record({
    column: fc.integer({ min: 0, max: types.length - 1 }),
    descending: fc.boolean(),
    nullsFirst: fc.boolean(),
  });
  const row = fc.tuple(
    ...types.map((type) =>
      fc.oneof(
        { weight: 5, arbitrary: values[type] as fc.Arbitrary<Datum> },
        { weight: 1, arbitrary: fc.constant(null) },
      ),
    ),
  );
  fc.assert(
    fc.property(
      fc.array(row, { maxLength: 60 }),
      fc.array(key, { minLength: 1, maxLength: 3 }),
      fc.option(fc.integer({ min: 0, max: 20 })),
      (rows, keys, limit) => {
        const maker = new PlanMaker();
        const input = maker.values(types, rows);
        const sortKeys: SortKey[] = keys.map(({ column, descending, nullsFirst }) =>
          maker.key(input.output[column] as ColumnId, descending, nullsFirst),
        );
        const plan = maker.sort(input, sortKeys, limit === null ? undefined : constant(limit, int8));
        const expected = rows
          .slice()
          .sort(compareBy(keys))
          .slice(0, limit ?? undefined);
        const actual = rowsOf(maker, plan, { rowsMax: 7 });
        expect(keysOf(actual, keys)).toEqual(keysOf(expected, keys));
      },
    ),
    { numRuns: 150 },
  );
});

function bigInput(maker: PlanMaker, rows: number) {
  let state = 1;
  const next = (): number => (state = (state * 48271) % 2147483647);
  const data = Array.from({ length: rows }, (): Datum[] => [
    next() % 5000,
    `value ${next() % 100}`,
    next() % 3 === 0 ? null : next(),
  ]);
  return { input: maker.values([int4, text, int8], data), data };
}

test.each([64 * 1024, 1 << 30])('a large sort with %i bytes of memory', (workMem) => {
  const maker = new PlanMaker();
  const { input, data } = bigInput(maker, 40_000);
  const [a, b] = input.output as [ColumnId, ColumnId];
  const files: MemoryFile[] = [];
  const result = run(maker.statement(maker.sort(input, [maker.key(b), maker.key(a, true)])), {
    workMem,
    files,
    sliceEvery: 2,
  });
  expect(result.error).toBeUndefined();
  const order = (left: Datum[], right: Datum[]): number =>
    (left[1] as string) < (right[1] as string)
      ? -1
      : left[1] === right[1]
        ? (right[0] as number) - (left[0] as number)
        : 1;
  const expected = data.slice().sort(order);
  expect(result.rows.map((row) => [row[0], row[1]])).toEqual(expected.map((row) => [row[0], row[1]]));
  expect(result.rows.map((row) => row[2]).sort()).toEqual(data.map((row) => row[2]).sort());
  expect(files.length > 0).toBe(workMem < 1 << 20);
  expect(files.every((file) => file.closed)).toBe(true);
  expect(result.usedMemory).toBe(0);
  if (workMem < 1 << 20) expect(result.peakMemory).toBeLessThan(3 * 1024 * 1024);
});

test('top-N keeps little in memory and is right when most rows are beyond the cut', () => {
  const maker = new PlanMaker();
  const { input, data } = bigInput(maker, 30_000);
  const [a, b] = input.output as [ColumnId, ColumnId];
  const plan = maker.sort(input, [maker.key(a), maker.key(b)], constant(10, int8));
  const result = run(maker.statement(plan));
  const expected = data
    .slice()
    .sort((x, y) => (x[0] as number) - (y[0] as number) || ((x[1] as string) < (y[1] as string) ? -1 : 1));
  expect(result.rows.map((row) => [row[0], row[1]])).toEqual(expected.slice(0, 10).map((row) => [row[0], row[1]]));
  expect(result.peakMemory).toBeLessThan(512 * 1024);
});
