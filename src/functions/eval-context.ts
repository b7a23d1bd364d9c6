/** What functions may ask of the session they run in. Implemented by the engine; tests use a small fake. */
import type { Oid } from '../common/ids.ts';
import type { Notice } from '../common/sql-error.ts';
import type { Datum } from '../types/datum.ts';
import type { IoContext } from '../types/type-handler.ts';

export interface EvalContext {
  readonly io: IoContext;
  /** Microseconds since 2000-01-01 UTC. */
  transactionTimestamp(): number;
  statementTimestamp(): number;
  clockTimestamp(): number;
  readonly session: SessionFacts;
  readonly sequences: SequenceAccess;
  readonly settings: SettingAccess;
  readonly catalog: CatalogQuestions;
  readonly system: SystemFunctions;
  /** The session's random generator: uniform in [0, 1). */
  random(): number;
  setSeed(seed: number): void;
  notice(notice: Notice): void;
  /** Long kernels (generate_series, regex on huge values) call it now and then: throws 57014 when cancelled. */
  checkInterrupts(): void;
}

export interface SessionFacts {
  readonly backendPid: number;
  readonly database: string;
  readonly databaseOid: Oid;
  readonly currentUser: string;
  readonly sessionUser: string;
  readonly serverVersion: string;
  readonly clientAddress: string | undefined;
  readonly clientPort: number | undefined;
  readonly serverAddress: string | undefined;
  readonly serverPort: number | undefined;
  /** current_schemas(includeImplicit). */
  searchPath(includeImplicit: boolean): readonly string[];
  readonly startTime: number;
}

/** Sequence values are int8 Datums. Not transactional. */
export interface SequenceAccess {
  next(sequence: Oid): number | bigint;
  current(sequence: Oid): number | bigint;
  last(): number | bigint;
  set(sequence: Oid, value: number | bigint, isCalled: boolean): void;
}

export interface SettingAccess {
  /** SHOW's text; undefined if unknown. */
  show(name: string): string | undefined;
  set(name: string, value: string, isLocal: boolean): string;
}

/** Questions that pg_get_*def, format_type, *_is_visible, obj_description, has_*_privilege, … ask of the catalog. */
export interface CatalogQuestions {
  /** Calls the catalog-backed function of that name; the engine registers them by name (pg_get_viewdef …). */
  call(name: string, args: readonly Datum[]): Datum;
}

/** Functions that act on the server: pg_cancel_backend, pg_backend sizes, txid_current … by name. */
export interface SystemFunctions {
  call(name: string, args: readonly Datum[]): Datum;
  /** Rows of the functions under system views: pg_show_all_settings, pg_lock_status …. Absent: no rows. */
  rows?(name: string, args: readonly Datum[]): readonly (readonly Datum[])[];
}
