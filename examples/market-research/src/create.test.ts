import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  availableMajors,
  createDatabase,
  runOnce,
  type TestDatabase,
  withDatabase,
} from '../../../test/support/index.ts';
import { applyAsTuned, createMarketResearch, type MarketResearchResult } from './create.ts';
import { faults } from './faults.ts';
import type { ProgressStep } from './progress.ts';
import { withSession } from './session.ts';

const index = (name: string): string => `to_regclass('${name}') is not null`;
const column = (table: string, name: string, type: string): string =>
  `format_type((select atttypid from pg_attribute where attrelid = '${table}'::regclass and attname = '${name}'), null) = '${type}'`;
const stats = (table: string, predicate: string): string =>
  `(select ${predicate} from pg_stat_user_tables where relid = '${table}'::regclass)`;
const constraint = (name: string, predicate: string): string =>
  `(select ${predicate} from pg_constraint where conname = '${name}')`;

/** How the catalogue shows each fault that needs neither workload nor sessions, by id and subject. */
const evidence: Readonly<Record<string, string>> = {
  'unused-index product_searches_unread_idx': index('product_searches_unread_idx'),
  'duplicate-index products_category_copy_idx': index('products_category_copy_idx'),
  'redundant-index products_price_idx': index('products_price_idx'),
  'invalid-index search_clicks_token_key': 'exists (select from pg_index where not indisvalid)',
  'unindexed-foreign-key search_clicks_product_id_fkey': `not exists (select from pg_index
    where indrelid = 'search_clicks'::regclass and indkey[0] = 2)`,
  'hot-blocking-index crawl_states_last_crawled_idx': index('crawl_states_last_crawled_idx'),
  'bloated-index search_sessions_token_idx': `pg_relation_size('search_sessions_token_idx') > 1000000`,
  'bloated-table search_sessions': `pg_relation_size('search_sessions') > 6000000`,
  'vacuum-overdue cart_events': stats('cart_events', 'n_dead_tup = 8000 and n_live_tup = 2000'),
  'stale-statistics price_history': `not exists (select from pg_stats where tablename = 'price_history')`,
  'stale-statistics product_ratings': stats('product_ratings', 'n_mod_since_analyze = 2500'),
  'low-fillfactor-gain stock_levels': stats('stock_levels', 'n_tup_upd >= 12000 and n_tup_hot_upd = 0'),
  'sequence-exhaustion shipping_labels_id_seq': `exists (select from pg_sequences
    where sequencename = 'shipping_labels_id_seq' and last_value > max_value * 0.9)`,
  'sequence-behind import_batches_id_seq': `exists (select from pg_sequences
    where sequencename = 'import_batches_id_seq' and last_value < (select max(id) from import_batches))`,
  'missing-future-partition audit_events': `(select count(*) < 7 from pg_inherits where inhparent = 'audit_events'::regclass)`,
  'default-partition-rows delivery_events_default': 'exists (select from delivery_events_default)',
  'wide-row-toast page_snapshots': `(select reltoastrelid = 0 or pg_relation_size(reltoastrelid) > 3000000
    from pg_class where oid = 'page_snapshots'::regclass)`,
  'no-primary-key crawler_log': `not exists (select from pg_index where indrelid = 'crawler_log'::regclass)`,
  'not-validated-constraint price_alerts_threshold_check': constraint(
    'price_alerts_threshold_check',
    'not convalidated',
  ),
  'not-validated-constraint price_alerts_product_id_fkey': constraint(
    'price_alerts_product_id_fkey',
    'not convalidated',
  ),
  'not-validated-constraint product_reviews_product_id_fkey': `exists (select from pg_trigger
    where tgrelid = 'product_reviews'::regclass and tgenabled = 'D')`,
  'orphan-rows price_alerts_product_id_fkey': `exists (select from price_alerts a
    where not exists (select from products p where p.id = a.product_id))`,
  'unlogged-or-fsync-off session_cache': `(select relpersistence = 'u' from pg_class where oid = 'session_cache'::regclass)`,
  'deadlocks $database': '(select deadlocks > 0 from pg_stat_database where datname = current_database())',
  'timestamp-without-zone partner_feeds.received_at': column(
    'partner_feeds',
    'received_at',
    'timestamp without time zone',
  ),
  'json-not-jsonb partner_feeds.payload': column('partner_feeds', 'payload', 'json'),
  'char-padding partner_feeds.sku': column('partner_feeds', 'sku', 'character'),
  'money-type partner_feeds.list_price': column('partner_feeds', 'list_price', 'money'),
  'nullable-unique partner_feeds.external_ref': `not (select attnotnull from pg_attribute
    where attrelid = 'partner_feeds'::regclass and attname = 'external_ref')`,
  'track-io-timing-off track_io_timing': `current_setting('track_io_timing') = 'off'`,
  'settings-review work_mem': `current_setting('work_mem') = '64kB'`,
};

