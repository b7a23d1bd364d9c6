/** Statements that define: schemas, tables, indexes, sequences, views, types, databases, roles and privileges. Conventions: syntax.ts. */
import type {
  CollateClause,
  DefElem,
  Expr,
  IndexElem,
  IntoClause,
  Node,
  OnCommitAction,
  RangeVar,
  Statement,
  TypeName,
} from './syntax.ts';
import type { VariableSetStmt } from './utility-syntax.ts';

export type DefinitionStatement =
  | CreateSchemaStmt
  | CreateStmt
  | AlterTableStmt
  | IndexStmt
  | CreateSeqStmt
  | AlterSeqStmt
  | ViewStmt
  | CreateTableAsStmt
  | RefreshMatViewStmt
  | DropStmt
  | TruncateStmt
  | RenameStmt
  | AlterObjectSchemaStmt
  | AlterOwnerStmt
  | CommentStmt
  | CreateEnumStmt
  | AlterEnumStmt
  | CreateDomainStmt
  | AlterDomainStmt
  | CompositeTypeStmt
  | DefineStmt
  | CreateExtensionStmt
  | CreatedbStmt
  | AlterDatabaseStmt
  | AlterDatabaseSetStmt
  | DropdbStmt
  | CreateRoleStmt
  | AlterRoleStmt
  | AlterRoleSetStmt
  | DropRoleStmt
  | GrantStmt
  | GrantRoleStmt
  | AlterDefaultPrivilegesStmt
  | DropOwnedStmt
  | ReassignOwnedStmt;

export type DefinitionNode =
  | ColumnDef
  | Constraint
  | TableLikeClause
  | PartitionSpec
  | PartitionBoundSpec
  | AlterTableCmd
  | ATAlterConstraint
  | ObjectWithArgs
  | FunctionParameter
  | RoleSpec
  | AccessPriv;

export type DropBehavior = 'DROP_RESTRICT' | 'DROP_CASCADE';

/** `OBJECT_TABLE`, `OBJECT_VIEW`, `OBJECT_COLUMN` … (parsenodes.h has them all). */
export type ObjectType = `OBJECT_${string}`;

/**
 * How a statement names an object: schemas, databases, roles … by a string; tables, views, indexes, sequences by the parts of
 * a qualified name; types and domains by a TypeName; functions and aggregates by ObjectWithArgs; a constraint of a domain,
 * a cast or an operator class by a list that mixes these.
 */
export type ObjectName = string | number | readonly ObjectName[] | Node;

// ---------------------------------------------------------------------------------------------------------------- tables

export interface CreateSchemaStmt {
  readonly kind: 'CreateSchemaStmt';
  readonly schemaname: string | undefined;
  readonly authrole: RoleSpec | undefined;
  readonly schemaElts: readonly Statement[];
  readonly if_not_exists: boolean;
}

export interface CreateStmt {
  readonly kind: 'CreateStmt';
  readonly relation: RangeVar;
  readonly tableElts: readonly (ColumnDef | Constraint | TableLikeClause)[];
  readonly inhRelations: readonly RangeVar[];
  readonly partbound: PartitionBoundSpec | undefined;
  readonly partspec: PartitionSpec | undefined;
  readonly ofTypename: TypeName | undefined;
  readonly options: readonly DefElem[];
  readonly oncommit: OnCommitAction;
  readonly tablespacename: string | undefined;
  readonly accessMethod: string | undefined;
  readonly if_not_exists: boolean;
}

/** Column constraints, DEFAULT and NOT NULL among them, are all in `constraints`, in the order written. */
export interface ColumnDef {
  readonly kind: 'ColumnDef';
  readonly colname: string;
  /** undefined in CREATE TABLE … OF and in the columns of CREATE TABLE … PARTITION OF. */
  readonly typeName: TypeName | undefined;
  readonly compression: string | undefined;
  readonly is_local: boolean;
  readonly storage_name: string | undefined;
  /** In ALTER COLUMN … TYPE: the expression after USING. */
  readonly raw_default: Expr | undefined;
  readonly collClause: CollateClause | undefined;
  readonly constraints: readonly Constraint[];
  readonly fdwoptions: readonly DefElem[];
  readonly location: number;
}

