/**
 * COPY FROM as an INSERT whose rows come from the client: analysed and planned as INSERT … SELECT from VALUES ($1, …), so that
 * defaults, generated columns, checks, foreign keys and WHERE work as they do there; then the source of rows is exchanged.
 */
import { InvariantError } from '../../common/assert.ts';
import { notSupported, SqlError, sqlState } from '../../common/sql-error.ts';
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import type { Expression } from '../../algebra/expression.ts';
import type { Insert as InsertNode, PhysicalPlan, PlannedStatement } from '../../algebra/physical.ts';
import type { BoundStatement } from '../../algebra/statement.ts';
import { columnsUsed, containsKind } from '../../algebra/walk.ts';
import { buildPlan, type BuiltPlan } from '../../executor/build.ts';
import type { ExecutionContext, Operator, Step } from '../../executor/operator.ts';
import { END, WAIT } from '../../executor/operator.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import { parse } from '../../parser/parse.ts';
import type { Expr, InsertStmt, SelectStmt } from '../../parser/syntax.ts';
import type { Batch } from '../../types/batch.ts';
import { joinQualifiedName } from '../qualified-name.ts';
import type { Session } from '../session.ts';

/** `where`, if any, points into `sql`. */
export function planCopyIn(
  session: Session,
  table: TableDescriptor,
  columns: readonly ColumnDescriptor[],
  where: Expr | undefined,
  sql: string,
): PlannedStatement {
  if (where !== undefined) refuseOtherColumns(where, table, columns);
  const types = columns.map((column) => column.typeOid);
  const bound = session.analyze(insertStatement(table, columns, where), sql, types, true);
  if (where !== undefined) refuseSubqueries(bound);
  const planned = session.planBound(bound);
  return { ...planned, root: withPlainValues(planned.root as InsertNode) };
}

function insertStatement(
  table: TableDescriptor,
  columns: readonly ColumnDescriptor[],
  where: Expr | undefined,
): InsertStmt {
  const target = joinQualifiedName(table.schema, table.name);
  if (columns.length === 0) return parseInsert(`INSERT INTO ${target} DEFAULT VALUES`);
  const names = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const values = columns.map((_, i) => `$${i + 1}`).join(', ');
  const alias = `${quoteIdentifier(table.name)}(${names})`;
  // Two rows: VALUES of one row would be folded away.
  const rows = `SELECT * FROM (VALUES (${values}), (${values})) AS ${alias}`;
  const insert = parseInsert(`INSERT INTO ${target} (${names}) OVERRIDING SYSTEM VALUE ${rows}`);
  if (where === undefined) return insert;
  return { ...insert, selectStmt: { ...(insert.selectStmt as SelectStmt), whereClause: where } };
}

function parseInsert(sql: string): InsertStmt {
  const statement = parse(sql)[0]?.statement;
  if (statement?.kind !== 'InsertStmt') throw new InvariantError('COPY makes an INSERT');
  return statement;
}

/** PostgreSQL gives them their defaults before WHERE looks at them; here they get them afterwards. */
function refuseOtherColumns(where: Expr, table: TableDescriptor, columns: readonly ColumnDescriptor[]): void {
  const others = table.columns.filter((column) => !column.dropped && !columns.includes(column));
  const see = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const node = value as Readonly<Record<string, unknown>>;
    if (node['kind'] === 'String' && others.some((column) => column.name === node['sval'])) {
      throw notSupported('COPY FROM … WHERE about a column that is not copied');
    }
    Object.values(node).forEach(see);
  };
  if (others.length > 0) see(where);
}

function refuseSubqueries({ statement }: BoundStatement): void {
  const where = statement.kind === 'insert' && statement.source.kind === 'select' ? statement.source.where : undefined;
  if (where === undefined || !containsKind(where, 'subquery')) return;
  throw new SqlError(sqlState.featureNotSupported, 'cannot use subquery in COPY FROM WHERE condition');
}

/** Fields are read with their column's modifier already: no coercion is left to do. */
function withPlainValues(node: InsertNode): InsertNode {
  const values = node.values.map(({ column, expression }) => ({ column, expression: plainColumn(expression) }));
  return { ...node, values };
}

function plainColumn(expression: Expression): Expression {
  if (columnsUsed(expression).size === 0) return expression;
  let inner = expression;
  while (inner.kind === 'coerce-typmod' || inner.kind === 'relabel') inner = inner.arg;
  return inner.kind === 'column' ? inner : expression;
}

/** The operators of such a plan, with `source` in the place of its VALUES. */
export class CopyInsert {
  readonly built: BuiltPlan;
  #rows: WatchedRows | undefined = undefined;

  /** `source` gives the columns copied, in order. */
  constructor(planned: PlannedStatement, source: Operator) {
    const { root } = planned;
    // Whoever builds a plan may put something around every operator, or instead of it.
    this.built = buildPlan(planned, {
      wrap: (plan, operator) => {
        const inner = isLeaf(plan as PhysicalPlan) ? source : operator;
        return plan === (root as InsertNode).input ? (this.#rows = new WatchedRows(inner)) : inner;
      },
      note: () => undefined,
    });
  }

  /** Row in the source's last batch of the row that INSERT could not store. */
  get failedRow(): number {
    return this.#rows?.failedRow ?? 0;
  }
}

function isLeaf(plan: PhysicalPlan): boolean {
  return !('input' in plan);
}

/** Remembers which rows INSERT is storing. */
class WatchedRows implements Operator {
  readonly #input: Operator;
  #context: ExecutionContext | undefined = undefined;
  #batch: Batch | undefined = undefined;
  #modifiedBefore = 0;

  constructor(input: Operator) {
    this.#input = input;
  }

  open(context: ExecutionContext): void {
    this.#context = context;
    this.#input.open(context);
  }

  next(rowsMax: number): Step {
    const step = this.#input.next(rowsMax);
    this.#batch = step === END || step === WAIT ? undefined : step;
    this.#modifiedBefore = (this.#context as ExecutionContext).modified;
    return step;
  }

  get failedRow(): number {
    const stored = (this.#context as ExecutionContext).modified - this.#modifiedBefore;
    return this.#batch?.selection?.[stored] ?? stored;
  }

  rewind(): void {}

  close(): void {
    this.#input.close();
  }
}
