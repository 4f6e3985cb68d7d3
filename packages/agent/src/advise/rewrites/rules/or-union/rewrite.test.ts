import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  describeRewrite,
  openRewriteDatabase,
  type RewriteDatabase,
} from '../../../../../../../test/support/rewrites.ts';
import { orUnion } from './rewrite.ts';

describeRewrite(orUnion, {
  same: [
    [
      'select u.kind, o.note from users u join orders o on o.user_id = u.id where u.name = $1 or o.note = $2',
      ['n1', 'n2'],
      ['n1', null],
    ],
    ["select note, tag from orders where (note = 'n1' or user_id = 3 or quantity > 5) and buyer < 7"],
    [
      'select id from users u where kind = 1 or exists (select from orders o where o.user_id = u.id and o.note is null)',
    ],
    [
      'select o.id as number, o.tag from orders o left join users u on u.id = o.user_id where u.name is null or o.quantity = 2 order by number, tag',
    ],
    ['select note from orders where quantity is null or (user_id = 2 and note is not null)'],
    ['select count(*) from (select tag from orders where user_id = 1 or buyer = 1) s'],
    ['select "a;b" from "Odd ""Table" where "Select" = 2 or "a;b" = $1', ['x1'], [null]],
  ],
  none: {
    'alternatives of one column': 'select id from orders where user_id = 1 or user_id = 5',
    'an aggregate': 'select count(*) from orders where user_id = 1 or buyer = 2',
    groups: 'select note from orders where user_id = 1 or buyer = 2 group by note',
    'an order that is not shown': 'select id from orders where user_id = 1 or buyer = 2 order by note',
    'an order of an expression': 'select id from orders where user_id = 1 or buyer = 2 order by -id',
    'a name shown twice':
      'select u.id, o.id from users u, orders o where u.name = o.note or u.kind = o.quantity order by o.id',
    'volatile output': 'select random() from orders where user_id = 1 or buyer = 2',
    DISTINCT: 'select distinct note from orders where user_id = 1 or buyer = 2',
    'many alternatives':
      'select id from orders where user_id = 1 or buyer = 2 or quantity = 3 or big = 4 or small = 5',
    'a window': 'select row_number() over () from orders where user_id = 1 or buyer = 2',
  },
});

describe('OR', () => {
  let database: RewriteDatabase;
  beforeAll(async () => {
    database = await openRewriteDatabase();
  });
  afterAll(() => database.db.close());

  it('keeps order and limit for the whole', async () => {
    const sql =
      'select id, note from orders where user_id = 1 or buyer = 2 order by orders.id desc limit 5 offset 1';
    const [found] = database.rewrites(orUnion, sql);
    expect(await database.db.query(found?.sql ?? '')).toEqual(await database.db.query(sql));
  });
});
