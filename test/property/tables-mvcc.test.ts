/** Random transactions over a table with indexes, interleaved, with purge, checkpoints and crashes in between, against a model. */
import { describe, expect, test } from 'vitest';
import { verify } from '../../src/storage/btree/verify.ts';
import { randomFrom } from '../crash/faulty-disk.ts';
import { Harness } from '../unit/tables/harness.ts';
import { modelTable, TablesModel } from './tables-model.ts';

async function run(seed: number, steps: number): Promise<TablesModel> {
  const random = randomFrom(seed);
  let model = new TablesModel(await Harness.create({}, { seed }), random);
  await model.createTable();
  for (let step = 0; step < steps; step++) {
    await model.step();
    const what = random();
    if (what < 0.03) await model.harness.purge();
    else if (what < 0.05) await model.harness.engine.checkpoint();
    else if (what < 0.055) model = await model.afterCrash(await model.harness.crash(seed + step));
    else if (what < 0.09) model.harness.expectSound(modelTable);
  }
  return model;
}

describe('tables under concurrent transactions', () => {
  test('behave like the model, whatever happens', { timeout: 120_000 }, async () => {
    const outcomes = new Set<string>();
    for (let seed = 1; seed <= 12; seed++) {
      const model = await run(seed, 400);
      for (const outcome of model.seen.keys()) outcomes.add(outcome);
      for (const { session } of model.sessions) await session.rollback();
      await model.harness.purgeAll();
      await model.harness.purgeAll();
      model.harness.expectSound(modelTable);
      const { opened } = model.harness.store.tables.get(modelTable);
      for (const tree of [opened.tree, ...opened.indexes.map((index) => index.tree)]) {
        expect(verify(tree).entries, `IDX-3: purge leaves nothing behind, seed ${seed}`).toBe(model.committed.size);
      }
      await model.harness.engine.close();
    }
    const all = ['insert', 'update', 'move'].flatMap((what) =>
      ['done', 'wait', 'unique'].map((end) => `${what} ${end}`),
    );
    expect([...outcomes]).toEqual(
      expect.arrayContaining([...all, 'update stale', 'update gone', 'delete wait', 'rollback to']),
    );
  });
});
