import type { Statement } from '../parser/syntax.ts';
import type { Aggregate } from '../algebra/expression.ts';
import type { Query } from '../algebra/query.ts';
import type { Clause } from './clause.ts';
import type { AnalyzeContext } from './context.ts';
import type { Scope } from './scope.ts';

/** Where an expression is being analysed. */
export interface Environment {
  readonly context: AnalyzeContext;
  readonly scope: Scope;
  readonly clause: Clause;
  /** Aggregates of the query at hand are noted here as they are met. */
  readonly aggregates: Aggregate[];
  /** Analysis of a nested query (select.ts), handed in so that the two files need not import each other. */
  readonly subquery: (statement: Statement, parent: Scope, context: AnalyzeContext) => Query;
}

export function inClause(environment: Environment, clause: Clause): Environment {
  return { ...environment, clause };
}
