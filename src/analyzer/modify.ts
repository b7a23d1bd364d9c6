/** INSERT, UPDATE and DELETE: the target, what goes into each column, and what is checked and returned. */
import { SqlError, notSupported } from '../common/sql-error.ts';
import { typeOids } from '../functions/type-oids.ts';
import { deserializeExpression } from '../algebra/serialize.ts';
import type { ColumnDescriptor, IndexDescriptor, TableDescriptor } from '../catalog/descriptors.ts';
import type { ColumnId, Expression } from '../algebra/expression.ts';
import type { CommonTable, FromItem, OutputColumn, Query, RelationId, Target, ValuesQuery } from '../algebra/query.ts';
import type { DeleteStatement, InsertStatement, OnConflict, RowCheck, UpdateStatement } from '../algebra/statement.ts';
import type {
  DeleteStmt,
  Expr,
  InferClause,
  InsertStmt,
  OnConflictClause,
  RangeVar,
  ResTarget,
  ReturningClause,
  SelectStmt,
  UpdateStmt,
  WithClause,
} from '../parser/syntax.ts';
import { coerceForColumn, settleUnknown } from './coercion.ts';
import type { AnalyzeContext } from './context.ts';
import { inClause, type Environment } from './environment.ts';
import { analyzeCondition, analyzeExpression } from './expression.ts';
import { analyzeFromList } from './from.ts';
import { collationOf, columnReference, constant } from './make.ts';
import { requireRelation, tableColumns } from './relation.ts';
import { Scope, checkAliasUnique, scopeColumn, type ScopeItem } from './scope.ts';
import { analyzeOpenQuery, analyzeQuery, analyzeTargets, coerceOutput, newEnvironment } from './select.ts';
import { analyzeWith } from './with.ts';

/** The target of a modification and its scope. */
interface Opened {
  readonly environment: Environment;
  readonly with: readonly CommonTable[];
  readonly table: TableDescriptor;
  readonly relation: RelationId;
  readonly alias: string;
  readonly columns: readonly OutputColumn[];
  readonly newColumns: readonly OutputColumn[];
}

function openTarget(node: RangeVar, withClause: WithClause | undefined, verb: string, context: AnalyzeContext): Opened {
  const scope = new Scope(undefined);
  const withTables = withClause === undefined ? [] : analyzeWith(withClause, scope, context, analyzeQuery);
  const table = requireRelation(node, context);
  requireWritable(table, verb);
  const columns = tableColumns(table, undefined, context);
  return {
    environment: newEnvironment(context, scope),
    with: withTables,
    table,
    relation: context.newRelationId(),
    alias: node.alias?.aliasname ?? table.name,
    columns,
    newColumns: columns.map((column) => ({ ...column, id: context.newColumnId() })),
  };
}

function requireWritable(table: TableDescriptor, verb: string): void {
  switch (table.kind) {
    case 'r':
      if (table.system) throw new SqlError('42501', `permission denied: "${table.name}" is a system catalog`);
      return;
    case 'v':
      throw notSupported(`${verb} a view`);
    case 'S':
      throw new SqlError('42809', `cannot change sequence "${table.name}"`);
    case 'i':
      throw new SqlError('42809', `cannot open relation "${table.name}"`, {
        detail: 'This operation is not supported for indexes.',
      });
    default:
      throw new SqlError('42809', `cannot change relation "${table.name}"`);
  }
}

function targetNames(opened: Opened, columns: readonly OutputColumn[], alias: string = opened.alias): ScopeItem {
  const { table } = opened;
  return {
    name: alias,
    tableName: table.name,
    schema: alias === table.name ? table.schema : undefined,
    relation: opened.relation,
    columns: columns.map(scopeColumn),
    rowType: table.rowTypeOid,
    tableOid: table.oid,
    scalarRow: false,
    columnsVisible: true,
    nameVisible: true,
  };
}

function withItems(environment: Environment, items: readonly ScopeItem[]): Environment {
  const scope = new Scope(environment.scope.parent);
  scope.items = [...items];
  for (const [name, entry] of environment.scope.commonTables) scope.commonTables.set(name, entry);
  return { ...environment, scope };
}

