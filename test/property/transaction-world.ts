/**
 * A world for property tests: random interleavings of transactions over the key-value table against a naive model that copies
 * whole states, with checkpoints at any moment, purge, log recycling, crashes that lose unsynced writes, and crashes of the recovery itself.
 *
 * The model: `state` is what committed transactions have made of the keys; a REPEATABLE READ transaction keeps a copy of it. What
 * must have survived a crash is every commit whose record lies before the end of the log that recovery found, and these must
 * include all that were acknowledged.
 */
import fc from 'fast-check';
import { expect } from 'vitest';
import type { Lsn } from '../../src/common/ids.ts';
import { SqlError } from '../../src/common/sql-error.ts';
import { defaultLogOptions, Log, type LogOptions } from '../../src/storage/log/log.ts';
import type { ActiveTransaction, Savepoint } from '../../src/transaction/active-transaction.ts';
import {
  decodeCheckpointState,
  encodeCheckpointState,
  initialCheckpointState,
} from '../../src/transaction/checkpoint-state.ts';
import { TransactionManager } from '../../src/transaction/manager.ts';
import { Purge } from '../../src/transaction/purge.ts';
import { RecordKinds } from '../../src/transaction/record-kinds.ts';
import { recover } from '../../src/transaction/recovery.ts';
import { LogRetention } from '../../src/transaction/retention.ts';
import type { IsolationLevel } from '../../src/transaction/transaction.ts';
import { CrashSignal, FaultyDisk, randomFrom } from '../crash/faulty-disk.ts';
import { KeyValueTable, type Row } from '../unit/transaction/key-value-table.ts';

const logOptions: LogOptions = {
  ...defaultLogOptions,
  segmentBytes: 4 * 1024,
  ringBytes: 8 * 1024,
  blockBytesMax: 2 * 1024,
  sparesMax: 2,
  writerDelayMs: 1_000_000,
};

const keys = ['a', 'b', 'c', 'd'];

interface Write {
  readonly key: string;
  readonly value: string | null;
}

/** A committed value and how many commits had changed the key before: tells versions apart whatever their values. */
interface Cell {
  readonly value: string | null;
  readonly version: number;
}

type State = Map<string, Cell>;

function valueIn(state: State, key: string): string | null {
  return state.get(key)?.value ?? null;
}

function applyTo(state: State, writes: readonly Write[]): void {
  for (const { key, value } of writes) state.set(key, { value, version: (state.get(key)?.version ?? 0) + 1 });
}

interface Commit {
  readonly lsn: Lsn;
  readonly writes: readonly Write[];
  readonly acknowledged: boolean;
}

class Session {
  transaction: ActiveTransaction | undefined;
  phase: 'active' | 'committing' | 'rolling back' | 'rolling to' = 'active';
  base: State | undefined;
  writes: Write[] = [];
  savepoint: Savepoint | undefined;
  savepointWrites = 0;
  durably = true;
  pending: (() => string) | undefined;
  woken = false;
  readonly waiter = { wake: (): void => void (this.woken = true) };

  reset(): void {
    this.transaction = undefined;
    this.phase = 'active';
    this.base = undefined;
    this.writes = [];
    this.savepoint = undefined;
    this.pending = undefined;
    this.woken = false;
  }
}

type Step =
  | { readonly kind: 'read' | 'delete'; readonly session: number; readonly key: string }
  | { readonly kind: 'write'; readonly session: number; readonly key: string; readonly bytes: number }
  | { readonly kind: 'savepoint' | 'rollback to' | 'rollback'; readonly session: number }
  | { readonly kind: 'commit'; readonly session: number; readonly durably: boolean }
  | { readonly kind: 'turn' | 'checkpoint' | 'purge' }
  | { readonly kind: 'crash'; readonly seed: number };

/** What a checkpoint has made durable. */
interface Image {
  readonly lsn: Lsn;
  readonly blob: Uint8Array;
  readonly rows: Map<string, Row>;
}

