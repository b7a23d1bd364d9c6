/** SELECT, VALUES and set operations (analyze.c is PostgreSQL's counterpart). */
import { SqlError, notSupported } from '../common/sql-error.ts';
import { typeOids } from '../functions/type-oids.ts';
import { columnsUsed } from '../algebra/walk.ts';
import type { Aggregate, Expression, SortKey } from '../algebra/expression.ts';
import type {
  CommonTable,
  FromItem,
  LockingClause,
  OutputColumn,
  Query,
  RelationId,
  SelectQuery,
  SetOperationQuery,
  Target,
  ValuesQuery,
} from '../algebra/query.ts';
import type { Expr, LockingClause as LockingNode, ResTarget, SelectStmt, SortBy, Statement } from '../parser/syntax.ts';
import { sortKey } from './call.ts';
import { coerceToCommon, coerceType, selectCommonType, selectCommonTypmod, settleUnknown } from './coercion.ts';
import { columnNameOf } from './column-name.ts';
import type { AnalyzeContext } from './context.ts';
import { inClause, type Environment } from './environment.ts';
import { analyzeCondition, analyzeExpression, analyzeRowCount } from './expression.ts';
import { analyzeFromList } from './from.ts';
import { checkGrouping } from './grouping.ts';
import { collationOf, columnReference } from './make.ts';
import { hasEquality } from './operator.ts';
import { Scope, findItem, type ScopeItem } from './scope.ts';
import { analyzeDistinctOn, analyzeGroupBy, analyzeOrderBy, checkDistinctOrder } from './sort-clause.ts';
import { typeText } from './type-name.ts';
import { analyzeWith } from './with.ts';
import { missingTable } from './column.ts';

export function newEnvironment(context: AnalyzeContext, scope: Scope): Environment {
  return { context, scope, clause: 'select', aggregates: [], subquery: analyzeQuery };
}

/** Analyses a nested or top-level query; unknown literals in its output become text. */
export function analyzeQuery(statement: Statement, parent: Scope | undefined, context: AnalyzeContext): Query {
  return settleOutput(analyzeOpenQuery(statement, parent, context), context);
}

/** As analyzeQuery, but output columns that are unknown literals are left so, for the context (UNION, INSERT) to type. */
export function analyzeOpenQuery(statement: Statement, parent: Scope | undefined, context: AnalyzeContext): Query {
  if (statement.kind !== 'SelectStmt') throw notSupported('a data-modifying statement inside a query');
  const scope = new Scope(parent);
  const withTables =
    statement.withClause === undefined ? [] : analyzeWith(statement.withClause, scope, context, analyzeQuery);
  if (statement.op !== 'SETOP_NONE') return analyzeSetOperation(statement, scope, withTables, context);
  if (statement.valuesLists.length > 0) return analyzeValues(statement, scope, withTables, context);
  return analyzeSelect(statement, scope, withTables, context);
}

function settleOutput(query: Query, context: AnalyzeContext): Query {
  if (query.output.every((column) => column.type !== typeOids.unknown)) return query;
  const types = query.output.map((column) => (column.type === typeOids.unknown ? typeOids.text : column.type));
  return coerceOutput(query, types, 'SELECT', context);
}

// ---------------------------------------------------------------------------------------------------------- plain SELECT

function analyzeSelect(
  statement: SelectStmt,
  scope: Scope,
  withTables: readonly CommonTable[],
  context: AnalyzeContext,
): SelectQuery {
  if (statement.intoClause !== undefined) throw new SqlError('42601', 'SELECT ... INTO is not allowed here');
  if (statement.windowClause.length > 0) throw notSupported('WINDOW');
  const environment = newEnvironment(context, scope);
  const from = analyzeFromList(statement.fromClause, environment);
  const where = condition(statement.whereClause, inClause(environment, 'where'), 'WHERE');
  const targets = analyzeTargets(statement.targetList, environment);
  const orderBy = analyzeOrderBy(statement.sortClause, targets, inClause(environment, 'order by'));
  const groupBy = analyzeGroupBy(statement.groupClause, targets, inClause(environment, 'group by'));
  const having = condition(statement.havingClause, inClause(environment, 'having'), 'HAVING');
  const distinct = statement.distinctClause?.length === 0;
  const distinctOn =
    statement.distinctClause !== undefined && !distinct
      ? analyzeDistinctOn(statement.distinctClause, targets, orderBy, inClause(environment, 'distinct on'))
      : undefined;
  if (distinct) checkDistinct(targets, orderBy, context);
  const { limit, offset } = analyzeLimits(statement, environment);
  refuseOuterAggregates(environment.aggregates, scope, from);
  const grouped = groupBy.length > 0 || having !== undefined || environment.aggregates.length > 0;
  const groups = grouped
    ? checkGrouping({
        scope,
        context,
        groupBy,
        from,
        outputs: [
          ...targets.map((t) => t.expression),
          ...orderBy.map((k) => k.expression),
          ...(distinctOn ?? []),
          ...(having === undefined ? [] : [having]),
        ],
      })
    : groupBy;
  const locking = statement.lockingClause.map((clause) =>
    analyzeLocking(clause, scope, from, { grouped, distinct: distinct || distinctOn !== undefined }, context),
  );
  return {
    kind: 'select',
    with: withTables,
    output: targets.map((target) => target.column),
    from,
    where,
    groupBy: groups,
    grouped,
    having,
    targets,
    distinct,
    distinctOn,
    orderBy,
    limit,
    offset,
    withTies: statement.limitOption === 'LIMIT_OPTION_WITH_TIES',
    locking,
  };
}

