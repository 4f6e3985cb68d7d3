import { describe, expect, it } from 'vitest';
import type { Mirror, MirrorDdl, RelationStatistics } from '../types.ts';
import { compareMirrors } from './compare-mirrors.ts';

const orders = { schema: 'public', name: 'orders' };

const ddl = (
  kind: MirrorDdl['kind'],
  name: string,
  table: MirrorDdl['table'],
  sql = `${kind} ${name}`,
): MirrorDdl => ({
  kind,
  schema: 'public',
  name,
  table,
  sql,
});

const index: RelationStatistics = {
  schema: 'public',
  name: 'orders_a',
  kind: 'i',
  method: 'btree',
  pages: 30,
  rows: 500,
  allVisiblePages: 0,
  allFrozenPages: null,
  fileBlocks: 30,
  treeHeight: 1,
  table: orders,
};

const mirror: Mirror = {
  schema: 'pgsteward/mirror@1',
  takenAt: '2026-01-01T00:00:00Z',
  isRedacted: false,
  server: {
    versionNumber: 180_004,
    version: '18.4',
    database: 'shop',
    encoding: 'UTF8',
    collation: { provider: 'libc', collate: 'C', ctype: 'C', locale: null },
    blockSizeBytes: 8_192,
    searchPath: ['public'],
  },
  settings: {},
  extensions: [],
  ddl: [
    ddl('function', 'double', null),
    ddl('table', 'orders', orders),
    ddl('table', 'items', { schema: 'public', name: 'items' }),
    ddl('index', 'orders_a', orders),
    ddl('view', 'open', null),
  ],
  relations: [index],
  columns: [],
  extended: [],
  extremes: [{ schema: 'public', table: 'orders', column: 'a', least: '1', greatest: '9' }],
  gaps: [],
};

const changed = (after: Mirror): { tables: string[]; views: string[] } | null => {
  const changes = compareMirrors(mirror, after);
  if (changes === null) return null;
  return { tables: changes.tables.map(({ name }) => name), views: changes.views.map(({ name }) => name) };
};

const withIndex = (change: Partial<RelationStatistics>): Mirror => ({
  ...mirror,
  relations: [{ ...index, ...change }],
});

describe('between two mirrors', () => {
  it('nothing changed when only sizes grew, or something came', () => {
    const none = { tables: [], views: [] };
    expect(changed(mirror)).toEqual(none);
    expect(changed(withIndex({ pages: 40, fileBlocks: 40, treeHeight: 2 }))).toEqual(none);
    const visits = { schema: 'public', name: 'visits' };
    expect(
      changed({ ...mirror, ddl: [...mirror.ddl, ddl('table', 'visits', visits), ddl('view', 'shut', null)] }),
    ).toEqual(none);
  });

  it.each<[string, Mirror]>([
    ['it has another index', { ...mirror, ddl: [...mirror.ddl, ddl('index', 'orders_b', orders)] }],
    ['it lost an index', { ...mirror, ddl: mirror.ddl.filter(({ kind }) => kind !== 'index') }],
    [
      'it is gone',
      { ...mirror, ddl: mirror.ddl.filter(({ table }) => table?.name !== 'orders'), extremes: [] },
    ],
    ['its ends moved', { ...mirror, extremes: mirror.extremes.map((one) => ({ ...one, greatest: '10' })) }],
    ['an index lost blocks', withIndex({ fileBlocks: 29 })],
    ['an index may have lost its levels', withIndex({ treeHeight: null })],
  ])('a table changed when %s', (_, after) => {
    expect(changed(after)).toEqual({ tables: ['orders'], views: [] });
  });

  it('a view changed by its text', () => {
    const views = mirror.ddl.map((one) => (one.kind === 'view' ? { ...one, sql: 'another' } : one));
    expect(changed({ ...mirror, ddl: views })).toEqual({ tables: [], views: ['open'] });
  });

  it('everything changed when a function or the collation did', () => {
    const others = mirror.ddl.map((one) => (one.kind === 'function' ? { ...one, sql: 'another' } : one));
    expect(changed({ ...mirror, ddl: others })).toBeNull();
    const collation = { ...mirror.server.collation, collate: 'de_DE.UTF-8' };
    expect(changed({ ...mirror, server: { ...mirror.server, collation } })).toBeNull();
  });
});
