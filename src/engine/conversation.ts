/**
 * The protocol's side of a session, as a task: takes message after message, runs what it asks for, and answers. One message is
 * handled at a time; an *operation* is a message that takes longer, and is stepped until it is done.
 *
 *   message ─▶ answered at once, or operation ─▶ step … step ─▶ done
 *      an error anywhere ─▶ ErrorResponse ─▶ the transaction is undone as far as need be (recovering)
 *          ─▶ simple protocol: ReadyForQuery; extended: messages are skipped until Sync
 */
import { InvariantError } from '../common/assert.ts';
import { SqlError, sqlState, type Notice } from '../common/sql-error.ts';
import { FrameReader } from '../protocol/frames.ts';
import { FrontendDecoder } from '../protocol/frontend.ts';
import { frontendMessage } from '../protocol/message-types.ts';
import { stackDepthExceeded } from '../parser/errors.ts';
import { FatalIoError } from '../storage/disk.ts';
import { type Client, flushBytes } from './client.ts';
import { CopyMessages } from './copy/copy-messages.ts';
import { nowMicros } from './clock.ts';
import { ExtendedQuery } from './extended-query.ts';
import type { Instance } from './instance.ts';
import type { Progress, Task } from './scheduler.ts';
import { Session, type SessionStart } from './session.ts';
import { SimpleQuery } from './simple-query.ts';

export interface Operation {
  step(): Progress;
  /** Gives up after an error: frees what it holds. */
  abandon(): void;
  /** Whether its failure makes the server skip messages until Sync. */
  readonly isExtended: boolean;
}

/** Severities below client_min_messages are not sent. */
const severityRank: Readonly<Record<string, number>> = { DEBUG: 1, LOG: 2, NOTICE: 3, WARNING: 4, INFO: 9 };
const minimumRank: Readonly<Record<string, number>> = { log: 2, notice: 3, warning: 4, error: 5 };

export class Conversation implements Task {
  queued = false;
  readonly session: Session;
  readonly client: Client;
  readonly reader: FrameReader;
  readonly decoder = new FrontendDecoder();
  readonly #instance: Instance;
  readonly #simple: SimpleQuery;
  readonly #extended: ExtendedQuery;
  #operation: Operation | undefined = undefined;
  #recovering = false;
  #readyAfterRecovery = false;
  #skipToSync = false;
  #isRunning = false;
  #awaitsInput = false;
  #isOver = false;
  #ending: 'no' | 'rolling back' = 'no';
  #idleTimer: NodeJS.Timeout | undefined = undefined;
  readonly #onEnd: () => void;

