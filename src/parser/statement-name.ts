/**
 * The user's name of a statement: what CommandComplete's tag starts with, and what a refusal names ("CREATE TRIGGER is not
 * supported"). Follows CreateCommandTag in PostgreSQL's utility.c.
 */
import type { ObjectType } from './definition-syntax.ts';
import type { OtherNode, Statement } from './syntax.ts';

export function statementName(statement: Statement): string {
  switch (statement.kind) {
    case 'TransactionStmt':
      return transactionNames[statement.subkind];
    case 'VariableSetStmt':
      return statement.subkind === 'VAR_RESET' || statement.subkind === 'VAR_RESET_ALL' ? 'RESET' : 'SET';
    case 'AlterTableStmt':
      return `ALTER ${objectName(statement.objtype)}`;
    case 'RenameStmt':
      return `ALTER ${objectName(statement.renameType === 'OBJECT_COLUMN' ? statement.relationType : statement.renameType)}`;
    case 'AlterObjectSchemaStmt':
    case 'AlterOwnerStmt':
      return `ALTER ${objectName(statement.objectType)}`;
    case 'DropStmt':
      return `DROP ${objectName(statement.removeType)}`;
    case 'DefineStmt':
      return `CREATE ${objectName(statement.subkind)}`;
    case 'CreateTableAsStmt':
      if (statement.objtype === 'OBJECT_MATVIEW') return 'CREATE MATERIALIZED VIEW';
      return statement.is_select_into ? 'SELECT INTO' : 'CREATE TABLE AS';
    case 'GrantStmt':
      return statement.is_grant ? 'GRANT' : 'REVOKE';
    case 'GrantRoleStmt':
      return statement.is_grant ? 'GRANT ROLE' : 'REVOKE ROLE';
    case 'FetchStmt':
      return statement.ismove ? 'MOVE' : 'FETCH';
    case 'ClosePortalStmt':
      return statement.portalname === undefined ? 'CLOSE CURSOR ALL' : 'CLOSE CURSOR';
    case 'DeallocateStmt':
      return statement.name === undefined ? 'DEALLOCATE ALL' : 'DEALLOCATE';
    case 'DiscardStmt':
      return statement.target.replace('_', ' ');
    case 'VacuumStmt':
      return statement.is_vacuumcmd ? 'VACUUM' : 'ANALYZE';
    case 'OtherNode':
      return otherName(statement);
    default:
      return plainNames[statement.kind];
  }
}

type KindWithPlainName = Exclude<
  Statement['kind'],
  | 'TransactionStmt'
  | 'VariableSetStmt'
  | 'AlterTableStmt'
  | 'RenameStmt'
  | 'AlterObjectSchemaStmt'
  | 'AlterOwnerStmt'
  | 'DropStmt'
  | 'DefineStmt'
  | 'CreateTableAsStmt'
  | 'GrantStmt'
  | 'GrantRoleStmt'
  | 'FetchStmt'
  | 'ClosePortalStmt'
  | 'DeallocateStmt'
  | 'DiscardStmt'
  | 'VacuumStmt'
  | 'OtherNode'
>;

