import { describe, expect, test } from 'vitest';
import { extentSlots, SlotLedger, slotsPerFile } from '../../../src/storage/slot-ledger.ts';

function ledgerOf(extents: number): SlotLedger {
  const ledger = new SlotLedger();
  ledger.addSlots(extents * extentSlots);
  return ledger;
}

function allocateOne(ledger: SlotLedger): number {
  return ledger.allocateRun(1);
}

test('runs are neighbours, as long as asked for', () => {
  const ledger = ledgerOf(3);
  expect(ledger.allocateRun(1)).toBe(0);
  expect(ledger.allocateRun(128)).toBe(1);
  expect(ledger.runLength).toBe(128);
  expect(ledger.allocateRun(128)).toBe(129);
  expect(ledger.runLength).toBe(128);
  expect(ledger.allocateRun(128)).toBe(257);
  expect(ledger.runLength).toBe(127);
  expect(ledger.freeCount).toBe(0);
  expect(() => ledger.allocateRun(1)).toThrow('SLOT-2');
});

test('a run never crosses a file', () => {
  const ledger = ledgerOf(slotsPerFile / extentSlots + 1);
  expect(ledger.allocateRun(slotsPerFile - 5)).toBe(0);
  expect(ledger.allocateRun(100)).toBe(slotsPerFile - 5);
  expect(ledger.runLength).toBe(5);
  expect(ledger.allocateRun(100)).toBe(slotsPerFile);
  expect(ledger.runLength).toBe(100);
});

test('extents that are half free are filled before scattered slots', () => {
  const ledger = ledgerOf(3);
  for (let i = 0; i < 3 * extentSlots; i++) allocateOne(ledger);
  for (let slot = 0; slot < 20; slot += 2) ledger.releaseNow(slot);
  for (let slot = 300; slot < 370; slot++) ledger.releaseNow(slot);
  expect(ledger.allocateRun(128)).toBe(300);
  expect(ledger.runLength).toBe(70);
  expect(ledger.allocateRun(128)).toBe(0);
  expect(ledger.runLength).toBe(1);
});

describe('a slot given back', () => {
  test('by an eviction of this epoch is free at once', () => {
    const ledger = ledgerOf(1);
    const slot = allocateOne(ledger);
    ledger.markFresh(slot);
    ledger.release(slot);
    expect(ledger.freeCount).toBe(extentSlots);
  });

  test('otherwise waits for the checkpoint that freezes after it', () => {
    const ledger = ledgerOf(1);
    const [before, after] = [allocateOne(ledger), allocateOne(ledger)];
    ledger.release(before);
    ledger.freeze();
    ledger.release(after);
    ledger.releaseRetired();
    expect(ledger.freeCount).toBe(extentSlots - 1);
    ledger.freeze();
    ledger.releaseRetired();
    expect(ledger.freeCount).toBe(extentSlots);
  });

  test('waits on when the checkpoint is abandoned', () => {
    const ledger = ledgerOf(1);
    ledger.release(allocateOne(ledger));
    ledger.freeze();
    ledger.freeze();
    expect(ledger.freeCount).toBe(extentSlots - 1);
    ledger.releaseRetired();
    expect(ledger.freeCount).toBe(extentSlots);
  });

  test('is not fresh any more after a freeze', () => {
    const ledger = ledgerOf(1);
    const slot = allocateOne(ledger);
    ledger.markFresh(slot);
    ledger.freeze();
    ledger.release(slot);
    ledger.releaseRetired();
    expect(ledger.freeCount).toBe(extentSlots - 1);
  });

  test('by all its users but one stays used', () => {
    const ledger = ledgerOf(1);
    const slot = allocateOne(ledger);
    ledger.addReference(slot);
    ledger.release(slot);
    ledger.freeze();
    ledger.releaseRetired();
    expect(ledger.freeCount).toBe(extentSlots - 1);
    ledger.releaseNow(slot);
    expect(ledger.freeCount).toBe(extentSlots);
  });

  test('by one user after the freeze and by the checkpoint for the other belongs to the image', () => {
    const ledger = ledgerOf(1);
    const slot = allocateOne(ledger);
    ledger.addReference(slot);
    ledger.freeze();
    ledger.release(slot);
    ledger.retire(slot);
    ledger.releaseRetired();
    expect(ledger.freeCount).toBe(extentSlots - 1);
    ledger.freeze();
    ledger.releaseRetired();
    expect(ledger.freeCount).toBe(extentSlots);
  });
});

test('free extents at the end can go, and come again', () => {
  const ledger = ledgerOf(4);
  for (let i = 0; i < 130; i++) allocateOne(ledger);
  expect(ledger.freeTailCount).toBe(2 * extentSlots);
  ledger.removeSlots(2 * extentSlots);
  expect(ledger.freeCount).toBe(2 * extentSlots - 130);
  expect(() => ledger.removeSlots(extentSlots)).toThrow('SLOT-1');
  ledger.addSlots(extentSlots);
  expect(ledger.freeTailCount).toBe(extentSlots);
  expect(ledger.freeCount).toBe(3 * extentSlots - 130);
});

test('growing keeps what is known', () => {
  const ledger = ledgerOf(1);
  const slot = allocateOne(ledger);
  ledger.addSlots(5 * extentSlots);
  expect(ledger.freeCount).toBe(6 * extentSlots - 1);
  ledger.releaseNow(slot);
  expect(() => ledger.releaseNow(slot)).toThrow('SLOT-3');
});

test('a map that names a slot beyond the file is refused', () => {
  expect(() => ledgerOf(1).addReference(extentSlots)).toThrow('a page map names slot 128, the page file has 128');
});
