/** BEGIN, COMMIT, ROLLBACK and savepoints. Not async functions: they are part of the shortest transactions there are. */
import { notSupported, SqlError, sqlState } from '../common/sql-error.ts';
import { statementName } from '../parser/statement-name.ts';
import type { TransactionStmt } from '../parser/utility-syntax.ts';
import type { RunProgress } from './plan-run.ts';
import type { Portal } from './portal.ts';
import type { PreparedStatement } from './prepared-statement.ts';
import type { Progress } from './scheduler.ts';
import type { Session } from './session.ts';
import { applyModes } from './transaction-modes.ts';
import type { TransactionModes } from './transaction-block.ts';

export class TransactionPortal implements Portal {
  readonly name: string;
  readonly prepared: PreparedStatement;
  readonly handlers: readonly never[] = [];
  readonly formats: readonly never[] = [];
  readonly tagRows = -1;
  tag = '';
  readonly #session: Session;
  readonly #statement: TransactionStmt;
  /** What ends the transaction, once that has begun. */
  #ending: 'commit' | 'rollback' | undefined = undefined;
  #chainModes: TransactionModes | undefined = undefined;

  constructor(session: Session, name: string, prepared: PreparedStatement, statement: TransactionStmt) {
    this.#session = session;
    this.name = name;
    this.prepared = prepared;
    this.#statement = statement;
  }

  fields(): undefined {
    return undefined;
  }

  run(): RunProgress {
    if (this.#ending !== undefined) return this.#end();
    const { subkind } = this.#statement;
    this.tag = statementName(this.#statement);
    switch (subkind) {
      case 'TRANS_STMT_BEGIN':
      case 'TRANS_STMT_START':
        this.#begin();
        return 'done';
      case 'TRANS_STMT_COMMIT':
        return this.#commit();
      case 'TRANS_STMT_ROLLBACK':
        return this.#rollback();
      case 'TRANS_STMT_SAVEPOINT':
        this.#session.block.defineSavepoint(this.#savepoint);
        return 'done';
      case 'TRANS_STMT_RELEASE':
        this.#session.block.releaseSavepoint(this.#savepoint);
        return 'done';
      case 'TRANS_STMT_ROLLBACK_TO':
        return this.#rollbackTo();
      default:
        throw notSupported(statementName(this.#statement));
    }
  }

  get #savepoint(): string {
    return this.#statement.savepoint_name ?? '';
  }

  #begin(): void {
    const { block } = this.#session;
    if (block.state === 'block') {
      this.#warn(sqlState.activeSqlTransaction, 'there is already a transaction in progress');
    }
    block.state = 'block';
    applyModes(this.#session, this.#statement.options);
  }

  #commit(): RunProgress {
    const { block } = this.#session;
    switch (block.state) {
      case 'block':
        return this.#startEnding('commit');
      case 'failed':
        this.tag = 'ROLLBACK';
        return this.#startEnding('rollback');
      default:
        this.#noTransaction('COMMIT');
        return block.state === 'implicit' ? this.#startEnding('commit') : 'done';
    }
  }

  #rollback(): RunProgress {
    if (this.#session.block.isExplicit) return this.#startEnding('rollback');
    this.#noTransaction('ROLLBACK');
    return this.#startEnding('rollback');
  }

  #noTransaction(command: string): void {
    if (this.#statement.chain) {
      throw new SqlError(
        sqlState.noActiveSqlTransaction,
        `${command} AND CHAIN can only be used in transaction blocks`,
      );
    }
    this.#warn(sqlState.noActiveSqlTransaction, 'there is no transaction in progress');
  }

  #startEnding(how: 'commit' | 'rollback'): RunProgress {
    const { transaction, state } = this.#session.block;
    if (this.#statement.chain && state === 'failed') {
      // What a failed transaction had set is gone with it.
      this.#chainModes = this.#session.defaultModes();
    } else if (this.#statement.chain && transaction !== undefined) {
      const { isolation, readOnly, deferrable } = transaction;
      this.#chainModes = { isolation, readOnly, deferrable };
    }
    this.#ending = how;
    return this.#end();
  }

  #end(): Progress {
    const session = this.#session;
    const progress = this.#ending === 'commit' ? session.commit() : session.block.rollBack(session);
    if (progress === 'done' && this.#chainModes !== undefined) session.chain(this.#chainModes);
    return progress;
  }

  #rollbackTo(): RunProgress {
    const session = this.#session;
    const progress = session.block.rollbackTo(this.#savepoint, session);
    if (progress === 'done') session.rolledBackToSavepoint();
    return progress;
  }

  #warn(state: string, message: string): void {
    this.#session.notice({ severity: 'WARNING', sqlState: state, message });
  }

  close(): void {}
}