export type ConstrType =
  | 'CONSTR_NULL'
  | 'CONSTR_NOTNULL'
  | 'CONSTR_DEFAULT'
  | 'CONSTR_IDENTITY'
  | 'CONSTR_GENERATED'
  | 'CONSTR_CHECK'
  | 'CONSTR_PRIMARY'
  | 'CONSTR_UNIQUE'
  | 'CONSTR_EXCLUSION'
  | 'CONSTR_FOREIGN'
  | 'CONSTR_ATTR_DEFERRABLE'
  | 'CONSTR_ATTR_NOT_DEFERRABLE'
  | 'CONSTR_ATTR_DEFERRED'
  | 'CONSTR_ATTR_IMMEDIATE'
  | 'CONSTR_ATTR_ENFORCED'
  | 'CONSTR_ATTR_NOT_ENFORCED';

/**
 * A constraint of a column or a table. For a column, DEFERRABLE and its kin follow as constraints of their own (CONSTR_ATTR_*);
 * for a table they are in `deferrable` and `initdeferred`.
 * Actions are one letter: `a` NO ACTION, `r` RESTRICT, `c` CASCADE, `n` SET NULL, `d` SET DEFAULT; match `s` SIMPLE, `f` FULL, `p` PARTIAL.
 */
export interface Constraint {
  readonly kind: 'Constraint';
  readonly contype: ConstrType;
  readonly conname: string | undefined;
  readonly deferrable: boolean;
  readonly initdeferred: boolean;
  readonly is_enforced: boolean;
  /** NOT VALID */
  readonly skip_validation: boolean;
  readonly initially_valid: boolean;
  readonly is_no_inherit: boolean;
  /** CHECK's and DEFAULT's expression, GENERATED's too. */
  readonly raw_expr: Expr | undefined;
  /** `a` ALWAYS, `d` BY DEFAULT (IDENTITY). */
  readonly generated_when: string;
  /** `s` STORED, `v` VIRTUAL. */
  readonly generated_kind: string;
  readonly nulls_not_distinct: boolean;
  readonly keys: readonly string[];
  readonly without_overlaps: boolean;
  readonly including: readonly string[];
  readonly exclusions: readonly Node[];
  readonly options: readonly DefElem[];
  /** USING INDEX */
  readonly indexname: string | undefined;
  readonly indexspace: string | undefined;
  readonly access_method: string | undefined;
  readonly where_clause: Expr | undefined;
  readonly pktable: RangeVar | undefined;
  readonly fk_attrs: readonly string[];
  readonly pk_attrs: readonly string[];
  readonly fk_with_period: boolean;
  readonly pk_with_period: boolean;
  readonly fk_matchtype: string;
  readonly fk_upd_action: string;
  readonly fk_del_action: string;
  /** ON DELETE SET NULL (a, b) */
  readonly fk_del_set_cols: readonly string[];
  readonly location: number;
}

/** LIKE table INCLUDING … (`tableLikeOption` bits) */
export interface TableLikeClause {
  readonly kind: 'TableLikeClause';
  readonly relation: RangeVar;
  readonly options: number;
}

export interface PartitionSpec {
  readonly kind: 'PartitionSpec';
  readonly strategy: `PARTITION_STRATEGY_${string}`;
  readonly partParams: readonly Node[];
  readonly location: number;
}

export interface PartitionBoundSpec {
  readonly kind: 'PartitionBoundSpec';
  readonly strategy: string;
  readonly is_default: boolean;
  readonly modulus: number;
  readonly remainder: number;
  readonly listdatums: readonly Node[];
  readonly lowerdatums: readonly Node[];
  readonly upperdatums: readonly Node[];
  readonly location: number;
}

/** ALTER TABLE, also of views, indexes, sequences … (`objtype`). ONLY is `relation.inh` false. */
export interface AlterTableStmt {
  readonly kind: 'AlterTableStmt';
  readonly relation: RangeVar;
  readonly cmds: readonly AlterTableCmd[];
  readonly objtype: ObjectType;
  readonly missing_ok: boolean;
}

