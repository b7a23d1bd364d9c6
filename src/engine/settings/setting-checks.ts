/** Settings whose text has a meaning of its own: what is accepted, and the canonical form it is kept in. */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import { findTimeZone } from '../../types/zone-names.ts';
import type { IoContext } from '../../types/type-handler.ts';

type Check = (text: string, current: string) => string;

function refused(name: string, text: string, detail?: string): SqlError {
  return new SqlError(sqlState.invalidParameterValue, `invalid value for parameter "${name}": "${text}"`, { detail });
}

const styles: ReadonlyMap<string, IoContext['dateStyle']> = new Map([
  ['iso', 'ISO'],
  ['sql', 'SQL'],
  ['postgres', 'Postgres'],
  ['german', 'German'],
]);

const orders: ReadonlyMap<string, IoContext['dateOrder']> = new Map([
  ['ymd', 'YMD'],
  ['dmy', 'DMY'],
  ['euro', 'DMY'],
  ['european', 'DMY'],
  ['mdy', 'MDY'],
  ['us', 'MDY'],
  ['noneuro', 'MDY'],
  ['noneuropean', 'MDY'],
]);

export function splitDateStyle(text: string): {
  readonly style: IoContext['dateStyle'];
  readonly order: IoContext['dateOrder'];
} {
  const [style = 'ISO', order = 'MDY'] = text.split(', ') as [IoContext['dateStyle'], IoContext['dateOrder']];
  return { style, order };
}

/** Any of the style and the order may be left out: it then stays; German brings its own order. */
function checkDateStyle(text: string, current: string): string {
  let { style, order } = splitDateStyle(current);
  let orderGiven = false;
  for (const word of text.toLowerCase().split(',')) {
    const key = word.trim();
    if (key === '') continue;
    if (key === 'default') return 'ISO, MDY';
    const newStyle = styles.get(key);
    const newOrder = orders.get(key);
    if (newStyle !== undefined) {
      style = newStyle;
      if (newStyle === 'German' && !orderGiven) order = 'DMY';
    } else if (newOrder !== undefined) {
      order = newOrder;
      orderGiven = true;
    } else {
      throw refused('DateStyle', text, `Unrecognized key word: "${key}".`);
    }
  }
  return `${style}, ${order}`;
}

function checkTimeZone(text: string): string {
  const zone = findTimeZone(text);
  if (zone === undefined) throw refused('TimeZone', text);
  return zone.name;
}

const utf8Names = new Set(['utf8', 'unicode']);

function checkClientEncoding(text: string): string {
  const name = text.toLowerCase().replace(/[^a-z0-9]/g, '');
  if (utf8Names.has(name)) return 'UTF8';
  if (name === 'sqlascii') return 'SQL_ASCII';
  throw new SqlError(
    /^[a-z0-9]+$/.test(name) && knownEncodings.has(name)
      ? sqlState.featureNotSupported
      : sqlState.invalidParameterValue,
    knownEncodings.has(name)
      ? `conversion between ${text.toUpperCase()} and UTF8 is not supported`
      : `invalid value for parameter "client_encoding": "${text}"`,
  );
}

const knownEncodings = new Set(
  'latin1 latin2 latin9 iso88591 iso885915 win1250 win1251 win1252 euc_jp eucjp sjis big5 gbk koi8r windows1252'.split(
    ' ',
  ),
);

function mustStayOn(name: string): Check {
  return (text) => {
    if (text === 'on') return text;
    throw new SqlError(sqlState.featureNotSupported, `${name} off is not supported`);
  };
}

/** By setting name in lower case. Text is the formatted value. */
const checks: ReadonlyMap<string, Check> = new Map([
  ['datestyle', checkDateStyle],
  ['timezone', checkTimeZone],
  ['client_encoding', checkClientEncoding],
  ['standard_conforming_strings', mustStayOn('standard_conforming_strings')],
  [
    'default_table_access_method',
    (text): string => {
      if (text === 'heap') return text;
      throw refused('default_table_access_method', text, `Table access method "${text}" does not exist.`);
    },
  ],
]);

export function checkedText(name: string, text: string, current: string): string {
  return checks.get(name.toLowerCase())?.(text, current) ?? text;
}
