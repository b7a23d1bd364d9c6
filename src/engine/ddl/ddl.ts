/** Definition commands by kind of statement. CREATE and DROP DATABASE, which act on the whole cluster, are cluster-commands.ts's. */
import { notSupported } from '../../common/sql-error.ts';
import type { EvalContext } from '../../functions/eval-context.ts';
import type { DefinitionStatement } from '../../parser/definition-syntax.ts';
import { statementName } from '../../parser/statement-name.ts';
import { alterTable } from './alter-table.ts';
import type { CommandContext, CommandTag } from './context.ts';
import { createIndex } from './create-index.ts';
import { createTable } from './create-table.ts';
import { drop, truncate } from './drop.ts';
import { rename, setSchema } from './rename.ts';
import { alterRole, comment, createRole, createSchema, dropRole } from './schemas-roles.ts';
import { alterSequence, createSequence } from './sequences.ts';
import { createTableAs, createView } from './views.ts';

/** Runs one definition in the session's transaction; `evaluator` computes defaults of added columns. */
export function runDefinition(
  statement: DefinitionStatement,
  evaluator: EvalContext,
  context: CommandContext,
): Promise<CommandTag> {
  switch (statement.kind) {
    case 'CreateStmt':
      return createTable(statement, context);
    case 'CreateTableAsStmt':
      return createTableAs(statement, context);
    case 'ViewStmt':
      return createView(statement, context);
    case 'IndexStmt':
      return createIndex(statement, context);
    case 'CreateSeqStmt':
      return createSequence(statement, context);
    case 'AlterSeqStmt':
      return alterSequence(statement, context);
    case 'AlterTableStmt':
      return alterTable(statement, evaluator, context);
    case 'DropStmt':
      return drop(statement, context);
    case 'TruncateStmt':
      return truncate(statement, context);
    case 'RenameStmt':
      return rename(statement, context);
    case 'AlterObjectSchemaStmt':
      return setSchema(statement, context);
    case 'CreateSchemaStmt':
      return createSchema(statement, context);
    case 'CreateRoleStmt':
      return createRole(statement, context);
    case 'AlterRoleStmt':
      return alterRole(statement, context);
    case 'DropRoleStmt':
      return dropRole(statement, context);
    case 'CommentStmt':
      return comment(statement, context);
    default:
      throw notSupported(statementName(statement));
  }
}
