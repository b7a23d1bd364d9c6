/** FROM: tables, views, WITH references, subqueries, functions and joins, and the names they bring into scope. */
import { SqlError, notSupported } from '../common/sql-error.ts';
import { findFunctions, getFunction } from '../functions/registry.ts';
import { typeOids } from '../functions/type-oids.ts';
import { deserializeQuery } from '../algebra/serialize.ts';
import type { Expression } from '../algebra/expression.ts';
import type { FromItem, JoinItem, OutputColumn } from '../algebra/query.ts';
import type { TableDescriptor } from '../catalog/descriptors.ts';
import type {
  Alias,
  Expr,
  FromItem as FromNode,
  JoinExpr,
  RangeFunction,
  RangeSubselect,
  RangeVar,
} from '../parser/syntax.ts';
import { settleUnknown } from './coercion.ts';
import { columnNameOf } from './column-name.ts';
import type { AnalyzeContext } from './context.ts';
import { inClause, type Environment } from './environment.ts';
import { analyzeCondition, analyzeExpression } from './expression.ts';
import { and, columnReference, constant, functionCall } from './make.ts';
import { equalityBetween, unify } from './operator.ts';
import { renamed, requireRelation, tableColumns } from './relation.ts';
import { checkAliasUnique, Scope, scopeColumn, type ScopeColumn, type ScopeItem } from './scope.ts';

/** A from item with the names it brings. */
export interface FromResult {
  readonly item: FromItem;
  readonly names: readonly ScopeItem[];
}

/** Analyses a FROM list, adding its names to the environment's scope. */
export function analyzeFromList(nodes: readonly FromNode[], environment: Environment): FromItem[] {
  const { scope } = environment;
  return nodes.map((node) => {
    const result = analyzeFromItem(node, scope.items, environment);
    checkAliasUnique([...scope.items, ...result.names], result.names);
    scope.items = [...scope.items, ...result.names];
    return result.item;
  });
}

/** `visible`: items to the left, which LATERAL and functions may refer to. */
export function analyzeFromItem(node: FromNode, visible: readonly ScopeItem[], environment: Environment): FromResult {
  switch (node.kind) {
    case 'RangeVar':
      return analyzeRangeVar(node, environment);
    case 'RangeSubselect':
      return analyzeSubselect(node, visible, environment);
    case 'RangeFunction':
      return analyzeRangeFunction(node, visible, environment);
    case 'JoinExpr':
      return analyzeJoin(node, visible, environment);
    case 'RangeTableFunc':
      throw notSupported('XMLTABLE', environment.context.position(node.location));
    case 'RangeTableSample':
      throw notSupported('TABLESAMPLE', environment.context.position(node.location));
    case 'OtherNode':
      throw notSupported(node.nodeKind, environment.context.position(node.location));
  }
}

/** A scope in which only `items` are visible beside the enclosing query's names and the WITH queries at hand. */
function sideScope(scope: Scope, items: readonly ScopeItem[]): Scope {
  const side = new Scope(scope.parent);
  side.items = [...items];
  for (const [name, entry] of scope.commonTables) side.commonTables.set(name, entry);
  return side;
}

function named(
  name: string | undefined,
  item: FromItem,
  columns: readonly OutputColumn[],
  extra: Partial<ScopeItem> = {},
): ScopeItem {
  return {
    name,
    tableName: undefined,
    schema: undefined,
    relation: item.kind === 'join' ? undefined : item.relation,
    columns: columns.map(scopeColumn),
    rowType: 0,
    tableOid: 0,
    scalarRow: false,
    columnsVisible: true,
    nameVisible: true,
    ...extra,
  };
}

function analyzeRangeVar(node: RangeVar, environment: Environment): FromResult {
  const { context, scope } = environment;
  const common = node.schemaname === undefined ? scope.findCommonTable(node.relname) : undefined;
  if (common !== undefined) {
    const names = renamed(
      common.table.columns.map((column) => column.name),
      node.alias,
      node.alias?.aliasname ?? node.relname,
    );
    const columns = common.table.columns.map((column, i) => ({
      ...column,
      id: context.newColumnId(),
      name: names[i] as string,
    }));
    const alias = node.alias?.aliasname ?? node.relname;
    const item: FromItem = {
      kind: 'common-table',
      relation: context.newRelationId(),
      alias,
      commonTable: common.table.id,
      columns,
    };
    return { item, names: [named(alias, item, columns)] };
  }
  return tableItem(requireRelation(node, context), node, context);
}

