/** The caches that `bench/cache` runs beside ours, each as its own documentation shows it. */
export { default as KeyvRedis } from '@keyv/redis';
export { BentoCache, bentostore } from 'bentocache';
export { memoryDriver } from 'bentocache/drivers/memory';
export { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
export { createCache as createCacheManager } from 'cache-manager';
export { Cacheable } from 'cacheable';
export { Redis } from 'ioredis';
export { Keyv } from 'keyv';
export { LRUCache } from 'lru-cache';
