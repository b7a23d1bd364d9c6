/** Conversions among bool, the integers, the floats, numeric and oid. */
import type { Numeric } from '../../types/datum.ts';
import { canonicalInt64 } from '../../types/datum.ts';
import { parseFloat4 } from '../../types/float.ts';
import { numericFromInteger, numericToInt16, numericToInt32, numericToInt64 } from '../../types/numeric-math.ts';
import {
  coerceNumeric,
  formatNumeric,
  numericFromFloat4,
  numericFromFloat8,
  numericToFloat8,
} from '../../types/numeric-text.ts';
import { SqlError } from '../../common/sql-error.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import {
  floatOverflow,
  floatUnderflow,
  inlineRuntime as r,
  int2OutOfRange,
  int4OutOfRange,
  int8OutOfRange,
  roundHalfEven,
} from '../inline-runtime.ts';

const same: Kernel = (args) => args[0] ?? null;
const asIs = { inline: ([a]: readonly string[]) => `${a}` };

function narrowInt2(value: number | bigint): number {
  if (value < -32768 || value > 32767) throw int2OutOfRange();
  return Number(value);
}

function narrowInt4(value: number | bigint): number {
  if (value < -2147483648 || value > 2147483647) throw int4OutOfRange();
  return Number(value);
}

function floatToInt8(value: number): number | bigint {
  const rounded = roundHalfEven(value);
  if (!(rounded >= -9223372036854775808 && rounded < 9223372036854775808)) throw int8OutOfRange();
  return Number.isSafeInteger(rounded) ? rounded + 0 : canonicalInt64(BigInt(rounded));
}

function floatToFloat4(value: number): number {
  const single = Math.fround(value);
  if ((single === Infinity || single === -Infinity) && isFinite(value)) throw floatOverflow();
  if (single === 0 && value !== 0) throw floatUnderflow();
  return single;
}

/** int8 → float4 must round once: a bigint goes through its digits. */
function int8ToFloat4(value: number | bigint): number {
  return typeof value === 'number' ? Math.fround(value) : parseFloat4(value.toString());
}

function numericToFloat4(value: Numeric): number {
  return value.kind === 'finite' ? parseFloat4(formatNumeric(value)) : numericToFloat8(value);
}

function int8ToOid(value: number | bigint): number {
  if (value < 0 || value > 4294967295) throw new SqlError('22003', 'OID out of range');
  return Number(value);
}

const toInt2 = { inline: ([a]: readonly string[]) => `r.int2(${a})` };
const toInt4 = { inline: ([a]: readonly string[]) => `r.int4(${a})` };

const integerCasts: readonly FunctionEntry[] = [
  scalar(313, 'int4(int2) int4', same, asIs),
  scalar(314, 'int2(int4) int2', (args) => narrowInt2(args[0] as number), toInt2),
  scalar(481, 'int8(int4) int8', same, asIs),
  scalar(754, 'int8(int2) int8', same, asIs),
  scalar(480, 'int4(int8) int4', (args) => narrowInt4(args[0] as number | bigint), toInt4),
  scalar(714, 'int2(int8) int2', (args) => narrowInt2(args[0] as number | bigint), toInt2),
  scalar(1287, 'oid(int8) oid', (args) => int8ToOid(args[0] as number | bigint)),
  scalar(1288, 'int8(oid) int8', same, asIs),
  scalar(2557, 'bool(int4) bool', (args) => args[0] !== 0, { inline: ([a]) => `(${a} !== 0 ? 1 : 0)` }),
  scalar(2558, 'int4(bool) int4', (args) => (args[0] === true ? 1 : 0), asIs),
];

const floatCasts: readonly FunctionEntry[] = [
  scalar(235, 'float8(int2) float8', same, asIs),
  scalar(316, 'float8(int4) float8', same, asIs),
  scalar(482, 'float8(int8) float8', (args) => Number(args[0]), asIs),
  scalar(236, 'float4(int2) float4', same, asIs),
  scalar(318, 'float4(int4) float4', (args) => Math.fround(args[0] as number), {
    inline: ([a]) => `Math.fround(${a})`,
  }),
  scalar(652, 'float4(int8) float4', (args) => int8ToFloat4(args[0] as number | bigint), {
    inline: ([a]) => `Math.fround(${a})`,
  }),
  scalar(311, 'float8(float4) float8', same, asIs),
  scalar(312, 'float4(float8) float4', (args) => floatToFloat4(args[0] as number)),
  scalar(237, 'int2(float8) int2', (args) => r.float8ToInt2(args[0] as number), {
    inline: ([a]) => `r.float8ToInt2(${a})`,
  }),
  scalar(238, 'int2(float4) int2', (args) => r.float8ToInt2(args[0] as number), {
    inline: ([a]) => `r.float8ToInt2(${a})`,
  }),
  scalar(317, 'int4(float8) int4', (args) => r.float8ToInt4(args[0] as number), {
    inline: ([a]) => `r.float8ToInt4(${a})`,
  }),
  scalar(319, 'int4(float4) int4', (args) => r.float8ToInt4(args[0] as number), {
    inline: ([a]) => `r.float8ToInt4(${a})`,
  }),
  scalar(483, 'int8(float8) int8', (args) => floatToInt8(args[0] as number)),
  scalar(653, 'int8(float4) int8', (args) => floatToInt8(args[0] as number)),
];

const integerToNumeric: Kernel = (args) => numericFromInteger(args[0] as number | bigint);

const numericCasts: readonly FunctionEntry[] = [
  scalar(1703, 'numeric(numeric, int4) numeric', (args) => coerceNumeric(args[0] as Numeric, args[1] as number)),
  scalar(1782, 'numeric(int2) numeric', integerToNumeric),
  scalar(1740, 'numeric(int4) numeric', integerToNumeric),
  scalar(1781, 'numeric(int8) numeric', integerToNumeric),
  scalar(1742, 'numeric(float4) numeric', (args) => numericFromFloat4(args[0] as number)),
  scalar(1743, 'numeric(float8) numeric', (args) => numericFromFloat8(args[0] as number)),
  scalar(1783, 'int2(numeric) int2', (args) => numericToInt16(args[0] as Numeric)),
  scalar(1744, 'int4(numeric) int4', (args) => numericToInt32(args[0] as Numeric)),
  scalar(1779, 'int8(numeric) int8', (args) => numericToInt64(args[0] as Numeric)),
  scalar(1745, 'float4(numeric) float4', (args) => numericToFloat4(args[0] as Numeric)),
  scalar(1746, 'float8(numeric) float8', (args) => numericToFloat8(args[0] as Numeric)),
];

export const numberCastFunctions: readonly FunctionEntry[] = [...integerCasts, ...floatCasts, ...numericCasts];