function condition(node: Expr | undefined, environment: Environment, construct: string): Expression | undefined {
  return node === undefined ? undefined : analyzeCondition(node, environment, construct);
}

function analyzeLimits(statement: SelectStmt, environment: Environment) {
  const isNull = (node: Expr | undefined) => node?.kind === 'A_Const' && node.val.kind === 'Null';
  const count = (node: Expr | undefined, construct: 'LIMIT' | 'OFFSET') => {
    if (node === undefined || isNull(node)) return undefined;
    // Columns are looked for, so that their use is refused by name rather than as unknown.
    const expression = analyzeRowCount(
      node,
      inClause(environment, construct === 'LIMIT' ? 'limit' : 'offset'),
      construct,
    );
    const own = new Set(environment.scope.items.flatMap((item) => item.columns.map((column) => column.column.id)));
    for (const column of columnsUsed(expression)) {
      if (own.has(column))
        throw new SqlError('42P10', `argument of ${construct} must not contain variables`, {
          position: expression.position,
        });
    }
    return expression;
  };
  if (statement.limitOption === 'LIMIT_OPTION_WITH_TIES' && statement.sortClause.length === 0) {
    throw new SqlError('42601', 'WITH TIES cannot be specified without ORDER BY clause');
  }
  return { limit: count(statement.limitCount, 'LIMIT'), offset: count(statement.limitOffset, 'OFFSET') };
}

/** The select list with stars expanded. */
export function analyzeTargets(nodes: readonly ResTarget[], environment: Environment): Target[] {
  const targets: Target[] = [];
  for (const node of nodes) {
    const expr = node.val as Expr;
    if (expr.kind === 'ColumnRef' && typeof expr.fields.at(-1) === 'object') {
      const words = expr.fields.filter((field) => typeof field === 'string');
      for (const column of expandStar(words, environment, environment.context.position(expr.location))) {
        targets.push(target(column.name, column.expression, column.column, environment.context));
      }
      continue;
    }
    if (expr.kind === 'A_Indirection' && typeof expr.indirection.at(-1) === 'object') {
      const last = expr.indirection.at(-1) as { kind: string };
      if (last.kind === 'A_Star') throw notSupported('row expansion via "*"');
    }
    const expression = analyzeExpression(expr, environment);
    const source = expression.kind === 'column' ? sourceColumn(expression.column, environment.scope) : undefined;
    targets.push(target(node.name ?? columnNameOf(expr), expression, source, environment.context));
  }
  return targets;
}

function target(
  name: string,
  expression: Expression,
  source: OutputColumn | undefined,
  context: AnalyzeContext,
): Target {
  const { type, typmod, collation } = expression;
  const plain = context.newColumn(name, type, typmod, collation);
  if (source === undefined) return { column: plain, expression };
  return { column: { ...plain, tableOid: source.tableOid, columnNumber: source.columnNumber }, expression };
}

function sourceColumn(id: OutputColumn['id'], scope: Scope): OutputColumn | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    for (const item of at.items) {
      const found = item.columns.find((column) => column.column.id === id);
      if (found !== undefined) return found.column;
    }
  }
  return undefined;
}

