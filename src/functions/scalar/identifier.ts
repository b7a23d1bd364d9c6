/** xid, xid8, cid, tid and oidvector: comparison only. oid itself is compared with the integers. */
import { ArrayValue } from '../../types/datum.ts';
import type { Datum } from '../../types/datum.ts';
import { compareBytes } from '../../types/utf8.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import { comparePrimitive, comparisonBy, comparisons, extremes, primitiveComparison } from './comparison.ts';

function compareTids(left: Uint8Array, right: Uint8Array): number {
  return compareBytes(left, 0, left.length, right, 0, right.length);
}

/** Shorter vectors sort first, whatever they hold. */
function compareOidVectors(left: ArrayValue, right: ArrayValue): number {
  const a = left.elements as readonly number[];
  const b = right.elements as readonly number[];
  if (a.length !== b.length) return a.length - b.length;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

const same: Kernel = (args) => args[0] === args[1];
const different: Kernel = (args) => args[0] !== args[1];
/** An int4 beside an xid is read as unsigned. */
const sameBits: Kernel = (args) => args[0] === (args[1] as number) >>> 0;
const differentBits: Kernel = (args) => args[0] !== (args[1] as number) >>> 0;

function low32(value: Datum): number {
  return Number(BigInt.asUintN(32, BigInt(value as number | bigint)));
}

export const identifierFunctions: readonly FunctionEntry[] = [
  ...comparisons(
    comparisonBy(compareOidVectors),
    'oidvector',
    'oidvector',
    'oidvectoreq 679, oidvectorne 619, oidvectorlt 677, oidvectorle 678, oidvectorgt 681, oidvectorge 680, btoidvectorcmp 404',
  ),
  ...comparisons(
    comparisonBy(compareTids),
    'tid',
    'tid',
    'tideq 1292, tidne 1265, tidlt 2791, tidle 2793, tidgt 2790, tidge 2792, bttidcmp 2794',
  ),
  ...comparisons(
    primitiveComparison,
    'xid8',
    'xid8',
    'xid8eq 5084, xid8ne 5085, xid8lt 5034, xid8le 5036, xid8gt 5035, xid8ge 5037, xid8cmp 5096',
  ),
  ...extremes(compareTids, 'tid', 'tidlarger 2795, tidsmaller 2796'),
  ...extremes(comparePrimitive, 'xid8', 'xid8_larger 5097, xid8_smaller 5098'),
  scalar(68, 'xideq(xid, xid) bool', same),
  scalar(3308, 'xidneq(xid, xid) bool', different),
  scalar(1319, 'xideqint4(xid, int4) bool', sameBits),
  scalar(3309, 'xidneqint4(xid, int4) bool', differentBits),
  scalar(69, 'cideq(cid, cid) bool', same),
  scalar(5071, 'xid(xid8) xid', (args) => low32(args[0] as Datum)),
];
