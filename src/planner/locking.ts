/** FOR UPDATE and its kin: which from items need their rows identified and locked. */
import type { TableDescriptor } from '../catalog/descriptors.ts';
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { ColumnId, Expression } from '../algebra/expression.ts';
import type { LockRows, RowReferenceColumns, ScanColumn } from '../algebra/physical.ts';
import type { FromItem, LockingClause, RelationId, SelectQuery } from '../algebra/query.ts';
import { containsKind } from '../algebra/walk.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { PlanContext } from './context.ts';
import { groupColumns, itemColumns, type Group, type TableLeaf } from './group.ts';
import { makeAnd } from './make.ts';
import type { Path } from './path.ts';

export interface LockedItem {
  readonly table: TableDescriptor;
  readonly reference: RowReferenceColumns;
  readonly mode: LockingClause['strength'];
  readonly policy: LockingClause['policy'];
  readonly columns: readonly ScanColumn[];
}

/** Rows that an outer join may make up cannot be locked. */
export function checkLockable(locked: readonly LockedItem[], group: Group): void {
  for (const { columns, mode } of locked) {
    const nullable = columns.some(({ id }) => nullableColumns(group).has(id));
    if (!nullable) continue;
    throw new SqlError(
      sqlState.featureNotSupported,
      `FOR ${mode.toUpperCase()} cannot be applied to the nullable side of an outer join`,
    );
  }
}

function nullableColumns(group: Group): Set<ColumnId> {
  const full = group.items.filter((item) => item.kind === 'full');
  return new Set([
    ...full.flatMap((item) => [...itemColumns(item)]),
    ...group.lefts.flatMap(({ right }) => [...groupColumns(right)]),
  ]);
}

/** Columns for a row's key and LSN. */
export function newRowReference(context: PlanContext): RowReferenceColumns {
  const plain = { typmod: -1, collation: 0 };
  const key = context.newColumn('row key', { type: typeOids.bytea, ...plain });
  const lsn = context.newColumn('row lsn', { type: typeOids.int8, ...plain });
  return { key: key.id, lsn: lsn.id };
}

/** Registers a row reference for every locked table, to be picked up when its scan is planned. */
export function lockedItems(
  query: SelectQuery,
  references: Map<RelationId, TableLeaf['rowReference']>,
  context: PlanContext,
): LockedItem[] {
  const locked: LockedItem[] = [];
  for (const clause of query.locking) {
    for (const relation of clause.relations) {
      const item = findTable(query.from, relation);
      if (item === undefined || references.has(relation)) continue;
      const reference = newRowReference(context);
      references.set(relation, reference);
      const columns = item.columns.map((column) => ({ id: column.id, number: column.columnNumber }));
      locked.push({ table: item.table, reference, mode: clause.strength, policy: clause.policy, columns });
    }
  }
  return locked;
}

export function lockPath(
  path: Path,
  locked: readonly LockedItem[],
  condition: Expression | undefined,
  context: PlanContext,
): Path {
  const input = path.plan;
  const plan: LockRows = {
    kind: 'lock-rows',
    input,
    locks: locked.map(({ table, reference: rows, mode, policy, columns }) => ({
      table,
      reference: rows,
      mode,
      policy,
      recheck: { columns: columns.filter(({ id }) => context.used.has(id)), condition: recheckable(condition) },
    })),
    output: input.output,
    estimate: {
      ...input.estimate,
      totalCost: input.estimate.totalCost + input.estimate.rows * context.settings.cpuTupleCost,
    },
  };
  return { plan, order: path.order };
}

/** Conditions without subqueries can be computed again over one row. */
export function recheckable(condition: Expression | undefined): Expression | undefined {
  if (condition === undefined) return undefined;
  const parts = condition.kind === 'and' ? condition.args : [condition];
  return makeAnd(parts.filter((part) => !containsKind(part, 'subquery')));
}

function findTable(from: readonly FromItem[], relation: RelationId): Extract<FromItem, { kind: 'table' }> | undefined {
  for (const item of from) {
    if (item.kind === 'table' && item.relation === relation) return item;
    const inner = item.kind === 'join' ? findTable([item.left, item.right], relation) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
