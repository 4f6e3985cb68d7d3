import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { createRole, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnoseChanged } from '../../../../../../test/support/replaced-sections.ts';
import { partitionCandidate } from './check.ts';

const SMALL = { 'diagnose.partition-candidate.minimum-rows': 2_000 };

describe('diagnose/partition-candidate', () => {
  it('finds a table in the order of time and names the column, not shuffled or partitioned ones', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table "ev;ents" (id int, "at ""x" timestamptz, born date);
        insert into "ev;ents" select i, now() - (5000 - i) * interval '1 s', date '2000-01-01' + (i * 7919) % 5000
          from generate_series(1, 5000) i;
        create table shuffled (id int, born date);
        insert into shuffled select i, date '2000-01-01' + (i * 7919) % 5000 from generate_series(1, 5000) i;
        update shuffled set id = id where id % 2 = 0;
        create table timeless (id int); insert into timeless select generate_series(1, 5000);
        create table parts (at timestamptz) partition by range (at);
        create table parts_1 partition of parts for values from (minvalue) to (maxvalue);
        insert into parts select now() from generate_series(1, 5000);
        create table elder (at timestamptz); create table younger () inherits (elder);
        insert into elder select now() from generate_series(1, 5000);
        insert into younger select now() from generate_series(1, 5000);
        analyze`);
      await db.query('select pg_sleep(1.1)');
      expect(await findingsOf(partitionCandidate, db, SMALL)).toMatchObject([
        {
          id: 'diagnose/partition-candidate',
          severity: 'info',
          subject: { kind: 'table', schema: 'public', name: 'ev;ents' },
          title: expect.stringContaining('could be partitioned by "at ""x"'),
          evidence: { correlationRatio: 1, rows: 5_000, timeColumn: 'at "x' },
          threshold: { key: 'diagnose.partition-candidate.minimum-rows', value: 2_000 },
        },
      ]);
      expect(await findingsOf(partitionCandidate, db)).toEqual([]);
    }));

  it('knows the size, retention and appending (real snapshot, sizes and counters replaced)', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table t (id int, at timestamptz);
        insert into t select i, now() - (i * 7919) % 3000 * interval '1 h' from generate_series(1, 3000) i;
        analyze t`);
      const withCounters = async (inserted: number, updated: number, deleted: number) =>
        (
          await diagnoseChanged(partitionCandidate, db, {
            tables: (read) =>
              read.map((table) => ({
                ...table,
                totalBytes: 20 * 1024 ** 3,
                insertedRows: inserted,
                updatedRows: updated,
                deletedRows: deleted,
              })),
          })
        ).findings;
      expect(await withCounters(9_000, 100, 100)).toMatchObject([
        {
          evidence: { signs: ['rows are added and hardly changed'] },
          threshold: { key: 'diagnose.partition-candidate.minimum-bytes' },
        },
      ]);
      expect(await withCounters(9_000, 0, 6_000)).toMatchObject([
        { evidence: { signs: ['old rows are deleted'] } },
      ]);
      expect(await withCounters(3_000, 9_000, 0)).toEqual([]);
    }));

  it('says once what it cannot judge without statistics', () =>
    withDatabase(async (db) => {
      await db.query('create table t (at timestamptz); insert into t select now()');
      await db.query('vacuum t');
      const role = await createRole(db, { memberOf: ['pg_monitor'] });
      const overrides = { 'diagnose.partition-candidate.minimum-bytes': 1 };
      expect(await diagnoseWith(partitionCandidate, db, { url: role.url, overrides })).toMatchObject({
        findings: [],
        unavailable: [{ remedy: expect.stringContaining('pg_read_all_data') }],
      });
    }));
});
