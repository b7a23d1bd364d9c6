/** Subqueries in expressions: EXISTS, IN / ANY, ALL, scalar and ARRAY(…). */
import { SqlError } from '../common/sql-error.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { SubLink } from '../parser/syntax.ts';
import type { Expression, Subquery } from '../algebra/expression.ts';
import type { OutputColumn, Query } from '../algebra/query.ts';
import type { Analyze } from './call.ts';
import { subqueryRefusal } from './clause.ts';
import { arrayTypeFor } from './coercion.ts';
import type { Environment } from './environment.ts';
import { collationOf, columnReference } from './make.ts';
import { compareRows, makeOperator } from './operator.ts';
import { elementTypeOf } from './type-name.ts';

export function analyzeSublink(node: SubLink, environment: Environment, analyze: Analyze): Expression {
  const { context } = environment;
  const position = context.position(node.location);
  const refusal = subqueryRefusal(environment.clause);
  if (refusal !== undefined) throw new SqlError('0A000', refusal, { position });
  const query = environment.subquery(node.subselect, environment.scope, context);
  const make = (form: Subquery['form'], type: number, typmod: number, test?: Expression): Subquery => ({
    kind: 'subquery',
    form,
    query,
    test,
    type,
    typmod,
    collation: collationOf(type),
    position,
  });
  switch (node.subLinkType) {
    case 'EXISTS_SUBLINK':
      return make('exists', typeOids.bool, -1);
    case 'EXPR_SUBLINK': {
      const column = singleColumn(query, position);
      return make('scalar', column.type, column.typmod);
    }
    case 'ARRAY_SUBLINK': {
      const column = singleColumn(query, position);
      // An array of arrays is one more dimension of the same type.
      const type = elementTypeOf(column.type) === 0 ? arrayTypeFor(column.type, position, context) : column.type;
      return make('array', type, column.typmod);
    }
    case 'ANY_SUBLINK':
    case 'ALL_SUBLINK': {
      const form = node.subLinkType === 'ANY_SUBLINK' ? 'any' : 'all';
      return make(form, typeOids.bool, -1, comparison(node, query, environment, analyze, position));
    }
    default:
      throw new SqlError('0A000', `subquery of kind ${node.subLinkType} is not supported`, { position });
  }
}

function singleColumn(query: Query, position: number | undefined): OutputColumn {
  if (query.output.length !== 1) throw new SqlError('42601', 'subquery must return only one column', { position });
  return query.output[0] as OutputColumn;
}

function comparison(
  node: SubLink,
  query: Query,
  environment: Environment,
  analyze: Analyze,
  position: number | undefined,
): Expression {
  const operator = node.operName.at(-1) ?? '=';
  const test = node.testexpr;
  const left =
    test?.kind === 'RowExpr'
      ? test.args.map((arg) => analyze(arg, environment))
      : [analyze(test as NonNullable<typeof test>, environment)];
  const right = query.output.map((column) => columnReference(column));
  if (left.length < right.length) throw new SqlError('42601', 'subquery has too many columns', { position });
  if (left.length > right.length) throw new SqlError('42601', 'subquery has too few columns', { position });
  if (left.length === 1) {
    return makeOperator(operator, left[0] as Expression, right[0] as Expression, environment.context, position);
  }
  return compareRows(operator, left, right, environment.context, position);
}
