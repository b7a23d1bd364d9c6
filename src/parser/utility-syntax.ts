/** Statements that neither query nor define: transactions, settings, prepared statements, cursors, COPY, maintenance. Conventions: syntax.ts. */
import type { DefElem, Expr, FuncCall, Node, RangeVar, Statement, TypeName } from './syntax.ts';

export type UtilityStatement =
  | TransactionStmt
  | ConstraintsSetStmt
  | LockStmt
  | VariableSetStmt
  | VariableShowStmt
  | AlterSystemStmt
  | DiscardStmt
  | PrepareStmt
  | ExecuteStmt
  | DeallocateStmt
  | DeclareCursorStmt
  | FetchStmt
  | ClosePortalStmt
  | CopyStmt
  | ExplainStmt
  | VacuumStmt
  | ClusterStmt
  | ReindexStmt
  | CheckPointStmt
  | ListenStmt
  | NotifyStmt
  | UnlistenStmt
  | DoStmt
  | CallStmt
  | LoadStmt;

export type UtilityNode = VacuumRelation;

// ---------------------------------------------------------------------------------------------------------- transactions

/** Options by DefElem name: transaction_isolation, transaction_read_only, transaction_deferrable. */
export interface TransactionStmt {
  readonly kind: 'TransactionStmt';
  readonly subkind:
    | 'TRANS_STMT_BEGIN'
    | 'TRANS_STMT_START'
    | 'TRANS_STMT_COMMIT'
    | 'TRANS_STMT_ROLLBACK'
    | 'TRANS_STMT_SAVEPOINT'
    | 'TRANS_STMT_RELEASE'
    | 'TRANS_STMT_ROLLBACK_TO'
    | 'TRANS_STMT_PREPARE'
    | 'TRANS_STMT_COMMIT_PREPARED'
    | 'TRANS_STMT_ROLLBACK_PREPARED';
  readonly options: readonly DefElem[];
  readonly savepoint_name: string | undefined;
  readonly gid: string | undefined;
  /** AND CHAIN */
  readonly chain: boolean;
  readonly location: number;
}

/** SET CONSTRAINTS; an empty list means ALL. */
export interface ConstraintsSetStmt {
  readonly kind: 'ConstraintsSetStmt';
  readonly constraints: readonly RangeVar[];
  readonly deferred: boolean;
}

/** `mode`: 1 ACCESS SHARE … 8 ACCESS EXCLUSIVE, in the manual's order. */
export interface LockStmt {
  readonly kind: 'LockStmt';
  readonly relations: readonly RangeVar[];
  readonly mode: number;
  readonly nowait: boolean;
}

// -------------------------------------------------------------------------------------------------------------- settings

/**
 * SET and RESET. SET TRANSACTION and SET SESSION CHARACTERISTICS are VAR_SET_MULTI of the names `TRANSACTION` and
 * `SESSION CHARACTERISTICS`, with DefElems in `args`; SET TIME ZONE may have an INTERVAL TypeCast there.
 */
export interface VariableSetStmt {
  readonly kind: 'VariableSetStmt';
  readonly subkind:
    | 'VAR_SET_VALUE'
    | 'VAR_SET_DEFAULT'
    | 'VAR_SET_CURRENT'
    | 'VAR_SET_MULTI'
    | 'VAR_RESET'
    | 'VAR_RESET_ALL';
  readonly name: string;
  readonly args: readonly Node[];
  readonly is_local: boolean;
  readonly location: number;
}

/** `name` is `all` for SHOW ALL. */
export interface VariableShowStmt {
  readonly kind: 'VariableShowStmt';
  readonly name: string;
}

export interface AlterSystemStmt {
  readonly kind: 'AlterSystemStmt';
  readonly setstmt: VariableSetStmt;
}

export interface DiscardStmt {
  readonly kind: 'DiscardStmt';
  readonly target: 'DISCARD_ALL' | 'DISCARD_PLANS' | 'DISCARD_SEQUENCES' | 'DISCARD_TEMP';
}

// ----------------------------------------------------------------------------------------- prepared statements, cursors

