/** Functions that build text out of values of any type: concat, concat_ws, format, and quoting. */
import type { Oid } from '../../common/ids.ts';
import { SqlError } from '../../common/sql-error.ts';
import { arrayOf } from '../../types/array.ts';
import { ArrayValue } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import { parseInt32 } from '../../types/integer.ts';
import { typeOid } from '../../types/oids.ts';
import { truncateName } from '../../types/text.ts';
import type { IoContext } from '../../types/type-handler.ts';
import { characterCount } from '../../types/utf8.ts';
import type { CallTypes, FunctionEntry } from '../function.ts';
import { scalar } from '../define.ts';
import { quoteIdentifier, quoteLiteral } from '../quoting.ts';
import { castToText, outputText } from '../text-output.ts';

/** The arguments of a variadic "any" function from `first` on; undefined if called VARIADIC with a NULL array. */
function variadicValues(
  args: readonly Datum[],
  call: CallTypes,
  first: number,
): { values: readonly Datum[]; types: readonly Oid[] } | undefined {
  if (call.variadicArray !== true) return { values: args.slice(first), types: call.argTypes.slice(first) };
  const array = args[first];
  if (!(array instanceof ArrayValue)) return undefined;
  return { values: array.elements, types: array.elements.map(() => array.elementType) };
}

/** The values that are not NULL, as text, with a separator between. */
function joinValues(
  list: { values: readonly Datum[]; types: readonly Oid[] },
  separator: string,
  io: IoContext,
): string {
  const texts: string[] = [];
  list.values.forEach((value, index) => {
    if (value !== null) texts.push(outputText(value, list.types[index] ?? typeOid.text, io));
  });
  return texts.join(separator);
}

function formatError(message: string, hint?: string): SqlError {
  return new SqlError('22023', message, { hint });
}

/** %[position$][flags][width]type, the pieces optional; width may be * or *position$. */
const specifier = /%(?:%|(?:(\d+)\$)?(-*)(\*(?:(\d+)\$)?|\d+)?(.)?)/gsu;

interface FormatArguments {
  readonly values: readonly Datum[];
  readonly types: readonly Oid[];
  readonly io: IoContext;
}

/** format(): %s plain, %I quoted as an identifier, %L as a literal. */
function formatText(template: string, list: FormatArguments): string {
  let next = 0;
  const take = (position: string | undefined): number => {
    const index = position === undefined ? next : Number(position) - 1;
    if (position !== undefined && index < 0) {
      throw formatError('format specifies argument 0, but arguments are numbered from 1');
    }
    if (index >= list.values.length) throw formatError('too few arguments for format()');
    next = index + 1;
    return index;
  };
  return template.replace(specifier, (whole: string, ...groups: unknown[]) => {
    const [position, flags, widthText, widthPosition, type] = groups as (string | undefined)[];
    if (whole === '%%') return '%';
    let width = 0;
    if (widthText?.startsWith('*') === true) width = widthArgument(list.values[take(widthPosition)]);
    else if (widthText !== undefined) width = Number(widthText);
    if (type === undefined) throw formatError('unterminated format() type specifier', percentHint);
    if (!'sIL'.includes(type)) throw formatError(`unrecognized format() type specifier "${type}"`, percentHint);
    const index = take(position);
    const text = conversion(type, list.values[index] ?? null, list.types[index] ?? typeOid.text, list.io);
    return padTo(text, width, (flags ?? '') !== '');
  });
}

const percentHint = 'For a single "%" use "%%".';

function widthArgument(value: Datum | undefined): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'number') return value;
  return parseInt32(String(value), -2147483648, 2147483647, 'integer');
}

function conversion(type: string, value: Datum, valueType: Oid, io: IoContext): string {
  if (value === null) {
    if (type === 'I') throw new SqlError('22004', 'null values cannot be formatted as an SQL identifier');
    return type === 'L' ? 'NULL' : '';
  }
  const text = outputText(value, valueType, io);
  if (type === 'I') return quoteIdentifier(text);
  return type === 'L' ? quoteLiteral(text) : text;
}

