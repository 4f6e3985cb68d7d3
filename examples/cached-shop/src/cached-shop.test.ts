import { readFileSync } from 'node:fs';
import type { Hono } from 'hono';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, expectTypeOf, it, onTestFinished } from 'vitest';
import { openCache } from '../../../test/integration/cache/caches.ts';
import { createDatabase, type TestDatabase } from '../../../test/support/index.ts';
import { startRedis, type TestRedis } from '../../../test/support/redis.ts';
import { type Catalogue, createCatalogue } from './catalogue.ts';
import { createShop } from './shop.ts';

const SCHEMA = readFileSync(new URL('../shop.sql', import.meta.url), 'utf8');
const COMPUTERS = '/categories/computers/products?q=keyboard';
const KITCHEN = '/categories/kitchen/products';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startRedis();
});
afterAll(() => redis.close());

async function openDatabase(): Promise<TestDatabase> {
  const db = await createDatabase();
  onTestFinished(() => db.close());
  await db.query(SCHEMA);
  return db;
}

/** The shop as one process of it. */
async function openShop({ url, name }: TestDatabase): Promise<{
  readonly shop: Hono;
  readonly catalogue: Catalogue;
  readonly loadsCount: () => number;
}> {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  onTestFinished(() => pool.end());
  const cache = await openCache(redis.url, { namespace: name });
  return {
    shop: createShop({ cache, pool, secret: 'secret' }),
    catalogue: createCatalogue(cache, pool),
    loadsCount: () => cache.stats().loads,
  };
}

async function stockOf(shop: Hono, path: string, cookie = ''): Promise<readonly number[]> {
  const response = await shop.request(path, { headers: { cookie } });
  return ((await response.json()) as readonly { readonly stock: number }[]).map(({ stock }) => stock);
}

function order(shop: Hono, productId: unknown): Promise<Response> {
  return Promise.resolve(shop.request('/orders', { method: 'POST', body: JSON.stringify({ productId }) }));
}

describe('the shop', () => {
  it('searches the database once for all processes', async () => {
    const db = await openDatabase();
    const [one, other] = [await openShop(db), await openShop(db)];
    for (const { shop } of [one, one, other]) expect(await stockOf(shop, COMPUTERS)).toEqual([1, 10]);
    expect([one.loadsCount(), other.loadsCount()]).toEqual([1, 0]);
  });

  it('shows an order in its category, and leaves the others where they are', async () => {
    const { shop, loadsCount } = await openShop(await openDatabase());
    await stockOf(shop, COMPUTERS);
    await stockOf(shop, KITCHEN);
    expect((await order(shop, 1)).status).toBe(201);
    expect(await stockOf(shop, COMPUTERS)).toEqual([1, 9]);
    expect(await stockOf(shop, KITCHEN)).toEqual([5]);
    expect(loadsCount()).toBe(3);
  });

  it('shows an order to who made it, even where the invalidation has not come', async () => {
    const db = await openDatabase();
    const { shop } = await openShop(db);
    const alone = await openShop({ ...db, name: `${db.name}-deaf` });
    expect(await stockOf(alone.shop, COMPUTERS)).toEqual([1, 10]);
    const cookie = (await order(shop, 1)).headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/Max-Age=5;.*HttpOnly/);
    expect(await stockOf(alone.shop, COMPUTERS)).toEqual([1, 10]);
    const forged = 'min_lsn=FFFFFFFF%2FFFFFFFFF.forged';
    expect(await stockOf(alone.shop, COMPUTERS, forged)).toEqual([1, 10]);
    expect(await stockOf(alone.shop, COMPUTERS, cookie.split(';')[0])).toEqual([1, 9]);
  });

  it('sells nothing twice, and refuses what is no product', async () => {
    const { shop } = await openShop(await openDatabase());
    expect((await order(shop, 2)).status).toBe(201);
    expect((await order(shop, 2)).status).toBe(409);
    expect((await order(shop, 'all')).status).toBe(400);
  });
});

describe('the catalogue', () => {
  it('reads what Kysely builds through the cache, with its types', async () => {
    const { shop, catalogue, loadsCount } = await openShop(await openDatabase());
    await order(shop, 1);
    const read = await catalogue.bestSellers('computers');
    expectTypeOf(read).toEqualTypeOf<readonly { readonly title: string; readonly ordersCount: string }[]>();
    expect(read).toEqual([{ title: 'Wireless keyboard', ordersCount: '1' }]);
    expect(await catalogue.bestSellers('computers')).toBe(read);
    expect(loadsCount()).toBe(1);
  });

  it('shows an order in what it changed, and reads nothing else again', async () => {
    const { shop, catalogue, loadsCount } = await openShop(await openDatabase());
    const stocks = async (): Promise<unknown> =>
      (await Promise.all([catalogue.product(1), catalogue.product(3)])).map((product) => product?.stock);
    expect(await stocks()).toEqual([10, 5]);
    await order(shop, 1);
    expect(await stocks()).toEqual([9, 5]);
    expect(loadsCount()).toBe(3);
  });
});
