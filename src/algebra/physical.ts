/**
 * Physical plans: what the planner decides and the executor runs. One interface per operator (executor/operators/, same
 * name). `output` says which column each vector of the node's batches holds, in order. Expressions in a node refer to
 * the columns of its inputs, to slots and to parameters, never to subqueries or aggregates.
 * Costs are in PostgreSQL's units (seq_page_cost = 1), for EXPLAIN.
 */
import type { Oid } from '../common/ids.ts';
import type { IndexDescriptor, TableDescriptor } from '../catalog/descriptors.ts';
import type { RowLockMode, WaitPolicy } from '../transaction/transaction.ts';
import type { Aggregate, ColumnId, Expression, SlotId, SortKey } from './expression.ts';
import type { CommonTableId, OutputColumn } from './query.ts';
import type { RowCheck } from './statement.ts';

export interface PlanEstimate {
  readonly startupCost: number;
  readonly totalCost: number;
  readonly rows: number;
  /** Average bytes of a row. */
  readonly width: number;
}

interface Node {
  readonly output: readonly ColumnId[];
  readonly estimate: PlanEstimate;
}

/** Which columns of a table a scan reads: attnum → ColumnId. Its order is the start of `output`. */
export interface ScanColumn {
  readonly id: ColumnId;
  readonly number: number;
}

/** Where a scan puts the identity of each row, for modification and locking: bytes key, int64 LSN; at the end of `output`. */
export interface RowReferenceColumns {
  readonly key: ColumnId;
  readonly lsn: ColumnId;
}

interface TableScanNode extends Node {
  readonly table: TableDescriptor;
  readonly alias: string;
  readonly columns: readonly ScanColumn[];
  readonly rowReference: RowReferenceColumns | undefined;
  /** Remaining condition, over `columns`; fused into the scan. */
  readonly filter: Expression | undefined;
}

export interface SeqScan extends TableScanNode {
  readonly kind: 'seq-scan';
}

/** One bound of a range on the key column after the equalities. Values are evaluated at open. */
export interface KeyBound {
  readonly expression: Expression;
  readonly inclusive: boolean;
}

/**
 * Conditions an index serves: equality on the first `equals.length` key columns (each a list of alternatives: IN gives
 * several, evaluated, deduplicated and sorted at open; 'null' is IS NULL), then at most one range on the next column.
 * A NULL value of an equality or bound matches nothing.
 */
export interface IndexCondition {
  readonly equals: readonly KeyEquality[];
  readonly lower: KeyBound | undefined;
  readonly upper: KeyBound | undefined;
  /** The next column must be (not) null: IS NOT NULL. */
  readonly notNull: boolean;
}

export type KeyEquality =
  | { readonly kind: 'values'; readonly values: readonly Expression[] }
  /** = ANY(array expression). */
  | { readonly kind: 'any'; readonly array: Expression }
  | { readonly kind: 'null' };

/** Scan by the clustering key (`index.clustered`) or by a secondary index. */
export interface IndexScan extends TableScanNode {
  readonly kind: 'index-scan';
  readonly index: IndexDescriptor;
  readonly condition: IndexCondition;
  /** For EXPLAIN's Index Cond: the same as one boolean expression, or undefined. */
  readonly conditionExpression: Expression | undefined;
  readonly descending: boolean;
  readonly indexOnly: boolean;
  /** The condition pins at most one row (unique index, all columns equal). */
  readonly singleRow: boolean;
}

export interface ValuesScan extends Node {
  readonly kind: 'values-scan';
  readonly rows: readonly (readonly Expression[])[];
}

/** One row of no columns, or of constant expressions. */
export interface Result extends Node {
  readonly kind: 'result';
  readonly expressions: readonly Expression[];
  /** False or NULL: no row ("One-Time Filter"). */
  readonly condition: Expression | undefined;
}

export interface FunctionScan extends Node {
  readonly kind: 'function-scan';
  readonly alias: string;
  readonly calls: readonly { readonly call: Expression; readonly columnCount: number }[];
  readonly ordinality: boolean;
}

export interface Filter extends Node {
  readonly kind: 'filter';
  readonly input: PhysicalPlan;
  readonly condition: Expression;
}

/** output[i] = expressions[i] over the input. */
export interface Project extends Node {
  readonly kind: 'project';
  readonly input: PhysicalPlan;
  readonly expressions: readonly Expression[];
}

/** As project, but some expressions return sets, which are expanded in lockstep (NULL-padded). */
export interface ProjectSet extends Node {
  readonly kind: 'project-set';
  readonly input: PhysicalPlan;
  readonly expressions: readonly Expression[];
}

