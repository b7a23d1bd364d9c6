/**
 * Rewrites before joins are planned: a plain subquery in FROM (a view, mostly) is merged into the query around it, so that
 * its tables join freely and conditions reach them; columns merged by USING become the expressions they stand for.
 */
import type { ColumnId, Expression } from '../algebra/expression.ts';
import type { FromItem, JoinItem, Query, SelectQuery, SubqueryItem } from '../algebra/query.ts';
import { containsKind, mapQuery, replaceColumns, some } from '../algebra/walk.ts';
import { volatilityOf } from '../algebra/volatility.ts';
import { makeAnd } from './make.ts';

type Substitution = Map<ColumnId, Expression>;

/** Repeats until nothing more can be merged. */
export function pullUpSubqueries(query: SelectQuery): SelectQuery {
  let result = query;
  for (;;) {
    const substitution: Substitution = new Map();
    const conditions: Expression[] = [];
    const from = result.from.flatMap((item) => pullItem(item, false, substitution, conditions));
    if (substitution.size === 0 && conditions.length === 0) return result;
    const where = makeAnd([...conditions, ...(result.where === undefined ? [] : [result.where])]);
    result = substitute({ ...result, from, where }, substitution);
  }
}

function substitute(query: SelectQuery, substitution: Substitution): SelectQuery {
  if (substitution.size === 0) return query;
  const replace = (expression: Expression) => replaceColumns(expression, (column) => substitution.get(column));
  const targets = query.targets.map((target) => {
    const expression = replace(target.expression);
    return expression === target.expression ? target : { ...target, expression };
  });
  // Sort keys that are a target stay the very same object, so that volatile ones are computed once.
  const renewed = new Map(
    query.targets.map((target, i) => [target.expression, (targets[i] as typeof target).expression]),
  );
  const mapped = mapQuery(query, (expression) => renewed.get(expression) ?? replace(expression));
  return { ...mapped, targets };
}

/** An item with what it holds pulled up; several items where a subquery had several. */
function pullItem(
  item: FromItem,
  nullable: boolean,
  substitution: Substitution,
  conditions: Expression[],
): readonly FromItem[] {
  switch (item.kind) {
    case 'subquery':
      return pullSubquery(item, nullable, substitution, conditions);
    case 'join':
      return [pullJoin(item, nullable, substitution, conditions)];
    default:
      return [item];
  }
}

/**
 * What filters a side of a join moves into its ON, unless that side is kept whole by an outer join: then it filters the result
 * and goes up (`above`).
 */
function pullJoin(item: JoinItem, nullable: boolean, substitution: Substitution, above: Expression[]): FromItem {
  for (const { column, expression } of item.merged) substitution.set(column.id, expression);
  if (item.join === 'full') return item.merged.length === 0 ? item : { ...item, merged: [] };
  const within: Expression[] = [];
  const left = pullSide(
    item.left,
    nullable || item.join === 'right',
    substitution,
    item.join === 'left' ? above : within,
  );
  const right = pullSide(
    item.right,
    nullable || item.join === 'left',
    substitution,
    item.join === 'right' ? above : within,
  );
  if (left === item.left && right === item.right && item.merged.length === 0) return item;
  const on = makeAnd([...(item.on === undefined ? [] : [item.on]), ...within]);
  return { ...item, left, right, on, merged: [] };
}

/** A side of a join stays one item: the from items of a subquery are joined beneath it. */
function pullSide(item: FromItem, nullable: boolean, substitution: Substitution, conditions: Expression[]): FromItem {
  const items = pullItem(item, nullable, substitution, conditions);
  return items.reduce((left, right) => ({
    kind: 'join',
    join: 'inner',
    left,
    right,
    on: undefined,
    merged: [],
    using: [],
    alias: undefined,
  }));
}

function pullSubquery(
  item: SubqueryItem,
  nullable: boolean,
  substitution: Substitution,
  conditions: Expression[],
): readonly FromItem[] {
  const query = simpleQuery(item.query);
  if (query === undefined) return [item];
  const plainColumns = query.targets.every(({ expression }) => expression.kind === 'column');
  // Beneath an outer join only columns may stand in for columns: they are NULL when their row is.
  if (nullable && !plainColumns) return [item];
  if (item.lateral && query.from.length === 0) return [item];
  for (const [i, target] of query.targets.entries()) {
    const column = item.columns[i];
    if (column !== undefined) substitution.set(column.id, target.expression);
  }
  if (query.where !== undefined) conditions.push(query.where);
  return query.from;
}

/** A SELECT that is nothing but FROM, WHERE and a select list without surprises. */
function simpleQuery(query: Query): SelectQuery | undefined {
  if (query.kind !== 'select' || query.from.length === 0) return undefined;
  const plain =
    !query.grouped &&
    !query.distinct &&
    query.distinctOn === undefined &&
    query.limit === undefined &&
    query.offset === undefined &&
    query.with.length === 0 &&
    query.locking.length === 0 &&
    query.orderBy.length === 0;
  if (!plain) return undefined;
  const simple = query.targets.every(
    ({ expression }) =>
      !containsKind(expression, 'subquery') &&
      !some(expression, (node) => node.kind === 'call' && node.returnsSet) &&
      volatilityOf(expression) !== 'v',
  );
  return simple ? query : undefined;
}
