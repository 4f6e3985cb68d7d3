/**
 * Responsible for looking at a Redis (or Valkey) server. Takes its URL; gives what INFO says of look-ups, memory,
 * clients and replication, over a connection of its own with timeouts; and a client for a library that needs one. Never
 * reads or writes a key itself, and never shows a password.
 */
export { createRedisClient } from './create-client.ts';
export { REDIS_ERRORS } from './errors.ts';
export { openRedis, type RedisSession, redisAddress } from './open-redis.ts';
export { REDIS_SETTINGS } from './settings.ts';
export type { RedisFacts } from './types.ts';
