/** max and min: the comparison is the type's own. Of equal values, which may print differently, the last one stays. */
import type { Oid } from '../../common/ids.ts';
import type { Datum } from '../../types/datum.ts';
import { getType } from '../../types/registry.ts';
import { aggregate } from '../define.ts';
import type { FunctionEntry } from '../function.ts';
import { oidOfType } from '../type-oids.ts';

interface Extreme {
  value: Datum;
}

/** `direction` is 1 for max, -1 for min. Without rows NULL. */
function extreme(oid: Oid, type: string, name: 'max' | 'min', direction: 1 | -1, sortOperator: Oid): FunctionEntry {
  const better = (candidate: Datum, best: Datum, typeOfArgument: Oid): boolean => {
    const compare = getType(typeOfArgument).compare;
    return best === null || (compare !== undefined && direction * compare(candidate, best) >= 0);
  };
  return aggregate(oid, `${name}(${type}) ${type}`, {
    stateType: oidOfType(type),
    fast: name,
    aggregateKind: 'n',
    sortOperator,
    createState: (): Extreme => ({ value: null }),
    step(state, args, _context, call) {
      const best = state as Extreme;
      const candidate = args[0] as Datum;
      if (better(candidate, best.value, call.argTypes[0] as Oid)) best.value = candidate;
      return best;
    },
    finish: (state) => (state as Extreme).value,
    stateBytes: (state) => valueBytes((state as Extreme).value),
  });
}

function valueBytes(value: Datum): number {
  if (typeof value === 'string') return 32 + value.length * 2;
  return value instanceof Uint8Array ? 64 + value.length : 64;
}

/** type, max: OID and operator >, min: OID and operator <. */
const lines = `
  anyarray      2050  1073  2051  1072
  bpchar        2244  1060  2245  1058
  date          2122  1097  2138  1095
  float4        2119   623  2135   622
  float8        2120   674  2136   672
  int2          2117   520  2133    95
  int4          2116   521  2132    97
  int8          2115   413  2131   412
  interval      2128  1334  2144  1332
  numeric       2130  1756  2146  1754
  oid           2118   610  2134   609
  text          2129   666  2145   664
  tid           2797  2800  2798  2799
  time          2123  1112  2139  1110
  timestamp     2126  2064  2142  2062
  timestamptz   2127  1324  2143  1322
  timetz        2124  1554  2140  1552
  xid8          5099  5074  5100  5073
`;

export const extremeAggregates: readonly FunctionEntry[] = lines
  .trim()
  .split('\n')
  .flatMap((line) => {
    const [type, max, greater, min, less] = line.trim().split(/ +/) as [string, string, string, string, string];
    return [extreme(Number(max), type, 'max', 1, Number(greater)), extreme(Number(min), type, 'min', -1, Number(less))];
  });
