import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * The package as it is published, run by Node itself: what the bench's own loader makes of a module would be measured too.
 */
export const { createCache } = require('@pgsteward/cache') as typeof import('@pgsteward/cache');
export const { redisStore } = require('@pgsteward/cache/redis') as typeof import('@pgsteward/cache/redis');