export interface Limit extends Node {
  readonly kind: 'limit';
  readonly input: PhysicalPlan;
  readonly limit: Expression | undefined;
  readonly offset: Expression | undefined;
  /** FETCH … WITH TIES: rows equal to the last in these keys follow. */
  readonly tieKeys: readonly SortKey[] | undefined;
}

/** Sort keys are plain column references of the input. `limit`: keep only so many (top-N), limit + offset. */
export interface Sort extends Node {
  readonly kind: 'sort';
  readonly input: PhysicalPlan;
  readonly keys: readonly SortKey[];
  readonly limit: Expression | undefined;
  readonly limitOffset: Expression | undefined;
}

export type JoinType = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';

/**
 * For each left row, reopens the right with `slots` set from left columns. semi/anti keep the left side only; an anti or left
 * join's condition is part of the match.
 */
export interface NestedLoop extends Node {
  readonly kind: 'nested-loop';
  readonly join: 'inner' | 'left' | 'semi' | 'anti';
  readonly left: PhysicalPlan;
  readonly right: PhysicalPlan;
  readonly slots: readonly { readonly slot: SlotId; readonly column: ColumnId }[];
  readonly condition: Expression | undefined;
}

/** Right side is built, left side probes. Keys are pairwise comparable by `equality` (function OIDs); NULL keys match nothing. */
export interface HashJoin extends Node {
  readonly kind: 'hash-join';
  readonly join: JoinType;
  readonly left: PhysicalPlan;
  readonly right: PhysicalPlan;
  readonly leftKeys: readonly Expression[];
  readonly rightKeys: readonly Expression[];
  readonly equality: readonly Oid[];
  /** Further condition over both sides, part of the match. */
  readonly condition: Expression | undefined;
  /** anti join for NOT IN: a NULL on either side makes the result empty / unknown. */
  readonly nullAware: boolean;
}

/** Both sides sorted ascending by their keys, which are plain columns. */
export interface MergeJoin extends Node {
  readonly kind: 'merge-join';
  readonly join: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti';
  readonly left: PhysicalPlan;
  readonly right: PhysicalPlan;
  readonly leftKeys: readonly SortKey[];
  readonly rightKeys: readonly SortKey[];
  readonly condition: Expression | undefined;
}

/** output = group columns, then one column per aggregate. Group expressions are plain columns of the input. */
export interface AggregateNode extends Node {
  readonly kind: 'aggregate';
  /** plain: one group, always one row; hash; sorted: input comes ordered by the group columns. */
  readonly strategy: 'plain' | 'hash' | 'sorted';
  readonly input: PhysicalPlan;
  readonly groupBy: readonly ColumnId[];
  readonly aggregates: readonly { readonly id: ColumnId; readonly aggregate: Aggregate }[];
}

/** Drops rows equal in `keys` to the one before; input is sorted by them (DISTINCT, DISTINCT ON). */
export interface Unique extends Node {
  readonly kind: 'unique';
  readonly input: PhysicalPlan;
  readonly keys: readonly ColumnId[];
}

/** Concatenation; column i of each input becomes output[i]. */
export interface Append extends Node {
  readonly kind: 'append';
  readonly inputs: readonly PhysicalPlan[];
}

/** INTERSECT / EXCEPT [ALL] by hashing whole rows; NULLs are equal. */
export interface SetOperation extends Node {
  readonly kind: 'set-operation';
  readonly operation: 'intersect' | 'except';
  readonly all: boolean;
  readonly left: PhysicalPlan;
  readonly right: PhysicalPlan;
}

/**
 * Adds `result` to each input row by running `plan` with `slots` set from input columns (a correlated SubPlan).
 * any/all: `test` over input columns and plan's output; three-valued. Results are memoised by slot values.
 */
export interface Apply extends Node {
  readonly kind: 'apply';
  readonly input: PhysicalPlan;
  readonly plan: PhysicalPlan;
  readonly form: 'scalar' | 'exists' | 'any' | 'all' | 'array';
  readonly slots: readonly { readonly slot: SlotId; readonly column: ColumnId }[];
  readonly test: Expression | undefined;
  /** Id and type of the added column, last of `output`. */
  readonly result: OutputColumn;
}

/** Remembers the input's rows so that reopening without changed slots replays them. */
export interface Materialize extends Node {
  readonly kind: 'materialize';
  readonly input: PhysicalPlan;
}

/** Reads the shared, lazily filled rows of a WITH query. Column i of the query is output[i]. */
export interface CommonTableScan extends Node {
  readonly kind: 'common-table-scan';
  readonly name: string;
  readonly alias: string;
  readonly commonTable: CommonTableId;
}

/** WITH RECURSIVE: rows of `start`, then of `step` run over the rows of the round before, until none. */
export interface RecursiveUnion extends Node {
  readonly kind: 'recursive-union';
  readonly commonTable: CommonTableId;
  readonly all: boolean;
  readonly start: PhysicalPlan;
  readonly step: PhysicalPlan;
}

