/** Which kind of portal runs a statement. */
import type { Datum } from '../types/datum.ts';
import { CommandPortal } from './command-portal.ts';
import { commandColumns } from './commands/command.ts';
import { CopyInPortal } from './copy/copy-in-portal.ts';
import { CopyOutPortal } from './copy/copy-out-portal.ts';
import { EmptyPortal } from './empty-portal.ts';
import { FetchPortal } from './fetch-portal.ts';
import { type Portal, QueryPortal } from './portal.ts';
import type { PreparedStatement } from './prepared-statement.ts';
import { executedStatement } from './sql-prepared.ts';
import type { Session } from './session.ts';
import { TransactionPortal } from './transaction-portal.ts';

/** `formats`: 0 text, 1 binary, by column. */
export function makePortal(
  session: Session,
  name: string,
  prepared: PreparedStatement,
  parameters: readonly Datum[],
  formats: (column: number) => number,
): Portal {
  const { statement } = prepared;
  if (statement === undefined) return new EmptyPortal(name, prepared);
  if (prepared.isPlannable) return queryPortal(session, name, prepared, parameters, formats);
  switch (statement.kind) {
    case 'TransactionStmt':
      return new TransactionPortal(session, name, prepared, statement);
    case 'ExecuteStmt': {
      const executed = executedStatement(session, statement, prepared.sql);
      if (executed.prepared.isPlannable) {
        return queryPortal(session, name, executed.prepared, executed.parameters, formats);
      }
      return makePortal(session, name, executed.prepared, executed.parameters, formats);
    }
    case 'FetchStmt':
      return new FetchPortal(session, name, prepared, statement, formats);
    case 'CopyStmt':
      return statement.is_from
        ? new CopyInPortal(session, name, prepared, statement)
        : new CopyOutPortal(session, name, prepared, statement);
    default: {
      const columns = commandColumns(session, statement);
      return new CommandPortal(session, name, prepared, statement, parameters, columns, formats);
    }
  }
}

function queryPortal(
  session: Session,
  name: string,
  prepared: PreparedStatement,
  parameters: readonly Datum[],
  formats: (column: number) => number,
): QueryPortal {
  const plan = prepared.planFor(session, parameters);
  const codes = plan.output.map((_, i) => formats(i));
  return new QueryPortal(session, name, prepared, plan, parameters, codes);
}
