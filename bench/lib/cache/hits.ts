import {
  BentoCache,
  bentostore,
  Cacheable,
  createCacheManager,
  Keyv,
  KeyvRedis,
  LRUCache,
  memoryDriver,
  redisBusDriver,
  redisDriver,
} from '../../peers/index.ts';
import { type Contender, type Cost, inFlight, measureInTurn, sampleRows, serially } from './measure.ts';
import { createCache, redisStore } from './ours.ts';
import { connect } from './redis-server.ts';

const KEYS = 100;
const TTL_MS = 600_000;
const ROWS = sampleRows();

const keyOf = (index: number): string => `search:${index % KEYS}`;
const load = async (): Promise<typeof ROWS> => ROWS;
const never = (): never => {
  throw new Error('a hit must not load');
};

/** Costs of hits by contender: in the process; in Redis, one after the other; in Redis, 64 at once. */
export interface HitCosts {
  readonly l1: ReadonlyMap<string, Cost>;
  readonly serial: ReadonlyMap<string, Cost>;
  readonly inFlight: ReadonlyMap<string, Cost>;
}

/** Measures hits. */
export async function measureHits(url: string, rounds: number): Promise<HitCosts> {
  return { l1: await measureL1(url, rounds), ...(await measureL2(url, rounds)) };
}

async function measureL1(url: string, rounds: number): Promise<ReadonlyMap<string, Cost>> {
  const clients = [connect(url), connect(url), connect(url)] as const;
  const ours = createCache({
    namespace: 'bench-l1',
    l2: redisStore({ client: clients[0], timeoutMs: 1_000 }),
    // The bench is no outage of an hour: what is measured is a hit.
    l1: { maxAgeMs: TTL_MS },
  });
  await ours.ready();
  const bento = new BentoCache({
    default: 'main',
    stores: {
      main: bentostore()
        .useL1Layer(memoryDriver({ maxItems: 10_000 }))
        .useL2Layer(redisDriver({ connection: clients[1] }))
        .useBus(redisBusDriver({ connection: { port: Number(new URL(url).port), host: '127.0.0.1' } })),
    },
  });
  const manager = createCacheManager({
    stores: [new Keyv(), new Keyv({ store: new KeyvRedis(url, { namespace: 'manager' }) })],
    ttl: TTL_MS,
  });
  const cacheable = new Cacheable({ secondary: new KeyvRedis(url), ttl: TTL_MS });
  const lru = new LRUCache<string, typeof ROWS>({ max: 10_000 });
  for (let index = 0; index < KEYS; index += 1) {
    const key = keyOf(index);
    const tags = ['products', `category:${index}`];
    lru.set(key, ROWS);
    await ours.wrap(key, { tags, ttlMs: TTL_MS }, load);
    await bento.getOrSet({ key, ttl: TTL_MS, tags, factory: load });
    await manager.wrap(key, load);
    await cacheable.getOrSet(key, load);
  }
  // Each call makes its own options, as calls in an application do.
  const contenders: readonly Contender[] = [
    {
      name: '@pgsteward/cache',
      count: 200_000,
      run: (count) =>
        serially(count, (index) =>
          ours.wrap(keyOf(index), { tags: ['products', `category:${index % KEYS}`], ttlMs: TTL_MS }, never),
        ),
    },
    {
      name: '@pgsteward/cache, peek',
      count: 200_000,
      run: async (count) => {
        for (let index = 0; index < count; index += 1) ours.peek(keyOf(index));
      },
    },
    {
      name: 'lru-cache',
      count: 200_000,
      run: async (count) => {
        for (let index = 0; index < count; index += 1) lru.get(keyOf(index));
      },
    },
    {
      name: 'bentocache',
      count: 5_000,
      run: (count) =>
        serially(count, (index) => {
          const tags = ['products', `category:${index % KEYS}`];
          return bento.getOrSet({ key: keyOf(index), ttl: TTL_MS, tags, factory: never });
        }),
    },
    {
      name: 'cache-manager',
      count: 5_000,
      run: (count) => serially(count, (index) => manager.wrap(keyOf(index), never)),
    },
    {
      name: 'cacheable',
      count: 5_000,
      run: (count) => serially(count, (index) => cacheable.getOrSet(keyOf(index), never)),
    },
  ];
  const costs = await measureInTurn(contenders, rounds);
  await ours.close();
  await bento.disconnectAll();
  await manager.disconnect();
  await cacheable.disconnect();
  return costs;
}

interface L2Contender {
  readonly name: string;
  readonly read: (index: number) => Promise<unknown>;
}

async function measureL2(url: string, rounds: number): Promise<Omit<HitCosts, 'l1'>> {
  const clients = [connect(url), connect(url), connect(url)] as const;
  const [raw, ourClient, bentoClient] = clients;
  const ours = createCache({
    namespace: 'bench-l2',
    l1: false,
    l2: redisStore({ client: ourClient, timeoutMs: 1_000 }),
  });
  await ours.ready();
  const bento = new BentoCache({
    default: 'main',
    stores: { main: bentostore().useL2Layer(redisDriver({ connection: bentoClient })) },
  });
  const manager = createCacheManager({
    stores: [new Keyv({ store: new KeyvRedis(url, { namespace: 'manager-l2' }) })],
    ttl: TTL_MS,
  });
  for (let index = 0; index < KEYS; index += 1) {
    const key = keyOf(index);
    const tags = ['products', `category:${index}`];
    await raw.set(key, JSON.stringify(ROWS));
    await ours.wrap(key, { tags, ttlMs: TTL_MS }, load);
    await bento.getOrSet({ key, ttl: TTL_MS, factory: load });
    await manager.set(key, ROWS);
  }
  const contenders: readonly L2Contender[] = [
    { name: 'ioredis GET', read: async (index) => JSON.parse((await raw.get(keyOf(index))) ?? '') },
    {
      name: '@pgsteward/cache',
      read: (index) =>
        ours.wrap(keyOf(index), { tags: ['products', `category:${index % KEYS}`], ttlMs: TTL_MS }, never),
    },
    {
      name: 'bentocache, no tags',
      read: (index) => bento.getOrSet({ key: keyOf(index), ttl: TTL_MS, factory: never }),
    },
    { name: 'cache-manager', read: (index) => manager.get(keyOf(index)) },
  ];
  const costs = {
    serial: await measureInTurn(
      contenders.map(({ name, read }) => ({ name, count: 2_000, run: (count) => serially(count, read) })),
      rounds,
    ),
    inFlight: await measureInTurn(
      contenders.map(({ name, read }) => ({ name, count: 6_400, run: (count) => inFlight(count, read) })),
      rounds,
    ),
  };
  await ours.close();
  await manager.disconnect();
  return costs;
}