/** The rows of the last round inside `step`. */
export interface WorkTableScan extends Node {
  readonly kind: 'work-table-scan';
  readonly commonTable: CommonTableId;
  readonly alias: string;
}

/** Locks rows named by reference columns; re-checks changed ones (see `Recheck`). */
export interface LockRows extends Node {
  readonly kind: 'lock-rows';
  readonly input: PhysicalPlan;
  readonly locks: readonly {
    readonly table: TableDescriptor;
    readonly reference: RowReferenceColumns;
    readonly mode: RowLockMode;
    readonly policy: WaitPolicy;
    readonly recheck: Recheck;
  }[];
}

/**
 * READ COMMITTED after waiting for another writer: `columns` of the row are replaced by the newest version's and
 * `condition` (over the node's input columns) decides whether the row still counts.
 */
export interface Recheck {
  readonly columns: readonly ScanColumn[];
  readonly condition: Expression | undefined;
}

interface ModifyNode extends Node {
  readonly input: PhysicalPlan;
  readonly table: TableDescriptor;
  readonly alias: string;
  /** Ids of the new row's live columns, in attnum order. */
  readonly newColumns: readonly ScanColumn[];
  readonly checks: readonly RowCheck[];
  readonly generated: readonly { readonly column: number; readonly expression: Expression }[];
  /** Expressions for `output` over newColumns / old columns and the input; empty: no rows, only a count. */
  readonly returning: readonly Expression[];
}

/** Values are expressions over the input, one per live column. */
export interface Insert extends ModifyNode {
  readonly kind: 'insert';
  readonly values: readonly { readonly column: number; readonly expression: Expression }[];
  readonly onConflict: PhysicalOnConflict | undefined;
}

export interface PhysicalOnConflict {
  readonly arbiters: readonly IndexDescriptor[];
  readonly action: 'nothing' | 'update';
  /** Columns of the existing row, and of the proposed one (excluded). */
  readonly existing: readonly ScanColumn[];
  readonly excluded: readonly ScanColumn[];
  readonly assignments: readonly { readonly column: number; readonly expression: Expression }[];
  readonly where: Expression | undefined;
}

/** The input carries all old columns (`oldColumns`), the row reference and whatever assignments and returning need. */
export interface Update extends ModifyNode {
  readonly kind: 'update';
  readonly reference: RowReferenceColumns;
  readonly oldColumns: readonly ScanColumn[];
  readonly assignments: readonly { readonly column: number; readonly expression: Expression }[];
  readonly recheck: Recheck;
}

export interface Delete extends ModifyNode {
  readonly kind: 'delete';
  readonly reference: RowReferenceColumns;
  readonly oldColumns: readonly ScanColumn[];
  readonly recheck: Recheck;
}

export type PhysicalPlan =
  | SeqScan
  | IndexScan
  | ValuesScan
  | Result
  | FunctionScan
  | Filter
  | Project
  | ProjectSet
  | Limit
  | Sort
  | NestedLoop
  | HashJoin
  | MergeJoin
  | AggregateNode
  | Unique
  | Append
  | SetOperation
  | Apply
  | Materialize
  | CommonTableScan
  | RecursiveUnion
  | WorkTableScan
  | LockRows
  | Insert
  | Update
  | Delete;

/** An uncorrelated subquery: run once before the main plan (in order), its value put into `slot`. */
export interface InitPlan {
  readonly slot: SlotId;
  readonly type: Oid;
  readonly form: 'scalar' | 'exists' | 'array';
  readonly plan: PhysicalPlan;
  /** EXPLAIN name: "InitPlan 1 (returns $0)". */
  readonly number: number;
}

export interface PlannedStatement {
  readonly root: PhysicalPlan;
  readonly initPlans: readonly InitPlan[];
  readonly commonTables: readonly { readonly id: CommonTableId; readonly name: string; readonly plan: PhysicalPlan }[];
  /** Visible result columns; their ids are in root.output, which may hold more (junk). Empty: no result rows. */
  readonly output: readonly OutputColumn[];
  readonly parameterTypes: readonly Oid[];
  readonly slotCount: number;
  readonly command: 'SELECT' | 'INSERT' | 'UPDATE' | 'DELETE';
  /** Tables read and written, for table locks: OID, mode. */
  readonly locks: readonly { readonly tableOid: Oid; readonly mode: TableLockMode }[];
  /** Names and types of every column id in the plan, for EXPLAIN. */
  readonly columnNames: ReadonlyMap<
    ColumnId,
    { readonly name: string; readonly relation: string | undefined; readonly type: Oid }
  >;
}

/** Table lock a plan needs before it runs. */
export type TableLockMode = 'access share' | 'row share' | 'row exclusive';
