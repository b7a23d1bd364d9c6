/** All join methods and types against a naive join, in order where the method promises it, with waits and little memory. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ColumnId, Expression, SlotId } from '../../../src/algebra/expression.ts';
import type { JoinType, PhysicalPlan } from '../../../src/algebra/physical.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { constant, int4, int8, operator, operatorFunction, text } from './expressions.ts';
import { PlanMaker, rowsOf, run } from './plans.ts';
import type { MemoryFile, RunOptions } from './plans.ts';

type Method = 'hash' | 'nested' | 'merge';

interface Sides {
  readonly left: PhysicalPlan;
  readonly right: PhysicalPlan;
}

const leftTypes = [int4, text];
const rightTypes = [int8, text];

function sides(maker: PlanMaker, left: readonly Datum[][], right: readonly Datum[][]): Sides {
  return { left: maker.values(leftTypes, left), right: maker.values(rightTypes, right) };
}

/** left.0 = right.0 AND, when asked, left.1 < right.1. */
function join(
  maker: PlanMaker,
  method: Method,
  type: JoinType,
  { left, right }: Sides,
  residual: boolean,
): PhysicalPlan {
  const [a, b] = left.output as [ColumnId, ColumnId];
  const [c, d] = right.output as [ColumnId, ColumnId];
  const less = operator('<', maker.ref(b), maker.ref(d));
  const output = type === 'semi' || type === 'anti' ? left.output : [...left.output, ...right.output];
  switch (method) {
    case 'hash':
      return maker.node('hash-join', output, {
        join: type,
        left,
        right,
        leftKeys: [maker.ref(a)],
        rightKeys: [operator('+', maker.ref(c), constant(0, int8))],
        equality: [operatorFunction('=', int4, int8)],
        condition: residual ? less : undefined,
        nullAware: false,
      });
    case 'merge':
      return maker.node('merge-join', output, {
        join: type,
        left: maker.sort(left, [maker.key(a)]),
        right: maker.sort(right, [maker.key(c)]),
        leftKeys: [maker.key(a)],
        rightKeys: [maker.key(c)],
        condition: residual ? less : undefined,
      });
    case 'nested': {
      const slot = maker.slot(3, int4);
      const filtered = maker.filter(right, operator('=', slot, maker.ref(c)));
      return maker.node('nested-loop', output, {
        join: type as 'inner',
        left,
        right: filtered,
        slots: [{ slot: 3 as SlotId, column: a }],
        condition: residual ? less : undefined,
      });
    }
  }
}

function naive(type: JoinType, left: readonly Datum[][], right: readonly Datum[][], residual: boolean): Datum[][] {
  const matches = (l: Datum[], r: Datum[]): boolean => {
    if (l[0] === null || l[0] !== r[0]) return false;
    return !residual || (l[1] !== null && r[1] !== null && (l[1] as string) < (r[1] as string));
  };
  const result: Datum[][] = [];
  const matchedRight = new Set<Datum[]>();
  for (const l of left) {
    const partners = right.filter((r) => matches(l, r));
    for (const r of partners) matchedRight.add(r);
    if (type === 'semi' && partners.length > 0) result.push(l);
    if (type === 'anti' && partners.length === 0) result.push(l);
    if (type === 'semi' || type === 'anti') continue;
    result.push(...partners.map((r) => [...l, ...r]));
    if (partners.length === 0 && (type === 'left' || type === 'full')) result.push([...l, null, null]);
  }
  if (type === 'right' || type === 'full') {
    result.push(...right.filter((r) => !matchedRight.has(r)).map((r) => [null, null, ...r]));
  }
  return result;
}

const asText = (rows: readonly Datum[][]): string[] => rows.map((row) => row.map(String).join('|'));

const cases: [Method, JoinType][] = [
  ...(['inner', 'left', 'right', 'full', 'semi', 'anti'] as const).map((type): [Method, JoinType] => ['hash', type]),
  ...(['inner', 'left', 'semi', 'anti'] as const).map((type): [Method, JoinType] => ['nested', type]),
  ...(['inner', 'left', 'right', 'full', 'semi', 'anti'] as const).map((type): [Method, JoinType] => ['merge', type]),
];

const row = fc.tuple(
  fc.option(fc.integer({ min: 0, max: 4 }), { freq: 6 }),
  fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 6 }),
) as fc.Arbitrary<Datum[]>;
const inputs = fc.array(row, { maxLength: 30 });

