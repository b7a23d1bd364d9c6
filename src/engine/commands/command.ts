/** Utility commands by kind of statement: what columns they return, and the functions that run them. */
import { notSupported, SqlError, sqlState } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import { statementName } from '../../parser/statement-name.ts';
import type { DefinitionStatement } from '../../parser/definition-syntax.ts';
import type { Statement } from '../../parser/syntax.ts';
import type { Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import { runDefinition } from '../ddl/ddl.ts';
import { isSelectInto } from '../prepared-statement.ts';
import type { Session } from '../session.ts';
import { SessionCommandContext } from './command-context.ts';
import { createDatabase, dropDatabase } from './database-commands.ts';
import { closeCursor, declareCursor } from './cursors.ts';
import { explain } from './explain.ts';
import { checkpoint, lockTables, vacuum } from './maintenance.ts';
import { constraintsSet, deallocate, discard, prepare } from './session-commands.ts';
import { setVariable, showColumns, showVariable } from './set-show.ts';

export interface ResultColumn {
  readonly name: string;
  readonly type: Oid;
}

export interface CommandResult {
  readonly tag: string;
  /** For a tag that ends in a number. */
  readonly tagRows?: number;
  readonly rows?: readonly (readonly Datum[])[];
}

/** $1 … of the statement, and their types. */
export interface ParameterValues {
  readonly types: readonly Oid[];
  readonly values: readonly Datum[];
}

/** undefined: the command returns no rows. */
export function commandColumns(session: Session, statement: Statement): readonly ResultColumn[] | undefined {
  switch (statement.kind) {
    case 'VariableShowStmt':
      return showColumns(session, statement);
    case 'ExplainStmt':
      return [{ name: 'QUERY PLAN', type: typeOid.text }];
    default:
      return undefined;
  }
}

export async function runCommand(
  session: Session,
  statement: Statement,
  sql: string,
  parameters: ParameterValues,
): Promise<CommandResult> {
  switch (statement.kind) {
    case 'VariableSetStmt':
      return setVariable(session, statement, sql);
    case 'VariableShowStmt':
      return showVariable(session, statement);
    case 'PrepareStmt':
      return prepare(session, statement, sql);
    case 'DeclareCursorStmt':
      return declareCursor(session, statement, sql, parameters);
    case 'ClosePortalStmt':
      return closeCursor(session, statement);
    case 'DeallocateStmt':
      return deallocate(session, statement);
    case 'DiscardStmt':
      return discard(session, statement);
    case 'ExplainStmt':
      return explain(session, statement, sql, parameters);
    case 'VacuumStmt':
      return vacuum(session, statement);
    case 'CheckPointStmt':
      return checkpoint(session);
    case 'LockStmt':
      return lockTables(session, statement);
    case 'ConstraintsSetStmt':
      return constraintsSet(session, statement);
    case 'CreatedbStmt':
      return createDatabase(session, statement);
    case 'DropdbStmt':
      return dropDatabase(session, statement);
    default:
      return define(session, statement, sql);
  }
}

/** Kinds that ddl.ts knows; the rest is refused there or here. */
async function define(session: Session, statement: Statement, sql: string): Promise<CommandResult> {
  const definition = asDefinition(statement);
  if (definition === undefined) throw notSupported(statementName(statement));
  requireWritable(session, statement);
  const context = new SessionCommandContext(session, sql);
  return { tag: await runDefinition(definition, session.evalContext, context) };
}

/** SELECT … INTO is CREATE TABLE AS in other words. */
function asDefinition(statement: Statement): DefinitionStatement | undefined {
  if (isSelectInto(statement) && statement.kind === 'SelectStmt' && statement.intoClause !== undefined) {
    const { intoClause: into } = statement;
    return {
      kind: 'CreateTableAsStmt',
      query: { ...statement, intoClause: undefined },
      into,
      objtype: 'OBJECT_TABLE',
      is_select_into: true,
      if_not_exists: false,
    };
  }
  return isDefinition(statement) ? statement : undefined;
}

const otherKinds: ReadonlySet<Statement['kind']> = new Set([
  'SelectStmt',
  'InsertStmt',
  'UpdateStmt',
  'DeleteStmt',
  'MergeStmt',
  'OtherNode',
  'TransactionStmt',
  'AlterSystemStmt',
  'ExecuteStmt',
  'FetchStmt',
  'CopyStmt',
  'ClusterStmt',
  'ReindexStmt',
  'ListenStmt',
  'NotifyStmt',
  'UnlistenStmt',
  'DoStmt',
  'CallStmt',
  'LoadStmt',
]);

function isDefinition(statement: Statement): statement is DefinitionStatement {
  return !otherKinds.has(statement.kind);
}

function requireWritable(session: Session, statement: Statement): void {
  if (session.block.current.readOnly)
    throw new SqlError(
      sqlState.readOnlySqlTransaction,
      `cannot execute ${statementName(statement)} in a read-only transaction`,
    );
}
