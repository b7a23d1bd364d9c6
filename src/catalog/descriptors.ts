/**
 * What the stages above know of the objects in a database: immutable snapshots of catalog rows, made by the catalog cache.
 * A descriptor never changes; after DDL there is a new one (and a new `Catalog.version`).
 */
import type { Oid, SpaceId } from '../common/ids.ts';
import type { StoredTable } from '../tables/access-method.ts';
import type { Datum } from '../types/datum.ts';

/** pg_class.relkind of what we have. */
export type RelationKind = 'r' | 'i' | 'S' | 'v' | 'm' | 'c' | 'p' | 'f' | 't';

export interface ColumnDescriptor {
  /** pg_attribute.attnum, from 1; storage number is attnum - 1. */
  readonly number: number;
  readonly name: string;
  readonly typeOid: Oid;
  readonly typmod: number;
  readonly collation: Oid;
  readonly notNull: boolean;
  readonly dropped: boolean;
  /** Serialised bound expression (algebra/serialize.ts) of DEFAULT, or undefined. */
  readonly defaultExpression: string | undefined;
  /** '' none, 'a' always, 'd' by default. */
  readonly identity: '' | 'a' | 'd';
  /** '' none, 's' stored: `defaultExpression` is the generation expression. */
  readonly generated: '' | 's';
  /** Sequence owned by an identity or serial column; 0 none. */
  readonly ownedSequence: Oid;
}

export interface IndexDescriptor {
  readonly oid: Oid;
  readonly name: string;
  readonly unique: boolean;
  readonly primary: boolean;
  readonly nullsNotDistinct: boolean;
  /** The table's own tree: the clustering primary key. */
  readonly clustered: boolean;
  readonly valid: boolean;
  /** attnum of each key part (expressions: not yet supported). */
  readonly columns: readonly number[];
  readonly descending: readonly boolean[];
  readonly nullsFirst: readonly boolean[];
  readonly constraintOid: Oid;
  readonly deferrable: boolean;
}

export type ForeignKeyAction = 'a' | 'r' | 'c' | 'n' | 'd';

export interface ConstraintDescriptor {
  readonly oid: Oid;
  readonly name: string;
  /** p primary key, u unique, c check, f foreign key, n not null. */
  readonly kind: 'p' | 'u' | 'c' | 'f' | 'n';
  readonly columns: readonly number[];
  /** Index behind p and u; for f the referenced unique index. */
  readonly indexOid: Oid;
  readonly deferrable: boolean;
  readonly initiallyDeferred: boolean;
  readonly validated: boolean;
  /** Serialised bound expression of a CHECK over this table's columns. */
  readonly checkExpression: string | undefined;
  readonly foreign: ForeignKeyDescriptor | undefined;
}

export interface ForeignKeyDescriptor {
  readonly referencedTable: Oid;
  readonly referencedColumns: readonly number[];
  /** a no action, r restrict, c cascade, n set null, d set default. */
  readonly onUpdate: ForeignKeyAction;
  readonly onDelete: ForeignKeyAction;
  readonly match: 's' | 'f';
}

export interface TableDescriptor {
  readonly oid: Oid;
  readonly name: string;
  readonly namespaceOid: Oid;
  readonly schema: string;
  readonly kind: RelationKind;
  readonly ownerOid: Oid;
  readonly rowTypeOid: Oid;
  /** Page space of the storage: the database's, or the shared one. */
  readonly space: SpaceId;
  /** In attnum order; dropped ones included. */
  readonly columns: readonly ColumnDescriptor[];
  readonly indexes: readonly IndexDescriptor[];
  readonly constraints: readonly ConstraintDescriptor[];
  /** Foreign keys of other tables that reference this one: (constraint OID, their table). */
  readonly referencedBy: readonly { readonly constraintOid: Oid; readonly tableOid: Oid }[];
  /** Serialised query of a view. */
  readonly viewQuery: string | undefined;
  /** pg_class.reltuples (-1 unknown) and relpages from the last ANALYZE. */
  readonly analyzedRows: number;
  readonly analyzedPages: number;
  /** undefined for views. */
  readonly storage: StoredTable | undefined;
  /** A system catalog: changed by DDL only. */
  readonly system: boolean;
  readonly persistence: 'p' | 'u' | 't';
}

/** pg_statistic for one column, as ANALYZE left it. Fractions are of all rows, 0 … 1. */
export interface ColumnStatistics {
  readonly nullFraction: number;
  readonly averageWidth: number;
  /** > 0: distinct values; < 0: minus the fraction of rows that are distinct; 0 unknown. */
  readonly distinct: number;
  readonly mostCommonValues: readonly Datum[];
  readonly mostCommonFrequencies: readonly number[];
  /** Bounds of equally filled buckets over the values that are not most common. */
  readonly histogram: readonly Datum[];
  /** Physical order against value order, -1 … 1. */
  readonly correlation: number;
}

export interface TypeInfo {
  readonly oid: Oid;
  readonly name: string;
  readonly namespaceOid: Oid;
  readonly typeType: string;
  /** Relation of a row type, else 0. */
  readonly relationOid: Oid;
}

/** The catalog as one transaction sees it. All look-ups are synchronous and cached. */
export interface Catalog {
  /** Changes whenever anything a plan may depend on changes. */
  readonly version: number;
  readonly databaseOid: Oid;
  readonly databaseName: string;
  /** Namespace OIDs in search order, pg_catalog first unless listed, pg_temp when there is one. */
  readonly searchPath: readonly Oid[];
  findNamespace(name: string): Oid | undefined;
  namespaceName(oid: Oid): string | undefined;
  /** Unqualified: along the search path. */
  findRelation(schema: string | undefined, name: string): TableDescriptor | undefined;
  getRelation(oid: Oid): TableDescriptor | undefined;
  /** Row types and types not built in included; built-in ones come from the registry. */
  findType(schema: string | undefined, name: string): TypeInfo | undefined;
  getTypeInfo(oid: Oid): TypeInfo | undefined;
  findRole(name: string): Oid | undefined;
  roleName(oid: Oid): string | undefined;
  statistics(table: Oid, column: number): ColumnStatistics | undefined;
  /** Current size in pages and rows, extrapolated from ANALYZE's density as Postgres does. */
  estimateSize(table: TableDescriptor): { readonly pages: number; readonly rows: number };
}
