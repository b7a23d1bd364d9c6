/** has_…_privilege and pg_has_role: answered by the catalog. Without a user argument they ask about the current one. */
import { routed } from './routed.ts';

export const privilegeFunctions = routed(
  'catalog',
  `
   1922 has_table_privilege(name, text, text) bool stable
   1923 has_table_privilege(name, oid, text) bool stable
   1924 has_table_privilege(oid, text, text) bool stable
   1925 has_table_privilege(oid, oid, text) bool stable
   1926 has_table_privilege(text, text) bool stable
   1927 has_table_privilege(oid, text) bool stable
   2181 has_sequence_privilege(name, text, text) bool stable
   2182 has_sequence_privilege(name, oid, text) bool stable
   2183 has_sequence_privilege(oid, text, text) bool stable
   2184 has_sequence_privilege(oid, oid, text) bool stable
   2185 has_sequence_privilege(text, text) bool stable
   2186 has_sequence_privilege(oid, text) bool stable
   2250 has_database_privilege(name, text, text) bool stable
   2251 has_database_privilege(name, oid, text) bool stable
   2252 has_database_privilege(oid, text, text) bool stable
   2253 has_database_privilege(oid, oid, text) bool stable
   2254 has_database_privilege(text, text) bool stable
   2255 has_database_privilege(oid, text) bool stable
   2256 has_function_privilege(name, text, text) bool stable
   2257 has_function_privilege(name, oid, text) bool stable
   2258 has_function_privilege(oid, text, text) bool stable
   2259 has_function_privilege(oid, oid, text) bool stable
   2260 has_function_privilege(text, text) bool stable
   2261 has_function_privilege(oid, text) bool stable
   2262 has_language_privilege(name, text, text) bool stable
   2263 has_language_privilege(name, oid, text) bool stable
   2264 has_language_privilege(oid, text, text) bool stable
   2265 has_language_privilege(oid, oid, text) bool stable
   2266 has_language_privilege(text, text) bool stable
   2267 has_language_privilege(oid, text) bool stable
   2268 has_schema_privilege(name, text, text) bool stable
   2269 has_schema_privilege(name, oid, text) bool stable
   2270 has_schema_privilege(oid, text, text) bool stable
   2271 has_schema_privilege(oid, oid, text) bool stable
   2272 has_schema_privilege(text, text) bool stable
   2273 has_schema_privilege(oid, text) bool stable
   2390 has_tablespace_privilege(name, text, text) bool stable
   2391 has_tablespace_privilege(name, oid, text) bool stable
   2392 has_tablespace_privilege(oid, text, text) bool stable
   2393 has_tablespace_privilege(oid, oid, text) bool stable
   2394 has_tablespace_privilege(text, text) bool stable
   2395 has_tablespace_privilege(oid, text) bool stable
   2705 pg_has_role(name, name, text) bool stable
   2706 pg_has_role(name, oid, text) bool stable
   2707 pg_has_role(oid, name, text) bool stable
   2708 pg_has_role(oid, oid, text) bool stable
   2709 pg_has_role(name, text) bool stable
   2710 pg_has_role(oid, text) bool stable
   3000 has_foreign_data_wrapper_privilege(name, text, text) bool stable
   3001 has_foreign_data_wrapper_privilege(name, oid, text) bool stable
   3002 has_foreign_data_wrapper_privilege(oid, text, text) bool stable
   3003 has_foreign_data_wrapper_privilege(oid, oid, text) bool stable
   3004 has_foreign_data_wrapper_privilege(text, text) bool stable
   3005 has_foreign_data_wrapper_privilege(oid, text) bool stable
   3006 has_server_privilege(name, text, text) bool stable
   3007 has_server_privilege(name, oid, text) bool stable
   3008 has_server_privilege(oid, text, text) bool stable
   3009 has_server_privilege(oid, oid, text) bool stable
   3010 has_server_privilege(text, text) bool stable
   3011 has_server_privilege(oid, text) bool stable
   3012 has_column_privilege(name, text, text, text) bool stable
   3013 has_column_privilege(name, text, int2, text) bool stable
   3014 has_column_privilege(name, oid, text, text) bool stable
   3015 has_column_privilege(name, oid, int2, text) bool stable
   3016 has_column_privilege(oid, text, text, text) bool stable
   3017 has_column_privilege(oid, text, int2, text) bool stable
   3018 has_column_privilege(oid, oid, text, text) bool stable
   3019 has_column_privilege(oid, oid, int2, text) bool stable
   3020 has_column_privilege(text, text, text) bool stable
   3021 has_column_privilege(text, int2, text) bool stable
   3022 has_column_privilege(oid, text, text) bool stable
   3023 has_column_privilege(oid, int2, text) bool stable
   3024 has_any_column_privilege(name, text, text) bool stable
   3025 has_any_column_privilege(name, oid, text) bool stable
   3026 has_any_column_privilege(oid, text, text) bool stable
   3027 has_any_column_privilege(oid, oid, text) bool stable
   3028 has_any_column_privilege(text, text) bool stable
   3029 has_any_column_privilege(oid, text) bool stable
   3138 has_type_privilege(name, text, text) bool stable
   3139 has_type_privilege(name, oid, text) bool stable
   3140 has_type_privilege(oid, text, text) bool stable
   3141 has_type_privilege(oid, oid, text) bool stable
   3142 has_type_privilege(text, text) bool stable
   3143 has_type_privilege(oid, text) bool stable
   6205 has_parameter_privilege(name, text, text) bool stable
   6206 has_parameter_privilege(oid, text, text) bool stable
   6207 has_parameter_privilege(text, text) bool stable
  `,
);