function tableItem(table: TableDescriptor, node: RangeVar, context: AnalyzeContext): FromResult {
  const alias = node.alias?.aliasname ?? table.name;
  const columns = tableColumns(table, node.alias, context);
  const extra = {
    tableName: table.name,
    schema: node.alias === undefined ? table.schema : undefined,
    rowType: table.rowTypeOid,
    tableOid: table.oid,
  };
  switch (table.kind) {
    case 'S':
      return sequenceItem(table, alias, columns, context);
    case 'r':
    case 'm': {
      const item: FromItem = { kind: 'table', relation: context.newRelationId(), table, alias, columns };
      return { item, names: [named(alias, item, columns, extra)] };
    }
    case 'v':
      return viewItem(table, alias, columns, context);
    case 'i':
      throw new SqlError('42809', `cannot open relation "${table.name}"`, {
        detail: 'This operation is not supported for indexes.',
        position: context.position(node.location),
      });
    case 'c':
      throw new SqlError('42809', `cannot open relation "${table.name}"`, {
        detail: 'This operation is not supported for composite types.',
        position: context.position(node.location),
      });
    default:
      throw notSupported(`relation "${table.name}" of kind ${table.kind}`, context.position(node.location));
  }
}

/** A sequence read as a table: its one row comes from a function. */
function sequenceItem(
  sequence: TableDescriptor,
  alias: string,
  columns: readonly OutputColumn[],
  context: AnalyzeContext,
): FromResult {
  const [entry] = findFunctions('hyrax_sequence_state');
  if (entry === undefined) throw notSupported('SELECT from a sequence');
  const call = functionCall(entry.oid, [constant(sequence.oid, typeOids.regclass)]);
  const item: FromItem = {
    kind: 'function',
    relation: context.newRelationId(),
    alias,
    calls: [{ call, columnCount: columns.length }],
    ordinality: false,
    columns,
    lateral: false,
  };
  return { item, names: [named(alias, item, columns, { tableName: sequence.name, schema: sequence.schema })] };
}

/** A view is its stored query with fresh ids, under the view's column names. */
function viewItem(
  view: TableDescriptor,
  alias: string,
  names: readonly OutputColumn[],
  context: AnalyzeContext,
): FromResult {
  const query = deserializeQuery(view.viewQuery ?? '', {
    newId: () => context.newColumnId(),
    table: (oid) => {
      const table = context.catalog.getRelation(oid);
      if (table === undefined) throw new SqlError('XX000', `could not open relation with OID ${oid}`);
      return table;
    },
  });
  const columns = query.output.map((column, i) => {
    const shown = names[i] as OutputColumn;
    return { ...column, name: shown.name, tableOid: view.oid, columnNumber: shown.columnNumber };
  });
  const relation = context.newRelationId();
  const item: FromItem = { kind: 'subquery', relation, alias, query, columns, lateral: false, viewOid: view.oid };
  return {
    item,
    names: [named(alias, item, columns, { tableName: view.name, schema: view.schema, rowType: view.rowTypeOid })],
  };
}

function analyzeSubselect(node: RangeSubselect, visible: readonly ScopeItem[], environment: Environment): FromResult {
  const { context, scope } = environment;
  if (node.alias === undefined) {
    throw new SqlError('42601', 'subquery in FROM must have an alias', {
      hint: 'For example, FROM (SELECT ...) [AS] foo.',
    });
  }
  const parent = sideScope(scope, node.lateral ? visible : []);
  const query = environment.subquery(node.subquery, parent, context);
  const alias = node.alias.aliasname;
  const names = renamed(
    query.output.map((column) => column.name),
    node.alias,
    alias,
  );
  const columns = query.output.map((column, i) => ({ ...column, name: names[i] as string }));
  const relation = context.newRelationId();
  const item: FromItem = { kind: 'subquery', relation, alias, query, columns, lateral: node.lateral, viewOid: 0 };
  return { item, names: [named(alias, item, columns)] };
}

