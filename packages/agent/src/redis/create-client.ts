import type { Redis } from 'ioredis';
import { unwrap } from '../kernel/index.ts';
import { redisAddress } from './open-redis.ts';

const SLOWEST_RETRY_MS = 1_000;

/** Makes a client that connects by itself, again whenever it must. @throws REDIS.INVALID_URL */
export async function createRedisClient(url: string, connectTimeoutMs: number): Promise<Redis> {
  unwrap(redisAddress(url));
  // Loaded where it is used: it takes more memory than most commands need.
  const { Redis: Client } = await import('ioredis');
  const client = new Client(url, {
    connectionName: 'pgsteward',
    connectTimeout: connectTimeoutMs,
    retryStrategy: (attempt) => Math.min(50 * attempt, SLOWEST_RETRY_MS),
    disableClientInfo: true,
  });
  // An event without a listener would end the process.
  client.on('error', () => undefined);
  return client;
}
