import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { availableMajors, withDatabase } from '../../../../../../test/support/index.ts';
import { unindexedForeignKey } from './check.ts';

const FEW = { 'diagnose.unindexed-foreign-key.minimum-rows': 100 };

describe('diagnose/unindexed-foreign-key', () => {
  it('finds a key without an index in a table of 10,000 rows', () =>
    withDatabase(async (db) => {
      await db.query('create table parent (id int primary key); insert into parent values (1)');
      await db.query(
        'create table "child;1" (id int primary key, "parent""id" int constraint "fk;1" references parent)',
      );
      await db.query('insert into "child;1" select i, 1 from generate_series(1, 10000) i; analyze');
      expect(await findingsOf(unindexedForeignKey, db)).toMatchObject([
        {
          id: 'diagnose/unindexed-foreign-key',
          severity: 'warning',
          subject: { kind: 'constraint', schema: 'public', name: 'fk;1' },
          title: 'public."child;1" ("parent""id") refers to public.parent without an index',
          threshold: { key: 'diagnose.unindexed-foreign-key.minimum-rows', value: 10_000 },
          remedy: expect.stringContaining('create index concurrently on "public"."child;1" ("parent""id")'),
        },
      ]);
      await db.query('delete from "child;1" where id > 5000');
      await db.query('vacuum analyze "child;1"');
      expect(await findingsOf(unindexedForeignKey, db)).toEqual([]);
    }));

  it.each(availableMajors().filter((major) => major === 14 || major === 18))(
    'accepts every index that serves the key, and no other, on PostgreSQL %i',
    (major) =>
      withDatabase(
        async (db) => {
          await db.query(
            'create table one (id int primary key); create table two (a int, b int, primary key (a, b))',
          );
          await db.query('insert into one values (1); insert into two values (1, 1)');
          await db.query(`
            create table child (
              led int references one, hashed int references one, no_nulls int references one,
              second int references one, positive int references one, x int, y int,
              foreign key (x, y) references two);
            insert into child select 1, 1, 1, 1, 1, 1, 1 from generate_series(1, 200);
            create index on child (led, second);
            create index on child using hash (hashed);
            create index on child (no_nulls) where no_nulls is not null;
            create index on child (positive) where positive > 0;
            create index on child (y, x, led)`);
          await db.query('analyze');
          const findings = await findingsOf(unindexedForeignKey, db, FEW);
          expect(findings.map((found) => found.subject.name).toSorted()).toEqual([
            'child_positive_fkey',
            'child_second_fkey',
          ]);
        },
        { major },
      ),
  );

  it('reports a partitioned table once, unless every partition has the index', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table one (id int primary key);
        insert into one values (1);
        create table p (id int, ref int references one) partition by range (id);
        create table p1 partition of p for values from (0) to (200);
        create table p2 partition of p for values from (200) to (400);
        insert into p select i, 1 from generate_series(1, 399) i;
        create index on p1 (ref)`);
      expect(await findingsOf(unindexedForeignKey, db, FEW)).toMatchObject([
        { subject: { name: 'p_ref_fkey' }, remedy: expect.stringContaining('on each partition') },
      ]);
      await db.query('create index on p2 (ref)');
      expect(await findingsOf(unindexedForeignKey, db, FEW)).toEqual([]);
    }));
});
