import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { createRole, withDatabase } from '../../../../../../test/support/index.ts';
import { defaultPartitionRows } from './check.ts';

describe('diagnose/default-partition-rows', () => {
  it('does not count rows twice that one session loads and analyzes', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table p (a int) partition by range (a); create table rest partition of p default;
        insert into p select generate_series(1, 500); analyze p`);
      await db.query('select pg_stat_force_next_flush()');
      expect(await findingsOf(defaultPartitionRows, db)).toMatchObject([{ evidence: { rows: 500 } }]);
    }));

  it.each([14, 18])('finds rows that no other partition takes, on %i', (major) =>
    withDatabase(
      async (db) => {
        await db.query(`
          create table events (at date) partition by range (at);
          create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
          create table "events; rest" partition of events default;
          insert into events select date '2025-06-01' + i from generate_series(1, 5) i;
          create table kinds (kind text) partition by list (kind);
          create table kinds_a partition of kinds for values in ('a');
          create table kinds_other partition of kinds default partition by hash (kind);
          create table kinds_other_1 partition of kinds_other for values with (modulus 1, remainder 0);
          insert into kinds values ('b');
          analyze events, kinds`);
        const expected = [
          {
            id: 'diagnose/default-partition-rows',
            severity: 'warning',
            subject: { kind: 'table', schema: 'public', name: 'events; rest' },
            title: 'public."events; rest", the default partition of public.events, holds 5 rows',
            evidence: { rows: 5, partitionedTable: 'public.events' },
            threshold: { key: 'diagnose.default-partition-rows.minimum-rows', value: 1 },
          },
          { severity: 'info', subject: { name: 'kinds_other' }, evidence: { rows: 1, strategy: 'list' } },
        ];
        expect(await findingsOf(defaultPartitionRows, db)).toMatchObject(expected);
        const role = await createRole(db, { memberOf: ['pg_monitor'] });
        const plain = await diagnoseWith(defaultPartitionRows, db, { url: role.url });
        expect(plain).toMatchObject({ findings: expected, unavailable: [] });
      },
      { major },
    ),
  );

  it('is silent about an empty default partition', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table events (at date) partition by range (at);
        create table events_2024 partition of events for values from ('2024-01-01') to ('2025-01-01');
        create table events_rest partition of events default;
        insert into events values ('2024-05-05'); analyze events`);
      expect(await findingsOf(defaultPartitionRows, db)).toEqual([]);
    }));
});
