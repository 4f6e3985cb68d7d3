import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { createGate, openCache } from './caches.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.call('flushall');
});

const TAGS = { tags: ['product:1'], ttlMs: 60_000 };

describe('a value that is invalidated while it is loaded', () => {
  it('is given to those who asked before, and to nobody after', async () => {
    const [one, other] = [await openCache(server.url), await openCache(server.url)];
    const gate = createGate<string>();
    const first = one.wrap('k', TAGS, () => gate.promise);
    await sleep(50);
    expect(await other.invalidate(['product:1'])).toMatchObject({ status: 'applied' });
    await sleep(50);
    const second = one.wrap('k', TAGS, async () => 'new');
    gate.open('old');
    expect(await first).toBe('old');
    expect(await second).toBe('new');
    expect(await one.wrap('k', TAGS, async () => 'newer')).toBe('new');
    expect(await other.wrap('k', TAGS, async () => 'newer')).toBe('new');
  });

  it('is not joined by a caller of the process that invalidated it', async () => {
    const one = await openCache(server.url);
    const gate = createGate<string>();
    const first = one.wrap('k', TAGS, () => gate.promise);
    await sleep(50);
    await one.invalidate(['product:1']);
    const second = one.wrap('k', TAGS, async () => 'new');
    gate.open('old');
    expect([await first, await second]).toEqual(['old', 'new']);
    expect(await one.get('k')).toBe('new');
  });

  it.each(['delete', 'set', 'bumpNamespace'] as const)('is not kept after %s', async (way) => {
    const [one, other] = [await openCache(server.url), await openCache(server.url)];
    const gate = createGate<string>();
    const first = one.wrap('k', TAGS, () => gate.promise);
    await sleep(50);
    if (way === 'set') await other.set('k', 'new', TAGS);
    else if (way === 'delete') await other.delete('k');
    else await other.bumpNamespace();
    gate.open('old');
    expect(await first).toBe('old');
    await sleep(50);
    expect(await one.wrap('k', TAGS, async () => 'new')).toBe('new');
    expect(await other.wrap('k', TAGS, async () => 'newer')).toBe('new');
  });
});

describe('a value that two processes hold', () => {
  it('is gone from both when one of its tags is invalidated by one', async () => {
    const [one, other] = [await openCache(server.url), await openCache(server.url)];
    await one.wrap('k', TAGS, async () => 'old');
    expect(await other.wrap('k', TAGS, async () => 'unused')).toBe('old');
    await one.invalidate(['product:1']);
    await vi.waitFor(() => expect(other.peek('k')).toBeUndefined());
    expect(one.peek('k')).toBeUndefined();
    expect(await other.wrap('k', TAGS, async () => 'new')).toBe('new');
    expect(await one.wrap('k', TAGS, async () => 'unused')).toBe('new');
  });

  it('stays when another tag is invalidated', async () => {
    const one = await openCache(server.url);
    await one.wrap('k', TAGS, async () => 'old');
    await one.invalidate(['product:2', 'product:11']);
    expect(await one.wrap('k', TAGS, async () => 'new')).toBe('old');
  });

  it('is loaded anew when the code asks with other tags', async () => {
    const [one, other] = [await openCache(server.url), await openCache(server.url)];
    await one.wrap('k', TAGS, async () => 'old');
    const changed = { ...TAGS, tags: ['product:1', 'price'] };
    expect(await other.wrap('k', changed, async () => 'new')).toBe('new');
    expect(await one.wrap('k', changed, async () => 'unused')).toBe('new');
  });

  it('is not revived by the eviction of its tag', async () => {
    const [one, other] = [await openCache(server.url), await openCache(server.url, { l1: false })];
    await one.wrap('k', TAGS, async () => 'old');
    await one.invalidate(['product:1']);
    await server.call('del', 'pgc:test:t:{product:1}');
    expect(await other.wrap('k', TAGS, async () => 'new')).toBe('new');
  });

  it('is dropped by a process that missed a message', async () => {
    const [one, other] = [await openCache(server.url), await openCache(server.url)];
    await one.wrap('k', TAGS, async () => 'old');
    await other.wrap('k', TAGS, async () => 'unused');
    // A message that went out to nobody.
    await server.call('incr', 'pgc:{test}:seq');
    await one.invalidate(['other']);
    await vi.waitFor(() => expect(other.stats().clears).toBeGreaterThan(1));
    expect(other.peek('k')).toBeUndefined();
  });

  it('is dropped within the heartbeats when the message was the last one', async () => {
    const other = await openCache(server.url);
    await other.wrap('k', TAGS, async () => 'old');
    await server.call('incr', 'pgc:{test}:seq');
    await vi.waitFor(() => expect(other.stats().clears).toBeGreaterThan(1), { timeout: 3_000 });
    expect(other.peek('k')).toBeUndefined();
  });
});

