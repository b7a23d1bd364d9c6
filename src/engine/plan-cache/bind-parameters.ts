/** A bound statement with its parameters' values in place, for a plan that suits just these values. */
import type { Expression } from '../../algebra/expression.ts';
import type { BoundStatement, PlannableStatement } from '../../algebra/statement.ts';
import { mapExpression, mapFromItem, mapQuery } from '../../algebra/walk.ts';
import type { Datum } from '../../types/datum.ts';

/** undefined: the values make no difference to how such a statement is planned (INSERT). */
export function bindParameters(bound: BoundStatement, values: readonly Datum[]): BoundStatement | undefined {
  const replace = (expression: Expression): Expression =>
    mapExpression(expression, (node) =>
      node.kind === 'parameter' ? constantOf(node, values[node.index] ?? null) : node,
    );
  const statement = replaceIn(bound.statement, replace);
  return statement === undefined ? undefined : { ...bound, statement };
}

function constantOf(node: Extract<Expression, { kind: 'parameter' }>, value: Datum): Expression {
  const { type, typmod, collation, position } = node;
  return { kind: 'constant', value, type, typmod, collation, position };
}

function replaceIn(
  statement: PlannableStatement,
  replace: (expression: Expression) => Expression,
): PlannableStatement | undefined {
  switch (statement.kind) {
    case 'select':
      return { kind: 'select', query: mapQuery(statement.query, replace) };
    case 'insert':
      return undefined;
    case 'update':
      return {
        ...statement,
        from: statement.from.map((item) => mapFromItem(item, replace)),
        where: statement.where === undefined ? undefined : replace(statement.where),
      };
    case 'delete':
      return {
        ...statement,
        using: statement.using.map((item) => mapFromItem(item, replace)),
        where: statement.where === undefined ? undefined : replace(statement.where),
      };
  }
}
