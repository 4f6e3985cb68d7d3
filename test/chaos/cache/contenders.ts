import { Redis } from 'ioredis';
import pg from 'pg';
import { createCache } from '../../../packages/cache/src/index.ts';
import { redisStore } from '../../../packages/cache/src/redis/index.ts';
import { createSqlCache } from '../../../packages/cache/src/sql/index.ts';
import { ROLE, tenantOf } from './table.ts';

/** Whose cache is checked. */
export type ContenderName = 'ours' | 'bentocache' | 'setex';

/** What one read asks for. */
export interface Wanted {
  readonly row: number;
  readonly tenant: number;
  readonly bound: { readonly maxStalenessMs?: number; readonly minLsn?: string };
}

/** What it was given. */
export interface Seen {
  readonly tenant: number;
  readonly version: number;
}

/** A cache over the table, as an application would have it. */
export interface Contender {
  read(wanted: Wanted): Promise<Seen | null>;
  /** Called after each commit of this process. */
  wrote(row: number): Promise<void>;
  /** Loads from the database so far. */
  loads(): number;
}

/** Opens a cache in this process. */
export async function openContender(
  name: ContenderName,
  databaseUrl: string,
  redisUrl: string,
): Promise<Contender> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 4 });
  pool.on('error', () => undefined);
  const open = { ours: openOurs, bentocache: openBento, setex: openSetex }[name];
  return open(pool, redisUrl);
}

const TTL_MS = 600_000;
/** A Redis that hangs is given up; the machine is busy, so that the default of ours would do it too often. */
const COMMAND_TIMEOUT_MS = 200;
const FIRST_ANSWER_MS = 30_000;

/** Every second read goes through `cache.query` under row security, the others through `wrap` with a tag of its own. */
async function openOurs(pool: pg.Pool, redisUrl: string): Promise<Contender> {
  const client = new Redis(redisUrl, { retryStrategy: () => 50 });
  const cache = createCache({
    namespace: 'test',
    l2: redisStore({ client, timeoutMs: COMMAND_TIMEOUT_MS }),
    defaults: { ttlMs: TTL_MS },
  });
  const sql = createSqlCache({
    cache,
    pool,
    onRefused: (error) => {
      throw error;
    },
  });
  await cache.ready(FIRST_ANSWER_MS);
  let isQuery = false;
  return {
    async read({ row, tenant, bound }) {
      isQuery = !isQuery;
      if (!isQuery && tenant === tenantOf(row)) {
        return cache.wrap(['item', String(row)], { ...bound, tags: [`item:${row}`] }, () =>
          load(pool, row, tenant),
        );
      }
      const session = { role: ROLE, settings: { 'app.tenant': String(tenant) } };
      const { rows } = await sql.query<Seen>(READ, [row], { ...bound, session });
      return rows[0] ?? null;
    },
    wrote: async () => undefined,
    loads: () => cache.stats().loads,
  };
}

const READ = 'select tenant, version from item where id = $1';

async function load(pool: pg.Pool, row: number, tenant: number): Promise<Seen | null> {
  const { rows } = await pool.query<Seen>(`${READ} and tenant = $2`, [row, tenant]);
  return rows[0] ?? null;
}

/** What is written by hand: read, or load and `setex`; `del` after the commit. */
async function openSetex(pool: pg.Pool, redisUrl: string): Promise<Contender> {
  const client = new Redis(redisUrl, { retryStrategy: () => 50, commandTimeout: COMMAND_TIMEOUT_MS });
  client.on('error', () => undefined);
  let loads = 0;
  return {
    async read({ row, tenant }) {
      const key = `item:${row}:${tenant}`;
      const held = await client.get(key).catch(() => null);
      if (held !== null) return JSON.parse(held) as Seen | null;
      loads += 1;
      const loaded = await load(pool, row, tenant);
      await client.setex(key, TTL_MS / 1_000, JSON.stringify(loaded)).catch(() => undefined);
      return loaded;
    },
    wrote: async (row) => {
      await client.del(`item:${row}:0`, `item:${row}:1`).catch(() => undefined);
    },
    loads: () => loads,
  };
}

/** As its documentation shows it: memory, Redis, and the bus between processes; `delete` after the commit. */
async function openBento(pool: pg.Pool, redisUrl: string): Promise<Contender> {
  const { BentoCache, bentostore, memoryDriver, redisBusDriver, redisDriver } = await import(
    '../../../bench/peers/index.ts'
  );
  const { Redis: PeerRedis } = await import('../../../bench/peers/index.ts');
  const options = { retryStrategy: () => 50, commandTimeout: COMMAND_TIMEOUT_MS };
  // Its bus gives its clients no listener for errors, which ioredis then prints with their stacks.
  console.error = () => undefined;
  const client = new PeerRedis(redisUrl, options);
  client.on('error', () => undefined);
  const { hostname: host, port } = new URL(redisUrl);
  const cache = new BentoCache({
    default: 'main',
    stores: {
      main: bentostore()
        .useL1Layer(memoryDriver({ maxItems: 10_000 }))
        .useL2Layer(redisDriver({ connection: client }))
        .useBus(redisBusDriver({ connection: { host, port: Number(port) } })),
    },
  });
  let loads = 0;
  return {
    read: ({ row, tenant }) =>
      cache.getOrSet({
        key: `item:${row}:${tenant}`,
        ttl: TTL_MS,
        factory: () => {
          loads += 1;
          return load(pool, row, tenant);
        },
      }),
    wrote: async (row) => {
      await Promise.all(
        [0, 1].map((tenant) => cache.delete({ key: `item:${row}:${tenant}` }).catch(() => undefined)),
      );
    },
    loads: () => loads,
  };
}
