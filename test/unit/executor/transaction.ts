/** A transaction and a snapshot that see everything. */
import { noLsn } from '../../../src/common/ids.ts';
import type { Lsn, Xid } from '../../../src/common/ids.ts';
import type { Snapshot, Transaction } from '../../../src/transaction/transaction.ts';

export const testTransaction: Transaction = {
  xid: 7 as Xid,
  isolation: 'read committed',
  readOnly: false,
  firstLsn: noLsn,
  lastLsn: noLsn,
  state: 'active',
};

export function makeSnapshot(owner: Transaction, ownLsn: number): Snapshot {
  return {
    xmin: 7 as Xid,
    xmax: 8 as Xid,
    unfinished: new Float64Array(0),
    unfinishedCount: 0,
    transaction: owner,
    ownLsn: ownLsn as Lsn,
    takenAt: 1_000_000 as Lsn,
    versions: undefined as unknown as Snapshot['versions'],
  };
}
