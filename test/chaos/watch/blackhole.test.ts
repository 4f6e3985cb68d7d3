import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createDatabase,
  serverUrl,
  startWatching,
  startWire,
  type TestDatabase,
  until,
  type Watching,
  type Wire,
} from '../../support/index.ts';

const STATEMENT = 'select count(*) from pg_class';
/** What the product promises; a hung read is bounded by its own limit and 5 s of grace. */
const NOTICED_MS = 30_000;
/** Longer than one attempt to connect waits for an answer. */
const SILENT_ON_MS = 7_000;

describe.sequential('a target behind a network that swallows every packet', () => {
  let target: TestDatabase;
  let home: TestDatabase;
  let wire: Wire;
  let watching: Watching;
  let beganMs = 0;
  let silentMs = 0;

  const run = async (times: number): Promise<void> => {
    for (let index = 0; index < times; index += 1) await target.query(STATEMENT);
  };
  const probed = async (name: string): Promise<number> =>
    (await watching.totals('probe')).series[0]?.values[name] ?? 0;

  beforeAll(async () => {
    home = await createDatabase();
    target = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    wire = await startWire(Number(new URL(serverUrl(18)).port));
    beganMs = performance.now();
    watching = await startWatching({ targetUrl: wire.through(target.url), storeUrl: home.url });
    await until(async () => (await watching.totals('statement')).coveredMs > 0, 'a first reading');
    await run(5);
    await until(async () => (await watching.callsOf(STATEMENT)) === 5, 'five calls');
  });

  afterAll(async () => {
    await watching.close();
    await wire.close();
    await target.close();
    await home.close();
  });

  it('is missed within a bounded time, on old connections and on new ones', async () => {
    const silentFrom = performance.now();
    wire.blackhole();
    await until(() => watching.watcher.connection.state === 'connecting', 'the silence noticed', NOTICED_MS);
    await run(7);
    await sleep(SILENT_ON_MS);
    expect(watching.watcher.connection).toMatchObject({ state: 'connecting' });
    expect(watching.watcher.connection.trouble).toContain('no answer');
    wire.restore();
    silentMs = performance.now() - silentFrom;
  });

  it('is found again, and its silence was no availability', async () => {
    await until(() => watching.watcher.connection.state === 'connected', 'connected again');
    // Each probe stands for 100 ms.
    const failedMs = async (): Promise<number> => (await probed('failed')) * 100;
    await until(async () => (await failedMs()) > 0.9 * silentMs, 'failed probes');
    expect(await failedMs()).toBeLessThan(silentMs + 12_000);
  });

  it('has a gap in its history and no spike after it', async () => {
    const { coveredMs: coveredBefore } = await watching.totals('statement');
    await until(
      async () => (await watching.totals('statement')).coveredMs > coveredBefore,
      'a reading after the gap',
    );
    await run(3);
    await until(async () => (await watching.callsOf(STATEMENT)) >= 8, 'three calls more');
    // What ran in the gap is not told as if it ran after it.
    expect(await watching.callsOf(STATEMENT)).toBe(8);
    const [gap, ...more] = await watching.events('gap');
    expect(more).toEqual([]);
    expect(gap?.detail['silentMs']).toBeGreaterThan(0.9 * silentMs);
    expect(await watching.events('restart')).toEqual([]);
    const wallMs = performance.now() - beganMs;
    for (const kind of ['statement', 'database', 'activity', 'sampling'] as const) {
      const { coveredMs } = await watching.totals(kind);
      expect(coveredMs, kind).toBeLessThan(wallMs - 0.9 * silentMs);
    }
  });
});
