/** Server settings by which PostgreSQL takes more memory. */
export const MEMORY_SETTINGS: readonly string[] = [
  'shared_buffers',
  'work_mem',
  'hash_mem_multiplier',
  'max_connections',
  'maintenance_work_mem',
  'autovacuum_work_mem',
  'autovacuum_max_workers',
];

/**
 * Counts the memory that PostgreSQL takes at worst: every session sorts once in all of its work_mem, every autovacuum
 * worker fills its own. Who proposes a setting and who applies it count alike.
 * @param read gives a server setting, sizes in bytes
 * @param sessions sessions that have the setting; as many as may connect by default
 * @source PostgreSQL docs 19.4.1 "Memory"
 */
export function worstMemoryBytes(
  read: (name: string) => number,
  sessions: number = read('max_connections'),
): number {
  const own = read('autovacuum_work_mem');
  const workers = read('autovacuum_max_workers') * (own > 0 ? own : read('maintenance_work_mem'));
  return read('shared_buffers') + sessions * read('work_mem') * read('hash_mem_multiplier') + workers;
}
