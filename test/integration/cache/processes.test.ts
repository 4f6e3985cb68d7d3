import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { startReader } from './process.ts';

let server: TestRedis;
beforeAll(async () => {
  server = await startRedis();
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.call('flushall');
});

describe('processes that share a Redis', () => {
  it('load a cold key once, whoever of 8 × 125 callers is first', async () => {
    const readers = await Promise.all(Array.from({ length: 8 }, () => startReader(server.url)));
    const reports = await Promise.all(
      readers.map((reader, index) =>
        reader.ask({ kind: 'read', callers: 125, value: `of ${index}`, loadMs: 200 }),
      ),
    );
    expect(reports.reduce((sum, { loads }) => sum + loads, 0)).toBe(1);
    expect(new Set(reports.flatMap(({ values }) => values)).size).toBe(1);
  });

  it('heed an invalidation of one whose clock is five seconds wrong, either way', async () => {
    for (const skewMs of [-5_000, 5_000]) {
      const [right, wrong] = [await startReader(server.url), await startReader(server.url, { skewMs })];
      const read = { kind: 'read', callers: 1, loadMs: 0 } as const;
      const first = `before ${skewMs}`;
      await right.ask({ kind: 'invalidate' });
      expect((await right.ask({ ...read, value: first })).values).toEqual([first]);
      expect((await wrong.ask({ ...read, value: 'unused' })).values).toEqual([first]);
      await wrong.ask({ kind: 'invalidate' });
      await sleep(50);
      expect((await right.ask({ ...read, value: 'after' })).values).toEqual(['after']);
      expect((await wrong.ask({ ...read, value: 'unused' })).values).toEqual(['after']);
    }
  });

  it('load after one that died while it loaded, within its lease', async () => {
    const [doomed, other] = [await startReader(server.url), await startReader(server.url)];
    const lost = doomed.ask({ kind: 'read', callers: 1, value: 'never', loadMs: 60_000 });
    lost.catch(() => undefined);
    await sleep(300);
    doomed.kill();
    const beginMs = performance.now();
    expect(await other.ask({ kind: 'read', callers: 1, value: 'v', loadMs: 0 })).toEqual({
      loads: 1,
      values: ['v'],
    });
    expect(performance.now() - beginMs).toBeLessThan(4_000);
    expect(await server.call('keys', 'pgc:test:v:*')).toHaveLength(1);
  });
});