describe.each(cases)('%s %s join', (method, type) => {
  test.each([false, true])('agrees with the naive one, further condition: %s', (residual) => {
    fc.assert(
      fc.property(
        inputs,
        inputs,
        fc.constantFrom(1, 3, 1024),
        fc.constantFrom(0, 1, 2),
        (left, right, rowsMax, sliceEvery) => {
          const maker = new PlanMaker();
          const plan = join(maker, method, type, sides(maker, left, right), residual);
          const actual = asText(rowsOf(maker, plan, { rowsMax, sliceEvery }));
          const expected = asText(naive(type, left, right, residual));
          if (method === 'merge') expect(actual.sort()).toEqual(expected.sort());
          else if (type === 'right' || type === 'full') expect(actual.slice().sort()).toEqual(expected.sort());
          else expect(actual).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  test('many rows, with equal keys and with little memory', () => {
    const rows = (count: number, distinct: number, seed: number): Datum[][] =>
      Array.from({ length: count }, (_, i): Datum[] => [(i * seed) % distinct, `row ${i % 7}`]);
    const left = rows(3000, 2000, 7);
    const right = [...rows(4000, 1500, 11), ...Array.from({ length: 1500 }, (): Datum[] => [5, 'many'])];
    const maker = new PlanMaker();
    const options: RunOptions & { files: MemoryFile[] } = { workMem: 80 * 1024, sliceEvery: 5, files: [] };
    if (method === 'nested') return;
    const result = run(maker.statement(join(maker, method, type, sides(maker, left, right), false)), options);
    expect(result.error).toBeUndefined();
    expect(asText(result.rows).sort()).toEqual(asText(naive(type, left, right, false)).sort());
    expect(result.usedMemory).toBe(0);
    expect(options.files.length).toBeGreaterThan(0);
    expect(options.files.every((file) => file.closed)).toBe(true);
  });
});

describe('NOT IN as a null-aware anti join', () => {
  const rowsFor = (left: Datum[], right: Datum[]): Datum[] => {
    const maker = new PlanMaker();
    const l = maker.values(
      [int4],
      left.map((value) => [value]),
    );
    const r = maker.values(
      [int4],
      right.map((value) => [value]),
    );
    const key = (plan: PhysicalPlan): Expression[] => [maker.ref(plan.output[0] as ColumnId)];
    const plan = maker.node('hash-join', l.output, {
      join: 'anti',
      left: l,
      right: r,
      leftKeys: key(l),
      rightKeys: key(r),
      equality: [operatorFunction('=', int4, int4)],
      condition: undefined,
      nullAware: true,
    });
    return rowsOf(maker, plan).map((result) => result[0] as Datum);
  };

  test('keeps what is surely not in the list', () => {
    expect(rowsFor([1, 2, null], [2, 3])).toEqual([1]);
    expect(rowsFor([1, 2, null], [2, null])).toEqual([]);
    expect(rowsFor([1, null], [])).toEqual([1, null]);
  });
});

test('a nested loop runs its inner side again for each row, keeping what does not depend on it', () => {
  const maker = new PlanMaker();
  const left = maker.values([int4], [[1], [2], [3]]);
  const right = maker.values([int4], [[1], [2], [3], [4]]);
  const [a] = left.output as [ColumnId];
  const [c] = right.output as [ColumnId];
  const kept = maker.node('materialize', right.output, { input: right });
  const filtered = maker.filter(kept, operator('<', maker.slot(0, int4), maker.ref(c)));
  const sorted = maker.sort(filtered, [maker.key(c, true)], constant(2, int8));
  const plan = maker.node('nested-loop', [a, c], {
    join: 'inner',
    left,
    right: sorted,
    slots: [{ slot: 0 as SlotId, column: a }],
    condition: undefined,
  });
  expect(rowsOf(maker, plan, { sliceEvery: 2 })).toEqual([
    [1, 4],
    [1, 3],
    [2, 4],
    [2, 3],
    [3, 4],
  ]);
});

test('a hash join inside a nested loop keeps its table when the inner side does not change', () => {
  const maker = new PlanMaker();
  const outer = maker.values([int4], [[1], [2]]);
  const left = maker.values([int4], [[1], [2], [2]]);
  const right = maker.values([int4], [[2], [1]]);
  const [o, l, r] = [outer, left, right].map((plan) => plan.output[0] as ColumnId) as [ColumnId, ColumnId, ColumnId];
  const hash = maker.node('hash-join', [l, r], {
    join: 'full',
    left: maker.filter(left, operator('=', maker.slot(1, int4), maker.ref(l))),
    right,
    leftKeys: [maker.ref(l)],
    rightKeys: [maker.ref(r)],
    equality: [operatorFunction('=', int4, int4)],
    condition: undefined,
    nullAware: false,
  });
  const plan = maker.node('nested-loop', [o, l, r], {
    join: 'left',
    left: outer,
    right: hash,
    slots: [{ slot: 1 as SlotId, column: o }],
    condition: undefined,
  });
  expect(rowsOf(maker, plan)).toEqual([
    [1, 1, 1],
    [1, null, 2],
    [2, 2, 2],
    [2, 2, 2],
    [2, null, 1],
  ]);
});
