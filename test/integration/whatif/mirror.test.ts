import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { unwrap } from '../../../packages/agent/src/kernel/index.ts';
import { type Mirror, readMirrorFile, writeMirrorFile } from '../../../packages/agent/src/whatif/index.ts';
import {
  availableMajors,
  createDatabase,
  type TestDatabase,
  temporaryDirectory,
  useIndexes,
  withDatabase,
} from '../../support/index.ts';
import { gapIds, mirrorOf } from './mirror-reading.ts';
import { RICH_ROWS, RICH_SCHEMA, readCatalogue } from './mirror-schema.ts';

describe.each([...availableMajors()])('a mirror of PostgreSQL %i', (major) => {
  let db: TestDatabase;
  let mirror: Mirror;

  beforeAll(async () => {
    db = await createDatabase(major);
    await db.query(RICH_SCHEMA);
    await db.query(RICH_ROWS);
    await useIndexes(db);
    mirror = await mirrorOf(db.url);
  });

  afterAll(() => db.close());

  it('has no gap that the schema does not explain', () => {
    expect(gapIds(mirror), JSON.stringify(mirror.gaps)).toEqual([]);
  });

  it('makes the same schema of an empty database, each statement at the first try', async () => {
    await withDatabase(
      async (copy) => {
        await copy.query('set check_function_bodies = off; set search_path = pg_catalog');
        for (const { sql } of mirror.ddl) {
          await copy.query(sql).catch((error: unknown) => {
            throw new Error(`${String(error)} in ${sql}`);
          });
        }
        const [made, wanted] = [await readCatalogue(copy), await readCatalogue(db)];
        for (const [part, rows] of Object.entries(wanted)) {
          expect(rows.length, part).toBeGreaterThan(0);
          expect(made[part], part).toEqual(rows);
        }
      },
      { major },
    );
  });

  it('holds what the planner sizes each relation by', async () => {
    const rows = await db.query<{
      schema: string;
      name: string;
      pages: number;
      rows: number;
      blocks: number;
    }>(`
      select n.nspname as schema, c.relname as name, c.relpages as pages, c.reltuples::float8 as rows,
        (pg_relation_size(c.oid) / 8192)::int as blocks
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where c.relkind in ('r', 'm', 'i') and n.nspname in ('public', 'we;ird "schema"')`);
    expect(rows.length).toBeGreaterThan(30);
    for (const { schema, name, pages, rows: count, blocks } of rows) {
      const found = mirror.relations.find((one) => one.schema === schema && one.name === name);
      expect(found, name).toMatchObject({ pages, rows: count, fileBlocks: blocks });
    }
  });

  it('holds every row of pg_stats, of expressions of indexes and extended statistics too', async () => {
    const [counted] = await db.query<{ columns: number; extended: number; expressions: number }>(`
      select (select count(*)::int from pg_stats where schemaname in ('public', 'tools', 'we;ird "schema"')) as columns,
        (select count(*)::int from pg_stats_ext) as extended,
        (select count(*)::int from pg_stats_ext_exprs) as expressions`);
    expect(mirror.columns).toHaveLength(counted?.columns ?? -1);
    expect(mirror.extended).toHaveLength(counted?.extended ?? -1);
    expect(mirror.extended.flatMap(({ expressions }) => expressions)).toHaveLength(
      counted?.expressions ?? -1,
    );
    expect(counted?.expressions).toBeGreaterThan(0);
    const ofIndex = mirror.columns.find(({ table }) => table === 'in;dex');
    expect(ofIndex?.histogram ?? ofIndex?.commonValues).toContain('name');
    const pair = mirror.extended.find(({ name }) => name === 'st;ats');
    expect(Object.values(pair?.columnsByNumber ?? {}).toSorted()).toEqual(['code', 'n']);
    expect(pair?.commonFrequencies?.length).toBeGreaterThan(10);
  });

  it('looks into no index that nobody used, which would look used from then on', async () => {
    await withDatabase(
      async (fresh) => {
        await fresh.query(
          'create table t (id int primary key); insert into t select generate_series(1, 1000); analyze',
        );
        expect((await mirrorOf(fresh.url)).extremes).toEqual([]);
        await useIndexes(fresh);
        expect((await mirrorOf(fresh.url)).extremes).toHaveLength(1);
      },
      { major },
    );
  });

  it('holds the ends of columns with a histogram that lead a btree, not of those that an index orders otherwise', () => {
    const ends = mirror.extremes.map(({ table, column, least, greatest }) => [
      table,
      column,
      least,
      greatest,
    ]);
    expect(ends).toContainEqual(['t;able', 'id "x"', '1', '2000']);
    expect(ends).toContainEqual(['keyed', 'b', '1', '300']);
    expect(ends).toContainEqual(['measured_2024_rome', 'at', '2024-01-01', '2024-12-30']);
    expect(ends).toContainEqual(['measured_2025', 'value', '367', '701']);
    expect(ends).not.toContainEqual(expect.arrayContaining(['slug']));
    expect(ends).not.toContainEqual(expect.arrayContaining(['code']));
  });

  it.each(['mirror.json', 'mirror.json.gz'])('is read back from %s as it was written', async (name) => {
    const file = join(await temporaryDirectory(), name);
    const bytes = unwrap(await writeMirrorFile(file, mirror));
    expect(bytes).toBeGreaterThan(1_000);
    expect(unwrap(await readMirrorFile(file))).toEqual(mirror);
  });
});
