/** Types as written in SQL: TypeName nodes to (OID, typmod), and OIDs back to their SQL spelling for messages. */
import type { Oid } from '../common/ids.ts';
import { SqlError, notSupported } from '../common/sql-error.ts';
import type { Catalog } from '../catalog/descriptors.ts';
import { findTypeByName, findType } from '../types/registry.ts';
import { encodeTypmod } from '../types/typmod.ts';
import type { Expr, TypeName } from '../parser/syntax.ts';
import type { AnalyzeContext } from './context.ts';

export interface ResolvedType {
  readonly oid: Oid;
  readonly typmod: number;
}

/** format_type(oid, NULL): how messages spell a type. */
export function typeText(oid: Oid, catalog: Catalog): string {
  const handler = findType(oid);
  if (handler !== undefined) return handler.sqlName;
  const info = catalog.getTypeInfo(oid);
  return info?.name ?? '???';
}

/** Resolves a written type. Throws 42704 for an unknown one. */
export function resolveTypeName(node: TypeName, context: AnalyzeContext): ResolvedType {
  const name = node.names.at(-1) ?? '';
  const schema = node.names.length > 1 ? node.names.at(-2) : undefined;
  const position = context.position(node.location);
  if (node.pct_type) throw notSupported('%TYPE', position);
  if (node.setof) throw notSupported('SETOF', position);
  const base = findNamedType(schema, name, context.catalog);
  if (base === undefined) {
    const written = schema === undefined ? name : `${schema}.${name}`;
    const suffix = '[]'.repeat(node.arrayBounds.length);
    throw new SqlError('42704', `type "${written}${suffix}" does not exist`, { position });
  }
  const typmods = node.typmods.map((part) => typmodValue(part, position));
  const typmod = typmods.length === 0 ? -1 : encodeTypmod(base, typmods, position);
  if (node.arrayBounds.length === 0) return { oid: base, typmod };
  const arrayOid = arrayTypeOf(base);
  if (arrayOid === 0) throw notSupported(`array of ${typeText(base, context.catalog)}`, position);
  return { oid: arrayOid, typmod };
}

function typmodValue(node: Expr, position: number | undefined): number {
  if (node.kind === 'A_Const' && node.val.kind === 'Integer') return node.val.ival;
  throw new SqlError('42601', 'type modifiers must be simple constants or identifiers', { position });
}

export function findNamedType(schema: string | undefined, name: string, catalog: Catalog): Oid | undefined {
  if (schema === undefined || schema === 'pg_catalog') {
    const builtin = findTypeByName(name);
    if (builtin !== undefined) return builtin.oid;
  }
  return catalog.findType(schema, name)?.oid;
}

export function arrayTypeOf(oid: Oid): Oid {
  return findType(oid)?.arrayOid ?? 0;
}

/** Element type of a true array; 0 for anything else. */
export function elementTypeOf(oid: Oid): Oid {
  const type = findType(oid);
  // A name can be subscripted too, but is no array.
  return type?.length === -1 ? type.elementOid : 0;
}

export function categoryOf(oid: Oid): string {
  return findType(oid)?.category ?? 'C';
}
