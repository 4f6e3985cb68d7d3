import { md5Hex } from '../generate/values.ts';

/** A search of more categories than this depends on all of them: an entry carries at most 32 tags. */
const MAXIMUM_CATEGORIES = 30;
const ANY_CATEGORY = '*';

/** Names what depends on one product. */
export function productTag(productId: string): string {
  return `product:${productId}`;
}

/** Names the searches of one query, whatever their filters. */
export function searchTag(hash: string): string {
  return `search:${hash}`;
}

/** Gives the tags of a search, which depends on its query's products of its categories alone. */
export function searchTags(hash: string, categories: readonly string[]): readonly string[] {
  const all = categories.length > MAXIMUM_CATEGORIES ? [ANY_CATEGORY] : categories;
  return [searchTag(hash), ...all.map((category) => categoryTag(hash, category))];
}

/** Gives the tags of all searches of a query that a product of a category may appear in. */
export function searchTagsOf(hash: string, category: string): readonly string[] {
  return [categoryTag(hash, category), categoryTag(hash, ANY_CATEGORY)];
}

/** Hashes a query as `product_search_results` does. */
export function queryHash(query: string): string {
  return md5Hex(query);
}

function categoryTag(hash: string, category: string): string {
  return `${searchTag(hash)}:${category}`;
}
