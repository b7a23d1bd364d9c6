/**
 * percentile_cont, percentile_disc and mode: aggregates WITHIN GROUP (ORDER BY …). Rows come in that order; a step gets the direct
 * argument, the same for all rows, before the aggregated one. NULLs do not count.
 */
import { SqlError } from '../../common/sql-error.ts';
import { ArrayValue } from '../../types/datum.ts';
import type { Datum, Interval } from '../../types/datum.ts';
import { formatFloat8 } from '../../types/float-format.ts';
import { typeOid } from '../../types/oids.ts';
import { getType } from '../../types/registry.ts';
import { addIntervals, multiplyInterval, subtractIntervals } from '../datetime/interval-math.ts';
import { aggregate } from '../define.ts';
import type { AggregateImplementation, FunctionEntry } from '../function.ts';
import { compareOf } from '../scalar/array-access.ts';
import { datumBytes } from './collect.ts';

interface Ordered {
  direct: Datum;
  readonly values: Datum[];
  bytes: number;
}

type Shared = Pick<
  AggregateImplementation,
  'stateType' | 'aggregateKind' | 'directArgs' | 'createState' | 'step' | 'stateBytes'
>;

function collecting(directArgs: 0 | 1): Shared {
  return {
    stateType: typeOid.internal,
    aggregateKind: 'o',
    directArgs,
    createState: (): Ordered => ({ direct: null, values: [], bytes: 64 }),
    step(state, args) {
      const ordered = state as Ordered;
      if (directArgs === 1) ordered.direct = args[0] as Datum;
      const value = args[directArgs] as Datum;
      if (value === null) return ordered;
      ordered.values.push(value);
      ordered.bytes += 8 + datumBytes(value);
      return ordered;
    },
    stateBytes: (state) => (state as Ordered).bytes,
  };
}

function checkFraction(fraction: number): number {
  if (fraction >= 0 && fraction <= 1) return fraction;
  throw new SqlError('22003', `percentile value ${formatFloat8(fraction, 0)} is not between 0 and 1`);
}

/** The first value whose position reaches the fraction. */
function discrete(values: readonly Datum[], fraction: number): Datum {
  const position = Math.ceil(checkFraction(fraction) * values.length);
  return values[Math.max(position, 1) - 1] as Datum;
}

/** A value between two neighbours, as far from each as the fraction asks. */
function continuous<T extends Datum>(
  values: readonly Datum[],
  fraction: number,
  between: (low: T, high: T, part: number) => T,
): Datum {
  const position = checkFraction(fraction) * (values.length - 1);
  const low = Math.floor(position);
  const high = Math.ceil(position);
  if (low === high) return values[low] as T;
  return between(values[low] as T, values[high] as T, position - low);
}

function betweenFloats(low: number, high: number, part: number): number {
  return low + part * (high - low);
}

function betweenIntervals(low: Interval, high: Interval, part: number): Interval {
  return addIntervals(low, multiplyInterval(subtractIntervals(high, low), part));
}

type Pick1 = (values: readonly Datum[], fraction: number) => Datum;

/** One percentile, or an array of them in the shape of the array of fractions. */
function percentile(oid: number, signature: string, pick: Pick1): FunctionEntry {
  return aggregate(oid, `${signature} nullable`, {
    ...collecting(1),
    finish(state, _context, call) {
      const { direct, values } = state as Ordered;
      if (direct === null || values.length === 0) return null;
      if (!(direct instanceof ArrayValue)) return pick(values, direct as number);
      const results = direct.elements.map((fraction) => (fraction === null ? null : pick(values, fraction as number)));
      return new ArrayValue(getType(call.resultType).elementOid, direct.lengths, direct.lowerBounds, results);
    },
  });
}

const float8Percentile: Pick1 = (values, fraction) => continuous(values, fraction, betweenFloats);
const intervalPercentile: Pick1 = (values, fraction) => continuous(values, fraction, betweenIntervals);

/** The most frequent value; of equally frequent ones the first. */
function mostFrequent(values: readonly Datum[], type: number): Datum {
  if (values.length === 0) return null;
  const compare = compareOf(type);
  let best = values[0] as Datum;
  let bestCount = 0;
  let count = 0;
  for (let i = 0; i < values.length; i++) {
    count = i > 0 && compare(values[i - 1] as Datum, values[i] as Datum) === 0 ? count + 1 : 1;
    if (count > bestCount) {
      best = values[i - count + 1] as Datum;
      bestCount = count;
    }
  }
  return best;
}

export const orderedSetAggregates: readonly FunctionEntry[] = [
  percentile(3972, 'percentile_disc(float8, anyelement) anyelement', discrete),
  percentile(3978, 'percentile_disc(float8[], anyelement) anyarray', discrete),
  percentile(3974, 'percentile_cont(float8, float8) float8', float8Percentile),
  percentile(3980, 'percentile_cont(float8[], float8) float8[]', float8Percentile),
  percentile(3976, 'percentile_cont(float8, interval) interval', intervalPercentile),
  percentile(3982, 'percentile_cont(float8[], interval) interval[]', intervalPercentile),
  aggregate(3984, 'mode(anyelement) anyelement nullable', {
    ...collecting(0),
    finish: (state, _context, call) => mostFrequent((state as Ordered).values, call.argTypes[0] as number),
  }),
];