describe.each(availableMajors())('createMarketResearch on PostgreSQL %i', (major) => {
  let db: TestDatabase;
  let created: MarketResearchResult;
  const steps: ProgressStep[] = [];
  const options = { scale: 0.005, now: new Date('2026-06-01T00:00:00Z') };

  beforeAll(async () => {
    db = await createDatabase(major);
    created = await createMarketResearch({ ...options, url: db.url, onProgress: (step) => steps.push(step) });
  });
  afterAll(() => db.close());

  test('loads the volumes of the scale and reports progress to the end', async () => {
    const [counts] = await db.query<
      Readonly<Record<'products' | 'categories', number>>
    >(`select (select count(*)::int from products) as products,
      (select count(*)::int from product_searches) as searches,
      (select count(*)::int from product_search_results) as results,
      (select count(*)::int from market_analyses) as analyses,
      (select count(*)::int from product_categories) as categories`);
    expect(counts).toMatchObject({ products: 500, searches: 5_000, results: 2_500, analyses: 500 });
    expect(created.rows).toBe(8_500 + Number(counts?.categories));
    const loading = steps.filter((step) => step.task === 'loading product_searches');
    expect(loading.at(-1)).toEqual({
      task: 'loading product_searches',
      done: 5_000,
      total: 5_000,
      unit: 'rows',
    });
  });

  test('names every fault that the catalogue can show', () => {
    const expected = faults
      .filter((fault) => fault.needs.length === 0 && !fault.remainsTuned)
      .map((fault) => `${fault.id.replace('diagnose/', '')} ${subjectName(fault)}`);
    expect(Object.keys(evidence).sort()).toEqual(expected.sort());
  });

  test('shows every planted fault, and none once tuned, however often', async () => {
    await expect.poll(() => present(db.url), { timeout: 5_000 }).toEqual(Object.keys(evidence));
    await applyAsTuned(db.url);
    await expect.poll(() => present(db.url), { timeout: 5_000 }).toEqual([]);
    await applyAsTuned(db.url);
    await expect.poll(() => present(db.url), { timeout: 5_000 }).toEqual([]);
  });

  test('names the planted objects that exist', async () => {
    await withDatabase(
      async ({ url, query }) => {
        await createMarketResearch({ ...options, url });
        for (const { subject } of faults) {
          if (subject.kind === 'statement' || subject.schema === '') continue;
          const relation = subject.kind === 'constraint' ? subject.table : subject.name;
          const [found] = await query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [
            `public.${relation}`,
          ]);
          expect([relation, found?.exists]).toEqual([relation, true]);
        }
      },
      { major },
    );
  });

  test('refuses a database that holds the tables already', async () => {
    await expect(createMarketResearch({ ...options, url: db.url })).rejects.toMatchObject({
      code: 'MARKET_RESEARCH.NOT_EMPTY',
    });
  });

  test('cancels a running statement', async () => {
    await withDatabase(
      async ({ url }) => {
        const cancel = new AbortController();
        setTimeout(() => cancel.abort(), 300);
        const sleeping = withSession(url, {}, (client) => client.query('select pg_sleep(60)'), cancel.signal);
        await expect(sleeping).rejects.toThrow(/abort/i);
      },
      { major },
    );
  });

  test('stops at the next chunk when cancelled', async () => {
    await withDatabase(
      async ({ url }) => {
        const cancel = new AbortController();
        const onProgress = (step: ProgressStep): void => {
          if (step.task === 'loading product_searches') cancel.abort();
        };
        const creating = createMarketResearch({ ...options, url, onProgress, signal: cancel.signal });
        await expect(creating).rejects.toThrow(/abort/i);
      },
      { major },
    );
  });
});

/** Ids and subjects of the faults that the database shows, asked in a new session for its settings. */
async function present(url: string): Promise<readonly string[]> {
  const keys = Object.keys(evidence);
  const columns = keys.map((key, place) => `${evidence[key]} as "${place}"`);
  const [row] = await runOnce(url, `select ${columns.join(',\n')}`);
  return keys.filter((_, place) => row?.[String(place)] === true);
}

function subjectName({ subject }: (typeof faults)[number]): string {
  if (subject.kind === 'statement') return subject.matches;
  return subject.column === undefined ? subject.name : `${subject.name}.${subject.column}`;
}
