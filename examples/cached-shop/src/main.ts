import { serve } from '@hono/node-server';
import { createCache, prometheusText } from '@pgsteward/cache';
import { redisStore } from '@pgsteward/cache/redis';
import { Redis } from 'ioredis';
import { Pool } from 'pg';
import { createCatalogue } from './catalogue.ts';
import { createShop } from './shop.ts';

const {
  DATABASE_URL,
  REDIS_URL = 'redis://127.0.0.1:6379',
  COOKIE_SECRET = 'only for trying out',
} = process.env;

const pool = new Pool({ connectionString: DATABASE_URL });
const cache = createCache({ namespace: 'shop', l2: redisStore({ client: new Redis(REDIS_URL) }) });
const catalogue = createCatalogue(cache, pool);

const shop = createShop({ cache, pool, secret: COOKIE_SECRET })
  .get('/categories/:category/best-sellers', async (c) => {
    return c.json(await catalogue.bestSellers(c.req.param('category')));
  })
  .get('/metrics', (c) => c.text(prometheusText([cache.stats()])));

serve({ fetch: shop.fetch, hostname: '127.0.0.1', port: 3000 });
