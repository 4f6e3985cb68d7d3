import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { withDatabase } from '../../../../../../test/support/index.ts';
import { noPrimaryKey } from './check.ts';

const rows = (count: number): string => `select i, i from generate_series(1, ${count}) i`;

describe('diagnose/no-primary-key', () => {
  it('does not count rows twice that one session loads and analyzes', () =>
    withDatabase(async (db) => {
      await db.query('create table t (a int); insert into t select generate_series(1, 1500); analyze t');
      await db.query('select pg_sleep(1.1)');
      expect(await findingsOf(noPrimaryKey, db)).toMatchObject([{ evidence: { tableRows: 1500 } }]);
    }));

  it('finds a table whose rows nothing identifies, also by a name that must be quoted', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table "Log;""x" (a int, b int); insert into "Log;""x" ${rows(1000)};
        create table loose (a int unique, b int not null); insert into loose ${rows(2000)};
        analyze`);
      expect(await findingsOf(noPrimaryKey, db)).toMatchObject([
        {
          id: 'diagnose/no-primary-key',
          severity: 'warning',
          subject: { kind: 'table', schema: 'public', name: 'loose' },
          evidence: { tableRows: 2000, replicaIdentity: 'default', uniqueKey: null },
          threshold: { key: 'diagnose.no-primary-key.minimum-rows', value: 1000 },
        },
        { subject: { name: 'Log;"x' }, title: 'public."Log;""x" (1,000 rows) has no primary key' },
      ]);
    }));

  it('only mentions a table that a unique index identifies, and its remedy runs', () =>
    withDatabase(async (db) => {
      await db.query(`create table t (a int not null, b int); insert into t ${rows(1500)};
        create unique index "t;a" on t (a); analyze t`);
      const findings = await findingsOf(noPrimaryKey, db);
      expect(findings).toMatchObject([{ severity: 'info', evidence: { uniqueKey: 'public."t;a"' } }]);
      await db.query(findings[0]?.remedy.split('; until')[0] ?? 'no SQL');
      expect(await findingsOf(noPrimaryKey, db)).toEqual([]);
    }));

  it('names a partitioned table once, with the rows of all its partitions', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table p (a int, b int) partition by range (a);
        create table p1 partition of p for values from (0) to (1000) partition by range (b);
        create table p11 partition of p1 for values from (0) to (1000);
        create table p2 partition of p for values from (1000) to (2000);
        insert into p ${rows(1900)}; analyze p11; analyze p2`);
      expect(await findingsOf(noPrimaryKey, db)).toMatchObject([
        { subject: { name: 'p' }, evidence: { tableRows: 1900 } },
      ]);
    }));

  it('is silent on small tables, tables with a key and materialized views', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table small (a int, b int); insert into small ${rows(999)};
        create table keyed (a int primary key, b int); insert into keyed ${rows(2000)};
        create materialized view m as select * from keyed;
        analyze`);
      expect(await findingsOf(noPrimaryKey, db)).toEqual([]);
    }));
});
