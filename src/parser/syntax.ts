/**
 * The raw syntax tree: what the grammar saw, before any name is looked up.
 *
 * Node and field names are those of PostgreSQL's own raw parse tree (parsenodes.h, primnodes.h), so that whoever knows
 * gram.y finds the way. This file has queries and expressions; definition-syntax.ts has CREATE/ALTER/DROP and privileges,
 * utility-syntax.ts has the rest.
 *
 * Conventions
 * - Every field is always present; one that was not written is `false`, `0`, `[]`, or `undefined`, as its type says.
 * - An empty string in a field that may be `undefined` is `undefined` too (COMMENT … IS '' means NULL anyway).
 * - `location` is a byte offset into the text given to `parse`, -1 when unknown (`positionOf` makes it a character position).
 * - PostgreSQL's field `kind` is called `subkind` here, since `kind` tells our nodes apart.
 * - Lists of plain names are lists of JS strings: `ColumnRef.fields` of `a.b.*` is `['a', 'b', { kind: 'A_Star' }]`.
 */
import type { DefinitionNode, DefinitionStatement } from './definition-syntax.ts';
import type { UtilityNode, UtilityStatement } from './utility-syntax.ts';

/** A node the analyzer has no use for yet: kept whole, so that the refusal can name it. */
export interface OtherNode {
  readonly kind: 'OtherNode';
  /** The grammar's own name, e.g. `CreateTrigStmt`. */
  readonly nodeKind: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly location: number;
}

export type QueryStatement = SelectStmt | InsertStmt | UpdateStmt | DeleteStmt | MergeStmt;

export type Statement = QueryStatement | DefinitionStatement | UtilityStatement | OtherNode;

export type Expr =
  | ColumnRef
  | ParamRef
  | A_Const
  | A_Expr
  | BoolExpr
  | TypeCast
  | CollateClause
  | FuncCall
  | NamedArgExpr
  | A_Indirection
  | A_ArrayExpr
  | RowExpr
  | SubLink
  | CaseExpr
  | CoalesceExpr
  | MinMaxExpr
  | NullTest
  | BooleanTest
  | SQLValueFunction
  | GroupingFunc
  | SetToDefault
  | CurrentOfExpr
  | MultiAssignRef
  | OtherNode;

export type FromItem =
  | RangeVar
  | RangeSubselect
  | RangeFunction
  | RangeTableFunc
  | RangeTableSample
  | JoinExpr
  | OtherNode;

export type Node =
  | Statement
  | Expr
  | FromItem
  | ConstValue
  | List
  | A_Star
  | A_Indices
  | Alias
  | CaseWhen
  | GroupingSet
  | SortBy
  | WindowDef
  | ResTarget
  | TypeName
  | IntoClause
  | LockingClause
  | WithClause
  | CommonTableExpr
  | CTESearchClause
  | CTECycleClause
  | InferClause
  | IndexElem
  | OnConflictClause
  | ReturningClause
  | ReturningOption
  | MergeWhenClause
  | DefElem
  | DefinitionNode
  | UtilityNode;

/** A list used as a value, e.g. the right side of IN, BETWEEN's two bounds, an option's list of names. */
export interface List<Item extends Node = Node> {
  readonly kind: 'List';
  readonly items: readonly Item[];
}

// ---------------------------------------------------------------------------------------------------------------- values

/** An integer that fits 32 bits; larger ones arrive as Float. */
export interface IntegerValue {
  readonly kind: 'Integer';
  readonly ival: number;
}

/** Any other number, in the characters written (maybe with a minus before them). */
export interface FloatValue {
  readonly kind: 'Float';
  readonly fval: string;
}

export interface BooleanValue {
  readonly kind: 'Boolean';
  readonly boolval: boolean;
}

export interface StringValue {
  readonly kind: 'String';
  readonly sval: string;
}

/** `b` or `x` followed by the digits of B'…' or X'…'. */
export interface BitStringValue {
  readonly kind: 'BitString';
  readonly bsval: string;
}

export interface NullValue {
  readonly kind: 'Null';
}

export type ConstValue = IntegerValue | FloatValue | BooleanValue | StringValue | BitStringValue | NullValue;

// ----------------------------------------------------------------------------------------------------------- expressions

export interface A_Const {
  readonly kind: 'A_Const';
  readonly val: ConstValue;
  readonly location: number;
}

/** `a`, `t.a`, `s.t.*` … */
export interface ColumnRef {
  readonly kind: 'ColumnRef';
  readonly fields: readonly (string | A_Star)[];
  readonly location: number;
}

