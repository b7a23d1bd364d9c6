/** Short constructors of typed expressions, batches and contexts for the executor's tests. */
import { getFunction, findOperators } from '../../../src/functions/registry.ts';
import type { EvalContext } from '../../../src/functions/eval-context.ts';
import type { Constant, ColumnId, ColumnReference, Expression } from '../../../src/algebra/expression.ts';
import { defaultIoContext } from '../../../src/types/io-context.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { typeOid } from '../../../src/types/oids.ts';
import { getType } from '../../../src/types/registry.ts';
import { createVector } from '../../../src/types/vector.ts';
import type { Vector } from '../../../src/types/vector.ts';
import type { Layout } from '../../../src/executor/layout.ts';

export const { int2, int4, int8, float8, numeric, text, bool, bpchar, date } = typeOid;

export function typed(type: number) {
  return { type, typmod: -1, collation: getType(type).collation, position: undefined };
}

export function constant(value: Datum, type: number): Constant {
  return { kind: 'constant', value, ...typed(type) };
}

export function column(id: number, type: number): ColumnReference {
  return { kind: 'column', column: id as ColumnId, ...typed(type) };
}

export function call(functionOid: number, args: readonly Expression[], type?: number): Expression {
  return {
    kind: 'call',
    function: functionOid,
    operator: 0,
    args,
    form: 'call',
    returnsSet: false,
    variadicArray: false,
    ...typed(type ?? getFunction(functionOid).returnType),
  };
}

/** Function behind an operator of exactly these operand types. */
export function operatorFunction(name: string, left: number, right: number): number {
  const operator = findOperators(name).find((entry) => entry.left === left && entry.right === right);
  if (operator === undefined) throw new Error(`no operator ${name} for ${left}, ${right}`);
  return operator.functionOid;
}

export function operator(name: string, left: Expression, right: Expression): Expression {
  const entry = findOperators(name).find((item) => item.left === left.type && item.right === right.type);
  if (entry === undefined) throw new Error(`no operator ${name} for ${left.type}, ${right.type}`);
  return { ...(call(entry.functionOid, [left, right]) as Extract<Expression, { kind: 'call' }>), operator: entry.oid };
}

export function and(...args: Expression[]): Expression {
  return { kind: 'and', args, ...typed(bool) };
}

const unsupported = (): never => {
  throw new Error('not part of this test');
};

export const evalContext: EvalContext = {
  io: defaultIoContext,
  transactionTimestamp: () => 0,
  statementTimestamp: () => 0,
  clockTimestamp: () => 0,
  session: {
    backendPid: 1,
    database: 'test',
    databaseOid: 1,
    currentUser: 'test',
    sessionUser: 'test',
    serverVersion: '15',
    clientAddress: undefined,
    clientPort: undefined,
    serverAddress: undefined,
    serverPort: undefined,
    searchPath: () => ['public'],
    startTime: 0,
  },
  sequences: { next: unsupported, current: unsupported, last: unsupported, set: unsupported },
  settings: { show: () => undefined, set: unsupported },
  catalog: { call: unsupported },
  system: { call: unsupported },
  random: () => 0.5,
  setSeed: () => undefined,
  notice: () => undefined,
  checkInterrupts: () => undefined,
};

/** A vector with these values. */
export function vectorOf(type: number, values: readonly Datum[]): Vector {
  const handler = getType(type);
  const vector = createVector(handler.vectorKind, Math.max(values.length, 1));
  values.forEach((value, row) => handler.writeDatum(vector, row, value));
  return vector;
}

/** Columns 1, 2, … of these types. */
export function layoutOfTypes(types: readonly number[]): Layout {
  return new Map(types.map((type, index) => [(index + 1) as ColumnId, { index, type }]));
}
