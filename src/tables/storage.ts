/**
 * The storage as the floors above see it: page spaces (one per database, and the shared one), the tables and sequences in
 * them, transactions over all of it. `StorageEngine` (store.ts) is the assembly; these are the contracts.
 *
 * Definitions are changed by utility commands, so those calls are promises: they may wait for room in the log. Every change
 * belongs to the given transaction and is undone with it. The caller holds the table locks that PostgreSQL's command would.
 */
import type { Oid, SpaceId } from '../common/ids.ts';
import type { Transaction, Waiter } from '../transaction/transaction.ts';
import type { AccessMethod, KeyPart, StoredColumn, StoredTable } from './access-method.ts';

export interface IndexDefinition {
  readonly indexOid: Oid;
  readonly unique: boolean;
  readonly nullsNotDistinct: boolean;
  readonly primary: boolean;
  readonly parts: readonly KeyPart[];
}

export interface TableDefinition {
  readonly tableOid: Oid;
  readonly columns: readonly StoredColumn[];
  /** The primary key if IDX-6 allows; undefined: hidden rowid. */
  readonly clusterKey: readonly KeyPart[] | undefined;
  /** OID reported in unique violations of the clustering key; 0 without one. */
  readonly clusterIndexOid: Oid;
  /** Secondary indexes. */
  readonly indexes: readonly IndexDefinition[];
}

/** What one step of an index build came to. 'yield': call again, the slice may be over. */
export type BuildStep =
  | { readonly kind: 'yield' }
  /** Room in the log is awaited, the waiter will be woken. */
  | { readonly kind: 'wait' }
  | { readonly kind: 'done'; readonly table: StoredTable }
  /** Two live rows share a key; `key` is the encoded index key. */
  | { readonly kind: 'unique'; readonly indexOid: Oid; readonly conflictKey: Uint8Array };

export interface IndexBuild {
  step(waiter: Waiter): BuildStep;
  /** Frees memory and temporary files of a build that is given up; the trees go with the transaction's rollback. */
  close(): void;
}

/** A table being written anew under another definition (ALTER TYPE, another clustering key). */
export interface TableRewrite {
  /** The new trees, empty: fill with `insertMany`. Unknown to everybody else until `finish`. */
  readonly target: AccessMethod;
  /** Puts the new trees in the place of the old ones. */
  finish(): Promise<StoredTable>;
}

export interface TableStore {
  readonly space: SpaceId;
  readonly sequences: SequenceStore;

  find(tableOid: Oid): StoredTable | undefined;
  /** The open table as it is defined now; the same object until the definition changes. Throws InvariantError if there is none. */
  open(tableOid: Oid): AccessMethod;

  createTable(definition: TableDefinition, transaction: Transaction): Promise<StoredTable>;
  dropTable(tableOid: Oid, transaction: Transaction): Promise<void>;
  /**
   * ADD COLUMN and DROP COLUMN without touching rows: `columns` begins with the columns there are (some now dropped) and
   * may go on with new ones, whose `missingValue` old rows answer.
   */
  changeColumns(tableOid: Oid, columns: readonly StoredColumn[], transaction: Transaction): Promise<StoredTable>;
  /** Swaps to empty trees. */
  truncate(tableOid: Oid, transaction: Transaction): Promise<StoredTable>;
  beginRewrite(definition: TableDefinition, transaction: Transaction): Promise<TableRewrite>;
  /** Builds an index over the rows there are (LOG-8); the caller keeps writers out. */
  createIndex(tableOid: Oid, definition: IndexDefinition, transaction: Transaction): Promise<IndexBuild>;
  dropIndex(tableOid: Oid, indexOid: Oid, transaction: Transaction): Promise<StoredTable>;

  /** Checks trees, rows and each index against its table; returns what is wrong, empty if nothing. */
  verifyTable(tableOid: Oid): string[];
  /** Pages of all trees of the table: pg_table_size, pg_indexes_size. */
  treePages(tableOid: Oid): { readonly table: number; readonly overflow: number; readonly indexes: number };
}

export interface SequenceParameters {
  readonly increment: bigint;
  readonly minValue: bigint;
  readonly maxValue: bigint;
  readonly startValue: bigint;
  readonly cycle: boolean;
}

export interface SequenceState {
  readonly lastValue: bigint;
  readonly isCalled: boolean;
  readonly logCount: number;
}

/** Counters that never go back with a transaction; they are created, dropped and restarted with one. */
export interface SequenceStore {
  create(sequenceOid: Oid, lastValue: bigint, isCalled: boolean, transaction: Transaction): Promise<void>;
  drop(sequenceOid: Oid, transaction: Transaction): Promise<void>;
  /** ALTER SEQUENCE … RESTART: undone by a rollback. */
  restart(sequenceOid: Oid, lastValue: bigint, isCalled: boolean, transaction: Transaction): Promise<void>;
  /** Next value; undefined when the sequence is exhausted. The transaction's commit makes it durable. */
  next(sequenceOid: Oid, parameters: SequenceParameters, transaction: Transaction): bigint | undefined;
  /** setval. */
  set(sequenceOid: Oid, lastValue: bigint, isCalled: boolean, transaction: Transaction): void;
  state(sequenceOid: Oid): SequenceState;
}

/** What the server must do after a purge slice: go on soon, or only when something happens. */
export type PurgeProgress = 'more' | 'idle';