/** `$1` */
export interface ParamRef {
  readonly kind: 'ParamRef';
  readonly number: number;
  readonly location: number;
}

export interface A_Star {
  readonly kind: 'A_Star';
}

export type AExprKind =
  | 'AEXPR_OP'
  | 'AEXPR_OP_ANY'
  | 'AEXPR_OP_ALL'
  | 'AEXPR_DISTINCT'
  | 'AEXPR_NOT_DISTINCT'
  | 'AEXPR_NULLIF'
  | 'AEXPR_IN'
  | 'AEXPR_LIKE'
  | 'AEXPR_ILIKE'
  | 'AEXPR_SIMILAR'
  | 'AEXPR_BETWEEN'
  | 'AEXPR_NOT_BETWEEN'
  | 'AEXPR_BETWEEN_SYM'
  | 'AEXPR_NOT_BETWEEN_SYM';

/**
 * An operator. `name` may be qualified (`OPERATOR(pg_catalog.+)`). A prefix operator has no `lexpr`.
 * IN has `=` or `<>` as its name and a List at the right, or a SubLink stands in its place; LIKE … ESCAPE has a call of
 * `like_escape` at the right; the location is the operator's.
 */
export interface A_Expr {
  readonly kind: 'A_Expr';
  readonly subkind: AExprKind;
  readonly name: readonly string[];
  readonly lexpr: Expr | undefined;
  readonly rexpr: Expr | List<Expr> | undefined;
  readonly location: number;
}

/** AND and OR are flattened: `a AND b AND c` is one node of three arguments. */
export interface BoolExpr {
  readonly kind: 'BoolExpr';
  readonly boolop: 'AND_EXPR' | 'OR_EXPR' | 'NOT_EXPR';
  readonly args: readonly Expr[];
  readonly location: number;
}

export interface TypeCast {
  readonly kind: 'TypeCast';
  readonly arg: Expr;
  readonly typeName: TypeName;
  readonly location: number;
}

/** In a column definition (`ColumnDef.collClause`) there is no `arg`. */
export interface CollateClause {
  readonly kind: 'CollateClause';
  readonly arg: Expr | undefined;
  readonly collname: readonly string[];
  readonly location: number;
}

/** How a call was written: as a call, or by SQL's own syntax (EXTRACT, AT TIME ZONE, TRIM, OVERLAPS …). */
export type CoercionForm =
  | 'COERCE_EXPLICIT_CALL'
  | 'COERCE_EXPLICIT_CAST'
  | 'COERCE_IMPLICIT_CAST'
  | 'COERCE_SQL_SYNTAX';

export interface FuncCall {
  readonly kind: 'FuncCall';
  readonly funcname: readonly string[];
  readonly args: readonly Expr[];
  readonly agg_order: readonly SortBy[];
  readonly agg_filter: Expr | undefined;
  readonly over: WindowDef | undefined;
  readonly agg_within_group: boolean;
  /** count(*) */
  readonly agg_star: boolean;
  readonly agg_distinct: boolean;
  /** The last argument was marked VARIADIC. */
  readonly func_variadic: boolean;
  readonly funcformat: CoercionForm;
  readonly location: number;
}

/** `name => value` */
export interface NamedArgExpr {
  readonly kind: 'NamedArgExpr';
  readonly arg: Expr;
  readonly name: string;
  readonly location: number;
}

/** `x[1]` or `x[lo:hi]`; a plain subscript is `uidx`. */
export interface A_Indices {
  readonly kind: 'A_Indices';
  readonly is_slice: boolean;
  readonly lidx: Expr | undefined;
  readonly uidx: Expr | undefined;
}

export type IndirectionStep = string | A_Star | A_Indices;

/** Subscripts and field selections applied to an expression. */
export interface A_Indirection {
  readonly kind: 'A_Indirection';
  readonly arg: Expr;
  readonly indirection: readonly IndirectionStep[];
}

/** ARRAY[…] */
export interface A_ArrayExpr {
  readonly kind: 'A_ArrayExpr';
  readonly elements: readonly Expr[];
  readonly location: number;
}

export interface RowExpr {
  readonly kind: 'RowExpr';
  readonly args: readonly Expr[];
  /** COERCE_IMPLICIT_CAST for `(a, b)`, COERCE_EXPLICIT_CALL for `ROW(a, b)`. */
  readonly row_format: CoercionForm;
  readonly location: number;
}

