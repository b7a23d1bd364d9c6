/**
 * Deadlocks are found when they form: a wait that would close a cycle in the wait-for graph is refused, and the one who
 * asked for it gets 40P01. Every member of a cycle is waiting, so the last one to begin waiting always finds it; the edges are
 * read from the lock tables as they stand, never stored.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { LockOwner, LockWait } from './lock-owner.ts';

let searches = 0;

/** Throws 40P01 if `owner`, which is about to wait as `owner.wait` says, thereby waits for itself. */
export function refuseDeadlock(owner: LockOwner): void {
  searches++;
  const path: LockOwner[] = [owner];
  if (reaches(owner, owner, path)) throw deadlockError(path);
}

/** Depth first from `from`; leaves the owners of the cycle in `path`. */
function reaches(from: LockOwner, target: LockOwner, path: LockOwner[]): boolean {
  if (from.wait === undefined) return false;
  const blockers: LockOwner[] = [];
  from.wait.collectBlockers(blockers);
  for (const blocker of blockers) {
    if (blocker === target) return true;
    if (blocker.visitedBy === searches) continue;
    blocker.visitedBy = searches;
    path.push(blocker);
    if (reaches(blocker, target, path)) return true;
    path.pop();
  }
  return false;
}

function deadlockError(cycle: LockOwner[]): SqlError {
  const lines = cycle.map((owner, i) => {
    const blocker = cycle[(i + 1) % cycle.length] as LockOwner;
    const what = (owner.wait as LockWait).describe(blocker);
    return `Process ${owner.processId} waits for ${what}; blocked by process ${blocker.processId}.`;
  });
  return new SqlError(sqlState.deadlockDetected, 'deadlock detected', {
    detail: lines.join('\n'),
    hint: 'See server log for query details.',
  });
}
