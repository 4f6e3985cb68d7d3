import { describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { createRole, withDatabase } from '../../../../../../test/support/index.ts';
import { bloatedTable } from './check.ts';

const SMALL = { 'diagnose.bloated-table.minimum-bytes': '512 kB' };

describe('diagnose/bloated-table', () => {
  it('finds a table that lost four rows of five, until it is rewritten', () =>
    withDatabase(async (db) => {
      await db.query('create table "t;""1" (id int, note text)');
      await db.query('insert into "t;""1" select i, md5(i::text) from generate_series(1, 30000) i');
      await db.query('delete from "t;""1" where id % 5 <> 0');
      await db.query('vacuum (analyze) "t;""1"');
      const [found, ...others] = await findingsOf(bloatedTable, db, SMALL);
      expect(others).toEqual([]);
      expect(found).toMatchObject({
        id: 'diagnose/bloated-table',
        severity: 'warning',
        subject: { kind: 'table', schema: 'public', name: 't;"1' },
        threshold: { key: 'diagnose.bloated-table.minimum-ratio', value: 0.5 },
        evidence: { liveRows: 6_000 },
      });
      expect(found?.evidence['wasteRatio']).toBeGreaterThan(0.7);
      expect(await findingsOf(bloatedTable, db)).toEqual([]);
      await db.query('vacuum (full, analyze) "t;""1"');
      expect(await findingsOf(bloatedTable, db, SMALL)).toEqual([]);
    }));

  it('is silent about fresh tables: nulls, a low fillfactor, TOAST, alignment, wide rows', () =>
    withDatabase(async (db) => {
      await db.query(`
        create table nulls (a int, b text, c bigint, d numeric);
        insert into nulls select i, null, null, null from generate_series(1, 30000) i;
        create table roomy (a int, b text) with (fillfactor = 40);
        insert into roomy select i, md5(i::text) from generate_series(1, 20000) i;
        create table toasted (a int, b text);
        alter table toasted alter b set storage external;
        insert into toasted select i, repeat(md5(i::text), 100) from generate_series(1, 1500) i;
        create table aligned (a bool, b bigint, c bool, d bigint, e bool, f timestamptz);
        insert into aligned select true, i, false, i, null, now() from generate_series(1, 20000) i;
        create table wide (a int, b text);
        alter table wide alter b set storage plain;
        insert into wide select i, repeat('x', 4500) from generate_series(1, 400) i`);
      await db.query('analyze');
      expect(await findingsOf(bloatedTable, db, { 'diagnose.bloated-table.minimum-bytes': '64 kB' })).toEqual(
        [],
      );
    }));

  it('says once what a role without SELECT cannot estimate', () =>
    withDatabase(async (db) => {
      await db.query('create table t (id int); insert into t select generate_series(1, 30000); analyze t');
      const role = await createRole(db, { memberOf: ['pg_monitor'] });
      const { findings, unavailable } = await diagnoseWith(bloatedTable, db, {
        overrides: SMALL,
        url: role.url,
      });
      expect(findings).toEqual([]);
      expect(unavailable).toMatchObject([{ reason: expect.stringContaining('the bloat of 1 table ') }]);
    }));
});
