/** Which functions read and write each type: pg_type's typinput, typoutput, typreceive, typsend, typmodin, typmodout, typsubscript. */
import type { Oid } from '../common/ids.ts';
import { findType } from '../types/registry.ts';
import { oidOfType } from './type-oids.ts';

/** OIDs of functions; 0 where the type has none. */
export interface TypeIoFunctions {
  readonly input: Oid;
  readonly output: Oid;
  readonly receive: Oid;
  readonly send: Oid;
  readonly typmodIn: Oid;
  readonly typmodOut: Oid;
  readonly subscript: Oid;
}

/** Type, then the seven functions. */
const lines = `
  bool                    1242 1243 2436 2437    0    0    0
  bytea                   1244   31 2412 2413    0    0    0
  char                    1245   33 2434 2435    0    0    0
  name                      34   35 2422 2423    0    0 6180
  int8                     460  461 2408 2409    0    0    0
  int2                      38   39 2404 2405    0    0    0
  int2vector                40   41 2410 2411    0    0 6179
  int4                      42   43 2406 2407    0    0    0
  regproc                   44   45 2444 2445    0    0    0
  text                      46   47 2414 2415    0    0    0
  oid                     1798 1799 2418 2419    0    0    0
  tid                       48   49 2438 2439    0    0    0
  xid                       50   51 2440 2441    0    0    0
  cid                       52   53 2442 2443    0    0    0
  oidvector                 54   55 2420 2421    0    0 6179
  pg_ddl_command            86   87   88   90    0    0    0
  pg_node_tree             195  196  197  198    0    0    0
  table_am_handler         267  268    0    0    0    0    0
  index_am_handler         326  327    0    0    0    0    0
  float4                   200  201 2424 2425    0    0    0
  float8                   214  215 2426 2427    0    0    0
  unknown                  109  110 2416 2417    0    0    0
  aclitem                 1031 1032    0    0    0    0    0
  bpchar                  1044 1045 2430 2431 2913 2914    0
  varchar                 1046 1047 2432 2433 2915 2916    0
  date                    1084 1085 2468 2469    0    0    0
  time                    1143 1144 2470 2471 2909 2910    0
  timestamp               1312 1313 2474 2475 2905 2906    0
  timestamptz             1150 1151 2476 2477 2907 2908    0
  interval                1160 1161 2478 2479 2903 2904    0
  timetz                  1350 1351 2472 2473 2911 2912    0
  numeric                 1701 1702 2460 2461 2917 2918    0
  regprocedure            2212 2213 2446 2447    0    0    0
  regoper                 2214 2215 2448 2449    0    0    0
  regoperator             2216 2217 2450 2451    0    0    0
  regclass                2218 2219 2452 2453    0    0    0
  regtype                 2220 2221 2454 2455    0    0    0
  record                  2290 2291 2402 2403    0    0    0
  cstring                 2292 2293 2500 2501    0    0    0
  any                     2294 2295    0    0    0    0    0
  anyarray                2296 2297 2502 2503    0    0    0
  void                    2298 2299 3120 3121    0    0    0
  trigger                 2300 2301    0    0    0    0    0
  language_handler        2302 2303    0    0    0    0    0
  internal                2304 2305    0    0    0    0    0
  anyelement              2312 2313    0    0    0    0    0
  anynonarray             2777 2778    0    0    0    0    0
  uuid                    2952 2953 2961 2962    0    0    0
  fdw_handler             3116 3117    0    0    0    0    0
  pg_lsn                  3229 3230 3238 3239    0    0    0
  tsm_handler             3311 3312    0    0    0    0    0
  anyenum                 3504 3505    0    0    0    0    0
  regconfig               3736 3737 3738 3739    0    0    0
  regdictionary           3771 3772 3773 3774    0    0    0
  anyrange                3832 3833    0    0    0    0    0
  event_trigger           3594 3595    0    0    0    0    0
  regnamespace            4084 4085 4087 4088    0    0    0
  regrole                 4098 4092 4094 4095    0    0    0
  regcollation            4193 4194 4196 4197    0    0    0
  anymultirange           4229 4230    0    0    0    0    0
  anycompatiblemultirange 4226 4227    0    0    0    0    0
  xid8                    5070 5081 5082 5083    0    0    0
  anycompatible           5086 5087    0    0    0    0    0
  anycompatiblearray      5088 5089 5090 5091    0    0    0
  anycompatiblenonarray   5092 5093    0    0    0    0    0
  anycompatiblerange      5094 5095    0    0    0    0    0
`;

function parseLine(line: string): [Oid, TypeIoFunctions] {
  const [name, ...oids] = line.trim().split(/ +/) as [string, ...string[]];
  const [input, output, receive, send, typmodIn, typmodOut, subscript] = oids.map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return [oidOfType(name), { input, output, receive, send, typmodIn, typmodOut, subscript }];
}

const byType: ReadonlyMap<Oid, TypeIoFunctions> = new Map(lines.trim().split('\n').map(parseLine));

const arraySubscript = 6179;

/** The functions of a type: its own, or those all arrays, or all row types, share. */
export function typeIoFunctions(type: Oid): TypeIoFunctions {
  const own = byType.get(type);
  if (own !== undefined) return own;
  const elementOid = findType(type)?.elementOid ?? 0;
  if (elementOid === 0)
    return { input: 2290, output: 2291, receive: 2402, send: 2403, typmodIn: 0, typmodOut: 0, subscript: 0 };
  const { typmodIn, typmodOut } = typeIoFunctions(elementOid);
  return { input: 750, output: 751, receive: 2400, send: 2401, typmodIn, typmodOut, subscript: arraySubscript };
}
