/**
 * The same shop's catalogue with Kysely. A query is compiled and read through a cache of statements, which takes its key from
 * the statement; no plugin is needed, and the rows have the type that Kysely gives them.
 */
import type { Cache } from '@pgsteward/cache';
import { createSqlCache, type SqlCache, type SqlOptions } from '@pgsteward/cache/sql';
import { type Compilable, type Generated, Kysely, PostgresDialect } from 'kysely';
import type { Pool } from 'pg';
import { categoryTag, productTag } from './shop.ts';

/** Reads a query through the cache. Rows are frozen: other readers share them. */
async function readCached<Row>(
  sql: SqlCache,
  query: Compilable<Row>,
  options?: SqlOptions,
): Promise<readonly Row[]> {
  const { sql: text, parameters } = query.compile();
  return (await sql.query<Row>(text, parameters, options)).rows;
}

/** The shop's tables, as `shop.sql` makes them. */
export interface ShopTables {
  readonly products: {
    readonly id: Generated<number>;
    readonly title: string;
    readonly category: string;
    /** PostgreSQL's numeric, as text. */
    readonly price: string;
    readonly stock: number;
  };
  readonly orders: { readonly id: Generated<number>; readonly product_id: number };
}

/** Reads of the catalogue. */
export interface Catalogue {
  /** Gives a product that some order may just have taken. */
  product(id: number): Promise<{ readonly title: string; readonly stock: number } | undefined>;
  /** Gives a category's products by orders, most first. */
  bestSellers(category: string): Promise<readonly { readonly title: string; readonly ordersCount: string }[]>;
}

/** Creates the catalogue. */
export function createCatalogue(cache: Cache, pool: Pool): Catalogue {
  const db = new Kysely<ShopTables>({ dialect: new PostgresDialect({ pool }) });
  const sql = createSqlCache({ cache, pool });
  return {
    async product(id) {
      const query = db.selectFrom('products').select(['title', 'stock']).where('id', '=', id);
      const [product] = await readCached(sql, query, { tags: [productTag(id)] });
      return product;
    },
    bestSellers(category) {
      const query = db
        .selectFrom('products')
        .innerJoin('orders', 'orders.product_id', 'products.id')
        .where('category', '=', category)
        .groupBy('products.id')
        .select(({ fn }) => ['title', fn.countAll<string>().as('ordersCount')])
        .orderBy('ordersCount', 'desc')
        .limit(10);
      return readCached(sql, query, { tags: [categoryTag(category)], ttlMs: 60_000 });
    },
  };
}
