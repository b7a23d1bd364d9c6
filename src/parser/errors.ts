/**
 * What the grammar refuses, as the error PostgreSQL 15 sends. The library tells message, cursor and C function; SQLSTATE,
 * hint and the few cursors that version 15 does not show are found by the message.
 */
import { type SqlErrorFields, SqlError, type SqlState, sqlState } from '../common/sql-error.ts';
import type { LibraryError } from './library.ts';

interface Rule {
  readonly message: RegExp;
  readonly sqlState?: SqlState;
  readonly hint?: string;
  readonly hidesPosition?: boolean;
  /** Only when raised by this C function. */
  readonly routine?: string;
}

/** The first rule that fits; where none does it is a plain 42601. */
const rules: readonly Rule[] = [
  { message: /^frame (start|end|starting) /, sqlState: sqlState.windowingError },
  { message: /^(precision for type float|column number) must be /, sqlState: sqlState.invalidParameterValue },
  { message: /^role name ".*" is reserved$/, sqlState: sqlState.reservedName },
  { message: / cannot be used as a role name here$/, sqlState: sqlState.reservedName },
  { message: /^invalid byte sequence for encoding /, sqlState: sqlState.characterNotInRepertoire },
  {
    message: /^invalid Unicode escape$/,
    routine: 'core_yylex',
    sqlState: sqlState.invalidEscapeSequence,
    hint: String.raw`Unicode escapes must be \uXXXX or \UXXXXXXXX.`,
  },
  { message: /^invalid Unicode escape$/, hint: String.raw`Unicode escapes must be \XXXX or \+XXXXXX.` },
  { message: /^LIMIT #,# syntax is not supported$/, hint: 'Use separate LIMIT and OFFSET clauses.' },
  { message: /^WITH TIES cannot be specified without ORDER BY clause$/, hidesPosition: true },
  { message: / cannot be marked /, sqlState: sqlState.featureNotSupported, hidesPosition: true },
  { message: /^CREATE ASSERTION is not yet implemented$/, sqlState: sqlState.featureNotSupported, hidesPosition: true },
  {
    message: /^constraints cannot be altered to be NOT VALID$/,
    sqlState: sqlState.featureNotSupported,
    hidesPosition: true,
  },
  {
    message: /^UNENCRYPTED PASSWORD is no longer supported$/,
    sqlState: sqlState.featureNotSupported,
    hint: 'Remove UNENCRYPTED to store the password in encrypted form instead.',
  },
  {
    message:
      / (not yet implemented|is not implemented|is only supported for ON DELETE actions|cannot be changed|cannot have output arguments)$/,
    sqlState: sqlState.featureNotSupported,
  },
];

export function syntaxError(error: LibraryError): SqlError {
  const rule = rules.find(
    ({ message, routine }) => message.test(error.message) && (routine === undefined || routine === error.routine),
  );
  const shown = error.position > 0 && rule?.hidesPosition !== true;
  const fields: SqlErrorFields = { hint: rule?.hint, position: shown ? error.position : undefined };
  return new SqlError(rule?.sqlState ?? sqlState.syntaxError, error.message, fields);
}

/** What any floor answers when an expression nests deeper than the stack allows. */
export function stackDepthExceeded(): SqlError {
  return new SqlError(sqlState.statementTooComplex, 'stack depth limit exceeded', {
    hint:
      'Increase the configuration parameter "max_stack_depth" (currently 2048kB), ' +
      "after ensuring the platform's stack depth limit is adequate.",
  });
}

export function statementTooLarge(bytes: number, bytesMax: number): SqlError {
  return new SqlError(sqlState.programLimitExceeded, 'statement is too large to be parsed', {
    detail: `The statement has ${bytes} bytes; ${bytesMax} are the limit, less for one of many small parts.`,
    hint: 'Use COPY to load many rows, or split the statement.',
  });
}