class World {
  disk: FaultyDisk;
  image: Image;
  table!: KeyValueTable;
  manager!: TransactionManager;
  retention!: LogRetention;
  purge!: Purge;
  sessions: Session[] = [];
  state: State = new Map();
  /** What was committed before `commits`. */
  #survived: State = new Map();
  #commits: Commit[] = [];
  #checkpointing = false;
  #counter = 0;

  constructor() {
    this.disk = new FaultyDisk();
    const start = Log.create(this.disk, logOptions);
    this.image = { lsn: start, blob: encodeCheckpointState(initialCheckpointState(start)), rows: new Map() };
  }

  /** Recovers from the image; the end of the log that was found, undefined if the disk crashed under way. */
  async open(): Promise<Lsn | undefined> {
    const { disk, image } = this;
    const kinds = new RecordKinds();
    const table = new KeyValueTable();
    table.register(kinds);
    table.rows = new Map(image.rows);
    try {
      const log = Log.open(disk, { ...logOptions, onFatal: () => undefined });
      const manager = new TransactionManager({ log, kinds, undoSliceRecords: 1, now: () => 0 });
      const state = decodeCheckpointState(image.blob);
      const { end } = await recover(manager, image.lsn, state);
      this.table = table;
      this.manager = manager;
      this.retention = new LogRetention(manager, image.lsn, state);
      this.purge = new Purge(manager);
      this.#checkpointing = false;
      this.sessions = Array.from({ length: 4 }, () => new Session());
      manager.onPublish((transaction, committed) => this.#published(transaction, committed));
      return end;
    } catch (error) {
      if (error instanceof CrashSignal) return undefined;
      throw error;
    }
  }

  #published(transaction: ActiveTransaction, committed: boolean): void {
    const session = this.sessions.find((each) => each.transaction === transaction);
    if (session === undefined) throw new Error('publish of an unknown transaction');
    if (committed) {
      applyTo(this.state, session.writes);
      const acknowledged = session.durably && transaction.firstLsn !== 0;
      this.#commits.push({ lsn: transaction.lastLsn, writes: session.writes, acknowledged });
    }
    session.reset();
  }

  async crash(seed: number): Promise<void> {
    const random = randomFrom(seed);
    for (const { transaction, writes } of this.sessions) {
      if (transaction?.state !== 'committing') continue;
      this.#commits.push({ lsn: transaction.lastLsn, writes, acknowledged: false });
    }
    this.disk.crash();
    for (;;) {
      for (let i = 0; i < 4; i++) await turn();
      const crashAt = random() < 0.5 ? { crashAt: 1 + Math.floor(random() * 8) } : {};
      this.disk = this.disk.afterCrash(Math.floor(random() * 1e9), crashAt);
      const end = await this.open();
      if (end !== undefined) this.#forgetLost(end);
      if (!this.disk.hasCrashed) break;
    }
    this.#checkRecovered();
  }

  /** The disk may have been set to crash at a call some time after recovery. */
  async restartIfCrashed(): Promise<void> {
    if (this.disk.hasCrashed) await this.crash(this.disk.calls);
  }

  #forgetLost(end: Lsn): void {
    const commits = this.#commits.toSorted((a, b) => a.lsn - b.lsn);
    expect(commits.filter((each) => each.lsn >= end && each.acknowledged)).toEqual([]);
    for (const { lsn, writes } of commits) if (lsn < end) applyTo(this.#survived, writes);
    this.#commits = [];
    this.state = new Map(this.#survived);
  }

  #checkRecovered(): void {
    expect(this.manager.unfinished()).toEqual([]);
    for (const key of keys) expect(this.table.rows.get(key)?.value ?? null).toBe(valueIn(this.state, key));
  }

  // ---- steps

  async run(step: Step): Promise<void> {
    await this.restartIfCrashed();
    await unlessCrashed(() => this.#run(step));
  }

  async #run(step: Step): Promise<void> {
    switch (step.kind) {
      case 'turn':
        return turn();
      case 'checkpoint':
        return this.#checkpoint();
      case 'purge':
        this.purge.step(30);
        return;
      case 'crash':
        return this.crash(step.seed);
      default:
        this.#runInSession(step, this.sessions[step.session] as Session);
    }
  }

