/** Types by their SQL spelling, both ways, with those of the database (row types) beside the built-in ones. */
import { notSupported, SqlError, sqlState } from '../common/sql-error.ts';
import type { Oid } from '../common/ids.ts';
import { AnalyzeContext } from '../analyzer/context.ts';
import { resolveTypeName, type ResolvedType } from '../analyzer/type-name.ts';
import type { DatabaseCatalog } from '../catalog/database-catalog.ts';
import { readRows } from '../catalog/catalog-rows.ts';
import { parse } from '../parser/parse.ts';
import type { TypeName } from '../parser/syntax.ts';
import { findType } from '../types/registry.ts';
import { formatType } from '../types/typmod.ts';
import { joinQualifiedName } from './qualified-name.ts';
import type { Session } from './session.ts';

/** format_type(): schema-qualified when it must be. */
export function typeText(oid: Oid, typmod: number | undefined, catalog: DatabaseCatalog): string {
  if (findType(oid) !== undefined) return formatType(oid, typmod);
  const [row] = readRows(catalog.cache, 'pg_type', 'pg_type_oid_index', [oid]);
  if (row === undefined) return '???';
  const element = row['typelem'] as Oid;
  if (row['typcategory'] === 'A' && element !== 0) return `${typeText(element, undefined, catalog)}[]`;
  const name = row['typname'] as string;
  const isVisible = catalog.findType(undefined, name)?.oid === oid;
  return joinQualifiedName(isVisible ? undefined : catalog.namespaceName(row['typnamespace'] as Oid), name);
}

/** 'numeric(10,2)', 'my_schema.t[]' … Throws what the grammar and the catalog say about it. */
export function parseTypeText(text: string, session: Session): ResolvedType {
  const sql = `SELECT NULL::${text}`;
  const node = typeNameIn(sql);
  if (node === undefined) throw new SqlError(sqlState.syntaxError, `invalid type name "${text}"`);
  return resolveTypeNode(node, sql, session);
}

export function resolveTypeNode(node: TypeName, sql: string, session: Session): ResolvedType {
  const { catalog, io } = session;
  return resolveTypeName(node, new AnalyzeContext({ catalog, sql, io, parameterTypes: [], parametersAllowed: false }));
}

function typeNameIn(sql: string): TypeName | undefined {
  const [only, ...others] = parse(sql);
  if (only === undefined || others.length > 0 || only.statement.kind !== 'SelectStmt') return undefined;
  const { targetList, fromClause, whereClause } = only.statement;
  const value = targetList[0]?.val;
  if (targetList.length !== 1 || fromClause.length > 0 || whereClause !== undefined) return undefined;
  if (targetList[0]?.name !== undefined || value?.kind !== 'TypeCast') return undefined;
  if (value.typeName.setof) throw notSupported('SETOF');
  return value.arg.kind === 'A_Const' ? value.typeName : undefined;
}
