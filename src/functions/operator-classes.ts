/**
 * Which operators order and which hash a type: pg_opfamily, pg_opclass, pg_amop and pg_amproc for btree and hash.
 * An operator family holds the operators of several types that agree about order (or hashing), so that an index on an int4
 * column serves a comparison with an int8; an operator class picks the family an index on one type uses.
 */
import type { Oid } from '../common/ids.ts';
import { typeOid } from '../types/oids.ts';
import { findType } from '../types/registry.ts';
import { casts } from './casts.ts';
import { oidOfType } from './type-oids.ts';

export type IndexMethod = 'btree' | 'hash';

export interface OperatorFamily {
  readonly oid: Oid;
  readonly method: IndexMethod;
  readonly name: string;
}

export interface OperatorClass {
  readonly oid: Oid;
  readonly method: IndexMethod;
  readonly name: string;
  readonly family: Oid;
  readonly inputType: Oid;
  readonly isDefault: boolean;
  /** Type stored in the index when it is not the input type; else 0. */
  readonly keyType: Oid;
}

/** pg_amop: btree strategies are 1 <, 2 <=, 3 =, 4 >=, 5 >; hash has only 1 =. */
export interface FamilyOperator {
  readonly oid: Oid;
  readonly family: Oid;
  readonly left: Oid;
  readonly right: Oid;
  readonly strategy: number;
  readonly operator: Oid;
}

/** pg_amproc number 1: the three-way comparison (btree) or the hash function (hash). */
export interface FamilyProcedure {
  readonly oid: Oid;
  readonly family: Oid;
  readonly left: Oid;
  readonly right: Oid;
  readonly number: number;
  readonly procedure: Oid;
}

/** How one type is ordered. */
export interface ComparisonOperators {
  readonly family: Oid;
  readonly lt: Oid;
  readonly le: Oid;
  readonly eq: Oid;
  readonly ge: Oid;
  readonly gt: Oid;
  /** Three-way comparison function. */
  readonly compare: Oid;
}

/** oid, method, name. */
const familyLines = `
   397 btree array_ops
   424 btree bool_ops
   426 btree bpchar_ops
   428 btree bytea_ops
   429 btree char_ops
   434 btree datetime_ops
  1970 btree float_ops
  1976 btree integer_ops
  1982 btree interval_ops
  1988 btree numeric_ops
  1989 btree oid_ops
  1991 btree oidvector_ops
  1994 btree text_ops
  1996 btree time_ops
  2000 btree timetz_ops
  2095 btree text_pattern_ops
  2097 btree bpchar_pattern_ops
  2789 btree tid_ops
  2968 btree uuid_ops
  2994 btree record_ops
  3194 btree record_image_ops
  5067 btree xid8_ops
   427 hash  bpchar_ops
   431 hash  char_ops
   435 hash  date_ops
   627 hash  array_ops
  1971 hash  float_ops
  1977 hash  integer_ops
  1983 hash  interval_ops
  1990 hash  oid_ops
  1992 hash  oidvector_ops
  1995 hash  text_ops
  1997 hash  time_ops
  1998 hash  numeric_ops
  1999 hash  timestamptz_ops
  2001 hash  timetz_ops
  2040 hash  timestamp_ops
  2222 hash  bool_ops
  2223 hash  bytea_ops
  2225 hash  xid_ops
  2226 hash  cid_ops
  2227 hash  tid_ops
  2229 hash  text_pattern_ops
  2231 hash  bpchar_pattern_ops
  2235 hash  aclitem_ops
  2969 hash  uuid_ops
  5032 hash  xid8_ops
  6194 hash  record_ops
`;

