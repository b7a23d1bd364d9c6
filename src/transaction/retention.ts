/**
 * How much log must be kept, and who is to blame (LOG-4). The log is kept from the minimum of
 *   - the durable checkpoint, from which recovery would start,
 *   - the first record of any transaction that was active at it: recovery may have to undo it,
 *   - what the snapshots in use may need to rebuild row versions,
 *   - the purge position of the durable checkpoint,
 *   - what somebody outside holds: replication slots, backups.
 */
import type { Lsn } from '../common/ids.ts';
import type { CheckpointState } from './checkpoint-state.ts';
import type { TransactionManager } from './manager.ts';
import type { TransactionSnapshot } from './snapshots.ts';

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

  /** The snapshot because of which more than `bytesMax` of log are kept; its session is to be ended with 72000. */
  findCulprit(bytesMax: number): TransactionSnapshot | undefined {
    const oldest = this.#manager.snapshots.mostRetaining;
    if (oldest === undefined || this.#manager.log.appendLsn - oldest.retainFrom <= bytesMax) return undefined;
    return oldest;
  }
}

function needsOf(checkpoint: Lsn, state: CheckpointState): Lsn {
  let needs = Math.min(checkpoint, state.purgePosition);
  for (const { firstLsn } of state.active) needs = Math.min(needs, firstLsn);
  return needs as Lsn;
}
