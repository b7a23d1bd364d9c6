/**
 * Variance, deviation, covariance, correlation and regression of float8 values, by the updating formulas of Youngs and Cramer
 * ("Some results relevant to choice of sum and sum-of-product algorithms", Technometrics 13, 1971), which do not lose digits
 * as the textbook's difference of large sums does. Regression aggregates take (Y, X).
 */
import type { Oid } from '../../common/ids.ts';
import type { Datum } from '../../types/datum.ts';
import { findType } from '../../types/registry.ts';
import { typeOid } from '../../types/oids.ts';
import { aggregate } from '../define.ts';
import type { FunctionEntry } from '../function.ts';
import { floatOverflow } from '../inline-runtime.ts';

const float8Array = findType(typeOid.float8)?.arrayOid ?? 0;
const stateBytes = (): number => 96;

/** n, the sum, and the sum of squared differences from the mean. */
class Moments {
  n = 0;
  sum = 0;
  squares = 0;

  add(value: number): void {
    const before = this.sum;
    this.n++;
    this.sum += value;
    if (this.n === 1) {
      if (!isFinite(value)) this.squares = NaN;
      return;
    }
    const difference = value * this.n - this.sum;
    this.squares += (difference * difference) / (this.n * (this.n - 1));
    if (!isInfinite(this.sum) && !isInfinite(this.squares)) return;
    if (!isInfinite(before) && !isInfinite(value)) throw floatOverflow();
    this.squares = NaN;
  }

  merge(other: Moments): void {
    if (other.n === 0) return;
    if (this.n === 0) {
      Object.assign(this, other);
      return;
    }
    const n = this.n + other.n;
    const difference = this.sum / this.n - other.sum / other.n;
    this.squares += other.squares + (this.n * other.n * difference * difference) / n;
    this.sum += other.sum;
    this.n = n;
  }
}

function isInfinite(value: number): boolean {
  return value === Infinity || value === -Infinity;
}

function spread(oid: Oid, signature: string, finish: (moments: Moments) => Datum): FunctionEntry {
  return aggregate(oid, signature, {
    stateType: float8Array,
    aggregateKind: 'n',
    createState: () => new Moments(),
    step(state, args) {
      (state as Moments).add(args[0] as number);
      return state;
    },
    combine(left, right) {
      (left as Moments).merge(right as Moments);
      return left;
    },
    finish: (state) => finish(state as Moments),
    stateBytes,
  });
}

const sampleVariance = (m: Moments): number | null => (m.n <= 1 ? null : m.squares / (m.n - 1));
const populationVariance = (m: Moments): number | null => (m.n === 0 ? null : m.squares / m.n);

function root(variance: (moments: Moments) => number | null): (moments: Moments) => Datum {
  return (moments) => {
    const value = variance(moments);
    return value === null ? null : Math.sqrt(value);
  };
}

/** Moments of pairs. */
class PairMoments {
  n = 0;
  sumX = 0;
  sumY = 0;
  squaresX = 0;
  squaresY = 0;
  products = 0;

  add(y: number, x: number): void {
    const [beforeX, beforeY] = [this.sumX, this.sumY];
    this.n++;
    this.sumX += x;
    this.sumY += y;
    if (this.n === 1) {
      if (!isFinite(x)) this.squaresX = this.products = NaN;
      if (!isFinite(y)) this.squaresY = this.products = NaN;
      return;
    }
    const differenceX = x * this.n - this.sumX;
    const differenceY = y * this.n - this.sumY;
    const weight = 1 / (this.n * (this.n - 1));
    this.squaresX += differenceX * differenceX * weight;
    this.squaresY += differenceY * differenceY * weight;
    this.products += differenceX * differenceY * weight;
    this.#checkOverflow(beforeX, beforeY, x, y);
  }

