/** pg_advisory_lock and its kin: one 64-bit key or two of 32 bits, for the session or the transaction. */
import { lockMode, type LockMode } from '../../transaction/lock-modes.ts';
import type { LockScope, LockTag } from '../../transaction/object-lock.ts';
import type { WaitPolicy } from '../../transaction/transaction.ts';
import type { Datum } from '../../types/datum.ts';
import type { Session } from '../session.ts';
import { stillWaiting } from '../suspension.ts';

type Question = (args: readonly Datum[], session: Session) => Datum;

function tagOf(args: readonly Datum[], session: Session): LockTag {
  const { space } = session.database.tables;
  if (args.length === 2) {
    return { kind: 'advisory', space, high: (args[0] as number) >>> 0, low: (args[1] as number) >>> 0, part: 2 };
  }
  const key = BigInt.asUintN(64, BigInt(args[0] as number | bigint));
  return { kind: 'advisory', space, high: Number(key >> 32n), low: Number(key & 0xffff_ffffn), part: 1 };
}

function acquire(
  args: readonly Datum[],
  session: Session,
  mode: LockMode,
  scope: LockScope,
  policy: WaitPolicy,
): 'granted' | 'wait' | 'locked' {
  return session.manager.locks.lockObject(session.owner, tagOf(args, session), mode, scope, policy, session);
}

function waiting(mode: LockMode, scope: LockScope): Question {
  return (args, session) =>
    session.suspended.call(() => (acquire(args, session, mode, scope, 'wait') === 'wait' ? stillWaiting : ''));
}

function trying(mode: LockMode, scope: LockScope): Question {
  return (args, session) => acquire(args, session, mode, scope, 'nowait') === 'granted';
}

function releasing(mode: LockMode): Question {
  return (args, session) => {
    if (session.manager.locks.unlockObject(session.owner, tagOf(args, session), mode)) return true;
    const name = mode === lockMode.exclusive ? 'ExclusiveLock' : 'ShareLock';
    session.notice({ severity: 'WARNING', sqlState: '01000', message: `you don't own a lock of type ${name}` });
    return false;
  };
}

const { exclusive, share } = lockMode;

export const advisoryLockFunctions: Readonly<Record<string, Question>> = {
  pg_advisory_lock: waiting(exclusive, 'session'),
  pg_advisory_lock_shared: waiting(share, 'session'),
  pg_advisory_xact_lock: waiting(exclusive, 'transaction'),
  pg_advisory_xact_lock_shared: waiting(share, 'transaction'),
  pg_try_advisory_lock: trying(exclusive, 'session'),
  pg_try_advisory_lock_shared: trying(share, 'session'),
  pg_try_advisory_xact_lock: trying(exclusive, 'transaction'),
  pg_try_advisory_xact_lock_shared: trying(share, 'transaction'),
  pg_advisory_unlock: releasing(exclusive),
  pg_advisory_unlock_shared: releasing(share),
  pg_advisory_unlock_all: (_args, session) => {
    session.manager.locks.unlockAllOfSession(session.owner);
    return '';
  },
};
