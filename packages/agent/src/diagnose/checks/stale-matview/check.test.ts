import { describe, expect, it } from 'vitest';
import { observe, settingsWith } from '../../../../../../test/support/check.ts';
import { availableMajors, type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import type { HistoryFacts, MatviewPast, Observation } from '../../../observe/index.ts';
import { OBSERVE_SETTINGS } from '../../../observe/index.ts';
import { runOne } from '../../engine.ts';
import { staleMatview } from './check.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const look = (db: TestDatabase): Promise<Observation> =>
  observe(db.url, settingsWith(Object.values(OBSERVE_SETTINGS), {}));

function xidOf({ snapshot }: Observation, view: string): number | null {
  const { tables } = snapshot.sections;
  return tables.status === 'ok' ? (tables.data.find(({ name }) => name === view)?.refreshXid ?? null) : null;
}

/** Judges what was seen, as if each view had been refreshed last so long ago. */
function judge(
  seen: Observation,
  ages: Readonly<Record<string, number>>,
  overrides: Readonly<Record<string, unknown>> = {},
  isRefreshSeen = true,
) {
  const matviews: readonly MatviewPast[] = Object.entries(ages).map(([name, ageMs]) => ({
    schema: 'public',
    name,
    refreshXid: xidOf(seen, name) ?? 0,
    ageMs,
    isRefreshSeen,
  }));
  const history = { matviews } as unknown as HistoryFacts;
  return runOne(
    staleMatview,
    { ...seen, history },
    settingsWith(Object.values(staleMatview.settings), overrides),
  );
}

const AGES = 'diagnose.stale-matview.ages';

describe.each(availableMajors())('stale-matview on PostgreSQL %i', (major) => {
  it('knows each refresh by the transaction that made it, and nothing else for one', () =>
    withDatabase(
      async (db) => {
        await db.query('create table t as select g as a from generate_series(1, 10) g');
        await db.query('create materialized view m as select * from t');
        await db.query('create materialized view hollow as select * from t with no data');
        await db.query('create unique index on m (a)');
        const xidAfter = async (sql: string): Promise<number | null> => {
          await db.query(sql);
          return xidOf(await look(db), 'm');
        };
        const created = await xidAfter('analyze m');
        expect(await xidAfter('vacuum m')).toBe(created);
        expect(await xidAfter('reindex table m')).toBe(created);
        const refreshed = await xidAfter('refresh materialized view m');
        expect(refreshed).not.toBe(created);
        const same = await xidAfter('refresh materialized view concurrently m');
        expect(same).not.toBe(refreshed);
        expect(await xidAfter('vacuum freeze pg_class')).toBe(same);
        const seen = await look(db);
        expect([xidOf(seen, 'hollow'), xidOf(seen, 't')]).toEqual([null, null]);
      },
      { major },
    ));
});

describe('stale-matview', () => {
  it('finds a view that was not refreshed for too long, and no other', () =>
    withDatabase(async (db) => {
      await db.query('create materialized view old as select 1 as a');
      await db.query('create materialized view fresh as select 1 as a');
      await db.query('create materialized view unknown as select 1 as a');
      const seen = await look(db);
      expect(judge(seen, { old: 3 * DAY_MS, fresh: 20 * HOUR_MS }).findings).toMatchObject([
        {
          severity: 'warning',
          subject: { kind: 'table', schema: 'public', name: 'old' },
          title: 'public.old was not refreshed for 3 d; its rows may be 24 h old',
          evidence: { ageMs: 3 * DAY_MS, boundMs: DAY_MS, isRefreshSeen: true },
          threshold: { key: 'diagnose.stale-matview.maximum-age-ms' },
        },
      ]);
      expect(judge(seen, { old: 3 * DAY_MS }, {}, false).findings[0]?.title).toContain('for at least 3 d');
      await db.query('refresh materialized view old');
      const again = await look(db);
      const before = { ...again, snapshot: seen.snapshot };
      const matviews = [
        {
          schema: 'public',
          name: 'old',
          refreshXid: xidOf(before, 'old') ?? 0,
          ageMs: 3 * DAY_MS,
          isRefreshSeen: true,
        },
      ];
      const history = { matviews } as unknown as HistoryFacts;
      const settings = settingsWith(Object.values(staleMatview.settings), {});
      expect(runOne(staleMatview, { ...again, history }, settings).findings).toEqual([]);
    }));

  it('takes bounds of single views, also of one with a hostile name', () =>
    withDatabase(async (db) => {
      await db.query('create materialized view by_hour as select 1 as a');
      await db.query('create materialized view "by = Year" as select 1 as a');
      const seen = await look(db);
      const ages = { by_hour: 3 * HOUR_MS, 'by = Year': 50 * DAY_MS };
      const own = { [AGES]: 'public.by_hour = 2 h; public."by = Year" = 60 d' };
      const { findings } = judge(seen, ages, own);
      expect(findings.map(({ subject, threshold }) => [subject.name, threshold.key])).toEqual([
        ['by_hour', AGES],
      ]);
      expect(judge(seen, ages).findings[0]?.remedy).toContain('view "public"."by = Year"');
      expect(judge(seen, ages, { 'diagnose.stale-matview.maximum-age-ms': '60 d' }).findings).toEqual([]);
    }));

  it.each(['public.m', 'public.m = soon', 'public.m = 400 d'])(
    'says that it cannot read the bound "%s"',
    (text) =>
      withDatabase(async (db) => {
        expect(judge(await look(db), {}, { [AGES]: text })).toMatchObject({
          findings: [],
          unavailable: [{ reason: expect.stringContaining(text) }],
        });
      }),
  );
});
