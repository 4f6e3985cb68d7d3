import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { createRole, type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnoseChanged } from '../../../../../../test/support/replaced-sections.ts';
import { missingFuturePartition } from './check.ts';

/** Creates a table partitioned by month, from some months before to some months after the current one. */
async function createMonths(db: TestDatabase, name: string, from: number, to: number): Promise<void> {
  await db.query(`create table "${name}" (at timestamptz, n int) partition by range (at)`);
  await db.query(`
    do $$ begin
      for step in ${from}..${to} loop
        execute format('create table %I partition of %I for values from (%L) to (%L)',
          '${name} ' || step, '${name}', date_trunc('month', now()) + step * interval '1 month',
          date_trunc('month', now()) + (step + 1) * interval '1 month');
      end loop;
    end $$`);
}

describe('diagnose/missing-future-partition', () => {
  it.each([14, 18])('finds partitions that end soon or have ended, on %i', (major) =>
    withDatabase(
      async (db) => {
        await createMonths(db, 'soon; x', -2, 0);
        await createMonths(db, 'over', -4, -2);
        await createMonths(db, 'caught', -4, -2);
        await db.query('create table caught_rest partition of caught default');
        await createMonths(db, 'fine', -1, 3);
        await db.query('create table bare (at date) partition by range (at)');
        const findings = await findingsOf(missingFuturePartition, db);
        expect(findings).toMatchObject([
          {
            id: 'diagnose/missing-future-partition',
            severity: 'critical',
            subject: { kind: 'table', schema: 'public', name: 'over' },
            title: expect.stringContaining('takes no new rows'),
            threshold: { key: 'diagnose.missing-future-partition.minimum-periods-count', value: 2 },
          },
          {
            severity: 'warning',
            subject: { name: 'soon; x' },
            title: expect.stringMatching(/^public\."soon; x" has partitions for .* more, [01]\.\d periods$/),
            remedy: expect.stringContaining('each coming month'),
          },
          { severity: 'warning', subject: { name: 'caught' }, evidence: { hasDefaultPartition: true } },
          { severity: 'warning', subject: { name: 'bare' }, title: expect.stringContaining('no partition') },
        ]);
      },
      { major },
    ),
  );

  it('is silent about open ends, other keys, default-only tables and days within a month', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table endless (at date) partition by range (at);
        create table endless_1 partition of endless for values from ('2020-01-01') to ('2021-01-01');
        create table endless_2 partition of endless for values from ('2021-01-01') to (maxvalue);
        create table eternal (at timestamptz) partition by range (at);
        create table eternal_1 partition of eternal for values from ('2020-01-01') to ('infinity');
        create table numbered (id int) partition by range (id);
        create table numbered_1 partition of numbered for values from (1) to (100);
        create table worded (key text) partition by range (key);
        create table worded_1 partition of worded for values from ('a') to ('m');
        create table listed (at date) partition by list (at);
        create table rest (at date) partition by range (at);
        create table rest_1 partition of rest default`);
      await createMonths(db, 'months', 0, 4);
      await db.query(`
        create table old_month partition of months
          for values from ('2020-01-01') to ('2020-02-01') partition by range (at);
        create table old_day partition of old_month for values from ('2020-01-01') to ('2020-01-02')`);
      expect(await findingsOf(missingFuturePartition, db)).toEqual([]);
    }));

  it('judges keys that begin with a time, and expressions that give one', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table several (day date, tenant int) partition by range (day, tenant);
        create table several_1 partition of several for values from ('2020-01-01', minvalue) to ('2020-02-01', minvalue);
        create table expressed (at timestamptz) partition by range ((at at time zone 'UTC'));
        create table expressed_1 partition of expressed for values from ('2020-01-01') to ('2020-02-01');
        create table texts (at text) partition by range (lower(at));
        create table texts_1 partition of texts for values from ('2020-01-01') to ('2020-99-01')`);
      const findings = await findingsOf(missingFuturePartition, db);
      expect(findings.map((finding) => finding.subject.name).toSorted()).toEqual(['expressed', 'several']);
    }));

  it('takes partitions that reach years ahead for enough', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table wide (at date) partition by range (at);
        create table wide_1 partition of wide for values from ('2000-01-01') to ('2099-01-01')`);
      expect(await findingsOf(missingFuturePartition, db)).toEqual([]);
    }));

  it('takes ended partitions without inserts for closed history (real snapshot, age of statistics replaced)', () =>
    withDatabase(async (db) => {
      await createMonths(db, 'history', -9, -6);
      const aged = () =>
        diagnoseChanged(missingFuturePartition, db, {
          database: (read) => ({ ...read, statsReset: new Date(read.now.getTime() - 30 * 86_400_000) }),
        });
      expect((await aged()).findings).toMatchObject([{ severity: 'info' }]);
      await db.query(`insert into history select date_trunc('month', now()) - interval '7 months'`);
      await db.query('select pg_sleep(1.1)');
      expect((await aged()).findings).toMatchObject([{ severity: 'critical' }]);
    }));

  it('needs no right on the tables', () =>
    withDatabase(async (db) => {
      await createMonths(db, 'soon', -1, 0);
      const role = await createRole(db, { memberOf: ['pg_monitor'] });
      const diagnosis = await diagnoseWith(missingFuturePartition, db, { url: role.url });
      expect(diagnosis).toMatchObject({ findings: [{ subject: { name: 'soon' } }], unavailable: [] });
    }));
});
