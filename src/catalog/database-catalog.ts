/** The catalog of one database as a transaction sees it: look-ups by name and OID, each answered once and remembered. */
import type { Oid, SpaceId } from '../common/ids.ts';
import type { TableStore } from '../tables/storage.ts';
import { defineComposite } from '../types/record.ts';
import { addType } from '../types/type-lookup.ts';
import type { Catalog, ColumnStatistics, TableDescriptor, TypeInfo } from './descriptors.ts';
import { readRows, type CatalogReading, type CatalogRow } from './catalog-rows.ts';
import { readRelation, type RelationSource } from './relation-reader.ts';
import {
  findSystemTable,
  pgCatalogNamespace,
  systemTableDescriptor,
  systemTables,
  type SystemTable,
} from './system-tables.ts';
import { readStatistics } from './statistics-rows.ts';

export interface CatalogSource {
  /** Tables of the database, and those all databases share. */
  readonly own: TableStore;
  readonly shared: TableStore;
  readonly databaseOid: Oid;
  readonly databaseName: string;
  /** A snapshot of the present for reading catalog rows. */
  snapshot: CatalogReading['snapshot'];
}

/** What is remembered of the rows read so far. */
export class CatalogCache implements RelationSource {
  readonly space: SpaceId;
  readonly version: number;
  readonly source: CatalogSource;
  readonly #relations = new Map<Oid, TableDescriptor | undefined>();
  readonly #relationOids = new Map<string, Oid | undefined>();
  readonly #namespaces = new Map<string, Oid | undefined>();
  readonly #namespaceNames = new Map<Oid, string | undefined>();
  readonly #types = new Map<Oid, TypeInfo | undefined>();
  readonly #typesByName = new Map<string, TypeInfo | undefined>();
  readonly #roles = new Map<string, Oid | undefined>();
  readonly #roleNames = new Map<Oid, string | undefined>();
  readonly #statistics = new Map<Oid, ReadonlyMap<number, ColumnStatistics>>();

  constructor(source: CatalogSource, version: number) {
    this.source = source;
    this.space = source.own.space;
    this.version = version;
  }

  open(table: SystemTable) {
    return (table.shared ? this.source.shared : this.source.own).open(table.oid);
  }

  snapshot() {
    return this.source.snapshot();
  }

  stored(tableOid: Oid) {
    return this.source.own.find(tableOid);
  }

  findNamespace(name: string): Oid | undefined {
    return remember(this.#namespaces, name, () => {
      const [row] = readRows(this, 'pg_namespace', 'pg_namespace_nspname_index', [name]);
      return row?.['oid'] as Oid | undefined;
    });
  }

  namespaceName(oid: Oid): string | undefined {
    return remember(this.#namespaceNames, oid, () => {
      const [row] = readRows(this, 'pg_namespace', 'pg_namespace_oid_index', [oid]);
      return row?.['nspname'] as string | undefined;
    });
  }

  findRelationOid(namespace: Oid, name: string): Oid | undefined {
    if (namespace === pgCatalogNamespace) {
      const system = systemTables.find((table) => table.name === name);
      if (system !== undefined) return system.oid;
    }
    return remember(this.#relationOids, `${namespace} ${name}`, () => {
      const [row] = readRows(this, 'pg_class', 'pg_class_relname_nsp_index', [name, namespace]);
      return row?.['oid'] as Oid | undefined;
    });
  }

  getRelation(oid: Oid): TableDescriptor | undefined {
    return remember(this.#relations, oid, () => {
      const system = findSystemTable(oid);
      if (system !== undefined) {
        const store = system.shared ? this.source.shared : this.source.own;
        return systemTableDescriptor(system, this.space, store.find(oid));
      }
      const [row] = readRows(this, 'pg_class', 'pg_class_oid_index', [oid]);
      if (row === undefined) return undefined;
      const relation = readRelation(this, row);
      registerRowType(relation);
      return relation;
    });
  }

  getTypeInfo(oid: Oid): TypeInfo | undefined {
    return remember(this.#types, oid, () => {
      const [row] = readRows(this, 'pg_type', 'pg_type_oid_index', [oid]);
      return row === undefined ? undefined : typeInfo(row);
    });
  }

  findTypeIn(namespace: Oid, name: string): TypeInfo | undefined {
    return remember(this.#typesByName, `${namespace} ${name}`, () => {
      const [row] = readRows(this, 'pg_type', 'pg_type_typname_nsp_index', [name, namespace]);
      return row === undefined ? undefined : typeInfo(row);
    });
  }

  findRole(name: string): Oid | undefined {
    return remember(this.#roles, name, () => {
      const [row] = readRows(this, 'pg_authid', 'pg_authid_rolname_index', [name]);
      return row?.['oid'] as Oid | undefined;
    });
  }

  roleName(oid: Oid): string | undefined {
    return remember(this.#roleNames, oid, () => {
      const [row] = readRows(this, 'pg_authid', 'pg_authid_oid_index', [oid]);
      return row?.['rolname'] as string | undefined;
    });
  }

  statistics(table: Oid, column: number): ColumnStatistics | undefined {
    return remember(this.#statistics, table, () => readStatistics(this, table))?.get(column);
  }

  estimateSize(table: TableDescriptor): { readonly pages: number; readonly rows: number } {
    if (table.storage === undefined) return { pages: 1, rows: 1 };
    const store = table.space === this.space ? this.source.own : this.source.shared;
    const access = store.open(table.oid);
    const pages = Math.max(access.estimatePages(), 1);
    if (table.analyzedRows >= 0 && table.analyzedPages > 0) {
      return { pages, rows: Math.max(1, Math.round((table.analyzedRows / table.analyzedPages) * pages)) };
    }
    return { pages, rows: Math.max(1, access.estimateRows()) };
  }
}