/** oid, method, name, family, input type, default or -, key type or -. */
const classLines = `
   1978 btree int4_ops            1976 int4        default -
   1979 btree int2_ops            1976 int2        default -
   1981 btree oid_ops             1989 oid         default -
   3122 btree date_ops             434 date        default -
   3123 btree float8_ops          1970 float8      default -
   3124 btree int8_ops            1976 int8        default -
   3125 btree numeric_ops         1988 numeric     default -
   3126 btree text_ops            1994 text        default -
   3127 btree timestamptz_ops      434 timestamptz default -
   3128 btree timestamp_ops        434 timestamp   default -
   4217 btree text_pattern_ops    2095 text        -       -
   4218 btree varchar_pattern_ops 2095 text        -       -
   4219 btree bpchar_pattern_ops  2097 bpchar      -       -
  10000 btree array_ops            397 anyarray    default -
  10003 btree bool_ops             424 bool        default -
  10004 btree bpchar_ops           426 bpchar      default -
  10006 btree bytea_ops            428 bytea       default -
  10007 btree char_ops             429 char        default -
  10012 btree float4_ops          1970 float4      default -
  10022 btree interval_ops        1982 interval    default -
  10028 btree name_ops            1994 name        default cstring
  10032 btree oidvector_ops       1991 oidvector   default -
  10034 btree record_ops          2994 record      default -
  10036 btree record_image_ops    3194 record      -       -
  10038 btree time_ops            1996 time        default -
  10041 btree timetz_ops          2000 timetz      default -
  10044 btree varchar_ops         1994 text        -       -
  10050 btree tid_ops             2789 tid         default -
  10053 btree xid8_ops            5067 xid8        default -
  10065 btree uuid_ops            2968 uuid        default -
  10001 hash  array_ops            627 anyarray    default -
  10005 hash  bpchar_ops           427 bpchar      default -
  10008 hash  char_ops             431 char        default -
  10011 hash  date_ops             435 date        default -
  10013 hash  float4_ops          1971 float4      default -
  10014 hash  float8_ops          1971 float8      default -
  10019 hash  int2_ops            1977 int2        default -
  10020 hash  int4_ops            1977 int4        default -
  10021 hash  int8_ops            1977 int8        default -
  10023 hash  interval_ops        1983 interval    default -
  10029 hash  name_ops            1995 name        default -
  10030 hash  numeric_ops         1998 numeric     default -
  10031 hash  oid_ops             1990 oid         default -
  10033 hash  oidvector_ops       1992 oidvector   default -
  10035 hash  record_ops          6194 record      default -
  10037 hash  text_ops            1995 text        default -
  10039 hash  time_ops            1997 time        default -
  10040 hash  timestamptz_ops     1999 timestamptz default -
  10042 hash  timetz_ops          2001 timetz      default -
  10045 hash  varchar_ops         1995 text        -       -
  10046 hash  timestamp_ops       2040 timestamp   default -
  10048 hash  bool_ops            2222 bool        default -
  10049 hash  bytea_ops           2223 bytea       default -
  10051 hash  xid_ops             2225 xid         default -
  10052 hash  xid8_ops            5032 xid8        default -
  10054 hash  cid_ops             2226 cid         default -
  10055 hash  tid_ops             2227 tid         default -
  10056 hash  text_pattern_ops    2229 text        -       -
  10057 hash  varchar_pattern_ops 2229 text        -       -
  10058 hash  bpchar_pattern_ops  2231 bpchar      -       -
  10059 hash  aclitem_ops         2235 aclitem     default -
  10066 hash  uuid_ops            2969 uuid        default -
`;