function targetTable(opened: Opened, returning: readonly Target[]) {
  const { table, newColumns } = opened;
  const at = columnMap(newColumns);
  const checks: RowCheck[] = table.constraints
    .filter((constraint) => constraint.kind === 'c' && constraint.checkExpression !== undefined)
    .map((constraint) => ({
      name: constraint.name,
      expression: deserializeExpression(constraint.checkExpression ?? '', at),
    }));
  const generated = table.columns
    .filter((column) => column.generated === 's' && !column.dropped)
    .map((column) => ({
      column: column.number,
      expression: deserializeExpression(column.defaultExpression ?? '', at),
    }));
  return {
    with: opened.with,
    table,
    relation: opened.relation,
    alias: opened.alias,
    columns: opened.columns,
    newColumns,
    checks,
    generated,
    returning,
  };
}

/** Stored expressions name columns by attnum. */
function columnMap(columns: readonly OutputColumn[]): (column: ColumnId) => ColumnId {
  return (stored) => columns.find((column) => column.columnNumber === (stored as number))?.id ?? stored;
}

function analyzeReturning(clause: ReturningClause | undefined, environment: Environment): Target[] {
  if (clause === undefined) return [];
  if (clause.options.length > 0) throw notSupported('RETURNING WITH (OLD, NEW)');
  return analyzeTargets(clause.exprs, inClause(environment, 'returning')).map((target) => {
    const expression = settleUnknown(target.expression, environment.context);
    if (expression === target.expression) return target;
    return { column: { ...target.column, type: expression.type, collation: collationOf(expression.type) }, expression };
  });
}

function findTargetColumn(opened: Opened, node: ResTarget): ColumnDescriptor {
  const { context } = opened.environment;
  const position = context.position(node.location);
  const column = opened.table.columns.find((candidate) => candidate.name === node.name && !candidate.dropped);
  if (column === undefined) {
    throw new SqlError('42703', `column "${node.name}" of relation "${opened.table.name}" does not exist`, {
      position,
    });
  }
  if (node.indirection.length > 0) throw notSupported('assignment to an array element or field', position);
  return column;
}

function liveColumns(table: TableDescriptor): ColumnDescriptor[] {
  return table.columns.filter((column) => !column.dropped);
}

/** DEFAULT of a column, coerced already when it was stored; NULL when there is none. */
export function defaultValue(column: ColumnDescriptor): Expression {
  if (column.defaultExpression === undefined || column.generated !== '') {
    return constant(null, column.typeOid, undefined, column.typmod);
  }
  return deserializeExpression(column.defaultExpression, (stored) => stored);
}

// ---------------------------------------------------------------------------------------------------------------- INSERT

export function analyzeInsert(node: InsertStmt, context: AnalyzeContext): InsertStatement {
  const opened = openTarget(node.relation, node.withClause, 'INSERT into', context);
  const targets = insertTargets(node, opened);
  const { source, given } = insertSource(node, targets, opened);
  if (node.override === 'OVERRIDING_USER_VALUE') {
    for (const column of targets) if (column.identity !== '') given.delete(column.number);
  }
  const values = liveColumns(opened.table).map((column) => ({
    column: column.number,
    expression: given.get(column.number) ?? defaultValue(column),
  }));
  const onConflict = node.onConflictClause === undefined ? undefined : analyzeOnConflict(node.onConflictClause, opened);
  const returning = analyzeReturning(
    node.returningClause,
    withItems(opened.environment, [targetNames(opened, opened.newColumns)]),
  );
  return { kind: 'insert', ...targetTable(opened, returning), source, values, onConflict };
}

function insertTargets(node: InsertStmt, opened: Opened): ColumnDescriptor[] {
  const { context } = opened.environment;
  if (node.cols.length === 0) return liveColumns(opened.table);
  const columns: ColumnDescriptor[] = [];
  for (const target of node.cols) {
    const column = findTargetColumn(opened, target);
    if (columns.includes(column)) {
      throw new SqlError('42701', `column "${column.name}" specified more than once`, {
        position: context.position(target.location),
      });
    }
    columns.push(column);
  }
  return columns;
}

