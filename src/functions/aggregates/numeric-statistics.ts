/**
 * Variance and standard deviation of integers and numerics: exact sums of the values and of their squares, one division at the end,
 * so that the result does not depend on the order of the rows.
 */
import { Numeric } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import { squareRoot } from '../../types/numeric-functions.ts';
import {
  divide,
  makeNumeric,
  multiply,
  numericFromInteger,
  numericNaN,
  numericZero,
  rescale,
} from '../../types/numeric-math.ts';
import { typeOid } from '../../types/oids.ts';
import { aggregate } from '../define.ts';
import type { FunctionEntry } from '../function.ts';
import { NumericSum } from './integer-sum.ts';

class SquareSums {
  readonly values = new NumericSum();
  readonly squares = new NumericSum();

  add(value: Numeric): void {
    this.values.add(value);
    if (value.kind === 'finite') this.squares.add(multiply(value, value));
  }

  merge(other: SquareSums): void {
    this.values.merge(other.values);
    this.squares.merge(other.squares);
  }
}

const guardPlaces = 20;

type Measure = 'variance' | 'deviation';

/** (n·Σx² - (Σx)²) / (n·(n - 1)), or / n² for a whole population; the deviation is its root, at the same scale. */
function spread(sums: SquareSums, population: boolean, measure: Measure): Datum {
  const n = sums.values.count;
  if (population ? n < 1 : n < 2) return null;
  if (sums.values.hasSpecial) return numericNaN;
  const scale = sums.values.scale;
  const total = sums.values.digits();
  const squares = rescale(sums.squares.total(), scale * 2).digits;
  const numerator = BigInt(n) * BigInt(squares) - total * total;
  if (numerator <= 0n) return numericZero;
  const denominator = population ? n * n : n * (n - 1);
  const variance = divide(makeNumeric(numerator, scale * 2), numericFromInteger(denominator));
  if (measure === 'variance') return variance;
  // The root is taken with more places than are wanted, so that rounding it does not round twice.
  return rescale(squareRoot(rescale(variance, variance.scale + guardPlaces)), variance.scale);
}

function statistic(oid: number, name: string, type: string, population: boolean, measure: Measure): FunctionEntry {
  const convert =
    type === 'numeric'
      ? (value: Datum): Numeric => value as Numeric
      : (value: Datum): Numeric => numericFromInteger(value as number | bigint);
  return aggregate(oid, `${name}(${type}) numeric`, {
    stateType: typeOid.internal,
    aggregateKind: 'n',
    createState: () => new SquareSums(),
    step(state, args) {
      (state as SquareSums).add(convert(args[0] as Datum));
      return state;
    },
    combine(left, right) {
      (left as SquareSums).merge(right as SquareSums);
      return left;
    },
    finish: (state) => spread(state as SquareSums, population, measure),
    stateBytes: () => 256,
  });
}

/** Name, whether of a whole population, and OIDs for int8, int4, int2 and numeric. */
const table: readonly (readonly [string, boolean, Measure, readonly [number, number, number, number]])[] = [
  ['variance', false, 'variance', [2148, 2149, 2150, 2153]],
  ['var_samp', false, 'variance', [2641, 2642, 2643, 2646]],
  ['var_pop', true, 'variance', [2718, 2719, 2720, 2723]],
  ['stddev', false, 'deviation', [2154, 2155, 2156, 2159]],
  ['stddev_samp', false, 'deviation', [2712, 2713, 2714, 2717]],
  ['stddev_pop', true, 'deviation', [2724, 2725, 2726, 2729]],
];

const argumentTypes = ['int8', 'int4', 'int2', 'numeric'] as const;

export const numericStatisticAggregates: readonly FunctionEntry[] = table.flatMap(([name, population, measure, oids]) =>
  argumentTypes.map((type, index) => statistic(oids[index] as number, name, type, population, measure)),
);