  #checkOverflow(beforeX: number, beforeY: number, x: number, y: number): void {
    const finiteX = !isInfinite(beforeX) && !isInfinite(x);
    const finiteY = !isInfinite(beforeY) && !isInfinite(y);
    const overflowX = (isInfinite(this.sumX) || isInfinite(this.squaresX)) && finiteX;
    const overflowY = (isInfinite(this.sumY) || isInfinite(this.squaresY)) && finiteY;
    if (overflowX || overflowY || (isInfinite(this.products) && finiteX && finiteY)) throw floatOverflow();
    if (isInfinite(this.squaresX)) this.squaresX = NaN;
    if (isInfinite(this.squaresY)) this.squaresY = NaN;
    if (isInfinite(this.products)) this.products = NaN;
  }

  merge(other: PairMoments): void {
    if (other.n === 0) return;
    if (this.n === 0) {
      Object.assign(this, other);
      return;
    }
    const n = this.n + other.n;
    const differenceX = this.sumX / this.n - other.sumX / other.n;
    const differenceY = this.sumY / this.n - other.sumY / other.n;
    const weight = (this.n * other.n) / n;
    this.squaresX += other.squaresX + weight * differenceX * differenceX;
    this.squaresY += other.squaresY + weight * differenceY * differenceY;
    this.products += other.products + weight * differenceX * differenceY;
    this.sumX += other.sumX;
    this.sumY += other.sumY;
    this.n = n;
  }
}

/** NULL below `rowsMin` pairs. */
function regression(oid: Oid, name: string, rowsMin: number, finish: (m: PairMoments) => number | null): FunctionEntry {
  const isCount = name === 'regr_count';
  return aggregate(oid, `${name}(float8, float8) ${isCount ? 'int8' : 'float8'}`, {
    stateType: isCount ? typeOid.int8 : float8Array,
    aggregateKind: 'n',
    createState: () => new PairMoments(),
    step(state, args) {
      (state as PairMoments).add(args[0] as number, args[1] as number);
      return state;
    },
    combine(left, right) {
      (left as PairMoments).merge(right as PairMoments);
      return left;
    },
    finish: (state) => ((state as PairMoments).n < rowsMin ? null : finish(state as PairMoments)),
    stateBytes,
  });
}

function correlation(m: PairMoments): number | null {
  if (m.squaresX === 0 || m.squaresY === 0) return null;
  return m.products / Math.sqrt(m.squaresX * m.squaresY);
}

function determination(m: PairMoments): number | null {
  if (m.squaresX === 0) return null;
  return m.squaresY === 0 ? 1 : (m.products * m.products) / (m.squaresX * m.squaresY);
}

function slope(m: PairMoments): number | null {
  return m.squaresX === 0 ? null : m.products / m.squaresX;
}

function intercept(m: PairMoments): number | null {
  return m.squaresX === 0 ? null : (m.sumY - (m.sumX * m.products) / m.squaresX) / m.n;
}

export const floatStatisticAggregates: readonly FunctionEntry[] = [
  spread(2152, 'variance(float8) float8', sampleVariance),
  spread(2151, 'variance(float4) float8', sampleVariance),
  spread(2645, 'var_samp(float8) float8', sampleVariance),
  spread(2644, 'var_samp(float4) float8', sampleVariance),
  spread(2722, 'var_pop(float8) float8', populationVariance),
  spread(2721, 'var_pop(float4) float8', populationVariance),
  spread(2158, 'stddev(float8) float8', root(sampleVariance)),
  spread(2157, 'stddev(float4) float8', root(sampleVariance)),
  spread(2716, 'stddev_samp(float8) float8', root(sampleVariance)),
  spread(2715, 'stddev_samp(float4) float8', root(sampleVariance)),
  spread(2728, 'stddev_pop(float8) float8', root(populationVariance)),
  spread(2727, 'stddev_pop(float4) float8', root(populationVariance)),
  regression(2818, 'regr_count', 0, (m) => m.n),
  regression(2819, 'regr_sxx', 1, (m) => m.squaresX),
  regression(2820, 'regr_syy', 1, (m) => m.squaresY),
  regression(2821, 'regr_sxy', 1, (m) => m.products),
  regression(2822, 'regr_avgx', 1, (m) => m.sumX / m.n),
  regression(2823, 'regr_avgy', 1, (m) => m.sumY / m.n),
  regression(2824, 'regr_r2', 1, determination),
  regression(2825, 'regr_slope', 1, slope),
  regression(2826, 'regr_intercept', 1, intercept),
  regression(2827, 'covar_pop', 1, (m) => m.products / m.n),
  regression(2828, 'covar_samp', 2, (m) => m.products / (m.n - 1)),
  regression(2829, 'corr', 1, correlation),
];
