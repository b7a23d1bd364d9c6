import { describe, expect, test } from 'vitest';
import type { SequenceParameters } from '../../../src/tables/storage.ts';
import { Harness } from './harness.ts';

const counter = 3000;
const upwards: SequenceParameters = {
  increment: 1n,
  minValue: 1n,
  maxValue: 2n ** 63n - 1n,
  startValue: 1n,
  cycle: false,
};

async function withSequence(start: bigint = 1n): Promise<Harness> {
  const harness = await Harness.create();
  await harness.run((session) => harness.store.sequences.create(counter, start, false, session.transaction));
  return harness;
}

function take(
  harness: Harness,
  count: number,
  parameters: SequenceParameters = upwards,
): Promise<(bigint | undefined)[]> {
  return harness.run((session) =>
    Array.from({ length: count }, () => harness.store.sequences.next(counter, parameters, session.transaction)),
  );
}

describe('sequences', () => {
  test('values count up, and a rollback gives none back', async () => {
    const harness = await withSequence();
    expect(await take(harness, 3)).toEqual([1n, 2n, 3n]);
    const session = harness.begin();
    expect(harness.store.sequences.next(counter, upwards, session.transaction)).toBe(4n);
    await session.rollback();
    expect(await take(harness, 1)).toEqual([5n]);
    expect(harness.store.sequences.state(counter)).toMatchObject({ lastValue: 5n, isCalled: true });
  });

  test('after a crash no value comes again; after a clean stop none is left out', async () => {
    let harness = await withSequence();
    const seen = await take(harness, 40);
    for (let seed = 1; seed < 4; seed++) {
      harness = await harness.crash(seed);
      seen.push(...(await take(harness, 5)));
      await harness.engine.checkpoint();
      seen.push(...(await take(harness, 3)));
    }
    expect(new Set(seen).size).toBe(seen.length);
    const last = seen.at(-1) as bigint;
    await harness.engine.close();
    harness = await Harness.open(harness.disk.afterCrash(9));
    expect(await take(harness, 1)).toEqual([last + 1n]);
  });

  test('limits end or turn a sequence, downwards too', async () => {
    const harness = await withSequence(9n);
    const limited = { ...upwards, maxValue: 10n };
    expect(await take(harness, 3, limited)).toEqual([9n, 10n, undefined]);
    expect(await take(harness, 2, { ...limited, cycle: true })).toEqual([1n, 2n]);
    const downwards = { ...upwards, increment: -3n, minValue: -5n, maxValue: 2n };
    expect(await take(harness, 3, downwards)).toEqual([-1n, -4n, undefined]);
    expect(await take(harness, 1, { ...downwards, cycle: true })).toEqual([2n]);
    const large = 2n ** 62n;
    await harness.run((session) => harness.store.sequences.set(counter, large, false, session.transaction));
    expect(await take(harness, 2)).toEqual([large, large + 1n]);
  });

  test('setval stays, restart and drop are undone', async () => {
    const harness = await withSequence();
    await take(harness, 5);
    const session = harness.begin();
    await harness.store.sequences.restart(counter, 100n, false, session.transaction);
    expect(harness.store.sequences.next(counter, upwards, session.transaction)).toBe(100n);
    await session.rollback();
    expect(await take(harness, 1)).toEqual([6n]);
    const setter = harness.begin();
    harness.store.sequences.set(counter, 50n, true, setter.transaction);
    await harness.store.sequences.drop(counter, setter.transaction);
    await setter.rollback();
    expect(await take(harness, 1)).toEqual([51n]);
    const again = await harness.crash(1);
    expect(((await take(again, 1))[0] as bigint) > 51n).toBe(true);
  });

  test('after ALTER SEQUENCE the old record covers nothing', async () => {
    const harness = await withSequence();
    expect(await take(harness, 2)).toEqual([1n, 2n]);
    expect(await take(harness, 2, { ...upwards, increment: 1000n })).toEqual([1002n, 2002n]);
    const again = await harness.crash(1);
    expect(((await take(again, 1))[0] as bigint) > 2002n).toBe(true);
  });
});
