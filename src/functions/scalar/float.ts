/** Comparison and arithmetic of float4 and float8, alone and mixed. A float4 result is rounded to single precision. */
import type { Datum } from '../../types/datum.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import { compareFloat, inlineRuntime as r } from '../inline-runtime.ts';
import type { Comparison } from './comparison.ts';
import { comparisons, extremes } from './comparison.ts';

type Args = readonly Datum[];

function x(args: Args): number {
  return args[0] as number;
}
function y(args: Args): number {
  return args[1] as number;
}

export const floatComparison: Comparison = {
  kernels: [
    (args) => r.eqFloat(x(args), y(args)) === 1,
    (args) => r.neFloat(x(args), y(args)) === 1,
    (args) => r.ltFloat(x(args), y(args)) === 1,
    (args) => r.leFloat(x(args), y(args)) === 1,
    (args) => r.gtFloat(x(args), y(args)) === 1,
    (args) => r.geFloat(x(args), y(args)) === 1,
    (args) => compareFloat(x(args), y(args)),
  ],
  inlines: [
    ([a, b]) => `r.eqFloat(${a}, ${b})`,
    ([a, b]) => `r.neFloat(${a}, ${b})`,
    ([a, b]) => `r.ltFloat(${a}, ${b})`,
    ([a, b]) => `r.leFloat(${a}, ${b})`,
    ([a, b]) => `r.gtFloat(${a}, ${b})`,
    ([a, b]) => `r.geFloat(${a}, ${b})`,
    ([a, b]) => `r.compareFloat(${a}, ${b})`,
  ],
};

const add: Kernel = (args) => r.addFloat8(x(args), y(args));
const subtract: Kernel = (args) => r.subtractFloat8(x(args), y(args));
const multiply: Kernel = (args) => r.multiplyFloat8(x(args), y(args));
const divide: Kernel = (args) => r.divideFloat8(x(args), y(args));
const plus8 = { inline: ([a, b]: readonly string[]) => `r.addFloat8(${a}, ${b})` };
const minus8 = { inline: ([a, b]: readonly string[]) => `r.subtractFloat8(${a}, ${b})` };
const times8 = { inline: ([a, b]: readonly string[]) => `r.multiplyFloat8(${a}, ${b})` };
const divide8 = { inline: ([a, b]: readonly string[]) => `r.divideFloat8(${a}, ${b})` };

const identity: Kernel = (args) => args[0] as Datum;
const same = { inline: ([a]: readonly string[]) => `${a}` };
const negative = { inline: ([a]: readonly string[]) => `(-${a})` };
const absolute = { inline: ([a]: readonly string[]) => `Math.abs(${a})` };

export const floatFunctions: readonly FunctionEntry[] = [
  ...comparisons(
    floatComparison,
    'float4',
    'float4',
    'float4eq 287, float4ne 288, float4lt 289, float4le 290, float4gt 291, float4ge 292, btfloat4cmp 354',
  ),
  ...comparisons(
    floatComparison,
    'float4',
    'float8',
    'float48eq 299, float48ne 300, float48lt 301, float48le 302, float48gt 303, float48ge 304, btfloat48cmp 2194',
  ),
  ...comparisons(
    floatComparison,
    'float8',
    'float8',
    'float8eq 293, float8ne 294, float8lt 295, float8le 296, float8gt 297, float8ge 298, btfloat8cmp 355',
  ),
  ...comparisons(
    floatComparison,
    'float8',
    'float4',
    'float84eq 305, float84ne 306, float84lt 307, float84le 308, float84gt 309, float84ge 310, btfloat84cmp 2195',
  ),
  ...extremes(compareFloat, 'float4', 'float4larger 209, float4smaller 211'),
  ...extremes(compareFloat, 'float8', 'float8larger 223, float8smaller 224'),
  scalar(204, 'float4pl(float4, float4) float4', (args) => r.addFloat4(x(args), y(args)), {
    inline: ([a, b]) => `r.addFloat4(${a}, ${b})`,
  }),
  scalar(205, 'float4mi(float4, float4) float4', (args) => r.subtractFloat4(x(args), y(args)), {
    inline: ([a, b]) => `r.subtractFloat4(${a}, ${b})`,
  }),
  scalar(202, 'float4mul(float4, float4) float4', (args) => r.multiplyFloat4(x(args), y(args)), {
    inline: ([a, b]) => `r.multiplyFloat4(${a}, ${b})`,
  }),
  scalar(203, 'float4div(float4, float4) float4', (args) => r.divideFloat4(x(args), y(args)), {
    inline: ([a, b]) => `r.divideFloat4(${a}, ${b})`,
  }),
  scalar(218, 'float8pl(float8, float8) float8', add, plus8),
  scalar(281, 'float48pl(float4, float8) float8', add, plus8),
  scalar(285, 'float84pl(float8, float4) float8', add, plus8),
  scalar(219, 'float8mi(float8, float8) float8', subtract, minus8),
  scalar(282, 'float48mi(float4, float8) float8', subtract, minus8),
  scalar(286, 'float84mi(float8, float4) float8', subtract, minus8),
  scalar(216, 'float8mul(float8, float8) float8', multiply, times8),
  scalar(279, 'float48mul(float4, float8) float8', multiply, times8),
  scalar(283, 'float84mul(float8, float4) float8', multiply, times8),
  scalar(217, 'float8div(float8, float8) float8', divide, divide8),
  scalar(280, 'float48div(float4, float8) float8', divide, divide8),
  scalar(284, 'float84div(float8, float4) float8', divide, divide8),
  scalar(206, 'float4um(float4) float4', (args) => -x(args), negative),
  scalar(220, 'float8um(float8) float8', (args) => -x(args), negative),
  scalar(1913, 'float4up(float4) float4', identity, same),
  scalar(1914, 'float8up(float8) float8', identity, same),
  scalar(207, 'float4abs(float4) float4', (args) => Math.abs(x(args)), absolute),
  scalar(221, 'float8abs(float8) float8', (args) => Math.abs(x(args)), absolute),
  scalar(1394, 'abs(float4) float4', (args) => Math.abs(x(args)), absolute),
  scalar(1395, 'abs(float8) float8', (args) => Math.abs(x(args)), absolute),
];