function expandStar(
  words: readonly string[],
  environment: Environment,
  position: number | undefined,
): ScopeItem['columns'][number][] {
  const { scope } = environment;
  if (words.length === 0) {
    if (scope.items.length === 0)
      throw new SqlError('42601', 'SELECT * with no tables specified is not valid', { position });
    return scope.items.filter((item) => item.columnsVisible).flatMap((item) => item.columns);
  }
  const name = words.at(-1) as string;
  const found = findItem(scope, words.length > 1 ? words.at(-2) : undefined, name, position);
  if (found === undefined) throw missingTable(name, scope, position);
  return [...found.item.columns];
}

function checkDistinct(targets: readonly Target[], orderBy: readonly SortKey[], context: AnalyzeContext): void {
  for (const { expression } of targets) {
    if (hasEquality(expression.type)) continue;
    throw new SqlError(
      '42883',
      `could not identify an equality operator for type ${typeText(expression.type, context.catalog)}`,
      { position: expression.position },
    );
  }
  checkDistinctOrder(targets, orderBy);
}

/** An aggregate over an outer query's columns alone belongs to that query: not supported yet, so refused. */
function refuseOuterAggregates(aggregates: readonly Aggregate[], scope: Scope, from: readonly FromItem[]): void {
  if (scope.parent === undefined || aggregates.length === 0) return;
  const own = new Set(scope.items.flatMap((item) => item.columns.map((column) => column.column.id)));
  for (const aggregate of aggregates) {
    const used = columnsUsed(aggregate);
    if (used.size > 0 && ![...used].some((column) => own.has(column)) && from.length >= 0) {
      throw notSupported('an aggregate of an outer query inside a subquery', aggregate.position);
    }
  }
}

const strengths = {
  LCS_FORKEYSHARE: 'key share',
  LCS_FORSHARE: 'share',
  LCS_FORNOKEYUPDATE: 'no key update',
  LCS_FORUPDATE: 'update',
  LCS_NONE: 'update',
} as const;

const policies = { LockWaitBlock: 'wait', LockWaitSkip: 'skip', LockWaitError: 'nowait' } as const;

function analyzeLocking(
  node: LockingNode,
  scope: Scope,
  from: readonly FromItem[],
  query: { readonly grouped: boolean; readonly distinct: boolean },
  context: AnalyzeContext,
): LockingClause {
  const strength = strengths[node.strength];
  const words = `FOR ${strength.toUpperCase()}`;
  if (query.distinct) throw new SqlError('0A000', `${words} is not allowed with DISTINCT clause`);
  if (query.grouped) throw new SqlError('0A000', `${words} is not allowed with GROUP BY clause`);
  const relations =
    node.lockedRels.length === 0
      ? from.flatMap(lockable)
      : node.lockedRels.map((rel) => {
          const position = context.position(rel.location);
          const found = findItem(scope, undefined, rel.relname, position);
          if (found === undefined || found.levelsUp > 0 || found.item.relation === undefined) {
            throw new SqlError('42P01', `relation "${rel.relname}" in ${words} clause not found in FROM clause`, {
              position,
            });
          }
          return found.item.relation;
        });
  return { strength, policy: policies[node.waitPolicy], relations };
}

function lockable(item: FromItem): RelationId[] {
  if (item.kind === 'join') return [...lockable(item.left), ...lockable(item.right)];
  return item.kind === 'table' ? [item.relation] : [];
}

// ---------------------------------------------------------------------------------------------------------------- VALUES

function analyzeValues(
  statement: SelectStmt,
  scope: Scope,
  withTables: readonly CommonTable[],
  context: AnalyzeContext,
): ValuesQuery {
  const environment = inClause(newEnvironment(context, scope), 'values');
  const rows = statement.valuesLists.map((row) => row.map((item) => analyzeExpression(item, environment)));
  const width = rows[0]?.length ?? 0;
  for (const [i, row] of rows.entries()) {
    if (row.length === width) continue;
    const location = (statement.valuesLists[i]?.[0] as { location?: number } | undefined)?.location;
    throw new SqlError('42601', 'VALUES lists must all be the same length', { position: context.position(location) });
  }
  const columns = Array.from({ length: width }, (_, i) => rows.map((row) => row[i] as Expression));
  const unified = columns.map((column) => {
    if (column.every((item) => item.type === typeOids.unknown)) return column;
    const type = selectCommonType(column, 'VALUES', context);
    return column.map((item) => coerceToCommon(item, type, 'VALUES', context));
  });
  const output = unified.map((column, i) => {
    const type = (column[0] as Expression).type;
    return context.newColumn(`column${i + 1}`, type, selectCommonTypmod(column, type), collationOf(type));
  });
  return {
    kind: 'values',
    with: withTables,
    output,
    rows: rows.map((_, r) => unified.map((column) => column[r] as Expression)),
    orderBy: orderOutput(statement.sortClause, output, 'VALUES', environment),
    ...analyzeLimits(statement, environment),
    withTies: statement.limitOption === 'LIMIT_OPTION_WITH_TIES',
  };
}

