/** GROUP BY, ORDER BY and DISTINCT ON: items are output names, positions, or expressions. */
import { SqlError, notSupported } from '../common/sql-error.ts';
import { expressionsEqual } from '../algebra/equal.ts';
import type { Expression, SortKey } from '../algebra/expression.ts';
import type { Target } from '../algebra/query.ts';
import type { Expr, GroupingSet, SortBy } from '../parser/syntax.ts';
import { sortKey } from './call.ts';
import { settleUnknown } from './coercion.ts';
import type { Environment } from './environment.ts';
import { analyzeExpression } from './expression.ts';
import { hasEquality } from './operator.ts';
import { findColumn } from './scope.ts';
import { typeText } from './type-name.ts';

/** ORDER BY keys; an item that names or repeats a target is that target's very expression object. */
export function analyzeOrderBy(
  nodes: readonly SortBy[],
  targets: readonly Target[],
  environment: Environment,
): SortKey[] {
  return nodes.map((node) => {
    const expression =
      findByNameOrPosition(node.node, targets, environment, 'ORDER BY', true) ??
      freshItem(node.node, targets, environment);
    return sortKey(node, expression, environment);
  });
}

export function analyzeGroupBy(
  nodes: readonly (Expr | GroupingSet)[],
  targets: readonly Target[],
  environment: Environment,
): Expression[] {
  const groups: Expression[] = [];
  for (const node of nodes) {
    if (node.kind === 'GroupingSet') {
      if (node.subkind === 'GROUPING_SET_EMPTY' && nodes.length === 1) return [];
      throw notSupported('GROUPING SETS, ROLLUP and CUBE', environment.context.position(node.location));
    }
    const expression =
      findByNameOrPosition(node, targets, environment, 'GROUP BY', false) ?? freshItem(node, targets, environment);
    requireEquality(expression, environment);
    if (!groups.some((group) => expressionsEqual(group, expression))) groups.push(expression);
  }
  return groups;
}

export function analyzeDistinctOn(
  nodes: readonly Expr[],
  targets: readonly Target[],
  orderBy: readonly SortKey[],
  environment: Environment,
): Expression[] {
  const expressions = nodes.map((node) => {
    const expression =
      findByNameOrPosition(node, targets, environment, 'DISTINCT ON', true) ?? freshItem(node, targets, environment);
    requireEquality(expression, environment);
    return expression;
  });
  const matches = (key: SortKey) => expressions.some((expression) => expressionsEqual(expression, key.expression));
  const leading = orderBy.slice(0, Math.min(orderBy.length, expressions.length));
  const first = orderBy.findIndex((key) => !matches(key));
  const covered = first < 0 ? orderBy : orderBy.slice(0, first);
  const all = expressions.every((expression) => covered.some((key) => expressionsEqual(expression, key.expression)));
  if (first >= 0 && (leading.some((key) => !matches(key)) || !all) && !all) {
    throw new SqlError('42P10', 'SELECT DISTINCT ON expressions must match initial ORDER BY expressions', {
      position: nodes.length > 0 ? expressions[0]?.position : undefined,
    });
  }
  return expressions;
}

export function checkDistinctOrder(targets: readonly Target[], orderBy: readonly SortKey[]): void {
  for (const { expression } of orderBy) {
    if (targets.some((target) => expressionsEqual(target.expression, expression))) continue;
    throw new SqlError('42P10', 'for SELECT DISTINCT, ORDER BY expressions must appear in select list', {
      position: expression.position,
    });
  }
}

function requireEquality(expression: Expression, { context }: Environment): void {
  if (hasEquality(expression.type)) return;
  throw new SqlError(
    '42883',
    `could not identify an equality operator for type ${typeText(expression.type, context.catalog)}`,
    {
      position: expression.position,
    },
  );
}

/** An output column by its name (ORDER BY: before, GROUP BY: after the columns of FROM) or by its number. */
function findByNameOrPosition(
  node: Expr,
  targets: readonly Target[],
  environment: Environment,
  construct: string,
  outputFirst: boolean,
): Expression | undefined {
  const { context, scope } = environment;
  if (node.kind === 'ColumnRef' && node.fields.length === 1 && typeof node.fields[0] === 'string') {
    const [name] = node.fields;
    const position = context.position(node.location);
    if (!outputFirst && findColumn(scope, name, position)?.levelsUp === 0) return undefined;
    const matches = targets.filter((target) => target.column.name === name);
    const [first] = matches;
    if (matches.some((match) => !expressionsEqual(match.expression, (first as Target).expression))) {
      throw new SqlError('42702', `${construct} "${name}" is ambiguous`, { position });
    }
    return first?.expression;
  }
  if (node.kind !== 'A_Const') return undefined;
  const position = context.position(node.location);
  if (node.val.kind !== 'Integer') {
    throw new SqlError('42601', `non-integer constant in ${construct}`, { position });
  }
  const target = targets[node.val.ival - 1];
  if (target === undefined) {
    throw new SqlError('42P10', `${construct} position ${node.val.ival} is not in select list`, { position });
  }
  return target.expression;
}

/** An expression of its own; when it repeats a target it becomes that target's object. */
function freshItem(node: Expr, targets: readonly Target[], environment: Environment): Expression {
  const expression = settleUnknown(analyzeExpression(node, environment), environment.context);
  return targets.find((target) => expressionsEqual(target.expression, expression))?.expression ?? expression;
}
