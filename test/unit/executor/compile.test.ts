/** The compiler against the interpreter: random expressions over random batches must give the same values and errors. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import type { ColumnId, Expression } from '../../../src/algebra/expression.ts';
import { conjuncts } from '../../../src/algebra/walk.ts';
import { FilterProgram, ProjectionProgram } from '../../../src/executor/compile.ts';
import { BatchEnvironment } from '../../../src/executor/compile/batch-environment.ts';
import { findFunction } from '../../../src/functions/registry.ts';
import { ArrayValue, Numeric } from '../../../src/types/datum.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { getType } from '../../../src/types/registry.ts';
import {
  bool,
  bpchar,
  call,
  column,
  constant,
  evalContext,
  float8,
  int4,
  int8,
  layoutOfTypes,
  numeric,
  operator,
  text,
  typed,
  vectorOf,
} from './expressions.ts';

const types: number[] = [int4, int8, float8, numeric, text, bool, bpchar];

const values: Record<number, fc.Arbitrary<Datum>> = {
  [int4]: fc.oneof(fc.integer({ min: -5, max: 5 }), fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 })),
  [int8]: fc.oneof(
    { weight: 10, arbitrary: fc.integer({ min: -9, max: 9 }) },
    { weight: 2, arbitrary: fc.maxSafeInteger() },
    { weight: 1, arbitrary: fc.constantFrom(9223372036854775807n, -9223372036854775808n, 9007199254740993n) },
  ),
  [float8]: fc.oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(NaN, Infinity, -Infinity),
  ),
  [numeric]: fc.oneof(
    { weight: 10, arbitrary: fc.integer({ min: -999, max: 999 }).map((digits) => new Numeric(digits, 2)) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 5 }))
        .map(([digits, scale]) => new Numeric(digits, scale)),
    },
    { weight: 1, arbitrary: fc.constantFrom(new Numeric(0, 0, 'nan'), new Numeric(10n ** 30n + 1n, 3)) },
  ),
  [text]: fc.oneof(
    fc.constantFrom('', 'a', 'b', 'ab', 'abc', 'äb', 'a%c'),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
  ),
  [bool]: fc.boolean(),
  [bpchar]: fc.constantFrom('', 'a', 'a  ', 'b ', 'ab'),
};

const nullable = (type: number): fc.Arbitrary<Datum> =>
  fc.oneof({ weight: 6, arbitrary: values[type] as fc.Arbitrary<Datum> }, { weight: 1, arbitrary: fc.constant(null) });

/** Batches of mostly narrow columns: wide ones are drawn as a whole column, or nearly every batch would be wide. */
const batches = fc
  .tuple(
    fc.integer({ min: 1, max: 40 }),
    fc.array(fc.boolean(), { minLength: types.length, maxLength: types.length }),
    fc.boolean(),
  )
  .chain(([rows, wide, nulls]) =>
    fc.tuple(
      ...types.map((type, index) => {
        const narrow: fc.Arbitrary<Datum> =
          type === int8
            ? fc.integer({ min: -99, max: 99 })
            : type === numeric
              ? fc.integer({ min: -999, max: 999 }).map((digits) => new Numeric(digits, 2))
              : (values[type] as fc.Arbitrary<Datum>);
        const base = wide[index] ? (values[type] as fc.Arbitrary<Datum>) : narrow;
        const item = nulls
          ? fc.oneof({ weight: 5, arbitrary: base }, { weight: 1, arbitrary: fc.constant(null) })
          : base;
        return fc.array(item, { minLength: rows, maxLength: rows });
      }),
    ),
  );

type Gen = fc.Arbitrary<Expression>;

function leaf(type: number): Gen {
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant(column(types.indexOf(type) + 1, type)) },
    { weight: 2, arbitrary: nullable(type).map((value) => constant(value, type)) },
    {
      weight: 1,
      arbitrary: fc.constant<Expression>({ kind: 'parameter', index: types.indexOf(type), ...typed(type) }),
    },
  );
}

