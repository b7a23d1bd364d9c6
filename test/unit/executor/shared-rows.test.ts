/** WITH queries inside correlated subqueries and recursions: when their rows are run again, and when they must not be. */
import { expect, test } from 'vitest';
import type { ColumnId, SlotId } from '../../../src/algebra/expression.ts';
import type { PhysicalPlan } from '../../../src/algebra/physical.ts';
import type { CommonTableId } from '../../../src/algebra/query.ts';
import { findFunctions } from '../../../src/functions/registry.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { call, constant, int4, int8, operator } from './expressions.ts';
import { PlanMaker, run } from './plans.ts';

const withId = 1 as CommonTableId;
const outerSlot = 2 as SlotId;

const count = findFunctions('count').find((entry) => entry.argTypes.length === 0)?.oid as number;

function countRows(maker: PlanMaker, input: PhysicalPlan): PhysicalPlan {
  const id = maker.id(int8);
  const aggregate = {
    kind: 'aggregate' as const,
    function: count,
    args: [],
    directArgs: [],
    distinct: false,
    orderBy: [],
    filter: undefined,
    type: int8,
    typmod: -1,
    collation: 0,
    position: undefined,
  };
  return maker.node('aggregate', [id], {
    strategy: 'plain',
    input,
    groupBy: [],
    aggregates: [{ id, aggregate }],
  });
}

function series(maker: PlanMaker, from: number, to: ReturnType<typeof maker.slot>): PhysicalPlan {
  const entry = findFunctions('generate_series').find(
    (item) => item.argTypes.length === 2 && item.argTypes[0] === int4,
  );
  const made = call(entry?.oid as number, [constant(from, int4), to]);
  return maker.node('function-scan', [maker.id(int4)], {
    alias: 's',
    calls: [{ call: { ...made, returnsSet: true } as typeof made, columnCount: 1 }],
    ordinality: false,
  });
}

function withScan(maker: PlanMaker): PhysicalPlan {
  return maker.node('common-table-scan', [maker.id(int4)], { name: 'w', alias: 'w', commonTable: withId });
}

test.each([1 << 28, 64 * 1024])(
  'a correlated WITH query runs once for each outer row, whatever its scans do (%i bytes)',
  (workMem) => {
    const maker = new PlanMaker();
    // SELECT x, (WITH w AS (SELECT generate_series(1, x)) SELECT count(*) FROM w a, w b WHERE a = b)
    const outer = maker.values([int4], [[2500], [0], [3], [2100], [2100]]);
    const shared = series(maker, 1, maker.slot(outerSlot, int4));
    const left = withScan(maker);
    const right = withScan(maker);
    const [a, b] = [left.output[0] as ColumnId, right.output[0] as ColumnId];
    // A filter that leaves few left rows keeps the naive join short, but spreads them over all batches.
    const few = maker.filter(left, operator('=', operator('%', maker.ref(a), constant(700, int4)), constant(1, int4)));
    const pairs = maker.node('nested-loop', [a, b], {
      join: 'inner',
      left: few,
      right,
      slots: [],
      condition: operator('=', maker.ref(a), maker.ref(b)),
    });
    const result = maker.id(int8);
    const plan = maker.node('apply', [...outer.output, result], {
      input: outer,
      plan: countRows(maker, pairs),
      form: 'scalar',
      slots: [{ slot: outerSlot, column: outer.output[0] as ColumnId }],
      test: undefined,
      result: { id: result, name: 'r', type: int8, typmod: -1, collation: 0, tableOid: 0, columnNumber: 0 },
    });
    const statement = maker.statement(plan, {
      slotCount: 16,
      commonTables: [{ id: withId, name: 'w', plan: shared }],
    });
    const { rows, error, usedMemory } = run(statement, { workMem, sliceEvery: 7 });
    expect(error).toBeUndefined();
    expect(rows.map((row) => row[1])).toEqual([4, 0, 1, 3, 3]);
    expect(usedMemory).toBe(0);
  },
);

test('a WITH query that reads the work table of a recursion runs again in each round', () => {
  const maker = new PlanMaker();
  const unionId = 9 as CommonTableId;
  // WITH RECURSIVE r AS (SELECT 1 UNION ALL (WITH w AS (SELECT n + 1 FROM r WHERE n < 5) SELECT a FROM w a))
  const start = maker.values([int4], [[1]]);
  const work = maker.node('work-table-scan', [maker.id(int4)], { commonTable: unionId, alias: 'r' });
  const n = maker.ref(work.output[0] as ColumnId);
  const shared = maker.project(maker.filter(work, operator('<', n, constant(5, int4))), [
    operator('+', n, constant(1, int4)),
  ]);
  const union = maker.node('recursive-union', [maker.id(int4)], {
    commonTable: unionId,
    all: true,
    start,
    step: withScan(maker),
  });
  const statement = maker.statement(union, { commonTables: [{ id: withId, name: 'w', plan: shared }] });
  for (const rowsMax of [1, 1024]) {
    const { rows, error } = run(statement, { rowsMax, sliceEvery: 2 });
    expect(error).toBeUndefined();
    expect(rows.map((row): Datum => row[0] as Datum)).toEqual([1, 2, 3, 4, 5]);
  }
});