/** OID of the first of five pg_amop rows, family, left and right type, operators < <= = >= >, OID of the pg_amproc row, comparison function. */
const btreeLines = `
  10230  397 anyarray    anyarray    1072 1074 1070 1075 1073 10000  382
  10200  424 bool        bool          58 1694   91 1695   59 10003 1693
  10110  426 bpchar      bpchar      1058 1059 1054 1061 1060 10005 1078
  10115  428 bytea       bytea       1957 1958 1955 1960 1959 10008 1954
  10085  429 char        char         631  632   92  634  633 10011  358
  10120  434 date        date        1095 1096 1093 1098 1097 10013 1092
  10125  434 date        timestamp   2345 2346 2347 2348 2349 10016 2344
  10130  434 date        timestamptz 2358 2359 2360 2361 2362 10017 2357
  10135  434 timestamp   timestamp   2062 2063 2060 2065 2064 10018 2045
  10140  434 timestamp   date        2371 2372 2373 2374 2375 10021 2370
  10145  434 timestamp   timestamptz 2534 2535 2536 2537 2538 10022 2526
  10150  434 timestamptz timestamptz 1322 1323 1320 1325 1324 10023 1314
  10155  434 timestamptz date        2384 2385 2386 2387 2388 10026 2383
  10160  434 timestamptz timestamp   2540 2541 2542 2543 2544 10027 2533
  10065 1970 float4      float4       622  624  620  625  623 10031  354
  10070 1970 float4      float8      1122 1124 1120 1125 1123 10033 2194
  10075 1970 float8      float8       672  673  670  675  674 10034  355
  10080 1970 float8      float4      1132 1134 1130 1135 1133 10036 2195
  10000 1976 int2        int2          95  522   94  524  520 10042  350
  10005 1976 int2        int4         534  540  532  542  536 10045 2190
  10010 1976 int2        int8        1864 1866 1862 1867 1865 10046 2192
  10015 1976 int4        int4          97  523   96  525  521 10050  351
  10020 1976 int4        int2         535  541  533  543  537 10054 2191
  10025 1976 int4        int8          37   80   15   82   76 10053 2188
  10030 1976 int8        int8         412  414  410  415  413 10058  842
  10035 1976 int8        int2        1870 1872 1868 1873 1871 10062 2193
  10040 1976 int8        int4         418  420  416  430  419 10061 2189
  10175 1982 interval    interval    1332 1333 1330 1335 1334 10064 1315
  10195 1988 numeric     numeric     1754 1755 1752 1757 1756 10069 1769
  10045 1989 oid         oid          609  611  607  612  610 10072  356
  10060 1991 oidvector   oidvector    645  647  649  648  646 10075  404
  10090 1994 text        text         664  665   98  667  666 10077  360
  10095 1994 name        name         660  661   93  663  662 10080  359
  10100 1994 name        text         255  256  254  257  258 10083  246
  10105 1994 text        name         261  262  260  263  264 10084  253
  10165 1996 time        time        1110 1111 1108 1113 1112 10085 1107
  10170 2000 timetz      timetz      1552 1553 1550 1555 1554 10088 1358
  10215 2095 text        text        2314 2315   98 2317 2318 10093 2166
  10220 2097 bpchar      bpchar      2326 2327 1054 2329 2330 10096 2180
  10055 2789 tid         tid         2799 2801  387 2802 2800 10101 2794
  10245 2968 uuid        uuid        2974 2976 2972 2977 2975 10103 2960
  10235 2994 record      record      2990 2992 2988 2993 2991 10106 2987
  10240 3194 record      record      3190 3192 3188 3193 3191 10107 3187
  10050 5067 xid8        xid8        5073 5075 5068 5076 5074 10119 5096
`;

/** OID of the pg_amop row, family, left and right type, operator =, OID of the pg_amproc row (0: none) and hash function. */
const hashLines = `
  10255  427 bpchar      bpchar      1054 10121 1080
  10256  431 char        char          92 10123  454
  10257  435 date        date        1093 10125  450
  10298  627 anyarray    anyarray    1070 10127  626
  10258 1971 float4      float4       620 10129  451
  10259 1971 float8      float8       670 10131  452
  10260 1971 float4      float8      1120     0    0
  10261 1971 float8      float4      1130     0    0
  10263 1977 int2        int2          94 10135  449
  10264 1977 int4        int4          96 10137  450
  10265 1977 int8        int8         410 10139  949
  10266 1977 int2        int4         532     0    0
  10267 1977 int2        int8        1862     0    0
  10268 1977 int4        int2         533     0    0
  10269 1977 int4        int8          15     0    0
  10270 1977 int8        int2        1868     0    0
  10271 1977 int8        int4         416     0    0
  10272 1983 interval    interval    1330 10141 1697
  10275 1990 oid         oid          607 10145  453
  10276 1992 oidvector   oidvector    649 10147  457
  10278 1995 text        text          98 10149  400
  10279 1995 name        name          93 10151  455
  10280 1995 name        text         254     0    0
  10281 1995 text        name         260     0    0
  10282 1997 time        time        1108 10153 1688
  10297 1998 numeric     numeric     1752 10155  432
  10283 1999 timestamptz timestamptz 1320 10157 2039
  10284 2001 timetz      timetz      1550 10159 1696
  10285 2040 timestamp   timestamp   2060 10161 2039
  10286 2222 bool        bool          91 10163  454
  10287 2223 bytea       bytea       1955 10165  456
  10288 2225 xid         xid          352 10167  450
  10290 2226 cid         cid          385 10171  450
  10291 2227 tid         tid          387 10173 2233
  10292 2229 text        text          98 10175  400
  10293 2231 bpchar      bpchar      1054 10177 1080
  10294 2235 aclitem     aclitem      974 10179  329
  10295 2969 uuid        uuid        2972 10181 2963
  10289 5032 xid8        xid8        5068 10169  949
  10277 6194 record      record      2988 10183 6192
`;

function rows(text: string): string[][] {
  return text
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/ +/));
}

