/**
 * The simple query protocol: a string of statements, run one after the other, answered as a whole. Several statements in one
 * string are one transaction unless they contain transaction commands themselves.
 */
import { SqlError, sqlState } from '../common/sql-error.ts';
import { parse, parseInSlices, slicedBytesMin, type ParsedStatement } from '../parser/parse.ts';
import type { Conversation, Operation } from './conversation.ts';
import type { CachedStatement } from './plan-cache/statement-cache.ts';
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
  /** In place of the statements, when the text is a known one. */
  #cached: CachedStatement | undefined = undefined;
  #count = 0;
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
    this.#cached = undefined;
    this.#sql = buffer.utf8Slice(textStart, textEnd);
    session.query = this.#sql;
    this.#phase = 'next';
    if (textEnd - textStart >= slicedBytesMin) {
      this.#parsing = parseInSlices(Buffer.from(buffer.subarray(textStart, textEnd)));
      this.#phase = 'parsing';
    } else {
      this.#prepare(buffer, textStart, textEnd);
    }
    return this;
  }

  /** Finds the text among the known ones, or parses it. */
  #prepare(buffer: Buffer, textStart: number, textEnd: number): void {
    const { statementCache: cache, block } = this.#conversation.session;
    // A failed transaction block takes next to nothing, and must not look into the catalog.
    const isCacheable = block.state !== 'failed';
    if (isCacheable) {
      this.#conversation.session.startTransaction();
      this.#cached = cache.find(buffer, textStart, textEnd);
      if (this.#cached !== undefined) {
        this.#count = 1;
        return;
      }
    }
    this.#statements = parse(buffer.subarray(textStart, textEnd));
    this.#count = this.#statements.length;
    const [only, ...others] = this.#statements;
    if (isCacheable && only !== undefined && others.length === 0) {
      this.#cached = cache.learn(buffer, textStart, textEnd, only);
    }
  }

  step(): Progress {
    for (;;) {
      switch (this.#phase) {
        case 'parsing': {
          const step = (this.#parsing as Generator<undefined, readonly ParsedStatement[]>).next();
          if (step.done !== true) return 'yield';
          this.#statements = step.value;
          this.#count = step.value.length;
          this.#parsing = undefined;
          this.#phase = 'next';
          break;
        }
        case 'next':
          if (this.#index >= this.#count) return this.#finish();
          if (this.#cached === undefined) this.#begin(this.#statements[this.#index] as ParsedStatement);
          else this.#beginCached(this.#cached);
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
    if (this.#count > 1 && block.state === 'started') block.state = 'implicit';
    this.#portal = makePortal(session, '', prepared(), [], () => 0);
    this.#rows.begin(this.#portal);
  }

  #beginCached({ prepared, parameters }: CachedStatement): void {
    const { session } = this.#conversation;
    session.startTransaction();
    this.#portal = makePortal(session, '', prepared, parameters, () => 0);
    this.#rows.begin(this.#portal);
  }

  /** The last statement's implicit transaction ends with it; so does one after a transaction command. */
  #endsTransaction(): boolean {
    const { block } = this.#conversation.session;
    if (block.isExplicit || block.state === 'none') return false;
    return block.state === 'started' || this.#index === this.#count - 1;
  }

  #answer(): void {
    const portal = this.#portal as Portal;
    this.#portal = undefined;
    this.#rows.finish();
    portal.close();
    if (portal.tag !== '') this.#conversation.client.writer.commandComplete(portal.tag, portal.tagRows);
  }

  #finish(): Progress {
    if (this.#count === 0) this.#conversation.client.writer.emptyQueryResponse();
    this.#statements = [];
    this.#cached = undefined;
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
