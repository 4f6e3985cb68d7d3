import { describe, expect, it } from 'vitest';
import { type Drift, hasDrifted } from './read-drift.ts';

const table = {
  oid: 16_400,
  pages: 100,
  rows: 5_000,
  allVisiblePages: 100,
  fileBlocks: 100,
  analyzesCount: 3,
};

const drift: Drift = {
  systemIdentifier: '7',
  database: 'shop',
  user: 'monitor',
  version: '18.4',
  schema: 'a',
  settings: 'b',
  tables: [table],
};

describe('a shadow', () => {
  it.each<[string, Partial<typeof table>]>([
    ['nothing', {}],
    ['fewer than a fifth more blocks', { fileBlocks: 119 }],
    ['fewer than a fifth less rows', { rows: 4_001 }],
  ])('still fits after %s', (_, change) => {
    expect(hasDrifted(drift, { ...drift, tables: [{ ...table, ...change }] }, 0.2)).toBe(false);
  });

  it.each<[string, Partial<typeof table>]>([
    ['a fifth more blocks', { fileBlocks: 120 }],
    ['a fifth less rows', { rows: 4_000 }],
    ['pages no longer all visible', { allVisiblePages: 10 }],
    ['an analyze', { analyzesCount: 4 }],
    ['a reset of the counters', { analyzesCount: 0 }],
    ['a table in the place of another', { oid: 16_500 }],
  ])('lies behind after %s', (_, change) => {
    expect(hasDrifted(drift, { ...drift, tables: [{ ...table, ...change }] }, 0.2)).toBe(true);
  });

  it('lies behind after any change of schema or settings, and of an empty table', () => {
    expect(hasDrifted(drift, { ...drift, schema: 'c' }, 0.2)).toBe(true);
    expect(hasDrifted(drift, { ...drift, settings: 'c' }, 0.2)).toBe(true);
    const empty = { ...drift, tables: [{ ...table, rows: 0, fileBlocks: 0 }] };
    const filled = { ...drift, tables: [{ ...table, rows: 0, fileBlocks: 1 }] };
    expect(hasDrifted(empty, empty, 0)).toBe(false);
    expect(hasDrifted(empty, filled, 0.2)).toBe(true);
  });
});