/** A negative width pads on the right, like the flag. */
function padTo(text: string, width: number, alignLeft: boolean): string {
  const missing = Math.abs(width) - characterCount(text);
  if (missing <= 0) return text;
  return alignLeft || width < 0 ? text + ' '.repeat(missing) : ' '.repeat(missing) + text;
}

function invalidIdentifier(text: string, detail?: string): SqlError {
  return new SqlError('22023', `string is not a valid identifier: "${text}"`, { detail });
}

const identifierPart = /^\s*(?:"((?:[^"]|"")*)"|([\p{L}_][\p{L}\p{N}_$]*))\s*/u;

/** A dotted name in parts, folded to lower case unless quoted. What follows is an error only if `strict`. */
function parseIdentifier(text: string, strict: boolean): string[] {
  const parts: string[] = [];
  let rest = text;
  for (;;) {
    const match = identifierPart.exec(rest);
    if (match === null) throw invalidIdentifier(text, missingIdentifier(rest, parts.length > 0));
    const [whole, quoted, plain] = match;
    if (quoted === '') throw invalidIdentifier(text, 'Quoted identifier must not be empty.');
    parts.push(truncateName(quoted === undefined ? (plain as string).toLowerCase() : quoted.replaceAll('""', '"')));
    rest = rest.slice(whole.length);
    if (!rest.startsWith('.')) break;
    rest = rest.slice(1);
  }
  if (rest !== '' && strict) throw invalidIdentifier(text);
  return parts;
}

function missingIdentifier(rest: string, afterDot: boolean): string | undefined {
  const next = rest.trimStart();
  if (next.startsWith('"')) return 'String has unclosed double quotes.';
  if (next.startsWith('.')) return 'No valid identifier before ".".';
  return afterDot ? 'No valid identifier after ".".' : undefined;
}

export const textBuildingFunctions: readonly FunctionEntry[] = [
  scalar(
    1268,
    'parse_ident(str text, strict bool) text[]',
    (args) => arrayOf(typeOid.text, parseIdentifier(args[0] as string, args[1] as boolean)),
    { defaults: [true] },
  ),
  scalar(3058, 'concat(variadic any) text stable nullable', (args, context, call) => {
    const list = variadicValues(args, call, 0);
    return list === undefined ? null : joinValues(list, '', context.io);
  }),
  scalar(3059, 'concat_ws(text, variadic any) text stable nullable', (args, context, call) => {
    const list = variadicValues(args, call, 1);
    return list === undefined || args[0] === null ? null : joinValues(list, args[0] as string, context.io);
  }),
  scalar(3539, 'format(text, variadic any) text stable nullable', (args, context, call) => {
    if (args[0] === null) return null;
    const list = variadicValues(args, call, 1) ?? { values: [], types: [] };
    return formatText(args[0] as string, { ...list, io: context.io });
  }),
  scalar(3540, 'format(text) text stable nullable', (args, context) =>
    args[0] === null ? null : formatText(args[0] as string, { values: [], types: [], io: context.io }),
  ),
  scalar(1282, 'quote_ident(text) text', (args) => quoteIdentifier(args[0] as string)),
  scalar(1283, 'quote_literal(text) text', (args) => quoteLiteral(args[0] as string)),
  scalar(1285, 'quote_literal(anyelement) text stable', (args, context, call) =>
    quoteLiteral(castToText(args[0] as Datum, call.argTypes[0] ?? typeOid.text, context.io)),
  ),
  scalar(1289, 'quote_nullable(text) text nullable', (args) =>
    args[0] === null ? 'NULL' : quoteLiteral(args[0] as string),
  ),
  scalar(1290, 'quote_nullable(anyelement) text stable nullable', (args, context, call) =>
    args[0] === null
      ? 'NULL'
      : quoteLiteral(castToText(args[0] as Datum, call.argTypes[0] ?? typeOid.text, context.io)),
  ),
];
