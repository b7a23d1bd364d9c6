import { describe, expect, it } from 'vitest';
import { forEachPage, TreeDropper } from '../../../../src/storage/btree/walk.ts';
import { verify } from '../../../../src/storage/btree/verify.ts';
import { filledTree, newTree, storeOf } from './tree-fixture.ts';

describe('forEachPage', () => {
  it.each([0, 50, 2000, 9000])('visits every page of a tree of %i entries once, without reading leaves', (entries) => {
    const tree = filledTree(entries, 600);
    const report = verify(tree);
    storeOf(tree).pinCount = 0;
    const seen = new Map<number, number>();
    forEachPage(tree, (page, level) => seen.set(page, level));
    expect(seen.size).toBe(report.pages);
    expect([...seen.values()].filter((level) => level === 0).length).toBe(report.leafPages);
    expect(storeOf(tree).pinCount).toBe(Math.max(report.pages - report.leafPages, 1));
    expect(storeOf(tree).pinnedFrames).toBe(0);
  });
});

describe('TreeDropper', () => {
  it.each([0, 50, 2000, 9000])('frees every page of a tree of %i entries', (entries) => {
    const tree = filledTree(entries, 600);
    const pages = storeOf(tree).livePages;
    const dropper = new TreeDropper(tree);
    let slices = 1;
    while (!dropper.run(100)) slices++;
    expect(dropper.freedPages).toBe(pages);
    expect(slices).toBeLessThan(Math.ceil(pages / 100) + 2);
    expect([storeOf(tree).livePages, storeOf(tree).pinnedFrames]).toEqual([0, 0]);
  });

  it('finishes what another one began', () => {
    const tree = filledTree(9000, 600);
    for (let slices = 0; ; slices++) {
      if (new TreeDropper(tree).run(1)) {
        expect(slices).toBeGreaterThan(1);
        break;
      }
      expect(storeOf(tree).livePages).toBeGreaterThan(0);
    }
    expect([storeOf(tree).livePages, storeOf(tree).pinnedFrames]).toEqual([0, 0]);
  });

  it('leaves other trees of the space alone', () => {
    const tree = filledTree(500);
    const other = newTree(storeOf(tree));
    new TreeDropper(tree).run(Infinity);
    expect(storeOf(tree).livePages).toBe(1);
    expect(verify(other).findings).toEqual([]);
  });
});