  /** `reader` may hold messages already; `onEnd` is called once, when nothing of the session is left. */
  constructor(
    instance: Instance,
    client: Client,
    reader: FrameReader,
    start: Omit<SessionStart, 'notice' | 'wake' | 'client' | 'copyInput'>,
    onEnd: () => void,
  ) {
    this.#instance = instance;
    this.client = client;
    this.reader = reader;
    this.#onEnd = onEnd;
    const notice = (each: Notice): void => this.#notice(each);
    const wake = (): void => instance.scheduler.wake(this);
    const copyInput = new CopyMessages(reader, this.decoder, () => this.#awaitInput());
    this.session = new Session(instance, { ...start, notice, wake, client, copyInput });
    this.#simple = new SimpleQuery(this);
    this.#extended = new ExtendedQuery(this);
  }

  /** Nothing is being worked on and nothing is to be read: what an idle session is. */
  get isIdle(): boolean {
    return this.#operation === undefined && !this.#recovering && this.#ending === 'no';
  }

  /** Bytes have come. */
  receive(chunk: Buffer): void {
    if (this.#isOver) return;
    this.reader.feed(chunk);
    if ((this.isIdle || this.#awaitsInput) && !this.queued) this.run();
  }

  /** A COPY FROM has taken all messages there are. */
  #awaitInput(): void {
    this.#awaitsInput = true;
    this.client.flush();
  }

  /** The client has gone without a word. */
  hangUp(): void {
    if (this.#isOver) return;
    this.session.interrupts.raise('client gone');
  }

  // ---- the task

  run(): void {
    if (this.#isRunning || this.#isOver) return;
    this.#isRunning = true;
    this.#awaitsInput = false;
    this.session.beginSlice();
    this.session.interrupts.stopLockTimer();
    const progress = this.#advance();
    this.#isRunning = false;
    if (this.#isOver) return;
    if (progress === 'yield') this.session.wake();
    else if (progress === 'wait') this.#waiting();
    else this.#idle();
  }

  #advance(): Progress {
    for (;;) {
      try {
        const progress = this.#step();
        if (progress !== 'done') return progress;
      } catch (error) {
        this.#fail(error);
      }
      if (this.#isOver) return 'done';
      if (this.client.writer.length > flushBytes) this.client.flush();
      const more = this.#operation !== undefined || this.#recovering || this.#ending !== 'no' || this.#nextMessage();
      if (!more) return 'done';
      if (performance.now() > this.session.sliceEnd) return 'yield';
    }
  }

  #step(): Progress {
    if (this.#ending !== 'no') return this.#end();
    if (this.#recovering) return this.#recover();
    const operation = this.#operation;
    if (operation === undefined) {
      if (this.session.interrupts.isFatal) this.session.interrupts.check();
      return 'done';
    }
    const progress = operation.step();
    if (progress === 'done') this.#operation = undefined;
    return progress;
  }

  /** Takes the next message and begins to handle it; false if there is none. */
  #nextMessage(): boolean {
    try {
      if (!this.reader.next()) return false;
      this.#stopIdleTimer();
      this.#dispatch();
    } catch (error) {
      this.#fail(error);
    }
    return true;
  }

  #dispatch(): void {
    const { reader, decoder } = this;
    const { type, buffer, start, end } = reader;
    if (this.#skipToSync && type !== frontendMessage.sync && type !== frontendMessage.terminate) return;
    switch (type) {
      case frontendMessage.query: {
        const { textStart, textEnd } = decoder.query(buffer, start, end);
        this.#begin();
        this.#operation = this.#simple.start(buffer, textStart, textEnd);
        return;
      }
      case frontendMessage.parse:
        this.#begin();
        this.#operation = this.#extended.parse(decoder.parse(buffer, start, end));
        return;
      case frontendMessage.bind:
        this.#extended.bind(decoder.bind(buffer, start, end));
        return;
      case frontendMessage.describe:
        this.#extended.describe(decoder.target(buffer, start, end, 'DESCRIBE'));
        return;
      case frontendMessage.execute:
        this.#begin();
        this.#operation = this.#extended.execute(decoder.execute(buffer, start, end));
        return;
      case frontendMessage.close:
        this.#extended.close(decoder.target(buffer, start, end, 'CLOSE'));
        return;
      case frontendMessage.sync:
        decoder.empty(buffer, start, end);
        this.#skipToSync = false;
        this.#operation = this.#extended.sync();
        return;
      case frontendMessage.flush:
        this.client.flush();
        return;
      case frontendMessage.terminate:
        this.#ending = 'rolling back';
        return;
      case frontendMessage.functionCall:
        throw new SqlError(sqlState.featureNotSupported, 'function call messages are not supported');
      case frontendMessage.copyData:
      case frontendMessage.copyDone:
      case frontendMessage.copyFail:
        // What a client sent before it learned that its COPY had failed.
        return;
      default:
        throw new SqlError(sqlState.protocolViolation, `invalid frontend message type ${type}`, { fatal: true });
    }
  }

  /** A statement begins: its time, its settings. */
  #begin(): void {
    const { session } = this;
    session.isActive = true;
    session.statementStart = nowMicros();
    session.interrupts.clear();
    session.io.refresh();
    const timeoutMs = session.timing.statementTimeoutMs;
    if (timeoutMs > 0) session.interrupts.startStatementTimer(timeoutMs);
  }

  // ---- errors

  #fail(error: unknown): void {
    const { session } = this;
    const operation = this.#operation;
    this.#operation = undefined;
    operation?.abandon();
    session.wakeSleeper();
    session.manager.locks.cancelWait(session.owner);
    const reported = this.#asSqlError(error);
    if (reported === undefined) return;
    this.client.writer.errorResponse(reported);
    if (reported.fields.fatal === true) {
      this.#recovering = false;
      this.#ending = 'rolling back';
      return;
    }
    const isExtended = operation?.isExtended ?? this.#isExtendedMessage();
    this.#recovering = true;
    this.#skipToSync = isExtended && this.reader.type !== frontendMessage.sync;
    this.#readyAfterRecovery = !this.#skipToSync;
  }

  #isExtendedMessage(): boolean {
    const { type } = this.reader;
    return type !== frontendMessage.query && type !== frontendMessage.functionCall;
  }

  /** undefined: the process is about to end. */
  #asSqlError(error: unknown): SqlError | undefined {
    if (error instanceof SqlError) return error;
    if (error instanceof InvariantError || error instanceof FatalIoError) {
      this.#isOver = true;
      this.#instance.onFatal(error);
      return undefined;
    }
    if (error instanceof RangeError && /call stack/i.test(error.message)) return stackDepthExceeded();
    const cause = error instanceof Error ? error : new Error(String(error));
    this.#instance.log.error({ error: cause.stack ?? cause.message }, 'internal error');
    return new SqlError(sqlState.internalError, `internal error: ${cause.message}`);
  }

  #recover(): Progress {
    const { session } = this;
    const progress = session.block.recover(session);
    if (progress !== 'done') return progress;
    session.recovered();
    this.#recovering = false;
    if (this.#readyAfterRecovery) this.ready();
    return 'done';
  }

  // ---- answers

  /** ReadyForQuery, after the settings that changed. */
  ready(): void {
    const { session, client } = this;
    const { writer } = client;
    for (const [name, value] of session.settings.takeReports()) writer.parameterStatus(name, value);
    session.interrupts.stopStatementTimer();
    session.interrupts.clear();
    writer.readyForQuery(session.block.status);
  }

  #notice(notice: Notice): void {
    const minimum = minimumRank[this.session.settings.text('client_min_messages')] ?? 0;
    if ((severityRank[notice.severity] ?? 9) >= minimum) this.client.writer.noticeResponse(notice);
  }

  // ---- pauses

  #waiting(): void {
    const { session } = this;
    if (session.owner.wait !== undefined) session.interrupts.startLockTimer(session.timing.lockTimeoutMs);
  }

  #idle(): void {
    this.client.flush();
    const { session } = this;
    session.isActive = false;
    const timeoutMs = session.block.isExplicit ? session.timing.idleInTransactionMs : session.timing.idleMs;
    if (timeoutMs === 0 || this.#idleTimer !== undefined) return;
    const kind = session.block.isExplicit ? 'idle in transaction' : 'idle session';
    this.#idleTimer = setTimeout(() => session.interrupts.raise(kind), timeoutMs);
  }

  #stopIdleTimer(): void {
    if (this.#idleTimer === undefined) return;
    clearTimeout(this.#idleTimer);
    this.#idleTimer = undefined;
  }

  // ---- the end

  /** Rolls back what is open, then closes. */
  #end(): Progress {
    const { session } = this;
    const progress = session.block.rollBack(session);
    if (progress !== 'done') return progress;
    this.#isOver = true;
    this.#stopIdleTimer();
    session.close();
    this.client.end();
    this.#onEnd();
    return 'done';
  }
}