  #checkpoint(): void {
    if (this.#checkpointing) return;
    const { manager, retention, table } = this;
    const { lsn, state } = manager.beginCheckpoint();
    const rows = table.image();
    this.#checkpointing = true;
    const done = (): void => {
      this.#checkpointing = false;
      this.image = { lsn, blob: encodeCheckpointState(state), rows };
      void unlessCrashed(async () => retention.checkpointDone(lsn, state));
    };
    if (manager.log.flush((lsn - 1) as Lsn, { wake: done })) done();
  }

  #runInSession(step: Exclude<Step, { kind: 'turn' | 'checkpoint' | 'purge' | 'crash' }>, session: Session): void {
    const isolation: IsolationLevel = step.session % 2 === 0 ? 'read committed' : 'repeatable read';
    const transaction = (session.transaction ??= this.manager.begin({ isolation }));
    if (session.phase !== 'active') return this.proceed(session);
    if (step.kind === 'rollback') return this.rollBack(session);
    if (session.pending !== undefined) return this.#attempt(session, session.pending);
    switch (step.kind) {
      case 'read':
        return this.#read(session, transaction, step.key);
      case 'write':
        return this.#write(session, step.key, `${++this.#counter}`.padEnd(step.bytes, '.'));
      case 'delete':
        return this.#write(session, step.key, null);
      case 'savepoint':
        session.savepoint = this.manager.savepoint(transaction);
        session.savepointWrites = session.writes.length;
        return;
      case 'rollback to':
        if (session.savepoint !== undefined) session.phase = 'rolling to';
        return;
      case 'commit':
        session.phase = 'committing';
        session.durably = step.durably;
        return this.proceed(session);
    }
  }

  /** One more slice of whatever ends the transaction, or goes back in it. */
  proceed(session: Session): void {
    const { transaction, savepoint, phase } = session;
    if (transaction === undefined) return;
    if (phase === 'committing') {
      if (this.manager.commit(transaction, session.waiter, session.durably) === 'done') session.reset();
    } else if (phase === 'rolling back') {
      if (this.manager.rollback(transaction, session.waiter) === 'done') session.reset();
    } else if (this.manager.rollbackTo(transaction, savepoint as Savepoint, session.waiter) === 'done') {
      session.phase = 'active';
      session.writes.length = session.savepointWrites;
    }
  }

  rollBack(session: Session): void {
    this.manager.locks.cancelWait((session.transaction as ActiveTransaction).owner);
    session.pending = undefined;
    session.phase = 'rolling back';
    this.proceed(session);
  }

  #view(session: Session, transaction: ActiveTransaction): State {
    if (transaction.isolation === 'read committed') return this.state;
    return (session.base ??= new Map(this.state));
  }

  #read(session: Session, transaction: ActiveTransaction, key: string): void {
    const { manager, table } = this;
    const own = session.writes.findLast((each) => each.key === key);
    const expected = own === undefined ? valueIn(this.#view(session, transaction), key) : own.value;
    const snapshot = manager.takeStatementSnapshot(transaction);
    expect(table.read(manager, snapshot, key)).toBe(expected);
    manager.releaseSnapshot(snapshot);
  }

  #write(session: Session, key: string, value: string | null): void {
    const transaction = session.transaction as ActiveTransaction;
    this.#attempt(session, () => {
      const view = this.#view(session, transaction);
      const outcome = this.#writeOnce(session, transaction, key, value);
      if (outcome === 'wait') return outcome;
      const isOwn = session.writes.some((each) => each.key === key);
      const isStale = !isOwn && view.get(key)?.version !== this.state.get(key)?.version;
      expect(outcome).toBe(isStale ? 'stale' : 'done');
      if (outcome === 'done') {
        this.#expectSoleWriter(session, key);
        session.writes.push({ key, value });
      }
      return outcome;
    });
  }

  #writeOnce(session: Session, transaction: ActiveTransaction, key: string, value: string | null): string {
    const snapshot = this.manager.takeStatementSnapshot(transaction);
    try {
      return this.table.write(this.manager, transaction, snapshot, key, value, session.waiter);
    } finally {
      this.manager.releaseSnapshot(snapshot);
    }
  }

  #expectSoleWriter(session: Session, key: string): void {
    const others = this.sessions.filter((each) => each !== session && each.phase !== 'rolling back');
    const rivals = others.filter((each) => {
      // What is being rolled back to a savepoint may be free already.
      const kept = each.phase === 'rolling to' ? each.writes.slice(0, each.savepointWrites) : each.writes;
      return kept.some((write) => write.key === key);
    });
    expect(rivals).toEqual([]);
  }

  #attempt(session: Session, write: () => string): void {
    session.woken = false;
    try {
      const outcome = write();
      session.pending = outcome === 'wait' ? write : undefined;
      if (outcome === 'stale') this.rollBack(session);
    } catch (error) {
      if (!(error instanceof SqlError) || error.sqlState !== '40P01') throw error;
      this.rollBack(session);
    }
  }

  /** Ends everything. A session that waits is tried again only when it was woken: no wake may get lost. */
  async finish(): Promise<void> {
    for (let round = 0; this.sessions.some((each) => each.transaction !== undefined); round++) {
      expect(round).toBeLessThan(500);
      await this.restartIfCrashed();
      for (const session of this.sessions) {
        if (session.pending !== undefined && session.woken) this.#attempt(session, session.pending);
        else if (session.pending === undefined && session.transaction !== undefined) this.#end(session);
      }
      await turn();
    }
    await unlessCrashed(() => this.#purgeAll());
    expect(this.manager.snapshots.inUseCount).toBe(0);
    expect(this.manager.locks.rowLockCount).toBe(0);
  }

  /** With no snapshot left, purge goes to the end of the log and leaves no delete mark anywhere. */
  async #purgeAll(): Promise<void> {
    const { log } = this.manager;
    const end = log.cut();
    while (log.durableLsn < end && !this.disk.hasCrashed) {
      log.flush((end - 1) as Lsn, { wake: () => undefined });
      await turn();
    }
    while (this.purge.step(100)) await turn();
    if (this.disk.hasCrashed) return;
    expect([...this.table.rows.values()].filter(({ value }) => value === null)).toEqual([]);
  }

  #end(session: Session): void {
    if (session.phase === 'active') session.phase = 'committing';
    this.proceed(session);
  }
}

