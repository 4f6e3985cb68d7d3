import { createMarketResearch, runWorkload } from '@pgsteward/market-research';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCacheAdvice, settingDefinitions } from '../../../packages/agent/src/app/index.ts';
import { silentProgress, systemClock, unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { parseTarget } from '../../../packages/agent/src/postgres/index.ts';
import {
  type CacheAdviceReport,
  cacheAdviceSchema,
  renderCacheAdviceMarkdown,
  renderCacheAdviceText,
} from '../../../packages/agent/src/report/index.ts';
import { openStore, type Store } from '../../../packages/agent/src/store/index.ts';
import { settingsWith } from '../../support/check.ts';
import { createDatabase, type TestDatabase } from '../../support/index.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** The index advisor has its own tests, and takes seconds. */
const NO_INDEXES = { 'advise.indexes.audit-time-limit-ms': 0 };
const SEARCH = 'join product_search_results';
const BY_ID = 'from products where id = $1';

async function advise(
  db: TestDatabase,
  given: {
    readonly overrides?: Readonly<Record<string, unknown>>;
    readonly store?: Store;
    readonly nowMs?: number;
  } = {},
): Promise<CacheAdviceReport> {
  const { nowMs } = given;
  return runCacheAdvice(unwrap(parseTarget(db.url, {}, 'shop')), {
    settings: settingsWith(settingDefinitions, given.overrides ?? {}),
    store: given.store ?? null,
    clock: nowMs === undefined ? systemClock : { ...systemClock, now: () => new Date(nowMs) },
    onProgress: silentProgress,
  });
}

describe('cache advise on the reference product as tuned', () => {
  let db: TestDatabase;
  let report: CacheAdviceReport;

  beforeAll(async () => {
    db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
    await createMarketResearch({ url: db.url, scale: 0.02, state: 'as-tuned' });
    await db.query('vacuum analyze');
    await resetCounters(db);
    await runWorkload({ url: db.url, sessions: 2, durationMs: 5_000, mix: 'as-tuned' });
    // How dear they are depends on the machine; here a look into the cache lies between the two.
    const roundTripMs = Math.sqrt((await meanMs(db, SEARCH)) * (await meanMs(db, BY_ID)));
    report = await advise(db, { overrides: { ...NO_INDEXES, 'advise.caching.round-trip-ms': roundTripMs } });
  }, 200_000);

  afterAll(() => db.close());

  it('finds product search: dropped by its tables, which never change, and to be measured', () => {
    const search = report.candidates.find(({ sql }) => sql.includes(SEARCH));
    expect(search).toMatchObject({ invalidation: 'table', isConditional: true });
    expect(search?.tables).toEqual(['public.products', 'public.product_search_results']);
    expect(search?.highHitRatio).toBeGreaterThan(0.9);
    expect(search?.lowHitRatio).toBeLessThan(0.2);
    expect(search?.assumptions.join()).toMatch(/lists of category .* ranges of price/);
    expect(search?.snippet).toContain('sqlCache.query(');
  });

  it('refuses what writes, and what is cheaper than a look into Redis', () => {
    const reasonOf = (part: string) => report.refusals.find(({ sql }) => sql.includes(part))?.reason;
    expect(reasonOf('insert into product_searches')).toBe('writes');
    expect(reasonOf('update stock_levels')).toBe('writes');
    expect(reasonOf(BY_ID)).toBe('too-cheap');
  });

  it('keeps its schema, and says the same as text and as Markdown', () => {
    expect(cacheAdviceSchema.parse(report)).toEqual(report);
    for (const text of [
      renderCacheAdviceText(report, { color: false, width: 120 }),
      renderCacheAdviceMarkdown(report),
    ]) {
      expect(text).toContain('table tag');
      expect(text).toContain('Better not cached');
      expect(text).toContain('sqlCache.query(');
    }
  });

  it('goes by the history where the daemon has one', async () => {
    const home = await createDatabase();
    const store = await openStore(unwrap(parseTarget(home.url, {})), {
      settings: settingsWith(settingDefinitions, {}),
      connectTimeoutMs: 5_000,
    });
    try {
      const nowMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS + HOUR_MS / 2;
      await remember(store, nowMs);
      const past = await advise(db, { overrides: NO_INDEXES, store, nowMs });
      expect(past.workload).toMatchObject({ source: 'history', observedMs: 120 * MINUTE_MS });
      expect(past.candidates).toMatchObject([
        {
          sql: 'select title from products where category = $1',
          invalidation: 'table',
        },
      ]);
      expect(past.candidates[0]?.changesPerSecond).toBeCloseTo(1 / 60, 6);
      expect(past.candidates[0]?.callsPerDay).toBeCloseTo(600 * 1_440, 3);
      const short = await advise(db, {
        overrides: { ...NO_INDEXES, 'advise.caching.minimum-ms': '3h', 'advise.caching.window-ms': '1d' },
        store,
      });
      expect(short.workload.source).toBe('counters');
    } finally {
      await store.close();
      await home.close();
    }
  }, 60_000);
});

it('sends product search as found to an index first', async () => {
  const db = await createDatabase(18, { extensions: ['pg_stat_statements'] });
  try {
    await createMarketResearch({ url: db.url, scale: 0.02, state: 'as-found' });
    await resetCounters(db);
    await runWorkload({
      url: db.url,
      sessions: 2,
      durationMs: 5_000,
      mix: { 'product-search': 3, 'record-search': 1 },
    });
    const { alternatives, candidates } = await advise(db);
    const search = alternatives.find(({ sql }) => sql.includes(SEARCH));
    expect(search).toMatchObject({ kind: 'index' });
    expect(search?.remedy).toMatch(/^create index concurrently /);
    expect(candidates.filter(({ sql }) => sql.includes(SEARCH))).toEqual([]);
  } finally {
    await db.close();
  }
}, 200_000);

it('refuses without counters of statements, and says what to do', async () => {
  const db = await createDatabase(18);
  try {
    await expect(advise(db)).rejects.toMatchObject({ code: 'APP.STATEMENTS_UNAVAILABLE' });
  } finally {
    await db.close();
  }
}, 60_000);

async function resetCounters(db: TestDatabase): Promise<void> {
  await db.query(
    'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()))',
  );
  await db.query('select pg_stat_reset()');
}

async function meanMs(db: TestDatabase, part: string): Promise<number> {
  const [row] = await db.query<{ readonly ms: number }>(
    `select sum(total_exec_time) / sum(calls) as ms from pg_stat_statements
    where dbid = (select oid from pg_database where datname = current_database()) and strpos(query, $1) > 0`,
    [part],
  );
  return row?.ms ?? Number.NaN;
}

/** Two hours of one read, ten a second, while one statement changes sixty rows of its table each minute. */
async function remember(store: Store, nowMs: number): Promise<void> {
  const writer = await store.lead('shop');
  if (writer === null) throw new Error('somebody else leads');
  const texts = new Map([
    ['aaaa', 'select title from products where category = $1'],
    ['bbbb', 'update products set price = price + $1'],
  ]);
  await writer.keepTexts(texts);
  const minutes = Array.from({ length: 120 }, (_, minute) => {
    const stamp = { at: new Date(nowMs - (119 - minute) * MINUTE_MS), coveredMs: MINUTE_MS };
    return [
      {
        ...stamp,
        kind: 'statement' as const,
        rows: [
          { key: ['aaaa'], values: { calls: 600, totalMs: 3_000, rows: 6_000 } },
          { key: ['bbbb'], values: { calls: 1, totalMs: 10, rows: 60 } },
        ],
      },
      {
        ...stamp,
        kind: 'table' as const,
        rows: [{ key: ['public', 'products'], values: { rowsUpdated: 60 } }],
      },
    ];
  });
  await writer.append(minutes.flat());
  await writer.maintain(nowMs);
  await writer.release();
}
