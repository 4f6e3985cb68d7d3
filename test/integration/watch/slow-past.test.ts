import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseBytesOf, matviewsOf } from '../../../packages/agent/src/app/watch/slow-past.ts';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import { defaultSettings } from '../../../packages/agent/src/settings/resolve.ts';
import { openStore, type Store } from '../../../packages/agent/src/store/index.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';

const HOUR_MS = 3_600_000;
/** Half past: the last whole hour is folded, the running one is not yet. */
const NOW_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + HOUR_MS / 2;

describe('what the history knows of slow things', () => {
  let db: TestDatabase;
  let store: Store;

  beforeAll(async () => {
    db = await createDatabase();
    store = await openStore(unwrap(parseTarget(db.url, {})), {
      settings: defaultSettings,
      connectTimeoutMs: 5_000,
    });
    const writer = await store.lead('shop');
    if (writer === null) throw new Error('somebody else leads');
    const hours = Array.from({ length: 30 }, (_, index) => index);
    await writer.append(
      hours.flatMap((hour) => {
        const stamp = { at: new Date(NOW_MS - (29 - hour) * HOUR_MS), coveredMs: HOUR_MS };
        const view = (name: string, refreshXid: number) => ({
          key: ['public', name],
          values: { refreshXid },
        });
        return [
          {
            ...stamp,
            kind: 'server' as const,
            // Once the size could not be read.
            rows: [{ key: [], values: { databaseBytes: hour === 3 ? 0 : 1_000 + hour } }],
          },
          {
            ...stamp,
            kind: 'matview' as const,
            rows: [
              view('never', 4_000_000_000),
              view('by_hour', 700 + hour),
              view('stopped', hour < 20 ? 800 + hour : 819),
              ...(hour < 10 ? [view('dropped', 5)] : []),
            ],
          },
        ];
      }),
    );
    await writer.maintain(NOW_MS);
    await writer.release();
  });

  afterAll(async () => {
    await store.close();
    await db.close();
  });

  it('gives the size hour by hour, without what could not be read', async () => {
    const sizes = await databaseBytesOf(await store.target('shop'), NOW_MS);
    expect(sizes.length).toBe(28);
    expect(sizes.at(-1)?.value).toBe(1_028);
    expect(sizes.map(({ value }) => value)).not.toContain(0);
  });

  it('knows how old each materialized view is at least, and whether its refresh was seen', async () => {
    const views = await matviewsOf(await store.target('shop'), NOW_MS);
    const of = (wanted: string) => views.find(({ name }) => name === wanted);
    expect(of('by_hour')).toMatchObject({ refreshXid: 728, isRefreshSeen: true });
    expect(of('by_hour')?.ageMs).toBeLessThanOrEqual(HOUR_MS);
    expect(of('stopped')).toMatchObject({ refreshXid: 819, isRefreshSeen: true });
    const age = of('stopped')?.ageMs ?? 0;
    // Refreshed at the 19th of 29 hours, and not in the ten hours since.
    expect(age).toBe(9.5 * HOUR_MS);
    expect(of('never')).toMatchObject({ refreshXid: 4_000_000_000, isRefreshSeen: false });
    expect(of('never')?.ageMs).toBe(28.5 * HOUR_MS);
  });
});
