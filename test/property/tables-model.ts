/**
 * A naive model of a table under concurrent transactions, and random statements run against it and the real thing. The model
 * copies whole tables where the storage walks versions: a snapshot is a copy of what was committed, a transaction is a copy plus
 * its own changes.
 */
import { expect } from 'vitest';
import type { ModifyOutcome, StoredIndex } from '../../src/tables/access-method.ts';
import type { Savepoint } from '../../src/transaction/active-transaction.ts';
import type { Datum } from '../../src/types/datum.ts';
import { prefixEnd } from '../../src/types/key-encoding.ts';
import {
  column,
  type FoundRow,
  type Harness,
  index,
  keyOf,
  part,
  range,
  type Row,
  type Session,
} from '../unit/tables/harness.ts';

export const modelTable = 1000;
const uniqueIndex = 1002;
const groupIndex = 1003;
const modelColumns = [column('int4'), column('int4'), column('text'), column('text')];

/** id, unique number or null, group, payload. */
export type ModelRow = readonly [number, number | null, string, string];

/** id → row; null in a transaction's own changes: deleted. */
type Rows = Map<number, ModelRow>;
type Changes = Map<number, ModelRow | null>;

const ids = 24;
const uniqueNumbers = 16;

interface ModelSavepoint {
  readonly savepoint: Savepoint;
  readonly changes: Changes;
  readonly locks: Set<number>;
  readonly numbers: Set<number>;
}

class ModelSession {
  readonly session: Session;
  readonly isRepeatable: boolean;
  /** REPEATABLE READ: what was committed when its first statement began. */
  base: Rows | undefined = undefined;
  changes: Changes = new Map();
  /** Ids of rows it has locked without changing them. */
  locks = new Set<number>();
  /** Unique numbers of all versions it made: it may come back to any of them by a rollback to a savepoint. */
  numbers = new Set<number>();
  savepoints: ModelSavepoint[] = [];

  constructor(session: Session, isRepeatable: boolean) {
    this.session = session;
    this.isRepeatable = isRepeatable;
  }
}

export class TablesModel {
  readonly harness: Harness;
  readonly random: () => number;
  committed: Rows = new Map();
  readonly sessions: ModelSession[] = [];
  /** Changes of the transaction whose commit is on its way: after a crash they may be there or not. */
  committing: Changes | undefined = undefined;
  #payloads = 0;
  readonly seen = new Map<string, number>();

  constructor(harness: Harness, random: () => number) {
    this.harness = harness;
    this.random = random;
  }

  async createTable(): Promise<void> {
    await this.harness.run((session) =>
      this.harness.store.createTable(
        {
          tableOid: modelTable,
          columns: modelColumns,
          clusterKey: [part(0)],
          clusterIndexOid: 1001,
          indexes: [index(uniqueIndex, [1], true), index(groupIndex, [2])],
        },
        session.transaction,
      ),
    );
  }

