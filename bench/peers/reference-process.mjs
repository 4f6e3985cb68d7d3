/**
 * One of several processes of an application under the mixed load of the reference workload, as fast as it can. Arguments:
 * JSON of its options, which of the processes it is. Says `ready`, waits for a line, warms up, measures, then prints what it
 * measured.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { createCache } from '@pgsteward/cache';
import { redisStore } from '@pgsteward/cache/redis';
import { createMarketResearchCache, reads } from '@pgsteward/market-research/cache';
import { Redis } from 'ioredis';
import pg from 'pg';

const [, , options, processIndex] = process.argv;
const { isCached, redisUrl, databaseUrl, processes, lanes, warmUpMs, settleMs, durationMs, volumes } =
  JSON.parse(options);
const pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
const cache = createCache({
  namespace: 'reference',
  // What it reads may be an hour old: a message that was lost may cost a minute.
  l1: { maxEntries: 200_000, maxBytes: 268_435_456, maxAgeMs: 60_000 },
  l2: redisStore({ client: new Redis(redisUrl), timeoutMs: 1_000 }),
});
const research = createMarketResearchCache({ cache, pool });
const FILTER_TTL_MS = 300_000;

const users = Array.from({ length: volumes.users }, (_, user) =>
  createHash('md5')
    .update(`user ${user}`)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
);

// What is asked for, with the skew of the reference workload: products evenly, users by a square, queries Zipf 1.05.
const below = (size) => Math.floor(Math.random() * size);
const productId = () => String(1 + below(volumes.products));
const userId = () => users[Math.floor(Math.random() ** 2 * users.length)];
const query = () => {
  const exponent = -0.05;
  const mass = ((volumes.queries + 1) ** exponent - 1) * Math.random() + 1;
  return `query ${Math.min(volumes.queries, Math.floor(mass ** (1 / exponent)))}`;
};
const PRICES = { minPrice: 10, maxPrice: 100 };
const searchCategories = (index) => [`cat-00${1 + index}`, 'cat-001', 'cat-002'];
const search = () => ({
  query: query(),
  categories: searchCategories(below(9)),
  ...PRICES,
});
const categories = () => [`cat-0${1 + below(9)}1`, 'cat-001', 'cat-002'];
const BRANDS = 1_500;
const filterOf = (brand) => JSON.stringify({ category: 'cat-150', brand: `brand-${500 + brand}` });
const filters = () => filterOf(below(BRANDS));

const filterSearch = (filter) => ({
  name: 'filter-search',
  // Materialized, so that a generic plan cannot walk the time index for a rare brand.
  text: `with matching as materialized (
  select id, user_id, query, search_timestamp::text from product_searches where filters @> $1::jsonb
)
select * from matching order by search_timestamp desc limit 50`,
  values: [filter],
});
const marketMetrics = (chosen) => ({
  name: 'market-metrics',
  text: `select category, product_count, avg_price, median_price, avg_rating from market_metrics_90d
where category = any($1) order by product_count desc`,
  values: [chosen],
});

/** What the application reads through its cache. */
const cachedReads = [
  [40, () => research.product(productId())],
  [25, () => research.userHistory(userId())],
  [15, () => research.productSearch(search())],
  [10, () => research.userAnalyses(userId())],
  [8, () => research.marketAnalysis(categories())],
  [2, () => cachedFilterSearch(filters())],
];

function cachedFilterSearch(filter) {
  const load = async () => (await pool.query(filterSearch(filter))).rows;
  return cache.wrap(['filter_search', filter], { ttlMs: FILTER_TTL_MS }, load);
}

/** Everything that is ever asked for, once: what an hour of this load has in the cache. */
function* everyRead() {
  for (let id = 1; id <= volumes.products; id += 1) yield () => research.product(String(id));
  for (const user of users) {
    yield () => research.userHistory(user);
    yield () => research.userAnalyses(user);
  }
  for (let rank = 1; rank <= volumes.queries; rank += 1) {
    for (let index = 0; index < 9; index += 1) {
      const categories = searchCategories(index);
      yield () => research.productSearch({ query: `query ${rank}`, categories, ...PRICES });
    }
  }
  // Last, for they are the first to be old.
  for (let brand = 0; brand < BRANDS; brand += 1) yield () => cachedFilterSearch(filterOf(brand));
}

