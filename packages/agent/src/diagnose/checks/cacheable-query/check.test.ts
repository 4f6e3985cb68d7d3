import { beforeAll, describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { createRole, type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { loadParser } from '../../../sql/index.ts';
import { cacheableQuery } from './check.ts';

const STATEMENTS = { extensions: ['pg_stat_statements'] };
const FEW = { 'diagnose.cacheable-query.minimum-calls': 100, 'diagnose.cacheable-query.minimum-ratio': 0 };
const READ = 'select name from "odd;shops" where country = $1';

async function load(db: TestDatabase): Promise<void> {
  await db.query('create table "odd;shops" (id int primary key, country int, name text)');
  await db.query(`insert into "odd;shops" select i, i % 10, 'n' from generate_series(1, 1000) i; analyze`);
  await db.query(
    'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()))',
  );
}

async function repeat(db: TestDatabase, times: number, sql: string): Promise<void> {
  for (let i = 0; i < times; i += 1) await db.query(sql, [i % 10]);
}

describe('diagnose/cacheable-query', () => {
  beforeAll(loadParser);

  it('finds a hot read with few different results over a table that hardly changes', () =>
    withDatabase(async (db) => {
      await load(db);
      await repeat(db, 200, READ);
      await repeat(db, 1, 'update "odd;shops" set name = \'m\' where id = $1 + 1');
      const findings = await findingsOf(cacheableQuery, db, FEW);
      expect(findings).toMatchObject([
        {
          id: 'diagnose/cacheable-query',
          severity: 'info',
          subject: { kind: 'statement' },
          evidence: { callsCount: 200, keysCount: 10, changesCount: 1 },
          threshold: { key: 'diagnose.cacheable-query.minimum-hit-ratio', value: 0.8 },
        },
      ]);
      expect(findings[0]?.evidence['predictedHitRatio']).toBeCloseTo(200 / 220, 9);
      expect(await findingsOf(cacheableQuery, db)).toEqual([]);
    }, STATEMENTS));

  it('finds a row read by its key though others of its table change', () =>
    withDatabase(async (db) => {
      await load(db);
      await db.query('delete from "odd;shops" where id > 10');
      // What a session has counted reaches the others within a second, unless it is asked to hurry.
      await db.query('select pg_stat_force_next_flush()');
      await db.query('analyze "odd;shops"');
      await db.query(
        'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()))',
      );
      await repeat(db, 200, 'select name from "odd;shops" where id = $1 + 1');
      await repeat(db, 15, 'update "odd;shops" set name = \'m\' where id = $1 + 1');
      const [finding] = await findingsOf(cacheableQuery, db, FEW);
      expect(finding?.evidence).toMatchObject({ keysCount: 10, changesCount: 15 });
      // Each of ten rows is read twenty times, and changes one and a half times.
      expect(finding?.evidence['predictedHitRatio']).toBeCloseTo(20 / 22.5, 9);
    }, STATEMENTS));

  it('is silent when the table changes, when there are many results, or none can be told', () =>
    withDatabase(async (db) => {
      await load(db);
      await repeat(db, 150, READ);
      await repeat(db, 20, 'update "odd;shops" set name = \'m\' where id = $1 + 1');
      await repeat(db, 150, 'select name from "odd;shops" where id = $1');
      await repeat(db, 150, 'select name, random() from "odd;shops" where country = $1');
      await repeat(db, 150, 'select name from "odd;shops" where country > $1 limit 1');
      await repeat(db, 150, 'select id from "odd;shops" where country = $1 for update');
      expect(await findingsOf(cacheableQuery, db, FEW)).toEqual([]);
    }, STATEMENTS));

  it('guesses nothing without the right to see statistics', () =>
    withDatabase(async (db) => {
      await load(db);
      await repeat(db, 200, READ);
      const role = await createRole(db, { memberOf: ['pg_monitor'] });
      const { findings } = await diagnoseWith(cacheableQuery, db, { url: role.url, overrides: FEW });
      expect(findings).toEqual([]);
    }, STATEMENTS));
});
