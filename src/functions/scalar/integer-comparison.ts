/** Comparison of int2, int4, int8 in all mixtures, and of bool and oid, whose datums compare the same way. */
import type { FunctionEntry } from '../function.ts';
import { comparePrimitive, comparisons, extremes, primitiveComparison } from './comparison.ts';

export const integerComparisonFunctions: readonly FunctionEntry[] = [
  ...comparisons(
    primitiveComparison,
    'int2',
    'int2',
    'int2eq 63, int2ne 145, int2lt 64, int2le 148, int2gt 146, int2ge 151, btint2cmp 350',
  ),
  ...comparisons(
    primitiveComparison,
    'int2',
    'int4',
    'int24eq 158, int24ne 164, int24lt 160, int24le 166, int24gt 162, int24ge 168, btint24cmp 2190',
  ),
  ...comparisons(
    primitiveComparison,
    'int2',
    'int8',
    'int28eq 1850, int28ne 1851, int28lt 1852, int28le 1854, int28gt 1853, int28ge 1855, btint28cmp 2192',
  ),
  ...comparisons(
    primitiveComparison,
    'int4',
    'int4',
    'int4eq 65, int4ne 144, int4lt 66, int4le 149, int4gt 147, int4ge 150, btint4cmp 351',
  ),
  ...comparisons(
    primitiveComparison,
    'int4',
    'int2',
    'int42eq 159, int42ne 165, int42lt 161, int42le 167, int42gt 163, int42ge 169, btint42cmp 2191',
  ),
  ...comparisons(
    primitiveComparison,
    'int4',
    'int8',
    'int48eq 852, int48ne 853, int48lt 854, int48le 856, int48gt 855, int48ge 857, btint48cmp 2188',
  ),
  ...comparisons(
    primitiveComparison,
    'int8',
    'int8',
    'int8eq 467, int8ne 468, int8lt 469, int8le 471, int8gt 470, int8ge 472, btint8cmp 842',
  ),
  ...comparisons(
    primitiveComparison,
    'int8',
    'int2',
    'int82eq 1856, int82ne 1857, int82lt 1858, int82le 1860, int82gt 1859, int82ge 1861, btint82cmp 2193',
  ),
  ...comparisons(
    primitiveComparison,
    'int8',
    'int4',
    'int84eq 474, int84ne 475, int84lt 476, int84le 478, int84gt 477, int84ge 479, btint84cmp 2189',
  ),
  ...comparisons(
    primitiveComparison,
    'bool',
    'bool',
    'booleq 60, boolne 84, boollt 56, boolle 1691, boolgt 57, boolge 1692, btboolcmp 1693',
  ),
  ...comparisons(
    primitiveComparison,
    'oid',
    'oid',
    'oideq 184, oidne 185, oidlt 716, oidle 717, oidgt 1638, oidge 1639, btoidcmp 356',
  ),
  ...extremes(comparePrimitive, 'int2', 'int2larger 770, int2smaller 771'),
  ...extremes(comparePrimitive, 'int4', 'int4larger 768, int4smaller 769'),
  ...extremes(comparePrimitive, 'int8', 'int8larger 1236, int8smaller 1237'),
  ...extremes(comparePrimitive, 'oid', 'oidlarger 1965, oidsmaller 1966'),
];
