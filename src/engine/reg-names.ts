/** Text forms of the reg* types, through the session's catalog and search path. */
import { SqlError, sqlState } from '../common/sql-error.ts';
import type { Oid } from '../common/ids.ts';
import { readRows, type CatalogRow } from '../catalog/catalog-rows.ts';
import { findFunction, findFunctions, findOperator, findOperators } from '../functions/registry.ts';
import type { FunctionEntry } from '../functions/function.ts';
import { quoteIdentifier } from '../functions/quoting.ts';
import { formatType } from '../types/typmod.ts';
import { typeOid } from '../types/oids.ts';
import type { RegNames } from '../types/type-handler.ts';
import { joinQualifiedName, splitQualifiedName, splitRelationName } from './qualified-name.ts';
import type { Session } from './session.ts';
import { parseTypeText, typeText } from './type-names.ts';

export class SessionRegNames implements RegNames {
  readonly #session: Session;

  constructor(session: Session) {
    this.#session = session;
  }

  format(type: Oid, oid: Oid): string {
    if (oid === 0) return '-';
    return this.#format(type, oid) ?? String(oid);
  }

  #format(type: Oid, oid: Oid): string | undefined {
    const { catalog } = this.#session;
    switch (type) {
      case typeOid.regclass:
        return relationText(oid, this.#session);
      case typeOid.regtype: {
        const text = typeText(oid, undefined, catalog);
        return text === '???' ? undefined : text;
      }
      case typeOid.regproc:
        return functionName(findFunction(oid));
      case typeOid.regprocedure:
        return functionSignature(findFunction(oid));
      case typeOid.regoper:
        return findOperator(oid)?.name;
      case typeOid.regoperator:
        return operatorSignature(oid);
      case typeOid.regnamespace: {
        const name = catalog.namespaceName(oid);
        return name === undefined ? undefined : quoteIdentifier(name);
      }
      case typeOid.regrole: {
        const name = catalog.roleName(oid);
        return name === undefined ? undefined : quoteIdentifier(name);
      }
      case typeOid.regcollation: {
        const name = this.#row('pg_collation', 'pg_collation_oid_index', oid)?.['collname'] as string | undefined;
        return name === undefined ? undefined : quoteIdentifier(name);
      }
      default:
        return undefined;
    }
  }

  #row(table: string, index: string, key: Oid): CatalogRow | undefined {
    return readRows(this.#session.catalogCache, table, index, [key])[0];
  }

  parse(type: Oid, text: string): Oid {
    switch (type) {
      case typeOid.regclass:
        return this.#parseClass(text);
      case typeOid.regtype:
        return parseTypeText(text, this.#session).oid;
      case typeOid.regproc:
        return this.#onlyFunction(text);
      case typeOid.regprocedure:
        return this.#functionBySignature(text);
      case typeOid.regoper:
        return onlyOperator(text);
      case typeOid.regoperator:
        return this.#operatorBySignature(text);
      case typeOid.regnamespace:
        return this.#require(text, 'schema', (name) => this.#session.catalog.findNamespace(name), '3F000');
      case typeOid.regrole:
        return this.#require(text, 'role', (name) => this.#session.catalog.findRole(name), '42704');
      case typeOid.regcollation:
        return this.#require(text, 'collation', (name) => this.#collation(name), '42704');
      default:
        throw new SqlError(sqlState.undefinedObject, `name "${text}" does not exist`);
    }
  }

  #parseClass(text: string): Oid {
    const { schema, name } = splitRelationName(text);
    const { catalog } = this.#session;
    if (schema !== undefined && catalog.findNamespace(schema) === undefined) {
      throw new SqlError(sqlState.undefinedTable, `relation "${schema}.${name}" does not exist`);
    }
    const oid = relationOid(schema, name, this.#session);
    if (oid !== undefined) return oid;
    const written = schema === undefined ? name : `${schema}.${name}`;
    throw new SqlError(sqlState.undefinedTable, `relation "${written}" does not exist`);
  }

  #collation(name: string): Oid | undefined {
    return readRows(this.#session.catalogCache, 'pg_collation').find((row) => row['collname'] === name)?.['oid'] as
      | Oid
      | undefined;
  }

  #require(text: string, what: string, find: (name: string) => Oid | undefined, state: '3F000' | '42704'): Oid {
    const name = splitQualifiedName(text).at(-1) as string;
    const oid = find(name);
    if (oid === undefined) throw new SqlError(state, `${what} "${name}" does not exist`);
    return oid;
  }

