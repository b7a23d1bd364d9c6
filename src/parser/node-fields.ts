/**
 * The fields of every node kind we declare, and how each is read from the library's tree. The compiler checks that this table
 * and the interfaces agree; a test checks that it leaves out nothing the grammar can produce.
 */
import type { Node } from './syntax.ts';

/**
 * How a field is read. The library omits zero values, and wraps a node as `{"Kind": {…}}` only where C has a plain `Node *`.
 *
 * | code      | value when omitted | source |
 * | bool      | false     | boolean |
 * | int       | 0         | integer |
 * | name      | ''        | string, enum or character that is always there |
 * | text      | undefined | string |
 * | node      | undefined | wrapped node |
 * | nodes     | []        | list of wrapped nodes |
 * | names     | []        | list whose strings, integers and inner lists are unwrapped to JS values |
 * | object    | undefined | one value unwrapped like those of `names` |
 * | distinct  | undefined | list of nodes; a list of one null becomes [] |
 * | rows      | []        | list of lists of nodes |
 * | functions | []        | list of pairs (call, column definitions) |
 * | targets   | []        | list of ResTargets, where the columns of one `(a, b) = …` share their source |
 * | count     | 0         | integer where the largest means all |
 * | a kind    | undefined | node of that kind, not wrapped |
 */
export type FieldCode =
  | 'bool'
  | 'int'
  | 'name'
  | 'text'
  | 'node'
  | 'nodes'
  | 'names'
  | 'object'
  | 'distinct'
  | 'rows'
  | 'functions'
  | 'targets'
  | 'count'
  | NodeKind;

export type NodeKind = Exclude<Node['kind'], 'OtherNode' | 'A_Const' | 'Null'>;

type NodeOf<Kind extends NodeKind> = Extract<Node, { kind: Kind }>;

type KindsIn<T> = T extends { kind: infer Kind } ? Extract<Kind, NodeKind> : never;

type CodeFor<T> = [T] extends [boolean]
  ? 'bool'
  : [T] extends [number]
    ? 'int' | 'count'
    : [T] extends [string]
      ? 'name'
      : [T] extends [string | undefined]
        ? 'text'
        : [T] extends [readonly unknown[]]
          ? 'nodes' | 'names' | 'rows' | 'functions' | 'targets'
          : [T] extends [readonly unknown[] | undefined]
            ? 'distinct'
            : 'node' | 'object' | KindsIn<T>;

type FieldTable = {
  readonly [Kind in NodeKind]: {
    readonly [Field in Exclude<keyof NodeOf<Kind>, 'kind'>]: CodeFor<NodeOf<Kind>[Field]>;
  };
};

