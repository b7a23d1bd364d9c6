/**
 * COPY FROM as an INSERT whose rows come from the client: analysed and planned as INSERT … VALUES ($1, …), so that defaults,
 * generated columns, checks and foreign keys work as they do there; then the source of rows is exchanged.
 */
import { InvariantError } from '../../common/assert.ts';
import type { ColumnDescriptor, TableDescriptor } from '../../catalog/descriptors.ts';
import type { Expression } from '../../algebra/expression.ts';
import type { Insert as InsertNode, PlannedStatement } from '../../algebra/physical.ts';
import { columnsUsed } from '../../algebra/walk.ts';
import type { BuildContext } from '../../executor/build-context.ts';
import type { Operator } from '../../executor/operator.ts';
import { Insert } from '../../executor/operators/insert.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import { parse } from '../../parser/parse.ts';
import type { Session } from '../session.ts';

export function planCopyIn(
  session: Session,
  table: TableDescriptor,
  columns: readonly ColumnDescriptor[],
): PlannedStatement {
  const names = columns.map((column) => quoteIdentifier(column.name)).join(', ');
  const list = columns.length === 0 ? '' : `(${names})`;
  const values = columns.map((_, i) => `$${i + 1}`).join(', ');
  const target = `${quoteIdentifier(table.schema)}.${quoteIdentifier(table.name)}`;
  // Two rows: VALUES of one row would be folded away.
  const sql =
    columns.length === 0
      ? `INSERT INTO ${target} DEFAULT VALUES`
      : `INSERT INTO ${target} ${list} OVERRIDING SYSTEM VALUE VALUES (${values}), (${values})`;
  const [parsed] = parse(sql);
  if (parsed === undefined) throw new InvariantError('COPY makes a statement');
  const types = columns.map((column) => column.typeOid);
  const planned = session.planBound(session.analyze(parsed.statement, sql, types, true));
  return { ...planned, root: withPlainValues(planned.root as InsertNode) };
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

/** The Insert operator over `source`, which gives the columns of its input in order. */
export function buildCopyIn(planned: PlannedStatement, source: Operator): Operator {
  const node = planned.root as InsertNode;
  // An INSERT without a query asks no more than this of what it is built with.
  const context = {
    typeOf(column) {
      const known = planned.columnNames.get(column);
      if (known === undefined) throw new InvariantError(`column ${column} of the plan has no type`);
      return known.type;
    },
    build: () => source,
    hasSideEffects: () => false,
    dependsOnSlots: () => false,
  } satisfies Partial<BuildContext>;
  return new Insert(node, context as unknown as BuildContext);
}
