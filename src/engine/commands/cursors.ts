/** DECLARE and CLOSE. FETCH is a portal (fetch-portal.ts). */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { isPlannable } from '../../analyzer/analyze.ts';
import { cursorOption } from '../../parser/option-bits.ts';
import type { ClosePortalStmt, DeclareCursorStmt } from '../../parser/utility-syntax.ts';
import { Cursor } from '../cursor.ts';
import { findCursor } from '../fetch-portal.ts';
import { PlanRun } from '../plan-run.ts';
import { PreparedStatement } from '../prepared-statement.ts';
import { discardedRows } from '../row-sink.ts';
import type { Session } from '../session.ts';
import type { CommandResult, ParameterValues } from './command.ts';

export async function declareCursor(
  session: Session,
  statement: DeclareCursorStmt,
  sql: string,
  parameters: ParameterValues,
): Promise<CommandResult> {
  const { portalname: name, options, query } = statement;
  const has = (bit: number): boolean => (options & bit) !== 0;
  const isHeld = has(cursorOption.hold);
  if (has(cursorOption.scroll) && has(cursorOption.noScroll)) {
    throw new SqlError(sqlState.invalidCursorDefinition, 'cannot specify both SCROLL and NO SCROLL');
  }
  if (!isHeld && !session.block.isExplicit && session.block.state !== 'implicit') {
    throw new SqlError(sqlState.noActiveSqlTransaction, 'DECLARE CURSOR can only be used in transaction blocks');
  }
  if (session.cursors.has(name) || (name !== '' && session.portals.has(name))) {
    throw new SqlError(sqlState.duplicateCursor, `cursor "${name}" already exists`);
  }
  if (!isPlannable(query) || query.kind !== 'SelectStmt') {
    throw new SqlError(sqlState.invalidCursorDefinition, 'DECLARE CURSOR must be of a SELECT');
  }
  const prepared = new PreparedStatement(session, '', sql, query, parameters.types, {
    parametersAllowed: parameters.types.length > 0,
    fromSql: true,
  });
  const run = new PlanRun(session, prepared, prepared.plan(session), parameters.values);
  // Opened now: the cursor sees what the DECLARE saw.
  while (run.advance(0, discardedRows) === 'wait') await session.sleep();
  const cursor = new Cursor(run, {
    name,
    sql,
    isScrollable: has(cursorOption.scroll) || isHeld,
    isHeld,
    isBinary: has(cursorOption.binary),
    number: session.nextCursorNumber++,
    createdAt: session.statementStart,
  });
  session.cursors.set(name, cursor);
  return { tag: 'DECLARE CURSOR' };
}

export function closeCursor(session: Session, { portalname: name }: ClosePortalStmt): CommandResult {
  if (name === undefined) {
    session.closeCursors();
    return { tag: 'CLOSE CURSOR ALL' };
  }
  findCursor(session, name).close();
  session.cursors.delete(name);
  return { tag: 'CLOSE CURSOR' };
}
