import { below } from '../generate/random.ts';
import type { BoundStatement, Operation } from './operation.ts';

const pageSize = 25;

/** Bad habits of the application as found; each is a planted fault of the manifest or makes one visible. */
export const habits: readonly Operation[] = [
  {
    name: 'category-page',
    summary: 'N+1: lists 25 products, then reads the categories of each with a statement of its own',
    statements: ({ category, product }) => [
      { text: 'begin' },
      {
        text: 'select id, title, price from products where category = $1 order by id limit 25',
        values: [category()],
      },
      ...Array.from(
        { length: pageSize },
        (): BoundStatement => ({
          text: 'select category from product_categories where product_id = $1',
          values: [product()],
        }),
      ),
      { text: 'commit' },
    ],
  },
  {
    name: 'title-contains',
    summary: 'LIKE with a leading wildcard',
    statements: ({ product }) => [
      {
        text: `select id, title from products where title like '%' || $1 || '%' limit 20`,
        values: [`duct ${product()} `],
      },
    ],
  },
  {
    name: 'category-lower',
    summary: 'function on an indexed column',
    statements: ({ category }) => [
      {
        text: 'select count(*), avg(price) from products where lower(category) = $1',
        values: [category()],
      },
    ],
  },
  {
    name: 'product-id-text',
    summary: 'cast on an indexed column',
    statements: ({ product }) => [
      { text: 'select id, review_rating from products where id::text = $1', values: [String(product())] },
    ],
  },
  {
    name: 'product-or',
    summary: 'OR across columns',
    statements: ({ product }) => [
      {
        text: 'select id, review_count from products where id = $1 or title = $2 limit 20',
        values: [product(), `Product ${product()}`],
      },
    ],
  },
  {
    name: 'products-without-results',
    summary: 'NOT IN with a subquery',
    statements: ({ random, shape }) => [
      {
        text: `select id, title, created_at from products where category = $1 and id not in (
  select product_id from product_search_results where created_at >= now() - interval '1 day'
) limit 20`,
        values: [`cat-${String(50 + below(random, shape.categories - 50)).padStart(3, '0')}`],
      },
    ],
  },
  {
    name: 'deep-page',
    summary: 'OFFSET paging far into the catalogue',
    statements: ({ random, shape }) => [
      {
        text: 'select id, title from products order by created_at, id limit 20 offset $1',
        values: [Math.floor(shape.products * (0.5 + random() * 0.45))],
      },
    ],
  },
  {
    name: 'latest-per-user',
    summary: 'a sort too large for the work_mem of the database as found',
    statements: () => [
      {
        text: `select count(*) from (
  select row_number() over (partition by user_id order by search_timestamp desc) as place
  from product_searches where search_timestamp >= now() - interval '180 days'
) latest where place = 1`,
      },
    ],
  },
  {
    name: 'price-preview',
    summary: 'reads inside a transaction that is always rolled back',
    statements: ({ product }) => [
      { text: 'begin' },
      { text: 'select price from products where id = $1', values: [product()] },
      { text: 'rollback' },
    ],
  },
  {
    name: 'page-snapshot',
    summary: 'reads a 16 kB text kept out of line',
    statements: ({ random }) => [
      { text: 'select url, body from page_snapshots where id = $1', values: [1 + below(random, 200)] },
    ],
  },
];
