/**
 * How much log must be kept, and who is to blame (LOG-4). The log is kept from the minimum of
 *   - the durable checkpoint, from which recovery would start,
 *   - the first record of any transaction that was active at it: recovery may have to undo it,
 *   - what the snapshots in use may need to rebuild row versions,
 *   - the purge position of the durable checkpoint,
 *   - what somebody outside holds: replication slots, backups.
 */
import type { Lsn } from '../common/ids.ts';
import { noLsn } from '../common/ids.ts';
import type { ActiveTransaction } from './active-transaction.ts';
import type { CheckpointState } from './checkpoint-state.ts';
import type { TransactionManager } from './manager.ts';

/** Somebody outside who needs the log from a position on; `release` when not any more. */
export class LogHold {
  position: Lsn;
  readonly #holds: Set<LogHold>;

  constructor(position: Lsn, holds: Set<LogHold>) {
    this.position = position;
    this.#holds = holds;
    holds.add(this);
  }

  release(): void {
    this.#holds.delete(this);
  }
}

export class LogRetention {
  readonly #manager: TransactionManager;
  readonly #holds = new Set<LogHold>();
  /** What the durable checkpoint needs. */
  #checkpointNeeds: Lsn;

  /** `checkpoint` and `state`: the checkpoint that recovery started from. */
  constructor(manager: TransactionManager, checkpoint: Lsn, state: CheckpointState) {
    this.#manager = manager;
    this.#checkpointNeeds = needsOf(checkpoint, state);
  }

  hold(position: Lsn): LogHold {
    return new LogHold(position, this.#holds);
  }

  /** A checkpoint is durable: what only the one before it needed may go. */
  checkpointDone(checkpoint: Lsn, state: CheckpointState): void {
    this.#checkpointNeeds = needsOf(checkpoint, state);
    this.#manager.log.recycle(this.keepFrom);
  }

  /** First position that somebody may still read. */
  get keepFrom(): Lsn {
    let keep = Math.min(this.#checkpointNeeds, this.#manager.snapshots.mostRetaining?.retainFrom ?? Infinity);
    for (const { position } of this.#holds) keep = Math.min(keep, position);
    return keep as Lsn;
  }

  /**
   * The transaction because of which more than `bytesMax` of log must be kept: unfinished for too long, or still using an old
   * snapshot. It is to be ended, a reader with 72000, so that the disk does not fill.
   */
  findCulprit(bytesMax: number): ActiveTransaction | undefined {
    const before = this.#manager.log.appendLsn - bytesMax;
    const [oldest] = this.#manager.unfinished();
    if (oldest !== undefined && oldest.firstLsn !== noLsn && oldest.firstLsn < before) return oldest;
    const snapshot = this.#manager.snapshots.mostRetaining;
    return snapshot !== undefined && snapshot.retainFrom < before ? snapshot.transaction : undefined;
  }
}

function needsOf(checkpoint: Lsn, state: CheckpointState): Lsn {
  let needs = Math.min(checkpoint, state.purgePosition);
  for (const { firstLsn } of state.active) needs = Math.min(needs, firstLsn);
  return needs as Lsn;
}