describe('an invalidation', () => {
  it('costs the same however many values it hits, and touches no value', async () => {
    const one = await openCache(server.url);
    for (let index = 0; index < 200; index += 1) {
      await one.wrap(`k${index}`, { tags: ['u:42'], ttlMs: 60_000 }, async () => index);
    }
    await server.call('config', 'resetstat');
    await one.invalidateUser(42);
    const stats = String(await server.call('info', 'commandstats'));
    expect(stats).not.toMatch(/cmdstat_(keys|scan|del|unlink):/);
    expect(await one.wrap('k7', { tags: ['u:42'], ttlMs: 60_000 }, async () => 'new')).toBe('new');
  });

  it('raises versions although the server clock went back', async () => {
    const one = await openCache(server.url);
    const future = String((Date.now() + 5_000) * 1_000);
    await server.call('set', 'pgc:test:t:{product:1}', future);
    const { versions } = await one.invalidate(['product:1']);
    expect(versions).toEqual([Number(future) + 1]);
  });
});

describe('a value with a bound', () => {
  it('is loaded when no worker says that the change stream came that far', async () => {
    const one = await openCache(server.url);
    await one.wrap('k', TAGS, async () => 'old');
    await sleep(30);
    expect(await one.wrap('k', { ...TAGS, maxStalenessMs: 10 }, async () => 'new')).toBe('new');
    expect(await one.wrap('k', { ...TAGS, minLsn: '0/10' }, async () => 'newer')).toBe('newer');
  });

  it('is held while the watermark is young and far enough', async () => {
    const one = await openCache(server.url);
    const client = await openCache(server.url);
    await one.wrap('k', TAGS, async () => 'old');
    await sleep(30);
    const { Redis } = await import('ioredis');
    const { redisStore } = await import('@pgsteward/cache/redis');
    const connection = new Redis(server.url);
    const worker = redisStore({ client: connection, timeoutMs: 2_000 }).open({
      namespace: 'test',
      tagTtlMs: 60_000,
      listener: () => undefined,
    });
    await worker.ready(5_000);
    await worker.advance(0x20n);
    await vi.waitFor(async () => {
      expect(await one.wrap('k', { ...TAGS, maxStalenessMs: 500, minLsn: '0/20' }, async () => 'new')).toBe(
        'old',
      );
    });
    expect(await client.wrap('k', { ...TAGS, minLsn: '0/20' }, async () => 'new')).toBe('old');
    expect(await one.wrap('k', { ...TAGS, minLsn: '0/21' }, async () => 'new')).toBe('new');
    await worker.close();
    connection.disconnect();
  });

  it('is not kept when a replica loaded it before the invalidating commit had arrived', async () => {
    const one = await openCache(server.url);
    await one.invalidate(['product:1'], { lsn: 0x30n });
    const behind = await one.wrap('k', TAGS, async (context) => {
      context.sawLsn('0/2F');
      return 'old';
    });
    expect(behind).toBe('old');
    const level = await one.wrap('k', TAGS, async (context) => {
      context.sawLsn('0/30');
      return 'new';
    });
    expect(level).toBe('new');
    expect(await one.wrap('k', TAGS, async () => 'unused')).toBe('new');
  });
});
