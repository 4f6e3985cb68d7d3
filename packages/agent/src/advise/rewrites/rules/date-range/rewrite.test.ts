import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  describeRewrite,
  openRewriteDatabase,
  type RewriteDatabase,
} from '../../../../../../../test/support/rewrites.ts';
import { dateRange } from './rewrite.ts';

const DAYS = [['2026-01-31'], ['2026-03-08'], ['2025-12-30'], [null]] as const;

describeRewrite(dateRange, {
  settings: ['utc', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'].map(
    (zone) => `set timezone = '${zone}'`,
  ),
  same: [
    ["select id from orders where placed_at::date = '2026-01-31'"],
    ['select id from orders where placed_at::date = $1', ...DAYS],
    ['select id from orders where $1 = date(seen_at)', ...DAYS],
    ['select id from orders where seen_at::date >= $1::date', ...DAYS],
    ['select id from orders where seen_at::date > $1', ...DAYS],
    ['select id from orders where date(placed_at) < $1', ...DAYS],
    ['select id from orders where seen_at::date <= $1', ...DAYS],
    ["select id from orders where seen_at::date between '2026-01-31' and $1", ...DAYS],
    ["select id from orders where placed_at::date = current_date - 7 or placed_at::date > '2026-02-28'"],
    ["select id from orders where date_trunc('month', placed_at) = '2026-01-01'"],
    ["select id from orders where date_trunc('quarter', seen_at) = '2026-01-01 00:00:00'"],
    ["select id from orders where date_trunc('week', seen_at) >= '2026-01-05'"],
    ["select id from orders where date_trunc('hour', placed_at) <= '2026-01-05'"],
    [
      "select id from orders where date_trunc('day', placed_at) = $1",
      ['2026-01-31'],
      ['2026-01-31 10:00'],
      [null],
    ],
    [
      "select id from orders where date_trunc('day', seen_at) = $1",
      ['2026-03-08'],
      ['2026-03-08 10:00'],
      [null],
    ],
    ["select id from orders where date_trunc('month', seen_at) = $1::date", ['2026-03-01'], ['2026-03-02']],
    ["select id from orders where date_trunc('month', seen_at) = date_trunc('month', now())"],
    ["select id from orders where extract(year from due) = 2026 and date_part('year', placed_at) > 2025"],
    ['select id from orders where extract(year from seen_at) = $1', [2025], [2026], [null]],
    ["select o.id from users u left join orders o on o.user_id = u.id and o.placed_at::date = '2026-01-31'"],
  ],
  none: {
    'an expression that is no condition': "select placed_at::date = '2026-01-31' from orders",
    'a negation, where NULL is not FALSE': "select id from orders where not placed_at::date = '2026-01-31'",
    'a month that does not begin':
      "select id from orders where date_trunc('month', placed_at) = '2026-01-02'",
    'a day that does not exist': "select id from orders where placed_at::date = '2026-02-30'",
    'a list': "select id from orders where placed_at::date in ('2026-01-31', '2026-02-01')",
    'another column': 'select id from orders where placed_at::date = due',
    'hours with a time zone': "select id from orders where date_trunc('hour', seen_at) = '2026-01-01'",
    'a time zone of its own':
      "select id from orders where date_trunc('day', seen_at, 'Asia/Tokyo') = '2026-01-01'",
    'a month of any year': 'select id from orders where extract(month from placed_at) = 3',
    'a unit that is a parameter': 'select id from orders where date_trunc($1, placed_at) = $2',
    'a bound that may lie inside a unit': "select id from orders where date_trunc('day', placed_at) >= $1",
    'a volatile value': 'select id from orders where placed_at::date = (clock_timestamp())::date',
    'lower, which wants an index': "select id from orders where lower(note) = 'a'",
    'a date': "select id from orders where due::date = '2026-01-31'",
  },
});

describe('a date function on a column', () => {
  let database: RewriteDatabase;
  beforeAll(async () => {
    database = await openRewriteDatabase();
  });
  afterAll(() => database.db.close());

  it('is exact for a literal and a plain timestamp, and says what it rests on otherwise', () => {
    const of = (condition: string) =>
      database.rewrites(dateRange, `select 1 from orders where ${condition}`)[0];
    expect(of("placed_at::date = '2026-01-31'")).toMatchObject({ exactness: 'exact', conditions: [] });
    expect(of('placed_at::date = $1')).toMatchObject({
      exactness: 'conditional',
      conditions: ['$1 is a finite date'],
    });
    expect(of("seen_at::date = '2026-01-31'")).toMatchObject({
      exactness: 'conditional',
      conditions: ["no clock change of the session's time zone falls on midnight"],
    });
  });

  it('uses the index of the column', async () => {
    const [found] = database.rewrites(dateRange, "select 1 from orders where placed_at::date = '2026-01-31'");
    await database.db.query('set enable_seqscan = off');
    const plan = await database.db.query(`explain ${found?.sql}`);
    expect(JSON.stringify(plan)).toContain('orders_placed_at_idx');
  });
});
