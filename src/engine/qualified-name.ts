/** Qualified names as texts: 'a.b', '"A".b' ⇄ parts. For regclass and its kin, sequences and functions that take names. */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { quoteIdentifier } from '../functions/quoting.ts';

/** Splits at dots; unquoted parts in lower case. Throws 42602. */
export function splitQualifiedName(text: string): string[] {
  const parts: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")+)"|([A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*))\s*(\.|$)/gy;
  let end = 0;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    parts.push(match[1] === undefined ? lowerAscii(match[2] as string) : match[1].replaceAll('""', '"'));
    end = pattern.lastIndex;
    if (match[3] === '') return parts;
  }
  if (end === text.length && text.length > 0 && parts.length > 0 && !text.endsWith('.')) return parts;
  throw new SqlError(sqlState.invalidName, 'invalid name syntax');
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Schema (undefined if not written) and name. Throws 42601 for more parts than a name can have. */
export function splitRelationName(text: string): { readonly schema: string | undefined; readonly name: string } {
  const parts = splitQualifiedName(text);
  if (parts.length > 3) {
    throw new SqlError(sqlState.syntaxError, `improper relation name (too many dotted names): ${parts.join('.')}`);
  }
  return { schema: parts.at(-2), name: parts.at(-1) as string };
}

export function joinQualifiedName(schema: string | undefined, name: string): string {
  return schema === undefined ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}
