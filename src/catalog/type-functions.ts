/** pg_type's I/O functions of the built-in scalar types, as facts of PostgreSQL 15. Arrays share one set (row-builders.ts). */
import type { Oid } from '../common/ids.ts';

/** oid, name, input, output, receive, send, modin, modout, analyze, subscript; 0 for none. */
const lines = `
16 bool 1242 1243 2436 2437 0 0 0 0
17 bytea 1244 31 2412 2413 0 0 0 0
18 char 1245 33 2434 2435 0 0 0 0
19 name 34 35 2422 2423 0 0 0 6180
20 int8 460 461 2408 2409 0 0 0 0
21 int2 38 39 2404 2405 0 0 0 0
22 int2vector 40 41 2410 2411 0 0 0 6179
23 int4 42 43 2406 2407 0 0 0 0
24 regproc 44 45 2444 2445 0 0 0 0
25 text 46 47 2414 2415 0 0 0 0
26 oid 1798 1799 2418 2419 0 0 0 0
27 tid 48 49 2438 2439 0 0 0 0
28 xid 50 51 2440 2441 0 0 0 0
29 cid 52 53 2442 2443 0 0 0 0
30 oidvector 54 55 2420 2421 0 0 0 6179
32 pg_ddl_command 86 87 88 90 0 0 0 0
114 json 321 322 323 324 0 0 0 0
194 pg_node_tree 195 196 197 198 0 0 0 0
269 table_am_handler 267 268 0 0 0 0 0 0
325 index_am_handler 326 327 0 0 0 0 0 0
700 float4 200 201 2424 2425 0 0 0 0
701 float8 214 215 2426 2427 0 0 0 0
705 unknown 109 110 2416 2417 0 0 0 0
1033 aclitem 1031 1032 0 0 0 0 0 0
1042 bpchar 1044 1045 2430 2431 2913 2914 0 0
1043 varchar 1046 1047 2432 2433 2915 2916 0 0
1082 date 1084 1085 2468 2469 0 0 0 0
1083 time 1143 1144 2470 2471 2909 2910 0 0
1114 timestamp 1312 1313 2474 2475 2905 2906 0 0
1184 timestamptz 1150 1151 2476 2477 2907 2908 0 0
1186 interval 1160 1161 2478 2479 2903 2904 0 0
1266 timetz 1350 1351 2472 2473 2911 2912 0 0
1700 numeric 1701 1702 2460 2461 2917 2918 0 0
2202 regprocedure 2212 2213 2446 2447 0 0 0 0
2203 regoper 2214 2215 2448 2449 0 0 0 0
2204 regoperator 2216 2217 2450 2451 0 0 0 0
2205 regclass 2218 2219 2452 2453 0 0 0 0
2206 regtype 2220 2221 2454 2455 0 0 0 0
2249 record 2290 2291 2402 2403 0 0 0 0
2275 cstring 2292 2293 2500 2501 0 0 0 0
2276 any 2294 2295 0 0 0 0 0 0
2277 anyarray 2296 2297 2502 2503 0 0 0 0
2278 void 2298 2299 3120 3121 0 0 0 0
2279 trigger 2300 2301 0 0 0 0 0 0
2280 language_handler 2302 2303 0 0 0 0 0 0
2281 internal 2304 2305 0 0 0 0 0 0
2283 anyelement 2312 2313 0 0 0 0 0 0
2776 anynonarray 2777 2778 0 0 0 0 0 0
2950 uuid 2952 2953 2961 2962 0 0 0 0
3115 fdw_handler 3116 3117 0 0 0 0 0 0
3220 pg_lsn 3229 3230 3238 3239 0 0 0 0
3310 tsm_handler 3311 3312 0 0 0 0 0 0
3500 anyenum 3504 3505 0 0 0 0 0 0
3734 regconfig 3736 3737 3738 3739 0 0 0 0
3769 regdictionary 3771 3772 3773 3774 0 0 0 0
3802 jsonb 3806 3804 3805 3803 0 0 0 6098
3831 anyrange 3832 3833 0 0 0 0 0 0
3838 event_trigger 3594 3595 0 0 0 0 0 0
4089 regnamespace 4084 4085 4087 4088 0 0 0 0
4096 regrole 4098 4092 4094 4095 0 0 0 0
4191 regcollation 4193 4194 4196 4197 0 0 0 0
4537 anymultirange 4229 4230 0 0 0 0 0 0
4538 anycompatiblemultirange 4226 4227 0 0 0 0 0 0
5069 xid8 5070 5081 5082 5083 0 0 0 0
5077 anycompatible 5086 5087 0 0 0 0 0 0
5078 anycompatiblearray 5088 5089 5090 5091 0 0 0 0
5079 anycompatiblenonarray 5092 5093 0 0 0 0 0 0
5080 anycompatiblerange 5094 5095 0 0 0 0 0 0
`;

const names = ['typinput', 'typoutput', 'typreceive', 'typsend', 'typmodin', 'typmodout', 'typanalyze', 'typsubscript'];

export const typeFunctions: ReadonlyMap<Oid, Readonly<Record<string, Oid>>> = new Map(
  lines
    .trim()
    .split('\n')
    .map((line) => {
      const [oid, , ...functions] = line.split(' ');
      return [Number(oid), Object.fromEntries(names.map((name, i) => [name, Number(functions[i])]))];
    }),
);
