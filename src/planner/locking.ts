/** FOR UPDATE and its kin: which from items need their rows identified and locked. */
import type { TableDescriptor } from '../catalog/descriptors.ts';
import type { RowReferenceColumns, ScanColumn } from '../algebra/physical.ts';
import type { FromItem, LockingClause, RelationId, SelectQuery } from '../algebra/query.ts';
import { typeOids } from '../functions/type-oids.ts';
import type { PlanContext } from './context.ts';
import type { TableLeaf } from './group.ts';

export interface LockedItem {
  readonly table: TableDescriptor;
  readonly reference: RowReferenceColumns;
  readonly mode: LockingClause['strength'];
  readonly policy: LockingClause['policy'];
  readonly columns: readonly ScanColumn[];
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

function findTable(from: readonly FromItem[], relation: RelationId): Extract<FromItem, { kind: 'table' }> | undefined {
  for (const item of from) {
    if (item.kind === 'table' && item.relation === relation) return item;
    const inner = item.kind === 'join' ? findTable([item.left, item.right], relation) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}
