/** What columns a prepared statement gives, without running it. */
import type { FieldDescription } from '../protocol/backend.ts';
import { commandFields } from './command-portal.ts';
import { commandColumns } from './commands/command.ts';
import { fieldsOf, type PreparedStatement } from './prepared-statement.ts';
import type { Session } from './session.ts';
import { findSqlPrepared } from './sql-prepared.ts';

const textFormat = (): number => 0;

export function describeStatement(
  session: Session,
  prepared: PreparedStatement,
): readonly FieldDescription[] | undefined {
  const { statement } = prepared;
  if (statement === undefined) return undefined;
  if (prepared.isPlannable) {
    const { output, planned } = prepared.plan(session);
    return output.length === 0 && planned.command !== 'SELECT' ? undefined : fieldsOf(output, textFormat);
  }
  if (statement.kind === 'ExecuteStmt') {
    return describeStatement(session, findSqlPrepared(session, statement.name));
  }
  if (statement.kind === 'FetchStmt') {
    return statement.ismove ? undefined : session.portals.get(statement.portalname)?.fields();
  }
  const columns = commandColumns(session, statement);
  return columns === undefined ? undefined : commandFields(columns, textFormat);
}
