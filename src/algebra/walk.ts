/**
 * Walking expression and query trees: children, rebuilding with changed children, and the questions every stage asks
 * (which columns, is there a subquery in it). Trees are never changed in place; `map…` return the same object where
 * nothing changed, so that callers can compare with ===.
 *
 * A subquery inside an expression is part of it: walks descend into its query as well. Column ids are unique in a
 * statement, so its inner columns cannot be mistaken for outer ones.
 */
import { unreachable } from '../common/assert.ts';
import type { ColumnId, Expression, SlotId, SortKey } from './expression.ts';
import type { CommonTable, FromItem, Query } from './query.ts';

/** The direct operands, in the order they are evaluated. The query of a subquery is not among them. */
export function children(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'constant':
    case 'parameter':
    case 'column':
    case 'slot':
    case 'case-operand':
      return none;
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'greatest':
    case 'least':
    case 'nullif':
    case 'distinct-from':
      return expression.args;
    case 'relabel':
    case 'coerce-io':
    case 'coerce-typmod':
    case 'not':
    case 'null-test':
    case 'boolean-test':
    case 'field':
      return [expression.arg];
    case 'coerce-array':
      return [expression.arg, expression.element];
    case 'case': {
      const parts = expression.branches.flatMap((branch) => [branch.when, branch.then]);
      return [...optional(expression.operand), ...parts, expression.otherwise];
    }
    case 'array-comparison':
      return [expression.left, expression.right];
    case 'array':
      return expression.elements;
    case 'row':
      return expression.fields;
    case 'row-comparison':
      return [...expression.left, ...expression.right];
    case 'subscript':
      return [expression.arg, ...expression.lower.flatMap(optional), ...expression.upper.flatMap(optional)];
    case 'subquery':
      return optional(expression.test);
    case 'aggregate':
      return [
        ...expression.directArgs,
        ...expression.args,
        ...expression.orderBy.map((key) => key.expression),
        ...optional(expression.filter),
      ];
    default:
      return unreachable(expression, 'expression');
  }
}

const none: readonly Expression[] = [];

function optional(expression: Expression | undefined): readonly Expression[] {
  return expression === undefined ? none : [expression];
}

export type Mapping = (expression: Expression) => Expression;

/** The same node with `map` applied to each operand, queries of subqueries included. */
export function mapChildren(expression: Expression, map: Mapping): Expression {
  switch (expression.kind) {
    case 'constant':
    case 'parameter':
    case 'column':
    case 'slot':
    case 'case-operand':
      return expression;
    case 'call':
    case 'and':
    case 'or':
    case 'coalesce':
    case 'greatest':
    case 'least':
      return withArgs(expression, mapList(expression.args, map));
    case 'nullif':
    case 'distinct-from':
      return withArgs(expression, mapList(expression.args, map) as readonly [Expression, Expression]);
    case 'relabel':
    case 'coerce-io':
    case 'coerce-typmod':
    case 'not':
    case 'null-test':
    case 'boolean-test':
    case 'field': {
      const arg = map(expression.arg);
      return arg === expression.arg ? expression : { ...expression, arg };
    }
    case 'coerce-array': {
      const arg = map(expression.arg);
      const element = map(expression.element);
      return arg === expression.arg && element === expression.element ? expression : { ...expression, arg, element };
    }
    case 'case': {
      const operand = mapOptional(expression.operand, map);
      const branches = mapList(expression.branches, (branch) => {
        const when = map(branch.when);
        const then = map(branch.then);
        // oxlint-disable-next-line unicorn/no-thenable -- never awaited
        return when === branch.when && then === branch.then ? branch : { when, then };
      });
      const otherwise = map(expression.otherwise);
      const same =
        operand === expression.operand && branches === expression.branches && otherwise === expression.otherwise;
      return same ? expression : { ...expression, operand, branches, otherwise };
    }
    case 'array-comparison': {
      const left = map(expression.left);
      const right = map(expression.right);
      return left === expression.left && right === expression.right ? expression : { ...expression, left, right };
    }
    case 'array': {
      const elements = mapList(expression.elements, map);
      return elements === expression.elements ? expression : { ...expression, elements };
    }
    case 'row': {
      const fields = mapList(expression.fields, map);
      return fields === expression.fields ? expression : { ...expression, fields };
    }
    case 'row-comparison': {
      const left = mapList(expression.left, map);
      const right = mapList(expression.right, map);
      return left === expression.left && right === expression.right ? expression : { ...expression, left, right };
    }
    case 'subscript': {
      const arg = map(expression.arg);
      const lower = mapList(expression.lower, (bound) => mapOptional(bound, map));
      const upper = mapList(expression.upper, (bound) => mapOptional(bound, map));
      const same = arg === expression.arg && lower === expression.lower && upper === expression.upper;
      return same ? expression : { ...expression, arg, lower, upper };
    }
    case 'subquery': {
      const query = mapQuery(expression.query, map);
      const test = mapOptional(expression.test, map);
      return query === expression.query && test === expression.test ? expression : { ...expression, query, test };
    }
    case 'aggregate': {
      const directArgs = mapList(expression.directArgs, map);
      const args = mapList(expression.args, map);
      const orderBy = mapSortKeys(expression.orderBy, map);
      const filter = mapOptional(expression.filter, map);
      const same =
        directArgs === expression.directArgs &&
        args === expression.args &&
        orderBy === expression.orderBy &&
        filter === expression.filter;
      return same ? expression : { ...expression, directArgs, args, orderBy, filter };
    }
    default:
      return unreachable(expression, 'expression');
  }
}

function withArgs<E extends Expression & { readonly args: A }, A extends readonly Expression[]>(node: E, args: A): E {
  return args === node.args ? node : { ...node, args };
}

