/** The options of COPY, checked as PostgreSQL checks them, in its order. */
import { notSupported, SqlError, sqlState, type SqlState } from '../../common/sql-error.ts';
import { positionOf } from '../../parser/parse.ts';
import type { DefElem } from '../../parser/syntax.ts';
import type { CopyStmt } from '../../parser/utility-syntax.ts';
import { optionText } from '../transaction-modes.ts';

export interface CopyOptions {
  readonly format: 'text' | 'csv' | 'binary';
  /** One byte each. */
  readonly delimiter: number;
  readonly quote: number;
  readonly escape: number;
  readonly nullText: Buffer;
  readonly header: 'none' | 'write' | 'match';
  readonly freeze: boolean;
  /** Column names; '*' for all. */
  readonly forceQuote: readonly string[] | '*';
  readonly forceNotNull: readonly string[];
  readonly forceNull: readonly string[];
}

interface Given {
  readonly option: DefElem;
  /** Of the option in the statement, for the caret. */
  readonly position: number | undefined;
}

const { featureNotSupported, syntaxError, invalidParameterValue } = sqlState;

function fail(message: string, state: SqlState = featureNotSupported, position?: number): SqlError {
  return new SqlError(state, message, { position });
}

const known: ReadonlySet<string> = new Set(
  'format delimiter null header quote escape force_quote force_not_null force_null encoding freeze'.split(' '),
);

/** `sql` is the text that the statement's locations point into. */
export function readCopyOptions(statement: CopyStmt, sql: string): CopyOptions {
  const given = collect(statement, sql);
  const text = (name: string): string | undefined => {
    const found = given.get(name);
    return found === undefined ? undefined : optionText(found.option);
  };
  const format = readFormat(given.get('format'));
  const isCsv = format === 'csv';
  const freeze = readFreeze(given.get('freeze'));
  const header = readHeader(given.get('header'), statement.is_from);
  const forced = {
    forceQuote: readColumns(given.get('force_quote'), true),
    forceNotNull: readColumns(given.get('force_not_null'), false) as readonly string[],
    forceNull: readColumns(given.get('force_null'), false) as readonly string[],
  };
  checkEncoding(given.get('encoding'));
  const delimiter = text('delimiter') ?? (isCsv ? ',' : '\t');
  const nullText = text('null') ?? (isCsv ? '' : '\\N');
  const quote = text('quote') ?? '"';
  const escape = text('escape') ?? quote;
  if (format === 'binary') checkBinary(given, header);
  else checkCharacters({ delimiter, nullText, quote, escape, isCsv, given });
  checkForced(given, isCsv, statement.is_from);
  if (format !== 'binary') checkNullText(nullText, delimiter, isCsv ? quote : undefined);
  return {
    format,
    delimiter: delimiter.charCodeAt(0),
    quote: quote.charCodeAt(0),
    escape: escape.charCodeAt(0),
    nullText: Buffer.from(nullText),
    header,
    freeze,
    ...forced,
  };
}

function collect(statement: CopyStmt, sql: string): ReadonlyMap<string, Given> {
  const given = new Map<string, Given>();
  for (const option of statement.options) {
    const { defname: name, location } = option;
    const position = location < 0 ? undefined : positionOf(sql, location);
    if (!known.has(name)) throw fail(`option "${name}" not recognized`, syntaxError, position);
    if (given.has(name)) throw fail('conflicting or redundant options', syntaxError, position);
    given.set(name, { option, position });
  }
  return given;
}

// ---- single options

function readFormat(given: Given | undefined): CopyOptions['format'] {
  const format = given === undefined ? 'text' : optionText(given.option);
  if (format === 'text' || format === 'csv' || format === 'binary') return format;
  throw fail(`COPY format "${format}" not recognized`, invalidParameterValue, given?.position);
}

/** As PostgreSQL's defGetBoolean: 0, 1 and the two pairs of words. */
function readBoolean({ arg }: DefElem): boolean | undefined {
  const value = arg?.kind === 'A_Const' ? arg.val : arg;
  if (value === undefined) return true;
  if (value.kind === 'Integer') return value.ival === 0 ? false : value.ival === 1 ? true : undefined;
  if (value.kind === 'Boolean') return value.boolval;
  if (value.kind !== 'String') return undefined;
  const word = value.sval.toLowerCase();
  if (word === 'true' || word === 'on') return true;
  return word === 'false' || word === 'off' ? false : undefined;
}

function readFreeze(given: Given | undefined): boolean {
  if (given === undefined) return false;
  const value = readBoolean(given.option);
  if (value === undefined) throw fail('freeze requires a Boolean value', syntaxError);
  return value;
}

function readHeader(given: Given | undefined, isFrom: boolean): CopyOptions['header'] {
  if (given === undefined) return 'none';
  if (optionText(given.option).toLowerCase() === 'match') {
    if (!isFrom) throw fail('cannot use "match" with HEADER in COPY TO');
    return 'match';
  }
  const value = readBoolean(given.option);
  if (value === undefined) throw fail('header requires a Boolean value or "match"', syntaxError);
  return value ? 'write' : 'none';
}

