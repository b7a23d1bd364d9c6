/** Functions that ask or act on the running server, by name (functions/session/server.ts declares them). */
import { notSupported } from '../../common/sql-error.ts';
import { noXid } from '../../common/ids.ts';
import { ArrayValue, Interval, type Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import { nowMicros } from '../clock.ts';
import type { Session } from '../session.ts';
import { stillWaiting } from '../suspension.ts';
import { advisoryLockFunctions } from './advisory-locks.ts';
import { sizeFunctions } from './sizes.ts';
import { statisticsFunctions } from './statistics-functions.ts';

export type SystemFunction = (args: readonly Datum[], session: Session) => Datum;

// ---- other sessions

function noSuchProcess(pid: Datum, session: Session): false {
  const message = `PID ${String(pid)} is not a PostgreSQL backend process`;
  session.notice({ severity: 'WARNING', sqlState: '01000', message });
  return false;
}

const cancelBackend: SystemFunction = ([pid = null], session) => {
  const other = session.instance.sessions.get(pid as number);
  if (other === undefined) return noSuchProcess(pid, session);
  other.cancel();
  return true;
};

const terminateBackend: SystemFunction = ([pid = null], session) => {
  const other = session.instance.sessions.get(pid as number);
  if (other === undefined) return noSuchProcess(pid, session);
  other.interrupts.raise('terminate');
  return true;
};

/** Who holds what the session of that process waits for. */
const blockingPids: SystemFunction = ([pid], session) => {
  const found: { readonly processId: number }[] = [];
  session.instance.sessions.get(pid as number)?.owner.wait?.collectBlockers(found as never);
  const pids = [...new Set(found.map((owner) => owner.processId))];
  return new ArrayValue(typeOid.int4, pids.length === 0 ? [] : [pids.length], pids.length === 0 ? [] : [1], pids);
};

// ---- waiting

/** Sleeps until `end` (µs since 2000), over as many tries as it takes. */
function sleepUntil(end: () => number): (session: Session) => Datum {
  return (session) =>
    session.suspended.call(() => {
      session.sleepEnd ??= end();
      const restMs = (session.sleepEnd - nowMicros()) / 1000;
      if (restMs <= 0) {
        session.sleepEnd = undefined;
        return '';
      }
      session.wakeIn(restMs);
      return stillWaiting;
    });
}

function intervalMicros(interval: Interval): number {
  return (interval.months * 30 + interval.days) * 86_400_000_000 + Number(interval.micros);
}

const sleeps: Readonly<Record<string, SystemFunction>> = {
  pg_sleep: ([seconds], session) => sleepUntil(() => nowMicros() + (seconds as number) * 1e6)(session),
  pg_sleep_for: ([interval], session) => sleepUntil(() => nowMicros() + intervalMicros(interval as Interval))(session),
  pg_sleep_until: ([time], session) => sleepUntil(() => Number(time))(session),
};

// ---- transactions

const currentXid: SystemFunction = (_args, session) => session.manager.assignXid(session.block.current);

const currentXidIfAssigned: SystemFunction = (_args, session) => {
  const { xid } = session.block.current;
  return xid === noXid ? null : xid;
};

const xidStatus: SystemFunction = ([xid], session) => {
  const number = Number(xid);
  if (number >= session.manager.nextXid) return null;
  return session.manager.isUnfinished(number as never) ? 'in progress' : 'committed';
};

const transactions: Readonly<Record<string, SystemFunction>> = {
  txid_current: currentXid,
  pg_current_xact_id: currentXid,
  txid_current_if_assigned: currentXidIfAssigned,
  pg_current_xact_id_if_assigned: currentXidIfAssigned,
  txid_status: xidStatus,
  pg_xact_status: xidStatus,
  age: ([xid], session) => session.manager.nextXid - (xid as number),
  mxid_age: () => 0,
  pg_xact_commit_timestamp: () => {
    throw notSupported('track_commit_timestamp');
  },
};

// ---- the log, and what never happens here

const logPosition: SystemFunction = (_args, session) => session.instance.storage.log.appendLsn;

const others: Readonly<Record<string, SystemFunction>> = {
  pg_current_wal_lsn: logPosition,
  pg_current_wal_insert_lsn: logPosition,
  pg_current_wal_flush_lsn: (_args, session) => session.instance.storage.log.durableLsn,
  pg_is_in_recovery: () => false,
  pg_last_wal_receive_lsn: () => null,
  pg_last_wal_replay_lsn: () => null,
  pg_last_xact_replay_timestamp: () => null,
  pg_is_wal_replay_paused: () => false,
  pg_get_wal_replay_pause_state: () => 'not paused',
  pg_jit_available: () => false,
  pg_trigger_depth: () => 0,
  pg_notification_queue_usage: () => 0,
  pg_current_logfile: () => null,
  pg_column_compression: () => null,
  pg_reload_conf: () => true,
  pg_rotate_logfile: () => false,
  pg_conf_load_time: (_args, session) => session.instance.startTime,
  pg_settings_get_flags: () => new ArrayValue(typeOid.text, [], [], []),
  current_query: (_args, session) => session.query,
};

export const systemFunctions: ReadonlyMap<string, SystemFunction> = new Map<string, SystemFunction>([
  ['pg_cancel_backend', cancelBackend],
  ['pg_terminate_backend', terminateBackend],
  ['pg_blocking_pids', blockingPids],
  ...[advisoryLockFunctions, sizeFunctions, sleeps, transactions, others, statisticsFunctions].flatMap((functions) =>
    Object.entries(functions),
  ),
]);
