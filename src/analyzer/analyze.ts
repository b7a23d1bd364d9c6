/** Entry: a syntax tree of SELECT, INSERT, UPDATE or DELETE becomes a bound statement. Pure: reads the catalog, changes nothing. */
import { SqlError, notSupported } from '../common/sql-error.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { BoundStatement, PlannableStatement } from '../algebra/statement.ts';
import type { OutputColumn } from '../algebra/query.ts';
import type { Statement } from '../parser/syntax.ts';
import { AnalyzeContext, type AnalyzeOptions } from './context.ts';
import { analyzeDelete, analyzeInsert, analyzeUpdate } from './modify.ts';
import { analyzeQuery } from './select.ts';

export type { AnalyzeOptions } from './context.ts';

/** Whether the planner runs it (SELECT, INSERT, UPDATE, DELETE, MERGE), as against a utility command. */
export function isPlannable(statement: Statement): boolean {
  switch (statement.kind) {
    case 'SelectStmt':
    case 'InsertStmt':
    case 'UpdateStmt':
    case 'DeleteStmt':
    case 'MergeStmt':
      return true;
    default:
      return false;
  }
}

/** Throws SqlError with the position of what is wrong. */
export function analyze(statement: Statement, options: AnalyzeOptions): BoundStatement {
  const context = new AnalyzeContext(options);
  const bound = analyzeStatement(statement, context);
  context.parameterTypes.forEach((type, i) => {
    if (type === 0 || type === typeOids.unknown) {
      throw new SqlError('42P18', `could not determine data type of parameter $${i + 1}`);
    }
  });
  context.settleParameters();
  return {
    statement: bound,
    output: outputOf(bound),
    parameterTypes: context.parameterTypes,
    nextId: context.nextId,
    relations: [...context.relations],
    command: commands[bound.kind],
  };
}

const commands = { select: 'SELECT', insert: 'INSERT', update: 'UPDATE', delete: 'DELETE' } as const;

function analyzeStatement(statement: Statement, context: AnalyzeContext): PlannableStatement {
  switch (statement.kind) {
    case 'SelectStmt':
      return { kind: 'select', query: analyzeQuery(statement, undefined, context) };
    case 'InsertStmt':
      return analyzeInsert(statement, context);
    case 'UpdateStmt':
      return analyzeUpdate(statement, context);
    case 'DeleteStmt':
      return analyzeDelete(statement, context);
    case 'MergeStmt':
      throw notSupported('MERGE');
    default:
      throw notSupported(`planning of ${statement.kind}`);
  }
}

function outputOf(statement: PlannableStatement): readonly OutputColumn[] {
  return statement.kind === 'select' ? statement.query.output : statement.returning.map((target) => target.column);
}