/** Rebuilds the tree from the leaves up; `map` sees each node after its operands. */
export function mapExpression(expression: Expression, map: Mapping): Expression {
  return map(mapChildren(expression, (child) => mapExpression(child, map)));
}

/** Replaces columns; `replacement` answers undefined to keep one. */
export function replaceColumns(
  expression: Expression,
  replacement: (column: ColumnId) => Expression | undefined,
): Expression {
  return mapExpression(expression, (node) => (node.kind === 'column' ? (replacement(node.column) ?? node) : node));
}

/** Maps a list, returning the list itself when no element changed. */
export function mapList<T>(list: readonly T[], map: (item: T) => T): readonly T[] {
  let changed = false;
  const mapped = list.map((item) => {
    const result = map(item);
    if (result !== item) changed = true;
    return result;
  });
  return changed ? mapped : list;
}

function mapOptional(expression: Expression | undefined, map: Mapping): Expression | undefined {
  return expression === undefined ? undefined : map(expression);
}

export function mapSortKeys(keys: readonly SortKey[], map: Mapping): readonly SortKey[] {
  return mapList(keys, (key) => {
    const expression = map(key.expression);
    return expression === key.expression ? key : { ...key, expression };
  });
}

/** Applies `map` to every expression of a query (as a whole, not node by node), nested queries included. */
export function mapQuery<Q extends Query>(query: Q, map: Mapping): Q {
  return mapSpecificQuery(query, map) as Q;
}

function mapSpecificQuery(query: Query, map: Mapping): Query {
  const tail = {
    with: mapList(query.with, (table) => mapCommonTable(table, map)),
    orderBy: mapSortKeys(query.orderBy, map),
    limit: mapOptional(query.limit, map),
    offset: mapOptional(query.offset, map),
  };
  switch (query.kind) {
    case 'select':
      return rebuilt(query, {
        ...tail,
        from: mapList(query.from, (item) => mapFromItem(item, map)),
        where: mapOptional(query.where, map),
        groupBy: mapList(query.groupBy, map),
        having: mapOptional(query.having, map),
        targets: mapList(query.targets, (target) => {
          const expression = map(target.expression);
          return expression === target.expression ? target : { ...target, expression };
        }),
        distinctOn: query.distinctOn === undefined ? undefined : mapList(query.distinctOn, map),
      });
    case 'values':
      return rebuilt(query, { ...tail, rows: mapList(query.rows, (row) => mapList(row, map)) });
    case 'set-operation':
      return rebuilt(query, { ...tail, left: mapQuery(query.left, map), right: mapQuery(query.right, map) });
    default:
      return unreachable(query, 'query');
  }
}

/** `node` itself when no field differs. */
function rebuilt<T extends object>(node: T, fields: Partial<T>): T {
  for (const name of Object.keys(fields) as (keyof T)[]) {
    if (fields[name] !== node[name]) return { ...node, ...fields };
  }
  return node;
}

function mapCommonTable(table: CommonTable, map: Mapping): CommonTable {
  return rebuilt(table, { query: mapQuery(table.query, map) });
}

export function mapFromItem(item: FromItem, map: Mapping): FromItem {
  switch (item.kind) {
    case 'table':
    case 'common-table':
      return item;
    case 'subquery':
      return rebuilt(item, { query: mapQuery(item.query, map) });
    case 'function':
      return rebuilt(item, {
        calls: mapList(item.calls, (part) => {
          const call = map(part.call);
          return call === part.call ? part : { ...part, call };
        }),
      });
    case 'join':
      return rebuilt(item, {
        left: mapFromItem(item.left, map),
        right: mapFromItem(item.right, map),
        on: mapOptional(item.on, map),
        merged: mapList(item.merged, (part) => {
          const expression = map(part.expression);
          return expression === part.expression ? part : { ...part, expression };
        }),
      });
    default:
      return unreachable(item, 'from item');
  }
}

/** Calls `see` for every node, parents first; when it answers false, the node's operands are skipped. */
export function visit(expression: Expression, see: (node: Expression) => boolean | void): void {
  if (see(expression) === false) return;
  for (const child of children(expression)) visit(child, see);
  if (expression.kind === 'subquery') visitQuery(expression.query, see);
}

/** As `visit`, for every expression of a query. */
export function visitQuery(query: Query, see: (node: Expression) => boolean | void): void {
  mapQuery(query, (expression) => {
    visit(expression, see);
    return expression;
  });
}

/** Adds the columns an expression refers to, subqueries included, to `columns`. */
export function addColumnsUsed(expression: Expression, columns: Set<ColumnId>): void {
  visit(expression, (node) => {
    if (node.kind === 'column') columns.add(node.column);
  });
}

export function columnsUsed(expression: Expression): Set<ColumnId> {
  const columns = new Set<ColumnId>();
  addColumnsUsed(expression, columns);
  return columns;
}

export function slotsUsed(expression: Expression): Set<SlotId> {
  const slots = new Set<SlotId>();
  visit(expression, (node) => {
    if (node.kind === 'slot') slots.add(node.slot);
  });
  return slots;
}

/** Whether a node satisfies `test`; operands of subqueries count. */
export function some(expression: Expression, test: (node: Expression) => boolean): boolean {
  let found = false;
  visit(expression, (node) => {
    if (!found && test(node)) found = true;
    return !found;
  });
  return found;
}

export function containsKind(expression: Expression, ...kinds: readonly Expression['kind'][]): boolean {
  return some(expression, (node) => kinds.includes(node.kind));
}

/** The conjuncts of a condition: a AND (b AND c) gives three. */
export function conjuncts(condition: Expression | undefined): readonly Expression[] {
  if (condition === undefined) return none;
  return condition.kind === 'and' ? condition.args.flatMap(conjuncts) : [condition];
}
