/** What apply remembers: equal slot values share a run of the subplan only if nothing could tell them apart. */
import { expect, test } from 'vitest';
import type { ColumnId, SlotId } from '../../../src/algebra/expression.ts';
import type { PhysicalPlan } from '../../../src/algebra/physical.ts';
import { buildPlan } from '../../../src/executor/build.ts';
import { findFunctions } from '../../../src/functions/registry.ts';
import { Interval, Numeric } from '../../../src/types/datum.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { typeOid } from '../../../src/types/oids.ts';
import { call, constant, float8, int4, numeric, text, typed } from './expressions.ts';
import { contextFor, PlanMaker, rowsOf, run } from './plans.ts';

const slot = 1 as SlotId;

/** For each value the subquery (SELECT value::text). */
function asText(maker: PlanMaker, type: number, values: readonly Datum[]): PhysicalPlan {
  const input = maker.values(
    [type],
    values.map((value) => [value]),
  );
  const arg = maker.slot(slot, type);
  const plan = maker.node('result', maker.ids([text]), {
    expressions: [{ kind: 'coerce-io', arg, form: 'explicit-cast', ...typed(text) }],
    condition: undefined,
  });
  return scalar(maker, input, plan, text);
}

function scalar(maker: PlanMaker, input: PhysicalPlan, plan: PhysicalPlan, type: number): PhysicalPlan {
  const id = maker.id(type);
  const [column] = input.output as [ColumnId];
  return maker.node('apply', [...input.output, id], {
    input,
    plan,
    form: 'scalar',
    slots: [{ slot, column }],
    test: undefined,
    result: { id, name: 'r', type, typmod: -1, collation: 0, tableOid: 0, columnNumber: 0 },
  });
}

test.each<[string, number, Datum[], string[]]>([
  ['numeric of another scale', numeric, [new Numeric(10, 1), new Numeric(100, 2)], ['1.0', '1.00']],
  ['negative zero', float8, [0, -0], ['0', '-0']],
  [
    'intervals of the same length',
    typeOid.interval,
    [new Interval(0, 1, 0), new Interval(0, 0, 86_400_000_000)],
    ['1 day', '24:00:00'],
  ],
])('equal values that differ have runs of their own: %s', (_name, type, values, expected) => {
  const maker = new PlanMaker();
  expect(rowsOf(maker, asText(maker, type, values)).map((row) => row[1])).toEqual(expected);
});

test('a volatile subplan runs for each row, others once for equal values', () => {
  const random = findFunctions('random')[0]?.oid as number;
  let calls = 0;
  const context = contextFor();
  const counting = { ...context, eval: { ...context.eval, random: () => ++calls } };
  const maker = new PlanMaker();
  const input = maker.values([int4], [[1], [1], [2], [1]]);
  const plan = maker.node('result', maker.ids([float8]), { expressions: [call(random, [])], condition: undefined });
  const built = buildPlan(maker.statement(scalar(maker, input, plan, float8), { slotCount: 4 }));
  built.open(counting);
  built.next(1024);
  built.close();
  expect(calls).toBe(4);
});

test('remembered values are bounded and given back', () => {
  const maker = new PlanMaker();
  const input = maker.values(
    [int4],
    Array.from({ length: 3000 }, (_, i) => [i % 1500]),
  );
  const wide = constant('x'.repeat(1000), text);
  const plan = maker.node('result', maker.ids([text]), { expressions: [wide], condition: undefined });
  const options = { workMem: 256 * 1024, sliceEvery: 3 };
  const result = run(maker.statement(scalar(maker, input, plan, text), { slotCount: 4 }), options);
  expect(result.rows.length).toBe(3000);
  expect(result.peakMemory).toBeLessThan(512 * 1024);
  expect(result.usedMemory).toBe(0);
});