/** Whole rows of the relation are values of this type; after a change of columns it is registered anew. */
function registerRowType({ rowTypeOid, name, columns }: TableDescriptor): void {
  if (rowTypeOid === 0) return;
  const fieldTypes = columns.filter((column) => !column.dropped).map((column) => column.typeOid);
  addType(defineComposite(rowTypeOid, name, 0, fieldTypes));
}

function remember<K, V>(map: Map<K, V>, key: K, compute: () => V): V {
  const known = map.get(key);
  if (known !== undefined || map.has(key)) return known as V;
  const value = compute();
  map.set(key, value);
  return value;
}

function typeInfo(row: CatalogRow): TypeInfo {
  return {
    oid: row['oid'] as Oid,
    name: row['typname'] as string,
    namespaceOid: row['typnamespace'] as Oid,
    typeType: row['typtype'] as string,
    relationOid: row['typrelid'] as Oid,
  };
}

/** A session's view: the cache seen through its search path. */
export class DatabaseCatalog implements Catalog {
  readonly cache: CatalogCache;
  readonly searchPath: readonly Oid[];

  constructor(cache: CatalogCache, searchPath: readonly Oid[]) {
    this.cache = cache;
    this.searchPath = searchPath;
  }

  get version(): number {
    return this.cache.version;
  }

  get databaseOid(): Oid {
    return this.cache.source.databaseOid;
  }

  get databaseName(): string {
    return this.cache.source.databaseName;
  }

  findNamespace(name: string): Oid | undefined {
    return this.cache.findNamespace(name);
  }

  namespaceName(oid: Oid): string | undefined {
    return this.cache.namespaceName(oid);
  }

  findRelation(schema: string | undefined, name: string): TableDescriptor | undefined {
    const oid = this.#search(schema, (namespace) => this.cache.findRelationOid(namespace, name));
    return oid === undefined ? undefined : this.cache.getRelation(oid);
  }

  getRelation(oid: Oid): TableDescriptor | undefined {
    return oid === 0 ? undefined : this.cache.getRelation(oid);
  }

  findType(schema: string | undefined, name: string): TypeInfo | undefined {
    return this.#search(schema, (namespace) => this.cache.findTypeIn(namespace, name));
  }

  getTypeInfo(oid: Oid): TypeInfo | undefined {
    return oid === 0 ? undefined : this.cache.getTypeInfo(oid);
  }

  findRole(name: string): Oid | undefined {
    return this.cache.findRole(name);
  }

  roleName(oid: Oid): string | undefined {
    return this.cache.roleName(oid);
  }

  statistics(table: Oid, column: number): ColumnStatistics | undefined {
    return this.cache.statistics(table, column);
  }

  estimateSize(table: TableDescriptor): { readonly pages: number; readonly rows: number } {
    return this.cache.estimateSize(table);
  }

  #search<T>(schema: string | undefined, look: (namespace: Oid) => T | undefined): T | undefined {
    if (schema !== undefined) {
      const namespace = this.findNamespace(schema);
      return namespace === undefined ? undefined : look(namespace);
    }
    for (const namespace of this.searchPath) {
      const found = look(namespace);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
