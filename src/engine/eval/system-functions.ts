/** Functions that ask or act on the running server, by name (functions/session/server.ts declares them). */
import type { Datum } from '../../types/datum.ts';
import type { Session } from '../session.ts';

export type SystemFunction = (args: readonly Datum[], session: Session) => Datum;

const cancelBackend: SystemFunction = ([pid], session) => {
  const other = session.instance.sessions.get(pid as number);
  if (other === undefined) {
    session.notice({
      severity: 'WARNING',
      sqlState: '01000',
      message: `PID ${String(pid)} is not a PostgreSQL server process`,
    });
    return false;
  }
  other.cancel();
  return true;
};

const terminateBackend: SystemFunction = ([pid], session) => {
  const other = session.instance.sessions.get(pid as number);
  if (other === undefined) {
    session.notice({
      severity: 'WARNING',
      sqlState: '01000',
      message: `PID ${String(pid)} is not a PostgreSQL server process`,
    });
    return false;
  }
  other.interrupts.raise('terminate');
  return true;
};

export const systemFunctions: ReadonlyMap<string, SystemFunction> = new Map<string, SystemFunction>([
  ['pg_cancel_backend', cancelBackend],
  ['pg_terminate_backend', terminateBackend],
  ['pg_is_in_recovery', () => false],
  ['current_query', (_args, session) => session.query],
]);
