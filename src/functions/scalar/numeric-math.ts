/** Roots, exponentials, logarithms and powers of numeric (types/numeric-functions.ts), factorials and histogram buckets. */
import { SqlError } from '../../common/sql-error.ts';
import type { Numeric } from '../../types/datum.ts';
import {
  decimalLogarithm,
  exp,
  logarithm,
  naturalLogarithm,
  power,
  squareRoot,
} from '../../types/numeric-functions.ts';
import { compareNumerics, digitsAtScale, makeNumeric, overflowError } from '../../types/numeric-math.ts';
import type { EvalContext } from '../eval-context.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import { inlineRuntime } from '../inline-runtime.ts';

function unary(names: string, compute: (value: Numeric) => Numeric): FunctionEntry[] {
  const kernel: Kernel = (args) => compute(args[0] as Numeric);
  return names.split(', ').map((item) => {
    const [name, oid] = item.split(' ') as [string, string];
    return scalar(Number(oid), `${name}(numeric) numeric`, kernel);
  });
}

function binary(names: string, compute: (left: Numeric, right: Numeric) => Numeric): FunctionEntry[] {
  const kernel: Kernel = (args) => compute(args[0] as Numeric, args[1] as Numeric);
  return names.split(', ').map((item) => {
    const [name, oid] = item.split(' ') as [string, string];
    return scalar(Number(oid), `${name}(numeric, numeric) numeric`, kernel);
  });
}

/** Larger ones have more digits than a numeric can. */
const factorialMax = 32177;

function factorial(value: number | bigint, context: EvalContext): Numeric {
  if (value < 0) throw new SqlError('22003', 'factorial of a negative number is undefined');
  if (value > factorialMax) throw overflowError();
  let product = 1n;
  for (let factor = 2; factor <= value; factor++) {
    product *= BigInt(factor);
    if (factor % 1000 === 0) context.checkInterrupts();
  }
  return makeNumeric(product, 0);
}

function bucketError(message: string): SqlError {
  return new SqlError('2201G', message);
}

function widthBucket(operand: Numeric, low: Numeric, high: Numeric, count: number): number {
  if (count <= 0) throw bucketError('count must be greater than zero');
  if (operand.kind === 'nan' || low.kind === 'nan' || high.kind === 'nan') {
    throw bucketError('operand, lower bound, and upper bound cannot be NaN');
  }
  if (low.kind !== 'finite' || high.kind !== 'finite') throw bucketError('lower and upper bounds must be finite');
  const direction = compareNumerics(high, low);
  if (direction === 0) throw bucketError('lower bound cannot equal upper bound');
  if (compareNumerics(operand, low) * direction < 0) return 0;
  if (compareNumerics(operand, high) * direction >= 0) return inlineRuntime.int4(count + 1);
  const scale = Math.max(operand.scale, low.scale, high.scale);
  const from = digitsAtScale(low, scale);
  const width = digitsAtScale(high, scale) - from;
  return Number(((digitsAtScale(operand, scale) - from) * BigInt(count)) / width) + 1;
}

export const numericMathFunctions: readonly FunctionEntry[] = [
  ...unary('sqrt 1730, numeric_sqrt 1731', squareRoot),
  ...unary('exp 1732, numeric_exp 1733', exp),
  ...unary('ln 1734, numeric_ln 1735', naturalLogarithm),
  ...unary('log 1741, log10 1481', decimalLogarithm),
  ...binary('log 1736, numeric_log 1737', logarithm),
  ...binary('power 2169, pow 1738, numeric_power 1739', power),
  scalar(1376, 'factorial(int8) numeric', (args, context) => factorial(args[0] as number | bigint, context)),
  scalar(2170, 'width_bucket(numeric, numeric, numeric, int4) int4', (args) =>
    widthBucket(args[0] as Numeric, args[1] as Numeric, args[2] as Numeric, args[3] as number),
  ),
];