export type SubLinkType =
  | 'EXISTS_SUBLINK'
  | 'ALL_SUBLINK'
  | 'ANY_SUBLINK'
  | 'ROWCOMPARE_SUBLINK'
  | 'EXPR_SUBLINK'
  | 'MULTIEXPR_SUBLINK'
  | 'ARRAY_SUBLINK'
  | 'CTE_SUBLINK';

/** A subquery in an expression. IN has no `operName`; NOT IN is NOT over ANY. */
export interface SubLink {
  readonly kind: 'SubLink';
  readonly subLinkType: SubLinkType;
  readonly testexpr: Expr | undefined;
  readonly operName: readonly string[];
  readonly subselect: Statement;
  readonly location: number;
}

export interface CaseExpr {
  readonly kind: 'CaseExpr';
  readonly arg: Expr | undefined;
  readonly args: readonly CaseWhen[];
  readonly defresult: Expr | undefined;
  readonly location: number;
}

export interface CaseWhen {
  readonly kind: 'CaseWhen';
  readonly expr: Expr;
  readonly result: Expr;
  readonly location: number;
}

export interface CoalesceExpr {
  readonly kind: 'CoalesceExpr';
  readonly args: readonly Expr[];
  readonly location: number;
}

export interface MinMaxExpr {
  readonly kind: 'MinMaxExpr';
  readonly op: 'IS_GREATEST' | 'IS_LEAST';
  readonly args: readonly Expr[];
  readonly location: number;
}

export interface NullTest {
  readonly kind: 'NullTest';
  readonly arg: Expr;
  readonly nulltesttype: 'IS_NULL' | 'IS_NOT_NULL';
  readonly location: number;
}

export interface BooleanTest {
  readonly kind: 'BooleanTest';
  readonly arg: Expr;
  readonly booltesttype: 'IS_TRUE' | 'IS_NOT_TRUE' | 'IS_FALSE' | 'IS_NOT_FALSE' | 'IS_UNKNOWN' | 'IS_NOT_UNKNOWN';
  readonly location: number;
}

export type SQLValueFunctionOp =
  | 'SVFOP_CURRENT_DATE'
  | 'SVFOP_CURRENT_TIME'
  | 'SVFOP_CURRENT_TIME_N'
  | 'SVFOP_CURRENT_TIMESTAMP'
  | 'SVFOP_CURRENT_TIMESTAMP_N'
  | 'SVFOP_LOCALTIME'
  | 'SVFOP_LOCALTIME_N'
  | 'SVFOP_LOCALTIMESTAMP'
  | 'SVFOP_LOCALTIMESTAMP_N'
  | 'SVFOP_CURRENT_ROLE'
  | 'SVFOP_CURRENT_USER'
  | 'SVFOP_USER'
  | 'SVFOP_SESSION_USER'
  | 'SVFOP_CURRENT_CATALOG'
  | 'SVFOP_CURRENT_SCHEMA';

/** A parameterless function without parentheses; `typmod` is the precision of the `_N` ones, else -1. */
export interface SQLValueFunction {
  readonly kind: 'SQLValueFunction';
  readonly op: SQLValueFunctionOp;
  readonly typmod: number;
  readonly location: number;
}

/** GROUPING(a, b) */
export interface GroupingFunc {
  readonly kind: 'GroupingFunc';
  readonly args: readonly Expr[];
  readonly location: number;
}

/** DEFAULT in VALUES or SET */
export interface SetToDefault {
  readonly kind: 'SetToDefault';
  readonly location: number;
}

/** WHERE CURRENT OF cursor */
export interface CurrentOfExpr {
  readonly kind: 'CurrentOfExpr';
  readonly cursor_name: string;
}

/** Column number `colno` (from 1) of `(a, b) = source`; the targets of one assignment share the same source object. */
export interface MultiAssignRef {
  readonly kind: 'MultiAssignRef';
  readonly source: Expr;
  readonly colno: number;
  readonly ncolumns: number;
}

/**
 * A type as written. The grammar already turned SQL's own spellings into names (`int` is `pg_catalog.int4`).
 * INTERVAL's fields are a bit mask in the first typmod. `arrayBounds` has one entry per dimension, -1 where no size was written.
 */
export interface TypeName {
  readonly kind: 'TypeName';
  readonly names: readonly string[];
  readonly setof: boolean;
  /** `table.column%TYPE` */
  readonly pct_type: boolean;
  readonly typmods: readonly Expr[];
  readonly arrayBounds: readonly number[];
  readonly location: number;
}

