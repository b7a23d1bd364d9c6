/**
 * What a definition command (CREATE, ALTER, DROP …) needs of the session that runs it. The commands are ordinary async
 * functions (they may wait for locks and for room in the log); everything they do belongs to the session's transaction.
 */
import type { Oid } from '../../common/ids.ts';
import type { Notice } from '../../common/sql-error.ts';
import type { AnalyzeOptions } from '../../analyzer/analyze.ts';
import type { CatalogWriting } from '../../catalog/catalog-rows.ts';
import type { DatabaseCatalog } from '../../catalog/database-catalog.ts';
import type { BoundStatement } from '../../algebra/statement.ts';
import type { TableStore } from '../../tables/storage.ts';
import type { AccessMethod } from '../../tables/access-method.ts';
import type { Transaction, Waiter } from '../../transaction/transaction.ts';
import type { Datum } from '../../types/datum.ts';
import type { IoContext } from '../../types/type-handler.ts';

/** The eight table lock modes, in PostgreSQL's words. */
export type LockMode =
  | 'access share'
  | 'row share'
  | 'row exclusive'
  | 'share update exclusive'
  | 'share'
  | 'share row exclusive'
  | 'exclusive'
  | 'access exclusive';

export interface CommandContext {
  /** The text of the statement, for error positions. */
  readonly sql: string;
  readonly io: IoContext;
  readonly transaction: Transaction;
  /** Tables of the session's database, and those all databases share. */
  readonly tables: TableStore;
  readonly shared: TableStore;
  readonly currentUser: Oid;
  /** A new cluster is being made: pg_catalog is open to definitions. */
  readonly isBootstrap: boolean;
  readonly currentUserName: string;
  /** The catalog as the transaction sees it now; a new object after `catalogChanged`. */
  readonly catalog: DatabaseCatalog;
  /** For catalog rows; its snapshot sees all own changes. */
  readonly writing: CatalogWriting;
  /** Namespace for objects created without a schema; undefined: "no schema has been selected to create in". */
  readonly creationNamespace: Oid | undefined;
  /** The session's temporary namespace, made at first use. */
  temporaryNamespace(): Promise<Oid>;
  /** For expressions in definitions: no parameters. */
  analyzeOptions(): AnalyzeOptions;
  newOid(): Oid;
  /** Rows of the catalog were changed: look-ups from here on see them, and other sessions do after the commit. */
  catalogChanged(): void;
  lockTable(table: Oid, mode: LockMode): Promise<void>;
  notice(notice: Notice): void;
  /** Gives the thread back when the slice is over; throws 57014 when cancelled. */
  yieldNow(): Promise<void>;
  /** Repeats `attempt` until it is not 'wait'. */
  whenReady<T extends { readonly kind: string }>(attempt: (waiter: Waiter) => T): Promise<T>;
  /** Open storage of a table, as just (re)defined. */
  open(table: Oid): AccessMethod;
  /** Plans and runs a statement within the command; rows as Datums, for those that return any. */
  run(bound: BoundStatement): Promise<{ readonly rows: readonly (readonly Datum[])[]; readonly modified: number }>;
  /** Parses, analyses and runs SQL of our own (validation of constraints and the like); `parameters` are typed Datums. */
  runSql(
    sql: string,
    parameters?: readonly { readonly type: Oid; readonly value: Datum }[],
  ): Promise<readonly (readonly Datum[])[]>;
  /** Refused inside a transaction block, as CREATE DATABASE is (25001). */
  requireNoTransactionBlock(command: string): void;
}

/** The command tag, e.g. `CREATE TABLE`. */
export type CommandTag = string;
