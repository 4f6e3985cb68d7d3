import { setTimeout as sleep } from 'node:timers/promises';
import { CacheError, createCache } from '@pgsteward/cache';
import { redisStore } from '@pgsteward/cache/redis';
import { Redis } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { createGate, openCache } from './caches.ts';

let server: TestRedis;
beforeEach(async () => {
  server = await startRedis();
});
afterEach(() => server.close());

const TAGS = { tags: ['product:1'], ttlMs: 60_000 };

async function timed<T>(work: () => Promise<T>): Promise<{ readonly value: T; readonly tookMs: number }> {
  const beginMs = performance.now();
  const value = await work();
  return { value, tookMs: performance.now() - beginMs };
}

/** Resolves when the store is used again. */
function recovery(cache: Awaited<ReturnType<typeof openCache>>): Promise<unknown> {
  return new Promise((resolve) => {
    const end = cache.on('recovery', (detail) => {
      end();
      resolve(detail);
    });
  });
}

describe('a killed Redis', () => {
  it('adds less than 100 ms to any read, and no error', async () => {
    const cache = await openCache(server.url, { timeoutMs: 50 });
    await cache.wrap('warm', TAGS, async () => 1);
    server.signal('SIGKILL');
    const reads = Array.from({ length: 50 }, async (_, index) => {
      await sleep(index * 4);
      return timed(() => cache.wrap(`k${index}`, TAGS, async () => index));
    });
    const taken = await Promise.all(reads);
    expect(taken.map(({ value }) => value)).toEqual(Array.from({ length: 50 }, (_, index) => index));
    expect(Math.max(...taken.map(({ tookMs }) => tookMs))).toBeLessThan(100);
    expect(cache.stats().outages).toBe(1);
  });

  it('leaves single flight and what the process holds', async () => {
    const cache = await openCache(server.url, { l1: { maxAgeMs: 300 } });
    server.signal('SIGKILL');
    await vi.waitFor(() => expect(cache.stats().outages).toBe(1));
    let loads = 0;
    const load = async (): Promise<number> => {
      loads += 1;
      await sleep(20);
      return loads;
    };
    await Promise.all(Array.from({ length: 100 }, () => cache.wrap('k', TAGS, load)));
    expect(await cache.wrap('k', TAGS, load)).toBe(1);
    await sleep(320);
    // Nobody can say that it is still valid.
    expect(await cache.wrap('k', TAGS, load)).toBe(2);
  });

  it('lets only so many loads reach the database', async () => {
    const cache = await openCache(server.url, { outage: { maxConcurrentLoads: 2, maxWaitingLoads: 3 } });
    server.signal('SIGKILL');
    await vi.waitFor(() => expect(cache.stats().outages).toBe(1));
    const gate = createGate<string>();
    let running = 0;
    const reads = Array.from({ length: 8 }, (_, index) =>
      cache.wrap(`k${index}`, TAGS, () => {
        running += 1;
        return gate.promise;
      }),
    );
    const settled = Promise.allSettled(reads);
    await sleep(20);
    expect(running).toBe(2);
    gate.open('v');
    const refused = (await settled).flatMap((result) =>
      result.status === 'rejected' ? [result.reason] : [],
    );
    expect(refused.map((error) => error.code)).toEqual(Array(3).fill('CACHE.OVERLOADED'));
    expect(running).toBe(5);
  });
});

describe('a Redis that does not answer', () => {
  it('adds its timeout once, then nothing', async () => {
    const cache = await openCache(server.url, { timeoutMs: 50 });
    await cache.wrap('warm', TAGS, async () => 1);
    server.signal('SIGSTOP');
    const first = await timed(() => cache.wrap('a', TAGS, async () => 'v'));
    const second = await timed(() => cache.wrap('b', TAGS, async () => 'v'));
    server.signal('SIGCONT');
    expect(first.tookMs).toBeLessThan(100);
    expect(second.tookMs).toBeLessThan(20);
    await recovery(cache);
    expect(await cache.wrap('c', TAGS, async () => 'v')).toBe('v');
    expect(await server.call('keys', 'pgc:test:v:*')).toHaveLength(2);
  });
});

