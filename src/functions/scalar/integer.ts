/**
 * Arithmetic and bit operators of int2, int4 and int8. Mixed operands compute in the wider type. int2 and int4 results are
 * checked in double arithmetic, which is exact there; int8 goes through int8-math.ts.
 */
import type { Datum } from '../../types/datum.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import { inlineRuntime as r, int4OutOfRange } from '../inline-runtime.ts';
import type { Int8 } from '../int8-math.ts';
import {
  absInt8,
  addInt8,
  bitwiseInt8,
  divideInt8,
  gcdInt8,
  lcmInt8,
  modInt8,
  multiplyInt8,
  negateInt8,
  subtractInt8,
} from '../int8-math.ts';

type Args = readonly Datum[];

function x(args: Args): number {
  return args[0] as number;
}
function y(args: Args): number {
  return args[1] as number;
}
function wideX(args: Args): Int8 {
  return args[0] as Int8;
}
function wideY(args: Args): Int8 {
  return args[1] as Int8;
}

const addInt4: Kernel = (args) => r.int4(x(args) + y(args));
const subtractInt4: Kernel = (args) => r.int4(x(args) - y(args));
const multiplyInt4: Kernel = (args) => r.int4(x(args) * y(args));
const divideInt4: Kernel = (args) => r.divideInt4(x(args), y(args));

const plus4 = { inline: ([a, b]: readonly string[]) => `r.int4(${a} + ${b})` };
const minus4 = { inline: ([a, b]: readonly string[]) => `r.int4(${a} - ${b})` };
const times4 = { inline: ([a, b]: readonly string[]) => `r.int4(${a} * ${b})` };
const divide4 = { inline: ([a, b]: readonly string[]) => `r.divideInt4(${a}, ${b})` };
const mod32 = { inline: ([a, b]: readonly string[]) => `r.modInt32(${a}, ${b})` };

const int2AndInt4: readonly FunctionEntry[] = [
  scalar(176, 'int2pl(int2, int2) int2', (args) => r.int2(x(args) + y(args)), {
    inline: ([a, b]) => `r.int2(${a} + ${b})`,
  }),
  scalar(180, 'int2mi(int2, int2) int2', (args) => r.int2(x(args) - y(args)), {
    inline: ([a, b]) => `r.int2(${a} - ${b})`,
  }),
  scalar(152, 'int2mul(int2, int2) int2', (args) => r.int2(x(args) * y(args)), {
    inline: ([a, b]) => `r.int2(${a} * ${b})`,
  }),
  scalar(153, 'int2div(int2, int2) int2', (args) => r.divideInt2(x(args), y(args)), {
    inline: ([a, b]) => `r.divideInt2(${a}, ${b})`,
  }),
  scalar(155, 'int2mod(int2, int2) int2', (args) => r.modInt32(x(args), y(args)), mod32),
  scalar(940, 'mod(int2, int2) int2', (args) => r.modInt32(x(args), y(args)), mod32),
  scalar(177, 'int4pl(int4, int4) int4', addInt4, plus4),
  scalar(178, 'int24pl(int2, int4) int4', addInt4, plus4),
  scalar(179, 'int42pl(int4, int2) int4', addInt4, plus4),
  scalar(181, 'int4mi(int4, int4) int4', subtractInt4, minus4),
  scalar(182, 'int24mi(int2, int4) int4', subtractInt4, minus4),
  scalar(183, 'int42mi(int4, int2) int4', subtractInt4, minus4),
  scalar(141, 'int4mul(int4, int4) int4', multiplyInt4, times4),
  scalar(170, 'int24mul(int2, int4) int4', multiplyInt4, times4),
  scalar(171, 'int42mul(int4, int2) int4', multiplyInt4, times4),
  scalar(154, 'int4div(int4, int4) int4', divideInt4, divide4),
  scalar(172, 'int24div(int2, int4) int4', divideInt4, divide4),
  scalar(173, 'int42div(int4, int2) int4', divideInt4, divide4),
  scalar(156, 'int4mod(int4, int4) int4', (args) => r.modInt32(x(args), y(args)), mod32),
  scalar(941, 'mod(int4, int4) int4', (args) => r.modInt32(x(args), y(args)), mod32),
  scalar(766, 'int4inc(int4) int4', (args) => r.int4(x(args) + 1)),
];

