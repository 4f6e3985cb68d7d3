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
        create index on t (a desc);
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
