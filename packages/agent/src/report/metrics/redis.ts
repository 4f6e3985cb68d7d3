import type { RedisFacts } from '../../redis/index.ts';
import type { MetricDefinition, MetricUnit } from './types.ts';

/** @source oliver006/redis_exporter: names, types, times in seconds */
function redis(
  name: string,
  help: string,
  unit: MetricUnit,
  value: (facts: RedisFacts) => number,
): MetricDefinition {
  return {
    name: `redis_${name}`,
    help,
    unit,
    kind: name.endsWith('_total') ? 'counter' : 'gauge',
    samples: ({ cache }) => {
      const facts = cache?.facts ?? null;
      return facts === null ? [] : [{ labels: {}, value: value(facts) }];
    },
  };
}

/** Metrics of the Redis before a target. */
export const redisMetrics: readonly MetricDefinition[] = [
  {
    name: 'redis_up',
    help: 'Whether the Redis before the target answers (1) or not (0).',
    unit: '',
    kind: 'gauge',
    samples: ({ cache }) => (cache === null ? [] : [{ labels: {}, value: cache.facts === null ? 0 : 1 }]),
  },
  redis('uptime_in_seconds', 'Time since the Redis started.', 's', (facts) => facts.uptimeMs / 1_000),
  redis('keyspace_hits_total', 'Look-ups that found a key.', '{look_up}', (facts) => facts.hits),
  redis('keyspace_misses_total', 'Look-ups that found none.', '{look_up}', (facts) => facts.misses),
  redis('evicted_keys_total', 'Keys evicted for want of memory.', '{key}', (facts) => facts.evictedKeys),
  redis('expired_keys_total', 'Keys whose time was over.', '{key}', (facts) => facts.expiredKeys),
  redis(
    'rejected_connections_total',
    'Connections refused because of maxclients.',
    '{connection}',
    (facts) => facts.rejectedConnections,
  ),
  redis('memory_used_bytes', 'Memory used.', 'By', (facts) => facts.usedBytes),
  redis('memory_max_bytes', 'Limit of the memory, 0 for none.', 'By', (facts) => facts.maximumBytes ?? 0),
  redis('connected_clients', 'Clients that are connected.', '{client}', (facts) => facts.clients),
  redis('connected_slaves', 'Replicas that are connected.', '{replica}', (facts) => facts.replicas),
];
