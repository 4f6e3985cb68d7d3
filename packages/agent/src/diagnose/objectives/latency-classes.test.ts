import { describe, expect, it } from 'vitest';
import { parseLatencyClasses } from './latency-classes.ts';

describe('classes of statements with limits of their own', () => {
  it('are read by name, part of the text and limit', () => {
    expect(
      parseLatencyClasses('product-search: product_search_results <= 100; market: Market_Metrics <= 500 ms;'),
    ).toEqual({
      classes: [
        { name: 'product-search', pattern: 'product_search_results', limitMs: 100 },
        { name: 'market', pattern: 'market_metrics', limitMs: 500 },
      ],
    });
    expect(parseLatencyClasses('')).toEqual({ classes: [] });
  });

  it('are refused with the part that is wrong', () => {
    expect(parseLatencyClasses('a: x <= 1; b = 7')).toEqual({ wrong: 'b = 7' });
  });
});
