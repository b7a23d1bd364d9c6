/** What the catalogs of a new cluster hold, made from the registries (CATALOG-1). */
import type { Oid } from '../common/ids.ts';
import { ArrayValue, type Datum } from '../types/datum.ts';
import { typeHandlers } from '../types/registry.ts';
import { allCasts, allFunctions, allOperators } from '../functions/registry.ts';
import { familyOperators, familyProcedures, operatorClasses, operatorFamilies } from '../functions/operator-classes.ts';
import type { FunctionEntry } from '../functions/function.ts';
import type { CatalogRow } from './catalog-rows.ts';
import {
  arrayFunctions,
  attributeRow,
  classRow,
  indexRow,
  oidArray,
  oidvector,
  recordFunctions,
  textArray,
  typeRow,
} from './row-builders.ts';
import {
  bootstrapRole,
  informationSchemaNamespace,
  pgCatalogNamespace,
  pgToastNamespace,
  publicNamespace,
  systemTables,
  type SystemTable,
} from './system-tables.ts';
import { typeFunctions } from './type-functions.ts';

/** Rows by system table name. */
export type BootstrapRows = ReadonlyMap<string, readonly CatalogRow[]>;

export const postgresDatabase: Oid = 5;
export const template0Database: Oid = 4;
export const template1Database: Oid = 1;
const databaseOwnerRole: Oid = 6171;
const utf8Encoding = 6;

/** Rows of the tables all databases share. */
export function sharedBootstrapRows(superuser: string): BootstrapRows {
  return new Map<string, CatalogRow[]>([
    [
      'pg_authid',
      [roleRow(bootstrapRole, superuser, true), ...predefinedRoles.map(([oid, name]) => roleRow(oid, name, false))],
    ],
    ['pg_auth_members', []],
    [
      'pg_database',
      [
        { ...databaseRow(template1Database, 'template1', true, true), datacl: templateAcl(superuser) },
        { ...databaseRow(template0Database, 'template0', true, false), datacl: templateAcl(superuser) },
        databaseRow(postgresDatabase, 'postgres', false, true),
      ],
    ],
    [
      'pg_tablespace',
      [
        { oid: 1663, spcname: 'pg_default', spcowner: bootstrapRole },
        { oid: 1664, spcname: 'pg_global', spcowner: bootstrapRole },
      ],
    ],
    [
      'pg_shdescription',
      [
        { objoid: template1Database, classoid: 1262, description: 'default template for new databases' },
        { objoid: template0Database, classoid: 1262, description: 'unmodifiable empty database' },
        { objoid: postgresDatabase, classoid: 1262, description: 'default administrative connection database' },
      ],
    ],
  ]);
}

const predefinedRoles: readonly (readonly [Oid, string])[] = [
  [databaseOwnerRole, 'pg_database_owner'],
  [6181, 'pg_read_all_data'],
  [6182, 'pg_write_all_data'],
  [3373, 'pg_monitor'],
  [3374, 'pg_read_all_settings'],
  [3375, 'pg_read_all_stats'],
  [3377, 'pg_stat_scan_tables'],
  [4569, 'pg_read_server_files'],
  [4570, 'pg_write_server_files'],
  [4571, 'pg_execute_server_program'],
  [4200, 'pg_signal_backend'],
  [4544, 'pg_checkpoint'],
];

function roleRow(oid: Oid, name: string, superuser: boolean): CatalogRow {
  return {
    oid,
    rolname: name,
    rolsuper: superuser,
    rolinherit: true,
    rolcreaterole: superuser,
    rolcreatedb: superuser,
    rolcanlogin: superuser,
    rolreplication: superuser,
    rolbypassrls: superuser,
    rolconnlimit: -1,
  };
}

export function databaseRow(
  oid: Oid,
  name: string,
  isTemplate: boolean,
  allowConnections: boolean,
  owner: Oid = bootstrapRole,
): CatalogRow {
  return {
    oid,
    datname: name,
    datdba: owner,
    encoding: utf8Encoding,
    datlocprovider: 'c',
    datistemplate: isTemplate,
    datallowconn: allowConnections,
    datconnlimit: -1,
    datfrozenxid: 0,
    datminmxid: 1,
    dattablespace: 1663,
    datcollate: 'C.UTF-8',
    datctype: 'C.UTF-8',
  };
}

