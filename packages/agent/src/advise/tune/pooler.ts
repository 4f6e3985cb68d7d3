import { formatCount } from '../../kernel/index.ts';
import type { PoolLoad } from '../../observe/index.ts';
import type { PoolerAdvice, TuneInput } from './types.ts';

/** What a pool of busy sessions has beside those seen at the busiest. */
const HEADROOM = 1.25;
const LEAST_POOL = 2;
/** Connections that are left for people and for what does not go through the pooler. */
const DIRECT = 5;
/** Clients that one connection of a pool serves at most. */
const CLIENTS_PER_SERVER = 20;
/** PgBouncer's own default. */
const DEFAULT_POOL = 20;

/**
 * Sizes the pools of a pooler in transaction mode by the sessions that were at work in each at the busiest.
 * @source PgBouncer docs, "default_pool_size"; PostgreSQL wiki, "Number Of Database Connections"
 */
export function advisePooler(input: TuneInput): PoolerAdvice | null {
  const most = input.number('max_connections');
  if (most === null || input.snapshot.server.pooler === 'transaction') return null;
  const reserved =
    (input.number('superuser_reserved_connections') ?? 0) + (input.number('reserved_connections') ?? 0);
  const servers = Math.max(LEAST_POOL, most - reserved - DIRECT);
  const { sessions } = input.workload;
  const isMeasured = sessions !== null && sessions.samplesCount > 1 && sessions.pools.length > 0;
  const pools = isMeasured ? fit(sessions.pools, servers) : [];
  const { cpus } = input.machine;
  const defaultPoolSize = Math.min(servers, cpus === null ? DEFAULT_POOL : Math.max(4, 2 * cpus + 1));
  const connections = sessions?.connectionsMost ?? 0;
  return {
    basis: isMeasured ? 'measured' : 'formula',
    why: isMeasured
      ? `${formatCount(connections)} connections at the busiest, ${formatCount(sessions.activeMost)} of them active, in ${formatCount(sessions.samplesCount)} samples`
      : 'sessions were not sampled for long enough: two connections for each processor are where to begin',
    defaultPoolSize,
    pools,
    maximumClients: Math.max(100, servers * CLIENTS_PER_SERVER, 2 * connections),
    maximumServers: servers,
  };
}

/** What is wanted together is cut down evenly to what the server lets in. */
function fit(loads: readonly PoolLoad[], servers: number): PoolerAdvice['pools'] {
  const wanted = loads.map((load) => ({
    ...load,
    size: Math.max(LEAST_POOL, Math.ceil(load.busyMost * HEADROOM)),
  }));
  const all = wanted.reduce((sum, { size }) => sum + size, 0);
  const share = Math.min(1, servers / Math.max(1, all));
  return wanted
    .map((pool) => ({ ...pool, size: Math.max(1, Math.floor(pool.size * share)) }))
    .toSorted((a, b) => b.size - a.size);
}
