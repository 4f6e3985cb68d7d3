import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  describeRewrite,
  openRewriteDatabase,
  type RewriteDatabase,
} from '../../../../../../../test/support/rewrites.ts';
import { scalarSubquery } from './rewrite.ts';

describeRewrite(scalarSubquery, {
  same: [
    [
      'select u.id, (select count(*) from orders o where o.user_id = u.id) as n from users u where u.kind = $1',
      [1],
      [9],
    ],
    ['select u.id, (select max(amount) from orders o where o.user_id = u.id) from users u'],
    [
      'select id, (select coalesce(sum(quantity), 0)::int from orders o where o.user_id = u.id and o.note is not null) from users u',
    ],
    [
      'select u.*, (select string_agg(o.tag, $1 order by o.id) from orders o where u.id = o.buyer) as tags from users u',
      [','],
    ],
    [
      'select id from users u where (select count(note) from orders where user_id = u.id and quantity > 2) > 1',
    ],
    ['select id from users u where (select avg(quantity) from orders where user_id = u.id) is null'],
    [
      `select o.id, (select min(p.placed_at) - interval '1 day' from orders p where p.note = o.note and p.buyer = o.buyer) as first
      from orders o left join users u on u.id = o.user_id`,
    ],
    [
      'select "Select", (select count(*) filter (where reason is null) from bans where user_id = "Select") as "Count" from "Odd ""Table"',
    ],
    [
      'select u.id, (select count(*) from orders o where o.user_id = u.id) as n, (select max(quantity) from orders o where o.user_id = u.id) as m from users u',
    ],
  ],
  none: {
    'a subquery of all rows': 'select id, (select count(*) from orders) from users',
    'a tie that is no equality':
      'select id, (select count(*) from orders o where o.user_id > u.id) from users u',
    'a tie to an expression':
      'select id, (select count(*) from orders o where o.user_id = u.id + 1) from users u',
    'a bare star, which would show the join':
      'select *, (select count(*) from orders o where o.user_id = u.id) from users u',
    'groups around it':
      'select kind, max((select count(*) from orders o where o.user_id = u.id)) from users u group by kind',
    'a plain column': 'select id, (select note from orders o where o.user_id = u.id limit 1) from users u',
    'groups inside it':
      'select id, (select count(*) from orders o where o.user_id = u.id group by note limit 1) from users u',
    'an aggregate of the outer row':
      'select id, (select sum(o.quantity * u.kind) from orders o where o.user_id = u.id) from users u',
    'a name that is not known':
      'select id, (select count(*) from strangers o where o.user_id = u.id) from users u',
  },
});

describe('a correlated aggregate', () => {
  let database: RewriteDatabase;
  beforeAll(async () => {
    database = await openRewriteDatabase();
  });
  afterAll(() => database.db.close());

  it('shares one join with those of the same rows', () => {
    const [found, ...others] = database.rewrites(
      scalarSubquery,
      'select id, (select count(*) from orders o where o.user_id = u.id) as n, (select sum(amount) from orders o where o.user_id = u.id) as s from users u',
    );
    expect(others).toEqual([]);
    expect(found?.sql.match(/FROM orders/g)).toHaveLength(1);
  });

  it('keeps the name of the column', async () => {
    const [found] = database.rewrites(
      scalarSubquery,
      'select (select max(amount) from orders o where o.user_id = u.id) from users u',
    );
    expect(Object.keys((await database.db.query(`${found?.sql} limit 1`))[0] ?? {})).toEqual(['max']);
  });
});