const plainNames: Readonly<Record<KindWithPlainName, string>> = {
  SelectStmt: 'SELECT',
  InsertStmt: 'INSERT',
  UpdateStmt: 'UPDATE',
  DeleteStmt: 'DELETE',
  MergeStmt: 'MERGE',
  CreateSchemaStmt: 'CREATE SCHEMA',
  CreateStmt: 'CREATE TABLE',
  IndexStmt: 'CREATE INDEX',
  CreateSeqStmt: 'CREATE SEQUENCE',
  AlterSeqStmt: 'ALTER SEQUENCE',
  ViewStmt: 'CREATE VIEW',
  RefreshMatViewStmt: 'REFRESH MATERIALIZED VIEW',
  TruncateStmt: 'TRUNCATE TABLE',
  CommentStmt: 'COMMENT',
  CreateEnumStmt: 'CREATE TYPE',
  AlterEnumStmt: 'ALTER TYPE',
  CreateDomainStmt: 'CREATE DOMAIN',
  AlterDomainStmt: 'ALTER DOMAIN',
  CompositeTypeStmt: 'CREATE TYPE',
  CreateExtensionStmt: 'CREATE EXTENSION',
  CreatedbStmt: 'CREATE DATABASE',
  AlterDatabaseStmt: 'ALTER DATABASE',
  AlterDatabaseSetStmt: 'ALTER DATABASE',
  DropdbStmt: 'DROP DATABASE',
  CreateRoleStmt: 'CREATE ROLE',
  AlterRoleStmt: 'ALTER ROLE',
  AlterRoleSetStmt: 'ALTER ROLE',
  DropRoleStmt: 'DROP ROLE',
  AlterDefaultPrivilegesStmt: 'ALTER DEFAULT PRIVILEGES',
  DropOwnedStmt: 'DROP OWNED',
  ReassignOwnedStmt: 'REASSIGN OWNED',
  ConstraintsSetStmt: 'SET CONSTRAINTS',
  LockStmt: 'LOCK TABLE',
  VariableShowStmt: 'SHOW',
  AlterSystemStmt: 'ALTER SYSTEM',
  PrepareStmt: 'PREPARE',
  ExecuteStmt: 'EXECUTE',
  DeclareCursorStmt: 'DECLARE CURSOR',
  CopyStmt: 'COPY',
  ExplainStmt: 'EXPLAIN',
  ClusterStmt: 'CLUSTER',
  ReindexStmt: 'REINDEX',
  CheckPointStmt: 'CHECKPOINT',
  ListenStmt: 'LISTEN',
  NotifyStmt: 'NOTIFY',
  UnlistenStmt: 'UNLISTEN',
  DoStmt: 'DO',
  CallStmt: 'CALL',
  LoadStmt: 'LOAD',
};

const transactionNames = {
  TRANS_STMT_BEGIN: 'BEGIN',
  TRANS_STMT_START: 'START TRANSACTION',
  TRANS_STMT_COMMIT: 'COMMIT',
  TRANS_STMT_ROLLBACK: 'ROLLBACK',
  TRANS_STMT_SAVEPOINT: 'SAVEPOINT',
  TRANS_STMT_RELEASE: 'RELEASE',
  TRANS_STMT_ROLLBACK_TO: 'ROLLBACK',
  TRANS_STMT_PREPARE: 'PREPARE TRANSACTION',
  TRANS_STMT_COMMIT_PREPARED: 'COMMIT PREPARED',
  TRANS_STMT_ROLLBACK_PREPARED: 'ROLLBACK PREPARED',
} as const;

/** Object types whose name is not simply that of the constant. */
const objectNames: Readonly<Record<string, string>> = {
  OBJECT_ATTRIBUTE: 'TYPE',
  OBJECT_COLUMN: 'TABLE',
  OBJECT_DOMCONSTRAINT: 'DOMAIN',
  OBJECT_FDW: 'FOREIGN DATA WRAPPER',
  OBJECT_FOREIGN_SERVER: 'SERVER',
  OBJECT_LARGEOBJECT: 'LARGE OBJECT',
  OBJECT_MATVIEW: 'MATERIALIZED VIEW',
  OBJECT_OPCLASS: 'OPERATOR CLASS',
  OBJECT_OPFAMILY: 'OPERATOR FAMILY',
  OBJECT_STATISTIC_EXT: 'STATISTICS',
  OBJECT_TABCONSTRAINT: 'TABLE',
  OBJECT_TSCONFIGURATION: 'TEXT SEARCH CONFIGURATION',
  OBJECT_TSDICTIONARY: 'TEXT SEARCH DICTIONARY',
  OBJECT_TSPARSER: 'TEXT SEARCH PARSER',
  OBJECT_TSTEMPLATE: 'TEXT SEARCH TEMPLATE',
};

/** `OBJECT_FOREIGN_TABLE` → `FOREIGN TABLE` */
function objectName(type: ObjectType): string {
  return objectNames[type] ?? type.slice('OBJECT_'.length).replaceAll('_', ' ');
}

