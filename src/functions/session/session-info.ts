/** Who, where and when: facts about the session and its clocks, its settings and sequences. */
import type { Oid } from '../../common/ids.ts';
import { SqlError } from '../../common/sql-error.ts';
import { arrayOf } from '../../types/array.ts';
import { ArrayValue } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import { typeOid } from '../../types/oids.ts';
import type { EvalContext } from '../eval-context.ts';
import type { CallTypes, FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';

const currentUser: Kernel = (_args, context) => context.session.currentUser;

const sessionFacts: readonly FunctionEntry[] = [
  scalar(745, 'current_user() name stable', currentUser),
  scalar(710, 'getpgusername() name stable', currentUser),
  scalar(746, 'session_user() name stable', (_args, context) => context.session.sessionUser),
  scalar(861, 'current_database() name stable', (_args, context) => context.session.database),
  scalar(1402, 'current_schema() name stable', (_args, context) => context.session.searchPath(false)[0] ?? null),
  scalar(1403, 'current_schemas(bool) name[] stable', (args, context) =>
    arrayOf(typeOid.name, context.session.searchPath(args[0] as boolean)),
  ),
  scalar(89, 'version() text stable', (_args, context) => context.session.serverVersion),
  scalar(2026, 'pg_backend_pid() int4 stable', (_args, context) => context.session.backendPid),
  scalar(2197, 'inet_client_port() int4 stable nullable', (_args, context) => context.session.clientPort ?? null),
  scalar(2199, 'inet_server_port() int4 stable nullable', (_args, context) => context.session.serverPort ?? null),
  scalar(2560, 'pg_postmaster_start_time() timestamptz stable', (_args, context) => context.session.startTime),
];

const transactionTime: Kernel = (_args, context) => context.transactionTimestamp();

const clocks: readonly FunctionEntry[] = [
  scalar(1299, 'now() timestamptz stable', transactionTime),
  scalar(2647, 'transaction_timestamp() timestamptz stable', transactionTime),
  scalar(2648, 'statement_timestamp() timestamptz stable', (_args, context) => context.statementTimestamp()),
  scalar(2649, 'clock_timestamp() timestamptz volatile', (_args, context) => context.clockTimestamp()),
];

function showSetting(context: EvalContext, name: string, missingOk: boolean): Datum {
  const value = context.settings.show(name);
  if (value === undefined && !missingOk) {
    throw new SqlError('42704', `unrecognized configuration parameter "${name}"`);
  }
  return value ?? null;
}

/** A NULL value resets the setting: the empty text stands for that, as in PostgreSQL. */
function setSetting(args: readonly Datum[], context: EvalContext): Datum {
  if (args[0] === null) throw new SqlError('22004', 'SET requires parameter name');
  return context.settings.set(args[0] as string, (args[1] as string | null) ?? '', args[2] === true);
}

const settings: readonly FunctionEntry[] = [
  scalar(2077, 'current_setting(text) text stable', (args, context) => showSetting(context, args[0] as string, false)),
  scalar(3294, 'current_setting(text, bool) text stable', (args, context) =>
    showSetting(context, args[0] as string, args[1] as boolean),
  ),
  scalar(2078, 'set_config(text, text, bool) text volatile nullable', setSetting),
];

function setSequence(args: readonly Datum[], context: EvalContext, isCalled: boolean): Datum {
  context.sequences.set(args[0] as Oid, args[1] as number | bigint, isCalled);
  return args[1] as Datum;
}

const sequences: readonly FunctionEntry[] = [
  scalar(1574, 'nextval(regclass) int8 volatile', (args, context) => context.sequences.next(args[0] as Oid)),
  scalar(1575, 'currval(regclass) int8 volatile', (args, context) => context.sequences.current(args[0] as Oid)),
  scalar(2559, 'lastval() int8 volatile', (_args, context) => context.sequences.last()),
  scalar(1576, 'setval(regclass, int8) int8 volatile', (args, context) => setSequence(args, context, true)),
  scalar(1765, 'setval(regclass, int8, bool) int8 volatile', (args, context) =>
    setSequence(args, context, args[2] as boolean),
  ),
];

/** The encodings by pg_enc number that a client may meet here. */
const encodingNames: ReadonlyMap<number, string> = new Map([
  [0, 'SQL_ASCII'],
  [6, 'UTF8'],
  [8, 'LATIN1'],
]);

const encodingNumbers: ReadonlyMap<string, number> = new Map([
  ['sqlascii', 0],
  ['utf8', 6],
  ['unicode', 6],
  ['latin1', 8],
  ['iso88591', 8],
]);

const encodings: readonly FunctionEntry[] = [
  scalar(
    810,
    'pg_client_encoding() name stable',
    (_args, context) => context.settings.show('client_encoding') ?? 'UTF8',
  ),
  scalar(1039, 'getdatabaseencoding() name stable', () => 'UTF8'),
  scalar(1597, 'pg_encoding_to_char(int4) name stable', (args) => encodingNames.get(args[0] as number) ?? ''),
  scalar(1264, 'pg_char_to_encoding(name) int4 stable', (args) => {
    const key = (args[0] as string).toLowerCase().replace(/[^a-z0-9]/g, '');
    return encodingNumbers.get(key) ?? -1;
  }),
  scalar(2319, 'pg_encoding_max_length(int4) int4', (args) => {
    if (args[0] === 6) return 4;
    return encodingNames.has(args[0] as number) ? 1 : null;
  }),
];

function countNulls(args: readonly Datum[], call: CallTypes): { nulls: number; others: number } | undefined {
  let values = args;
  if (call.variadicArray === true) {
    if (!(args[0] instanceof ArrayValue)) return undefined;
    values = args[0].elements;
  }
  const nulls = values.filter((value) => value === null).length;
  return { nulls, others: values.length - nulls };
}

const aboutArguments: readonly FunctionEntry[] = [
  scalar(1619, 'pg_typeof(any) regtype stable nullable', (_args, _context, call) => call.argTypes[0] ?? 0),
  scalar(438, 'num_nulls(variadic any) int4 nullable', (args, _context, call) => countNulls(args, call)?.nulls ?? null),
  scalar(
    440,
    'num_nonnulls(variadic any) int4 nullable',
    (args, _context, call) => countNulls(args, call)?.others ?? null,
  ),
];

export const sessionFunctions: readonly FunctionEntry[] = [
  ...sessionFacts,
  ...clocks,
  ...settings,
  ...sequences,
  ...encodings,
  ...aboutArguments,
];