/** Rows of the tables each database has of its own. */
export function databaseBootstrapRows(superuser: string): BootstrapRows {
  return new Map<string, CatalogRow[]>([
    ['pg_namespace', namespaceRows(superuser)],
    ['pg_class', systemTables.flatMap(tableClassRows)],
    ['pg_attribute', systemTables.flatMap(tableAttributeRows)],
    ['pg_index', systemTables.flatMap(tableIndexRows)],
    ['pg_type', [...typeHandlers.map(builtinTypeRow), ...systemTables.map(rowTypeRow)]],
    ['pg_proc', allFunctions.map(functionRow)],
    ['pg_aggregate', allFunctions.filter((entry) => entry.implementation.kind === 'aggregate').map(aggregateRow)],
    ['pg_operator', allOperators.map(operatorRow)],
    [
      'pg_cast',
      allCasts.map((cast) => ({
        oid: cast.oid,
        castsource: cast.source,
        casttarget: cast.target,
        castfunc: cast.functionOid,
        castcontext: cast.context,
        castmethod: cast.method,
      })),
    ],
    ['pg_am', accessMethodRows],
    [
      'pg_opfamily',
      operatorFamilies.map(({ oid, method, name }) => ({
        oid,
        opfmethod: methodOid(method),
        opfname: name,
        opfnamespace: pgCatalogNamespace,
        opfowner: bootstrapRole,
      })),
    ],
    ['pg_opclass', operatorClasses.map(operatorClassRow)],
    ['pg_amop', familyOperators.map(familyOperatorRow)],
    ['pg_amproc', familyProcedures.map(familyProcedureRow)],
    ['pg_collation', collationRows],
    ['pg_language', languageRows],
    ['pg_description', descriptionRows],
  ]);
}

/** An array of aclitem: what each grantee may do, and who granted it. The first of `items` is the owner's. */
function acl(items: readonly string[]): ArrayValue {
  return new ArrayValue(1033, [items.length], [1], items);
}

/** Everybody may connect to the templates, but nobody may make temporary tables there. */
function templateAcl(superuser: string): ArrayValue {
  return acl([`=c/${superuser}`, `${superuser}=CTc/${superuser}`]);
}

function namespaceRows(superuser: string): CatalogRow[] {
  const row = (oid: Oid, name: string, owner: Oid): CatalogRow => {
    const ownerName = owner === bootstrapRole ? superuser : 'pg_database_owner';
    const isOpen = oid !== pgToastNamespace;
    const nspacl = isOpen ? acl([`${ownerName}=UC/${ownerName}`, `=U/${ownerName}`]) : null;
    return { oid, nspname: name, nspowner: owner, nspacl };
  };
  return [
    row(pgToastNamespace, 'pg_toast', bootstrapRole),
    row(pgCatalogNamespace, 'pg_catalog', bootstrapRole),
    row(publicNamespace, 'public', databaseOwnerRole),
    row(informationSchemaNamespace, 'information_schema', bootstrapRole),
  ];
}

const descriptionRows: CatalogRow[] = [
  { objoid: publicNamespace, classoid: 2615, objsubid: 0, description: 'standard public schema' },
  { objoid: pgCatalogNamespace, classoid: 2615, objsubid: 0, description: 'system catalog schema' },
];

function tableClassRows(table: SystemTable): CatalogRow[] {
  const own = classRow({
    oid: table.oid,
    name: table.name,
    namespace: pgCatalogNamespace,
    rowType: table.rowType,
    kind: 'r',
    columnCount: table.columns.length,
    hasIndex: table.indexes.length > 0,
    owner: bootstrapRole,
    shared: table.shared,
  });
  const indexes = table.indexes.map((index) =>
    classRow({
      oid: index.oid,
      name: index.name,
      namespace: pgCatalogNamespace,
      rowType: 0,
      kind: 'i',
      columnCount: index.columns.length,
      hasIndex: false,
      owner: bootstrapRole,
      shared: table.shared,
    }),
  );
  return [own, ...indexes];
}

function tableAttributeRows(table: SystemTable): CatalogRow[] {
  const own = table.columns.map(({ number, name, type, notNull }) =>
    attributeRow({ relation: table.oid, name, type: type.oid, number, notNull, ...collationOf(type.collation) }),
  );
  const ofIndexes = table.indexes.flatMap((index) =>
    index.columns.map((number, i) => {
      const column = table.columns[number - 1] as SystemTable['columns'][number];
      return attributeRow({
        relation: index.oid,
        name: column.name,
        type: column.type.oid,
        number: i + 1,
        ...collationOf(column.type.collation),
      });
    }),
  );
  return [...own, ...ofIndexes];
}

