import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../../packages/agent/src/kernel/index.ts';
import {
  createDatabase,
  startWatching,
  startWorkload,
  TARGET,
  type TestDatabase,
  until,
  type Watching,
} from '../../support/index.ts';

const STATEMENT = 'select count(*) from pg_class';
const HOUR_MS = 3_600_000;
/** How much faster the clock of this test runs, so that a minute is two seconds. */
const SPEED = 30;

/** A quick clock whose wall time can be set, as an administrator sets it. */
function settableClock(): Clock & { set(byMs: number): void } {
  const startMs = Date.now();
  let offsetMs = 0;
  const monotonicMs = (): number => performance.now() * SPEED;
  const beganMs = monotonicMs();
  return {
    monotonicMs,
    now: () => new Date(startMs + offsetMs + monotonicMs() - beganMs),
    sleep: (ms, signal) => systemClock.sleep(ms / SPEED, signal),
    set(byMs) {
      offsetMs += byMs;
    },
  };
}

describe.sequential('a clock that is set', () => {
  const clock = settableClock();
  let target: TestDatabase;
  let home: TestDatabase;
  let watching: Watching;

  beforeAll(async () => {
    home = await createDatabase();
    target = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    watching = await startWatching({ targetUrl: target.url, storeUrl: home.url, clock, settings: {} });
    await until(async () => (await watching.totals('statement')).coveredMs > 0, 'a first reading');
  });

  afterAll(async () => {
    await watching.close();
    await target.close();
    await home.close();
  });

  it('costs no sample and makes no negative time, back and forth', async () => {
    const workload = startWorkload(target, STATEMENT, 20);
    for (const byMs of [HOUR_MS, -HOUR_MS, -HOUR_MS, HOUR_MS]) {
      const steps = (await watching.events('clock-step')).length;
      clock.set(byMs);
      await until(async () => (await watching.events('clock-step')).length > steps, 'the step is told');
      const step = (await watching.events('clock-step')).find(
        ({ detail }) => Math.abs(Number(detail['byMs']) - byMs) < 2_000,
      );
      expect(step, `a step by ${byMs}`).toBeDefined();
    }
    const runs = await workload.stop();
    await until(async () => (await watching.callsOf(STATEMENT)) >= runs, 'every call is stored');
    expect(await watching.callsOf(STATEMENT)).toBe(runs);
    for (const kind of ['gap', 'restart', 'statistics-reset']) {
      expect(await watching.events(kind)).toEqual([]);
    }
    const [least] = await home.query<{ readonly ms: number }>(
      'select min(covered_ms)::int as ms from pgsteward.block_raw',
    );
    expect(least?.ms).toBeGreaterThanOrEqual(0);
  });

  it('keeps every sample when the hours that were lived twice are sealed', async () => {
    const calls = await watching.callsOf(STATEMENT);
    await watching.close();
    watching = await startWatching({
      targetUrl: target.url,
      storeUrl: home.url,
      clock: { ...clock, now: () => new Date(clock.now().getTime() + 3 * HOUR_MS) },
      settings: {},
    });
    await until(
      async () => (await home.query(`select from pgsteward.chunk_raw limit 1`)).length > 0,
      'sealed hours',
    );
    await until(async () => (await watching.callsOf(STATEMENT)) >= calls, 'all calls again');
    expect(await watching.callsOf(STATEMENT)).toBe(calls);
  });

  it('loses no tick that falls on the millisecond of one that is sealed', async () => {
    const writer = await watching.store.lead(`${TARGET} relived`);
    // Within what is kept: the daemon beside drops the partitions of all targets that are past their time.
    const startMs = Math.floor(clock.now().getTime() / HOUR_MS) * HOUR_MS - 24 * HOUR_MS;
    const hour = Array.from({ length: 60 }, (_, index) => ({
      kind: 'statement' as const,
      at: new Date(startMs + (index + 1) * 60_000),
      coveredMs: 60_000,
      rows: [{ key: ['a'], values: { calls: 10 } }],
    }));
    for (let life = 0; life < 3; life += 1) {
      await writer?.append(hour);
      await writer?.maintain(startMs + 2 * HOUR_MS);
    }
    const { series, coveredMs } = await (await watching.store.target(`${TARGET} relived`)).totals(
      'statement',
      {
        fromMs: startMs,
        toMs: startMs + 2 * HOUR_MS,
      },
    );
    expect(series[0]?.values['calls']).toBe(3 * 600);
    expect(coveredMs).toBe(3 * HOUR_MS);
    await writer?.release();
  });
});