interface InsertSource {
  readonly source: Query;
  /** attnum → expression over `source.output`. */
  readonly given: Map<number, Expression>;
}

function insertSource(node: InsertStmt, targets: readonly ColumnDescriptor[], opened: Opened): InsertSource {
  const statement = node.selectStmt;
  if (statement === undefined) return { source: oneEmptyRow(), given: new Map() };
  if (statement.kind !== 'SelectStmt') throw notSupported('this source of INSERT');
  const plainValues =
    statement.valuesLists.length > 0 &&
    statement.sortClause.length === 0 &&
    statement.limitCount === undefined &&
    statement.limitOffset === undefined &&
    statement.withClause === undefined;
  return plainValues ? insertValues(node, statement, targets, opened) : insertSelect(node, statement, targets, opened);
}

function oneEmptyRow(): ValuesQuery {
  return {
    kind: 'values',
    with: [],
    output: [],
    rows: [[]],
    orderBy: [],
    limit: undefined,
    offset: undefined,
    withTies: false,
  };
}

function insertValues(
  node: InsertStmt,
  statement: SelectStmt,
  targets: readonly ColumnDescriptor[],
  opened: Opened,
): InsertSource {
  const environment = inClause(opened.environment, 'values');
  const { context } = environment;
  const width = statement.valuesLists[0]?.length ?? 0;
  const rows = statement.valuesLists.map((list) => {
    if (list.length !== width) {
      throw new SqlError('42601', 'VALUES lists must all be the same length', {
        position: context.position((list[0] as { location?: number }).location),
      });
    }
    checkInsertWidth(list.length, targets, node, list, opened);
    return list.map((item, i) => {
      const column = targets[i] as ColumnDescriptor;
      if (item.kind === 'SetToDefault') return defaultValue(column);
      refuseGenerated(column, node);
      return coerceForColumn(analyzeExpression(item, environment), column, context);
    });
  });
  const used = targets.slice(0, width);
  const output = used.map((column) => context.newColumn(column.name, column.typeOid, column.typmod, column.collation));
  const source: ValuesQuery = {
    kind: 'values',
    with: [],
    output,
    rows,
    orderBy: [],
    limit: undefined,
    offset: undefined,
    withTies: false,
  };
  return {
    source,
    given: new Map(used.map((column, i) => [column.number, columnReference(output[i] as OutputColumn)])),
  };
}

function insertSelect(
  node: InsertStmt,
  statement: SelectStmt,
  targets: readonly ColumnDescriptor[],
  opened: Opened,
): InsertSource {
  const { context, scope } = opened.environment;
  const open = analyzeOpenQuery(statement, scope, context);
  checkInsertWidth(
    open.output.length,
    targets,
    node,
    statement.targetList.map((target) => target.val as Expr),
    opened,
  );
  const used = targets.slice(0, open.output.length);
  const types = open.output.map((column, i) =>
    column.type === typeOids.unknown ? (used[i] as ColumnDescriptor).typeOid : column.type,
  );
  const source = coerceOutput(open, types, 'INSERT', context);
  const given = new Map<number, Expression>();
  for (const [i, column] of used.entries()) {
    refuseGenerated(column, node);
    const from = source.output[i] as OutputColumn;
    const position = source.kind === 'select' ? source.targets[i]?.expression.position : undefined;
    given.set(column.number, coerceForColumn(columnReference(from, position), column, context));
  }
  return { source, given };
}

function checkInsertWidth(
  count: number,
  targets: readonly ColumnDescriptor[],
  node: InsertStmt,
  expressions: readonly Expr[],
  opened: Opened,
): void {
  const { context } = opened.environment;
  if (count > targets.length) {
    const extra = expressions[targets.length] as { location?: number } | undefined;
    throw new SqlError('42601', 'INSERT has more expressions than target columns', {
      position: context.position(extra?.location),
    });
  }
  if (node.cols.length > 0 && count < targets.length) {
    throw new SqlError('42601', 'INSERT has more target columns than expressions', {
      position: context.position(node.cols[count]?.location),
    });
  }
}

