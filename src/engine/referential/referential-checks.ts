/**
 * Foreign keys. Statements report the rows they changed; from these come *pieces of work*, of two kinds: a child row needs its
 * parent, or children of a parent that went (or changed its key) need an action. They are done when the statement is over, or
 * before the commit if the constraint is deferred. An action changes rows itself, which makes more work, until none is left.
 *
 * Only keys are kept, and a key that several rows share once: work grows with what must be looked up, not with the rows.
 */
import { SqlError, sqlState } from '../../common/sql-error.ts';
import type { Oid } from '../../common/ids.ts';
import type { DatabaseCatalog } from '../../catalog/database-catalog.ts';
import type { TableDescriptor } from '../../catalog/descriptors.ts';
import type { ReferentialEvent, ReferentialQueue } from '../../executor/operator.ts';
import type { RangeVar } from '../../parser/syntax.ts';
import type { Datum } from '../../types/datum.ts';
import { AsyncStep } from '../async-step.ts';
import type { CommandResult } from '../commands/command.ts';
import type { Progress } from '../scheduler.ts';
import type { Session } from '../session.ts';
import { findConstraints } from './constraint-names.ts';
import { ForeignKey, type KeyValues } from './foreign-key.ts';

/** `newKey` undefined: the parent row was deleted. */
type Work =
  | { readonly kind: 'child'; readonly key: ForeignKey; readonly values: KeyValues; readonly deferred: boolean }
  | {
      readonly kind: 'parent';
      readonly key: ForeignKey;
      readonly values: KeyValues;
      readonly newValues: KeyValues | undefined;
      readonly deferred: boolean;
    };

interface TableKeys {
  readonly asChild: readonly ForeignKey[];
  readonly asParent: readonly ForeignKey[];
}

export class ReferentialChecks implements ReferentialQueue {
  readonly #session: Session;
  #immediate: Work[] = [];
  #deferred: Work[] = [];
  /** Child keys of the statement at hand that are queued already. */
  readonly #queuedKeys = new Set<string>();
  /** SET CONSTRAINTS of this transaction. */
  readonly #modes = new Map<Oid, boolean>();
  #allMode: boolean | undefined = undefined;
  #step: AsyncStep<void> | undefined = undefined;
  #keysCatalog: DatabaseCatalog['cache'] | undefined = undefined;
  readonly #keys = new Map<Oid, TableKeys>();
  #lastTable: TableDescriptor | undefined = undefined;
  #lastWanted = false;

  constructor(session: Session) {
    this.#session = session;
  }

  // ---- ReferentialQueue

  wants(table: TableDescriptor): boolean {
    if (table !== this.#lastTable) {
      this.#lastTable = table;
      this.#lastWanted =
        table.referencedBy.length > 0 || table.constraints.some((constraint) => constraint.kind === 'f');
    }
    return this.#lastWanted;
  }

  add(table: TableDescriptor, event: ReferentialEvent): void {
    const { asChild, asParent } = this.#keysOf(table);
    const { oldRow, newRow } = event;
    for (const key of asChild) if (newRow !== undefined) this.#addChild(key, oldRow, newRow);
    for (const key of asParent) if (oldRow !== undefined) this.#addParent(key, oldRow, newRow);
  }

  #addChild(key: ForeignKey, oldRow: readonly Datum[] | undefined, newRow: readonly Datum[]): void {
    const values = key.childKey(newRow);
    const nulls = values.filter((value) => value === null).length;
    if (nulls > 0) {
      if (key.foreign.match === 'f' && nulls < values.length) throw key.mixedNulls();
      return;
    }
    if (oldRow !== undefined && key.sameKey(key.childColumns, key.childKey(oldRow), values)) return;
    const text = `${key.constraint.oid} ${values.map(keyPart).join(' ')}`;
    if (this.#queuedKeys.has(text)) return;
    if (this.#queuedKeys.size < queuedKeysMax) this.#queuedKeys.add(text);
    this.#queue({ kind: 'child', key, values, deferred: this.#isDeferred(key) });
  }

  #addParent(key: ForeignKey, oldRow: readonly Datum[], newRow: readonly Datum[] | undefined): void {
    const values = key.parentKey(oldRow);
    if (values.includes(null)) return;
    const newValues = newRow === undefined ? undefined : key.parentKey(newRow);
    if (newValues !== undefined && key.sameKey(key.parentColumns, values, newValues)) return;
    const deferred = key.action(newRow === undefined) === 'a' && this.#isDeferred(key);
    this.#queue({ kind: 'parent', key, values, newValues, deferred });
  }

  #queue(work: Work): void {
    (work.deferred ? this.#deferred : this.#immediate).push(work);
  }