  #onlyFunction(text: string): Oid {
    const name = splitQualifiedName(text).at(-1) as string;
    const [first, ...others] = findFunctions(name);
    if (first === undefined) throw new SqlError(sqlState.undefinedFunction, `function "${text}" does not exist`);
    if (others.length > 0) {
      throw new SqlError(sqlState.ambiguousFunction, `more than one function named "${text}"`);
    }
    return first.oid;
  }

  #functionBySignature(text: string): Oid {
    const { name, types } = this.#signature(text);
    const found = findFunctions(name).find((entry) => sameTypes(entry.argTypes, types));
    if (found === undefined) throw new SqlError(sqlState.undefinedFunction, `function "${text}" does not exist`);
    return found.oid;
  }

  #operatorBySignature(text: string): Oid {
    const { name, types } = this.#signature(text);
    const found = findOperators(name).find(({ left, right }) => sameTypes([left, right], types));
    if (found === undefined) throw new SqlError(sqlState.undefinedFunction, `operator does not exist: ${text}`);
    return found.oid;
  }

  /** `name(type, …)`; NONE is 0. */
  #signature(text: string): { readonly name: string; readonly types: readonly Oid[] } {
    const match = /^\s*(?:pg_catalog\s*\.\s*)?([^(]+?)\s*\((.*)\)\s*$/s.exec(text);
    if (match === null) throw new SqlError(sqlState.invalidTextRepresentation, 'expected a left parenthesis');
    const [, name, list] = match as unknown as [string, string, string];
    const words = list.trim() === '' ? [] : list.split(',');
    const types = words.map((word) => {
      return word.trim().toLowerCase() === 'none' ? 0 : parseTypeText(word.trim(), this.#session).oid;
    });
    return { name: name.startsWith('"') ? (splitQualifiedName(name)[0] as string) : name.toLowerCase(), types };
  }
}

function sameTypes(a: readonly Oid[], b: readonly Oid[]): boolean {
  return a.length === b.length && a.every((type, i) => type === b[i]);
}

function onlyOperator(text: string): Oid {
  const [first, ...others] = findOperators(text.replace(/^\s*pg_catalog\s*\.\s*/, '').trim());
  if (first === undefined) throw new SqlError(sqlState.undefinedFunction, `operator does not exist: ${text}`);
  if (others.length > 0) throw new SqlError(sqlState.ambiguousFunction, `more than one operator named ${text}`);
  return first.oid;
}

function functionName(entry: FunctionEntry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  const name = quoteIdentifier(entry.name);
  return findFunctions(entry.name).length > 1 ? `pg_catalog.${name}` : name;
}

function functionSignature(entry: FunctionEntry | undefined): string | undefined {
  if (entry === undefined) return undefined;
  return `${quoteIdentifier(entry.name)}(${entry.argTypes.map((type) => formatType(type)).join(',')})`;
}

function operatorSignature(oid: Oid): string | undefined {
  const operator = findOperator(oid);
  if (operator === undefined) return undefined;
  const side = (type: Oid) => (type === 0 ? 'NONE' : formatType(type));
  return `${operator.name}(${side(operator.left)},${side(operator.right)})`;
}

/** Any relation by name, indexes and sequences too. */
export function relationOid(schema: string | undefined, name: string, session: Session): Oid | undefined {
  const { catalog } = session;
  if (schema !== undefined) {
    const namespace = catalog.findNamespace(schema);
    return namespace === undefined ? undefined : catalog.cache.findRelationOid(namespace, name);
  }
  for (const namespace of catalog.searchPath) {
    const oid = catalog.cache.findRelationOid(namespace, name);
    if (oid !== undefined) return oid;
  }
  return undefined;
}

/** A relation's name, with its schema unless the search path finds it without. */
export function relationText(oid: Oid, session: Session): string | undefined {
  const { catalog } = session;
  const [row] = readRows(catalog.cache, 'pg_class', 'pg_class_oid_index', [oid]);
  if (row === undefined) return undefined;
  const name = row['relname'] as string;
  const isVisible = relationOid(undefined, name, session) === oid;
  return joinQualifiedName(isVisible ? undefined : catalog.namespaceName(row['relnamespace'] as Oid), name);
}
