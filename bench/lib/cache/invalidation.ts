import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from '../../peers/index.ts';
import { median } from '../report.ts';
import { createCache, redisStore } from './ours.ts';
import { connect } from './redis-server.ts';

const PER_COMMAND = 10_000;
const BUMPS = 50;

/** How long it took, and the longest that another client waited for an answer meanwhile. */
export interface Invalidation {
  readonly tookMs: number;
  readonly otherStallMs: number;
}

/** What invalidating one user's keys costs, by way. */
export interface InvalidationCosts {
  /** The longest that the other client waited when nothing happened: the noise of the machine. */
  readonly quietStallMs: number;
  readonly ours: Invalidation;
  readonly scanUnlink: Invalidation;
  readonly keysDel: Invalidation;
}

/** Fills a Redis with keys of one user, and invalidates all of them in three ways. */
export async function measureInvalidation(url: string, keys: number): Promise<InvalidationCosts> {
  const client = connect(url);
  const other = connect(url);
  const cache = createCache({
    namespace: 'many',
    l2: redisStore({ client: connect(url), timeoutMs: 5_000 }),
  });
  try {
    await client.flushall();
    await cache.ready();
    await fill(client, keys);
    const quietStallMs = (await beside(other, () => sleep(200))).otherStallMs;
    const bumps: Invalidation[] = [];
    for (let round = 0; round < BUMPS; round += 1) {
      bumps.push(await beside(other, () => cache.invalidateUser(42)));
    }
    return {
      quietStallMs,
      ours: {
        tookMs: median(bumps.map(({ tookMs }) => tookMs)),
        otherStallMs: median(bumps.map(({ otherStallMs }) => otherStallMs)),
      },
      scanUnlink: await beside(other, () => scanUnlink(client)),
      keysDel: await refilled(client, keys, () => beside(other, () => keysDel(client))),
    };
  } finally {
    await cache.close();
  }
}

/** Makes the keys in the server: sent one by one they would take longer than all that is measured. */
const FILL = `for index = ARGV[1], ARGV[2] do
  redis.call('SET', 'pgc:many:v:{u42:' .. index .. '}', 'a value that depends on the user')
end`;

async function fill(client: Redis, keys: number): Promise<void> {
  const commands: Promise<unknown>[] = [];
  for (let begin = 0; begin < keys; begin += PER_COMMAND) {
    commands.push(client.eval(FILL, 0, begin, Math.min(keys, begin + PER_COMMAND) - 1));
  }
  await Promise.all(commands);
}

async function refilled<T>(client: Redis, keys: number, work: () => Promise<T>): Promise<T> {
  await fill(client, keys);
  return work();
}

/** Works while another client asks for one answer after the other. */
async function beside(other: Redis, work: () => Promise<unknown>): Promise<Invalidation> {
  let isOver = false;
  let otherStallMs = 0;
  const asking = (async () => {
    while (!isOver) {
      const beginMs = performance.now();
      await other.ping();
      otherStallMs = Math.max(otherStallMs, performance.now() - beginMs);
    }
  })();
  try {
    await sleep(5);
    const beginMs = performance.now();
    await work();
    const tookMs = performance.now() - beginMs;
    await other.ping();
    isOver = true;
    await asking;
    return { tookMs, otherStallMs };
  } finally {
    isOver = true;
  }
}

async function scanUnlink(client: Redis): Promise<void> {
  for await (const keys of client.scanStream({ match: 'pgc:many:v:{u42:*', count: 1_000 })) {
    if (keys.length > 0) await client.unlink(...keys);
  }
}

async function keysDel(client: Redis): Promise<void> {
  const keys = await client.keys('pgc:many:v:{u42:*');
  for (let begin = 0; begin < keys.length; begin += PER_COMMAND) {
    await client.del(...keys.slice(begin, begin + PER_COMMAND));
  }
}