// --------------------------------------------------------------------------------------------------------- set operations

const operations = {
  SETOP_UNION: 'union',
  SETOP_INTERSECT: 'intersect',
  SETOP_EXCEPT: 'except',
  SETOP_NONE: 'union',
} as const;

function analyzeSetOperation(
  statement: SelectStmt,
  scope: Scope,
  withTables: readonly CommonTable[],
  context: AnalyzeContext,
): SetOperationQuery {
  if (statement.lockingClause.length > 0) {
    throw new SqlError('0A000', 'FOR UPDATE is not allowed with UNION/INTERSECT/EXCEPT');
  }
  const operation = operations[statement.op];
  const construct = operation.toUpperCase();
  const left = analyzeOpenQuery(statement.larg as SelectStmt, scope, context);
  const right = analyzeOpenQuery(statement.rarg as SelectStmt, scope, context);
  if (left.output.length !== right.output.length) {
    const first = statement.rarg?.targetList[0];
    throw new SqlError('42601', `each ${construct} query must have the same number of columns`, {
      position: context.position(first?.location),
    });
  }
  const pairs = left.output.map((column, i) => [column, right.output[i] as OutputColumn] as const);
  const types = pairs.map(([l, r]) =>
    selectCommonType([outputAsExpression(left, l), outputAsExpression(right, r)], construct, context),
  );
  const output = pairs.map(([l, r], i) => {
    const type = types[i] as number;
    const typmod = l.type === type && r.type === type && l.typmod === r.typmod ? l.typmod : -1;
    return context.newColumn(l.name, type, typmod, collationOf(type));
  });
  if (!statement.all) {
    for (const type of types) {
      if (!hasEquality(type))
        throw new SqlError(
          '42883',
          `could not identify an equality operator for type ${typeText(type, context.catalog)}`,
        );
    }
  }
  const environment = newEnvironment(context, scope);
  return {
    kind: 'set-operation',
    operation,
    all: statement.all,
    with: withTables,
    left: coerceOutput(left, types, construct, context),
    right: coerceOutput(right, types, construct, context),
    output,
    orderBy: orderOutput(statement.sortClause, output, 'UNION/INTERSECT/EXCEPT', environment),
    ...analyzeLimits(statement, environment),
    withTies: statement.limitOption === 'LIMIT_OPTION_WITH_TIES',
  };
}

/** For error positions: the target's expression where there is one. */
function outputAsExpression(query: Query, column: OutputColumn): Expression {
  const index = query.output.indexOf(column);
  const expression = query.kind === 'select' ? query.targets[index]?.expression : undefined;
  return { ...columnReference(column), position: expression?.position };
}

/** ORDER BY of VALUES and set operations: output names and positions only. */
function orderOutput(
  nodes: readonly SortBy[],
  output: readonly OutputColumn[],
  construct: string,
  environment: Environment,
): SortKey[] {
  return nodes.map((node) => {
    const column = findOutput(node.node, output, environment);
    if (column === undefined) {
      throw new SqlError('0A000', `invalid ${construct} ORDER BY clause`, {
        detail: 'Only result column names can be used, not expressions or functions.',
        hint: 'Add the expression/function to every SELECT, or move the UNION into a FROM clause.',
        position: environment.context.position(leftmostLocation(node.node)),
      });
    }
    return sortKey(node, columnReference(column), environment);
  });
}

/** Where an expression begins: an operator's own location is its sign's. */
function leftmostLocation(node: Expr): number | undefined {
  if (node.kind === 'A_Expr' && node.lexpr !== undefined) return leftmostLocation(node.lexpr);
  return (node as { location?: number }).location;
}

