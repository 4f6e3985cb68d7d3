import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { startWire } from '../../support/index.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { openCache } from './caches.ts';

const TAGS = { tags: ['product:1'], ttlMs: 60_000 };

/** A server that started while nothing was heard counts as one that read an old snapshot, in whole seconds. */
const OLD_ENOUGH_MS = 4_000;

async function startPair(): Promise<readonly [TestRedis, TestRedis]> {
  const primary = await startRedis({ settings: { 'repl-diskless-sync-delay': '0' } });
  const replica = await startRedis({ settings: { replicaof: `127.0.0.1 ${primary.port}` } });
  onTestFinished(async () => {
    await primary.close();
    await replica.close();
  });
  await vi.waitFor(
    async () => expect(await replica.call('info', 'replication')).toMatch(/master_link_status:up/),
    { timeout: 15_000, interval: 100 },
  );
  return [primary, replica];
}

describe('a failover that loses an invalidation', () => {
  it('revives nothing: what was not replicated is repeated', async () => {
    const [primary, replica] = await startPair();
    const wire = await startWire(primary.port);
    onTestFinished(() => wire.close());
    const one = await openCache(wire.through(primary.url), { l1: false });
    await one.wrap('k', TAGS, async () => 'old');
    await one.wrap('other', { tags: ['product:2'], ttlMs: 60_000 }, async () => 'kept');
    await vi.waitFor(async () => expect(await replica.call('dbsize')).toBe(await primary.call('dbsize')), {
      timeout: 15_000,
      interval: 100,
    });
    await sleep(OLD_ENOUGH_MS);
    // Cut off: what the primary is told from here on is lost with it.
    replica.signal('SIGSTOP');
    await primary.call('client', 'kill', 'type', 'replica');
    await one.invalidate(['product:1']);
    primary.signal('SIGKILL');
    replica.signal('SIGCONT');
    await sleep(200);
    const versionBefore = await replica.call('get', 'pgc:test:t:{product:1}');
    await replica.call('replicaof', 'no', 'one');
    const back = new Promise((resolve) => one.on('recovery', resolve));
    wire.leadTo(replica.port);
    await back;
    expect(await replica.call('get', 'pgc:test:t:{product:1}')).not.toBe(versionBefore);
    expect(await one.wrap('k', TAGS, async () => 'new')).toBe('new');
    const kept = { tags: ['product:2'], ttlMs: 60_000 };
    expect(await one.wrap('other', kept, async () => 'new')).toBe('kept');
  });
});
