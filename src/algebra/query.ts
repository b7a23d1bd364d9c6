/**
 * Bound queries: what analysis makes of SELECT, VALUES and set operations. Close to the SQL text (so that views can be
 * stored and printed back), with every name resolved and every expression typed. The planner turns it into logical.ts.
 */
import type { Oid } from '../common/ids.ts';
import type { TableDescriptor } from '../catalog/descriptors.ts';
import type { ColumnId, Expression, SortKey } from './expression.ts';

/** A column that a query or from item provides. */
export interface OutputColumn {
  readonly id: ColumnId;
  readonly name: string;
  readonly type: Oid;
  readonly typmod: number;
  readonly collation: Oid;
  /** Table and attnum it comes from unchanged, for RowDescription; 0 otherwise. */
  readonly tableOid: Oid;
  readonly columnNumber: number;
}

export interface Target {
  readonly column: OutputColumn;
  readonly expression: Expression;
}

interface QueryTail {
  /** WITH list, in order. */
  readonly with: readonly CommonTable[];
  /** Visible columns, in order. */
  readonly output: readonly OutputColumn[];
  readonly orderBy: readonly SortKey[];
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
  readonly withTies: boolean;
}

export interface SelectQuery extends QueryTail {
  readonly kind: 'select';
  /** Comma list: cross join. Empty: one row. */
  readonly from: readonly FromItem[];
  readonly where: Expression | undefined;
  readonly groupBy: readonly Expression[];
  /** There is a GROUP BY, HAVING or an aggregate: rows are groups. */
  readonly grouped: boolean;
  readonly having: Expression | undefined;
  /** `output[i]` is `targets[i].column`. orderBy and distinctOn refer to anything in scope, by expression. */
  readonly targets: readonly Target[];
  readonly distinct: boolean;
  readonly distinctOn: readonly Expression[] | undefined;
  readonly locking: readonly LockingClause[];
}

export interface ValuesQuery extends QueryTail {
  readonly kind: 'values';
  readonly rows: readonly (readonly Expression[])[];
}

/** orderBy refers to `output` ids only. Inputs are already coerced to the common column types. */
export interface SetOperationQuery extends QueryTail {
  readonly kind: 'set-operation';
  readonly operation: 'union' | 'intersect' | 'except';
  readonly all: boolean;
  readonly left: Query;
  readonly right: Query;
}

export type Query = SelectQuery | ValuesQuery | SetOperationQuery;

/** Number of a WITH query within one statement. */
export type CommonTableId = number & { readonly __brand: 'CommonTableId' };

export interface CommonTable {
  readonly id: CommonTableId;
  readonly name: string;
  readonly columns: readonly OutputColumn[];
  readonly materialized: 'default' | 'always' | 'never';
  /** For a recursive one, a UNION [ALL] whose right side refers to it. */
  readonly recursive: boolean;
  /** A data-modifying WITH is refused in analysis with 0A000 for now. */
  readonly query: Query;
}

export interface LockingClause {
  readonly strength: 'key share' | 'share' | 'no key update' | 'update';
  readonly policy: 'wait' | 'nowait' | 'skip';
  /** `relation` ids of the from items it applies to. */
  readonly relations: readonly RelationId[];
}

/** Number of a from item within one statement. */
export type RelationId = number & { readonly __brand: 'RelationId' };

export interface TableItem {
  readonly kind: 'table';
  readonly relation: RelationId;
  readonly table: TableDescriptor;
  readonly alias: string;
  /** One per column of the table in attnum order without dropped ones. */
  readonly columns: readonly OutputColumn[];
}

export interface SubqueryItem {
  readonly kind: 'subquery';
  readonly relation: RelationId;
  readonly alias: string;
  readonly query: Query;
  /** columns[i] is query.output[i] under a possibly other name; same id. */
  readonly columns: readonly OutputColumn[];
  readonly lateral: boolean;
  /** The view it was expanded from, or 0. */
  readonly viewOid: Oid;
}

/** ROWS FROM(f(…), …) [WITH ORDINALITY], or a single function. Arguments may refer to items to the left. */
export interface FunctionItem {
  readonly kind: 'function';
  readonly relation: RelationId;
  readonly alias: string;
  /** Each call with the number of columns it provides. */
  readonly calls: readonly { readonly call: Expression; readonly columnCount: number }[];
  readonly ordinality: boolean;
  readonly columns: readonly OutputColumn[];
  readonly lateral: boolean;
}

/** A reference to a WITH query; each reference has column ids of its own. */
export interface CommonTableItem {
  readonly kind: 'common-table';
  readonly relation: RelationId;
  readonly alias: string;
  readonly commonTable: CommonTableId;
  readonly columns: readonly OutputColumn[];
}

export interface JoinItem {
  readonly kind: 'join';
  readonly join: 'inner' | 'left' | 'right' | 'full';
  readonly left: FromItem;
  readonly right: FromItem;
  /** ON, or what USING / NATURAL mean; undefined for CROSS JOIN. */
  readonly on: Expression | undefined;
  /** Merged USING columns: id = coalesce(left, right) for FULL; plain references otherwise are used directly. */
  readonly merged: readonly { readonly column: OutputColumn; readonly expression: Expression }[];
  /** Names written in USING, for printing the query back. */
  readonly using: readonly string[];
  readonly alias: string | undefined;
}

export type FromItem = TableItem | SubqueryItem | FunctionItem | CommonTableItem | JoinItem;