/** Text in system catalogs is of collation C. */
function collationOf(collation: Oid): { readonly collation?: Oid } {
  return collation === 0 ? {} : { collation: 950 };
}

function tableIndexRows(table: SystemTable): CatalogRow[] {
  return table.indexes.map((index) => {
    const columns = index.columns.map((number) => table.columns[number - 1] as SystemTable['columns'][number]);
    return indexRow({
      index: index.oid,
      table: table.oid,
      columns: index.columns,
      columnTypes: columns.map((column) => column.type.oid),
      collations: columns.map((column) => (column.type.collation === 0 ? 0 : 950)),
      unique: index.unique,
      primary: index.primary,
    });
  });
}

function builtinTypeRow(handler: (typeof typeHandlers)[number]): CatalogRow {
  const isArray =
    handler.category === 'A' && handler.typeType === 'b' && handler.elementOid !== 0 && handler.name.startsWith('_');
  return typeRow({
    oid: handler.oid,
    name: handler.name,
    namespace: pgCatalogNamespace,
    typeType: handler.typeType,
    category: handler.category,
    preferred: handler.preferred,
    element: handler.elementOid,
    array: handler.arrayOid,
    collation: handler.collation,
    length: handler.length,
    functions: isArray ? arrayFunctions : (typeFunctions.get(handler.oid) ?? {}),
  });
}

function rowTypeRow(table: SystemTable): CatalogRow {
  return typeRow({
    oid: table.rowType,
    name: table.name,
    namespace: pgCatalogNamespace,
    typeType: 'c',
    category: 'C',
    relation: table.oid,
    length: -1,
    functions: recordFunctions,
  });
}

function functionRow(entry: FunctionEntry): CatalogRow {
  const { implementation } = entry;
  const kind = implementation.kind === 'aggregate' ? 'a' : implementation.kind === 'window' ? 'w' : 'f';
  const outputs = implementation.kind === 'set' ? implementation.columns : undefined;
  const setReturning = implementation.kind === 'set';
  return {
    oid: entry.oid,
    proname: entry.name,
    pronamespace: pgCatalogNamespace,
    proowner: bootstrapRole,
    prolang: 12,
    procost: 1,
    prorows: setReturning ? 1000 : 0,
    provariadic: entry.variadic,
    prosupport: 0,
    prokind: kind,
    prosecdef: false,
    proleakproof: false,
    // An aggregate's entry says whether its step is called for NULLs; PostgreSQL says that of the transition function.
    proisstrict: kind !== 'a' && entry.strict,
    proretset: setReturning,
    provolatile: entry.volatility,
    proparallel: 's',
    pronargs: entry.argTypes.length,
    pronargdefaults: entry.defaults?.length ?? 0,
    prorettype: entry.returnType,
    proargtypes: oidvector(entry.argTypes),
    proallargtypes:
      outputs === undefined ? null : oidArray([...entry.argTypes, ...outputs.map((column) => column.type)]),
    proargmodes:
      outputs === undefined ? null : charArray([...entry.argTypes.map(() => 'i'), ...outputs.map(() => 'o')]),
    proargnames: argumentNames(entry, outputs),
    prosrc: entry.name,
  };
}

function argumentNames(entry: FunctionEntry, outputs: readonly { readonly name: string }[] | undefined): Datum {
  if (outputs === undefined) return entry.argNames === undefined ? null : textArray(entry.argNames);
  const inputs = entry.argNames ?? entry.argTypes.map(() => '');
  return textArray([...inputs, ...outputs.map((column) => column.name)]);
}

function charArray(values: readonly string[]): ArrayValue {
  return new ArrayValue(18, [values.length], [1], values);
}

function aggregateRow(entry: FunctionEntry): CatalogRow {
  const { implementation } = entry;
  const isAggregate = implementation.kind === 'aggregate';
  return {
    aggfnoid: entry.oid,
    aggkind: isAggregate ? implementation.aggregateKind : 'n',
    aggnumdirectargs: isAggregate ? (implementation.directArgs ?? 0) : 0,
    aggtransfn: 0,
    aggfinalfn: 0,
    aggcombinefn: 0,
    aggserialfn: 0,
    aggdeserialfn: 0,
    aggmtransfn: 0,
    aggminvtransfn: 0,
    aggmfinalfn: 0,
    aggfinalextra: false,
    aggmfinalextra: false,
    aggfinalmodify: 'r',
    aggmfinalmodify: 'r',
    aggsortop: isAggregate ? (implementation.sortOperator ?? 0) : 0,
    aggtranstype: isAggregate ? implementation.stateType : 0,
    aggtransspace: 0,
    aggmtranstype: 0,
    aggmtransspace: 0,
  };
}

