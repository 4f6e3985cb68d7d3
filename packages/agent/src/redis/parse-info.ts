import { failed, failure, type Result, success } from '../kernel/index.ts';
import { REDIS_ERRORS } from './errors.ts';
import type { RedisFacts } from './types.ts';

/**
 * Reads the answer to INFO.
 * @returns the facts, or REDIS.UNEXPECTED_ANSWER that names the first field that is missing
 * @source Redis docs, "INFO"
 */
export function parseInfo(text: string, address: string): Result<RedisFacts> {
  const fields = new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const colon = line.indexOf(':');
      return colon < 1 ? [] : [[line.slice(0, colon), line.slice(colon + 1)] as const];
    }),
  );
  const missing: string[] = [];
  const number = (name: string): number => {
    const value = fields.get(name);
    if (value === undefined || value === '' || Number.isNaN(Number(value))) missing.push(name);
    return Number(value);
  };
  const runId = fields.get('run_id') ?? '';
  if (runId === '') missing.push('run_id');
  const facts: RedisFacts = {
    version: fields.get('redis_version') ?? '',
    runId,
    uptimeMs: number('uptime_in_seconds') * 1_000,
    role: fields.get('role') === 'slave' ? 'replica' : 'primary',
    replicas: number('connected_slaves'),
    hits: number('keyspace_hits'),
    misses: number('keyspace_misses'),
    evictedKeys: number('evicted_keys'),
    expiredKeys: number('expired_keys'),
    rejectedConnections: number('rejected_connections'),
    usedBytes: number('used_memory'),
    maximumBytes: number('maxmemory') || null,
    clients: number('connected_clients'),
  };
  const [field] = missing;
  return field === undefined
    ? success(facts)
    : failed(failure(REDIS_ERRORS.UNEXPECTED_ANSWER, { address, field }));
}
