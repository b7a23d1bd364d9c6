/** ISOLATION LEVEL, READ ONLY, DEFERRABLE: of BEGIN, SET TRANSACTION and SET SESSION CHARACTERISTICS. */
import { notSupported, SqlError, sqlState } from '../common/sql-error.ts';
import type { DefElem } from '../parser/syntax.ts';
import type { IsolationLevel } from '../transaction/transaction.ts';
import type { Session } from './session.ts';

/** The option's constant as text: a string, or 1 and 0 for booleans. */
export function optionText(option: DefElem): string {
  const { arg } = option;
  const value = arg?.kind === 'A_Const' ? arg.val : arg;
  switch (value?.kind) {
    case 'String':
      return value.sval;
    case 'Integer':
      return String(value.ival);
    case 'Boolean':
      return value.boolval ? 'true' : 'false';
    case 'Float':
      return value.fval;
    default:
      return '';
  }
}

function isTrue(option: DefElem): boolean {
  return ['1', 'true', 'on'].includes(optionText(option));
}

const levels: ReadonlyMap<string, IsolationLevel> = new Map([
  ['read uncommitted', 'read committed'],
  ['read committed', 'read committed'],
  ['repeatable read', 'repeatable read'],
  ['serializable', 'serializable'],
]);

/** Changes the running transaction. */
export function applyModes(session: Session, options: readonly DefElem[]): void {
  const { block } = session;
  const transaction = block.current;
  for (const option of options) {
    switch (option.defname) {
      case 'transaction_isolation':
        setIsolation(session, optionText(option));
        break;
      case 'transaction_read_only':
        setReadOnly(session, isTrue(option));
        break;
      case 'transaction_deferrable':
        transaction.deferrable = isTrue(option);
        break;
      default:
        throw notSupported(option.defname);
    }
  }
}

export function setIsolation(session: Session, text: string): void {
  const { block } = session;
  const transaction = block.current;
  const level = levels.get(text.toLowerCase());
  if (level === undefined) {
    throw new SqlError(
      sqlState.invalidParameterValue,
      `invalid value for parameter "transaction_isolation": "${text}"`,
    );
  }
  if (level === transaction.isolation) return;
  if (block.snapshotTaken) {
    throw new SqlError(
      sqlState.activeSqlTransaction,
      'SET TRANSACTION ISOLATION LEVEL must be called before any query',
    );
  }
  if (block.savepoints.length > 0) {
    throw new SqlError(
      sqlState.activeSqlTransaction,
      'SET TRANSACTION ISOLATION LEVEL must not be called in a subtransaction',
    );
  }
  transaction.isolation = level;
  if (level === 'serializable') warnSerializable(session);
}

/** Until predicate locks are there, SERIALIZABLE gives what REPEATABLE READ gives, and says so. */
export function warnSerializable(session: Session): void {
  session.notice({
    severity: 'WARNING',
    sqlState: sqlState.warning,
    message: 'transaction isolation level SERIALIZABLE is not implemented; using REPEATABLE READ',
  });
}

export function setReadOnly(session: Session, readOnly: boolean): void {
  const { block } = session;
  const transaction = block.current;
  if (transaction.readOnly && !readOnly && block.snapshotTaken) {
    throw new SqlError(sqlState.activeSqlTransaction, 'transaction read-write mode must be set before any query');
  }
  transaction.readOnly = readOnly;
}
