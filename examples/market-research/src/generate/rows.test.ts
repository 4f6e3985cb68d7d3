import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type GeneratedTable, type GeneratorOptions, generateTables } from './rows.ts';

const base: GeneratorOptions = { scale: 0.02, seed: 42, now: new Date('2026-06-01T00:00:00Z') };

describe('generateTables', () => {
  test('gives the same bytes for the same seed, scale and now, whatever the clock says', () => {
    expect(digest(generateTables(base))).toBe(digest(generateTables(base)));
    // Written down once: a change of the generator changes everybody's data and must be meant.
    expect(digest(generateTables(base))).toMatchInlineSnapshot(
      `"7d4bd7ecae5ac5857314c7bcc3ac57b2956f9791859a3eec1f8c249d6a82cc55"`,
    );
  });

  test('gives other bytes for another seed', () => {
    expect(digest(generateTables({ ...base, seed: 43 }))).not.toBe(digest(generateTables(base)));
  });

  test('makes a chunk without the chunks before it', () => {
    const [searches] = generateTables(base);
    const [again] = generateTables(base);
    searches?.chunk(0);
    const bytes = searches?.chunk(2).bytes ?? Buffer.alloc(0);
    expect(bytes.length).toBeGreaterThan(100_000);
    expect(again?.chunk(2).bytes.equals(bytes)).toBe(true);
  });

  test('keeps the volumes of the scale', () => {
    const rows = new Map(generateTables(base).map((table) => [table.name, table.units]));
    expect(Object.fromEntries(rows)).toEqual({
      product_searches: 20_000,
      products: 2_000,
      product_categories: 2_000,
      product_search_results: 10_000,
      market_analyses: 2_000,
    });
  });

  test('keeps categories unique for a product and the first one equal to products.category', () => {
    const first = new Map(read('products').map((row) => [row[0], row[3]]));
    const pairs = read('product_categories').map((row) => row.join('/'));
    expect(new Set(pairs).size).toBe(pairs.length);
    for (const [product, category] of first) expect(pairs).toContain(`${product}/${category}`);
  });

  test('refers to existing products only', () => {
    for (const [, product] of read('product_search_results')) {
      expect(Number(product)).toBeGreaterThanOrEqual(1);
      expect(Number(product)).toBeLessThanOrEqual(2_000);
    }
  });

  test('orders moments over 730 days before now, clustered by hour and weekday', () => {
    const moments = read('product_searches').map((row) => Date.parse(`${row[5]?.replace(' ', 'T')}Z`));
    const end = base.now.getTime();
    expect(Math.min(...moments)).toBeGreaterThanOrEqual(end - 730 * 86_400_000);
    expect(Math.max(...moments)).toBeLessThan(end);
    expect(moments).toEqual([...moments].sort((one, other) => one - other));
    const hours = new Array<number>(24).fill(0);
    for (const moment of moments) {
      const hour = new Date(moment).getUTCHours();
      hours[hour] = (hours[hour] ?? 0) + 1;
    }
    expect(hours[10] ?? 0).toBeGreaterThan((hours[3] ?? 0) * 8);
  });

  test('skews users, queries and categories', () => {
    const rows = read('product_searches');
    expect(share(rows.map((row) => row[2]))).toBeGreaterThan(0.08);
    expect(share(rows.map((row) => row[1]))).toBeGreaterThan(0.02);
    expect(share(rows.map((row) => row[1]))).toBeLessThan(0.1);
  });

  test('writes valid JSON and version-4 uuids', () => {
    for (const row of read('product_searches').slice(0, 500)) {
      expect(row[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(JSON.parse(row[3] ?? '')).toHaveProperty('category');
    }
    const results = read('market_analyses').map((row) => row[5]);
    for (const text of results) if (text !== '\\N') expect(JSON.parse(text ?? '')).toHaveProperty('series');
  });
});

function read(name: string): readonly (readonly string[])[] {
  const table = generateTables(base).find((candidate) => candidate.name === name);
  const lines = chunksOf(table)
    .map((bytes) => bytes.toString('latin1'))
    .join('')
    .trimEnd()
    .split('\n');
  return lines.map((line) => line.split('\t'));
}

function chunksOf(table: GeneratedTable | undefined): readonly Buffer[] {
  return Array.from(
    { length: table?.chunks ?? 0 },
    (_, index) => table?.chunk(index).bytes ?? Buffer.alloc(0),
  );
}

function digest(tables: readonly GeneratedTable[]): string {
  const hash = createHash('sha256');
  for (const table of tables) for (const bytes of chunksOf(table)) hash.update(bytes);
  return hash.digest('hex');
}

/** Share of the most frequent value. */
function share(values: readonly (string | undefined)[]): number {
  const counts = new Map<string | undefined, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Math.max(...counts.values()) / values.length;
}
