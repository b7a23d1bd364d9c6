/**
 * The functions behind text and binary forms of types: int4in, int4out, int4recv, int4send …. They all work through the type's
 * handler. Receiving needs a message and cannot be called from SQL.
 */
import type { Oid } from '../../common/ids.ts';
import { ByteWriter } from '../../common/byte-writer.ts';
import { notSupported } from '../../common/sql-error.ts';
import type { ArrayValue, Datum } from '../../types/datum.ts';
import { parseInt32 } from '../../types/integer.ts';
import { typeOid } from '../../types/oids.ts';
import { getType } from '../../types/registry.ts';
import { encodeTypmod, formatType } from '../../types/typmod.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';
import { oidOfType } from '../type-oids.ts';

const lines = `
     31 byteaout(bytea) cstring
     33 charout(char) cstring
     34 namein(cstring) name
     35 nameout(name) cstring
     38 int2in(cstring) int2
     39 int2out(int2) cstring
     40 int2vectorin(cstring) int2vector
     41 int2vectorout(int2vector) cstring
     42 int4in(cstring) int4
     43 int4out(int4) cstring
     44 regprocin(cstring) regproc stable
     45 regprocout(regproc) cstring stable
     46 textin(cstring) text
     47 textout(text) cstring
     48 tidin(cstring) tid
     49 tidout(tid) cstring
     50 xidin(cstring) xid
     51 xidout(xid) cstring
     52 cidin(cstring) cid
     53 cidout(cid) cstring
     54 oidvectorin(cstring) oidvector
     55 oidvectorout(oidvector) cstring
     86 pg_ddl_command_in(cstring) pg_ddl_command
     87 pg_ddl_command_out(pg_ddl_command) cstring
     88 pg_ddl_command_recv(internal) pg_ddl_command
     90 pg_ddl_command_send(pg_ddl_command) bytea
    109 unknownin(cstring) unknown
    110 unknownout(unknown) cstring
    195 pg_node_tree_in(cstring) pg_node_tree
    196 pg_node_tree_out(pg_node_tree) cstring
    197 pg_node_tree_recv(internal) pg_node_tree stable
    198 pg_node_tree_send(pg_node_tree) bytea stable
    200 float4in(cstring) float4
    201 float4out(float4) cstring
    214 float8in(cstring) float8
    215 float8out(float8) cstring
    267 table_am_handler_in(cstring) table_am_handler nullable
    268 table_am_handler_out(table_am_handler) cstring
    326 index_am_handler_in(cstring) index_am_handler nullable
    327 index_am_handler_out(index_am_handler) cstring
    460 int8in(cstring) int8
    461 int8out(int8) cstring
    750 array_in(cstring, oid, int4) anyarray stable
    751 array_out(anyarray) cstring stable
   1031 aclitemin(cstring) aclitem stable
   1032 aclitemout(aclitem) cstring stable
   1044 bpcharin(cstring, oid, int4) bpchar
   1045 bpcharout(bpchar) cstring
   1046 varcharin(cstring, oid, int4) varchar
   1047 varcharout(varchar) cstring
   1084 date_in(cstring) date stable
   1085 date_out(date) cstring stable
   1143 time_in(cstring, oid, int4) time stable
   1144 time_out(time) cstring
   1150 timestamptz_in(cstring, oid, int4) timestamptz stable
   1151 timestamptz_out(timestamptz) cstring stable
   1160 interval_in(cstring, oid, int4) interval stable
   1161 interval_out(interval) cstring stable
   1242 boolin(cstring) bool
   1243 boolout(bool) cstring
   1244 byteain(cstring) bytea
   1245 charin(cstring) char
   1312 timestamp_in(cstring, oid, int4) timestamp stable
   1313 timestamp_out(timestamp) cstring stable
   1350 timetz_in(cstring, oid, int4) timetz stable
   1351 timetz_out(timetz) cstring
   1701 numeric_in(cstring, oid, int4) numeric
   1702 numeric_out(numeric) cstring
   1798 oidin(cstring) oid
   1799 oidout(oid) cstring
   2212 regprocedurein(cstring) regprocedure stable
   2213 regprocedureout(regprocedure) cstring stable
   2214 regoperin(cstring) regoper stable
   2215 regoperout(regoper) cstring stable
   2216 regoperatorin(cstring) regoperator stable
   2217 regoperatorout(regoperator) cstring stable
   2218 regclassin(cstring) regclass stable
   2219 regclassout(regclass) cstring stable
   2220 regtypein(cstring) regtype stable
   2221 regtypeout(regtype) cstring stable
   2290 record_in(cstring, oid, int4) record stable
   2291 record_out(record) cstring stable
   2292 cstring_in(cstring) cstring
   2293 cstring_out(cstring) cstring
   2294 any_in(cstring) any
   2295 any_out(any) cstring
   2296 anyarray_in(cstring) anyarray
   2297 anyarray_out(anyarray) cstring stable
   2298 void_in(cstring) void
   2299 void_out(void) cstring
   2300 trigger_in(cstring) trigger nullable
   2301 trigger_out(trigger) cstring
   2302 language_handler_in(cstring) language_handler nullable
   2303 language_handler_out(language_handler) cstring
   2304 internal_in(cstring) internal nullable
   2305 internal_out(internal) cstring
   2312 anyelement_in(cstring) anyelement
   2313 anyelement_out(anyelement) cstring
   2400 array_recv(internal, oid, int4) anyarray stable
   2401 array_send(anyarray) bytea stable
   2402 record_recv(internal, oid, int4) record stable
   2403 record_send(record) bytea stable
   2404 int2recv(internal) int2
   2405 int2send(int2) bytea
   2406 int4recv(internal) int4
   2407 int4send(int4) bytea
   2408 int8recv(internal) int8
   2409 int8send(int8) bytea
   2410 int2vectorrecv(internal) int2vector
   2411 int2vectorsend(int2vector) bytea
   2412 bytearecv(internal) bytea
   2413 byteasend(bytea) bytea
   2414 textrecv(internal) text stable
   2415 textsend(text) bytea stable
   2416 unknownrecv(internal) unknown
   2417 unknownsend(unknown) bytea
   2418 oidrecv(internal) oid
   2419 oidsend(oid) bytea
   2420 oidvectorrecv(internal) oidvector
   2421 oidvectorsend(oidvector) bytea
   2422 namerecv(internal) name stable
   2423 namesend(name) bytea stable
   2424 float4recv(internal) float4
   2425 float4send(float4) bytea
   2426 float8recv(internal) float8
   2427 float8send(float8) bytea
   2430 bpcharrecv(internal, oid, int4) bpchar stable
   2431 bpcharsend(bpchar) bytea stable
   2432 varcharrecv(internal, oid, int4) varchar stable
   2433 varcharsend(varchar) bytea stable
   2434 charrecv(internal) char
   2435 charsend(char) bytea
   2436 boolrecv(internal) bool
   2437 boolsend(bool) bytea
   2438 tidrecv(internal) tid
   2439 tidsend(tid) bytea
   2440 xidrecv(internal) xid
   2441 xidsend(xid) bytea
   2442 cidrecv(internal) cid
   2443 cidsend(cid) bytea
   2444 regprocrecv(internal) regproc
   2445 regprocsend(regproc) bytea
   2446 regprocedurerecv(internal) regprocedure
   2447 regproceduresend(regprocedure) bytea
   2448 regoperrecv(internal) regoper
   2449 regopersend(regoper) bytea
   2450 regoperatorrecv(internal) regoperator
   2451 regoperatorsend(regoperator) bytea
   2452 regclassrecv(internal) regclass
   2453 regclasssend(regclass) bytea
   2454 regtyperecv(internal) regtype
   2455 regtypesend(regtype) bytea
   2460 numeric_recv(internal, oid, int4) numeric
   2461 numeric_send(numeric) bytea
   2468 date_recv(internal) date
   2469 date_send(date) bytea
   2470 time_recv(internal, oid, int4) time
   2471 time_send(time) bytea
   2472 timetz_recv(internal, oid, int4) timetz
   2473 timetz_send(timetz) bytea
   2474 timestamp_recv(internal, oid, int4) timestamp
   2475 timestamp_send(timestamp) bytea
   2476 timestamptz_recv(internal, oid, int4) timestamptz
   2477 timestamptz_send(timestamptz) bytea
   2478 interval_recv(internal, oid, int4) interval
   2479 interval_send(interval) bytea
   2500 cstring_recv(internal) cstring stable
   2501 cstring_send(cstring) bytea stable
   2502 anyarray_recv(internal) anyarray stable
   2503 anyarray_send(anyarray) bytea stable
   2777 anynonarray_in(cstring) anynonarray
   2778 anynonarray_out(anynonarray) cstring
   2903 intervaltypmodin(cstring[]) int4
   2904 intervaltypmodout(int4) cstring
   2905 timestamptypmodin(cstring[]) int4
   2906 timestamptypmodout(int4) cstring
   2907 timestamptztypmodin(cstring[]) int4
   2908 timestamptztypmodout(int4) cstring
   2909 timetypmodin(cstring[]) int4
   2910 timetypmodout(int4) cstring
   2911 timetztypmodin(cstring[]) int4
   2912 timetztypmodout(int4) cstring
   2913 bpchartypmodin(cstring[]) int4
   2914 bpchartypmodout(int4) cstring
   2915 varchartypmodin(cstring[]) int4
   2916 varchartypmodout(int4) cstring
   2917 numerictypmodin(cstring[]) int4
   2918 numerictypmodout(int4) cstring
   2952 uuid_in(cstring) uuid
   2953 uuid_out(uuid) cstring
   2961 uuid_recv(internal) uuid
   2962 uuid_send(uuid) bytea
   3116 fdw_handler_in(cstring) fdw_handler nullable
   3117 fdw_handler_out(fdw_handler) cstring
   3120 void_recv(internal) void
   3121 void_send(void) bytea
   3229 pg_lsn_in(cstring) pg_lsn
   3230 pg_lsn_out(pg_lsn) cstring
   3238 pg_lsn_recv(internal) pg_lsn
   3239 pg_lsn_send(pg_lsn) bytea
   3311 tsm_handler_in(cstring) tsm_handler nullable
   3312 tsm_handler_out(tsm_handler) cstring
   3504 anyenum_in(cstring) anyenum
   3505 anyenum_out(anyenum) cstring stable
   3594 event_trigger_in(cstring) event_trigger nullable
   3595 event_trigger_out(event_trigger) cstring
   3736 regconfigin(cstring) regconfig stable
   3737 regconfigout(regconfig) cstring stable
   3738 regconfigrecv(internal) regconfig
   3739 regconfigsend(regconfig) bytea
   3771 regdictionaryin(cstring) regdictionary stable
   3772 regdictionaryout(regdictionary) cstring stable
   3773 regdictionaryrecv(internal) regdictionary
   3774 regdictionarysend(regdictionary) bytea
   3832 anyrange_in(cstring, oid, int4) anyrange stable
   3833 anyrange_out(anyrange) cstring stable
   4084 regnamespacein(cstring) regnamespace stable
   4085 regnamespaceout(regnamespace) cstring stable
   4087 regnamespacerecv(internal) regnamespace
   4088 regnamespacesend(regnamespace) bytea
   4092 regroleout(regrole) cstring stable
   4094 regrolerecv(internal) regrole
   4095 regrolesend(regrole) bytea
   4098 regrolein(cstring) regrole stable
   4193 regcollationin(cstring) regcollation stable
   4194 regcollationout(regcollation) cstring stable
   4196 regcollationrecv(internal) regcollation
   4197 regcollationsend(regcollation) bytea
   4226 anycompatiblemultirange_in(cstring, oid, int4) anycompatiblemultirange stable
   4227 anycompatiblemultirange_out(anycompatiblemultirange) cstring stable
   4229 anymultirange_in(cstring, oid, int4) anymultirange stable
   4230 anymultirange_out(anymultirange) cstring stable
   5070 xid8in(cstring) xid8
   5081 xid8out(xid8) cstring
   5082 xid8recv(internal) xid8
   5083 xid8send(xid8) bytea
   5086 anycompatible_in(cstring) anycompatible
   5087 anycompatible_out(anycompatible) cstring
   5088 anycompatiblearray_in(cstring) anycompatiblearray
   5089 anycompatiblearray_out(anycompatiblearray) cstring stable
   5090 anycompatiblearray_recv(internal) anycompatiblearray stable
   5091 anycompatiblearray_send(anycompatiblearray) bytea stable
   5092 anycompatiblenonarray_in(cstring) anycompatiblenonarray
   5093 anycompatiblenonarray_out(anycompatiblenonarray) cstring
   5094 anycompatiblerange_in(cstring, oid, int4) anycompatiblerange stable
   5095 anycompatiblerange_out(anycompatiblerange) cstring stable
`;

