import { below } from '../generate/random.ts';
import type { Operation } from './operation.ts';

const aggregation = `with market_metrics as (
  select pc.category, count(*) as product_count, avg(p.price) as avg_price,
         percentile_cont(0.5) within group (order by p.price) as median_price, avg(p.review_rating) as avg_rating
  from products p join product_categories pc on p.id = pc.product_id
  where p.created_at >= now() - interval '90 days' and pc.category = any($1)
  group by pc.category
)
select * from market_metrics order by product_count desc`;

/** What a well-written market-research application asks and writes; the specification's queries come first. */
export const operations: readonly Operation[] = [
  {
    name: 'product-search',
    summary: 'Q1: results of a query within categories and a price range, best first',
    statements: ({ query, category, random }) => [
      {
        text: `select p.id, p.title, p.price, p.category, ps.relevance_score
from products p join product_search_results ps on p.id = ps.product_id
where ps.search_query_hash = md5($1) and p.category = any($2) and p.price between $3 and $4
order by ps.relevance_score desc, p.created_at desc limit $5 offset $6`,
        values: [query(), [category(), category(), category()], 10, 100, 20, random() < 0.9 ? 0 : 20],
      },
    ],
  },
  {
    name: 'market-analysis',
    summary: 'Q2: metrics of five categories over 90 days, aggregated on demand',
    statements: ({ category }) => [{ text: aggregation, values: [Array.from({ length: 5 }, category)] }],
  },
  {
    name: 'market-metrics',
    summary: 'Q2 from the materialized view (as tuned only)',
    statements: ({ category }) => [
      {
        text: `select category, product_count, avg_price, median_price, avg_rating from market_metrics_90d
where category = any($1) order by product_count desc`,
        values: [Array.from({ length: 5 }, category)],
      },
    ],
  },
  {
    name: 'user-history',
    summary: 'Q3: latest searches of a user',
    statements: ({ user }) => [
      {
        text: `select id, query, results_count, search_timestamp from product_searches
where user_id = $1 order by search_timestamp desc limit 20`,
        values: [user()],
      },
    ],
  },
  {
    name: 'user-activity',
    summary: 'Q4: searches of a user by day over 30 days',
    statements: ({ user }) => [
      {
        text: `select date_trunc('day', search_timestamp) as day, count(*), avg(processing_time_ms)
from product_searches where user_id = $1 and search_timestamp >= now() - interval '30 days' group by 1 order by 1`,
        values: [user()],
      },
    ],
  },
  {
    name: 'filter-search',
    summary: 'Q5: searches whose filters hold a category and a brand',
    // Materialized, so that a generic plan cannot walk the time index for a rare brand.
    statements: ({ category, random }) => [
      {
        text: `with matching as materialized (
  select id, user_id, query, search_timestamp from product_searches where filters @> $1::jsonb
)
select * from matching order by search_timestamp desc limit 50`,
        values: [JSON.stringify({ category: category(), brand: `brand-${500 + below(random, 1_500)}` })],
      },
    ],
  },
  {
    name: 'popular-queries',
    summary: 'Q6: most frequent queries of 7 days',
    statements: () => [
      {
        text: `select query, count(*), avg(processing_time_ms) from product_searches
where search_timestamp >= now() - interval '7 days' group by query order by 2 desc limit 20`,
      },
    ],
  },
  {
    name: 'pending-analyses',
    summary: 'Q7: oldest pending analyses',
    statements: () => [
      {
        text: `select id, user_id, analysis_type from market_analyses
where status = 'pending' order by created_at limit 10`,
      },
    ],
  },
  {
    name: 'user-analyses',
    summary: 'Q8: latest completed analyses of a user',
    statements: ({ user }) => [
      {
        text: `select id, analysis_type, created_at, processing_duration from market_analyses
where user_id = $1 and status = 'completed' order by created_at desc limit 10`,
        values: [user()],
      },
    ],
  },
  {
    name: 'analysis-durations',
    summary: 'Q9: durations by type over 30 days',
    statements: () => [
      {
        text: `select analysis_type, count(*), avg(processing_duration),
       percentile_cont(0.95) within group (order by processing_duration)
from market_analyses where status = 'completed' and created_at >= now() - interval '30 days' group by 1`,
      },
    ],
  },
  {
    name: 'keyword-analyses',
    summary: 'Q10: latest analyses of a keyword',
    statements: ({ random, shape }) => [
      {
        text: `select id, created_at from market_analyses where product_keywords @> $1::jsonb
order by created_at desc limit 20`,
        values: [JSON.stringify([`kw${1 + below(random, shape.keywords)}`])],
      },
    ],
  },
  {
    name: 'product-point',
    summary: 'Q11: one product by its key',
    statements: ({ product }) => [
      { text: 'select id, title, price, category from products where id = $1', values: [product()] },
    ],
  },
  {
    name: 'record-search',
    summary: 'inserts a search',
    statements: ({ user, query, category, random }) => [
      {
        text: `insert into product_searches (user_id, query, filters, results_count, processing_time_ms)
values ($1, $2, $3, $4, $5)`,
        values: [
          user(),
          query(),
          JSON.stringify({ category: category() }),
          below(random, 99),
          5 + below(random, 300),
        ],
      },
    ],
  },
  {
    name: 'request-analysis',
    summary: 'inserts a pending analysis',
    statements: ({ user, random, shape }) => [
      {
        text: `insert into market_analyses (user_id, product_keywords, analysis_type) values ($1, $2, 'price')`,
        values: [user(), JSON.stringify([`kw${1 + below(random, shape.keywords)}`])],
      },
    ],
  },
  {
    name: 'complete-analysis',
    summary: 'completes the oldest pending analysis that no other session holds',
    statements: ({ random }) => [
      {
        text: `update market_analyses set status = 'completed', completed_at = now(), processing_duration = $1
where id = (select id from market_analyses where status = 'pending' order by created_at limit 1 for update skip locked)`,
        values: [random() * 90],
      },
    ],
  },
  {
    name: 'update-stock',
    summary: 'updates the stock of one product',
    statements: ({ random }) => [
      {
        text: 'update stock_levels set quantity = $2 where item_id = $1',
        values: [1 + below(random, 6_000), below(random, 100)],
      },
    ],
  },
];