function refuseGenerated(column: ColumnDescriptor, node: InsertStmt): void {
  if (column.generated !== '') {
    throw new SqlError('428C9', `cannot insert a non-DEFAULT value into column "${column.name}"`, {
      detail: `Column "${column.name}" is a generated column.`,
    });
  }
  if (column.identity === 'a' && node.override === 'OVERRIDING_NOT_SET') {
    throw new SqlError('428C9', `cannot insert a non-DEFAULT value into column "${column.name}"`, {
      detail: `Column "${column.name}" is an identity column defined as GENERATED ALWAYS.`,
      hint: 'Use OVERRIDING SYSTEM VALUE to override.',
    });
  }
}

// ----------------------------------------------------------------------------------------------------------- ON CONFLICT

function analyzeOnConflict(node: OnConflictClause, opened: Opened): OnConflict {
  const { environment, table } = opened;
  const { context } = environment;
  const action = node.action === 'ONCONFLICT_UPDATE' ? 'update' : 'nothing';
  if (action === 'update' && node.infer === undefined) {
    throw new SqlError('42601', 'ON CONFLICT DO UPDATE requires inference specification or constraint name', {
      hint: 'For example, ON CONFLICT (column_name).',
      position: context.position(node.location),
    });
  }
  const arbiters = node.infer === undefined ? [] : inferArbiters(node.infer, table, context);
  const excluded = opened.columns.map((column) => ({ ...column, id: context.newColumnId() }));
  const inner = withItems(environment, [
    targetNames(opened, opened.columns),
    targetNames(opened, excluded, 'excluded'),
  ]);
  const assignments =
    action === 'nothing' ? [] : analyzeAssignments(node.targetList, opened, inClause(inner, 'update'));
  const where =
    node.whereClause === undefined ? undefined : analyzeCondition(node.whereClause, inClause(inner, 'where'), 'WHERE');
  return { arbiters, action, assignments, where, excluded };
}

function inferArbiters(infer: InferClause, table: TableDescriptor, context: AnalyzeContext): IndexDescriptor[] {
  const position = context.position(infer.location);
  if (infer.conname !== undefined) {
    const constraint = table.constraints.find((candidate) => candidate.name === infer.conname);
    const index = table.indexes.find((candidate) => candidate.oid === constraint?.indexOid && constraint?.kind !== 'f');
    if (constraint === undefined) {
      throw new SqlError('42704', `constraint "${infer.conname}" for table "${table.name}" does not exist`);
    }
    if (index === undefined) throw new SqlError('42809', 'constraint in ON CONFLICT clause has no associated index');
    return [index];
  }
  if (infer.whereClause !== undefined) throw notSupported('ON CONFLICT with an index predicate', position);
  const wanted = new Set<number>();
  for (const element of infer.indexElems) {
    if (element.name === undefined) throw notSupported('ON CONFLICT with an expression', position);
    const column = table.columns.find((candidate) => candidate.name === element.name && !candidate.dropped);
    if (column === undefined) throw new SqlError('42703', `column "${element.name}" does not exist`, { position });
    wanted.add(column.number);
  }
  const matching = table.indexes.filter(
    (index) =>
      index.unique &&
      index.valid &&
      index.columns.length === wanted.size &&
      index.columns.every((number) => wanted.has(number)),
  );
  if (matching.length === 0) {
    throw new SqlError('42P10', 'there is no unique or exclusion constraint matching the ON CONFLICT specification');
  }
  return matching;
}

// ------------------------------------------------------------------------------------------------------- UPDATE, DELETE

interface Assignment {
  readonly column: number;
  readonly expression: Expression;
}

function analyzeAssignments(nodes: readonly ResTarget[], opened: Opened, environment: Environment): Assignment[] {
  const assignments: Assignment[] = [];
  for (const node of nodes) {
    const column = findTargetColumn(opened, node);
    if (assignments.some((assignment) => assignment.column === column.number)) {
      throw new SqlError('42601', `multiple assignments to same column "${column.name}"`);
    }
    assignments.push({ column: column.number, expression: assignedValue(node.val as Expr, column, environment) });
  }
  return assignments;
}

