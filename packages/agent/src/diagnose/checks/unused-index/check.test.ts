import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { withDatabase } from '../../../../../../test/support/index.ts';
import { unusedIndex } from './check.ts';

const SMALL = { 'diagnose.unused-index.minimum-bytes': '8kB' };

describe('diagnose/unused-index', () => {
  it('finds an index without scans, not the one that a query used', () =>
    withDatabase(async (db) => {
      await db.query('create table t (id int primary key, a int, b int unique)');
      await db.query('insert into t select i, i, i from generate_series(1, 20000) i');
      await db.query('create index t_a on t (a); create index t_ab on t (a, b); analyze t');
      await db.query('set enable_seqscan = off');
      await db.query('select count(*) from t where a = 5 and b = 5');
      await db.query('select pg_stat_force_next_flush()').catch(() => undefined);
      const scanned = await db.query<{ name: string }>(
        "select indexrelname as name from pg_stat_user_indexes where idx_scan > 0 and indexrelname like 't_a%'",
      );
      const unused = ['t_a', 't_ab'].filter((name) => !scanned.some((row) => row.name === name));
      const findings = await findingsOf(unusedIndex, db, SMALL);
      expect(findings.map((finding) => finding.subject.name)).toEqual(unused);
      expect(findings).toMatchObject([{ severity: 'info', evidence: { scansCount: 0 } }]);
    }));

  it('is a warning once the statistics cover the time that the setting asks for', () =>
    withDatabase(async (db) => {
      await db.query(
        'create table t (a int); insert into t select generate_series(1, 5000); create index on t (a)',
      );
      const findings = await findingsOf(unusedIndex, db, {
        ...SMALL,
        'diagnose.unused-index.observed-ms': 0,
      });
      expect(findings).toMatchObject([{ severity: 'warning', subject: { kind: 'index', name: 't_a_idx' } }]);
    }));

  it('judges a partitioned index as a whole, for its parts cannot be dropped alone', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table p (a int, b int) partition by range (a);
        create table p1 partition of p for values from (0) to (5000);
        create table p2 partition of p for values from (5000) to (10001);
        insert into p select i, i from generate_series(1, 10000) i;
        create index p_b on p (b)`);
      const [found, ...others] = await findingsOf(unusedIndex, db, SMALL);
      expect(others).toEqual([]);
      expect(found).toMatchObject({
        subject: { name: 'p_b' },
        remedy: expect.stringContaining('drop index "public"."p_b"'),
      });
    }));

  it('leaves out small, unique and constraint indexes', () =>
    withDatabase(async (db) => {
      await db.query('create table t (id int primary key, a int unique, b int); create index on t (b)');
      await db.query('insert into t select i, i, i from generate_series(1, 1000) i');
      expect(await findingsOf(unusedIndex, db)).toEqual([]);
    }));
});