/** OID of an estimator function if we have it; PostgreSQL prints 0 as "-". */
function functionByName(name: string): Oid {
  return estimators[name] ?? 0;
}

const estimators: Readonly<Record<string, Oid>> = {
  eqsel: 101,
  neqsel: 102,
  scalarltsel: 103,
  scalargtsel: 104,
  scalarlesel: 336,
  scalargesel: 337,
  eqjoinsel: 105,
  neqjoinsel: 106,
  scalarltjoinsel: 107,
  scalargtjoinsel: 108,
  scalarlejoinsel: 386,
  scalargejoinsel: 398,
  likesel: 1819,
  nlikesel: 1822,
  likejoinsel: 1825,
  nlikejoinsel: 1828,
};

function operatorRow(operator: (typeof allOperators)[number]): CatalogRow {
  return {
    oid: operator.oid,
    oprname: operator.name,
    oprnamespace: pgCatalogNamespace,
    oprowner: bootstrapRole,
    oprkind: operator.left === 0 ? 'l' : 'b',
    oprcanmerge: operator.canMerge,
    oprcanhash: operator.canHash,
    oprleft: operator.left,
    oprright: operator.right,
    oprresult: operator.result,
    oprcom: operator.commutator,
    oprnegate: operator.negator,
    oprcode: operator.functionOid,
    oprrest: functionByName(operator.restrict),
    oprjoin: functionByName(operator.join),
  };
}

function methodOid(method: string): Oid {
  return method === 'btree' ? 403 : 405;
}

const accessMethodRows: CatalogRow[] = [
  { oid: 2, amname: 'heap', amhandler: 3, amtype: 't' },
  { oid: 403, amname: 'btree', amhandler: 330, amtype: 'i' },
  { oid: 405, amname: 'hash', amhandler: 331, amtype: 'i' },
];

function operatorClassRow(item: (typeof operatorClasses)[number]): CatalogRow {
  return {
    oid: item.oid,
    opcmethod: methodOid(item.method),
    opcname: item.name,
    opcnamespace: pgCatalogNamespace,
    opcowner: bootstrapRole,
    opcfamily: item.family,
    opcintype: item.inputType,
    opcdefault: item.isDefault,
    opckeytype: item.keyType,
  };
}

const hashFamilies: ReadonlySet<Oid> = new Set(
  operatorFamilies.filter((family) => family.method === 'hash').map((family) => family.oid),
);

function familyOperatorRow(item: (typeof familyOperators)[number]): CatalogRow {
  return {
    oid: item.oid,
    amopfamily: item.family,
    amoplefttype: item.left,
    amoprighttype: item.right,
    amopstrategy: item.strategy,
    amoppurpose: 's',
    amopopr: item.operator,
    amopmethod: hashFamilies.has(item.family) ? 405 : 403,
    amopsortfamily: 0,
  };
}

function familyProcedureRow(item: (typeof familyProcedures)[number]): CatalogRow {
  return {
    oid: item.oid,
    amprocfamily: item.family,
    amproclefttype: item.left,
    amprocrighttype: item.right,
    amprocnum: item.number,
    amproc: item.procedure,
  };
}

function collationRow(oid: Oid, name: string, provider: string, encoding: number, locale: string | null): CatalogRow {
  return {
    oid,
    collname: name,
    collnamespace: pgCatalogNamespace,
    collowner: bootstrapRole,
    collprovider: provider,
    collisdeterministic: true,
    collencoding: encoding,
    collcollate: locale,
    collctype: locale,
  };
}

const collationRows: CatalogRow[] = [
  collationRow(100, 'default', 'd', -1, null),
  collationRow(950, 'C', 'c', -1, 'C'),
  collationRow(951, 'POSIX', 'c', -1, 'POSIX'),
  collationRow(12340, 'ucs_basic', 'c', utf8Encoding, 'C'),
  collationRow(12341, 'C.utf8', 'c', utf8Encoding, 'C.utf8'),
];

function languageRow(oid: Oid, name: string, trusted: boolean): CatalogRow {
  return {
    oid,
    lanname: name,
    lanowner: bootstrapRole,
    lanispl: false,
    lanpltrusted: trusted,
    lanplcallfoid: 0,
    laninline: 0,
    lanvalidator: 0,
  };
}

const languageRows: CatalogRow[] = [
  languageRow(12, 'internal', false),
  languageRow(13, 'c', false),
  languageRow(14, 'sql', true),
];
