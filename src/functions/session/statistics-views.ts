/** The functions under the pg_stat_* views: numbers the server keeps about itself. */
import { routed } from './routed.ts';

export const statisticsViewFunctions = routed(
  'system',
  `
   1391 pg_stat_get_backend_start(int4) timestamptz stable
   1393 pg_stat_get_backend_client_port(int4) int4 stable
   1928 pg_stat_get_numscans(oid) int8 stable
   1929 pg_stat_get_tuples_returned(oid) int8 stable
   1930 pg_stat_get_tuples_fetched(oid) int8 stable
   1931 pg_stat_get_tuples_inserted(oid) int8 stable
   1932 pg_stat_get_tuples_updated(oid) int8 stable
   1933 pg_stat_get_tuples_deleted(oid) int8 stable
   1934 pg_stat_get_blocks_fetched(oid) int8 stable
   1935 pg_stat_get_blocks_hit(oid) int8 stable
   1937 pg_stat_get_backend_pid(int4) int4 stable
   1938 pg_stat_get_backend_dbid(int4) oid stable
   1939 pg_stat_get_backend_userid(int4) oid stable
   1940 pg_stat_get_backend_activity(int4) text stable
   1941 pg_stat_get_db_numbackends(oid) int4 stable
   1942 pg_stat_get_db_xact_commit(oid) int8 stable
   1943 pg_stat_get_db_xact_rollback(oid) int8 stable
   1944 pg_stat_get_db_blocks_fetched(oid) int8 stable
   1945 pg_stat_get_db_blocks_hit(oid) int8 stable
   1972 pg_stat_get_tuples_hot_updated(oid) int8 stable
   2094 pg_stat_get_backend_activity_start(int4) timestamptz stable
   2137 pg_stat_force_next_flush() void volatile nullable
   2230 pg_stat_clear_snapshot() void volatile nullable
   2274 pg_stat_reset() void volatile nullable
   2307 pg_stat_reset_slru(text) void volatile nullable
   2758 pg_stat_get_db_tuples_returned(oid) int8 stable
   2759 pg_stat_get_db_tuples_fetched(oid) int8 stable
   2760 pg_stat_get_db_tuples_inserted(oid) int8 stable
   2761 pg_stat_get_db_tuples_updated(oid) int8 stable
   2762 pg_stat_get_db_tuples_deleted(oid) int8 stable
   2769 pg_stat_get_bgwriter_timed_checkpoints() int8 stable
   2770 pg_stat_get_bgwriter_requested_checkpoints() int8 stable
   2771 pg_stat_get_bgwriter_buf_written_checkpoints() int8 stable
   2772 pg_stat_get_bgwriter_buf_written_clean() int8 stable
   2773 pg_stat_get_bgwriter_maxwritten_clean() int8 stable
   2775 pg_stat_get_buf_written_backend() int8 stable
   2781 pg_stat_get_last_vacuum_time(oid) timestamptz stable
   2782 pg_stat_get_last_autovacuum_time(oid) timestamptz stable
   2783 pg_stat_get_last_analyze_time(oid) timestamptz stable
   2784 pg_stat_get_last_autoanalyze_time(oid) timestamptz stable
   2788 pg_stat_get_backend_wait_event_type(int4) text stable
   2844 pg_stat_get_db_blk_read_time(oid) float8 stable
   2845 pg_stat_get_db_blk_write_time(oid) float8 stable
   2853 pg_stat_get_backend_wait_event(int4) text stable
   2857 pg_stat_get_backend_xact_start(int4) timestamptz stable
   2859 pg_stat_get_buf_alloc() int8 stable
   2878 pg_stat_get_live_tuples(oid) int8 stable
   2879 pg_stat_get_dead_tuples(oid) int8 stable
   2978 pg_stat_get_function_calls(oid) int8 stable
   2979 pg_stat_get_function_total_time(oid) float8 stable
   2980 pg_stat_get_function_self_time(oid) float8 stable
   3037 pg_stat_get_xact_numscans(oid) int8 volatile
   3038 pg_stat_get_xact_tuples_returned(oid) int8 volatile
   3039 pg_stat_get_xact_tuples_fetched(oid) int8 volatile
   3040 pg_stat_get_xact_tuples_inserted(oid) int8 volatile
   3041 pg_stat_get_xact_tuples_updated(oid) int8 volatile
   3042 pg_stat_get_xact_tuples_deleted(oid) int8 volatile
   3043 pg_stat_get_xact_tuples_hot_updated(oid) int8 volatile
   3044 pg_stat_get_xact_blocks_fetched(oid) int8 volatile
   3045 pg_stat_get_xact_blocks_hit(oid) int8 volatile
   3046 pg_stat_get_xact_function_calls(oid) int8 volatile
   3047 pg_stat_get_xact_function_total_time(oid) float8 volatile
   3048 pg_stat_get_xact_function_self_time(oid) float8 volatile
   3054 pg_stat_get_vacuum_count(oid) int8 stable
   3055 pg_stat_get_autovacuum_count(oid) int8 stable
   3056 pg_stat_get_analyze_count(oid) int8 stable
   3057 pg_stat_get_autoanalyze_count(oid) int8 stable
   3063 pg_stat_get_buf_fsync_backend() int8 stable
   3065 pg_stat_get_db_conflict_tablespace(oid) int8 stable
   3066 pg_stat_get_db_conflict_lock(oid) int8 stable
   3067 pg_stat_get_db_conflict_snapshot(oid) int8 stable
   3068 pg_stat_get_db_conflict_bufferpin(oid) int8 stable
   3069 pg_stat_get_db_conflict_startup_deadlock(oid) int8 stable
   3070 pg_stat_get_db_conflict_all(oid) int8 stable
   3074 pg_stat_get_db_stat_reset_time(oid) timestamptz stable
   3075 pg_stat_get_bgwriter_stat_reset_time() timestamptz stable
   3150 pg_stat_get_db_temp_files(oid) int8 stable
   3151 pg_stat_get_db_temp_bytes(oid) int8 stable
   3152 pg_stat_get_db_deadlocks(oid) int8 stable
   3160 pg_stat_get_checkpoint_write_time() float8 stable
   3161 pg_stat_get_checkpoint_sync_time() float8 stable
   3177 pg_stat_get_mod_since_analyze(oid) int8 stable
   3426 pg_stat_get_db_checksum_failures(oid) int8 stable
   3428 pg_stat_get_db_checksum_last_failure(oid) timestamptz stable
   3775 pg_stat_reset_shared(text) void volatile
   3776 pg_stat_reset_single_table_counters(oid) void volatile
   3777 pg_stat_reset_single_function_counters(oid) void volatile
   3788 pg_stat_get_snapshot_timestamp() timestamptz stable
   5053 pg_stat_get_ins_since_vacuum(oid) int8 stable
   6170 pg_stat_reset_replication_slot(text) void volatile nullable
   6185 pg_stat_get_db_session_time(oid) float8 stable
   6186 pg_stat_get_db_active_time(oid) float8 stable
   6187 pg_stat_get_db_idle_in_transaction_time(oid) float8 stable
   6188 pg_stat_get_db_sessions(oid) int8 stable
   6189 pg_stat_get_db_sessions_abandoned(oid) int8 stable
   6190 pg_stat_get_db_sessions_fatal(oid) int8 stable
   6191 pg_stat_get_db_sessions_killed(oid) int8 stable
   6230 pg_stat_have_stats(text, oid, oid) bool volatile
   6232 pg_stat_reset_subscription_stats(oid) void volatile nullable
  `,
);
