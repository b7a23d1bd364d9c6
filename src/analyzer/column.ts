/** Column references: a, t.a, s.t.a, and whole rows. */
import { SqlError } from '../common/sql-error.ts';
import type { ColumnRef } from '../parser/syntax.ts';
import type { Expression } from '../algebra/expression.ts';
import type { Environment } from './environment.ts';
import { columnOfItem, findColumn, findItem, wholeRow, type Scope, type ScopeItem } from './scope.ts';
import { selectNamedField } from './field.ts';

export function analyzeColumn(node: ColumnRef, environment: Environment): Expression {
  const { context, scope } = environment;
  const position = context.position(node.location);
  const names = node.fields;
  const last = names.at(-1);
  const words = names.filter((name) => typeof name === 'string');
  if (typeof last !== 'string') {
    // t.* as a value (count(t.*)): the whole row.
    const found = findItem(scope, words.length > 1 ? words[0] : undefined, words.at(-1) ?? '', position);
    if (found === undefined) throw missingTable(words.at(-1) ?? '', scope, position);
    return wholeRow(found.item, position);
  }
  switch (words.length) {
    case 1:
      return unqualified(last, environment, position);
    case 2:
      return qualified(undefined, words[0] as string, last, environment, position);
    case 3:
      return qualified(words[0], words[1] as string, last, environment, position);
    case 4:
      if (words[0] !== context.catalog.databaseName) {
        throw new SqlError('0A000', `cross-database references are not implemented: ${words.join('.')}`, { position });
      }
      return qualified(words[1], words[2] as string, last, environment, position);
    default:
      throw new SqlError('42601', `improper qualified name (too many dotted names): ${words.join('.')}`, { position });
  }
}

function unqualified(name: string, environment: Environment, position: number | undefined): Expression {
  const { scope } = environment;
  const column = findColumn(scope, name, position);
  if (column !== undefined) return column.expression;
  const item = findItem(scope, undefined, name, position);
  if (item !== undefined) return wholeRow(item.item, position);
  const only = systemColumn(scope, name, position);
  if (only !== undefined) return only;
  throw new SqlError('42703', `column "${name}" does not exist`, { position, ...similarColumn(name, scope) });
}

/** tableoid unqualified, when just one table is in scope. */
function systemColumn(scope: Scope, name: string, position: number | undefined): Expression | undefined {
  const tables = scope.items.filter((item) => item.tableOid !== 0 && item.nameVisible);
  return tables.length === 1 ? columnOfItem(tables[0] as ScopeItem, name, position) : undefined;
}

function qualified(
  schema: string | undefined,
  table: string,
  name: string,
  environment: Environment,
  position: number | undefined,
): Expression {
  const { scope } = environment;
  const found = findItem(scope, schema, table, position);
  if (found === undefined) {
    const row = schema === undefined ? findColumn(scope, table, position) : undefined;
    if (row !== undefined) return selectNamedField(row.expression, name, environment.context);
    throw missingTable(table, scope, position);
  }
  const column = columnOfItem(found.item, name, position);
  if (column !== undefined) return column;
  const written = schema === undefined ? `${table}.${name}` : `${schema}.${table}.${name}`;
  throw new SqlError('42703', `column ${written} does not exist`, { position, ...similarColumn(name, scope, table) });
}

export function missingTable(name: string, scope: Scope, position: number | undefined): SqlError {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    // The table is there under an alias.
    const hidden = at.items.find((item) => item.tableName === name && item.name !== name);
    if (hidden !== undefined) {
      return new SqlError('42P01', `invalid reference to FROM-clause entry for table "${name}"`, {
        hint: `Perhaps you meant to reference the table alias "${hidden.name}".`,
        position,
      });
    }
  }
  return new SqlError('42P01', `missing FROM-clause entry for table "${name}"`, { position });
}

/** PostgreSQL's "Perhaps you meant": the nearest column name, if it is near enough and unique. */
function similarColumn(name: string, scope: Scope, table?: string): { readonly hint?: string } {
  const limit = Math.floor((name.length + 1) / 2);
  let best = Infinity;
  let names: string[] = [];
  for (const item of scope.items) {
    // A table that is just being defined has no relation yet, and gives no hints.
    if (item.name === undefined || item.relation === undefined) continue;
    for (const column of item.columns) {
      let distance = editDistance(name, column.name);
      if (table !== undefined) distance += editDistance(table, item.name);
      if (distance > limit || distance > best) continue;
      if (distance < best) names = [];
      best = distance;
      names.push(`${item.name}.${column.name}`);
    }
  }
  if (names.length === 0 || names.length > 2) return {};
  const quoted = names.map((text) => `the column "${text}"`);
  return { hint: `Perhaps you meant to reference ${quoted.join(' or ')}.` };
}

/** Levenshtein distance, all costs one. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = (previous[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] as number) + 1, (current[j - 1] as number) + 1, substitute));
    }
    previous = current;
  }
  return previous[b.length] as number;
}
