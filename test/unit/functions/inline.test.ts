/**
 * FN-3: inline code and kernel of a function agree, on every combination of border values of the argument types: same value, same
 * error, or `NotNarrow` where the exact result does not fit a double.
 */
import { describe, expect, it } from 'vitest';
import { SqlError } from '../../../src/common/sql-error.ts';
import { callScalar } from '../../../src/functions/call.ts';
import type { FunctionEntry, ScalarImplementation } from '../../../src/functions/function.ts';
import { NotNarrow, inlineRuntime } from '../../../src/functions/inline-runtime.ts';
import { allFunctions } from '../../../src/functions/registry.ts';
import type { Datum } from '../../../src/types/datum.ts';
import { typeOid } from '../../../src/types/oids.ts';
import { testContext } from './function-runner.ts';

const safe = Number.MAX_SAFE_INTEGER;
const floats = [0, -0, 1, -2.5, 3.5, 1e300, -1e300, 1e-300, Infinity, -Infinity, NaN];
const moments = [0, -1, 631_152_000_000_000];

/** Values that a narrow vector slot can hold. */
const samples: ReadonlyMap<number, readonly Datum[]> = new Map<number, readonly Datum[]>([
  [typeOid.bool, [true, false]],
  [typeOid.int2, [0, 1, -1, 7, 32767, -32768]],
  [typeOid.int4, [0, 1, -1, 7, 31, 2147483647, -2147483648]],
  [typeOid.int8, [0, 1, -1, 7, 2147483648, safe, -safe]],
  [typeOid.oid, [0, 1, 4294967295]],
  [typeOid.float4, floats.map(Math.fround)],
  [typeOid.float8, floats],
  [typeOid.date, [0, -1, 2147483647, -2147483648]],
  [typeOid.time, [0, 86_400_000_000]],
  [typeOid.timestamp, moments],
  [typeOid.timestamptz, moments],
]);

/** The value as compiled code sees it. */
function raw(value: Datum): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}

function combinations(types: readonly number[]): Datum[][] {
  return types.reduce<Datum[][]>(
    (rows, type) => {
      const values = samples.get(type) ?? [];
      return rows.flatMap((row) => values.map((value) => [...row, value]));
    },
    [[]],
  );
}

function attempt(compute: () => unknown): unknown {
  try {
    return compute();
  } catch (error) {
    if (error instanceof SqlError) return `${error.sqlState} ${error.message}`;
    if (error instanceof NotNarrow) return 'not narrow';
    throw error;
  }
}

const inlined = allFunctions.filter(
  (entry): entry is FunctionEntry & { implementation: ScalarImplementation } =>
    entry.implementation.kind === 'scalar' && entry.implementation.inline !== undefined,
);

describe('inline code', () => {
  it('exists for the hot functions', () => {
    expect(inlined.length).toBeGreaterThan(150);
  });

  it.each(inlined.map((entry) => [`${entry.name} ${entry.oid}`, entry] as const))('%s', (_name, entry) => {
    const names = entry.argTypes.map((_, i) => `a${i}`);
    const source = entry.implementation.inline?.(names) ?? '';
    // oxlint-disable-next-line no-new-func
    const compiled = new Function('r', ...names, `return ${source};`) as (...args: unknown[]) => unknown;
    const call = { argTypes: entry.argTypes, resultType: entry.returnType };
    for (const args of combinations(entry.argTypes)) {
      const expected = attempt(() => raw(callScalar(entry, args, testContext, call)));
      const actual = attempt(() => compiled(inlineRuntime, ...args.map(raw)));
      if (actual === 'not narrow')
        expect(typeof expected === 'bigint' || String(expected).startsWith('22003')).toBe(true);
      else expect([args, actual]).toEqual([args, expected]);
    }
  });
});
