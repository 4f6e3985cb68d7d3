import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runTune } from '../../../packages/agent/src/app/index.ts';
import { readPastWorkload } from '../../../packages/agent/src/app/tune/read-workload.ts';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import type { Snapshot } from '../../../packages/agent/src/observe/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import type { KindName } from '../../../packages/agent/src/series/index.ts';
import { defaultSettings } from '../../../packages/agent/src/settings/resolve.ts';
import { openStore, type Store } from '../../../packages/agent/src/store/index.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';
import { observeDatabase } from '../../support/replaced.ts';
import { actSettings } from '../act/acting.ts';

const MB = 1024 ** 2;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NAME = 'shop';
/** Half past: the last whole hour is folded, the running one is not yet. */
const NOW_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + HOUR_MS / 2;
const MINUTES = 180;

describe('what the history knows of the workload', () => {
  let db: TestDatabase;
  let target: TestDatabase;
  let store: Store;
  let snapshot: Snapshot;

  beforeAll(async () => {
    db = await createDatabase();
    target = await createDatabase();
    await target.query('create table public.orders (id int)');
    ({ snapshot } = await observeDatabase(target));
    store = await openStore(unwrap(parseTarget(db.url, {})), {
      settings: defaultSettings,
      connectTimeoutMs: 5_000,
    });
    const writer = await store.lead(NAME);
    if (writer === null) throw new Error('somebody else leads');
    await writer.append(Array.from({ length: MINUTES }, (_, minute) => minuteOf(minute)).flat());
    await writer.maintain(NOW_MS);
    await writer.release();
  });

  afterAll(async () => {
    await store.close();
    await db.close();
    await target.close();
  });

  const read = (settings = defaultSettings) =>
    readPastWorkload({ store, targetName: NAME, snapshot, settings, nowMs: NOW_MS });

  it('adds up counters, and finds what was at the busiest', async () => {
    const workload = await read();
    expect(workload).toMatchObject({
      source: 'history',
      observedMs: MINUTES * MINUTE_MS,
      checkpoints: { timedCount: MINUTES, requestedCount: 2 * MINUTES },
      temporary: { filesCount: 10 * MINUTES, bytes: 100 * MB * MINUTES },
      blocks: { hitCount: 1_000 * MINUTES, readCount: 10 * MINUTES },
      spills: [{ calls: 10 * MINUTES, temporaryBytes: 10 * 1_280 * 8_192 * MINUTES }],
      tables: [{ schema: 'public', name: 'orders', changedRows: 100 * MINUTES, deadRowsMost: 5_000 }],
    });
    // One burst of five minutes at 60 MB/s among 20 MB/s.
    expect((workload?.wal?.mostBytesPerSecond ?? 0) / MB).toBeCloseTo(60, 0);
    expect(workload?.sessions).toMatchObject({
      activeMost: 9,
      connectionsMost: 70,
      samplesCount: 60 * MINUTES,
    });
    const [web, ...others] = workload?.sessions?.pools ?? [];
    expect(others).toEqual([]);
    expect(web).toMatchObject({ database: 'app', user: 'web' });
    expect(web?.busyMost).toBeCloseTo(6, 1);
  });

  it('is none while there is too little of it', async () => {
    expect(await read(actSettings({ 'advise.tune.minimum-ms': '1d' }))).toBeNull();
  });

  it('is what tune goes by, so that nothing needs to be watched', async () => {
    const report = await runTune(unwrap(parseTarget(target.url, {}, NAME)), {
      settings: actSettings({ 'target.memory-bytes': '64GB' }),
      store,
      clock: { ...systemClock, now: () => new Date(NOW_MS) },
      onProgress: silentProgress,
    });
    expect(report.workload).toEqual({ source: 'history', observedMs: MINUTES * MINUTE_MS });
    const of = (name: string) => report.recommendations.find(({ setting }) => setting === name);
    expect(of('work_mem')).toMatchObject({ proposed: '32MB', basis: 'measured', risk: { level: 'medium' } });
    expect(of('max_wal_size')).toMatchObject({ proposed: '64GB', basis: 'measured' });
    expect(of('max_wal_size')?.effect.before).toBeCloseTo(2 / 3);
    expect(report.pooler).toMatchObject({ basis: 'measured', pools: [{ user: 'web', size: 8 }] });
  });
});

interface Stamped {
  readonly at: Date;
  readonly coveredMs: number;
  readonly kind: KindName;
  readonly rows: readonly {
    readonly key: readonly string[];
    readonly values: Readonly<Record<string, number>>;
  }[];
}

/** One minute of a workload that spills, writes WAL in one burst, and has a rush of sessions at the same time. */
function minuteOf(minute: number): readonly Stamped[] {
  const isRush = minute >= 60 && minute < 65;
  const stamp = { at: new Date(NOW_MS - (MINUTES - 1 - minute) * MINUTE_MS), coveredMs: MINUTE_MS };
  const one = (
    kind: KindName,
    values: Readonly<Record<string, number>>,
    key: readonly string[] = [],
  ): Stamped => ({
    ...stamp,
    kind,
    rows: [{ key, values }],
  });
  return [
    one('database', { blocksHit: 1_000, blocksRead: 10, tempFiles: 10, tempBytes: 100 * MB }),
    one('checkpoint', { timed: 1, requested: 2 }),
    one('wal', { bytes: (isRush ? 60 : 20) * 60 * MB, records: 1_000 }),
    one('statement', { calls: 10, totalMs: 100, tempBlocksWritten: 10 * 1_280 }, ['abc']),
    one('sampling', { samples: 60, activeSessions: isRush ? 80 : 3 }),
    one('sessions', { connections: isRush ? 70 : 20, active: isRush ? 9 : 3, maxConnections: 100 }),
    one('activity', { samples: 60 * (isRush ? 6 : 1) }, ['CPU', 'CPU', 'abc', 'web', 'app', 'app']),
    one('table', { rowsUpdated: 90, rowsDeleted: 10 }, ['public', 'orders']),
    one('tableState', { liveRows: 1e6, deadRows: minute >= 90 && minute < 100 ? 5_000 : 10 }, [
      'public',
      'orders',
    ]),
  ];
}