function expressionOf(type: number, depth: number): Gen {
  if (depth === 0) return leaf(type);
  const sub = (other: number): Gen => expressionOf(other, depth - 1);
  const binary = (name: string, other: number): Gen =>
    fc.tuple(sub(other), sub(other)).map(([left, right]) => operator(name, left, right));
  const generic: Gen[] = [
    leaf(type),
    fc.array(sub(type), { minLength: 1, maxLength: 3 }).map((args) => ({ kind: 'coalesce', args, ...typed(type) })),
    fc.tuple(sub(bool), sub(type), sub(type)).map(([when, then, otherwise]) => ({
      kind: 'case',
      operand: undefined,
      // oxlint-disable-next-line unicorn/no-thenable
      branches: [{ when, then }],
      otherwise,
      ...typed(type),
    })),
  ];
  if (type !== bool) {
    generic.push(
      fc
        .tuple(
          fc.constantFrom('greatest' as const, 'least' as const),
          fc.array(sub(type), { minLength: 1, maxLength: 3 }),
        )
        .map(([kind, args]) => ({ kind, args, ...typed(type) })),
      fc.tuple(sub(type), sub(type)).map(([left, right]) => {
        const equality = operator('=', left, right) as Extract<Expression, { kind: 'call' }>;
        return {
          kind: 'nullif',
          function: equality.function,
          operator: equality.operator,
          args: [left, right],
          ...typed(type),
        };
      }),
    );
  }
  return fc.oneof(...generic, ...specific(type, sub, binary));
}

function specific(type: number, sub: (type: number) => Gen, binary: (name: string, type: number) => Gen): Gen[] {
  switch (type) {
    case int4:
      return ['+', '-', '*', '/', '%'].map((name) => binary(name, int4));
    case int8:
      return [...['+', '-', '*', '/'].map((name) => binary(name, int8)), sub(int4).map((arg) => call(481, [arg]))];
    case float8:
      return [
        ...['+', '-', '*', '/'].map((name) => binary(name, float8)),
        sub(numeric).map((arg) => call(1746, [arg])),
      ];
    case numeric:
      return [
        ...['+', '-', '*'].map((name) => binary(name, numeric)),
        sub(int4).map((arg) => call(1740, [arg])),
        sub(int8).map((arg) => call(1781, [arg])),
      ];
    case text:
      return [binary('||', text), sub(text).map((arg) => call(871, [arg]))];
    case bool:
      return conditions(sub, binary);
    default:
      return [];
  }
}

function conditions(sub: (type: number) => Gen, binary: (name: string, type: number) => Gen): Gen[] {
  const comparable = fc.constantFrom(int4, int8, float8, numeric, text, bpchar);
  const comparison = fc
    .tuple(comparable, fc.constantFrom('=', '<>', '<', '<=', '>', '>='))
    .chain(([type, name]) => binary(name, type));
  const logical = fc
    .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(sub(bool), { minLength: 2, maxLength: 3 }))
    .map(([kind, args]): Expression => ({ kind, args, ...typed(bool) }));
  const distinct = comparable.chain((type) =>
    fc.tuple(sub(type), sub(type), fc.boolean()).map(([left, right, negated]): Expression => {
      const equality = operator('=', left, right) as Extract<Expression, { kind: 'call' }>;
      return {
        kind: 'distinct-from',
        function: equality.function,
        operator: equality.operator,
        args: [left, right],
        negated,
        ...typed(bool),
      };
    }),
  );
  const membership = comparable.chain((type) =>
    fc
      .tuple(sub(type), fc.array(nullable(type), { maxLength: 12 }), fc.boolean())
      .map(([left, elements, all]): Expression => {
        const equality = operator(all ? '<>' : '=', left, left) as Extract<Expression, { kind: 'call' }>;
        const array =
          elements.length === 0
            ? new ArrayValue(type, [], [], [])
            : new ArrayValue(type, [elements.length], [1], elements);
        const right = constant(array, getType(type).arrayOid);
        return {
          kind: 'array-comparison',
          function: equality.function,
          operator: equality.operator,
          left,
          right,
          all,
          ...typed(bool),
        };
      }),
  );
  return [
    comparison,
    comparison,
    logical,
    distinct,
    membership,
    sub(bool).map((arg): Expression => ({ kind: 'not', arg, ...typed(bool) })),
    fc
      .tuple(fc.constantFrom(...types), fc.boolean())
      .chain(([type, negated]) =>
        sub(type).map((arg): Expression => ({ kind: 'null-test', arg, negated, ...typed(bool) })),
      ),
    fc
      .tuple(sub(bool), fc.constantFrom('true' as const, 'false' as const, 'unknown' as const), fc.boolean())
      .map(([arg, kind, negated]): Expression => ({ kind: 'boolean-test', arg, test: kind, negated, ...typed(bool) })),
    ...(findFunction(850) === undefined ? [] : [likes(sub)]),
  ];
}

function likes(sub: (type: number) => Gen): Gen {
  return fc
    .tuple(sub(text), fc.constantFrom('a%', '%b', '%a%', 'a_', '_b%', '%', '', 'a\\%c', '%a_%b'), fc.boolean())
    .map(([left, pattern, negated]) => operator(negated ? '!~~' : '~~', left, constant(pattern, text)));
}

const layout = layoutOfTypes(types);