/**
 * | subtype | name | def |
 * | AT_AddColumn | | ColumnDef |
 * | AT_ColumnDefault | column | expression, undefined for DROP DEFAULT |
 * | AT_SetNotNull, AT_DropNotNull, AT_DropColumn | column | |
 * | AT_AlterColumnType | column | ColumnDef: typeName, collClause, raw_default (USING) |
 * | AT_AddConstraint | | Constraint |
 * | AT_DropConstraint, AT_ValidateConstraint | constraint | |
 * | AT_AddIdentity | column | Constraint |
 * | AT_SetRelOptions, AT_ResetRelOptions, AT_SetOptions, AT_SetIdentity | column | List of DefElem |
 */
export interface AlterTableCmd {
  readonly kind: 'AlterTableCmd';
  readonly subtype: `AT_${string}`;
  readonly name: string | undefined;
  /** Column number in ALTER INDEX … ALTER COLUMN n. */
  readonly num: number;
  readonly newowner: RoleSpec | undefined;
  readonly def: Node | undefined;
  readonly behavior: DropBehavior;
  readonly missing_ok: boolean;
}

export interface ATAlterConstraint {
  readonly kind: 'ATAlterConstraint';
  readonly conname: string;
  readonly alterEnforceability: boolean;
  readonly is_enforced: boolean;
  readonly alterDeferrability: boolean;
  readonly deferrable: boolean;
  readonly initdeferred: boolean;
  readonly alterInheritability: boolean;
  readonly noinherit: boolean;
}

// ------------------------------------------------------------------------------------ indexes, sequences, views, objects

export interface IndexStmt {
  readonly kind: 'IndexStmt';
  readonly idxname: string | undefined;
  readonly relation: RangeVar;
  readonly accessMethod: string;
  readonly tableSpace: string | undefined;
  readonly indexParams: readonly IndexElem[];
  readonly indexIncludingParams: readonly IndexElem[];
  readonly options: readonly DefElem[];
  readonly whereClause: Expr | undefined;
  readonly unique: boolean;
  readonly nulls_not_distinct: boolean;
  readonly concurrent: boolean;
  readonly if_not_exists: boolean;
}

/** Options by DefElem name: as, start, increment, minvalue, maxvalue, cache, cycle, owned_by, restart, sequence_name. */
export interface CreateSeqStmt {
  readonly kind: 'CreateSeqStmt';
  readonly sequence: RangeVar;
  readonly options: readonly DefElem[];
  readonly if_not_exists: boolean;
}

export interface AlterSeqStmt {
  readonly kind: 'AlterSeqStmt';
  readonly sequence: RangeVar;
  readonly options: readonly DefElem[];
  readonly missing_ok: boolean;
}

export interface ViewStmt {
  readonly kind: 'ViewStmt';
  readonly view: RangeVar;
  readonly aliases: readonly string[];
  readonly query: Statement;
  readonly replace: boolean;
  readonly options: readonly DefElem[];
  readonly withCheckOption: 'NO_CHECK_OPTION' | 'LOCAL_CHECK_OPTION' | 'CASCADED_CHECK_OPTION';
}

/** CREATE TABLE AS and CREATE MATERIALIZED VIEW (`objtype`). */
export interface CreateTableAsStmt {
  readonly kind: 'CreateTableAsStmt';
  readonly query: Statement;
  readonly into: IntoClause;
  readonly objtype: ObjectType;
  readonly is_select_into: boolean;
  readonly if_not_exists: boolean;
}

export interface RefreshMatViewStmt {
  readonly kind: 'RefreshMatViewStmt';
  readonly concurrent: boolean;
  readonly skipData: boolean;
  readonly relation: RangeVar;
}

export interface DropStmt {
  readonly kind: 'DropStmt';
  readonly objects: readonly ObjectName[];
  readonly removeType: ObjectType;
  readonly behavior: DropBehavior;
  readonly missing_ok: boolean;
  readonly concurrent: boolean;
}

export interface TruncateStmt {
  readonly kind: 'TruncateStmt';
  readonly relations: readonly RangeVar[];
  readonly restart_seqs: boolean;
  readonly behavior: DropBehavior;
}

