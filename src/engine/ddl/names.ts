/** Names for new objects: where they go, whether they are free, and what PostgreSQL would call unnamed ones. */
import type { Oid } from '../../common/ids.ts';
import { SqlError } from '../../common/sql-error.ts';
import { AnalyzeContext } from '../../analyzer/context.ts';
import { readRows } from '../../catalog/catalog-rows.ts';
import { pgCatalogNamespace } from '../../catalog/system-tables.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import type { RangeVar } from '../../parser/syntax.ts';
import type { CommandContext } from './context.ts';

const nameBytesMax = 63;

/** Namespace a new relation goes to. Throws 3F000, 42501 for pg_catalog. */
export async function creationNamespace(node: RangeVar, context: CommandContext): Promise<Oid> {
  if (node.relpersistence === 't' && node.schemaname === undefined) return context.temporaryNamespace();
  if (node.schemaname === undefined) {
    if (context.creationNamespace === undefined) {
      throw new SqlError('3F000', 'no schema has been selected to create in');
    }
    return context.creationNamespace;
  }
  return requireNamespace(node.schemaname, context, node);
}

export function requireNamespace(name: string, context: CommandContext, node?: RangeVar): Oid {
  const oid = context.catalog.findNamespace(name);
  if (oid === undefined) {
    const position = new AnalyzeContext(context.analyzeOptions()).position(node?.location);
    throw new SqlError('3F000', `schema "${name}" does not exist`, { position });
  }
  if (oid === pgCatalogNamespace && !context.isBootstrap) {
    throw new SqlError('42501', `permission denied to create "${node === undefined ? name : writtenName(node)}"`, {
      detail: 'System catalog modifications are currently disallowed.',
    });
  }
  return oid;
}

export function relationExists(namespace: Oid, name: string, context: CommandContext): boolean {
  return context.catalog.cache.findRelationOid(namespace, name) !== undefined;
}

export function requireFreeName(namespace: Oid, name: string, context: CommandContext): void {
  if (relationExists(namespace, name, context)) throw new SqlError('42P07', `relation "${name}" already exists`);
}

/** name1_name2_label, shortened evenly to 63 bytes (makeObjectName). */
export function objectName(first: string, second: string | undefined, label: string): string {
  const room = nameBytesMax - label.length - 1 - (second === undefined ? 0 : 1);
  let a = Buffer.from(first);
  let b = Buffer.from(second ?? '');
  while (a.length + b.length > room) {
    if (a.length > b.length) a = a.subarray(0, -1);
    else b = b.subarray(0, -1);
  }
  const parts = [a.toString(), ...(second === undefined ? [] : [b.toString()]), label];
  return parts.join('_');
}

/** The first of name, name1, name2 … that neither a relation of the namespace nor `taken` has. */
export function freeRelationName(
  first: string,
  second: string | undefined,
  label: string,
  namespace: Oid,
  taken: ReadonlySet<string>,
  context: CommandContext,
): string {
  for (let n = 0; ; n++) {
    const name = objectName(first, second, n === 0 ? label : `${label}${n}`);
    if (!taken.has(name) && !relationExists(namespace, name, context)) return name;
  }
}

/** The same for constraints, which are unique per table. */
export function freeConstraintName(
  first: string,
  second: string | undefined,
  label: string,
  taken: ReadonlySet<string>,
): string {
  for (let n = 0; ; n++) {
    const name = objectName(first, second, n === 0 ? label : `${label}${n}`);
    if (!taken.has(name)) return name;
  }
}

const kindWords: Readonly<Record<string, string>> = {
  r: 'table',
  v: 'view',
  i: 'index',
  S: 'sequence',
  m: 'materialized view',
  c: 'composite type',
};

export function kindWord(relation: Pick<TableDescriptor, 'kind'>): string {
  return kindWords[relation.kind] ?? 'relation';
}

export function writtenName(node: Pick<RangeVar, 'schemaname' | 'relname'>): string {
  return node.schemaname === undefined ? node.relname : `${node.schemaname}.${node.relname}`;
}

/** Finds a relation to change. Throws 42P01; 42809 when it is of another kind; 42501 for system catalogs. */
export function requireRelation(node: RangeVar, context: CommandContext, kinds?: string): TableDescriptor {
  const relation = context.catalog.findRelation(node.schemaname, node.relname);
  if (relation === undefined) throw new SqlError('42P01', `relation "${writtenName(node)}" does not exist`);
  if (kinds !== undefined && !kinds.includes(relation.kind)) {
    const wanted = kindWords[kinds[0] as string] ?? 'table';
    throw new SqlError('42809', `"${relation.name}" is not ${/^[aeiou]/.test(wanted) ? 'an' : 'a'} ${wanted}`);
  }
  requireOwnRelation(relation);
  return relation;
}

export function requireOwnRelation(relation: TableDescriptor): void {
  if (relation.system) {
    throw new SqlError('42501', `permission denied: "${relation.name}" is a system catalog`);
  }
}

export function quoteIdentifier(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

export function namespaceExists(name: string, context: CommandContext): boolean {
  return readRows(context.writing, 'pg_namespace', 'pg_namespace_nspname_index', [name]).length > 0;
}