function analyzeRangeFunction(
  node: RangeFunction,
  visible: readonly ScopeItem[],
  environment: Environment,
): FromResult {
  const { context, scope } = environment;
  if (node.coldeflist.length > 0 || node.functions.some((entry) => entry.coldeflist.length > 0)) {
    throw notSupported('column definition list for a function in FROM');
  }
  const inner = { ...inClause(environment, 'from function'), scope: sideScope(scope, visible) };
  const calls: { call: Expression; columnCount: number }[] = [];
  const columns: OutputColumn[] = [];
  const single = node.functions.length === 1 && !node.is_rowsfrom;
  for (const { func } of node.functions) {
    for (const expr of splitUnnest(func)) {
      const call = settleUnknown(analyzeExpression(expr, inner), context);
      const provided = functionColumns(call, columnNameOf(expr), single ? node.alias : undefined, context);
      calls.push({ call, columnCount: provided.length });
      columns.push(...provided);
    }
  }
  if (node.ordinality) columns.push(context.newColumn('ordinality', typeOids.int8, -1, 0));
  const alias = node.alias?.aliasname ?? columnNameOf((node.functions[0] as { func: Expr }).func);
  const names = renamed(
    columns.map((column) => column.name),
    node.alias,
    alias,
  );
  const shown = columns.map((column, i) => ({ ...column, name: names[i] as string }));
  const relation = context.newRelationId();
  const item: FromItem = {
    kind: 'function',
    relation,
    alias,
    calls,
    ordinality: node.ordinality,
    columns: shown,
    lateral: node.lateral,
  };
  const scalarRow = single && shown.length === 1 && calls.length === 1;
  return { item, names: [named(alias, item, shown, { scalarRow })] };
}

/** unnest(a, b) in FROM is ROWS FROM (unnest(a), unnest(b)). */
function splitUnnest(node: Expr): readonly Expr[] {
  if (node.kind !== 'FuncCall' || node.funcname.at(-1) !== 'unnest' || node.args.length < 2) return [node];
  return node.args.map((arg) => ({ ...node, args: [arg] }));
}

function functionColumns(
  call: Expression,
  name: string,
  alias: Alias | undefined,
  context: AnalyzeContext,
): OutputColumn[] {
  const implementation = call.kind === 'call' ? getFunction(call.function).implementation : undefined;
  if (implementation?.kind === 'set' && implementation.columns !== undefined) {
    return implementation.columns.map((column) => context.newColumn(column.name, column.type, -1, 0));
  }
  const relation = context.catalog.getRelation(context.catalog.getTypeInfo(call.type)?.relationOid ?? 0);
  if (relation !== undefined) {
    throw notSupported('a function returning a composite type in FROM', call.position);
  }
  if (call.type === typeOids.record) {
    throw new SqlError('42601', 'a column definition list is required for functions returning "record"', {
      position: call.position,
    });
  }
  // A scalar function's column is called like the table alias, if there is one.
  return [context.newColumn(alias?.aliasname ?? name, call.type, call.typmod, call.collation)];
}

const joinKinds = { JOIN_INNER: 'inner', JOIN_LEFT: 'left', JOIN_RIGHT: 'right', JOIN_FULL: 'full' } as const;

function analyzeJoin(node: JoinExpr, visible: readonly ScopeItem[], environment: Environment): FromResult {
  const { context, scope } = environment;
  const join = joinKinds[node.jointype];
  const left = analyzeFromItem(node.larg, visible, environment);
  const leftVisible = join === 'right' || join === 'full' ? visible : [...visible, ...left.names];
  const right = analyzeFromItem(node.rarg, leftVisible, environment);
  checkAliasUnique(left.names, right.names);
  const leftColumns = left.names.filter((item) => item.columnsVisible).flatMap((item) => item.columns);
  const rightColumns = right.names.filter((item) => item.columnsVisible).flatMap((item) => item.columns);
  const using = node.isNatural ? commonNames(leftColumns, rightColumns) : node.usingClause;
  const merged = using.map((name) => mergeColumn(name, join, leftColumns, rightColumns, context));
  let on: Expression | undefined;
  if (using.length > 0) on = and(merged.map((column) => column.equality));
  else if (node.quals !== undefined) {
    const onScope = sideScope(scope, [...left.names, ...right.names]);
    on = analyzeCondition(node.quals, { ...inClause(environment, 'on'), scope: onScope }, 'JOIN/ON');
  }
  const columns = joinColumns(leftColumns, rightColumns, using, merged);
  const item: JoinItem = {
    kind: 'join',
    join,
    left: left.item,
    right: right.item,
    on,
    merged: merged.flatMap((column) => (column.computed === undefined ? [] : [column.computed])),
    using,
    alias: node.alias?.aliasname,
  };
  return { item, names: joinNames(node, item, columns, using.length > 0, left.names, right.names) };
}

