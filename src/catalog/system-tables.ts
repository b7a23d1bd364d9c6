/** The system catalogs as descriptors. They are tables like any other, only known before the first catalog row is read. */
import { InvariantError, assert } from '../common/assert.ts';
import { sharedSpace, type Oid, type SpaceId } from '../common/ids.ts';
import type { TableDefinition } from '../tables/storage.ts';
import type { KeyPart, StoredColumn } from '../tables/access-method.ts';
import { findTypeByName } from '../types/registry.ts';
import type { TypeHandler } from '../types/type-handler.ts';
import type { ColumnDescriptor, IndexDescriptor, TableDescriptor } from './descriptors.ts';
import { systemTableData } from './system-table-data.ts';

export const pgCatalogNamespace: Oid = 11;
export const pgToastNamespace: Oid = 99;
export const publicNamespace: Oid = 2200;
export const informationSchemaNamespace: Oid = 13000;
/** OID of the role that initdb makes. */
export const bootstrapRole: Oid = 10;
/** First OID for objects that users make (FirstNormalObjectId). */
export const firstUserOid: Oid = 16384;

export interface SystemColumn {
  readonly number: number;
  readonly name: string;
  readonly type: TypeHandler;
  readonly notNull: boolean;
}

export interface SystemIndex {
  readonly oid: Oid;
  readonly name: string;
  readonly primary: boolean;
  readonly unique: boolean;
  readonly columns: readonly number[];
}

export interface SystemTable {
  readonly oid: Oid;
  readonly name: string;
  readonly rowType: Oid;
  readonly shared: boolean;
  readonly columns: readonly SystemColumn[];
  readonly indexes: readonly SystemIndex[];
}

function readData(text: string): SystemTable[] {
  const tables: { -readonly [K in keyof SystemTable]: SystemTable[K] }[] = [];
  for (const line of text.trim().split('\n')) {
    const words = line.trim().split(/\s+/);
    const [kind] = words;
    if (kind === 'table') {
      const [, oid, name, rowType, shared] = words as [string, string, string, string, string?];
      tables.push({
        oid: Number(oid),
        name,
        rowType: Number(rowType),
        shared: shared === 'shared',
        columns: [],
        indexes: [],
      });
      continue;
    }
    const table = tables.at(-1);
    if (table === undefined) throw new InvariantError('system table data begins with a table');
    if (kind === 'index') table.indexes = [...table.indexes, readIndex(words, table)];
    else table.columns = [...table.columns, ...words.map((word, i) => readColumn(word, table.columns.length + i + 1))];
  }
  return tables;
}

function readColumn(word: string, number: number): SystemColumn {
  const notNull = word.endsWith('!');
  const [name, typeName] = (notNull ? word.slice(0, -1) : word).split(':') as [string, string];
  const type = findTypeByName(typeName);
  if (type === undefined) throw new InvariantError(`system column ${name} has unknown type ${typeName}`);
  return { number, name, type, notNull };
}

function readIndex(words: readonly string[], table: SystemTable): SystemIndex {
  const [, oid, name, kind, ...columns] = words as [string, string, string, string, ...string[]];
  const numbers = columns.map((column) => table.columns.findIndex((candidate) => candidate.name === column) + 1);
  assert(!numbers.includes(0), `index ${name} is over columns of its table`);
  return { oid: Number(oid), name, primary: kind === 'primary', unique: kind !== 'plain', columns: numbers };
}

export const systemTables: readonly SystemTable[] = readData(systemTableData);

const byName = new Map(systemTables.map((table) => [table.name, table]));
const byOid = new Map(systemTables.map((table) => [table.oid, table]));

export function getSystemTable(name: string): SystemTable {
  const table = byName.get(name);
  if (table === undefined) throw new InvariantError(`no system table ${name}`);
  return table;
}

export function findSystemTable(oid: Oid): SystemTable | undefined {
  return byOid.get(oid);
}

function keyParts(columns: readonly number[]): KeyPart[] {
  return columns.map((number) => ({ column: number - 1, descending: false, nullsFirst: false }));
}

function primaryOf(table: SystemTable): SystemIndex | undefined {
  return table.indexes.find((index) => index.primary);
}

/** How storage sees a system table: clustered by its primary key, the other indexes secondary. */
export function systemTableDefinition(table: SystemTable): TableDefinition {
  const primary = primaryOf(table);
  const columns: StoredColumn[] = table.columns.map(({ type }) => ({
    typeOid: type.oid,
    storedBytes: type.storedBytes,
    dropped: false,
    missingValue: null,
  }));
  return {
    tableOid: table.oid,
    columns,
    clusterKey: primary === undefined ? undefined : keyParts(primary.columns),
    clusterIndexOid: primary?.oid ?? 0,
    indexes: table.indexes
      .filter((index) => index !== primary)
      .map((index) => ({
        indexOid: index.oid,
        unique: index.unique,
        nullsNotDistinct: false,
        primary: false,
        parts: keyParts(index.columns),
      })),
  };
}

/** The descriptor of a system table in a database; its storage is looked up when it is opened. */
export function systemTableDescriptor(
  table: SystemTable,
  space: SpaceId,
  storage: TableDescriptor['storage'],
): TableDescriptor {
  return {
    oid: table.oid,
    name: table.name,
    namespaceOid: pgCatalogNamespace,
    schema: 'pg_catalog',
    kind: 'r',
    ownerOid: bootstrapRole,
    rowTypeOid: table.rowType,
    space: table.shared ? sharedSpace : space,
    columns: table.columns.map(columnDescriptor),
    indexes: table.indexes.map((index) => indexDescriptor(index, index === primaryOf(table))),
    constraints: [],
    referencedBy: [],
    viewQuery: undefined,
    analyzedRows: -1,
    analyzedPages: 0,
    storage,
    system: true,
    persistence: 'p',
  };
}

function columnDescriptor({ number, name, type, notNull }: SystemColumn): ColumnDescriptor {
  return {
    number,
    name,
    typeOid: type.oid,
    typmod: -1,
    collation: type.collation === 0 ? 0 : 950,
    notNull,
    dropped: false,
    defaultExpression: undefined,
    identity: '',
    generated: '',
    ownedSequence: 0,
  };
}

function indexDescriptor(index: SystemIndex, clustered: boolean): IndexDescriptor {
  return {
    oid: index.oid,
    name: index.name,
    unique: index.unique,
    primary: index.primary,
    nullsNotDistinct: false,
    clustered,
    valid: true,
    columns: index.columns,
    descending: index.columns.map(() => false),
    nullsFirst: index.columns.map(() => false),
    constraintOid: 0,
    deferrable: false,
  };
}
