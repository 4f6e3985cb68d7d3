/**
 * A shop with Hono. A search is kept for an hour and is gone as soon as an order changes what it shows. Whoever has ordered
 * carries the position of that commit for some seconds, and reads nothing older, whichever process answers.
 */
import type { Cache } from '@pgsteward/cache';
import { Hono } from 'hono';
import { getSignedCookie, setSignedCookie } from 'hono/cookie';
import type { Pool } from 'pg';

const HOUR_MS = 3_600_000;
/** Longer than any invalidation takes to reach all processes. */
const OWN_WRITE_SECONDS = 5;

/** What the shop stands on. */
export interface ShopOptions {
  readonly cache: Cache;
  readonly pool: Pool;
  /** Signs the cookie: a position that a client made up would send all its reads to the database. */
  readonly secret: string;
}

/** Creates the shop's routes. */
export function createShop({ cache, pool, secret }: ShopOptions): Hono {
  const shop = new Hono();

  shop.get('/categories/:category/products', async (c) => {
    const { category } = c.req.param();
    const term = c.req.query('q') ?? '';
    const minLsn = await getSignedCookie(c, secret, 'min_lsn');
    const products = await cache.wrap(
      ['search', category, term],
      { tags: [categoryTag(category)], ttlMs: HOUR_MS, ...(minLsn ? { minLsn } : {}) },
      async () => (await pool.query(SEARCH, [category, term])).rows,
    );
    return c.json(products);
  });

  shop.post('/orders', async (c) => {
    const { productId } = await c.req.json<{ readonly productId?: unknown }>();
    if (!Number.isSafeInteger(productId)) return c.json({ error: 'productId is a whole number' }, 400);
    // One statement, which has committed when it answers: now others may be told.
    const { rows } = await pool.query<Order>(ORDER, [productId]);
    const [order] = rows;
    if (order === undefined) return c.json({ error: 'sold out' }, 409);
    await cache.invalidate([categoryTag(order.category), productTag(order.productId)]);
    const at = await pool.query<{ readonly lsn: string }>('select pg_current_wal_insert_lsn() as lsn');
    await setSignedCookie(c, 'min_lsn', at.rows[0]?.lsn ?? '', secret, {
      maxAge: OWN_WRITE_SECONDS,
      httpOnly: true,
      sameSite: 'Lax',
    });
    return c.json({ orderId: order.orderId }, 201);
  });

  return shop;
}

/** Names what shows products of a category. */
export function categoryTag(category: string): string {
  return `category:${category}`;
}

/** Names what shows one product. */
export function productTag(productId: number): string {
  return `product:${productId}`;
}

interface Order {
  readonly orderId: number;
  readonly productId: number;
  readonly category: string;
}

const SEARCH = `
select id, title, price, stock from products
where category = $1 and strpos(lower(title), lower($2)) > 0 order by title, id limit 50`;

const ORDER = `
with taken as (
  update products set stock = stock - 1 where id = $1 and stock > 0 returning id, category
), placed as (
  insert into orders (product_id) select id from taken returning id
)
select placed.id as "orderId", taken.id as "productId", taken.category from taken, placed`;