// --------------------------------------------------------------------------------------------------------------- queries

/**
 * Three shapes in one: a plain SELECT (`op` SETOP_NONE), VALUES (`valuesLists` not empty), or a set operation over `larg`
 * and `rarg`, whose ORDER BY, LIMIT, FOR UPDATE and WITH are here while its arms have the other clauses.
 */
export interface SelectStmt {
  readonly kind: 'SelectStmt';
  /** undefined: no DISTINCT; empty: DISTINCT; else the expressions of DISTINCT ON. */
  readonly distinctClause: readonly Expr[] | undefined;
  readonly intoClause: IntoClause | undefined;
  readonly targetList: readonly ResTarget[];
  readonly fromClause: readonly FromItem[];
  readonly whereClause: Expr | undefined;
  readonly groupClause: readonly (Expr | GroupingSet)[];
  readonly groupDistinct: boolean;
  readonly havingClause: Expr | undefined;
  readonly windowClause: readonly WindowDef[];
  readonly valuesLists: readonly (readonly Expr[])[];
  readonly sortClause: readonly SortBy[];
  readonly limitOffset: Expr | undefined;
  /** LIMIT ALL is a NULL constant. */
  readonly limitCount: Expr | undefined;
  readonly limitOption: 'LIMIT_OPTION_DEFAULT' | 'LIMIT_OPTION_COUNT' | 'LIMIT_OPTION_WITH_TIES';
  readonly lockingClause: readonly LockingClause[];
  readonly withClause: WithClause | undefined;
  readonly op: 'SETOP_NONE' | 'SETOP_UNION' | 'SETOP_INTERSECT' | 'SETOP_EXCEPT';
  readonly all: boolean;
  readonly larg: SelectStmt | undefined;
  readonly rarg: SelectStmt | undefined;
}

/**
 * An output column of SELECT (`name` is its AS), or a target of INSERT / UPDATE (`name` and `indirection` say what to assign).
 */
export interface ResTarget {
  readonly kind: 'ResTarget';
  readonly name: string | undefined;
  readonly indirection: readonly IndirectionStep[];
  readonly val: Expr | undefined;
  readonly location: number;
}

export interface SortBy {
  readonly kind: 'SortBy';
  readonly node: Expr;
  readonly sortby_dir: 'SORTBY_DEFAULT' | 'SORTBY_ASC' | 'SORTBY_DESC' | 'SORTBY_USING';
  readonly sortby_nulls: SortByNulls;
  readonly useOp: readonly string[];
  /** Of the operator after USING, else -1. */
  readonly location: number;
}

export type SortByNulls = 'SORTBY_NULLS_DEFAULT' | 'SORTBY_NULLS_FIRST' | 'SORTBY_NULLS_LAST';

export interface GroupingSet {
  readonly kind: 'GroupingSet';
  readonly subkind:
    | 'GROUPING_SET_EMPTY'
    | 'GROUPING_SET_SIMPLE'
    | 'GROUPING_SET_ROLLUP'
    | 'GROUPING_SET_CUBE'
    | 'GROUPING_SET_SETS';
  readonly content: readonly (Expr | GroupingSet)[];
  readonly location: number;
}

/** WINDOW name AS (…), OVER name (`name` only) or OVER (…); `frameOptions` is a sum of `frameOption` bits. */
export interface WindowDef {
  readonly kind: 'WindowDef';
  readonly name: string | undefined;
  readonly refname: string | undefined;
  readonly partitionClause: readonly Expr[];
  readonly orderClause: readonly SortBy[];
  readonly frameOptions: number;
  readonly startOffset: Expr | undefined;
  readonly endOffset: Expr | undefined;
  readonly location: number;
}

/** SELECT INTO and CREATE TABLE AS: the table to make. */
export interface IntoClause {
  readonly kind: 'IntoClause';
  readonly rel: RangeVar;
  readonly colNames: readonly string[];
  readonly accessMethod: string | undefined;
  readonly options: readonly DefElem[];
  readonly onCommit: OnCommitAction;
  readonly tableSpaceName: string | undefined;
  /** WITH NO DATA */
  readonly skipData: boolean;
}

export type OnCommitAction = 'ONCOMMIT_NOOP' | 'ONCOMMIT_PRESERVE_ROWS' | 'ONCOMMIT_DELETE_ROWS' | 'ONCOMMIT_DROP';

