/** Commands about what the session keeps: prepared statements, DISCARD, constraint modes. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { isPlannable } from '../../analyzer/analyze.ts';
import type { ConstraintsSetStmt, DeallocateStmt, DiscardStmt, PrepareStmt } from '../../parser/utility-syntax.ts';
import { PreparedStatement } from '../prepared-statement.ts';
import type { Session } from '../session.ts';
import { resolveTypeNode } from '../type-names.ts';
import type { CommandResult } from './command.ts';

export function prepare(session: Session, statement: PrepareStmt, sql: string): CommandResult {
  const { name, query } = statement;
  if (!isPlannable(query)) throw new SqlError(sqlState.syntaxError, 'utility statements cannot be prepared');
  if (session.prepared.has(name)) {
    throw new SqlError(sqlState.duplicatePreparedStatement, `prepared statement "${name}" already exists`);
  }
  const types = statement.argtypes.map((type) => resolveTypeNode(type, sql, session).oid);
  const options = { parametersAllowed: true, fromSql: true };
  session.prepared.set(name, new PreparedStatement(session, name, sql, query, types, options));
  return { tag: 'PREPARE' };
}

export function deallocate(session: Session, { name }: DeallocateStmt): CommandResult {
  if (name === undefined) {
    session.prepared.clear();
    return { tag: 'DEALLOCATE ALL' };
  }
  if (!session.prepared.delete(name)) throw session.unknownPrepared(name);
  return { tag: 'DEALLOCATE' };
}

export function discard(session: Session, { target }: DiscardStmt): CommandResult {
  if (target === 'DISCARD_ALL') {
    session.requireNoTransactionBlock('DISCARD ALL');
    session.settings.resetAll();
    session.prepared.clear();
    session.closeCursors();
    session.manager.locks.unlockAllOfSession(session.owner);
  }
  if (target === 'DISCARD_ALL' || target === 'DISCARD_SEQUENCES') session.evalContext.discardSequences();
  return { tag: target.replace('_', ' ') };
}

export function constraintsSet(
  session: Session,
  { constraints, deferred }: ConstraintsSetStmt,
): Promise<CommandResult> {
  return session.referential.setModes(constraints, deferred);
}