function readColumns(given: Given | undefined, allowsStar: boolean): readonly string[] | '*' {
  const arg = given?.option.arg;
  if (given === undefined) return [];
  if (allowsStar && arg?.kind === 'A_Star') return '*';
  if (arg?.kind === 'List') return arg.items.map((item) => (item.kind === 'String' ? item.sval : ''));
  const message = `argument to option "${given.option.defname}" must be a list of column names`;
  throw fail(message, invalidParameterValue, given.position);
}

/** Names of encodings without punctuation, as PostgreSQL compares them. */
const encodings: ReadonlySet<string> = new Set(
  `abc alt big5 euccn eucjis2004 eucjp euckr euctw gb18030 gbk iso88591 iso885910 iso885913 iso885914 iso885915
  iso885916 iso88592 iso88593 iso88594 iso88595 iso88596 iso88597 iso88598 iso88599 johab koi8 koi8r koi8u latin1
  latin10 latin2 latin3 latin4 latin5 latin6 latin7 latin8 latin9 mskanji muleinternal shiftjis shiftjis2004 sjis
  sqlascii tcvn tcvn5712 uhc unicode utf8 vscii win win1250 win1251 win1252 win1253 win1254 win1255 win1256 win1257
  win1258 win866 win874 win932 win936 win949 win950 windows1250 windows1251 windows1252 windows1253 windows1254
  windows1255 windows1256 windows1257 windows1258 windows866 windows874 windows932 windows936 windows949 windows950`.split(
    /\s+/,
  ),
);

function checkEncoding(given: Given | undefined): void {
  if (given === undefined) return;
  const text = optionText(given.option);
  const name = text.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (name === 'utf8' || name === 'unicode') return;
  if (encodings.has(name)) throw notSupported(`COPY with encoding ${text}`, given.position);
  const message = 'argument to option "encoding" must be a valid encoding name';
  throw fail(message, invalidParameterValue, given.position);
}

// ---- options together

function checkBinary(given: ReadonlyMap<string, Given>, header: CopyOptions['header']): void {
  if (given.has('delimiter')) throw fail('cannot specify DELIMITER in BINARY mode', syntaxError);
  if (given.has('null')) throw fail('cannot specify NULL in BINARY mode', syntaxError);
  if (header !== 'none') throw fail('cannot specify HEADER in BINARY mode');
  if (given.has('quote')) throw fail('COPY quote available only in CSV mode');
  if (given.has('escape')) throw fail('COPY escape available only in CSV mode');
}

interface Characters {
  readonly delimiter: string;
  readonly nullText: string;
  readonly quote: string;
  readonly escape: string;
  readonly isCsv: boolean;
  readonly given: ReadonlyMap<string, Given>;
}

const isOneByte = (text: string): boolean => Buffer.byteLength(text) === 1;
const hasLineEnd = (text: string): boolean => /[\r\n]/.test(text);

/** What could be mistaken for part of an escape. */
const noTextDelimiters = '\\.abcdefghijklmnopqrstuvwxyz0123456789';

function checkCharacters({ delimiter, nullText, quote, escape, isCsv, given }: Characters): void {
  if (!isOneByte(delimiter)) throw fail('COPY delimiter must be a single one-byte character');
  if (hasLineEnd(delimiter)) throw fail('COPY delimiter cannot be newline or carriage return', invalidParameterValue);
  if (hasLineEnd(nullText)) {
    throw fail('COPY null representation cannot use newline or carriage return', invalidParameterValue);
  }
  if (!isCsv && noTextDelimiters.includes(delimiter)) {
    throw fail(`COPY delimiter cannot be "${delimiter}"`, invalidParameterValue);
  }
  if (!isCsv && given.has('quote')) throw fail('COPY quote available only in CSV mode');
  if (isCsv && !isOneByte(quote)) throw fail('COPY quote must be a single one-byte character');
  if (isCsv && delimiter === quote) throw fail('COPY delimiter and quote must be different', invalidParameterValue);
  if (!isCsv && given.has('escape')) throw fail('COPY escape available only in CSV mode');
  if (isCsv && !isOneByte(escape)) throw fail('COPY escape must be a single one-byte character');
}

function checkForced(given: ReadonlyMap<string, Given>, isCsv: boolean, isFrom: boolean): void {
  const check = (name: string, words: string, isRightWay: boolean): void => {
    if (!given.has(name)) return;
    if (!isCsv) throw fail(`COPY ${words} available only in CSV mode`);
    if (!isRightWay) throw fail(`COPY ${words} only available using COPY ${isFrom ? 'TO' : 'FROM'}`);
  };
  check('force_quote', 'force quote', !isFrom);
  check('force_not_null', 'force not null', isFrom);
  check('force_null', 'force null', isFrom);
}

function checkNullText(nullText: string, delimiter: string, quote: string | undefined): void {
  if (nullText.includes(delimiter)) throw fail('COPY delimiter must not appear in the NULL specification');
  if (quote !== undefined && nullText.includes(quote)) {
    throw fail('CSV quote character must not appear in the NULL specification');
  }
}