function findOutput(node: Expr, output: readonly OutputColumn[], { context }: Environment): OutputColumn | undefined {
  if (node.kind === 'A_Const' && node.val.kind === 'Integer') {
    const column = output[node.val.ival - 1];
    if (column === undefined) {
      throw new SqlError('42P10', `ORDER BY position ${node.val.ival} is not in select list`, {
        position: context.position(node.location),
      });
    }
    return column;
  }
  if (node.kind !== 'ColumnRef' || node.fields.length !== 1) return undefined;
  const found = output.find((column) => column.name === node.fields[0]);
  if (found === undefined && typeof node.fields[0] === 'string') {
    throw new SqlError('42703', `column "${node.fields[0]}" does not exist`, {
      position: context.position(node.location),
    });
  }
  return found;
}

/** The query with its output columns coerced to `types`: in its own targets where that changes nothing else. */
export function coerceOutput(
  query: Query,
  types: readonly number[],
  construct: string,
  context: AnalyzeContext,
): Query {
  if (query.output.every((column, i) => column.type === types[i])) return query;
  switch (query.kind) {
    case 'values': {
      const rows = query.rows.map((row) =>
        row.map((item, i) => coerceToCommon(item, types[i] as number, construct, context)),
      );
      return { ...query, rows, output: retyped(query.output, types) };
    }
    case 'select': {
      const settled = query.targets.map((t, i) => {
        const own = t.expression.type === typeOids.unknown;
        return own || isSimple(query) ? coerceTarget(t, types[i] as number, construct, context) : t;
      });
      // A sort key that is a target stays one: keys refer to targets by identity.
      const replaced = new Map(query.targets.map((t, i) => [t.expression, (settled[i] as Target).expression]));
      const orderBy = query.orderBy.map((key) => ({
        ...key,
        expression: replaced.get(key.expression) ?? key.expression,
      }));
      const changed = { ...query, targets: settled, orderBy, output: settled.map((t) => t.column) };
      return changed.output.every((column, i) => column.type === types[i])
        ? changed
        : wrapped(changed, types, construct, context);
    }
    case 'set-operation': {
      const left = coerceOutput(query.left, types, construct, context);
      const right = coerceOutput(query.right, types, construct, context);
      return {
        ...query,
        left,
        right,
        output: retyped(query.output, types),
        orderBy: retypedKeys(query.orderBy, query.output, types),
      };
    }
  }
}

/** Coercing the targets changes neither grouping of duplicates nor order. */
function isSimple(query: SelectQuery): boolean {
  return !query.distinct && query.distinctOn === undefined && query.orderBy.length === 0;
}

function coerceTarget(t: Target, type: number, construct: string, context: AnalyzeContext): Target {
  if (t.expression.type === type) return t;
  const expression = settleUnknown(
    coerceType(t.expression, type, 'implicit', context) ?? coerceToCommon(t.expression, type, construct, context),
    context,
  );
  const column = {
    ...t.column,
    type,
    typmod: expression.typmod,
    collation: collationOf(type),
    tableOid: 0,
    columnNumber: 0,
  };
  return { column, expression };
}

function retyped(output: readonly OutputColumn[], types: readonly number[]): OutputColumn[] {
  return output.map((column, i) =>
    column.type === types[i]
      ? column
      : { ...column, type: types[i] as number, typmod: -1, collation: collationOf(types[i] as number) },
  );
}

function retypedKeys(keys: readonly SortKey[], output: readonly OutputColumn[], types: readonly number[]): SortKey[] {
  const columns = retyped(output, types);
  return keys.map((key) => {
    const { expression } = key;
    const column = expression.kind === 'column' ? columns.find((c) => c.id === expression.column) : undefined;
    return column === undefined ? key : { ...key, expression: columnReference(column) };
  });
}

/** SELECT coerced columns FROM (query). */
function wrapped(query: Query, types: readonly number[], construct: string, context: AnalyzeContext): SelectQuery {
  const targets = query.output.map((column, i): Target => {
    const expression = coerceToCommon(columnReference(column), types[i] as number, construct, context);
    return {
      column: context.newColumn(column.name, expression.type, expression.typmod, expression.collation),
      expression,
    };
  });
  const relation = context.newRelationId();
  const item: FromItem = {
    kind: 'subquery',
    relation,
    alias: '*SELECT*',
    query,
    columns: query.output,
    lateral: false,
    viewOid: 0,
  };
  return {
    kind: 'select',
    with: [],
    output: targets.map((t) => t.column),
    from: [item],
    where: undefined,
    groupBy: [],
    grouped: false,
    having: undefined,
    targets,
    distinct: false,
    distinctOn: undefined,
    orderBy: [],
    limit: undefined,
    offset: undefined,
    withTies: false,
    locking: [],
  };
}
