import { describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { withDatabase } from '../../../../../../test/support/index.ts';
import { charPadding } from './check.ts';

describe('diagnose/char-padding', () => {
  it('finds the column, and its remedy runs and clears it', () =>
    withDatabase(async (db) => {
      await db.query(`create table "Odd;""t" ("c c" char(5)); insert into "Odd;""t" values ('ab')`);
      const findings = await findingsOf(charPadding, db);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/char-padding',
          severity: 'info',
          subject: { kind: 'column', schema: 'public', name: 'Odd;"t', column: 'c c' },
          evidence: { type: 'character(5)' },
          threshold: { key: 'diagnose.char-padding.minimum-rows', value: 0 },
        },
      ]);
      expect(findings[0]?.title).toMatch(/^public\."Odd;""t"\."c c" is /);
      await db.query(findings[0]?.remedy.split(': ')[0] ?? 'no SQL');
      expect(await findingsOf(charPadding, db)).toEqual([]);
      expect(await db.query('select "c c"::text as value from "Odd;""t"')).toEqual([{ value: 'ab' }]);
    }));

  it('looks into domains and arrays, and its remedy runs', () =>
    withDatabase(async (db) => {
      await db.query('create domain d as char(5)');
      await db.query('create table t (a d, b char(5)[])');
      for (const { remedy } of await findingsOf(charPadding, db))
        await db.query(remedy.split(': ')[0] ?? 'no SQL');
      expect(
        await db.query(
          `select format_type(atttypid, atttypmod) as type from pg_attribute where attrelid = 't'::regclass and attnum > 0`,
        ),
      ).toEqual([{ type: 'character varying(5)' }, { type: 'character varying(5)[]' }]);
    }));

  it('is silent on its healthy twins', () =>
    withDatabase(async (db) => {
      await db.query(`create table t (a char(1), b varchar(5), c text, d bpchar, e "char")`);
      expect(await findingsOf(charPadding, db)).toEqual([]);
    }));
});