export interface PrepareStmt {
  readonly kind: 'PrepareStmt';
  readonly name: string;
  readonly argtypes: readonly TypeName[];
  readonly query: Statement;
}

export interface ExecuteStmt {
  readonly kind: 'ExecuteStmt';
  readonly name: string;
  readonly params: readonly Expr[];
}

/** Without a name: ALL. */
export interface DeallocateStmt {
  readonly kind: 'DeallocateStmt';
  readonly name: string | undefined;
  readonly location: number;
}

/** `options` is a sum of `cursorOption` bits. */
export interface DeclareCursorStmt {
  readonly kind: 'DeclareCursorStmt';
  readonly portalname: string;
  readonly options: number;
  readonly query: Statement;
}

/** FETCH and MOVE (`ismove`). `howMany` is Infinity for ALL (FORWARD or BACKWARD); PRIOR is BACKWARD 1, LAST is ABSOLUTE -1. */
export interface FetchStmt {
  readonly kind: 'FetchStmt';
  readonly direction: 'FETCH_FORWARD' | 'FETCH_BACKWARD' | 'FETCH_ABSOLUTE' | 'FETCH_RELATIVE';
  readonly howMany: number;
  readonly portalname: string;
  readonly ismove: boolean;
}

/** Without a name: ALL. */
export interface ClosePortalStmt {
  readonly kind: 'ClosePortalStmt';
  readonly portalname: string | undefined;
}

// ----------------------------------------------------------------------------------------------------- COPY, maintenance

/** The old option syntax arrives in `options` too, under the new names. Without `filename`: STDIN or STDOUT. */
export interface CopyStmt {
  readonly kind: 'CopyStmt';
  readonly relation: RangeVar | undefined;
  readonly query: Statement | undefined;
  readonly attlist: readonly string[];
  readonly is_from: boolean;
  readonly is_program: boolean;
  readonly filename: string | undefined;
  readonly options: readonly DefElem[];
  readonly whereClause: Expr | undefined;
}

export interface ExplainStmt {
  readonly kind: 'ExplainStmt';
  readonly query: Statement;
  readonly options: readonly DefElem[];
}

/** VACUUM and ANALYZE (`is_vacuumcmd` false). */
export interface VacuumStmt {
  readonly kind: 'VacuumStmt';
  readonly options: readonly DefElem[];
  readonly rels: readonly VacuumRelation[];
  readonly is_vacuumcmd: boolean;
}

export interface VacuumRelation {
  readonly kind: 'VacuumRelation';
  readonly relation: RangeVar;
  readonly va_cols: readonly string[];
}

export interface ClusterStmt {
  readonly kind: 'ClusterStmt';
  readonly relation: RangeVar | undefined;
  readonly indexname: string | undefined;
  readonly params: readonly DefElem[];
}

export interface ReindexStmt {
  readonly kind: 'ReindexStmt';
  readonly subkind: `REINDEX_OBJECT_${'INDEX' | 'TABLE' | 'SCHEMA' | 'SYSTEM' | 'DATABASE'}`;
  readonly relation: RangeVar | undefined;
  readonly name: string | undefined;
  readonly params: readonly DefElem[];
}

export interface CheckPointStmt {
  readonly kind: 'CheckPointStmt';
}

// ---------------------------------------------------------------------------------------------------- channels, and code

export interface ListenStmt {
  readonly kind: 'ListenStmt';
  readonly conditionname: string;
}

export interface NotifyStmt {
  readonly kind: 'NotifyStmt';
  readonly conditionname: string;
  readonly payload: string | undefined;
}

/** Without a name: `*`. */
export interface UnlistenStmt {
  readonly kind: 'UnlistenStmt';
  readonly conditionname: string | undefined;
}

/** DefElems `as` (the code) and `language`. */
export interface DoStmt {
  readonly kind: 'DoStmt';
  readonly args: readonly DefElem[];
}

export interface CallStmt {
  readonly kind: 'CallStmt';
  readonly funccall: FuncCall;
}

export interface LoadStmt {
  readonly kind: 'LoadStmt';
  readonly filename: string;
}
