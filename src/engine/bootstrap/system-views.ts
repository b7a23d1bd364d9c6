/**
 * The views of pg_catalog and information_schema, made when a cluster is. Their columns are PostgreSQL's; what we do not have
 * is NULL or empty. One statement each, in order.
 */

const relationOwner = 'pg_get_userbyid(c.relowner)';

/** Relations of one kind with their schema. */
function relations(kind: string, columns: string): string {
  return `SELECT n.nspname AS schemaname, ${columns} FROM pg_class c LEFT JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = '${kind}'`;
}

const catalogViews: readonly string[] = [
  `CREATE VIEW pg_catalog.pg_roles AS
     SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit,
            '********'::text AS rolpassword, rolvaliduntil, rolbypassrls, NULL::text[] AS rolconfig, oid
     FROM pg_authid`,
  `CREATE VIEW pg_catalog.pg_shadow AS
     SELECT rolname AS usename, oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, rolreplication AS userepl,
            rolbypassrls AS usebypassrls, rolpassword AS passwd, rolvaliduntil AS valuntil, NULL::text[] AS useconfig
     FROM pg_authid WHERE rolcanlogin`,
  `CREATE VIEW pg_catalog.pg_user AS
     SELECT usename, usesysid, usecreatedb, usesuper, userepl, usebypassrls, '********'::text AS passwd, valuntil, useconfig
     FROM pg_shadow`,
  `CREATE VIEW pg_catalog.pg_group AS
     SELECT rolname AS groname, oid AS grosysid,
            ARRAY(SELECT m.member FROM pg_auth_members m WHERE m.roleid = a.oid) AS grolist
     FROM pg_authid a WHERE NOT rolcanlogin`,
  `CREATE VIEW pg_catalog.pg_tables AS ${relations(
    'r',
    `c.relname AS tablename, ${relationOwner} AS tableowner, NULL::name AS tablespace, c.relhasindex AS hasindexes,
     c.relhasrules AS hasrules, c.relhastriggers AS hastriggers, c.relrowsecurity AS rowsecurity`,
  )}`,
  `CREATE VIEW pg_catalog.pg_views AS ${relations(
    'v',
    `c.relname AS viewname, ${relationOwner} AS viewowner, pg_get_viewdef(c.oid) AS definition`,
  )}`,
  `CREATE VIEW pg_catalog.pg_matviews AS ${relations(
    'm',
    `c.relname AS matviewname, ${relationOwner} AS matviewowner, NULL::name AS tablespace, c.relhasindex AS hasindexes,
     c.relispopulated AS ispopulated, pg_get_viewdef(c.oid) AS definition`,
  )}`,
  `CREATE VIEW pg_catalog.pg_indexes AS
     SELECT n.nspname AS schemaname, c.relname AS tablename, i.relname AS indexname, NULL::name AS tablespace,
            pg_get_indexdef(i.oid) AS indexdef
     FROM pg_index x JOIN pg_class c ON c.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
          LEFT JOIN pg_namespace n ON n.oid = c.relnamespace`,
  `CREATE VIEW pg_catalog.pg_sequences AS
     SELECT n.nspname AS schemaname, c.relname AS sequencename, ${relationOwner} AS sequenceowner,
            s.seqtypid::regtype AS data_type, s.seqstart AS start_value, s.seqmin AS min_value, s.seqmax AS max_value,
            s.seqincrement AS increment_by, s.seqcycle AS cycle, s.seqcache AS cache_size,
            pg_sequence_last_value(c.oid) AS last_value
     FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace`,
  'CREATE VIEW pg_catalog.pg_settings AS SELECT * FROM pg_show_all_settings()',
  'CREATE VIEW pg_catalog.pg_prepared_statements AS SELECT * FROM pg_prepared_statement()',
  'CREATE VIEW pg_catalog.pg_cursors AS SELECT * FROM pg_cursor()',
  'CREATE VIEW pg_catalog.pg_locks AS SELECT * FROM pg_lock_status()',
  `CREATE VIEW pg_catalog.pg_stats AS
     SELECT n.nspname AS schemaname, c.relname AS tablename, a.attname, s.stainherit AS inherited, s.stanullfrac AS null_frac,
            s.stawidth AS avg_width, s.stadistinct AS n_distinct,
            CASE 1 WHEN s.stakind1 THEN s.stavalues1 WHEN s.stakind2 THEN s.stavalues2 END AS most_common_vals,
            CASE 1 WHEN s.stakind1 THEN s.stanumbers1 WHEN s.stakind2 THEN s.stanumbers2 END AS most_common_freqs,
            CASE 2 WHEN s.stakind1 THEN s.stavalues1 WHEN s.stakind2 THEN s.stavalues2 END AS histogram_bounds,
            CASE 3 WHEN s.stakind1 THEN s.stanumbers1[1] WHEN s.stakind2 THEN s.stanumbers2[1]
                   WHEN s.stakind3 THEN s.stanumbers3[1] END AS correlation
     FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = s.staattnum
          LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE NOT a.attisdropped`,
  `CREATE VIEW pg_catalog.pg_stat_activity AS
     SELECT d.oid AS datid, d.datname, a.pid, NULL::int4 AS leader_pid, a.usesysid, u.rolname AS usename, a.application_name,
            a.client_addr, NULL::text AS client_hostname, a.client_port, a.backend_start, a.xact_start, a.query_start,
            a.state_change, a.wait_event_type, a.wait_event, a.state, a.backend_xid, a.backend_xmin,
            NULL::int8 AS query_id, a.query, a.backend_type
     FROM pg_stat_get_activity(NULL) a LEFT JOIN pg_database d ON d.oid = a.datid LEFT JOIN pg_authid u ON u.oid = a.usesysid`,
];

