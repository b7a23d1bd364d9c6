import { describe, expect, it } from 'vitest';
import { estimateEntries, estimateTree } from '../../../../src/storage/btree/statistics.ts';
import { verify } from '../../../../src/storage/btree/verify.ts';
import { filledTree, int64Key, storeOf } from './tree-fixture.ts';

describe('estimates', () => {
  it.each([
    [0, 100],
    [30, 100],
    [3000, 100],
    [12_000, 600],
  ])('come close to the pages and entries of a tree of %i entries', (entries, valueBytes) => {
    const tree = filledTree(entries, valueBytes);
    const report = verify(tree);
    const estimate = estimateTree(tree);
    expect(estimate.height).toBe(report.height);
    for (const name of ['pages', 'leafPages', 'entries'] as const) {
      expect(estimate[name]).toBeGreaterThanOrEqual(Math.floor(report[name] * 0.7));
      expect(estimate[name]).toBeLessThanOrEqual(Math.ceil(report[name] * 1.3));
    }
    expect(storeOf(tree).pinnedFrames).toBe(0);
  });

  it('are exact for ranges within a leaf', () => {
    const tree = filledTree(3000);
    for (const [low, high] of [
      [0, 1],
      [7, 7],
      [3, 20],
      [2990, 2999],
    ] as const) {
      expect(estimateEntries(tree, int64Key(low), int64Key(high))).toBe(high - low);
    }
  });

  it('come close for wider ranges, and for open ones', () => {
    const tree = filledTree(12_000, 600);
    const ranges = [
      [0, 50],
      [100, 400],
      [5000, 5100],
      [1000, 9000],
      [0, 12_000],
      [11_900, 12_000],
    ] as const;
    for (const [low, high] of ranges) {
      const estimate = estimateEntries(
        tree,
        low === 0 ? undefined : int64Key(low),
        high === 12_000 ? undefined : int64Key(high),
      );
      expect(estimate).toBeGreaterThan((high - low) * 0.6);
      expect(estimate).toBeLessThan((high - low) * 1.5);
    }
    expect(storeOf(tree).pinnedFrames).toBe(0);
  });

  it('are zero for ranges that are empty or upside down', () => {
    const tree = filledTree(3000);
    expect(estimateEntries(tree, int64Key(2000), int64Key(10))).toBe(0);
    expect(estimateEntries(tree, int64Key(5000), undefined)).toBe(0);
    expect(estimateEntries(tree, undefined, int64Key(-5))).toBe(0);
  });
});
