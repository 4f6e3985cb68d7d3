import { beforeAll, describe, expect, it } from 'vitest';
import { findingsOf } from '../../../../../../test/support/check.ts';
import { type TestDatabase, withDatabase } from '../../../../../../test/support/index.ts';
import { loadParser } from '../../../sql/index.ts';
import { matviewCandidate } from './check.ts';

const STATEMENTS = { extensions: ['pg_stat_statements'] };
const SMALL = {
  'diagnose.matview-candidate.minimum-mean-ms': 0,
  'diagnose.matview-candidate.minimum-ratio': 0,
};

const METRICS = `with metrics as (
  select c.category, count(*) as n, avg(p.price) as price from products p join "odd;categories" c on p.id = c.product_id
  where p.created_at >= now() - interval '90 days' and c.category = any($1) group by c.category
) select * from metrics order by n desc`;

async function load(db: TestDatabase): Promise<void> {
  await db.query(`create table products (id int primary key, owner int, price int, created_at timestamptz default now());
    create table "odd;categories" (product_id int, category text)`);
  await db.query('insert into products select i, i, i from generate_series(1, 2000) i');
  await db.query(
    `insert into "odd;categories" select i, 'c' || i % 10 from generate_series(1, 2000) i; analyze`,
  );
  await db.query(
    'select pg_stat_statements_reset(0, (select oid from pg_database where datname = current_database()))',
  );
}

async function repeat(
  db: TestDatabase,
  times: number,
  sql: string,
  values: readonly unknown[] = [],
): Promise<void> {
  for (let i = 0; i < times; i += 1) await db.query(sql, values);
}

describe('diagnose/matview-candidate', () => {
  beforeAll(loadParser);

  it('finds an aggregate that is computed more often than its tables change', () =>
    withDatabase(async (db) => {
      await load(db);
      await repeat(db, 20, METRICS, [['c1', 'c2']]);
      await repeat(db, 2, 'update products set price = price + 1 where id = $1', [5]);
      expect(await findingsOf(matviewCandidate, db, SMALL)).toMatchObject([
        {
          id: 'diagnose/matview-candidate',
          severity: 'info',
          subject: { kind: 'statement' },
          evidence: { callsCount: 20, changesCount: 2, refreshesCount: 2 },
          threshold: { key: 'diagnose.matview-candidate.minimum-gain-count', value: 3 },
        },
      ]);
    }, STATEMENTS));

  it('is silent when the tables change as often, unless readers accept an older result', () =>
    withDatabase(async (db) => {
      await load(db);
      await repeat(db, 20, METRICS, [['c1', 'c2']]);
      await repeat(db, 20, 'update products set price = price + 1 where id = $1', [5]);
      expect(await findingsOf(matviewCandidate, db, SMALL)).toEqual([]);
      const stale = { ...SMALL, 'diagnose.matview-candidate.accepted-staleness-ms': '1d' };
      expect(await findingsOf(matviewCandidate, db, stale)).toMatchObject([
        { evidence: { refreshesCount: 1 } },
      ]);
    }, STATEMENTS));

  it('leaves out what no stored result answers, plain reads and cheap ones', () =>
    withDatabase(async (db) => {
      await load(db);
      await repeat(db, 20, 'select count(*) from products where owner = $1', [1]);
      await repeat(db, 20, 'select count(*) from products where price between $1 and $2', [1, 2]);
      await repeat(db, 20, 'select id from products where owner = $1', [1]);
      await repeat(db, 20, 'select count(*) from pg_catalog.pg_class');
      expect(await findingsOf(matviewCandidate, db, SMALL)).toEqual([]);
      await repeat(db, 20, 'select count(*) from products');
      expect(await findingsOf(matviewCandidate, db, SMALL)).toHaveLength(1);
      const costly = { ...SMALL, 'diagnose.matview-candidate.minimum-mean-ms': 10_000 };
      expect(await findingsOf(matviewCandidate, db, costly)).toEqual([]);
    }, STATEMENTS));
});