/** What the old process still tries after the plug was pulled does not count. */
async function unlessCrashed(act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof CrashSignal)) throw error;
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Histories of at most so many steps. */
function steps(stepsMax: number): fc.Arbitrary<Step[]> {
  const session = fc.integer({ min: 0, max: 3 });
  const key = fc.constantFrom(...keys);
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('read'), session, key }) },
    {
      weight: 9,
      arbitrary: fc.record({ kind: fc.constant('write'), session, key, bytes: fc.integer({ min: 1, max: 600 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('delete'), session, key }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('savepoint', 'rollback to', 'rollback'), session }) },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('commit'), session, durably: fc.boolean() }) },
    { weight: 9, arbitrary: fc.record({ kind: fc.constantFrom('turn', 'turn', 'checkpoint', 'purge') }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('turn', 'turn', 'crash'), seed: fc.integer() }) },
  );
  return fc.array(step as fc.Arbitrary<Step>, { minLength: 20, maxLength: stepsMax, size: 'max' });
}

/** Runs so many random histories. */
export async function checkHistories(numRuns: number, stepsMax: number): Promise<void> {
  const property = fc.asyncProperty(steps(stepsMax), async (all) => {
    const world = new World();
    await world.open();
    for (const step of all) await world.run(step);
    await world.finish();
    await world.crash(all.length);
  });
  await fc.assert(property, { numRuns });
}
