import { createCache } from '@pgsteward/cache';
import { redisStore } from '@pgsteward/cache/redis';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { runOnce, startTestServer, type TestServer } from '../../support/index.ts';
import { startRedis, type TestRedis } from '../../support/redis.ts';
import { ensureBuilt } from '../support/build.ts';
import { type CliRun, expectError, runCli, startCli, until, untilIn } from '../support/cli.ts';

let server: TestServer;
let redis: TestRedis;
let url = '';

beforeAll(async () => {
  await ensureBuilt();
  [server, redis] = await Promise.all([startTestServer(), startRedis()]);
  url = server.connectionUrl();
  await runOnce(url, 'create table product (id int primary key); insert into product values (1)');
}, 180_000);

afterAll(() => Promise.all([server.close(), redis.close()]));

function linesOf(run: CliRun): readonly { readonly event: string; readonly state?: string }[] {
  return run
    .output()
    .stdout.split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe('cache worker', () => {
  it('invalidates what is committed, tells it in lines of JSON, and ends clean on SIGTERM', async () => {
    const words = ['cache', 'worker', url, '--namespace', 'shop', '--redis', redis.url, '--json'];
    const run = await startCli(words);
    await untilIn(run, () => linesOf(run).some(({ state }) => state === 'running'), 30_000);
    const client = new Redis(redis.url);
    const cache = createCache({ namespace: 'shop', l1: false, l2: redisStore({ client, timeoutMs: 2_000 }) });
    onTestFinished(async () => {
      await cache.close();
      client.disconnect();
    });
    await cache.ready();
    const [row] = await runOnce<{ readonly oid: number }>(url, "select 'product'::regclass::oid as oid");
    await cache.set('k', 1, { tags: [`r${row?.oid}`], ttlMs: 600_000 });
    await runOnce(url, 'delete from product');
    await until(async () => (await cache.get('k')) === undefined);
    run.child.kill('SIGTERM');
    const result = await run.ended;
    expect(result.code, result.stderr).toBe(0);
    expect(linesOf(run).at(-1)).toMatchObject({ event: 'state', state: 'stopped' });
    expect(linesOf(run).findLast(({ event }) => event === 'status')).toMatchObject({
      namespace: 'shop',
      transactions: 1,
      tables: ['public.product'],
      slot: { slot: 'pgcache_shop' },
    });
    expect(`${result.stdout}${result.stderr}`).not.toContain(new URL(url).password);
    const sessions = "select from pg_stat_activity where application_name like 'pgsteward%'";
    await until(async () => (await runOnce(url, sessions)).length === 0);
  });

  it('prints the SQL of an outbox, which runs, and that of its removal', async () => {
    const sql = await runCli(['cache', 'worker', url, '--print-outbox-sql', '--tables', 'product']);
    expect(sql.code, sql.stderr).toBe(0);
    await runOnce(url, sql.stdout);
    await runOnce(url, 'insert into product values (2)');
    expect(await runOnce(url, 'select keys from pgcache_outbox')).toEqual([{ keys: [['2']] }]);
    const removal = await runCli(['cache', 'worker', url, '--print-remove-sql']);
    await runOnce(url, removal.stdout);
    expect(await runOnce(url, "select from pg_class where relname = 'pgcache_outbox'")).toEqual([]);
  });

  it('says what is missing, and what to do', async () => {
    const run = (...words: readonly string[]): ReturnType<typeof runCli> =>
      runCli(['cache', 'worker', url, ...words]);
    expectError(await run('--namespace', 'shop'), 'APP.NO_REDIS');
    expectError(await run('--redis', redis.url), 'APP.USAGE');
    const outbox = ['--namespace', 'shop', '--redis', redis.url, '--mode', 'outbox'];
    expectError(await run(...outbox), 'CDC.NO_OUTBOX');
    expectError(await run(...outbox, '--mode', 'cdc', '--tables', 'nothing'), 'CDC.UNKNOWN_TABLE');
  });
});