/** FOR UPDATE and its kin; without `lockedRels` it is for all tables. */
export interface LockingClause {
  readonly kind: 'LockingClause';
  readonly lockedRels: readonly RangeVar[];
  readonly strength: 'LCS_NONE' | 'LCS_FORKEYSHARE' | 'LCS_FORSHARE' | 'LCS_FORNOKEYUPDATE' | 'LCS_FORUPDATE';
  readonly waitPolicy: 'LockWaitBlock' | 'LockWaitSkip' | 'LockWaitError';
}

export interface WithClause {
  readonly kind: 'WithClause';
  readonly ctes: readonly CommonTableExpr[];
  readonly recursive: boolean;
  readonly location: number;
}

export interface CommonTableExpr {
  readonly kind: 'CommonTableExpr';
  readonly ctename: string;
  readonly aliascolnames: readonly string[];
  readonly ctematerialized: 'CTEMaterializeDefault' | 'CTEMaterializeAlways' | 'CTEMaterializeNever';
  readonly ctequery: Statement;
  readonly search_clause: CTESearchClause | undefined;
  readonly cycle_clause: CTECycleClause | undefined;
  readonly location: number;
}

export interface CTESearchClause {
  readonly kind: 'CTESearchClause';
  readonly search_col_list: readonly string[];
  readonly search_breadth_first: boolean;
  readonly search_seq_column: string;
  readonly location: number;
}

export interface CTECycleClause {
  readonly kind: 'CTECycleClause';
  readonly cycle_col_list: readonly string[];
  readonly cycle_mark_column: string;
  readonly cycle_mark_value: Expr | undefined;
  readonly cycle_mark_default: Expr | undefined;
  readonly cycle_path_column: string;
  readonly location: number;
}

// ------------------------------------------------------------------------------------------------------------ FROM items

/** A table by name. `inh` is false for ONLY; `relpersistence` is `p`, `t` (TEMP) or `u` (UNLOGGED). */
export interface RangeVar {
  readonly kind: 'RangeVar';
  readonly catalogname: string | undefined;
  readonly schemaname: string | undefined;
  readonly relname: string;
  readonly inh: boolean;
  readonly relpersistence: string;
  readonly alias: Alias | undefined;
  readonly location: number;
}

export interface Alias {
  readonly kind: 'Alias';
  readonly aliasname: string;
  readonly colnames: readonly string[];
}

export interface RangeSubselect {
  readonly kind: 'RangeSubselect';
  readonly lateral: boolean;
  readonly subquery: Statement;
  readonly alias: Alias | undefined;
}

/** A function in FROM; several with ROWS FROM. */
export interface RangeFunction {
  readonly kind: 'RangeFunction';
  readonly lateral: boolean;
  readonly ordinality: boolean;
  readonly is_rowsfrom: boolean;
  readonly functions: readonly RangeFunctionItem[];
  readonly alias: Alias | undefined;
  /** AS t(a int, b text) */
  readonly coldeflist: readonly Node[];
}

export interface RangeFunctionItem {
  readonly func: Expr;
  /** Inside ROWS FROM: f(…) AS (a int, b text). */
  readonly coldeflist: readonly Node[];
}

/** XMLTABLE */
export interface RangeTableFunc {
  readonly kind: 'RangeTableFunc';
  readonly lateral: boolean;
  readonly docexpr: Expr | undefined;
  readonly rowexpr: Expr | undefined;
  readonly namespaces: readonly Node[];
  readonly columns: readonly Node[];
  readonly alias: Alias | undefined;
  readonly location: number;
}

/** TABLESAMPLE */
export interface RangeTableSample {
  readonly kind: 'RangeTableSample';
  readonly relation: FromItem;
  readonly method: readonly string[];
  readonly args: readonly Expr[];
  readonly repeatable: Expr | undefined;
  readonly location: number;
}

/** CROSS JOIN is JOIN_INNER with neither `quals` nor `usingClause` nor `isNatural`. */
export interface JoinExpr {
  readonly kind: 'JoinExpr';
  readonly jointype: 'JOIN_INNER' | 'JOIN_LEFT' | 'JOIN_FULL' | 'JOIN_RIGHT';
  readonly isNatural: boolean;
  readonly larg: FromItem;
  readonly rarg: FromItem;
  readonly usingClause: readonly string[];
  readonly join_using_alias: Alias | undefined;
  readonly quals: Expr | undefined;
  readonly alias: Alias | undefined;
}

// ------------------------------------------------------------------------------------------------- INSERT, UPDATE, DELETE

