import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lsn, Xid } from '../../../src/common/ids.ts';
import { ActiveTransaction } from '../../../src/transaction/active-transaction.ts';
import { LockOwner } from '../../../src/transaction/lock-owner.ts';
import { Snapshots } from '../../../src/transaction/snapshots.ts';
import { UnfinishedTransactions } from '../../../src/transaction/unfinished.ts';
import { VersionMemo } from '../../../src/transaction/version-memo.ts';
import { isPageAllVisible, isVisible } from '../../../src/transaction/visibility.ts';

function transactionWith(xid: number): ActiveTransaction {
  const transaction = new ActiveTransaction(new LockOwner(0, 0), false, {}, () => undefined);
  transaction.xid = xid as Xid;
  return transaction;
}

describe('isVisible', () => {
  it('is what the set of finished transactions says, for any set of unfinished ones and any own xid', () => {
    const scene = fc.record({
      unfinished: fc.uniqueArray(fc.integer({ min: 3, max: 40 }), { maxLength: 30 }),
      nextXid: fc.integer({ min: 41, max: 45 }),
      // 0: it gets no xid; from nextXid on: it gets one after the snapshot.
      own: fc.oneof(fc.constant(0), fc.integer({ min: 41, max: 50 }), fc.constantFrom(-1)),
      ownLsn: fc.integer({ min: 1, max: 100 }),
      rows: fc.array(fc.record({ xid: fc.integer({ min: 0, max: 50 }), lsn: fc.integer({ min: 1, max: 100 }) })),
    });
    fc.assert(
      fc.property(scene, ({ unfinished, nextXid, own, ownLsn, rows }) => {
        const set = new UnfinishedTransactions();
        for (const xid of unfinished.toSorted((a, b) => a - b)) set.add(transactionWith(xid), xid as Lsn);
        const reader = transactionWith(own === -1 ? (unfinished[0] ?? 0) : own >= nextXid ? 0 : own);
        if (own !== -1 && own > 0 && own < nextXid) set.add(reader, own as Lsn);
        const snapshot = new Snapshots(set).take(reader, nextXid as Xid, ownLsn as Lsn);
        if (own >= nextXid) reader.xid = own as Xid;
        for (const { xid, lsn } of rows) {
          const isOwn = xid !== 0 && xid === reader.xid;
          const isFinished = xid < nextXid && set.find(xid as Xid) === undefined;
          expect(isVisible(xid as Xid, lsn as Lsn, snapshot)).toBe(isOwn ? lsn < ownLsn : isFinished);
        }
      }),
    );
  });

  it('takes a page as it stands only if all its writers are finished and nothing is deleted (MVCC-4)', () => {
    const set = new UnfinishedTransactions();
    set.add(transactionWith(7), 1 as Lsn);
    const snapshot = new Snapshots(set).take(transactionWith(0), 9 as Xid, 5 as Lsn);
    expect(isPageAllVisible(6 as Xid, 0, snapshot)).toBe(true);
    expect(isPageAllVisible(6 as Xid, 1, snapshot)).toBe(false);
    expect(isPageAllVisible(7 as Xid, 0, snapshot)).toBe(false);
  });
});

describe('Snapshots', () => {
  it('know the oldest that is in use, whatever the order of release', () => {
    const operations = fc.array(fc.oneof(fc.constant('take'), fc.nat(20)), { maxLength: 60 });
    fc.assert(
      fc.property(operations, (all) => {
        const set = new UnfinishedTransactions();
        const snapshots = new Snapshots(set);
        const reader = transactionWith(0);
        const taken: ReturnType<Snapshots['take']>[] = [];
        let nextXid = 3;
        for (const step of all) {
          if (step === 'take') {
            taken.push(snapshots.take(reader, nextXid as Xid, nextXid as Lsn));
            nextXid++;
          } else if (taken.length > 0) {
            const [gone] = taken.splice((step as number) % taken.length, 1);
            if (gone !== undefined) snapshots.release(gone);
          }
          expect(snapshots.oldestXmin(nextXid as Xid)).toBe(Math.min(nextXid, ...taken.map(({ xmin }) => xmin)));
          expect(snapshots.inUseCount).toBe(taken.length);
        }
      }),
    );
  });
});

describe('VersionMemo', () => {
  it('remembers rows and their absence, and forgets rather than grow without bound', () => {
    const memo = new VersionMemo();
    const row = new Uint8Array([1]);
    memo.note(5 as Lsn, row);
    memo.note(6 as Lsn, null);
    expect([memo.find(5 as Lsn), memo.find(6 as Lsn), memo.find(7 as Lsn)]).toEqual([row, null, undefined]);
    for (let i = 100; i < 200; i++) memo.note(i as Lsn, new Uint8Array(20_000));
    expect(memo.find(5 as Lsn)).toBeUndefined();
    expect(memo.find(199 as Lsn)).toBeDefined();
  });
});
