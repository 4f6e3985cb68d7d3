import { createMemoryBackend } from '@pgsteward/cache';
import { storeContract } from '@pgsteward/cache/contract';
import { redisStore } from '@pgsteward/cache/redis';
import { Cluster, Redis } from 'ioredis';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { startRedisCluster, type TestRedisCluster } from '../../support/redis-cluster.ts';

describe('the store in memory', () => {
  const cases = storeContract(async () => {
    const backend = createMemoryBackend();
    return {
      driver: backend.driver,
      evictTags: async (namespace) => backend.evictTags(namespace),
      close: async () => undefined,
    };
  });
  for (const { name, run } of cases) it(name, run);
});

describe('the store in Redis', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  const cases = storeContract(async () => {
    const client = new Redis(server.url);
    return {
      driver: redisStore({ client, timeoutMs: 1_000 }),
      evictTags: async (namespace, tags) => {
        for (const tag of tags) await client.del(`pgc:${namespace}:t:{${tag}}`);
      },
      close: async () => client.disconnect(),
    };
  });
  for (const { name, run } of cases) it(name, run);
});

describe('the store in Redis Cluster', () => {
  let cluster: TestRedisCluster;
  beforeAll(async () => {
    cluster = await startRedisCluster();
  });
  afterAll(() => cluster.close());

  const cases = storeContract(async () => {
    const client = new Cluster(cluster.nodes.map(({ port }) => ({ host: '127.0.0.1', port })));
    return {
      driver: redisStore({ client, timeoutMs: 1_000 }),
      evictTags: async (namespace, tags) => {
        for (const tag of tags) await client.del(`pgc:${namespace}:t:{${tag}}`);
      },
      close: async () => client.disconnect(),
    };
  });
  for (const { name, run } of cases) it(name, run);
});
