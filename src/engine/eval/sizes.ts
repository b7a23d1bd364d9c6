/** pg_relation_size and its kin, in whole pages. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { Oid, SpaceId } from '../../common/ids.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import type { Datum } from '../../types/datum.ts';
import type { Session } from '../session.ts';

type Question = (args: readonly Datum[], session: Session) => Datum;

const pageBytes = 8192;

interface Pages {
  readonly table: number;
  readonly overflow: number;
  readonly indexes: number;
}

const noPages: Pages = { table: 0, overflow: 0, indexes: 0 };

/** undefined: there is no such relation. */
function pagesOf(oid: Oid, session: Session): Pages | undefined {
  const { catalog, database } = session;
  const relation = catalog.getRelation(oid);
  if (relation?.storage !== undefined) {
    const store = relation.space === database.tables.space ? database.tables : database.shared;
    return store.treePages(oid);
  }
  const [row] = readRows(catalog.cache, 'pg_class', 'pg_class_oid_index', [oid]);
  if (row === undefined) return undefined;
  return row['relkind'] === 'i' ? indexPages(oid, session) : noPages;
}

/** An index has its share of what all indexes of its table take; a clustering one is the table itself. */
function indexPages(oid: Oid, session: Session): Pages {
  const [row] = readRows(session.catalogCache, 'pg_index', 'pg_index_indexrelid_index', [oid]);
  const table = session.catalog.getRelation((row?.['indrelid'] as Oid | undefined) ?? 0);
  const index = table?.indexes.find((candidate) => candidate.oid === oid);
  if (table === undefined || index === undefined || index.clustered) return noPages;
  const others = table.indexes.filter((candidate) => !candidate.clustered).length;
  return { ...noPages, table: Math.ceil((pagesOf(table.oid, session) ?? noPages).indexes / Math.max(others, 1)) };
}

function sizeOf(sum: (pages: Pages) => number): Question {
  return ([oid], session) => {
    const pages = pagesOf(oid as Oid, session);
    return pages === undefined ? null : sum(pages) * pageBytes;
  };
}

const relationSize: Question = ([oid, fork = 'main'], session) => {
  if (!['main', 'fsm', 'vm', 'init'].includes(fork as string)) {
    throw new SqlError(sqlState.invalidParameterValue, 'invalid fork name', {
      hint: 'Valid fork names are "main", "fsm", "vm", and "init".',
    });
  }
  const pages = pagesOf(oid as Oid, session);
  return pages === undefined ? null : fork === 'main' ? pages.table * pageBytes : 0;
};

const databaseSize: Question = ([database], session) => {
  const { instance } = session;
  const key = typeof database === 'string' ? 'pg_database_datname_index' : 'pg_database_oid_index';
  const [row] = instance.readShared('pg_database', key, [database as string | number]);
  if (row === undefined) {
    if (typeof database !== 'string') return null;
    throw new SqlError(sqlState.invalidCatalogName, `database "${database}" does not exist`);
  }
  return instance.storage.pages.pageCountOf(row['oid'] as SpaceId) * pageBytes;
};

const tablespaceSize: Question = ([tablespace], session) => {
  const known = session.instance.readShared('pg_tablespace');
  if (!known.some((row) => row['spcname'] === tablespace || row['oid'] === tablespace)) {
    if (typeof tablespace !== 'string') return null;
    throw new SqlError(sqlState.undefinedObject, `tablespace "${tablespace}" does not exist`);
  }
  return (session.instance.storage.pages.slotCount - session.instance.storage.pages.freeSlotCount) * pageBytes;
};

export const sizeFunctions: Readonly<Record<string, Question>> = {
  pg_relation_size: relationSize,
  pg_table_size: sizeOf((pages) => pages.table + pages.overflow),
  pg_indexes_size: sizeOf((pages) => pages.indexes),
  pg_total_relation_size: sizeOf((pages) => pages.table + pages.overflow + pages.indexes),
  pg_database_size: databaseSize,
  pg_tablespace_size: tablespaceSize,
};
