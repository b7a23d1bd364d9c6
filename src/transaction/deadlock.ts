/**
 * Deadlocks are found when they form: a wait that would close a cycle in the wait-for graph is refused, and the one who
 * asked for it gets 40P01. Every member of a cycle is waiting, so the last one to begin waiting always finds it; the edges are
 * read from the lock tables as they stand, never stored.
 *
 * Some edges are soft: their owner could have its lock and only waits its turn. A cycle with such an edge is no deadlock but
 * a queue that stands in the way; letting that owner go first opens it (after PostgreSQL's deadlock.c).
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { LockOwner, LockWait } from './lock-owner.ts';

/**
 * Checks the wait that `owner` has just begun (`owner.wait`). Throws 40P01 if it thereby waits for itself and no change in the
 * order of a queue helps; such a change may grant the owner's own wait.
 */
export function refuseDeadlock(owner: LockOwner): void {
  while (owner.wait !== undefined) {
    const cycle = findCycle(owner);
    if (cycle === undefined) return;
    if (!openCycles(owner)) throw deadlockError(cycle);
  }
}

let searches = 0;

/** Owners from `start`, each waiting for the next and the last for `start`; undefined if there is no such circle. */
function findCycle(start: LockOwner): LockOwner[] | undefined {
  searches++;
  const path = [start];
  return reaches(start, start, path) ? path : undefined;
}

/** Depth first from `from`; leaves the owners on the way to `target` in `path`. */
function reaches(from: LockOwner, target: LockOwner, path: LockOwner[]): boolean {
  for (const blocker of blockersOf(from)) {
    if (blocker === target) return true;
    if (blocker.visitedBy === searches) continue;
    blocker.visitedBy = searches;
    path.push(blocker);
    if (reaches(blocker, target, path)) return true;
    path.pop();
  }
  return false;
}

function blockersOf(owner: LockOwner): LockOwner[] {
  const blockers: LockOwner[] = [];
  owner.wait?.collectBlockers(blockers);
  return blockers;
}

/** Lets one member of the cycles through `start` overtake its queue, if there is one that only waits its turn. */
function openCycles(start: LockOwner): boolean {
  for (const owner of reachableFrom(start)) {
    if (reachableFrom(owner).includes(start) && owner.wait?.overtake()) return true;
  }
  return false;
}

/** Everybody `start` waits for, directly or not, itself included, by id. */
function reachableFrom(start: LockOwner): LockOwner[] {
  const found = new Set([start]);
  for (const owner of found) for (const blocker of blockersOf(owner)) found.add(blocker);
  return [...found].toSorted((a, b) => a.id - b.id);
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
