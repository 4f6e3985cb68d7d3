/**
 * One of several processes that ask for the same cold key at once. Arguments: whose cache, the URL of a Redis, how many
 * callers. Says `ready`, waits for a line, then prints how often it loaded and how long the slowest caller waited.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { createCache } from '@pgsteward/cache';
import { redisStore } from '@pgsteward/cache/redis';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { redisBusDriver, redisDriver } from 'bentocache/drivers/redis';
import { Redis } from 'ioredis';

const LOAD_MS = 50;
const [, , whose, url, callers] = process.argv;
const client = new Redis(url);
let loads = 0;
const load = async () => {
  loads += 1;
  await sleep(LOAD_MS);
  return { rows: [1, 2, 3] };
};
const read = await (whose === 'bentocache' ? openBento() : openOurs());
process.stdout.write('ready\n');
await once(createInterface(process.stdin), 'line');
const beginMs = performance.now();
await Promise.all(Array.from({ length: Number(callers) }, read));
process.stdout.write(`${JSON.stringify({ loads, waitMs: performance.now() - beginMs })}\n`, () =>
  process.exit(0),
);

async function openOurs() {
  const cache = createCache({ namespace: 'stampede', l2: redisStore({ client, timeoutMs: 2_000 }) });
  await cache.ready(30_000);
  return () => cache.wrap('cold', { tags: ['t', 'u:1'], ttlMs: 60_000 }, load);
}

async function openBento() {
  const connection = { host: '127.0.0.1', port: Number(new URL(url).port) };
  const cache = new BentoCache({
    default: 'main',
    stores: {
      main: bentostore()
        .useL1Layer(memoryDriver({ maxItems: 1_000 }))
        .useL2Layer(redisDriver({ connection: client }))
        .useBus(redisBusDriver({ connection })),
    },
  });
  await once(client, 'ready').catch(() => undefined);
  return () => cache.getOrSet({ key: 'cold', ttl: 60_000, factory: load });
}
