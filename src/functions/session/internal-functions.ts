/**
 * Functions that catalog columns name and the server's own parts stand for: selectivity estimators, access methods, subscripting,
 * foreign key triggers. SQL cannot call them.
 */
import { SqlError } from '../../common/sql-error.ts';
import type { FunctionEntry, Kernel } from '../function.ts';
import { scalar } from '../define.ts';

/** pg_operator.oprrest and oprjoin. */
const estimators = `
    101 eqsel(internal, oid, internal, int4) float8 stable
    102 neqsel(internal, oid, internal, int4) float8 stable
    103 scalarltsel(internal, oid, internal, int4) float8 stable
    104 scalargtsel(internal, oid, internal, int4) float8 stable
    105 eqjoinsel(internal, oid, internal, int2, internal) float8 stable
    106 neqjoinsel(internal, oid, internal, int2, internal) float8 stable
    107 scalarltjoinsel(internal, oid, internal, int2, internal) float8 stable
    108 scalargtjoinsel(internal, oid, internal, int2, internal) float8 stable
    336 scalarlesel(internal, oid, internal, int4) float8 stable
    337 scalargesel(internal, oid, internal, int4) float8 stable
    386 scalarlejoinsel(internal, oid, internal, int2, internal) float8 stable
    398 scalargejoinsel(internal, oid, internal, int2, internal) float8 stable
   1814 iclikesel(internal, oid, internal, int4) float8 stable
   1815 icnlikesel(internal, oid, internal, int4) float8 stable
   1816 iclikejoinsel(internal, oid, internal, int2, internal) float8 stable
   1817 icnlikejoinsel(internal, oid, internal, int2, internal) float8 stable
   1818 regexeqsel(internal, oid, internal, int4) float8 stable
   1819 likesel(internal, oid, internal, int4) float8 stable
   1820 icregexeqsel(internal, oid, internal, int4) float8 stable
   1821 regexnesel(internal, oid, internal, int4) float8 stable
   1822 nlikesel(internal, oid, internal, int4) float8 stable
   1823 icregexnesel(internal, oid, internal, int4) float8 stable
   1824 regexeqjoinsel(internal, oid, internal, int2, internal) float8 stable
   1825 likejoinsel(internal, oid, internal, int2, internal) float8 stable
   1826 icregexeqjoinsel(internal, oid, internal, int2, internal) float8 stable
   1827 regexnejoinsel(internal, oid, internal, int2, internal) float8 stable
   1828 nlikejoinsel(internal, oid, internal, int2, internal) float8 stable
   1829 icregexnejoinsel(internal, oid, internal, int2, internal) float8 stable
   3437 prefixsel(internal, oid, internal, int4) float8 stable
   3438 prefixjoinsel(internal, oid, internal, int2, internal) float8 stable
   3817 arraycontsel(internal, oid, internal, int4) float8 stable
   3818 arraycontjoinsel(internal, oid, internal, int2, internal) float8 stable
   5040 matchingsel(internal, oid, internal, int4) float8 stable
   5041 matchingjoinsel(internal, oid, internal, int2, internal) float8 stable
`;

/** pg_am.amhandler, pg_type.typsubscript and typanalyze. */
const handlers = `
      3 heap_tableam_handler(internal) table_am_handler volatile
    330 bthandler(internal) index_am_handler volatile
    331 hashhandler(internal) index_am_handler volatile
    332 gisthandler(internal) index_am_handler volatile
    333 ginhandler(internal) index_am_handler volatile
    334 spghandler(internal) index_am_handler volatile
    335 brinhandler(internal) index_am_handler volatile
   6179 array_subscript_handler(internal) internal
   6180 raw_array_subscript_handler(internal) internal
   3816 array_typanalyze(internal) bool stable
`;

/** pg_trigger.tgfoid. */
const triggers = `
   1250 unique_key_recheck() trigger volatile
   1644 RI_FKey_check_ins() trigger volatile
   1645 RI_FKey_check_upd() trigger volatile
   1646 RI_FKey_cascade_del() trigger volatile
   1647 RI_FKey_cascade_upd() trigger volatile
   1648 RI_FKey_restrict_del() trigger volatile
   1649 RI_FKey_restrict_upd() trigger volatile
   1650 RI_FKey_setnull_del() trigger volatile
   1651 RI_FKey_setnull_upd() trigger volatile
   1652 RI_FKey_setdefault_del() trigger volatile
   1653 RI_FKey_setdefault_upd() trigger volatile
   1654 RI_FKey_noaction_del() trigger volatile
   1655 RI_FKey_noaction_upd() trigger volatile
`;

/** pg_language.lanvalidator. */
const validators = `
   2246 fmgr_internal_validator(oid) void stable
   2247 fmgr_c_validator(oid) void stable
   2248 fmgr_sql_validator(oid) void stable
`;

function refuse(name: string): Kernel {
  return () => {
    throw new SqlError('0A000', `function ${name} cannot be called from SQL`);
  };
}

export const internalFunctions: readonly FunctionEntry[] = [estimators, handlers, triggers, validators].flatMap(
  (table) =>
    table
      .trim()
      .split('\n')
      .map((line) => {
        const [, oid, signature] = /^\s*(\d+) (.*)$/.exec(line) as unknown as [string, string, string];
        return scalar(Number(oid), signature, refuse(signature.slice(0, signature.indexOf('('))));
      }),
);
