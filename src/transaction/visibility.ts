/**
 * Which row versions a snapshot sees. Small functions of numbers, so that scans inline them. Rows never carry the xid of a
 * transaction that was rolled back (the old bytes are back before it ends), so there is no "aborted" to ask about.
 */
import type { Lsn, Xid } from '../common/ids.ts';
import type { Snapshot } from './transaction.ts';

/** Whether the version written by `xid` with the log record `lsn` is visible to `snapshot` (MVCC-2). */
export function isVisible(xid: Xid, lsn: Lsn, snapshot: Snapshot): boolean {
  if (xid < snapshot.xmin) return true;
  if (xid === snapshot.transaction.xid) return lsn < snapshot.ownLsn;
  return xid < snapshot.xmax && !contains(snapshot.unfinished, snapshot.unfinishedCount, xid);
}

/**
 * Whether every row of a page is visible as it stands: nobody unfinished, or younger than the snapshot, wrote on it, and
 * nothing on it is delete-marked (MVCC-4).
 */
export function isPageAllVisible(maxXid: Xid, deleteMarks: number, snapshot: Snapshot): boolean {
  return maxXid < snapshot.xmin && deleteMarks === 0;
}

/** Whether the sorted `xids[0, count)` contain `xid`. */
export function contains(xids: Float64Array, count: number, xid: Xid): boolean {
  const at = lowerBound(xids, count, xid);
  return at < count && xids[at] === xid;
}

/** Index of the first of the sorted `xids[0, count)` that is not below `xid`. */
export function lowerBound(xids: Float64Array, count: number, xid: Xid): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((xids[middle] as number) < xid) low = middle + 1;
    else high = middle;
  }
  return low;
}
