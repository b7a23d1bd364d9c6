/** Set-returning functions in a select list: what is evaluated how often, and what happens in between. */
import { expect, test } from 'vitest';
import type { ColumnId, Expression } from '../../../src/algebra/expression.ts';
import type { PhysicalPlan } from '../../../src/algebra/physical.ts';
import { findFunctions } from '../../../src/functions/registry.ts';
import { RecordValue } from '../../../src/types/datum.ts';
import { buildPlan } from '../../../src/executor/build.ts';
import { call, constant, float8, int4, int8, operator, text } from './expressions.ts';
import { contextFor, PlanMaker, rowsOf, run } from './plans.ts';

const record = 2249;

function named(name: string, argTypes: readonly number[] = []): number {
  const found = findFunctions(name).find((entry) => entry.argTypes.join() === argTypes.join());
  return found?.oid as number;
}

function setOf(name: string, args: readonly Expression[], type?: number): Expression {
  const made = call(
    named(
      name,
      args.map((arg) => arg.type),
    ),
    args,
    type,
  );
  return { ...made, returnsSet: true } as Expression;
}

function projectSet(maker: PlanMaker, input: PhysicalPlan, expressions: readonly Expression[]): PhysicalPlan {
  return maker.node('project-set', maker.ids(expressions.map((item) => item.type)), { input, expressions });
}

test('volatile expressions are evaluated for each row that comes out, others and arguments once per row that goes in', () => {
  const maker = new PlanMaker();
  const input = maker.values([int4], [[2], [3]]);
  const n = maker.ref(input.output[0] as ColumnId);
  const plan = projectSet(maker, input, [setOf('generate_series', [constant(1, int4), n]), call(named('random'), [])]);
  let calls = 0;
  const context = contextFor();
  const counting = { ...context, eval: { ...context.eval, random: () => ++calls } };
  const built = buildPlan(maker.statement(plan));
  built.open(counting);
  const batch = built.next(1024);
  if (typeof batch === 'symbol') throw new Error('no rows');
  expect(batch.selectedCount).toBe(5);
  expect(calls).toBe(5);
  built.close();
});

test('a function of several columns gives composite values', () => {
  const maker = new PlanMaker();
  const input = maker.values([int4], [[1]]);
  const plan = maker.node('limit', maker.ids([record]), {
    input: projectSet(maker, input, [setOf('pg_get_keywords', [], record)]),
    limit: constant(1, int8),
    offset: undefined,
    tieKeys: undefined,
  });
  const limited = { ...plan, output: plan.input.output };
  const [value] = rowsOf(maker, limited)[0] as [RecordValue];
  expect(value).toBeInstanceOf(RecordValue);
  expect(value.fields.slice(0, 2)).toEqual(['abort', 'U']);
});

test('rows without any result do not hold up the slice', () => {
  const maker = new PlanMaker();
  const input = maker.values(
    [int4],
    Array.from({ length: 3000 }, (_, i) => [i === 2900 ? 1 : 0]),
  );
  const n = maker.ref(input.output[0] as ColumnId);
  const plan = projectSet(maker, input, [setOf('generate_series', [constant(1, int4), n])]);
  const { rows, waits } = run(maker.statement(plan), { sliceEvery: 1 });
  expect(rows).toEqual([[1]]);
  expect(waits).toBeGreaterThan(40);
});

test('rows before a failing one are delivered', () => {
  const maker = new PlanMaker();
  const input = maker.values([int4], [[2], [1], [0]]);
  const n = maker.ref(input.output[0] as ColumnId);
  const plan = projectSet(maker, input, [
    setOf('generate_series', [constant(1, int4), n]),
    operator('/', constant(6, int4), n),
  ]);
  const { rows, error } = run(maker.statement(plan));
  expect(rows).toEqual([
    [1, 3],
    [2, 3],
    [1, 6],
  ]);
  expect(error).toMatchObject({ sqlState: '22012' });
});

test('an input that acts on its own is never asked for more than is wanted', () => {
  const maker = new PlanMaker();
  const input = maker.values(
    [int4],
    Array.from({ length: 50 }, () => [1]),
  );
  const n = maker.ref(input.output[0] as ColumnId);
  const acting = maker.node('project', maker.ids([int4, float8]), {
    input,
    expressions: [n, call(named('random'), [])],
  });
  const [value] = acting.output as [ColumnId];
  const plan = projectSet(maker, acting, [setOf('generate_series', [constant(1, int4), maker.ref(value)])]);
  let calls = 0;
  const context = contextFor();
  const built = buildPlan(maker.statement(plan));
  built.open({ ...context, eval: { ...context.eval, random: () => ++calls } });
  built.next(3);
  expect(calls).toBe(3);
  built.close();
});

test('text sets', () => {
  const maker = new PlanMaker();
  const input = maker.values([text], [['a,b'], ['']]);
  const value = maker.ref(input.output[0] as ColumnId);
  const plan = projectSet(maker, input, [setOf('regexp_split_to_table', [value, constant(',', text)]), value]);
  expect(rowsOf(maker, plan, { rowsMax: 1 })).toEqual([
    ['a', 'a,b'],
    ['b', 'a,b'],
    ['', ''],
  ]);
});
