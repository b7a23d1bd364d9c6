/**
 * pg_cast for the types of this server. Columns: oid, source, target, function OID (0: none), context (i implicit,
 * a assignment, e explicit only), method (f function, i text input and output, b same representation).
 */
import type { CastEntry } from './function.ts';
import { oidOfType } from './type-oids.ts';

function parseCast(line: string): CastEntry {
  const [oid, source, target, functionOid, context, method] = line.trim().split(/ +/) as [
    string,
    string,
    string,
    string,
    CastEntry['context'],
    CastEntry['method'],
  ];
  return {
    oid: Number(oid),
    source: oidOfType(source),
    target: oidOfType(target),
    functionOid: Number(functionOid),
    context,
    method,
  };
}

export const casts: readonly CastEntry[] = `
  10000 int8          int2           714 a f
  10001 int8          int4           480 a f
  10002 int8          float4         652 i f
  10003 int8          float8         482 i f
  10004 int8          numeric       1781 i f
  10005 int2          int8           754 i f
  10006 int2          int4           313 i f
  10007 int2          float4         236 i f
  10008 int2          float8         235 i f
  10009 int2          numeric       1782 i f
  10010 int4          int8           481 i f
  10011 int4          int2           314 a f
  10012 int4          float4         318 i f
  10013 int4          float8         316 i f
  10014 int4          numeric       1740 i f
  10015 float4        int8           653 a f
  10016 float4        int2           238 a f
  10017 float4        int4           319 a f
  10018 float4        float8         311 i f
  10019 float4        numeric       1742 a f
  10020 float8        int8           483 a f
  10021 float8        int2           237 a f
  10022 float8        int4           317 a f
  10023 float8        float4         312 a f
  10024 float8        numeric       1743 a f
  10025 numeric       int8          1779 a f
  10026 numeric       int2          1783 a f
  10027 numeric       int4          1744 a f
  10028 numeric       float4        1745 i f
  10029 numeric       float8        1746 i f
  10034 int4          bool          2557 e f
  10035 bool          int4          2558 e f
  10036 xid8          xid           5071 e f
  10037 int8          oid           1287 i f
  10038 int2          oid            313 i f
  10039 int4          oid              0 i b
  10040 oid           int8          1288 a f
  10041 oid           int4             0 a b
  10042 oid           regproc          0 i b
  10043 regproc       oid              0 i b
  10044 int8          regproc       1287 i f
  10045 int2          regproc        313 i f
  10046 int4          regproc          0 i b
  10047 regproc       int8          1288 a f
  10048 regproc       int4             0 a b
  10049 regproc       regprocedure     0 i b
  10050 regprocedure  regproc          0 i b
  10051 oid           regprocedure     0 i b
  10052 regprocedure  oid              0 i b
  10053 int8          regprocedure  1287 i f
  10054 int2          regprocedure   313 i f
  10055 int4          regprocedure     0 i b
  10056 regprocedure  int8          1288 a f
  10057 regprocedure  int4             0 a b
  10058 oid           regoper          0 i b
  10059 regoper       oid              0 i b
  10060 int8          regoper       1287 i f
  10061 int2          regoper        313 i f
  10062 int4          regoper          0 i b
  10063 regoper       int8          1288 a f
  10064 regoper       int4             0 a b
  10065 regoper       regoperator      0 i b
  10066 regoperator   regoper          0 i b
  10067 oid           regoperator      0 i b
  10068 regoperator   oid              0 i b
  10069 int8          regoperator   1287 i f
  10070 int2          regoperator    313 i f
  10071 int4          regoperator      0 i b
  10072 regoperator   int8          1288 a f
  10073 regoperator   int4             0 a b
  10074 oid           regclass         0 i b
  10075 regclass      oid              0 i b
  10076 int8          regclass      1287 i f
  10077 int2          regclass       313 i f
  10078 int4          regclass         0 i b
  10079 regclass      int8          1288 a f
  10080 regclass      int4             0 a b
  10081 oid           regcollation     0 i b
  10082 regcollation  oid              0 i b
  10083 int8          regcollation  1287 i f
  10084 int2          regcollation   313 i f
  10085 int4          regcollation     0 i b
  10086 regcollation  int8          1288 a f
  10087 regcollation  int4             0 a b
  10088 oid           regtype          0 i b
  10089 regtype       oid              0 i b
  10090 int8          regtype       1287 i f
  10091 int2          regtype        313 i f
  10092 int4          regtype          0 i b
  10093 regtype       int8          1288 a f
  10094 regtype       int4             0 a b
  10095 oid           regconfig        0 i b
  10096 regconfig     oid              0 i b
  10097 int8          regconfig     1287 i f
  10098 int2          regconfig      313 i f
  10099 int4          regconfig        0 i b
  10100 regconfig     int8          1288 a f
  10101 regconfig     int4             0 a b
  10102 oid           regdictionary    0 i b
  10103 regdictionary oid              0 i b
  10104 int8          regdictionary 1287 i f
  10105 int2          regdictionary  313 i f
  10106 int4          regdictionary    0 i b
  10107 regdictionary int8          1288 a f
  10108 regdictionary int4             0 a b
  10109 text          regclass      1079 i f
  10110 varchar       regclass      1079 i f
  10111 oid           regrole          0 i b
  10112 regrole       oid              0 i b
  10113 int8          regrole       1287 i f
  10114 int2          regrole        313 i f
  10115 int4          regrole          0 i b
  10116 regrole       int8          1288 a f
  10117 regrole       int4             0 a b
  10118 oid           regnamespace     0 i b
  10119 regnamespace  oid              0 i b
  10120 int8          regnamespace  1287 i f
  10121 int2          regnamespace   313 i f
  10122 int4          regnamespace     0 i b
  10123 regnamespace  int8          1288 a f
  10124 regnamespace  int4             0 a b
  10125 text          bpchar           0 i b
  10126 text          varchar          0 i b
  10127 bpchar        text           401 i f
  10128 bpchar        varchar        401 i f
  10129 varchar       text             0 i b
  10130 varchar       bpchar           0 i b
  10131 char          text           946 i f
  10132 char          bpchar         860 a f
  10133 char          varchar        946 a f
  10134 name          text           406 i f
  10135 name          bpchar         408 a f
  10136 name          varchar       1401 a f
  10137 text          char           944 a f
  10138 bpchar        char           944 a f
  10139 varchar       char           944 a f
  10140 text          name           407 i f
  10141 bpchar        name           409 i f
  10142 varchar       name          1400 i f
  10143 char          int4            77 e f
  10144 int4          char            78 e f
  10145 pg_node_tree  text             0 i b
  10152 date          timestamp     2024 i f
  10153 date          timestamptz   1174 i f
  10154 time          interval      1370 i f
  10155 time          timetz        2047 i f
  10156 timestamp     date          2029 a f
  10157 timestamp     time          1316 a f
  10158 timestamp     timestamptz   2028 i f
  10159 timestamptz   date          1178 a f
  10160 timestamptz   time          2019 a f
  10161 timestamptz   timestamp     2027 a f
  10162 timestamptz   timetz        1388 a f
  10163 interval      time          1419 a f
  10164 timetz        time          2046 a f
  10191 bool          text          2971 a f
  10196 bool          varchar       2971 a f
  10201 bool          bpchar        2971 a f
  10204 bpchar        bpchar         668 i f
  10205 varchar       varchar        669 i f
  10206 time          time          1968 i f
  10207 timestamp     timestamp     1961 i f
  10208 timestamptz   timestamptz   1967 i f
  10209 interval      interval      1200 i f
  10210 timetz        timetz        1969 i f
  10213 numeric       numeric       1703 i f
`
  .trim()
  .split('\n')
  .map(parseCast);
