import { productTag, queryHash, searchTags } from './tags.ts';

/** One read of the application: its statement, what the answer is kept under, what it depends on, for how long. */
export interface CachedRead {
  readonly key: readonly string[];
  readonly tags: readonly string[];
  readonly ttlMs: number;
  readonly statement: { readonly name: string; readonly text: string; readonly values: readonly unknown[] };
}

/** What a user looks for. */
export interface ProductSearch {
  readonly query: string;
  readonly categories: readonly string[];
  readonly minPrice: number;
  readonly maxPrice: number;
  /** Products to give, default 20. */
  readonly limit?: number;
  /** Products to leave out, default 0. */
  readonly offset?: number;
}

/** A product; PostgreSQL's bigint and numeric come as text. */
export interface Product {
  readonly id: string;
  readonly title: string;
  readonly price: string;
  readonly category: string;
}

/** A product that a search has found. */
export interface FoundProduct extends Product {
  readonly relevance: number;
}

/** What the products of one category and the last 90 days come to. */
export interface MarketMetrics {
  readonly category: string;
  readonly productCount: string;
  readonly averagePrice: string;
  readonly medianPrice: number;
  readonly averageRating: string | null;
}

/** A search that a user made. */
export interface PastSearch {
  readonly id: string;
  readonly query: string;
  readonly resultsCount: number;
  readonly searchedAt: string;
}

/** A market analysis that a user has asked for. */
export interface CompletedAnalysis {
  readonly id: string;
  readonly analysisType: string;
  readonly createdAt: string;
  readonly durationSeconds: number | null;
}

const HOUR_MS = 3_600_000;

/** One product by its key. */
export function product(productId: string): CachedRead {
  return {
    key: ['product', productId],
    tags: [productTag(productId)],
    ttlMs: HOUR_MS,
    statement: {
      name: 'product',
      text: 'select id, title, price, category from products where id = $1',
      values: [productId],
    },
  };
}

/** The specification's product search: one hour. */
export function productSearch(search: ProductSearch): CachedRead {
  const { query, minPrice, maxPrice, limit = 20, offset = 0 } = search;
  const categories = inOrder(search.categories);
  const hash = queryHash(query);
  return {
    key: ['product_search', hash, JSON.stringify([categories, minPrice, maxPrice, limit, offset])],
    tags: searchTags(hash, categories),
    ttlMs: HOUR_MS,
    statement: {
      name: 'product-search',
      text: `select p.id, p.title, p.price, p.category, ps.relevance_score as relevance
from products p join product_search_results ps on p.id = ps.product_id
where ps.search_query_hash = $1 and p.category = any($2) and p.price between $3 and $4
order by ps.relevance_score desc, p.created_at desc limit $5 offset $6`,
      values: [hash, categories, minPrice, maxPrice, limit, offset],
    },
  };
}

/** The specification's market analysis: two hours. Without tags, since that is how old it may be whatever is written. */
export function marketAnalysis(given: readonly string[]): CachedRead {
  const categories = inOrder(given);
  return {
    key: ['market_analysis', ...categories],
    tags: [],
    ttlMs: 2 * HOUR_MS,
    statement: {
      name: 'market-analysis',
      text: `select pc.category, count(*) as "productCount", avg(p.price) as "averagePrice",
  percentile_cont(0.5) within group (order by p.price) as "medianPrice", avg(p.review_rating) as "averageRating"
from products p join product_categories pc on p.id = pc.product_id
where p.created_at >= now() - interval '90 days' and pc.category = any($1)
group by pc.category order by count(*) desc`,
      values: [categories],
    },
  };
}

/** A user's latest searches. Times come as text: an answer without dates is shared by its readers as it is. */
export function userHistory(userId: string): CachedRead {
  return ofUser(userId, {
    name: 'user-history',
    text: `select id, query, results_count as "resultsCount", search_timestamp::text as "searchedAt"
from product_searches where user_id = $1 order by search_timestamp desc limit 20`,
  });
}

/** A user's latest completed analyses. */
export function userAnalyses(userId: string): CachedRead {
  return ofUser(userId, {
    name: 'user-analyses',
    text: `select id, analysis_type as "analysisType", created_at::text as "createdAt",
  processing_duration as "durationSeconds"
from market_analyses where user_id = $1 and status = 'completed' order by created_at desc limit 10`,
  });
}

/** All data of a user carries the tag that `invalidateUser` invalidates. */
function ofUser(
  userId: string,
  { name, text }: { readonly name: string; readonly text: string },
): CachedRead {
  return {
    key: ['user_data', userId, name],
    tags: [`u:${userId}`],
    ttlMs: HOUR_MS,
    statement: { name, text, values: [userId] },
  };
}

/** The same categories in another order are the same question. */
function inOrder(categories: readonly string[]): readonly string[] {
  return [...new Set(categories)].sort();
}
