/**
 * Row locks and object locks against one naive model: lists searched from end to end. Owners ask, give up, roll back to marks and
 * end in random order; every answer, every deadlock and every lock granted in a queue must be the model's.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SpaceId, TreeId } from '../../src/common/ids.ts';
import { SqlError } from '../../src/common/sql-error.ts';
import { LockManager } from '../../src/transaction/lock-manager.ts';
import { lockConflicts, type LockMode, rowLockConflicts } from '../../src/transaction/lock-modes.ts';
import type { LockMark, LockOwner } from '../../src/transaction/lock-owner.ts';
import type { RowLockMode, WaitPolicy } from '../../src/transaction/transaction.ts';

interface Entry {
  readonly owner: number;
  readonly resource: number;
  readonly mode: number;
}

interface Rules {
  readonly conflict: (a: number, b: number) => boolean;
  /** Whether a lock held in mode `held` makes asking for `mode` unnecessary. */
  readonly covers: (held: number, mode: number) => boolean;
}

class NaiveLocks {
  readonly #rules: Rules;
  held: Entry[] = [];
  queue: Entry[] = [];

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  ask(owner: number, resource: number, mode: number, policy: WaitPolicy): string {
    const waiting = this.queue.find((each) => each.owner === owner);
    if (waiting?.resource === resource && waiting.mode === mode) return 'wait';
    if (waiting !== undefined) this.giveUp(owner);
    const own = this.held.filter((each) => each.owner === owner && each.resource === resource);
    if (own.some((each) => this.#rules.covers(each.mode, mode))) return 'granted';
    const overtaken = this.queue.findIndex(
      (each) => each.resource === resource && own.some((mine) => this.#rules.conflict(each.mode, mine.mode)),
    );
    const place = overtaken < 0 ? this.queue.length : overtaken;
    const entry = { owner, resource, mode };
    this.queue.splice(place, 0, entry);
    if (this.#blockers(entry).length === 0) {
      this.queue.splice(place, 1);
      this.held.push(entry);
      return 'granted';
    }
    if (policy !== 'wait') {
      this.queue.splice(place, 1);
      return 'locked';
    }
    while (this.waits(owner) && this.#waitsFor(owner).has(owner)) {
      if (this.#openCycle(owner)) continue;
      this.queue.splice(this.queue.indexOf(entry), 1);
      return 'deadlock';
    }
    return this.waits(owner) ? 'wait' : 'granted';
  }

  /** Lets one of the circle through `start` go first who waits for nobody's lock, only for its turn. */
  #openCycle(start: number): boolean {
    for (let owner = 0; owner < owners; owner++) {
      const entry = this.queue.find((each) => each.owner === owner);
      if (entry === undefined || (owner !== start && !this.#waitsFor(start).has(owner))) continue;
      if (!this.#waitsFor(owner).has(start) || this.#blockers(entry, []).length > 0) continue;
      this.queue.splice(this.queue.indexOf(entry), 1);
      this.held.push(entry);
      return true;
    }
    return false;
  }

  #blockers(entry: Entry, ahead: Entry[] = this.queue.slice(0, this.queue.indexOf(entry))): number[] {
    return [...this.held, ...ahead]
      .filter((each) => each.owner !== entry.owner && each.resource === entry.resource)
      .filter((each) => this.#rules.conflict(entry.mode, each.mode))
      .map((each) => each.owner);
  }

  /** Everybody the owner waits for, directly or not. */
  #waitsFor(start: number): Set<number> {
    const found = new Set<number>();
    const follow = (owner: number): void => {
      const entry = this.queue.find((each) => each.owner === owner);
      for (const next of entry === undefined ? [] : this.#blockers(entry)) {
        if (!found.has(next)) {
          found.add(next);
          follow(next);
        }
      }
    };
    follow(start);
    return found;
  }

  giveUp(owner: number): void {
    this.queue = this.queue.filter((each) => each.owner !== owner);
    this.#grant();
  }

  keep(owner: number, count: number): void {
    this.queue = this.queue.filter((each) => each.owner !== owner);
    let mine = 0;
    this.held = this.held.filter((each) => each.owner !== owner || mine++ < count);
    this.#grant();
  }

  #grant(): void {
    const free = this.queue.find((each) => this.#blockers(each).length === 0);
    if (free === undefined) return;
    this.queue.splice(this.queue.indexOf(free), 1);
    this.held.push(free);
    this.#grant();
  }

  count(owner: number): number {
    return this.held.filter((each) => each.owner === owner).length;
  }

  waits(owner: number): boolean {
    return this.queue.some((each) => each.owner === owner);
  }
}

type Step =
  | {
      readonly kind: 'ask';
      readonly owner: number;
      readonly resource: number;
      readonly mode: number;
      readonly policy: WaitPolicy;
    }
  | { readonly kind: 'give up' | 'mark' | 'roll back' | 'end'; readonly owner: number };

const owners = 5;

function steps(modes: number[]): fc.Arbitrary<Step[]> {
  const owner = fc.integer({ min: 0, max: owners - 1 });
  const policy = fc.constantFrom<WaitPolicy>('wait', 'wait', 'wait', 'nowait');
  const resource = fc.integer({ min: 0, max: 2 });
  const ask = fc.record({
    kind: fc.constant('ask' as const),
    owner,
    resource,
    mode: fc.constantFrom(...modes),
    policy,
  });
  const other = fc.record({ kind: fc.constantFrom('give up', 'mark', 'roll back', 'end'), owner });
  const step = fc.oneof({ weight: 6, arbitrary: ask }, { weight: 2, arbitrary: other as fc.Arbitrary<Step> });
  return fc.array(step as fc.Arbitrary<Step>, { maxLength: 80 });
}

/** One owner on both sides. */
class Side {
  readonly owner: LockOwner;
  mark: LockMark | undefined;
  markCount = 0;
  wakes = 0;
  readonly waiter = { wake: (): void => void this.wakes++ };

  constructor(owner: LockOwner) {
    this.owner = owner;
  }
}

type Ask = (manager: LockManager, side: Side, resource: number, mode: number, policy: WaitPolicy) => string;

function check(rules: Rules, ask: Ask, all: Step[]): void {
  const model = new NaiveLocks(rules);
  const manager = new LockManager();
  const sides = Array.from({ length: owners }, (_, i) => new Side(manager.openOwner(100 + i)));
  for (const step of all) {
    const side = sides[step.owner] as Side;
    const waitedBefore = sides.map((each) => each.owner.wait !== undefined);
    const wakesBefore = sides.map((each) => each.wakes);
    apply(step, side, manager, model, ask);
    for (const [i, each] of sides.entries()) {
      const waits = each.owner.wait !== undefined;
      expect(waits).toBe(model.waits(i));
      if (i !== step.owner && waitedBefore[i] === true && !waits) {
        expect(each.wakes).toBe((wakesBefore[i] as number) + 1);
      }
    }
  }
  for (const side of sides) manager.closeOwner(side.owner);
  expect({ rows: manager.rowLockCount, objects: manager.list() }).toEqual({ rows: 0, objects: [] });
}

function apply(step: Step, side: Side, manager: LockManager, model: NaiveLocks, ask: Ask): void {
  switch (step.kind) {
    case 'ask':
      expect(answer(() => ask(manager, side, step.resource, step.mode, step.policy))).toBe(
        model.ask(step.owner, step.resource, step.mode, step.policy),
      );
      return;
    case 'give up':
      manager.cancelWait(side.owner);
      model.giveUp(step.owner);
      return;
    case 'mark':
      // A session sets a savepoint between statements: it waits for nothing then.
      if (side.owner.wait !== undefined) return;
      side.mark = manager.mark(side.owner);
      side.markCount = model.count(step.owner);
      return;
    case 'roll back':
      if (side.mark === undefined) return;
      manager.releaseTo(side.owner, side.mark);
      model.keep(step.owner, side.markCount);
      return;
    case 'end':
      manager.releaseTransaction(side.owner);
      model.keep(step.owner, 0);
      side.mark = undefined;
      return;
  }
}

function answer(ask: () => string): string {
  try {
    return ask();
  } catch (error) {
    expect(error).toBeInstanceOf(SqlError);
    expect((error as SqlError).sqlState).toBe('40P01');
    return 'deadlock';
  }
}

const space = 5 as SpaceId;
const rowModes: RowLockMode[] = ['key share', 'share', 'no key update', 'update'];

describe('locks behave as the naive model', () => {
  it('on rows', () => {
    const rules: Rules = {
      conflict: (a, b) => (rowLockConflicts(a) & (1 << b)) !== 0,
      covers: (held, mode) => held >= mode,
    };
    const ask: Ask = (manager, side, resource, mode, policy) =>
      manager.lockRow(
        side.owner,
        space,
        9 as TreeId,
        Buffer.from([resource]),
        rowModes[mode] as RowLockMode,
        policy,
        side.waiter,
        undefined,
        'update',
      );
    fc.assert(
      fc.property(steps([0, 1, 2, 3]), (all) => check(rules, ask, all)),
      { numRuns: 2000 },
    );
  });

  it('on tables', () => {
    const rules: Rules = {
      conflict: (a, b) => (lockConflicts(a as LockMode) & (1 << b)) !== 0,
      covers: (held, mode) => held === mode,
    };
    const ask: Ask = (manager, side, resource, mode, policy) =>
      manager.lockTable(side.owner, space, 1000 + resource, mode as LockMode, policy, side.waiter);
    fc.assert(
      fc.property(steps([1, 2, 3, 3, 4, 5, 5, 6, 7, 8, 8]), (all) => check(rules, ask, all)),
      { numRuns: 2000 },
    );
  });
});