/** ALTER … RENAME: relations and what is in them by `relation` (with `subname`), all else by `object`. */
export interface RenameStmt {
  readonly kind: 'RenameStmt';
  readonly renameType: ObjectType;
  readonly relationType: ObjectType;
  readonly relation: RangeVar | undefined;
  readonly object: ObjectName | undefined;
  readonly subname: string | undefined;
  readonly newname: string;
  readonly behavior: DropBehavior;
  readonly missing_ok: boolean;
}

/** ALTER … SET SCHEMA */
export interface AlterObjectSchemaStmt {
  readonly kind: 'AlterObjectSchemaStmt';
  readonly objectType: ObjectType;
  readonly relation: RangeVar | undefined;
  readonly object: ObjectName | undefined;
  readonly newschema: string;
  readonly missing_ok: boolean;
}

/** ALTER … OWNER TO of what is not a relation (relations: AT_ChangeOwner). */
export interface AlterOwnerStmt {
  readonly kind: 'AlterOwnerStmt';
  readonly objectType: ObjectType;
  readonly relation: RangeVar | undefined;
  readonly object: ObjectName | undefined;
  readonly newowner: RoleSpec;
}

/** A column is named by the parts of its name with the column last; IS NULL leaves `comment` undefined. */
export interface CommentStmt {
  readonly kind: 'CommentStmt';
  readonly objtype: ObjectType;
  readonly object: ObjectName;
  readonly comment: string | undefined;
}

// ----------------------------------------------------------------------------------------------------------------- types

export interface CreateEnumStmt {
  readonly kind: 'CreateEnumStmt';
  readonly typeName: readonly string[];
  readonly vals: readonly string[];
}

/** ADD VALUE, or RENAME VALUE when `oldVal` is given. */
export interface AlterEnumStmt {
  readonly kind: 'AlterEnumStmt';
  readonly typeName: readonly string[];
  readonly oldVal: string | undefined;
  readonly newVal: string;
  readonly newValNeighbor: string | undefined;
  readonly newValIsAfter: boolean;
  readonly skipIfNewValExists: boolean;
}

export interface CreateDomainStmt {
  readonly kind: 'CreateDomainStmt';
  readonly domainname: readonly string[];
  readonly typeName: TypeName;
  readonly collClause: CollateClause | undefined;
  readonly constraints: readonly Constraint[];
}

/** `subtype`: `T` default, `N` drop not null, `O` set not null, `C` add, `X` drop, `V` validate constraint. */
export interface AlterDomainStmt {
  readonly kind: 'AlterDomainStmt';
  readonly subtype: string;
  readonly typeName: readonly string[];
  readonly name: string | undefined;
  readonly def: Node | undefined;
  readonly behavior: DropBehavior;
  readonly missing_ok: boolean;
}

/** CREATE TYPE name AS (…) */
export interface CompositeTypeStmt {
  readonly kind: 'CompositeTypeStmt';
  readonly typevar: RangeVar;
  readonly coldeflist: readonly ColumnDef[];
}

/** CREATE AGGREGATE, OPERATOR, base TYPE, TEXT SEARCH …, COLLATION (`subkind`). */
export interface DefineStmt {
  readonly kind: 'DefineStmt';
  readonly subkind: ObjectType;
  readonly oldstyle: boolean;
  readonly defnames: readonly string[];
  readonly args: readonly (Node | undefined)[];
  readonly definition: readonly DefElem[];
  readonly if_not_exists: boolean;
  readonly replace: boolean;
}

export interface CreateExtensionStmt {
  readonly kind: 'CreateExtensionStmt';
  readonly extname: string;
  readonly if_not_exists: boolean;
  readonly options: readonly DefElem[];
}

/** A function, procedure, aggregate or operator by name and argument types (undefined: NONE of a prefix operator). */
export interface ObjectWithArgs {
  readonly kind: 'ObjectWithArgs';
  readonly objname: readonly string[];
  readonly objargs: readonly (TypeName | undefined)[];
  readonly objfuncargs: readonly FunctionParameter[];
  /** No parentheses were written. */
  readonly args_unspecified: boolean;
}

export interface FunctionParameter {
  readonly kind: 'FunctionParameter';
  readonly name: string | undefined;
  readonly argType: TypeName;
  readonly mode: `FUNC_PARAM_${string}`;
  readonly defexpr: Expr | undefined;
  readonly location: number;
}

// ----------------------------------------------------------------------------------------- databases, roles, privileges

