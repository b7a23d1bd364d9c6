/** What may end a statement or a session from outside: cancel requests, timeouts, termination. Noticed at the next check. */
import { SqlError, sqlState } from '../common/sql-error.ts';

export type InterruptKind =
  | 'cancel'
  | 'statement timeout'
  | 'lock timeout'
  | 'terminate'
  | 'idle in transaction'
  | 'idle session'
  | 'client gone'
  | 'snapshot too old';

const errors: Readonly<Record<InterruptKind, () => SqlError>> = {
  cancel: () => new SqlError(sqlState.queryCanceled, 'canceling statement due to user request'),
  'statement timeout': () => new SqlError(sqlState.queryCanceled, 'canceling statement due to statement timeout'),
  'lock timeout': () => new SqlError(sqlState.lockNotAvailable, 'canceling statement due to lock timeout'),
  terminate: () =>
    new SqlError(sqlState.adminShutdown, 'terminating connection due to administrator command', { fatal: true }),
  'idle in transaction': () =>
    new SqlError(
      sqlState.idleInTransactionSessionTimeout,
      'terminating connection due to idle-in-transaction timeout',
      { fatal: true },
    ),
  'idle session': () =>
    new SqlError(sqlState.idleSessionTimeout, 'terminating connection due to idle-session timeout', { fatal: true }),
  'client gone': () =>
    new SqlError(sqlState.adminShutdown, 'terminating connection because the client has gone', { fatal: true }),
  'snapshot too old': () =>
    new SqlError(sqlState.snapshotTooOld, 'snapshot too old', {
      hint: 'The transaction kept more of the write-ahead log than max_log_retention allows.',
    }),
};

/** The stronger one wins when two come together. */
const fatalKinds: ReadonlySet<InterruptKind> = new Set([
  'terminate',
  'idle in transaction',
  'idle session',
  'client gone',
]);

export class Interrupts {
  pending = false;
  #kind: InterruptKind | undefined = undefined;
  readonly #wake: () => void;
  #statementTimer: NodeJS.Timeout | undefined = undefined;
  #lockTimer: NodeJS.Timeout | undefined = undefined;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  raise(kind: InterruptKind): void {
    if (this.#kind !== undefined && fatalKinds.has(this.#kind)) return;
    this.#kind = kind;
    this.pending = true;
    this.#wake();
  }

  /** Throws if something is pending. */
  check(): void {
    const kind = this.#kind;
    if (kind === undefined) return;
    if (!fatalKinds.has(kind)) this.clear();
    throw errors[kind]();
  }

  get isFatal(): boolean {
    return this.#kind !== undefined && fatalKinds.has(this.#kind);
  }

  /** A cancel that came too late for its statement is forgotten. */
  clear(): void {
    if (this.isFatal) return;
    this.#kind = undefined;
    this.pending = false;
  }

  startStatementTimer(timeoutMs: number): void {
    this.stopStatementTimer();
    if (timeoutMs > 0) this.#statementTimer = setTimeout(() => this.raise('statement timeout'), timeoutMs);
  }

  stopStatementTimer(): void {
    if (this.#statementTimer === undefined) return;
    clearTimeout(this.#statementTimer);
    this.#statementTimer = undefined;
  }

  startLockTimer(timeoutMs: number): void {
    if (timeoutMs > 0) this.#lockTimer ??= setTimeout(() => this.raise('lock timeout'), timeoutMs);
  }

  stopLockTimer(): void {
    if (this.#lockTimer === undefined) return;
    clearTimeout(this.#lockTimer);
    this.#lockTimer = undefined;
  }

  close(): void {
    this.stopStatementTimer();
    this.stopLockTimer();
  }
}
