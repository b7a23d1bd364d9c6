/**
 * EXPLAIN: plans a statement, with ANALYZE also runs it, and shows the plan as PostgreSQL does.
 *
 *   physical plan ──plan-tree.ts──▶ tree of shown nodes ──text-format.ts, json-format.ts──▶ rows
 */
import { notSupported } from '../../common/sql-error.ts';
import type { ExplainStmt } from '../../parser/utility-syntax.ts';
import type { Datum } from '../../types/datum.ts';
import type { CommandResult } from '../commands/command.ts';
import type { Session } from '../session.ts';

export async function explain(
  _session: Session,
  _statement: ExplainStmt,
  _sql: string,
  _parameters: readonly Datum[],
): Promise<CommandResult> {
  throw notSupported('EXPLAIN');
}
