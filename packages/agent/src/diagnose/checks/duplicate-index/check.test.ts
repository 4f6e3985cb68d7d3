import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { withDatabase } from '../../../../../../test/support/index.ts';
import { duplicateIndex } from './check.ts';

describe('diagnose/duplicate-index', () => {
  it('names the surplus index and keeps the one behind the primary key', () =>
    withDatabase(async (db) => {
      await db.query('create table t (id int primary key, a int, b text)');
      await db.query(
        'create index t_id_again on t (id); create index t_a on t (a); create index t_a2 on t (a)',
      );
      const findings = await findingsOf(duplicateIndex, db);
      expect(findings.map((finding) => finding.subject.name).toSorted()).toEqual(['t_a2', 't_id_again']);
      expect(findings[0]?.evidence['duplicateOf']).toBe('public.t_pkey');
    }));

  it('tells indexes apart by order, collation, operator class, predicate, expression and method', () =>
    withDatabase(async (db) => {
      await db.query('create table t (a text, b int)');
      await db.query(`
        create index on t (a);
        create index on t (a nulls first);
        create index on t (a collate "C");
        create index on t (a text_pattern_ops);
        create index on t (a) where b > 0;
        create index on t (a) where b > 1;
        create index on t (lower(a));
        create index on t (upper(a));
        create index on t using hash (a);
        create index on t (a) include (b);
        create index on t (a, b)`);
      expect(await findingsOf(duplicateIndex, db)).toEqual([]);
    }));

  it('takes an index read backwards, or with its INCLUDE columns in another order, for the same', () =>
    withDatabase(async (db) => {
      await db.query('create table t (a int not null, b text, c uuid)');
      await db.query(`
        create index up on t (a, b desc); create index down on t (a desc, b);
        create index one on t (b) include (a, c); create index two on t (b) include (c, a);
        create unique index strict on t (c) nulls not distinct; create index plain on t (c)`);
      const findings = await findingsOf(duplicateIndex, db);
      expect(findings.map((finding) => finding.subject.name).toSorted()).toEqual(['down', 'plain', 'two']);
    }));

  it('keeps a unique index beside a deferrable constraint, which neither keys nor ON CONFLICT can use', () =>
    withDatabase(async (db) => {
      await db.query('create table t (a int, constraint late unique (a) deferrable)');
      await db.query('create unique index at_once on t (a)');
      expect(await findingsOf(duplicateIndex, db)).toEqual([]);
    }));

  it('finds a constraint that repeats another, and a plain index beside an exclusion constraint', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table t (id int primary key, a int, constraint once unique (a));
        alter table t add constraint twice unique (a);
        create table r (span int4range, exclude using gist (span with &&)); create index plain on r using gist (span)`);
      const findings = await findingsOf(duplicateIndex, db);
      expect(findings.map((finding) => finding.subject.name).toSorted()).toEqual(['plain', 'twice']);
      for (const { remedy } of findings)
        await db.query(remedy.split(': ')[0]?.replace('concurrently', '') ?? 'no SQL');
      expect(await findingsOf(duplicateIndex, db)).toEqual([]);
    }));

  it('counts the partitions of a partitioned index, which holds nothing itself', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table p (a int) partition by range (a);
        create table p1 partition of p for values from (0) to (10000);
        insert into p select generate_series(1, 5000);
        create index p_a on p (a); create index p_a2 on p (a)`);
      const findings = await findingsOf(duplicateIndex, db);
      expect(findings).toMatchObject([
        { subject: { name: 'p_a2' }, remedy: expect.stringContaining('drop index "public"."p_a2": ') },
      ]);
      expect(findings[0]?.evidence['sizeBytes']).toBeGreaterThan(8192);
    }));

  it('is a warning only from the size that the setting names', () =>
    withDatabase(async (db) => {
      await db.query(
        'create table "odd ""name" (a int); insert into "odd ""name" select generate_series(1, 1000)',
      );
      await db.query('create index "i;1" on "odd ""name" (a); create index "i;2" on "odd ""name" (a)');
      expect(await findingsOf(duplicateIndex, db)).toMatchObject([{ severity: 'info' }]);
      const sized = await findingsOf(duplicateIndex, db, { 'diagnose.duplicate-index.minimum-bytes': '8kB' });
      expect(sized).toMatchObject([{ severity: 'warning', title: 'public."i;2" duplicates public."i;1"' }]);
    }));
});
