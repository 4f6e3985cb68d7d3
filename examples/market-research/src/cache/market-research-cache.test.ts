import pg from 'pg';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openCache } from '../../../../test/integration/cache/caches.ts';
import { createDatabase, type TestDatabase } from '../../../../test/support/index.ts';
import { startRedis, type TestRedis } from '../../../../test/support/redis.ts';
import { createMarketResearch } from '../create.ts';
import { userId } from '../generate/values.ts';
import { createMarketResearchCache, type MarketResearchCache } from './market-research-cache.ts';
import type { FoundProduct, ProductSearch } from './reads.ts';

const [USER, OTHER_USER] = [userId(0), userId(1)] as const;

let db: TestDatabase;
let redis: TestRedis;

beforeAll(async () => {
  db = await createDatabase();
  await createMarketResearch({ url: db.url, scale: 0.01 });
  redis = await startRedis();
});
afterAll(async () => {
  await redis.close();
  await db.close();
});

/** The product's cache as one process of the application has it, and how often it went to the database. */
async function openProcess(namespace: string): Promise<{
  readonly research: MarketResearchCache;
  readonly readsCount: () => number;
}> {
  const pool = new pg.Pool({ connectionString: db.url, max: 4 });
  let acquired = 0;
  pool.on('acquire', () => {
    acquired += 1;
  });
  onTestFinished(() => pool.end());
  const cache = await openCache(redis.url, { namespace });
  return { research: createMarketResearchCache({ cache, pool }), readsCount: () => acquired };
}

const CATEGORIES = ['cat-001', 'cat-002', 'cat-003'];

function searchFor(query: string): ProductSearch {
  return { query, categories: CATEGORIES, minPrice: 0, maxPrice: 1_000 };
}

async function firstOf(research: MarketResearchCache, query: string): Promise<FoundProduct> {
  const [product] = await research.productSearch(searchFor(query));
  if (product === undefined) throw new Error('the search found nothing');
  return product;
}

/** A query whose results do not hold the product. */
async function queryWithout(product: FoundProduct): Promise<string> {
  const [found] = await db.query<{ query: string }>(
    `select 'query ' || n as query from generate_series(1, 400) n where not exists (
      select 1 from product_search_results where search_query_hash = md5('query ' || n) and product_id = $1) and exists (
      select 1 from product_search_results where search_query_hash = md5('query ' || n)) limit 1`,
    [product.id],
  );
  return found?.query ?? '';
}

