/**
 * The configuration parameters: PostgreSQL's names, units, limits, defaults and descriptions. Headings are categories.
 *
 *   name | type | unit | context | default | minimum | maximum | values of an enum, comma separated | description
 */
export const settingLines = String.raw`
# Autovacuum
autovacuum | bool | | sighup | on | | | | Starts the autovacuum subprocess.
autovacuum_analyze_scale_factor | real | | sighup | 0.1 | 0 | 100 | | Number of tuple inserts, updates, or deletes prior to analyze as a fraction of reltuples.
autovacuum_analyze_threshold | integer | | sighup | 50 | 0 | 2147483647 | | Minimum number of tuple inserts, updates, or deletes prior to analyze.
autovacuum_max_workers | integer | | postmaster | 3 | 1 | 262143 | | Sets the maximum number of simultaneously running autovacuum worker processes.
autovacuum_naptime | integer | s | sighup | 60 | 1 | 2147483 | | Time to sleep between autovacuum runs.
autovacuum_vacuum_cost_delay | real | ms | sighup | 2 | -1 | 100 | | Vacuum cost delay in milliseconds, for autovacuum.
autovacuum_vacuum_cost_limit | integer | | sighup | -1 | -1 | 10000 | | Vacuum cost amount available before napping, for autovacuum.
autovacuum_vacuum_insert_scale_factor | real | | sighup | 0.2 | 0 | 100 | | Number of tuple inserts prior to vacuum as a fraction of reltuples.
autovacuum_vacuum_insert_threshold | integer | | sighup | 1000 | -1 | 2147483647 | | Minimum number of tuple inserts prior to vacuum, or -1 to disable insert vacuums.
autovacuum_vacuum_scale_factor | real | | sighup | 0.2 | 0 | 100 | | Number of tuple updates or deletes prior to vacuum as a fraction of reltuples.
autovacuum_vacuum_threshold | integer | | sighup | 50 | 0 | 2147483647 | | Minimum number of tuple updates or deletes prior to vacuum.
# Client Connection Defaults / Locale and Formatting
client_encoding | string | | user | UTF8 | | | | Sets the client's character set encoding.
DateStyle | string | | user | ISO, MDY | | | | Sets the display format for date and time values.
default_text_search_config | string | | user | pg_catalog.simple | | | | Sets default text search configuration.
extra_float_digits | integer | | user | 1 | -15 | 3 | | Sets the number of digits displayed for floating-point values.
IntervalStyle | enum | | user | postgres | | | postgres,postgres_verbose,sql_standard,iso_8601 | Sets the display format for interval values.
lc_messages | string | | superuser | C | | | | Sets the language in which messages are displayed.
lc_monetary | string | | user | C | | | | Sets the locale for formatting monetary amounts.
lc_numeric | string | | user | C | | | | Sets the locale for formatting numbers.
lc_time | string | | user | C | | | | Sets the locale for formatting date and time values.
TimeZone | string | | user | UTC | | | | Sets the time zone for displaying and interpreting time stamps.
timezone_abbreviations | string | | user | Default | | | | Selects a file of time zone abbreviations.
# Client Connection Defaults / Statement Behavior
bytea_output | enum | | user | hex | | | escape,hex | Sets the output format for bytea.
check_function_bodies | bool | | user | on | | | | Check routine bodies during CREATE FUNCTION and CREATE PROCEDURE.
client_min_messages | enum | | user | notice | | | debug5,debug4,debug3,debug2,debug1,log,notice,warning,error | Sets the message levels that are sent to the client.
default_table_access_method | string | | user | heap | | | | Sets the default table access method for new tables.
default_tablespace | string | | user | | | | | Sets the default tablespace to create tables and indexes in.
default_transaction_deferrable | bool | | user | off | | | | Sets the default deferrable status of new transactions.
default_transaction_isolation | enum | | user | read committed | | | serializable,repeatable read,read committed,read uncommitted | Sets the transaction isolation level of each new transaction.
default_transaction_read_only | bool | | user | off | | | | Sets the default read-only status of new transactions.
idle_in_transaction_session_timeout | integer | ms | user | 0 | 0 | 2147483647 | | Sets the maximum allowed idle time between queries, when in a transaction.
idle_session_timeout | integer | ms | user | 0 | 0 | 2147483647 | | Sets the maximum allowed idle time between queries, when not in a transaction.
lock_timeout | integer | ms | user | 0 | 0 | 2147483647 | | Sets the maximum allowed duration of any wait for a lock.
role | string | | user | none | | | | Sets the current role.
row_security | bool | | user | on | | | | Enable row security.
search_path | string | | user | "$user", public | | | | Sets the schema search order for names that are not schema-qualified.
session_authorization | string | | user | | | | | Sets the session user name.
session_replication_role | enum | | superuser | origin | | | origin,replica,local | Sets the session's behavior for triggers and rewrite rules.
statement_timeout | integer | ms | user | 0 | 0 | 2147483647 | | Sets the maximum allowed duration of any statement.
transaction_deferrable | bool | | user | off | | | | Whether to defer a read-only serializable transaction until it can be executed with no possible serialization failures.
transaction_isolation | enum | | user | read committed | | | serializable,repeatable read,read committed,read uncommitted | Sets the current transaction's isolation level.
transaction_read_only | bool | | user | off | | | | Sets the current transaction's read-only status.
xmlbinary | enum | | user | base64 | | | base64,hex | Sets how binary values are to be encoded in XML.
xmloption | enum | | user | content | | | content,document | Sets whether XML data in implicit parsing and serialization operations is to be considered as documents or content fragments.
# Connections and Authentication / Authentication
authentication_timeout | integer | s | sighup | 60 | 1 | 600 | | Sets the maximum allowed time to complete client authentication.
password_encryption | enum | | user | scram-sha-256 | | | md5,scram-sha-256 | Chooses the algorithm for encrypting passwords.
# Connections and Authentication / Connection Settings
client_connection_check_interval | integer | ms | user | 0 | 0 | 2147483647 | | Sets the time interval between checks for disconnection while running queries.
listen_addresses | string | | postmaster | localhost | | | | Sets the host name or IP address(es) to listen to.
max_connections | integer | | postmaster | 100 | 1 | 262143 | | Sets the maximum number of concurrent connections.
port | integer | | postmaster | 5432 | 1 | 65535 | | Sets the TCP port the server listens on.
superuser_reserved_connections | integer | | postmaster | 3 | 0 | 262143 | | Sets the number of connection slots reserved for superusers.
# Connections and Authentication / SSL
ssl | bool | | sighup | off | | | | Enables SSL connections.
# Developer Options
jit_expressions | bool | | user | on | | | | Allow JIT compilation of expressions.
jit_tuple_deforming | bool | | user | on | | | | Allow JIT compilation of tuple deforming.
# File Locations
config_file | string | | postmaster | | | | | Sets the server's main configuration file.
data_directory | string | | postmaster | | | | | Sets the server's data directory.
# Lock Management
deadlock_timeout | integer | ms | superuser | 1000 | 1 | 2147483647 | | Sets the time to wait on a lock before checking for deadlock.
max_locks_per_transaction | integer | | postmaster | 64 | 10 | 2147483647 | | Sets the maximum number of locks per transaction.
# Preset Options
block_size | integer | | internal | 8192 | 8192 | 8192 | | Shows the size of a disk block.
data_checksums | bool | | internal | off | | | | Shows whether data checksums are turned on for this cluster.
in_hot_standby | bool | | internal | off | | | | Shows whether hot standby is currently active.
integer_datetimes | bool | | internal | on | | | | Shows whether datetimes are integer based.
is_superuser | bool | | internal | on | | | | Shows whether the current user is a superuser.
lc_collate | string | | internal | C.UTF-8 | | | | Shows the collation order locale.
lc_ctype | string | | internal | C.UTF-8 | | | | Shows the character classification and case conversion locale.
max_function_args | integer | | internal | 100 | 100 | 100 | | Shows the maximum number of function arguments.
max_identifier_length | integer | | internal | 63 | 63 | 63 | | Shows the maximum identifier length.
max_index_keys | integer | | internal | 32 | 32 | 32 | | Shows the maximum number of index keys.
server_encoding | string | | internal | UTF8 | | | | Shows the server (database) character set encoding.
server_version | string | | internal | 15.18 | | | | Shows the server version.
server_version_num | integer | | internal | 150018 | 150018 | 150018 | | Shows the server version as an integer.
wal_segment_size | integer | B | internal | 16777216 | 1048576 | 1073741824 | | Shows the size of write ahead log segments.
# Query Tuning / Genetic Query Optimizer
geqo | bool | | user | on | | | | Enables genetic query optimization.
geqo_threshold | integer | | user | 12 | 2 | 2147483647 | | Sets the threshold of FROM items beyond which GEQO is used.
# Query Tuning / Other Planner Options
constraint_exclusion | enum | | user | partition | | | partition,on,off | Enables the planner to use constraints to optimize queries.
cursor_tuple_fraction | real | | user | 0.1 | 0 | 1 | | Sets the planner's estimate of the fraction of a cursor's rows that will be retrieved.
default_statistics_target | integer | | user | 100 | 1 | 10000 | | Sets the default statistics target.
from_collapse_limit | integer | | user | 8 | 1 | 2147483647 | | Sets the FROM-list size beyond which subqueries are not collapsed.
jit | bool | | user | on | | | | Allow JIT compilation.
join_collapse_limit | integer | | user | 8 | 1 | 2147483647 | | Sets the FROM-list size beyond which JOIN constructs are not flattened.
plan_cache_mode | enum | | user | auto | | | auto,force_generic_plan,force_custom_plan | Controls the planner's selection of custom or generic plan.
recursive_worktable_factor | real | | user | 10 | 0.001 | 1e+06 | | Sets the planner's estimate of the average size of a recursive query's working table.
# Query Tuning / Planner Cost Constants
cpu_index_tuple_cost | real | | user | 0.005 | 0 | 1.79769e+308 | | Sets the planner's estimate of the cost of processing each index entry during an index scan.
cpu_operator_cost | real | | user | 0.0025 | 0 | 1.79769e+308 | | Sets the planner's estimate of the cost of processing each operator or function call.
cpu_tuple_cost | real | | user | 0.01 | 0 | 1.79769e+308 | | Sets the planner's estimate of the cost of processing each tuple (row).
effective_cache_size | integer | 8kB | user | 524288 | 1 | 2147483647 | | Sets the planner's assumption about the total size of the data caches.
jit_above_cost | real | | user | 100000 | -1 | 1.79769e+308 | | Perform JIT compilation if query is more expensive.
jit_inline_above_cost | real | | user | 500000 | -1 | 1.79769e+308 | | Perform JIT inlining if query is more expensive.
jit_optimize_above_cost | real | | user | 500000 | -1 | 1.79769e+308 | | Optimize JIT-compiled functions if query is more expensive.
min_parallel_index_scan_size | integer | 8kB | user | 64 | 0 | 715827882 | | Sets the minimum amount of index data for a parallel scan.
min_parallel_table_scan_size | integer | 8kB | user | 1024 | 0 | 715827882 | | Sets the minimum amount of table data for a parallel scan.
parallel_setup_cost | real | | user | 1000 | 0 | 1.79769e+308 | | Sets the planner's estimate of the cost of starting up worker processes for parallel query.
parallel_tuple_cost | real | | user | 0.1 | 0 | 1.79769e+308 | | Sets the planner's estimate of the cost of passing each tuple (row) from worker to leader backend.
random_page_cost | real | | user | 4 | 0 | 1.79769e+308 | | Sets the planner's estimate of the cost of a nonsequentially fetched disk page.
seq_page_cost | real | | user | 1 | 0 | 1.79769e+308 | | Sets the planner's estimate of the cost of a sequentially fetched disk page.
# Query Tuning / Planner Method Configuration
enable_async_append | bool | | user | on | | | | Enables the planner's use of async append plans.
enable_bitmapscan | bool | | user | on | | | | Enables the planner's use of bitmap-scan plans.
enable_gathermerge | bool | | user | on | | | | Enables the planner's use of gather merge plans.
enable_hashagg | bool | | user | on | | | | Enables the planner's use of hashed aggregation plans.
enable_hashjoin | bool | | user | on | | | | Enables the planner's use of hash join plans.
enable_incremental_sort | bool | | user | on | | | | Enables the planner's use of incremental sort steps.
enable_indexonlyscan | bool | | user | on | | | | Enables the planner's use of index-only-scan plans.
enable_indexscan | bool | | user | on | | | | Enables the planner's use of index-scan plans.
enable_material | bool | | user | on | | | | Enables the planner's use of materialization.
enable_memoize | bool | | user | on | | | | Enables the planner's use of memoization.
enable_mergejoin | bool | | user | on | | | | Enables the planner's use of merge join plans.
enable_nestloop | bool | | user | on | | | | Enables the planner's use of nested-loop join plans.
enable_parallel_append | bool | | user | on | | | | Enables the planner's use of parallel append plans.
enable_parallel_hash | bool | | user | on | | | | Enables the planner's use of parallel hash plans.
enable_partition_pruning | bool | | user | on | | | | Enables plan-time and execution-time partition pruning.
enable_partitionwise_aggregate | bool | | user | off | | | | Enables partitionwise aggregation and grouping.
enable_partitionwise_join | bool | | user | off | | | | Enables partitionwise join.
enable_seqscan | bool | | user | on | | | | Enables the planner's use of sequential-scan plans.
enable_sort | bool | | user | on | | | | Enables the planner's use of explicit sort steps.
enable_tidscan | bool | | user | on | | | | Enables the planner's use of TID scan plans.
# Reporting and Logging / What to Log
application_name | string | | user | | | | | Sets the application name to be reported in statistics and logs.
debug_pretty_print | bool | | user | on | | | | Indents parse and plan tree displays.
debug_print_parse | bool | | user | off | | | | Logs each query's parse tree.
debug_print_plan | bool | | user | off | | | | Logs each query's execution plan.
debug_print_rewritten | bool | | user | off | | | | Logs each query's rewritten parse tree.
log_autovacuum_min_duration | integer | ms | sighup | 600000 | -1 | 2147483647 | | Sets the minimum execution time above which autovacuum actions will be logged.
log_checkpoints | bool | | sighup | on | | | | Logs each checkpoint.
log_connections | bool | | superuser-backend | off | | | | Logs each successful connection.
log_disconnections | bool | | superuser-backend | off | | | | Logs end of a session, including duration.
log_duration | bool | | superuser | off | | | | Logs the duration of each completed SQL statement.
log_error_verbosity | enum | | superuser | default | | | terse,default,verbose | Sets the verbosity of logged messages.
log_lock_waits | bool | | superuser | off | | | | Logs long lock waits.
log_statement | enum | | superuser | none | | | none,ddl,mod,all | Sets the type of statements logged.
# Reporting and Logging / When to Log
log_min_duration_statement | integer | ms | superuser | -1 | -1 | 2147483647 | | Sets the minimum execution time above which all statements will be logged.
log_min_error_statement | enum | | superuser | error | | | debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic | Causes all statements generating error at or above this level to be logged.
log_min_messages | enum | | superuser | warning | | | debug5,debug4,debug3,debug2,debug1,info,notice,warning,error,log,fatal,panic | Sets the message levels that are logged.
# Reporting and Logging / Where to Log
log_format | enum | | sighup | auto | | | auto,json,pretty | Sets the format of the server log.
# Resource Usage / Asynchronous Behavior
effective_io_concurrency | integer | | user | 1 | 0 | 1000 | | Number of simultaneous requests that can be handled efficiently by the disk subsystem.
max_parallel_maintenance_workers | integer | | user | 2 | 0 | 1024 | | Sets the maximum number of parallel processes per maintenance operation.
max_parallel_workers | integer | | user | 8 | 0 | 1024 | | Sets the maximum number of parallel workers that can be active at one time.
max_parallel_workers_per_gather | integer | | user | 2 | 0 | 1024 | | Sets the maximum number of parallel processes per executor node.
parallel_leader_participation | bool | | user | on | | | | Controls whether Gather and Gather Merge also run subplans.
# Resource Usage / Cost-Based Vacuum Delay
vacuum_cost_delay | real | ms | user | 0 | 0 | 100 | | Vacuum cost delay in milliseconds.
vacuum_cost_limit | integer | | user | 200 | 1 | 10000 | | Vacuum cost amount available before napping.
vacuum_cost_page_dirty | integer | | user | 20 | 0 | 10000 | | Vacuum cost for a page dirtied by vacuum.
vacuum_cost_page_hit | integer | | user | 1 | 0 | 10000 | | Vacuum cost for a page found in the buffer cache.
vacuum_cost_page_miss | integer | | user | 2 | 0 | 10000 | | Vacuum cost for a page not found in the buffer cache.
# Resource Usage / Disk
temp_file_limit | integer | kB | superuser | -1 | -1 | 2147483647 | | Limits the total size of all temporary files used by each process.
# Resource Usage / Memory
autovacuum_work_mem | integer | kB | sighup | -1 | -1 | 2147483647 | | Sets the maximum memory to be used by each autovacuum worker process.
hash_mem_multiplier | real | | user | 2 | 1 | 1000 | | Multiple of work_mem to use for hash tables.
maintenance_work_mem | integer | kB | user | 65536 | 1024 | 2147483647 | | Sets the maximum memory to be used for maintenance operations.
max_stack_depth | integer | kB | superuser | 2048 | 100 | 2147483647 | | Sets the maximum stack depth, in kilobytes.
shared_buffers | integer | 8kB | postmaster | 16384 | 16 | 1073741823 | | Sets the number of shared memory buffers used by the server.
temp_buffers | integer | 8kB | user | 1024 | 100 | 1073741823 | | Sets the maximum number of temporary buffers used by each session.
work_mem | integer | kB | user | 4096 | 64 | 2147483647 | | Sets the maximum memory to be used for query workspaces.
# Statistics / Cumulative Query and Index Statistics
track_activities | bool | | superuser | on | | | | Collects information about executing commands.
track_activity_query_size | integer | B | postmaster | 1024 | 100 | 1048576 | | Sets the size reserved for pg_stat_activity.query, in bytes.
track_counts | bool | | superuser | on | | | | Collects statistics on database activity.
track_functions | enum | | superuser | none | | | none,pl,all | Collects function-level statistics on database activity.
track_io_timing | bool | | superuser | off | | | | Collects timing statistics for database I/O activity.
# Version and Platform Compatibility / Other Platforms and Clients
transform_null_equals | bool | | user | off | | | | Treats "expr=NULL" as "expr IS NULL".
# Version and Platform Compatibility / Previous PostgreSQL Versions
array_nulls | bool | | user | on | | | | Enable input of NULL elements in arrays.
backslash_quote | enum | | user | safe_encoding | | | safe_encoding,on,off | Sets whether "\'" is allowed in string literals.
escape_string_warning | bool | | user | on | | | | Warn about backslash escapes in ordinary string literals.
quote_all_identifiers | bool | | user | off | | | | When generating SQL fragments, quote all identifiers.
standard_conforming_strings | bool | | user | on | | | | Causes '...' strings to treat backslashes literally.
# Write-Ahead Log / Checkpoints
checkpoint_completion_target | real | | sighup | 0.9 | 0 | 1 | | Time spent flushing dirty buffers during checkpoint, as fraction of checkpoint interval.
checkpoint_timeout | integer | s | sighup | 300 | 30 | 86400 | | Sets the maximum time between automatic WAL checkpoints.
checkpoint_warning | integer | s | sighup | 30 | 0 | 2147483647 | | Sets the maximum time before warning if checkpoints triggered by WAL volume happen too frequently.
max_wal_size | integer | MB | sighup | 1024 | 2 | 2147483647 | | Sets the WAL size that triggers a checkpoint.
# Write-Ahead Log / Settings
fsync | bool | | sighup | on | | | | Forces synchronization of updates to disk.
full_page_writes | bool | | sighup | on | | | | Writes full pages to WAL when first modified after a checkpoint.
synchronous_commit | enum | | user | on | | | local,remote_write,remote_apply,on,off | Sets the current transaction's synchronization level.
wal_buffers | integer | 8kB | postmaster | -1 | -1 | 262143 | | Sets the number of disk-page buffers in shared memory for WAL.
wal_level | enum | | postmaster | replica | | | minimal,replica,logical | Sets the level of information written to the WAL.
wal_writer_delay | integer | ms | sighup | 200 | 1 | 10000 | | Time between WAL flushes performed in the WAL writer.
`;
