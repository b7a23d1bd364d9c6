/** Rows of pg_class, pg_attribute, pg_index, pg_type … as both initdb and DDL write them; unusual columns are passed in. */
import type { Oid } from '../common/ids.ts';
import { ArrayValue, type Datum } from '../types/datum.ts';
import { findType } from '../types/registry.ts';
import { findDefaultOperatorClass } from '../functions/operator-classes.ts';
import type { CatalogRow } from './catalog-rows.ts';
import { bootstrapRole, pgCatalogNamespace } from './system-tables.ts';

const oidType = 26;
const int2Type = 21;

export function int2vector(values: readonly number[]): ArrayValue {
  return new ArrayValue(int2Type, [values.length], [0], values);
}

export function oidvector(values: readonly Oid[]): ArrayValue {
  return new ArrayValue(oidType, [values.length], [0], values);
}

export function int2Array(values: readonly number[]): ArrayValue {
  return new ArrayValue(int2Type, [values.length], [1], values);
}

export function oidArray(values: readonly Oid[]): ArrayValue {
  return new ArrayValue(oidType, [values.length], [1], values);
}

export interface ClassRow {
  readonly oid: Oid;
  readonly name: string;
  readonly namespace: Oid;
  readonly rowType: Oid;
  readonly kind: string;
  readonly columnCount: number;
  readonly hasIndex: boolean;
  readonly owner: Oid;
  readonly shared?: boolean;
  readonly persistence?: string;
  readonly checkCount?: number;
  readonly hasRules?: boolean;
  readonly hasTriggers?: boolean;
}

const heapAccessMethod: Oid = 2;
export const btreeAccessMethod: Oid = 403;

export function classRow(relation: ClassRow): CatalogRow {
  const { kind } = relation;
  const stored = kind === 'r' || kind === 'm';
  return {
    oid: relation.oid,
    relname: relation.name,
    relnamespace: relation.namespace,
    reltype: relation.rowType,
    reloftype: 0,
    relowner: relation.owner,
    relam: stored ? heapAccessMethod : kind === 'i' ? btreeAccessMethod : 0,
    relfilenode: stored || kind === 'i' || kind === 'S' ? relation.oid : 0,
    reltablespace: relation.shared === true ? 1664 : 0,
    relpages: kind === 'S' ? 1 : 0,
    reltuples: kind === 'S' ? 1 : kind === 'v' || stored ? (kind === 'v' ? 0 : -1) : 0,
    relallvisible: 0,
    reltoastrelid: 0,
    relhasindex: relation.hasIndex,
    relisshared: relation.shared ?? false,
    relpersistence: relation.persistence ?? 'p',
    relkind: kind,
    relnatts: relation.columnCount,
    relchecks: relation.checkCount ?? 0,
    relhasrules: relation.hasRules ?? false,
    relhastriggers: relation.hasTriggers ?? false,
    relhassubclass: false,
    relrowsecurity: false,
    relforcerowsecurity: false,
    relispopulated: true,
    relreplident: relation.namespace === pgCatalogNamespace || !stored ? 'n' : 'd',
    relispartition: false,
    relrewrite: 0,
    relfrozenxid: 0,
    relminmxid: 0,
  };
}

export interface AttributeRow {
  readonly relation: Oid;
  readonly name: string;
  readonly type: Oid;
  readonly number: number;
  readonly typmod?: number;
  readonly notNull?: boolean;
  readonly hasDefault?: boolean;
  readonly identity?: string;
  readonly generated?: string;
  readonly dimensions?: number;
  readonly collation?: Oid;
  readonly hasMissing?: boolean;
}

export function attributeRow(column: AttributeRow): CatalogRow {
  const physical = physicalFacts(column.type);
  return {
    attrelid: column.relation,
    attname: column.name,
    atttypid: column.type,
    attstattarget: -1,
    attlen: physical.length,
    attnum: column.number,
    attndims: column.dimensions ?? 0,
    attcacheoff: -1,
    atttypmod: column.typmod ?? -1,
    attbyval: physical.byValue,
    attalign: physical.align,
    attstorage: physical.storage,
    attcompression: '',
    attnotnull: column.notNull ?? false,
    atthasdef: column.hasDefault ?? false,
    atthasmissing: column.hasMissing ?? false,
    attidentity: column.identity ?? '',
    attgenerated: column.generated ?? '',
    attisdropped: false,
    attislocal: true,
    attinhcount: 0,
    attcollation: column.collation ?? findType(column.type)?.collation ?? 0,
  };
}

/** typlen, typbyval, typalign, typstorage: PostgreSQL's, though our pages do not follow them. */
export function physicalFacts(type: Oid) {
  const length = findType(type)?.length ?? -1;
  const byValue = length === 1 || length === 2 || length === 4 || length === 8;
  const align = length === 1 || length === 64 || length === -2 ? 'c' : length === 2 ? 's' : length === 8 ? 'd' : 'i';
  const intervalLike = type === 1186 || type === 1266;
  const storage = length === -1 ? (type === 1700 ? 'm' : type === 22 || type === 30 ? 'p' : 'x') : 'p';
  return { length, byValue: byValue && type !== 27, align: intervalLike ? 'd' : type === 2950 ? 'c' : align, storage };
}