export interface InsertStmt {
  readonly kind: 'InsertStmt';
  readonly relation: RangeVar;
  readonly cols: readonly ResTarget[];
  /** undefined: DEFAULT VALUES. */
  readonly selectStmt: Statement | undefined;
  readonly onConflictClause: OnConflictClause | undefined;
  readonly returningClause: ReturningClause | undefined;
  readonly withClause: WithClause | undefined;
  readonly override: OverridingKind;
}

export type OverridingKind = 'OVERRIDING_NOT_SET' | 'OVERRIDING_USER_VALUE' | 'OVERRIDING_SYSTEM_VALUE';

export interface OnConflictClause {
  readonly kind: 'OnConflictClause';
  readonly action: 'ONCONFLICT_NONE' | 'ONCONFLICT_NOTHING' | 'ONCONFLICT_UPDATE';
  readonly infer: InferClause | undefined;
  readonly targetList: readonly ResTarget[];
  readonly whereClause: Expr | undefined;
  readonly location: number;
}

/** Which unique index ON CONFLICT means: by its columns, or by constraint name. */
export interface InferClause {
  readonly kind: 'InferClause';
  readonly indexElems: readonly IndexElem[];
  readonly whereClause: Expr | undefined;
  readonly conname: string | undefined;
  readonly location: number;
}

/** A column (`name`) or an expression (`expr`) of an index. */
export interface IndexElem {
  readonly kind: 'IndexElem';
  readonly name: string | undefined;
  readonly expr: Expr | undefined;
  readonly indexcolname: string | undefined;
  readonly collation: readonly string[];
  readonly opclass: readonly string[];
  readonly opclassopts: readonly DefElem[];
  readonly ordering: 'SORTBY_DEFAULT' | 'SORTBY_ASC' | 'SORTBY_DESC';
  readonly nulls_ordering: SortByNulls;
}

export interface ReturningClause {
  readonly kind: 'ReturningClause';
  /** WITH (OLD AS o, NEW AS n), which PostgreSQL has since 18. */
  readonly options: readonly ReturningOption[];
  readonly exprs: readonly ResTarget[];
}

export interface ReturningOption {
  readonly kind: 'ReturningOption';
  readonly option: 'RETURNING_OPTION_OLD' | 'RETURNING_OPTION_NEW';
  readonly value: string;
  readonly location: number;
}

export interface UpdateStmt {
  readonly kind: 'UpdateStmt';
  readonly relation: RangeVar;
  readonly targetList: readonly ResTarget[];
  readonly whereClause: Expr | undefined;
  readonly fromClause: readonly FromItem[];
  readonly returningClause: ReturningClause | undefined;
  readonly withClause: WithClause | undefined;
}

export interface DeleteStmt {
  readonly kind: 'DeleteStmt';
  readonly relation: RangeVar;
  readonly usingClause: readonly FromItem[];
  readonly whereClause: Expr | undefined;
  readonly returningClause: ReturningClause | undefined;
  readonly withClause: WithClause | undefined;
}

export interface MergeStmt {
  readonly kind: 'MergeStmt';
  readonly relation: RangeVar;
  readonly sourceRelation: FromItem;
  readonly joinCondition: Expr;
  readonly mergeWhenClauses: readonly MergeWhenClause[];
  readonly returningClause: ReturningClause | undefined;
  readonly withClause: WithClause | undefined;
}

export interface MergeWhenClause {
  readonly kind: 'MergeWhenClause';
  readonly matchKind: 'MERGE_WHEN_MATCHED' | 'MERGE_WHEN_NOT_MATCHED_BY_SOURCE' | 'MERGE_WHEN_NOT_MATCHED_BY_TARGET';
  readonly commandType: 'CMD_UPDATE' | 'CMD_INSERT' | 'CMD_DELETE' | 'CMD_NOTHING';
  readonly override: OverridingKind;
  readonly condition: Expr | undefined;
  readonly targetList: readonly ResTarget[];
  readonly values: readonly Expr[];
}

/** `name [= value]` in option lists of every sort; `defnamespace` is the part before a dot. */
export interface DefElem {
  readonly kind: 'DefElem';
  readonly defnamespace: string | undefined;
  readonly defname: string;
  readonly arg: Node | undefined;
  readonly defaction: 'DEFELEM_UNSPEC' | 'DEFELEM_SET' | 'DEFELEM_ADD' | 'DEFELEM_DROP';
  readonly location: number;
}
