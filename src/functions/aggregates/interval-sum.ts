/** sum and avg of intervals: months, days and microseconds add up apart. */
import { Interval } from '../../types/datum.ts';
import { findType } from '../../types/registry.ts';
import { typeOid } from '../../types/oids.ts';
import { addIntervals, divideInterval } from '../datetime/interval-math.ts';
import { aggregate } from '../define.ts';
import type { FunctionEntry } from '../function.ts';

interface IntervalSum {
  count: number;
  sum: Interval;
}

function overIntervals(
  oid: number,
  name: string,
  stateType: number,
  finish: (state: IntervalSum) => Interval,
): FunctionEntry {
  return aggregate(oid, `${name}(interval) interval`, {
    stateType,
    aggregateKind: 'n',
    createState: (): IntervalSum => ({ count: 0, sum: new Interval(0, 0, 0) }),
    step(state, args) {
      const total = state as IntervalSum;
      total.count++;
      total.sum = addIntervals(total.sum, args[0] as Interval);
      return total;
    },
    combine(left, right) {
      const [a, b] = [left as IntervalSum, right as IntervalSum];
      a.count += b.count;
      a.sum = addIntervals(a.sum, b.sum);
      return a;
    },
    finish: (state) => ((state as IntervalSum).count === 0 ? null : finish(state as IntervalSum)),
    stateBytes: () => 112,
  });
}

const intervalArray = findType(typeOid.interval)?.arrayOid ?? 0;

export const intervalAggregates: readonly FunctionEntry[] = [
  overIntervals(2113, 'sum', typeOid.interval, ({ sum }) => sum),
  overIntervals(2106, 'avg', intervalArray, ({ sum, count }) => divideInterval(sum, count)),
];
