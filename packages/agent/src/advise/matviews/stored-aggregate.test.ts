import { beforeAll, describe, expect, it } from 'vitest';
import { loadParser } from '../../sql/index.ts';
import { qualifyTables } from './qualify-tables.ts';
import { storedAggregate } from './stored-aggregate.ts';

beforeAll(loadParser);

const view = { schema: 'public', name: 'Market "90d"' };
const flat = (sql: string | undefined): string => (sql ?? '').replace(/\s+/g, ' ');

describe('the aggregate of a statement', () => {
  it('in WITH is stored for all categories; the condition on the category is asked of the view', () => {
    const stored = storedAggregate(
      `with m as (
         select pc.category, count(*) as n, percentile_cont(0.5) within group (order by p.price) as "Median"
         from products p join product_categories pc on p.id = pc.product_id
         where p.created_at >= now() - interval '90 days' and pc.category = any($1) and p.title <> 'Ünder'
         group by pc.category)
       select * from m order by n desc`,
      view,
    );
    expect(flat(stored?.definition)).toBe(
      'SELECT pc.category AS category, count(*) AS n, percentile_cont(0.5) WITHIN GROUP (ORDER BY p.price) AS "Median" ' +
        'FROM products AS p JOIN product_categories AS pc ON p.id = pc.product_id ' +
        `WHERE p.created_at >= (now() - '90 days'::interval) AND p.title <> 'Ünder' GROUP BY pc.category`,
    );
    expect(flat(stored?.rewritten)).toBe(
      'WITH m AS (SELECT category, n, "Median" FROM public."Market ""90d""" WHERE category = ANY ($1)) ' +
        'SELECT * FROM m ORDER BY n DESC',
    );
    expect(stored?.keyColumns).toEqual(['category']);
    expect(stored?.suggestedName).toBe('m');
  });

  it('at the top keeps its order and limit, and stores keys that it does not show', () => {
    const stored = storedAggregate(
      `select count(*), max(o.total) as top from orders o where o.region = 'EU' and o.kind in ('a', 'b')
       group by o.kind, date_trunc('day', o.at) order by count(*) desc limit 5`,
      { schema: 's', name: 'v' },
    );
    expect(flat(stored?.definition)).toContain("WHERE o.region = 'EU' GROUP BY");
    expect(stored?.keyColumns).toEqual(['kind', 'date_trunc']);
    expect(flat(stored?.rewritten)).toBe(
      "SELECT count, top FROM s.v WHERE kind IN ('a', 'b') ORDER BY count DESC LIMIT 5",
    );
  });

  it('grouped by number is read as the column that the number means', () => {
    expect(storedAggregate('select a, count(*) from t group by 1', view)?.keyColumns).toEqual(['a']);
  });

  it.each([
    ['a parameter that must stay', 'select a, count(*) from t where b > $1 group by a'],
    ['no grouping', 'select count(*) from t'],
    ['a subquery', 'select a, count(*) from t where b in (select 1) group by a'],
    [
      'two aggregates',
      'with x as (select a, count(*) from t group by a), y as (select a, sum(b) from t group by a) select * from x, y',
    ],
    ['grouping sets', 'select a, b, count(*) from t group by rollup (a, b)'],
    ['an order that is not stored', 'select a, count(*) from t group by a order by max(b)'],
    ['a write', 'insert into t select a, count(*) from t group by a'],
    ['no SQL', 'select from from'],
  ])('with %s is left alone', (_, sql) => {
    expect(storedAggregate(sql, view)).toBeNull();
  });
});

it('of tables that the search_path finds is stored with their schemas', () => {
  const tables = [
    { schema: 'Shop;1', name: 'orders' },
    { schema: 'public', name: 'twin' },
    { schema: 'other', name: 'twin' },
  ];
  const sql =
    'select orders.a, count(*) from orders join s.t using (a) join twin using (a) group by orders.a';
  expect(flat(qualifyTables(sql, tables))).toContain(
    'FROM "Shop;1".orders JOIN s.t USING (a) JOIN twin USING (a)',
  );
});