interface MergedColumn {
  readonly shown: ScopeColumn;
  readonly equality: Expression;
  /** The column is neither side's own: FULL JOIN, or sides of different types. */
  readonly computed: { readonly column: OutputColumn; readonly expression: Expression } | undefined;
}

function commonNames(left: readonly ScopeColumn[], right: readonly ScopeColumn[]): string[] {
  const names = new Set(right.map((column) => column.name));
  return left.map((column) => column.name).filter((name) => names.has(name));
}

function usingColumn(name: string, columns: readonly ScopeColumn[], side: string): ScopeColumn {
  const found = columns.filter((column) => column.name === name);
  if (found.length === 0) {
    throw new SqlError('42703', `column "${name}" specified in USING clause does not exist in ${side} table`);
  }
  if (found.length > 1) {
    throw new SqlError('42702', `common column name "${name}" appears more than once in ${side} table`);
  }
  return found[0] as ScopeColumn;
}

function mergeColumn(
  name: string,
  join: JoinItem['join'],
  leftColumns: readonly ScopeColumn[],
  rightColumns: readonly ScopeColumn[],
  context: AnalyzeContext,
): MergedColumn {
  const left = usingColumn(name, leftColumns, 'left');
  const right = usingColumn(name, rightColumns, 'right');
  const equality = equalityBetween(left.expression, right.expression, context);
  const [unifiedLeft, unifiedRight] = unify([left.expression, right.expression], 'JOIN/USING', context) as [
    Expression,
    Expression,
  ];
  if (join !== 'full') {
    const [kept, unified] = join === 'right' ? [right, unifiedRight] : [left, unifiedLeft];
    if (unified === kept.expression) return { shown: { ...kept, name }, equality, computed: undefined };
  }
  const { type, typmod, collation } = unifiedLeft;
  const column = context.newColumn(name, type, typmod, collation);
  const expression: Expression =
    join === 'full'
      ? { kind: 'coalesce', args: [unifiedLeft, unifiedRight], type, typmod: -1, collation, position: undefined }
      : join === 'right'
        ? unifiedRight
        : unifiedLeft;
  const shown = { name, expression: columnReference(column), column };
  return { shown, equality, computed: { column, expression } };
}

/** Columns of the join as `*` lists them: merged ones first, then the rest of both sides. */
function joinColumns(
  left: readonly ScopeColumn[],
  right: readonly ScopeColumn[],
  using: readonly string[],
  merged: readonly MergedColumn[],
): ScopeColumn[] {
  const rest = (columns: readonly ScopeColumn[]) => columns.filter((column) => !using.includes(column.name));
  return [...merged.map((column) => column.shown), ...rest(left), ...rest(right)];
}

function joinNames(
  node: JoinExpr,
  item: JoinItem,
  columns: readonly ScopeColumn[],
  hasUsing: boolean,
  left: readonly ScopeItem[],
  right: readonly ScopeItem[],
): ScopeItem[] {
  const sides = [...left, ...right];
  if (node.alias === undefined && !hasUsing) return sides;
  const shown = node.alias === undefined ? columns : renameAll(columns, node.alias);
  const whole: ScopeItem = {
    ...named(node.alias?.aliasname, item, []),
    columns: shown,
    nameVisible: node.alias !== undefined,
  };
  if (node.alias !== undefined) return [whole];
  return [whole, ...sides.map((side) => ({ ...side, columnsVisible: false }))];
}

function renameAll(columns: readonly ScopeColumn[], alias: Alias): ScopeColumn[] {
  const names = renamed(
    columns.map((column) => column.name),
    alias,
    alias.aliasname,
  );
  return columns.map((column, i) => ({ ...column, name: names[i] as string }));
}
