import { beforeAll, describe, expect, it } from 'vitest';
import { diagnoseWith, findingsOf } from '../../../../../../test/support/check.ts';
import { availableMajors, type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { diagnosePlans, planStatement } from '../../../../../../test/support/plans.ts';
import { loadParser } from '../../../sql/index.ts';
import { nonSargablePredicate } from './check.ts';

const STATEMENTS = { extensions: ['pg_stat_statements'] };

async function load(db: TestDatabase): Promise<void> {
  await db.query(`create table t (id int primary key, name varchar(50), at timestamp, code char(4), "odd;col" text);
    create table u (t_id int primary key)`);
  await db.query(`insert into t select i, 'n' || i, now(), 'x', 'y' from generate_series(1, 10000) i`);
  await db.query('create index on t (name); create index on t (at); create index on t (code); analyze t');
}

async function conditionsOf(
  db: TestDatabase,
  text: string,
  values: readonly unknown[] = [],
): Promise<unknown> {
  await db.query(
    'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()))',
  );
  await db.query(text, values);
  const findings = await findingsOf(nonSargablePredicate, db);
  return findings.flatMap((found) => found.evidence['conditions']);
}

describe('diagnose/non-sargable-predicate without the parser', () => {
  it('says that it cannot read statements', () =>
    withDatabase(async (db) => {
      expect(await diagnoseWith(nonSargablePredicate, db)).toMatchObject({
        findings: [],
        unavailable: [{ reason: 'the SQL parser is not loaded' }],
      });
    }, STATEMENTS));
});

describe('diagnose/non-sargable-predicate', () => {
  beforeAll(loadParser);

  it('finds conditions that no index can serve, and only those', () =>
    withDatabase(async (db) => {
      await load(db);
      const cases: readonly (readonly [string, readonly unknown[], readonly string[]])[] = [
        ['select 1 from t where lower(name) = $1', ['a'], ['lower(name) = …']],
        ['select 1 from t x where x.id::text = $1', ['1'], ['id::text = …']],
        ['select 1 from t where date(at) = current_date', [], ['at::date = …']],
        ["select 1 from t where date_trunc('day', at) = $1", ['2026-01-01'], ['date_trunc(…, at) = …']],
        ["select 1 from t where at + interval '1 day' > now()", [], ['at + … > …']],
        ["select 1 from t where name like '%' || $1 || '%'", ['a'], ["name like '%…'"]],
        ['select 1 from t where id = $1 or "odd;col" = $2', [1, 'a'], ['OR across id, "odd;col"']],
        ['select 1 from t where id not in (select t_id from u)', [], ['id not in (select …)']],
        ['select 1 from t where id = $1::numeric', [1], ['id = …::numeric']],
        ["select 1 from t where name = 'a' and at > now() - interval '1 day'", [], []],
        ['select 1 from t where id = $1 or name = $2', [1, 'a'], []],
        ['select 1 from t where id in (1, 2) or id = 3', [], []],
        ['select 1 from t where name like $1', ['%a'], []],
        ["select 1 from t where name like $1 || '%'", ['a'], []],
        ["select date_trunc('day', at), lower(name) from t where id = 5", [], []],
        ['select 1 from u where t_id::text = $1', ['1'], []],
      ];
      for (const [text, values, expected] of cases) {
        expect(await conditionsOf(db, text, values), text).toEqual(expected);
      }
    }, STATEMENTS));

  it('accepts expression and trigram indexes', () =>
    withDatabase(async (db) => {
      await load(db);
      await db.query("create index on t (lower(name)); create index on t (date_trunc('day', at), id)");
      await db.query('create extension pg_trgm; create index on t using gin (name gin_trgm_ops)');
      for (const text of [
        'select 1 from t where lower(name) = $1',
        "select 1 from t where date_trunc('day', at) = $1::timestamp",
        "select 1 from t where name like '%' || $1",
      ]) {
        expect(await conditionsOf(db, text, [text.includes('at)') ? '2026-01-01' : 'a']), text).toEqual([]);
      }
    }, STATEMENTS));

  it('judges the text of a statement that was given, not recorded', () =>
    withDatabase(async (db) => {
      await load(db);
      const judge = async (sql: string) =>
        (await diagnosePlans(nonSargablePredicate, db, [await planStatement(db, sql, 'literal')])).findings;
      expect(await judge("select 1 from t where lower(name) = 'n7'")).toMatchObject([
        {
          severity: 'info',
          subject: { kind: 'statement', name: '' },
          evidence: { conditions: ['lower(name) = …'], query: "select 1 from t where lower(name) = 'n7'" },
        },
      ]);
      expect(await judge("select 1 from t where name = 'n7'")).toEqual([]);
    }));

  it('is a warning when the statement weighs and nothing else in it uses an index', () =>
    withDatabase(async (db) => {
      await load(db);
      for (let i = 0; i < 3; i += 1) {
        await db.query('select 1 from t where lower(name) = $1', [String(i)]);
        await db.query('select 2 from t where id = $2 and lower(name) = $1', [String(i), i]);
      }
      const findings = await findingsOf(nonSargablePredicate, db, {
        'diagnose.non-sargable-predicate.warning-mean-ms': 0,
        'diagnose.non-sargable-predicate.warning-ratio': 0,
      });
      expect(findings).toMatchObject([
        {
          id: 'diagnose/non-sargable-predicate',
          severity: 'warning',
          subject: { kind: 'statement' },
          evidence: { defeatsIndex: true, tables: ['public.t'], tableRows: 10_000 },
          remedy: expect.stringContaining('on "public"."t" (lower("name"))'),
        },
        { severity: 'info', evidence: { hasOtherIndexedEquality: true } },
      ]);
      expect(findings[0]?.title).toBe(
        'lower(name) = … cannot use an index of public.t: select $2 from t where lower(name) = $1',
      );
    }, STATEMENTS));
});

describe.each(availableMajors())('diagnose/non-sargable-predicate on PostgreSQL %i', (major) => {
  beforeAll(loadParser);

  it('reads the texts of that version', () =>
    withDatabase(
      async (db) => {
        await load(db);
        expect(await conditionsOf(db, "select 1 from t where name ilike '%' || $1", ['a'])).toEqual([
          "name ilike '%…'",
        ]);
      },
      { major, ...STATEMENTS },
    ));
});
