/** EXECUTE name (values): the prepared statement, and its parameters evaluated. */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { interpret } from '../algebra/interpret.ts';
import type { Expression } from '../algebra/expression.ts';
import { some } from '../algebra/walk.ts';
import { coerceType } from '../analyzer/coercion.ts';
import { AnalyzeContext } from '../analyzer/context.ts';
import { inClause } from '../analyzer/environment.ts';
import { analyzeExpression } from '../analyzer/expression.ts';
import { Scope } from '../analyzer/scope.ts';
import { newEnvironment } from '../analyzer/select.ts';
import type { Expr } from '../parser/syntax.ts';
import type { ExecuteStmt } from '../parser/utility-syntax.ts';
import type { Datum } from '../types/datum.ts';
import type { PreparedStatement } from './prepared-statement.ts';
import type { Session } from './session.ts';
import { typeText } from './type-names.ts';

export function findSqlPrepared(session: Session, name: string): PreparedStatement {
  const prepared = session.prepared.get(name);
  if (prepared === undefined) throw session.unknownPrepared(name);
  return prepared;
}

export function executedStatement(
  session: Session,
  statement: ExecuteStmt,
  sql: string,
): { readonly prepared: PreparedStatement; readonly parameters: readonly Datum[] } {
  const prepared = findSqlPrepared(session, statement.name);
  const { parameterTypes } = prepared;
  if (statement.params.length !== parameterTypes.length) {
    throw new SqlError(sqlState.syntaxError, `wrong number of parameters for prepared statement "${statement.name}"`, {
      detail: `Expected ${parameterTypes.length} parameters but got ${statement.params.length}.`,
    });
  }
  const parameters = statement.params.map((param, i) => evaluate(session, param, parameterTypes[i] as number, i, sql));
  return { prepared, parameters };
}

function evaluate(session: Session, node: Expr, type: number, index: number, sql: string): Datum {
  const { catalog, io } = session;
  const analysis = new AnalyzeContext({ catalog, sql, io, parameterTypes: [], parametersAllowed: false });
  const given = analyzeExpression(node, inClause(newEnvironment(analysis, new Scope(undefined)), 'execute'));
  const expression = coerceType(given, type, 'assignment', analysis, -1);
  if (expression === undefined) {
    throw new SqlError(
      sqlState.datatypeMismatch,
      `parameter $${index + 1} of type ${typeText(given.type, undefined, catalog)} cannot be coerced to the expected type ${typeText(type, undefined, catalog)}`,
      { hint: 'You will need to rewrite or cast the expression.', position: given.position },
    );
  }
  if (some(expression, (part) => part.kind === 'subquery')) {
    throw new SqlError(sqlState.featureNotSupported, 'cannot use subquery in EXECUTE parameter');
  }
  return evaluateConstantExpression(expression, session);
}

export function evaluateConstantExpression(expression: Expression, session: Session): Datum {
  return interpret(expression, { eval: session.evalContext, column: nothing, slot: nothing, parameter: nothing });
}

function nothing(): Datum {
  return null;
}
