/** Arithmetic and functions of numeric against PostgreSQL's results; the number path against the bigint path. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Numeric } from '../../../src/types/datum.ts';
import { formatFloat4, formatFloat8 } from '../../../src/types/float-format.ts';
import {
  decimalLogarithm,
  exp,
  logarithm,
  naturalLogarithm,
  power,
  squareRoot,
} from '../../../src/types/numeric-functions.ts';
import * as math from '../../../src/types/numeric-math.ts';
import { formatNumeric, numericFromFloat8, numericToFloat8, parseNumeric } from '../../../src/types/numeric-text.ts';
import { outcome, readFixture } from './fixture.ts';
import type { Failure } from './fixture.ts';

type Result = Numeric | number | bigint | string;

const functions: Readonly<Record<string, (a: Numeric, b: Numeric) => Result>> = {
  add: math.add,
  subtract: math.subtract,
  multiply: math.multiply,
  divide: math.divide,
  modulo: math.modulo,
  divideTruncated: math.divideTruncated,
  greatestCommonDivisor: math.greatestCommonDivisor,
  leastCommonMultiple: math.leastCommonMultiple,
  power,
  logarithm,
  sqrt: squareRoot,
  exp,
  ln: naturalLogarithm,
  ceil: math.ceiling,
  floor: math.floor,
  abs: math.absolute,
  trim_scale: math.trimScale,
  round: (a) => math.round(a, 0),
  trunc: (a) => math.truncate(a, 0),
  roundTo: (a, b) => math.round(a, Number(b.digits)),
  truncateTo: (a, b) => math.truncate(a, Number(b.digits)),
  int8: math.numericToInt64,
  int4: math.numericToInt32,
  int2: math.numericToInt16,
  float8: (a) => formatFloat8(numericToFloat8(a), 1),
};

function textOf(result: Result): string {
  return result instanceof Numeric ? formatNumeric(result) : String(result);
}

const { cases } = readFixture<{ cases: [name: string, a: string, b: string, result: string | Failure][] }>(
  'numeric-math',
);

describe.each(Object.keys(functions))('%s', (name) => {
  test('agrees with PostgreSQL', () => {
    const run = functions[name] as (a: Numeric, b: Numeric) => Result;
    for (const [, a, b, expected] of cases.filter((entry) => entry[0] === name)) {
      const result = outcome(() => textOf(run(parseNumeric(a), parseNumeric(b === '' ? '0' : b))));
      expect.soft([a, b, result]).toEqual([a, b, expected]);
    }
  });
});

const digits = fc.oneof(
  fc.bigInt({ min: -(2n ** 60n), max: 2n ** 60n }),
  fc.bigInt({ min: -1000n, max: 1000n }),
  fc.bigInt(),
);
const numeric = fc
  .tuple(digits, fc.integer({ min: 0, max: 30 }))
  .map(([value, scale]) => math.makeNumeric(value, scale));

/** The exact value as a fraction over 10^60. */
function exact(value: Numeric): bigint {
  return BigInt(value.digits) * 10n ** BigInt(60 - value.scale);
}

describe('properties', () => {
  test('sums and products are exact, whichever path they take', () => {
    fc.assert(
      fc.property(numeric, numeric, (a, b) => {
        expect(exact(math.add(a, b))).toBe(exact(a) + exact(b));
        expect(exact(math.multiply(a, b)) * 10n ** 60n).toBe(exact(a) * exact(b));
        expect(Math.sign(math.compareNumerics(a, b))).toBe(exact(a) < exact(b) ? -1 : exact(a) > exact(b) ? 1 : 0);
      }),
    );
  });

  test('digits are canonical: a bigint never fits a safe integer', () => {
    fc.assert(
      fc.property(numeric, numeric, (a, b) => {
        for (const result of [math.add(a, b), math.subtract(a, b), math.multiply(a, b), math.negate(a)]) {
          const fits = Number.isSafeInteger(Number(result.digits));
          expect(typeof result.digits).toBe(fits ? 'number' : 'bigint');
          expect(Object.is(result.digits, -0)).toBe(false);
        }
      }),
    );
  });

  test('text round trip', () => {
    fc.assert(
      fc.property(numeric, (value) => {
        expect(parseNumeric(formatNumeric(value))).toEqual(value);
      }),
    );
  });

  test('doubles print so that they read back', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(Number(formatFloat8(value, 1))).toBe(value);
        const single = Math.fround(value);
        expect(Math.fround(Number(formatFloat4(single, 1)))).toBe(single);
      }),
      { numRuns: 1000 },
    );
  });

  test('a double becomes a numeric of 15 digits', () => {
    expect(formatNumeric(numericFromFloat8(0.1))).toBe('0.1');
    expect(formatNumeric(numericFromFloat8(123456789.1234567))).toBe('123456789.123457');
    expect(formatNumeric(decimalLogarithm(parseNumeric('100')))).toBe('2.0000000000000000');
  });
});
