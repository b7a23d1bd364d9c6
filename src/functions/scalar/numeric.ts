/** Arithmetic, rounding and comparison of numeric. The arithmetic itself is types/numeric-math.ts. */
import type { Numeric } from '../../types/datum.ts';
import {
  absolute,
  add,
  ceiling,
  compareNumerics,
  divide,
  divideTruncated,
  floor,
  greatestCommonDivisor,
  leastCommonMultiple,
  minimalScale,
  modulo,
  multiply,
  negate,
  numericFromInteger,
  numericOne,
  round,
  signOf,
  subtract,
  trimScale,
  truncate,
} from '../../types/numeric-math.ts';
import type { FunctionEntry } from '../function.ts';
import { scalar } from '../define.ts';
import { comparisonBy, comparisons, extremes } from './comparison.ts';

/** Entries for `name oid, …` of functions numeric → numeric. */
function unary(names: string, compute: (value: Numeric) => Numeric): FunctionEntry[] {
  return names.split(', ').map((item) => {
    const [name, oid] = item.split(' ') as [string, string];
    return scalar(Number(oid), `${name}(numeric) numeric`, (args) => compute(args[0] as Numeric));
  });
}

function binary(names: string, compute: (left: Numeric, right: Numeric) => Numeric): FunctionEntry[] {
  return names.split(', ').map((item) => {
    const [name, oid] = item.split(' ') as [string, string];
    return scalar(Number(oid), `${name}(numeric, numeric) numeric`, (args) =>
      compute(args[0] as Numeric, args[1] as Numeric),
    );
  });
}

function sign(value: Numeric): Numeric {
  return value.kind === 'nan' ? value : numericFromInteger(signOf(value));
}

export const numericFunctions: readonly FunctionEntry[] = [
  ...comparisons(
    comparisonBy(compareNumerics),
    'numeric',
    'numeric',
    'numeric_eq 1718, numeric_ne 1719, numeric_lt 1722, numeric_le 1723, numeric_gt 1720, numeric_ge 1721, numeric_cmp 1769',
  ),
  ...extremes(compareNumerics, 'numeric', 'numeric_larger 1767, numeric_smaller 1766'),
  ...binary('numeric_add 1724', add),
  ...binary('numeric_sub 1725', subtract),
  ...binary('numeric_mul 1726', multiply),
  ...binary('numeric_div 1727', divide),
  ...binary('mod 1728, numeric_mod 1729', modulo),
  ...binary('div 1973, numeric_div_trunc 1980', divideTruncated),
  ...binary('gcd 5048', greatestCommonDivisor),
  ...binary('lcm 5049', leastCommonMultiple),
  ...unary('numeric_uminus 1771', negate),
  ...unary('numeric_uplus 1915', (value) => value),
  ...unary('abs 1705, numeric_abs 1704', absolute),
  ...unary('sign 1706', sign),
  ...unary('round 1708', (value) => round(value, 0)),
  ...unary('trunc 1710', (value) => truncate(value, 0)),
  ...unary('ceil 1711, ceiling 2167', ceiling),
  ...unary('floor 1712', floor),
  ...unary('numeric_inc 1764', (value) => add(value, numericOne)),
  ...unary('trim_scale 5043', trimScale),
  scalar(1707, 'round(numeric, int4) numeric', (args) => round(args[0] as Numeric, args[1] as number)),
  scalar(1709, 'trunc(numeric, int4) numeric', (args) => truncate(args[0] as Numeric, args[1] as number)),
  scalar(3281, 'scale(numeric) int4', (args) => {
    const value = args[0] as Numeric;
    return value.kind === 'finite' ? value.scale : null;
  }),
  scalar(5042, 'min_scale(numeric) int4', (args) => {
    const value = args[0] as Numeric;
    return value.kind === 'finite' ? minimalScale(value) : null;
  }),
];
