import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { createRole, withDatabase } from '../../../../../../test/support/index.ts';
import { timestampWithoutZone } from './check.ts';

describe('diagnose/timestamp-without-zone', () => {
  it('finds each such column, largest table first, once for a partitioned table, without SELECT', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table "Odd ""t" ("at;" timestamp not null, zoned timestamptz, day date, hour time);
        create table events (at timestamp(3)) partition by range (at);
        create table events_1 partition of events for values from ('2025-01-01') to ('2025-02-01');
        insert into events select '2025-01-01'::timestamp from generate_series(1, 50);
        insert into "Odd ""t" values (now());
        create materialized view m as select * from events;
        analyze`);
      const { url } = await createRole(db, { memberOf: ['pg_monitor'] });
      const { findings, unavailable } = await diagnoseWith(timestampWithoutZone, db, { url });
      expect(unavailable).toEqual([]);
      expect(findings).toMatchObject([
        {
          severity: 'info',
          subject: { kind: 'column', schema: 'public', name: 'events', column: 'at' },
          evidence: { type: 'timestamp(3) without time zone', tableRows: 50 },
          threshold: { key: 'diagnose.timestamp-without-zone.minimum-rows', value: 0 },
        },
        { subject: { kind: 'column', name: 'Odd "t', column: 'at;' } },
      ]);
      expect(findings[1]?.title).toMatch(/^public\."Odd ""t"\."at;" is timestamp without time zone/);
      await db.query(findings[1]?.remedy.split(': name the zone')[0] ?? 'no SQL');
      expect(await findingsOf(timestampWithoutZone, db)).toHaveLength(1);
    }));

  it('looks into domains and arrays, and its remedy runs', () =>
    withDatabase(async (db) => {
      await db.query('create domain d as timestamp');
      await db.query('create table t (a d, b timestamp[])');
      for (const { remedy } of await findingsOf(timestampWithoutZone, db))
        await db.query(remedy.split(': ')[0] ?? 'no SQL');
      expect(
        await db.query(
          `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 't'::regclass and attnum > 0`,
        ),
      ).toEqual([{ type: 'timestamp with time zone' }, { type: 'timestamp with time zone[]' }]);
    }));

  it('is silent on timestamptz and on tables below the minimum', () =>
    withDatabase(async (db) => {
      await db.query('create table t (at timestamptz); create table empty (at timestamp)');
      expect(
        await findingsOf(timestampWithoutZone, db, { 'diagnose.timestamp-without-zone.minimum-rows': 1 }),
      ).toEqual([]);
    }));

  it('gives at most as many findings as the setting says, and the number of the rest', () =>
    withDatabase(async (db) => {
      const columns = Array.from({ length: 60 }, (_, index) => `c${index} timestamp`);
      await db.query(`create table wide (${columns.join(', ')})`);
      const findings = await findingsOf(timestampWithoutZone, db);
      expect(findings).toHaveLength(50);
      expect(findings.at(-1)?.evidence).toMatchObject({ omittedCount: 10 });
    }));
});
