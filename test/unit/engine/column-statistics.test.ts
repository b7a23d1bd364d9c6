import { describe, expect, it } from 'vitest';
import { computeStatistics } from '../../../src/engine/statistics/column-statistics.ts';
import { typeOid } from '../../../src/types/oids.ts';
import { getType } from '../../../src/types/registry.ts';

const int4 = getType(typeOid.int4);
const numbers = (count: number, of: (i: number) => number | null): (number | null)[] =>
  Array.from({ length: count }, (_, i) => of(i));

describe('statistics of a column', () => {
  it('takes a column without repeats for unique, with a histogram and full correlation', () => {
    const found = computeStatistics(
      int4,
      numbers(1000, (i) => i),
      1000,
      100,
    );
    expect(found.distinct).toBe(-1);
    expect(found.mostCommonValues).toEqual([]);
    expect(found.histogram).toHaveLength(101);
    expect([found.histogram[0], found.histogram.at(-1)]).toEqual([0, 999]);
    expect(found.correlation).toBeCloseTo(1);
  });

  it('lists all of a few values, and no histogram', () => {
    const found = computeStatistics(
      int4,
      numbers(1000, (i) => i % 4),
      1000,
      100,
    );
    expect(found.distinct).toBe(4);
    expect(found.mostCommonValues).toEqual([0, 1, 2, 3]);
    expect(found.mostCommonFrequencies).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(found.histogram).toEqual([]);
  });

  it('counts NULLs', () => {
    const found = computeStatistics(
      int4,
      numbers(100, (i) => (i % 2 === 0 ? null : 7)),
      100,
      100,
    );
    expect(found.nullFraction).toBe(0.5);
    expect(found.mostCommonFrequencies).toEqual([0.5]);
    expect(computeStatistics(int4, [null, null], 2, 100).nullFraction).toBe(1);
  });

  it('keeps only values that stand out among many', () => {
    const skewed = numbers(3000, (i) => (i < 600 ? -1 : i));
    const found = computeStatistics(int4, skewed, 100_000, 100);
    expect(found.mostCommonValues).toEqual([-1]);
    expect(found.histogram).toHaveLength(101);
    expect(found.histogram[0]).toBe(600);
  });
});
