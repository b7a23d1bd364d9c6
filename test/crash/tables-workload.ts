/**
 * Random transactions over tables (the model of test/property/tables-model.ts), definitions and sequences, on a disk that
 * crashes at a chosen call; then recovery, which may crash as well, and comparison with the model.
 */
import { expect } from 'vitest';
import { column, Harness, index, part } from '../unit/tables/harness.ts';
import { TablesModel } from '../property/tables-model.ts';
import { FaultyDisk, randomFrom } from './faulty-disk.ts';

const changing = 2000;
const sequence = 3000;
const counting = { increment: 1n, minValue: 1n, maxValue: 2n ** 62n, startValue: 1n, cycle: false };
const long = 'compressible '.repeat(700);

/** A table whose definition changes, and a sequence: what was last committed, and what may be if a commit was on its way. */
interface Definitions {
  rows: number;
  indexes: number;
  columns: number;
}

export class TablesWorkload {
  readonly disk: FaultyDisk;
  readonly random: () => number;
  model: TablesModel | undefined = undefined;
  #definitions: Definitions = { rows: 0, indexes: 0, columns: 0 };
  #committing: Definitions | undefined = undefined;
  #nextOid = 5000;
  #lastValue = 0n;

  constructor(seed: number, crashAt?: number) {
    this.disk = new FaultyDisk(crashAt === undefined ? { seed } : { seed, crashAt });
    this.random = randomFrom(seed);
  }

  /** Runs to the end or to the crash; true if it ended. */
  run(steps: number): Promise<boolean> {
    return untilCrash(this.disk, () => this.#work(steps));
  }

  async #work(steps: number): Promise<void> {
    const harness = await Harness.open(this.disk);
    const model = new TablesModel(harness, this.random);
    await model.createTable();
    this.model = model;
    await this.#createDefinitions(harness);
    for (let step = 0; step < steps; step++) {
      await model.step();
      const what = this.random();
      if (what < 0.08) await harness.purge();
      else if (what < 0.13) await harness.engine.checkpoint();
      else if (what < 0.25) await this.#define(harness);
      else if (what < 0.3) await this.#count(harness);
    }
    for (const { session } of model.sessions.splice(0)) await session.rollback();
    await harness.engine.close();
  }

  async #createDefinitions(harness: Harness): Promise<void> {
    const session = harness.begin();
    const definition = {
      tableOid: changing,
      columns: [column('int4'), column('text')],
      clusterKey: [part(0)],
      clusterIndexOid: 2001,
      indexes: [],
    };
    await harness.store.createTable(definition, session.transaction);
    await harness.store.sequences.create(sequence, 1n, false, session.transaction);
    this.#committing = { rows: 0, indexes: 0, columns: 2 };
    await session.commit();
    this.#definitions = this.#committing;
  }

  /** One transaction that changes the table's definition and its rows. */
  async #define(harness: Harness): Promise<void> {
    const { store } = harness;
    const session = harness.begin();
    const { transaction } = session;
    const next = { ...this.#definitions };
    const add = (count: number): void => {
      const width = next.columns - 2;
      const rows = Array.from({ length: count }, (_, i) => [
        next.rows + i,
        i === 0 ? long : 'v',
        ...Array(width).fill(1),
      ]);
      session.insert(changing, ...rows);
      next.rows += count;
    };
    const what = Math.floor(this.random() * 5);
    if (what === 0) add(20);
    if (what === 1) {
      const build = await store.createIndex(changing, index(this.#nextOid++, [0]), transaction);
      while (build.step({ wake: () => undefined }).kind === 'yield');
      build.close();
      next.indexes++;
      add(3);
    }
    if (what === 2) {
      await store.truncate(changing, transaction);
      next.rows = 0;
      add(5);
    }
    if (what === 3 && next.columns < 8) {
      const columns = [...harness.table(changing).table.columns, column('int4', Buffer.from([1, 0, 0, 0]))];
      await store.changeColumns(changing, columns, transaction);
      next.columns++;
      add(2);
    }
    if (what === 4 && next.indexes > 0) {
      const first = harness.table(changing).table.indexes[0];
      await store.dropIndex(changing, first?.indexOid ?? 0, transaction);
      next.indexes--;
    }
    if (this.random() < 0.3) {
      await session.rollback();
      return;
    }
    this.#committing = next;
    await session.commit();
    this.#definitions = next;
  }

  async #count(harness: Harness): Promise<void> {
    const session = harness.begin();
    const value = harness.store.sequences.next(sequence, counting, session.transaction) as bigint;
    expect(value > this.#lastValue, 'a sequence never repeats').toBe(true);
    await session.commit();
    this.#lastValue = value;
  }

  /** Recovers, crashing now and then on the way, and compares. */
  async check(seed: number): Promise<void> {
    const harness = await recover(this.disk, seed);
    const model = await this.model?.afterCrash(harness);
    await this.#checkDefinitions(harness);
    for (let step = 0; step < 10; step++) await model?.step();
    for (const { session } of model?.sessions ?? []) await session.rollback();
    await harness.engine.close();
  }

  async #checkDefinitions(harness: Harness): Promise<void> {
    const table = harness.store.find(changing);
    const found: Definitions = { rows: 0, indexes: table?.indexes.length ?? 0, columns: table?.columns.length ?? 0 };
    if (table !== undefined) {
      const rows = await harness.run((session) => session.rows(changing));
      found.rows = rows.length;
      expect(rows.every((row, i) => row[0] === i && row.slice(2).every((value) => value === 1))).toBe(true);
      harness.expectSound(changing);
      await this.#count(harness);
    }
    if (JSON.stringify(found) !== JSON.stringify(this.#committing)) expect(found).toEqual(this.#definitions);
  }
}

/** True if the work ended, false if the disk crashed under it; what then still runs is left to fail. */
async function untilCrash(disk: FaultyDisk, work: () => Promise<unknown>): Promise<boolean> {
  let ended: 'not yet' | 'well' | { readonly error: unknown } = 'not yet';
  work().then(
    () => (ended = 'well'),
    (error: unknown) => (ended = { error }),
  );
  while (ended === 'not yet' && !disk.hasCrashed) await new Promise((resolve) => setImmediate(resolve));
  if (disk.hasCrashed) return false;
  const result = ended as 'well' | { readonly error: unknown };
  if (result !== 'well') throw result.error;
  return true;
}

async function recover(crashed: FaultyDisk, seed: number): Promise<Harness> {
  const random = randomFrom(seed);
  let disk = crashed;
  for (let attempt = 0; attempt < 3 && random() < 0.5; attempt++) {
    disk = disk.afterCrash(seed + attempt, { crashAt: 1 + Math.floor(random() * 12) });
    const current = disk;
    const isThrough = await untilCrash(current, () => Harness.open(current));
    if (isThrough) current.crash();
  }
  return Harness.open(disk.afterCrash(seed + 100));
}

/** Runs the workload once to the end, then once for every call of it with a crash there. */
export async function crashEverywhere(seed: number, steps: number): Promise<void> {
  const whole = new TablesWorkload(seed);
  expect(await whole.run(steps)).toBe(true);
  const calls = whole.disk.changes;
  expect(calls).toBeGreaterThan(80);
  for (let crashAt = 1; crashAt <= calls; crashAt++) {
    const workload = new TablesWorkload(seed, crashAt);
    try {
      if (!(await workload.run(steps))) await workload.check(crashAt);
    } catch (error) {
      throw new Error(`seed ${seed}, crash at ${crashAt}`, { cause: error });
    }
  }
}