export const nodeFields: FieldTable = {
  // values
  Integer: { ival: 'int' },
  Float: { fval: 'name' },
  Boolean: { boolval: 'bool' },
  String: { sval: 'name' },
  BitString: { bsval: 'name' },
  List: { items: 'nodes' },

  // expressions
  ColumnRef: { fields: 'names', location: 'int' },
  ParamRef: { number: 'int', location: 'int' },
  A_Star: {},
  A_Expr: { subkind: 'name', name: 'names', lexpr: 'node', rexpr: 'node', location: 'int' },
  BoolExpr: { boolop: 'name', args: 'nodes', location: 'int' },
  TypeCast: { arg: 'node', typeName: 'TypeName', location: 'int' },
  CollateClause: { arg: 'node', collname: 'names', location: 'int' },
  FuncCall: {
    funcname: 'names',
    args: 'nodes',
    agg_order: 'nodes',
    agg_filter: 'node',
    over: 'WindowDef',
    agg_within_group: 'bool',
    agg_star: 'bool',
    agg_distinct: 'bool',
    func_variadic: 'bool',
    funcformat: 'name',
    location: 'int',
  },
  NamedArgExpr: { arg: 'node', name: 'name', location: 'int' },
  A_Indices: { is_slice: 'bool', lidx: 'node', uidx: 'node' },
  A_Indirection: { arg: 'node', indirection: 'names' },
  A_ArrayExpr: { elements: 'nodes', location: 'int' },
  RowExpr: { args: 'nodes', row_format: 'name', location: 'int' },
  SubLink: { subLinkType: 'name', testexpr: 'node', operName: 'names', subselect: 'node', location: 'int' },
  CaseExpr: { arg: 'node', args: 'nodes', defresult: 'node', location: 'int' },
  CaseWhen: { expr: 'node', result: 'node', location: 'int' },
  CoalesceExpr: { args: 'nodes', location: 'int' },
  MinMaxExpr: { op: 'name', args: 'nodes', location: 'int' },
  NullTest: { arg: 'node', nulltesttype: 'name', location: 'int' },
  BooleanTest: { arg: 'node', booltesttype: 'name', location: 'int' },
  SQLValueFunction: { op: 'name', typmod: 'int', location: 'int' },
  GroupingFunc: { args: 'nodes', location: 'int' },
  SetToDefault: { location: 'int' },
  CurrentOfExpr: { cursor_name: 'name' },
  MultiAssignRef: { source: 'node', colno: 'int', ncolumns: 'int' },
  TypeName: {
    names: 'names',
    setof: 'bool',
    pct_type: 'bool',
    typmods: 'nodes',
    arrayBounds: 'names',
    location: 'int',
  },

  // queries
  SelectStmt: {
    distinctClause: 'distinct',
    intoClause: 'IntoClause',
    targetList: 'nodes',
    fromClause: 'nodes',
    whereClause: 'node',
    groupClause: 'nodes',
    groupDistinct: 'bool',
    havingClause: 'node',
    windowClause: 'nodes',
    valuesLists: 'rows',
    sortClause: 'nodes',
    limitOffset: 'node',
    limitCount: 'node',
    limitOption: 'name',
    lockingClause: 'nodes',
    withClause: 'WithClause',
    op: 'name',
    all: 'bool',
    larg: 'SelectStmt',
    rarg: 'SelectStmt',
  },
  ResTarget: { name: 'text', indirection: 'names', val: 'node', location: 'int' },
  SortBy: { node: 'node', sortby_dir: 'name', sortby_nulls: 'name', useOp: 'names', location: 'int' },
  GroupingSet: { subkind: 'name', content: 'nodes', location: 'int' },
  WindowDef: {
    name: 'text',
    refname: 'text',
    partitionClause: 'nodes',
    orderClause: 'nodes',
    frameOptions: 'int',
    startOffset: 'node',
    endOffset: 'node',
    location: 'int',
  },
  IntoClause: {
    rel: 'RangeVar',
    colNames: 'names',
    accessMethod: 'text',
    options: 'nodes',
    onCommit: 'name',
    tableSpaceName: 'text',
    skipData: 'bool',
  },
  LockingClause: { lockedRels: 'nodes', strength: 'name', waitPolicy: 'name' },
  WithClause: { ctes: 'nodes', recursive: 'bool', location: 'int' },
  CommonTableExpr: {
    ctename: 'name',
    aliascolnames: 'names',
    ctematerialized: 'name',
    ctequery: 'node',
    search_clause: 'CTESearchClause',
    cycle_clause: 'CTECycleClause',
    location: 'int',
  },
  CTESearchClause: {
    search_col_list: 'names',
    search_breadth_first: 'bool',
    search_seq_column: 'name',
    location: 'int',
  },
  CTECycleClause: {
    cycle_col_list: 'names',
    cycle_mark_column: 'name',
    cycle_mark_value: 'node',
    cycle_mark_default: 'node',
    cycle_path_column: 'name',
    location: 'int',
  },

  // FROM items
  RangeVar: {
    catalogname: 'text',
    schemaname: 'text',
    relname: 'name',
    inh: 'bool',
    relpersistence: 'name',
    alias: 'Alias',
    location: 'int',
  },
  Alias: { aliasname: 'name', colnames: 'names' },
  RangeSubselect: { lateral: 'bool', subquery: 'node', alias: 'Alias' },
  RangeFunction: {
    lateral: 'bool',
    ordinality: 'bool',
    is_rowsfrom: 'bool',
    functions: 'functions',
    alias: 'Alias',
    coldeflist: 'nodes',
  },
  RangeTableFunc: {
    lateral: 'bool',
    docexpr: 'node',
    rowexpr: 'node',
    namespaces: 'nodes',
    columns: 'nodes',
    alias: 'Alias',
    location: 'int',
  },
  RangeTableSample: { relation: 'node', method: 'names', args: 'nodes', repeatable: 'node', location: 'int' },
  JoinExpr: {
    jointype: 'name',
    isNatural: 'bool',
    larg: 'node',
    rarg: 'node',
    usingClause: 'names',
    join_using_alias: 'Alias',
    quals: 'node',
    alias: 'Alias',
  },

  // INSERT, UPDATE, DELETE, MERGE
  InsertStmt: {
    relation: 'RangeVar',
    cols: 'nodes',
    selectStmt: 'node',
    onConflictClause: 'OnConflictClause',
    returningClause: 'ReturningClause',
    withClause: 'WithClause',
    override: 'name',
  },
  OnConflictClause: {
    action: 'name',
    infer: 'InferClause',
    targetList: 'targets',
    whereClause: 'node',
    location: 'int',
  },
  InferClause: { indexElems: 'nodes', whereClause: 'node', conname: 'text', location: 'int' },
  IndexElem: {
    name: 'text',
    expr: 'node',
    indexcolname: 'text',
    collation: 'names',
    opclass: 'names',
    opclassopts: 'nodes',
    ordering: 'name',
    nulls_ordering: 'name',
  },
  ReturningClause: { options: 'nodes', exprs: 'nodes' },
  ReturningOption: { option: 'name', value: 'name', location: 'int' },
  UpdateStmt: {
    relation: 'RangeVar',
    targetList: 'targets',
    whereClause: 'node',
    fromClause: 'nodes',
    returningClause: 'ReturningClause',
    withClause: 'WithClause',
  },
  DeleteStmt: {
    relation: 'RangeVar',
    usingClause: 'nodes',
    whereClause: 'node',
    returningClause: 'ReturningClause',
    withClause: 'WithClause',
  },
  MergeStmt: {
    relation: 'RangeVar',
    sourceRelation: 'node',
    joinCondition: 'node',
    mergeWhenClauses: 'nodes',
    returningClause: 'ReturningClause',
    withClause: 'WithClause',
  },
  MergeWhenClause: {
    matchKind: 'name',
    commandType: 'name',
    override: 'name',
    condition: 'node',
    targetList: 'targets',
    values: 'nodes',
  },
  DefElem: { defnamespace: 'text', defname: 'name', arg: 'node', defaction: 'name', location: 'int' },

  // tables
  CreateSchemaStmt: { schemaname: 'text', authrole: 'RoleSpec', schemaElts: 'nodes', if_not_exists: 'bool' },
  CreateStmt: {
    relation: 'RangeVar',
    tableElts: 'nodes',
    inhRelations: 'nodes',
    partbound: 'PartitionBoundSpec',
    partspec: 'PartitionSpec',
    ofTypename: 'TypeName',
    options: 'nodes',
    oncommit: 'name',
    tablespacename: 'text',
    accessMethod: 'text',
    if_not_exists: 'bool',
  },
  ColumnDef: {
    colname: 'name',
    typeName: 'TypeName',
    compression: 'text',
    is_local: 'bool',
    storage_name: 'text',
    raw_default: 'node',
    collClause: 'CollateClause',
    constraints: 'nodes',
    fdwoptions: 'nodes',
    location: 'int',
  },
  Constraint: {
    contype: 'name',
    conname: 'text',
    deferrable: 'bool',
    initdeferred: 'bool',
    is_enforced: 'bool',
    skip_validation: 'bool',
    initially_valid: 'bool',
    is_no_inherit: 'bool',
    raw_expr: 'node',
    generated_when: 'name',
    generated_kind: 'name',
    nulls_not_distinct: 'bool',
    keys: 'names',
    without_overlaps: 'bool',
    including: 'names',
    exclusions: 'nodes',
    options: 'nodes',
    indexname: 'text',
    indexspace: 'text',
    access_method: 'text',
    where_clause: 'node',
    pktable: 'RangeVar',
    fk_attrs: 'names',
    pk_attrs: 'names',
    fk_with_period: 'bool',
    pk_with_period: 'bool',
    fk_matchtype: 'name',
    fk_upd_action: 'name',
    fk_del_action: 'name',
    fk_del_set_cols: 'names',
    location: 'int',
  },
  TableLikeClause: { relation: 'RangeVar', options: 'int' },
  PartitionSpec: { strategy: 'name', partParams: 'nodes', location: 'int' },
  PartitionBoundSpec: {
    strategy: 'name',
    is_default: 'bool',
    modulus: 'int',
    remainder: 'int',
    listdatums: 'nodes',
    lowerdatums: 'nodes',
    upperdatums: 'nodes',
    location: 'int',
  },
  AlterTableStmt: { relation: 'RangeVar', cmds: 'nodes', objtype: 'name', missing_ok: 'bool' },
  AlterTableCmd: {
    subtype: 'name',
    name: 'text',
    num: 'int',
    newowner: 'RoleSpec',
    def: 'node',
    behavior: 'name',
    missing_ok: 'bool',
  },
  ATAlterConstraint: {
    conname: 'name',
    alterEnforceability: 'bool',
    is_enforced: 'bool',
    alterDeferrability: 'bool',
    deferrable: 'bool',
    initdeferred: 'bool',
    alterInheritability: 'bool',
    noinherit: 'bool',
  },

  // indexes, sequences, views, objects
  IndexStmt: {
    idxname: 'text',
    relation: 'RangeVar',
    accessMethod: 'name',
    tableSpace: 'text',
    indexParams: 'nodes',
    indexIncludingParams: 'nodes',
    options: 'nodes',
    whereClause: 'node',
    unique: 'bool',
    nulls_not_distinct: 'bool',
    concurrent: 'bool',
    if_not_exists: 'bool',
  },
  CreateSeqStmt: { sequence: 'RangeVar', options: 'nodes', if_not_exists: 'bool' },
  AlterSeqStmt: { sequence: 'RangeVar', options: 'nodes', missing_ok: 'bool' },
  ViewStmt: {
    view: 'RangeVar',
    aliases: 'names',
    query: 'node',
    replace: 'bool',
    options: 'nodes',
    withCheckOption: 'name',
  },
  CreateTableAsStmt: {
    query: 'node',
    into: 'IntoClause',
    objtype: 'name',
    is_select_into: 'bool',
    if_not_exists: 'bool',
  },
  RefreshMatViewStmt: { concurrent: 'bool', skipData: 'bool', relation: 'RangeVar' },
  DropStmt: { objects: 'names', removeType: 'name', behavior: 'name', missing_ok: 'bool', concurrent: 'bool' },
  TruncateStmt: { relations: 'nodes', restart_seqs: 'bool', behavior: 'name' },
  RenameStmt: {
    renameType: 'name',
    relationType: 'name',
    relation: 'RangeVar',
    object: 'object',
    subname: 'text',
    newname: 'name',
    behavior: 'name',
    missing_ok: 'bool',
  },
  AlterObjectSchemaStmt: {
    objectType: 'name',
    relation: 'RangeVar',
    object: 'object',
    newschema: 'name',
    missing_ok: 'bool',
  },
  AlterOwnerStmt: { objectType: 'name', relation: 'RangeVar', object: 'object', newowner: 'RoleSpec' },
  CommentStmt: { objtype: 'name', object: 'object', comment: 'text' },

  // types
  CreateEnumStmt: { typeName: 'names', vals: 'names' },
  AlterEnumStmt: {
    typeName: 'names',
    oldVal: 'text',
    newVal: 'name',
    newValNeighbor: 'text',
    newValIsAfter: 'bool',
    skipIfNewValExists: 'bool',
  },
  CreateDomainStmt: { domainname: 'names', typeName: 'TypeName', collClause: 'CollateClause', constraints: 'nodes' },
  AlterDomainStmt: {
    subtype: 'name',
    typeName: 'names',
    name: 'text',
    def: 'node',
    behavior: 'name',
    missing_ok: 'bool',
  },
  CompositeTypeStmt: { typevar: 'RangeVar', coldeflist: 'nodes' },
  DefineStmt: {
    subkind: 'name',
    oldstyle: 'bool',
    defnames: 'names',
    args: 'nodes',
    definition: 'nodes',
    if_not_exists: 'bool',
    replace: 'bool',
  },
  CreateExtensionStmt: { extname: 'name', if_not_exists: 'bool', options: 'nodes' },
  ObjectWithArgs: { objname: 'names', objargs: 'nodes', objfuncargs: 'nodes', args_unspecified: 'bool' },
  FunctionParameter: { name: 'text', argType: 'TypeName', mode: 'name', defexpr: 'node', location: 'int' },

  // databases, roles, privileges
  CreatedbStmt: { dbname: 'name', options: 'nodes' },
  AlterDatabaseStmt: { dbname: 'name', options: 'nodes' },
  AlterDatabaseSetStmt: { dbname: 'name', setstmt: 'VariableSetStmt' },
  DropdbStmt: { dbname: 'name', missing_ok: 'bool', options: 'nodes' },
  RoleSpec: { roletype: 'name', rolename: 'text', location: 'int' },
  CreateRoleStmt: { stmt_type: 'name', role: 'name', options: 'nodes' },
  AlterRoleStmt: { role: 'RoleSpec', options: 'nodes', action: 'int' },
  AlterRoleSetStmt: { role: 'RoleSpec', database: 'text', setstmt: 'VariableSetStmt' },
  DropRoleStmt: { roles: 'nodes', missing_ok: 'bool' },
  GrantStmt: {
    is_grant: 'bool',
    targtype: 'name',
    objtype: 'name',
    objects: 'names',
    privileges: 'nodes',
    grantees: 'nodes',
    grant_option: 'bool',
    grantor: 'RoleSpec',
    behavior: 'name',
  },
  AccessPriv: { priv_name: 'text', cols: 'names' },
  GrantRoleStmt: {
    granted_roles: 'nodes',
    grantee_roles: 'nodes',
    is_grant: 'bool',
    opt: 'nodes',
    grantor: 'RoleSpec',
    behavior: 'name',
  },
  AlterDefaultPrivilegesStmt: { options: 'nodes', action: 'GrantStmt' },
  DropOwnedStmt: { roles: 'nodes', behavior: 'name' },
  ReassignOwnedStmt: { roles: 'nodes', newrole: 'RoleSpec' },

  // utilities
  TransactionStmt: {
    subkind: 'name',
    options: 'nodes',
    savepoint_name: 'text',
    gid: 'text',
    chain: 'bool',
    location: 'int',
  },
  ConstraintsSetStmt: { constraints: 'nodes', deferred: 'bool' },
  LockStmt: { relations: 'nodes', mode: 'int', nowait: 'bool' },
  VariableSetStmt: { subkind: 'name', name: 'name', args: 'nodes', is_local: 'bool', location: 'int' },
  VariableShowStmt: { name: 'name' },
  AlterSystemStmt: { setstmt: 'VariableSetStmt' },
  DiscardStmt: { target: 'name' },
  PrepareStmt: { name: 'name', argtypes: 'nodes', query: 'node' },
  ExecuteStmt: { name: 'name', params: 'nodes' },
  DeallocateStmt: { name: 'text', location: 'int' },
  DeclareCursorStmt: { portalname: 'name', options: 'int', query: 'node' },
  FetchStmt: { direction: 'name', howMany: 'count', portalname: 'name', ismove: 'bool' },
  ClosePortalStmt: { portalname: 'text' },
  CopyStmt: {
    relation: 'RangeVar',
    query: 'node',
    attlist: 'names',
    is_from: 'bool',
    is_program: 'bool',
    filename: 'text',
    options: 'nodes',
    whereClause: 'node',
  },
  ExplainStmt: { query: 'node', options: 'nodes' },
  VacuumStmt: { options: 'nodes', rels: 'nodes', is_vacuumcmd: 'bool' },
  VacuumRelation: { relation: 'RangeVar', va_cols: 'names' },
  ClusterStmt: { relation: 'RangeVar', indexname: 'text', params: 'nodes' },
  ReindexStmt: { subkind: 'name', relation: 'RangeVar', name: 'text', params: 'nodes' },
  CheckPointStmt: {},
  ListenStmt: { conditionname: 'name' },
  NotifyStmt: { conditionname: 'name', payload: 'text' },
  UnlistenStmt: { conditionname: 'text' },
  DoStmt: { args: 'nodes' },
  CallStmt: { funccall: 'FuncCall' },
  LoadStmt: { filename: 'name' },
};
