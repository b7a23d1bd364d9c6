/**
 * pg_stat_get_…: what the server counts about itself. Rows and sizes are estimates of storage; events that nobody counts are 0
 * or NULL, as after pg_stat_reset.
 */
import type { Oid } from '../../common/ids.ts';
import { statisticsViewFunctions } from '../../functions/session/statistics-views.ts';
import type { Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import type { Session } from '../session.ts';

type Question = (args: readonly Datum[], session: Session) => Datum;

function ofBackend(answer: (session: Session) => Datum): Question {
  return ([pid], session) => {
    const other = session.instance.sessions.get(pid as number);
    return other === undefined ? null : answer(other);
  };
}

const liveRows: Question = ([oid], session) => {
  const relation = session.catalog.getRelation(oid as Oid);
  return relation?.storage === undefined ? 0 : session.catalog.estimateSize(relation).rows;
};

const known: Readonly<Record<string, Question>> = {
  pg_stat_get_live_tuples: liveRows,
  pg_stat_get_db_numbackends: ([oid], session) =>
    [...session.instance.sessions.values()].filter((other) => other.database.oid === oid).length,
  pg_stat_get_backend_pid: ofBackend((other) => other.processId),
  pg_stat_get_backend_dbid: ofBackend((other) => other.database.oid),
  pg_stat_get_backend_userid: ofBackend((other) => other.userOid),
  pg_stat_get_backend_activity: ofBackend((other) => other.query),
  pg_stat_get_backend_activity_start: ofBackend((other) => other.statementStart),
  pg_stat_get_backend_xact_start: ofBackend((other) =>
    other.block.transaction === undefined ? null : other.transactionStart,
  ),
  pg_stat_get_backend_start: ofBackend((other) => other.sessionStart),
  pg_stat_get_backend_client_port: ofBackend((other) => other.client?.port ?? null),
  pg_stat_get_backend_wait_event_type: ofBackend((other) => (other.owner.wait === undefined ? null : 'Lock')),
  pg_stat_get_backend_wait_event: ofBackend((other) => (other.owner.wait === undefined ? null : 'transactionid')),
  pg_stat_get_snapshot_timestamp: () => null,
  pg_stat_have_stats: () => false,
};

function uncounted(resultType: Oid): Question {
  switch (resultType) {
    case typeOid.int8:
    case typeOid.int4:
    case typeOid.float8:
      return () => 0;
    case typeOid.void:
      return () => '';
    default:
      return () => null;
  }
}

export const statisticsFunctions: Readonly<Record<string, Question>> = Object.fromEntries(
  statisticsViewFunctions.map(({ name, returnType }) => [name, known[name] ?? uncounted(returnType)]),
);
