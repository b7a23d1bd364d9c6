/** Quoting of identifiers and literals for SQL text: quote_ident, quote_literal, format's %I and %L, and deparsed definitions. */
import { isReserved } from './keywords.ts';

const plainName = /^[a-z_][a-z0-9_]*$/;

/** The name as it can stand in SQL text: quoted if it has to be. */
export function quoteIdentifier(name: string): string {
  if (plainName.test(name) && !isReserved(name)) return name;
  return `"${name.replaceAll('"', '""')}"`;
}

/** The text as a literal; E'…' when it has backslashes. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''").replaceAll('\\', '\\\\')}'`;
  return text.includes('\\') ? `E${quoted}` : quoted;
}
