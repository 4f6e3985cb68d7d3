import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { availableMajors, withDatabase } from '../../../../../../test/support/index.ts';
import { redundantIndex } from './check.ts';

describe('diagnose/redundant-index', () => {
  it.each(availableMajors().filter((major) => major === 14 || major === 18))(
    'finds prefixes of wider indexes, expressions and predicates included, on PostgreSQL %i',
    (major) =>
      withDatabase(
        async (db) => {
          await db.query('create table "T;1" (id int primary key, a int, b int, c text)');
          await db.query(`
            create index "i;a" on "T;1" (a);
            create index wide on "T;1" (a, b) include (id);
            create index lowered on "T;1" (lower(c));
            create index lowered_wide_name on "T;1" (lower(c), upper(c), a);
            create index partial on "T;1" (b) where a > 5;
            create index partial_wide on "T;1" (b, c) where a > 5;
            create index including on "T;1" (b desc) include (a);
            create index including_wide on "T;1" (b desc, c) include (id, a)`);
          const findings = await findingsOf(redundantIndex, db);
          expect(
            findings.map((found) => [found.subject.name, found.evidence['coveredBy']]).toSorted(),
          ).toEqual([
            ['i;a', 'public.wide'],
            ['including', 'public.including_wide'],
            ['lowered', 'public.lowered_wide_name'],
            ['partial', 'public.partial_wide'],
          ]);
          expect(findings[0]).toMatchObject({
            id: 'diagnose/redundant-index',
            severity: 'info',
            threshold: { key: 'diagnose.redundant-index.minimum-bytes', value: 1024 ** 2 },
          });
          expect(findings.map((found) => found.remedy).join()).toContain(
            'drop index concurrently "public"."i;a"',
          );
        },
        { major },
      ),
  );

  it('keeps what differs in a rule, promises uniqueness, includes more, or is an exact duplicate', () =>
    withDatabase(async (db) => {
      await db.query('create table t (id int primary key, a int unique, b text, c int not null)');
      await db.query(`
        create index on t (id, a, b);
        create index on t (a, b);
        create index on t (b);
        create index on t (b collate "C", c);
        create index on t (b text_pattern_ops, c);
        create index on t (b nulls first, c);
        create index on t (c) include (b);
        create index on t (c, id);
        create index on t using hash (c);
        create index on t (c) where a > 1;
        create index on t (b, id) where a > 2;
        create unique index replica on t (c);
        alter table t replica identity using index replica;
        create index same_1 on t (upper(b));
        create index same_2 on t (upper(b));
        create index other on t (lower(b), a)`);
      expect(await findingsOf(redundantIndex, db)).toEqual([]);
    }));

  it('finds a prefix of an index that is read backwards', () =>
    withDatabase(async (db) => {
      await db.query('create table t (a int, b int)');
      await db.query('create index narrow on t (a); create index wide on t (a desc, b)');
      expect(await findingsOf(redundantIndex, db)).toMatchObject([{ subject: { name: 'narrow' } }]);
    }));

  it('names a cover that is not redundant itself, once for each index of a chain', () =>
    withDatabase(async (db) => {
      await db.query(
        'create table t (a int, b int, c int); insert into t select i, i, i from generate_series(1, 1000) i',
      );
      await db.query(
        'create index t_a on t (a); create index t_ab on t (a, b); create index t_abc on t (a, b, c)',
      );
      const findings = await findingsOf(redundantIndex, db, {
        'diagnose.redundant-index.minimum-bytes': '8kB',
      });
      expect(findings.map(({ title, severity }) => [severity, title]).toSorted()).toEqual([
        ['warning', 'public.t_a is a prefix of public.t_abc'],
        ['warning', 'public.t_ab is a prefix of public.t_abc'],
      ]);
    }));

  it('names the index of a partitioned table, not those of its partitions', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table p (a int, b int) partition by range (a);
        create table p1 partition of p for values from (0) to (1000);
        insert into p select i, i from generate_series(1, 900) i;
        create index p_a on p (a);
        create index p_ab on p (a, b)`);
      const findings = await findingsOf(redundantIndex, db);
      expect(findings).toMatchObject([
        { subject: { name: 'p_a' }, remedy: expect.stringContaining('drop index "public"') },
      ]);
      expect(findings[0]?.evidence['sizeBytes']).toBeGreaterThan(0);
    }));
});