describe('the cache of the market research', () => {
  test('answers again without the database, in this process and in the next', async () => {
    const first = await openProcess('hits');
    const second = await openProcess('hits');
    const readAll = ({ research }: typeof first): Promise<readonly unknown[]> =>
      Promise.all([
        research.product('7'),
        research.productSearch(searchFor('query 1')),
        research.marketAnalysis(['cat-001', 'cat-002']),
        research.userHistory(USER),
        research.userAnalyses(USER),
      ]);
    const loaded = await readAll(first);
    expect(loaded.map((rows) => (Array.isArray(rows) ? rows.length > 0 : rows !== null))).toEqual(
      Array.from({ length: 5 }, () => true),
    );
    expect(first.readsCount()).toBe(5);
    expect(await readAll(first)).toEqual(loaded);
    expect(await readAll(second)).toEqual(loaded);
    expect([first.readsCount(), second.readsCount()]).toEqual([5, 0]);
  });

  test('takes the same categories in another order for the same question', async () => {
    const { research, readsCount } = await openProcess('order');
    const search = searchFor('query 1');
    await research.productSearch(search);
    await research.productSearch({ ...search, categories: search.categories.toReversed() });
    await research.marketAnalysis(['cat-001', 'cat-002']);
    await research.marketAnalysis(['cat-002', 'cat-001', 'cat-001']);
    expect(readsCount()).toBe(2);
    await research.productSearch({ ...search, offset: 20 });
    expect(readsCount()).toBe(3);
  });

  test('keeps a product search for one hour and a market analysis for two', async () => {
    const { research } = await openProcess('ttl');
    const longestMs = async (): Promise<number> => {
      const keys = (await redis.call('keys', 'pgc:*ttl*:v:*')) as string[];
      const left = await Promise.all(keys.map((key) => redis.call('pttl', key)));
      return Math.max(...left.map(Number));
    };
    await research.productSearch(searchFor('query 1'));
    expect(await longestMs()).toBeGreaterThan(3_590_000);
    expect(await longestMs()).toBeLessThanOrEqual(3_600_000);
    await research.marketAnalysis(['cat-001']);
    expect(await longestMs()).toBeGreaterThan(7_190_000);
    expect(await longestMs()).toBeLessThanOrEqual(7_200_000);
  });

  test('shows a new price in the searches that the product appears in, and reads no other search again', async () => {
    const [writer, reader] = [await openProcess('price'), await openProcess('price')];
    const product = await firstOf(writer.research, 'query 1');
    const others = [
      searchFor(await queryWithout(product)),
      { ...searchFor('query 1'), categories: CATEGORIES.filter((category) => category !== product.category) },
    ];
    for (const other of others) await writer.research.productSearch(other);
    await writer.research.product(product.id);
    await db.query('update products set price = 999.99 where id = $1', [product.id]);
    await writer.research.invalidateProduct(product.id, [product.category]);
    for (const { research, readsCount } of [writer, reader]) {
      const before = readsCount();
      for (const other of others) await research.productSearch(other);
      expect(readsCount()).toBe(before);
      const found = await research.productSearch(searchFor('query 1'));
      expect(found.find(({ id }) => id === product.id)?.price).toBe('999.99');
      expect((await research.product(product.id))?.price).toBe('999.99');
    }
  });

  test('shows a product in the search of its new category, and in one of all categories no longer as it was', async () => {
    const { research } = await openProcess('moved');
    const product = await firstOf(research, 'query 3');
    const moved = { ...searchFor('query 3'), categories: ['cat-200'] };
    const all = await db.query<{ category: string }>('select distinct category from products');
    const everywhere = { ...searchFor('query 3'), categories: all.map(({ category }) => category) };
    expect(everywhere.categories.length).toBeGreaterThan(32);
    const idsOf = async (search: ProductSearch): Promise<readonly string[]> =>
      (await research.productSearch(search))
        .filter(({ id }) => id === product.id)
        .map(({ category }) => category);
    expect(await idsOf(everywhere)).toContain(product.category);
    expect(await idsOf(moved)).toEqual([]);
    await db.query(`update products set category = 'cat-200' where id = $1`, [product.id]);
    await research.invalidateProduct(product.id, [product.category, 'cat-200']);
    expect(new Set(await idsOf(moved))).toEqual(new Set(['cat-200']));
    expect(await idsOf(everywhere)).not.toContain(product.category);
    expect(await idsOf(searchFor('query 3'))).toEqual([]);
  });

  test('shows results that were ranked anew', async () => {
    const { research } = await openProcess('ranked');
    const before = await research.productSearch(searchFor('query 2'));
    await db.query(`insert into product_search_results (product_id, search_query_hash, relevance_score)
      select id, md5('query 2'), 2 from products where category = 'cat-001' limit 1`);
    expect(await research.productSearch(searchFor('query 2'))).toEqual(before);
    await research.invalidateSearches(['query 2']);
    expect((await research.productSearch(searchFor('query 2')))[0]?.relevance).toBe(2);
  });

  test('forgets one user alone', async () => {
    const { research, readsCount } = await openProcess('user');
    await research.userHistory(USER);
    await research.userAnalyses(USER);
    const other = await research.userHistory(OTHER_USER);
    await db.query(
      `insert into product_searches (user_id, query, results_count) values ($1, 'just now', 1), ($2, 'just now', 1)`,
      [USER, OTHER_USER],
    );
    await research.invalidateUser(USER);
    expect((await research.userHistory(USER))[0]?.query).toBe('just now');
    await research.userAnalyses(USER);
    expect(readsCount()).toBe(5);
    expect(await research.userHistory(OTHER_USER)).toEqual(other);
    expect(readsCount()).toBe(5);
  });
});
