/**
 * The simple query protocol: a string of statements, run one after the other, answered as a whole. Several statements in one
 * string are one transaction unless they contain transaction commands themselves.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { parse, parseInSlices, slicedBytesMin, type ParsedStatement } from '../parser/parse.ts';
import type { Conversation, Operation } from './conversation.ts';
import type { Portal } from './portal.ts';
import { makePortal } from './make-portal.ts';
import { PreparedStatement } from './prepared-statement.ts';
import { DescribedRows } from './described-rows.ts';
import type { Progress } from './scheduler.ts';

type Phase = 'parsing' | 'next' | 'running' | 'committing' | 'answering';

export class SimpleQuery implements Operation {
  readonly isExtended = false;
  readonly #conversation: Conversation;
  readonly #rows: DescribedRows;
  #phase: Phase = 'next';
  #parsing: Generator<undefined, readonly ParsedStatement[]> | undefined = undefined;
  #sql = '';
  #statements: readonly ParsedStatement[] = [];
  #index = 0;
  #portal: Portal | undefined = undefined;

  constructor(conversation: Conversation) {
    this.#conversation = conversation;
    this.#rows = new DescribedRows(conversation.client, () => conversation.session.io);
  }

  start(buffer: Buffer, textStart: number, textEnd: number): this {
    const { session } = this.#conversation;
    this.#index = 0;
    this.#statements = [];
    if (textEnd - textStart >= slicedBytesMin) {
      const bytes = Buffer.from(buffer.subarray(textStart, textEnd));
      this.#sql = bytes.utf8Slice();
      this.#parsing = parseInSlices(bytes);
      this.#phase = 'parsing';
    } else {
      const bytes = buffer.subarray(textStart, textEnd);
      this.#sql = bytes.utf8Slice();
      session.query = this.#sql;
      this.#statements = parse(bytes);
      this.#phase = 'next';
    }
    session.query = this.#sql;
    return this;
  }

  step(): Progress {
    for (;;) {
      switch (this.#phase) {
        case 'parsing': {
          const step = (this.#parsing as Generator<undefined, readonly ParsedStatement[]>).next();
          if (step.done !== true) return 'yield';
          this.#statements = step.value;
          this.#parsing = undefined;
          this.#phase = 'next';
          break;
        }
        case 'next':
          if (this.#index >= this.#statements.length) return this.#finish();
          this.#begin(this.#statements[this.#index] as ParsedStatement);
          this.#phase = 'running';
          break;
        case 'running': {
          const progress = (this.#portal as Portal).run(Infinity, this.#rows);
          if (progress === 'yield' || progress === 'wait') return progress;
          this.#phase = this.#endsTransaction() ? 'committing' : 'answering';
          break;
        }
        case 'committing': {
          const progress = this.#conversation.session.commit();
          if (progress !== 'done') return progress;
          this.#phase = 'answering';
          break;
        }
        case 'answering':
          this.#answer();
          this.#index++;
          this.#phase = 'next';
          if (this.#conversation.session.sliceOver()) return 'yield';
      }
    }
  }

  #begin(parsed: ParsedStatement): void {
    const { session } = this.#conversation;
    const { statement } = parsed;
    const { block } = session;
    const prepared = (): PreparedStatement =>
      new PreparedStatement(session, '', this.#sql, statement, [], { parametersAllowed: false, fromSql: false });
    if (block.state === 'failed' && !isExit(statement)) throw inFailedTransaction();
    session.startTransaction();
    if (this.#statements.length > 1 && block.state === 'started') block.state = 'implicit';
    this.#portal = makePortal(session, '', prepared(), [], () => 0);
    this.#rows.begin(this.#portal);
  }

  /** The last statement's implicit transaction ends with it; so does one after a transaction command. */
  #endsTransaction(): boolean {
    const { block } = this.#conversation.session;
    if (block.isExplicit || block.state === 'none') return false;
    return block.state === 'started' || this.#index === this.#statements.length - 1;
  }

  #answer(): void {
    const portal = this.#portal as Portal;
    this.#portal = undefined;
    this.#rows.finish();
    portal.close();
    if (portal.tag !== '') this.#conversation.client.writer.commandComplete(portal.tag, portal.tagRows);
  }

  #finish(): Progress {
    if (this.#statements.length === 0) this.#conversation.client.writer.emptyQueryResponse();
    this.#statements = [];
    this.#conversation.ready();
    return 'done';
  }

  abandon(): void {
    this.#portal?.close();
    this.#portal = undefined;
    this.#parsing = undefined;
    this.#statements = [];
  }
}

export function inFailedTransaction(): SqlError {
  return new SqlError(
    sqlState.inFailedSqlTransaction,
    'current transaction is aborted, commands ignored until end of transaction block',
  );
}

function isExit(statement: ParsedStatement['statement']): boolean {
  return (
    statement.kind === 'TransactionStmt' &&
    ['TRANS_STMT_COMMIT', 'TRANS_STMT_ROLLBACK', 'TRANS_STMT_ROLLBACK_TO', 'TRANS_STMT_PREPARE'].includes(
      statement.subkind,
    )
  );
}