/** Statements and constructs that have no node of our own. */
const otherNames: Readonly<Record<string, string>> = {
  AlterCollationStmt: 'ALTER COLLATION',
  AlterDatabaseRefreshCollStmt: 'ALTER DATABASE',
  AlterEventTrigStmt: 'ALTER EVENT TRIGGER',
  AlterExtensionContentsStmt: 'ALTER EXTENSION',
  AlterExtensionStmt: 'ALTER EXTENSION',
  AlterFdwStmt: 'ALTER FOREIGN DATA WRAPPER',
  AlterForeignServerStmt: 'ALTER SERVER',
  AlterOperatorStmt: 'ALTER OPERATOR',
  AlterOpFamilyStmt: 'ALTER OPERATOR FAMILY',
  AlterPolicyStmt: 'ALTER POLICY',
  AlterPublicationStmt: 'ALTER PUBLICATION',
  AlterStatsStmt: 'ALTER STATISTICS',
  AlterSubscriptionStmt: 'ALTER SUBSCRIPTION',
  AlterTableSpaceOptionsStmt: 'ALTER TABLESPACE',
  AlterTSConfigurationStmt: 'ALTER TEXT SEARCH CONFIGURATION',
  AlterTSDictionaryStmt: 'ALTER TEXT SEARCH DICTIONARY',
  AlterTypeStmt: 'ALTER TYPE',
  AlterUserMappingStmt: 'ALTER USER MAPPING',
  CreateAmStmt: 'CREATE ACCESS METHOD',
  CreateCastStmt: 'CREATE CAST',
  CreateConversionStmt: 'CREATE CONVERSION',
  CreateEventTrigStmt: 'CREATE EVENT TRIGGER',
  CreateFdwStmt: 'CREATE FOREIGN DATA WRAPPER',
  CreateForeignServerStmt: 'CREATE SERVER',
  CreateForeignTableStmt: 'CREATE FOREIGN TABLE',
  CreateOpClassStmt: 'CREATE OPERATOR CLASS',
  CreateOpFamilyStmt: 'CREATE OPERATOR FAMILY',
  CreatePLangStmt: 'CREATE LANGUAGE',
  CreatePolicyStmt: 'CREATE POLICY',
  CreatePublicationStmt: 'CREATE PUBLICATION',
  CreateRangeStmt: 'CREATE TYPE',
  CreateStatsStmt: 'CREATE STATISTICS',
  CreateSubscriptionStmt: 'CREATE SUBSCRIPTION',
  CreateTableSpaceStmt: 'CREATE TABLESPACE',
  CreateTransformStmt: 'CREATE TRANSFORM',
  CreateTrigStmt: 'CREATE TRIGGER',
  CreateUserMappingStmt: 'CREATE USER MAPPING',
  DropSubscriptionStmt: 'DROP SUBSCRIPTION',
  DropTableSpaceStmt: 'DROP TABLESPACE',
  DropUserMappingStmt: 'DROP USER MAPPING',
  ImportForeignSchemaStmt: 'IMPORT FOREIGN SCHEMA',
  RuleStmt: 'CREATE RULE',
  SecLabelStmt: 'SECURITY LABEL',
  JsonAggConstructor: 'SQL/JSON aggregate',
  JsonArrayAgg: 'JSON_ARRAYAGG',
  JsonArrayConstructor: 'JSON_ARRAY',
  JsonArrayQueryConstructor: 'JSON_ARRAY',
  JsonFuncExpr: 'SQL/JSON query function',
  JsonIsPredicate: 'IS JSON',
  JsonObjectAgg: 'JSON_OBJECTAGG',
  JsonObjectConstructor: 'JSON_OBJECT',
  JsonParseExpr: 'JSON()',
  JsonScalarExpr: 'JSON_SCALAR',
  JsonSerializeExpr: 'JSON_SERIALIZE',
  JsonTable: 'JSON_TABLE',
  MergeSupportFunc: 'MERGE_ACTION',
  PartitionCmd: 'partitioning',
  ReplicaIdentityStmt: 'REPLICA IDENTITY',
  XmlExpr: 'XML expression',
  XmlSerialize: 'XMLSERIALIZE',
};

/** The name of a statement or construct without a node of its own; also right for expressions and FROM items. */
export function otherName(node: OtherNode): string {
  const { fields, nodeKind } = node;
  switch (nodeKind) {
    case 'CreateFunctionStmt':
      return fields['is_procedure'] === true ? 'CREATE PROCEDURE' : 'CREATE FUNCTION';
    case 'AlterFunctionStmt':
    case 'AlterTableMoveAllStmt':
      return `ALTER ${objectName(fields['objtype'] as ObjectType)}`;
    case 'AlterObjectDependsStmt':
      return `ALTER ${objectName(fields['objectType'] as ObjectType)}`;
    default:
      return otherNames[nodeKind] ?? nodeKind;
  }
}
