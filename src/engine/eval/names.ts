/** Names of types and roles, names to OIDs, and comments. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import { findSystemTable, systemTables } from '../../catalog/system-tables.ts';
import { ArrayValue, type Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import type { Session } from '../session.ts';
import { typeText } from '../type-names.ts';

type Question = (args: readonly Datum[], session: Session) => Datum;

const formatType: Question = ([oid, typmod], session) => {
  if (oid === null) return null;
  if (oid === 0) return '-';
  return typeText(oid as Oid, typmod === null ? undefined : (typmod as number), session.catalog);
};

const userById: Question = ([oid], session) => session.catalog.roleName(oid as Oid) ?? `unknown (OID=${String(oid)})`;

const notThere: ReadonlySet<string> = new Set([
  sqlState.undefinedTable,
  sqlState.undefinedObject,
  sqlState.undefinedFunction,
  sqlState.ambiguousFunction,
  sqlState.invalidSchemaName,
]);

/** A look-up that answers NULL where nothing has the name. */
function nameOrNull(type: Oid): Question {
  return ([text], session) => {
    try {
      return session.io.names.parse(type, text as string);
    } catch (error) {
      if (error instanceof SqlError && notThere.has(error.sqlState)) return null;
      throw error;
    }
  };
}

/** obj_description(oid[, catalog]). */
const objectDescription: Question = ([oid, catalog], session) => {
  const rows = readRows(session.catalogCache, 'pg_description', 'pg_description_o_c_o_index', [oid as Oid]);
  const wanted = typeof catalog === 'string' ? systemTables.find((table) => table.name === catalog)?.oid : undefined;
  const row = rows.find(
    (each) => each['objsubid'] === 0 && (typeof catalog !== 'string' || each['classoid'] === wanted),
  );
  return row?.['description'] ?? null;
};

const relationClass = 1259;

const columnDescription: Question = ([oid, column], session) => {
  const key = [oid as Oid, relationClass, column as number];
  return (
    readRows(session.catalogCache, 'pg_description', 'pg_description_o_c_o_index', key)[0]?.['description'] ?? null
  );
};

const sharedDescription: Question = ([oid, catalog], session) => {
  const table = systemTables.find((each) => each.name === catalog);
  const key = [oid as Oid, table?.oid ?? 0];
  return (
    readRows(session.catalogCache, 'pg_shdescription', 'pg_shdescription_o_c_index', key)[0]?.['description'] ?? null
  );
};

const oidVectorTypes: Question = ([types], session) =>
  (types as ArrayValue).elements.map((oid) => typeText(oid as Oid, undefined, session.catalog)).join(', ');

export const nameQuestions: Readonly<Record<string, Question>> = {
  format_type: formatType,
  oidvectortypes: oidVectorTypes,
  pg_get_userbyid: userById,
  regclass: ([text], session) => session.io.names.parse(typeOid.regclass, text as string),
  to_regclass: nameOrNull(typeOid.regclass),
  to_regtype: nameOrNull(typeOid.regtype),
  to_regproc: nameOrNull(typeOid.regproc),
  to_regprocedure: nameOrNull(typeOid.regprocedure),
  to_regoper: nameOrNull(typeOid.regoper),
  to_regoperator: nameOrNull(typeOid.regoperator),
  to_regnamespace: nameOrNull(typeOid.regnamespace),
  to_regrole: nameOrNull(typeOid.regrole),
  to_regcollation: nameOrNull(typeOid.regcollation),
  obj_description: objectDescription,
  col_description: columnDescription,
  shobj_description: sharedDescription,
  pg_relation_is_publishable: ([oid], session) => {
    const relation = session.catalog.getRelation(oid as Oid);
    return relation === undefined ? null : relation.kind === 'r' && findSystemTable(relation.oid) === undefined;
  },
};
