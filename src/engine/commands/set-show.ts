/** SET, RESET, SHOW. */
import { notSupported, SqlError, sqlState } from '../../common/sql-error.ts';
import type { DefElem, Node } from '../../parser/syntax.ts';
import type { VariableSetStmt, VariableShowStmt } from '../../parser/utility-syntax.ts';
import { quoteIdentifier } from '../../functions/quoting.ts';
import { typeOid } from '../../types/oids.ts';
import type { Session } from '../session.ts';
import { unknownSetting } from '../settings/session-settings.ts';
import { applyModes, optionText, setIsolation, setReadOnly } from '../transaction-modes.ts';
import type { CommandResult, ResultColumn } from './command.ts';

const listSettings: ReadonlySet<string> = new Set(['search_path', 'datestyle', 'temp_tablespaces']);

export function setVariable(session: Session, statement: VariableSetStmt, sql: string): CommandResult {
  const { subkind, is_local: isLocal } = statement;
  const name = aliases.get(statement.name.toLowerCase()) ?? statement.name;
  switch (subkind) {
    case 'VAR_RESET_ALL':
      session.settings.resetAll();
      return { tag: 'RESET' };
    case 'VAR_RESET':
      resetOne(session, name, false);
      return { tag: 'RESET' };
    case 'VAR_SET_DEFAULT':
      resetOne(session, name, isLocal);
      return { tag: 'SET' };
    case 'VAR_SET_CURRENT':
      session.setSetting(name, session.showSetting(name) ?? '', isLocal);
      return { tag: 'SET' };
    case 'VAR_SET_MULTI':
      setMany(session, statement);
      return { tag: 'SET' };
    case 'VAR_SET_VALUE':
      if (isLocal) warnOutsideBlock(session, 'SET LOCAL');
      setOne(session, name, valueText(name, statement.args, sql), isLocal);
      return { tag: 'SET' };
  }
}

const aliases: ReadonlyMap<string, string> = new Map([
  ['time zone', 'TimeZone'],
  ['names', 'client_encoding'],
]);

function setOne(session: Session, name: string, text: string, isLocal: boolean): void {
  switch (name.toLowerCase()) {
    case 'transaction_isolation':
      setIsolation(session, text);
      return;
    case 'transaction_read_only':
      setReadOnly(session, ['on', 'true', '1', 'yes'].includes(text.toLowerCase()));
      return;
    case 'role':
      session.setRole(text, isLocal);
      return;
    case 'session_authorization':
      session.setSessionAuthorization(text);
      return;
    default:
      session.setSetting(name, text, isLocal);
  }
}

function resetOne(session: Session, name: string, isLocal: boolean): void {
  switch (name.toLowerCase()) {
    case 'role':
      session.setRole('none', isLocal);
      return;
    case 'session_authorization':
      session.setSessionAuthorization(session.authenticatedUser);
      return;
    default:
      session.settings.reset(name, isLocal);
  }
}

/** SET TRANSACTION, SET SESSION CHARACTERISTICS AS TRANSACTION. */
function setMany(session: Session, { name, args }: VariableSetStmt): void {
  const options = args.filter((arg): arg is DefElem => arg.kind === 'DefElem');
  if (name === 'TRANSACTION') {
    warnOutsideBlock(session, 'SET TRANSACTION');
    applyModes(session, options);
    return;
  }
  if (name !== 'SESSION CHARACTERISTICS') throw notSupported(`SET ${name}`);
  for (const option of options) session.setSetting(`default_${option.defname}`, onOff(optionText(option)), false);
}

function onOff(text: string): string {
  return text === '1' ? 'on' : text === '0' ? 'off' : text;
}

function warnOutsideBlock(session: Session, command: string): void {
  if (session.block.isExplicit || session.block.state === 'implicit') return;
  const message = `${command} can only be used in transaction blocks`;
  session.notice({ severity: 'WARNING', sqlState: sqlState.noActiveSqlTransaction, message });
}

/** Lists (search_path) are kept as SQL text with quotes where needed; anything else takes one value. */
function valueText(name: string, args: readonly Node[], sql: string): string {
  const values = args.map((arg) => constantText(arg, sql));
  if (listSettings.has(name.toLowerCase())) {
    if (name.toLowerCase() !== 'search_path') return values.join(', ');
    return values.map((value) => (value === '' ? '""' : quoteIdentifier(value))).join(', ');
  }
  if (values.length > 1) throw new SqlError(sqlState.invalidParameterValue, `SET ${name} takes only one argument`);
  return values[0] as string;
}

function constantText(arg: Node, sql: string): string {
  if (arg.kind === 'TypeCast') return intervalText(arg.arg, sql);
  if (arg.kind !== 'A_Const') throw notSupported('SET of an expression');
  const { val } = arg;
  switch (val.kind) {
    case 'String':
      return val.sval;
    case 'Integer':
      return String(val.ival);
    case 'Float':
      return val.fval;
    case 'Boolean':
      return val.boolval ? 'true' : 'false';
    default:
      throw notSupported('SET of such a constant');
  }
}

/** SET TIME ZONE INTERVAL '+02:00' HOUR TO MINUTE. */
function intervalText(arg: Node, sql: string): string {
  const text = constantText(arg, sql);
  const match = /^\s*([+-]?)(\d{1,2})(?::?(\d{2}))?\s*$/.exec(text);
  if (match === null) throw notSupported('SET TIME ZONE with such an interval');
  const [, sign, hours, minutes = '00'] = match as unknown as [string, string, string, string?];
  // POSIX zones count west of Greenwich.
  return `<${sign === '-' ? '-' : '+'}${hours.padStart(2, '0')}${minutes === '00' ? '' : `:${minutes}`}>${sign === '-' ? '+' : '-'}${hours.padStart(2, '0')}${minutes === '00' ? '' : `:${minutes}`}`;
}

export function showColumns(session: Session, statement: VariableShowStmt): readonly ResultColumn[] {
  if (statement.name.toLowerCase() === 'all') {
    return ['name', 'setting', 'description'].map((name) => ({ name, type: typeOid.text }));
  }
  const name = aliases.get(statement.name.toLowerCase()) ?? statement.name;
  return [{ name: shownName(session, name), type: typeOid.text }];
}

function shownName(session: Session, name: string): string {
  const known = session.settings.list().find(({ setting }) => setting.name.toLowerCase() === name.toLowerCase());
  return known?.setting.name ?? name;
}

export function showVariable(session: Session, statement: VariableShowStmt): CommandResult {
  if (statement.name.toLowerCase() === 'all') {
    const rows = session.settings
      .list()
      .map(({ setting }) => [setting.name, session.showSetting(setting.name) ?? '', setting.description]);
    return { tag: 'SHOW', rows };
  }
  const name = aliases.get(statement.name.toLowerCase()) ?? statement.name;
  const value = session.showSetting(name);
  if (value === undefined) throw unknownSetting(name);
  return { tag: 'SHOW', rows: [[value]] };
}
