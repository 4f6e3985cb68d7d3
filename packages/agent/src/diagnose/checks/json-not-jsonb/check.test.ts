import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { withDatabase } from '../../../../../../test/support/index.ts';
import { jsonNotJsonb } from './check.ts';

describe('diagnose/json-not-jsonb', () => {
  it('finds the column, and its remedy runs and clears it', () =>
    withDatabase(async (db) => {
      await db.query(`create table "Odd;""t" ("c c" json); insert into "Odd;""t" values ('{"a":1}')`);
      const findings = await findingsOf(jsonNotJsonb, db);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/json-not-jsonb',
          severity: 'info',
          subject: { kind: 'column', schema: 'public', name: 'Odd;"t', column: 'c c' },
          evidence: { type: 'json' },
          threshold: { key: 'diagnose.json-not-jsonb.minimum-rows', value: 0 },
        },
      ]);
      expect(findings[0]?.title).toMatch(/^public\."Odd;""t"\."c c" is /);
      await db.query(findings[0]?.remedy.split(': ')[0] ?? 'no SQL');
      expect(await findingsOf(jsonNotJsonb, db)).toEqual([]);
      expect(await db.query('select "c c"::text as value from "Odd;""t"')).toEqual([{ value: '{"a": 1}' }]);
    }));

  it('looks into domains and arrays, and its remedy runs', () =>
    withDatabase(async (db) => {
      await db.query('create domain d as json');
      await db.query('create table t (a d, b json[])');
      for (const { remedy } of await findingsOf(jsonNotJsonb, db))
        await db.query(remedy.split(': ')[0] ?? 'no SQL');
      expect(
        await db.query(
          `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 't'::regclass and attnum > 0`,
        ),
      ).toEqual([{ type: 'jsonb' }, { type: 'jsonb[]' }]);
    }));

  it('is silent on its healthy twins', () =>
    withDatabase(async (db) => {
      await db.query(`create table t (a jsonb, b text); create view v as select a::json from t`);
      expect(await findingsOf(jsonNotJsonb, db)).toEqual([]);
    }));
});