/** Options: template, owner, encoding, lc_collate, lc_ctype, connection_limit, allow_connections, is_template, tablespace … */
export interface CreatedbStmt {
  readonly kind: 'CreatedbStmt';
  readonly dbname: string;
  readonly options: readonly DefElem[];
}

export interface AlterDatabaseStmt {
  readonly kind: 'AlterDatabaseStmt';
  readonly dbname: string;
  readonly options: readonly DefElem[];
}

export interface AlterDatabaseSetStmt {
  readonly kind: 'AlterDatabaseSetStmt';
  readonly dbname: string;
  readonly setstmt: VariableSetStmt;
}

export interface DropdbStmt {
  readonly kind: 'DropdbStmt';
  readonly dbname: string;
  readonly missing_ok: boolean;
  readonly options: readonly DefElem[];
}

export interface RoleSpec {
  readonly kind: 'RoleSpec';
  readonly roletype:
    | 'ROLESPEC_CSTRING'
    | 'ROLESPEC_CURRENT_ROLE'
    | 'ROLESPEC_CURRENT_USER'
    | 'ROLESPEC_SESSION_USER'
    | 'ROLESPEC_PUBLIC';
  /** Only of ROLESPEC_CSTRING. */
  readonly rolename: string | undefined;
  readonly location: number;
}

export interface CreateRoleStmt {
  readonly kind: 'CreateRoleStmt';
  readonly stmt_type: 'ROLESTMT_ROLE' | 'ROLESTMT_USER' | 'ROLESTMT_GROUP';
  readonly role: string;
  readonly options: readonly DefElem[];
}

/** `action`: +1 adds members (ALTER GROUP ADD USER), -1 drops them. */
export interface AlterRoleStmt {
  readonly kind: 'AlterRoleStmt';
  readonly role: RoleSpec;
  readonly options: readonly DefElem[];
  readonly action: number;
}

/** Without `role`: ALTER ROLE ALL SET. */
export interface AlterRoleSetStmt {
  readonly kind: 'AlterRoleSetStmt';
  readonly role: RoleSpec | undefined;
  readonly database: string | undefined;
  readonly setstmt: VariableSetStmt;
}

export interface DropRoleStmt {
  readonly kind: 'DropRoleStmt';
  readonly roles: readonly RoleSpec[];
  readonly missing_ok: boolean;
}

/** GRANT and REVOKE of privileges. An empty `privileges` means ALL. */
export interface GrantStmt {
  readonly kind: 'GrantStmt';
  readonly is_grant: boolean;
  readonly targtype: 'ACL_TARGET_OBJECT' | 'ACL_TARGET_ALL_IN_SCHEMA' | 'ACL_TARGET_DEFAULTS';
  readonly objtype: ObjectType;
  readonly objects: readonly ObjectName[];
  readonly privileges: readonly AccessPriv[];
  readonly grantees: readonly RoleSpec[];
  readonly grant_option: boolean;
  readonly grantor: RoleSpec | undefined;
  readonly behavior: DropBehavior;
}

/** One privilege (in GRANT role: one role); ALL (cols) has no `priv_name`. */
export interface AccessPriv {
  readonly kind: 'AccessPriv';
  readonly priv_name: string | undefined;
  readonly cols: readonly string[];
}

export interface GrantRoleStmt {
  readonly kind: 'GrantRoleStmt';
  readonly granted_roles: readonly AccessPriv[];
  readonly grantee_roles: readonly RoleSpec[];
  readonly is_grant: boolean;
  readonly opt: readonly DefElem[];
  readonly grantor: RoleSpec | undefined;
  readonly behavior: DropBehavior;
}

export interface AlterDefaultPrivilegesStmt {
  readonly kind: 'AlterDefaultPrivilegesStmt';
  readonly options: readonly DefElem[];
  readonly action: GrantStmt;
}

export interface DropOwnedStmt {
  readonly kind: 'DropOwnedStmt';
  readonly roles: readonly RoleSpec[];
  readonly behavior: DropBehavior;
}

export interface ReassignOwnedStmt {
  readonly kind: 'ReassignOwnedStmt';
  readonly roles: readonly RoleSpec[];
  readonly newrole: RoleSpec;
}