  #isDeferred({ constraint }: ForeignKey): boolean {
    if (!constraint.deferrable) return false;
    return this.#modes.get(constraint.oid) ?? this.#allMode ?? constraint.initiallyDeferred;
  }

  #keysOf(table: TableDescriptor): TableKeys {
    const { cache } = this.#session.catalog;
    if (cache !== this.#keysCatalog) {
      this.#keysCatalog = cache;
      this.#keys.clear();
    }
    let keys = this.#keys.get(table.oid);
    if (keys === undefined) this.#keys.set(table.oid, (keys = this.#readKeys(table)));
    return keys;
  }

  #readKeys(table: TableDescriptor): TableKeys {
    const session = this.#session;
    const asChild = table.constraints
      .filter((constraint) => constraint.kind === 'f')
      .map((constraint) => new ForeignKey(session, constraint, table));
    const asParent = table.referencedBy.flatMap(({ constraintOid, tableOid }) => {
      const child = session.catalog.getRelation(tableOid);
      const constraint = child?.constraints.find((candidate) => candidate.oid === constraintOid);
      return child === undefined || constraint === undefined ? [] : [new ForeignKey(session, constraint, child)];
    });
    return { asChild, asParent };
  }

  // ---- doing the work

  get hasStatementChecks(): boolean {
    return this.#immediate.length > 0;
  }

  /** Called until 'done' when a statement has changed all its rows. */
  runStatementChecks(): Progress {
    return this.#advance(() => this.checkStatement());
  }

  /** Called until 'done' before the commit. */
  runCommitChecks(): Progress {
    if (this.#deferred.length === 0 && this.#step === undefined) return 'done';
    return this.#advance(() => this.#checkDeferred(() => true));
  }

  #advance(start: () => Promise<void>): Progress {
    this.#step ??= new AsyncStep<void>();
    try {
      const progress = this.#step.step(this.#session, start);
      if (progress === 'done') this.#step = undefined;
      return progress;
    } catch (error) {
      this.#step = undefined;
      throw error;
    }
  }

  async checkStatement(): Promise<void> {
    this.#queuedKeys.clear();
    for (;;) {
      const work = this.#immediate;
      if (work.length === 0) return;
      this.#immediate = [];
      for (const piece of work) await this.#do(piece);
      this.#queuedKeys.clear();
    }
  }

  async #checkDeferred(isDue: (key: ForeignKey) => boolean): Promise<void> {
    for (;;) {
      const due = this.#deferred.filter((work) => isDue(work.key));
      if (due.length === 0) return;
      this.#deferred = this.#deferred.filter((work) => !isDue(work.key));
      for (const piece of due) await this.#do(piece);
      await this.checkStatement();
    }
  }

  async #do(work: Work): Promise<void> {
    if (work.kind === 'child') await this.#checkChild(work.key, work.values, work.deferred);
    else await this.#actOnChildren(work.key, work.values, work.newValues);
  }

  async #checkChild(key: ForeignKey, values: KeyValues, wasDeferred: boolean): Promise<void> {
    // The row may have been changed or deleted since.
    if (wasDeferred && !(await key.hasOwnRow(values))) return;
    if (!(await key.hasParent(values))) throw key.missingParent(values, this.#session.io);
  }

  async #actOnChildren(key: ForeignKey, values: KeyValues, newValues: KeyValues | undefined): Promise<void> {
    const action = key.action(newValues === undefined);
    switch (action) {
      case 'a':
        // Another row may have taken the key's place.
        if (await key.hasParentAgain(values)) return;
        await this.#refuseChildren(key, values);
        return;
      case 'r':
        await this.#refuseChildren(key, values);
        return;
      case 'c':
        if (newValues === undefined) await key.deleteChildren(values);
        else await key.updateChildren(values, newValues);
        return;
      case 'n':
        await key.resetChildren(values, 'NULL');
        return;
      case 'd':
        await key.resetChildren(values, 'DEFAULT');
        // Children whose key is the default itself have changed nothing, and hang in the air.
        if (!(await key.hasParentAgain(values))) await this.#refuseChildren(key, values);
    }
  }

  async #refuseChildren(key: ForeignKey, values: KeyValues): Promise<void> {
    if (await key.hasChild(values)) throw key.stillReferenced(values, this.#session.io);
  }

  // ---- SET CONSTRAINTS

  async setModes(names: readonly RangeVar[], deferred: boolean): Promise<CommandResult> {
    const oids = new Set(names.flatMap((name) => deferrableConstraints(this.#session, name)));
    if (names.length === 0) {
      this.#modes.clear();
      this.#allMode = deferred;
    }
    for (const oid of oids) this.#modes.set(oid, deferred);
    if (!deferred) await this.#checkDeferred((key) => names.length === 0 || oids.has(key.constraint.oid));
    return { tag: 'SET CONSTRAINTS' };
  }

  // ---- transactions

  /** What a savepoint remembers. */
  get mark(): number {
    return this.#deferred.length;
  }

  statementFailed(): void {
    this.#immediate = [];
    this.#queuedKeys.clear();
    this.#step = undefined;
  }

  rolledBackTo(mark: number): void {
    this.statementFailed();
    this.#deferred.length = Math.min(this.#deferred.length, mark);
  }

  transactionEnded(): void {
    this.statementFailed();
    this.#deferred = [];
    this.#modes.clear();
    this.#allMode = undefined;
  }
}

/** Keys remembered to avoid looking the same one up twice in a statement. */
const queuedKeysMax = 100_000;

function keyPart(value: Datum): string {
  return typeof value === 'object'
    ? JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? `${part}n` : part))
    : `${typeof value}:${String(value)}`;
}

function deferrableConstraints(session: Session, name: RangeVar): Oid[] {
  const found = findConstraints(session, name);
  if (found.length === 0) {
    throw new SqlError(sqlState.undefinedObject, `constraint "${name.relname}" does not exist`);
  }
  if (found.some((constraint) => !constraint.deferrable)) {
    throw new SqlError(sqlState.wrongObjectType, `constraint "${name.relname}" is not deferrable`);
  }
  return found.map((constraint) => constraint.oid);
}