const addWide: Kernel = (args) => addInt8(wideX(args), wideY(args));
const subtractWide: Kernel = (args) => subtractInt8(wideX(args), wideY(args));
const multiplyWide: Kernel = (args) => multiplyInt8(wideX(args), wideY(args));
const divideWide: Kernel = (args) => divideInt8(wideX(args), wideY(args));

const plus8 = { inline: ([a, b]: readonly string[]) => `r.safe(${a} + ${b})` };
const minus8 = { inline: ([a, b]: readonly string[]) => `r.safe(${a} - ${b})` };
const times8 = { inline: ([a, b]: readonly string[]) => `r.safe(${a} * ${b})` };
const divide8 = { inline: ([a, b]: readonly string[]) => `r.divideSafe(${a}, ${b})` };
const mod8 = { inline: ([a, b]: readonly string[]) => `r.modSafe(${a}, ${b})` };

const int8: readonly FunctionEntry[] = [
  scalar(463, 'int8pl(int8, int8) int8', addWide, plus8),
  scalar(837, 'int82pl(int8, int2) int8', addWide, plus8),
  scalar(841, 'int28pl(int2, int8) int8', addWide, plus8),
  scalar(1274, 'int84pl(int8, int4) int8', addWide, plus8),
  scalar(1278, 'int48pl(int4, int8) int8', addWide, plus8),
  scalar(464, 'int8mi(int8, int8) int8', subtractWide, minus8),
  scalar(838, 'int82mi(int8, int2) int8', subtractWide, minus8),
  scalar(942, 'int28mi(int2, int8) int8', subtractWide, minus8),
  scalar(1275, 'int84mi(int8, int4) int8', subtractWide, minus8),
  scalar(1279, 'int48mi(int4, int8) int8', subtractWide, minus8),
  scalar(465, 'int8mul(int8, int8) int8', multiplyWide, times8),
  scalar(839, 'int82mul(int8, int2) int8', multiplyWide, times8),
  scalar(943, 'int28mul(int2, int8) int8', multiplyWide, times8),
  scalar(1276, 'int84mul(int8, int4) int8', multiplyWide, times8),
  scalar(1280, 'int48mul(int4, int8) int8', multiplyWide, times8),
  scalar(466, 'int8div(int8, int8) int8', divideWide, divide8),
  scalar(840, 'int82div(int8, int2) int8', divideWide, divide8),
  scalar(948, 'int28div(int2, int8) int8', divideWide, divide8),
  scalar(1277, 'int84div(int8, int4) int8', divideWide, divide8),
  scalar(1281, 'int48div(int4, int8) int8', divideWide, divide8),
  scalar(945, 'int8mod(int8, int8) int8', (args) => modInt8(wideX(args), wideY(args)), mod8),
  scalar(947, 'mod(int8, int8) int8', (args) => modInt8(wideX(args), wideY(args)), mod8),
  scalar(1219, 'int8inc(int8) int8', (args) => addInt8(wideX(args), 1)),
  scalar(3546, 'int8dec(int8) int8', (args) => subtractInt8(wideX(args), 1)),
];

const identity: Kernel = (args) => args[0] as Datum;
const same = { inline: ([a]: readonly string[]) => `${a}` };

const signs: readonly FunctionEntry[] = [
  scalar(213, 'int2um(int2) int2', (args) => r.int2(-x(args)), { inline: ([a]) => `r.int2(-${a})` }),
  scalar(212, 'int4um(int4) int4', (args) => r.int4(-x(args)), { inline: ([a]) => `r.int4(-${a})` }),
  scalar(462, 'int8um(int8) int8', (args) => negateInt8(wideX(args)), { inline: ([a]) => `(0 - ${a})` }),
  scalar(1911, 'int2up(int2) int2', identity, same),
  scalar(1912, 'int4up(int4) int4', identity, same),
  scalar(1910, 'int8up(int8) int8', identity, same),
  scalar(1253, 'int2abs(int2) int2', (args) => r.int2(Math.abs(x(args)))),
  scalar(1251, 'int4abs(int4) int4', (args) => r.int4(Math.abs(x(args)))),
  scalar(1230, 'int8abs(int8) int8', (args) => absInt8(wideX(args))),
  scalar(1398, 'abs(int2) int2', (args) => r.int2(Math.abs(x(args))), { inline: ([a]) => `r.int2(Math.abs(${a}))` }),
  scalar(1397, 'abs(int4) int4', (args) => r.int4(Math.abs(x(args))), { inline: ([a]) => `r.int4(Math.abs(${a}))` }),
  scalar(1396, 'abs(int8) int8', (args) => absInt8(wideX(args)), { inline: ([a]) => `Math.abs(${a})` }),
];