  #pick(count: number): number {
    return Math.floor(this.random() * count);
  }

  // ---- what a session should see

  #visible(session: ModelSession): Rows {
    if (session.isRepeatable) session.base ??= new Map(this.committed);
    const rows = new Map(session.base ?? this.committed);
    applyChanges(rows, session.changes);
    return rows;
  }

  #indexOf(oid: number): StoredIndex {
    return this.harness.table(modelTable).table.indexes.find((each) => each.indexOid === oid) as StoredIndex;
  }

  #check(session: ModelSession): void {
    const expected = [...this.#visible(session).values()].toSorted((a, b) => a[0] - b[0]);
    const found = session.session.rows(modelTable);
    expect(found).toEqual(expected);
    const byNumber = expected.toSorted((a, b) => (a[1] ?? 99) - (b[1] ?? 99) || a[0] - b[0]);
    const values = (rows: FoundRow[]): Datum[][] => rows.map((row) => row.values);
    expect(values(session.session.scan(modelTable, {}, this.#indexOf(uniqueIndex)))).toEqual(byNumber);
    const numbers = { columns: [1, 0], withRowReference: false, descending: true };
    const pairs = byNumber.toReversed().map((row) => [row[1], row[0]]);
    expect(values(session.session.scan(modelTable, numbers, this.#indexOf(uniqueIndex)))).toEqual(pairs);
    const group = `g${this.#pick(4)}`;
    const key = keyOf(modelColumns, [part(2)], [group]);
    const request = { ranges: [range(key, prefixEnd(key))] };
    const inGroup = expected.filter((row) => row[2] === group);
    expect(values(session.session.scan(modelTable, request, this.#indexOf(groupIndex)))).toEqual(inGroup);
  }

  // ---- what a change should come to

  /** Another running transaction has changed the row that is or was at the id. */
  #isHeld(by: ModelSession, id: number): boolean {
    return this.sessions.some((each) => each !== by && (each.changes.has(id) || each.locks.has(id)));
  }

  /** Outcome of asking for a key: the row that has it, in the newest state, or whoever may come to have it. */
  #numberOutcome(by: ModelSession, number: number, ownId: number): 'free' | 'unique' | 'wait' {
    for (const other of this.sessions) {
      if (other === by) continue;
      if (other.numbers.has(number)) return 'wait';
      for (const id of other.changes.keys()) if (this.committed.get(id)?.[1] === number) return 'wait';
    }
    const newest = new Map(this.committed);
    applyChanges(newest, by.changes);
    for (const [id, row] of newest) if (id !== ownId && row[1] === number) return 'unique';
    return 'free';
  }

  #insertOutcome(by: ModelSession, row: ModelRow, ownId: number): 'done' | 'unique' | 'wait' {
    const [id, unique] = row;
    const byId = ownId === id ? 'free' : this.#idOutcome(by, id);
    if (byId !== 'free') return byId;
    if (unique === null) return 'done';
    const byNumber = this.#numberOutcome(by, unique, ownId);
    return byNumber === 'free' ? 'done' : byNumber;
  }

  #idOutcome(by: ModelSession, id: number): 'free' | 'unique' | 'wait' {
    if (this.sessions.some((each) => each !== by && each.changes.has(id))) return 'wait';
    const own = by.changes.get(id);
    if (own === null) return 'free';
    return own !== undefined || this.committed.has(id) ? 'unique' : 'free';
  }

  #newRow(id: number): ModelRow {
    const unique = this.random() < 0.3 ? null : this.#pick(uniqueNumbers);
    const payload = `p${this.#payloads++}`;
    const isLong = this.random() < 0.05;
    return [id, unique, `g${this.#pick(4)}`, isLong ? payload.padEnd(2500 + this.#pick(3000), '.') : payload];
  }

  // ---- statements

  #note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  /** After 'wait' the statement is given up. */
  #giveUp(session: ModelSession): void {
    const { transaction } = session.session;
    this.harness.engine.transactions.locks.cancelWait(transaction.owner);
  }

  #insert(session: ModelSession): void {
    const row = this.#newRow(this.#pick(ids));
    if (session.isRepeatable) session.base ??= new Map(this.committed);
    const expected = this.#insertOutcome(session, row, -1);
    const outcome = session.session.tryInsert(modelTable, row);
    this.#note(`insert ${outcome.kind}`);
    expect(outcome.kind).toBe(expected);
    if (outcome.kind === 'done') this.#put(session, row);
    if (outcome.kind === 'wait') this.#giveUp(session);
  }

  /** undefined: the newest version may be changed; otherwise what to expect. */
  #changeOutcome(session: ModelSession, seen: ModelRow): 'wait' | 'outdated' | undefined {
    const [id] = seen;
    if (session.changes.has(id)) return undefined;
    if (this.committed.get(id) !== seen) {
      return this.sessions.some((each) => each !== session && each.changes.has(id)) ? 'wait' : 'outdated';
    }
    return this.#isHeld(session, id) ? 'wait' : undefined;
  }

  /** True if the outcome was one of those that end the statement without a change. */
  #isRefused(session: ModelSession, outcome: ModifyOutcome, expected: 'wait' | 'outdated' | undefined): boolean {
    if (expected === 'outdated') expect(['stale', 'gone']).toContain(outcome.kind);
    else if (expected === 'wait') expect(outcome.kind).toBe('wait');
    if (outcome.kind === 'wait') this.#giveUp(session);
    return expected !== undefined;
  }

  #pickSeen(session: ModelSession): FoundRow | undefined {
    this.#visible(session);
    const rows = session.session.scan(modelTable);
    return rows[this.#pick(rows.length)];
  }

  #seenRow(session: ModelSession, found: FoundRow): ModelRow {
    const row = this.#visible(session).get(found.values[0] as number);
    expect(found.values).toEqual(row);
    return row as ModelRow;
  }

  #update(session: ModelSession): void {
    const found = this.#pickSeen(session);
    if (found === undefined) return;
    const seen = this.#seenRow(session, found);
    const moves = this.random() < 0.3;
    let row = this.#newRow(moves ? this.#pick(ids) : seen[0]);
    if (this.random() < 0.5) row = [row[0], seen[1], seen[2], this.random() < 0.3 ? seen[3] : row[3]];
    const refused = this.#changeOutcome(session, seen);
    const keepsNumber = row[1] === seen[1] && row[0] === seen[0];
    const expected = keepsNumber ? 'done' : this.#insertOutcome(session, row, seen[0]);
    const assigned =
      this.random() < 0.5 ? undefined : new Uint8Array(row.map((value, i) => (value === seen[i] ? 0 : 1)));
    const outcome = session.session.tryUpdate(modelTable, found.reference, row as Row, assigned);
    this.#note(`${row[0] === seen[0] ? 'update' : 'move'} ${outcome.kind}`);
    if (this.#isRefused(session, outcome, refused)) return;
    expect(outcome.kind).toBe(expected);
    if (outcome.kind !== 'done') return;
    session.changes.set(seen[0], null);
    this.#put(session, row);
  }

  #put(session: ModelSession, row: ModelRow): void {
    session.changes.set(row[0], row);
    if (row[1] !== null) session.numbers.add(row[1]);
  }

  #delete(session: ModelSession): void {
    const found = this.#pickSeen(session);
    if (found === undefined) return;
    const seen = this.#seenRow(session, found);
    const refused = this.#changeOutcome(session, seen);
    const outcome = session.session.tryDelete(modelTable, found.reference);
    this.#note(`delete ${outcome.kind}`);
    if (this.#isRefused(session, outcome, refused)) return;
    expect(outcome.kind).toBe('done');
    session.changes.set(seen[0], null);
  }

  #lock(session: ModelSession): void {
    const found = this.#pickSeen(session);
    if (found === undefined) return;
    const seen = this.#seenRow(session, found);
    const refused = this.#changeOutcome(session, seen);
    const table = this.harness.table(modelTable);
    const outcome = session.session.statement((context) => table.lockRow(found.reference, 'update', 'wait', context));
    this.#note(`lock ${outcome.kind}`);
    if (this.#isRefused(session, outcome, refused)) return;
    expect(outcome.kind).toBe('done');
    session.locks.add(seen[0]);
  }

  #savepoint(session: ModelSession): void {
    const savepoint = session.session.savepoint();
    session.savepoints.push({
      savepoint,
      changes: new Map(session.changes),
      locks: new Set(session.locks),
      numbers: new Set(session.numbers),
    });
  }

  async #rollbackTo(session: ModelSession): Promise<void> {
    const to = session.savepoints.at(-1);
    if (to === undefined) return;
    this.#note('rollback to');
    await session.session.rollbackTo(to.savepoint);
    session.changes = new Map(to.changes);
    session.locks = new Set(to.locks);
    session.numbers = new Set(to.numbers);
    if (this.random() < 0.5) session.savepoints.pop();
  }

  async #end(session: ModelSession): Promise<void> {
    const commits = this.random() < 0.65;
    if (commits) {
      this.committing = session.changes;
      await session.session.commit();
      applyChanges(this.committed, session.changes);
      this.committing = undefined;
    } else {
      await session.session.rollback();
    }
    this.sessions.splice(this.sessions.indexOf(session), 1);
  }

  /** One random step of one random session. */
  async step(): Promise<void> {
    if (this.sessions.length < 4 && this.random() < 0.3) {
      const isRepeatable = this.random() < 0.5;
      const session = this.harness.begin({ isolation: isRepeatable ? 'repeatable read' : 'read committed' });
      this.sessions.push(new ModelSession(session, isRepeatable));
    }
    const session = this.sessions[this.#pick(this.sessions.length)];
    if (session === undefined) return;
    const what = this.random();
    if (what < 0.28) this.#insert(session);
    else if (what < 0.58) this.#update(session);
    else if (what < 0.68) this.#delete(session);
    else if (what < 0.73) this.#lock(session);
    else if (what < 0.78) this.#savepoint(session);
    else if (what < 0.83) await this.#rollbackTo(session);
    else if (what < 0.92) await this.#end(session);
    else this.#check(session);
  }

  /**
   * The model after a crash: all sessions are gone; a commit that was on its way may have made it. A new object, since what was
   * running before the crash may still be about to notice.
   */
  async afterCrash(harness: Harness): Promise<TablesModel> {
    const next = new TablesModel(harness, this.random);
    next.#payloads = this.#payloads;
    for (const [outcome, count] of this.seen) next.seen.set(outcome, count);
    const found = await harness.run((session) => session.rows(modelTable));
    const withIt = new Map(this.committed);
    if (this.committing !== undefined) applyChanges(withIt, this.committing);
    const hasMadeIt = JSON.stringify(found) === JSON.stringify(sorted(withIt));
    if (!hasMadeIt) expect(found).toEqual(sorted(this.committed));
    next.committed = hasMadeIt ? withIt : new Map(this.committed);
    harness.expectSound(modelTable);
    return next;
  }
}

function applyChanges(rows: Rows, changes: Changes): void {
  for (const [id, row] of changes) {
    if (row === null) rows.delete(id);
    else rows.set(id, row);
  }
}

function sorted(rows: Rows): ModelRow[] {
  return [...rows.values()].toSorted((a, b) => a[0] - b[0]);
}
