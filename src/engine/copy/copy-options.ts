/** The options of COPY, checked as PostgreSQL checks them. */
import { notSupported, SqlError, sqlState, type SqlState } from '../../common/sql-error.ts';
import type { DefElem } from '../../parser/syntax.ts';
import type { CopyStmt } from '../../parser/utility-syntax.ts';
import { parseBoolean } from '../settings/setting.ts';
import { optionText } from '../transaction-modes.ts';

export interface CopyOptions {
  readonly format: 'text' | 'csv';
  /** One byte each. */
  readonly delimiter: number;
  readonly quote: number;
  readonly escape: number;
  readonly nullText: Buffer;
  readonly header: 'none' | 'write' | 'match';
  /** Column names; '*' for all. */
  readonly forceQuote: readonly string[] | '*';
  readonly forceNotNull: readonly string[];
  readonly forceNull: readonly string[];
}

function fail(message: string, state: SqlState = sqlState.featureNotSupported): SqlError {
  return new SqlError(state, message);
}

const known: ReadonlySet<string> = new Set(
  'format delimiter null header quote escape force_quote force_not_null force_null encoding freeze'.split(' '),
);

export function readCopyOptions(statement: CopyStmt): CopyOptions {
  const given = new Map<string, DefElem>();
  for (const option of statement.options) {
    const name = option.defname;
    if (!known.has(name)) throw fail(`option "${name}" not recognized`, sqlState.syntaxError);
    if (given.has(name)) throw fail('conflicting or redundant options', sqlState.syntaxError);
    given.set(name, option);
  }
  const format = readFormat(given.get('format'));
  const isCsv = format === 'csv';
  const text = (name: string): string | undefined => {
    const option = given.get(name);
    return option === undefined ? undefined : optionText(option);
  };
  checkEncoding(text('encoding'));
  const delimiter = text('delimiter') ?? (isCsv ? ',' : '\t');
  const nullText = text('null') ?? (isCsv ? '' : '\\N');
  const quote = text('quote') ?? '"';
  const escape = text('escape') ?? quote;
  checkCharacters({ delimiter, nullText, quote, escape, isCsv, given });
  const header = readHeader(given.get('header'), statement.is_from);
  const options: CopyOptions = {
    format,
    delimiter: delimiter.charCodeAt(0),
    quote: quote.charCodeAt(0),
    escape: escape.charCodeAt(0),
    nullText: Buffer.from(nullText),
    header,
    forceQuote: readForced(given.get('force_quote'), 'force_quote') ?? [],
    forceNotNull: namesOnly(given.get('force_not_null'), 'force_not_null'),
    forceNull: namesOnly(given.get('force_null'), 'force_null'),
  };
  checkForced(given, isCsv, statement.is_from);
  return options;
}

function readFormat(option: DefElem | undefined): 'text' | 'csv' {
  const format = option === undefined ? 'text' : optionText(option);
  if (format === 'text' || format === 'csv') return format;
  if (format === 'binary') throw notSupported('COPY in binary format');
  throw fail(`COPY format "${format}" not recognized`, sqlState.invalidParameterValue);
}

function checkEncoding(encoding: string | undefined): void {
  if (encoding === undefined) return;
  const name = encoding.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (name !== 'utf8' && name !== 'unicode') throw notSupported(`COPY with encoding ${encoding}`);
}

function readHeader(option: DefElem | undefined, isFrom: boolean): CopyOptions['header'] {
  if (option === undefined) return 'none';
  const text = option.arg === undefined ? 'true' : optionText(option);
  if (text.toLowerCase() === 'match') {
    if (!isFrom) throw fail('cannot use "match" with HEADER in COPY TO');
    return 'match';
  }
  const value = parseBoolean(text);
  if (value === undefined) throw fail('header requires a Boolean value or "match"', sqlState.syntaxError);
  return value ? 'write' : 'none';
}

interface Characters {
  readonly delimiter: string;
  readonly nullText: string;
  readonly quote: string;
  readonly escape: string;
  readonly isCsv: boolean;
  readonly given: ReadonlyMap<string, DefElem>;
}

const isOneByte = (text: string): boolean => Buffer.byteLength(text) === 1;
const hasLineEnd = (text: string): boolean => /[\r\n]/.test(text);

function checkCharacters({ delimiter, nullText, quote, escape, isCsv, given }: Characters): void {
  if (!isOneByte(delimiter)) throw fail('COPY delimiter must be a single one-byte character');
  if (hasLineEnd(delimiter)) {
    throw fail('COPY delimiter cannot be newline or carriage return', sqlState.invalidParameterValue);
  }
  if (hasLineEnd(nullText)) {
    throw fail('COPY null representation cannot use newline or carriage return', sqlState.invalidParameterValue);
  }
  if (!isCsv && '\\.abcdefghijklmnopqrstuvwxyz0123456789'.includes(delimiter)) {
    throw fail(`COPY delimiter cannot be "${delimiter}"`, sqlState.invalidParameterValue);
  }
  if (!isCsv && given.has('quote')) throw fail('COPY quote available only in CSV mode');
  if (!isCsv && given.has('escape')) throw fail('COPY escape available only in CSV mode');
  if (isCsv && !isOneByte(quote)) throw fail('COPY quote must be a single one-byte character');
  if (isCsv && !isOneByte(escape)) throw fail('COPY escape must be a single one-byte character');
  if (isCsv && delimiter === quote) {
    throw fail('COPY delimiter and quote must be different', sqlState.invalidParameterValue);
  }
  if (nullText.includes(delimiter)) {
    throw fail('COPY delimiter must not appear in the NULL specification');
  }
  if (isCsv && nullText.includes(quote)) throw fail('CSV quote character must not appear in the NULL specification');
}

function checkForced(given: ReadonlyMap<string, DefElem>, isCsv: boolean, isFrom: boolean): void {
  const refuse = (name: string, words: string, when: boolean): void => {
    if (!given.has(name)) return;
    if (!isCsv) throw fail(`COPY ${words} available only in CSV mode`);
    if (when) throw fail(`COPY ${words} only available using COPY ${isFrom ? 'TO' : 'FROM'}`);
  };
  refuse('force_quote', 'force quote', isFrom);
  refuse('force_not_null', 'force not null', !isFrom);
  refuse('force_null', 'force null', !isFrom);
}

function readForced(option: DefElem | undefined, name: string): readonly string[] | '*' | undefined {
  const arg = option?.arg;
  if (arg === undefined) return undefined;
  if (arg.kind === 'A_Star') return '*';
  if (arg.kind !== 'List')
    throw fail(`argument to option "${name}" must be a list of column names`, sqlState.invalidParameterValue);
  return arg.items.map((item) => (item.kind === 'String' ? item.sval : ''));
}

function namesOnly(option: DefElem | undefined, name: string): readonly string[] {
  const names = readForced(option, name);
  return names === undefined || names === '*' ? [] : names;
}
