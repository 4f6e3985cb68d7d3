import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { availableMajors, withDatabase } from '../../../../../../test/support/index.ts';
import { nullableUnique } from './check.ts';

describe.each([...availableMajors()])('diagnose/nullable-unique on PostgreSQL %i', (major) => {
  it('finds the soft delete that lets duplicates in, before the single column, and names constraint and share', () =>
    withDatabase(
      async (db) => {
        await db.query(`
          create table users (id int primary key, email text not null, code text unique, deleted_at timestamptz);
          create unique index "users;""live" on users (email, deleted_at);
          insert into users select i, 'same', i, null from generate_series(1, 50) i;
          analyze users`);
        const findings = await findingsOf(nullableUnique, db);
        expect(findings).toMatchObject([
          {
            id: 'diagnose/nullable-unique',
            severity: 'info',
            subject: { kind: 'index', schema: 'public', name: 'users;"live' },
            evidence: { nullableColumns: ['deleted_at'], largestNullRatio: 1, constraint: null },
            threshold: { key: 'diagnose.nullable-unique.minimum-rows', value: 0 },
          },
          {
            subject: { name: 'users_code_key' },
            evidence: { constraint: 'users_code_key', largestNullRatio: 0 },
          },
        ]);
        const forbid = findings[1]?.remedy.match(/alter table .*? set not null/)?.[0] ?? 'no SQL';
        await db.query(forbid);
        expect(await findingsOf(nullableUnique, db)).toHaveLength(1);
      },
      { major },
    ));

  it('is silent about materialized views and indexes that are not valid', () =>
    withDatabase(async (db) => {
      await db.query(`
        create materialized view m as select 1 as a; create unique index on m (a);
        create table p (a int, b int) partition by list (a); create unique index p_a on only p (a);
        create table p1 partition of p for values in (1); create table p2 partition of p for values in (2);
        drop index p_a; create unique index p_a on only p (a)`);
      expect(await findingsOf(nullableUnique, db)).toEqual([]);
    }));

  it('is silent where nulls cannot come in or are not distinct', () =>
    withDatabase(
      async (db) => {
        await db.query(`
          create table t (a int not null, b text, c text, d int, unique (a));
          create unique index on t (b) where b is not null;
          create unique index on t (c) where c <> '';
          create unique index on t (a) where d is null;
          create unique index on t (lower(b));
          create unique index on t (a) include (b);
          create index on t (b)`);
        if (major >= 15) await db.query('create unique index on t (d) nulls not distinct');
        expect(await findingsOf(nullableUnique, db)).toEqual([]);
        await db.query('create unique index open on t (d, a) where d is null');
        expect(await findingsOf(nullableUnique, db)).toMatchObject([{ subject: { name: 'open' } }]);
      },
      { major },
    ));
});
