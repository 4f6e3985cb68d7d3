import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { withDatabase } from '../../../../../../test/support/index.ts';
import { moneyType } from './check.ts';

describe('diagnose/money-type', () => {
  it('finds the column, and its remedy runs and clears it', () =>
    withDatabase(async (db) => {
      await db.query(
        `create table "Odd;""t" ("c c" money); insert into "Odd;""t" values (12.5::numeric::money)`,
      );
      const findings = await findingsOf(moneyType, db);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/money-type',
          severity: 'info',
          subject: { kind: 'column', schema: 'public', name: 'Odd;"t', column: 'c c' },
          evidence: { type: 'money' },
          threshold: { key: 'diagnose.money-type.minimum-rows', value: 0 },
        },
      ]);
      expect(findings[0]?.title).toMatch(/^public\."Odd;""t"\."c c" is /);
      await db.query(findings[0]?.remedy.split(': ')[0] ?? 'no SQL');
      expect(await findingsOf(moneyType, db)).toEqual([]);
      expect(await db.query('select "c c"::text as value from "Odd;""t"')).toEqual([{ value: '12.50' }]);
    }));

  it('looks into domains and arrays, and its remedy runs', () =>
    withDatabase(async (db) => {
      await db.query('create domain d as money');
      await db.query('create table t (a d, b money[])');
      for (const { remedy } of await findingsOf(moneyType, db))
        await db.query(remedy.split(': ')[0] ?? 'no SQL');
      expect(
        await db.query(
          `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 't'::regclass and attnum > 0`,
        ),
      ).toEqual([{ type: 'numeric(14,2)' }, { type: 'numeric(14,2)[]' }]);
    }));

  it('is silent on its healthy twins', () =>
    withDatabase(async (db) => {
      await db.query(`create table t (a numeric(14, 2), currency text)`);
      expect(await findingsOf(moneyType, db)).toEqual([]);
    }));
});
