/** Functions that ask or act on the running server: sizes, transactions, other backends, locks. */
import { scalar } from '../define.ts';
import type { FunctionEntry } from '../function.ts';
import { routed } from './routed.ts';

const sizes = `
   2168 pg_database_size(name) int8 volatile
   2286 pg_total_relation_size(regclass) int8 volatile
   2322 pg_tablespace_size(oid) int8 volatile
   2323 pg_tablespace_size(name) int8 volatile
   2324 pg_database_size(oid) int8 volatile
   2325 pg_relation_size(regclass) int8 volatile
   2332 pg_relation_size(regclass, text) int8 volatile
   2997 pg_table_size(regclass) int8 volatile
   2998 pg_indexes_size(regclass) int8 volatile
`;

const transactions = `
   1181 age(xid) int4 stable
   2943 txid_current() int8 stable
   3348 txid_current_if_assigned() int8 stable
   3360 txid_status(int8) text volatile
   3581 pg_xact_commit_timestamp(xid) timestamptz volatile
   3830 pg_last_xact_replay_timestamp() timestamptz volatile
   3939 mxid_age(xid) int4 stable
   5059 pg_current_xact_id() xid8 stable
   5060 pg_current_xact_id_if_assigned() xid8 stable
   5066 pg_xact_status(xid8) text volatile
`;

const recoveryAndReplication = `
   1137 pg_get_wal_replay_pause_state() text volatile
   3073 pg_is_wal_replay_paused() bool volatile
   2849 pg_current_wal_lsn() pg_lsn volatile
   2852 pg_current_wal_insert_lsn() pg_lsn volatile
   3330 pg_current_wal_flush_lsn() pg_lsn volatile
   3820 pg_last_wal_receive_lsn() pg_lsn volatile
   3821 pg_last_wal_replay_lsn() pg_lsn volatile
   3810 pg_is_in_recovery() bool volatile
`;

const backends = `
    315 pg_jit_available() bool volatile
    817 current_query() text volatile nullable
   2034 pg_conf_load_time() timestamptz stable
   2121 pg_column_compression(any) text stable
   2171 pg_cancel_backend(int4) bool volatile
   2561 pg_blocking_pids(int4) int4[] volatile
   2621 pg_reload_conf() bool volatile
   2622 pg_rotate_logfile() bool volatile
   3036 pg_notify(text, text) void volatile nullable
   3163 pg_trigger_depth() int4 stable
   3296 pg_notification_queue_usage() float8 volatile
   3800 pg_current_logfile() text volatile nullable
   3801 pg_current_logfile(text) text volatile nullable
   3809 pg_export_snapshot() text volatile
   4543 pg_log_backend_memory_contexts(int4) bool volatile
   6240 pg_settings_get_flags(text) text[] stable
`;

/** These may have to wait: advisory locks and sleep. */
const waiting = `
   2626 pg_sleep(float8) void volatile
   2880 pg_advisory_lock(int8) void volatile
   2881 pg_advisory_lock_shared(int8) void volatile
   2886 pg_advisory_lock(int4, int4) void volatile
   2887 pg_advisory_lock_shared(int4, int4) void volatile
   3089 pg_advisory_xact_lock(int8) void volatile
   3090 pg_advisory_xact_lock_shared(int8) void volatile
   3093 pg_advisory_xact_lock(int4, int4) void volatile
   3094 pg_advisory_xact_lock_shared(int4, int4) void volatile
   3935 pg_sleep_for(interval) void volatile
   3936 pg_sleep_until(timestamptz) void volatile
`;

/** Their other halves never wait. */
const advisoryLocks = `
   2882 pg_try_advisory_lock(int8) bool volatile
   2883 pg_try_advisory_lock_shared(int8) bool volatile
   2884 pg_advisory_unlock(int8) bool volatile
   2885 pg_advisory_unlock_shared(int8) bool volatile
   2888 pg_try_advisory_lock(int4, int4) bool volatile
   2889 pg_try_advisory_lock_shared(int4, int4) bool volatile
   2890 pg_advisory_unlock(int4, int4) bool volatile
   2891 pg_advisory_unlock_shared(int4, int4) bool volatile
   2892 pg_advisory_unlock_all() void volatile
   3091 pg_try_advisory_xact_lock(int8) bool volatile
   3092 pg_try_advisory_xact_lock_shared(int8) bool volatile
   3095 pg_try_advisory_xact_lock(int4, int4) bool volatile
   3096 pg_try_advisory_xact_lock_shared(int4, int4) bool volatile
`;

const terminate: FunctionEntry = scalar(
  2096,
  'pg_terminate_backend(pid int4, timeout int8) bool volatile',
  (args, context) => context.system.call('pg_terminate_backend', args),
  { defaults: [0] },
);

export const serverFunctions: readonly FunctionEntry[] = [
  ...[sizes, transactions, recoveryAndReplication, backends, advisoryLocks].flatMap((table) => routed('system', table)),
  ...routed('system', waiting, true),
  terminate,
];
