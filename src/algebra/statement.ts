/** Bound statements that the planner plans: queries and modifications. Definitions (DDL) are in definition.ts. */
import type { Oid } from '../common/ids.ts';
import type { IndexDescriptor, TableDescriptor } from '../catalog/descriptors.ts';
import type { Expression } from './expression.ts';
import type { CommonTable, FromItem, OutputColumn, Query, RelationId, Target } from './query.ts';

export interface SelectStatement {
  readonly kind: 'select';
  readonly query: Query;
}

/** A CHECK constraint or domain check over the new row's columns. */
export interface RowCheck {
  readonly name: string;
  /** True or NULL passes. */
  readonly expression: Expression;
}

/** What every modification knows of its target. */
interface TargetTable {
  readonly with: readonly CommonTable[];
  readonly table: TableDescriptor;
  readonly relation: RelationId;
  readonly alias: string;
  /** Columns of the stored row (before the change), attnum order without dropped ones. */
  readonly columns: readonly OutputColumn[];
  /** Columns of the new row (insert, update), same order: RETURNING, checks and generated columns refer to these. */
  readonly newColumns: readonly OutputColumn[];
  readonly checks: readonly RowCheck[];
  /** Generated columns over `newColumns`, evaluated before the checks. attnum → expression. */
  readonly generated: readonly { readonly column: number; readonly expression: Expression }[];
  /** Over newColumns (insert, update) or columns (delete), and FROM/USING items; empty: no result rows. */
  readonly returning: readonly Target[];
}

export interface InsertStatement extends TargetTable {
  readonly kind: 'insert';
  readonly source: Query;
  /** One per live column, attnum order: value over `source.output`, default filled in, coerced, typmod applied. */
  readonly values: readonly { readonly column: number; readonly expression: Expression }[];
  readonly onConflict: OnConflict | undefined;
}

export interface OnConflict {
  /** Unique indexes that arbitrate; empty: any (DO NOTHING only). */
  readonly arbiters: readonly IndexDescriptor[];
  readonly action: 'nothing' | 'update';
  /** Over `columns` (the existing row) and `excluded` (the proposed one). */
  readonly assignments: readonly { readonly column: number; readonly expression: Expression }[];
  readonly where: Expression | undefined;
  readonly excluded: readonly OutputColumn[];
}

export interface UpdateStatement extends TargetTable {
  readonly kind: 'update';
  readonly from: readonly FromItem[];
  readonly where: Expression | undefined;
  /** Over `columns` and the FROM items. */
  readonly assignments: readonly { readonly column: number; readonly expression: Expression }[];
}

export interface DeleteStatement extends TargetTable {
  readonly kind: 'delete';
  readonly using: readonly FromItem[];
  readonly where: Expression | undefined;
}

export type PlannableStatement = SelectStatement | InsertStatement | UpdateStatement | DeleteStatement;

/** Result of analysis of a plannable statement. */
export interface BoundStatement {
  readonly statement: PlannableStatement;
  /** Result columns for RowDescription; empty when there are no result rows. */
  readonly output: readonly OutputColumn[];
  /** Types of $1 …, as given or inferred. */
  readonly parameterTypes: readonly Oid[];
  /** First ColumnId / RelationId / CommonTableId free for the planner's own use. */
  readonly nextId: number;
  /** Catalog objects it depends on: (class OID, object OID), for views and privileges. */
  readonly relations: readonly Oid[];
  /** Whether it writes (for READ ONLY and for the command tag). */
  readonly command: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
}