function assignedValue(node: Expr, column: ColumnDescriptor, environment: Environment): Expression {
  if (node.kind === 'SetToDefault') return defaultValue(column);
  if (column.generated !== '' || column.identity === 'a') {
    throw new SqlError('428C9', `column "${column.name}" can only be updated to DEFAULT`, {
      detail: `Column "${column.name}" is ${column.generated === '' ? 'an identity column defined as GENERATED ALWAYS' : 'a generated column'}.`,
    });
  }
  if (node.kind !== 'MultiAssignRef')
    return coerceForColumn(analyzeExpression(node, environment), column, environment.context);
  return multiAssigned(node, column, environment);
}

/** One column of `(a, b) = ROW(…)` or `(a, b) = (SELECT …)`; the latter becomes one scalar subquery per column. */
function multiAssigned(
  node: Extract<Expr, { kind: 'MultiAssignRef' }>,
  column: ColumnDescriptor,
  environment: Environment,
): Expression {
  const { context } = environment;
  const { source, ncolumns, colno } = node;
  const mismatch = (count: number) => {
    if (count !== ncolumns) throw new SqlError('42601', 'number of columns does not match number of values');
  };
  if (source.kind === 'RowExpr') {
    mismatch(source.args.length);
    return assignedValue(source.args[colno - 1] as Expr, column, environment);
  }
  if (
    source.kind !== 'SubLink' ||
    (source.subLinkType !== 'EXPR_SUBLINK' && source.subLinkType !== 'MULTIEXPR_SUBLINK')
  ) {
    throw new SqlError('0A000', 'source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression');
  }
  const query = environment.subquery(source.subselect, environment.scope, context);
  mismatch(query.output.length);
  const wanted = query.output[colno - 1] as OutputColumn;
  const shown = context.newColumn(wanted.name, wanted.type, wanted.typmod, wanted.collation);
  const item: FromItem = {
    kind: 'subquery',
    relation: context.newRelationId(),
    alias: 'source',
    query,
    columns: query.output,
    lateral: false,
    viewOid: 0,
  };
  const one: Query = {
    kind: 'select',
    with: [],
    output: [shown],
    from: [item],
    where: undefined,
    groupBy: [],
    grouped: false,
    having: undefined,
    targets: [{ column: shown, expression: columnReference(wanted) }],
    distinct: false,
    distinctOn: undefined,
    orderBy: [],
    limit: undefined,
    offset: undefined,
    withTies: false,
    locking: [],
  };
  const { type, typmod, collation } = wanted;
  const value: Expression = {
    kind: 'subquery',
    form: 'scalar',
    query: one,
    test: undefined,
    type,
    typmod,
    collation,
    position: undefined,
  };
  return coerceForColumn(value, column, context);
}

export function analyzeUpdate(node: UpdateStmt, context: AnalyzeContext): UpdateStatement {
  const opened = openTarget(node.relation, node.withClause, 'UPDATE', context);
  const { environment } = opened;
  environment.scope.items = [targetNames(opened, opened.columns)];
  const from = analyzeFromList(node.fromClause, environment);
  const assignments = analyzeAssignments(node.targetList, opened, inClause(environment, 'update'));
  const where =
    node.whereClause === undefined
      ? undefined
      : analyzeCondition(node.whereClause, inClause(environment, 'where'), 'WHERE');
  const others = environment.scope.items.slice(1);
  const returning = analyzeReturning(
    node.returningClause,
    withItems(environment, [targetNames(opened, opened.newColumns), ...others]),
  );
  return { kind: 'update', ...targetTable(opened, returning), from, where, assignments };
}

export function analyzeDelete(node: DeleteStmt, context: AnalyzeContext): DeleteStatement {
  const opened = openTarget(node.relation, node.withClause, 'DELETE from', context);
  const { environment } = opened;
  const target = targetNames(opened, opened.columns);
  environment.scope.items = [target];
  const using = analyzeFromList(node.usingClause, environment);
  checkAliasUnique(environment.scope.items, []);
  const where =
    node.whereClause === undefined
      ? undefined
      : analyzeCondition(node.whereClause, inClause(environment, 'where'), 'WHERE');
  const returning = analyzeReturning(node.returningClause, environment);
  return { kind: 'delete', ...targetTable(opened, returning), using, where };
}