describe('an invalidation while Redis is away', () => {
  it('holds here at once, and everywhere before this process reads from Redis again', async () => {
    const [one, other] = [await openCache(server.url, { timeoutMs: 50 }), await openCache(server.url)];
    await one.wrap('k', TAGS, async () => 'old');
    await one.wrap('d', TAGS, async () => 'old');
    server.signal('SIGSTOP');
    expect(await one.invalidate(['product:1'])).toEqual({ status: 'deferred', versions: [] });
    expect(await one.delete('d')).toMatchObject({ status: 'deferred' });
    expect(one.peek('k')).toBeUndefined();
    expect(await one.wrap('k', TAGS, async () => 'new')).toBe('new');
    expect(one.stats().deferredInvalidations).toBe(2);
    server.signal('SIGCONT');
    await vi.waitFor(() => expect(one.stats().deferredInvalidations).toBe(0), { timeout: 5_000 });
    expect(await other.wrap('k', TAGS, async () => 'newer')).toBe('newer');
    expect(await one.wrap('k', TAGS, async () => 'unused')).toBe('newer');
    expect(await other.wrap('d', TAGS, async () => 'newer')).toBe('newer');
  });

  it('becomes one of the whole namespace when there are too many', async () => {
    const one = await openCache(server.url, { timeoutMs: 50 });
    await one.wrap('k', { ttlMs: 60_000 }, async () => 'old');
    server.signal('SIGSTOP');
    await one.invalidate(Array.from({ length: 9_000 }, (_, index) => `a${index}`));
    await one.invalidate(Array.from({ length: 9_000 }, (_, index) => `b${index}`));
    expect(one.stats().deferredInvalidations).toBe(1);
    server.signal('SIGCONT');
    await vi.waitFor(() => expect(one.stats().deferredInvalidations).toBe(0), { timeout: 5_000 });
    expect(await one.wrap('k', { ttlMs: 60_000 }, async () => 'new')).toBe('new');
  });

  it('is repeated after Redis refused it for want of memory', async () => {
    const one = await openCache(server.url, { l1: false });
    await one.wrap('k', TAGS, async () => 'old');
    await server.call('config', 'set', 'maxmemory-policy', 'noeviction');
    await server.call('config', 'set', 'maxmemory', '1');
    expect(await one.invalidate(['product:1'])).toMatchObject({ status: 'deferred' });
    expect(await one.wrap('k', TAGS, async () => 'new')).toBe('new');
    await server.call('config', 'set', 'maxmemory', '0');
    await vi.waitFor(() => expect(one.stats().deferredInvalidations).toBe(0), { timeout: 5_000 });
    expect(await one.wrap('k', TAGS, async () => 'newer')).toBe('newer');
  });
});

describe('a Redis that starts anew', () => {
  it('from a snapshot of its disk revives nothing that was invalidated since', async () => {
    const one = await openCache(server.url);
    await one.wrap('k', TAGS, async () => 'old');
    await server.call('save');
    await one.invalidate(['product:1']);
    server.signal('SIGKILL');
    await server.stop();
    const back = recovery(one);
    await server.start();
    await back;
    expect(await server.call('exists', 'pgc:test:t:{product:1}')).toBe(1);
    const late = await openCache(server.url);
    expect(await late.wrap('k', TAGS, async () => 'new')).toBe('new');
    expect(await one.wrap('k', TAGS, async () => 'unused')).toBe('new');
  });
});

describe('a Redis that was never there', () => {
  it('is named when asked for, and missed by nobody else', async () => {
    await server.stop();
    const cache = await openCache(server.url, { isReady: false });
    const error = await cache.ready(300).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CacheError);
    expect(error).toMatchObject({ code: 'CACHE.STORE_UNREACHABLE' });
    expect(await cache.wrap('k', TAGS, async () => 'v')).toBe('v');
    const back = recovery(cache);
    await server.start();
    await back;
    await cache.wrap('k2', TAGS, async () => 'v');
    expect(await server.call('keys', 'pgc:test:v:*')).toHaveLength(1);
  });

  it('because of a wrong password is a refusal, without the password', async () => {
    const guarded = await startRedis({ password: 'right-secret' });
    onTestFinished(() => guarded.close());
    const client = new Redis(guarded.url.replace('right-secret', 'wrong-secret'), {
      retryStrategy: () => 50,
    });
    const troubles: CacheError[] = [];
    const cache = createCache({ namespace: 'test', l2: redisStore({ client }) });
    cache.on('trouble', ({ error }) => troubles.push(error));
    onTestFinished(async () => {
      await cache.close();
      client.disconnect();
    });
    const error = await cache.ready(500).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'CACHE.STORE_REFUSED' });
    expect(JSON.stringify([error, troubles])).not.toContain('wrong-secret');
    expect(await cache.wrap('k', TAGS, async () => 'v')).toBe('v');
    expect(troubles.map(({ code }) => code)).toContain('CACHE.STORE_REFUSED');
  });
});

describe('a process that has only begun', () => {
  it.each(['awaited', 'left to close()'] as const)(
    'tells all processes what it invalidates: %s',
    async (way) => {
      const client = new Redis(server.url);
      onTestFinished(() => client.disconnect());
      const cache = createCache({ namespace: 'brief', l2: redisStore({ client }) });
      const done = cache.invalidate(['products']);
      if (way === 'awaited') expect(await done).toMatchObject({ status: 'applied' });
      await cache.close();
      expect(await client.exists('pgc:brief:t:{products}')).toBe(1);
    },
  );

  it('waits for no Redis that is not there', async () => {
    server.signal('SIGKILL');
    const client = new Redis(server.url);
    client.on('error', () => undefined);
    onTestFinished(() => client.disconnect());
    const cache = createCache({ namespace: 'brief', l2: redisStore({ client }) });
    const { value, tookMs } = await timed(() => cache.invalidate(['products']));
    expect(value.status).toBe('deferred');
    expect(tookMs).toBeLessThan(1_000);
    await cache.close();
  });

  it('tells at its end what it could not tell in an outage', async () => {
    const cache = await openCache(server.url, { timeoutMs: 100 });
    server.signal('SIGSTOP');
    expect(await cache.invalidate(['products'])).toMatchObject({ status: 'deferred' });
    server.signal('SIGCONT');
    await cache.close();
    const client = new Redis(server.url);
    onTestFinished(() => client.disconnect());
    expect(await client.keys('*products*')).toHaveLength(1);
  });
});