/** Datum per row up to the first error; with several expressions, that of the first which is not true. */
function interpretAll(
  expressions: readonly Expression[],
  columns: readonly Datum[][],
  parameters: readonly Datum[],
): { results: Datum[]; error: string | undefined } {
  const vectors = columns.map((items, index) => vectorOf(types[index] as number, items));
  const environment = new BatchEnvironment(layout);
  const context = { eval: evalContext, parameters, slots: [] };
  const results: Datum[] = [];
  const rows = (columns[0] as Datum[]).length;
  for (let row = 0; row < rows; row++) {
    try {
      let value: Datum = true;
      for (const expression of expressions) {
        value = environment.evaluate(expression, context, vectors, row);
        if (value !== true) break;
      }
      results.push(value);
    } catch (error) {
      if (!(error instanceof SqlError)) throw error;
      return { results, error: error.message };
    }
  }
  return { results, error: undefined };
}

function attempt(run: () => void): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    return error.message;
  }
}

const runs = { numRuns: 200 };
const parametersOf = fc.tuple(...types.map((type) => nullable(type)));

/** Runs a program often enough on empty selections that it generates code at the next batch. */
function heat(program: ProjectionProgram | FilterProgram): void {
  Object.assign(program, {});
  const nothing = types.map((type) =>
    vectorOf(
      type,
      Array.from({ length: 100 }, () => null),
    ),
  );
  attempt(() =>
    program instanceof FilterProgram ? program.select(nothing, undefined, 100) : program.run(nothing, undefined, 100),
  );
  program.failure = undefined;
}

test('generated projections agree with the interpreter', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...types).chain((type) => expressionOf(type, 3)),
      batches,
      parametersOf,
      (expression, columns, parameters) => {
        const expected = interpretAll([expression], columns, parameters);
        const program = new ProjectionProgram([expression], layout);
        program.open({ eval: evalContext, parameters, slots: [] });
        heat(program);
        const vectors = columns.map((items, index) => vectorOf(types[index] as number, items));
        let done = 0;
        const rows = (columns[0] as Datum[]).length;
        const error = attempt(() => {
          done = program.run(vectors, undefined, rows);
        });
        const failure = error ?? (program.failure as SqlError | undefined)?.message;
        const handler = getType(expression.type);
        const actual = Array.from({ length: done }, (_, row) => handler.readDatum(program.outputs[0] as never, row));
        expect({ results: actual, error: failure }).toEqual(expected);
      },
    ),
    runs,
  );
});

test('generated filters agree with the interpreter', () => {
  fc.assert(
    fc.property(expressionOf(bool, 3), batches, parametersOf, (expression, columns, parameters) => {
      const expected = interpretAll(conjuncts(expression), columns, parameters);
      const rows = expected.results.flatMap((value, row) => (value === true ? [row] : []));
      const program = new FilterProgram(expression, layout);
      program.open({ eval: evalContext, parameters, slots: [] });
      heat(program);
      const vectors = columns.map((items, index) => vectorOf(types[index] as number, items));
      let count = 0;
      const error = attempt(() => {
        count = program.select(vectors, undefined, (columns[0] as Datum[]).length);
      });
      const failure = error ?? (program.failure as SqlError | undefined)?.message;
      expect({ rows: [...program.selection.subarray(0, count)], error: failure }).toEqual({
        rows,
        error: expected.error,
      });
    }),
    runs,
  );
});

test('a failing row stops the projection after the rows before it', () => {
  const program = new ProjectionProgram([operator('/', constant(6, int4), column(1, int4))], layoutOfTypes([int4]));
  program.open({ eval: evalContext, parameters: [], slots: [] });
  const divisors = vectorOf(int4, [1, 2, 0, 3]);
  for (let i = 0; i < 60; i++) {
    expect(program.run([divisors], undefined, 4)).toBe(2);
    expect(() => program.throwFailure()).toThrow('division by zero');
  }
});

test('only rows of the selection are computed', () => {
  const program = new ProjectionProgram([operator('/', constant(6, int4), column(1, int4))], layoutOfTypes([int4]));
  program.open({ eval: evalContext, parameters: [], slots: [] });
  const divisors = vectorOf(int4, [1, 0, 3, 0]);
  for (let i = 0; i < 120; i++) expect(program.run([divisors], Int32Array.of(0, 2), 2)).toBe(2);
  expect((program.outputs[0] as { values: Int32Array }).values[2]).toBe(2);
});

test('a column id outside the layout is an invariant error', () => {
  const program = new ProjectionProgram([column(9 as ColumnId, int4)], layoutOfTypes([int4]));
  program.open({ eval: evalContext, parameters: [], slots: [] });
  expect(() => program.run([vectorOf(int4, [1])], undefined, 1)).toThrow('column 9');
});