function wide(args: Args, index: number): bigint {
  return BigInt(args[index] as Int8);
}

const and = { inline: ([a, b]: readonly string[]) => `(${a} & ${b})` };
const or = { inline: ([a, b]: readonly string[]) => `(${a} | ${b})` };
const xor = { inline: ([a, b]: readonly string[]) => `(${a} ^ ${b})` };
const not = { inline: ([a]: readonly string[]) => `(~${a})` };

/** Shift counts wrap at the width of the machine operation, as on PostgreSQL's common platforms. */
const bits: readonly FunctionEntry[] = [
  scalar(1892, 'int2and(int2, int2) int2', (args) => x(args) & y(args), and),
  scalar(1893, 'int2or(int2, int2) int2', (args) => x(args) | y(args), or),
  scalar(1894, 'int2xor(int2, int2) int2', (args) => x(args) ^ y(args), xor),
  scalar(1895, 'int2not(int2) int2', (args) => ~x(args), not),
  scalar(1896, 'int2shl(int2, int4) int2', (args) => ((x(args) << y(args)) << 16) >> 16),
  scalar(1897, 'int2shr(int2, int4) int2', (args) => x(args) >> y(args)),
  scalar(1898, 'int4and(int4, int4) int4', (args) => x(args) & y(args), and),
  scalar(1899, 'int4or(int4, int4) int4', (args) => x(args) | y(args), or),
  scalar(1900, 'int4xor(int4, int4) int4', (args) => x(args) ^ y(args), xor),
  scalar(1901, 'int4not(int4) int4', (args) => ~x(args), not),
  scalar(1902, 'int4shl(int4, int4) int4', (args) => x(args) << y(args), {
    inline: ([a, b]) => `(${a} << ${b})`,
  }),
  scalar(1903, 'int4shr(int4, int4) int4', (args) => x(args) >> y(args), { inline: ([a, b]) => `(${a} >> ${b})` }),
  scalar(1904, 'int8and(int8, int8) int8', (args) => bitwiseInt8(wide(args, 0) & wide(args, 1))),
  scalar(1905, 'int8or(int8, int8) int8', (args) => bitwiseInt8(wide(args, 0) | wide(args, 1))),
  scalar(1906, 'int8xor(int8, int8) int8', (args) => bitwiseInt8(wide(args, 0) ^ wide(args, 1))),
  scalar(1907, 'int8not(int8) int8', (args) => bitwiseInt8(~wide(args, 0))),
  scalar(1908, 'int8shl(int8, int4) int8', (args) => bitwiseInt8(wide(args, 0) << BigInt(y(args) & 63))),
  scalar(1909, 'int8shr(int8, int4) int8', (args) => bitwiseInt8(wide(args, 0) >> BigInt(y(args) & 63))),
];

function gcdInt4(left: number, right: number): number {
  let a = Math.abs(left);
  let b = Math.abs(right);
  while (b !== 0) [a, b] = [b, a % b];
  if (a > 2147483647) throw int4OutOfRange();
  return a;
}

function lcmInt4(left: number, right: number): number {
  if (left === 0 || right === 0) return 0;
  return r.int4(Math.abs((left / gcdInt4(left, right)) * right));
}

const divisors: readonly FunctionEntry[] = [
  scalar(5044, 'gcd(int4, int4) int4', (args) => gcdInt4(x(args), y(args))),
  scalar(5045, 'gcd(int8, int8) int8', (args) => gcdInt8(wideX(args), wideY(args))),
  scalar(5046, 'lcm(int4, int4) int4', (args) => lcmInt4(x(args), y(args))),
  scalar(5047, 'lcm(int8, int8) int8', (args) => lcmInt8(wideX(args), wideY(args))),
];

export const integerFunctions: readonly FunctionEntry[] = [...int2AndInt4, ...int8, ...signs, ...bits, ...divisors];