const informationViews: readonly string[] = [
  `CREATE VIEW information_schema.schemata AS
     SELECT current_database() AS catalog_name, n.nspname AS schema_name, pg_get_userbyid(n.nspowner) AS schema_owner,
            NULL::name AS default_character_set_catalog, NULL::name AS default_character_set_schema,
            NULL::name AS default_character_set_name, NULL::text AS sql_path
     FROM pg_namespace n`,
  `CREATE VIEW information_schema.tables AS
     SELECT current_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
            CASE WHEN c.relpersistence = 't' THEN 'LOCAL TEMPORARY' WHEN c.relkind = 'v' THEN 'VIEW' ELSE 'BASE TABLE' END::varchar AS table_type,
            NULL::name AS self_referencing_column_name, NULL::varchar AS reference_generation,
            NULL::name AS user_defined_type_catalog, NULL::name AS user_defined_type_schema, NULL::name AS user_defined_type_name,
            CASE WHEN c.relkind = 'r' THEN 'YES' ELSE 'NO' END::varchar AS is_insertable_into,
            'NO'::varchar AS is_typed, NULL::varchar AS commit_action
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'v')`,
  `CREATE VIEW information_schema.views AS
     SELECT current_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
            pg_get_viewdef(c.oid) AS view_definition, 'NONE'::varchar AS check_option, 'NO'::varchar AS is_updatable,
            'NO'::varchar AS is_insertable_into
     FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'v'`,
  `CREATE VIEW information_schema.columns AS
     SELECT current_database() AS table_catalog, n.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name,
            a.attnum::int4 AS ordinal_position,
            CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END::varchar AS column_default,
            CASE WHEN a.attnotnull THEN 'NO' ELSE 'YES' END::varchar(3) AS is_nullable,
            CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY'
                 WHEN t.typnamespace = 11 THEN format_type(a.atttypid, NULL) ELSE 'USER-DEFINED' END::varchar AS data_type,
            CASE WHEN a.atttypid IN (1042, 1043) AND a.atttypmod >= 4 THEN a.atttypmod - 4 END AS character_maximum_length,
            CASE WHEN a.atttypid IN (25, 1042, 1043) THEN 1073741824 END AS character_octet_length,
            CASE a.atttypid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53
                 WHEN 1700 THEN CASE WHEN a.atttypmod >= 4 THEN ((a.atttypmod - 4) >> 16) & 65535 END END AS numeric_precision,
            CASE WHEN a.atttypid IN (20, 21, 23, 700, 701) THEN 2 WHEN a.atttypid = 1700 THEN 10 END AS numeric_precision_radix,
            CASE WHEN a.atttypid IN (20, 21, 23) THEN 0
                 WHEN a.atttypid = 1700 AND a.atttypmod >= 4 THEN (a.atttypmod - 4) & 65535 END AS numeric_scale,
            CASE WHEN a.atttypid = 1082 THEN 0
                 WHEN a.atttypid IN (1083, 1114, 1184, 1186, 1266) THEN CASE WHEN a.atttypmod < 0 THEN 6 ELSE a.atttypmod & 65535 END
                 END AS datetime_precision,
            current_database() AS udt_catalog, tn.nspname AS udt_schema, t.typname AS udt_name,
            CASE WHEN a.attidentity <> '' THEN 'YES' ELSE 'NO' END::varchar AS is_identity,
            CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END::varchar AS identity_generation,
            CASE WHEN a.attgenerated = '' THEN 'NEVER' ELSE 'ALWAYS' END::varchar AS is_generated,
            CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END::varchar AS generation_expression,
            CASE WHEN c.relkind = 'r' THEN 'YES' ELSE 'NO' END::varchar AS is_updatable
     FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_type t ON t.oid = a.atttypid JOIN pg_namespace tn ON tn.oid = t.typnamespace
          LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v')`,
  `CREATE VIEW information_schema.table_constraints AS
     SELECT current_database() AS constraint_catalog, n.nspname AS constraint_schema, k.conname AS constraint_name,
            current_database() AS table_catalog, tn.nspname AS table_schema, c.relname AS table_name,
            CASE k.contype WHEN 'c' THEN 'CHECK' WHEN 'f' THEN 'FOREIGN KEY' WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' END::varchar AS constraint_type,
            CASE WHEN k.condeferrable THEN 'YES' ELSE 'NO' END::varchar AS is_deferrable,
            CASE WHEN k.condeferred THEN 'YES' ELSE 'NO' END::varchar AS initially_deferred,
            'YES'::varchar AS enforced
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = k.connamespace
          JOIN pg_namespace tn ON tn.oid = c.relnamespace`,
  `CREATE VIEW information_schema.key_column_usage AS
     SELECT current_database() AS constraint_catalog, n.nspname AS constraint_schema, k.conname AS constraint_name,
            current_database() AS table_catalog, tn.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name,
            u.position::int4 AS ordinal_position,
            CASE WHEN k.contype = 'f' THEN u.position::int4 END AS position_in_unique_constraint
     FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = k.connamespace
          JOIN pg_namespace tn ON tn.oid = c.relnamespace
          CROSS JOIN LATERAL unnest(k.conkey) WITH ORDINALITY AS u(number, position)
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = u.number
     WHERE k.contype IN ('p', 'u', 'f')`,
  `CREATE VIEW information_schema.referential_constraints AS
     SELECT current_database() AS constraint_catalog, n.nspname AS constraint_schema, k.conname AS constraint_name,
            current_database() AS unique_constraint_catalog, un.nspname AS unique_constraint_schema, uk.conname AS unique_constraint_name,
            CASE k.confmatchtype WHEN 'f' THEN 'FULL' ELSE 'NONE' END::varchar AS match_option,
            CASE k.confupdtype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END::varchar AS update_rule,
            CASE k.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' ELSE 'NO ACTION' END::varchar AS delete_rule
     FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace
          LEFT JOIN pg_constraint uk ON uk.conindid = k.conindid AND uk.contype IN ('p', 'u')
          LEFT JOIN pg_namespace un ON un.oid = uk.connamespace
     WHERE k.contype = 'f'`,
  `CREATE VIEW information_schema.sequences AS
     SELECT current_database() AS sequence_catalog, n.nspname AS sequence_schema, c.relname AS sequence_name,
            format_type(s.seqtypid, NULL)::varchar AS data_type, s.seqstart::varchar AS start_value,
            s.seqmin::varchar AS minimum_value, s.seqmax::varchar AS maximum_value, s.seqincrement::varchar AS increment,
            CASE WHEN s.seqcycle THEN 'YES' ELSE 'NO' END::varchar AS cycle_option
     FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace`,
];

export const systemViews: readonly string[] = [...catalogViews, ...informationViews];
