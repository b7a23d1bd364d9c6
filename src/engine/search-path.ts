/** search_path as namespaces: "$user" resolved, missing schemas left out, temporary objects and pg_catalog first. */
import type { Oid } from '../common/ids.ts';
import type { CatalogCache } from '../catalog/database-catalog.ts';
import { pgCatalogNamespace } from '../catalog/system-tables.ts';
import type { Session } from './session.ts';

/** The names written in the setting, unquoted: `"$user", public` → ['$user', 'public']. */
export function splitIdentifiers(text: string): string[] {
  const names: string[] = [];
  for (const match of text.matchAll(/\s*(?:"((?:[^"]|"")*)"|([^,\s"]+))\s*(?:,|$)/g)) {
    names.push(match[1] === undefined ? (match[2] as string).toLowerCase() : match[1].replaceAll('""', '"'));
  }
  return names;
}

/** The namespaces that exist, in the order written, without the implicit ones. */
export function explicitPath(session: Session, cache: CatalogCache): Oid[] {
  const path: Oid[] = [];
  for (const name of splitIdentifiers(session.settings.text('search_path'))) {
    const oid = namespaceOf(name, session, cache);
    if (oid !== undefined && !path.includes(oid)) path.push(oid);
  }
  return path;
}

function namespaceOf(name: string, session: Session, cache: CatalogCache): Oid | undefined {
  if (name === '$user') return cache.findNamespace(session.userName);
  if (name === 'pg_temp') return session.temporaryNamespace === 0 ? undefined : session.temporaryNamespace;
  return cache.findNamespace(name);
}

export function searchPathOf(session: Session, cache: CatalogCache): Oid[] {
  const path = explicitPath(session, cache);
  if (!path.includes(pgCatalogNamespace)) path.unshift(pgCatalogNamespace);
  const temporary = session.temporaryNamespace;
  if (temporary !== 0 && !path.includes(temporary)) path.unshift(temporary);
  return path;
}

/** Where objects without a schema are created. */
export function creationNamespace(session: Session): Oid | undefined {
  return explicitPath(session, session.catalogCache)[0];
}