const cstringArray = getType(typeOid.cstring).arrayOid;

/** int4in(cstring); with more arguments (cstring, element or row type, typmod). */
function inputKernel(type: Oid): Kernel {
  return (args, context) => {
    const target = type === typeOid.anyarray ? getType(args[1] as Oid).arrayOid : type;
    return getType(target).parseText(args[0] as string, (args[2] as number | undefined) ?? -1, context.io);
  };
}

/** Of a polymorphic function the actual argument decides. */
function outputKernel(): Kernel {
  return (args, context, call) => getType(call.argTypes[0] as Oid).formatText(args[0] as Datum, context.io);
}

function sendKernel(): Kernel {
  return (args, context, call) => {
    const out = new ByteWriter(64);
    getType(call.argTypes[0] as Oid).writeBinary(args[0] as Datum, out, context.io);
    return out.toBytes();
  };
}

/** varchartypmodin of {10}. The type is the one in the function's name. */
function typmodInKernel(type: Oid): Kernel {
  return (args) => {
    const modifiers = (args[0] as ArrayValue).elements as readonly string[];
    return encodeTypmod(
      type,
      modifiers.map((text) => parseInt32(text, -2147483648, 2147483647, 'integer')),
    );
  };
}

/** The modifier as format_type shows it: (10,2). */
function typmodOutKernel(type: Oid): Kernel {
  return (args) => {
    const typmod = args[0] as number;
    if (typmod < 0) return '';
    const text = formatType(type, typmod);
    if (type === typeOid.interval) return text.slice('interval'.length);
    return /\(.*\)/.exec(text)?.[0] ?? '';
  };
}

const receiveKernel: Kernel = () => {
  throw notSupported('calling a receive function from SQL');
};

function kernelFor(name: string, firstArg: Oid, secondArg: Oid | undefined, result: Oid): Kernel {
  if (firstArg === cstringArray) return typmodInKernel(oidOfType(name.replace('typmodin', '')));
  if (name.endsWith('typmodout')) return typmodOutKernel(oidOfType(name.replace('typmodout', '')));
  if (firstArg === typeOid.internal) return receiveKernel;
  if (result === typeOid.cstring && secondArg === undefined && firstArg !== typeOid.cstring) return outputKernel();
  if (result === typeOid.bytea && firstArg !== typeOid.cstring) return sendKernel();
  return inputKernel(result);
}

export const typeIoEntries: readonly FunctionEntry[] = lines
  .trim()
  .split('\n')
  .map((line) => {
    const [, oid, signature] = /^\s*(\d+) (.*)$/.exec(line) as unknown as [string, string, string];
    const draft = scalar(Number(oid), signature, receiveKernel);
    const kernel = kernelFor(draft.name, draft.argTypes[0] as Oid, draft.argTypes[1], draft.returnType);
    return { ...draft, implementation: { ...draft.implementation, kernel } } as FunctionEntry;
  });
