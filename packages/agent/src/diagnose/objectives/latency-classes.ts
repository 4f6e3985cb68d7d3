/** Statements that have a limit of their own. */
export interface LatencyClass {
  /** `product-search`; the objective is called `objective/p95-product-search`. */
  readonly name: string;
  /** Part of the texts of its statements, in lower case. */
  readonly pattern: string;
  readonly limitMs: number;
}

/**
 * Reads classes written as `product-search: product_search_results <= 100; market: market_metrics <= 500`.
 * @returns the classes, or the part that is none
 */
export function parseLatencyClasses(
  text: string,
): { readonly classes: readonly LatencyClass[] } | { readonly wrong: string } {
  const classes: LatencyClass[] = [];
  for (const part of text.split(';').map((one) => one.trim())) {
    if (part === '') continue;
    const match = /^([a-z][a-z0-9-]*)\s*:\s*(.+?)\s*<=\s*(\d+(?:\.\d+)?)\s*(?:ms)?$/i.exec(part);
    if (match === null) return { wrong: part };
    const [, name = '', pattern = '', limit = ''] = match;
    classes.push({ name: name.toLowerCase(), pattern: pattern.toLowerCase(), limitMs: Number(limit) });
  }
  return { classes };
}
