/** Settings that move plans and are no `enable_…` or `…_cost`. */
const OTHERS: ReadonlySet<string> = new Set([
  'constraint_exclusion',
  'cpu_index_tuple_cost',
  'cpu_operator_cost',
  'cpu_tuple_cost',
  'cursor_tuple_fraction',
  'DateStyle',
  'default_statistics_target',
  'default_text_search_config',
  'effective_cache_size',
  'effective_io_concurrency',
  'from_collapse_limit',
  'geqo',
  'geqo_effort',
  'geqo_generations',
  'geqo_pool_size',
  'geqo_seed',
  'geqo_selection_bias',
  'geqo_threshold',
  'hash_mem_multiplier',
  'IntervalStyle',
  'jit',
  'jit_above_cost',
  'jit_inline_above_cost',
  'jit_optimize_above_cost',
  'join_collapse_limit',
  'max_parallel_workers',
  'max_parallel_workers_per_gather',
  'min_parallel_index_scan_size',
  'min_parallel_table_scan_size',
  'parallel_leader_participation',
  'parallel_setup_cost',
  'parallel_tuple_cost',
  'plan_cache_mode',
  'random_page_cost',
  'recursive_worktable_factor',
  'seq_page_cost',
  'TimeZone',
  'work_mem',
]);

/**
 * Tells whether a setting moves plans and may be taken over by the shadow: no library, no file, no command.
 * @source PostgreSQL docs 20.7 "Query Planning"
 */
export function isPlannerSetting(name: string): boolean {
  return OTHERS.has(name) || /^enable_[a-z_]+$/.test(name);
}
