/** Small facts about relations, indexes and objects that clients' catalog queries ask for. */
import type { Oid } from '../../common/ids.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import { systemTables } from '../../catalog/system-tables.ts';
import { ArrayValue, type Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import type { Session } from '../session.ts';
import { relationText } from '../reg-names.ts';

type Question = (args: readonly Datum[], session: Session) => Datum;

const canBe = 4 | 8 | 16; // insert, delete, update

const relationIsUpdatable: Question = ([oid], session) => {
  const kind = session.catalog.getRelation(oid as Oid)?.kind;
  return kind === 'r' ? canBe | 4 : 0;
};

const columnIsUpdatable: Question = ([oid], session) => session.catalog.getRelation(oid as Oid)?.kind === 'r';

/** What btree can. */
const indexMethodProperties: ReadonlyMap<Datum, boolean> = new Map([
  ['can_order', true],
  ['can_unique', true],
  ['can_multi_col', true],
  ['can_exclude', false],
  ['can_include', false],
]);
const indexProperties: ReadonlyMap<Datum, boolean> = new Map([
  ['clusterable', true],
  ['index_scan', true],
  ['bitmap_scan', false],
  ['backward_scan', true],
]);

const indexColumnProperty: Question = ([oid, column, property], session) => {
  const [row] = readRows(session.catalogCache, 'pg_index', 'pg_index_indexrelid_index', [oid as Oid]);
  if (row === undefined) return null;
  const options = row['indoption'] instanceof ArrayValue ? (row['indoption'].elements as number[]) : [];
  const option = options[(column as number) - 1];
  if (option === undefined) return null;
  switch (property) {
    case 'asc':
      return (option & 1) === 0;
    case 'desc':
      return (option & 1) !== 0;
    case 'nulls_first':
      return (option & 2) !== 0;
    case 'nulls_last':
      return (option & 2) === 0;
    case 'orderable':
    case 'returnable':
    case 'search_array':
    case 'search_nulls':
      return true;
    case 'distance_orderable':
      return false;
    default:
      return null;
  }
};

/** 'table t', 'column a of table t', 'schema s' …: enough for pg_depend's readers. */
const describeObject: Question = ([classOid, oid, sub], session) => {
  const table = systemTables.find((candidate) => candidate.oid === classOid);
  switch (table?.name) {
    case 'pg_class': {
      const relation = session.catalog.getRelation(oid as Oid);
      const name = relationText(oid as Oid, session);
      if (name === undefined) return null;
      const words = `${kindWords[relation?.kind ?? 'i'] ?? 'relation'} ${name}`;
      const column = relation?.columns[(sub as number) - 1];
      return column === undefined ? words : `column ${column.name} of ${words}`;
    }
    case 'pg_namespace':
      return `schema ${session.catalog.namespaceName(oid as Oid) ?? String(oid)}`;
    case 'pg_type':
      return `type ${session.io.names.format(typeOid.regtype, oid as Oid)}`;
    default:
      return `${table?.name ?? 'object'} ${String(oid)}`;
  }
};

const kindWords: Readonly<Record<string, string>> = {
  r: 'table',
  v: 'view',
  i: 'index',
  S: 'sequence',
  m: 'materialized view',
};

/** What has no storage has no file. */
const fileNode: Question = ([oid], session) => {
  const [row] = readRows(session.catalogCache, 'pg_class', 'pg_class_oid_index', [oid as Oid]);
  const node = row?.['relfilenode'] as Oid | undefined;
  return node === undefined || node === 0 ? null : node;
};

export const relationQuestions: Readonly<Record<string, Question>> = {
  pg_relation_is_updatable: relationIsUpdatable,
  pg_column_is_updatable: columnIsUpdatable,
  pg_relation_filenode: fileNode,
  pg_relation_filepath: () => null,
  pg_filenode_relation: ([, filenode]) => filenode as Oid,
  pg_partition_root: () => null,
  pg_my_temp_schema: (_args, session) => session.temporaryNamespace,
  pg_is_other_temp_schema: ([oid], session) => {
    const name = session.catalog.namespaceName(oid as Oid) ?? '';
    return /^pg_temp_\d+$/.test(name) && oid !== session.temporaryNamespace;
  },
  pg_indexam_has_property: ([, property]) => indexMethodProperties.get(property ?? null) ?? null,
  pg_index_has_property: ([, property]) => indexProperties.get(property ?? null) ?? null,
  pg_index_column_has_property: indexColumnProperty,
  pg_describe_object: describeObject,
  pg_collation_for: () => '"default"',
  pg_collation_actual_version: () => null,
  pg_database_collation_actual_version: () => null,
  pg_tablespace_location: () => '',
  get_current_ts_config: () => 0,
};
