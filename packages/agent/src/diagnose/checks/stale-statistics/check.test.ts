import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { createRole, withDatabase } from '../../../../../../test/support/index.ts';
import { staleStatistics } from './check.ts';

describe('diagnose/stale-statistics', () => {
  it('finds tables never analyzed, though vacuumed, and tables that changed since', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table "never;""1" (id int) with (autovacuum_enabled = off);
        insert into "never;""1" select generate_series(1, 12000);
        create table changed (id int primary key, n int); insert into changed select i, 0 from generate_series(1, 4000) i;
        create table kept (id int primary key, n int); insert into kept select i, 0 from generate_series(1, 4000) i;
        create table small (id int); insert into small select generate_series(1, 900)`);
      await db.query('select pg_stat_force_next_flush()');
      await db.query('vacuum "never;""1"');
      await db.query('analyze changed, kept');
      await db.query('update changed set n = 1 where id <= 1000; update kept set n = 1 where id <= 700');
      await db.query('select pg_stat_force_next_flush()');
      expect(await findingsOf(staleStatistics, db)).toMatchObject([
        {
          id: 'diagnose/stale-statistics',
          severity: 'warning',
          subject: { kind: 'table', schema: 'public', name: 'never;"1' },
          title: 'public."never;""1": never analyzed (12,000 rows)',
          threshold: { key: 'diagnose.stale-statistics.minimum-rows', value: 1_000 },
          remedy: 'analyze "public"."never;""1"',
        },
        {
          severity: 'info',
          subject: { name: 'changed' },
          evidence: { changedRatio: 0.25, modifiedRows: 1_000 },
          threshold: { key: 'diagnose.stale-statistics.changed-ratio', value: 0.2 },
        },
      ]);
      await db.query('analyze');
      expect(await findingsOf(staleStatistics, db)).toEqual([]);
    }));

  it('trusts statistics that are there over counters that were reset', () =>
    withDatabase(async (db) => {
      await db.query('create table t (id int); insert into t select generate_series(1, 12000)');
      await db.query('vacuum analyze t');
      await db.query('select pg_stat_reset()');
      expect(await findingsOf(staleStatistics, db)).toEqual([]);
      const role = await createRole(db, { memberOf: ['pg_monitor'] });
      const { findings } = await diagnoseWith(staleStatistics, db, { url: role.url });
      expect(findings).toMatchObject([{ severity: 'info', evidence: { isCertain: false } }]);
    }));

  it('is silent about a load followed at once by analyze, whose changes are reported late', () =>
    withDatabase(async (db) => {
      await db.query(
        'create table t (id int primary key); insert into t select generate_series(1, 12000); analyze t',
      );
      await db.query('select pg_stat_force_next_flush()');
      const [row] = await db.query<{ n: number }>(
        'select n_mod_since_analyze::int as n from pg_stat_user_tables',
      );
      expect(row?.n).toBe(12_000);
      expect(await findingsOf(staleStatistics, db)).toEqual([]);
      await db.query('update t set id = -id where id <= 3000');
      await db.query('select pg_stat_force_next_flush()');
      expect(await findingsOf(staleStatistics, db)).toMatchObject([{ evidence: { modifiedRows: 3_000 } }]);
    }));

  it('only mentions what autovacuum is about to analyze, until the grace is over', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table restored (id int); insert into restored select generate_series(1, 20000);
        create table busy (id int); insert into busy select generate_series(1, 12000)`);
      await db.query('select pg_stat_force_next_flush()');
      await db.query('analyze busy; update busy set id = id where id <= 6000');
      await db.query('select pg_stat_force_next_flush()');
      const mentioned = await findingsOf(staleStatistics, db);
      expect(mentioned).toMatchObject([
        { severity: 'info', subject: { name: 'restored' }, evidence: { isAutovacuumDue: true } },
        { severity: 'info', subject: { name: 'busy' }, evidence: { isAutovacuumDue: true } },
      ]);
      const impatient = await findingsOf(staleStatistics, db, { 'diagnose.autovacuum.grace-ms': 0 });
      expect(impatient).toMatchObject([
        { severity: 'warning', subject: { name: 'busy' } },
        { severity: 'info', subject: { name: 'restored' } },
      ]);
    }));

  it('counts partitions under their table and mentions a parent never analyzed', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table p (id int) partition by range (id);
        create table p1 partition of p for values from (0) to (6000) with (autovacuum_enabled = off);
        create table p2 partition of p for values from (6000) to (12001) with (autovacuum_enabled = off);
        insert into p select generate_series(1, 12000)`);
      await db.query('select pg_stat_force_next_flush()');
      expect(await findingsOf(staleStatistics, db)).toMatchObject([
        {
          severity: 'warning',
          subject: { name: 'p' },
          title: '2 partitions of public.p: never analyzed (12,000 rows)',
        },
      ]);
      await db.query('analyze p1, p2');
      expect(await findingsOf(staleStatistics, db)).toMatchObject([
        {
          severity: 'info',
          subject: { name: 'p' },
          title: 'public.p: partitioned and never analyzed as a whole',
        },
      ]);
      await db.query('analyze p');
      expect(await findingsOf(staleStatistics, db)).toEqual([]);
    }));
});