/** Reads this process's share of everything, for as long as it may take. */
async function warmUp() {
  const endMs = performance.now() + warmUpMs;
  let index = -1;
  const all = everyRead();
  const lane = async () => {
    for (const read of all) {
      index += 1;
      if (performance.now() >= endMs) return;
      if (index % processes === Number(processIndex)) await read();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** The same without a cache, where the expert of the state `as-tuned` reads a materialized view for the analyses. */
const plainReads = [
  [40, () => pool.query(reads.product(productId()).statement)],
  [25, () => pool.query(reads.userHistory(userId()).statement)],
  [15, () => pool.query(reads.productSearch(search()).statement)],
  [10, () => pool.query(reads.userAnalyses(userId()).statement)],
  [8, () => pool.query(marketMetrics(categories()))],
  [2, () => pool.query(filterSearch(filters()))],
];

/** One operation in a hundred writes, and invalidates what it changed after the commit. */
const WRITES_RATIO = 0.01;
const writes = [
  [
    40,
    async () => {
      const user = userId();
      await pool.query(
        `insert into product_searches (user_id, query, filters, results_count, processing_time_ms)
values ($1, $2, $3, $4, $5)`,
        [user, query(), filters(), below(99), 5 + below(300)],
      );
      if (isCached) await research.invalidateUser(user);
    },
  ],
  [
    30,
    async () => {
      const user = userId();
      await pool.query(
        `insert into market_analyses (user_id, product_keywords, analysis_type) values ($1, $2, 'price')`,
        [user, JSON.stringify([`kw${1 + below(5_000)}`])],
      );
      if (isCached) await research.invalidateUser(user);
    },
  ],
  [
    30,
    async () => {
      const id = productId();
      const { rows } = await pool.query('update products set price = $2 where id = $1 returning category', [
        id,
        1 + below(50_000) / 100,
      ]);
      if (isCached) await research.invalidateProduct(id, [rows[0].category]);
    },
  ],
];

function pick(weighted) {
  let rest = below(100);
  for (const [weight, operation] of weighted) {
    rest -= weight;
    if (rest < 0) return operation;
  }
  return weighted[0][1];
}

async function lane(endMs, record) {
  for (;;) {
    // A hit in the process waits for nothing: without this no socket would be read.
    await setImmediate();
    const beginMs = performance.now();
    if (beginMs >= endMs) return;
    await pick(Math.random() < WRITES_RATIO ? writes : isCached ? cachedReads : plainReads)();
    record(performance.now() - beginMs);
  }
}

async function load(forMs, record) {
  const endMs = performance.now() + forMs;
  await Promise.all(Array.from({ length: lanes }, () => lane(endMs, record)));
}

await cache.ready(30_000);
process.stdout.write('ready\n');
await once(createInterface(process.stdin), 'line');
if (isCached) await warmUp();
await load(settleMs, () => undefined);
const before = cache.stats();
const latenciesMs = [];
const beginMs = performance.now();
const begin = process.cpuUsage();
await load(durationMs, (latencyMs) => latenciesMs.push(latencyMs));
const seconds = (performance.now() - beginMs) / 1_000;
const { user, system } = process.cpuUsage(begin);
const after = cache.stats();
const sorted = Float64Array.from(latenciesMs).sort();
const at = (share) => sorted[Math.ceil(share * sorted.length) - 1];
const report = {
  queriesCount: sorted.length,
  queriesPerSecond: sorted.length / seconds,
  p50Ms: at(0.5),
  p95Ms: at(0.95),
  p99Ms: at(0.99),
  cpuRatio: (user + system) / 1e6 / seconds,
  l1Hits: after.l1Hits - before.l1Hits,
  l2Hits: after.l2Hits - before.l2Hits,
  misses: after.misses - before.misses,
  l2Errors: after.l2Errors,
};
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));