export const operatorFamilies: readonly OperatorFamily[] = rows(familyLines).map((row) => {
  const [oid, method, name] = row as [string, IndexMethod, string];
  return { oid: Number(oid), method, name };
});

export const operatorClasses: readonly OperatorClass[] = rows(classLines).map((row) => {
  const [oid, method, name, family, input, standard, key] = row as [string, IndexMethod, ...string[]] & string[];
  return {
    oid: Number(oid),
    method: method as IndexMethod,
    name: name as string,
    family: Number(family),
    inputType: oidOfType(input as string),
    isDefault: standard === 'default',
    keyType: key === '-' ? 0 : oidOfType(key as string),
  };
});

const familyOperatorRows: FamilyOperator[] = [];
const familyProcedureRows: FamilyProcedure[] = [];
const orderingOf = new Map<string, ComparisonOperators>();

for (const row of rows(btreeLines)) {
  const [first, family, leftName, rightName, lt, le, eq, ge, gt, procedureRow, compare] = row as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const pair = { family: Number(family), left: oidOfType(leftName), right: oidOfType(rightName) };
  [lt, le, eq, ge, gt].forEach((operator, index) => {
    familyOperatorRows.push({ oid: Number(first) + index, ...pair, strategy: index + 1, operator: Number(operator) });
  });
  familyProcedureRows.push({ oid: Number(procedureRow), ...pair, number: 1, procedure: Number(compare) });
  orderingOf.set(pairKey(pair.family, pair.left, pair.right), {
    family: pair.family,
    lt: Number(lt),
    le: Number(le),
    eq: Number(eq),
    ge: Number(ge),
    gt: Number(gt),
    compare: Number(compare),
  });
}

for (const row of rows(hashLines)) {
  const [oid, family, leftName, rightName, eq, procedureRow, hash] = row as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const pair = { family: Number(family), left: oidOfType(leftName), right: oidOfType(rightName) };
  familyOperatorRows.push({ oid: Number(oid), ...pair, strategy: 1, operator: Number(eq) });
  if (hash !== '0')
    familyProcedureRows.push({ oid: Number(procedureRow), ...pair, number: 1, procedure: Number(hash) });
}

export const familyOperators: readonly FamilyOperator[] = familyOperatorRows;
export const familyProcedures: readonly FamilyProcedure[] = familyProcedureRows;

function pairKey(family: Oid, left: Oid, right: Oid): string {
  return `${family} ${left} ${right}`;
}

const defaultClasses = new Map<string, OperatorClass>();
for (const item of operatorClasses) if (item.isDefault) defaultClasses.set(`${item.method} ${item.inputType}`, item);

/**
 * The operator class an index on `type` uses, or undefined if the type has none. A type without its own uses that of the
 * type it is stored like: varchar → text, regclass → oid, any array → anyarray, any row type → record.
 */
export function findDefaultOperatorClass(type: Oid, method: IndexMethod): OperatorClass | undefined {
  const own = defaultClasses.get(`${method} ${type}`);
  if (own !== undefined) return own;
  for (const cast of casts) {
    if (cast.source !== type || cast.method !== 'b' || cast.context !== 'i') continue;
    const borrowed = defaultClasses.get(`${method} ${cast.target}`);
    if (borrowed !== undefined) return borrowed;
  }
  const handler = findType(type);
  if (handler === undefined) return undefined;
  if (handler.elementOid !== 0) return defaultClasses.get(`${method} ${typeOid.anyarray}`);
  return handler.typeType === 'c' ? defaultClasses.get(`${method} ${typeOid.record}`) : undefined;
}

/** The operators that order values of `type` by its default btree class; undefined if it has no order. */
export function comparisonOperators(type: Oid): ComparisonOperators | undefined {
  const operatorClass = findDefaultOperatorClass(type, 'btree');
  if (operatorClass === undefined) return undefined;
  return crossComparison(operatorClass.family, operatorClass.inputType, operatorClass.inputType);
}

/** The operators of a btree family that compare `left` with `right`. */
export function crossComparison(family: Oid, left: Oid, right: Oid): ComparisonOperators | undefined {
  return orderingOf.get(pairKey(family, left, right));
}

const familiesOfOperator = Map.groupBy(familyOperators, (row) => row.operator);

/** The families an operator belongs to, with its strategy in each: what makes `a < 5` usable by an index on `a`. */
export function familiesOf(operator: Oid): readonly FamilyOperator[] {
  return familiesOfOperator.get(operator) ?? [];
}
