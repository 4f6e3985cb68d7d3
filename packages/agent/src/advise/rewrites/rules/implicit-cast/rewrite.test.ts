import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  describeRewrite,
  openRewriteDatabase,
  type RewriteDatabase,
} from '../../../../../../../test/support/rewrites.ts';
import { implicitCast } from './rewrite.ts';

const UUID = 'c4ca4238-a0b9-2382-0dcc-509a6f75849b';

describeRewrite(implicitCast, {
  same: [
    ['select id from orders where quantity = 5.0'],
    ['select id from orders where big < 5.5 and small >= 2.5'],
    ['select id from orders where quantity <= -0.5 or 3.5 > quantity'],
    ['select id from orders where quantity between 1.5 and 4.0'],
    ['select id from orders where big > 3::float8'],
    ['select id from orders where small = $1::numeric', [3], [null]],
    ['select id from orders where amount >= $1::float8', [1.5], [null]],
    ["select id from users where code = 'c1'::text"],
    ['select id from users where code = $1::text', ['c1'], ['none'], [null]],
    ["select id from users where id::text = '5'"],
    ['select id from orders where big::varchar = $1', ['3'], [null]],
    [`select id from orders where uid::text = '${UUID}'`],
    ['select id from orders where uid::text = $1', [UUID], [null]],
  ],
  none: {
    'a number that no integer equals': 'select id from orders where quantity = 5.5',
    'a number that the column takes': 'select id from orders where amount = 5.5',
    'a literal that becomes an integer': "select id from orders where big = '5'",
    'integers of different width': 'select id from orders where quantity = 5::bigint',
    'text beside varchar, which is no cast': "select id from users where email = 'e1'::text",
    'a text that no integer is written as': "select id from users where id::text = '05'",
    'a cast that cuts': "select id from users where id::varchar(1) = '1'",
    'an order of texts': "select id from users where id::text > '5'",
    'a padded literal': "select id from users where code = 'c1 '::text",
    'a number beyond the type': 'select id from orders where small < 40000.5',
  },
});

describe('a cast that lands on the column', () => {
  let database: RewriteDatabase;
  beforeAll(async () => {
    database = await openRewriteDatabase();
  });
  afterAll(() => database.db.close());

  it('keeps the column from its index, and moved it does not', async () => {
    const sql = 'select 1 from users where id = 5.0';
    const [found] = database.rewrites(implicitCast, sql);
    await database.db.query('set enable_seqscan = off');
    const plans = [
      await database.db.query(`explain ${sql}`),
      await database.db.query(`explain ${found?.sql}`),
    ];
    expect(plans.map((plan) => JSON.stringify(plan).includes('Index Cond'))).toEqual([false, true]);
  });

  it('says which values a parameter may have', () => {
    expect(database.rewrites(implicitCast, 'select 1 from users where id = $1::numeric')).toMatchObject([
      { exactness: 'conditional', conditions: ['$1 is a whole number of type integer'] },
    ]);
  });
});
