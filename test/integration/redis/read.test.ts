import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PgstewardError } from '../../../packages/agent/src/kernel/index.ts';
import { openRedis, redisAddress } from '../../../packages/agent/src/redis/index.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';

const PASSWORD = 's3cret/ü';
const TIMEOUT = { timeoutMs: 1_000 };

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis({ password: PASSWORD, settings: { maxmemory: '64mb' } });
});
afterAll(() => redis.close());

/** What a look fails with, all of its words. */
async function failureOf(url: string): Promise<{ readonly code: string; readonly words: string }> {
  const session = openRedis(url, TIMEOUT);
  try {
    await session.read();
  } catch (error) {
    if (!(error instanceof PgstewardError)) throw error;
    return { code: error.code, words: `${error.message}: ${error.why} ${error.next.join(' ')}` };
  } finally {
    session.close();
  }
  throw new Error('it did not fail');
}

describe('looking at Redis', () => {
  it('gives what it says of look-ups, memory and clients', async () => {
    const session = openRedis(redis.url, TIMEOUT);
    const before = await session.read();
    await redis.call('set', 'a', '1');
    for (let look = 0; look < 3; look += 1) await redis.call('get', 'a');
    await redis.call('get', 'b');
    const after = await session.read();
    session.close();
    expect([after.hits - before.hits, after.misses - before.misses]).toEqual([3, 1]);
    expect(after).toMatchObject({
      role: 'primary',
      replicas: 0,
      maximumBytes: 64 * 1024 ** 2,
      rejectedConnections: 0,
      runId: before.runId,
    });
    expect(after.usedBytes).toBeGreaterThan(100_000);
    expect(after.clients).toBeGreaterThanOrEqual(1);
  });

  it('needs no right but that of INFO', async () => {
    await redis.call('acl', 'setuser', 'watcher', 'on', '>pw', '+info');
    const session = openRedis(`redis://watcher:pw@127.0.0.1:${redis.port}`, TIMEOUT);
    expect((await session.read()).version).toMatch(/^\d/);
    session.close();
  });

  it('connects anew after a restart', async () => {
    const session = openRedis(redis.url, TIMEOUT);
    const { runId } = await session.read();
    await redis.stop();
    await expect(session.read()).rejects.toMatchObject({ code: 'REDIS.UNREACHABLE' });
    await redis.start();
    expect((await session.read()).runId).not.toBe(runId);
    await redis.stop();
    await redis.start();
    expect((await session.read()).uptimeMs).toBeLessThan(60_000);
    session.close();
  });

  it('says why it is refused, and shows no password', async () => {
    const wrong = await failureOf(`redis://:hunter2@127.0.0.1:${redis.port}`);
    expect(wrong).toMatchObject({ code: 'REDIS.REFUSED', words: expect.stringContaining('WRONGPASS') });
    expect(wrong.words).not.toContain('hunter2');
    const none = await failureOf(`redis://127.0.0.1:${redis.port}`);
    expect(none).toMatchObject({ code: 'REDIS.REFUSED', words: expect.stringContaining('NOAUTH') });
    await redis.call('acl', 'setuser', 'nobody', 'on', '>pw', '-@all');
    const bare = await failureOf(`redis://nobody:pw@127.0.0.1:${redis.port}`);
    expect(bare).toMatchObject({ code: 'REDIS.REFUSED', words: expect.stringContaining('+info') });
  });

  it('gives up on one that accepts and never answers', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as { readonly port: number };
    const beganMs = performance.now();
    expect(await failureOf(`redis://127.0.0.1:${port}`)).toMatchObject({ code: 'REDIS.UNREACHABLE' });
    expect(performance.now() - beganMs).toBeLessThan(4_000);
    silent.close();
  });

  it.each(['http://x', 'redis://', 'nonsense', 'redis://:%E0%A4%A@h'])(
    'refuses the URL %s without quoting it',
    (url) => {
      expect(redisAddress(url)).toMatchObject({ ok: false, error: { code: 'REDIS.INVALID_URL' } });
    },
  );
});