export interface IndexRow {
  readonly index: Oid;
  readonly table: Oid;
  readonly columns: readonly number[];
  readonly columnTypes: readonly Oid[];
  readonly collations: readonly Oid[];
  readonly unique: boolean;
  readonly primary: boolean;
  readonly nullsNotDistinct?: boolean;
  readonly immediate?: boolean;
  readonly options?: readonly number[];
}

export function indexRow(index: IndexRow): CatalogRow {
  return {
    indexrelid: index.index,
    indrelid: index.table,
    indnatts: index.columns.length,
    indnkeyatts: index.columns.length,
    indisunique: index.unique,
    indnullsnotdistinct: index.nullsNotDistinct ?? false,
    indisprimary: index.primary,
    indisexclusion: false,
    indimmediate: index.immediate ?? true,
    indisclustered: false,
    indisvalid: true,
    indcheckxmin: false,
    indisready: true,
    indislive: true,
    indisreplident: false,
    indkey: int2vector(index.columns),
    indcollation: oidvector(index.collations),
    indclass: oidvector(index.columnTypes.map((type) => findDefaultOperatorClass(type, 'btree')?.oid ?? 0)),
    indoption: int2vector(index.options ?? index.columns.map(() => 0)),
  };
}

export interface TypeRow {
  readonly oid: Oid;
  readonly name: string;
  readonly namespace: Oid;
  readonly owner?: Oid;
  readonly typeType: string;
  readonly category: string;
  readonly preferred?: boolean;
  readonly relation?: Oid;
  readonly element?: Oid;
  readonly array?: Oid;
  readonly collation?: Oid;
  readonly length: number;
  /** typinput, typoutput, typreceive, typsend, typmodin, typmodout, typsubscript. */
  readonly functions: Readonly<Record<string, Oid>>;
  readonly delimiter?: string;
}

export function typeRow(type: TypeRow): CatalogRow {
  const physical = physicalFacts(type.oid);
  const composite = type.typeType === 'c';
  const f = (name: string) => type.functions[name] ?? 0;
  return {
    oid: type.oid,
    typname: type.name,
    typnamespace: type.namespace,
    typowner: type.owner ?? bootstrapRole,
    typlen: type.length,
    typbyval: composite ? false : physical.byValue && type.length > 0,
    typtype: type.typeType,
    typcategory: type.category,
    typispreferred: type.preferred ?? false,
    typisdefined: true,
    typdelim: type.delimiter ?? ',',
    typrelid: type.relation ?? 0,
    typsubscript: f('typsubscript'),
    typelem: type.element ?? 0,
    typarray: type.array ?? 0,
    typinput: f('typinput'),
    typoutput: f('typoutput'),
    typreceive: f('typreceive'),
    typsend: f('typsend'),
    typmodin: f('typmodin'),
    typmodout: f('typmodout'),
    typanalyze: f('typanalyze'),
    typalign: composite ? 'd' : physical.align,
    typstorage: composite ? 'x' : physical.storage,
    typnotnull: false,
    typbasetype: 0,
    typtypmod: -1,
    typndims: 0,
    typcollation: type.collation ?? 0,
  };
}

/** What a row type of a table and its array type share. */
export const recordFunctions: Readonly<Record<string, Oid>> = {
  typinput: 2290,
  typoutput: 2291,
  typreceive: 2402,
  typsend: 2403,
};

export const arrayFunctions: Readonly<Record<string, Oid>> = {
  typinput: 750,
  typoutput: 751,
  typreceive: 2400,
  typsend: 2401,
  typanalyze: 3816,
  typsubscript: 6179,
};

/** Dependency kinds: n normal, a auto, i internal. */
export function dependRow(
  object: readonly [classOid: Oid, oid: Oid, sub: number],
  referenced: readonly [classOid: Oid, oid: Oid, sub: number],
  kind: 'n' | 'a' | 'i',
): CatalogRow {
  return {
    classid: object[0],
    objid: object[1],
    objsubid: object[2],
    refclassid: referenced[0],
    refobjid: referenced[1],
    refobjsubid: referenced[2],
    deptype: kind,
  };
}

/** Catalog OIDs used as class in pg_depend and pg_description. */
export const classOid = {
  type: 1247,
  attribute: 1249,
  procedure: 1255,
  relation: 1259,
  attributeDefault: 2604,
  constraint: 2606,
  namespace: 2615,
  operator: 2617,
  rewrite: 2618,
  database: 1262,
  role: 1260,
  collation: 3456,
} as const;

export function textArray(values: readonly string[]): Datum {
  return new ArrayValue(25, [values.length], [1], values);
}
