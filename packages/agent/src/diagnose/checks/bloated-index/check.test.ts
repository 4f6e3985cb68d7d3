import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { createRole, type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { bloatedIndex } from './check.ts';

const SMALL = { 'diagnose.bloated-index.minimum-bytes': '512 kB' };

/** An index of 60,000 entries, of which every fifth stays. */
async function plantBloat(db: TestDatabase): Promise<void> {
  await db.query('create table t (id int not null, note text)');
  await db.query("insert into t select i, 'note ' || i % 7 from generate_series(1, 60000) i");
  await db.query('create index "i;1""x" on t (id)');
  await db.query('delete from t where id % 5 <> 0');
  await db.query('vacuum (analyze, index_cleanup on) t');
}

describe('diagnose/bloated-index', () => {
  it('finds an index that lost four entries of five, and is silent after a rebuild', () =>
    withDatabase(async (db) => {
      await plantBloat(db);
      const [found, ...others] = await findingsOf(bloatedIndex, db, SMALL);
      expect(others).toEqual([]);
      expect(found).toMatchObject({
        id: 'diagnose/bloated-index',
        severity: 'warning',
        subject: { kind: 'index', schema: 'public', name: 'i;1"x' },
        threshold: { key: 'diagnose.bloated-index.minimum-ratio', value: 0.5 },
        remedy: expect.stringContaining('reindex index concurrently "public"."i;1""x"'),
      });
      expect(found?.evidence['wasteRatio']).toBeGreaterThan(0.5);
      expect(await findingsOf(bloatedIndex, db)).toEqual([]);
      await db.query('reindex index "i;1""x"');
      expect(await findingsOf(bloatedIndex, db, SMALL)).toEqual([]);
    }));

  it('is silent about fresh indexes of text, of several columns, on expressions, and deduplicated ones', () =>
    withDatabase(async (db) => {
      await db.query('create table t (a int, b text, c text, d timestamptz)');
      await db.query(
        "insert into t select i % 50, md5(i::text), nullif('x', repeat('x', i % 3)), now() from generate_series(1, 30000) i",
      );
      await db.query('create index on t (a); create index on t (b); create index on t (a, b, d)');
      await db.query(
        'create index on t (upper(b)); create index on t (c); create index on t (a) where a > 25',
      );
      await db.query('analyze t');
      const findings = await findingsOf(bloatedIndex, db, {
        'diagnose.bloated-index.minimum-bytes': '64 kB',
      });
      expect(findings).toEqual([]);
    }));

  it('says once what a role without SELECT cannot estimate', () =>
    withDatabase(async (db) => {
      await plantBloat(db);
      const role = await createRole(db, { memberOf: ['pg_monitor'] });
      const { findings, unavailable } = await diagnoseWith(bloatedIndex, db, {
        overrides: SMALL,
        url: role.url,
      });
      expect(findings).toEqual([]);
      expect(unavailable).toMatchObject([
        { id: 'diagnose/bloated-index', remedy: expect.stringContaining('pg_read_all_data') },
      ]);
    }));
});
