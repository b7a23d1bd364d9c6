/**
 * Who holds locks and waits for them: one LockOwner per session (and per background job). A session runs one transaction at a
 * time and waits for one thing at a time, so an owner is a node of the wait-for graph with one wait.
 */
import type { Xid } from '../common/ids.ts';
import { noXid } from '../common/ids.ts';
import type { Waiter } from './transaction.ts';

/** What came of asking for a lock. 'wait': the waiter is registered, ask again once woken. 'locked': under nowait or skip. */
export type LockOutcome = 'granted' | 'wait' | 'locked';

/** Something an owner waits for. */
export interface LockWait {
  /** Appends to `found` the owners that must let go first. */
  collectBlockers(found: LockOwner[]): void;
  /** "ShareLock on transaction 735": as deadlock reports say it. */
  describe(blocker: LockOwner): string;
  /** Grants the wait at once if no holder stands against it, only others in the queue; false if one does. */
  overtake(): boolean;
  /** Leaves the queue. */
  cancel(): void;
}

/** A wait that somebody else ends. */
export interface EndableWait extends LockWait {
  end(): void;
}

/** A session lock granted to an owner that may have gone away meanwhile. */
export interface CountedGrant {
  giveBack(): void;
}

/** How many locks an owner held at some moment: what a savepoint remembers of locks. */
export interface LockMark {
  readonly objects: number;
  readonly rows: number;
}

/** One object an owner has a lock on, in one mode, until its transaction ends. */
export interface HeldLock {
  releaseTransactionLock(owner: LockOwner, mode: number): void;
}

export class LockOwner {
  /** Small number, reused: what typed arrays name an owner by. */
  readonly id: number;
  /** The session's process id as clients know it. */
  readonly processId: number;
  /** Of the running transaction, for messages; noXid while it has none. */
  xid: Xid = noXid;
  wait: LockWait | undefined = undefined;
  waiter: Waiter | undefined = undefined;
  /** A counted lock that was granted in the queue and not yet asked for again. */
  grantedRequest: CountedGrant | undefined = undefined;
  /** Object locks of the running transaction, oldest first, in parallel. */
  readonly heldObjects: HeldLock[] = [];
  readonly heldModes: number[] = [];
  /** Row lock entry taken last (row-locks.ts), and how many there are. */
  rowTop = -1;
  rowCount = 0;
  /** Waits of others for this owner's transaction. */
  readonly transactionWaits: EndableWait[] = [];
  /** Last search of the wait-for graph that came by here. */
  visitedBy = 0;

  constructor(id: number, processId: number) {
    this.id = id;
    this.processId = processId;
  }

  /** "transaction 735", or a stand-in for one that has written nothing, for messages. */
  get transactionName(): string {
    return this.xid === noXid ? `virtual transaction ${this.id}` : `transaction ${this.xid}`;
  }

  /** A wait ended: whoever runs for this owner may ask again. */
  wake(): void {
    this.waiter?.wake();
  }
}
