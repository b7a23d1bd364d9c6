/** pg_table_is_visible and its kin: would the bare name find this object along the search path? NULL for an unknown OID. */
import type { Oid } from '../../common/ids.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import { pgCatalogNamespace } from '../../catalog/system-tables.ts';
import { findFunction } from '../../functions/registry.ts';
import type { Datum } from '../../types/datum.ts';
import { findType } from '../../types/registry.ts';
import { relationOid } from '../reg-names.ts';
import type { Session } from '../session.ts';

type Question = (args: readonly Datum[], session: Session) => Datum;

const tableIsVisible: Question = ([oid], session) => {
  const [row] = readRows(session.catalogCache, 'pg_class', 'pg_class_oid_index', [oid as Oid]);
  return row === undefined ? null : relationOid(undefined, row['relname'] as string, session) === oid;
};

const typeIsVisible: Question = ([oid], session) => {
  if (findType(oid as Oid) !== undefined) return true;
  const info = session.catalog.getTypeInfo(oid as Oid);
  return info === undefined ? null : session.catalog.findType(undefined, info.name)?.oid === oid;
};

/** Objects that only pg_catalog has are visible as long as it is searched, which it always is. */
function inCatalogOnly(table: string, index: string): Question {
  return ([oid], session) => {
    const [row] = readRows(session.catalogCache, table, index, [oid as Oid]);
    return row === undefined ? null : session.catalog.searchPath.includes(pgCatalogNamespace);
  };
}

export const visibilityQuestions: Readonly<Record<string, Question>> = {
  pg_table_is_visible: tableIsVisible,
  pg_type_is_visible: typeIsVisible,
  pg_function_is_visible: ([oid]) => (findFunction(oid as Oid) === undefined ? null : true),
  pg_operator_is_visible: inCatalogOnly('pg_operator', 'pg_operator_oid_index'),
  pg_opclass_is_visible: inCatalogOnly('pg_opclass', 'pg_opclass_oid_index'),
  pg_opfamily_is_visible: inCatalogOnly('pg_opfamily', 'pg_opfamily_oid_index'),
  pg_collation_is_visible: inCatalogOnly('pg_collation', 'pg_collation_oid_index'),
  pg_conversion_is_visible: () => null,
  pg_statistics_obj_is_visible: () => null,
  pg_ts_parser_is_visible: () => null,
  pg_ts_dict_is_visible: () => null,
  pg_ts_config_is_visible: () => null,
  pg_ts_template_is_visible: () => null,
};
