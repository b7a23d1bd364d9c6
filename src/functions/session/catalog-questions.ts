/**
 * Functions whose answer is in the catalog: definitions as SQL text, names, comments, visibility. They are declared here and
 * answered through `EvalContext.catalog` under their name; overloads are told apart by the kinds of their arguments.
 */
import { routed } from './routed.ts';

/** Definitions printed as SQL. */
const definitions = `
   1081 format_type(oid, int4) text stable nullable
   1349 oidvectortypes(oidvector) text stable
   1387 pg_get_constraintdef(oid) text stable
   1573 pg_get_ruledef(oid) text stable
   1640 pg_get_viewdef(text) text stable
   1641 pg_get_viewdef(oid) text stable
   1642 pg_get_userbyid(oid) name stable
   1643 pg_get_indexdef(oid) text stable
   1662 pg_get_triggerdef(oid) text stable
   1665 pg_get_serial_sequence(text, text) text stable
   1716 pg_get_expr(pg_node_tree, oid) text stable
   2098 pg_get_functiondef(oid) text stable
   2162 pg_get_function_arguments(oid) text stable
   2165 pg_get_function_result(oid) text stable
   2232 pg_get_function_identity_arguments(oid) text stable
   2504 pg_get_ruledef(oid, bool) text stable
   2505 pg_get_viewdef(text, bool) text stable
   2506 pg_get_viewdef(oid, bool) text stable
   2507 pg_get_indexdef(oid, int4, bool) text stable
   2508 pg_get_constraintdef(oid, bool) text stable
   2509 pg_get_expr(pg_node_tree, oid, bool) text stable
   2730 pg_get_triggerdef(oid, bool) text stable
   3159 pg_get_viewdef(oid, int4) text stable
   3352 pg_get_partkeydef(oid) text stable
   3408 pg_get_partition_constraintdef(oid) text stable
   3415 pg_get_statisticsobjdef(oid) text stable
   3537 pg_describe_object(oid, oid, int4) text stable
   3808 pg_get_function_arg_default(oid, int4) text stable
   6120 pg_get_replica_identity_index(regclass) regclass stable
   6173 pg_get_statisticsobjdef_expressions(oid) text[] stable
   6174 pg_get_statisticsobjdef_columns(oid) text stable
   6197 pg_get_function_sqlbody(oid) text stable
`;

/** Is the object found without naming its schema? */
const visibility = `
   2079 pg_table_is_visible(oid) bool stable
   2080 pg_type_is_visible(oid) bool stable
   2081 pg_function_is_visible(oid) bool stable
   2082 pg_operator_is_visible(oid) bool stable
   2083 pg_opclass_is_visible(oid) bool stable
   2093 pg_conversion_is_visible(oid) bool stable
   3403 pg_statistics_obj_is_visible(oid) bool stable
   3756 pg_ts_parser_is_visible(oid) bool stable
   3757 pg_ts_dict_is_visible(oid) bool stable
   3758 pg_ts_config_is_visible(oid) bool stable
   3768 pg_ts_template_is_visible(oid) bool stable
   3815 pg_collation_is_visible(oid) bool stable
   3829 pg_opfamily_is_visible(oid) bool stable
`;

/** What COMMENT ON has said. */
const comments = `
   1215 obj_description(oid, name) text stable
   1216 col_description(oid, int4) text stable
   1348 obj_description(oid) text stable
   1993 shobj_description(oid, name) text stable
`;

/** Names to OIDs; NULL when there is no such object, except for the cast to regclass, which fails. */
const names = `
   1079 regclass(text) regclass stable
   3476 to_regoperator(text) regoperator stable
   3479 to_regprocedure(text) regprocedure stable
   3492 to_regoper(text) regoper stable
   3493 to_regtype(text) regtype stable
   3494 to_regproc(text) regproc stable
   3495 to_regclass(text) regclass stable
   4086 to_regnamespace(text) regnamespace stable
   4093 to_regrole(text) regrole stable
   4195 to_regcollation(text) regcollation stable
`;

const others = `
    636 pg_indexam_has_property(oid, text) bool stable
    637 pg_index_has_property(regclass, text) bool stable
    638 pg_index_column_has_property(regclass, int4, text) bool stable
   1365 makeaclitem(oid, oid, text, bool) aclitem
   2854 pg_my_temp_schema() oid stable
   2855 pg_is_other_temp_schema(oid) bool stable
   2999 pg_relation_filenode(regclass) oid stable
   3034 pg_relation_filepath(regclass) text stable
   3162 pg_collation_for(any) text stable nullable
   3298 row_security_active(oid) bool stable
   3299 row_security_active(text) bool stable
   3424 pg_partition_root(regclass) regclass
   3448 pg_collation_actual_version(oid) text volatile
   3454 pg_filenode_relation(oid, oid) regclass stable
   3759 get_current_ts_config() regconfig stable
   3778 pg_tablespace_location(oid) text stable
   3842 pg_relation_is_updatable(regclass, bool) int4 stable
   3843 pg_column_is_updatable(regclass, int2, bool) bool stable
   3943 acldefault(char, oid) aclitem[]
   4032 pg_sequence_last_value(regclass) int8 volatile
   6121 pg_relation_is_publishable(regclass) bool stable
   6249 pg_database_collation_actual_version(oid) text volatile
`;

export const catalogQuestionFunctions = [definitions, visibility, comments, names, others].flatMap((table) =>
  routed('catalog', table),
);
