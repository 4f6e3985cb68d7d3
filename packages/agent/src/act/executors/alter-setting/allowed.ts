const MEMORY = 'PostgreSQL docs 19.4.1 "Memory"';
const PLANNER = 'PostgreSQL docs 19.7 "Query Planning"';
const PARALLEL = 'PostgreSQL docs 19.4.5 "Asynchronous Behavior"';
const WAL = 'PostgreSQL docs 19.5.2 "Checkpoints"';
const WRITER = 'PostgreSQL docs 19.4.4 "Background Writer"';
const VACUUM = 'PostgreSQL docs 19.10 "Automatic Vacuuming"';
const CLIENT = 'PostgreSQL docs 19.11.1 "Statement Behavior"';
const LOGGING = 'PostgreSQL docs 19.8.2 "When to Log", 19.8.3 "What to Log"';
const STATISTICS = 'PostgreSQL docs 19.9.1 "Cumulative Query and Index Statistics"';

/**
 * Settings that pgsteward may change, each with the section that describes it. None of them can lose data, open a door or
 * load code: no fsync, full_page_writes, synchronous_commit, wal_level, addresses, files, authentication, preloaded libraries.
 */
const ALLOWED_SETTINGS: ReadonlyMap<string, string> = new Map([
  ...from(MEMORY, 'shared_buffers work_mem hash_mem_multiplier maintenance_work_mem autovacuum_work_mem'),
  ...from(PLANNER, 'random_page_cost seq_page_cost effective_cache_size default_statistics_target jit'),
  ...from(PLANNER, 'jit_above_cost jit_inline_above_cost jit_optimize_above_cost plan_cache_mode'),
  ...from(PLANNER, 'from_collapse_limit join_collapse_limit'),
  ...from(PARALLEL, 'effective_io_concurrency maintenance_io_concurrency max_worker_processes'),
  ...from(PARALLEL, 'max_parallel_workers max_parallel_workers_per_gather max_parallel_maintenance_workers'),
  ...from(WAL, 'checkpoint_timeout checkpoint_completion_target max_wal_size min_wal_size'),
  ...from('PostgreSQL docs 19.5.1 "Settings"', 'wal_buffers wal_compression'),
  ...from(WRITER, 'bgwriter_delay bgwriter_lru_maxpages bgwriter_lru_multiplier'),
  ...from(VACUUM, 'autovacuum autovacuum_max_workers autovacuum_naptime autovacuum_vacuum_threshold'),
  ...from(VACUUM, 'autovacuum_vacuum_scale_factor autovacuum_vacuum_insert_threshold'),
  ...from(VACUUM, 'autovacuum_vacuum_insert_scale_factor autovacuum_analyze_threshold'),
  ...from(
    VACUUM,
    'autovacuum_analyze_scale_factor autovacuum_vacuum_cost_limit autovacuum_vacuum_cost_delay',
  ),
  ...from(CLIENT, 'statement_timeout lock_timeout idle_in_transaction_session_timeout'),
  ...from('PostgreSQL docs 19.3.1 "Connection Settings"', 'max_connections'),
  ...from(LOGGING, 'log_min_duration_statement log_checkpoints log_lock_waits log_temp_files'),
  ...from(LOGGING, 'log_autovacuum_min_duration'),
  ...from(STATISTICS, 'track_io_timing track_wal_io_timing track_counts'),
  ...from('PostgreSQL docs F.32.4 "Configuration Parameters"', 'pg_stat_statements.max'),
]);

/** Settings that are only ever switched on. */
const ONLY_ON: ReadonlySet<string> = new Set(['autovacuum', 'track_counts']);

function from(source: string, names: string): readonly (readonly [string, string])[] {
  return names.split(' ').map((name) => [name, source] as const);
}

/**
 * Tells whether pgsteward may give a setting a value.
 * @param value null for a reset
 */
export function isAllowed(name: string, value: string | null): boolean {
  if (!ALLOWED_SETTINGS.has(name)) return false;
  return !ONLY_ON.has(name) || value === 'on' || value === 'true';
}
