import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, runOnce, type TestDatabase, withDatabase } from '../../../../test/support/index.ts';
import { applyAsTuned, createMarketResearch } from '../create.ts';
import { plantSessions } from '../plant-sessions.ts';
import { runWorkload } from './run.ts';

describe('runWorkload', () => {
  let db: TestDatabase;

  beforeAll(async () => {
    db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    await createMarketResearch({ url: db.url, scale: 0.01 });
  });
  afterAll(() => db.close());

  test('runs every operation of the mix as found without an error', async () => {
    const result = await runWorkload({ url: db.url, sessions: 2, durationMs: 3_000 });
    expect(result.firstError).toBeNull();
    expect(result.queries.map((query) => query.name)).toContain('category-page');
    expect(result.total.calls).toBe(result.queries.reduce((sum, query) => sum + query.calls, 0));
    expect(result.total.p50Ms).toBeLessThanOrEqual(result.total.p95Ms);
    expect(result.total.p95Ms).toBeLessThanOrEqual(result.total.maxMs);
  });

  test('spills, rolls back and reads one by one, as the manifest says', async () => {
    const [spill] = await db.query<{
      blocks: number;
    }>(`select sum(temp_blks_written)::int as blocks from pg_stat_statements
      where query like '%row_number() over (partition by user_id%'`);
    expect(spill?.blocks).toBeGreaterThan(0);
    const [transactions] = await db.query<{ ratio: number }>(
      `select xact_rollback::float8 / (xact_commit + xact_rollback) as ratio from pg_stat_database
      where datname = current_database()`,
    );
    expect(transactions?.ratio).toBeGreaterThan(0.1);
    const [calls] = await db.query<{ ratio: number }>(`select
      (select sum(calls) from pg_stat_statements where query like 'select category from product_categories%')::float8 /
      (select sum(calls) from pg_stat_statements where query like 'select id, title, price from products%')::float8 as ratio`);
    expect(calls?.ratio).toBe(25);
  });

  test('keeps the rate, and counts the wait for a session into the latency', async () => {
    const mix = { 'product-point': 1 };
    const steady = await runWorkload({
      url: db.url,
      sessions: 4,
      ratePerSecond: 100,
      durationMs: 2_000,
      mix,
    });
    expect(steady.total.calls).toBeGreaterThan(140);
    expect(steady.total.calls).toBeLessThan(260);
    // One session cannot run 2,000 a second: what is due meanwhile waits, and its latency says so.
    const slow = { 'latest-per-user': 1 };
    const flooded = await runWorkload({
      url: db.url,
      sessions: 1,
      ratePerSecond: 2_000,
      durationMs: 1_000,
      mix: slow,
    });
    expect(flooded.total.p95Ms).toBeGreaterThan(400);
  });

  test('stops when cancelled, with what was measured', async () => {
    const cancel = new AbortController();
    setTimeout(() => cancel.abort(), 300);
    const result = await runWorkload({ url: db.url, durationMs: 60_000, signal: cancel.signal, sessions: 2 });
    expect(result.durationMs).toBeLessThan(5_000);
    expect(result.total.calls).toBeGreaterThan(0);
  });

  test('plants an idle, a blocked and a sleeping session and ends them', async () => {
    const planted = await plantSessions(db.url);
    expect(planted.pids.get('market-research idle')).toBeGreaterThan(0);
    const states = `select application_name as name, state, wait_event_type as wait from pg_stat_activity
      where application_name like 'market-research %' and datname = current_database() order by 1`;
    await expect
      .poll(() => runOnce(db.url, states))
      .toMatchObject([
        { name: 'market-research blocked', state: 'active', wait: 'Lock' },
        { name: 'market-research idle', state: 'idle in transaction' },
        { name: 'market-research sleeper', state: 'active', wait: 'Timeout' },
      ]);
    await planted.close();
    await planted.close();
    await expect.poll(() => runOnce(db.url, states)).toEqual([]);
  });

  test('runs every operation of the mix as tuned without an error, prepared', async () => {
    await applyAsTuned(db.url);
    const result = await runWorkload({
      url: db.url,
      sessions: 2,
      durationMs: 2_000,
      mix: 'as-tuned',
      prepared: true,
    });
    expect(result.firstError).toBeNull();
    expect(result.queries.map((query) => query.name)).toContain('market-metrics');
  });

  test('refuses a database without the tables and options out of range', async () => {
    await withDatabase(async ({ url }) => {
      const running = runWorkload({ url, durationMs: 100 });
      await expect(running).rejects.toMatchObject({ code: 'MARKET_RESEARCH.NO_DATA' });
    });
    await expect(runWorkload({ url: db.url, durationMs: 100, sessions: 0 })).rejects.toMatchObject({
      code: 'MARKET_RESEARCH.INVALID_OPTION',
    });
  });
});
