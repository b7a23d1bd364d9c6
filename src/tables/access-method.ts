/**
 * How everything above reaches stored rows. The clustered B+tree (clustered-table.ts) is the first implementation; a
 * log-structured one can stand beside it. An AccessMethod is one open table; it lives as long as its catalog descriptor.
 *
 * Nothing here returns promises: an operation is done, or it answers 'wait' after it has registered `context.waiter`, and
 * is called again with the same arguments once woken (ROW-1).
 */
import type { Lsn, Oid, TreeId } from '../common/ids.ts';
import type { RowLockMode, Snapshot, Transaction, Waiter, WaitPolicy } from '../transaction/transaction.ts';
import type { Vector } from '../types/vector.ts';

/** One column as storage sees it. Position in the array is the column's storage number; attnum - 1, dropped ones stay. */
export interface StoredColumn {
  readonly typeOid: Oid;
  readonly storedBytes: number;
  readonly dropped: boolean;
  /** For columns added later: what rows of older layouts answer; the stored form, or null. */
  readonly missingValue: Uint8Array | null;
}

/** One part of a key: column storage number, direction, NULL position. */
export interface KeyPart {
  readonly column: number;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

export interface StoredIndex {
  readonly indexOid: Oid;
  readonly tree: TreeId;
  readonly unique: boolean;
  /** UNIQUE NULLS NOT DISTINCT. */
  readonly nullsNotDistinct: boolean;
  readonly parts: readonly KeyPart[];
  /** Name for error messages comes from the catalog; storage reports the OID. */
  readonly primary: boolean;
}

/** A table as the tree directory keeps it (LOG-5): enough to replay, undo and purge without the SQL catalog. */
export interface StoredTable {
  readonly tableOid: Oid;
  readonly tree: TreeId;
  readonly columns: readonly StoredColumn[];
  /** Layout number of rows written now (0 …); see row-format.ts. */
  readonly layout: number;
  /** Clustering key; undefined: hidden 8-byte rowid. */
  readonly clusterKey: readonly KeyPart[] | undefined;
  /** OID that violations of the clustering key report; 0 without one. */
  readonly clusterIndexOid: Oid;
  readonly indexes: readonly StoredIndex[];
}

/** Values of new rows: one vector per storage column (same order as StoredTable.columns). */
export interface RowSource {
  readonly columns: readonly Vector[];
}

export interface OperationContext {
  readonly transaction: Transaction;
  readonly snapshot: Snapshot;
  /** Parked task to wake when a lock is released. */
  readonly waiter: Waiter;
}

/** Identity of a row version seen by a scan: its table key and the LSN in its header. */
export interface RowReference {
  readonly key: Uint8Array;
  readonly lsn: Lsn;
}

export type ScanStep = 'rows' | 'end' | 'yield';

/**
 * A cursor over visible rows. Fills `vectors` (one per requested column, in the order of `ScanRequest.columns`; then, if
 * asked for, a bytes vector of row keys and an int64 vector of row LSNs) from row 0 and sets `rowCount`.
 * 'yield': nothing yet, the time slice may be over, call again.
 */
export interface TableScan {
  readonly vectors: readonly Vector[];
  readonly rowCount: number;
  next(rowsMax: number): ScanStep;
  close(): void;
}

/** A contiguous stretch of encoded keys: from `low` (inclusive) up to `high` (exclusive); undefined: open. */
export interface KeyRange {
  readonly low: Uint8Array | undefined;
  readonly high: Uint8Array | undefined;
}

export interface ScanRequest {
  /** Storage numbers of the columns wanted. */
  readonly columns: readonly number[];
  readonly withRowReference: boolean;
  readonly descending: boolean;
  /** Disjoint ranges in scan order; undefined: everything. Encoded over the clustering key or, for an index, its key. */
  readonly ranges: readonly KeyRange[] | undefined;
}

/** What became of one modification. 'stale': another committed transaction changed the row since the snapshot. */
export type ModifyOutcome =
  | { readonly kind: 'done'; readonly lsn: Lsn }
  | { readonly kind: 'wait' }
  /** Not visible any more or changed by the own statement already: skip it. */
  | { readonly kind: 'gone' }
  /**
   * Newest committed version lives at `key` (it may have moved) and has `lsn`: lock it and re-check (READ COMMITTED) or
   * fail (40001).
   */
  | { readonly kind: 'stale'; readonly key: Uint8Array; readonly lsn: Lsn }
  /** Already changed by this very statement (or one that came later in this transaction). */
  | { readonly kind: 'self-modified' }
  | { readonly kind: 'unique'; readonly indexOid: Oid; readonly conflictKey: Uint8Array }
  | { readonly kind: 'locked' };

export interface AccessMethod {
  readonly table: StoredTable;

  beginScan(request: ScanRequest, snapshot: Snapshot): TableScan;
  /** Scan in index order; `indexOnly` when all columns can be had from exact key columns and the page allows it (IDX-1, IDX-5). */
  beginIndexScan(index: StoredIndex, request: ScanRequest, snapshot: Snapshot): TableScan;
  /**
   * The version of the row at `key` visible to the snapshot, into row `row` of the vectors; false if none. The point path.
   * Here and in fetchNewest, `vectors` may hold one more than `columns`: an int64 vector that gets the version's LSN.
   */
  fetch(
    key: Uint8Array,
    columns: readonly number[],
    vectors: readonly Vector[],
    row: number,
    snapshot: Snapshot,
  ): boolean;
  /** The newest committed (or own) version at `key`, for a re-check after a lock; false if it is gone. */
  fetchNewest(
    key: Uint8Array,
    columns: readonly number[],
    vectors: readonly Vector[],
    row: number,
    context: OperationContext,
  ): boolean;

  /** Inserts row `row` of `source`. With `onConflict`, a unique conflict (with those indexes; empty: any) is reported, never raised. */
  insert(source: RowSource, row: number, context: OperationContext): ModifyOutcome;
  /** Bulk variant: as `insert` for rows [first, end); stops at the first that is not 'done' and says how many were. */
  insertMany(
    source: RowSource,
    first: number,
    end: number,
    context: OperationContext,
  ): { readonly done: number; readonly outcome: ModifyOutcome };
  /**
   * Replaces the row by row `row` of `source`. With `assigned` (one byte per storage column, 1 = assigned) the other
   * columns keep their stored values and need not be in `source`; without it, `source` has them all.
   */
  update(
    reference: RowReference,
    source: RowSource,
    row: number,
    context: OperationContext,
    assigned?: Uint8Array,
  ): ModifyOutcome;
  delete(reference: RowReference, context: OperationContext): ModifyOutcome;
  /** Locks the row; 'done' when held, with the LSN of the version locked; 'locked' under nowait/skip. */
  lockRow(reference: RowReference, mode: RowLockMode, policy: WaitPolicy, context: OperationContext): ModifyOutcome;

  /** Pages of the table's tree, roughly (a descent's estimate), for the planner. */
  estimatePages(): number;
  estimateRows(): number;
  /** About how many entries of the index (undefined: of the table's own tree) lie in the range; exact for small ones. */
  estimateRange(index: StoredIndex | undefined, range: KeyRange): number;
}
