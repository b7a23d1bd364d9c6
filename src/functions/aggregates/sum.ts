/** count, sum and avg. */
import { Numeric } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import { divide, makeNumeric, numericFromInteger } from '../../types/numeric-math.ts';
import { typeOid } from '../../types/oids.ts';
import { aggregate } from '../define.ts';
import type { FunctionEntry } from '../function.ts';
import { inlineRuntime as r } from '../inline-runtime.ts';
import { checkInt8 } from '../int8-math.ts';
import { IntegerSum, NumericSum } from './integer-sum.ts';
import { findType } from '../../types/registry.ts';

/** Bytes an accumulator object takes in the heap, roughly. */
const accumulatorBytes = 64;

interface Counter {
  count: number;
}

function counter(oid: number, signature: string): FunctionEntry {
  return aggregate(oid, signature, {
    stateType: typeOid.int8,
    fast: 'count',
    aggregateKind: 'n',
    createState: (): Counter => ({ count: 0 }),
    step(state) {
      (state as Counter).count++;
      return state;
    },
    combine(left, right) {
      (left as Counter).count += (right as Counter).count;
      return left;
    },
    finish: (state) => (state as Counter).count,
    stateBytes: () => accumulatorBytes,
  });
}

/** sum or avg over exact integers; `finish` sees at least one value. */
function overIntegers(
  oid: number,
  signature: string,
  stateType: number,
  fast: string,
  finish: (sum: IntegerSum) => Datum,
): FunctionEntry {
  return aggregate(oid, signature, {
    stateType,
    fast,
    aggregateKind: 'n',
    createState: () => new IntegerSum(),
    step(state, args) {
      (state as IntegerSum).add(args[0] as number | bigint);
      return state;
    },
    combine(left, right) {
      (left as IntegerSum).merge(right as IntegerSum);
      return left;
    },
    finish: (state) => ((state as IntegerSum).count === 0 ? null : finish(state as IntegerSum)),
    stateBytes: () => accumulatorBytes,
  });
}

function overNumerics(oid: number, signature: string, fast: string, finish: (sum: NumericSum) => Datum): FunctionEntry {
  return aggregate(oid, signature, {
    stateType: typeOid.internal,
    fast,
    aggregateKind: 'n',
    createState: () => new NumericSum(),
    step(state, args) {
      (state as NumericSum).add(args[0] as Numeric);
      return state;
    },
    combine(left, right) {
      (left as NumericSum).merge(right as NumericSum);
      return left;
    },
    finish: (state) => ((state as NumericSum).count === 0 ? null : finish(state as NumericSum)),
    stateBytes: () => accumulatorBytes * 2,
  });
}

interface FloatSum {
  count: number;
  sum: number;
}

/** Adds in the order of the rows, with the operator's own overflow check; float4 rounds every partial sum. */
function overFloats(
  oid: number,
  signature: string,
  stateType: number,
  fast: string,
  add: (left: number, right: number) => number,
  finish: (state: FloatSum) => Datum,
): FunctionEntry {
  return aggregate(oid, signature, {
    stateType,
    fast,
    aggregateKind: 'n',
    createState: (): FloatSum => ({ count: 0, sum: 0 }),
    step(state, args) {
      const total = state as FloatSum;
      total.sum = total.count === 0 ? (args[0] as number) : add(total.sum, args[0] as number);
      total.count++;
      return total;
    },
    combine(left, right) {
      const [a, b] = [left as FloatSum, right as FloatSum];
      if (b.count > 0) a.sum = a.count === 0 ? b.sum : add(a.sum, b.sum);
      a.count += b.count;
      return a;
    },
    finish: (state) => ((state as FloatSum).count === 0 ? null : finish(state as FloatSum)),
    stateBytes: () => accumulatorBytes,
  });
}

function integerAverage(sum: IntegerSum): Datum {
  return divide(makeNumeric(sum.total(), 0), numericFromInteger(sum.count));
}

const int8Array = findType(typeOid.int8)?.arrayOid ?? 0;
const float8Array = findType(typeOid.float8)?.arrayOid ?? 0;

export const sumAggregates: readonly FunctionEntry[] = [
  counter(2147, 'count(any) int8'),
  counter(2803, 'count() int8'),
  overIntegers(2109, 'sum(int2) int8', typeOid.int8, 'sum', (sum) => checkInt8(sum.total())),
  overIntegers(2108, 'sum(int4) int8', typeOid.int8, 'sum', (sum) => checkInt8(sum.total())),
  overIntegers(2107, 'sum(int8) numeric', typeOid.internal, 'sum', (sum) => makeNumeric(sum.total(), 0)),
  overIntegers(2102, 'avg(int2) numeric', int8Array, 'avg', integerAverage),
  overIntegers(2101, 'avg(int4) numeric', int8Array, 'avg', integerAverage),
  overIntegers(2100, 'avg(int8) numeric', typeOid.internal, 'avg', integerAverage),
  overNumerics(2114, 'sum(numeric) numeric', 'sum', (sum) => sum.total()),
  overNumerics(2103, 'avg(numeric) numeric', 'avg', (sum) => divide(sum.total(), numericFromInteger(sum.count))),
  overFloats(2110, 'sum(float4) float4', typeOid.float4, 'sum', r.addFloat4, (state) => state.sum),
  overFloats(2111, 'sum(float8) float8', typeOid.float8, 'sum', r.addFloat8, (state) => state.sum),
  overFloats(2104, 'avg(float4) float8', float8Array, 'avg', r.addFloat8, (state) => state.sum / state.count),
  overFloats(2105, 'avg(float8) float8', float8Array, 'avg', r.addFloat8, (state) => state.sum / state.count),
];
