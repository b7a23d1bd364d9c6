/**
 * The join problem of one SELECT: what analysis wrote as a FROM tree, flattened.
 *
 *   items       joined freely by `conditions` (inner joins and WHERE)
 *   lefts       left joins, done after the items in this order: (A ⟕ B) ⋈ C = (A ⋈ C) ⟕ B as long as C's conditions do
 *               not speak of B; those that do wait until B is there
 *   semis       EXISTS / IN turned into semi and anti joins
 *
 * A FULL join is an item of its own.
 */
import type { TableDescriptor } from '../catalog/descriptors.ts';
import type { ColumnId, Expression, SlotId } from '../algebra/expression.ts';
import type { RowReferenceColumns } from '../algebra/physical.ts';
import type { RelationId } from '../algebra/query.ts';
import type { Path } from './path.ts';

export interface TableLeaf {
  readonly kind: 'table';
  readonly relation: RelationId;
  readonly table: TableDescriptor;
  readonly alias: string;
  /** attnum of each column id of the table. */
  readonly columns: ReadonlyMap<ColumnId, number>;
  readonly rowReference: RowReferenceColumns | undefined;
}

/** Anything planned on its own: a subquery, a function, VALUES, a WITH query. */
export interface PlannedLeaf {
  readonly kind: 'planned';
  readonly path: Path;
  readonly columns: ReadonlySet<ColumnId>;
  /** Columns of other items it needs (LATERAL), and the slots it finds them in. */
  readonly slots: readonly { readonly slot: SlotId; readonly column: ColumnId }[];
}

export interface FullJoinItem {
  readonly kind: 'full';
  readonly left: Group;
  readonly right: Group;
  readonly on: readonly Expression[];
}

export type Item = TableLeaf | PlannedLeaf | FullJoinItem;

export interface LeftJoin {
  readonly right: Group;
  readonly on: readonly Expression[];
}

export interface SemiJoin {
  readonly anti: boolean;
  /** NOT IN: a NULL on either side decides. */
  readonly nullAware: boolean;
  readonly right: Group;
  readonly on: readonly Expression[];
}

export interface Group {
  readonly items: Item[];
  readonly conditions: Expression[];
  readonly lefts: LeftJoin[];
  readonly semis: SemiJoin[];
}

export function emptyGroup(): Group {
  return { items: [], conditions: [], lefts: [], semis: [] };
}

export function itemColumns(item: Item): ReadonlySet<ColumnId> {
  switch (item.kind) {
    case 'table':
      return new Set(item.columns.keys());
    case 'planned':
      return item.columns;
    case 'full':
      return new Set([...groupColumns(item.left), ...groupColumns(item.right)]);
  }
}

/** Columns that a group's result has. */
export function groupColumns(group: Group): Set<ColumnId> {
  const columns = new Set<ColumnId>();
  for (const item of group.items) for (const column of itemColumns(item)) columns.add(column);
  for (const left of group.lefts) for (const column of groupColumns(left.right)) columns.add(column);
  return columns;
}

/** Columns of other items that an item's evaluation needs. */
export function requiredColumns(item: Item): readonly ColumnId[] {
  return item.kind === 'planned' ? item.slots.map(({ column }) => column) : [];
}

export function isSubset(columns: Iterable<ColumnId>, of: ReadonlySet<ColumnId>): boolean {
  for (const column of columns) if (!of.has(column)) return false;
  return true;
}
